/* A teacher's reply comes to the open sockets of the learner, of no other, and, where
 * servers share a PostgreSQL, also to those at another server. */
#include "../engine/engine_test.h"
#include "stoa/server.h"
#include "stoa/wire.h"

/* Alone both are the same. */
struct side { struct engine *engine; struct server *server; char url[128]; };
struct scene { struct world w; struct side near, far; };

static const struct principal teacher = { .user = "000000000000000000000000000000ad", .role = ROLE_ADMIN };

static void
open_side(struct side *out, struct scene *s, const char *name)
{
	char folder[160];
	bool first = s->near.engine == NULL;
	struct vault_secret key = test_key(7);
	WELL(engine_open(&out->engine, &s->w.config));
	WELL(first ? engine_seal_new(out->engine, SLOT_KEY_FILE, &key, "test") : engine_unlock(out->engine, SLOT_KEY_FILE, &key));
	vault_secret_clear(&key);
	snprintf(folder, sizeof folder, "%s/uploads-%s", s->w.dir, name);
	const struct server_config config = { .engine = out->engine, .clock = &clock_system, .chance = &chance_system,
		.listen = "127.0.0.1:0", .uploads_folder = folder, .workers = 2 };
	WELL(server_open(&out->server, &config));
	WELL(server_start(out->server));
	snprintf(out->url, sizeof out->url, "%s/v1/live", server_url(out->server));
}

static void
begin(struct scene *s)
{
	memset(s, 0, sizeof *s);
	world_make(&s->w);
	s->w.config.clock = &clock_system;
	s->w.config.threshold_email = 90;
	struct side near = { .engine = NULL };
	open_side(&near, s, "near");
	s->near = s->far = near;
	if (on_postgres())
		open_side(&s->far, s, "far");
	s->w.engine = s->near.engine;
	s->w.who = teacher;
	add_course(&s->w);
}

static void
end(struct scene *s)
{
	server_close(s->near.server);
	if (s->far.server != s->near.server) {
		server_close(s->far.server);
		engine_close(s->far.engine);
	}
	world_close(&s->w);
}

static enum fault
keep(const struct wire_message *m, void *arg)
{
	text_put_n(arg, m->bytes, m->size_bytes);
	text_put_c(arg, '\n');
	return FAULT_NONE;
}

static void
await(struct text *got, struct wire_socket *c, const char *wanted)
{
	for (size_t had = got->len; got->data == NULL || strstr(got->data, wanted) == NULL; had = got->len) {
		WELL(wire_socket_receive(c, 20000, keep, got, NULL));
		ck_assert_msg(got->len > had, "no %s", wanted);
	}
}

static void
say(struct wire_socket *c, const char *json)
{
	WELL(wire_socket_send(c, false, json, strlen(json)));
}

/* A guest's socket at the far server, with a question that a teacher has. */
static struct wire_socket *
learner(char question[ID_BYTES], const struct scene *s, const char *query)
{
	struct wire_socket *c;
	struct text got;
	char json[200];
	text_init(&got, 1 << 20);
	WELL(wire_socket_open(&c, &(struct wire_socket_config){ .url = s->far.url }, NULL));
	snprintf(json, sizeof json, "{\"action\":\"sendMessage\",\"query\":\"%s\"}", query);
	say(c, json);
	await(&got, c, "\"type\":\"request_email\"");
	say(c, "{\"action\":\"submitEmail\",\"email\":\"somebody@school.example\"}");
	await(&got, c, "\"type\":\"escalation_complete\"");
	const char *at = strstr(got.data, "\"query_id\":\"") + strlen("\"query_id\":\"");
	snprintf(question, ID_BYTES, "%.32s", at);
	text_clear(&got);
	return c;
}

static void
resolve(struct scene *s, const char *question, const char *words)
{
	const struct escalation_resolve req = { .id = question, .reply = words };
	void *reply = NULL;
	WELL(engine_call(&reply, &s->w.arena, s->near.engine, &teacher, "escalation.resolve", &req, NULL));
}

START_TEST(a_teachers_reply_comes_to_the_open_socket_of_the_learner_alone)
{
	struct scene s;
	struct text got, others;
	char question[ID_BYTES], another[ID_BYTES];
	begin(&s);
	text_init(&got, 1 << 20);
	text_init(&others, 1 << 20);
	struct wire_socket *c = learner(question, &s, "What is the capital of France?"),
			   *other = learner(another, &s, "What is the capital of Spain?");
	resolve(&s, question, "Paris, says \"the atlas\".");
	await(&got, c, "\"type\":\"reply\"");
	ck_assert_ptr_nonnull(strstr(got.data, "\"content\":\"Paris, says \\\"the atlas\\\".\""));
	ck_assert_ptr_nonnull(strstr(got.data, "\"conversation_id\":\""));
	ck_assert_ptr_nonnull(strstr(got.data, "A teacher wrote this."));
	resolve(&s, another, "Madrid.");
	await(&others, other, "\"type\":\"reply\"");
	ck_assert_ptr_null(strstr(others.data, "Paris"));
	say(c, "{\"action\":\"ping\"}");
	await(&got, c, "pong");
	ck_assert_ptr_null(strstr(got.data, "Madrid"));
	wire_socket_free(c);
	wire_socket_free(other);
	text_clear(&got);
	text_clear(&others);
	end(&s);
}
END_TEST

START_TEST(it_also_comes_to_a_socket_that_has_only_brought_a_token)
{
	struct scene s;
	struct wire_socket *c;
	struct text got;
	struct signed_in *in;
	struct message *m;
	struct escalated *x;
	begin(&s);
	text_init(&got, 1 << 20);
	s.w.who = (struct principal){ .role = ROLE_NONE };
	WELL(ask_engine(&in, &s.w, "auth.guest", &(struct auth_guest){ .role = NULL }));
	WELL(engine_principal(&s.w.who, s.w.engine, in->token));
	WELL(ask_engine(&m, &s.w, "message.send", (&(struct message_send){ .content = "What is the capital of France?" })));
	WELL(ask_engine(&x, &s.w, "message.escalate", (&(struct message_escalate){ .id = m->id })));
	WELL(wire_socket_open(&c, &(struct wire_socket_config){ .url = s.far.url, .bearer = in->token }, NULL));
	say(c, "{\"action\":\"ping\"}");
	await(&got, c, "pong");
	resolve(&s, x->query_id, "Paris.");
	await(&got, c, "\"content\":\"Paris.\"");
	wire_socket_free(c);
	text_clear(&got);
	end(&s);
}
END_TEST

START_TEST(a_reply_whose_word_was_lost_is_found_when_the_database_is_back)
{
	struct scene s;
	struct text got;
	char question[ID_BYTES];
	if (!on_postgres())
		return;
	begin(&s);
	text_init(&got, 1 << 20);
	struct wire_socket *c = learner(question, &s, "What is the capital of France?");
	postgres_do(s.w.database, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
		" WHERE pid <> pg_backend_pid() AND application_name = 'stoa'", false);
	resolve(&s, question, "Paris.");
	await(&got, c, "\"content\":\"Paris.\"");
	wire_socket_free(c);
	text_clear(&got);
	end(&s);
}
END_TEST

START_TEST(sockets_that_close_while_a_reply_comes_harm_nobody)
{
	struct scene s;
	char question[ID_BYTES];
	begin(&s);
	for (int i = 0; i < 8; i++) {
		struct wire_socket *c = learner(question, &s, "What is the capital of France?");
		resolve(&s, question, "Paris.");
		wire_socket_free(c);
	}
	end(&s);
}
END_TEST

TESTS("letters", a_teachers_reply_comes_to_the_open_socket_of_the_learner_alone,
	it_also_comes_to_a_socket_that_has_only_brought_a_token, a_reply_whose_word_was_lost_is_found_when_the_database_is_back,
	sockets_that_close_while_a_reply_comes_harm_nobody)
