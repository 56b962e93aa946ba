/* Signing in from this end: tokens that renew themselves, the port a browser comes back to. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include "remote_test.h"

static struct classroom room;
static char top[64], home[96], place[96];

/* A client without a token of its own: what is signed in with is in its store. */
static void
visitor_open(struct client *c)
{
	memset(c, 0, sizeof *c);
	c->dir = home;
	setenv("STOA_HOME", home, 1);
	c->config = (struct backend_config){ .profile = "local", .clock = &clock_system, .chance = &chance_system };
	c->config.server.url = room.url;
	WELL(places_find(&c->config.places));
	WELL(loop_new(&c->loop, &clock_system));
	WELL(backend_open_remote(&c->b, &c->config, c->loop));
	client_seal(c);
}

static void
begin(struct client *c)
{
	snprintf(top, sizeof top, "%s", scratch());
	snprintf(home, sizeof home, "%s/home", top);
	snprintf(place, sizeof place, "%s/room", top);
	WELL(folder_make(home));
	ck_assert(classroom_start(&room, place));
	visitor_open(c);
}

static void
end(struct client *c)
{
	client_close(c);
	classroom_stop(&room);
	scratch_remove(top);
}

/* Come in as a guest; the store has the account, its token as given or another. */
static struct backend_account
come_in(struct client *c, const char *token)
{
	const struct auth_guest req = { .role = "learner" };
	const struct signed_in *in = client_call(c, "auth.guest", &req);
	const struct backend_account account = { .url = room.url, .user = in->user->id, .role = in->user->role,
		.token = token != NULL ? token : in->token, .refresh_token = in->refresh_token, .expires = in->expires };
	WELL(backend_account_set(c->b, &account));
	return account;
}

START_TEST(a_token_that_has_ended_is_renewed_without_a_word)
{
	struct client my;
	struct backend_account *kept = NULL;
	begin(&my);
	const struct backend_account was = come_in(&my, "stoa_ended");
	const struct settings *me = client_call(&my, "me.get", &(struct nothing){ 0 });
	ck_assert_str_eq(me->id, was.user);
	WELL(backend_account_get(&kept, &my.arena, my.b, room.url));
	ck_assert_str_ne(kept->token, "stoa_ended");
	ck_assert_str_ne(kept->refresh_token, was.refresh_token);
	client_call(&my, "me.get", &(struct nothing){ 0 });
	end(&my);
}
END_TEST

START_TEST(a_token_that_cannot_be_sent_is_not_kept_in_place_of_one_that_can)
{
	static const char *const bad[] = { "stoa_a\r\nX: y", "stoa_\x1b[2J", "two words", "stoa_\xc2\x9b" };
	struct client my;
	begin(&my);
	struct backend_account account = come_in(&my, NULL);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct backend_account given = account;
		given.token = bad[i];
		FAILS(FAULT_DAMAGED, backend_account_set(my.b, &given));
		given.token = account.token;
		given.refresh_token = bad[i];
		FAILS(FAULT_DAMAGED, backend_account_set(my.b, &given));
	}
	const struct settings *me = client_call(&my, "me.get", &(struct nothing){ 0 });
	ck_assert_str_eq(me->id, account.user);
	end(&my);
}
END_TEST

struct outcome { enum fault fault; int done; };
static void
on_done(const struct backend_done *d, void *arg)
{
	struct outcome *o = arg;
	o->fault = d->fault;
	o->done++;
}

START_TEST(two_programs_that_renew_at_once_do_not_end_the_session)
{
	struct client one, two;
	struct outcome got[8] = { { 0, 0 } };
	unsigned id;
	begin(&one);
	come_in(&one, "stoa_ended");
	visitor_open(&two);
	for (size_t i = 0; i < COUNT_OF(got); i++) {
		const struct backend_handlers h = { NULL, on_done, &got[i] };
		WELL(backend_call(&id, i % 2 ? one.b : two.b, "me.get", &(struct nothing){ 0 }, &h));
	}
	int64_t until = clock_system.mono_ms(NULL) + 20000;
	for (size_t done = 0; done < COUNT_OF(got) && clock_system.mono_ms(NULL) < until;) {
		WELL(loop_turn(one.loop, 10));
		WELL(loop_turn(two.loop, 10));
		for (size_t i = done = 0; i < COUNT_OF(got); i++)
			done += (size_t)got[i].done;
	}
	for (size_t i = 0; i < COUNT_OF(got); i++)
		ck_assert_msg(got[i].done == 1 && got[i].fault == FAULT_NONE, "%zu: %d %s", i, got[i].done, fault_name(got[i].fault));
	client_close(&two);
	end(&one);
}
END_TEST

START_TEST(when_nothing_can_be_renewed_the_servers_no_stands)
{
	struct client my;
	const void *reply = NULL;
	begin(&my);
	struct backend_account account = come_in(&my, "stoa_ended");
	account.refresh_token = "stoa_r_never";
	WELL(backend_account_set(my.b, &account));
	FAILS(FAULT_DENIED, client_try(&reply, &my, "me.get", &(struct nothing){ 0 }));
	account.refresh_token = NULL;
	WELL(backend_account_set(my.b, &account));
	FAILS(FAULT_DENIED, client_try(&reply, &my, "me.get", &(struct nothing){ 0 }));
	end(&my);
}
END_TEST

/* ---- the port ------------------------------------------------------------------------ */

static int
knock(const char *address, const char *request)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)atoi(strrchr(address, ':') + 1)) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
	ck_assert_int_eq(write(fd, request, strlen(request)), (ssize_t)strlen(request));
	return fd;
}

/* What the port answered to the knock, and what became of the wait. */
static enum fault
visit(char answer[512], const char **code, struct arena *a, struct backend_loopback *l, const char *request)
{
	int fd = knock(backend_loopback_request(l, "x").redirect_uri, request);
	enum fault f = backend_loopback_wait(code, a, l, 2000);
	ssize_t n = read(fd, answer, 511);
	answer[n > 0 ? n : 0] = '\0';
	close(fd);
	return f;
}

START_TEST(only_a_browser_with_the_state_comes_back)
{
	struct backend_loopback *l = NULL;
	struct arena a;
	const char *code = NULL;
	char answer[512];
	arena_init(&a);
	WELL(backend_loopback_open(&l, &clock_system, &chance_system));
	const struct auth_provider ask = backend_loopback_request(l, "school");
	const char *path = strchr(ask.redirect_uri + 17, '/');
	ck_assert(str_starts(ask.redirect_uri, "http://127.0.0.1:"));
	ck_assert_uint_eq(strlen(ask.code_challenge), 43);
	ck_assert_uint_eq(strlen(backend_loopback_verifier(l)), 43);
	FAILS(FAULT_BUSY, backend_loopback_wait(&code, &a, l, 0));
	const char *const strangers[] = {
		"GET / HTTP/1.1\r\n\r\n", "GET /favicon.ico HTTP/1.1\r\n\r\n", "\r\n\r\n", "POST / HTTP/1.1\r\n\r\n",
		arena_printf(&a, "GET %s?code=evil HTTP/1.1\r\n\r\n", path),
		arena_printf(&a, "GET %s?code=evil&state= HTTP/1.1\r\n\r\n", path),
		arena_printf(&a, "GET %s?code=evil&state=%.42sX HTTP/1.1\r\n\r\n", path, ask.state),
		arena_printf(&a, "GET /x%s?code=evil&state=%s HTTP/1.1\r\n\r\n", path, ask.state),
		arena_printf(&a, "POST %s?code=evil&state=%s HTTP/1.1\r\n\r\n", path, ask.state),
		arena_printf(&a, "GET %s?code=evil&state=%s\r\n\r\n", path, ask.state),
	};
	for (size_t i = 0; i < COUNT_OF(strangers); i++) {
		FAILS(FAULT_BUSY, visit(answer, &code, &a, l, strangers[i]));
		ck_assert_msg(str_starts(answer, "HTTP/1.1 404"), "%s: %s", strangers[i], answer);
	}
	WELL(visit(answer, &code, &a, l, arena_printf(&a, "GET %s?code=abc-_1&state=%s HTTP/1.1\r\nHost: x\r\n\r\n", path, ask.state)));
	ck_assert_str_eq(code, "abc-_1");
	ck_assert(str_starts(answer, "HTTP/1.1 200"));
	ck_assert_ptr_null(strstr(answer, ask.state));
	FAILS(FAULT_DENIED, visit(answer, &code, &a, l, arena_printf(&a, "GET %s?error=access_denied&state=%s HTTP/1.1\r\n\r\n", path, ask.state)));
	backend_loopback_close(l);
	backend_loopback_close(NULL);
	arena_clear(&a);
}
END_TEST

START_TEST(the_challenge_is_of_the_verifier_and_each_sign_in_has_its_own)
{
	struct backend_loopback *l = NULL, *other = NULL;
	unsigned counter = 0;
	const struct chance counts = COUNTING_CHANCE(&counter);
	WELL(backend_loopback_open(&l, &clock_system, &counts));
	WELL(backend_loopback_open(&other, &clock_system, &chance_system));
	/* Bytes 48 to 79 in base64url, and the SHA-256 of that text; by coreutils. */
	ck_assert_str_eq(backend_loopback_verifier(l), "MDEyMzQ1Njc4OTo7PD0-P0BBQkNERUZHSElKS0xNTk8");
	ck_assert_str_eq(backend_loopback_request(l, "x").code_challenge, "f83nC9hdXQsHEZE_8X6ONhcwXB2CfSt9S1XjhVCHGFo");
	ck_assert_str_ne(backend_loopback_verifier(other), backend_loopback_verifier(l));
	ck_assert_str_ne(backend_loopback_request(other, "x").state, backend_loopback_request(l, "x").state);
	ck_assert_str_ne(backend_loopback_request(other, "x").redirect_uri, backend_loopback_request(l, "x").redirect_uri);
	backend_loopback_close(l);
	backend_loopback_close(other);
}
END_TEST

START_TEST(a_visitor_who_says_nothing_holds_up_for_two_seconds_only)
{
	struct backend_loopback *l = NULL;
	struct arena a;
	const char *code = NULL;
	arena_init(&a);
	WELL(backend_loopback_open(&l, &clock_system, &chance_system));
	int fd = knock(backend_loopback_request(l, "x").redirect_uri, "GET /slow");
	int64_t began = clock_system.mono_ms(NULL);
	FAILS(FAULT_BUSY, backend_loopback_wait(&code, &a, l, 5000));
	ck_assert_int_lt(clock_system.mono_ms(NULL) - began, 8000);
	close(fd);
	backend_loopback_close(l);
	arena_clear(&a);
}
END_TEST

TESTS("login", a_token_that_has_ended_is_renewed_without_a_word, a_token_that_cannot_be_sent_is_not_kept_in_place_of_one_that_can, two_programs_that_renew_at_once_do_not_end_the_session,
	when_nothing_can_be_renewed_the_servers_no_stands, only_a_browser_with_the_state_comes_back,
	the_challenge_is_of_the_verifier_and_each_sign_in_has_its_own,
	a_visitor_who_says_nothing_holds_up_for_two_seconds_only)
