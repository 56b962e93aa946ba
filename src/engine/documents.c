/* Operations on documents, passages and search: the library's, nothing sealed. */
#include <string.h>

#include "engine_in.h"

static void
on_progress(const struct ev_progress *p, void *arg)
{
	call_emit(arg, "progress", &record_ev_progress, p);
}

/* The person's own retention, when the request names none and it can be read. */
static int64_t
retention_days(struct call *c, int64_t asked)
{
	struct settings s = { .retention_days = asked };
	if (asked != 0)
		return asked;
	/* Documents pass beside the gate, but this looks into the vault. */
	pthread_rwlock_rdlock(&c->e->gate);
	if (store_is_locked(c->db) ||
		tutor_settings_get(&s, c->a, c->tutor, c->db) != FAULT_NONE)
		s.retention_days = asked;
	pthread_rwlock_unlock(&c->e->gate);
	return s.retention_days;
}

/* On a server a file comes from the folder of uploads, whatever path somebody sends. */
enum fault
upload_check(const struct call *c, const char *path)
{
	const char *folder = c->e->upload_folder;
	size_t n = folder == NULL ? 0 : strlen(folder);
	if (folder == NULL || owner_of(c->who)[0] == '\0')
		return FAULT_NONE;
	if (strncmp(path, folder, n) != 0 || path[n] != '/' || strchr(path + n + 1, '/') != NULL)
		return fault(FAULT_DENIED, "documents are sent, not named by a path");
	return FAULT_NONE;
}

static enum fault
document_add(void **reply, struct call *c, const void *request)
{
	struct document_add req = *(const struct document_add *)request;
	struct document *d = NULL;
	enum fault f = upload_check(c, req.path);
	if (f != FAULT_NONE)
		return f;
	retention_documents(c);
	req.retention_days = retention_days(c, req.retention_days);
	f = library_add(&d, c->a, c->e->library, c->db, &req, on_progress, c, c->cancel);
	*reply = d;
	/* What was begun under this key before has been finished already. */
	return f == FAULT_EXISTS && c->again && d != NULL ? FAULT_NONE : f;
}

static enum fault
document_get(void **reply, struct call *c, const void *request)
{
	struct document *d = NULL;
	enum fault f = library_get(
		&d, c->a, c->e->library, c->db, ((const struct id_request *)request)->id);
	*reply = d;
	return f;
}

static enum fault
document_list(void **reply, struct call *c, const void *request)
{
	struct documents *list = record_new(c->a, &record_documents);
	retention_documents(c);
	*reply = list;
	return library_list(list, c->a, c->e->library, c->db, request);
}

/* An administrator may remove what he may not read: somebody else's own. */
static enum fault
audit_removal(struct call *c, const char *id)
{
	const struct people_asker who = asker(c);
	struct document *d = NULL;
	if (c->who->role != ROLE_ADMIN || owner_of(c->who)[0] == '\0')
		return FAULT_NONE;
	enum fault f = library_get(&d, c->a, c->e->library, c->db, id);
	return f == FAULT_ABSENT ? people_audit(c->e->people, c->db, &who, c->op->id, NULL, id) : f;
}

static enum fault
document_delete(void **reply, struct call *c, const void *request)
{
	struct nothing *done = record_new(c->a, &record_nothing);
	done->ok = true;
	*reply = done;
	const char *id = ((const struct id_request *)request)->id;
	enum fault f = audit_removal(c, id);
	if (f == FAULT_NONE)
		f = library_remove(c->e->library, c->db, id);
	return f == FAULT_ABSENT && c->again ? FAULT_NONE : f;
}

static enum fault
document_content(void **reply, struct call *c, const void *request)
{
	struct content *content = record_new(c->a, &record_content);
	*reply = content;
	return library_content(content, c->a, c->e->library, c->db, request);
}

static enum fault
document_reindex(void **reply, struct call *c, const void *request)
{
	struct document *d = NULL;
	enum fault f = library_reindex(&d, c->a, c->e->library, c->db,
		((const struct id_request *)request)->id, on_progress, c, c->cancel);
	*reply = d;
	return f;
}

static enum fault
passage_get(void **reply, struct call *c, const void *request)
{
	struct passages *p = record_new(c->a, &record_passages);
	*reply = p;
	return library_passages(p, c->a, c->e->library, c->db, request);
}

static enum fault
search_run(void **reply, struct call *c, const void *request)
{
	struct hits *hits = record_new(c->a, &record_hits);
	retention_documents(c);
	*reply = hits;
	return library_search(hits, c->a, c->e->library, c->db, request, c->cancel);
}

const struct handler document_handlers[] = {
	{ "document.add", document_add, HANDLER_ALONE },
	{ "document.get", document_get, 0 },
	{ "document.list", document_list, 0 },
	{ "document.delete", document_delete, HANDLER_ALONE },
	{ "document.content", document_content, 0 },
	{ "document.reindex", document_reindex, HANDLER_ALONE },
	{ "passage.get", passage_get, 0 },
	{ "search.run", search_run, 0 },
};
const size_t document_handler_count = COUNT_OF(document_handlers);
