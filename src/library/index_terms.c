/* Strings to numbers, and numbers to bytes: what building a segment stands on.
 *
 * The term table is an open-addressing hash with all strings in one buffer;
 * varbytes carry seven bits a byte, low first.
 */
#include <string.h>
#include "find_in.h"

static uint64_t
load64(const unsigned char *p)
{
	uint64_t v;
	memcpy(&v, p, 8);
	return v;
}

static uint64_t
mix(uint64_t a, uint64_t b)
{
	a = (a ^ b) * 0x9E3779B97F4A7C15u;
	return a ^ a >> 29;
}

/* Four lanes, so that checking runs at the speed of memory. */
uint64_t
bytes_check(const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	uint64_t lane[4] = { n, 1, 2, 3 };
	for (; n >= 32; n -= 32, p += 32)
		for (int i = 0; i < 4; i++)
			lane[i] = mix(lane[i], load64(p + 8 * i));
	for (; n >= 8; n -= 8, p += 8)
		lane[0] = mix(lane[0], load64(p));
	for (; n > 0; n--, p++)
		lane[1] = mix(lane[1], *p);
	return mix(mix(lane[0], lane[1]), mix(lane[2], lane[3]));
}

void
terms_clear(struct term_table *t)
{
	mem_free(t->slots);
	mem_free(t->bytes);
	mem_free(t->keys);
	*t = (struct term_table){ 0 };
}

static void
rehash(struct term_table *t)
{
	t->slot_count = t->slot_count ? t->slot_count * 2 : 1024;
	mem_free(t->slots);
	t->slots = mem_new_array(t->slot_count, sizeof *t->slots);
	for (size_t i = 0; i < t->count; i++) {
		size_t at = t->keys[i].hash & (t->slot_count - 1);
		while (t->slots[at] != 0)
			at = (at + 1) & (t->slot_count - 1);
		t->slots[at] = (uint32_t)i + 1;
	}
}

uint32_t
terms_put(struct term_table *t, const char *s, size_t len)
{
	uint64_t hash = bytes_check(s, len);
	if (t->count * 2 >= t->slot_count)
		rehash(t);
	size_t at = hash & (t->slot_count - 1);
	for (; t->slots[at] != 0; at = (at + 1) & (t->slot_count - 1)) {
		const struct term_key *k = &t->keys[t->slots[at] - 1];
		if (k->hash == hash && k->len == len && memcmp(t->bytes + k->at, s, len) == 0)
			return t->slots[at] - 1;
	}
	mem_reserve(&t->keys, &t->cap, t->count + 1, sizeof *t->keys);
	mem_reserve(&t->bytes, &t->bytes_cap, t->bytes_len + len, 1);
	memcpy(t->bytes + t->bytes_len, s, len);
	t->keys[t->count] = (struct term_key){ hash, (uint32_t)t->bytes_len, (uint16_t)len };
	t->bytes_len += len;
	t->slots[at] = (uint32_t)++t->count;
	return (uint32_t)t->count - 1;
}

uint32_t
terms_find(const struct term_table *t, const char *s, size_t len)
{
	uint64_t hash = bytes_check(s, len);
	if (t->count == 0)
		return UINT32_MAX;
	for (size_t at = hash & (t->slot_count - 1); t->slots[at] != 0; at = (at + 1) & (t->slot_count - 1)) {
		const struct term_key *k = &t->keys[t->slots[at] - 1];
		if (k->hash == hash && k->len == len && memcmp(t->bytes + k->at, s, len) == 0)
			return t->slots[at] - 1;
	}
	return UINT32_MAX;
}

size_t
varbyte_put(unsigned char *out, uint64_t v)
{
	size_t n = 0;
	for (; v >= 0x80; v >>= 7)
		out[n++] = (unsigned char)(v | 0x80);
	out[n++] = (unsigned char)v;
	return n;
}

size_t
varbyte_get(uint64_t *v, const unsigned char *p, const unsigned char *end)
{
	uint64_t value = 0;
	for (size_t n = 0; n < 9 && p + n < end; n++) {
		value |= (uint64_t)(p[n] & 0x7F) << (7 * n);
		if (p[n] < 0x80) {
			*v = value;
			return n + 1;
		}
	}
	return 0;
}
