/* Passages: whole sentences up to 150 words within one section.
 *
 * A body is cut into units that must not be parted: a sentence of a paragraph, a
 * list or table that fits whole (else its lines), a run of words where a sentence
 * is longer than a passage.  Units fill passages in order; a heading ends one; a
 * passage begins with the last sentence of the one before when that leaves room.
 * Chinese and Japanese count two characters as a word.  A row keeps a sum of its
 * bytes, so that a stored text that was changed by hand is seen when it is read.
 */
#include <string.h>
#include "document_in.h"

/* ---- words ----------------------------------------------------------------- */

/* Does this lead byte begin a character of Chinese, Japanese or Korean? */
static bool
wide_lead(unsigned char c)
{
	return c >= 0xE3 && c <= 0xED;
}

size_t
word_count(const char *s, size_t len)
{
	size_t words = 0, wide = 0;
	bool in_word = false;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (wide_lead(c)) {
			wide++;
			in_word = false;
		} else if (c == ' ' || c == '\n' || c == '\t') {
			in_word = false;
		} else if ((c & 0xC0) != 0x80 && !in_word) {
			words++;
			in_word = true;
		}
	}
	return words + (wide + 1) / 2;
}

/* ---- units --------------------------------------------------------------------- */

struct unit { size_t start, end, words; bool sentence; };
struct cutter {
	const struct body *body;
	struct unit *units; size_t unit_count, unit_cap;
	struct slice *slices; size_t count, cap;
	int64_t heading;
};

static void
unit_put(struct cutter *c, size_t start, size_t end, bool sentence)
{
	const char *s = c->body->text.data;

	while (start < end && strchr(" \t\n", s[start]) != NULL)
		start++;
	while (end > start && strchr(" \t\n", s[end - 1]) != NULL)
		end--;
	if (start == end)
		return;
	mem_reserve(&c->units, &c->unit_cap, c->unit_count + 1, sizeof *c->units);
	c->units[c->unit_count++] = (struct unit){ start, end, word_count(s + start, end - start), sentence };
}

static bool
fits(const struct cutter *c, size_t start, size_t end)
{
	return end - start <= PASSAGE_BYTES && word_count(c->body->text.data + start, end - start) <= PASSAGE_WORDS;
}

/* Something longer than a passage: part it after a word, else after a character. */
static void
units_by_force(struct cutter *c, size_t start, size_t end)
{
	const char *s = c->body->text.data;

	while (!fits(c, start, end)) {
		size_t stop = start + utf8_floor(s + start, end - start, PASSAGE_BYTES / 6), space;

		for (space = stop; space > start && s[space - 1] != ' '; space--)
			continue;
		if (space > start)
			stop = space;
		unit_put(c, start, stop, false);
		start = stop;
	}
	unit_put(c, start, end, false);
}

static void
units_of_sentences(struct cutter *c, size_t start, size_t end)
{
	struct range *sentences;
	size_t n = library_sentences(&sentences, c->body->text.data + start, end - start);

	for (size_t i = 0; i < n; i++) {
		size_t from = start + sentences[i].start, to = start + sentences[i].end;

		if (fits(c, from, to))
			unit_put(c, from, to, true);
		else
			units_by_force(c, from, to);
	}
	mem_free(sentences);
}

static void
units_of_lines(struct cutter *c, size_t start, size_t end)
{
	const char *s = c->body->text.data;

	for (size_t at = start; at < end;) {
		const char *newline = memchr(s + at, '\n', end - at);
		size_t stop = newline != NULL ? (size_t)(newline - s) : end;

		if (fits(c, at, stop))
			unit_put(c, at, stop, false);
		else
			units_by_force(c, at, stop);
		at = stop + 1;
	}
}

static void
units_of_block(struct cutter *c, const struct block *k)
{
	if (k->type == BLOCK_PARA)
		units_of_sentences(c, k->start, k->end);
	else if (fits(c, k->start, k->end))
		unit_put(c, k->start, k->end, false);
	else
		units_of_lines(c, k->start, k->end);
}

/* ---- slices --------------------------------------------------------------------- */

static void
slice_put(struct cutter *c, size_t start, size_t end)
{
	const struct body *b = c->body;
	const struct body_heading *h = c->heading >= 0 ? &b->headings[c->heading] : NULL;
	struct slice *to;

	mem_reserve(&c->slices, &c->cap, c->count + 1, sizeof *c->slices);
	to = &c->slices[c->count++];
	*to = (struct slice){ .start = (int64_t)start, .end = (int64_t)end, .heading_n = c->heading,
		.heading = h != NULL ? h->path : "", .chapter = h != NULL ? h->chapter : "" };
	if (b->page_count > 0) {
		to->page = b->pages[body_page_at(b, start)].page;
		to->page_end = b->pages[body_page_at(b, end - 1)].page;
	}
}

/* Fill passages with the units of one section. */
static void
section_close(struct cutter *c)
{
	size_t first = 0, words = 0;

	for (size_t i = 0; i < c->unit_count; i++) {
		const struct unit *u = &c->units[i], *last = i > 0 ? u - 1 : u;

		if (i > first && (words + u->words > PASSAGE_WORDS || u->end - c->units[first].start > PASSAGE_BYTES)) {
			bool overlap = last->sentence && i - 1 > first && last->words + u->words <= PASSAGE_WORDS
				&& u->end - last->start <= PASSAGE_BYTES;

			slice_put(c, c->units[first].start, last->end);
			first = overlap ? i - 1 : i;
			words = overlap ? last->words : 0;
		}
		words += u->words;
	}
	if (c->unit_count > 0)
		slice_put(c, c->units[first].start, c->units[c->unit_count - 1].end);
	c->unit_count = 0;
}

enum fault
body_slice(struct slice **out, size_t *count, const struct body *b)
{
	struct cutter c = { .body = b, .heading = -1 };
	int64_t heading = -1;

	for (size_t i = 0; i < b->block_count; i++) {
		if (b->blocks[i].type == BLOCK_HEADING) {
			section_close(&c);
			c.heading = ++heading;
		} else {
			units_of_block(&c, &b->blocks[i]);
		}
	}
	section_close(&c);
	if (c.count == 0) {      /* nothing but headings: they are what can be found */
		for (size_t i = 0; i < b->heading_count; i++)
			unit_put(&c, b->headings[i].start, b->headings[i].end, false);
		section_close(&c);
	}
	mem_free(c.units);
	if (c.count > PASSAGES_MAX) {
		mem_free(c.slices);
		return fault(FAULT_LIMIT, "the document has more than %d passages", PASSAGES_MAX);
	}
	*out = c.slices;
	*count = c.count;
	return FAULT_NONE;
}

/* ---- rows ------------------------------------------------------------------------ */

void
passage_sum(unsigned char out[PASSAGE_SUM_BYTES], const char *s, size_t len)
{
	vault_sum(out, PASSAGE_SUM_BYTES, s, len);
}

static enum fault
page_rows_insert(struct store *db, int64_t no, const struct body *b)
{
	struct statement *st;
	enum fault f = store_prepare(&st, db, "INSERT INTO document_page (document_no, page, label, start_at, end_at) VALUES (?, ?, ?, ?, ?)");

	if (f != FAULT_NONE)
		return f;
	for (size_t i = 0; i < b->page_count && f == FAULT_NONE; i++) {
		const struct body_page *p = &b->pages[i];

		statement_int(st, 1, no);
		statement_int(st, 2, p->page);
		statement_text(st, 3, p->label);
		statement_int(st, 4, (int64_t)p->start);
		statement_int(st, 5, (int64_t)(i + 1 < b->page_count ? b->pages[i + 1].start : b->text.len));
		f = statement_run(st, NULL);
	}
	statement_done(st);
	return f;
}

static enum fault
heading_rows_insert(struct store *db, int64_t no, const struct body *b)
{
	struct statement *st;
	enum fault f = store_prepare(&st, db, "INSERT INTO heading (document_no, n, level, page, start_at, end_at, path, chapter) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");

	if (f != FAULT_NONE)
		return f;
	for (size_t i = 0; i < b->heading_count && f == FAULT_NONE; i++) {
		const struct body_heading *h = &b->headings[i];

		statement_int(st, 1, no);
		statement_int(st, 2, (int64_t)i);
		statement_int(st, 3, h->level);
		statement_int(st, 4, h->page);
		statement_int(st, 5, (int64_t)h->start);
		statement_int(st, 6, (int64_t)h->end);
		statement_text(st, 7, h->path);
		statement_text(st, 8, h->chapter);
		f = statement_run(st, NULL);
	}
	statement_done(st);
	return f;
}

enum fault
passage_rows_insert(struct store *db, int64_t no, const struct body *b, const struct slice *slices, size_t count)
{
	unsigned char sum[PASSAGE_SUM_BYTES];
	struct statement *st;
	enum fault f = page_rows_insert(db, no, b);

	if (f == FAULT_NONE)
		f = heading_rows_insert(db, no, b);
	if (f == FAULT_NONE)
		f = store_prepare(&st, db, "INSERT INTO passage (document_no, n, start_at, end_at, page, page_end, heading_n, sum) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
	if (f != FAULT_NONE)
		return f;
	for (size_t i = 0; i < count && f == FAULT_NONE; i++) {
		const struct slice *s = &slices[i];

		passage_sum(sum, b->text.data + s->start, (size_t)(s->end - s->start));
		statement_int(st, 1, no);
		statement_int(st, 2, (int64_t)i);
		statement_int(st, 3, s->start);
		statement_int(st, 4, s->end);
		statement_int(st, 5, s->page);
		statement_int(st, 6, s->page_end);
		statement_int(st, 7, s->heading_n);
		statement_blob(st, 8, sum, sizeof sum);
		f = statement_run(st, NULL);
	}
	statement_done(st);
	return f;
}

enum fault
passage_rows_delete(struct store *db, int64_t no)
{
	static const char *const sql[] = {
		"DELETE FROM passage WHERE document_no = ?",
		"DELETE FROM heading WHERE document_no = ?",
		"DELETE FROM document_page WHERE document_no = ?",
	};
	enum fault f = FAULT_NONE;

	for (size_t i = 0; i < COUNT_OF(sql) && f == FAULT_NONE; i++) {
		struct statement *st;

		f = store_prepare(&st, db, sql[i]);
		if (f != FAULT_NONE)
			return f;
		statement_int(st, 1, no);
		f = statement_run(st, NULL);
		statement_done(st);
	}
	return f == FAULT_NONE ? store_vectors_remove(db, no) : f;
}
