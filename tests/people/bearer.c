/* JSON web tokens as bearers: only what our issuer signed for us opens the door. */
#include <openssl/pem.h>
#include "issuer.h"

static const struct people_jwt by_set = { .issuer = ISSUER, .audience = "stoa", .jwks_url = ISSUER "/jwks" };
static const char secret_text[] = "0123456789abcdef0123456789abcdef-and-more";

static const char *
claims_with(const char *more)
{
	return arena_printf(&h.a, "{\"iss\":\"" ISSUER "\",\"aud\":\"stoa\",\"sub\":\"subject-1-of-us\",\"exp\":%lld%s}",
		(long long)h.still.now_ms / 1000 + 60, more);
}

static enum fault
bring(const char *token)
{
	struct people_session s;
	return people_bearer_find(&s, h.people, h.db, token, NULL);
}

static const char *
signed_with(EVP_PKEY *key, const char *header)
{
	return jwt_make(&h.a, header, claims_with(""), key, NULL, 0);
}

static void
hall_with_secret(void)
{
	static char path[160];
	static struct people_jwt jwt;
	jwt = (struct people_jwt){ .issuer = ISSUER, .audience = "stoa", .secret_file = path };
	snprintf(path, sizeof path, "/tmp/stoa-test-secret-%d", (int)getpid());
	WELL(file_write(path, secret_text, strlen(secret_text)));
	hall_with_issuer(&jwt);
}

START_TEST(tokens_of_the_three_kinds_of_key_open_the_door)
{
	struct people_session s, again;
	hall_with_issuer(&by_set);
	WELL(bring(signed_with(issuer.rsa, "{\"alg\":\"RS256\",\"kid\":\"r1\",\"typ\":\"JWT\"}")));
	WELL(bring(signed_with(issuer.ec, "{\"alg\":\"ES256\",\"kid\":\"e1\"}")));
	WELL(bring(signed_with(issuer.ed, "{\"alg\":\"EdDSA\",\"kid\":\"d1\",\"typ\":\"at+JWT\"}")));
	const char *token = signed_with(issuer.rsa, "{\"alg\":\"RS256\"}");   /* without a key id all are tried */
	WELL(people_bearer_find(&s, h.people, h.db, token, NULL));
	WELL(people_bearer_find(&again, h.people, h.db, token, NULL));
	ck_assert_str_eq(s.person, again.person);
	ck_assert_int_eq(s.role, ROLE_LEARNER);
	ck_assert_str_eq(s.family, "");
	hall_end();
}
END_TEST

START_TEST(a_token_of_ours_still_opens_the_door)
{
	hall_with_issuer(&by_set);
	WELL(bring(guest_in(&h).token));
	hall_end();
}
END_TEST

START_TEST(without_an_issuer_no_jwt_is_taken)
{
	hall_with_issuer(NULL);
	FAILS(FAULT_DENIED, bring(signed_with(issuer.rsa, "{\"alg\":\"RS256\",\"kid\":\"r1\"}")));
	hall_end();
}
END_TEST

START_TEST(another_issuer_takes_the_place_of_the_first_at_once)
{
	static const struct people_jwt other = { .issuer = "https://other.example", .audience = "stoa", .jwks_url = ISSUER "/jwks" },
		no_one = { .issuer = NULL };
	hall_with_issuer(&by_set);
	const char *token = signed_with(issuer.rsa, "{\"alg\":\"RS256\",\"kid\":\"r1\"}");
	WELL(bring(token));
	people_providers_set(h.people, NULL, 0, &other);
	FAILS(FAULT_DENIED, bring(token));
	people_providers_set(h.people, NULL, 0, &no_one);
	FAILS(FAULT_DENIED, bring(token));
	people_providers_set(h.people, NULL, 0, &by_set);
	WELL(bring(token));
	hall_end();
}
END_TEST

START_TEST(the_algorithm_is_never_the_tokens_choice)
{
	char pem[2000];
	hall_with_issuer(&by_set);
	const char *good = claims_with(""), *set_key = jwk_of(&h.a, issuer.rsa, "r1");
	/* none, in its spellings, with and without a signature */
	static const char *const none[] = { "none", "None", "NONE", "nOnE", "", "HS384", "RS512", "ES384", "PS256" };
	for (size_t i = 0; i < COUNT_OF(none); i++) {
		const char *t = jwt_make(&h.a, arena_printf(&h.a, "{\"alg\":\"%s\",\"kid\":\"r1\"}", none[i]), good, issuer.rsa, NULL, 0);
		FAILS(FAULT_DENIED, bring(t));
		FAILS(FAULT_DENIED, bring(arena_strndup(&h.a, t, (size_t)(strrchr(t, '.') + 1 - t))));
	}
	/* the public key as a secret: as a JWK, as PEM, and the oct key of the set itself */
	BIO *bio = BIO_new(BIO_s_mem());
	PEM_write_bio_PUBKEY(bio, issuer.rsa);
	int n = BIO_read(bio, pem, sizeof pem);
	BIO_free(bio);
	FAILS(FAULT_DENIED, bring(jwt_make(&h.a, "{\"alg\":\"HS256\",\"kid\":\"r1\"}", good, NULL, set_key, strlen(set_key))));
	FAILS(FAULT_DENIED, bring(jwt_make(&h.a, "{\"alg\":\"HS256\",\"kid\":\"r1\"}", good, NULL, pem, (size_t)n)));
	FAILS(FAULT_DENIED, bring(jwt_make(&h.a, "{\"alg\":\"HS256\",\"kid\":\"r1\"}", good, NULL, "\0\0\0", 3)));
	/* one key's signature under another's name */
	FAILS(FAULT_DENIED, bring(signed_with(issuer.rsa, "{\"alg\":\"ES256\",\"kid\":\"e1\"}")));
	FAILS(FAULT_DENIED, bring(signed_with(issuer.ec, "{\"alg\":\"RS256\",\"kid\":\"r1\"}")));
	hall_end();
}
END_TEST

START_TEST(a_secret_is_for_hs256_and_for_nothing_else)
{
	hall_with_secret();
	const char *good = claims_with("");
	WELL(bring(jwt_make(&h.a, "{\"alg\":\"HS256\"}", good, NULL, secret_text, strlen(secret_text))));
	FAILS(FAULT_DENIED, bring(jwt_make(&h.a, "{\"alg\":\"HS256\"}", good, NULL, "another secret of some length....", 32)));
	FAILS(FAULT_DENIED, bring(jwt_make(&h.a, "{\"alg\":\"HS256\"}", good, NULL, "", 0)));
	FAILS(FAULT_DENIED, bring(signed_with(issuer.rsa, "{\"alg\":\"RS256\",\"kid\":\"r1\"}")));
	ck_assert_int_eq(issuer.keys_asked, 0);
	WELL(file_write(h.config.jwt.secret_file, "short", 5));
	FAILS(FAULT_INPUT, bring(jwt_make(&h.a, "{\"alg\":\"HS256\"}", good, NULL, "short", 5)));
	unlink(h.config.jwt.secret_file);
	hall_end();
}
END_TEST

START_TEST(key_ids_are_compared_and_nothing_more)
{
	static const char *const odd[] = { "../../../../dev/null", "r1' OR '1'='1", "r1\\u0000", "R1", "", "e1", "r1 " };
	hall_with_issuer(&by_set);
	for (size_t i = 0; i < COUNT_OF(odd); i++)
		FAILS(FAULT_DENIED, bring(signed_with(issuer.rsa, arena_printf(&h.a, "{\"alg\":\"RS256\",\"kid\":\"%s\"}", odd[i]))));
	FAILS(FAULT_DENIED, bring(signed_with(issuer.rsa, "{\"alg\":\"RS256\",\"kid\":7}")));
	FAILS(FAULT_DENIED, bring(signed_with(issuer.rsa, "{\"alg\":\"RS256\",\"kid\":[\"r1\"]}")));
	/* a key that comes along is not looked at */
	FAILS(FAULT_DENIED, bring(signed_with(issuer.other,
		arena_printf(&h.a, "{\"alg\":\"RS256\",\"jwk\":%s,\"jku\":\"https://evil.example/jwks\"}", jwk_of(&h.a, issuer.other, "x")))));
	FAILS(FAULT_DENIED, bring(signed_with(issuer.rsa, "{\"alg\":\"RS256\",\"kid\":\"r1\",\"crit\":[\"exp\"]}")));
	FAILS(FAULT_DENIED, bring(signed_with(issuer.rsa, "{\"alg\":\"RS256\",\"kid\":\"r1\",\"typ\":\"JWE\"}")));
	FAILS(FAULT_DENIED, bring(signed_with(issuer.rsa, "{\"alg\":\"RS256\",\"alg\":\"RS256\",\"kid\":\"r1\"}")));
	for (int i = 0; i < 500; i++)
		FAILS(FAULT_DENIED, bring(signed_with(issuer.rsa, arena_printf(&h.a, "{\"alg\":\"RS256\",\"kid\":\"made-up-%d\"}", i))));
	ck_assert_int_le(issuer.keys_asked, 2);       /* for itself, and once to see whether it has changed */
	hall_end();
}
END_TEST

START_TEST(claims_hold_or_the_door_stays_shut)
{
	hall_with_issuer(&by_set);
	const long long now = h.still.now_ms / 1000;
	const struct { const char *claims; bool good; } tries[] = {
		{ arena_printf(&h.a, "{\"iss\":\"" ISSUER "\",\"aud\":\"stoa\",\"sub\":\"u\",\"exp\":%lld}", now - 59), true },
		{ arena_printf(&h.a, "{\"iss\":\"" ISSUER "\",\"aud\":\"stoa\",\"sub\":\"u\",\"exp\":%lld}", now - 60), false },
		{ arena_printf(&h.a, "{\"iss\":\"" ISSUER "\",\"aud\":[\"x\",\"stoa\"],\"sub\":\"u\",\"exp\":%lld}", now + 60), true },
		{ arena_printf(&h.a, "{\"iss\":\"" ISSUER "\",\"aud\":[\"x\"],\"sub\":\"u\",\"exp\":%lld}", now + 60), false },
		{ arena_printf(&h.a, "{\"iss\":\"" ISSUER "\",\"aud\":[],\"sub\":\"u\",\"exp\":%lld}", now + 60), false },
		{ arena_printf(&h.a, "{\"iss\":\"" ISSUER "\",\"sub\":\"u\",\"exp\":%lld}", now + 60), false },
		{ arena_printf(&h.a, "{\"iss\":\"" ISSUER "/\",\"aud\":\"stoa\",\"sub\":\"u\",\"exp\":%lld}", now + 60), false },
		{ arena_printf(&h.a, "{\"aud\":\"stoa\",\"sub\":\"u\",\"exp\":%lld}", now + 60), false },
		{ arena_printf(&h.a, "{\"iss\":\"" ISSUER "\",\"aud\":\"stoa\",\"sub\":\"u\"}"), false },
		{ arena_printf(&h.a, "{\"iss\":\"" ISSUER "\",\"aud\":\"stoa\",\"sub\":\"u\",\"exp\":null}"), false },
		{ arena_printf(&h.a, "{\"iss\":\"" ISSUER "\",\"aud\":\"stoa\",\"sub\":\"u\",\"exp\":1e999}"), false },
		{ arena_printf(&h.a, "{\"iss\":\"" ISSUER "\",\"aud\":\"stoa\",\"sub\":7,\"exp\":%lld}", now + 60), false },
		{ claims_with(arena_printf(&h.a, ",\"nbf\":%lld", now + 60)), true },
		{ claims_with(arena_printf(&h.a, ",\"nbf\":%lld", now + 61)), false },
		{ claims_with(",\"nbf\":\"soon\""), false },
		{ claims_with(arena_printf(&h.a, ",\"iat\":%lld", now + 3600)), false },
		{ "[]", false }, { "\"x\"", false }, { "", false }, { "{", false },
	};
	for (size_t i = 0; i < COUNT_OF(tries); i++) {
		enum fault f = bring(jwt_make(&h.a, "{\"alg\":\"RS256\",\"kid\":\"r1\"}", tries[i].claims, issuer.rsa, NULL, 0));
		ck_assert_msg(f == (tries[i].good ? FAULT_NONE : FAULT_DENIED), "%s: %s %s", tries[i].claims, fault_name(f),
			fault_sentence());
	}
	hall_end();
}
END_TEST

START_TEST(one_value_has_one_spelling)
{
	hall_with_issuer(&by_set);
	const char *good = signed_with(issuer.ed, "{\"alg\":\"EdDSA\",\"kid\":\"d1\"}");
	WELL(bring(good));
	FAILS(FAULT_DENIED, bring(arena_printf(&h.a, "%s=", good)));
	FAILS(FAULT_DENIED, bring(arena_printf(&h.a, "%s==", good)));
	FAILS(FAULT_DENIED, bring(arena_printf(&h.a, "%s\n", good)));
	FAILS(FAULT_DENIED, bring(arena_printf(&h.a, " %s", good)));
	FAILS(FAULT_DENIED, bring(arena_printf(&h.a, "%s.", good)));
	FAILS(FAULT_DENIED, bring(arena_printf(&h.a, ".%s", good)));
	/* 64 bytes of signature leave four spare bits in the last letter: they are zero */
	size_t n = strlen(good);
	char *spare = arena_strdup(&h.a, good);
	spare[n - 1]++;
	FAILS(FAULT_DENIED, bring(spare));
	/* every letter counts */
	for (size_t i = 0; i < n; i += 3) {
		char *turned = arena_strdup(&h.a, good);
		turned[i] = turned[i] == 'A' ? 'B' : 'A';
		if (strcmp(turned, good) != 0)
			ck_assert_int_ne(bring(turned), FAULT_NONE);
	}
	static const char *const none[] = { ".", "..", "...", "a.b", "a.b.c", "e30.e30.e30" };
	for (size_t i = 0; i < COUNT_OF(none); i++)
		FAILS(FAULT_DENIED, bring(none[i]));
	char *long_one = arena_alloc(&h.a, 20000);
	memset(long_one, 'A', 19999);
	long_one[100] = long_one[200] = '.';
	FAILS(FAULT_DENIED, bring(long_one));
	hall_end();
}
END_TEST

START_TEST(strangers_do_not_make_us_ask_an_issuer_that_is_down_again_and_again)
{
	hall_with_issuer(&by_set);
	issuer.down = true;
	const char *token = signed_with(issuer.rsa, "{\"alg\":\"RS256\",\"kid\":\"r1\"}");
	for (int i = 0; i < 50; i++)
		FAILS(FAULT_OFFLINE, bring(token));
	ck_assert_int_eq(issuer.asked, 1);
	h.still.now_ms += 5000;
	issuer.down = false;
	WELL(bring(token));
	/* Keys that are known stay good while it is down. */
	issuer.down = true;
	h.still.now_ms += 59 * 60 * 1000;
	WELL(bring(jwt_make(&h.a, "{\"alg\":\"RS256\",\"kid\":\"r1\"}", claims_with(""), issuer.rsa, NULL, 0)));
	ck_assert_int_eq(issuer.asked, 2);
	hall_end();
}
END_TEST

START_TEST(a_blocked_account_is_kept_out_whatever_its_token_says)
{
	struct people_session s;
	struct user u;
	hall_with_issuer(&by_set);
	const char *token = signed_with(issuer.rsa, "{\"alg\":\"RS256\",\"kid\":\"r1\"}");
	WELL(people_bearer_find(&s, h.people, h.db, token, NULL));
	const struct user_update block = { .id = s.person, .status = "blocked" };
	WELL(people_user_update(&u, &h.a, h.people, h.db, &block));
	FAILS(FAULT_DENIED, bring(token));
	hall_end();
}
END_TEST

TESTS("people bearer", tokens_of_the_three_kinds_of_key_open_the_door, a_token_of_ours_still_opens_the_door,
	without_an_issuer_no_jwt_is_taken, another_issuer_takes_the_place_of_the_first_at_once, the_algorithm_is_never_the_tokens_choice,
	a_secret_is_for_hs256_and_for_nothing_else, key_ids_are_compared_and_nothing_more,
	claims_hold_or_the_door_stays_shut, one_value_has_one_spelling,
	strangers_do_not_make_us_ask_an_issuer_that_is_down_again_and_again,
	a_blocked_account_is_kept_out_whatever_its_token_says)
