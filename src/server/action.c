/* What a client of the live chat can ask for, and the work behind it.
 *
 * Actions are rows.  Those that need the engine become work of the crew and call the
 * same operations as REST: message.send, message.escalate, auth.guest; there is no
 * second way past the door.  Somebody who brings no token becomes a guest at his
 * first question and stays that guest while the socket lives. */
#include <json-c/json.h>
#include <string.h>

#include "live_in.h"

#define SAYING_BYTES (4u * 1024 * 1024)

typedef enum fault live_work_fn(struct live *v, struct arena *a, struct json_object *asked);

static const char *
member(struct json_object *o, const char *name)
{
	struct json_object *value;
	if (!json_object_object_get_ex(o, name, &value) || !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

typedef void saying_fn(struct live *v, const struct text *json);

static void
say_error(saying_fn *say, struct live *v, const char *code, const char *message, int64_t retry_ms)
{
	struct text json;
	text_init(&json, SAYING_BYTES);
	text_printf(&json, "{\"type\":\"error\",\"code\":\"%s\",\"message\":", code);
	json_put_string(&json, message);
	if (retry_ms > 0)
		text_printf(&json, ",\"retry_after_ms\":%lld", (long long)retry_ms);
	text_put_c(&json, '}');
	say(v, &json);
	text_clear(&json);
}

void
live_say_error(struct live *v, const char *code, const char *message, int64_t retry_ms)
{
	say_error(live_reply, v, code, message, retry_ms);
}

static void
say_type(saying_fn *say, struct live *v, const char *type)
{
	struct text json;
	text_init(&json, 256);
	text_printf(&json, "{\"type\":\"%s\"}", type);
	say(v, &json);
	text_clear(&json);
}

/* ---- on a worker ------------------------------------------------------------------------- */

static void
on_event(const char *name, const struct record_type *type, const void *record, void *arg)
{
	if (type == &record_ev_delta && str_same(name, "content_delta"))
		live_words(arg, ((const struct ev_delta *)record)->delta);
}

/* One operation with the record that json describes; its reply as an object of the
 * caller's. */
static enum fault
perform(struct json_object **out, struct live *v, struct arena *a, const char *operation, const char *json, const char *key)
{
	const struct operation *op = operation_find(operation);
	struct server *s = v->listener->server;
	struct principal who;
	void *request = NULL, *reply = NULL;
	char request_id[ID_BYTES];
	struct text said;
	if (op == NULL)
		return fault(FAULT_ABSENT, "this server does not do %s", operation);
	id_make(request_id, &s->chance);
	const struct call_options options = { .emit = on_event, .arg = v, .cancel = &v->cancel,
		.idempotency_key = key, .address = v->address, .request_id = request_id };
	enum fault f = engine_principal(&who, s->engine, v->bearer);
	v->unknown = f != FAULT_NONE;
	if (f == FAULT_NONE)
		live_is(v, who.user);
	if (f == FAULT_NONE)
		f = record_from_json(&request, a, op->request, json, strlen(json));
	if (f == FAULT_NONE)
		f = engine_call(&reply, a, s->engine, &who, op->id, request, &options);
	if (f != FAULT_NONE)
		return f;
	text_init(&said, SAYING_BYTES);
	record_to_json(&said, op->reply, reply);
	f = text_check(&said, "the answer");
	if (f == FAULT_NONE)
		f = json_parse(out, said.data, said.len);
	vault_wipe(said.data, said.len);   /* it may hold a token */
	text_clear(&said);
	return f;
}

static enum fault
become_guest(struct live *v, struct arena *a, const char *role)
{
	struct json_object *signed_in = NULL, *o = json_object_new_object();
	if (v->bearer != NULL) {
		json_object_put(o);
		return FAULT_NONE;
	}
	if (role != NULL)
		json_object_object_add(o, "role", json_object_new_string(role));
	enum fault f = perform(&signed_in, v, a, "auth.guest", json_object_to_json_string(o), NULL);
	if (f == FAULT_NONE) {
		const char *session = member(signed_in, "session_id");
		v->bearer = mem_strdup(member(signed_in, "token"));
		snprintf(v->session, sizeof v->session, "%s", session == NULL ? "" : session);
	}
	json_object_put(signed_in);
	json_object_put(o);
	return f;
}

static void
put_member(struct text *out, struct json_object *from, const char *name, const char *as)
{
	struct json_object *value;
	if (json_object_object_get_ex(from, name, &value))
		text_printf(out, ",\"%s\":%s", as, json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

static void
say_complete(struct live *v, struct json_object *m)
{
	struct json_object *confidence = NULL;
	struct text json;
	text_init(&json, SAYING_BYTES);
	text_put(&json, "{\"type\":\"complete\"");
	put_member(&json, m, "content", "content");
	if (json_object_object_get_ex(m, "confidence", &confidence) && json_object_is_type(confidence, json_type_object))
		put_member(&json, confidence, "score", "confidence");
	put_member(&json, m, "citations", "citations");
	put_member(&json, m, "low_confidence", "low_confidence");
	put_member(&json, m, "status", "status");
	put_member(&json, m, "id", "message_id");
	put_member(&json, m, "conversation_id", "conversation_id");
	if (v->session[0] != '\0') {
		text_put(&json, ",\"session_id\":");
		json_put_string(&json, v->session);
	}
	text_put_c(&json, '}');
	if (json.over)
		say_error(live_hold, v, "TOO_LARGE", "the answer is too large for one message", 0);
	else
		live_hold(v, &json);
	text_clear(&json);
}

static void
say_request_email(struct live *v, const char *query)
{
	struct text json;
	text_init(&json, SAYING_BYTES);
	text_put(&json, "{\"type\":\"request_email\",\"message\":\"The sources do not answer this surely enough. Leave a mail address, and somebody who knows will write to you.\",\"query\":");
	json_put_string(&json, query);
	text_put_c(&json, '}');
	live_hold(v, &json);
	text_clear(&json);
}

/* The question as message.send takes it: names of ours, nothing that came besides. */
static const char *
question_json(struct live *v, struct arena *a, struct json_object *asked)
{
	static const char *const same[] = { "conversation_id", "id", "subject", "mode" };
	struct json_object *o = json_object_new_object();
	json_object_object_add(o, "content", json_object_new_string(member(asked, "query")));
	if (v->conversation[0] != '\0')
		json_object_object_add(o, "conversation_id", json_object_new_string(v->conversation));
	for (size_t i = 0; i < COUNT_OF(same); i++)
		if (member(asked, same[i]) != NULL)
			json_object_object_add(o, same[i], json_object_new_string(member(asked, same[i])));
	const char *json = arena_strdup(a, json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
	json_object_put(o);
	return json;
}

static enum fault
send_message(struct live *v, struct arena *a, struct json_object *asked)
{
	struct json_object *m = NULL, *below = NULL;
	if (member(asked, "query") == NULL)
		return fault(FAULT_INPUT, "sendMessage needs a query");
	enum fault f = become_guest(v, a, member(asked, "role"));
	if (f == FAULT_NONE)
		f = perform(&m, v, a, "message.send", question_json(v, a, asked), member(asked, "id"));
	if (f != FAULT_NONE)
		return f;
	const char *conversation = member(m, "conversation_id"), *id = member(m, "id");
	snprintf(v->conversation, sizeof v->conversation, "%s", conversation == NULL ? "" : conversation);
	snprintf(v->message, sizeof v->message, "%s", id == NULL ? "" : id);
	say_complete(v, m);
	if (json_object_object_get_ex(m, "request_email", &below) && json_object_get_boolean(below))
		say_request_email(v, member(asked, "query"));
	json_object_put(m);
	return FAULT_NONE;
}

static enum fault
submit_email(struct live *v, struct arena *a, struct json_object *asked)
{
	const char *email = member(asked, "email");
	struct json_object *done = NULL, *o;
	if (email == NULL)
		return fault(FAULT_INPUT, "submitEmail needs an email");
	if (v->message[0] == '\0')
		return fault(FAULT_INPUT, "there is no answer here that could be passed on");
	o = json_object_new_object();
	json_object_object_add(o, "id", json_object_new_string(v->message));
	json_object_object_add(o, "email", json_object_new_string(email));
	enum fault f = perform(&done, v, a, "message.escalate", json_object_to_json_string(o), NULL);
	json_object_put(o);
	if (f != FAULT_NONE)
		return f;
	struct text json;
	text_init(&json, SAYING_BYTES);
	text_put(&json, "{\"type\":\"escalation_complete\"");
	put_member(&json, done, "message", "message");
	put_member(&json, done, "query_id", "query_id");
	text_put_c(&json, '}');
	live_hold(v, &json);
	text_clear(&json);
	json_object_put(done);
	return FAULT_NONE;
}

/* ---- the actions ----------------------------------------------------------------------------- */

static const struct action {
	const char *name;
	live_work_fn *work;          /* NULL: answered at once, with `says` or an error */
	const char *says;
} actions[] = {
	{ "sendMessage", send_message, NULL },
	{ "submitEmail", submit_email, NULL },
	{ "ping", NULL, "pong" },
	{ "startTalk", NULL, NULL },
	{ "endTalk", NULL, NULL },
	{ "interrupt", NULL, NULL },
};

static const struct action *
action_find(const char *name)
{
	for (size_t i = 0; name != NULL && i < COUNT_OF(actions); i++)
		if (str_same(actions[i].name, name))
			return &actions[i];
	return NULL;
}

static void
say_fault(struct live *v, const struct action *what, enum fault f)
{
	const struct chance *chance = &v->listener->server->chance;
	unsigned char bytes[VAULT_ID_BYTES];
	char id[ID_BYTES], shown[SHOWN_BYTES];
	if (f == FAULT_CANCELLED)
		say_type(live_hold, v, "interrupted");
	else if (f == FAULT_DENIED && (v->unknown || v->bearer == NULL))
		say_error(live_hold, v, status_code(401), fault_sentence(), 0);
	else {
		chance->fill(bytes, sizeof bytes, chance->arg);
		vault_id_text(id, bytes);
		say_error(live_hold, v, fault_code(f), shown_fault(shown, f, what->name, id), f == FAULT_OFTEN ? fault_retry_ms() : f == FAULT_BUSY ? 1000 : 0);
	}
}

static void
work(void *arg)
{
	struct live *v = arg;
	struct server *s = v->listener->server;
	struct json_object *asked = NULL;
	struct arena a;
	int64_t began_ms = server_now(s);
	arena_init(&a);
	enum fault f = json_parse(&asked, v->action, strlen(v->action));
	const struct action *what = action_find(member(asked, "action"));   /* live_act() found it too */
	if (f == FAULT_NONE)
		f = what->work(v, &a, asked);
	if (f != FAULT_NONE)
		say_fault(v, what, f);
	log_event(LOG_INFO, "server", "live", "action=%s fault=%s ms=%lld", what->name,
		fault_name(f), (long long)(server_now(s) - began_ms));
	json_object_put(asked);
	arena_clear(&a);
	vault_wipe(v->action, strlen(v->action));
	mem_free(v->action);
	v->action = NULL;
	atomic_fetch_sub(&s->calls, 1);
	live_rest(v);
}

static void
start(struct live *v, const char *json, size_t n)
{
	struct server *s = v->listener->server;
	if (v->working) {
		live_say_error(v, "CONFLICT", "one thing at a time: the last is not answered yet", 0);
		return;
	}
	enum fault f = FAULT_NONE;
	if (atomic_fetch_add(&s->calls, 1) >= atomic_load(&s->calls_max))
		f = fault(FAULT_BUSY, "too much is asked at once; try again");
	if (f == FAULT_NONE) {
		v->action = mem_new(n + 1);
		memcpy(v->action, json, n);
		v->working = true;
		atomic_store(&v->cancel.asked, false);
		f = crew_submit(s->crew, work, v);
	}
	if (f == FAULT_NONE)
		return;
	atomic_fetch_sub(&s->calls, 1);
	mem_free(v->action);
	v->action = NULL;
	v->working = false;
	live_say_error(v, status_code(503), fault_sentence(), 1000);
}

int
live_act(struct live *v, const char *json, size_t n)
{
	struct json_object *asked = NULL;
	enum fault f = json_parse(&asked, json, n);
	if (f == FAULT_NONE && !json_object_is_type(asked, json_type_object))
		f = fault(FAULT_INPUT, "a message must be a JSON object");
	const struct action *what = f == FAULT_NONE ? action_find(member(asked, "action")) : NULL;
	if (f != FAULT_NONE)
		live_say_error(v, fault_code(f), fault_sentence(), 0);
	else if (what == NULL)
		live_say_error(v, "INVALID_INPUT", "action must be sendMessage, submitEmail, interrupt or ping", 0);
	else if (what->work != NULL)
		start(v, json, n);
	else if (what->says != NULL)
		say_type(live_reply, v, what->says);
	else if (str_same(what->name, "interrupt"))
		atomic_store(&v->cancel.asked, true);
	else
		live_say_error(v, "UNAVAILABLE", "this server does not listen: voice is not here yet", 0);
	json_object_put(asked);
	return 0;
}
