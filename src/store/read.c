/* Sealed records going out.
 *
 * An edited or buried revision has lost its blob, so a row with a blob is the
 * newest of its record.  Reading a chain keeps the order in which records first
 * appeared: the scan walks first revisions and looks aside for the few that were
 * edited, found through the index of revisions alone.  A record that was altered is left out
 * and reported at the end: one flipped bit must not hide a whole history.
 */
#include <stdlib.h>
#include "store_in.h"

static bool
fits(int64_t value, int64_t max)
{
	return value >= 0 && value <= max;
}

enum fault
record_row_read(struct record_row *out, struct statement *st)
{
	size_t conv_size, rec_size, tag_size;
	int64_t kind = statement_col_int(st, 1), fmt = statement_col_int(st, 2), epoch = statement_col_int(st, 3);
	int64_t rev = statement_col_int(st, 4), flags = statement_col_int(st, 5), size = statement_col_int(st, 6);
	const void *conv_id = statement_col_blob(st, 8, &conv_size);
	const void *rec_id = statement_col_blob(st, COL_REC_ID, &rec_size);
	const void *tag = statement_col_blob(st, 10, &tag_size);
	id_bytes owner;
	if (!owner_read(owner, st, 7) || conv_size != VAULT_ID_BYTES || rec_size != VAULT_ID_BYTES || tag_size != VAULT_TAG_BYTES ||
	    kind < KIND_MESSAGE || kind >= KIND_LAST || !fits(fmt, UINT16_MAX) || !fits(epoch, UINT32_MAX) ||
	    !fits(rev, UINT32_MAX) || !fits(flags, UINT32_MAX) || !fits(size, UINT32_MAX))
		return fault(FAULT_DAMAGED, "record number %lld was altered", (long long)statement_col_int(st, 0));
	out->bound = (struct vault_record){ .kind = (enum vault_kind)kind,
		.fmt = (uint16_t)fmt,
		.epoch = (uint32_t)epoch,
		.lseq = (uint64_t)statement_col_int(st, 0),
		.rev = (uint32_t)rev,
		.flags = (uint32_t)flags };
	memcpy(out->bound.owner, owner, VAULT_ID_BYTES);
	memcpy(out->bound.conv_id, conv_id, VAULT_ID_BYTES);
	memcpy(out->bound.rec_id, rec_id, VAULT_ID_BYTES);
	memcpy(out->tag, tag, VAULT_TAG_BYTES);
	out->size = (uint32_t)size;
	return FAULT_NONE;
}

enum fault
record_row_open(struct text *plain, struct store *s, const struct record_row *row, const void *blob,
	size_t blob_bytes)
{
	unsigned char aad[VAULT_AAD_BYTES];
	char id[ID_BYTES];
	const struct vault *v;
	enum fault f = vault_borrow(&v, s);
	if (f != FAULT_NONE)
		return f;
	if (blob_bytes != (size_t)row->size + VAULT_SEAL_BYTES ||
	    memcmp((const char *)blob + blob_bytes - VAULT_TAG_BYTES, row->tag, VAULT_TAG_BYTES) != 0)
		f = FAULT_DAMAGED;
	else
		f = vault_open(plain, aad, v, &row->bound, blob, blob_bytes);
	vault_return(s);
	if (f == FAULT_DAMAGED)
		f = fault(FAULT_DAMAGED, "record %s was altered", vault_id_text(id, row->bound.rec_id));
	return f;
}

/* ---- one walk over records ---------------------------------------------- */

struct edited { id_bytes rec_id; int64_t lseq; };
struct walk {
	struct store *store;
	sealed_fn *each;
	void *arg;
	enum vault_kind kind;          /* 0: every kind */
	struct text plain;
	struct edited *edited;         /* newest revisions of edited records, sorted */
	size_t edited_count, edited_cap;
	size_t altered;
	char first_altered[ID_BYTES];
};

static void
walk_init(struct walk *w, struct store *s, sealed_fn *each, void *arg)
{
	*w = (struct walk){ .store = s, .each = each, .arg = arg };
	text_init(&w->plain, (size_t)VAULT_PLAIN_MAX * 2);
}

/* Clear, and say what was left out. */
static enum fault
walk_end(struct walk *w, enum fault f)
{
	vault_wipe(w->plain.data, w->plain.data ? w->plain.cap : 0);
	text_clear(&w->plain);
	mem_free(w->edited);
	if (f == FAULT_NONE && w->altered > 0)
		return fault(FAULT_DAMAGED,
			"%zu records were altered and left out; the first is %s", w->altered,
			w->first_altered);
	return f;
}

/* Open the row in st and hand it on. */
static enum fault
walk_row(struct walk *w, struct statement *st)
{
	struct record_row row;
	char conv_id[ID_BYTES], rec_id[ID_BYTES];
	size_t n;
	const void *blob = statement_col_blob(st, COL_BLOB, &n);
	if (blob == NULL)
		return FAULT_NONE;
	rec_id[0] = '\0';
	enum fault f = record_row_read(&row, st);
	if (f == FAULT_NONE) {
		vault_id_text(rec_id, row.bound.rec_id);
		vault_id_text(conv_id, row.bound.conv_id);
		f = record_row_open(&w->plain, w->store, &row, blob, n);
	}
	if (f == FAULT_DAMAGED) {
		if (w->altered++ == 0)
			memcpy(w->first_altered, rec_id, sizeof rec_id);
		return FAULT_NONE;
	}
	if (f != FAULT_NONE)
		return f;
	struct sealed sealed = { row.bound.kind, conv_id, rec_id, row.bound.lseq, row.bound.rev,
		row.bound.flags, w->plain.data, w->plain.len };
	return w->each(&sealed, w->arg);
}

static int
by_rec_id(const void *a, const void *b)
{
	return memcmp(((const struct edited *)a)->rec_id, ((const struct edited *)b)->rec_id, VAULT_ID_BYTES);
}

static enum fault
edited_read(struct walk *w, const unsigned char *conv_id)
{
	struct statement *st;
	size_t n;
	enum fault f = store_prepare(&st, w->store,
		conv_id ? "SELECT rec_id, max(lseq) FROM record WHERE owner = ? AND rev > 1 AND "
			  "conv_id = ? GROUP BY rec_id ORDER BY rec_id"
			: "SELECT rec_id, max(lseq) FROM record WHERE owner = ? AND rev > 1 "
			  "GROUP BY rec_id ORDER BY rec_id");
	if (f != FAULT_NONE)
		return f;
	owner_bind(st, 1, w->store->owner);
	if (conv_id != NULL)
		statement_blob_static(st, 2, conv_id, VAULT_ID_BYTES);
	while ((f = statement_step(st)) == FAULT_NONE) {
		const void *rec_id = statement_col_blob(st, 0, &n);
		mem_reserve(&w->edited, &w->edited_cap, w->edited_count + 1, sizeof w->edited[0]);
		struct edited *e = &w->edited[w->edited_count++];
		*e = (struct edited){ { 0 }, statement_col_int(st, 1) };
		memcpy(e->rec_id, rec_id, n < VAULT_ID_BYTES ? n : VAULT_ID_BYTES);
	}
	statement_done(st);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

/* The newest revision of the record whose first one is in st. */
static enum fault
walk_newest(struct walk *w, struct statement *st)
{
	struct edited key = { .lseq = 0 };
	struct statement *newest;
	size_t n;
	const void *rec_id = statement_col_blob(st, COL_REC_ID, &n);
	memcpy(key.rec_id, rec_id, n < VAULT_ID_BYTES ? n : VAULT_ID_BYTES);
	const struct edited *e =
		w->edited_count ? bsearch(&key, w->edited, w->edited_count, sizeof key, by_rec_id)
				: NULL;
	if (e == NULL)
		return walk_row(w, st);
	enum fault f = store_prepare(&newest, w->store, "SELECT " RECORD_COLUMNS " FROM record WHERE lseq = ?");
	if (f != FAULT_NONE)
		return f;
	statement_int(newest, 1, e->lseq);
	f = statement_step(newest);
	if (f == FAULT_NONE && statement_col_int(newest, COL_KIND) != KIND_TOMBSTONE)
		f = walk_row(w, newest);
	statement_done(newest);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

/* The first row is read before the edits are: it opens the snapshot of both. */
static enum fault
walk_all(struct walk *w, struct statement *st, const unsigned char *conv_id)
{
	enum fault f = statement_step(st);
	if (f == FAULT_NONE)
		f = edited_read(w, conv_id);
	while (f == FAULT_NONE) {
		int64_t kind = statement_col_int(st, COL_KIND);
		if (kind != KIND_TOMBSTONE && (w->kind == 0 || (int64_t)w->kind == kind))
			f = walk_newest(w, st);
		if (f == FAULT_NONE)
			f = statement_step(st);
	}
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

/* Records that the callback itself appends are not walked over. */
static enum fault
last_lseq(int64_t *out, struct store *s)
{
	const struct vault *v;
	enum fault f = owner_check(s);
	if (f == FAULT_NONE)
		f = vault_borrow(&v, s);
	if (f != FAULT_NONE)
		return f;
	vault_return(s);
	return query_int(out, s, "SELECT coalesce(max(lseq), 0) FROM record");
}

/* Nobody's rows are walked over in the order of the table, an owner's by his index,
 * which has rows with an owner only: it costs the one person of a machine nothing. */
#define OF_NOBODY "owner = ?"
#define OF_OWNER "owner = ? AND owner <> x''"

static const char *
of_owner(const struct store *s, const char *nobodys, const char *owners)
{
	return owner_is_nobody(s->owner) ? nobodys : owners;
}

enum fault
store_each(struct store *s, const char *conv_id, enum vault_kind kind, sealed_fn *each, void *arg)
{
	struct walk w;
	struct statement *st;
	id_bytes id;
	int64_t last;
	enum fault f = last_lseq(&last, s);
	if (f == FAULT_NONE && conv_id != NULL)
		f = vault_id_parse(id, conv_id, "conversation");
	if (f == FAULT_NONE)
		f = store_prepare(&st, s, conv_id ?
			"SELECT " RECORD_COLUMNS " FROM record WHERE rev = 1 AND lseq <= ? AND owner = ? AND conv_id = ? ORDER BY lseq" :
			of_owner(s, "SELECT " RECORD_COLUMNS " FROM record WHERE rev = 1 AND lseq <= ? AND " OF_NOBODY " ORDER BY lseq",
				"SELECT " RECORD_COLUMNS " FROM record WHERE rev = 1 AND lseq <= ? AND " OF_OWNER " ORDER BY lseq"));
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, last);
	owner_bind(st, 2, s->owner);
	if (conv_id != NULL)
		statement_blob_static(st, 3, id, VAULT_ID_BYTES);
	walk_init(&w, s, each, arg);
	w.kind = kind;
	f = walk_all(&w, st, conv_id ? id : NULL);
	statement_done(st);
	return walk_end(&w, f);
}

static enum fault
walk_after(struct store *s, uint64_t after_lseq, bool all, sealed_fn *each, void *arg)
{
	struct walk w;
	struct statement *st;
	int64_t last;
	enum fault f = last_lseq(&last, s);
	if (f == FAULT_NONE)
		f = store_prepare(&st, s, all ?
			"SELECT " RECORD_COLUMNS " FROM record WHERE lseq > ? AND lseq <= ? ORDER BY lseq" :
			of_owner(s, "SELECT " RECORD_COLUMNS " FROM record WHERE lseq > ? AND lseq <= ? AND " OF_NOBODY " ORDER BY lseq",
				"SELECT " RECORD_COLUMNS " FROM record WHERE lseq > ? AND lseq <= ? AND " OF_OWNER " ORDER BY lseq"));
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, (int64_t)after_lseq);
	statement_int(st, 2, last);
	if (!all)
		owner_bind(st, 3, s->owner);
	statement_stream(st);
	walk_init(&w, s, each, arg);
	while ((f = statement_step(st)) == FAULT_NONE && (f = walk_row(&w, st)) == FAULT_NONE)
		;
	statement_done(st);
	return walk_end(&w, f == FAULT_ABSENT ? FAULT_NONE : f);
}

enum fault
store_each_since(struct store *s, uint64_t after_lseq, sealed_fn *each, void *arg)
{
	return walk_after(s, after_lseq, false, each, arg);
}

enum fault
records_each(struct store *s, sealed_fn *each, void *arg)
{
	return walk_after(s, 0, true, each, arg);
}

struct taken { struct sealed *out; struct arena *arena; };

static enum fault
take(const struct sealed *rec, void *arg)
{
	struct taken *to = arg;
	*to->out = *rec;
	to->arena->wipe = true;
	to->out->conv_id = arena_strdup(to->arena, rec->conv_id);
	to->out->rec_id = arena_strdup(to->arena, rec->rec_id);
	char *plain = arena_alloc(to->arena, rec->plain_bytes + 1);
	memcpy(plain, rec->plain, rec->plain_bytes);
	to->out->plain = plain;
	return FAULT_NONE;
}

enum fault
store_get(struct sealed *out, struct arena *a, struct store *s, const char *rec_id)
{
	struct taken to = { out, a };
	struct walk w;
	struct statement *st;
	id_bytes id;
	int64_t last;
	enum fault f = last_lseq(&last, s);
	if (f == FAULT_NONE)
		f = vault_id_parse(id, rec_id, "record");
	if (f == FAULT_NONE)
		f = store_prepare(&st, s,
			"SELECT " RECORD_COLUMNS
			" FROM record WHERE owner = ? AND rec_id = ? ORDER BY rev DESC LIMIT 1");
	if (f != FAULT_NONE)
		return f;
	owner_bind(st, 1, s->owner);
	statement_blob_static(st, 2, id, VAULT_ID_BYTES);
	walk_init(&w, s, take, &to);
	f = statement_step(st);
	if (f == FAULT_ABSENT || (f == FAULT_NONE && (statement_col_int(st, COL_KIND) == KIND_TOMBSTONE ||
							     statement_col_null(st, COL_BLOB))))
		f = fault(FAULT_ABSENT, "no record %s", rec_id);
	if (f == FAULT_NONE)
		f = walk_row(&w, st);
	statement_done(st);
	return walk_end(&w, f);
}
