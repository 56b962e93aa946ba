/* A stored text while it is made: cleaned blocks one behind the other.
 *
 * Blocks are parted by a blank line, a heading is a line of its own.  Beside the
 * bytes grow two tables in the order of the bytes: where each page begins, and
 * each heading with the path of headings above it.  So any byte range knows its
 * page, printed label, chapter and path by two binary searches and the text
 * itself stays plain.  A paragraph that runs over a page break is joined, for a
 * sentence cut in two could never be quoted.
 */
#include <string.h>
#include <utf8proc.h>
#include "document_in.h"

#define HEADING_BYTES 200
#define PATH_BYTES 600
#define LABEL_BYTES 24
#define BLOCKS_MAX 2000000u

void
body_init(struct body *b)
{
	memset(b, 0, sizeof *b);
	text_init(&b->text, BODY_BYTES_MAX);
	text_init(&b->scratch, FRAME_BYTES_MAX * 4);
	arena_init(&b->arena);
	b->format = b->title = b->language = "";
}

void
body_clear(struct body *b)
{
	text_clear(&b->text);
	text_clear(&b->scratch);
	arena_clear(&b->arena);
	mem_free(b->blocks);
	mem_free(b->pages);
	mem_free(b->headings);
	memset(b, 0, sizeof *b);
}

enum fault
body_page(struct body *b, int64_t page, const char *label)
{
	int64_t last = b->page_count > 0 ? b->pages[b->page_count - 1].page : 0;

	if (page == last && last > 0)
		return FAULT_NONE;
	if (page <= last)
		return fault(FAULT_DAMAGED, "page %lld comes after page %lld", (long long)page, (long long)last);
	if (page > BODY_PAGES_MAX)
		return fault(FAULT_LIMIT, "the document has more than %d pages", BODY_PAGES_MAX);

	text_reset(&b->scratch);
	if (label != NULL)
		untrusted_text(&b->scratch, label, strlen(label), UNTRUSTED_STRIP | UNTRUSTED_LINE);
	text_cut(&b->scratch, utf8_floor(b->scratch.data, b->scratch.len, LABEL_BYTES));
	mem_reserve(&b->pages, &b->page_cap, b->page_count + 1, sizeof *b->pages);
	b->pages[b->page_count++] = (struct body_page){ page, b->text.len,
		arena_strndup(&b->arena, b->scratch.len > 0 ? b->scratch.data : "", b->scratch.len) };
	b->page_fresh = true;
	return FAULT_NONE;
}

size_t
body_page_at(const struct body *b, size_t at)
{
	size_t low = 0, high = b->page_count;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (b->pages[mid].start <= at)
			low = mid;
		else
			high = mid;
	}
	return low;
}

/* ---- cleaning ----------------------------------------------------------- */

void
line_squeeze(struct text *t)
{
	size_t to = 0;

	for (size_t i = 0; i < t->len; i++) {
		bool space = t->data[i] == ' ' || t->data[i] == '\n' || t->data[i] == '\t';

		if (space && (to == 0 || t->data[to - 1] == ' '))
			continue;
		t->data[to++] = space ? ' ' : t->data[i];
	}
	while (to > 0 && t->data[to - 1] == ' ')
		to--;
	text_cut(t, to);
}

/* Lines keep their indentation and lose what trails; blank lines go. In place. */
static void
squeeze_lines(struct text *t)
{
	size_t to = 0;

	for (size_t i = 0; i < t->len; i++) {
		if (t->data[i] == '\n') {
			while (to > 0 && (t->data[to - 1] == ' ' || t->data[to - 1] == '\t'))
				to--;
			if (to == 0 || t->data[to - 1] == '\n')
				continue;
		}
		t->data[to++] = t->data[i];
	}
	while (to > 0 && strchr(" \t\n", t->data[to - 1]) != NULL)
		to--;
	text_cut(t, to);
}

static bool
is_line_block(enum block_type type)
{
	return type == BLOCK_PARA || type == BLOCK_HEADING || type == BLOCK_CAPTION;
}

/* ---- paragraphs over a page break ------------------------------------------ */

static uint32_t
last_code(const char *s, size_t len)
{
	size_t at = len;

	if (len == 0)
		return 0;
	do
		at--;
	while (at > 0 && ((unsigned char)s[at] & 0xC0) == 0x80);
	return utf8_next(s, len, &at);
}

static bool
is_cjk(uint32_t c)
{
	return (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF);
}

/* How the new paragraph goes on with the last block: 0 it does not, ' ' with a
 * space, '-' over a hyphen, 'c' without anything (Chinese, Japanese). */
static char
joint(const struct body *b, const char *s, size_t len)
{
	const struct block *last = b->block_count > 0 ? &b->blocks[b->block_count - 1] : NULL;
	uint32_t before, after;
	size_t at = 0;

	if (last == NULL || last->type != BLOCK_PARA || b->page_count < 2 || !b->page_fresh)
		return 0;
	if (b->pages[b->page_count - 1].page != b->pages[b->page_count - 2].page + 1)
		return 0;
	before = last_code(b->text.data, b->text.len);
	after = utf8_next(s, len, &at);
	if (is_cjk(before) && is_cjk(after) && last->end - last->start >= 120)
		return 'c';
	if (utf8proc_category((utf8proc_int32_t)after) != UTF8PROC_CATEGORY_LL)
		return 0;
	if (before == '-' || before == 0x2010)
		return '-';
	return before != 0 && before < 0x80 && strchr(".!?:;\"", (int)before) != NULL ? 0 : ' ';
}

static void
join_block(struct body *b, char how, const char *s, size_t len)
{
	struct block *last = &b->blocks[b->block_count - 1];

	if (how == '-')
		text_cut(&b->text, b->text.len - (b->text.data[b->text.len - 1] == '-' ? 1 : 3));
	if (how == ' ')
		text_put_c(&b->text, ' ');
	b->pages[b->page_count - 1].start = b->text.len;
	for (size_t i = b->page_count - 1; i-- > 0 && b->pages[i].start > b->text.len;)
		b->pages[i].start = b->text.len;      /* empty pages in between */
	text_put_n(&b->text, s, len);
	last->end = b->text.len;
}

/* ---- headings ------------------------------------------------------------------ */

static const char *
heading_path(struct body *b, int level, const char *name)
{
	const char *above = NULL;

	for (int i = level - 2; i >= 0 && above == NULL; i--)
		if (b->outline[i] > 0)
			above = b->headings[b->outline[i] - 1].path;
	if (above == NULL)
		return arena_strdup(&b->arena, name);

	char *path = arena_printf(&b->arena, "%s > %s", above, name);

	path[utf8_floor(path, strlen(path), PATH_BYTES)] = '\0';
	return path;
}

static void
heading_put(struct body *b, int level, size_t start, size_t end)
{
	size_t shown = utf8_floor(b->text.data + start, end - start, HEADING_BYTES);
	const char *name = arena_strndup(&b->arena, b->text.data + start, shown);
	const char *path, *chapter = name;

	level = level < 1 ? 1 : level > 6 ? 6 : level;
	path = heading_path(b, level, name);
	for (int i = 0; i < level - 1; i++)
		if (b->outline[i] > 0) {
			chapter = b->headings[b->outline[i] - 1].chapter;
			break;
		}
	for (int i = level - 1; i < 6; i++)
		b->outline[i] = 0;
	mem_reserve(&b->headings, &b->heading_cap, b->heading_count + 1, sizeof *b->headings);
	b->headings[b->heading_count++] = (struct body_heading){ start, end, level,
		b->page_count > 0 ? b->pages[b->page_count - 1].page : 0, path, chapter };
	b->outline[level - 1] = b->heading_count;
}

/* ---- blocks ------------------------------------------------------------------------ */

static void
block_put(struct body *b, enum block_type type, int level)
{
	size_t start;

	if (b->text.len > 0)
		text_put(&b->text, "\n\n");
	start = b->text.len;
	text_put_n(&b->text, b->scratch.data, b->scratch.len);
	if (b->page_fresh && b->page_count > 0)
		b->pages[b->page_count - 1].start = start;
	mem_reserve(&b->blocks, &b->block_cap, b->block_count + 1, sizeof *b->blocks);
	b->blocks[b->block_count++] = (struct block){ start, b->text.len, type };
	if (type == BLOCK_HEADING)
		heading_put(b, level, start, b->text.len);
}

enum fault
body_block(struct body *b, enum block_type type, int level, const char *s, size_t len)
{
	char how;

	text_reset(&b->scratch);
	untrusted_text(&b->scratch, s, len, UNTRUSTED_STRIP | (is_line_block(type) ? UNTRUSTED_LINE : 0));
	if (b->scratch.len == 0)
		return FAULT_NONE;
	if (is_line_block(type))
		line_squeeze(&b->scratch);
	else
		squeeze_lines(&b->scratch);
	if (b->scratch.len == 0)
		return FAULT_NONE;
	if (b->block_count >= BLOCKS_MAX)
		return fault(FAULT_LIMIT, "the document has more than %u paragraphs", BLOCKS_MAX);

	how = type == BLOCK_PARA ? joint(b, b->scratch.data, b->scratch.len) : 0;
	if (how != 0)
		join_block(b, how, b->scratch.data, b->scratch.len);
	else
		block_put(b, type, level);
	b->page_fresh = false;
	if (b->text.over)
		return fault(FAULT_LIMIT, "the text of the document is longer than %zu MB", BODY_BYTES_MAX / 1000000);
	return FAULT_NONE;
}

/* ---- plain text ------------------------------------------------------------------- */

static int
mark_level(const char *s, size_t len)
{
	int level = 0;

	while ((size_t)level < len && s[level] == '#')
		level++;
	return level >= 1 && level <= 6 && (size_t)level < len && s[level] == ' ' ? level : 0;
}

/* Lines without a blank one between: headings, and what stands between them. */
static enum fault
plain_block(struct body *b, const char *s, size_t len)
{
	enum fault f = FAULT_NONE;
	size_t start = 0;

	for (size_t at = 0; at < len && f == FAULT_NONE;) {
		const char *newline = memchr(s + at, '\n', len - at);
		size_t next = newline != NULL ? (size_t)(newline + 1 - s) : len;
		int level = mark_level(s + at, next - at);

		if (level > 0 && at > start)
			f = body_block(b, BLOCK_PARA, 0, s + start, at - start);
		if (level > 0 && f == FAULT_NONE)
			f = body_block(b, BLOCK_HEADING, level, s + at + level, next - at - (size_t)level);
		if (level > 0)
			start = next;
		at = next;
	}
	return f == FAULT_NONE && len > start ? body_block(b, BLOCK_PARA, 0, s + start, len - start) : f;
}

enum fault
body_plain(struct body *b, const char *s, size_t len)
{
	enum fault f = body_page(b, 1, "");
	size_t start = 0;

	for (size_t i = 0; i <= len && f == FAULT_NONE; i++) {
		size_t next = i + 1;

		if (i < len && s[i] != '\n')
			continue;
		while (next < len && (s[next] == ' ' || s[next] == '\t' || s[next] == '\r'))
			next++;
		if (i < len && next < len && s[next] != '\n')
			continue;
		if (i > start)
			f = plain_block(b, s + start, i - start);
		start = i + 1;
	}
	return f;
}
