/* Text: a growing run of bytes that knows its maximum.
 *
 * A piece that does not fit is left out whole, and so is everything after it:
 * half a piece would look like the truth.  Until the first byte, data points to
 * a shared empty string and cap is 0, so an empty text costs no memory. */
#include <stdio.h>
#include <string.h>

#include "stoa/base.h"

static const char empty[1] = "";

void
text_init(struct text *t, size_t max_bytes)
{
	*t = (struct text){ .data = (char *)empty, .max = max_bytes };
}

void
text_clear(struct text *t)
{
	if (t->cap > 0)
		mem_free(t->data);
	text_init(t, t->max);
}

void
text_reset(struct text *t)
{
	text_cut(t, 0);
	t->over = false;
}

/* Room for n more bytes and the NUL; false when that is over the maximum. */
static bool
text_room(struct text *t, size_t n)
{
	if (t->over || n > t->max || t->len > t->max - n) {
		t->over = true;
		return false;
	}
	size_t need = t->len + n + 1;
	if (need <= t->cap)
		return true;
	size_t cap = t->cap < 32 ? 64 : t->cap * 2;
	if (cap < need)
		cap = need;
	if (cap > t->max + 1)
		cap = t->max + 1;
	t->data = mem_resize(t->cap > 0 ? t->data : NULL, cap);
	t->cap = cap;
	return true;
}

void
text_put(struct text *t, const char *s)
{
	if (s != NULL)
		text_put_n(t, s, strlen(s));
}

void
text_put_n(struct text *t, const void *bytes, size_t n)
{
	if (n == 0 || !text_room(t, n))
		return;
	memcpy(t->data + t->len, bytes, n);
	t->len += n;
	t->data[t->len] = '\0';
}

void
text_put_c(struct text *t, char c)
{
	if (t->over || t->len + 1 >= t->cap) {
		text_put_n(t, &c, 1);
		return;
	}
	t->data[t->len++] = c;
	t->data[t->len] = '\0';
}

void
text_put_code(struct text *t, uint32_t code_point)
{
	char bytes[4];
	size_t n = utf8_encode(bytes, code_point);
	text_put_n(t, n > 0 ? bytes : "\xEF\xBF\xBD", n > 0 ? n : 3);
}

void
text_printf(struct text *t, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	text_vprintf(t, fmt, ap);
	va_end(ap);
}

void
text_vprintf(struct text *t, const char *fmt, va_list ap)
{
	char small[256];
	va_list again;
	va_copy(again, ap);
	int n = vsnprintf(small, sizeof small, fmt, ap);
	if (n > 0 && (size_t)n < sizeof small)
		text_put_n(t, small, (size_t)n);
	else if (n > 0 && text_room(t, (size_t)n)) {
		vsnprintf(t->data + t->len, (size_t)n + 1, fmt, again);
		t->len += (size_t)n;
	}
	va_end(again);
}

void
text_cut(struct text *t, size_t len)
{
	if (len >= t->len)
		return;
	t->len = len;
	t->data[len] = '\0';
}

char *
text_take(struct text *t)
{
	char *bytes = t->cap > 0 ? t->data : mem_strdup("");
	text_init(t, t->max);
	return bytes;
}

enum fault
text_check(const struct text *t, const char *what)
{
	if (t->over)
		return fault(FAULT_LIMIT, "%s is longer than %zu bytes", what, t->max);
	return FAULT_NONE;
}

bool
str_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool
text_list_has(const struct text_list *list, const char *s)
{
	for (size_t i = 0; i < list->count; i++)
		if (str_same(list->items[i], s))
			return true;
	return false;
}

bool
str_starts(const char *s, const char *prefix)
{
	return s != NULL && prefix != NULL && strncmp(s, prefix, strlen(prefix)) == 0;
}

bool
str_ends(const char *s, const char *suffix)
{
	if (s == NULL || suffix == NULL)
		return false;
	size_t n = strlen(s), m = strlen(suffix);
	return n >= m && memcmp(s + n - m, suffix, m) == 0;
}
