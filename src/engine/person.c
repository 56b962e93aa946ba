/* Operations about the person and the engine: settings, export, health. */
#include <string.h>
#include <sys/statvfs.h>

#include "engine_in.h"

#define DISK_LEAST_BYTES (16 * 1024 * 1024)
#define EXPORT_MAX (256u * 1024 * 1024)

static enum fault
me_get(void **reply, struct call *c, const void *request)
{
	struct settings *s = record_new(c->a, &record_settings);
	(void)request;
	*reply = s;
	enum fault f = tutor_settings_get(s, c->a, c->tutor, c->db);
	return f == FAULT_NONE ? me_fill(s, c) : f;
}

/* What a change leaves and what it turns off is the tutor's to say; the reply is
 * what is kept now. */
static enum fault
me_update(void **reply, struct call *c, const void *request)
{
	void *now = NULL;
	enum fault f = store_begin(c->db);
	if (f != FAULT_NONE)
		return f;
	const struct settings *change = request;
	f = tutor_settings_set(c->tutor, c->db, change);
	if (f == FAULT_NONE && change->name != NULL && change->name[0] != '\0')
		f = me_rename(c, change->name);
	if (f == FAULT_NONE)
		f = me_get(&now, c, NULL);
	f = store_finish(c->db, f);
	*reply = now;
	return f;
}

/* ---- export of everything ----------------------------------------------------------- */

static enum fault
put_documents(struct text *out, struct call *c)
{
	struct document_list req = { .limit = 100 };
	const char *comma = "";
	text_put(out, "\"documents\":[");
	do {
		struct documents page = { 0 };
		enum fault f = library_list(&page, c->a, c->e->library, c->db, &req);
		if (f == FAULT_NONE)
			f = cancel_check(c->cancel);
		if (f != FAULT_NONE)
			return f;
		for (size_t i = 0; i < page.items.count; i++, comma = ",") {
			text_put(out, comma);
			record_to_json(
				out, &record_document, (struct document *)page.items.items + i);
		}
		req.cursor = page.cursor;
	} while (req.cursor != NULL && req.cursor[0] != '\0');
	text_put(out, "],");
	return FAULT_NONE;
}

/* In JSON the conversations' own export with settings and documents before it, so
 * that it can be imported again; in other forms the conversations alone. */
static enum fault
me_export(void **reply, struct call *c, const void *request)
{
	struct export_run req = { .format = ((const struct export_run *)request)->format };
	struct exported *x = record_new(c->a, &record_exported);
	if (req.format == NULL)
		req.format = "json";
	*reply = x;
	enum fault f = tutor_export(x, c->a, c->tutor, c->db, &req);
	if (f != FAULT_NONE || strcmp(req.format, "json") != 0 || x->body[0] != '{')
		return f;
	struct text body;
	struct settings s = { 0 };
	text_init(&body, EXPORT_MAX);
	text_put(&body, "{\"settings\":");
	f = tutor_settings_get(&s, c->a, c->tutor, c->db);
	if (f == FAULT_NONE) {
		record_to_json(&body, &record_settings, &s);
		text_put_c(&body, ',');
		f = me_put_account(&body, c);
		if (f == FAULT_NONE)
			f = me_put_questions(&body, c);
		if (f == FAULT_NONE)
			f = put_documents(&body, c);
	}
	text_put(&body, x->body + 1);
	if (f == FAULT_NONE)
		f = text_check(&body, "the export");
	if (f == FAULT_NONE)
		x->body = arena_strndup(c->a, body.data, body.len);
	if (body.data != NULL)
		explicit_bzero(body.data, body.cap);
	text_clear(&body);
	return f;
}

/* ---- health ------------------------------------------------------------------------- */

static bool
database_answers(struct store *db)
{
	struct statement *st = NULL;
	if (store_prepare(&st, db, "SELECT 1") != FAULT_NONE)
		return false;
	bool row = statement_step(st) == FAULT_NONE;
	statement_done(st);
	return row;
}

static bool
disk_has_room(const char *folder)
{
	struct statvfs v;
	return statvfs(folder, &v) == 0 && (uint64_t)v.f_bavail * v.f_frsize >= DISK_LEAST_BYTES;
}

static int64_t
count_conversations(struct call *c)
{
	const struct conversation_list req = { .limit = 1, .status = "all" };
	struct conversations list = { 0 };
	int64_t total = 0;
	pthread_rwlock_rdlock(&c->e->gate);
	if (!store_is_locked(c->db) &&
		tutor_conversation_list(&list, c->a, c->tutor, c->db, &req) == FAULT_NONE)
		total = list.total;
	pthread_rwlock_unlock(&c->e->gate);
	return total;
}

static enum fault
health_get(void **reply, struct call *c, const void *request)
{
	struct health *h = record_new(c->a, &record_health);
	(void)request;
	h->version = STOA_VERSION;
	h->database = database_answers(c->db);
	h->disk = disk_has_room(c->e->data_folder);
	h->model = c->e->llm != NULL;
	h->unlocked = !store_is_locked(c->db);
	h->documents = library_document_count(c->e->library);
	h->passages = library_passage_count(c->e->library);
	/* How much somebody has said is nobody else's business. */
	h->conversations = c->who->role >= ROLE_GUEST ? count_conversations(c) : 0;
	h->status = h->database && h->disk ? "ok" : "degraded";
	*reply = h;
	return FAULT_NONE;
}

const struct handler person_handlers[] = {
	{ "health.get", health_get, 0 },
	{ "me.get", me_get, HANDLER_SEALED },
	{ "me.update", me_update, HANDLER_SEALED },
	{ "me.export", me_export, HANDLER_SEALED },
};
const size_t person_handler_count = COUNT_OF(person_handlers);
