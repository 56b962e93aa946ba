/* The document as readers collect it: pages of typed blocks in one arena.
 *
 * Everything a reader adds is cleaned here and nowhere else, so that no format
 * can smuggle a control sequence, an invisible character or a reordering mark
 * into stored text (THREATS T01, T04, T13).  When a limit is reached the rest is
 * dropped and the document is marked truncated: half a book beats none, as long
 * as the person is told. */
#include <string.h>
#include <utf8proc.h>
#include "extract_in.h"

void
document_init(struct document *d)
{
	memset(d, 0, sizeof *d);
	arena_init(&d->arena);
}

void
document_clear(struct document *d)
{
	for (size_t i = 0; i < d->page_count; i++)
		mem_free(d->pages[i].blocks);
	mem_free(d->pages);
	arena_clear(&d->arena);
	memset(d, 0, sizeof *d);
}

bool
document_full(const struct document *d)
{
	return d->full;
}

size_t
document_blocks(const struct document *d)
{
	size_t n = 0;
	for (size_t i = 0; i < d->page_count; i++)
		n += d->pages[i].count;
	return n;
}

bool
document_page(struct document *d, const char *label)
{
	if (d->page_count >= DOCUMENT_PAGES_MAX) {
		d->truncated = d->full = true;
		return false;
	}
	mem_reserve(&d->pages, &d->page_cap, d->page_count + 1, sizeof *d->pages);
	struct page *p = &d->pages[d->page_count++];
	memset(p, 0, sizeof *p);
	p->number = (int)d->page_count;
	if (label != NULL && label[0] != '\0') {
		struct text t;
		text_init(&t, 64);
		clean_text(&t, label, strlen(label), false);
		p->label = arena_strndup(&d->arena, t.data ? t.data : "", t.len);
		text_clear(&t);
	}
	return true;
}

/* Characters that have no place in stored text: they are invisible, reorder
 * what is seen, or are not characters at all. */
static const struct { uint32_t first, last; } dropped[] = {
	{ 0x00AD, 0x00AD }, { 0x034F, 0x034F }, { 0x061C, 0x061C }, { 0x115F, 0x1160 },
	{ 0x17B4, 0x17B5 }, { 0x180B, 0x180F }, { 0x200B, 0x200B }, { 0x200E, 0x200F },
	{ 0x202A, 0x202E }, { 0x2060, 0x206F }, { 0x3164, 0x3164 }, { 0xFE00, 0xFE0E },
	{ 0xFEFF, 0xFEFF }, { 0xFFA0, 0xFFA0 }, { 0xFFF0, 0xFFFB }, { 0xFFFE, 0xFFFF },
	{ 0x1D173, 0x1D17A }, { 0xE0000, 0xE0FFF }
};

static bool
is_dropped(uint32_t c)
{
	if (c < 0x00AD)
		return false;
	for (size_t i = 0; i < COUNT_OF(dropped); i++)
		if (c >= dropped[i].first && c <= dropped[i].last)
			return true;
	return (c & 0xFFFE) == 0xFFFE;
}

static bool
is_space(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x1680 ||
		(c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
		c == 0x205F || c == 0x3000;
}

/* Latin ligatures and Arabic shapes are how it was printed, not what was
 * written. */
static bool
is_shape(uint32_t c)
{
	return (c >= 0xFB00 && c <= 0xFB06) || (c >= 0xFB50 && c <= 0xFDFF && c != 0xFD3E && c != 0xFD3F) ||
		(c >= 0xFE70 && c <= 0xFEFC);
}

static void
put_shape(struct text *out, uint32_t c)
{
	utf8proc_int32_t plain[32];
	int boundary = 0;
	utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)c, plain, COUNT_OF(plain), UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE, &boundary);
	if (n <= 0 || n > (utf8proc_ssize_t)COUNT_OF(plain)) {
		text_put_code(out, c);
		return;
	}
	for (utf8proc_ssize_t i = 0; i < n; i++)
		text_put_code(out, (uint32_t)plain[i]);
}

/* One line: spaces collapsed and trimmed.  Code: lines and indentation kept. */
static bool
put_clean(struct text *out, const char *s, size_t n, bool keep_lines)
{
	bool above_latin = false, space = false;
	for (size_t at = 0; at < n;) {
		unsigned char b = (unsigned char)s[at];
		uint32_t c = b < 0x80 ? (at++, b) : utf8_next(s, n, &at);
		if (c == UTF8_BAD)
			c = 0xFFFD;
		if (keep_lines && (c == '\n' || c == ' ' || c == '\t')) {
			text_put_c(out, (char)c);
			continue;
		}
		if (is_space(c)) {
			space = true;
			continue;
		}
		if (c < 0x20 || (c >= 0x7F && c < 0xA0) || is_dropped(c))
			continue;
		if (space && (out->len > 0 || keep_lines))
			text_put_c(out, ' ');
		space = false;
		above_latin |= c >= 0x300;
		if (c < 0x80)
			text_put_c(out, (char)c);
		else if (is_shape(c))
			put_shape(out, c);
		else
			text_put_code(out, c);
	}
	return above_latin;
}

void
clean_text(struct text *out, const char *s, size_t n, bool keep_lines)
{
	struct text t;
	text_init(&t, out->max);
	bool above_latin = put_clean(&t, s, n, keep_lines);
	utf8proc_uint8_t *composed = NULL;
	if (above_latin)   /* what is below U+0300 is NFC as it stands */
		utf8proc_map((const utf8proc_uint8_t *)t.data, (utf8proc_ssize_t)t.len, &composed, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	/* NFC is longer where a character has no composed form; what fits is kept */
	const char *clean = composed != NULL ? (const char *)composed : t.data;
	size_t len = composed != NULL ? strlen(clean) : t.len, fits = utf8_floor(clean, len, out->max - out->len);
	text_put_n(out, clean, fits);
	out->over |= t.over || fits < len;
	free(composed);
	text_clear(&t);
}

/* What s takes in a frame: the limit is on what goes out. */
static size_t
frame_bytes(const char *s, size_t n)
{
	struct text t;
	text_init(&t, BLOCK_JSON_MAX);
	json_put_string_n(&t, s, n);
	n = t.len + BLOCK_OVERHEAD;
	text_clear(&t);
	return n;
}

void
document_block(struct document *d, enum block_type type, int level, const char *s, size_t n)
{
	if (d->page_count == 0 && !document_page(d, NULL))
		return;
	if (document_full(d))
		return;
	struct text t;
	text_init(&t, BLOCK_BYTES_MAX);
	clean_text(&t, s, n, type == BLOCK_CODE);
	while (t.len > 0 && (t.data[t.len - 1] == '\n' || t.data[t.len - 1] == ' ' || t.data[t.len - 1] == '\t'))
		text_cut(&t, t.len - 1);
	size_t bytes = frame_bytes(t.data, t.len);
	bool fits = d->frame_bytes + bytes <= DOCUMENT_BYTES_MAX / 10 * 9;
	d->truncated |= t.over || !fits;
	d->full |= !fits;
	if (t.len > 0 && fits) {
		struct page *p = &d->pages[d->page_count - 1];
		mem_reserve(&p->blocks, &p->cap, p->count + 1, sizeof *p->blocks);
		p->blocks[p->count++] = (struct block){ type, level, arena_strndup(&d->arena, t.data, t.len) };
		d->frame_bytes += bytes;
	}
	text_clear(&t);
}

/* A cleaned copy of at most FIELD_BYTES_MAX bytes; NULL when nothing is left. */
static char *
clean_field(struct document *d, const char *s, size_t n)
{
	struct text t;
	text_init(&t, FIELD_BYTES_MAX);
	clean_text(&t, s, n, false);
	char *field = t.len > 0 ? arena_strndup(&d->arena, t.data, t.len) : NULL;
	text_clear(&t);
	return field;
}

void
document_title(struct document *d, const char *s)
{
	char *field = s ? clean_field(d, s, strlen(s)) : NULL;
	if (field != NULL)
		d->title = field;
}

void
document_language(struct document *d, const char *s)
{
	char *field = s && strlen(s) <= 35 ? clean_field(d, s, strlen(s)) : NULL;
	if (field != NULL)
		d->language = field;
}

void
document_author(struct document *d, const char *s)
{
	while (s != NULL && *s != '\0' && d->author_count < AUTHORS_MAX) {
		size_t n = strcspn(s, ";");
		char *field = clean_field(d, s, n);
		if (field != NULL)
			d->authors[d->author_count++] = field;
		s += n + (s[n] == ';');
	}
}
