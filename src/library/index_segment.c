/* Reading a segment: nothing in the file is believed before it is checked.
 *
 * Opening checks the header and that every table lies inside the file; small files
 * are checked byte by byte too, large ones when they are merged.  Everything behind
 * a table (dictionary blocks, lists, sequences) is read with bounds, so that a
 * damaged file can give wrong answers or DAMAGED but never a wild read.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "find_in.h"

#define WHOLE_CHECK_BYTES ((size_t)16 << 20)

/* Do count items of item_bytes at `at` lie inside, before `next`? */
static bool
fits(uint64_t at, uint64_t count, uint64_t item_bytes, uint64_t next)
{
	return at % 8 == 0 && at <= next && count <= (next - at) / item_bytes;
}

static bool
tables_fit(const struct segment_header *h)
{
	uint64_t blocks_exact = ((uint64_t)h->exact + 15) / 16, blocks_stems = ((uint64_t)h->stems + 15) / 16;
	return h->at_docs == sizeof *h && fits(h->at_docs, h->docs, sizeof(struct segment_doc), h->at_lens) &&
	       fits(h->at_lens, h->passages, 2, h->at_stem_of) && fits(h->at_stem_of, h->exact, h->stems <= STEMS_NARROW ? 2 : 4, h->at_forward_index) &&
	       fits(h->at_forward_index, (uint64_t)h->passages + 1, 4, h->at_forward) && h->at_forward <= h->at_exact_index &&
	       fits(h->at_exact_index, blocks_exact, 8, h->at_exact) && h->at_exact <= h->at_stem_index &&
	       fits(h->at_stem_index, blocks_stems, 16, h->at_stems) && h->at_stems <= h->at_postings &&
	       h->at_postings <= h->size_bytes && h->passages <= PASSAGES_PER_SEGMENT * 4u;
}

static bool
documents_fit(const struct segment *s)
{
	uint64_t next = 0;
	for (uint32_t i = 0; i < s->h.docs; i++) {
		const struct segment_doc *d = &s->docs[i];
		if (d->first != next || d->no < 0 || (i > 0 && d->no <= s->docs[i - 1].no))
			return false;
		next += d->count;
	}
	return next == s->h.passages;
}

enum fault
segment_read(struct segment *out, const unsigned char *bytes, size_t n, bool whole)
{
	struct segment s = { .map = bytes, .size_bytes = n };
	if (n < sizeof s.h)
		return fault(FAULT_DAMAGED, "an index segment is cut short");
	memcpy(&s.h, bytes, sizeof s.h);
	if (memcmp(s.h.magic, "STOASEG1", 8) != 0 || s.h.size_bytes != n)
		return fault(FAULT_DAMAGED, "an index segment is cut short or not one of ours");
	if (s.h.header_check != bytes_check(&s.h, offsetof(struct segment_header, header_check)))
		return fault(FAULT_DAMAGED, "the header of an index segment is not what was written");
	if (!tables_fit(&s.h))
		return fault(FAULT_DAMAGED, "the tables of an index segment do not fit into it");
	if (whole && s.h.body_check != bytes_check(bytes + sizeof s.h, n - sizeof s.h))
		return fault(FAULT_DAMAGED, "an index segment is not what was written");
	s.docs = (const void *)(bytes + s.h.at_docs);
	s.lens = (const void *)(bytes + s.h.at_lens);
	s.stem_of = bytes + s.h.at_stem_of;
	if (!documents_fit(&s))
		return fault(FAULT_DAMAGED, "the documents of an index segment do not add up");
	*out = s;
	return FAULT_NONE;
}

enum fault
segment_open(struct segment **out, const char *folder, const char *name)
{
	struct text path;
	struct stat st;
	struct segment *s = NULL;
	enum fault f = FAULT_NONE;
	text_init(&path, 4096);
	text_printf(&path, "%s/%s", folder, name);
	int fd = open(path.data, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	text_clear(&path);
	if (fd < 0)
		return errno == ENOENT ? fault(FAULT_DAMAGED, "the index segment %s is missing", name) :
			fault_errno("the index segment %s cannot be opened", name);
	if (fstat(fd, &st) != 0 || st.st_size < (off_t)sizeof(struct segment_header)) {
		f = fault(FAULT_DAMAGED, "the index segment %s is cut short", name);
		goto out;
	}
	size_t n = (size_t)st.st_size;
	void *map = mmap(NULL, n, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED) {
		f = fault_errno("the index segment %s cannot be mapped", name);
		goto out;
	}
	s = mem_new(sizeof *s);
	if ((f = segment_read(s, map, n, n <= WHOLE_CHECK_BYTES)) != FAULT_NONE) {
		munmap(map, n);
		mem_free(s);
		goto out;
	}
	s->mapped = true;
	atomic_init(&s->refs, 1);
	snprintf(s->name, sizeof s->name, "%.31s", name);
	*out = s;
out:
	close(fd);
	return f;
}

void
segment_release(struct segment *s)
{
	if (s == NULL || atomic_fetch_sub(&s->refs, 1) != 1)
		return;
	if (s->mapped)
		munmap((void *)s->map, s->size_bytes);
	mem_free(s);
}

size_t
segment_doc_of(const struct segment *s, uint32_t local)
{
	size_t low = 0, high = s->h.docs;
	while (high - low > 1) {
		size_t mid = (low + high) / 2;
		if (s->docs[mid].first <= local)
			low = mid;
		else
			high = mid;
	}
	return low;
}

passage_no
segment_passage_no(const struct segment *s, uint32_t local)
{
	const struct segment_doc *d = &s->docs[segment_doc_of(s, local)];
	return PASSAGE_NO(d->no, local - d->first);
}

/* ---- dictionaries ------------------------------------------------------------------ */

/* Walks the entries of a dictionary; every read stays before end. */
struct walker { const unsigned char *p, *end; unsigned char key[256]; size_t key_len; bool bad; };

static uint64_t
walk_var(struct walker *w)
{
	uint64_t v = 0;
	size_t n = varbyte_get(&v, w->p, w->end);
	w->p += n;
	w->bad = w->bad || n == 0;
	return v;
}

static bool
walk_key(struct walker *w)
{
	uint64_t shared = walk_var(w), rest = walk_var(w);
	if (w->bad || shared > w->key_len || rest > 255 - shared || rest > (uint64_t)(w->end - w->p))
		return !(w->bad = true);
	memcpy(w->key + shared, w->p, rest);
	w->p += rest;
	w->key_len = shared + rest;
	return true;
}

uint32_t
segment_stem_of(const struct segment *s, uint32_t word)
{
	uint16_t narrow;
	uint32_t wide;
	if (word >= s->h.exact)
		return UINT32_MAX;
	if (s->h.stems <= STEMS_NARROW) {
		memcpy(&narrow, s->stem_of + 2 * (size_t)word, 2);
		return narrow;
	}
	memcpy(&wide, s->stem_of + 4 * (size_t)word, 4);
	return wide;
}

struct dictionary { const struct segment *s; uint64_t at_index, at, end; uint32_t count; unsigned row_bytes, numbers; };

static struct dictionary
exact_dictionary(const struct segment *s)
{
	return (struct dictionary){ s, s->h.at_exact_index, s->h.at_exact, s->h.at_stem_index, s->h.exact, 8, 2 };
}

static struct dictionary
stem_dictionary(const struct segment *s)
{
	return (struct dictionary){ s, s->h.at_stem_index, s->h.at_stems, s->h.at_postings, s->h.stems, 16, 3 };
}

static uint64_t
block_row(const struct dictionary *d, size_t block, unsigned column)
{
	uint64_t v;
	memcpy(&v, d->s->map + d->at_index + block * d->row_bytes + 8 * column, 8);
	return v;
}

static struct walker
block_walker(const struct dictionary *d, size_t block)
{
	struct walker w = { .end = d->s->map + d->end };
	uint64_t at = block_row(d, block, 0);
	w.bad = at > d->end - d->at;
	w.p = w.bad ? w.end : d->s->map + d->at + at;
	return w;
}

static int
compare_key(const struct walker *w, const char *key, size_t len)
{
	int order = memcmp(w->key, key, w->key_len < len ? w->key_len : len);
	return order != 0 ? order : w->key_len < len ? -1 : w->key_len > len;
}

/* What stands behind a key.  Words: number, df.  Stems: df, cf, bytes of the list, and
 * for lists of several blocks the highest tf and the shortest passage. */
static void
walk_numbers(uint64_t numbers[5], struct walker *w, const struct dictionary *d)
{
	for (unsigned n = 0; n < d->numbers; n++)
		numbers[n] = walk_var(w);
	bool bounded = d->numbers > 2 && numbers[0] > POSTINGS_BLOCK;
	numbers[3] = bounded ? walk_var(w) : TF_MOST;
	numbers[4] = bounded ? walk_var(w) : 0;
}

/* The last block whose first key is not after key. */
static size_t
find_block(const struct dictionary *d, const char *key, size_t len)
{
	size_t low = 0, high = ((size_t)d->count + 15) / 16;
	while (high - low > 1) {
		size_t mid = (low + high) / 2;
		struct walker w = block_walker(d, mid);
		if (walk_key(&w) && compare_key(&w, key, len) <= 0)
			low = mid;
		else
			high = mid;
	}
	return low;
}

/* Fills numbers with what stands behind the key; *lists is how many list bytes of
 * the block come before it (stems only). */
static bool
look_up(size_t *place, uint64_t *numbers, uint64_t *lists, const struct dictionary *d, const char *key, size_t len)
{
	if (d->count == 0 || len == 0)
		return false;
	size_t block = find_block(d, key, len);
	struct walker w = block_walker(d, block);
	*lists = 0;
	for (size_t i = block * 16; i < d->count && i < block * 16 + 16; i++) {
		if (!walk_key(&w))
			return false;
		int order = compare_key(&w, key, len);
		if (order > 0)
			return false;
		walk_numbers(numbers, &w, d);
		if (w.bad)
			return false;
		if (order == 0) {
			*lists += d->row_bytes > 8 ? block_row(d, block, 1) : 0;
			*place = i;
			return true;
		}
		*lists += d->numbers > 2 ? numbers[2] : 0;
	}
	return false;
}

bool
segment_exact(struct exact_entry *out, const struct segment *s, const char *word, size_t len)
{
	struct dictionary d = exact_dictionary(s);
	uint64_t n[5], lists = 0;
	size_t place;
	if (!look_up(&place, n, &lists, &d, word, len) || n[0] >= s->h.exact || n[1] > s->h.passages)
		return false;
	*out = (struct exact_entry){ (uint32_t)n[0], (uint32_t)n[1] };
	return true;
}

static bool
stem_entry_from(struct stem_entry *out, const struct segment *s, size_t place, const uint64_t *n, uint64_t at)
{
	uint64_t room = s->size_bytes - s->h.at_postings;
	if (n[0] == 0 || n[0] > s->h.passages || n[3] > TF_MOST || n[4] > UINT16_MAX || at > room || n[2] > room - at)
		return false;
	*out = (struct stem_entry){ (uint32_t)place, (uint32_t)n[0], (uint32_t)n[3], (uint32_t)n[4], n[1], s->map + s->h.at_postings + at, n[2] };
	return true;
}

bool
segment_stem(struct stem_entry *out, const struct segment *s, const char *stem, size_t len)
{
	struct dictionary d = stem_dictionary(s);
	uint64_t n[5], at;
	size_t place;
	return look_up(&place, n, &at, &d, stem, len) && stem_entry_from(out, s, place, n, at);
}

size_t
segment_stem_at(char out[256], const struct segment *s, uint32_t id)
{
	struct dictionary d = stem_dictionary(s);
	if (id >= d.count)
		return 0;
	struct walker w = block_walker(&d, id / 16);
	for (size_t i = id / 16 * 16; walk_key(&w); i++) {
		if (i == id) {
			memcpy(out, w.key, w.key_len);
			return w.key_len;
		}
		uint64_t n[5];
		walk_numbers(n, &w, &d);
	}
	return 0;
}

static void
walk_all(const struct dictionary *d, const char *from, size_t from_len, segment_word_fn *each, void *arg)
{
	if (d->count == 0)
		return;
	size_t block = from_len == 0 ? 0 : find_block(d, from, from_len);
	struct walker w = block_walker(d, block);
	for (size_t i = block * 16; i < d->count && walk_key(&w); i++) {
		uint64_t n[5];
		walk_numbers(n, &w, d);
		uint64_t id = d->numbers == 2 ? n[0] : i, df = d->numbers == 2 ? n[1] : n[0];
		if (w.bad || id >= d->count)
			return;
		if (from_len > 0 && compare_key(&w, from, from_len) < 0)
			continue;
		if (!each((const char *)w.key, w.key_len, (uint32_t)id, (uint32_t)df, arg))
			return;
	}
}

void
segment_words(const struct segment *s, const char *from, size_t from_len, segment_word_fn *each, void *arg)
{
	struct dictionary d = exact_dictionary(s);
	walk_all(&d, from, from_len, each, arg);
}

void
segment_stems(const struct segment *s, segment_word_fn *each, void *arg)
{
	struct dictionary d = stem_dictionary(s);
	walk_all(&d, "", 0, each, arg);
}

/* ---- sequences ------------------------------------------------------------------------ */

static size_t
read_words(uint32_t *out, size_t cap, const struct segment *s, const unsigned char *p, const unsigned char *end, size_t max)
{
	size_t n = 0;
	for (uint64_t v; p < end && n < max; n++) {
		size_t eaten = varbyte_get(&v, p, end);
		if (eaten == 0 || v > s->h.exact)
			break;
		p += eaten;
		if (n < cap)
			out[n] = v == 0 ? SEQ_BREAK : (uint32_t)(v - 1);
	}
	return n;
}

static uint64_t
forward_at(const struct segment *s, uint32_t local)
{
	uint64_t room = s->h.at_exact_index - s->h.at_forward;
	uint32_t at;
	memcpy(&at, s->map + s->h.at_forward_index + 4 * (size_t)local, 4);
	return at < room ? at : room;
}

size_t
segment_forward(uint32_t *out, size_t cap, const struct segment *s, uint32_t local, size_t *heading)
{
	const unsigned char *base = s->map + s->h.at_forward;
	const unsigned char *p = base + forward_at(s, local), *end = base + forward_at(s, local + 1);
	uint64_t head = 0;
	size_t eaten = p < end ? varbyte_get(&head, p, end) : 0;
	*heading = 0;
	if (eaten == 0 || head > UINT16_MAX)
		return 0;
	size_t n = read_words(out, cap, s, p + eaten, end, SIZE_MAX);
	*heading = head < n ? (size_t)head : n;
	return n;
}

size_t
segment_title(uint32_t *out, size_t cap, const struct segment *s, size_t doc)
{
	uint64_t room = s->h.at_exact_index - s->h.at_forward, at = s->docs[doc].title_at;
	const unsigned char *base = s->map + s->h.at_forward;
	return at > room ? 0 : read_words(out, cap, s, base + at, base + room, s->docs[doc].title_len);
}
