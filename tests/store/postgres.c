/* The tests of the store once more, against PostgreSQL: each program of this folder
 * runs again with the URL of a server started here. */
#include <errno.h>
#include <sys/wait.h>
#include "store_test.h"
#include "../support/postgres.h"

static const char *const programs[] = { "connection", "lock", "many", "owner", "sealed", "tamper" };
static struct postgres_own own;

START_TEST(the_store_keeps_its_word_on_postgresql_too)
{
	const char *build = getenv("STOA_BUILD");
	char command[400];
	snprintf(command, sizeof command, "STOA_TEST_FOLDER='%s' STOA_TEST_POSTGRES='%s' '%s/tests/store/%s' 2>&1", own.folder, own.url,
		build ? build : "build/release", programs[_i]);
	int status = system(command);
	ck_assert_msg(status == 0, "tests/store/%s against PostgreSQL: status %d", programs[_i], status);
}
END_TEST

int
main(void)
{
	char why[200];
	if (!postgres_own_start(&own, why)) {
		printf("skipped: tests of PostgreSQL: %s\n100%%: Checks: 0, Failures: 0, Errors: 0\n", why);
		return 0;
	}
	Suite *s = suite_create("postgres");
	TCase *c = tcase_create("postgres");
	tcase_add_loop_test(c, the_store_keeps_its_word_on_postgresql_too, 0, COUNT_OF(programs));
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	postgres_own_stop(&own);
	return failed != 0;
}
