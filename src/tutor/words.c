/* Words of a text, cut so that two spellings of one word compare equal.
 *
 * The library has its own, finer analysis for ranking.  Here words decide small
 * things: whether two sentences say the same, what a question still asks for,
 * which message of the history is meant.  So the cut is light: case and marks
 * folded, English endings taken off, runs of Chinese and Japanese as characters
 * and pairs, because neither has spaces.  ASCII takes a short way.
 */
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>
#include "tutor_in.h"

static const char *const stop_words[] = { "a", "about", "an", "and", "any", "are", "as", "at", "be",
	"been", "being", "but", "by", "can", "could", "did", "do", "does", "for", "from", "had",
	"has", "have", "he", "her", "his", "how", "i", "if", "in", "into", "is", "it", "its", "may",
	"me", "my", "of", "on", "or", "our", "please", "say", "she", "should", "so", "some", "than",
	"that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "to",
	"us", "was", "we", "were", "what", "when", "where", "which", "who", "whom", "whose", "why",
	"will", "with", "would", "you", "your" };

uint64_t
word_hash(const char *s, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u; /* FNV-1a */
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
	return h ^ h >> 29;
}

static bool
is_stop(const char *s, size_t len)
{
	size_t low = 0, high = COUNT_OF(stop_words);
	while (low < high) {
		size_t mid = (low + high) / 2;
		int order = strncmp(s, stop_words[mid], len);
		if (order == 0 && stop_words[mid][len] != '\0')
			order = -1;
		if (order == 0)
			return true;
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return false;
}

/* Chinese, Japanese: scripts written without spaces. */
static bool
code_is_unspaced(uint32_t c)
{
	return (c >= 0x3041 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x4DBF) ||
	       (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) ||
	       (c >= 0xFF66 && c <= 0xFF9F) || (c >= 0x20000 && c <= 0x3FFFF) || c == 0x3005;
}

static bool
code_is_word(uint32_t c)
{
	if (c < 128)
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
	switch (utf8proc_category((utf8proc_int32_t)c)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NO:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
		return true;
	default:
		return false;
	}
}

static void
word_put(struct word *w, uint32_t c)
{
	utf8proc_int32_t parts[16];
	int last = 0;
	utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)c, parts, COUNT_OF(parts),
		UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK |
			UTF8PROC_IGNORE,
		&last);
	for (utf8proc_ssize_t i = 0; i < n && i < (utf8proc_ssize_t)COUNT_OF(parts); i++) {
		char bytes[4];
		size_t k = utf8_encode(bytes, (uint32_t)parts[i]);
		if (w->len + k < sizeof w->s) {
			memcpy(w->s + w->len, bytes, k);
			w->len += k;
		}
	}
}

static bool
ends_in(const struct word *w, const char *suffix, size_t least)
{
	size_t n = strlen(suffix);
	return w->len >= least + n && memcmp(w->s + w->len - n, suffix, n) == 0;
}

/* Plurals, then -ed and -ing with a doubled consonant made single again. */
static void
word_stem(struct word *w)
{
	for (size_t i = 0; i < w->len; i++)
		if (w->s[i] < 'a' || w->s[i] > 'z')
			return;
	w->s[w->len] = '\0';
	const char *base = library_base_form(w->s);
	if (base != NULL) {
		w->len = strlen(base);
		memcpy(w->s, base, w->len);
	}
	if (ends_in(w, "ies", 2))
		w->len -= 2, w->s[w->len - 1] = 'y';
	else if (ends_in(w, "sses", 1) || ends_in(w, "xes", 2) || ends_in(w, "ches", 2) ||
		 ends_in(w, "shes", 2))
		w->len -= 2;
	else if (ends_in(w, "s", 3) && !ends_in(w, "ss", 1) && !ends_in(w, "us", 1) &&
		 !ends_in(w, "is", 1))
		w->len--;
	size_t cut = ends_in(w, "ing", 4) ? 3 : ends_in(w, "ed", 4) ? 2 : 0;
	w->len -= cut;
	if (cut && w->s[w->len - 1] == w->s[w->len - 2] && w->s[w->len - 1] != 'l' &&
		w->s[w->len - 1] != 's')
		w->len--;
	if (w->len > 4 && w->s[w->len - 1] == 'e')
		w->len--;
}

static void
word_end(struct word *w, size_t end, word_fn *each, void *arg)
{
	if (w->len == 0)
		return;
	w->end = end;
	w->stop = is_stop(w->s, w->len);
	if (!w->stop)
		word_stem(w);
	w->s[w->len] = '\0';
	w->hash = word_hash(w->s, w->len);
	each(w, arg);
	w->len = 0;
}

/* One character of an unspaced script: alone, then with the one before. */
static void
unspaced_put(struct word *before, const char *s, size_t start, size_t end, word_fn *each, void *arg)
{
	struct word one = { .start = start, .end = end };
	size_t at = 0;
	word_put(&one, utf8_next(s + start, end - start, &at));
	if (one.len == 0)
		return;
	one.hash = word_hash(one.s, one.len);
	each(&one, arg);
	if (before->len > 0 && before->end == start) {
		struct word two = *before;
		memcpy(two.s + two.len, one.s, one.len);
		two.len += one.len;
		two.s[two.len] = '\0';
		two.end = end;
		two.pair = true;
		two.hash = word_hash(two.s, two.len);
		each(&two, arg);
	}
	*before = one;
}

void
words_each(const char *s, size_t len, word_fn *each, void *arg)
{
	struct word w = { .len = 0 }, before = { .len = 0 };
	size_t at = 0;
	while (at < len) {
		size_t start = at;
		unsigned char b = (unsigned char)s[at];
		if (b < 128) {
			at++;
			if (!code_is_word(b)) {
				/* An apostrophe inside a word ends it: don't -> don, t. */
				word_end(&w, start, each, arg);
				continue;
			}
			if (w.len == 0)
				w.start = start;
			if (w.len + 1 < sizeof w.s)
				w.s[w.len++] = (char)(b >= 'A' && b <= 'Z' ? b + 32 : b);
			continue;
		}
		uint32_t c = utf8_next(s, len, &at);
		if (c == UTF8_BAD || !code_is_word(c)) {
			word_end(&w, start, each, arg);
		} else if (code_is_unspaced(c)) {
			word_end(&w, start, each, arg);
			unspaced_put(&before, s, start, at, each, arg);
		} else {
			if (w.len == 0)
				w.start = start;
			word_put(&w, c);
		}
	}
	word_end(&w, len, each, arg);
}

struct collected {
	uint64_t *items;
	size_t count, cap;
	bool content;
};

static void
collect(const struct word *w, void *arg)
{
	struct collected *c = arg;
	if ((c->content && w->stop) ||
		(w->len == 1 && w->s[0] >= 'a' && w->s[0] <= 'z' && c->content))
		return;
	mem_reserve(&c->items, &c->cap, c->count + 1, sizeof *c->items);
	c->items[c->count++] = w->hash;
}

static int
hash_order(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
	return a < b ? -1 : a > b;
}

struct word_set
words_set(struct arena *a, const char *s, size_t len, bool content)
{
	struct collected c = { .content = content };
	words_each(s, len, collect, &c);
	size_t n = 0;
	if (c.count > 0)
		qsort(c.items, c.count, sizeof *c.items, hash_order);
	for (size_t i = 0; i < c.count; i++)
		if (n == 0 || c.items[n - 1] != c.items[i])
			c.items[n++] = c.items[i];
	uint64_t *items = arena_alloc(a, (n + 1) * sizeof *items);
	if (n > 0)
		memcpy(items, c.items, n * sizeof *items);
	mem_free(c.items);
	return (struct word_set){ items, n };
}

bool
words_has(const struct word_set *set, uint64_t hash)
{
	return set->count > 0 &&
	       bsearch(&hash, set->items, set->count, sizeof hash, hash_order) != NULL;
}

size_t
words_shared(const struct word_set *x, const struct word_set *y)
{
	size_t i = 0, j = 0, n = 0;
	while (i < x->count && j < y->count) {
		if (x->items[i] == y->items[j])
			i++, j++, n++;
		else if (x->items[i] < y->items[j])
			i++;
		else
			j++;
	}
	return n;
}

double
words_overlap(const struct word_set *x, const struct word_set *y)
{
	size_t least = x->count < y->count ? x->count : y->count;
	return least ? (double)words_shared(x, y) / (double)least : 0;
}

const char *
words_squeeze(struct arena *a, const char *s, size_t len)
{
	char *out = arena_alloc(a, len + 1);
	size_t n = 0;
	for (size_t i = 0; i < len; i++) {
		bool space =
			s[i] == ' ' || s[i] == '\t' || s[i] == '\n' || s[i] == '\r' || s[i] == '\f';
		if (!space)
			out[n++] = s[i];
		else if (n > 0 && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	return out;
}
