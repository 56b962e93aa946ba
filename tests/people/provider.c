/* Signing in with an identity provider: each step holds, and nothing holds twice. */
#include "issuer.h"

#define VERIFIER "a-verifier-of-the-client-that-nobody-else-has"
#define REDIRECT "http://127.0.0.1:53123/back"

/* The value of a query parameter, as it stands there. */
static const char *
parameter(const char *url, const char *name)
{
	const char *at = strstr(url, arena_printf(&h.a, "%s=", name));
	while (at != NULL && at[-1] != '?' && at[-1] != '&')
		at = strstr(at + 1, arena_printf(&h.a, "%s=", name));
	ck_assert_msg(at != NULL, "no %s in %s", name, url);
	at += strlen(name) + 1;
	return arena_strndup(&h.a, at, strcspn(at, "&"));
}

static const char *
challenge(const char *verifier)
{
	unsigned char sum[32];
	char out[64];
	ck_assert_int_eq(EVP_Digest(verifier, strlen(verifier), sum, NULL, EVP_sha256(), NULL), 1);
	b64(out, sum, sizeof sum);
	return arena_strdup(&h.a, out);
}

/* Begin; the state that the browser takes along. */
static const char *
begin(void)
{
	struct auth_url to = { 0 };
	const struct auth_provider req = { "school", REDIRECT, challenge(VERIFIER), "mine" };
	WELL(people_provider_begin(&to, &h.a, h.people, h.db, &req, NULL));
	snprintf(issuer.nonce, sizeof issuer.nonce, "%s", parameter(to.auth_url, "nonce"));
	return parameter(to.auth_url, "state");
}

/* DENIED too when the browser is sent home with a refusal. */
static enum fault
back(struct auth_redirect *to, const char *state)
{
	const struct auth_callback req = { .code = "good", .state = state };
	enum fault f = people_provider_callback(to, &h.a, h.people, h.db, &req, NULL);
	if (f == FAULT_NONE && strstr(to->location, "error=refused") != NULL) {
		ck_assert_ptr_null(strstr(to->location, "code="));
		return fault(FAULT_DENIED, "sent home");
	}
	return f;
}

static enum fault
exchange(struct signed_in *in, const char *code, const char *verifier)
{
	const struct auth_token req = { .code = code, .code_verifier = verifier };
	return people_token(in, &h.a, h.people, h.db, &req, NULL);
}

START_TEST(a_browser_signs_in_and_the_client_gets_a_session)
{
	struct auth_url to = { 0 };
	struct auth_redirect home = { 0 };
	struct signed_in in = { 0 };
	struct people_session s;
	hall_with_issuer(NULL);
	const struct auth_provider req = { "school", REDIRECT, challenge(VERIFIER), "mine" };
	WELL(people_provider_begin(&to, &h.a, h.people, h.db, &req, NULL));
	ck_assert(str_starts(to.auth_url, ISSUER "/auth?"));
	ck_assert_str_eq(parameter(to.auth_url, "response_type"), "code");
	ck_assert_str_eq(parameter(to.auth_url, "code_challenge_method"), "S256");
	ck_assert_str_eq(parameter(to.auth_url, "redirect_uri"), "https%3A%2F%2Fclass.example%2Fv1%2Fauth%2Fcallback");
	snprintf(issuer.nonce, sizeof issuer.nonce, "%s", parameter(to.auth_url, "nonce"));
	WELL(back(&home, parameter(to.auth_url, "state")));
	/* The provider saw the verifier of the challenge it was given, and our secret. */
	ck_assert_str_eq(challenge(parameter(arena_printf(&h.a, "?%s", issuer.form), "code_verifier")), parameter(to.auth_url, "code_challenge"));
	ck_assert_str_eq(issuer.user, CLIENT);
	ck_assert_str_eq(issuer.secret, "s3cret");
	ck_assert(str_starts(home.location, REDIRECT "?"));
	ck_assert_str_eq(parameter(home.location, "state"), "mine");
	WELL(exchange(&in, parameter(home.location, "code"), VERIFIER));
	ck_assert_str_eq(in.user->name, "Lea of the mill");
	ck_assert_str_eq(in.user->mail, "lea@example.org");
	ck_assert_str_eq(in.user->role, "learner");      /* whatever the token says */
	ck_assert_str_eq(in.user->provider, "school");
	WELL(enter(&s, &h, in.token));
	hall_end();
}
END_TEST

START_TEST(the_same_subject_is_the_same_account_and_another_is_not)
{
	struct auth_redirect home = { 0 };
	struct signed_in one = { 0 }, two = { 0 }, other = { 0 };
	hall_with_issuer(NULL);
	WELL(back(&home, begin()));
	WELL(exchange(&one, parameter(home.location, "code"), VERIFIER));
	WELL(back(&home, begin()));
	WELL(exchange(&two, parameter(home.location, "code"), VERIFIER));
	ck_assert_str_eq(one.user->id, two.user->id);
	const char *state = begin();
	issuer.claims = arena_printf(&h.a, "{\"iss\":\"" ISSUER "\",\"aud\":\"" CLIENT "\",\"sub\":\"u-2\",\"nonce\":\"%s\",\"exp\":%lld,\"iat\":1,"
		"\"email\":\"lea@example.org\"}", issuer.nonce, (long long)h.still.now_ms / 1000 + 10);
	WELL(back(&home, state));
	WELL(exchange(&other, parameter(home.location, "code"), VERIFIER));
	ck_assert_str_ne(other.user->id, one.user->id);   /* the same address is nobody's proof */
	ck_assert_ptr_null(other.user->mail);             /* and was not verified */
	hall_end();
}
END_TEST

START_TEST(a_name_that_is_not_in_the_token_is_asked_for_and_must_be_of_the_same_person)
{
	static const struct { const char *sub, *of, *name; } rows[] = {
		{ "u-5", "u-5", "Told Elsewhere" }, { "u-6", "u-7", NULL },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct auth_redirect home = { 0 };
		struct signed_in in = { 0 };
		hall_with_issuer(NULL);
		WELL(back(&home, begin()));
		ck_assert_int_eq(issuer.me_asked, 0);        /* the token had one */
		const char *state = begin();
		issuer.me = rows[i].of;
		issuer.claims = arena_printf(&h.a, "{\"iss\":\"" ISSUER "\",\"aud\":\"" CLIENT "\",\"sub\":\"%s\",\"nonce\":\"%s\",\"exp\":%lld,\"iat\":1}",
			rows[i].sub, issuer.nonce, (long long)h.still.now_ms / 1000 + 10);
		WELL(back(&home, state));
		WELL(exchange(&in, parameter(home.location, "code"), VERIFIER));
		ck_assert_int_eq(issuer.me_asked, 1);
		ck_assert_msg(str_same(in.user->name, rows[i].name), "%s", in.user->name ? in.user->name : "no name");
		hall_end();
	}
}
END_TEST

START_TEST(a_state_works_once_for_ten_minutes_and_only_if_it_is_ours)
{
	struct auth_redirect home = { 0 };
	hall_with_issuer(NULL);
	const char *state = begin();
	WELL(back(&home, state));
	FAILS(FAULT_DENIED, back(&home, state));
	FAILS(FAULT_DENIED, back(&home, "stranger"));
	FAILS(FAULT_DENIED, back(&home, NULL));
	FAILS(FAULT_DENIED, back(&home, ""));
	ck_assert_int_eq(issuer.token_asked, 1);          /* nobody was bothered with those */
	state = begin();
	h.still.now_ms += 10 * 60 * 1000;
	FAILS(FAULT_DENIED, back(&home, state));
	hall_end();
}
END_TEST

START_TEST(a_one_time_code_works_once_for_a_minute_for_its_client)
{
	struct auth_redirect home = { 0 };
	struct signed_in in = { 0 };
	hall_with_issuer(NULL);
	WELL(back(&home, begin()));
	const char *code = parameter(home.location, "code");
	WELL(exchange(&in, code, VERIFIER));
	FAILS(FAULT_DENIED, exchange(&in, code, VERIFIER));
	WELL(back(&home, begin()));
	code = parameter(home.location, "code");
	FAILS(FAULT_DENIED, exchange(&in, code, "another-verifier-of-another-client-altogether"));
	FAILS(FAULT_DENIED, exchange(&in, code, VERIFIER));     /* a wrong try uses it up */
	WELL(back(&home, begin()));
	h.still.now_ms += 61 * 1000;
	FAILS(FAULT_DENIED, exchange(&in, parameter(home.location, "code"), VERIFIER));
	WELL(back(&home, begin()));
	FAILS(FAULT_DENIED, exchange(&in, parameter(home.location, "code"), NULL));
	/* A state is no code, and a code is no state. */
	const char *state = begin();
	FAILS(FAULT_DENIED, exchange(&in, state, VERIFIER));
	hall_end();
}
END_TEST

START_TEST(a_redirect_goes_to_the_loopback_of_this_machine_and_nowhere_else)
{
	static const char *const bad[] = { "http://localhost:1/", "https://127.0.0.1:1/", "http://127.0.0.1/",
		"http://127.0.0.1:1@evil.example/", "http://127.0.0.1:1.evil.example/", "http://127.0.0.1.evil.example:1/",
		"http://127.0.0.1:70000/", "http://127.0.0.1:1/?x=1", "http://127.0.0.1:1/#x", "http://127.0.0.1:1/a\r\nSet-Cookie:x",
		"http://[::1]", "javascript:alert(1)", "http://127.0.0.2:1/", "http://127.0.0.1:1", "http://127.0.0.1:1/\\evil" };
	static const char *const good[] = { "http://127.0.0.1:1/", "http://[::1]:65535/x/y" };
	struct auth_url to;
	hall_with_issuer(NULL);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		const struct auth_provider req = { "school", bad[i], challenge(VERIFIER), NULL };
		enum fault f = people_provider_begin(&to, &h.a, h.people, h.db, &req, NULL);
		ck_assert_msg(f == FAULT_INPUT, "%s: %s", bad[i], fault_name(f));
	}
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		const struct auth_provider req = { "school", good[i], challenge(VERIFIER), NULL };
		WELL(people_provider_begin(&to, &h.a, h.people, h.db, &req, NULL));
	}
	const struct auth_provider weak = { "school", REDIRECT, "plain", NULL }, none = { "nobody", REDIRECT, challenge(VERIFIER), NULL };
	FAILS(FAULT_INPUT, people_provider_begin(&to, &h.a, h.people, h.db, &weak, NULL));
	FAILS(FAULT_ABSENT, people_provider_begin(&to, &h.a, h.people, h.db, &none, NULL));
	hall_end();
}
END_TEST

START_TEST(an_id_token_that_does_not_hold_lets_nobody_in)
{
	struct auth_redirect home = { 0 };
	hall_with_issuer(NULL);
	const long long now = h.still.now_ms / 1000;
	const struct { const char *what, *claims; } bad[] = {
		{ "issuer", "{\"iss\":\"https://evil.example\",\"aud\":\"" CLIENT "\",\"sub\":\"u\",\"nonce\":\"%s\",\"exp\":%lld,\"iat\":1}" },
		{ "audience", "{\"iss\":\"" ISSUER "\",\"aud\":\"another\",\"sub\":\"u\",\"nonce\":\"%s\",\"exp\":%lld,\"iat\":1}" },
		{ "audiences", "{\"iss\":\"" ISSUER "\",\"aud\":[\"" CLIENT "\",\"another\"],\"sub\":\"u\",\"nonce\":\"%s\",\"exp\":%lld,\"iat\":1}" },
		{ "azp", "{\"iss\":\"" ISSUER "\",\"aud\":\"" CLIENT "\",\"azp\":\"another\",\"sub\":\"u\",\"nonce\":\"%s\",\"exp\":%lld,\"iat\":1}" },
		{ "nonce", "{\"iss\":\"" ISSUER "\",\"aud\":\"" CLIENT "\",\"sub\":\"u\",\"nonce\":\"x%s\",\"exp\":%lld,\"iat\":1}" },
		{ "no iat", "{\"iss\":\"" ISSUER "\",\"aud\":\"" CLIENT "\",\"sub\":\"u\",\"nonce\":\"%s\",\"exp\":%lld}" },
		{ "no subject", "{\"iss\":\"" ISSUER "\",\"aud\":\"" CLIENT "\",\"nonce\":\"%s\",\"exp\":%lld,\"iat\":1}" },
		{ "double subject", "{\"iss\":\"" ISSUER "\",\"aud\":\"" CLIENT "\",\"sub\":\"v\",\"sub\":\"u\",\"nonce\":\"%s\",\"exp\":%lld,\"iat\":1}" },
		{ "text exp", "{\"iss\":\"" ISSUER "\",\"aud\":\"" CLIENT "\",\"sub\":\"u\",\"nonce\":\"%s\",\"exp\":\"%lld\",\"iat\":1}" },
	};
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		const char *state = begin();
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		issuer.claims = arena_printf(&h.a, bad[i].claims, issuer.nonce, now + 300);
#pragma GCC diagnostic pop
		enum fault f = back(&home, state);
		ck_assert_msg(f == FAULT_DENIED, "%s: %s %s", bad[i].what, fault_name(f), fault_sentence());
	}
	const char *state = begin();
	issuer.claims = arena_printf(&h.a, "{\"iss\":\"" ISSUER "\",\"aud\":\"" CLIENT "\",\"sub\":\"u\",\"nonce\":\"%s\",\"exp\":%lld,\"iat\":1}",
		issuer.nonce, now - 61);
	FAILS(FAULT_DENIED, back(&home, state));
	state = begin();
	issuer.claims = arena_printf(&h.a, "{\"iss\":\"" ISSUER "\",\"aud\":[\"" CLIENT "\"],\"sub\":\"u\",\"nonce\":\"%s\",\"exp\":%lld,\"iat\":%lld}",
		issuer.nonce, now + 300, now);
	WELL(back(&home, state));
	state = begin();
	issuer.signer = issuer.other;      /* signed by somebody else */
	issuer.claims = NULL;
	FAILS(FAULT_DENIED, back(&home, state));
	hall_end();
}
END_TEST

START_TEST(keys_may_be_changed_and_are_asked_for_no_oftener_than_needed)
{
	struct auth_redirect home = { 0 };
	hall_with_issuer(NULL);
	for (int i = 0; i < 5; i++)
		WELL(back(&home, begin()));
	ck_assert_int_eq(issuer.keys_asked, 1);
	ck_assert_int_eq(issuer.discovery_asked, 1);
	issuer.rotated = true;
	WELL(back(&home, begin()));                       /* at once */
	ck_assert_int_eq(issuer.keys_asked, 2);
	issuer.rotated = false;
	FAILS(FAULT_DENIED, back(&home, begin()));        /* ten seconds have not passed */
	ck_assert_int_eq(issuer.keys_asked, 2);
	h.still.now_ms += 10 * 1000;
	WELL(back(&home, begin()));
	ck_assert_int_eq(issuer.keys_asked, 3);
	hall_end();
}
END_TEST

START_TEST(a_provider_that_is_gone_lets_nobody_in_until_it_is_back)
{
	struct signed_in in = { 0 }, next = { 0 };
	struct people_session who;
	struct auth_ways ways;
	struct auth_redirect home = { 0 };
	static const struct people_provider other = { .name = "other", .issuer = "https://other.example", .client_id = "x" },
		school = { .name = "school", .issuer = ISSUER, .client_id = CLIENT }, bad = { .name = "guest", .issuer = "https://x.example", .client_id = "x" };
	hall_with_issuer(NULL);
	WELL(back(&home, begin()));
	WELL(exchange(&in, parameter(home.location, "code"), VERIFIER));
	struct signed_in guest = guest_in(&h);
	WELL(enter(&who, &h, in.token));
	FAILS(FAULT_INPUT, people_providers_check(&bad, 1));
	WELL(people_providers_check(&other, 1));
	const char *state = begin();
	people_providers_set(h.people, &other, 1, &h.config.jwt);
	FAILS(FAULT_DENIED, enter(&who, &h, in.token));
	FAILS(FAULT_DENIED, people_refresh(&next, &h.a, h.people, h.db, &(struct auth_refresh){ in.refresh_token }));
	WELL(enter(&who, &h, guest.token));
	ck_assert_int_ne(people_provider_callback(&home, &h.a, h.people, h.db, &(struct auth_callback){ .code = "x", .state = state }, NULL), FAULT_NONE);
	WELL(people_ways(&ways, &h.a, h.people, NULL));
	ck_assert_uint_eq(ways.providers.count, 1);
	ck_assert_str_eq(((const struct auth_way *)ways.providers.items)->name, "other");
	people_providers_set(h.people, &school, 1, &h.config.jwt);
	WELL(enter(&who, &h, in.token));
	WELL(people_refresh(&next, &h.a, h.people, h.db, &(struct auth_refresh){ in.refresh_token }));
	hall_end();
}
END_TEST

START_TEST(a_provider_that_calls_itself_otherwise_is_not_asked)
{
	struct auth_url to;
	hall_with_issuer(NULL);
	issuer.calls_itself = "https://evil.example";
	const struct auth_provider req = { "school", REDIRECT, challenge(VERIFIER), NULL };
	FAILS(FAULT_DAMAGED, people_provider_begin(&to, &h.a, h.people, h.db, &req, NULL));
	hall_end();
}
END_TEST

START_TEST(a_refusal_goes_home_without_a_code)
{
	struct auth_redirect home = { 0 };
	hall_with_issuer(NULL);
	const struct auth_callback req = { .error = "access_denied", .state = begin() };
	WELL(people_provider_callback(&home, &h.a, h.people, h.db, &req, NULL));
	ck_assert_str_eq(parameter(home.location, "error"), "access_denied");
	ck_assert_ptr_null(strstr(home.location, "code="));
	ck_assert_int_eq(issuer.token_asked, 0);
	hall_end();
}
END_TEST

START_TEST(another_device_signs_in_when_it_agrees)
{
	struct device_code code = { 0 };
	struct signed_in in = { 0 };
	const struct auth_device req = { "school" };
	hall_with_issuer(NULL);
	WELL(people_device_begin(&code, &h.a, h.people, h.db, &req, NULL));
	ck_assert_str_eq(code.user_code, "ABCD-EFGH");
	ck_assert_int_eq(code.interval, 5);
	const struct auth_token poll = { .device_code = code.device_code };
	issuer.device_error = "authorization_pending";
	FAILS(FAULT_OFTEN, people_token(&in, &h.a, h.people, h.db, &poll, NULL));   /* at once */
	ck_assert_int_eq(fault_retry_ms(), 5000);
	h.still.now_ms += 5000;
	FAILS(FAULT_BUSY, people_token(&in, &h.a, h.people, h.db, &poll, NULL));
	h.still.now_ms += 5000;
	issuer.device_error = "slow_down";
	FAILS(FAULT_BUSY, people_token(&in, &h.a, h.people, h.db, &poll, NULL));
	h.still.now_ms += 5000;
	FAILS(FAULT_OFTEN, people_token(&in, &h.a, h.people, h.db, &poll, NULL));
	ck_assert_int_eq(issuer.token_asked, 2);
	h.still.now_ms += 5000;
	issuer.device_error = NULL;
	WELL(people_token(&in, &h.a, h.people, h.db, &poll, NULL));
	ck_assert_str_eq(in.user->name, "Lea of the mill");
	h.still.now_ms += 10000;
	FAILS(FAULT_DENIED, people_token(&in, &h.a, h.people, h.db, &poll, NULL));
	const struct auth_token never = { .device_code = "dev-2" };
	FAILS(FAULT_DENIED, people_token(&in, &h.a, h.people, h.db, &never, NULL));
	hall_end();
}
END_TEST

START_TEST(a_device_that_refuses_or_takes_too_long_ends_it)
{
	struct device_code code = { 0 };
	struct signed_in in = { 0 };
	const struct auth_device req = { "school" };
	hall_with_issuer(NULL);
	WELL(people_device_begin(&code, &h.a, h.people, h.db, &req, NULL));
	const struct auth_token poll = { .device_code = code.device_code };
	issuer.device_error = "access_denied";
	h.still.now_ms += 5000;
	FAILS(FAULT_DENIED, people_token(&in, &h.a, h.people, h.db, &poll, NULL));
	issuer.device_error = NULL;
	h.still.now_ms += 5000;
	FAILS(FAULT_DENIED, people_token(&in, &h.a, h.people, h.db, &poll, NULL));
	WELL(people_device_begin(&code, &h.a, h.people, h.db, &req, NULL));
	h.still.now_ms += 300 * 1000;
	FAILS(FAULT_DENIED, people_token(&in, &h.a, h.people, h.db, &poll, NULL));
	hall_end();
}
END_TEST

START_TEST(the_ways_name_what_is_set_up)
{
	struct auth_ways ways = { 0 };
	hall_with_issuer(NULL);
	WELL(people_ways(&ways, &h.a, h.people, NULL));
	ck_assert(ways.guest && ways.join);
	ck_assert_uint_eq(ways.providers.count, 1);
	const struct auth_way *way = ways.providers.items;
	ck_assert_str_eq(way->title, "The School");
	ck_assert(way->device);
	hall_end();
}
END_TEST

START_TEST(nothing_personal_and_no_secret_of_a_sign_in_is_in_the_file)
{
	struct auth_redirect home = { 0 };
	hall_with_issuer(NULL);
	const char *used = begin();
	WELL(back(&home, used));
	const char *code = parameter(home.location, "code"), *waits = begin();
	char nonce[80];
	snprintf(nonce, sizeof nonce, "%s", issuer.nonce);
	store_close(h.db);
	h.db = NULL;
	struct text all;
	text_init(&all, 64 << 20);
	WELL(file_read(&all, h.database));
	const char *const never[] = { "Lea of the mill", "lea@example", "subject-1-of-us", code, waits, nonce };
	for (size_t i = 0; i < COUNT_OF(never); i++)
		ck_assert_msg(memmem(all.data, all.len, never[i], strlen(never[i])) == NULL, "%s", never[i]);
	ck_assert_ptr_nonnull(memmem(all.data, all.len, "127.0.0.1:53123", 15));
	text_clear(&all);
	hall_end();
}
END_TEST

TESTS("people provider", a_provider_that_is_gone_lets_nobody_in_until_it_is_back, a_browser_signs_in_and_the_client_gets_a_session,
	the_same_subject_is_the_same_account_and_another_is_not,
	a_name_that_is_not_in_the_token_is_asked_for_and_must_be_of_the_same_person,
	a_state_works_once_for_ten_minutes_and_only_if_it_is_ours,
	a_one_time_code_works_once_for_a_minute_for_its_client,
	a_redirect_goes_to_the_loopback_of_this_machine_and_nowhere_else,
	an_id_token_that_does_not_hold_lets_nobody_in,
	keys_may_be_changed_and_are_asked_for_no_oftener_than_needed,
	a_provider_that_calls_itself_otherwise_is_not_asked, a_refusal_goes_home_without_a_code,
	another_device_signs_in_when_it_agrees, a_device_that_refuses_or_takes_too_long_ends_it,
	the_ways_name_what_is_set_up, nothing_personal_and_no_secret_of_a_sign_in_is_in_the_file)
