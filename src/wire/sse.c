/* Server-sent events, WHATWG HTML 9.2.6.
 *
 * Bytes gather until a line is whole, and only whole lines are looked at: so where
 * the network cut the stream cannot matter, neither for line ends nor in the
 * middle of a character.  A lone CR ends a line at once; an LF right behind it is
 * swallowed.  Both the line and the event have a cap, so a stream without line
 * ends costs 64 KiB and not the machine.
 */
#include <string.h>
#include "wire_in.h"

#define LINE_BYTES_MAX (64u * 1024)
#define EVENT_BYTES_MAX (256u * 1024)
#define RETRY_MIN_MS 500
#define RETRY_MAX_MS 60000

void
wire_sse_init(struct wire_sse *p)
{
	*p = (struct wire_sse){ .retry_ms = -1 };
	text_init(&p->line, LINE_BYTES_MAX);
	text_init(&p->data, EVENT_BYTES_MAX);
	text_init(&p->type, LINE_BYTES_MAX);
	text_init(&p->id, LINE_BYTES_MAX);
}

void
wire_sse_clear(struct wire_sse *p)
{
	text_clear(&p->line);
	text_clear(&p->data);
	text_clear(&p->type);
	text_clear(&p->id);
}

/* Append s, with U+FFFD for what is not UTF-8 and for NUL. */
static void
put_repaired(struct text *t, const char *s, size_t n)
{
	if (utf8_valid(s, n) && memchr(s, '\0', n) == NULL) {
		text_put_n(t, s, n);
		return;
	}
	for (size_t at = 0; at < n;) {
		size_t from = at;
		uint32_t c = utf8_next(s, n, &at);
		if (c == UTF8_BAD || c == 0)
			text_put_code(t, 0xFFFD);
		else
			text_put_n(t, s + from, at - from);
	}
}

static void
on_data(struct wire_sse *p, const char *s, size_t n)
{
	if (p->any)
		text_put_c(&p->data, '\n');
	put_repaired(&p->data, s, n);
	p->any = true;
}

static void
on_type(struct wire_sse *p, const char *s, size_t n)
{
	text_reset(&p->type);
	put_repaired(&p->type, s, n);
}

static void
on_id(struct wire_sse *p, const char *s, size_t n)
{
	if (memchr(s, '\0', n) != NULL)
		return;
	text_reset(&p->id);
	put_repaired(&p->id, s, n);
}

static void
on_retry(struct wire_sse *p, const char *s, size_t n)
{
	int64_t ms = 0;
	if (n == 0)
		return;
	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return;
		ms = ms > RETRY_MAX_MS ? ms : ms * 10 + (s[i] - '0');
	}
	p->retry_ms = ms < RETRY_MIN_MS ? RETRY_MIN_MS : ms > RETRY_MAX_MS ? RETRY_MAX_MS : ms;
}

static enum fault
dispatch(struct wire_sse *p, wire_event_fn *each, void *arg)
{
	enum fault f = FAULT_NONE;
	if (p->any) {
		struct wire_event ev = {
			.type = p->type.len > 0 ? p->type.data : "message",
			.data = p->data.data,
			.id = p->id.data,
		};
		f = each(&ev, arg);
	}
	text_reset(&p->data);
	text_reset(&p->type);
	p->any = false;
	return f;
}

/* The bytes of one line, without its end. */
static enum fault
take_line(struct wire_sse *p, const char *s, size_t n, wire_event_fn *each, void *arg)
{
	static const struct { const char *name; void (*on)(struct wire_sse *p, const char *s, size_t n); } fields[] = {
		{ "data", on_data }, { "event", on_type }, { "id", on_id }, { "retry", on_retry },
	};
	if (!p->started && n >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0) {
		s += 3;
		n -= 3;
	}
	p->started = true;
	if (n == 0)
		return dispatch(p, each, arg);
	const char *colon = memchr(s, ':', n);
	size_t name = colon == NULL ? n : (size_t)(colon - s);
	const char *value = colon == NULL ? s + n : colon + 1;
	if (value < s + n && *value == ' ')
		value++;
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		if (name == strlen(fields[i].name) && memcmp(s, fields[i].name, name) == 0)
			fields[i].on(p, value, (size_t)(s + n - value));
	if (p->data.over || p->type.over || p->id.over)
		return fault(FAULT_LIMIT, "an event of the stream is longer than %u bytes", EVENT_BYTES_MAX);
	return FAULT_NONE;
}

enum fault
wire_sse_feed(struct wire_sse *p, const char *bytes, size_t n, wire_event_fn *each, void *arg)
{
	for (size_t at = 0; at < n;) {
		if (p->cr && bytes[at] == '\n')
			at++;
		p->cr = false;
		size_t end = at;
		while (end < n && bytes[end] != '\n' && bytes[end] != '\r')
			end++;
		text_put_n(&p->line, bytes + at, end - at);
		if (p->line.over)
			return fault(FAULT_LIMIT, "a line of the stream is longer than %u bytes", LINE_BYTES_MAX);
		if (end == n)
			return FAULT_NONE;
		p->cr = bytes[end] == '\r';
		enum fault f = take_line(p, p->line.data, p->line.len, each, arg);
		text_reset(&p->line);
		if (f != FAULT_NONE)
			return f;
		at = end + 1;
	}
	return FAULT_NONE;
}
