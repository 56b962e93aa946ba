/* What a server says, read as if it were an enemy.
 *
 * A reply is the envelope of the API; its data and every event pass the record
 * reader, which takes what the field tables name and nothing else.  What does not
 * fit is DAMAGED and says which field; the server's own sentences pass fault(),
 * which makes them harmless.  Which fault a status means stands in rows, so that an
 * answer of a proxy on the way is told from an answer of the server. */
#include <json-c/json.h>
#include <string.h>

#include "remote_in.h"

#define EVENTS_MAX 50000

static const struct status {
	int status;
	enum fault kind;
	const char *words;                  /* when the server says none */
} statuses[] = {
	{ 400, FAULT_INPUT, "the server does not understand this" },
	{ 401, FAULT_DENIED, "the server does not know you: sign in with stoa login" },
	{ 403, FAULT_DENIED, "the server does not allow this" },
	{ 404, FAULT_ABSENT, "the server has no such thing" },
	{ 405, FAULT_ABSENT, "the server does not do this" },
	{ 408, FAULT_OFFLINE, "the server did not get the request in time" },
	{ 409, FAULT_EXISTS, "it was changed by another, or is there already" },
	{ 413, FAULT_LIMIT, "this is larger than the server takes" },
	{ 422, FAULT_INPUT, "the server does not take this" },
	{ 429, FAULT_OFTEN, "asked too often" },
	{ 501, FAULT_ABSENT, "the server does not do this" },
	{ 502, FAULT_OFFLINE, "the server behind this address does not answer" },
	{ 503, FAULT_BUSY, "the server is not ready" },
	{ 504, FAULT_OFFLINE, "the server behind this address does not answer" },
};

enum fault
reply_fault(int status, const char *message, int64_t retry_ms)
{
	struct status row = { status, status >= 500 ? FAULT_SYSTEM : FAULT_DAMAGED, "" };
	for (size_t i = 0; i < COUNT_OF(statuses); i++)
		if (statuses[i].status == status)
			row = statuses[i];
	const char *words = message != NULL && message[0] != '\0' ? message : row.words;
	if (words[0] == '\0')
		return fault(row.kind, "the server answers %d, which means nothing here", status);
	if (row.kind == FAULT_OFTEN)
		return fault_often(retry_ms > 0 ? retry_ms : 1000, "%s", words);
	return fault(row.kind, "%s", words);
}

static enum fault
misfit(const char *what)
{
	return fault(FAULT_DAMAGED, "the server's %s is not what it must be: %s", what, fault_sentence());
}

/* A member that is there and not null. */
static json_object *
member(json_object *o, const char *name, enum json_type type)
{
	json_object *found = NULL;
	if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, name, &found))
		return NULL;
	return json_object_is_type(found, type) ? found : NULL;
}

static enum fault
error_of(json_object *error, int status, int64_t retry_ms)
{
	json_object *message = member(error, "message", json_type_string);
	return reply_fault(status, json_object_get_string(message), retry_ms);
}

enum fault
reply_read(void **out, struct arena *a, const struct record_type *type, const struct wire_reply *r)
{
	json_object *o = NULL, *data = NULL;
	bool good = r->status / 100 == 2;
	enum fault f = json_parse(&o, r->body.data != NULL ? r->body.data : "", r->body.len);
	if (f != FAULT_NONE)
		return good ? misfit("reply") : reply_fault(r->status, NULL, r->retry_after_ms);
	if (!good) {
		f = error_of(member(o, "error", json_type_object), r->status, r->retry_after_ms);
	} else if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, "data", &data)) {
		f = fault(FAULT_DAMAGED, "the server's reply has no data");
	} else {
		f = record_from_object(out, a, type, data);
		f = f == FAULT_NONE ? reply_fit(type, *out) : misfit("reply");
	}
	json_object_put(o);
	return f;
}

/* ---- events ------------------------------------------------------------------------ */

/* An event that ends a stream with a fault: {code, message}. */
static enum fault
stream_error(const struct wire_event *ev)
{
	json_object *o = NULL;
	int status = 500;
	if (json_parse(&o, ev->data, strlen(ev->data)) != FAULT_NONE)
		return misfit("event error");
	const char *code = json_object_get_string(member(o, "code", json_type_string));
	for (enum fault k = FAULT_ABSENT; code != NULL && k < FAULT_KINDS; k++)
		if (strcmp(fault_code(k), code) == 0) {
			status = fault_http_status(k);
			break;
		}
	enum fault f = error_of(o, status, 0);
	json_object_put(o);
	return f;
}

enum fault
reply_event(const struct wire_event *ev, void *arg)
{
	struct hearing *h = arg;
	void *record = NULL;
	const char *type = ev->type;
	if (++h->events > EVENTS_MAX)
		return fault(FAULT_LIMIT, "the server sends more than %d events for one answer", EVENTS_MAX);
	size_t id_bytes = ev->id != NULL ? strlen(ev->id) : 0;
	if (id_bytes > 0 && id_bytes < sizeof h->last_id)
		memcpy(h->last_id, ev->id, id_bytes + 1);
	if (str_same(type, "error"))
		return stream_error(ev);
	if (str_same(type, "complete") || str_ends(type, "_complete")) {
		enum fault f = record_from_json(&h->reply, h->a, h->op->reply, ev->data, strlen(ev->data));
		return f == FAULT_NONE ? reply_fit(h->op->reply, h->reply) : misfit(type);
	}
	for (size_t i = 0; i < h->op->event_count; i++) {
		const struct event_type *known = &h->op->events[i];
		if (!str_same(known->name, type))
			continue;
		enum fault f = record_from_json(&record, h->a, known->record, ev->data, strlen(ev->data));
		f = f == FAULT_NONE ? reply_fit(known->record, record) : misfit(type);
		if (f != FAULT_NONE)
			return f;
		if (h->emit != NULL)
			h->emit(known->name, known->record, record, h->arg);
	}
	return FAULT_NONE;
}
