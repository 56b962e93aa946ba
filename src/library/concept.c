/* Key terms of a document, to be shown beside its name.
 *
 * Runs of content words give phrases of one to three words; a phrase scores by
 * C-value (Frantzi, Ananiadou and Mima 2000): how often it stands by itself and
 * not inside a longer one, times a weight for its length; more when a heading
 * holds it.  Words are interned, so that a phrase is one 63-bit key.
 * Chinese and Japanese give runs of Han characters or katakana.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>
#include "document_in.h"

#define LOOK_BYTES ((size_t)1500 * 1000)
#define WORD_BYTES 40
#define WORDS_MAX ((1u << 20) - 1)
#define PHRASE 3

/* Function words, also of German, French, Spanish, Italian and Portuguese, and
 * those too common to name a document; sorted. */
static const char *const common[] = {
	"a", "aber", "about", "above", "after", "again", "against", "all", "alla", "alle", "also", "although", "always", "am",
	"among", "an", "anche", "and", "another", "any", "are", "as", "at", "auch", "avec", "back", "be", "became", "because",
	"become", "been", "before", "began", "being", "below", "best", "better", "between", "both", "but", "by", "call",
	"called", "came", "can", "cannot", "case", "certain", "cette", "che", "com", "come", "comme", "como", "could", "course",
	"cuando", "dal", "dans", "das", "dass", "day", "degli", "dei", "del", "della", "delle", "dem", "den", "der", "des",
	"desde", "did", "die", "diese", "different", "do", "doch", "does", "done", "down", "durch", "during", "each", "eine",
	"einem", "einen", "einer", "eines", "either", "ele", "ella", "elle", "end", "enough", "entre", "est", "esta", "este",
	"even", "ever", "every", "example", "fact", "far", "few", "figure", "find", "first", "following", "for", "form",
	"found", "from", "further", "gave", "general", "get", "give", "given", "gli", "go", "good", "got", "great", "haben",
	"had", "has", "hatte", "have", "having", "he", "her", "here", "him", "himself", "his", "how", "however", "i", "if",
	"ihre", "important", "in", "indeed", "into", "is", "it", "its", "itself", "just", "kann", "keep", "kind", "know",
	"known", "large", "las", "last", "later", "least", "les", "less", "let", "leur", "like", "little", "long", "los",
	"made", "mais", "make", "makes", "making", "man", "many", "mas", "may", "me", "means", "mehr", "might", "more", "most",
	"much", "must", "muy", "my", "nach", "need", "nel", "nella", "never", "new", "next", "nicht", "no", "noch", "non",
	"nor", "not", "nothing", "nous", "now", "number", "oder", "of", "off", "often", "ohne", "old", "on", "once", "one",
	"only", "or", "order", "other", "others", "our", "out", "over", "own", "page", "par", "para", "part", "pas", "pela",
	"pelo", "people", "per", "perhaps", "pero", "place", "plus", "point", "por", "porque", "possible", "pour", "put",
	"quando", "que", "questo", "qui", "quite", "rather", "really", "right", "said", "same", "sans", "say", "says", "second",
	"section", "see", "seen", "sein", "sem", "ses", "set", "several", "shall", "she", "should", "show", "shown", "sich",
	"simply", "since", "sind", "small", "so", "sobre", "some", "something", "sono", "sont", "still", "sua", "such", "sur",
	"sus", "table", "take", "taken", "than", "that", "the", "their", "them", "themselves", "then", "there", "therefore",
	"these", "they", "thing", "things", "think", "this", "those", "though", "three", "through", "thus", "time", "to",
	"today", "together", "too", "tout", "two", "uma", "und", "under", "une", "uno", "until", "up", "upon", "us", "use",
	"used", "using", "very", "von", "vous", "want", "was", "way", "we", "well", "wenn", "went", "werden", "were", "what",
	"when", "where", "whether", "which", "while", "who", "whole", "whom", "whose", "why", "wie", "will", "wird", "with",
	"within", "without", "word", "words", "work", "world", "would", "year", "years", "yes", "yet", "you", "your",
};

struct word { char name[WORD_BYTES + 1]; bool common; };
struct phrase { uint64_t key; uint32_t count, nested, nested_in; size_t start, end; bool heading, small; };
struct terms {
	const struct body *body;
	struct word *words; size_t word_count, word_cap;
	uint32_t *word_slots; size_t word_slot_count;
	struct phrase *phrases; size_t phrase_count, phrase_slots;   /* open addressing */
	struct { uint32_t id; size_t start, end; } run[PHRASE];
	size_t run_len;
	bool heading;
};

static uint64_t
mix(uint64_t x)
{
	x ^= x >> 31;
	x *= 0x9E3779B97F4A7C15u;
	return x ^ x >> 29;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(a, *(const char *const *)b);
}

static bool
is_common(const char *name)
{
	return bsearch(name, common, COUNT_OF(common), sizeof *common, compare_names) != NULL;
}

/* ---- words and phrases ------------------------------------------------------ */

static void
words_grow(struct terms *t)
{
	size_t n = t->word_slot_count > 0 ? t->word_slot_count * 2 : 4096;

	mem_free(t->word_slots);
	t->word_slots = mem_new_array(n, sizeof *t->word_slots);
	t->word_slot_count = n;
	for (size_t i = 0; i < t->word_count; i++) {
		uint64_t h = 1469598103934665603u;

		for (const char *s = t->words[i].name; *s != '\0'; s++)
			h = (h ^ (unsigned char)*s) * 1099511628211u;
		for (h = mix(h) & (n - 1); t->word_slots[h] != 0; h = (h + 1) & (n - 1))
			continue;
		t->word_slots[h] = (uint32_t)i + 1;
	}
}

/* Number of a word from 1; 0 when there are too many. */
static uint32_t
word_intern(struct terms *t, const char *name)
{
	uint64_t h = 1469598103934665603u;

	if (t->word_count * 2 >= t->word_slot_count)
		words_grow(t);
	for (const char *s = name; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211u;
	for (h = mix(h) & (t->word_slot_count - 1); t->word_slots[h] != 0; h = (h + 1) & (t->word_slot_count - 1))
		if (strcmp(t->words[t->word_slots[h] - 1].name, name) == 0)
			return t->word_slots[h];
	if (t->word_count >= WORDS_MAX)
		return 0;
	mem_reserve(&t->words, &t->word_cap, t->word_count + 1, sizeof *t->words);
	snprintf(t->words[t->word_count].name, sizeof t->words->name, "%s", name);
	t->words[t->word_count].common = is_common(name);
	t->word_slots[h] = (uint32_t)++t->word_count;
	return (uint32_t)t->word_count;
}

static struct phrase *
phrase_slot(struct phrase *phrases, size_t slots, uint64_t key)
{
	size_t h = mix(key) & (slots - 1);

	while (phrases[h].key != 0 && phrases[h].key != key)
		h = (h + 1) & (slots - 1);
	return &phrases[h];
}

static void
phrases_grow(struct terms *t)
{
	size_t slots = t->phrase_slots > 0 ? t->phrase_slots * 2 : 16384;
	struct phrase *fresh = mem_new_array(slots, sizeof *fresh);

	for (size_t i = 0; i < t->phrase_slots; i++)
		if (t->phrases[i].key != 0)
			*phrase_slot(fresh, slots, t->phrases[i].key) = t->phrases[i];
	mem_free(t->phrases);
	t->phrases = fresh;
	t->phrase_slots = slots;
}

static void
phrase_count(struct terms *t, uint64_t key, size_t start, size_t end)
{
	struct phrase *p;

	if (t->phrase_count * 2 >= t->phrase_slots)
		phrases_grow(t);
	p = phrase_slot(t->phrases, t->phrase_slots, key);
	if (p->key == 0) {
		*p = (struct phrase){ .key = key, .start = start, .end = end };
		t->phrase_count++;
	}
	if (!p->small && !(t->body->text.data[start] >= 'A' && t->body->text.data[start] <= 'Z')) {
		p->start = start;        /* shown in small letters if it ever is */
		p->end = end;
		p->small = true;
	}
	p->count++;
	p->heading |= t->heading;
}

/* A content word ends here: count the phrases that end with it. */
static void
run_push(struct terms *t, uint32_t id, size_t start, size_t end)
{
	uint64_t key = 0;

	if (t->run_len == PHRASE) {
		memmove(t->run, t->run + 1, (PHRASE - 1) * sizeof t->run[0]);
		t->run_len--;
	}
	t->run[t->run_len].id = id;
	t->run[t->run_len].start = start;
	t->run[t->run_len++].end = end;
	for (size_t i = t->run_len, shift = 0; i-- > 0; shift += 21) {
		key |= (uint64_t)t->run[i].id << shift;
		phrase_count(t, key, t->run[i].start, end);
	}
}

/* ---- reading ------------------------------------------------------------------- */

enum letter { LETTER_NONE, LETTER_WORD, LETTER_CJK };

static enum letter
letter_kind(uint32_t c)
{
	if (c < 0x80)
		return (c | 32) >= 'a' && (c | 32) <= 'z' ? LETTER_WORD : LETTER_NONE;
	if ((c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x30A1 && c <= 0x30FC))
		return LETTER_CJK;
	if (c >= 0x3040 && c <= 0x309F)
		return LETTER_NONE;
	switch (utf8proc_category((utf8proc_int32_t)c)) {
	case UTF8PROC_CATEGORY_LU: case UTF8PROC_CATEGORY_LL: case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LO: case UTF8PROC_CATEGORY_LM: case UTF8PROC_CATEGORY_MN:
		return LETTER_WORD;
	default:
		return LETTER_NONE;
	}
}

/* Lower case, a plural s dropped; false: too long or short to be a term.  Words of
 * one to three letters are mostly function words where they are not Latin. */
static bool
word_name(char out[WORD_BYTES + 1], enum letter kind, const char *s, size_t len)
{
	size_t n = 0, at = 0, letters = 0;

	for (; at < len; letters++) {
		uint32_t c = utf8_next(s, len, &at);
		char bytes[4];
		size_t k = utf8_encode(bytes, (uint32_t)utf8proc_tolower((utf8proc_int32_t)c));

		if (n + k > WORD_BYTES)
			return false;
		memcpy(out + n, bytes, k);
		n += k;
	}
	out[n] = '\0';
	if (n > 4 && out[n - 1] == 's' && strchr("sui", out[n - 2]) == NULL && !is_common(out))
		out[--n] = '\0';
	return letters >= (kind == LETTER_CJK ? 2u : n == letters ? 3u : 4u);
}

static void
word_take(struct terms *t, enum letter kind, size_t start, size_t end)
{
	char name[WORD_BYTES + 1];
	uint32_t id;

	if (kind == LETTER_CJK && (end - start < 6 || end - start > 24))
		return;
	if (!word_name(name, kind, t->body->text.data + start, end - start) || (id = word_intern(t, name)) == 0 || t->words[id - 1].common)
		t->run_len = 0;
	else if (kind == LETTER_CJK)
		phrase_count(t, id, start, end);
	else
		run_push(t, id, start, end);
}

static void
block_read(struct terms *t, const struct block *k)
{
	const char *s = t->body->text.data;
	enum letter open = LETTER_NONE;
	size_t start = k->start, at = k->start;

	t->run_len = 0;
	while (at <= k->end) {
		size_t from = at;
		uint32_t c = at < k->end ? utf8_next(s, k->end, &at) : 0;
		enum letter kind = from < k->end ? letter_kind(c) : LETTER_NONE;

		if (kind != open && open != LETTER_NONE)
			word_take(t, open, start, from);
		if (kind != open)
			start = from;
		open = kind;
		if (kind == LETTER_NONE && c != ' ' && c != '-')
			t->run_len = 0;
		if (from == k->end)
			break;
	}
}

/* ---- choosing --------------------------------------------------------------------- */

static size_t
phrase_words(uint64_t key)
{
	return key >> 42 != 0 ? 3 : key >> 21 != 0 ? 2 : 1;
}

static void
nest(struct terms *t, uint64_t inner, const struct phrase *outer)
{
	struct phrase *p = phrase_slot(t->phrases, t->phrase_slots, inner);

	if (p->key == 0)
		return;
	p->nested += outer->count;
	p->nested_in++;
}

static void
nest_all(struct terms *t, uint32_t least)
{
	const uint64_t one = (1u << 21) - 1;

	for (size_t i = 0; i < t->phrase_slots; i++) {
		const struct phrase *p = &t->phrases[i];
		size_t words = phrase_words(p->key);

		if (p->key == 0 || p->count < least || words == 1)
			continue;
		for (size_t w = 0; w < words; w++)
			nest(t, p->key >> 21 * w & one, p);
		if (words == 3) {
			nest(t, p->key >> 21, p);
			nest(t, p->key & ((one << 21) | one), p);
		}
	}
}

static double
phrase_score(const struct phrase *p)
{
	static const double weights[] = { 0, 0.25, 1, 1.5 };     /* a word alone says little */
	double alone = p->count - (p->nested_in > 0 ? (double)p->nested / p->nested_in : 0);

	return weights[phrase_words(p->key)] * alone * (p->heading ? 1.5 : 1);
}

/* Do the two share a word? */
static bool
phrases_meet(uint64_t a, uint64_t b)
{
	const uint64_t one = (1u << 21) - 1;

	for (size_t i = 0; i < phrase_words(a); i++)
		for (size_t j = 0; j < phrase_words(b); j++)
			if ((a >> 21 * i & one) == (b >> 21 * j & one))
				return true;
	return false;
}

static const struct phrase *
best_phrase(const struct terms *t, uint32_t least, const uint64_t *taken, size_t count)
{
	const struct phrase *best = NULL;

	for (size_t i = 0; i < t->phrase_slots; i++) {
		const struct phrase *p = &t->phrases[i];
		bool meets = p->key == 0 || p->count < least;

		for (size_t j = 0; j < count && !meets; j++)
			meets = phrases_meet(p->key, taken[j]);
		if (meets || (best != NULL && phrase_score(p) < phrase_score(best)))
			continue;
		if (best == NULL || phrase_score(p) > phrase_score(best) || p->start < best->start)
			best = p;
	}
	return best;
}

struct text_list
concept_terms(struct arena *a, const struct body *b, size_t max)
{
	struct terms t = { .body = b };
	struct text_list out = { arena_alloc(a, (max + 1) * sizeof *out.items), 0 };
	uint64_t *taken = arena_alloc(a, (max + 1) * sizeof *taken);
	uint32_t least = b->text.len > 20000 ? 4 : 2;

	phrases_grow(&t);
	for (size_t i = 0; i < b->block_count && b->blocks[i].start < LOOK_BYTES; i++)
		if (b->blocks[i].type != BLOCK_CODE && b->blocks[i].type != BLOCK_TABLE) {
			t.heading = b->blocks[i].type == BLOCK_HEADING;
			block_read(&t, &b->blocks[i]);
		}
	nest_all(&t, least);
	for (const struct phrase *p; out.count < max && (p = best_phrase(&t, least, taken, out.count)) != NULL; out.count++) {
		taken[out.count] = p->key;
		out.items[out.count] = arena_strndup(a, b->text.data + p->start, p->end - p->start);
	}
	mem_free(t.words);
	mem_free(t.word_slots);
	mem_free(t.phrases);
	return out;
}
