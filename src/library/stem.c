/* Stems by Snowball, and the short list of words that are not worth indexing.
 *
 * Snowball wants its accents; they go after stemming, so that a query typed
 * without them still meets the word.  A long stop list costs hits, so only
 * function and question words of English are on it; in other languages their
 * weight (idf) is small enough.
 */
#include <libstemmer.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>
#include "find_in.h"

static const struct {
	const char *code, *snowball;
} languages[] = {
	{ "", NULL }, { "en", "porter" }, { "de", "german" }, { "fr", "french" },
	{ "es", "spanish" }, { "it", "italian" }, { "pt", "portuguese" }, { "nl", "dutch" },
	{ "sv", "swedish" }, { "da", "danish" }, { "no", "norwegian" }, { "fi", "finnish" },
	{ "ru", "russian" }, { "hu", "hungarian" }, { "ro", "romanian" }, { "tr", "turkish" },
	{ "ja", NULL }, { "zh", NULL }, { "ko", NULL }, { "he", NULL }, { "ar", NULL },
	{ "el", NULL }, { "pl", NULL }, { "cs", NULL }, { "uk", NULL }, { "hi", NULL }, { "th", NULL },
};

unsigned
language_number(const char *code)
{
	for (unsigned i = 1; i < COUNT_OF(languages); i++)
		if (str_same(languages[i].code, code))
			return i;
	return LANGUAGE_NONE;
}

const char *
language_code(unsigned number)
{
	return number < COUNT_OF(languages) ? languages[number].code : "";
}

void
stemmer_open(struct stemmer *s, unsigned language)
{
	const char *name = language < COUNT_OF(languages) ? languages[language].snowball : NULL;
	s->language = language;
	s->snowball = name == NULL ? NULL : sb_stemmer_new(name, NULL);
}

void
stemmer_close(struct stemmer *s)
{
	if (s->snowball != NULL)
		sb_stemmer_delete(s->snowball);
	s->snowball = NULL;
}

static size_t
without_marks(char *out, const char *s, size_t len)
{
	size_t n = 0;
	for (size_t at = 0; at < len && n < TOKEN_BYTES_MAX;) {
		uint32_t c = utf8_next(s, len, &at);
		utf8proc_int32_t parts[8];
		int boundary = 0;
		if (c >= 0xC0 && c < 0x2000 && utf8proc_decompose_char((utf8proc_int32_t)c, parts, 8, UTF8PROC_DECOMPOSE, &boundary) >= 1)
			c = (uint32_t)parts[0];
		if (c < 0x300 || c > 0x36F)
			n += utf8_encode(out + n, c);
	}
	return n;
}

static bool
has_digit_or_is_short(const struct token *t)
{
	if (t->plain_len < 3)
		return true;
	for (size_t i = 0; i < t->plain_len; i++)
		if (t->plain[i] >= '0' && t->plain[i] <= '9')
			return true;
	return false;
}

size_t
stemmer_stem(char *out, struct stemmer *s, const struct token *t)
{
	if (s->snowball == NULL || t->cjk || has_digit_or_is_short(t)) {
		memcpy(out, t->plain, t->plain_len);
		return t->plain_len;
	}
	const sb_symbol *stem = sb_stemmer_stem(s->snowball, (const sb_symbol *)t->form, (int)t->form_len);
	int len = stem == NULL ? 0 : sb_stemmer_length(s->snowball);
	if (len <= 0 || len > TOKEN_BYTES_MAX) {
		memcpy(out, t->plain, t->plain_len);
		return t->plain_len;
	}
	if (t->form_len == t->plain_len) {
		memcpy(out, stem, (size_t)len);
		return (size_t)len;
	}
	return without_marks(out, (const char *)stem, (size_t)len);
}

/* Sorted for bsearch. */
static const char *const stops[] = {
	"a", "an", "and", "are", "as", "at", "be", "been", "by", "can", "did", "do", "does", "for", "from",
	"had", "has", "have", "how", "in", "is", "it", "its", "many", "much", "of", "on", "or", "s", "t",
	"that", "the", "their", "these", "this", "to", "was", "were", "what", "when", "where", "which",
	"who", "whom", "whose", "why", "with",
};

struct word { const char *s; size_t len; };

static int
compare_stop(const void *key, const void *item)
{
	const struct word *w = key;
	const char *stop = *(const char *const *)item;
	int order = strncmp(w->s, stop, w->len);
	return order != 0 ? order : stop[w->len] == '\0' ? 0 : -1;
}

bool
word_is_stop(const char *plain, size_t len)
{
	struct word w = { plain, len };
	return len <= 5 && bsearch(&w, stops, COUNT_OF(stops), sizeof *stops, compare_stop) != NULL;
}

bool
token_is_stop(const struct token *t)
{
	return !t->cjk && !t->upper && word_is_stop(t->plain, t->plain_len);
}
