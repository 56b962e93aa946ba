/* The head of an HTTP/1 request, as strictly as RFC 9112 lets a server be.
 *
 * What two programs could read in two ways is refused and not mended: lines that end
 * without CR, folded lines, a space before the colon, names that are no token,
 * control bytes.  Two of a header that may come once are refused by who uses it
 * (head_check).  Parsed in place, nothing is allocated. */
#include <string.h>
#include <strings.h>

#include "http_in.h"

#define LINES_MAX 128

static const struct { const char *name; size_t n; } names[HEAD_FIELDS] = {
#define ROW(text) { text, sizeof text - 1 }
	[HEAD_ACCEPT] = ROW("accept"),
	[HEAD_AUTHORIZATION] = ROW("authorization"),
	[HEAD_CODING] = ROW("transfer-encoding"),
	[HEAD_CONNECTION] = ROW("connection"),
	[HEAD_EXPECT] = ROW("expect"),
	[HEAD_FORWARDED] = ROW("x-forwarded-for"),
	[HEAD_HOST] = ROW("host"),
	[HEAD_KEY] = ROW("idempotency-key"),
	[HEAD_LENGTH] = ROW("content-length"),
	[HEAD_RESUME] = ROW("last-event-id"),
	[HEAD_SOCKET_KEY] = ROW("sec-websocket-key"),
	[HEAD_SOCKET_VERSION] = ROW("sec-websocket-version"),
	[HEAD_TYPE] = ROW("content-type"),
	[HEAD_UPGRADE] = ROW("upgrade"),
#undef ROW
};

/* RFC 9110 5.6.2, a bit a byte. */
static bool
token_byte(unsigned char c)
{
	static const uint32_t bits[8] = { 0, 0x03ff6cfa, 0xc7fffffe, 0x57ffffff };
	return bits[c >> 5] >> (c & 31) & 1;
}

static size_t
token_bytes(const char *s)
{
	size_t n = 0;
	while (token_byte((unsigned char)s[n]))
		n++;
	return n;
}

long
head_end(const char *bytes, size_t n, size_t *looked)
{
	if (n > 0 && !token_byte((unsigned char)bytes[0]))
		return -1;
	for (const char *at = bytes + *looked, *lf; (lf = memchr(at, '\n', n - (size_t)(at - bytes))) != NULL; at = lf + 1) {
		if (lf == bytes || lf[-1] != '\r')
			return -1;
		if (lf - bytes >= 2 && lf[-2] == '\n')
			return lf + 1 - bytes;
	}
	*looked = n;
	return 0;
}

static int
hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool
head_decode(char *s, bool plus)
{
	char *out = s;
	for (; *s != '\0'; s++) {
		if (*s == '%') {
			int high = hex(s[1]), low = high < 0 ? -1 : hex(s[2]);
			if (low < 0 || high + low == 0)
				return false;
			*out++ = (char)(high << 4 | low);
			s += 2;
		} else {
			*out++ = plus && *s == '+' ? ' ' : *s;
		}
	}
	*out = '\0';
	return true;
}

/* The line that begins here as a text of its own; where the next one begins. */
static char *
cut_line(char *at, char *end)
{
	char *lf = memchr(at, '\n', (size_t)(end - at));
	lf[-1] = '\0';
	return lf + 1;
}

/* Visible bytes only; a target has no spaces, and its fragment stays with the client. */
static bool
target_good(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s <= ' ' || (unsigned char)*s >= 0x7f || *s == '#')
			return false;
	return true;
}

static int
request_line(struct head *h, char *line, size_t n)
{
	size_t method = token_bytes(line);
	if (strlen(line) != n || method == 0 || line[method] != ' ')
		return 400;
	line[method] = '\0';
	h->method = line;
	char *target = line + method + 1, *version = strchr(target, ' ');
	if (version == NULL || strlen(version + 1) != 8 || strncmp(version + 1, "HTTP/", 5) != 0 || version[7] != '.')
		return 400;
	*version++ = '\0';
	if (version[5] != '1' || version[7] < '0' || version[7] > '9')
		return version[5] >= '0' && version[5] <= '9' ? 505 : 400;
	h->version = version[7] == '0' ? 10 : 11;
	/* The absolute form, which whoever takes us for a proxy sends. */
	size_t scheme = strncmp(target, "http://", 7) == 0 ? 7 : strncmp(target, "https://", 8) == 0 ? 8 : 0;
	if (scheme > 0)
		target += scheme + strcspn(target + scheme, "/");
	if (!target_good(target) || (target[0] != '/' && strcmp(target, "*") != 0))
		return 400;
	h->path = target;
	h->query = strchr(target, '?');
	if (h->query != NULL)
		*h->query++ = '\0';
	return 0;
}

/* The words of Connection that mean something here. */
static void
connection_words(struct head *h, const char *s)
{
	while (*s != '\0') {
		s += strspn(s, " \t,");
		size_t n = strcspn(s, " \t,");
		h->close |= n == 5 && strncasecmp(s, "close", 5) == 0;
		h->upgrade |= n == 7 && strncasecmp(s, "upgrade", 7) == 0;
		s += n;
	}
}

static void
keep_field(struct head *h, const char *name, size_t n, char *value)
{
	for (size_t i = 0; i < HEAD_FIELDS; i++) {
		if (names[i].n != n || strncasecmp(names[i].name, name, n) != 0)
			continue;
		h->value[i] = value;
		if (h->count[i] < 255)
			h->count[i]++;
		if (i == HEAD_CONNECTION)
			connection_words(h, value);
		return;
	}
}

static int
field_line(struct head *h, char *line, size_t n)
{
	size_t name = token_bytes(line);
	if (name == 0 || line[name] != ':')
		return 400;   /* a folded line and a space before the colon among it */
	char *value = line + name + 1, *end = line + n;
	for (const char *s = value; s < end; s++)
		if (((unsigned char)*s < ' ' && *s != '\t') || *s == 0x7f)
			return 400;
	value += strspn(value, " \t");
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	keep_field(h, line, name, value);
	return 0;
}

int
head_parse(struct head *out, char *bytes, size_t n)
{
	char *line = bytes, *end = bytes + n - 2, *next;   /* before the empty line */
	*out = (struct head){ .version = 0 };
	next = cut_line(line, end);
	int status = request_line(out, line, (size_t)(next - 2 - line));
	for (int lines = 0; status == 0 && next < end; lines++) {
		line = next;
		next = cut_line(line, end);
		status = lines >= LINES_MAX ? 431 : field_line(out, line, (size_t)(next - 2 - line));
	}
	return status;
}
