/* What a model said, taken apart and matched against the sources.
 *
 * A claim is a sentence, a number and a quotation.  Its quotation is looked for
 * in the window the model named, then in the others (a wrong number with true
 * words is a slip, not an invention).  That the words are there does not prove
 * that they carry the sentence, so a sentence may bring no number, no address
 * and not many words that its quotation and the question do not have.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "model_in.h"

#define QUOTE_BYTES_LEAST 12

static const struct {
	const char *open, *close;
} quote_marks[] = {
	{ "\"", "\"" },
	{ "\u201c", "\u201d" },
	{ "\u201e", "\u201c" },
	{ "\u00ab", "\u00bb" },
	{ "\u300c", "\u300d" },
};

/* "[12]" at s: its number and length; 0 when there is none. */
static size_t
mark_at(const char *s, int64_t *n)
{
	size_t k = 1;
	int64_t value = 0;
	if (*s != '[')
		return 0;
	for (; isdigit((unsigned char)s[k]) && k < 6; k++)
		value = value * 10 + (s[k] - '0');
	if (k == 1 || s[k] != ']')
		return 0;
	*n = value;
	return k + 1;
}

/* A quotation at s: its words; 0 when there is none. */
static size_t
quote_at(const char **words, struct arena *a, const char *s)
{
	for (size_t i = 0; i < COUNT_OF(quote_marks); i++) {
		if (!str_starts(s, quote_marks[i].open))
			continue;
		const char *from = s + strlen(quote_marks[i].open),
			   *to = strstr(from, quote_marks[i].close);
		/* A plain mark may stand inside the quotation: the last one closes it
		 * unless another claim follows. */
		const char *next = i == 0 && to ? strchr(to + 1, '"') : NULL;
		const char *stop = strchr(from, '[');
		while (next != NULL && (stop == NULL || next < stop)) {
			to = next;
			next = strchr(to + 1, '"');
		}
		if (to == NULL)
			return 0;
		*words = arena_strndup(a, from, (size_t)(to - from));
		return (size_t)(to - s) + strlen(quote_marks[i].close);
	}
	return 0;
}

/* Without a bullet or number in front. */
static const char *
cut_bullet(const char *s)
{
	s += strspn(s, " \t");
	const char *at = s;
	if (*at == '-' || *at == '*' || str_starts(at, "\u2022"))
		at += *at == '-' || *at == '*' ? 1 : 3;
	else
		while (isdigit((unsigned char)*at))
			at++;
	if (at != s && isdigit((unsigned char)*s))
		at = *at == '.' || *at == ')' ? at + 1 : s;
	return at != s && *at == ' ' ? at + 1 : s;
}

static size_t
claims_of_line(struct claim *out, size_t max, struct arena *a, const char *line)
{
	size_t n = 0;
	const char *from = cut_bullet(line);
	while (*from != '\0' && n < max) {
		struct claim c = { 0 };
		const char *at = from;
		size_t k = 0;
		while (*at != '\0' && (k = mark_at(at, &c.source)) == 0)
			at++;
		c.sentence = words_squeeze(a, from, (size_t)(at - from));
		at += k;
		int64_t more;
		while (k > 0 && (k = mark_at(at + strspn(at, " "), &more)) > 0)
			at += strspn(at, " ") + k;
		if (c.source > 0 && strchr(".!?", *at) != NULL && *at != '\0') { /* "word [1]." */
			c.sentence = arena_printf(a, "%s%c", c.sentence, *at);
			at++;
		}
		const char *quote = at + strspn(at, " :-(");
		k = c.source > 0 ? quote_at(&c.quote, a, quote) : 0;
		from = k > 0 ? quote + k : at;
		from += strspn(from, " \t).,;");
		if (*c.sentence != '\0')
			out[n++] = c;
		else if (c.source == 0)
			break;
	}
	return n;
}

size_t
claims_parse(struct claim *out, size_t max, struct arena *a, const char *reply)
{
	size_t n = 0;
	for (const char *line = reply; *line != '\0' && n < max;) {
		size_t len = strcspn(line, "\n");
		n += claims_of_line(out + n, max - n, a, arena_strndup(a, line, len));
		line += len + (line[len] == '\n');
	}
	return n;
}

/* ---- does it stand on its quotation ------------------------------------------- */

struct checking {
	const struct word_set *quote, *question;
	size_t words, carried;
	bool stray_number;
};

static void
check_word(const struct word *w, void *arg)
{
	struct checking *c = arg;
	bool digits = w->len > 0 && isdigit((unsigned char)w->s[0]);
	bool has = words_has(c->quote, w->hash);
	if (digits && !has && !words_has(c->question, w->hash))
		c->stray_number = true;
	if (w->stop || w->pair)
		return;
	c->words++;
	c->carried += has || words_has(c->question, w->hash);
}

bool
claim_grounded(struct arena *a, const char *sentence, const char *quote, const char *question)
{
	struct word_set quoted = words_set(a, quote, strlen(quote), false),
			asked = words_set(a, question, strlen(question), false);
	struct checking c = { .quote = &quoted, .question = &asked };
	const char *low = line_lower(a, sentence);
	if (strstr(low, "://") != NULL || strstr(low, "www.") != NULL ||
		strstr(low, "](") != NULL || strchr(low, '<') != NULL)
		return strstr(quote, sentence) != NULL;
	words_each(sentence, strlen(sentence), check_word, &c);
	if (c.stray_number)
		return false;
	/* A sentence in another language than its quotation shares no words. */
	const char *said = library_language(sentence, strlen(sentence)),
		   *source = library_language(quote, strlen(quote));
	if (*said != '\0' && *source != '\0' && !str_same(said, source))
		return true;
	return c.words > 0 && c.carried * 2 >= c.words;
}

/* ---- showing ---------------------------------------------------------------------- */

/* Cite from the passage that holds the range; a range over two from the window. */
static enum fault
cite_in_window(bool *added, struct work *w, const struct source *s, int64_t start, int64_t end,
	const char *sentence)
{
	for (size_t i = 0; i < s->part_count; i++)
		if (s->parts[i].start <= start && end <= s->parts[i].end)
			return answer_cite(added, w, &s->parts[i], start, end, 1, sentence);
	return answer_cite(added, w, &s->window, start, end, 1, sentence);
}

static enum fault
claim_in(bool *added, struct dialogue *d, const struct claim *c, const struct source *s)
{
	struct work *w = d->w;
	const char *quote = c->quote ? c->quote : c->sentence;
	int64_t start = 0, end = 0;
	*added = false;
	if (*s->window.file_id == '\0') {
		if (strstr(s->window.text, quote) == NULL ||
			!claim_grounded(w->a, c->sentence, quote, w->req->content))
			return FAULT_NONE;
		return answer_cite_context(added, w, quote, 1, c->sentence);
	}
	enum fault f = library_locate(&start, &end, w->t->library, &s->window, quote);
	if (f == FAULT_ABSENT || f == FAULT_INPUT)
		return FAULT_NONE;
	if (f != FAULT_NONE)
		return f;
	if (start < s->window.start || end > s->window.end || end <= start)
		return FAULT_NONE;
	const char *found = arena_strndup(
		w->a, s->window.text + (start - s->window.start), (size_t)(end - start));
	if (!claim_grounded(w->a, c->sentence, found, w->req->content))
		return FAULT_NONE;
	return cite_in_window(added, w, s, start, end, c->sentence);
}

enum fault
claim_show(bool *added, struct dialogue *d, const struct claim *c)
{
	const char *quote = c->quote ? c->quote : c->sentence;
	*added = false;
	if (strlen(quote) < QUOTE_BYTES_LEAST || c->source < 1)
		return FAULT_NONE;
	if ((size_t)c->source <= d->source_count) {
		enum fault f = claim_in(added, d, c, &d->sources[c->source - 1]);
		if (f != FAULT_NONE || *added)
			return f;
	}
	for (size_t i = 0; i < d->source_count; i++) {
		enum fault f = claim_in(added, d, c, &d->sources[i]);
		if (f != FAULT_NONE || *added)
			return f;
	}
	return FAULT_NONE;
}
