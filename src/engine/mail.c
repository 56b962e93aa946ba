/* Mail that waits until it is taken.
 *
 * A row says which question and which step; the words are composed from the sealed
 * record when it is sent, so nothing personal waits in the open.  A try first puts
 * the row off (two servers on one database do not both send it), then sends
 * without any lock held.  What is not taken is tried again, later each time; after
 * the last try, and when the address is refused, it is let go and logged. */
#include <stdio.h>
#include <string.h>

#include "engine_in.h"

#define TRIES_MAX 14
#define FIRST_WAIT_MS INT64_C(30000)
#define WAIT_MAX_MS (INT64_C(6) * 3600000)
#define LEASE_MS INT64_C(300000)
#define AT_ONCE 10
#define WAITING_MAX 1000
#define MAIL_BYTES_MAX (256 * 1024)

enum fault
mail_inbox(const char **out, struct arena *a, struct engine *e, struct store *db, const char *class)
{
	enum fault f = FAULT_NONE;
	*out = NULL;
	if (class != NULL && class[0] != '\0')
		f = people_class_inbox(out, a, e->people, db, class);
	if (*out == NULL)
		*out = e->inbox;
	return f;
}

static int64_t
wall_ms(const struct engine *e)
{
	return e->clock.wall_ms(e->clock.arg);
}

enum fault
mail_queue(struct engine *e, struct store *db, const char *escalation, const char *step)
{
	char id[ID_BYTES];
	struct statement *st;
	if (e->outside.mail == NULL)
		return FAULT_NONE;
	if (mail_waiting(e, db) >= WAITING_MAX) { /* the question waits in its list all the same */
		log_event(LOG_WARN, "engine", "mail", "step=%s result=too-many-wait", step);
		return FAULT_NONE;
	}
	enum fault f = store_prepare(&st, db,
		"INSERT INTO mail (id, escalation, step, due, tries, created) VALUES (?, ?, ?, ?, 0, ?)");
	if (f != FAULT_NONE)
		return f;
	id_make(id, &e->chance);
	statement_text(st, 1, id);
	statement_text(st, 2, escalation);
	statement_text(st, 3, step);
	statement_int(st, 4, wall_ms(e));
	statement_int(st, 5, wall_ms(e));
	f = statement_run(st, NULL);
	statement_done(st);
	return f;
}

int64_t
mail_waiting(struct engine *e, struct store *db)
{
	struct statement *st;
	int64_t count = 0;
	(void)e;
	if (store_prepare(&st, db, "SELECT count(*) FROM mail") != FAULT_NONE)
		return 0;
	if (statement_step(st) == FAULT_NONE)
		count = statement_col_int(st, 0);
	statement_done(st);
	return count;
}

/* ---- one that is due ------------------------------------------------------------ */

struct due { char id[ID_BYTES], escalation[ID_BYTES], owner[ID_BYTES], step[16]; int64_t due, tries; };

/* ABSENT: none is due; *next_ms is when one will be. */
static enum fault
due_find(struct due *out, int64_t *next_ms, struct engine *e, struct store *db)
{
	struct statement *st;
	enum fault f = store_prepare(&st, db,
		"SELECT m.id, m.escalation, m.step, m.due, m.tries, coalesce(e.owner, '') FROM mail AS m "
		"LEFT JOIN escalation AS e ON e.id = m.escalation ORDER BY m.due LIMIT 1");
	if (f != FAULT_NONE)
		return f;
	f = statement_step(st);
	if (f == FAULT_NONE) {
		snprintf(out->id, sizeof out->id, "%s", statement_col_text(st, 0));
		snprintf(out->escalation, sizeof out->escalation, "%s", statement_col_text(st, 1));
		snprintf(out->step, sizeof out->step, "%s", statement_col_text(st, 2));
		out->due = statement_col_int(st, 3);
		out->tries = statement_col_int(st, 4);
		snprintf(out->owner, sizeof out->owner, "%s", statement_col_text(st, 5));
	}
	statement_done(st);
	if (f == FAULT_NONE && out->due > wall_ms(e)) {
		int64_t wait_ms = out->due - wall_ms(e);
		*next_ms = wait_ms < *next_ms ? wait_ms : *next_ms;
		return FAULT_ABSENT;
	}
	return f;
}

/* Run in a transaction of its own; *changed rows. */
static enum fault
change(struct store *db, int64_t *changed, const char *sql, const int64_t *numbers, size_t count, const char *id)
{
	struct statement *st;
	enum fault f = store_begin(db);
	if (f != FAULT_NONE)
		return f;
	f = store_prepare(&st, db, sql);
	if (f == FAULT_NONE) {
		for (size_t i = 0; i < count; i++)
			statement_int(st, (int)i + 1, numbers[i]);
		statement_text(st, (int)count + 1, id);
		f = statement_run(st, changed);
		statement_done(st);
	}
	return store_finish(db, f);
}

/* Twice as long each time, and no two at the same moment. */
static int64_t
wait_after(const struct engine *e, int64_t tries)
{
	uint32_t dice;
	int64_t wait_ms = FIRST_WAIT_MS << (tries < 10 ? tries : 10);
	e->chance.fill(&dice, sizeof dice, e->chance.arg);
	wait_ms = wait_ms < WAIT_MAX_MS ? wait_ms : WAIT_MAX_MS;
	return wait_ms / 2 + (int64_t)(dice % (uint32_t)(wait_ms / 2 + 1));
}

/* ---- its words --------------------------------------------------------------------- */

static void
put_part(struct text *out, const char *title, const char *words)
{
	if (words == NULL || words[0] == '\0')
		return;
	text_printf(out, "%s:\n\n", title);
	untrusted_text(out, words, utf8_floor(words, strlen(words), 32 * 1024), UNTRUSTED_STRIP);
	text_put(out, "\n\n");
}

/* ABSENT: its words are gone, or nobody is to get them. */
static enum fault
compose(struct outside_mail *out, struct text *body, struct arena *a, struct engine *e, struct store *db, const struct due *d)
{
	struct sealed rec;
	void *record = NULL;
	bool asked = strcmp(d->step, "asked") == 0;
	if (!id_valid(d->owner))
		return fault(FAULT_ABSENT, "the question of a mail is gone");
	store_set_owner(db, d->owner);
	enum fault f = store_get(&rec, a, db, d->escalation);
	store_set_owner(db, "");
	if (f == FAULT_NONE)
		f = record_from_json(&record, a, &record_escalation, rec.plain, rec.plain_bytes);
	if (f != FAULT_NONE)
		return f;
	const struct escalation *q = record;
	const char *to = q->email;
	if (asked)
		f = mail_inbox(&to, a, e, db, q->subject);
	if (f != FAULT_NONE)
		return f;
	if (to == NULL || to[0] == '\0')
		return fault(FAULT_ABSENT, "a mail has nobody to go to");
	put_part(body, "Question", q->question);
	put_part(body, asked ? "Answered by stoa" : "A teacher answers", asked ? q->answer : q->reply);
	put_part(body, "Note", asked ? q->note : NULL);
	put_part(body, "Reply also to", asked ? q->email : NULL);
	if (asked)
		text_printf(body, "Reply with escalation.resolve (PATCH /v1/admin/escalations/%s).\n", d->escalation);
	*out = (struct outside_mail){ .to = arena_strdup(a, to),
		.subject = !asked ? "Your question was answered"
			   : q->subject != NULL && q->subject[0] != '\0'
				   ? arena_printf(a, "A question for a teacher: %s", untrusted_line(a, q->subject))
				   : "A question for a teacher" };
	f = text_check(body, "the mail");
	out->text = body->data;
	return f;
}

static enum fault
compose_open(struct outside_mail *out, struct text *body, struct arena *a, struct engine *e, struct store *db, const struct due *d)
{
	pthread_rwlock_rdlock(&e->gate);
	enum fault f = store_is_locked(db) ? fault(FAULT_LOCKED, "the history is locked")
							       : compose(out, body, a, e, db, d);
	pthread_rwlock_unlock(&e->gate);
	return f;
}

/* ---- sending ------------------------------------------------------------------------- */

static enum fault
send_one(struct engine *e, struct store *db, const struct due *d, const struct cancel *cancel)
{
	const int64_t lease[] = { wall_ms(e) + LEASE_MS, d->due }, later[] = { wall_ms(e) + wait_after(e, d->tries) };
	struct outside_mail mail = { .to = NULL };
	struct text body;
	struct arena a;
	int64_t mine = 0;
	enum fault f = change(db, &mine, "UPDATE mail SET due = ?, tries = tries + 1 WHERE due = ? AND id = ?",
		lease, COUNT_OF(lease), d->id);
	if (f != FAULT_NONE || mine == 0)
		return f;
	arena_init(&a);
	text_init(&body, MAIL_BYTES_MAX);
	f = compose_open(&mail, &body, &a, e, db, d);
	if (f == FAULT_NONE)
		f = e->outside.mail(&mail, cancel, e->outside.arg);
	bool later_again = f != FAULT_NONE && f != FAULT_INPUT && f != FAULT_ABSENT && d->tries + 1 < TRIES_MAX;
	log_event(f == FAULT_NONE ? LOG_INFO : LOG_WARN, "engine", "mail", "id=%s step=%s try=%lld result=%s again=%d",
		d->id, d->step, (long long)d->tries + 1, fault_name(f), later_again);
	f = later_again ? change(db, NULL, "UPDATE mail SET due = ? WHERE id = ?", later, COUNT_OF(later), d->id)
			: change(db, NULL, "DELETE FROM mail WHERE id = ?", NULL, 0, d->id);
	vault_wipe(body.data, body.cap);
	text_clear(&body);
	arena_clear(&a);
	return f;
}

enum fault
mail_tend(int64_t *next_ms, struct engine *e, struct store *db, const struct cancel *cancel)
{
	struct due d;
	enum fault f = FAULT_NONE;
	if (e->outside.mail == NULL)
		return FAULT_NONE;
	for (int i = 0; i < AT_ONCE && f == FAULT_NONE && !cancel_asked(cancel); i++) {
		f = due_find(&d, next_ms, e, db);
		if (f == FAULT_NONE)
			f = send_one(e, db, &d, cancel);
	}
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}
