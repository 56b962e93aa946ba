/* Files, folders, places. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../stoa_test.h"

static const char *dir;
static char path[512];

static const char *
in_scratch(const char *name)
{
	snprintf(path, sizeof path, "%s/%s", dir, name);
	return path;
}

static unsigned
mode_of(const char *p)
{
	struct stat st;
	ck_assert_int_eq(lstat(p, &st), 0);
	return st.st_mode & 0777;
}

START_TEST(a_file_is_written_whole_private_and_read_back)
{
	struct text t;
	dir = scratch();
	umask(0);
	text_init(&t, 100);
	WELL(file_write(in_scratch("a"), "one", 3));
	WELL(file_write(path, "two\0three", 9));
	ck_assert_uint_eq(mode_of(path), 0600);
	WELL(file_read(&t, path));
	ck_assert_uint_eq(t.len, 9);
	ck_assert_mem_eq(t.data, "two\0three", 9);
	WELL(file_write(path, "", 0));
	WELL(file_read(&t, path));
	ck_assert_uint_eq(t.len, 0);
	text_clear(&t);
	scratch_remove(dir);
}
END_TEST

START_TEST(a_write_that_fails_leaves_the_old_file_and_no_other)
{
	struct text t;
	dir = scratch();
	text_init(&t, 100);
	ck_assert_int_eq(mkdir(in_scratch("busy"), 0700), 0);
	ck_assert_int_eq(mkdir(in_scratch("busy/x"), 0700), 0);
	FAILS(FAULT_SYSTEM, file_write(in_scratch("busy"), "new", 3));
	FAILS(FAULT_SYSTEM, file_write(in_scratch("none/a"), "new", 3));
	ck_assert_int_eq(access(in_scratch("busy/x"), F_OK), 0);
	ck_assert_int_eq(rmdir(in_scratch("busy/x")), 0);
	ck_assert_int_eq(rmdir(in_scratch("busy")), 0);
	ck_assert_int_eq(rmdir(dir), 0);   /* nothing left over */
	text_clear(&t);
}
END_TEST

START_TEST(links_fifos_and_folders_are_not_read)
{
	struct text t;
	dir = scratch();
	text_init(&t, 100);
	char target[512];
	WELL(file_write(in_scratch("a"), "x", 1));
	snprintf(target, sizeof target, "%s", path);
	ck_assert_int_eq(symlink(target, in_scratch("link")), 0);
	FAILS(FAULT_INPUT, file_read(&t, path));
	ck_assert_int_eq(mkfifo(in_scratch("fifo"), 0600), 0);
	FAILS(FAULT_INPUT, file_read(&t, path));   /* and does not wait */
	FAILS(FAULT_INPUT, file_read(&t, dir));
	FAILS(FAULT_INPUT, file_read(&t, "/dev/zero"));
	FAILS(FAULT_ABSENT, file_read(&t, in_scratch("none")));
	FAILS(FAULT_ABSENT, file_read(&t, in_scratch("a/b")));
	text_clear(&t);
	scratch_remove(dir);
}
END_TEST

START_TEST(a_file_over_the_limit_is_refused)
{
	struct text t;
	dir = scratch();
	text_init(&t, 4);
	WELL(file_write(in_scratch("a"), "12345", 5));
	FAILS(FAULT_LIMIT, file_read(&t, path));
	WELL(file_write(path, "1234", 4));
	WELL(file_read(&t, path));
	FAILS(FAULT_LIMIT, file_read(&t, "/proc/self/maps"));   /* says it has 0 bytes */
	text_clear(&t);
	scratch_remove(dir);
}
END_TEST

START_TEST(folders_are_made_with_parents_and_private)
{
	dir = scratch();
	umask(0);
	WELL(folder_make(in_scratch("a/b/c")));
	WELL(folder_make(path));
	ck_assert_uint_eq(mode_of(path), 0700);
	ck_assert_uint_eq(mode_of(in_scratch("a")), 0700);
	WELL(file_write(in_scratch("f"), "", 0));
	FAILS(FAULT_INPUT, folder_make(path));
	FAILS(FAULT_SYSTEM, folder_make(in_scratch("f/x")));
	FAILS(FAULT_INPUT, folder_make(""));
	WELL(folder_make("/"));
	WELL(folder_make("/tmp"));
	scratch_remove(dir);
}
END_TEST

START_TEST(a_folder_that_may_not_be_made_says_why)
{
	dir = scratch();
	WELL(folder_make(in_scratch("closed")));
	ck_assert_int_eq(chmod(path, 0555), 0);
	uid_t me = geteuid();
	if (me == 0)
		ck_assert_int_eq(chmod(dir, 0755) + seteuid(65534), 0);
	FAILS(FAULT_SYSTEM, folder_make(in_scratch("closed/a/b")));
	ck_assert_msg(strstr(fault_sentence(), strerror(EACCES)) != NULL, "%s", fault_sentence());
	ck_assert_int_eq(seteuid(me), 0);
	scratch_remove(dir);
}
END_TEST

START_TEST(stoa_home_holds_everything)
{
	struct places p;
	dir = scratch();
	setenv("STOA_HOME", in_scratch("home"), 1);
	WELL(places_find(&p));
	const char *const all[] = { p.config, p.data, p.state, p.cache, p.runtime };
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		ck_assert(str_starts(all[i], in_scratch("home/")));
		ck_assert_uint_eq(mode_of(all[i]), 0700);
		for (size_t k = 0; k < i; k++)
			ck_assert_str_ne(all[i], all[k]);
	}
	places_clear(&p);
	ck_assert_int_eq(chdir(dir), 0);
	setenv("STOA_HOME", "here", 1);
	WELL(places_find(&p));
	ck_assert_int_eq(p.data[0], '/');
	places_clear(&p);
	scratch_remove(dir);
}
END_TEST

START_TEST(xdg_variables_count_when_they_are_absolute)
{
	struct places p;
	char want[600];
	dir = scratch();
	unsetenv("STOA_HOME");
	setenv("HOME", dir, 1);
	setenv("XDG_CONFIG_HOME", in_scratch("conf"), 1);
	setenv("XDG_DATA_HOME", "relative", 1);
	unsetenv("XDG_STATE_HOME");
	unsetenv("XDG_CACHE_HOME");
	unsetenv("XDG_RUNTIME_DIR");
	WELL(places_find(&p));
	snprintf(want, sizeof want, "%s/conf/stoa", dir);
	ck_assert_str_eq(p.config, want);
	snprintf(want, sizeof want, "%s/.local/share/stoa", dir);
	ck_assert_str_eq(p.data, want);
	snprintf(want, sizeof want, "%s/.local/state/stoa", dir);
	ck_assert_str_eq(p.state, want);
	snprintf(want, sizeof want, "%s/.local/state/stoa/run", dir);
	ck_assert_str_eq(p.runtime, want);
	places_clear(&p);
	scratch_remove(dir);
}
END_TEST

TESTS("file", a_file_is_written_whole_private_and_read_back,
	a_write_that_fails_leaves_the_old_file_and_no_other, links_fifos_and_folders_are_not_read,
	a_file_over_the_limit_is_refused, folders_are_made_with_parents_and_private,
	a_folder_that_may_not_be_made_says_why,
	stoa_home_holds_everything, xdg_variables_count_when_they_are_absolute)
