/* Part: some messages of a long conversation, without reading the words of the rest.
 *
 * Every record is still opened and its place in the chain checked, which is fast; only
 * those that are asked for are parsed.  They wait in a ring, because how long the
 * conversation is shows at its end. */
#include <string.h>

#include "tutor_in.h"

struct raw {
	char *plain;
	size_t n;
};
struct part_reading {
	struct kept_part *part;
	struct arena *a;
	struct raw *ring; /* keep of them */
	size_t keep, end;
	struct raw last;
};

static void
raw_take(struct raw *r, const struct sealed *rec)
{
	mem_free(r->plain);
	r->plain = mem_dup(rec->plain, rec->plain_bytes + 1);
	r->n = rec->plain_bytes;
}

static enum fault
part_put(const struct sealed *rec, void *arg)
{
	struct part_reading *r = arg;
	struct kept_chain *c = &r->part->chain;
	void *record = NULL;
	if (rec->kind == KIND_MESSAGE) {
		size_t at = r->part->total++;
		if (at < r->end)
			raw_take(&r->ring[at % r->keep], rec);
		raw_take(&r->last, rec);
		return FAULT_NONE;
	}
	if (rec->kind != KIND_FEEDBACK)
		return FAULT_NONE;
	enum fault f = kept_read(&record, r->a, &record_kept_feedback, rec);
	if (f != FAULT_NONE)
		return f;
	mem_reserve(&c->feedback, &c->feedback_cap, c->feedback_count + 1, sizeof *c->feedback);
	c->feedback[c->feedback_count++] = *(struct kept_feedback *)record;
	return FAULT_NONE;
}

static enum fault
raw_read(struct kept_message *out, struct arena *a, const struct raw *r)
{
	const struct sealed rec = { .plain = r->plain, .plain_bytes = r->n, .rec_id = "of a part" };
	void *record = NULL;
	enum fault f = kept_read(&record, a, &record_kept_message, &rec);
	if (f == FAULT_NONE)
		*out = *(struct kept_message *)record;
	return f;
}

static enum fault
part_parse(struct part_reading *r)
{
	struct kept_part *p = r->part;
	struct kept_chain *c = &p->chain;
	size_t end = r->end < p->total ? r->end : p->total;
	enum fault f = FAULT_NONE;
	p->first = end > r->keep ? end - r->keep : 0;
	c->items = mem_new_array(end - p->first + 1, sizeof *c->items);
	for (size_t i = p->first; i < end && f == FAULT_NONE; i++)
		f = raw_read(&c->items[c->count++], r->a, &r->ring[i % r->keep]);
	if (f == FAULT_NONE && p->total > 0)
		f = raw_read(&p->last, r->a, &r->last);
	for (size_t i = 0; f == FAULT_NONE && i < c->feedback_count; i++)
		for (size_t k = 0; k < c->count; k++)
			if (str_same(c->items[k].message->id, c->feedback[i].message)) {
				c->items[k].message->rating = c->feedback[i].score;
				c->items[k].message->rating_comment = c->feedback[i].comment;
			}
	return f;
}

enum fault
kept_part_read(struct kept_part *out, struct arena *a, struct store *db, const char *conv_id,
	size_t end, size_t most)
{
	struct part_reading r = { .part = out, .a = a, .keep = most, .end = end };
	*out = (struct kept_part){ .first = 0 };
	r.ring = mem_new_array(most, sizeof *r.ring);
	enum fault f = store_each(db, conv_id, 0, part_put, &r);
	if (f == FAULT_NONE)
		f = part_parse(&r);
	for (size_t i = 0; i < most; i++)
		mem_free(r.ring[i].plain);
	mem_free(r.ring);
	mem_free(r.last.plain);
	if (f != FAULT_NONE)
		kept_chain_clear(&out->chain);
	return f;
}
