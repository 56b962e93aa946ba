/* The bytes of one mail: RFC 5322 headers and a quoted-printable body.
 *
 * Everything that is not ASCII is encoded (RFC 2047 words in headers, RFC 2045
 * quoted-printable in the body), so it passes every relay, and a line never gets
 * long.  A name or subject with a control byte in it is refused, not cleaned: it is
 * somebody trying to write headers.  Dots at the start of a line are libcurl's to
 * double when it sends.
 */
#include <string.h>
#include <time.h>
#include "wire_in.h"

#define HEADER_BYTES_MAX 998
#define WORD_BYTES 42        /* of UTF-8 in one encoded word: 56 of base64, under 75 in all */
#define LINE_BYTES 75        /* of quoted-printable, before the soft break */
#define LETTER_BYTES_MAX (4 * WIRE_MAIL_BODY_BYTES)

static enum fault
check_line(const char *s, const char *what)
{
	size_t n = strlen(s);
	if (n > HEADER_BYTES_MAX || !utf8_valid(s, n))
		return fault(FAULT_INPUT, "the %s of the mail is too long or not UTF-8", what);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < ' ' || s[i] == 0x7F)
			return fault(FAULT_INPUT, "the %s of the mail holds a line end or another control byte", what);
	return FAULT_NONE;
}

/* One bare address: the dot-atom of RFC 5322 on the left, a host name on the right. */
static enum fault
check_address(const char *s, const char *what)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.";
	const char *at = strchr(s, '@');
	size_t left = at == NULL ? 0 : (size_t)(at - s), right = at == NULL ? 0 : strlen(at + 1);
	bool good = left > 0 && left <= 64 && right > 0 && right <= 253 && strspn(at + 1, digits) == right;
	for (size_t i = 0; good && i < left; i++)
		good = s[i] > ' ' && s[i] < 0x7F && strchr("()<>[]:;\\,\"", s[i]) == NULL;
	if (good && (s[0] == '.' || s[0] == '-' || at[-1] == '.' || at[1] == '.' || at[right] == '.' || strstr(s, "..") != NULL))
		good = false;
	if (!good)
		return fault(FAULT_INPUT, "the %s of the mail is not one mail address", what);
	return FAULT_NONE;
}

static void
put_base64(struct text *out, const unsigned char *s, size_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < n; i += 3) {
		uint32_t three = (uint32_t)s[i] << 16 | (uint32_t)(i + 1 < n ? s[i + 1] : 0) << 8 | (i + 2 < n ? s[i + 2] : 0);
		for (size_t k = 0; k < 4; k++)
			text_put_c(out, i + k <= n && k <= n - i ? digits[three >> (18 - 6 * k) & 63] : '=');
	}
}

/* Plain when it is short ASCII that cannot be taken for an encoded word. */
static void
put_words(struct text *out, const char *s, bool quoted)
{
	size_t n = strlen(s), at = 0;
	bool plain = n <= LINE_BYTES && strstr(s, "=?") == NULL;
	for (size_t i = 0; plain && i < n; i++)
		plain = s[i] > 0 && !(quoted && (s[i] == '"' || s[i] == '\\'));
	if (plain) {
		text_printf(out, quoted ? "\"%s\"" : "%s", s);
		return;
	}
	while (at < n) {
		size_t take = utf8_floor(s + at, n - at, WORD_BYTES);
		text_put(out, at > 0 ? "\r\n =?UTF-8?B?" : "=?UTF-8?B?");
		put_base64(out, (const unsigned char *)s + at, take);
		text_put(out, "?=");
		at += take;
	}
}

/* RFC 2045 6.7; line ends become CRLF. A space before a line end is encoded. */
static void
put_quoted_printable(struct text *out, const char *s)
{
	size_t column = 0;
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;
		bool ends = s[1] == '\n' || s[1] == '\0' || (s[1] == '\r' && s[2] == '\n');
		if (c == '\n' || (c == '\r' && s[1] == '\n')) {
			s += c == '\r';
			text_put(out, "\r\n");
			column = 0;
			continue;
		}
		bool plain = (c > ' ' && c < 0x7F && c != '=') || ((c == ' ' || c == '\t') && !ends);
		size_t need = plain ? 1 : 3;
		if (column + need > LINE_BYTES) {
			text_put(out, "=\r\n");
			column = 0;
		}
		text_printf(out, plain ? "%c" : "=%02X", c);
		column += need;
	}
	text_put(out, column > 0 ? "\r\n" : "");
}

static enum fault
check(const struct wire_mail *m)
{
	enum fault f = check_address(m->from, "sender");
	if (f == FAULT_NONE)
		f = check_address(m->to, "receiver");
	if (f == FAULT_NONE && m->reply_to != NULL)
		f = check_address(m->reply_to, "reply address");
	if (f == FAULT_NONE && m->from_name != NULL)
		f = check_line(m->from_name, "sender's name");
	if (f == FAULT_NONE)
		f = check_line(m->subject, "subject");
	if (f != FAULT_NONE)
		return f;
	if (*m->id == '\0' || strlen(m->id) > 64 || m->id[strspn(m->id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.")] != '\0')
		return fault(FAULT_INPUT, "the id of the mail is not up to 64 letters and digits");
	if (strlen(m->body) > WIRE_MAIL_BODY_BYTES || !utf8_valid(m->body, strlen(m->body)))
		return fault(FAULT_INPUT, "the body of the mail is longer than %u bytes or not UTF-8", WIRE_MAIL_BODY_BYTES);
	return FAULT_NONE;
}

/* RFC 5322 3.3, without asking the locale. */
static void
put_date(struct text *out, int64_t now_ms)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t now_s = (time_t)(now_ms / 1000);
	struct tm t;
	gmtime_r(&now_s, &t);
	text_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[t.tm_wday], t.tm_mday, months[t.tm_mon],
		1900 + t.tm_year, t.tm_hour, t.tm_min, t.tm_sec);
}

enum fault
wire_letter_write(struct text *out, const struct wire_mail *m, int64_t now_ms)
{
	enum fault f = check(m);
	if (f != FAULT_NONE)
		return f;
	text_init(out, LETTER_BYTES_MAX);
	put_date(out, now_ms);
	text_put(out, "From: ");
	if (m->from_name != NULL && *m->from_name != '\0') {
		put_words(out, m->from_name, true);
		text_put_c(out, ' ');
	}
	text_printf(out, "<%s>\r\nTo: <%s>\r\n", m->from, m->to);
	if (m->reply_to != NULL)
		text_printf(out, "Reply-To: <%s>\r\n", m->reply_to);
	text_put(out, "Subject: ");
	put_words(out, m->subject, false);
	text_printf(out, "\r\nMessage-ID: <%s%s>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\nAuto-Submitted: auto-generated\r\n\r\n", m->id, strchr(m->from, '@'));
	put_quoted_printable(out, m->body);
	if ((f = text_check(out, "the mail")) != FAULT_NONE)
		text_clear(out);
	return f;
}
