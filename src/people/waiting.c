/* Sign-ins that wait for their next step: by a state, a one-time code, a device code.
 *
 * Each is found by the hash of a secret that only who takes the next step has, and
 * what works once is deleted by the statement that finds it, so that of two who
 * bring the same secret at the same time one is refused.
 */
#include <string.h>

#include "people_in.h"

enum fault
waiting_add(struct people *p, struct store *db, const char *secret, const struct waiting *w)
{
	struct statement *st = NULL;
	int64_t now = people_now(p);
	enum fault f = expired_forget(p, db, "DELETE FROM sign_in WHERE expires <= ?");
	if (f == FAULT_NONE)
		f = store_prepare(&st, db,
			"INSERT INTO sign_in (secret, step, provider, person, redirect, challenge, state, asked,"
			" wait_ms, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	if (f != FAULT_NONE)
		return f;
	const char *const texts[] = { w->step, w->provider, w->person, w->redirect, w->challenge, w->state };
	token_bind(st, 1, secret);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		statement_text(st, (int)i + 2, texts[i] != NULL ? texts[i] : "");
	statement_int(st, 8, now);
	statement_int(st, 9, w->wait_ms);
	statement_int(st, 10, now + w->good_ms);
	f = statement_run(st, NULL);
	statement_done(st);
	return f;
}

enum fault
waiting_find(struct waiting *out, struct arena *a, struct people *p, struct store *db, const char *secret, const char *step)
{
	struct statement *st = NULL;
	enum fault f = store_prepare(&st, db,
		"SELECT provider, person, redirect, challenge, state, wait_ms, expires FROM sign_in"
		" WHERE secret = ? AND step = ? AND expires > ?");
	if (f != FAULT_NONE)
		return f;
	token_bind(st, 1, secret);
	statement_text(st, 2, step);
	statement_int(st, 3, people_now(p));
	f = statement_step(st);
	if (f == FAULT_NONE)
		*out = (struct waiting){
			.step = step,
			.provider = arena_strdup(a, statement_col_text(st, 0)),
			.person = arena_strdup(a, statement_col_text(st, 1)),
			.redirect = arena_strdup(a, statement_col_text(st, 2)),
			.challenge = arena_strdup(a, statement_col_text(st, 3)),
			.state = arena_strdup(a, statement_col_text(st, 4)),
			.wait_ms = statement_col_int(st, 5),
			.good_ms = statement_col_int(st, 6) - people_now(p),
		};
	statement_done(st);
	return f == FAULT_ABSENT ? fault(FAULT_DENIED, "this sign-in is not known, was used, or is too old") : f;
}

enum fault
waiting_take(struct waiting *out, struct arena *a, struct people *p, struct store *db, const char *secret, const char *step)
{
	struct statement *st = NULL;
	int64_t gone = 0;
	enum fault f = waiting_find(out, a, p, db, secret, step);
	if (f == FAULT_NONE)
		f = store_prepare(&st, db, "DELETE FROM sign_in WHERE secret = ?");
	if (f != FAULT_NONE)
		return f;
	token_bind(st, 1, secret);
	f = statement_run(st, &gone);
	statement_done(st);
	if (f == FAULT_NONE && gone != 1)
		f = fault(FAULT_DENIED, "this sign-in was used by another at the same time");
	return f;
}
