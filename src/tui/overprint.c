/* Overprint: clusters that curses cannot hold, or counts otherwise than the terminal.
 *
 * curses keeps a base and its marks in a cell and counts by wcwidth(); where the
 * terminal draws wider or narrower, all that curses sends behind it would stand
 * shifted.  So curses gets blanks, as many as the terminal fills, and what belongs
 * there is printed over them after each update, at its own address.  A row whose
 * overprints changed is sent whole first, so that none stays behind.  There is
 * nothing of this in a terminal that counts as curses does. */
#include <string.h>

#include "screen_in.h"
#include <term.h>                      /* last: its macros are words of ours */

void
overprint_clear(struct overprint *o)
{
	mem_free(o->items);
	mem_free(o->shown);
	mem_free(o->again);
	*o = (struct overprint){ .items = NULL };
}

bool
overprint_put(struct overprint *o, int row, int col, int cells, const char *bytes, size_t n)
{
	if (n > sizeof o->items->bytes || cells < 1)
		return false;
	mem_reserve(&o->items, &o->cap, o->count + 1, sizeof *o->items);
	struct overprinted *it = &o->items[o->count++];
	*it = (struct overprinted){ .row = row, .col = col, .cells = cells, .n = n };
	memcpy(it->bytes, bytes, n);
	return true;
}

void
overprint_drop(struct overprint *o, struct area a)
{
	size_t kept = 0;
	if (o->count == 0)
		return;
	for (size_t i = 0; i < o->count; i++) {
		const struct overprinted *it = &o->items[i];
		bool off = it->row < a.top || it->row >= a.top + a.rows || it->col + it->cells <= a.left || it->col >= a.left + a.cols;
		if (off)
			o->items[kept++] = *it;
	}
	o->count = kept;
}

const struct overprinted *
overprint_at(const struct overprint *o, int row, int col)
{
	for (size_t i = 0; i < o->count; i++)
		if (o->items[i].row == row && o->items[i].col == col)
			return &o->items[i];
	return NULL;
}

/* FNV-1a of what stands where in a row, whatever the order it was put in. */
static uint64_t
item_sum(const struct overprinted *it)
{
	uint64_t sum = 1469598103934665603u;
	const int at[] = { it->col, it->cells };
	for (size_t i = 0; i < sizeof at; i++)
		sum = (sum ^ ((const unsigned char *)at)[i]) * 1099511628211u;
	for (size_t i = 0; i < it->n; i++)
		sum = (sum ^ (unsigned char)it->bytes[i]) * 1099511628211u;
	return sum;
}

static void
rows_reserve(struct overprint *o, int rows)
{
	size_t cap = o->row_cap;
	mem_reserve(&o->shown, &o->row_cap, (size_t)rows, sizeof *o->shown);
	if (o->row_cap == cap)
		return;
	memset(o->shown + cap, 0, (o->row_cap - cap) * sizeof *o->shown);
	o->again = mem_resize(o->again, o->row_cap * sizeof *o->again);
}

bool
overprint_begin(struct overprint *o, int rows, bool all)
{
	if (o->count == 0 && !o->any_shown)
		return false;
	rows_reserve(o, rows);
	(void)idcok(stdscr, FALSE);      /* characters moved by the terminal would take theirs along */
	o->any_shown = o->count > 0;
	for (int row = 0; row < rows; row++) {
		uint64_t sum = 0;
		for (size_t i = 0; i < o->count; i++)
			if (o->items[i].row == row)
				sum += item_sum(&o->items[i]);
		o->again[row] = all || sum != o->shown[row] || is_linetouched(stdscr, row);
		if (sum != o->shown[row])
			(void)wredrawln(stdscr, row, 1);
		o->shown[row] = sum;
	}
	return o->count > 0;
}

static struct text *sink;                /* vid_puts() has no argument for its function */

static int
to_sink(int c)
{
	text_put_c(sink, (char)c);
	return c;
}

void
overprint_address(struct text *out, int row, int col)
{
	sink = out;
	(void)tputs(tiparm(tigetstr("cup"), row, col), 1, to_sink);
}

void
overprint_send(struct text *out, const struct overprint *o, int rows)
{
	sink = out;
	for (size_t i = 0; i < o->count; i++) {
		const struct overprinted *it = &o->items[i];
		cchar_t cell;
		wchar_t wide[CCHARW_MAX + 1];
		attr_t attributes = A_NORMAL;
		short pair = 0;
		if (it->row >= rows || !o->again[it->row])
			continue;
		if (mvin_wch(it->row, it->col, &cell) == OK)
			(void)getcchar(&cell, wide, &attributes, &pair, NULL);
		overprint_address(out, it->row, it->col);
		(void)vid_puts(attributes, pair, NULL, to_sink);
		text_put_n(out, it->bytes, it->n);
	}
	(void)vid_puts(A_NORMAL, 0, NULL, to_sink);
}
