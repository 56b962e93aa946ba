/* CSV by RFC 4180 and what people make of it: comma, semicolon, tab or bar,
 * whichever divides the first lines most evenly.  With a header each row reads
 * "name: value; name: value", so that a row found alone still says what it
 * means. */
#include <string.h>
#include "extract_in.h"

#define CELLS_MAX 256

struct row { struct text cells[CELLS_MAX]; size_t count; };

/* The row at *at; false at the end.  Cells past the maximum are dropped. */
static bool
next_row(struct row *r, const char *s, size_t n, size_t *at, char divider)
{
	if (*at >= n)
		return false;
	r->count = 1;
	text_reset(&r->cells[0]);
	bool quoted = false;
	while (*at < n) {
		char c = s[(*at)++];
		struct text *cell = &r->cells[r->count - 1];
		if (quoted && c == '"' && *at < n && s[*at] == '"') {
			text_put_c(cell, s[(*at)++]);
		} else if (c == '"' && (quoted || cell->len == 0)) {
			quoted = !quoted;
		} else if (c == '\n' && !quoted) {
			break;
		} else if (c == divider && !quoted) {
			if (r->count < CELLS_MAX)
				text_reset(&r->cells[r->count++]);
		} else {
			text_put_c(cell, c);
		}
	}
	return true;
}

static char
find_divider(const char *s, size_t n)
{
	static const char dividers[] = ",;\t|";
	char best = ',';
	size_t most = 0;
	for (const char *d = dividers; *d != '\0'; d++) {
		size_t least = SIZE_MAX, lines = 0, count = 0;
		bool quoted = false;
		for (size_t i = 0; i < n && lines < 20; i++) {
			quoted ^= s[i] == '"';
			count += s[i] == *d && !quoted;
			if (s[i] == '\n' && !quoted) {
				least = count < least ? count : least;
				count = 0;
				lines++;
			}
		}
		least = lines == 0 ? count : least;
		if (least > most) {
			most = least;
			best = *d;
		}
	}
	return best;
}

/* A header names every column, each differently, and none with a number. */
static bool
is_header(const struct row *r)
{
	if (r->count < 2)
		return false;
	for (size_t i = 0; i < r->count; i++) {
		const struct text *c = &r->cells[i];
		if (c->len == 0 || c->len > 100 || strspn(c->data, "0123456789.,-+% ") == c->len)
			return false;
		for (size_t k = 0; k < i; k++)
			if (str_same(r->cells[k].data, c->data))
				return false;
	}
	return true;
}

static void
put_row(struct document *d, struct text *line, const struct row *header, const struct row *r)
{
	text_reset(line);
	for (size_t i = 0; i < r->count; i++) {
		d->truncated |= r->cells[i].over;
		if (r->cells[i].len == 0)
			continue;
		if (header != NULL && i < header->count) {
			text_put(line, line->len > 0 ? "; " : "");
			text_put_n(line, header->cells[i].data, header->cells[i].len);
			text_put(line, ": ");
		} else {
			text_put(line, line->len > 0 ? " | " : "");
		}
		text_put_n(line, r->cells[i].data, r->cells[i].len);
	}
	d->truncated |= line->over;
	if (line->len > 0)
		document_block(d, BLOCK_TABLE, 0, line->data, line->len);
}

static struct row *
row_new(void)
{
	struct row *r = mem_new(sizeof *r);
	for (size_t i = 0; i < CELLS_MAX; i++)
		text_init(&r->cells[i], BLOCK_BYTES_MAX);
	return r;
}

static void
row_free(struct row *r)
{
	for (size_t i = 0; i < CELLS_MAX; i++)
		text_clear(&r->cells[i]);
	mem_free(r);
}

enum fault
csv_read(struct document *d, const struct input *in)
{
	struct text t, line;
	text_init(&t, DOCUMENT_BYTES_MAX * 2);
	text_init(&line, BLOCK_BYTES_MAX);
	encoding_to_utf8(&t, in->data, in->len, NULL);
	d->truncated |= t.over;
	document_page(d, NULL);
	struct row *header = row_new(), *r = row_new();
	char divider = find_divider(t.data, t.len);
	size_t at = 0;
	bool headed = next_row(header, t.data, t.len, &at, divider) && is_header(header);
	if (!headed)
		at = 0;
	else
		put_row(d, &line, NULL, header);
	while (!document_full(d) && next_row(r, t.data, t.len, &at, divider))
		put_row(d, &line, headed ? header : NULL, r);
	row_free(header);
	row_free(r);
	text_clear(&line);
	text_clear(&t);
	return FAULT_NONE;
}
