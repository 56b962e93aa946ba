/* Ini files. */
#include "../stoa_test.h"

static char seen[4096];

static enum fault
each(const char *section, const char *name, const char *value, int line, void *arg)
{
	size_t n = strlen(seen);
	if (arg != NULL && strcmp(name, arg) == 0)
		return fault(FAULT_INPUT, "no %s here", name);
	snprintf(seen + n, sizeof seen - n, "%d [%s] %s=%s\n", line, section, name, value);
	return FAULT_NONE;
}

static enum fault
parse(const char *s, const char *refused)
{
	seen[0] = '\0';
	return ini_text("a.ini", s, strlen(s), each, (void *)refused);
}

START_TEST(sections_names_and_values_are_read_with_their_lines)
{
	WELL(parse("; c\nx = 1\n\n[a b]\ny=two words ; c\n# c\nz: 3\nempty =\n[c]\ny = http://h/?a=b#c", NULL));
	ck_assert_str_eq(seen, "2 [] x=1\n5 [a b] y=two words\n7 [a b] z=3\n8 [a b] empty=\n10 [c] y=http://h/?a=b#c\n");
	WELL(parse("", NULL));
	ck_assert_str_eq(seen, "");
	WELL(parse("\xEF\xBB\xBF[a]\r\nx = 1\r\n", NULL));
	ck_assert_str_eq(seen, "2 [a] x=1\n");
}
END_TEST

START_TEST(a_value_goes_on_in_indented_lines)
{
	WELL(parse("[d]\nwords = a, b,\n\tc, d,\n  e\nx = 1\n", NULL));
	ck_assert_str_eq(seen, "2 [d] words=a, b, c, d, e\n5 [d] x=1\n");
}
END_TEST

START_TEST(the_handlers_refusal_is_told_with_file_and_line)
{
	FAILS(FAULT_INPUT, parse("[a]\nx = 1\nbad = 2\ny = 3\n", "bad"));
	ck_assert_str_eq(fault_sentence(), "a.ini:3: no bad here");
	ck_assert_str_eq(seen, "2 [a] x=1\n");
}
END_TEST

START_TEST(what_is_no_ini_file_is_refused)
{
	FAILS(FAULT_INPUT, parse("[a]\nx = 1\nneither\ny = 1\n", NULL));
	ck_assert_str_eq(fault_sentence(), "a.ini:3: neither [section] nor name = value");
	FAILS(FAULT_INPUT, parse("[a\nx = 1\n", NULL));
	FAILS(FAULT_INPUT, parse("x = \xFF\n", NULL));
	FAILS(FAULT_INPUT, ini_text("a.ini", "x = 1\0\n", 7, each, NULL));
}
END_TEST

START_TEST(lines_names_and_files_that_are_too_long_are_refused_not_cut)
{
	char s[600];
	int n = snprintf(s, sizeof s, "x = ");
	memset(s + n, 'v', 400);
	snprintf(s + n + 400, sizeof s - (size_t)n - 400, "\n");
	FAILS(FAULT_LIMIT, parse(s, NULL));
	ck_assert_ptr_nonnull(strstr(fault_sentence(), "a.ini:1:"));
	memset(s, 'n', 60);
	memcpy(s + 60, " = 1\n", 6);
	FAILS(FAULT_LIMIT, parse(s, NULL));
	char *big = mem_new(INI_BYTES_MAX + 2);
	memset(big, '\n', INI_BYTES_MAX + 1);
	FAILS(FAULT_LIMIT, parse(big, NULL));
	mem_free(big);
	struct text t;
	text_init(&t, 100000);
	text_put(&t, "x = 1\n");
	for (int i = 0; i < 300; i++)
		text_printf(&t, " %0100d\n", i);
	FAILS(FAULT_LIMIT, parse(t.data, NULL));
	text_clear(&t);
}
END_TEST

START_TEST(a_file_is_read_and_its_absence_told)
{
	const char *dir = scratch();
	char path[128];
	snprintf(path, sizeof path, "%s/a.ini", dir);
	seen[0] = '\0';
	FAILS(FAULT_ABSENT, ini_read(path, each, NULL));
	WELL(file_write(path, "[s]\na = b\n", 10));
	WELL(ini_read(path, each, NULL));
	ck_assert_str_eq(seen, "2 [s] a=b\n");
	scratch_remove(dir);
}
END_TEST

TESTS("ini", sections_names_and_values_are_read_with_their_lines,
	a_value_goes_on_in_indented_lines, the_handlers_refusal_is_told_with_file_and_line,
	what_is_no_ini_file_is_refused,
	lines_names_and_files_that_are_too_long_are_refused_not_cut,
	a_file_is_read_and_its_absence_told)
