/* Rows of conversations in memory, following the store by append number.
 *
 * A list of conversations must not open every message each time, and nothing
 * about them may stand on disk in clear.  So the rows are made once after
 * unlocking and brought up to date with what was appended since; records are
 * skimmed, not parsed, because a message carries its citations with it.
 */
#include <stdlib.h>
#include <string.h>
#include "memory_in.h"

#define PREVIEW_BYTES 120
#define NONE UINT32_MAX

static uint32_t
hex_value(char c)
{
	return (uint32_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10) & 15;
}

void
id_pack(unsigned char out[16], const char *id)
{
	for (size_t i = 0; i < 16; i++)
		out[i] = (unsigned char)(hex_value(id[2 * i]) << 4 | hex_value(id[2 * i + 1]));
}

void
id_unpack(char out[ID_BYTES], const unsigned char in[16])
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < 16; i++) {
		out[2 * i] = digits[in[i] >> 4];
		out[2 * i + 1] = digits[in[i] & 15];
	}
	out[32] = '\0';
}

static void
rows_rehash(struct memory *m)
{
	size_t n = m->row_slot_count ? m->row_slot_count * 2 : 256;
	mem_free(m->row_slots);
	m->row_slots = mem_new_array(n, sizeof *m->row_slots);
	memset(m->row_slots, 0xFF, n * sizeof *m->row_slots);
	m->row_slot_count = n;
	for (size_t i = 0; i < m->row_count; i++) {
		size_t at = word_hash(m->rows[i].id, 32) & (n - 1);
		while (m->row_slots[at] != NONE)
			at = (at + 1) & (n - 1);
		m->row_slots[at] = (uint32_t)i;
	}
}

struct known *
memory_row(struct memory *m, const char *id, bool make)
{
	if (m->row_slot_count == 0 || m->row_count * 2 >= m->row_slot_count)
		rows_rehash(m);
	size_t mask = m->row_slot_count - 1, at = word_hash(id, 32) & mask;
	for (; m->row_slots[at] != NONE; at = (at + 1) & mask)
		if (memcmp(m->rows[m->row_slots[at]].id, id, 32) == 0)
			return &m->rows[m->row_slots[at]];
	if (!make)
		return NULL;
	mem_reserve(&m->rows, &m->row_cap, m->row_count + 1, sizeof *m->rows);
	struct known *row = &m->rows[m->row_count];
	*row = (struct known){ .messages = 0 };
	memcpy(row->id, id, 33);
	m->row_slots[at] = (uint32_t)m->row_count++;
	return row;
}

static void
text_set(char **field, const char *s)
{
	mem_free(*field);
	*field = mem_strdup(s);
}

struct row_following {
	struct memory *m;
	struct arena a;
	struct text words;
};

static enum fault
row_title(struct row_following *r, const struct sealed *rec)
{
	void *record = NULL;
	enum fault f = kept_read(&record, &r->a, &record_kept_title, rec);
	if (f != FAULT_NONE)
		return f;
	const struct kept_title *title = record;
	struct known *row = memory_row(r->m, rec->conv_id, true);
	row->gone = false; /* buried before, and taken in again */
	text_set(&row->title, title->title);
	text_set(&row->subject, title->subject);
	text_set(&row->type, title->type);
	text_set(&row->status, title->status ? title->status : "active");
	row->created = title->created;
	if (row->updated < title->created)
		row->updated = title->created;
	row->has_title = true;
	arena_clear(&r->a);
	return FAULT_NONE;
}

static void
row_message(struct row_following *r, const struct sealed *rec)
{
	struct slice_of at, message, content;
	struct known *row = memory_row(r->m, rec->conv_id, true);
	row->messages++; /* a message is never edited */
	if (skim_member(&at, rec->plain, rec->plain_bytes, "at")) {
		int64_t ms = strtoll(at.s, NULL, 10);
		row->updated = ms > row->updated ? ms : row->updated;
	}
	if (!skim_member(&message, rec->plain, rec->plain_bytes, "message") ||
		!skim_member(&content, message.s, message.len, "content") || content.len < 2)
		return;
	struct slice_of head = content;
	if (head.len > 4 * PREVIEW_BYTES) { /* cut between escapes */
		head.len = 4 * PREVIEW_BYTES;
		while (head.len > 2 && head.s[head.len - 2] == '\\')
			head.len--;
	}
	text_reset(&r->words);
	skim_string(&r->words, &head);
	size_t n = utf8_floor(r->words.len ? r->words.data : "", r->words.len, PREVIEW_BYTES);
	mem_free(row->preview);
	row->preview = mem_new(n + 1);
	for (size_t i = 0; i < n; i++)
		row->preview[i] = r->words.data[i] == '\n' || r->words.data[i] == '\t'
					  ? ' '
					  : r->words.data[i];
}

static void
row_bury(struct memory *m, const char *conv_id)
{
	struct known *row = memory_row(m, conv_id, false);
	if (row == NULL || row->gone)
		return;
	m->gone_messages += (size_t)row->messages;
	row->gone = true;
	row->messages = row->updated = 0;
	text_set(&row->title, NULL);
	text_set(&row->preview, NULL);
}

static enum fault
row_follow(const struct sealed *rec, void *arg)
{
	struct row_following *r = arg;
	enum fault f = FAULT_NONE;
	if (rec->kind == KIND_TITLE)
		f = whole_or_rest(row_title(r, rec));
	else if (rec->kind == KIND_MESSAGE)
		row_message(r, rec);
	else if (rec->kind == KIND_TOMBSTONE && (rec->flags & SEALED_CHAIN_END) != 0)
		row_bury(r->m, rec->conv_id);
	if (f == FAULT_NONE && rec->lseq > r->m->rows_lseq)
		r->m->rows_lseq = rec->lseq;
	return f;
}

enum fault
memory_rows_follow(struct tutor *t, struct store *db)
{
	if (t->memory == NULL) {
		t->memory = mem_new(sizeof *t->memory);
		text_init(&t->memory->names, 256u * 1024 * 1024);
	}
	struct row_following r = { .m = t->memory };
	arena_init(&r.a);
	text_init(&r.words, 4096);
	enum fault f = store_each_since(db, t->memory->rows_lseq, row_follow, &r);
	text_clear(&r.words);
	arena_clear(&r.a);
	return whole_or_rest(f);
}

enum fault
memory_known(const struct known **rows, size_t *count, struct arena *a, struct tutor *t,
	struct store *db)
{
	pthread_mutex_lock(&t->lock);
	enum fault f = memory_rows_follow(t, db);
	if (f == FAULT_NONE) {
		const struct memory *m = t->memory;
		struct known *copy = arena_alloc(a, (m->row_count + 1) * sizeof *copy);
		for (size_t i = 0; i < m->row_count; i++) {
			copy[i] = m->rows[i];
			copy[i].title = arena_strdup(a, m->rows[i].title);
			copy[i].subject = arena_strdup(a, m->rows[i].subject);
			copy[i].type = arena_strdup(a, m->rows[i].type);
			copy[i].status = arena_strdup(a, m->rows[i].status);
			copy[i].preview = arena_strdup(a, m->rows[i].preview);
		}
		*rows = copy;
		*count = m->row_count;
	}
	pthread_mutex_unlock(&t->lock);
	return f;
}

void
memory_drop(struct tutor *t, const char *conv_id)
{
	pthread_mutex_lock(&t->lock);
	if (t->memory != NULL)
		row_bury(t->memory, conv_id);
	pthread_mutex_unlock(&t->lock);
}

/* Plain words leave nothing behind in freed memory. */
static void
wipe(void *bytes, size_t n)
{
	if (bytes != NULL)
		explicit_bzero(bytes, n);
}

static void
wipe_free(char *s)
{
	wipe(s, s ? strlen(s) : 0);
	mem_free(s);
}

void
said_clear(struct memory *m)
{
	for (size_t i = 0; i < m->list_count; i++)
		mem_free(m->lists[i].bytes);
	mem_free(m->lists);
	mem_free(m->list_slots);
	mem_free(m->said);
	wipe(m->names.data, m->names.len);
	text_clear(&m->names);
	m->lists = NULL;
	m->list_slots = NULL;
	m->said = NULL;
	m->list_count = m->list_cap = m->list_slot_count = m->said_count = m->said_cap =
		m->gone_messages = 0;
	m->said_lseq = 0;
}

void
memory_free(struct memory *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->row_count; i++) {
		wipe_free(m->rows[i].title);
		wipe_free(m->rows[i].subject);
		wipe_free(m->rows[i].preview);
		mem_free(m->rows[i].type);
		mem_free(m->rows[i].status);
	}
	said_clear(m);
	mem_free(m->rows);
	mem_free(m->row_slots);
	mem_free(m);
}

void
tutor_index_forget(struct tutor *t)
{
	pthread_mutex_lock(&t->lock);
	memory_free(t->memory);
	t->memory = NULL;
	pthread_mutex_unlock(&t->lock);
}
