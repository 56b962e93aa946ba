/* What a document is, by its bytes.
 *
 * Names lie, so they only choose between the kinds of plain text.  Binary
 * formats that we do not read are recognised too, so that the person is told
 * what the file is instead and what to do about it. */
#include <string.h>
#include <strings.h>
#include "extract_in.h"
#include "zip_in.h"

#define PDF_MAGIC_WITHIN 1024

/* The first TEXT_STRANGERS are text themselves; the others count only in bytes
 * that are no text, since some of their marks are plain letters. */
#define TEXT_STRANGERS 2
static const struct { const char *magic; size_t len, at; const char *sentence; } strangers[] = {
	{ "{\\rtf", 5, 0, "this is RTF; save it as DOCX, ODT or PDF" },
	{ "%!PS", 4, 0, "this is PostScript; convert it to PDF" },
	{ "\177ELF", 4, 0, "this is a program, not a document" },
	{ "MZ", 2, 0, "this is a Windows program, not a document" },
	{ "\x89PNG", 4, 0, "this is a picture; a picture of text needs OCR first" },
	{ "\xFF\xD8\xFF", 3, 0, "this is a picture; a picture of text needs OCR first" },
	{ "GIF8", 4, 0, "this is a picture; a picture of text needs OCR first" },
	{ "II*\0", 4, 0, "this is a picture; a picture of text needs OCR first" },
	{ "MM\0*", 4, 0, "this is a picture; a picture of text needs OCR first" },
	{ "\x1F\x8B", 2, 0, "this is a compressed file; unpack it first" },
	{ "7z\xBC\xAF", 4, 0, "this is an archive; unpack it first" },
	{ "Rar!", 4, 0, "this is an archive; unpack it first" },
	{ "BZh", 3, 0, "this is a compressed file; unpack it first" },
	{ "\xFD" "7zXZ", 5, 0, "this is a compressed file; unpack it first" },
	{ "ustar", 5, 257, "this is an archive; unpack it first" },
	{ "AT&TFORM", 8, 0, "this is DjVu; convert it to PDF" },
	{ "BOOKMOBI", 8, 60, "this is a Kindle book; convert it to EPUB" },
	{ "ID3", 3, 0, "this is a sound recording, not a document" },
	{ "OggS", 4, 0, "this is a recording, not a document" },
	{ "RIFF", 4, 0, "this is a recording, not a document" },
	{ "ftyp", 4, 4, "this is a film or a recording, not a document" },
	{ "SQLite format 3", 15, 0, "this is a database, not a document" },
	{ "\x00" "asm", 4, 0, "this is a program, not a document" }
};

static const struct { const char *ending; struct format format; } text_names[] = {
	{ ".md", { "markdown", markdown_read } }, { ".markdown", { "markdown", markdown_read } },
	{ ".mkd", { "markdown", markdown_read } }, { ".csv", { "csv", csv_read } },
	{ ".tsv", { "csv", csv_read } }, { ".txt", { "text", plain_read } },
	{ ".text", { "text", plain_read } }
};

static const struct { const char *member, *mimetype; struct format format; } packages[] = {
	{ "word/document.xml", NULL, { "docx", docx_read } },
	{ "ppt/presentation.xml", NULL, { "pptx", pptx_read } },
	{ "content.xml", "application/vnd.oasis.opendocument.text", { "odt", odt_read } },
	{ "META-INF/container.xml", NULL, { "epub", epub_read } }
};

static const struct format pdf_format = { "pdf", pdf_read };
static const struct format html_format = { "html", html_read };
static const struct format markdown_format = { "markdown", markdown_read };
static const struct format plain_format = { "text", plain_read };

static bool
ends_with(const char *name, const char *ending)
{
	size_t n = strlen(name), e = strlen(ending);
	return n >= e && strcasecmp(name + n - e, ending) == 0;
}

static enum fault
sniff_package(const struct format **out, const struct input *in)
{
	struct package *p;
	enum fault f = package_open(&p, in->data, in->len);
	if (f != FAULT_NONE)
		return f;
	struct text mimetype;
	text_init(&mimetype, 256);
	if (package_has(p, "mimetype"))
		f = package_read(&mimetype, p, "mimetype");
	const struct format *found = NULL;
	for (size_t i = 0; i < COUNT_OF(packages) && found == NULL && f == FAULT_NONE; i++)
		if (package_has(p, packages[i].member) &&
				(packages[i].mimetype == NULL || (str_starts(mimetype.data, packages[i].mimetype))))
			found = &packages[i].format;
	bool sheet = package_has(p, "xl/workbook.xml");
	bool other = str_starts(mimetype.data, "application/vnd.oasis.opendocument.");
	text_clear(&mimetype);
	package_close(p);
	if (f != FAULT_NONE)
		return f;
	if (found == NULL && sheet)
		return fault(FAULT_INPUT, "this is a spreadsheet; save the sheet as CSV");
	if (found == NULL && other)
		return fault(FAULT_INPUT, "this is an OpenDocument file, but no text; save it as PDF, or a sheet as CSV");
	if (found == NULL)
		return fault(FAULT_INPUT, "this is a zip archive without a document that can be read; unpack it first");
	*out = found;
	return FAULT_NONE;
}

/* The old container of Microsoft: encrypted office files and binary ones. */
static enum fault
refuse_container(const struct input *in)
{
	static const char marker[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";
	if (memmem(in->data, in->len, marker, sizeof marker - 1) != NULL)
		return fault(FAULT_LOCKED, "the document is encrypted with a password; save a copy without one");
	return fault(FAULT_INPUT, "this is an old Office file; save it as DOCX, PPTX or PDF");
}

/* Does it begin like HTML, after a byte order mark, space and comments? */
static bool
looks_html(const struct input *in)
{
	const char *s = in->data;
	size_t n = in->len < 4096 ? in->len : 4096, at = 0;
	if (n >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0)
		at = 3;
	for (;;) {
		while (at < n && strchr(" \t\r\n\f", s[at]) != NULL && s[at] != '\0')
			at++;
		const char *end = NULL;
		if (n - at > 4 && memcmp(s + at, "<!--", 4) == 0)
			end = memmem(s + at, n - at, "-->", 3);
		else if (n - at > 5 && memcmp(s + at, "<?xml", 5) == 0)
			end = memmem(s + at, n - at, "?>", 2);
		if (end == NULL)
			break;
		at = (size_t)(end - s) + (*end == '-' ? 3 : 2);
	}
	static const char *const starts[] = { "<!doctype html", "<html", "<head", "<body", "<title", "<meta " };
	for (size_t i = 0; i < COUNT_OF(starts); i++)
		if (n - at >= strlen(starts[i]) && strncasecmp(s + at, starts[i], strlen(starts[i])) == 0)
			return true;
	return (ends_with(in->name, ".html") || ends_with(in->name, ".htm") || ends_with(in->name, ".xhtml")) &&
		memchr(s, '<', n) != NULL;
}

/* A text without a telling name: Markdown when it has Markdown's headings,
 * fences or link syntax at the beginnings of lines. */
static bool
looks_markdown(const struct input *in)
{
	int heads = 0;
	const char *s = in->data, *end = s + (in->len < 65536 ? in->len : 65536);
	while (s < end) {
		const char *eol = memchr(s, '\n', (size_t)(end - s));
		size_t n = (size_t)((eol ? eol : end) - s);
		size_t level = 0;
		while (level < n && s[level] == '#')
			level++;
		heads += (level >= 2 && level <= 6 && level < n && s[level] == ' ');
		heads += n >= 3 && memcmp(s, "```", 3) == 0;
		s += n + 1;
	}
	return heads >= 2;
}

static enum fault
sniff_text(const struct format **out, const struct input *in)
{
	if (!encoding_is_text(in->data, in->len))
		return fault(FAULT_INPUT, "this is a binary file of an unknown kind, not a document");
	if (looks_html(in)) {
		*out = &html_format;
		return FAULT_NONE;
	}
	for (size_t i = 0; i < COUNT_OF(text_names); i++)
		if (ends_with(in->name, text_names[i].ending)) {
			*out = &text_names[i].format;
			return FAULT_NONE;
		}
	*out = looks_markdown(in) ? &markdown_format : &plain_format;
	return FAULT_NONE;
}

enum fault
sniff(const struct format **out, const struct input *in)
{
	size_t known = encoding_is_text(in->data, in->len) ? TEXT_STRANGERS : COUNT_OF(strangers);
	for (size_t i = 0; i < known; i++)
		if (in->len >= strangers[i].at + strangers[i].len &&
				memcmp(in->data + strangers[i].at, strangers[i].magic, strangers[i].len) == 0)
			return fault(FAULT_INPUT, "%s", strangers[i].sentence);
	if (in->len >= 8 && memcmp(in->data, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8) == 0)
		return refuse_container(in);
	if (in->len >= 4 && memcmp(in->data, "PK\3\4", 4) == 0)
		return sniff_package(out, in);
	size_t within = in->len < PDF_MAGIC_WITHIN ? in->len : PDF_MAGIC_WITHIN;
	if (memmem(in->data, within, "%PDF-", 5) != NULL) {
		*out = &pdf_format;
		return FAULT_NONE;
	}
	return sniff_text(out, in);
}
