/* An inverted index over everything said, in memory only.
 *
 * Postings are a gap in varbyte and a count in one byte, appended as messages
 * are read, so following the store is an append too.  A word that comes again in
 * the same message only raises the last count, which makes sorting a message's
 * words needless.  Rejected: keeping the messages themselves, which would triple
 * the memory; a snippet opens the few records that are shown.
 */
#include <stdlib.h>
#include <string.h>
#include "memory_in.h"

#define NONE UINT32_MAX
#define LOOK_EVERY 1024 /* messages between looks at the cancel token */

static void
lists_rehash(struct memory *m)
{
	size_t n = m->list_slot_count ? m->list_slot_count * 2 : 4096;
	mem_free(m->list_slots);
	m->list_slots = mem_new_array(n, sizeof *m->list_slots);
	memset(m->list_slots, 0xFF, n * sizeof *m->list_slots);
	m->list_slot_count = n;
	for (size_t i = 0; i < m->list_count; i++) {
		size_t at = m->lists[i].hash & (n - 1);
		while (m->list_slots[at] != NONE)
			at = (at + 1) & (n - 1);
		m->list_slots[at] = (uint32_t)i;
	}
}

static uint32_t *
list_slot(const struct memory *m, uint64_t hash)
{
	size_t mask = m->list_slot_count - 1, at = hash & mask;
	while (m->list_slots[at] != NONE && m->lists[m->list_slots[at]].hash != hash)
		at = (at + 1) & mask;
	return &m->list_slots[at];
}

const struct posting_list *
said_list(const struct memory *m, uint64_t hash)
{
	if (m->list_slot_count == 0)
		return NULL;
	uint32_t at = *list_slot(m, hash);
	return at == NONE ? NULL : &m->lists[at];
}

static void
list_append(struct posting_list *l, uint32_t doc)
{
	if (l->count > 0 && l->last == doc) {
		if (l->bytes[l->used - 1] < 255)
			l->bytes[l->used - 1]++;
		return;
	}
	if (l->used + 6 > l->cap) {
		l->cap = l->cap ? l->cap + l->cap / 2 : 8;
		l->bytes = mem_resize(l->bytes, l->cap);
	}
	uint32_t gap = l->count ? doc - l->last : doc;
	for (; gap >= 128; gap >>= 7)
		l->bytes[l->used++] = (uint8_t)(gap | 128);
	l->bytes[l->used++] = (uint8_t)gap;
	l->bytes[l->used++] = 1;
	l->last = doc;
	l->count++;
}

struct said_following {
	struct memory *m;
	struct text words;
	const struct cancel *cancel;
	uint32_t doc, count;
	size_t seen;
};

static void
word_said(const struct word *w, void *arg)
{
	struct said_following *r = arg;
	struct memory *m = r->m;
	if (w->stop)
		return;
	r->count++;
	if (m->list_count * 2 >= m->list_slot_count)
		lists_rehash(m);
	uint32_t *slot = list_slot(m, w->hash);
	if (*slot == NONE) {
		mem_reserve(&m->lists, &m->list_cap, m->list_count + 1, sizeof *m->lists);
		m->lists[m->list_count] =
			(struct posting_list){ .hash = w->hash, .name = (uint32_t)m->names.len };
		text_put_n(&m->names, w->s, w->len);
		text_put_c(&m->names, '\0');
		*slot = (uint32_t)m->list_count++;
	}
	list_append(&m->lists[*slot], r->doc);
}

static enum fault
message_said(const struct sealed *rec, void *arg)
{
	struct said_following *r = arg;
	struct memory *m = r->m;
	struct slice_of at, message, role, content;
	if (rec->kind == KIND_MESSAGE && skim_member(&at, rec->plain, rec->plain_bytes, "at") &&
		skim_member(&message, rec->plain, rec->plain_bytes, "message") &&
		skim_member(&role, message.s, message.len, "role") &&
		skim_member(&content, message.s, message.len, "content") && content.len >= 2) {
		const struct known *row = memory_row(m, rec->conv_id, true);
		text_reset(&r->words);
		skim_string(&r->words, &content);
		mem_reserve(&m->said, &m->said_cap, m->said_count + 1, sizeof *m->said);
		r->doc = (uint32_t)m->said_count;
		r->count = 0;
		if (r->words.len > 0)
			words_each(r->words.data, r->words.len, word_said, r);
		struct said_message *s = &m->said[m->said_count++];
		*s = (struct said_message){ .at = strtoll(at.s, NULL, 10),
			.row = (uint32_t)(row - m->rows),
			.words = (uint16_t)(r->count > 65535 ? 65535 : r->count),
			.stoa = role.len > 1 && role.s[1] == 's' };
		id_pack(s->id, rec->rec_id);
	}
	if (rec->lseq > m->said_lseq)
		m->said_lseq = rec->lseq;
	return ++r->seen % LOOK_EVERY == 0 ? cancel_check(r->cancel) : FAULT_NONE;
}

enum fault
said_follow(struct tutor *t, struct store *db, const struct cancel *cancel)
{
	enum fault f = memory_rows_follow(t, db);
	if (f != FAULT_NONE)
		return f;
	struct memory *m = t->memory;
	if (m->gone_messages * 2 > m->said_count && m->said_count > 0)
		said_clear(m); /* more than half is gone: begin again */
	struct said_following r = { .m = m, .cancel = cancel };
	text_init(&r.words, FIELD_TEXT_MAX + 16);
	f = whole_or_rest(store_each_since(db, m->said_lseq, message_said, &r));
	if (r.words.data != NULL)
		explicit_bzero(r.words.data, r.words.cap);
	text_clear(&r.words);
	return f;
}
