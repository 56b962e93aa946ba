/* What a document is called, what it is about, how it begins.
 *
 * Titles in files are often what a word processor left there; then the first large
 * heading of the first page serves, then the title it had before, then its name.
 */
#include <string.h>
#include "document_in.h"

#define PREVIEW_BYTES 280
#define LANGUAGE_LOOK 20000
#define CONCEPTS 8

static bool
is_dull_title(const char *s)
{
	static const char *const endings[] = { ".pdf", ".doc", ".docx", ".tex", ".dvi", ".indd", ".qxd", ".ppt", ".pptx", ".odt", ".txt" };

	if (s[0] == '\0' || strncasecmp(s, "untitled", 8) == 0 || str_starts(s, "Microsoft Word - ") || str_starts(s, "PowerPoint Presentation"))
		return true;
	for (size_t i = 0; i < COUNT_OF(endings); i++)
		if (str_ends(s, endings[i]))
			return true;
	return false;
}

static const char *
title_choose(struct arena *a, const struct body *b, const char *name, const char *given, const char *before)
{
	const struct body_heading *h = b->heading_count > 0 ? &b->headings[0] : NULL;
	const char *dot = strrchr(name, '.');

	if (given != NULL && given[0] != '\0')
		return untrusted_line(a, given);
	if (!is_dull_title(b->title))
		return arena_strdup(a, b->title);
	if (h != NULL && h->level == 1 && h->page <= 1 && h->end - h->start <= 120)
		return arena_strndup(a, b->text.data + h->start, h->end - h->start);
	if (before[0] != '\0')
		return before;
	return dot != NULL && dot > name ? arena_strndup(a, name, (size_t)(dot - name)) : name;
}

/* The first passage that says something; title pages hold dashes and dates. */
static const struct slice *
first_telling(const struct body *b, const struct slice *slices, size_t count)
{
	for (size_t i = 0; i < count && i < 20; i++)
		if (word_count(b->text.data + slices[i].start, (size_t)(slices[i].end - slices[i].start)) >= 12)
			return &slices[i];
	return &slices[0];
}

static const char *
preview_make(struct arena *a, const struct body *b, const struct slice *s)
{
	size_t len = (size_t)(s->end - s->start), cut = utf8_floor(b->text.data + s->start, len, PREVIEW_BYTES);
	struct text t;
	const char *out;

	text_init(&t, 4 * PREVIEW_BYTES);
	untrusted_text(&t, b->text.data + s->start, cut, UNTRUSTED_STRIP | UNTRUSTED_LINE);
	line_squeeze(&t);
	if (cut < len && memchr(t.data, ' ', t.len) != NULL) {
		while (t.len > 0 && t.data[t.len - 1] != ' ')
			text_cut(&t, t.len - 1);
		text_put(&t, "\u2026");
	}
	out = arena_strdup(a, t.data);
	text_clear(&t);
	return out;
}

/* One page of these is a page; of the others it is only the whole text. */
static bool
has_pages(const char *format)
{
	static const char *const formats[] = { "pdf", "pptx", "odp" };
	for (size_t i = 0; i < COUNT_OF(formats); i++)
		if (str_same(formats[i], format))
			return true;
	return false;
}

void
document_describe(struct document_row *row, struct arena *a, const struct body *b, const struct slice *slices, size_t count, const char *given, const char *before)
{
	const char *language = library_language(b->text.data, utf8_floor(b->text.data, b->text.len, LANGUAGE_LOOK));
	struct document *d = &row->d;

	d->language = arena_strdup(a, language[0] != '\0' ? language : b->language);
	d->kind = arena_strdup(a, b->format);
	d->title = title_choose(a, b, d->name, given, before);
	d->authors.items = arena_alloc(a, (b->authors.count + 1) * sizeof *d->authors.items);
	for (d->authors.count = 0; d->authors.count < b->authors.count; d->authors.count++)
		d->authors.items[d->authors.count] = arena_strdup(a, b->authors.items[d->authors.count]);
	d->concepts = concept_terms(a, b, CONCEPTS);
	d->preview = preview_make(a, b, first_telling(b, slices, count));
	d->pages = b->page_count == 1 && !has_pages(b->format) ? 0 : (int64_t)b->page_count;
	d->passages = (int64_t)count;
	d->words = (int64_t)word_count(b->text.data, b->text.len);
	row->text_bytes = (int64_t)b->text.len;
}
