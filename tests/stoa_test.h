/* What every unit test shares: one program a file, a scratch folder, fixed time
 * and fixed chance.
 *
 *	START_TEST(text_refuses_to_pass_its_limit) { ... } END_TEST
 *	TESTS("text", text_refuses_to_pass_its_limit, ...)
 */
#ifndef STOA_TEST_H
#define STOA_TEST_H
#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "stoa/base.h"

/* Assert that a call went well, printing its sentence when it did not. */
#define WELL(call) do { enum fault f_ = (call); \
	ck_assert_msg(f_ == FAULT_NONE, "%s: %s: %s", #call, fault_name(f_), fault_sentence()); } while (0)
/* Assert that a call ended in this very fault. */
#define FAILS(kind, call) do { enum fault f_ = (call); \
	ck_assert_msg(f_ == (kind), "%s: %s, not %s: %s", #call, fault_name(f_), #kind, fault_sentence()); } while (0)

static inline int
scratch_unlink(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}
/* A fresh folder; scratch_remove() takes it away. */
static inline const char *
scratch(void)
{
	static char path[64];
	snprintf(path, sizeof path, "/tmp/stoa-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(path));
	return path;
}
static inline void
scratch_remove(const char *path)
{
	nftw(path, scratch_unlink, 16, FTW_DEPTH | FTW_PHYS);
}

/* A clock that stands still until the test moves it. */
struct still { int64_t now_ms; };
static inline int64_t still_now(void *arg) { return ((struct still *)arg)->now_ms; }
#define STILL_CLOCK(s) (struct clock){ still_now, still_now, s }
/* Chance that counts up. */
static inline void
counting_fill(void *bytes, size_t n, void *arg)
{
	for (size_t i = 0; i < n; i++)
		((unsigned char *)bytes)[i] = (unsigned char)(*(unsigned *)arg)++;
}
#define COUNTING_CHANCE(counter) (struct chance){ counting_fill, counter }

#define TESTS(name, ...) int main(void) TESTS_BODY(name, __VA_ARGS__)
#define TESTS_BODY(name, ...) { \
		const TTest *const all[] = { __VA_ARGS__ }; \
		Suite *s = suite_create(name); \
		TCase *c = tcase_create(name); \
		for (size_t i = 0; i < sizeof all / sizeof *all; i++) \
			tcase_add_test(c, all[i]); \
		suite_add_tcase(s, c); \
		SRunner *r = srunner_create(s); \
		srunner_run_all(r, CK_NORMAL); \
		int failed = srunner_ntests_failed(r); \
		srunner_free(r); \
		return failed != 0; \
	}
#endif
