/* Sealed records of the tutor: what is written, and how it is read back.
 *
 * A conversation is a chain: its title record carries the conversation's own id
 * as record id, so that renaming is revision + 1 and the newest title is one
 * look-up; messages and feedback follow in order.  A message record wraps the
 * API's message in {at, question, message, context}: `at` stands first and the
 * wrapped role and words stand early, so that building the memory can skim a
 * record without parsing its citations.
 */
#include <string.h>
#include "tutor_in.h"

static const struct field kept_title_fields[] = {
	FIELD_OF(kept_title, title, FIELD_TEXT, .flags = FIELD_SEALED, .max = 1000),
	FIELD_OF(kept_title, subject, FIELD_TEXT, .flags = FIELD_SEALED | FIELD_OMIT, .max = 1000),
	FIELD_OF(kept_title, type, FIELD_TEXT, .flags = FIELD_OMIT, .max = 40),
	FIELD_OF(kept_title, status, FIELD_TEXT, .flags = FIELD_OMIT, .max = 40),
	FIELD_OF(kept_title, assignment_id, FIELD_TEXT, .flags = FIELD_OMIT, .max = 64),
	FIELD_OF(kept_title, named, FIELD_BOOL, .flags = 0),
	FIELD_OF(kept_title, created, FIELD_INT, .flags = 0),
	FIELD_OF(kept_title, unread, FIELD_INT, .flags = FIELD_OMIT, .min = 0, .max = INT64_MAX / 2),
};
RECORD_TYPE(record_kept_title, kept_title, kept_title_fields, "what a conversation is called");

static const struct field kept_message_fields[] = {
	FIELD_OF(kept_message, at, FIELD_INT, .flags = 0),
	FIELD_OF(kept_message, question, FIELD_TEXT, .flags = FIELD_OMIT, .max = 64),
	FIELD_OF(kept_message, message, FIELD_RECORD, .flags = FIELD_REQUIRED,
		.of = &record_message),
	FIELD_OF(kept_message, context, FIELD_TEXT, .flags = FIELD_SEALED | FIELD_OMIT,
		.max = CONTEXT_BYTES_MAX),
	FIELD_OF(kept_message, seen, FIELD_BOOL, .flags = FIELD_OMIT),
};
RECORD_TYPE(record_kept_message, kept_message, kept_message_fields, "one turn of a conversation");

static const struct field kept_feedback_fields[] = {
	FIELD_OF(kept_feedback, message, FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 64),
	FIELD_OF(kept_feedback, score, FIELD_INT, .flags = 0),
	FIELD_OF(kept_feedback, at, FIELD_INT, .flags = 0),
	FIELD_OF(kept_feedback, comment, FIELD_TEXT, .flags = FIELD_SEALED | FIELD_OMIT,
		.max = 4000),
	FIELD_OF(kept_feedback, reasons, FIELD_TEXTS, .flags = FIELD_OMIT, .max = 20),
};
RECORD_TYPE(record_kept_feedback, kept_feedback, kept_feedback_fields,
	"what a person thought of an answer");

enum fault
kept_put(struct store *db, enum vault_kind kind, const char *conv_id, const char *rec_id,
	const struct record_type *type, const void *record)
{
	struct text plain;
	enum fault f = record_check(type, record);
	if (f != FAULT_NONE)
		return f;
	text_init(&plain, VAULT_PLAIN_MAX - 4096);
	record_to_json(&plain, type, record);
	f = text_check(&plain, "the record");
	if (f == FAULT_NONE)
		f = store_put(db, kind, conv_id, rec_id, plain.data, plain.len);
	if (plain.data != NULL)
		explicit_bzero(plain.data, plain.cap);
	text_clear(&plain);
	return f;
}

enum fault
kept_read(void **out, struct arena *a, const struct record_type *type, const struct sealed *rec)
{
	a->wipe = true;
	enum fault f = record_from_json(out, a, type, rec->plain, rec->plain_bytes);
	if (f == FAULT_INPUT)
		return fault(FAULT_DAMAGED, "record %s of the history is not what it should be",
			rec->rec_id);
	return f;
}

bool
id_for_others(const char *id)
{
	return id_valid(id) && !((id[0] == '6' || id[0] == '7') && str_ends(id, "0000000000000001"));
}

/* The pieces must fit: role, ids, and sentences that cite what is there. */
enum fault
kept_check(const struct kept_message *kept, const char *conv_id)
{
	const struct message *m = kept->message;
	const struct sentence *s = m->sentences.items;
	const struct citation *c = m->citations.items;
	if (!id_for_others(m->id) || !str_same(m->conversation_id, conv_id) || m->content == NULL)
		return fault(
			FAULT_INPUT, "a message does not belong where it stands");
	if (!str_same(m->role, "user") && !str_same(m->role, "stoa"))
		return fault(FAULT_INPUT, "message %s was said by nobody", m->id);
	if (kept->question != NULL && !id_valid(kept->question))
		return fault(FAULT_INPUT, "message %s answers no question", m->id);
	for (size_t i = 0; i < m->citations.count; i++)
		if (c[i].start < 0 || c[i].end < c[i].start || c[i].quote == NULL)
			return fault(
				FAULT_INPUT, "a citation of message %s has no proper range", m->id);
	for (size_t i = 0; i < m->sentences.count; i++)
		if (s[i].text == NULL || s[i].citation < 0)
			return fault(FAULT_INPUT, "a sentence of message %s is none", m->id);
	return FAULT_NONE;
}

enum fault
kept_title_get(struct kept_title **out, struct arena *a, struct store *db, const char *conv_id)
{
	struct sealed rec;
	void *title = NULL;
	if (!id_valid(conv_id))
		return fault(FAULT_INPUT, "'%s' is not the id of a conversation",
			conv_id ? conv_id : "");
	enum fault f = store_get(&rec, a, db, conv_id);
	if (f == FAULT_ABSENT || (f == FAULT_NONE && rec.kind != KIND_TITLE))
		return fault(FAULT_ABSENT, "no conversation %s", conv_id);
	if (f == FAULT_NONE)
		f = kept_read(&title, a, &record_kept_title, &rec);
	if (f == FAULT_NONE)
		*out = title;
	return f;
}

enum fault
whole_or_rest(enum fault f)
{
	if (f != FAULT_DAMAGED)
		return f;
	log_event(LOG_WARN, "tutor", "altered", "records=left-out");
	return FAULT_NONE;
}

/* ---- a whole chain ---------------------------------------------------------- */

struct chain_reading {
	struct kept_chain *chain;
	struct arena *a;
	size_t strange; /* opened, and not what we write */
};

static enum fault
chain_put(const struct sealed *rec, void *arg)
{
	struct chain_reading *r = arg;
	struct kept_chain *c = r->chain;
	void *record = NULL;
	const struct record_type *type = rec->kind == KIND_MESSAGE    ? &record_kept_message
					 : rec->kind == KIND_FEEDBACK ? &record_kept_feedback
								      : NULL;
	enum fault f = type == NULL ? FAULT_NONE : kept_read(&record, r->a, type, rec);
	if (f == FAULT_DAMAGED) { /* one such must not hide what comes after it */
		r->strange++;
		return FAULT_NONE;
	}
	if (f != FAULT_NONE)
		return f;
	if (rec->kind == KIND_MESSAGE) {
		mem_reserve(&c->items, &c->cap, c->count + 1, sizeof *c->items);
		c->items[c->count++] = *(struct kept_message *)record;
	} else if (rec->kind == KIND_FEEDBACK) {
		mem_reserve(
			&c->feedback, &c->feedback_cap, c->feedback_count + 1, sizeof *c->feedback);
		mem_reserve(&c->feedback_ids, &c->id_cap, c->feedback_count + 1,
			sizeof *c->feedback_ids);
		c->feedback_ids[c->feedback_count] = arena_strdup(r->a, rec->rec_id);
		c->feedback[c->feedback_count++] = *(struct kept_feedback *)record;
	}
	return FAULT_NONE;
}

enum fault
kept_chain_read(struct kept_chain *out, struct arena *a, struct store *db, const char *conv_id)
{
	struct chain_reading r = { out, a, 0 };
	*out = (struct kept_chain){ 0 };
	enum fault f = store_each(db, conv_id, 0, chain_put, &r);
	if (f != FAULT_NONE && f != FAULT_DAMAGED) {
		kept_chain_clear(out);
		return f;
	}
	for (size_t i = 0; i < out->feedback_count; i++)
		for (size_t k = 0; k < out->count; k++)
			if (str_same(out->items[k].message->id, out->feedback[i].message)) {
				out->items[k].message->rating = out->feedback[i].score;
				out->items[k].message->rating_comment = out->feedback[i].comment;
			}
	if (f == FAULT_NONE && r.strange > 0)
		return fault(FAULT_DAMAGED, "%zu records of the conversation are not what they should be",
			r.strange);
	return f;
}

/* Where an altered record was left out a reader must see it. */
static void
chain_mark_altered(struct kept_chain *chain, struct arena *a)
{
	struct message *m = arena_alloc(a, sizeof *m);
	*m = (struct message){ .id = "",
		.role = "stoa",
		.status = "failed",
		.content = "A record of this conversation was altered and is left out." };
	mem_reserve(&chain->items, &chain->cap, chain->count + 1, sizeof *chain->items);
	chain->items[chain->count++] = (struct kept_message){ .message = m };
}

enum fault
kept_chain_whole(struct kept_chain *out, struct arena *a, struct store *db, const char *conv_id)
{
	enum fault f = kept_chain_read(out, a, db, conv_id);
	if (f != FAULT_DAMAGED)
		return f;
	chain_mark_altered(out, a);
	return FAULT_NONE;
}

void
kept_chain_clear(struct kept_chain *c)
{
	mem_free(c->items);
	mem_free(c->feedback);
	mem_free(c->feedback_ids);
	*c = (struct kept_chain){ 0 };
}

const char *
title_from(struct arena *a, const char *question)
{
	const size_t most = 60;
	struct text clean;
	text_init(&clean, 4096);
	untrusted_text(&clean, question, utf8_floor(question, strlen(question), 1000),
		UNTRUSTED_LINE | UNTRUSTED_STRIP);
	char *title = arena_strdup(a, words_squeeze(a, clean.len ? clean.data : "", clean.len));
	text_clear(&clean);
	size_t len = strlen(title);
	if (len > most) {
		len = utf8_floor(title, len, most);
		for (size_t i = len; i > most / 2; i--)
			if (title[i] == ' ') {
				len = i;
				break;
			}
		title[len] = '\0';
	}
	while (len > 0 && strchr("?!., ", title[len - 1]) != NULL)
		title[--len] = '\0';
	return len > 0 ? title : "Untitled";
}

/* ---- skimming ------------------------------------------------------------------ */

static size_t
string_end(const char *s, size_t len, size_t at)
{
	for (at++; at < len && s[at] != '"'; at++)
		if (s[at] == '\\')
			at++;
	return at < len ? at + 1 : len;
}

static size_t
value_end(const char *s, size_t len, size_t at)
{
	int depth = 0;
	while (at < len) {
		char c = s[at];
		if (c == '"') {
			at = string_end(s, len, at);
			if (depth == 0)
				return at;
			continue;
		}
		if (c == '{' || c == '[')
			depth++;
		if ((c == '}' || c == ']') && --depth <= 0)
			return depth == 0 ? at + 1 : at;
		if (depth == 0 && c == ',')
			return at;
		at++;
	}
	return len;
}

bool
skim_member(struct slice_of *out, const char *s, size_t len, const char *name)
{
	size_t at = 0, n = strlen(name);
	while (at < len && s[at] != '{')
		at++;
	at++;
	while (at < len) {
		while (at < len && (s[at] == ',' || s[at] == ' ' || s[at] == '\n'))
			at++;
		if (at >= len || s[at] != '"')
			return false;
		size_t key = at + 1, key_end = string_end(s, len, at);
		at = key_end;
		while (at < len && (s[at] == ':' || s[at] == ' '))
			at++;
		if (key_end - 1 - key == n && memcmp(s + key, name, n) == 0) {
			/* An object or list is not walked: the caller looks inside. */
			bool walk = at < len && s[at] != '{' && s[at] != '[';
			*out = (struct slice_of){ s + at,
				(walk ? value_end(s, len, at) : len) - at };
			return true;
		}
		at = value_end(s, len, at);
	}
	return false;
}

static uint32_t
hex4(const char *s)
{
	uint32_t v = 0;
	for (int i = 0; i < 4; i++) {
		char c = s[i];
		v = v * 16 + (uint32_t)(c >= '0' && c <= '9'   ? c - '0'
					: c >= 'a' && c <= 'f' ? c - 'a' + 10
					: c >= 'A' && c <= 'F' ? c - 'A' + 10
							       : 0);
	}
	return v;
}

void
skim_string(struct text *out, const struct slice_of *raw)
{
	static const char names[] = "nrtbf", bytes[] = "\n\r\t\b\f";
	const char *s = raw->s;
	for (size_t i = 1; i + 1 < raw->len && !out->over;) {
		const char *stop = memchr(s + i, '\\', raw->len - 1 - i);
		size_t run = (stop ? (size_t)(stop - s) : raw->len - 1) - i;
		text_put_n(out, s + i, run);
		i += run;
		if (i + 1 >= raw->len)
			break;
		const char *known = strchr(names, s[i + 1]);
		if (s[i + 1] == 'u' && i + 6 <= raw->len) {
			uint32_t c = hex4(s + i + 2);
			i += 6;
			if (c >= 0xD800 && c < 0xDC00 && i + 6 <= raw->len && s[i] == '\\') {
				c = 0x10000 + ((c - 0xD800) << 10) + (hex4(s + i + 2) - 0xDC00);
				i += 6;
			}
			text_put_code(out, c);
			continue;
		}
		text_put_c(out, known != NULL && *known != '\0' ? bytes[known - names] : s[i + 1]);
		i += 2;
	}
}
