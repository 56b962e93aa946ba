/* What a child says: frames of any bytes, then the passages cut from what they
 * left.  Whatever comes in, stored text is clean UTF-8 and slices lie in order. */
#include <assert.h>
#include <string.h>
#include "../../src/library/document_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_body(const struct body *b)
{
	struct arena a;
	struct slice *slices;
	size_t count, at = 0;

	assert(utf8_valid(b->text.data, b->text.len));
	while (at < b->text.len) {
		uint32_t c = utf8_next(b->text.data, b->text.len, &at);

		assert((c >= 0x20 || c == '\n' || c == '\t') && (c < 0x7F || c > 0x9F));
	}
	for (size_t i = 1; i < b->page_count; i++)
		assert(b->pages[i].start >= b->pages[i - 1].start && b->pages[i].start <= b->text.len);
	if (body_slice(&slices, &count, b) != FAULT_NONE)
		return;
	for (size_t i = 0; i < count; i++) {
		assert(slices[i].start < slices[i].end && (size_t)slices[i].end <= b->text.len);
		assert(i == 0 || (slices[i].start >= slices[i - 1].start && slices[i].end > slices[i - 1].end));
		assert(utf8_valid(b->text.data + slices[i].start, (size_t)(slices[i].end - slices[i].start)));
	}
	arena_init(&a);
	assert(concept_terms(&a, b, 8).count <= 8);
	arena_clear(&a);
	mem_free(slices);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct body b;
	struct extraction x = { .body = &b };
	enum fault f = FAULT_NONE;

	body_init(&b);
	for (size_t at = 0; size - at >= 4 && f == FAULT_NONE && !x.ended;) {
		size_t n = (size_t)data[at + 2] << 8 | data[at + 3];

		at += 4;
		n = n < size - at ? n : size - at;
		f = extract_frame(&x, (const char *)data + at, n);
		at += n;
	}
	check_body(&b);
	body_clear(&b);
	return 0;
}
