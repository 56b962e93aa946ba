/* Which lines of a piped text stand each for itself. */
#include "../stoa_test.h"
#include "../../src/cli/cli_in.h"

#define APART(s, wanted) do { \
	struct arena a_; \
	arena_init(&a_); \
	ck_assert_str_eq(lines_apart(&a_, s, 65536), wanted); \
	arena_clear(&a_); \
} while (0)

START_TEST(lines_of_a_log_are_apart)
{
	APART("[ 1.2] ata1: SATA link up\n[ 9.1] ata2: failed command: READ\n[10.0] usb 1-1: new device\n",
		"[ 1.2] ata1: SATA link up\n\n[ 9.1] ata2: failed command: READ\n\n[10.0] usb 1-1: new device\n\n");
	APART("10.0.0.1 GET /a 200\n10.0.0.2 GET /b 200\n10.0.0.3 GET /c 500",
		"10.0.0.1 GET /a 200\n\n10.0.0.2 GET /b 200\n\n10.0.0.3 GET /c 500");
}
END_TEST

START_TEST(lines_that_end_early_are_apart)
{
	APART("root 1 init\nsystemd-network 212 /lib/systemd/systemd-networkd --all\nanna 7 sh\nanna 8 vi\n",
		"root 1 init\n\nsystemd-network 212 /lib/systemd/systemd-networkd --all\n\nanna 7 sh\n\nanna 8 vi\n\n");
}
END_TEST

START_TEST(wrapped_prose_stays_as_it_is)
{
	static const char prose[] =
		"The light curve of a leaf rises in proportion to the light at first, and then\n"
		"it bends over, because another factor has become scarce. At light saturation\n"
		"the carbon reactions cannot keep up. Shade leaves reach their plateau sooner\n"
		"than sun leaves of the same plant.\n\nA second paragraph follows.\n";
	APART(prose, prose);
}
END_TEST

START_TEST(each_paragraph_is_judged_by_itself)
{
	APART("a line that is long enough to be wrapped here\nand goes on here\n\nNov 1 on\nNov 2 off\n\n\nend",
		"a line that is long enough to be wrapped here\nand goes on here\n\nNov 1 on\n\nNov 2 off\n\n\n\nend");
}
END_TEST

START_TEST(what_would_be_too_long_stays_as_it_is)
{
	struct arena a;
	arena_init(&a);
	ck_assert_str_eq(lines_apart(&a, "A\nB\nC\n", 7), "A\nB\nC\n");
	ck_assert_str_eq(lines_apart(&a, "", 7), "");
	arena_clear(&a);
}
END_TEST

TESTS("lines", lines_of_a_log_are_apart, lines_that_end_early_are_apart, wrapped_prose_stays_as_it_is,
	each_paragraph_is_judged_by_itself, what_would_be_too_long_stays_as_it_is)
