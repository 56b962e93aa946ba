/* A request's head in one piece and in many: the end is found at the same place, what is
 * parsed stays within its bytes, and whatever is taken has no second reading. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/server/http_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
hold(bool well)
{
	if (!well)
		abort();
}

static long
end_in_pieces(const char *bytes, size_t size, size_t piece)
{
	size_t looked = 0;
	long end = 0;
	for (size_t n = 0; n < size && end == 0;) {
		n = n + piece < size ? n + piece : size;
		char *exact = malloc(n);   /* nothing behind it may be read */
		memcpy(exact, bytes, n);
		end = head_end(exact, n, &looked);
		free(exact);
	}
	return end;
}

static void
check(const struct head *h, const char *from, const char *to)
{
	hold(h->method == from && h->method[0] != '\0' && h->path < to);
	hold(h->version == 10 || h->version == 11);
	hold(strpbrk(h->method, " \t\r\n:") == NULL && strpbrk(h->path, " \t\r\n") == NULL);
	for (size_t i = 0; i < HEAD_FIELDS; i++) {
		hold((h->value[i] != NULL) == (h->count[i] > 0));
		hold(h->value[i] == NULL || (h->value[i] >= from && h->value[i] < to && strpbrk(h->value[i], "\r\n") == NULL));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0 || size > 4096)
		return 0;
	long end = end_in_pieces((const char *)data, size, size);
	hold(end_in_pieces((const char *)data, size, 1) == end && end_in_pieces((const char *)data, size, 7) == end);
	if (end <= 0)
		return 0;
	hold((size_t)end <= size && memcmp(data + end - 4, "\r\n\r\n", 4) == 0);
	char *bytes = malloc((size_t)end);
	memcpy(bytes, data, (size_t)end);
	struct head h;
	int status = head_parse(&h, bytes, (size_t)end);
	hold(status == 0 || status == 400 || status == 431 || status == 505);
	if (status == 0) {
		check(&h, bytes, bytes + end);
		char *copy = malloc(strlen(h.path) + 1);
		strcpy(copy, h.path);
		if (head_decode(copy, false))
			hold(strlen(copy) <= strlen(h.path));
		free(copy);
	}
	free(bytes);
	return 0;
}
