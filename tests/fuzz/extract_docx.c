/* Any bytes as the parts of a Word document in a sound package: its text, and behind
 * a byte 1 each its numbering, its footnotes and its styles. */
#include <stdlib.h>
#include <string.h>
#include <zip.h>
#include "../../src/helpers/extract/extract_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

struct part { const char *name; const void *bytes; size_t n; };

/* A zip of count parts, stored and not deflated; *n its size. */
static char *
pack(size_t *n, const struct part *parts, int count)
{
	zip_error_t e;
	zip_error_init(&e);
	zip_source_t *out = zip_source_buffer_create(NULL, 0, 0, &e);
	zip_source_keep(out);
	zip_t *zip = zip_open_from_source(out, ZIP_TRUNCATE, &e);
	for (int i = 0; i < count; i++) {
		zip_int64_t at = zip_file_add(zip, parts[i].name, zip_source_buffer(zip, parts[i].bytes, parts[i].n, 0), 0);
		zip_set_file_compression(zip, (zip_uint64_t)at, ZIP_CM_STORE, 0);
	}
	if (zip_close(zip) != 0)
		abort();
	zip_stat_t st;
	zip_source_stat(out, &st);
	char *copy = malloc(st.size);
	zip_source_open(out);
	zip_source_read(out, copy, st.size);
	zip_source_close(out);
	zip_source_free(out);
	*n = st.size;
	return copy;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const char *const names[] = { "word/document.xml", "word/numbering.xml", "word/footnotes.xml", "word/styles.xml" };
	struct part parts[COUNT_OF(names)];
	size_t size, at = 0;
	int count = 0;
	do {
		const uint8_t *end = at < n ? memchr(bytes + at, 1, n - at) : NULL;
		size_t len = end == NULL ? n - at : (size_t)(end - bytes) - at;
		parts[count] = (struct part){ names[count], bytes + at, len };
		count++;
		at += len + 1;
	} while (at <= n && count < (int)COUNT_OF(names));
	char *package = pack(&size, parts, count);
	struct document d;
	struct input in = { "a", package, size };
	document_init(&d);
	if (docx_read(&d, &in) == FAULT_NONE)
		for (size_t p = 0; p < d.page_count; p++)
			for (size_t i = 0; i < d.pages[p].count; i++)
				if (!utf8_valid(d.pages[p].blocks[i].text, strlen(d.pages[p].blocks[i].text)))
					abort();
	document_clear(&d);
	free(package);
	return 0;
}
