/* Keeping what a server said: conversations and messages as they were seen.
 *
 * They become records like our own, so that list, transcript, search and export
 * need not know; but they are marked, and nobody reads their quotations again in
 * documents that are not here: what the server found when it was seen stands.
 * What comes again unchanged is not written again.
 */
#include <stdio.h>
#include <string.h>
#include "tutor_in.h"

/* Does the newest revision of the record say the same already? */
static enum fault
put_changed(struct arena *a, struct store *db, enum vault_kind kind, const char *conv_id,
	const char *rec_id, const struct record_type *type, const void *record)
{
	struct sealed rec;
	struct text plain;
	enum fault f = store_get(&rec, a, db, rec_id);
	if (f == FAULT_ABSENT)
		return kept_put(db, kind, conv_id, rec_id, type, record);
	if (f != FAULT_NONE)
		return f;
	if (rec.kind != kind || !str_same(rec.conv_id, conv_id))
		return fault(FAULT_DAMAGED, "the server uses the id %s for two things", rec_id);
	text_init(&plain, VAULT_PLAIN_MAX);
	record_to_json(&plain, type, record);
	bool same = plain.len == rec.plain_bytes && memcmp(plain.data, rec.plain, plain.len) == 0;
	explicit_bzero(plain.data, plain.cap);
	text_clear(&plain);
	return same ? FAULT_NONE : kept_put(db, kind, conv_id, rec_id, type, record);
}

static enum fault
keep_title(struct arena *a, struct store *db, const struct conversation *c)
{
	struct kept_title *there = NULL;
	if (!id_for_others(c->id))
		return fault(FAULT_DAMAGED, "the server's conversation has no proper id");
	enum fault f = kept_title_get(&there, a, db, c->id);
	if (f != FAULT_NONE && f != FAULT_ABSENT)
		return f;
	const struct kept_title title = {
		.title = c->title,
		.subject = c->subject,
		.type = c->type,
		.assignment_id = c->assignment_id,
		.status = c->status,
		.named = c->title != NULL && c->title[0] != '\0',
		.created = c->created,
		.unread = c->unread > 0 ? c->unread : 0,
	};
	return put_changed(a, db, KIND_TITLE, c->id, c->id, &record_kept_title, &title);
}

/* Messages of a conversation that has not been seen itself: named after the question. */
static enum fault
keep_name(struct arena *a, struct store *db, const struct message *m)
{
	struct kept_title *there = NULL;
	enum fault f = kept_title_get(&there, a, db, m->conversation_id);
	if (f == FAULT_NONE && there->title != NULL && there->title[0] != '\0')
		return f;
	if (f != FAULT_NONE && f != FAULT_ABSENT)
		return f;
	struct kept_title title = { .type = "general", .status = "active", .created = m->created };
	if (there != NULL)
		title = *there;
	title.title = title_from(a, m->content);
	return kept_put(db, KIND_TITLE, m->conversation_id, m->conversation_id, &record_kept_title, &title);
}

/* question: the id of the message before, when that was one. */
static enum fault
keep_message(struct arena *a, struct store *db, const struct message *m, const char *question)
{
	bool answer = str_same(m->role, "stoa");
	struct message copy = *m;
	const struct kept_message kept = {
		.at = m->created, .question = answer ? question : NULL, .message = &copy, .seen = true
	};
	enum fault f = kept_check(&kept, m->conversation_id);
	if (f == FAULT_INPUT)
		return fault(FAULT_DAMAGED, "%s", fault_sentence());
	if (f != FAULT_NONE)
		return f;
	if (!answer) {
		struct sealed rec;
		/* A question that was asked from here is here already, with its context. */
		f = store_get(&rec, a, db, m->id);
		if (f == FAULT_NONE && rec.kind == KIND_MESSAGE && str_same(rec.conv_id, m->conversation_id))
			return FAULT_NONE;
		if (f == FAULT_ABSENT || f == FAULT_NONE)
			f = keep_name(a, db, m);
		if (f != FAULT_NONE)
			return f;
	}
	return put_changed(a, db, KIND_MESSAGE, m->conversation_id, m->id, &record_kept_message, &kept);
}

enum fault
tutor_keep(struct store *db, const struct conversation *conversation, const struct record_list *messages)
{
	struct arena a;
	const char *question = NULL;
	arena_init(&a);
	enum fault f = store_begin(db);
	if (f == FAULT_NONE && conversation != NULL)
		f = keep_title(&a, db, conversation);
	for (size_t i = 0; messages != NULL && f == FAULT_NONE && i < messages->count; i++) {
		const struct message *m = (const struct message *)messages->items + i;
		f = keep_message(&a, db, m, question);
		if (str_same(m->role, "user"))
			question = m->id;
	}
	f = store_finish(db, f);
	arena_clear(&a);
	return f;
}

/* ---- one kept message -------------------------------------------------------- */

static enum fault
message_get(struct kept_message **out, struct sealed *rec, struct arena *a, struct store *db, const char *id)
{
	void *record = NULL;
	if (!id_valid(id))
		return fault(FAULT_INPUT, "'%s' is not the id of a message", id != NULL ? id : "");
	enum fault f = store_get(rec, a, db, id);
	if (f == FAULT_ABSENT || (f == FAULT_NONE && rec->kind != KIND_MESSAGE))
		return fault(FAULT_ABSENT, "no message %s", id);
	if (f == FAULT_NONE)
		f = kept_read(&record, a, &record_kept_message, rec);
	*out = record;
	return f;
}

enum fault
tutor_seen(bool *seen, struct store *db, const char *id)
{
	struct arena a;
	struct sealed rec;
	struct kept_message *kept = NULL;
	arena_init(&a);
	enum fault f = message_get(&kept, &rec, &a, db, id);
	if (f == FAULT_NONE)
		*seen = kept->seen;
	arena_clear(&a);
	return f;
}

static void
aside_id(char out[ID_BYTES], const char *id)
{
	char name[64];
	unsigned char sum[VAULT_ID_BYTES];
	snprintf(name, sizeof name, "stoa aside %.32s", id);
	vault_sum(sum, sizeof sum, name, strlen(name));
	(void)vault_id_text(out, sum);
}

enum fault
tutor_set_aside(char new_id[ID_BYTES], struct store *db, const char *id, const char *words, const char *sentence)
{
	struct arena a;
	struct sealed rec;
	struct kept_message *kept = NULL;
	char aside[ID_BYTES];
	arena_init(&a);
	enum fault f = store_begin(db);
	if (f == FAULT_NONE)
		f = message_get(&kept, &rec, &a, db, id);
	if (f == FAULT_NONE) {
		struct message *m = kept->message;
		bool some = m->note != NULL && m->note[0] != '\0';
		aside_id(aside, id);
		m->id = aside;
		m->content = words != NULL ? words : m->content;
		m->note = some ? arena_printf(&a, "%s %s", m->note, sentence) : sentence;
		f = kept_put(db, KIND_MESSAGE, rec.conv_id, aside, &record_kept_message, kept);
	}
	if (f == FAULT_NONE)
		f = store_bury(db, id);
	f = store_finish(db, f);
	if (f == FAULT_NONE)
		memcpy(new_id, aside, sizeof aside);
	arena_clear(&a);
	return f;
}
