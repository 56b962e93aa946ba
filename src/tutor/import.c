/* Taking history in again: a file from outside, so nothing in it is believed.
 *
 * The whole file is parsed and checked before anything is written, then written
 * in one transaction.  A message whose id is there already is skipped, whoever
 * wrote it; an id that belongs to another conversation is skipped too.  What a
 * citation claims about itself is thrown away and found out by reading the
 * document again; without the document it says missing.
 */
#include <json-c/json.h>
#include <string.h>
#include "export_in.h"

#define CONVERSATIONS_MAX 100000
#define CONTEXT_LOOK_BACK 64

struct importing {
	struct tutor *t;
	struct store *db;
	struct arena a;
	struct imported *counts;
	const char *conv_id;
};

static enum fault
member_of(struct json_object **out, struct json_object *o, const char *name, enum json_type type)
{
	if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, name, out) ||
		!json_object_is_type(*out, type))
		return fault(FAULT_INPUT, "the import has no proper \"%s\"", name);
	return FAULT_NONE;
}

static enum fault
id_of(const char **out, struct json_object *o)
{
	struct json_object *id = NULL;
	enum fault f = member_of(&id, o, "id", json_type_string);
	if (f != FAULT_NONE)
		return f;
	if (!id_for_others(json_object_get_string(id)))
		return fault(FAULT_INPUT, "the import has an id that is none");
	*out = json_object_get_string(id);
	return FAULT_NONE;
}

/* Is a record of this id here?  *mine: in the conversation being taken in. */
static enum fault
is_here(bool *here, bool *mine, struct importing *in, const char *id)
{
	struct sealed rec;
	enum fault f = store_get(&rec, &in->a, in->db, id);
	*here = f == FAULT_NONE;
	*mine = *here && str_same(rec.conv_id, in->conv_id);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

/* What a citation says of itself is found out anew. */
static enum fault
distrust(struct record_list *list, struct importing *in, const char *context)
{
	struct citation *c = list->items;
	for (size_t i = 0; i < list->count; i++) {
		c[i].verified = false;
		c[i].state = "unsupported";
		c[i].url = c[i].url != NULL && id_valid(c[i].file_id)
				   ? citation_url(&in->a, c[i].file_id, c[i].page)
				   : NULL;
		if (c[i].file_id == NULL || *c[i].file_id == '\0') {
			context_verify(&c[i], context);
			continue;
		}
		enum fault f = library_verify(&c[i], &in->a, in->t->library, in->db);
		if (f == FAULT_INPUT || f == FAULT_ABSENT)
			continue;
		if (f != FAULT_NONE)
			return f;
	}
	return FAULT_NONE;
}


/* As when it was answered: deleting the conversation counts back. */
static enum fault
count_cited(struct importing *in, const struct record_list *list)
{
	const struct citation *c = list->items;
	enum fault f = FAULT_NONE;
	for (size_t i = 0; i < list->count && f == FAULT_NONE; i++)
		if (c[i].file_id != NULL && *c[i].file_id != '\0')
			f = library_count_cited(in->t->library, in->db, c[i].file_id, 1);
	return f;
}

static enum fault
import_message(struct importing *in, struct json_object *o, const char *context)
{
	void *record = NULL;
	bool here, mine;
	enum fault f = record_from_object(&record, &in->a, &record_kept_message, o);
	struct kept_message *kept = record;
	if (f == FAULT_NONE) {
		kept->seen = false;
		/* Nobody imports the word of a teacher. */
		if (str_same(kept->message->mode, "instructor"))
			kept->message->mode = kept->message->note = NULL;
	}
	if (f == FAULT_NONE)
		f = kept_check(kept, in->conv_id);
	if (f == FAULT_NONE)
		f = is_here(&here, &mine, in, kept->message->id);
	if (f != FAULT_NONE)
		return f;
	if (here) {
		in->counts->skipped++;
		return FAULT_NONE;
	}
	f = distrust(&kept->message->citations, in, context);
	if (f == FAULT_NONE)
		f = distrust(&kept->message->nearest, in, context);
	if (f == FAULT_NONE)
		f = kept_put(in->db, KIND_MESSAGE, in->conv_id, kept->message->id,
			&record_kept_message, kept);
	in->counts->messages += f == FAULT_NONE;
	return f == FAULT_NONE ? count_cited(in, &kept->message->citations) : f;
}

/* The piped text that the citations of message `at` may point into: it stands with
 * the question, shortly before. */
static const char *
context_of(struct json_object *messages, size_t at)
{
	struct json_object *question = NULL, *id = NULL, *message = NULL, *context = NULL;
	if (!json_object_object_get_ex(
		    json_object_array_get_idx(messages, at), "question", &question))
		return NULL;
	for (size_t i = at, tries = 0; i-- > 0 && tries < CONTEXT_LOOK_BACK; tries++) {
		struct json_object *other = json_object_array_get_idx(messages, i);
		if (json_object_object_get_ex(other, "message", &message) &&
			json_object_object_get_ex(message, "id", &id) &&
			str_same(json_object_get_string(id), json_object_get_string(question)))
			return json_object_object_get_ex(other, "context", &context) &&
					       json_object_is_type(context, json_type_string)
				       ? json_object_get_string(context)
				       : NULL;
	}
	return NULL;
}

static enum fault
import_feedback(struct importing *in, struct json_object *o)
{
	struct json_object *inside = NULL;
	const char *id = NULL;
	void *record = NULL;
	bool here, mine;
	enum fault f = id_of(&id, o);
	if (f == FAULT_NONE)
		f = member_of(&inside, o, "feedback", json_type_object);
	if (f == FAULT_NONE)
		f = record_from_object(&record, &in->a, &record_kept_feedback, inside);
	if (f == FAULT_NONE)
		f = is_here(&here, &mine, in, id);
	if (f == FAULT_NONE && !here)
		f = kept_put(in->db, KIND_FEEDBACK, in->conv_id, id, &record_kept_feedback, record);
	return f;
}

/* The title, unless the conversation is here: then the one here is kept. */
static enum fault
import_title(bool *taken, struct importing *in, struct json_object *o)
{
	struct json_object *inside = NULL;
	void *record = NULL;
	bool here, mine;
	enum fault f = member_of(&inside, o, "title", json_type_object);
	if (f == FAULT_NONE)
		f = record_from_object(&record, &in->a, &record_kept_title, inside);
	if (f == FAULT_NONE)
		f = is_here(&here, &mine, in, in->conv_id);
	if (f != FAULT_NONE)
		return f;
	*taken = !here || mine;
	if (here)
		return FAULT_NONE;
	const struct kept_title *title = record;
	if (!str_same(title->status, "active") && !str_same(title->status, "archived"))
		return fault(
			FAULT_INPUT, "conversation %s is neither active nor archived", in->conv_id);
	in->counts->conversations++;
	return kept_put(in->db, KIND_TITLE, in->conv_id, in->conv_id, &record_kept_title, title);
}

static enum fault
import_conversation(struct importing *in, struct json_object *o)
{
	struct json_object *messages = NULL, *feedback = NULL;
	bool taken = false;
	enum fault f = id_of(&in->conv_id, o);
	if (f == FAULT_NONE)
		f = import_title(&taken, in, o);
	if (f == FAULT_NONE)
		f = member_of(&messages, o, "messages", json_type_array);
	if (f == FAULT_NONE)
		f = member_of(&feedback, o, "feedback", json_type_array);
	for (size_t i = 0; f == FAULT_NONE && i < json_object_array_length(messages); i++) {
		struct json_object *m = json_object_array_get_idx(messages, i);
		if (taken)
			f = import_message(in, m, context_of(messages, i));
		else
			in->counts->skipped++;
	}
	for (size_t i = 0; f == FAULT_NONE && taken && i < json_object_array_length(feedback); i++)
		f = import_feedback(in, json_object_array_get_idx(feedback, i));
	arena_clear(&in->a);
	return f;
}

static enum fault
import_all(struct importing *in, struct json_object *file)
{
	struct json_object *format = NULL, *version = NULL, *list = NULL;
	enum fault f = member_of(&format, file, "format", json_type_string);
	if (f == FAULT_NONE)
		f = member_of(&version, file, "version", json_type_int);
	if (f == FAULT_NONE)
		f = member_of(&list, file, "conversations", json_type_array);
	if (f != FAULT_NONE)
		return f;
	if (!str_same(json_object_get_string(format), EXPORT_FORMAT) ||
		json_object_get_int64(version) != EXPORT_VERSION)
		return fault(FAULT_INPUT, "this is not an export that this version knows");
	if (json_object_array_length(list) > CONVERSATIONS_MAX)
		return fault(
			FAULT_LIMIT, "an import has at most %d conversations", CONVERSATIONS_MAX);
	for (size_t i = 0; f == FAULT_NONE && i < json_object_array_length(list); i++)
		f = import_conversation(in, json_object_array_get_idx(list, i));
	return f;
}

enum fault
tutor_import(struct imported *out, struct arena *a, struct tutor *t, struct store *db,
	const struct import_run *req)
{
	struct json_object *file = NULL;
	struct imported counts = { 0 };
	struct importing in = { .t = t, .db = db, .counts = &counts };
	(void)a;
	if (req->body == NULL)
		return fault(FAULT_INPUT, "there is nothing to import");
	enum fault f = json_parse(&file, req->body, strlen(req->body));
	if (f != FAULT_NONE)
		return f;
	arena_init(&in.a);
	f = store_begin(db);
	if (f == FAULT_NONE) {
		f = import_all(&in, file);
		f = store_finish(db, f);
	}
	arena_clear(&in.a);
	json_object_put(file);
	if (f == FAULT_NONE)
		*out = counts;
	return f;
}
