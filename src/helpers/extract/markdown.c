/* Markdown as people write notes in it: headings, paragraphs, lists, fences,
 * tables, quotes, front matter.  What the marks mean for structure is kept, the
 * marks themselves go: a citation must read like the text on the page.  Nesting
 * of lists and quotes is flattened, since a passage has no depth. */
#include <string.h>
#include <strings.h>
#include "extract_in.h"
#include "lines_in.h"
#include "markdown_in.h"

struct reader {
	struct document *d;
	struct text para, plain;
	enum block_type type;
	struct line fence;      /* the mark that closes the code; len 0: not in code */
	bool comment, after_blank;
};

static void
flush(struct reader *r)
{
	if (r->para.len > 0) {
		text_reset(&r->plain);
		if (r->type == BLOCK_CODE)
			text_put_n(&r->plain, r->para.data, r->para.len);
		else
			markdown_inline(&r->plain, r->para.data, r->para.len);
		document_block(r->d, r->type, 0, r->plain.data ? r->plain.data : "", r->plain.len);
	}
	text_reset(&r->para);
	r->type = BLOCK_PARA;
}

static void
heading(struct reader *r, int level, const char *s, size_t n)
{
	text_reset(&r->plain);
	markdown_inline(&r->plain, s, n);
	document_block(r->d, BLOCK_HEADING, level, r->plain.data ? r->plain.data : "", r->plain.len);
	if (r->d->title == NULL && level == 1 && r->plain.len > 0)
		document_title(r->d, r->plain.data);
}

static bool
take_fence(struct reader *r, struct line l, struct line raw)
{
	size_t n = 0;
	while (n < l.len && (l.s[0] == '`' || l.s[0] == '~') && l.s[n] == l.s[0])
		n++;
	if (r->fence.len > 0) {
		if (n >= r->fence.len && n == l.len && l.s[0] == r->fence.s[0]) {
			flush(r);
			r->fence.len = 0;
		} else {
			text_put_n(&r->para, raw.s, raw.len);
			text_put_c(&r->para, '\n');
		}
		return true;
	}
	if (n < 3 || (l.s[0] == '`' && memchr(l.s + n, '`', l.len - n) != NULL))
		return false;
	flush(r);
	r->type = BLOCK_CODE;
	r->fence = (struct line){ l.s, n };
	return true;
}

static bool
take_heading(struct reader *r, struct line l)
{
	size_t level = 0;
	while (level < l.len && l.s[level] == '#')
		level++;
	if (level >= 1 && level <= 6 && level < l.len && (l.s[level] == ' ' || l.s[level] == '\t')) {
		flush(r);
		size_t end = l.len;
		while (end > level && l.s[end - 1] == '#')
			end--;
		heading(r, (int)level, l.s + level, (l.s[end - 1] == ' ' ? end : l.len) - level);
		return true;
	}
	bool under = (l.s[0] == '=' && strspn(l.s, "=") >= l.len) || (l.s[0] == '-' && strspn(l.s, "-") >= l.len);
	if (under && r->para.len > 0 && r->type == BLOCK_PARA) {
		heading(r, l.s[0] == '=' ? 1 : 2, r->para.data, r->para.len);
		text_reset(&r->para);
		return true;
	}
	size_t marks = 0;
	for (size_t i = 0; i < l.len; i++)
		marks += l.s[i] == l.s[0] ? 1 : l.s[i] == ' ' ? 0 : l.len;
	if (strchr("-*_=", l.s[0]) != NULL && marks >= 3 && marks <= l.len) {   /* a rule */
		flush(r);
		return true;
	}
	return false;
}

/* |---|:-:| */
static bool
is_table_rule(struct line l)
{
	size_t dashes = 0;
	for (size_t i = 0; i < l.len; i++) {
		if (strchr("|-: ", l.s[i]) == NULL)
			return false;
		dashes += l.s[i] == '-';
	}
	return dashes >= 3;
}

static void
put_row(struct reader *r, struct line l)
{
	text_reset(&r->para);
	for (size_t i = 0; i < l.len; i++) {
		if (l.s[i] == '\\' && i + 1 < l.len && l.s[i + 1] == '|')
			text_put_c(&r->para, l.s[++i]);
		else if (l.s[i] == '|' && i > 0 && i + 1 < l.len)
			text_put(&r->para, " | ");
		else if (l.s[i] != '|')
			text_put_c(&r->para, l.s[i]);
	}
	r->type = BLOCK_TABLE;
	flush(r);
}

static bool
take_row(struct reader *r, struct line l, struct line next)
{
	bool bar = memchr(l.s, '|', l.len) != NULL;
	struct line n = line_trim(next);
	if (r->type == BLOCK_TABLE && r->para.len == 0) {
		if (bar && !is_table_rule(l))
			put_row(r, l);
		if (bar)
			r->type = BLOCK_TABLE;
		else
			r->type = BLOCK_PARA;
		return bar;
	}
	if (!bar || !(l.s[0] == '|' || (is_table_rule(n) && memchr(n.s, '|', n.len) != NULL)))
		return false;
	flush(r);
	put_row(r, l);
	r->type = BLOCK_TABLE;
	return true;
}

static void
take_text(struct reader *r, struct line l, struct line raw)
{
	bool quote = l.s[0] == '>';
	while (l.len > 0 && l.s[0] == '>')
		l = line_trim((struct line){ l.s + 1, l.len - 1 });
	if (quote && l.len == 0) {
		flush(r);
		return;
	}
	size_t mark = line_list_mark(l, NULL);
	if (mark > 0) {
		flush(r);
		r->type = BLOCK_LIST;
		if (line_is_bullet(l))
			l.s += mark, l.len -= mark;
		static const char *const boxes[] = { "[ ] ", "[x] ", "[X] " };
		for (size_t i = 0; i < COUNT_OF(boxes); i++)
			if (l.len > 4 && memcmp(l.s, boxes[i], 4) == 0)
				l.s += 4, l.len -= 4;
	} else if (r->after_blank && r->para.len == 0 && raw.len > 4 &&
			(memcmp(raw.s, "    ", 4) == 0 || raw.s[0] == '\t') && r->type != BLOCK_LIST) {
		r->type = BLOCK_CODE;
	}
	if (r->type == BLOCK_CODE) {
		size_t indent = raw.s[0] == '\t' ? 1 : raw.len >= 4 ? 4 : 0;
		text_put_n(&r->para, raw.s + indent, raw.len - indent);
		text_put_c(&r->para, '\n');
	} else {
		line_join(&r->para, l);
	}
}

/* Comments of HTML may span lines; false when the line is (part of) one. */
static bool
outside_comment(struct reader *r, struct line l)
{
	if (!r->comment && l.len >= 4 && memcmp(l.s, "<!--", 4) == 0)
		r->comment = true;
	else if (!r->comment)
		return true;
	if (memmem(l.s, l.len, "-->", 3) != NULL)
		r->comment = false;
	return false;
}

static void
take_line(struct reader *r, struct line raw, struct line next)
{
	struct line l = line_trim(raw);
	if (r->para.len > BLOCK_BYTES_LONG) {
		enum block_type type = r->type;
		flush(r);
		r->type = type;
	}
	if (take_fence(r, l, raw))
		return;
	if (l.len == 0) {
		flush(r);
		r->after_blank = true;
		return;
	}
	if (outside_comment(r, l) && !take_heading(r, l) && !take_row(r, l, next))
		take_text(r, l, raw);
	r->after_blank = false;
}

/* `key: value` lines between --- and ---; returns where the text begins. */
static size_t
front_matter(struct document *d, const char *s, size_t n)
{
	struct line l;
	size_t at = 0;
	if (!line_next(&l, s, n, &at) || l.len < 3 || memcmp(l.s, "---", 3) != 0 || line_trim(l).len != 3)
		return 0;
	size_t end = at;
	for (int lines = 0; lines < 100 && line_next(&l, s, n, &end); lines++)
		if (line_trim(l).len == 3 && (memcmp(line_trim(l).s, "---", 3) == 0 || memcmp(line_trim(l).s, "...", 3) == 0))
			break;
		else if (lines == 99 || end >= n)
			return 0;
	static const struct { const char *key; void (*set)(struct document *, const char *); } keys[] = {
		{ "title:", document_title }, { "author:", document_author }, { "authors:", document_author },
		{ "lang:", document_language }, { "language:", document_language }
	};
	while (at < end && line_next(&l, s, end, &at))
		for (size_t i = 0; i < COUNT_OF(keys); i++) {
			size_t k = strlen(keys[i].key);
			if (l.len <= k || strncasecmp(l.s, keys[i].key, k) != 0)
				continue;
			struct line v = line_trim((struct line){ l.s + k, l.len - k });
			if (v.len >= 2 && strchr("\"'[", v.s[0]) != NULL)
				v.s++, v.len -= 2;
			char *value = arena_strndup(&d->arena, v.s, v.len);
			keys[i].set(d, value);
		}
	return end;
}

enum fault
markdown_read(struct document *d, const struct input *in)
{
	struct text t;
	text_init(&t, DOCUMENT_BYTES_MAX * 2);
	encoding_to_utf8(&t, in->data, in->len, NULL);
	struct reader r = { .d = d, .type = BLOCK_PARA, .after_blank = true };
	text_init(&r.para, BLOCK_BYTES_MAX);
	text_init(&r.plain, BLOCK_BYTES_MAX);
	d->truncated |= t.over;
	document_page(d, NULL);
	struct line l, next;
	size_t at = front_matter(d, t.data ? t.data : "", t.len);
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
	text_clear(&r.plain);
	text_clear(&t);
	return FAULT_NONE;
}
