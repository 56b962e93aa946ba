/* Conversations: making, listing, reading, renaming, burying, rating.
 *
 * The list comes from memory (memory.c), which follows the store by append
 * number; a page of it is looked up again before it is shown, because another
 * process may have deleted a conversation meanwhile.  A transcript verifies its
 * citations as of now, so that a changed document shows as stale.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tutor_in.h"

#define QUESTION_BACK 1000   /* messages: questions sent side by side are answered in any order */

#define PAGE_DEFAULT 20
#define PAGE_MAX 100

static int64_t
now_ms(const struct tutor *t)
{
	return t->config.clock->wall_ms(t->config.clock->arg);
}

static struct conversation *
conversation_from(
	struct arena *a, const char *id, const struct kept_title *title, const struct known *row)
{
	struct conversation *c = arena_alloc(a, sizeof *c);
	*c = (struct conversation){ .id = arena_strdup(a, id),
		.title = title->title ? title->title : "",
		.subject = title->subject,
		.type = title->type ? title->type : "general",
		.assignment_id = title->assignment_id,
		.status = title->status ? title->status : "active",
		.created = title->created,
		.updated = title->created,
		.unread = title->unread };
	if (row != NULL) {
		c->updated = row->updated > c->created ? row->updated : c->created;
		c->message_count = row->messages;
		c->preview = row->preview;
	}
	return c;
}

/* The row of a conversation in memory; NULL when it has none. */
static enum fault
row_find(const struct known **out, struct arena *a, struct tutor *t, struct store *db,
	const char *id)
{
	const struct known *rows;
	size_t count;
	*out = NULL;
	enum fault f = memory_known(&rows, &count, a, t, db);
	for (size_t i = 0; f == FAULT_NONE && i < count; i++)
		if (str_same(rows[i].id, id))
			*out = &rows[i];
	return f;
}

enum fault
tutor_conversation_create(struct conversation **out, struct arena *a, struct tutor *t,
	struct store *db, const struct conversation_create *req)
{
	char id[ID_BYTES];
	struct kept_title *there = NULL;
	if (req->id != NULL && !id_for_others(req->id))
		return fault(FAULT_INPUT, "'%s' is not an id (32 hex digits)", req->id);
	if (req->id != NULL)
		snprintf(id, sizeof id, "%s", req->id);
	else
		id_make(id, t->config.chance);
	enum fault f = kept_title_get(&there, a, db, id);
	if (f == FAULT_NONE) { /* made before under this id: the same again */
		*out = conversation_from(a, id, there, NULL);
		return FAULT_NONE;
	}
	if (f != FAULT_ABSENT)
		return f;
	bool titled = req->title != NULL && *req->title != '\0';
	bool subject = req->subject != NULL && *req->subject != '\0';
	struct kept_title title = { .title = titled ? arena_strdup(a, req->title) : "",
		.subject = arena_strdup(a, req->subject),
		.type = req->assignment_id != NULL    ? "assignment"
			: req->type && *req->type ? arena_strdup(a, req->type)
			: subject                 ? "subject"
						  : "general",
		.assignment_id = arena_strdup(a, req->assignment_id),
		.status = "active",
		.named = titled,
		.created = now_ms(t) };
	f = kept_put(db, KIND_TITLE, id, id, &record_kept_title, &title);
	if (f == FAULT_NONE)
		*out = conversation_from(a, id, &title, NULL);
	return f;
}

enum fault
tutor_conversation_assignment(const char **out, struct arena *a, struct store *db, const char *id)
{
	struct kept_title *title = NULL;
	enum fault f = kept_title_get(&title, a, db, id);
	if (f == FAULT_NONE)
		*out = title->assignment_id;
	return f;
}

enum fault
tutor_conversation_update(struct conversation **out, struct arena *a, struct tutor *t,
	struct store *db, const struct conversation_update *req)
{
	struct kept_title *title = NULL;
	const struct known *row;
	if (req->status != NULL && !str_same(req->status, "active") &&
		!str_same(req->status, "archived"))
		return fault(
			FAULT_INPUT, "a conversation is active or archived, not '%s'", req->status);
	if (req->title != NULL && *req->title == '\0')
		return fault(FAULT_INPUT, "a title is not empty");
	enum fault f = store_begin(db);
	if (f != FAULT_NONE)
		return f;
	f = kept_title_get(&title, a, db, req->id);
	if (f == FAULT_NONE) {
		if (req->title != NULL) {
			title->title = arena_strdup(a, req->title);
			title->named = true;
		}
		title->status = req->status ? arena_strdup(a, req->status) : title->status;
		title->subject = req->subject ? arena_strdup(a, req->subject) : title->subject;
		if (req->unread != 0)
			title->unread = req->unread > 0 ? req->unread : 0;
		f = kept_put(db, KIND_TITLE, req->id, req->id, &record_kept_title, title);
	}
	f = store_finish(db, f);
	if (f != FAULT_NONE) {
		return f;
	}
	f = row_find(&row, a, t, db, req->id);
	if (f == FAULT_NONE)
		*out = conversation_from(a, req->id, title, row);
	return f;
}

enum fault
tutor_conversation_delete(struct tutor *t, struct store *db, const char *id)
{
	struct arena a;
	struct kept_title *title = NULL;
	struct kept_chain chain = { 0 };
	arena_init(&a);
	enum fault f = store_begin(db);
	if (f != FAULT_NONE)
		goto out;
	f = kept_title_get(&title, &a, db, id);
	if (f == FAULT_NONE)
		f = kept_chain_whole(&chain, &a, db, id);
	for (size_t i = 0; f == FAULT_NONE && i < chain.count; i++) {
		const struct citation *c = chain.items[i].message->citations.items;
		for (size_t k = 0; f == FAULT_NONE && k < chain.items[i].message->citations.count;
			k++)
			if (c[k].file_id != NULL && *c[k].file_id != '\0')
				f = library_count_cited(t->library, db, c[k].file_id, -1);
	}
	if (f == FAULT_NONE)
		f = store_bury_chain(db, id);
	f = store_finish(db, f);
	if (f == FAULT_NONE)
		memory_drop(t, id);
out:
	kept_chain_clear(&chain);
	arena_clear(&a);
	return f;
}

/* ---- the list -------------------------------------------------------------------- */

static bool
name_holds(struct arena *a, const char *text, const char *part)
{
	return text != NULL && strstr(line_lower(a, text), part) != NULL;
}

static bool
row_fits(struct arena *a, const struct known *row, const struct conversation_list *req)
{
	const char *status = req->status && *req->status ? req->status : "active";
	if (row->gone || !row->has_title ||
		(!str_same(status, "all") && !str_same(status, row->status)))
		return false;
	if (req->subject != NULL && *req->subject && !str_same(req->subject, row->subject))
		return false;
	if (req->search == NULL || *req->search == '\0')
		return true;
	const char *part = line_lower(a, req->search);
	return name_holds(a, row->title, part) || name_holds(a, row->subject, part) ||
	       name_holds(a, row->preview, part);
}

static int
newest_first(const void *x, const void *y)
{
	const struct known *a = *(const struct known *const *)x,
			   *b = *(const struct known *const *)y;
	if (a->updated != b->updated)
		return a->updated < b->updated ? 1 : -1;
	return strcmp(b->id, a->id);
}

/* A cursor is "updated:id" of the last row shown. */
static bool
after_cursor(const struct known *row, const char *cursor)
{
	char *colon;
	if (cursor == NULL || *cursor == '\0')
		return true;
	int64_t updated = strtoll(cursor, &colon, 10);
	if (row->updated != updated || *colon != ':')
		return row->updated < updated;
	return strcmp(row->id, colon + 1) < 0;
}

enum fault
tutor_conversation_list(struct conversations *out, struct arena *a, struct tutor *t,
	struct store *db, const struct conversation_list *req)
{
	const struct known *rows;
	size_t count, fitting = 0, n = 0;
	enum fault f = memory_known(&rows, &count, a, t, db);
	if (f != FAULT_NONE)
		return f;
	const struct known **fit = arena_alloc(a, (count + 1) * sizeof *fit);
	for (size_t i = 0; i < count; i++)
		if (row_fits(a, &rows[i], req))
			fit[fitting++] = &rows[i];
	qsort(fit, fitting, sizeof *fit, newest_first);
	size_t limit = req->limit <= 0         ? PAGE_DEFAULT
		       : req->limit > PAGE_MAX ? PAGE_MAX
					       : (size_t)req->limit;
	struct conversation *items = arena_alloc(a, (limit + 1) * sizeof *items);
	const char *cursor = NULL;
	for (size_t i = 0; i < fitting; i++) {
		struct kept_title *title = NULL;
		if (!after_cursor(fit[i], req->cursor))
			continue;
		if (n == limit) {
			const struct conversation *last = &items[n - 1];
			cursor = arena_printf(a, "%lld:%s", (long long)last->updated, last->id);
			break;
		}
		f = kept_title_get(&title, a, db, fit[i]->id);
		if (f == FAULT_ABSENT) { /* buried by another process */
			memory_drop(t, fit[i]->id);
			continue;
		}
		if (f != FAULT_NONE)
			return f;
		items[n++] = *conversation_from(a, fit[i]->id, title, fit[i]);
	}
	*out = (struct conversations){
		.items = { items, n }, .cursor = cursor, .total = (int64_t)fitting
	};
	return FAULT_NONE;
}

/* ---- a transcript ---------------------------------------------------------------------- */

static enum fault
verify_now(struct record_list *list, const char *context, struct arena *a, struct tutor *t,
	struct store *db)
{
	struct citation *c = list->items;
	for (size_t i = 0; i < list->count; i++) {
		if (c[i].file_id == NULL || *c[i].file_id == '\0') {
			context_verify(&c[i], context);
			continue;
		}
		enum fault f = library_verify(&c[i], a, t->library, db);
		if (f != FAULT_NONE)
			return f;
	}
	return FAULT_NONE;
}

/* Support as it stands now: a sentence whose quotation no longer holds is not supported. */
static void
support_now(struct message *m)
{
	const struct citation *c = m->citations.items;
	const struct sentence *s = m->sentences.items;
	if (m->support == NULL)
		return;
	m->support->verified = 0;
	for (size_t i = 0; i < m->sentences.count; i++)
		for (size_t k = 0; k < m->citations.count; k++)
			m->support->verified +=
				s[i].citation > 0 && c[k].n == s[i].citation && c[k].verified;
}

/* The piped text of the question that message `at` answers. It stands shortly before,
 * as a rule right before. */
static const char *
context_for(const struct kept_chain *chain, size_t at)
{
	size_t least = at > QUESTION_BACK ? at - QUESTION_BACK : 0;
	for (size_t k = at; k-- > least;)
		if (str_same(chain->items[k].message->id, chain->items[at].question))
			return chain->items[k].context;
	return NULL;
}

enum fault
transcript_verify(struct kept_chain *chain, struct arena *a, struct tutor *t, struct store *db)
{
	for (size_t i = 0; i < chain->count; i++) {
		struct message *m = chain->items[i].message;
		const char *context = NULL;
		if (chain->items[i].seen)
			continue;
		if (m->citations.count + m->nearest.count > 0)
			context = context_for(chain, i);
		enum fault f = verify_now(&m->citations, context, a, t, db);
		if (f == FAULT_NONE)
			f = verify_now(&m->nearest, context, a, t, db);
		if (f != FAULT_NONE)
			return f;
		support_now(m);
	}
	return FAULT_NONE;
}

/* The part that is asked for, and one message before it: the context of an answer
 * stands in its question. */
static enum fault
part_find(struct kept_part *out, struct arena *a, struct store *db,
	const struct conversation_get *req)
{
	size_t end = req->before > 0 ? (size_t)req->before - 1 : SIZE_MAX;
	enum fault f = FAULT_DAMAGED;
	if (req->limit > 0)
		f = kept_part_read(out, a, db, req->id, end, (size_t)req->limit + 1);
	if (f != FAULT_DAMAGED)
		return f;
	*out = (struct kept_part){ .first = 0 };
	f = kept_chain_whole(&out->chain, a, db, req->id);
	out->total = out->chain.count;
	if (f == FAULT_NONE && out->total > 0)
		out->last = out->chain.items[out->total - 1];
	return f;
}

enum fault
tutor_conversation_get(struct transcript *out, struct arena *a, struct tutor *t, struct store *db,
	const struct conversation_get *req)
{
	struct kept_title *title = NULL;
	struct kept_part part;
	enum fault f = kept_title_get(&title, a, db, req->id);
	if (f == FAULT_NONE)
		f = part_find(&part, a, db, req);
	if (f != FAULT_NONE)
		return f;
	struct known row = { .messages = (int64_t)part.total, .updated = title->created };
	size_t before = req->before > 0 ? (size_t)req->before - 1 : SIZE_MAX;
	size_t end = before < part.total ? before : part.total;
	size_t start = req->limit > 0 && (size_t)req->limit < end ? end - (size_t)req->limit : 0;
	/* Only what is shown is verified. */
	struct kept_chain shown = part.chain;
	size_t skip = start > 0 ? start - 1 - part.first : 0;
	shown.items += skip;
	shown.count = end - part.first - skip;
	if (part.last.at > row.updated)
		row.updated = part.last.at;
	if (end > start)
		f = transcript_verify(&shown, a, t, db);
	if (f == FAULT_NONE) {
		struct message *items = arena_alloc(a, (end - start + 1) * sizeof *items);
		for (size_t i = start; i < end; i++)
			items[i - start] = *part.chain.items[i - part.first].message;
		if (part.last.message != NULL)
			row.preview = (char *)part.last.message->content;
		out->conversation = conversation_from(a, req->id, title, &row);
		out->messages = (struct record_list){ items, end - start };
	}
	kept_chain_clear(&part.chain);
	return f;
}
