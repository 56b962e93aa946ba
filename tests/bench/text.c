/* Text through base, beside what a library or the C library does with the same
 * bytes.  Lines: name, value, unit, ratio. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <utf8proc.h>

#include "stoa/base.h"

#define TEXT_BYTES (16u << 20)

static double
now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct text out;
static volatile size_t kept;   /* so that nothing is optimised away */

static void ours_valid(const struct text *t) { kept = utf8_valid(t->data, t->len); }
static void ours_clean(const struct text *t) { untrusted_text(&out, t->data, t->len, 0); }
static void ours_width(const struct text *t) { kept = utf8_width(t->data, t->len); }
static void ours_nfkc(const struct text *t) { utf8_nfkc(&out, t->data, t->len); }
static void ours_quote(const struct text *t) { json_put_string_n(&out, t->data, t->len); }
static void peer_copy(const struct text *t) { text_put_n(&out, t->data, t->len); }

static void
peer_walk(const struct text *t)
{
	utf8proc_int32_t c;
	for (size_t at = 0; at < t->len;) {
		utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)t->data + at, (utf8proc_ssize_t)(t->len - at), &c);
		at += n > 0 ? (size_t)n : 1;
		kept = (size_t)utf8proc_charwidth(c);
	}
}

static void
peer_nfkc(const struct text *t)
{
	utf8proc_uint8_t *form = NULL;
	kept = (size_t)utf8proc_map((const utf8proc_uint8_t *)t->data, (utf8proc_ssize_t)t->len, &form,
		UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
	free(form);
}

static void
peer_quote(const struct text *t)
{
	json_object *o = json_object_new_string_len(t->data, (int)t->len);
	kept = strlen(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
	json_object_put(o);
}

/* Best of three, MB/s. */
static double
speed(void (*run)(const struct text *t), const struct text *t)
{
	double best = 0;
	for (int i = 0; i < 3; i++) {
		text_reset(&out);
		double from = now_s();
		run(t);
		double mb_s = (double)t->len / 1e6 / (now_s() - from);
		best = mb_s > best ? mb_s : best;
	}
	return best;
}

int
main(void)
{
	static const struct { const char *name, *piece; } kinds[] = {
		{ "ascii", "The mitochondrion produces most of the energy of the cell. Its membrane is folded.\n" },
		{ "mixed", "\xE5\x85\x89\xE5\x90\x88\xE6\x88\x90\xE3\x81\xAF\xE8\x91\x89\xE7\xB7\x91\xE4\xBD\x93\xE3\x80\x82 The na\xC3\xAFve caf\xC3\xA9.\n" },
	};
	static const struct { const char *name, *peer; void (*ours)(const struct text *), (*theirs)(const struct text *); } rows[] = {
		{ "valid", "utf8proc walk", ours_valid, peer_walk },
		{ "width", "utf8proc walk", ours_width, peer_walk },
		{ "sanitise", "copy", ours_clean, peer_copy },
		{ "nfkc", "utf8proc", ours_nfkc, peer_nfkc },
		{ "json string", "json-c", ours_quote, peer_quote },
	};
	text_init(&out, 8u * TEXT_BYTES);
	for (size_t k = 0; k < COUNT_OF(kinds); k++) {
		struct text t;
		text_init(&t, TEXT_BYTES + 200);
		while (t.len < TEXT_BYTES)
			text_put(&t, kinds[k].piece);
		for (size_t i = 0; i < COUNT_OF(rows); i++) {
			double ours = speed(rows[i].ours, &t), theirs = speed(rows[i].theirs, &t);
			printf("%s %-12s %7.0f MB/s  %5.2fx of %s\n", kinds[k].name, rows[i].name, ours, ours / theirs, rows[i].peer);
		}
		text_clear(&t);
	}
	text_clear(&out);
	return 0;
}
