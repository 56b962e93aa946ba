/* Repairing a word that the library does not know.
 *
 * Every word one slip away (a letter lost, doubled, swapped or wrong) is looked up
 * in the sorted dictionary: some hundred lookups of half a microsecond, so nothing
 * is built or kept and a cold start costs nothing, unlike a table of deletions.
 * Long words may have two slips; then the words that begin alike are compared.
 */
#include <string.h>
#include "find_in.h"

#define REPAIR_LETTERS_MIN 4u
#define TWO_SLIPS_LETTERS_MIN 9u
#define FIRST_SLIPS_LETTERS_MIN 8u     /* a shorter word with another first letter is another word: "yeast", "least" */
#define LETTERS_MAX 40u

struct repair {
	const struct snapshot *s;
	uint32_t word[LETTERS_MAX + 2]; size_t letters;
	uint32_t alphabet_first, alphabet_count;
	char best[TOKEN_BYTES_MAX + 8]; size_t best_len;
	uint64_t best_df; double best_score;
};

uint64_t
snapshot_exact_df(const struct snapshot *s, const char *word, size_t len)
{
	uint64_t df = 0;
	struct exact_entry e;
	for (size_t i = 0; i < s->count; i++)
		if (segment_exact(&e, s->parts[i].segment, word, len))
			df += e.df > 0 ? e.df : 1;
	return df;
}

/* Frequency decides, the first letter and a swap count for more. */
static void
offer(struct repair *r, const uint32_t *letters, size_t count, double bonus)
{
	char key[TOKEN_BYTES_MAX * 2];
	size_t len = 0;
	for (size_t i = 0; i < count; i++)
		len += utf8_encode(key + len, letters[i]);
	if (len == 0 || len > TOKEN_BYTES_MAX)
		return;
	uint64_t df = word_is_stop(key, len) && count > 2 ? r->s->passages : snapshot_exact_df(r->s, key, len);
	if (df == 0 || (letters[0] != r->word[0] && bonus <= 1 && r->letters < FIRST_SLIPS_LETTERS_MIN))
		return;
	double score = (double)df * bonus * (letters[0] == r->word[0] ? 16 : 1);
	if (score > r->best_score) {
		r->best_score = score;
		r->best_df = df;
		r->best_len = len;
		memcpy(r->best, key, len);
	}
}

static void
one_slip(struct repair *r)
{
	uint32_t w[LETTERS_MAX + 2];
	size_t n = r->letters;
	for (size_t i = 0; i < n; i++) {                    /* one too many */
		memcpy(w, r->word, i * sizeof *w);
		memcpy(w + i, r->word + i + 1, (n - i - 1) * sizeof *w);
		offer(r, w, n - 1, 1);
	}
	for (size_t i = 0; i + 1 < n; i++) {                /* swapped */
		memcpy(w, r->word, n * sizeof *w);
		w[i] = r->word[i + 1];
		w[i + 1] = r->word[i];
		if (w[i] != w[i + 1])
			offer(r, w, n, 2);
	}
	for (uint32_t c = r->alphabet_first; c < r->alphabet_first + r->alphabet_count; c++) {
		for (size_t i = 0; i < n; i++) {            /* another */
			memcpy(w, r->word, n * sizeof *w);
			w[i] = c;
			offer(r, w, n, 1);
		}
		for (size_t i = 0; i <= n; i++) {           /* one lost */
			memcpy(w, r->word, i * sizeof *w);
			w[i] = c;
			memcpy(w + i + 1, r->word + i, (n - i) * sizeof *w);
			offer(r, w, n + 1, 1);
		}
	}
}

/* Damerau-Levenshtein with swaps of neighbours, up to 2; 3: further. */
static unsigned
distance(const uint32_t *a, size_t n, const uint32_t *b, size_t m)
{
	unsigned rows[3][LETTERS_MAX + 2];
	if ((n > m ? n - m : m - n) > 2)
		return 3;
	for (size_t j = 0; j <= m; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= n; i++) {
		unsigned *now = rows[i % 3], *up = rows[(i + 2) % 3], *up2 = rows[(i + 1) % 3], least = 99;
		now[0] = (unsigned)i;
		for (size_t j = 1; j <= m; j++) {
			unsigned v = up[j - 1] + (a[i - 1] != b[j - 1]);
			v = up[j] + 1 < v ? up[j] + 1 : v;
			v = now[j - 1] + 1 < v ? now[j - 1] + 1 : v;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && up2[j - 2] + 1 < v)
				v = up2[j - 2] + 1;
			now[j] = v;
			least = v < least ? v : least;
		}
		if (least > 2)
			return 3;
	}
	return rows[n % 3][m];
}

static bool
compare_word(const char *word, size_t len, uint32_t id, uint32_t df, void *arg)
{
	struct repair *r = arg;
	uint32_t letters[LETTERS_MAX + 2];
	size_t n = 0;
	(void)id;
	for (size_t at = 0; at < len && n <= LETTERS_MAX;)
		letters[n++] = utf8_next(word, len, &at);
	if (n == 0 || letters[0] != r->word[0])
		return false;
	if (n > LETTERS_MAX || df == 0 || distance(r->word, r->letters, letters, n) > 2)
		return true;
	double score = df * (n > 1 && letters[1] == r->word[1] ? 4.0 : 1.0);
	if (score > r->best_score) {
		r->best_score = score;
		r->best_df = df;
		r->best_len = len;
		memcpy(r->best, word, len);
	}
	return true;
}

static void
two_slips(struct repair *r)
{
	char first[4];
	size_t len = utf8_encode(first, r->word[0]);
	for (size_t i = 0; i < r->s->count; i++)
		segment_words(r->s->parts[i].segment, first, len, compare_word, r);
}

size_t
spell_repair(char out[TOKEN_BYTES_MAX + 8], uint64_t *df, const struct snapshot *s, const char *word, size_t len)
{
	struct repair r = { .s = s };
	for (size_t at = 0; at < len;) {
		uint32_t c = utf8_next(word, len, &at);
		if (r.letters == LETTERS_MAX || (c >= '0' && c <= '9') || c == '.')
			return 0;
		r.word[r.letters++] = c;
	}
	if (r.letters < REPAIR_LETTERS_MIN)
		return 0;
	r.alphabet_first = r.word[0] < 0x250 ? 'a' : r.word[0] >= 0x400 && r.word[0] <= 0x4FF ? 0x430 : 0x3B1;
	r.alphabet_count = r.alphabet_first == 'a' ? 26 : r.alphabet_first == 0x430 ? 32 : 25;
	one_slip(&r);
	if (r.best_len == 0 && r.letters >= TWO_SLIPS_LETTERS_MIN)
		two_slips(&r);
	memcpy(out, r.best, r.best_len);
	out[r.best_len] = '\0';
	*df = r.best_df;
	return r.best_len;
}
