/* A library: its folder, its index, its counts; and what a crash left behind.
 *
 * Files, rows and index are three things that cannot change in one step, so each
 * change has an order in which stopping anywhere leaves something that the next
 * opening can tell apart:
 *
 *	row processing, nobody holds its original   abandoned: hide, clear away
 *	row removed                                 clear away (index, files, row)
 *	file without a row, not locked              sweep
 *	row completed, index lacks it               index again from the stored text
 *	index that cannot be read                   begin it anew, as above
 *
 * Faults while clearing are logged and tried again next time; a library that can
 * be read is opened.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "document_in.h"

#define CLEAN_AT_END 100000u             /* passages: not a second */

struct leftover { int64_t no; char stored[ID_BYTES]; const char *title; };
struct leftovers { struct leftover *items; size_t count, cap; struct arena arena; };

static enum fault
rows_with_status(struct leftovers *out, struct store *db, const char *status)
{
	struct statement *st;
	enum fault f = store_prepare(&st, db, "SELECT no, stored, title FROM document WHERE status = ? ORDER BY no");

	out->count = 0;
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, status);
	while ((f = statement_step(st)) == FAULT_NONE) {
		mem_reserve(&out->items, &out->cap, out->count + 1, sizeof *out->items);
		struct leftover *o = &out->items[out->count++];

		o->no = statement_col_int(st, 0);
		snprintf(o->stored, sizeof o->stored, "%s", statement_col_text(st, 1));
		o->title = arena_strdup(&out->arena, statement_col_text(st, 2));
	}
	statement_done(st);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

static enum fault
is_processing(bool *out, struct store *db, int64_t no)
{
	struct statement *st;
	enum fault f = store_prepare(&st, db, "SELECT 1 FROM document WHERE no = ? AND status = 'processing'");

	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, no);
	f = statement_step(st);
	*out = f == FAULT_NONE;
	statement_done(st);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

/* Nobody held the original a moment ago: either its owner is gone, or he has
 * finished, which then shows in the row. */
static enum fault
hide_abandoned(struct store *db, int64_t no)
{
	bool processing = false;
	enum fault f = store_begin(db);

	if (f != FAULT_NONE)
		return f;
	f = is_processing(&processing, db, no);
	if (f == FAULT_NONE && processing)
		f = document_row_hide(db, no);
	return store_finish(db, f);
}

/* Stored text and rows are there, postings are not. */
static enum fault
index_again(struct library *l, struct store *db, const struct leftover *o)
{
	struct index_passage *items = NULL;
	size_t count = 0, cap = 0;
	struct passage p;
	struct arena a;
	enum fault f = FAULT_NONE;

	arena_init(&a);
	for (int64_t n = 0; f == FAULT_NONE; n++) {
		f = passage_read(&p, &a, l, db, PASSAGE_NO(o->no, n));
		if (f != FAULT_NONE)
			break;
		mem_reserve(&items, &cap, count + 1, sizeof *items);
		items[count++] = (struct index_passage){ p.text, strlen(p.text), p.heading };
	}
	if (f == FAULT_ABSENT)
		f = index_add(l->index, o->no, o->title, items, count, NULL);
	if (f == FAULT_NONE)
		f = vector_add(l->index, &(struct vector_maker){ l->config.embed, l->config.embed_arg, db }, o->no, o->title, items, count, NULL);
	log_event(LOG_INFO, "library", "indexed-again", "no=%lld passages=%zu", (long long)o->no, count);
	mem_free(items);
	arena_clear(&a);
	return f;
}

static enum fault
is_wanted(bool *out, const char *stored, void *arg)
{
	struct statement *st;
	enum fault f = store_prepare(&st, arg, "SELECT 1 FROM document WHERE stored = ?");

	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, stored);
	f = statement_step(st);
	*out = f == FAULT_NONE;
	statement_done(st);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

static void
complain(const char *event, enum fault f)
{
	if (f != FAULT_NONE)
		log_event(LOG_WARN, "library", event, "fault=%s", fault_name(f));
}

static enum fault
stored_names(struct shelf_names *out, struct store *db)
{
	struct statement *st;
	enum fault f = store_prepare(&st, db, "SELECT stored FROM document ORDER BY stored");

	if (f != FAULT_NONE)
		return f;
	while ((f = statement_step(st)) == FAULT_NONE) {
		mem_reserve(&out->items, &out->cap, out->count + 1, sizeof *out->items);
		snprintf(out->items[out->count++], sizeof *out->items, "%s", statement_col_text(st, 0));
	}
	statement_done(st);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

static enum fault
sweep(struct library *l, struct store *db)
{
	struct shelf_names names = { .count = 0 };
	enum fault f = stored_names(&names, db);

	if (f == FAULT_NONE)
		f = shelf_sweep(&l->shelf, &names, is_wanted, db);
	mem_free(names.items);
	return f;
}

/* Only when the index does not hold as many passages as the rows: looking for
 * each document takes time with thousands of them. */
static enum fault
index_mend(struct library *l, struct store *db, struct leftovers *rows)
{
	enum fault f = library_recount(l, db);

	if (f != FAULT_NONE || index_passages(l->index) == l->passages)
		return f;
	f = rows_with_status(rows, db, "completed");
	for (size_t i = 0; f == FAULT_NONE && i < rows->count; i++)
		if (!index_has(l->index, rows->items[i].no))
			complain("index-again", index_again(l, db, &rows->items[i]));
	return f;
}

enum fault
library_recover(struct library *l, struct store *db)
{
	struct leftovers rows = { .count = 0 };
	enum fault f;

	arena_init(&rows.arena);
	f = rows_with_status(&rows, db, "processing");
	for (size_t i = 0; f == FAULT_NONE && i < rows.count; i++)
		if (!shelf_busy(&l->shelf, rows.items[i].stored))
			complain("abandoned", hide_abandoned(db, rows.items[i].no));
	if (f == FAULT_NONE)
		f = rows_with_status(&rows, db, "removed");
	for (size_t i = 0; f == FAULT_NONE && i < rows.count; i++)
		if (!shelf_busy(&l->shelf, rows.items[i].stored))
			complain("forget", document_forget(l, db, rows.items[i].no, rows.items[i].stored));
	if (f == FAULT_NONE)
		complain("sweep", sweep(l, db));
	if (f == FAULT_NONE)
		f = index_mend(l, db, &rows);
	mem_free(rows.items);
	arena_clear(&rows.arena);
	return f;
}

enum fault
library_recount(struct library *l, struct store *db)
{
	struct statement *st;
	enum fault f = store_prepare(&st, db, "SELECT count(*), coalesce(sum(passages), 0) FROM document WHERE status = 'completed'");

	if (f != FAULT_NONE)
		return f;
	f = statement_step(st);
	if (f == FAULT_NONE) {
		l->documents = statement_col_int(st, 0);
		l->passages = statement_col_int(st, 1);
	}
	statement_done(st);
	return f;
}

/* An index that cannot be read is thrown away: everything in it can be made again
 * from the stored texts. */
static enum fault
index_fresh(struct index **out, const char *folder)
{
	DIR *dir = opendir(folder);

	if (dir == NULL)
		return fault_errno("the index of the library cannot be listed");
	for (struct dirent *e; (e = readdir(dir)) != NULL;)
		if (e->d_name[0] != '.' && unlinkat(dirfd(dir), e->d_name, 0) != 0)
			log_event(LOG_WARN, "library", "index-unlink", "errno=%d", errno);
	closedir(dir);
	log_event(LOG_WARN, "library", "index-made-anew", "reason=damaged");
	return index_open(out, folder);
}

/* ---- life ------------------------------------------------------------------- */

enum fault
library_open(struct library **out, const struct library_config *config, struct store *db)
{
	struct library *l = mem_new(sizeof *l);
	struct text path;
	enum fault f;

	l->config = *config;
	l->config.folder = mem_strdup(config->folder);
	l->config.extractor = mem_strdup(config->extractor);
	text_init(&path, 8192);
	text_printf(&path, "%s/index", config->folder);
	f = shelf_open(&l->shelf, config->folder);
	if (f == FAULT_NONE)
		f = text_check(&path, "the path of the index");
	if (f == FAULT_NONE)
		f = index_open(&l->index, path.data);
	if (f == FAULT_DAMAGED)
		f = index_fresh(&l->index, path.data);
	if (f == FAULT_NONE)
		f = library_recover(l, db);
	if (f == FAULT_NONE && config->embed != NULL)
		vector_move(l->index, db);
	text_clear(&path);
	if (f != FAULT_NONE)
		library_close(l);
	else
		*out = l;
	return f;
}

void
library_close(struct library *l)
{
	if (l == NULL)
		return;
	if (l->index != NULL && index_clean(l->index, CLEAN_AT_END, NULL) != FAULT_NONE)
		log_event(LOG_WARN, "library", "clean", "why=%s", fault_sentence());
	if (l->index != NULL)
		index_close(l->index);
	shelf_close(&l->shelf);
	mem_free((char *)l->config.folder);
	mem_free((char *)l->config.extractor);
	mem_free(l);
}

enum fault
library_tidy(struct library *l, const struct cancel *cancel)
{
	return index_has_dead(l->index) ? index_merge(l->index, cancel) : FAULT_NONE;
}

struct index *
library_index(struct library *l)
{
	return l->index;
}

const struct library_config *
library_config(struct library *l)
{
	return &l->config;
}

int64_t
library_document_count(struct library *l)
{
	return l->documents;
}

int64_t
library_passage_count(struct library *l)
{
	return l->passages;
}
