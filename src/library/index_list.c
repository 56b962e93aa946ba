/* Reading a posting list: blocks of 128, a table of them in front when there are
 * several, so that seeking decodes only the block it lands in.  A list that does not
 * add up ends early and says so in `damaged`. */
#include <string.h>
#include "find_in.h"

void
cursor_start(struct posting_cursor *c, const struct stem_entry *e, uint32_t limit)
{
	c->list = e->list;
	c->list_bytes = e->list_bytes;
	c->df = e->df;
	c->limit = limit;
	c->blocks = (e->df + POSTINGS_BLOCK - 1) / POSTINGS_BLOCK;
	c->damaged = c->blocks > 1 && e->list_bytes / 8 < c->blocks;
	cursor_block(c, 0);
}

struct block_row { uint32_t last, end; };

static struct block_row
row_of(const struct posting_cursor *c, uint32_t block)
{
	struct block_row r;
	memcpy(&r, c->list + (size_t)block * sizeof r, sizeof r);
	return r;
}

void
cursor_block(struct posting_cursor *c, uint32_t block)
{
	c->i = c->n = 0;
	c->block = block;
	if (block >= c->blocks || c->damaged)
		return;
	const unsigned char *p = c->list, *end = c->list + c->list_bytes;
	uint64_t local = 0;
	if (c->blocks > 1) {
		size_t table = (size_t)c->blocks * sizeof(struct block_row);
		struct block_row before = block > 0 ? row_of(c, block - 1) : (struct block_row){ 0, 0 }, row = row_of(c, block);
		c->damaged = row.end > c->list_bytes - table || before.end > row.end;
		if (c->damaged)
			return;
		end = c->list + table + row.end;
		p += table + before.end;
		local = before.last;
	}
	uint32_t want = block + 1 < c->blocks ? POSTINGS_BLOCK : c->df - block * POSTINGS_BLOCK;
	for (uint32_t i = 0; i < want; i++) {
		uint64_t gap;
		size_t eaten = p < end && *p < 0x80 ? (gap = *p, 1) : varbyte_get(&gap, p, end);
		p += eaten;
		local += gap >> 1;
		if (eaten == 0 || local >= c->limit || ((gap & 1) && p == end) || (gap < 2 && (i > 0 || block > 0))) {
			c->damaged = true;
			return;
		}
		unsigned char more = (gap & 1) ? *p++ : 1 << 2;
		c->locals[i] = (uint32_t)local;
		c->tfs[i] = more >> 2;
		c->flags[i] = more & 3;
	}
	c->n = want;
}

void
cursor_seek(struct posting_cursor *c, uint32_t local)
{
	if (c->n > 0 && c->locals[c->n - 1] < local) {
		uint32_t low = c->block + 1, high = c->blocks;
		while (low < high) {
			uint32_t mid = (low + high) / 2;
			if (row_of(c, mid).last < local)
				low = mid + 1;
			else
				high = mid;
		}
		cursor_block(c, low);
	}
	while (c->i < c->n && c->locals[c->i] < local)
		c->i++;
}
