/* Encodings guessed from bytes. */
#include <iconv.h>
#include "extract_test.h"

static const char *
as(const char *charset, const char *s, size_t *n)
{
	static char out[65536];
	char *from = (char *)(uintptr_t)s, *to = out;
	size_t left = strlen(s), room = sizeof out;
	iconv_t cd = iconv_open(charset, "UTF-8");
	ck_assert(cd != (iconv_t)-1);
	ck_assert_int_eq((int)iconv(cd, &from, &left, &to, &room), 0);
	iconv_close(cd);
	*n = sizeof out - room;
	return out;
}

static void
survives(const char *charset, const char *s, const char *declared)
{
	size_t n;
	const char *bytes = as(charset, s, &n);
	struct text out;
	text_init(&out, 65536);
	encoding_to_utf8(&out, bytes, n, declared);
	ck_assert_msg(str_same(out.data, s), "%s: %s", charset, out.data);
	text_clear(&out);
}

#define FRENCH "Les plantes ont besoin de lumière. L'énergie est captée par la chlorophylle, déjà connue en été."
#define JAPANESE "光合成は、植物が光のエネルギーを使って二酸化炭素と水から有機物をつくる反応です。カルビン回路とも呼ばれます。"
#define CHINESE "光合作用是植物利用光能将二氧化碳和水转化为有机物的过程,叶绿素吸收光能,释放氧气。"
#define KOREAN "광합성은 식물이 빛 에너지를 이용하여 이산화탄소와 물로 유기물을 만드는 과정이다. 엽록소가 빛을 흡수한다."
#define RUSSIAN "Фотосинтез это процесс образования органических веществ из углекислого газа и воды на свету."
#define HEBREW "פוטוסינתזה היא תהליך שבו צמחים הופכים אור לאנרגיה כימית בתוך העלים."

START_TEST(each_encoding_is_recognised_by_its_bytes)
{
	survives("UTF-8", JAPANESE, NULL);
	survives("UTF-16LE", "plain words and " FRENCH, NULL);
	survives("UTF-16BE", "plain words and " FRENCH, NULL);
	survives("WINDOWS-1252", FRENCH, NULL);
	survives("CP932", JAPANESE, NULL);
	survives("EUC-JP", JAPANESE, NULL);
	survives("GB18030", CHINESE, NULL);
	survives("EUC-KR", KOREAN, NULL);
	survives("WINDOWS-1251", RUSSIAN, NULL);
	survives("KOI8-R", RUSSIAN, NULL);
	survives("WINDOWS-1255", HEBREW, NULL);
}
END_TEST

START_TEST(a_declared_charset_is_believed_when_it_is_not_utf8)
{
	survives("ISO-8859-2", "Zażółć gęślą jaźń", "iso-8859-2");
	survives("BIG5", "光合作用是植物利用光能的過程", "big5");
	survives("UTF-8", FRENCH, "iso-8859-1");
}
END_TEST

START_TEST(byte_order_marks_win_and_go)
{
	struct text out;
	text_init(&out, 100);
	encoding_to_utf8(&out, "\xEF\xBB\xBF" "a", 4, NULL);
	ck_assert_str_eq(out.data, "a");
	text_reset(&out);
	encoding_to_utf8(&out, "\xFF\xFE" "a\0b\0", 6, NULL);
	ck_assert_str_eq(out.data, "ab");
	text_clear(&out);
}
END_TEST

START_TEST(a_few_bad_bytes_do_not_change_the_encoding)
{
	const char *s = "été à l’école, où l’élève étudie\xFF bien";
	struct text out;
	text_init(&out, 1000);
	encoding_to_utf8(&out, s, strlen(s), NULL);
	ck_assert_str_eq(out.data, "été à l’école, où l’élève étudie\uFFFD bien");
	text_clear(&out);
}
END_TEST

START_TEST(line_ends_of_all_systems_become_one)
{
	struct text out;
	text_init(&out, 100);
	encoding_to_utf8(&out, "a\r\nb\rc\n\r\nd", 10, NULL);
	ck_assert_str_eq(out.data, "a\nb\nc\n\nd");
	text_clear(&out);
}
END_TEST

START_TEST(of_an_endless_line_the_beginning_is_kept)
{
	size_t n = 300001;
	char *s = mem_new(n + 1);
	struct text out;
	memset(s, 'a', n);
	memcpy(s + 65535, "\xC3\xA9", 2);   /* across the end of the first piece */
	text_init(&out, 200000);
	encoding_to_utf8(&out, s, n, NULL);
	ck_assert(out.over);
	ck_assert_uint_ge(out.len, 100000);
	ck_assert_mem_eq(out.data, s, out.len);
	text_clear(&out);
	mem_free(s);
}
END_TEST

START_TEST(binary_bytes_are_no_text)
{
	ck_assert(!encoding_is_text("\0\1\2\3\0\0\4\5ab", 10));
	ck_assert(encoding_is_text(FRENCH, strlen(FRENCH)));
	size_t n;
	const char *wide = as("UTF-16LE", FRENCH, &n);
	ck_assert(encoding_is_text(wide, n));
}
END_TEST

TESTS("encoding", each_encoding_is_recognised_by_its_bytes, a_declared_charset_is_believed_when_it_is_not_utf8,
	byte_order_marks_win_and_go, a_few_bad_bytes_do_not_change_the_encoding, line_ends_of_all_systems_become_one,
	of_an_endless_line_the_beginning_is_kept, binary_bytes_are_no_text)
