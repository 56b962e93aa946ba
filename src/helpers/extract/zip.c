/* Packages by libzip.  What a member claims to be is not believed: bytes are
 * counted as they come out of the inflater, for the member and for the whole
 * package, against the bytes that the package really has.  A member that is
 * read twice counts twice, and so do members that overlap in the file. */
#include <string.h>
#include <zip.h>
#include "extract_in.h"
#include "zip_in.h"

struct package {
	zip_t *zip;
	size_t stored_bytes, inflated_bytes;
};

enum fault
package_open(struct package **out, const char *data, size_t len)
{
	zip_error_t error;
	zip_error_init(&error);
	zip_source_t *source = zip_source_buffer_create(data, len, 0, &error);
	zip_t *zip = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : NULL;
	if (zip == NULL && source != NULL)
		zip_source_free(source);
	zip_error_fini(&error);
	if (zip == NULL)
		return fault(FAULT_DAMAGED, "the document's zip directory is damaged or cut off; get the file again");
	zip_int64_t entries = zip_get_num_entries(zip, 0);
	if (entries > PACKAGE_ENTRIES_MAX) {
		zip_discard(zip);
		return fault(FAULT_LIMIT, "the document holds %lld parts, more than %d", (long long)entries, PACKAGE_ENTRIES_MAX);
	}
	struct package *p = mem_new(sizeof *p);
	p->zip = zip;
	p->stored_bytes = len;
	*out = p;
	return FAULT_NONE;
}

void
package_close(struct package *p)
{
	if (p == NULL)
		return;
	zip_discard(p->zip);
	mem_free(p);
}

bool
package_has(const struct package *p, const char *member)
{
	return zip_name_locate(p->zip, member, 0) >= 0;
}

static enum fault
inflate_member(struct text *out, struct package *p, zip_file_t *file, const char *member)
{
	char bytes[32 * 1024];
	for (;;) {
		zip_int64_t n = zip_fread(file, bytes, sizeof bytes);
		if (n < 0)
			return fault(FAULT_DAMAGED, "part %s of the document is damaged; get the file again", member);
		if (n == 0)
			return FAULT_NONE;
		p->inflated_bytes += (size_t)n;
		if (p->inflated_bytes > PACKAGE_RATIO_FROM && p->inflated_bytes / PACKAGE_RATIO_MAX > p->stored_bytes)
			return fault(FAULT_LIMIT, "the document swells to more than %d times its size, like a zip bomb", PACKAGE_RATIO_MAX);
		text_put_n(out, bytes, (size_t)n);
		if (out->over)
			return fault(FAULT_LIMIT, "part %s of the document is too large", member);
	}
}

enum fault
package_read(struct text *out, struct package *p, const char *member)
{
	text_reset(out);
	zip_stat_t st;
	if (zip_stat(p->zip, member, 0, &st) != 0)
		return fault(FAULT_ABSENT, "the document has no part %s", member);
	if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) && st.encryption_method != ZIP_EM_NONE)
		return fault(FAULT_LOCKED, "the document is encrypted with a password; save a copy without one");
	zip_file_t *file = zip_fopen_index(p->zip, st.index, 0);
	if (file == NULL)
		return fault(FAULT_DAMAGED, "part %s of the document cannot be unpacked; get the file again", member);
	enum fault f = inflate_member(out, p, file, member);
	zip_fclose(file);
	return f;
}
