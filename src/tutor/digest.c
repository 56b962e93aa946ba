/* Which sentences of a text stand for it.
 *
 * Every sentence is weighed by the words it shares with the whole text (their
 * frequency against how many sentences have them), by where it stands in its
 * section, and by the focus that was asked for.  The sections get their share of
 * the length in order, small ones are joined under the heading above them, and
 * a sentence that says what one before it said gives way.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "digest_in.h"

#define WORDS_LEAST 6
#define WORDS_MOST 45

/* The upper `depth` parts of a heading path "Ch 4 > Light > Plateau". */
static const char *
heading_at(struct arena *a, const char *path, int depth)
{
	const char *at = path ? path : "";
	for (int i = 0; i < depth; i++) {
		const char *next = strstr(at, " > ");
		if (next == NULL)
			return path ? path : "";
		if (i + 1 == depth)
			return arena_strndup(a, path, (size_t)(next - path));
		at = next + 3;
	}
	return "";
}

static void
sections_make(struct sheet *s, int depth)
{
	s->section_count = 0;
	for (size_t i = 0; i < s->line_count; i++) {
		struct line *l = &s->lines[i];
		const char *heading = heading_at(&s->a, l->p->heading, depth);
		struct section *last = s->section_count ? &s->sections[s->section_count - 1] : NULL;
		if (last == NULL || !str_same(last->heading, heading) ||
			!str_same(last->file_id, l->p->file_id)) {
			mem_reserve(&s->sections, &s->section_cap, s->section_count + 1,
				sizeof *s->sections);
			last = &s->sections[s->section_count++];
			*last = (struct section){
				.heading = heading, .file_id = l->p->file_id, .first = i
			};
		}
		l->section = s->section_count - 1;
		l->nth = last->count++;
	}
}

/* Sentences of a passage that were not in the one before (they overlap). */
static void
lines_put(struct sheet *s, const struct passage *p, int64_t *done, const char **done_file)
{
	struct range *ranges = NULL;
	size_t n = library_sentences(&ranges, p->text, strlen(p->text));
	if (!str_same(*done_file, p->file_id)) {
		*done_file = p->file_id;
		*done = 0;
	}
	for (size_t i = 0; i < n; i++) {
		int64_t start = p->start + (int64_t)ranges[i].start,
			end = p->start + (int64_t)ranges[i].end;
		if (start < *done || end <= start)
			continue;
		*done = end;
		mem_reserve(&s->lines, &s->line_cap, s->line_count + 1, sizeof *s->lines);
		s->lines[s->line_count++] = (struct line){ .p = p,
			.start = start,
			.end = end,
			.text = p->text + ranges[i].start,
			.set = words_set(&s->a, p->text + ranges[i].start,
				ranges[i].end - ranges[i].start, true) };
	}
	mem_free(ranges);
}

/* ---- weights ------------------------------------------------------------------ */

struct tally {
	uint64_t hash;
	uint32_t lines;
};

static int
tally_order(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
	return a < b ? -1 : a > b;
}

/* In how many sentences each word stands, sorted by word. */
static size_t
tally_make(struct tally **out, const struct sheet *s)
{
	size_t total = 0, n = 0;
	for (size_t i = 0; i < s->line_count; i++)
		total += s->lines[i].set.count;
	struct tally *all = mem_new_array(total + 1, sizeof *all);
	for (size_t i = 0, k = 0; i < s->line_count; i++)
		for (size_t j = 0; j < s->lines[i].set.count; j++)
			all[k++] = (struct tally){ s->lines[i].set.items[j], 1 };
	qsort(all, total, sizeof *all, tally_order);
	for (size_t i = 0; i < total; i++) {
		if (n > 0 && all[n - 1].hash == all[i].hash)
			all[n - 1].lines++;
		else
			all[n++] = all[i];
	}
	*out = all;
	return n;
}

static bool
reads_alone(const char *s, size_t len, size_t words)
{
	char head[256];
	size_t n = len < sizeof head - 1 ? len : sizeof head - 1;
	memcpy(head, s, n);
	head[n] = '\0';
	if (words < WORDS_LEAST || words > WORDS_MOST || sentence_leans(head))
		return false;
	if (len > 0 && s[len - 1] != '.' && s[len - 1] != '!' && (unsigned char)s[len - 1] < 128)
		return false; /* a heading, a caption, a question, a row of a table */
	size_t letters = 0;
	for (size_t i = 0; i < len; i++)
		letters += (unsigned char)(s[i] | 32) >= 'a' || s[i] == ' ';
	if (letters * 10 < len * 8)
		return false; /* a formula, a row of figures */
	/* Cut off at the front, or a numbered note. */
	return (unsigned char)s[0] >= 128 || (s[0] >= 'A' && s[0] <= 'Z') || s[0] == '"';
}

/* Speaks to the reader or about the book instead of about the subject. */
static bool
addresses_reader(struct arena *a, const struct word_set *set)
{
	const char *spoken = "you your ignore instruction summarising summarizing click user "
			     "reveal reply prompt assistant isbn reserved uploading reproduced "
			     "printed publisher chapter figure table";
	struct word_set avoided = words_set(a, spoken, strlen(spoken), false);
	return words_shared(set, &avoided) > 0;
}

static size_t
words_in(const char *s, size_t len)
{
	size_t n = 0, wide = 0;
	for (size_t i = 0; i < len; i++) {
		n += i > 0 && (s[i] == ' ' || s[i] == '\n') && s[i - 1] != ' ' && s[i - 1] != '\n';
		wide += (unsigned char)s[i] >= 0xE3 && (unsigned char)s[i] < 0xF0;
	}
	return n + 1 + wide / 2;
}

static void
lines_weigh(struct sheet *s, const struct word_set *focus)
{
	struct tally *tally;
	size_t n = tally_make(&tally, s);
	for (size_t i = 0; i < s->line_count && !cancel_asked(s->cancel); i++) {
		struct line *l = &s->lines[i];
		size_t len = (size_t)(l->end - l->start);
		double sum = 1; /* a short text repeats no word */
		l->words = words_in(l->text, len);
		for (size_t k = 0; k < l->set.count; k++) {
			const struct tally *t =
				bsearch(&l->set.items[k], tally, n, sizeof *tally, tally_order);
			/* Spread over the text, but not in every sentence of it. */
			if (t != NULL && t->lines > 1)
				sum += log(1 + t->lines) *
				       log((double)(s->line_count + 1) / t->lines);
		}
		l->weight = sum / (8 + (double)l->set.count);
		l->weight *= l->nth == 0 ? 1.4 : l->nth < 3 ? 1.15 : 1;
		if (focus->count > 0) {
			const char *heading = s->sections[l->section].heading;
			struct word_set above = words_set(&s->a, heading, strlen(heading), true);
			size_t here = words_shared(focus, &l->set),
			       over = words_shared(focus, &above);
			l->focused = here + over > 0;
			l->weight *=
				.2 + 4 * (double)(here > over ? here : over) / (double)focus->count;
		}
		char *one = arena_strndup(&s->a, l->text, len);
		struct range r;
		if (phrase_find(&r, one, "is a", PLACE_ANY) ||
			phrase_find(&r, one, "is the", PLACE_ANY) ||
			phrase_find(&r, one, "are the", PLACE_ANY))
			l->weight *= 1.15;
		struct word_set every = words_set(&s->a, l->text, len, false);
		l->poor = !reads_alone(l->text, len, l->words) || addresses_reader(&s->a, &every);
		l->weight *= l->poor ? .05 : 1;
	}
	mem_free(tally);
}

/* Poor sentences only where there are not enough others. */
static void
lines_sift(struct sheet *s, size_t total)
{
	size_t good = 0;
	for (size_t i = 0; i < s->line_count; i++)
		good += !s->lines[i].poor;
	for (size_t i = 0; i < s->line_count && good >= total; i++)
		s->lines[i].weight *= !s->lines[i].poor;
}

/* ---- choosing --------------------------------------------------------------------- */

/* With a focus, sections that never speak of it are passed over; and what stands
 * around a text is not the text. */
static void
sections_focus(struct sheet *s)
{
	bool any = false;
	for (size_t i = 0; i < s->section_count; i++)
		s->sections[i].off = heading_around(s->lines[s->sections[i].first].p->heading);
	for (size_t i = 0; i < s->line_count; i++)
		any |= s->lines[i].focused;
	for (size_t i = 0; any && i < s->section_count; i++) {
		struct section *sec = &s->sections[i];
		bool off = true;
		for (size_t k = 0; k < sec->count; k++)
			off &= !s->lines[sec->first + k].focused;
		sec->off |= off;
	}
}

/* One sentence to each section that is not tiny, then by the root of their sizes
 * (highest averages, D'Hondt), so that a long part does not take everything. */
static void
shares_make(struct sheet *s, size_t total)
{
	for (size_t i = 0; i < s->section_count; i++) {
		struct section *sec = &s->sections[i];
		sec->share = 0;
		sec->best = 0;
		for (size_t k = 0; k < sec->count; k++)
			if (s->lines[sec->first + k].weight > sec->best)
				sec->best = s->lines[sec->first + k].weight;
	}
	for (size_t given = 0; given < total; given++) {
		struct section *next = NULL;
		double most = 0;
		for (size_t i = 0; i < s->section_count; i++) {
			struct section *sec = &s->sections[i];
			double worth =
				sec->best * sqrt((double)sec->count) / (double)(sec->share + 1);
			if (sec->share == 0 && sec->count * 50 >= s->line_count)
				worth += 1000 * sec->best;
			if (!sec->off && sec->share < sec->count && worth > most)
				most = worth, next = sec;
		}
		if (next == NULL)
			break;
		next->share++;
	}
}

static bool
said_before(const struct sheet *s, const struct line *l)
{
	for (size_t i = 0; i < s->line_count; i++)
		if (s->lines[i].taken && words_overlap(&s->lines[i].set, &l->set) >= .7)
			return true;
	return false;
}

/* The best sentence of lines [from, to) that does not repeat what was taken. */
static bool
take_best(struct sheet *s, size_t from, size_t to)
{
	while (!cancel_asked(s->cancel)) {
		struct line *best = NULL;
		for (size_t i = from; i < to; i++) {
			struct line *l = &s->lines[i];
			if (!l->taken && l->weight > 0 &&
				(best == NULL || l->weight > best->weight))
				best = l;
		}
		if (best == NULL)
			return false;
		if (!said_before(s, best)) {
			best->taken = true;
			return true;
		}
		best->weight = 0;
	}
	return false;
}

/* A section's share comes from parts of equal length, so that all of it is covered. */
static void
lines_take(struct sheet *s)
{
	for (size_t i = 0; i < s->section_count; i++) {
		const struct section *sec = &s->sections[i];
		size_t left = 0;
		for (size_t k = 0; k < sec->share; k++)
			left += !take_best(s, sec->first + sec->count * k / sec->share,
				sec->first + sec->count * (k + 1) / sec->share);
		while (left-- > 0 && take_best(s, sec->first, sec->first + sec->count))
			;
	}
}

/* Deeper headings only while there are not too many of them. */
static void
sections_fit(struct sheet *s, size_t total)
{
	for (int depth = 4; depth >= 1; depth--) {
		sections_make(s, depth);
		if (s->section_count <= total)
			return;
	}
}

enum fault
digest_make(struct sheet *s, const struct passages *passages, const struct word_set *focus,
	size_t total, const struct cancel *cancel)
{
	int64_t done = 0;
	const char *done_file = NULL;
	const struct passage *items = passages->items.items;
	*s = (struct sheet){ .cancel = cancel };
	arena_init(&s->a);
	for (size_t i = 0; i < passages->items.count && !cancel_asked(cancel); i++)
		lines_put(s, &items[i], &done, &done_file);
	if (cancel_asked(cancel))
		return cancel_check(cancel);
	sections_fit(s, total);
	lines_weigh(s, focus);
	lines_sift(s, total);
	sections_focus(s);
	shares_make(s, total);
	lines_take(s);
	return cancel_check(cancel);
}

void
digest_clear(struct sheet *s)
{
	mem_free(s->lines);
	mem_free(s->sections);
	arena_clear(&s->a);
}
