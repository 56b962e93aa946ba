/* Bytes of an unknown encoding to UTF-8.
 *
 * The order is: byte order mark, UTF-16 by its pattern of zeros, UTF-8 when it
 * is valid (or nearly), what the document declares, then a guess.  The guess
 * looks at runs of high bytes: European text has them alone between ASCII
 * letters, East Asian text in even runs, Cyrillic and Hebrew in words.  Good
 * statistics would need tables; this needs none and says "Windows-1252" when it
 * does not know.  Converters come from iconv and are loaded before the sandbox
 * closes, because iconv opens files. */
#include <iconv.h>
#include <string.h>
#include <strings.h>
#include "extract_in.h"
#include "lines_in.h"

/* What encoding_to_utf8() may ask iconv for. */
static const char *const charsets[] = {
	"UTF-16LE", "UTF-16BE", "CP932", "EUC-JP", "GB18030", "EUC-KR", "BIG5", "WINDOWS-1250",
	"WINDOWS-1251", "WINDOWS-1252", "WINDOWS-1253", "WINDOWS-1254", "WINDOWS-1255", "WINDOWS-1256",
	"WINDOWS-1257", "KOI8-R", "ISO-8859-2", "ISO-8859-5", "ISO-8859-7", "ISO-8859-15", "ISO-2022-JP"
};

/* Names that documents use for them. */
static const struct { const char *alias, *charset; } aliases[] = {
	{ "shift_jis", "CP932" }, { "shift-jis", "CP932" }, { "sjis", "CP932" }, { "x-sjis", "CP932" },
	{ "windows-31j", "CP932" }, { "gb2312", "GB18030" }, { "gbk", "GB18030" }, { "ks_c_5601-1987", "EUC-KR" },
	{ "iso-8859-1", "WINDOWS-1252" }, { "latin1", "WINDOWS-1252" }, { "us-ascii", "WINDOWS-1252" },
	{ "cp1252", "WINDOWS-1252" }, { "iso-8859-9", "WINDOWS-1254" }, { "iso-8859-8", "WINDOWS-1255" },
	{ "iso-8859-8-i", "WINDOWS-1255" }, { "koi8-u", "KOI8-R" }, { "utf-16", "UTF-16LE" }
};

void
encoding_prepare(void)
{
	/* an open descriptor keeps its converter loaded; they live as long as we do */
	for (size_t i = 0; i < COUNT_OF(charsets); i++)
		if (iconv_open("UTF-8", charsets[i]) == (iconv_t)-1)
			continue;
}

/* Appends s converted; what does not convert becomes U+FFFD.  Counts those. */
static bool
convert(struct text *out, size_t *bad, const char *charset, const char *s, size_t n)
{
	iconv_t cd = iconv_open("UTF-8", charset);
	if (cd == (iconv_t)-1)
		return false;
	char *in = (char *)(uintptr_t)s;
	*bad = 0;
	while (n > 0) {
		char buf[8192], *to = buf;
		size_t room = sizeof buf, before = n;
		size_t r = iconv(cd, &in, &n, &to, &room);
		text_put_n(out, buf, sizeof buf - room);
		if (r == (size_t)-1 && room > 16 && n > 0) {
			text_put_code(out, 0xFFFD);
			(*bad)++;
			in++, n--;
		} else if (before == n && room == sizeof buf) {
			break;
		}
	}
	iconv_close(cd);
	return true;
}

static const char *
charset_named(const char *name)
{
	if (name == NULL)
		return NULL;
	for (size_t i = 0; i < COUNT_OF(aliases); i++)
		if (strcasecmp(name, aliases[i].alias) == 0)
			return aliases[i].charset;
	for (size_t i = 0; i < COUNT_OF(charsets); i++)
		if (strcasecmp(name, charsets[i]) == 0)
			return charsets[i];
	return NULL;
}

/* UTF-16 without a mark: ASCII characters leave zeros on one side. */
static const char *
utf16_order(const char *s, size_t n)
{
	size_t even = 0, odd = 0, sample = n < 4096 ? n & ~(size_t)1 : 4096;
	for (size_t i = 0; i < sample; i += 2) {
		even += s[i] == 0;
		odd += s[i + 1] == 0;
	}
	if (odd > sample / 5 && even * 20 < odd)
		return "UTF-16LE";
	if (even > sample / 5 && odd * 20 < even)
		return "UTF-16BE";
	return NULL;
}

struct bytes_seen {
	size_t high, lone;          /* bytes >= 0x80; those alone between ASCII */
	size_t odd_runs, runs;      /* runs of two or more */
	size_t upper_half;          /* C0-FF */
	size_t hebrew, hangul_lead;
	size_t lower, upper;        /* E0-FF, C0-DF */
};

static struct bytes_seen
look_at(const char *s, size_t n)
{
	struct bytes_seen b = { 0 };
	for (size_t i = 0; i < n;) {
		size_t start = i;
		while (i < n && (unsigned char)s[i] >= 0x80) {
			unsigned char c = (unsigned char)s[i];
			b.upper_half += c >= 0xC0;
			b.hebrew += c >= 0xE0 && c <= 0xFA;
			b.lower += c >= 0xE0;
			b.upper += c >= 0xC0 && c < 0xE0;
			b.hangul_lead += (i - start) % 2 == 0 && c >= 0xB0 && c <= 0xC8;
			i++;
		}
		size_t run = i - start;
		b.high += run;
		b.lone += run == 1;
		b.runs += run > 1;
		b.odd_runs += run > 1 && run % 2 == 1;
		i += run == 0;
	}
	return b;
}

/* Kana per cent of the characters above ASCII that charset gives, and how many
 * were not convertible. */
static size_t
kana_share(size_t *bad, const char *charset, const char *s, size_t n)
{
	struct text t;
	text_init(&t, DOCUMENT_BYTES_MAX);
	size_t kana = 0, above = 0;
	if (!convert(&t, bad, charset, s, n < 16384 ? n : 16384))
		*bad = n;
	for (size_t at = 0; at < t.len;) {
		uint32_t c = utf8_next(t.data, t.len, &at);
		above += c >= 0x80;
		kana += c >= 0x3041 && c <= 0x30FE;
	}
	text_clear(&t);
	return above > 0 ? kana * 100 / above : 0;
}

static const char *
guess(const char *s, size_t n)
{
	struct bytes_seen b = look_at(s, n < 262144 ? n : 262144);
	size_t bad;
	if (b.lone * 2 > b.high || b.high < 4)
		return "WINDOWS-1252";
	if (kana_share(&bad, "CP932", s, n) >= 10 && bad <= 1)
		return "CP932";
	if (b.odd_runs * 20 <= b.runs) {
		if (kana_share(&bad, "EUC-JP", s, n) >= 10 && bad <= 1)
			return "EUC-JP";
		if (b.hangul_lead * 2 * 10 > b.high * 9)
			return "EUC-KR";
		return "GB18030";
	}
	if (b.hebrew * 50 > b.high * 49)
		return "WINDOWS-1255";
	if (b.upper_half * 10 > b.high * 9)
		return b.lower > b.upper ? "WINDOWS-1251" : "KOI8-R";
	return kana_share(&bad, "GB18030", s, n) < 10 && bad == 0 ? "GB18030" : "WINDOWS-1252";
}

/* Valid UTF-8, or UTF-8 with so few slips that nothing else explains it. */
static bool
is_utf8(const char *s, size_t n)
{
	size_t good = 0, bad = 0;
	for (size_t at = 0; at < n;) {
		if ((unsigned char)s[at] < 0x80) {
			at++;
			continue;
		}
		if (utf8_next(s, n, &at) == UTF8_BAD)
			bad++;
		else
			good++;
	}
	return bad == 0 || good > 4 * bad;
}

static void
put_utf8(struct text *out, const char *s, size_t n)
{
	if (utf8_valid(s, n)) {
		text_put_n(out, s, n);
		return;
	}
	for (size_t at = 0; at < n;) {
		uint32_t c = utf8_next(s, n, &at);
		text_put_code(out, c == UTF8_BAD ? 0xFFFD : c);
	}
}

static void
decode(struct text *out, const char *s, size_t n, const char *declared)
{
	const char *charset = NULL;
	size_t bad;
	if (n >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0) {
		put_utf8(out, s + 3, n - 3);
		return;
	}
	if (n >= 2 && (memcmp(s, "\xFF\xFE", 2) == 0 || memcmp(s, "\xFE\xFF", 2) == 0)) {
		charset = s[0] == '\xFF' ? "UTF-16LE" : "UTF-16BE";
		s += 2, n -= 2;
	}
	if (charset == NULL)
		charset = utf16_order(s, n);
	if (charset == NULL && is_utf8(s, n)) {
		put_utf8(out, s, n);
		return;
	}
	if (charset == NULL)
		charset = charset_named(declared);
	if (charset == NULL)
		charset = guess(s, n);
	if (!convert(out, &bad, charset, s, n))
		put_utf8(out, s, n);
}

void
encoding_to_utf8(struct text *out, const char *s, size_t n, const char *declared)
{
	struct text t;
	text_init(&t, n * 3 + 16);   /* no charset grows more than that */
	decode(&t, s, n, declared);
	for (size_t at = 0; at < t.len;) {
		size_t eol = at;
		while (eol < t.len && t.data[eol] != '\n' && t.data[eol] != '\r')
			eol++;
		/* an endless line in pieces, so that at least its beginning fits */
		while (eol - at > LINE_BYTES_MAX) {
			size_t piece = utf8_floor(t.data + at, eol - at, LINE_BYTES_MAX);
			mojibake_repair(out, t.data + at, piece);
			at += piece;
		}
		mojibake_repair(out, t.data + at, eol - at);
		if (eol < t.len)
			text_put_c(out, '\n');
		at = eol + 1 + (eol + 1 < t.len && t.data[eol] == '\r' && t.data[eol + 1] == '\n');
	}
	text_clear(&t);
}

bool
encoding_is_text(const char *s, size_t n)
{
	size_t sample = n < 65536 ? n : 65536, control = 0;
	if (n >= 2 && (memcmp(s, "\xFF\xFE", 2) == 0 || memcmp(s, "\xFE\xFF", 2) == 0))
		return true;
	if (utf16_order(s, n) != NULL)
		return true;
	for (size_t i = 0; i < sample; i++) {
		unsigned char c = (unsigned char)s[i];
		control += c < 0x20 && strchr("\t\n\r\f\v\b\033", c) == NULL;
		control += c == 0;
		control += c == 0x7F;
	}
	return control * 20 <= sample;
}
