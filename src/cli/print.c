/* The only way out: everything a verb says passes here, whoever wrote it.
 *
 * out_put() and err_note() sanitise the whole text each time, so no caller can forget to;
 * colours are added behind the sanitiser.  A reader that went away (a closed pipe)
 * ends the printing and nothing else.  print_end() says when a disk was full.
 */
#include <ctype.h>
#include <errno.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "cli_in.h"

#define SAY_MAX ((size_t)1 << 30)     /* a page or an export may be large */
#define WIDTH_LEAST 20

static const char *const paint_codes[] = {
	[PAINT_BOLD] = "1", [PAINT_DIM] = "2", [PAINT_GOOD] = "32",
	[PAINT_WARN] = "33", [PAINT_BAD] = "31", [PAINT_CITE] = "36",
};

static size_t
terminal_width(void)
{
	struct winsize ws;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_col >= WIDTH_LEAST)
		return ws.ws_col;
	const char *columns = getenv("COLUMNS");
	long n = columns ? strtol(columns, NULL, 10) : 0;
	return n >= WIDTH_LEAST && n < 1000 ? (size_t)n : 80;
}

void
print_resized(struct cli *c)
{
	c->width = c->out_terminal ? terminal_width() : 0;
}

void
print_init(struct cli *c)
{
	const char *when = option_text(&c->args, "color"), *term = getenv("TERM"),
		   *no = getenv("NO_COLOR");
	bool dumb = !term || !*term || str_same(term, "dumb");
	bool allowed = !(no && *no) && !dumb && !option_given(&c->args, "plain");
	c->json = option_given(&c->args, "json");
	c->out_terminal = isatty(STDOUT_FILENO);
	c->err_terminal = isatty(STDERR_FILENO);
	c->utf8 = str_same(nl_langinfo(CODESET), "UTF-8");
	c->colour = str_same(when, "always") ||
		    (!str_same(when, "never") && allowed && c->out_terminal);
	c->err_colour = str_same(when, "always") ||
			(!str_same(when, "never") && allowed && c->err_terminal);
	c->progress = option_given(&c->args, "progress") || (c->err_terminal && !c->json && !dumb);
	print_resized(c);
	if (option_given(&c->args, "plain") && !option_given(&c->args, "progress"))
		c->progress = false;
}

/* A terminal that does not read UTF-8 gets a question mark for what it cannot show. */
static void
to_ascii(struct text *out, const char *s, size_t len)
{
	for (size_t at = 0; at < len;) {
		uint32_t code = utf8_next(s, len, &at);
		if (code < 0x80)
			text_put_c(out, (char)code);
		else if (code == 0xb7 || code == 0x2014 || code == 0x2013)
			text_put_c(out, '-');
		else if (code == 0x2026)
			text_put(out, "...");
		else
			text_put_c(out, code == 0x2019 || code == 0x2018   ? '\''
					: code == 0x201c || code == 0x201d ? '"'
									   : '?');
	}
}

static void
write_out(struct cli *c, const char *s, size_t len)
{
	if (c->out_broken || len == 0)
		return;
	if (fwrite(s, 1, len, stdout) != len) {
		c->out_broken = true;
		c->out_errno = errno;
	}
}

static void
painted(struct cli *c, FILE *to, bool colour, enum paint paint, const char *s, size_t len)
{
	struct text clean, shown;
	text_init(&clean, SAY_MAX);
	text_init(&shown, SAY_MAX);
	untrusted_text(&clean, s, len, 0);
	bool terminal = to == stdout ? c->out_terminal : c->err_terminal;
	colour = colour && paint != PAINT_NONE;
	if (colour)
		text_printf(&shown, "\033[%sm", paint_codes[paint]);
	if (terminal && !c->utf8)
		to_ascii(&shown, clean.data ? clean.data : "", clean.len);
	else
		text_put_n(&shown, clean.data ? clean.data : "", clean.len);
	if (colour)
		text_put(&shown, "\033[0m");
	if (to == stdout)
		write_out(c, shown.data, shown.len);
	else
		(void)!fwrite(shown.data, 1, shown.len, to);
	text_clear(&clean);
	text_clear(&shown);
}

void
out_put(struct cli *c, enum paint paint, const char *s)
{
	if (s && *s)
		painted(c, stdout, c->colour, paint, s, strlen(s));
}

void
out_putf(struct cli *c, enum paint paint, const char *fmt, ...)
{
	struct text t;
	text_init(&t, SAY_MAX);
	va_list ap;
	va_start(ap, fmt);
	text_vprintf(&t, fmt, ap);
	va_end(ap);
	out_put(c, paint, t.data);
	text_clear(&t);
}

void
out_wrapped(struct cli *c, enum paint paint, const char *first, size_t indent, const char *s)
{
	out_row(c, PAINT_NONE, first, indent, paint, s);
}

/* s sanitised and broken to the terminal behind a head that is sanitised already. */
static void
lines_of(struct text *lines, const struct cli *c, const char *head, size_t indent, const char *s)
{
	struct text clean;
	text_init(&clean, SAY_MAX);
	untrusted_text(&clean, s, strlen(s), 0);
	const char *body = clean.len ? clean.data : "";
	if (c->width)
		wrap_text(lines, body, c->width, utf8_width(head, strlen(head)), indent);
	else
		text_put(lines, body);
	text_clear(&clean);
}

void
out_row(struct cli *c, enum paint head_paint, const char *first, size_t indent, enum paint paint,
	const char *s)
{
	struct text head, lines;
	text_init(&head, SAY_MAX);
	text_init(&lines, SAY_MAX);
	untrusted_text(&head, first, strlen(first), UNTRUSTED_LINE);
	lines_of(&lines, c, head.len ? head.data : "", indent, s);
	out_put(c, head_paint, head.data);
	out_put(c, paint, lines.data);
	out_put(c, PAINT_NONE, "\n");
	text_clear(&head);
	text_clear(&lines);
}

/* Bytes of the word of the list that stands whole at s[at]; 0: none does. */
static size_t
word_at(const char *s, size_t at, const struct text_list *words)
{
	if (at > 0 && (isalnum((unsigned char)s[at]) && isalnum((unsigned char)s[at - 1])))
		return 0;
	for (size_t i = 0; i < words->count; i++) {
		size_t n = strlen(words->items[i]);
		if (n && strncmp(s + at, words->items[i], n) == 0 &&
			!(isalnum((unsigned char)s[at + n]) &&
				isalnum((unsigned char)s[at + n - 1])))
			return n;
	}
	return 0;
}

void
out_highlighted(struct cli *c, size_t indent, const char *s, const struct text_list *words)
{
	char blanks[32];
	struct text lines;
	text_init(&lines, SAY_MAX);
	snprintf(blanks, sizeof blanks, "%*s", (int)indent, "");
	lines_of(&lines, c, blanks, indent, s);
	out_put(c, PAINT_NONE, blanks);
	size_t from = 0;
	for (size_t at = 0; at < lines.len && c->colour;) {
		size_t n = word_at(lines.data, at, words);
		if (!n) {
			at++;
			continue;
		}
		const char before = lines.data[at], after = lines.data[at + n];
		lines.data[at] = '\0';
		out_put(c, PAINT_NONE, lines.data + from);
		lines.data[at] = before;
		lines.data[at + n] = '\0';
		out_put(c, PAINT_BOLD, lines.data + at);
		lines.data[at + n] = after;
		from = at += n;
	}
	out_put(c, PAINT_NONE, lines.len ? lines.data + from : "");
	out_put(c, PAINT_NONE, "\n");
	text_clear(&lines);
}

void
err_note(struct cli *c, enum paint paint, const char *s)
{
	if (c->json || !s || !*s)
		return;
	err_progress_end(c);
	fflush(stdout);
	if (!c->width || !c->err_terminal) {
		painted(c, stderr, c->err_colour, paint, s, strlen(s));
		return;
	}
	struct text clean, lines;
	text_init(&clean, SAY_MAX);
	text_init(&lines, SAY_MAX);
	size_t indent = str_starts(s, "stoa: ") ? 6 : strspn(s, " ");
	untrusted_text(&clean, s, strlen(s), 0);
	wrap_text(&lines, clean.data, c->width, 0, indent);
	if (str_ends(s, "\n"))
		text_put_c(&lines, '\n');
	painted(c, stderr, c->err_colour, paint, lines.data ? lines.data : "", lines.len);
	text_clear(&clean);
	text_clear(&lines);
}

void
err_notef(struct cli *c, enum paint paint, const char *fmt, ...)
{
	struct text t;
	text_init(&t, SAY_MAX);
	va_list ap;
	va_start(ap, fmt);
	text_vprintf(&t, fmt, ap);
	va_end(ap);
	err_note(c, paint, t.data);
	text_clear(&t);
}

/* Code points a terminal might obey, hide or use to reorder what is shown. */
static bool
harmful(uint32_t code)
{
	return code == 0x7f || (code >= 0x80 && code < 0xa0) || code == 0xad || code == 0x61c ||
	       (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2060 && code <= 0x206f) || code == 0xfeff || code == 0x115f ||
	       code == 0x1160 || code == 0x3164 || code == 0xffa0 ||
	       (code >= 0xe0000 && code < 0xe1000);
}

void
out_json_harmless(struct text *out, const char *s, size_t len)
{
	size_t from = 0, at = 0;
	while (at < len) {
		size_t start = at;
		uint32_t code = utf8_next(s, len, &at);
		if (!harmful(code))
			continue;
		text_put_n(out, s + from, start - from);
		if (code > 0xffff)
			text_printf(out, "\\u%04x\\u%04x",
				(unsigned)(0xd800 + ((code - 0x10000) >> 10)),
				(unsigned)(0xdc00 + ((code - 0x10000) & 0x3ff)));
		else
			text_printf(out, "\\u%04x", (unsigned)code);
		from = at;
	}
	text_put_n(out, s + from, len - from);
}

void
out_json(struct cli *c, const struct text *json)
{
	struct text safe;
	text_init(&safe, json->len * 6 + 64);
	out_json_harmless(&safe, json->data, json->len);
	text_put_c(&safe, '\n');
	write_out(c, safe.data, safe.len);
	text_clear(&safe);
	fflush(stdout);
}

void
out_record(struct cli *c, const struct record_type *type, const void *record)
{
	struct text json;
	text_init(&json, SAY_MAX);
	record_to_json(&json, type, record);
	out_json(c, &json);
	text_clear(&json);
}

void
err_progress(struct cli *c, const char *fmt, ...)
{
	if (!c->progress)
		return;
	struct text t, clean;
	text_init(&t, 4096);
	text_init(&clean, 16384);
	va_list ap;
	va_start(ap, fmt);
	text_vprintf(&t, fmt, ap);
	va_end(ap);
	untrusted_text(&clean, t.data ? t.data : "", t.len, UNTRUSTED_LINE);
	if (c->err_terminal) {
		size_t room = (c->width ? c->width : 80) - 1, at = 0, cells = 0;
		while (at < clean.len) {
			size_t end = utf8_grapheme_end(clean.data, clean.len, at);
			cells += utf8_width(clean.data + at, end - at);
			if (cells > room)
				break;
			at = end;
		}
		fprintf(stderr, "\r%.*s\033[K", (int)at, clean.len ? clean.data : "");
		fflush(stderr);
		c->progress_shown = true;
	} else {
		fprintf(stderr, "%s\n", clean.len ? clean.data : "");
	}
	text_clear(&t);
	text_clear(&clean);
}

void
err_progress_end(struct cli *c)
{
	if (!c->progress_shown)
		return;
	c->progress_shown = false;
	fputs("\r\033[K", stderr);
	fflush(stderr);
}

enum fault
print_end(struct cli *c)
{
	err_progress_end(c);
	if (!c->out_broken && (fflush(stdout) != 0 || ferror(stdout))) {
		c->out_broken = true;
		c->out_errno = errno;
	}
	if (c->out_broken && c->out_errno != EPIPE) {
		errno = c->out_errno;
		return fault_errno("standard output could not be written");
	}
	return FAULT_NONE;
}

int
print_fault(struct cli *c, enum fault f)
{
	if (f == FAULT_NONE)
		return 0;
	char *sentence = arena_strdup(&c->arena, fault_sentence());
	err_progress_end(c);
	fflush(stdout);
	if (c->json) {
		struct text t, safe;
		text_init(&t, 65536);
		text_init(&safe, 65536 * 6);
		text_printf(&t, "{\"error\":{\"code\":\"%s\",\"message\":", fault_code(f));
		json_put_string(&t, sentence);
		text_put(&t, "}}");
		out_json_harmless(&safe, t.data, t.len);
		fprintf(stderr, "%s\n", safe.data);
		text_clear(&t);
		text_clear(&safe);
	} else {
		painted(c, stderr, c->err_colour, PAINT_BAD, "stoa: ", 6);
		painted(c, stderr, false, PAINT_NONE, sentence, strlen(sentence));
		fputc('\n', stderr);
	}
	return fault_exit_status(f);
}
