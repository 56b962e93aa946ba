/* A code for one account: it lets somebody in again who came by a code.
 *
 * Nothing else than her session says who she is, and sessions end: after half a year,
 * by signing out, by a block that was lifted, with a device that is lost.  Whoever
 * uses the code reads what she asked, so an administrator alone makes it, not her
 * teacher; it is good once and ends her sessions elsewhere, so that it is noticed when
 * another took it.  Who signs in by a provider needs none, and nobody gets more than a
 * learner's rights by it. */
#include <string.h>

#include "people_in.h"

#define AGAIN "again"

/* What it is found by: a keyed hash, as it is short enough to be tried out. */
static enum fault
again_secret(struct text *out, struct people *p, struct store *db, const char *code)
{
	unsigned char hash[VAULT_HASH_BYTES];
	enum fault f = people_lookup_hash(hash, p, db, AGAIN, code);
	if (f == FAULT_NONE)
		base64url_put(out, hash, sizeof hash);
	return f;
}

static enum fault
account_again(struct account *out, struct arena *a, struct store *db, const char *class, const char *person)
{
	struct class_member m;
	enum fault f = member_find(&m, a, db, class, person);
	if (f == FAULT_NONE)
		f = account_find(out, a, db, person);
	if (f != FAULT_NONE)
		return f;
	if (out->role > ROLE_LEARNER)
		return fault(FAULT_DENIED, "a code for one person is for learners; %s is more", person);
	if (!str_same(out->provider, "code") && !str_same(out->provider, "guest"))
		return fault(FAULT_DENIED, "%s signs in by %s and needs no code", person, out->provider);
	if (out->blocked)
		return fault(FAULT_DENIED, "the account %s is blocked", person);
	return FAULT_NONE;
}

enum fault
again_void(int64_t *gone, struct store *db, const char *person)
{
	return RUN(db, gone, "DELETE FROM sign_in WHERE step = ? AND person = ?", AGAIN, person);
}

enum fault
again_make(struct join_code *out, struct arena *a, struct people *p, struct store *db,
	const struct people_asker *who, const char *class, const struct join_code_make *req)
{
	char code[CODE_TEXT];
	struct text secret;
	struct account of;
	if (who->role < ROLE_ADMIN)
		return fault(FAULT_DENIED, "a code for one person opens her account; an administrator makes it");
	enum fault f = account_again(&of, a, db, class, req->person);
	if (f == FAULT_NONE)
		f = again_void(NULL, db, of.id);
	if (f != FAULT_NONE)
		return f;
	struct waiting w = { .step = AGAIN, .provider = of.provider, .good_ms = (req->days > 0 ? req->days : 1) * DAY_MS };
	w.person = of.id;
	code_make(code, p);
	text_init(&secret, TOKEN_TEXT);
	f = again_secret(&secret, p, db, code);
	if (f == FAULT_NONE)
		f = text_check(&secret, "a code");
	if (f == FAULT_NONE)
		f = waiting_add(p, db, secret.data, &w);
	if (f == FAULT_NONE)
		*out = (struct join_code){
			.id = arena_strdup(a, of.id),
			.code = arena_strdup(a, code),
			.uses_left = 1,
			.created = people_now(p),
			.expires = people_now(p) + w.good_ms,
		};
	vault_wipe(code, sizeof code);
	text_clear(&secret);
	return f;
}

enum fault
again_use(struct account *out, struct arena *a, struct people *p, struct store *db, const char *typed)
{
	char code[CODE_TEXT];
	struct text secret;
	struct waiting w;
	if (!code_plain(code, typed))
		return FAULT_ABSENT;
	text_init(&secret, TOKEN_TEXT);
	enum fault f = again_secret(&secret, p, db, code);
	if (f == FAULT_NONE)
		f = text_check(&secret, "a code");
	if (f == FAULT_NONE) {
		f = waiting_take(&w, a, p, db, secret.data, AGAIN);
		f = f == FAULT_DENIED ? FAULT_ABSENT : f;
	}
	vault_wipe(code, sizeof code);
	text_clear(&secret);
	if (f == FAULT_NONE)
		f = account_find(out, a, db, w.person);
	/* What she has become since is not for such a code to give. */
	if (f == FAULT_NONE && out->role > ROLE_LEARNER)
		f = fault(FAULT_DENIED, "this code is not good, or no longer; ask for a new one");
	return f == FAULT_NONE ? sessions_end(db, out->id, NULL) : f;
}
