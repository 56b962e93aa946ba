/* Memory that never fails, and memory of one call.
 *
 * A program that is out of memory can only stop; so these abort, and callers
 * check sizes that come from outside before they ask.  An arena is a list of
 * zeroed blocks that double in size; what is larger than a block gets one of
 * its own.  STOA_TINY_BLOCKS makes every test meet the growing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stoa/base.h"

#ifdef STOA_TINY_BLOCKS
#define BLOCK_FIRST 64
#define BLOCK_LAST 256
#else
#define BLOCK_FIRST 4096
#define BLOCK_LAST (256 * 1024)
#endif
#define ALIGN (_Alignof(max_align_t))

struct arena_block {
	struct arena_block *below;
	size_t size;
	_Alignas(max_align_t) unsigned char bytes[];
};

static _Noreturn void
out_of_memory(size_t size_bytes)
{
	fprintf(stderr, "stoa: out of memory (%zu bytes)\n", size_bytes);
	abort();
}

static size_t
product(size_t a, size_t b)
{
	size_t all;
	if (__builtin_mul_overflow(a, b, &all))
		out_of_memory(SIZE_MAX);
	return all;
}

void *
mem_new(size_t size_bytes)
{
	return mem_new_array(1, size_bytes);
}

void *
mem_new_array(size_t count, size_t size_bytes)
{
	size_t all = product(count, size_bytes);
	void *p = calloc(1, all ? all : 1);
	if (p == NULL)
		out_of_memory(all);
	return p;
}

void *
mem_resize(void *old, size_t size_bytes)
{
	void *p = realloc(old, size_bytes ? size_bytes : 1);
	if (p == NULL)
		out_of_memory(size_bytes);
	return p;
}

char *
mem_strdup(const char *s)
{
	return s == NULL ? NULL : mem_dup(s, strlen(s) + 1);
}

void *
mem_dup(const void *bytes, size_t size_bytes)
{
	void *p = mem_resize(NULL, size_bytes);
	if (size_bytes > 0)
		memcpy(p, bytes, size_bytes);
	return p;
}

void
mem_free(void *p)
{
	free(p);
}

void
mem_reserve(void *items, size_t *cap, size_t need, size_t item_bytes)
{
	if (need <= *cap)
		return;
	size_t more = *cap < 8 ? 8 : *cap + *cap / 2;
	if (more < need)
		more = need;
	void *p;
	memcpy(&p, items, sizeof p);
	p = mem_resize(p, product(more, item_bytes));
	memcpy(items, &p, sizeof p);
	*cap = more;
}

/* ---- arena ---------------------------------------------------------------- */

void
arena_init(struct arena *a)
{
	*a = (struct arena){ 0 };
}

void
arena_clear(struct arena *a)
{
	size_t written = a->used;   /* of the top; what is below may be full */
	while (a->top != NULL) {
		struct arena_block *b = a->top;
		a->top = b->below;
		if (a->wipe)
			explicit_bzero(b->bytes, written);
		free(b);
		written = a->top != NULL ? a->top->size : 0;
	}
	arena_init(a);
}

/* A block with room for size_bytes; it becomes the top unless it is a large one
 * of its own, which goes below so that the top's rest is not lost. */
static struct arena_block *
block_new(struct arena *a, size_t size_bytes)
{
	size_t size = a->top == NULL ? BLOCK_FIRST : a->top->size * 2;
	size = size > BLOCK_LAST ? BLOCK_LAST : size;
	bool own = size_bytes > size / 2;
	if (own)
		size = size_bytes;
	struct arena_block *b = calloc(1, sizeof *b + size);
	if (b == NULL)
		out_of_memory(size);
	b->size = size;
	a->total_bytes += size;
	if (own && a->top != NULL) {
		b->below = a->top->below;
		a->top->below = b;
	} else {
		b->below = a->top;
		a->top = b;
		a->used = 0;
	}
	return b;
}

void *
arena_alloc(struct arena *a, size_t size_bytes)
{
	if (size_bytes > SIZE_MAX / 2)
		out_of_memory(size_bytes);
	size_t size = (size_bytes + ALIGN - 1) / ALIGN * ALIGN;
	struct arena_block *b = a->top;
	if (b == NULL || b->size - a->used < size)
		b = block_new(a, size);
	if (b != a->top)
		return b->bytes;
	void *p = b->bytes + a->used;
	a->used += size;
	return p;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return s == NULL ? NULL : arena_strndup(a, s, strlen(s));
}

char *
arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *p = arena_alloc(a, n + 1);
	if (n > 0)
		memcpy(p, s, n);
	return p;
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return arena_strdup(a, "");
	char *p = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}
