/* A class and its people, one more class, and a course that belongs to the first. */
#ifndef STOA_CLASS_TEST_H
#define STOA_CLASS_TEST_H
#include "engine_test.h"

static struct world w;
static const enum role roles[] = { ROLE_NONE, ROLE_LEARNER, ROLE_LEARNER, ROLE_INSTRUCTOR, ROLE_INSTRUCTOR, ROLE_ADMIN };
enum { NOBODY, ANN, BEN, EVA, MAX, TOM };   /* Eva teaches biology, Max physics */

static inline void
be(int n)
{
	w.who.user[0] = '\0';
	if (n != NOBODY)
		snprintf(w.who.user, sizeof w.who.user, "%032x", n);
	w.who.role = roles[n];
}

static inline void
add_members(struct store *db)
{
	static const struct { const char *class; int person, role; } rows[] = {
		{ "biology", ANN, 2 }, { "biology", EVA, 3 }, { "physics", MAX, 3 }, { "physics", BEN, 2 } };
	char sql[256];
	WELL(store_exec(db, "INSERT INTO class (id, title, archived, created) VALUES ('biology', 'Biology', 0, 1), ('physics', 'Physics', 0, 1)"));
	for (int i = ANN; i <= TOM; i++) {
		snprintf(sql, sizeof sql, "INSERT INTO person (id, role, blocked, provider, created, seen) VALUES ('%032x', %d, 0, 'code', 1, 1)", i, (int)roles[i]);
		WELL(store_exec(db, sql));
	}
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		snprintf(sql, sizeof sql, "INSERT INTO class_member (class, person, role, joined) VALUES ('%s', '%032x', %d, 1)", rows[i].class, rows[i].person, rows[i].role);
		WELL(store_exec(db, sql));
	}
}

/* w.config is made already, by world_make(). */
static inline void
class_open_made(void)
{
	struct store *db;
	const struct store_paths paths = store_paths_of(w.database, NULL);
	WELL(engine_open(&w.engine, &w.config));
	struct vault_secret s = test_key(7);
	WELL(engine_seal_new(w.engine, SLOT_KEY_FILE, &s, "test"));
	vault_secret_clear(&s);
	WELL(store_open(&db, &paths, &w.clock));
	add_members(db);
	store_close(db);
	be(TOM);
	add_course(&w);   /* into biology */
}
#endif
