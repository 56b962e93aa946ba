/* Headings from the outline.
 *
 * An outline names a page and a title; the title is looked for among the lines
 * of that page, since the page says more exactly where it stands and how it is
 * written there.  Case, punctuation and numbers differ between the two ("5:
 * Piracy" and "CHAPTER FIVE: Piracy"), so letters are compared, and a chapter's
 * number may stand before them. */
#include <string.h>
#include "pdf_in.h"

#define OUTLINE_MAX 5000
#define OUTLINE_DEPTH_MAX 6
#define TITLE_LINES_MAX 4
#define NUMBER_LETTERS_MAX 24    /* "chapterseventeen" */

static const char *const chapter_words[] = { "chapter", "part", "section", "lesson", "unit", "appendix", "kapitel", "teil" };

/* Letters and digits in lower case, from the first letter on. */
static void
put_plain(struct text *out, const char *s, size_t n)
{
	bool begun = false;
	for (size_t at = 0; at < n;) {
		size_t from = at;
		uint32_t c = utf8_next(s, n, &at);
		bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
		bool other = c >= 0xC0 && c != UTF8_BAD && !(c >= 0x2000 && c <= 0x206F);
		begun |= letter || other;
		if (letter)
			text_put_c(out, (char)(c | 0x20));
		else if (begun && (other || (c >= '0' && c <= '9')))
			text_put_n(out, s + from, at - from);
	}
}

/* Bytes of a chapter word with its digits at the beginning. */
static size_t
chapter_bytes(const char *s, size_t n)
{
	for (size_t i = 0; i < COUNT_OF(chapter_words); i++) {
		size_t k = strlen(chapter_words[i]);
		if (n <= k || memcmp(s, chapter_words[i], k) != 0)
			continue;
		size_t digits = k;
		while (digits < n && s[digits] >= '0' && s[digits] <= '9')
			digits++;
		return digits > k && digits < n ? digits : 0;
	}
	return 0;
}

/* Is have the title, or a chapter's number and the title? */
static bool
is_title(const struct text *have, const char *title, size_t n)
{
	if (have->len < n || memcmp(have->data + have->len - n, title, n) != 0)
		return false;
	size_t before = have->len - n;
	for (size_t i = 0; i < COUNT_OF(chapter_words) && before > 0; i++)
		if (before <= NUMBER_LETTERS_MAX && str_starts(have->data, chapter_words[i]))
			return true;
	return before == 0;
}

/* Mark the lines of p that together are the outline's title. */
static void
mark_title(struct pdf_page *p, const char *title, int level)
{
	struct text want, have;
	text_init(&want, 1000);
	text_init(&have, 4000);
	put_plain(&want, title, strlen(title));
	size_t skip = chapter_bytes(want.data, want.len);
	bool found = want.len - skip < 2;
	for (size_t i = 0; i < p->count && !found; i++) {
		text_reset(&have);
		for (size_t k = i; k < p->count && k < i + TITLE_LINES_MAX && !found; k++) {
			put_plain(&have, p->lines[k].text, p->lines[k].len);
			if (have.len > want.len - skip + NUMBER_LETTERS_MAX)
				break;
			found = is_title(&have, want.data + skip, want.len - skip);
			for (size_t j = i; j <= k && found; j++)
				p->lines[j].level = level;
		}
	}
	text_clear(&want);
	text_clear(&have);
}

static void
read_level(struct pdf *pdf, PopplerDocument *doc, PopplerIndexIter *iter, int depth, int *left)
{
	do {
		PopplerAction *action = poppler_index_iter_get_action(iter);
		if (action != NULL && action->type == POPPLER_ACTION_GOTO_DEST && action->goto_dest.dest != NULL) {
			PopplerDest *dest = action->goto_dest.dest;
			PopplerDest *named = dest->type == POPPLER_DEST_NAMED ? poppler_document_find_dest(doc, dest->named_dest) : NULL;
			int page = named ? named->page_num : dest->page_num;
			if (page >= 1 && (size_t)page <= pdf->page_count && action->any.title != NULL)
				mark_title(&pdf->pages[page - 1], action->any.title, depth);
			if (named != NULL)
				poppler_dest_free(named);
		}
		if (action != NULL)
			poppler_action_free(action);
		PopplerIndexIter *child = depth < OUTLINE_DEPTH_MAX ? poppler_index_iter_get_child(iter) : NULL;
		if (child != NULL) {
			read_level(pdf, doc, child, depth + 1, left);
			poppler_index_iter_free(child);
		}
	} while (--*left > 0 && poppler_index_iter_next(iter));
}

void
pdf_outline(struct pdf *pdf, PopplerDocument *doc)
{
	int left = OUTLINE_MAX;
	PopplerIndexIter *iter = poppler_index_iter_new(doc);
	if (iter == NULL)
		return;
	read_level(pdf, doc, iter, 1, &left);
	poppler_index_iter_free(iter);
}
