/* The words of a document, as a set of hashes, to decide about hyphens at line
 * ends: "photo-/synthesis" is one word when the joined word occurs elsewhere,
 * "well-/known" keeps its hyphen when it is written so elsewhere, or when both
 * halves are words of the document and the whole is not. */
#include <string.h>
#include "pdf_in.h"

#define WORDS_MAX (1u << 20)

struct words { uint64_t *slots; size_t size, used; };

struct words *
words_new(void)
{
	struct words *w = mem_new(sizeof *w);
	w->size = 1u << 14;
	w->slots = mem_new_array(w->size, sizeof *w->slots);
	return w;
}

void
words_free(struct words *w)
{
	if (w == NULL)
		return;
	mem_free(w->slots);
	mem_free(w);
}

static uint64_t
hash_start(void)
{
	return 0xCBF29CE484222325u;
}

/* FNV-1a over the bytes, ASCII in lower case. */
static uint64_t
hash_more(uint64_t h, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		h = (h ^ (c >= 'A' && c <= 'Z' ? c | 0x20u : c)) * 0x100000001B3u;
	}
	return h;
}

static uint64_t *
slot_of(uint64_t *slots, size_t size, uint64_t h)
{
	size_t i = (size_t)(h ^ (h >> 32)) & (size - 1);
	while (slots[i] != 0 && slots[i] != h)
		i = (i + 1) & (size - 1);
	return &slots[i];
}

static void
insert(struct words *w, uint64_t h)
{
	if (w->used * 2 > w->size && w->size < WORDS_MAX) {
		uint64_t *bigger = mem_new_array(w->size * 2, sizeof *bigger);
		for (size_t i = 0; i < w->size; i++)
			if (w->slots[i] != 0)
				*slot_of(bigger, w->size * 2, w->slots[i]) = w->slots[i];
		mem_free(w->slots);
		w->slots = bigger;
		w->size *= 2;
	}
	if (w->used * 4 > w->size * 3)
		return;   /* full: what is missing is joined, the commoner case */
	uint64_t *slot = slot_of(w->slots, w->size, h);
	w->used += *slot == 0;
	*slot = h;
}

static bool
is_word_byte(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (unsigned char)c >= 0x80;
}

void
words_add_line(struct words *w, const char *s, size_t n)
{
	for (size_t at = 0; at < n;) {
		size_t start = at, part = at;
		while (at < n && (is_word_byte(s[at]) || (s[at] == '-' && at > start && at + 1 < n && is_word_byte(s[at + 1])))) {
			if (s[at] == '-') {
				insert(w, hash_more(hash_start(), s + part, at - part));
				part = at + 1;
			}
			at++;
		}
		bool broken = at + 1 >= n && at < n && s[at] == '-';   /* half a word */
		if (at > part && !broken)
			insert(w, hash_more(hash_start(), s + part, at - part));
		if (part > start && !broken)
			insert(w, hash_more(hash_start(), s + start, at - start));
		at += at == start;
	}
}

static bool
known(const struct words *w, uint64_t h)
{
	return *slot_of(w->slots, w->size, h) == h;
}

bool
words_joined(const struct words *w, const char *head, size_t head_len, const char *tail, size_t tail_len)
{
	uint64_t first = hash_more(hash_start(), head, head_len);
	if (known(w, hash_more(first, tail, tail_len)))
		return true;
	if (known(w, hash_more(hash_more(first, "-", 1), tail, tail_len)))
		return false;
	return !(head_len >= 3 && tail_len >= 3 && known(w, first) && known(w, hash_more(hash_start(), tail, tail_len)));
}
