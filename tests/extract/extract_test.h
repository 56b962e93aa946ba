/* Small documents for the tests of the readers, built in memory: packages by
 * libzip, PDFs by hand with a cross-reference table that is right. */
#ifndef STOA_EXTRACT_TEST_H
#define STOA_EXTRACT_TEST_H
#include <zip.h>
#include "../stoa_test.h"
#include "../../src/helpers/extract/extract_in.h"

/* Read bytes as a document; sniffing decides unless reader is given. */
static inline enum fault
read_bytes(struct document *d, reader_fn *reader, const char *name, const char *bytes, size_t n)
{
	struct input in = { name, bytes, n };
	const struct format *format = NULL;
	document_init(d);
	if (reader == NULL) {
		enum fault f = sniff(&format, &in);
		if (f != FAULT_NONE)
			return f;
		d->format = format->name;
		reader = format->read;
	}
	return reader(d, &in);
}

/* "head1 Title\npara Words\n=== 2 label\n..." */
static inline char *
outline(const struct document *d)
{
	static const char *const names[] = { "head", "para", "list", "table", "code", "caption" };
	static char out[1 << 16];
	size_t n = 0;
	out[0] = '\0';
	for (size_t p = 0; p < d->page_count; p++) {
		if (p > 0)
			n += (size_t)snprintf(out + n, sizeof out - n, "=== %d %s\n", d->pages[p].number, d->pages[p].label ? d->pages[p].label : "");
		for (size_t i = 0; i < d->pages[p].count; i++) {
			const struct block *b = &d->pages[p].blocks[i];
			n += (size_t)snprintf(out + n, sizeof out - n, "%s", names[b->type]);
			if (b->type == BLOCK_HEADING)
				n += (size_t)snprintf(out + n, sizeof out - n, "%d", b->level);
			n += (size_t)snprintf(out + n, sizeof out - n, " %s\n", b->text);
			ck_assert_uint_lt(n, sizeof out);
		}
	}
	return out;
}

#define READS_AS(reader, name, source, expected) do { \
	struct document d_; \
	WELL(read_bytes(&d_, reader, name, source, strlen(source))); \
	ck_assert_str_eq(outline(&d_), expected); \
	document_clear(&d_); \
} while (0)

/* ---- packages ---------------------------------------------------------------- */

struct member { const char *name, *text; };

/* A zip of the members; *n its size; free() it. */
static inline char *
package_make(size_t *n, const struct member *members, size_t count)
{
	zip_error_t e;
	zip_error_init(&e);
	zip_source_t *out = zip_source_buffer_create(NULL, 0, 0, &e);
	zip_source_keep(out);
	zip_t *zip = zip_open_from_source(out, ZIP_TRUNCATE, &e);
	ck_assert_ptr_nonnull(zip);
	for (size_t i = 0; i < count; i++) {
		zip_source_t *s = zip_source_buffer(zip, members[i].text, strlen(members[i].text), 0);
		ck_assert_int_ge(zip_file_add(zip, members[i].name, s, 0), 0);
	}
	ck_assert_int_eq(zip_close(zip), 0);
	zip_stat_t st;
	ck_assert_int_eq(zip_source_stat(out, &st), 0);
	char *bytes = malloc(st.size);
	zip_source_open(out);
	ck_assert_int_eq(zip_source_read(out, bytes, st.size), (zip_int64_t)st.size);
	zip_source_close(out);
	zip_source_free(out);
	*n = st.size;
	return bytes;
}

#define PACKAGE_READS_AS(expected, ...) do { \
	const struct member members_[] = { __VA_ARGS__ }; \
	size_t n_; \
	char *bytes_ = package_make(&n_, members_, COUNT_OF(members_)); \
	struct document d_; \
	WELL(read_bytes(&d_, NULL, "", bytes_, n_)); \
	ck_assert_str_eq(outline(&d_), expected); \
	document_clear(&d_); \
	free(bytes_); \
} while (0)

#define PACKAGE_FAILS(kind, ...) do { \
	const struct member members_[] = { __VA_ARGS__ }; \
	size_t n_; \
	char *bytes_ = package_make(&n_, members_, COUNT_OF(members_)); \
	struct document d_; \
	FAILS(kind, read_bytes(&d_, NULL, "", bytes_, n_)); \
	document_clear(&d_); \
	free(bytes_); \
} while (0)

/* ---- PDFs -------------------------------------------------------------------------- */

/* Pages of content streams in Helvetica (F1), Helvetica-Bold (F2), Courier (F3),
 * a font whose A means nothing (F4), one whose a to z are Hebrew letters (F5) and
 * one for vertical Japanese, kana from code 1 on (F6); extra goes into every
 * page's dictionary, catalog into the catalog. */
struct pdf_maker {
	struct text out;
	size_t offsets[64];
	int objects;
};

static inline void
pdf_object(struct pdf_maker *m, int id, const char *body)
{
	m->offsets[id] = m->out.len;
	m->objects = id > m->objects ? id : m->objects;
	text_printf(&m->out, "%d 0 obj\n%s\nendobj\n", id, body);
}

static inline char *
pdf_make(size_t *n, const char *const contents[], size_t pages, const char *extra, const char *catalog)
{
	struct pdf_maker m = { .objects = 0 };
	text_init(&m.out, 1 << 20);
	text_put(&m.out, "%PDF-1.4\n");
	char body[16384], kids[1024] = "";
	for (size_t i = 0; i < pages; i++)
		snprintf(kids + strlen(kids), sizeof kids - strlen(kids), "%zu 0 R ", 10 + 2 * i);
	snprintf(body, sizeof body, "<< /Type /Catalog /Pages 2 0 R %s >>", catalog);
	pdf_object(&m, 1, body);
	snprintf(body, sizeof body, "<< /Type /Pages /Kids [ %s] /Count %zu >>", kids, pages);
	pdf_object(&m, 2, body);
	pdf_object(&m, 3, "<< /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> "
		"/F2 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >> "
		"/F3 << /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >> "
		"/F4 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding /ToUnicode 4 0 R >> "
		"/F5 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding /ToUnicode 5 0 R >> "
		"/F6 << /Type /Font /Subtype /Type0 /BaseFont /Kana /Encoding /Identity-V /ToUnicode 6 0 R /DescendantFonts [ "
		"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Kana /DW 1000 /CIDSystemInfo "
		"<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >> ] >> >>");
	static const char *const maps[] = {
		"<00> <FF> endcodespacerange 1 beginbfrange <41> <41> <E001> endbfrange",
		"<00> <FF> endcodespacerange 1 beginbfrange <61> <7A> <05D0> endbfrange",
		"<0000> <FFFF> endcodespacerange 1 beginbfrange <0001> <0050> <3041> endbfrange"
	};
	for (int i = 0; i < 3; i++) {
		static const char before[] = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange ";
		snprintf(body, sizeof body, "<< /Length %zu >>\nstream\n%s%s endcmap end end\nendstream",
			strlen(before) + strlen(maps[i]) + 16, before, maps[i]);
		pdf_object(&m, 4 + i, body);
	}
	for (size_t i = 0; i < pages; i++) {
		snprintf(body, sizeof body, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] %s "
			"/Resources << /Font 3 0 R >> /Contents %zu 0 R >>", extra, 11 + 2 * i);
		pdf_object(&m, (int)(10 + 2 * i), body);
		snprintf(body, sizeof body, "<< /Length %zu >>\nstream\n%s\nendstream", strlen(contents[i]), contents[i]);
		pdf_object(&m, (int)(11 + 2 * i), body);
	}
	size_t table = m.out.len;
	text_printf(&m.out, "xref\n0 1\n0000000000 65535 f \n");
	for (int id = 1; id <= m.objects; id++)
		if (m.offsets[id] > 0)
			text_printf(&m.out, "%d 1\n%010zu 00000 n \n", id, m.offsets[id]);
	text_printf(&m.out, "trailer\n<< /Root 1 0 R /Size %d >>\nstartxref\n%zu\n%%%%EOF\n", m.objects + 1, table);
	*n = m.out.len;
	return text_take(&m.out);
}

#define PDF_READS_AS(expected, pages, extra) do { \
	size_t n_; \
	char *bytes_ = pdf_make(&n_, pages, COUNT_OF(pages), extra, ""); \
	struct document d_; \
	WELL(read_bytes(&d_, NULL, "", bytes_, n_)); \
	ck_assert_str_eq(outline(&d_), expected); \
	document_clear(&d_); \
	mem_free(bytes_); \
} while (0)

#endif
