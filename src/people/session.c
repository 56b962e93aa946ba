/* Sessions: a family of tokens that began with one sign-in.
 *
 * A family has one access token and one refresh token that are good; a refresh
 * makes the next pair and remembers that the old refresh token was used.  Seeing
 * that one again means that two hold it, so the whole family ends (RFC 9700,
 * 4.14.2).  The role is read from the account at every look, never copied into
 * the session: a change takes effect with the next call.
 */
#include <stdio.h>
#include <string.h>

#include "people_in.h"

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* ---- making --------------------------------------------------------------------- */

struct token_row { const char *family, *person; bool refresh; int64_t expires, ends; };

static enum fault
token_add(const char **out, struct arena *a, struct people *p, struct store *db, const struct token_row *row)
{
	char token[TOKEN_TEXT];
	struct statement *st = NULL;
	enum fault f = store_prepare(&st, db,
		"INSERT INTO session (token, family, person, refresh, used, expires, ends)"
		" VALUES (?, ?, ?, ?, 0, ?, ?)");
	if (f != FAULT_NONE)
		return f;
	token_make(token, p, row->refresh ? "stoa_r_" : "stoa_");
	token_bind(st, 1, token);
	statement_text(st, 2, row->family);
	statement_text(st, 3, row->person);
	statement_int(st, 4, row->refresh);
	statement_int(st, 5, row->expires);
	statement_int(st, 6, row->ends);
	f = statement_run(st, NULL);
	statement_done(st);
	if (f == FAULT_NONE)
		*out = arena_strdup(a, token);
	vault_wipe(token, sizeof token);
	return f;
}

/* The pair of tokens of a family, and who it is. */
static enum fault
pair_make(struct signed_in *out, struct arena *a, struct people *p, struct store *db,
	const struct account *of, const char *family, int64_t ends)
{
	int64_t now = people_now(p);
	struct signed_in made = { .expires = least(now + SESSION_IDLE_MS, ends) };
	struct token_row row = { family, of->id, false, made.expires, ends };
	enum fault f = token_add(&made.token, a, p, db, &row);
	row.refresh = true;
	row.expires = least(now + REFRESH_MS, ends);
	if (f == FAULT_NONE)
		f = token_add(&made.refresh_token, a, p, db, &row);
	made.user = record_new(a, &record_user);
	if (f == FAULT_NONE)
		f = user_fill(made.user, a, db, of);
	if (f == FAULT_NONE)
		f = classes_of(&made.classes, a, db, of->id);
	made.session_id = arena_printf(a, "%s_%s", of->role == ROLE_GUEST ? "guest" : "session", family);
	if (f == FAULT_NONE)
		*out = made;
	return f;
}

enum fault
session_begin(struct signed_in *out, struct arena *a, struct people *p, struct store *db, const struct account *of)
{
	char family[ID_BYTES];
	if (of->blocked)
		return fault(FAULT_DENIED, "this account is blocked");
	enum fault f = expired_forget(p, db, "DELETE FROM session WHERE expires <= ?");
	if (f == FAULT_NONE)
		f = account_seen(p, db, of->id);
	id_make(family, &p->chance);
	return f == FAULT_NONE ? pair_make(out, a, p, db, of, family, people_now(p) + SESSION_WHOLE_MS) : f;
}

enum fault
people_guest(struct signed_in *out, struct arena *a, struct people *p, struct store *db, const struct auth_guest *req)
{
	struct account guest;
	(void)req;
	if (p->no_guests)
		return fault(FAULT_DENIED, "guests are not let in here");
	enum fault f = store_begin(db);
	if (f != FAULT_NONE)
		return f;
	f = account_make(&guest, p, db, ROLE_GUEST, "guest", NULL, NULL);
	if (f == FAULT_NONE && req->role != NULL)
		f = RUN(db, NULL, "UPDATE person SET profile = ? WHERE id = ?", req->role, guest.id);
	if (f == FAULT_NONE)
		f = session_begin(out, a, p, db, &guest);
	return store_finish(db, f);
}

/* ---- finding ---------------------------------------------------------------------- */

struct found { struct people_session who; int64_t expires, ends; bool refresh, used, blocked, open; };

/* Why the account of a token is not let in. */
static enum fault
check_account(const struct found *s)
{
	if (s->blocked)
		return fault(FAULT_DENIED, "this account is blocked");
	if (!s->open)
		return fault(FAULT_DENIED, "the way this account signs in by is set up no more");
	return FAULT_NONE;
}


static enum fault
token_find(struct found *out, struct people *p, struct store *db, const char *token)
{
	struct statement *st = NULL;
	enum fault f = store_prepare(&st, db,
		"SELECT s.family, s.person, s.refresh, s.used, s.expires, s.ends, p.role, p.blocked, p.provider"
		" FROM session s JOIN person p ON p.id = s.person WHERE s.token = ?");
	if (f != FAULT_NONE)
		return f;
	token_bind(st, 1, token);
	f = statement_step(st);
	if (f == FAULT_NONE) {
		snprintf(out->who.family, ID_BYTES, "%s", statement_col_text(st, 0));
		snprintf(out->who.person, ID_BYTES, "%s", statement_col_text(st, 1));
		out->refresh = statement_col_int(st, 2) != 0;
		out->used = statement_col_int(st, 3) != 0;
		out->expires = statement_col_int(st, 4);
		out->ends = statement_col_int(st, 5);
		out->who.role = (enum role)statement_col_int(st, 6);
		out->blocked = statement_col_int(st, 7) != 0;
		out->open = way_open(p, statement_col_text(st, 8));
	}
	statement_done(st);
	return f;
}

static enum fault
slide(struct people *p, struct store *db, const char *token, const struct found *s)
{
	struct statement *st = NULL;
	int64_t until = least(people_now(p) + SESSION_IDLE_MS, s->ends);
	if (until - s->expires < SESSION_SLIDE_MS)
		return FAULT_NONE;
	enum fault f = store_prepare(&st, db, "UPDATE session SET expires = ? WHERE token = ?");
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, until);
	token_bind(st, 2, token);
	f = statement_run(st, NULL);
	statement_done(st);
	return f;
}

enum fault
people_session_find(struct people_session *out, struct people *p, struct store *db, const char *token)
{
	struct found s = { .expires = 0 };
	enum fault f = token_find(&s, p, db, token);
	if (f != FAULT_NONE && f != FAULT_ABSENT)
		return f;
	if (f == FAULT_ABSENT || s.refresh || s.expires <= people_now(p))
		return fault(FAULT_DENIED, "the token is not valid, or no longer");
	f = check_account(&s);
	if (f != FAULT_NONE)
		return f;
	/* A disk that is full ends no session: it only does not slide. */
	if (slide(p, db, token, &s) != FAULT_NONE)
		log_event(LOG_WARN, "people", "slide", "result=%s", fault_sentence());
	*out = s.who;
	return FAULT_NONE;
}

/* ---- the next pair, and the end --------------------------------------------------------- */

enum fault
sessions_end(struct store *db, const char *person, const char *family)
{
	return family != NULL ? RUN(db, NULL, "DELETE FROM session WHERE person = ? AND family = ?", person, family)
			      : RUN(db, NULL, "DELETE FROM session WHERE person = ?", person);
}

/* Take the refresh token out of use; *first is false when another was before us. */
static enum fault
refresh_use(bool *first, struct store *db, const char *token)
{
	struct statement *st = NULL;
	int64_t changed = 0;
	enum fault f = store_prepare(&st, db, "UPDATE session SET used = 1 WHERE token = ? AND used = 0");
	if (f != FAULT_NONE)
		return f;
	token_bind(st, 1, token);
	f = statement_run(st, &changed);
	statement_done(st);
	if (f == FAULT_NONE)
		*first = changed == 1;
	return f;
}

static enum fault
refresh_find(struct found *out, struct people *p, struct store *db, const char *token)
{
	enum fault f = token_find(out, p, db, token);
	if (f == FAULT_ABSENT || (f == FAULT_NONE && (!out->refresh || out->expires <= people_now(p))))
		return fault(FAULT_DENIED, "the refresh token is not valid, or no longer; sign in again");
	return f == FAULT_NONE ? check_account(out) : f;
}

static enum fault
next_pair(struct signed_in *out, bool *reused, struct arena *a, struct people *p, struct store *db, const char *token)
{
	struct found s = { .expires = 0 };
	struct account of;
	bool first = false;
	enum fault f = refresh_find(&s, p, db, token);
	if (f == FAULT_NONE)
		f = refresh_use(&first, db, token);
	if (f == FAULT_NONE && !first) {
		*reused = true;
		return sessions_end(db, s.who.person, s.who.family);
	}
	if (f == FAULT_NONE)
		f = account_find(&of, a, db, s.who.person);
	if (f == FAULT_NONE)
		f = RUN(db, NULL, "DELETE FROM session WHERE family = ? AND refresh = 0", s.who.family);
	return f == FAULT_NONE ? pair_make(out, a, p, db, &of, s.who.family, s.ends) : f;
}

enum fault
people_refresh(struct signed_in *out, struct arena *a, struct people *p, struct store *db, const struct auth_refresh *req)
{
	struct found s = { .expires = 0 };
	bool reused = false;
	/* Whoever has no token that counts shall not hold up those who write. */
	enum fault f = refresh_find(&s, p, db, req->refresh_token);
	if (f == FAULT_NONE)
		f = store_begin(db);
	if (f != FAULT_NONE)
		return f;
	f = store_finish(db, next_pair(out, &reused, a, p, db, req->refresh_token));
	if (f == FAULT_NONE && reused)
		return fault(FAULT_DENIED, "the refresh token was used before; the session has ended, sign in again");
	return f;
}

enum fault
people_logout(struct people *p, struct store *db, const char *person, const char *family, bool everywhere)
{
	(void)p;
	return sessions_end(db, person, everywhere ? NULL : family);
}
