/* Accounts: a plain row of ids, rights and times, and a sealed record of its person.
 *
 * The sealed record belongs to the person like everything else he wrote, so that
 * deleting all of his leaves no name behind.  The key of the look-up hashes is a
 * sealed record of the server; one that is lost would make every provider's user
 * a stranger, so it is made once, inside the transaction that first needs it.
 */
#include <stdio.h>
#include <string.h>

#include "people_in.h"

#define PERSON_RECORD "706572736f6e00000000000000000001"   /* "person" */
#define LOOKUP_RECORD "6c6f6f6b757000000000000000000001"   /* "lookup" */
#define LOOKUP_KEY_BYTES 32

static const struct field person_fields[] = {
	FIELD_OF(person, name, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 200),
	FIELD_OF(person, mail, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 320),
	FIELD_OF(person, subject, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 1024),
};
static RECORD_TYPE(record_person, person, person_fields, "what is personal about an account");

enum fault
person_read(struct person *out, struct arena *a, struct store *db, const char *id)
{
	struct sealed rec;
	void *record = NULL;
	enum fault f = sealed_get(&rec, a, db, id, PERSON_RECORD);
	if (f == FAULT_ABSENT) {     /* a guest has none */
		*out = (struct person){ 0 };
		return FAULT_NONE;
	}
	if (f == FAULT_NONE)
		f = record_from_json(&record, a, &record_person, rec.plain, rec.plain_bytes);
	if (f == FAULT_NONE)
		*out = *(struct person *)record;
	return f;
}

enum fault
person_write(struct store *db, const char *id, const struct person *about)
{
	return sealed_put_record(db, id, PERSON_RECORD, &record_person, about);
}

enum fault
person_bury(struct arena *a, struct store *db, const char *id)
{
	return sealed_bury(a, db, id, PERSON_RECORD);
}

/* ---- the row ---------------------------------------------------------------------- */

void
account_of_row(struct account *out, struct arena *a, struct statement *st)
{
	snprintf(out->id, sizeof out->id, "%s", statement_col_text(st, 0));
	out->role = (enum role)statement_col_int(st, 1);
	out->blocked = statement_col_int(st, 2) != 0;
	out->provider = arena_strdup(a, statement_col_text(st, 3));
	out->created = statement_col_int(st, 4);
	out->seen = statement_col_int(st, 5);
}

enum fault
account_find(struct account *out, struct arena *a, struct store *db, const char *id)
{
	struct statement *st = NULL;
	enum fault f = store_prepare(&st, db, "SELECT " ACCOUNT_COLUMNS " FROM person WHERE id = ?");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, id);
	f = statement_step(st);
	if (f == FAULT_NONE)
		account_of_row(out, a, st);
	statement_done(st);
	return f == FAULT_ABSENT ? fault(FAULT_ABSENT, "there is no account %s", id) : f;
}

enum fault
account_make(struct account *out, struct people *p, struct store *db, enum role role,
	const char *provider, const struct person *about, const unsigned char *lookup)
{
	struct statement *st = NULL;
	struct account made = { .role = role, .provider = provider, .created = people_now(p) };
	made.seen = made.created;
	id_make(made.id, &p->chance);
	enum fault f = store_prepare(&st, db,
		"INSERT INTO person (id, role, blocked, provider, created, seen, lookup)"
		" VALUES (?, ?, 0, ?, ?, ?, ?)");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, made.id);
	statement_int(st, 2, role);
	statement_text(st, 3, provider);
	statement_int(st, 4, made.created);
	statement_int(st, 5, made.seen);
	if (lookup != NULL)
		statement_blob(st, 6, lookup, VAULT_HASH_BYTES);
	f = statement_run(st, NULL);
	statement_done(st);
	if (f == FAULT_NONE && about != NULL)
		f = person_write(db, made.id, about);
	if (f == FAULT_NONE)
		*out = made;
	return f;
}

enum fault
account_set_role(struct store *db, const char *id, enum role role)
{
	struct statement *st = NULL;
	enum fault f = store_prepare(&st, db, "UPDATE person SET role = ? WHERE id = ?");
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, role);
	statement_text(st, 2, id);
	f = statement_run(st, NULL);
	statement_done(st);
	return f;
}

enum fault
account_seen(struct people *p, struct store *db, const char *id)
{
	struct statement *st = NULL;
	enum fault f = store_prepare(&st, db, "UPDATE person SET seen = ? WHERE id = ?");
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, people_now(p));
	statement_text(st, 2, id);
	f = statement_run(st, NULL);
	statement_done(st);
	return f;
}

/* ---- as others see it -------------------------------------------------------------------- */

enum fault
user_fill(struct user *out, struct arena *a, struct store *db, const struct account *of)
{
	struct person about = { 0 };
	enum fault f = person_read(&about, a, db, of->id);
	if (f == FAULT_NONE)
		*out = (struct user){
			.id = arena_strdup(a, of->id),
			.name = about.name,
			.mail = about.mail,
			.role = role_name(of->role),
			.status = of->blocked ? "blocked" : "active",
			.provider = of->provider,
			.created = of->created,
			.seen = of->seen,
		};
	return f;
}

enum fault
people_user(struct user *out, struct arena *a, struct people *p, struct store *db, const char *id)
{
	struct account found;
	(void)p;
	enum fault f = account_find(&found, a, db, id);
	return f == FAULT_NONE ? user_fill(out, a, db, &found) : f;
}

enum fault
people_rename(struct people *p, struct store *db, const char *id, const char *name)
{
	struct arena a;
	struct person about = { 0 };
	(void)p;
	arena_init(&a);
	enum fault f = store_begin(db);
	if (f == FAULT_NONE) {
		f = person_read(&about, &a, db, id);
		about.name = name;
		if (f == FAULT_NONE)
			f = person_write(db, id, &about);
		f = store_finish(db, f);
	}
	arena_clear(&a);
	return f;
}

/* ---- look-up hashes ----------------------------------------------------------------------- */

static enum fault
lookup_key(unsigned char out[LOOKUP_KEY_BYTES], struct arena *a, struct people *p, struct store *db)
{
	struct sealed rec;
	enum fault f = sealed_get(&rec, a, db, "", LOOKUP_RECORD);
	if (f == FAULT_NONE && rec.plain_bytes != LOOKUP_KEY_BYTES)
		return fault(FAULT_DAMAGED, "the key of the look-up hashes has %zu bytes", rec.plain_bytes);
	if (f == FAULT_NONE)
		memcpy(out, rec.plain, LOOKUP_KEY_BYTES);
	if (f != FAULT_ABSENT)
		return f;
	p->chance.fill(out, LOOKUP_KEY_BYTES, p->chance.arg);
	return sealed_put(db, "", LOOKUP_RECORD, out, LOOKUP_KEY_BYTES);
}

enum fault
people_lookup_hash(unsigned char out[VAULT_HASH_BYTES], struct people *p, struct store *db,
	const char *what, const char *value)
{
	unsigned char key[LOOKUP_KEY_BYTES];
	struct arena a;
	struct text t;
	arena_init(&a);
	text_init(&t, 8192);
	enum fault f = lookup_key(key, &a, p, db);
	/* BLAKE2b with the key in front: what follows cannot be lengthened. */
	if (f == FAULT_NONE) {
		text_put_n(&t, key, sizeof key);
		text_put_n(&t, what, strlen(what) + 1);
		text_put(&t, value);
		f = text_check(&t, "what is looked up");
	}
	if (f == FAULT_NONE)
		vault_sum(out, VAULT_HASH_BYTES, t.data, t.len);
	if (t.data != NULL)
		vault_wipe(t.data, t.cap);
	vault_wipe(key, sizeof key);
	text_clear(&t);
	arena_clear(&a);
	return f;
}
