/* Multipart forms: parts in order, the same however the bytes are cut, and every way
 * to write one badly. */
#include "../stoa_test.h"
#include "../../src/server/form_in.h"

#define TYPE "multipart/form-data; boundary=xYz"
#define PART(name) "Content-Disposition: form-data; name=\"" name "\"\r\n\r\n"

static enum fault
on_part(const struct form_part *p, void *arg)
{
	struct text *t = arg;
	if (p->first)
		text_printf(t, "%s/%s=", p->name, p->filename != NULL ? p->filename : "");
	text_put_n(t, p->bytes, p->n);
	if (p->last)
		text_put_c(t, ';');
	return FAULT_NONE;
}

static enum fault
read_form(struct text *out, const char *type, const char *s, size_t n, size_t piece)
{
	struct form f;
	text_init(out, 1u << 20);
	enum fault bad = form_init(&f, type, on_part, out);
	for (size_t at = 0; at < n && bad == FAULT_NONE; at += piece)
		bad = form_feed(&f, s + at, n - at < piece ? n - at : piece);
	if (bad == FAULT_NONE)
		bad = form_end(&f);
	form_clear(&f);
	return bad;
}

static const struct { const char *bytes, *parts; } good[] = {
	{ "--xYz\r\n" PART("a") "b\r\n--xYz--\r\n", "a/=b;" },
	{ "--xYz\r\n" PART("a") "\r\n--xYz--", "a/=;" },
	{ "--xYz\r\n" PART("a") "1\r\n--xYz\r\n" PART("b") "2\r\n--xYz--\r\n", "a/=1;b/=2;" },
	{ "--xYz\r\n" PART("a") "\r\n\r\n--xY\r\n-xYz\r\n--xYz--\r\n", "a/=\r\n\r\n--xY\r\n-xYz;" },
	{ "--xYz\r\ncontent-disposition: form-data; filename=\"x.md\"; name=\"file\"\r\nContent-Type: text/plain\r\n\r\n# X\n\r\n--xYz--\r\nmore",
		"file/x.md=# X\n;" },
};

START_TEST(parts_come_in_order_however_the_bytes_are_cut)
{
	for (size_t i = 0; i < COUNT_OF(good); i++)
		for (size_t piece = 1; piece <= strlen(good[i].bytes); piece++) {
			struct text t;
			WELL(read_form(&t, TYPE, good[i].bytes, strlen(good[i].bytes), piece));
			ck_assert_str_eq(t.data, good[i].parts);
			text_clear(&t);
		}
}
END_TEST

START_TEST(a_boundary_may_be_quoted_and_stand_anywhere)
{
	static const char *const types[] = { "multipart/form-data; boundary=\"xYz\"",
		"multipart/form-data; charset=utf-8; boundary=xYz; x=y", "multipart/form-data;BOUNDARY=xYz" };
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		struct text t;
		WELL(read_form(&t, types[i], good[0].bytes, strlen(good[0].bytes), 5));
		ck_assert_str_eq(t.data, good[0].parts);
		text_clear(&t);
	}
}
END_TEST

START_TEST(a_form_that_is_badly_written_is_refused)
{
	static const char *const bad[] = { "", "--xYz", "--xYz\r\n" PART("a") "b", "--xYz\r\n" PART("a") "b\r\n--xYz",
		"--xYz\r\nX: y\r\n\r\nb\r\n--xYz--", "--xYzab", "before\r\n--xYz\r\n" PART("a") "b\r\n--xYz--",
		"--xYz\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--xYz--",
		"--xYz\r\nContent-Disposition: form-data; filename=\"a\"\r\n\r\nb\r\n--xYz--" };
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		for (size_t piece = 1; piece < 40; piece += 6) {
			struct text t;
			FAILS(FAULT_INPUT, read_form(&t, TYPE, bad[i], strlen(bad[i]), piece));
			text_clear(&t);
		}
}
END_TEST

START_TEST(a_type_without_a_boundary_is_refused)
{
	static const char *const types[] = { "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
		"multipart/form-data; boundary=0123456789012345678901234567890123456789012345678901234567890123456789a" };
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		struct text t;
		FAILS(FAULT_INPUT, read_form(&t, types[i], "", 0, 1));
		text_clear(&t);
	}
}
END_TEST

START_TEST(a_head_without_an_end_is_refused_before_it_grows)
{
	struct text t;
	char *bytes = mem_new(20000);
	memset(bytes, 'a', 20000);
	memcpy(bytes, "--xYz\r\n", 7);
	FAILS(FAULT_LIMIT, read_form(&t, TYPE, bytes, 20000, 20000));
	text_clear(&t);
	mem_free(bytes);
}
END_TEST

START_TEST(a_large_file_passes_through)
{
	struct text t, form;
	text_init(&form, 1u << 20);
	text_put(&form, "--xYz\r\n" PART("a"));
	for (int i = 0; i < 20000; i++)
		text_printf(&form, "%d\r\n--x", i);
	text_put(&form, "\r\n--xYz--\r\n");
	WELL(read_form(&t, TYPE, form.data, form.len, form.len));
	ck_assert_uint_eq(t.len, form.len - strlen("--xYz\r\n" PART("a")) - strlen("\r\n--xYz--\r\n") + strlen("a/=;"));
	text_clear(&t);
	text_clear(&form);
}
END_TEST

TESTS("form", parts_come_in_order_however_the_bytes_are_cut, a_boundary_may_be_quoted_and_stand_anywhere,
	a_form_that_is_badly_written_is_refused, a_type_without_a_boundary_is_refused,
	a_head_without_an_end_is_refused_before_it_grows, a_large_file_passes_through)
