/* The server's answer to a WebSocket handshake (RFC 6455 4.1, RFC 9112).
 *
 * Strict, because a proxy or a wrong server answering here is likelier than an odd
 * but honest one: CRLF line ends, no folded lines, each header that decides at most
 * once, no extension, no subprotocol that was not asked for.  Bytes gather until
 * the blank line, so where the network cut them cannot matter; what follows it is
 * left to the frames.
 */
#include <string.h>
#include <strings.h>
#include "wire_in.h"

void
wire_upgrade_init(struct wire_upgrade *u)
{
	*u = (struct wire_upgrade){ .whole = false };
	text_init(&u->head, WIRE_UPGRADE_BYTES_MAX);
}

enum fault
wire_upgrade_feed(struct wire_upgrade *u, size_t *used, const char *bytes, size_t n)
{
	size_t i = 0;
	while (i < n && !u->whole) {
		text_put_c(&u->head, bytes[i++]);
		if (u->head.over)
			return fault(FAULT_LIMIT, "the answer to the handshake is longer than %u bytes", WIRE_UPGRADE_BYTES_MAX);
		u->whole = u->head.len >= 4 && memcmp(u->head.data + u->head.len - 4, "\r\n\r\n", 4) == 0;
	}
	*used = i;
	return FAULT_NONE;
}

enum { UPGRADE, CONNECTION, ACCEPT, PROTOCOL, EXTENSIONS, HEADERS };
struct value { const char *s; size_t n; unsigned count; };

static bool
same_word(const struct value *v, const char *word)
{
	return v->n == strlen(word) && strncasecmp(v->s, word, v->n) == 0;
}

/* Is word one of the comma-separated tokens? */
static bool
has_token(const struct value *v, const char *word)
{
	for (size_t at = 0; at <= v->n;) {
		size_t end = at;
		while (end < v->n && v->s[end] != ',')
			end++;
		struct value one = { v->s + at, end - at, 1 };
		while (one.n > 0 && (*one.s == ' ' || *one.s == '\t'))
			one.s++, one.n--;
		while (one.n > 0 && (one.s[one.n - 1] == ' ' || one.s[one.n - 1] == '\t'))
			one.n--;
		if (same_word(&one, word))
			return true;
		at = end + 1;
	}
	return false;
}

/* One header line without its CRLF. */
static enum fault
take_line(struct value values[HEADERS], const char *s, size_t n)
{
	static const char *const names[HEADERS] = { "upgrade", "connection", "sec-websocket-accept", "sec-websocket-protocol", "sec-websocket-extensions" };
	static const char token[] = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	const char *colon = memchr(s, ':', n);
	size_t name = colon == NULL ? 0 : (size_t)(colon - s);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < ' ' ? s[i] != '\t' : s[i] == 0x7F)
			return fault(FAULT_DAMAGED, "the answer to the handshake holds a control byte");
	if (name == 0 || strspn(s, token) != name)
		return fault(FAULT_DAMAGED, "the answer to the handshake has a line that is no header");
	for (size_t i = 0; i < HEADERS; i++)
		if (name == strlen(names[i]) && strncasecmp(s, names[i], name) == 0) {
			struct value v = { colon + 1, n - name - 1, values[i].count + 1 };
			while (v.n > 0 && (*v.s == ' ' || *v.s == '\t'))
				v.s++, v.n--;
			while (v.n > 0 && (v.s[v.n - 1] == ' ' || v.s[v.n - 1] == '\t'))
				v.n--;
			values[i] = v;
		}
	return FAULT_NONE;
}

static enum fault
take_lines(struct value values[HEADERS], const struct text *head)
{
	const char *s = strstr(head->data, "\r\n") + 2, *end = head->data + head->len - 2;
	enum fault f = FAULT_NONE;
	if (memchr(head->data, '\0', head->len) != NULL)
		return fault(FAULT_DAMAGED, "the answer to the handshake holds a NUL");
	while (s < end && f == FAULT_NONE) {
		const char *line_end = strstr(s, "\r\n");
		f = take_line(values, s, (size_t)(line_end - s));
		s = line_end + 2;
	}
	return f;
}

static enum fault
judge_status(const struct text *head, const char *host)
{
	static const struct { int status; enum fault kind; const char *words; } rows[] = {
		{ 401, FAULT_DENIED, "does not know us: sign in" },
		{ 403, FAULT_DENIED, "does not let us in" },
		{ 404, FAULT_ABSENT, "has no live connection there" },
		{ 426, FAULT_DAMAGED, "speaks another version of WebSocket" },
		{ 429, FAULT_OFTEN, "was asked too often" },
		{ 503, FAULT_BUSY, "has no room for another live connection" },
	};
	const char *s = head->data;
	int status = 0;
	if (!str_starts(s, "HTTP/1.1 ") || head->len < 14 || (s[12] != ' ' && s[12] != '\r'))
		return fault(FAULT_DAMAGED, "%s did not answer in HTTP/1.1", host);
	for (size_t i = 9; i < 12; i++) {
		if (s[i] < '0' || s[i] > '9')
			return fault(FAULT_DAMAGED, "%s did not answer in HTTP/1.1", host);
		status = status * 10 + (s[i] - '0');
	}
	if (status == 101)
		return FAULT_NONE;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (rows[i].status == status && rows[i].kind == FAULT_OFTEN)
			return fault_often(1000, "%s %s", host, rows[i].words);
		else if (rows[i].status == status)
			return fault(rows[i].kind, "%s %s", host, rows[i].words);
	return fault(FAULT_OFFLINE, "%s opens no live connection: it answers %d", host, status);
}

enum fault
wire_upgrade_judge(const struct wire_upgrade *u, const char *host, const char *accept, const char *protocol)
{
	struct value v[HEADERS] = { { NULL, 0, 0 } };
	enum fault f = judge_status(&u->head, host);
	if (f == FAULT_NONE)
		f = take_lines(v, &u->head);
	if (f != FAULT_NONE)
		return f;
	if (v[UPGRADE].count != 1 || !same_word(&v[UPGRADE], "websocket") || v[CONNECTION].count != 1 || !has_token(&v[CONNECTION], "upgrade"))
		return fault(FAULT_DAMAGED, "%s did not change to WebSocket", host);
	if (v[ACCEPT].count != 1 || v[ACCEPT].n != strlen(accept) || memcmp(v[ACCEPT].s, accept, v[ACCEPT].n) != 0)
		return fault(FAULT_DAMAGED, "%s did not read our handshake: its answer belongs to another", host);
	if (v[EXTENSIONS].count > 0)
		return fault(FAULT_DAMAGED, "%s uses an extension that nobody offered", host);
	if (v[PROTOCOL].count > 1 || (v[PROTOCOL].count == 1) != (protocol != NULL)
		|| (protocol != NULL && (v[PROTOCOL].n != strlen(protocol) || memcmp(v[PROTOCOL].s, protocol, v[PROTOCOL].n) != 0)))
		return fault(FAULT_DAMAGED, "%s speaks another subprotocol than was asked for", host);
	return FAULT_NONE;
}
