/* Plain text: paragraphs between blank lines, pages between form feeds.
 *
 * A line is a heading when it is underlined with = or -, or stands alone, is
 * short, and is numbered or written in capitals.  Text without blank lines is
 * split where a line ends early or the next is indented. */
#include <string.h>
#include "extract_in.h"
#include "lines_in.h"

#define HEADING_BYTES_MAX 100

struct reader {
	struct document *d;
	struct text para;
	enum block_type type;
	size_t longest;        /* longest line of the paragraph so far */
};

static void
flush(struct reader *r)
{
	if (r->para.len > 0)
		document_block(r->d, r->type, 0, r->para.data, r->para.len);
	text_reset(&r->para);
	r->type = BLOCK_PARA;
	r->longest = 0;
}

static bool
in_capitals(struct line l)
{
	size_t upper = 0, lower = 0;
	for (size_t i = 0; i < l.len; i++) {
		upper += l.s[i] >= 'A' && l.s[i] <= 'Z';
		lower += l.s[i] >= 'a' && l.s[i] <= 'z';
	}
	return upper >= 4 && lower == 0;
}

/* Level of a line that stands between blank lines; 0: no heading. */
static int
heading_level(struct line l)
{
	if (l.len == 0 || l.len > HEADING_BYTES_MAX || strchr(".,;:?!", l.s[l.len - 1]) != NULL)
		return 0;
	static const char *const words[] = { "Chapter ", "CHAPTER ", "Part ", "PART ", "Section ", "Appendix " };
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (l.len > strlen(words[i]) && memcmp(l.s, words[i], strlen(words[i])) == 0)
			return 1;
	int dots = 0;
	size_t at = 0;
	while (at < l.len && ((l.s[at] >= '0' && l.s[at] <= '9') || l.s[at] == '.'))
		dots += l.s[at++] == '.';
	if (at > 0 && dots > 0 && at + 1 < l.len && l.s[at] == ' ' && l.s[0] != '.')
		return dots + (l.s[at - 1] != '.') > 6 ? 6 : dots + (l.s[at - 1] != '.');
	return in_capitals(l) ? 2 : 0;
}

static bool
is_underline(struct line l)
{
	return l.len >= 3 && (l.s[0] == '=' || l.s[0] == '-') && strspn(l.s, l.s[0] == '=' ? "=" : "-") >= l.len;
}

static void
take_line(struct reader *r, struct line raw, struct line next)
{
	struct line l = line_trim(raw);
	if (l.len == 0) {
		flush(r);
		return;
	}
	if (is_underline(l)) {
		if (r->para.len > 0 && r->para.len == r->longest && r->para.len <= HEADING_BYTES_MAX)
			document_block(r->d, BLOCK_HEADING, l.s[0] == '=' ? 1 : 2, r->para.data, r->para.len);
		else
			flush(r);
		text_reset(&r->para);
		r->longest = 0;
		return;
	}
	int level = r->para.len == 0 && line_trim(next).len == 0 ? heading_level(l) : 0;
	if (level > 0) {
		document_block(r->d, BLOCK_HEADING, level, l.s, l.len);
		return;
	}
	size_t mark = line_list_mark(l, NULL);
	bool indented = raw.len > 0 && (raw.s[0] == ' ' || raw.s[0] == '\t');
	if (mark > 0 || (indented && r->type == BLOCK_PARA && r->longest > 0 && l.len + 20 > r->longest))
		flush(r);
	if (mark > 0) {
		r->type = BLOCK_LIST;
		if (line_is_bullet(l))
			l.s += mark, l.len -= mark;
	}
	if (r->para.len > BLOCK_BYTES_LONG)
		flush(r);
	line_join(&r->para, l);
	if (l.len > r->longest)
		r->longest = l.len;
}

enum fault
plain_read(struct document *d, const struct input *in)
{
	struct text t;
	text_init(&t, DOCUMENT_BYTES_MAX * 2);
	encoding_to_utf8(&t, in->data, in->len, NULL);
	struct reader r = { .d = d, .type = BLOCK_PARA };
	text_init(&r.para, BLOCK_BYTES_MAX);
	d->truncated |= t.over;
	document_page(d, NULL);
	struct line l, next;
	size_t at = 0;
	bool more = line_next(&l, t.data, t.len, &at);
	while (more && !document_full(d)) {
		more = line_next(&next, t.data, t.len, &at);
		if (!more)
			next = (struct line){ "", 0 };
		if (l.len > 0 && l.s[0] == '\f') {
			flush(&r);
			document_page(d, NULL);
			l.s++, l.len--;
		}
		take_line(&r, l, next);
		l = next;
	}
	flush(&r);
	text_clear(&r.para);
	text_clear(&t);
	return FAULT_NONE;
}
