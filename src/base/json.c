/* JSON, strictly: a scan of our own for the grammar, then json-c for the tree.
 *
 * json-c's strict mode still takes NaN, -01, raw line breaks in strings and
 * keys that come twice.  So the bytes are walked once against RFC 8259 before
 * it sees them: UTF-8, depth, numbers that fit, no NUL, no lone surrogate.
 * Keys that come twice are found by counting: json-c keeps only the last one,
 * so its tree has fewer members than the text had.  A tree is far larger than its
 * text (an empty object of two bytes is near 800): what it will weigh is summed up
 * in the same walk, so that a flood of empty values is refused before it is built. */
#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base_in.h"

/* In units of 64 bytes or so, as json-c needs them. */
#define WEIGHT_VALUE 1
#define WEIGHT_KEY 1
#define WEIGHT_ARRAY 4
#define WEIGHT_OBJECT 12
#define WEIGHT_FREE 4096          /* of a small text, however dense */
#define RUN_BYTES 128             /* of a string, looked at and copied at once */

struct scan {
	const char *s;
	size_t len, at;
	size_t members, weight;
	const char *why; /* NULL: all is well so far */
	bool over;       /* it is not wrong, but too much */
};

static bool
wrong(struct scan *p, const char *why)
{
	if (p->why == NULL)
		p->why = why;
	return false;
}

static int
peek(const struct scan *p)
{
	return p->at < p->len ? (unsigned char)p->s[p->at] : -1;
}

static bool
eat(struct scan *p, char c)
{
	if (peek(p) != (unsigned char)c)
		return false;
	p->at++;
	return true;
}

static void
space(struct scan *p)
{
	while (eat(p, ' ') || eat(p, '\n') || eat(p, '\t') || eat(p, '\r'))
		;
}

/* Four hex digits behind \u; -1: not. */
static long
hex4(struct scan *p)
{
	long value = 0;
	for (int i = 0; i < 4; i++, p->at++) {
		int c = peek(p);
		int digit = c >= '0' && c <= '9'   ? c - '0'
			    : c >= 'a' && c <= 'f' ? c - 'a' + 10
			    : c >= 'A' && c <= 'F' ? c - 'A' + 10
						   : -1;
		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

static bool
escape(struct scan *p)
{
	int c = peek(p);
	if (c < 0 || strchr("\"\\/bfnrtu", c) == NULL || c == '\0')
		return wrong(p, "a wrong escape");
	p->at++;
	if (c != 'u')
		return true;
	long unit = hex4(p);
	if (unit < 0)
		return wrong(p, "a wrong \\u escape");
	if (unit == 0)
		return wrong(p, "a NUL in a string");
	if (unit >= 0xDC00 && unit < 0xE000)
		return wrong(p, "a lone surrogate");
	if (unit < 0xD800 || unit >= 0xDC00)
		return true;
	long low = eat(p, '\\') && eat(p, 'u') ? hex4(p) : -1;
	return (low >= 0xDC00 && low < 0xE000) || wrong(p, "a lone surrogate");
}

static bool
string(struct scan *p)
{
	if (!eat(p, '"'))
		return wrong(p, "no string where one must be");
	for (;;) {
		int c = peek(p);
		if (c < 0)
			return wrong(p, "a string without an end");
		if (c < 0x20)
			return wrong(p, "a control character in a string");
		if (c >= 0x80) {
			if (utf8_next(p->s, p->len, &p->at) == UTF8_BAD)
				return wrong(p, "bytes that are not UTF-8");
			continue;
		}
		p->at++;
		if (c == '"')
			return true;
		if (c == '\\' && !escape(p))
			return false;
	}
}

static bool
digit_run(struct scan *p)
{
	size_t from = p->at;
	while (peek(p) >= '0' && peek(p) <= '9')
		p->at++;
	return p->at > from;
}

static bool
number(struct scan *p)
{
	size_t from = p->at;
	bool real = false;
	eat(p, '-');
	if (!eat(p, '0') && !digit_run(p))
		return wrong(p, "something that is no value");
	if (eat(p, '.')) {
		real = true;
		if (!digit_run(p))
			return wrong(p, "a number without digits behind the point");
	}
	if (eat(p, 'e') || eat(p, 'E')) {
		real = true;
		if (!eat(p, '+'))
			eat(p, '-');
		if (!digit_run(p))
			return wrong(p, "a number without an exponent");
	}
	if (real || p->at - from < 19)
		return true; /* whether a real fits is looked at in the tree */
	char digits[24];
	if (p->at - from >= sizeof digits)
		return wrong(p, "a number that is too large");
	memcpy(digits, p->s + from, p->at - from);
	digits[p->at - from] = '\0';
	errno = 0;
	(void)strtoll(digits, NULL, 10);
	return errno == 0 || wrong(p, "a number that is too large");
}

static bool
word(struct scan *p, const char *w)
{
	size_t n = strlen(w);
	if (p->len - p->at < n || memcmp(p->s + p->at, w, n) != 0)
		return wrong(p, "something that is no value");
	p->at += n;
	return true;
}

static bool
too_much(struct scan *p, const char *what)
{
	p->over |= p->why == NULL;
	return wrong(p, what);
}

static bool value(struct scan *p, int depth);

static bool
array(struct scan *p, int depth)
{
	space(p);
	if (eat(p, ']'))
		return true;
	do {
		if (!value(p, depth))
			return false;
	} while (eat(p, ','));
	return eat(p, ']') || wrong(p, "no ',' or ']' behind an element");
}

static bool
object(struct scan *p, int depth)
{
	size_t own = 0;
	space(p);
	if (eat(p, '}'))
		return true;
	do {
		space(p);
		if (!string(p))
			return false;
		space(p);
		if (!eat(p, ':'))
			return wrong(p, "no ':' behind a key");
		if (!value(p, depth))
			return false;
		p->members++;
		own++;
		p->weight += WEIGHT_KEY;
		if (own > JSON_KEYS)
			return too_much(p, "more keys in an object than are read");
	} while (eat(p, ','));
	return eat(p, '}') || wrong(p, "no ',' or '}' behind a member");
}

/* One value with the space around it. */
static bool
value(struct scan *p, int depth)
{
	bool ok;
	space(p);
	int c = peek(p);
	if ((c == '{' || c == '[') && depth >= JSON_DEPTH)
		return wrong(p, "more than 32 levels");
	if (c < 0)
		return wrong(p, "an end where a value must be");
	p->weight += c == '{' ? WEIGHT_OBJECT : c == '[' ? WEIGHT_ARRAY : WEIGHT_VALUE;
	if (p->weight > JSON_WEIGHT || p->weight > WEIGHT_FREE + p->len)
		return too_much(p, "more values than are read");
	if (c == '{' || c == '[') {
		p->at++;
		ok = c == '{' ? object(p, depth + 1) : array(p, depth + 1);
	} else if (c == '"')
		ok = string(p);
	else if (c == 't' || c == 'f' || c == 'n')
		ok = word(p, c == 't' ? "true" : c == 'f' ? "false" : "null");
	else
		ok = number(p);
	space(p);
	return ok;
}

/* Members below o, and whether every real number is one. */
static size_t
count_members(json_object *o, bool *finite)
{
	size_t n = 0;
	if (json_object_is_type(o, json_type_object)) {
		json_object_object_foreach(o, key, member)
		{
			(void)key;
			n += 1 + count_members(member, finite);
		}
	} else if (json_object_is_type(o, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(o); i++)
			n += count_members(json_object_array_get_idx(o, i), finite);
	} else if (json_object_is_type(o, json_type_double) && !isfinite(json_object_get_double(o)))
		*finite = false;
	return n;
}

static enum fault
tree(json_object **out, const char *s, size_t len)
{
	json_tokener *tok = json_tokener_new_ex(JSON_DEPTH + 2);
	if (tok == NULL)
		return fault(FAULT_SYSTEM, "no memory to read JSON");
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	json_object *o = json_tokener_parse_ex(tok, s, (int)len);
	if (json_tokener_get_error(tok) == json_tokener_continue)
		o = json_tokener_parse_ex(tok, " ", 1); /* a number ends with what is behind it */
	enum json_tokener_error error = json_tokener_get_error(tok);
	json_tokener_free(tok);
	if (error != json_tokener_success) {
		json_object_put(o);
		return fault(FAULT_INPUT, "JSON has %s", json_tokener_error_desc(error));
	}
	*out = o;
	return FAULT_NONE;
}

enum fault
json_parse(struct json_object **out, const char *s, size_t len)
{
	if (len > INT_MAX - 1)
		return fault(FAULT_LIMIT, "JSON of %zu bytes is too large", len);
	struct scan p = { .s = s, .len = len };
	if (value(&p, 0) && p.at < len)
		wrong(&p, "something behind its end");
	if (p.why != NULL)
		return fault(p.over ? FAULT_LIMIT : FAULT_INPUT, "JSON has %s (byte %zu)", p.why, p.at);
	json_object *o = NULL;
	enum fault f = tree(&o, s, len);
	if (f != FAULT_NONE)
		return f;
	bool finite = true;
	if (count_members(o, &finite) != p.members || !finite) {
		json_object_put(o);
		return fault(FAULT_INPUT, "JSON has %s",
			finite ? "a key that comes twice" : "a number that is too large");
	}
	*out = o;
	return FAULT_NONE;
}

/* ---- strings ------------------------------------------------------------------ */

static void
put_unit(struct text *out, unsigned unit)
{
	text_printf(out, "\\u%04x", unit);
}

/* What a terminal would obey or hide is written as \u escape: nothing is lost and
 * --json is as harmless on a screen as the plain output. */
static void
put_code(struct text *out, uint32_t c, const char *s, size_t n)
{
	if (c == UTF8_BAD)
		text_put(out, "\xEF\xBF\xBD");
	else if (c >= 0x80 && glyph_of(c) == GLYPH_PLAIN)
		text_put_n(out, s, n);
	else if (c > 0xFFFF) {
		put_unit(out, 0xD800 + (unsigned)((c - 0x10000) >> 10));
		put_unit(out, 0xDC00 + (unsigned)(c & 0x3FF));
	} else
		put_unit(out, (unsigned)c);
}

/* Length of a prefix that stands in a JSON string as it is.  Never looks far ahead: what
 * is behind a quote is looked at again for the next one. */
static size_t
string_run(const char *s, size_t len)
{
	uint32_t last;
	size_t n = plain_run(s, len < RUN_BYTES ? len : RUN_BYTES, &last);
	const char *quote = memchr(s, '"', n);
	if (quote != NULL)
		n = (size_t)(quote - s);
	const char *slash = memchr(s, '\\', n);
	return slash != NULL ? (size_t)(slash - s) : n;
}

void
json_put_string_n(struct text *out, const char *s, size_t len)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	text_put_c(out, '"');
	for (size_t at = 0; at < len;) {
		size_t run = string_run(s + at, len - at);
		if (run > 0) {
			text_put_n(out, s + at, run);
			at += run;
			continue;
		}
		const char *known = s[at] != '\0' ? strchr(from, s[at]) : NULL;
		if (known != NULL) {
			text_put_c(out, '\\');
			text_put_c(out, to[known - from]);
			at++;
			continue;
		}
		size_t next = at;
		uint32_t c = utf8_next(s, len, &next);
		put_code(out, c, s + at, next - at);
		at = next;
	}
	text_put_c(out, '"');
}

void
json_put_string(struct text *out, const char *s)
{
	if (s == NULL)
		text_put(out, "null");
	else
		json_put_string_n(out, s, strlen(s));
}
