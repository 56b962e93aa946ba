/* Text broken to the width of a terminal, measured in cells by grapheme cluster.
 *
 * A line breaks at a blank, or beside a wide character as Chinese and Japanese do,
 * but not before closing punctuation.  A word longer than the line is cut where the
 * line ends.  Newlines in the text stay.
 */
#include <string.h>
#include "cli_in.h"

/* Characters that must not begin a line in Chinese and Japanese. */
static bool
closes(uint32_t code)
{
	static const uint32_t closing[] = { 0x3001, 0x3002, 0xff0c, 0xff0e, 0xff09, 0x300d, 0x300f,
		0x3011, 0x3015, 0xff01, 0xff1f, 0x30fc, 0xff1a, 0xff1b, 0x3009, 0x300b };
	for (size_t i = 0; i < COUNT_OF(closing); i++)
		if (closing[i] == code)
			return true;
	return false;
}

static uint32_t
code_at(const char *s, size_t len, size_t at)
{
	return at < len ? utf8_next(s, len, &at) : 0;
}

static void
put_blanks(struct text *out, size_t n)
{
	while (n-- > 0)
		text_put_c(out, ' ');
}

/* End of the line that begins at `from` and has room cells: where its text ends,
 * and in *next where the following line begins. */
static size_t
line_end(const char *s, size_t len, size_t from, size_t room, size_t *next)
{
	size_t at = from, cells = 0, cut = 0, resume = 0;
	while (at < len && s[at] != '\n') {
		size_t end = utf8_grapheme_end(s, len, at);
		size_t wide = utf8_width(s + at, end - at);
		bool blank = s[at] == ' ' && end == at + 1;
		if (blank && at > from) {
			cut = at;
			resume = end;
		}
		if (cells + wide > room && !blank) {
			if (!cut)
				cut = resume = at > from ? at : end;
			while (resume < len && s[resume] == ' ')
				resume++;
			*next = resume;
			return cut;
		}
		cells += wide;
		if (wide == 2 && !closes(code_at(s, len, end)) && s[end] != ' ')
			cut = resume = end;
		at = end;
	}
	*next = at < len ? at + 1 : at;
	return at;
}

void
wrap_text(struct text *out, const char *s, size_t width, size_t used, size_t indent)
{
	size_t len = strlen(s), at = 0;
	bool first = true;
	if (indent + 10 > width)
		indent = 0;
	do {
		size_t taken = first ? used : indent;
		size_t room = width > taken ? width - taken : 1, next = len;
		size_t end = line_end(s, len, at, room, &next);
		if (!first) {
			text_put_c(out, '\n');
			if (end > at)
				put_blanks(out, indent);
		}
		while (end > at && s[end - 1] == ' ')
			end--;
		text_put_n(out, s + at, end - at);
		first = false;
		at = next;
	} while (at < len);
}

/* Bytes of the longest beginning of s that fits in room cells. */
static size_t
fitting(const char *s, size_t len, size_t room)
{
	size_t at = 0, used = 0;
	while (at < len) {
		size_t end = utf8_grapheme_end(s, len, at);
		used += utf8_width(s + at, end - at);
		if (used > room)
			break;
		at = end;
	}
	return at;
}

const char *
wrap_column(struct arena *a, const char *s, size_t cells, bool middle)
{
	struct text t;
	text_init(&t, 65536);
	const char *clean = untrusted_line(a, s ? s : "");
	size_t len = strlen(clean), whole = utf8_width(clean, len);
	if (whole <= cells) {
		text_put(&t, clean);
	} else {
		size_t tail_cells = middle ? (cells - 1) / 2 : 0, from = len;
		size_t n = fitting(clean, len, cells - 1 - tail_cells);
		/* the first cluster from which on the rest fits */
		for (size_t at = n; middle && at < len; at = utf8_grapheme_end(clean, len, at))
			if (utf8_width(clean + at, len - at) <= tail_cells) {
				from = at;
				break;
			}
		text_put_n(&t, clean, n);
		text_put(&t, "\u2026");
		text_put_n(&t, clean + from, len - from);
	}
	size_t used = utf8_width(t.data ? t.data : "", t.len);
	while (used++ < cells)
		text_put_c(&t, ' ');
	char *out = arena_strndup(a, t.data ? t.data : "", t.len);
	text_clear(&t);
	return out;
}
