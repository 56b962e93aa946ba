/* Citations: document, byte range and the very bytes, read again each time.
 *
 * A citation is made from the file as it is now and is checked against the file
 * as it is then.  It holds only while the original has the same sum, the range
 * gives the same bytes and lies on the same page; anything else has a name:
 * missing, stale or unsupported.  Nothing is repaired here, for a repaired
 * quotation would be one that nobody has seen (THREATS T14).
 */
#include <ctype.h>
#include <string.h>
#include "document_in.h"

#define QUOTE_BYTES_MAX ((int64_t)FIELD_TEXT_MAX)
#define WINDOW_PASSAGES 50

/* ---- chapters -------------------------------------------------------------- */

static bool
is_number(const char *s, size_t len)
{
	static const char *const words[] = { "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve" };
	size_t marks = 0;

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strlen(words[i]) == len && strncasecmp(words[i], s, len) == 0)
			return true;
	if (len == 0 || len > 8)
		return false;
	for (size_t i = 0; i < len; i++)
		marks += strchr("IVXLC", s[i]) != NULL;
	if (marks == len)
		return true;
	for (size_t i = 0; i < len; i++)
		if (!isdigit((unsigned char)s[i]) && (s[i] != '.' || i == 0))
			return false;
	return true;
}

void
chapter_split(const char **number, const char **title, struct arena *a, const char *chapter)
{
	const char *s = chapter, *end;
	bool named = false;

	for (size_t i = 0; i < 2; i++) {
		static const char *const names[] = { "chapter ", "lecture " };

		if (strncasecmp(s, names[i], strlen(names[i])) == 0) {
			s += strlen(names[i]);
			named = true;
			break;
		}
	}
	end = s + strcspn(s, " :\t");
	while (end > s && end[-1] == '.')
		end--;
	*number = "";
	*title = chapter;
	if (!is_number(s, (size_t)(end - s)) || (!named && !isdigit((unsigned char)s[0])))
		return;
	*number = arena_strndup(a, s, (size_t)(end - s));
	*title = end + strspn(end, " .:-\t");
}

/* ---- making -------------------------------------------------------------------- */

static enum fault
quote_read(struct text *t, struct library *l, const struct document_row *row, const struct passage *p, int64_t start, int64_t end)
{
	enum fault f = shelf_text_read(t, &l->shelf, row->stored, NULL, start, end);

	if (f != FAULT_NONE)
		return f;
	if (!utf8_valid(t->data, t->len))
		return fault(FAULT_INPUT, "bytes %lld to %lld of document %s cut a character", (long long)start, (long long)end, row->d.id);
	if (memcmp(t->data, p->text + (start - p->start), t->len) != 0)
		return fault(FAULT_EXISTS, "document %s was changed while it was read", row->d.id);
	return FAULT_NONE;
}

/* The passage that holds the range: p may be a window of several around its n. */
static enum fault
passage_place(struct citation *c, const char **chapter, struct arena *a, struct store *db, int64_t no, const struct passage *p)
{
	struct statement *st;
	enum fault f = store_prepare(&st, db, "SELECT p.n, coalesce(h.chapter, '') FROM passage AS p "
		"LEFT JOIN heading AS h ON h.document_no = p.document_no AND h.n = p.heading_n "
		"WHERE p.document_no = ? AND p.n >= ? AND p.n <= ? AND p.start_at <= ? "
		"ORDER BY CASE WHEN p.end_at >= ? THEN 0 ELSE 1 END, p.n DESC LIMIT 1");

	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, no);
	statement_int(st, 2, p->n - WINDOW_PASSAGES);
	statement_int(st, 3, p->n + WINDOW_PASSAGES);
	statement_int(st, 4, c->start);
	statement_int(st, 5, c->end);
	f = statement_step(st);
	c->passage = f == FAULT_NONE ? statement_col_int(st, 0) : p->n;
	*chapter = f == FAULT_NONE ? arena_strdup(a, statement_col_text(st, 1)) : "";
	statement_done(st);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

enum fault
library_cite(struct citation *out, struct arena *a, struct library *l, struct store *db, const struct passage *p, int64_t start, int64_t end)
{
	struct citation c = { .start = start, .end = end, .state = "verified", .verified = true };
	struct document_row row;
	const char *label, *chapter;
	struct text t;
	enum fault f = document_row_get(&row, a, db, p->file_id);

	if (f != FAULT_NONE)
		return f;
	if (start < p->start || end <= start || end > p->end || end - start > QUOTE_BYTES_MAX)
		return fault(FAULT_INPUT, "bytes %lld to %lld are not in passage %lld", (long long)start, (long long)end, (long long)p->n);
	text_init(&t, (size_t)QUOTE_BYTES_MAX);
	f = quote_read(&t, l, &row, p, start, end);
	if (f == FAULT_NONE)
		f = page_at(&c.page, &c.page_label, a, db, row.no, start);
	if (f == FAULT_NONE)
		f = page_at(&c.page_end, &label, a, db, row.no, end - 1);
	if (f == FAULT_NONE)
		f = passage_place(&c, &chapter, a, db, row.no, p);
	if (f == FAULT_NONE) {
		c.file_id = row.d.id;
		c.title = row.d.title;
		c.authors = row.d.authors;
		c.sha256 = row.d.sha256;
		c.subject_id = row.d.subject;
		chapter_split(&c.chapter, &c.chapter_title, a, chapter);
		c.quote = arena_strndup(a, t.data, t.len);
		c.url = citation_url(a, row.d.id, c.page);
		*out = c;
	}
	text_clear(&t);
	return f;
}

/* ---- checking --------------------------------------------------------------------- */

static enum fault
quote_state(const char **state, const struct citation *c, struct arena *a, struct library *l, struct store *db)
{
	struct document_row row;
	const char *label, *end_label;
	int64_t page, page_end;
	struct text t;
	bool same;
	enum fault f;

	*state = "unsupported";
	if (c->quote == NULL || c->quote[0] == '\0' || c->start < 0 || c->end <= c->start || c->end - c->start > QUOTE_BYTES_MAX)
		return FAULT_NONE;
	f = document_row_get(&row, a, db, c->file_id);
	if (f == FAULT_ABSENT) {
		*state = "missing";
		return FAULT_NONE;
	}
	if (f != FAULT_NONE)
		return f;
	*state = "stale";
	if (!str_same(row.d.status, "completed") || !str_same(row.d.sha256, c->sha256))
		return FAULT_NONE;
	*state = "unsupported";
	if (c->end > row.text_bytes)
		return FAULT_NONE;
	*state = "stale";
	text_init(&t, (size_t)QUOTE_BYTES_MAX);
	f = shelf_text_read(&t, &l->shelf, row.stored, NULL, c->start, c->end);
	same = f == FAULT_NONE && strlen(c->quote) == t.len && memcmp(c->quote, t.data, t.len) == 0;
	text_clear(&t);
	if (f != FAULT_NONE && f != FAULT_DAMAGED)
		return f;
	if (!same)
		return FAULT_NONE;
	f = page_at(&page, &label, a, db, row.no, c->start);
	if (f == FAULT_NONE)
		f = page_at(&page_end, &end_label, a, db, row.no, c->end - 1);
	if (f == FAULT_NONE && ((page == 0 && c->page <= 1 && c->page_end <= 1) || (page == c->page && page_end == c->page_end)) && str_same(label, c->page_label != NULL ? c->page_label : ""))
		*state = "verified";
	return f;
}

enum fault
library_verify(struct citation *c, struct arena *a, struct library *l, struct store *db)
{
	const char *state;
	enum fault f;

	c->verified = false;
	f = quote_state(&state, c, a, l, db);
	if (f != FAULT_NONE)
		return f;
	c->state = state;
	c->verified = str_same(state, "verified");
	return FAULT_NONE;
}

enum fault
library_count_cited(struct library *l, struct store *db, const char *file_id, int delta)
{
	struct statement *st;
	enum fault f = store_begin(db);

	(void)l;
	if (f != FAULT_NONE)
		return f;
	f = store_prepare(&st, db, "UPDATE document SET cited = CASE WHEN cited + ? < 0 THEN 0 ELSE cited + ? END, "
		"stale = CASE WHEN stale > cited + ? THEN CASE WHEN cited + ? < 0 THEN 0 ELSE cited + ? END ELSE stale END "
		"WHERE id = ? AND status IN ('completed', 'failed')");
	if (f == FAULT_NONE) {
		for (int i = 1; i <= 5; i++)
			statement_int(st, i, delta);
		statement_text(st, 6, file_id);
		f = statement_run(st, NULL);
		statement_done(st);
	}
	return store_finish(db, f);
}
