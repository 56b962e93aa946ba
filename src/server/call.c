/* A call: what a worker of the crew does with a request.
 *
 * The body is read here and not by the listener, for reading JSON takes time.
 * Names of the path and the query become members of the same object, so that one
 * reader checks all of it by the same table; a file's path can only be the one
 * that was just uploaded. */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "answer_in.h"

#define REPLY_BYTES_MAX (32u * 1024 * 1024)

struct call *
call_new(struct server *s, const struct operation *op)
{
	struct call *c = mem_new(sizeof *c);
	c->server = s;
	c->op = op;
	arena_init(&c->arena);
	text_init(&c->body, atomic_load(&s->body_max));
	text_init(&c->reply, REPLY_BYTES_MAX);
	return c;
}

void
call_param(struct call *c, const char *name, const char *value)
{
	size_t n = c->param_count;
	if ((n & (n - 1)) == 0) { /* room doubles */
		struct param *more = arena_alloc(&c->arena, (n > 0 ? 2 * n : 1) * sizeof *more);
		if (n > 0)
			memcpy(more, c->params, n * sizeof *more);
		c->params = more;
	}
	c->params[c->param_count++] = (struct param){ name, value };
}

void
call_free(struct call *c)
{
	upload_free(c->upload);
	text_clear(&c->body);
	text_clear(&c->reply);
	arena_clear(&c->arena);
	mem_free(c);
}

/* ---- the record of a request ------------------------------------------------------------ */

static const struct field *
field_named(const struct record_type *type, const char *name)
{
	for (size_t i = 0; i < type->count; i++)
		if (str_same(type->fields[i].name, name))
			return &type->fields[i];
	return NULL;
}

static enum fault
number_value(struct json_object **out, const struct field *f, const char *s)
{
	char *end;
	if (f->kind == FIELD_INT) {
		long long n = strtoll(s, &end, 10);
		*out = json_object_new_int64(n);
	} else
		*out = json_object_new_double(strtod(s, &end));
	if (end == s || *end != '\0' || strlen(s) > 24)
		return fault(FAULT_INPUT, "%s must be a number", f->name);
	return FAULT_NONE;
}

/* A text of the address as the kind of its field; a list's items come one by one. */
static enum fault
address_value(struct json_object **out, struct json_object *have, const struct field *f, const char *s)
{
	if (!utf8_valid(s, strlen(s)))
		return fault(FAULT_INPUT, "%s is not UTF-8", f->name);
	switch (f->kind) {
	case FIELD_TEXT:
	case FIELD_TIME:
		*out = json_object_new_string(s);
		return FAULT_NONE;
	case FIELD_INT:
	case FIELD_REAL:
		return number_value(out, f, s);
	case FIELD_BOOL:
		if (!str_same(s, "true") && !str_same(s, "false"))
			return fault(FAULT_INPUT, "%s must be true or false", f->name);
		*out = json_object_new_boolean(str_same(s, "true"));
		return FAULT_NONE;
	case FIELD_TEXTS:
		*out = have != NULL && json_object_is_type(have, json_type_array)
			       ? json_object_get(have)
			       : json_object_new_array();
		json_object_array_add(*out, json_object_new_string(s));
		return FAULT_NONE;
	default:
		return fault(FAULT_INPUT, "%s cannot stand in an address", f->name);
	}
}

/* Is name a {name} of the path?  Then "-" says that it is absent. */
static bool
in_path(const struct operation *op, const char *name)
{
	const char *at = strchr(op->path, '{');
	size_t n = strlen(name);
	for (; at != NULL; at = strchr(at + 1, '{'))
		if (strncmp(at + 1, name, n) == 0 && at[n + 1] == '}')
			return true;
	return false;
}

static enum fault
add_params(struct json_object *o, const struct call *c)
{
	enum fault f = FAULT_NONE;
	for (size_t i = 0; i < c->param_count && f == FAULT_NONE; i++) {
		const struct param *p = &c->params[i];
		const struct field *field = field_named(c->op->request, p->name);
		struct json_object *have = NULL, *value = NULL;
		if (field == NULL)
			continue;
		bool path = in_path(c->op, p->name);
		if (path)
			json_object_object_del(o, p->name); /* the address says it, not the body */
		if (path && str_same(p->value, PATH_ABSENT))
			continue;
		json_object_object_get_ex(o, p->name, &have);
		f = address_value(&value, have, field, p->value);
		if (f == FAULT_NONE)
			json_object_object_add(o, p->name, value);
		else
			json_object_put(value);
	}
	return f;
}

/* Where it lies now and a place of its own: a name from outside must not stand for
 * somebody else's document. */
static void
add_upload(struct json_object *o, struct call *c)
{
	json_object_object_add(o, "path", json_object_new_string(upload_path(c->upload)));
	json_object_object_add(o, "origin", json_object_new_string(arena_printf(&c->arena, "upload:%s", c->request_id)));
	if (!json_object_object_get_ex(o, "name", NULL))
		json_object_object_add(o, "name", json_object_new_string("document"));
}

enum fault
request_read(void **out, struct call *c)
{
	struct json_object *o = NULL;
	enum fault f = FAULT_NONE;
	if (c->body.len > 0)
		f = json_parse(&o, c->body.data, c->body.len);
	else
		o = json_object_new_object();
	if (f == FAULT_NONE && !json_object_is_type(o, json_type_object))
		f = fault(FAULT_INPUT, "the body must be a JSON object");
	if (f == FAULT_NONE)
		f = add_params(o, c);
	if (f == FAULT_NONE && c->upload != NULL)
		add_upload(o, c);
	if (f == FAULT_NONE)
		f = record_from_object(out, &c->arena, c->op->request, o);
	json_object_put(o);
	return f;
}

/* ---- on a worker ---------------------------------------------------------------------------- */

static void
on_event(const char *name, const struct record_type *type, const void *record, void *arg)
{
	const struct call *c = arg;
	answer_event(c->answer, name, type, record);
}

/* ---- asked again -------------------------------------------------------------------- */

static void
sum_text(char out[ID_BYTES], const char *what, const char *of, const struct text *body)
{
	unsigned char sum[VAULT_ID_BYTES];
	struct text t;
	text_init(&t, body->max + 1024);
	text_printf(&t, "stoa %s %s ", what, of);
	text_put_n(&t, body->data != NULL ? body->data : "", body->len);
	vault_sum(sum, sizeof sum, t.data, t.len);
	vault_id_text(out, sum);
	vault_wipe(t.data, t.cap);
	text_clear(&t);
}

/* Does the stream go on with one that was begun before, here or at another server? */
static bool
follow_stream(struct call *c, const char *user)
{
	char id[ID_BYTES];
	struct relay_ask ask = { .id = id };
	if (answer_follow(c->answer, user, c->last_event_id))
		return true;
	return c->server->relay != NULL && answer_id_parse(id, &ask.after, c->last_event_id) &&
	       relay_follow(c->question, c->server->relay, c->answer, &ask);
}

/* A question has a name by which it is answered once, however often it is sent: what
 * the client says, or else one made of the stream that it was first asked in. */
static bool
follow_question(struct call *c, const struct message_send *m)
{
	static const struct text nothing;
	char stream[ID_BYTES], asked[ID_BYTES];
	uint64_t n;
	const char *said = m->id != NULL ? m->id : c->idempotency_key;
	if (said == NULL && !answer_id_parse(stream, &n, c->last_event_id))
		answer_id(stream, c->answer);
	if (said != NULL)
		sum_text(c->question, "asked", said, &nothing);
	else if (c->question[0] == '\0')
		sum_text(c->question, "stream", stream, &c->body);
	if (said == NULL && !m->ephemeral)
		c->idempotency_key = c->question;
	sum_text(asked, "body", "", &c->body);
	if (answer_follow_question(c->answer, c->question, asked))
		return true;
	const struct relay_ask ask = { .question = c->question, .asked = asked };
	char other[ID_BYTES];
	return c->server->relay != NULL && said != NULL && relay_follow(other, c->server->relay, c->answer, &ask);
}

static enum fault
perform(void **reply, struct call *c)
{
	struct principal who;
	void *request = NULL;
	struct call_options options = {
		.emit = c->answer != NULL ? on_event : NULL,
		.arg = c,
		.cancel = &c->cancel,
		.address = c->address,
		.request_id = c->request_id,
	};
	enum fault f = engine_principal(&who, c->server->engine, c->bearer);
	c->unknown = f != FAULT_NONE;
	c->followed = f == FAULT_NONE && c->answer != NULL && follow_stream(c, who.user);
	if (f == FAULT_NONE && !c->followed)
		f = request_read(&request, c);
	if (f == FAULT_NONE && !c->followed && c->answer != NULL && c->op->request == &record_message_send)
		c->followed = follow_question(c, request);
	if (c->followed)
		return FAULT_NONE;
	options.idempotency_key = c->idempotency_key;
	if (f == FAULT_NONE)
		f = engine_call(reply, &c->arena, c->server->engine, &who, c->op->id, request, &options);
	return f;
}

static void
set_fault(struct call *c, enum fault f)
{
	char shown[SHOWN_BYTES];
	const char *code = fault_code(f);
	c->status = fault_http_status(f);
	c->retry_ms = f == FAULT_OFTEN ? fault_retry_ms() : c->status == 503 ? 1000 : 0;
	if (f == FAULT_ABSENT && !engine_does(c->op->id)) {
		c->status = 501;
		code = status_code(501);
	} else if (f == FAULT_DENIED && (c->unknown || c->bearer == NULL || c->bearer[0] == '\0')) {
		c->status = 401;
		code = status_code(401);
	}
	reply_error_body(&c->reply, code, shown_fault(shown, f, c->op->id, c->request_id), c->request_id, &c->server->clock);
}

/* No byte that would end a header, or could be read in two ways. */
static bool
header_safe(const char *s)
{
	for (; *s > ' ' && *s < 0x7f; s++)
		;
	return *s == '\0';
}

/* A browser that comes back from an identity provider is sent on. */
static enum fault
redirect(struct call *c, const void *reply)
{
	const struct auth_redirect *r = reply;
	if (c->op->reply != &record_auth_redirect || r->location == NULL)
		return FAULT_NONE;
	if (!header_safe(r->location))
		return fault(FAULT_DAMAGED, "the address to go on at is none");
	c->location = arena_strdup(&c->arena, r->location);
	c->status = 302;
	return FAULT_NONE;
}

static void
run(void *arg)
{
	struct call *c = arg;
	struct server *s = c->server;
	void *reply = NULL;
	enum fault f = cancel_check(&c->cancel);
	if (f == FAULT_NONE)
		f = perform(&reply, c);
	if (c->followed)
		c->status = 200;
	else if (f == FAULT_NONE) {
		struct text json;
		text_init(&json, REPLY_BYTES_MAX);
		record_to_json(&json, c->op->reply, reply);
		if (c->op->reply == &record_health && c->bearer == NULL)
			health_keep(s, &json);
		c->status = 200;
		f = redirect(c, reply);
		if (c->answer != NULL)
			text_put_n(&c->reply, json.data, json.len);
		else
			reply_data_body(&c->reply, json.data, json.len, c->request_id, &s->clock);
		if (f == FAULT_NONE)
			f = text_check(&json, "the reply");
		text_clear(&json);
		if (f == FAULT_NONE)
			f = text_check(&c->reply, "the reply");
	}
	if (f != FAULT_NONE) {
		text_reset(&c->reply);
		set_fault(c, f);
	}
	upload_free(c->upload);
	c->upload = NULL;
	atomic_fetch_sub(&s->calls, 1);
	if (c->answer != NULL)
		answer_end(c->answer);
	else
		listener_post(c->waits);
}

enum fault
call_start(struct call *c)
{
	struct server *s = c->server;
	if (atomic_fetch_add(&s->calls, 1) >= atomic_load(&s->calls_max)) {
		atomic_fetch_sub(&s->calls, 1);
		return fault(FAULT_BUSY, "%d calls run already", atomic_load(&s->calls_max));
	}
	/* Somebody who only looks must not wait behind a hundred questions. */
	enum fault f = crew_submit(c->op->event_count > 0 ? s->crew : s->quick, run, c);
	if (f != FAULT_NONE)
		atomic_fetch_sub(&s->calls, 1);
	return f;
}
