/* PDF by poppler: opening, properties, outline, pages, and the question whether
 * there is readable text at all.
 *
 * The pages are read in order and kept, because running heads and the body's
 * size are only known when all have been seen.  Text that is invisible on paper
 * (render mode 3) is kept: it is how OCR stores what it read, and the documents
 * have no say in what is done with their text. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "pdf_in.h"

#define MISSING_PAGES_MAX 50   /* in a row: the page count is a lie */
#define BAD_PER_CENT_MAX 5

static enum fault
open_document(PopplerDocument **out, const struct input *in)
{
	GError *error = NULL;
	GBytes *bytes = g_bytes_new_static(in->data, in->len);
	PopplerDocument *doc = poppler_document_new_from_bytes(bytes, NULL, &error);
	g_bytes_unref(bytes);
	if (doc != NULL) {
		*out = doc;
		return FAULT_NONE;
	}
	bool locked = g_error_matches(error, POPPLER_ERROR, POPPLER_ERROR_ENCRYPTED);
	g_clear_error(&error);
	if (locked)
		return fault(FAULT_LOCKED, "the PDF is encrypted with a password; save a copy without one");
	return fault(FAULT_DAMAGED, "the PDF is damaged or cut off; get the file again");
}

/* Titles that a program left behind instead of a person. */
static bool
is_title(const char *s)
{
	static const char *const endings[] = {
		".doc", ".docx", ".qxd", ".qxp", ".indd", ".dvi", ".tex", ".pdf", ".ppt", ".pptx", ".rtf", ".txt", ".odt", ".html"
	};
	if (s == NULL || strlen(s) < 3 || strncasecmp(s, "untitled", 8) == 0)
		return false;
	for (size_t i = 0; i < COUNT_OF(endings); i++) {
		size_t n = strlen(s), e = strlen(endings[i]);
		if (n > e && strcasecmp(s + n - e, endings[i]) == 0)
			return false;
	}
	return true;
}

static void
read_properties(struct document *d, PopplerDocument *doc)
{
	char *title = poppler_document_get_title(doc), *author = poppler_document_get_author(doc);
	if (title != NULL && str_starts(title, "Microsoft Word - "))
		memmove(title, title + 17, strlen(title + 17) + 1);
	if (is_title(title))
		document_title(d, title);
	if (author != NULL && strpbrk(author, "\\/:") == NULL)
		document_author(d, author);
	g_free(title);
	g_free(author);
}

/* Without a title in the properties: the largest lines of the first page, when
 * they are larger than the rest. */
static void
title_from_page(struct document *d, const struct pdf_page *p)
{
	double largest = 0, smallest = 1000;
	for (size_t i = 0; i < p->count; i++) {
		if (p->lines[i].chars >= 4)
			largest = fmax(largest, p->lines[i].size);
		smallest = fmin(smallest, p->lines[i].size);
	}
	struct text t;
	text_init(&t, 300);
	bool begun = false;
	for (size_t i = 0; i < p->count && largest > smallest * 1.2; i++) {
		bool large = p->lines[i].size > largest - .5 && p->lines[i].chars >= 2;
		if (begun && !large)
			break;
		if (large) {
			text_put(&t, t.len > 0 ? " " : "");
			text_put_n(&t, p->lines[i].text, p->lines[i].len);
			begun = true;
		}
	}
	if (t.len > 0 && !t.over)
		document_title(d, t.data);
	text_clear(&t);
}

static void
read_labels(struct pdf *pdf, PopplerPage *page, struct pdf_page *p)
{
	char *label = NULL, physical[16];
	g_object_get(page, "label", &label, NULL);
	snprintf(physical, sizeof physical, "%d", p->number);
	if (label != NULL && label[0] != '\0' && !str_same(label, physical) && strlen(label) < 20)
		p->label = arena_strdup(&pdf->arena, label);
	g_free(label);
}

static enum fault
read_pages(struct document *d, struct pdf *pdf, PopplerDocument *doc)
{
	int pages = poppler_document_get_n_pages(doc), missing = 0;
	if (pages > DOCUMENT_PAGES_MAX) {
		pages = DOCUMENT_PAGES_MAX;
		d->truncated = true;
	}
	if (pages <= 0)
		return fault(FAULT_DAMAGED, "the PDF has no pages; get the file again");
	pdf->pages = mem_new_array((size_t)pages, sizeof *pdf->pages);
	pdf->page_count = (size_t)pages;
	for (int i = 0; i < pages; i++) {
		struct pdf_page *p = &pdf->pages[i];
		p->number = i + 1;
		PopplerPage *page = poppler_document_get_page(doc, i);
		missing = page == NULL ? missing + 1 : 0;
		if (missing >= MISSING_PAGES_MAX || (missing > 0 && missing == pages))
			return fault(FAULT_DAMAGED, "the PDF promises %d pages and does not have them; get the file again", poppler_document_get_n_pages(doc));
		if (page != NULL) {
			pdf_lines(p, &pdf->arena, page);
			read_labels(pdf, page, p);
			g_object_unref(page);
		}
		if (i == 0 && d->title == NULL)
			title_from_page(d, p);
		if (d->progress != NULL)
			d->progress(d, i + 1, pages);
	}
	return FAULT_NONE;
}

/* Text that a person could read, and enough of it?  Else it needs OCR. */
static enum fault
check_quality(const struct pdf *pdf)
{
	size_t all = 0, bad = 0;
	for (size_t p = 0; p < pdf->page_count; p++)
		for (size_t i = 0; i < pdf->pages[p].count; i++) {
			const struct pdf_line *l = &pdf->pages[p].lines[i];
			for (size_t at = 0; at < l->len; all++) {
				uint32_t c = utf8_next(l->text, l->len, &at);
				bad += c == UTF8_BAD || c == 0xFFFD || c < 0x20 || (c >= 0x7F && c < 0xA0) ||
					(c >= 0xE000 && c <= 0xF8FF) || c >= 0xF0000;
			}
		}
	if (all == 0 || (pdf->page_count >= 3 && all < 15 * pdf->page_count))
		return fault(FAULT_ABSENT, "the PDF has no readable text: its pages are pictures and need OCR first");
	if (bad * 100 > all * BAD_PER_CENT_MAX)
		return fault(FAULT_ABSENT, "the PDF's text cannot be read: its fonts do not say which letters they show; it needs OCR first");
	return FAULT_NONE;
}

static int
by_size(const void *a, const void *b)
{
	const struct pdf_line *l = *(const struct pdf_line *const *)a, *r = *(const struct pdf_line *const *)b;
	return l->size < r->size ? -1 : l->size > r->size;
}

/* The size of most characters: the heaviest run of equal sizes. */
static double
body_size(const struct pdf *pdf)
{
	size_t n = 0, lines = 0;
	for (size_t p = 0; p < pdf->page_count; p++)
		lines += pdf->pages[p].count;
	const struct pdf_line **sorted = mem_new_array(lines + 1, sizeof *sorted);
	for (size_t p = 0; p < pdf->page_count; p++)
		for (size_t i = 0; i < pdf->pages[p].count; i++)
			sorted[n++] = &pdf->pages[p].lines[i];
	qsort(sorted, n, sizeof *sorted, by_size);
	double best = 10;
	size_t most = 0;
	for (size_t i = 0, end; i < n; i = end) {
		size_t chars = 0;
		for (end = i; end < n && sorted[end]->size - sorted[i]->size < .3; end++)
			chars += sorted[end]->chars;
		if (chars > most) {
			most = chars;
			best = sorted[i]->size;
		}
	}
	mem_free(sorted);
	return best;
}

static void
clear_pdf(struct pdf *pdf)
{
	for (size_t i = 0; i < pdf->page_count; i++)
		mem_free(pdf->pages[i].lines);
	mem_free(pdf->pages);
	words_free(pdf->words);
	arena_clear(&pdf->arena);
}

enum fault
pdf_read(struct document *d, const struct input *in)
{
	PopplerDocument *doc = NULL;
	enum fault f = open_document(&doc, in);
	if (f != FAULT_NONE)
		return f;
	struct pdf pdf = { .words = words_new() };
	arena_init(&pdf.arena);
	read_properties(d, doc);
	f = read_pages(d, &pdf, doc);
	if (f == FAULT_NONE)
		f = check_quality(&pdf);
	if (f == FAULT_NONE) {
		pdf_outline(&pdf, doc);
		pdf.body_size = body_size(&pdf);
		pdf_heads(&pdf);
		pdf_blocks(d, &pdf);
	}
	clear_pdf(&pdf);
	g_object_unref(doc);
	return f;
}
