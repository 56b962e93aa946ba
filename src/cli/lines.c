/* Text whose lines stand each for itself: a log, a table, the output of a program.
 *
 * The library reads a line break inside a paragraph as a blank, because prose is
 * wrapped.  So between lines that are not wrapped prose goes an empty one.  Wrapped
 * prose fills its lines (what comes next had no room) and goes on in small letters;
 * a paragraph that mostly does neither is taken for lines. */
#include <string.h>
#include "cli_in.h"

static size_t
line_length(const char *s)
{
	return strcspn(s, "\n");
}

/* The paragraph's end: at an empty line, or at the end. */
static const char *
paragraph_end(const char *s)
{
	while (*s && *s != '\n') {
		s += line_length(s);
		s += *s == '\n';
	}
	return s;
}

static bool
goes_on(const char *line)
{
	line += strspn(line, " \t");
	return (*line >= 'a' && *line <= 'z') || (unsigned char)*line >= 0x80;
}

static bool
is_lines(const char *s, const char *end)
{
	size_t breaks = 0, early = 0, small = 0, longest = 0;
	for (const char *l = s; l < end; l += line_length(l) + 1)
		longest = line_length(l) > longest ? line_length(l) : longest;
	for (const char *l = s, *next; (next = l + line_length(l) + 1) < end; l = next) {
		breaks++;
		early += (size_t)(next - l) + strcspn(next, " \t\n") <= longest;
		small += goes_on(next);
	}
	return breaks > 0 && (2 * early > breaks || 2 * small < breaks);
}

/* What would be longer than most stays as it is. */
const char *
lines_apart(struct arena *a, const char *text, size_t most)
{
	struct text t;
	const char *s = text;
	text_init(&t, most);
	while (*s) {
		const char *end = paragraph_end(s);
		bool apart = is_lines(s, end);
		for (const char *l = s; l < end; l += line_length(l) + (l[line_length(l)] == '\n')) {
			text_put_n(&t, l, line_length(l));
			text_put(&t, l[line_length(l)] == '\0' ? "" : apart ? "\n\n" : "\n");
		}
		for (s = end; *s == '\n'; s++)
			text_put_c(&t, '\n');
	}
	const char *out = t.over ? text : arena_strndup(a, t.data ? t.data : "", t.len);
	text_clear(&t);
	return out;
}
