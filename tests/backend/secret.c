/* Secrets and the lock through the backend. */
#include <fcntl.h>
#include <sys/stat.h>

#include "backend_test.h"

static struct home h;
static char path[256];

static const char *
in_home(const char *name)
{
	snprintf(path, sizeof path, "%s/%s", h.dir, name);
	return path;
}

START_TEST(locking_and_unlocking_with_a_key_file)
{
	struct backend_lock lock;
	struct backend_secret *key, *wrong, *again;
	const void *reply;
	home_open(&h);
	WELL(backend_secret_file(&key, in_home("key"), true));
	WELL(backend_slot_add(h.b, BACKEND_KEY_FILE, key, "stick"));
	WELL(backend_lock_state(&lock, h.b));
	ck_assert_uint_eq(lock.slot_count, 2);
	ck_assert(!lock.fresh && !lock.locked && !lock.read_only);
	WELL(backend_lock(h.b));
	FAILS(FAULT_LOCKED, backend_call_wait(&reply, &h.arena, h.b, "me.get", NULL, NULL));
	wrong = backend_secret_new("0123456789abcdef0123456789abcdef", 32);
	FAILS(FAULT_DENIED, backend_unlock(h.b, BACKEND_KEY_FILE, wrong));
	FAILS(FAULT_INPUT, backend_unlock(h.b, BACKEND_KEY_FILE, NULL));
	WELL(backend_secret_file(&again, path, false));
	WELL(backend_unlock(h.b, BACKEND_KEY_FILE, again));
	WELL(backend_call_wait(&reply, &h.arena, h.b, "me.get", NULL, NULL));
	uint64_t records = 99;
	WELL(backend_verify(h.b, &records));
	FAILS(FAULT_ABSENT, backend_slot_remove(h.b, 77));
	FAILS(FAULT_ABSENT, backend_slot_remove(h.b, -1));
	backend_secret_free(key);
	backend_secret_free(wrong);
	backend_secret_free(again);
	home_close(&h);
}
END_TEST

START_TEST(a_key_file_is_private_made_once_and_checked)
{
	struct backend_secret *s = NULL;
	struct stat st;
	umask(0);
	h.dir = scratch();
	WELL(backend_secret_file(&s, in_home("key"), true));
	backend_secret_free(s);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	ck_assert_int_eq(st.st_size, 32);
	FAILS(FAULT_EXISTS, backend_secret_file(&s, path, true));
	ck_assert_int_eq(chmod(path, 0640), 0);
	FAILS(FAULT_DENIED, backend_secret_file(&s, path, false));
	ck_assert_int_eq(chmod(path, 0600), 0);
	ck_assert_int_eq(truncate(path, 31), 0);
	FAILS(FAULT_INPUT, backend_secret_file(&s, path, false));
	FAILS(FAULT_ABSENT, backend_secret_file(&s, in_home("none"), false));
	FAILS(FAULT_INPUT, backend_secret_file(&s, h.dir, false));
	scratch_remove(h.dir);
}
END_TEST

START_TEST(a_recovery_code_opens_what_it_sealed)
{
	struct backend_secret *made, *typed;
	char shown[48];
	struct backend_lock lock;
	home_open(&h);
	WELL(backend_recovery_new(&made, shown));
	WELL(backend_slot_add(h.b, BACKEND_RECOVERY, made, "paper"));
	WELL(backend_lock(h.b));
	WELL(backend_secret_recovery(&typed, shown));
	WELL(backend_unlock(h.b, BACKEND_RECOVERY, typed));
	WELL(backend_lock_state(&lock, h.b));
	ck_assert(!lock.locked);
	struct backend_secret *bad = NULL;
	FAILS(FAULT_INPUT, backend_secret_recovery(&bad, "not a code"));
	backend_secret_free(made);
	backend_secret_free(typed);
	home_close(&h);
}
END_TEST

START_TEST(a_passphrase_is_read_to_the_end_of_its_line)
{
	int p[2];
	struct backend_secret *s;
	ck_assert_int_eq(pipe(p), 0);
	ck_assert_int_eq(write(p[1], "correct horse\nrest", 18), 18);
	close(p[1]);
	WELL(backend_secret_read(&s, p[0]));
	backend_secret_free(s);
	close(p[0]);
	backend_secret_free(NULL);
}
END_TEST

/* A secret-tool that keeps the secret in a file and notes its arguments. */
static const char tool[] = "#!/bin/sh\n"
	"echo \"$@\" >> \"$KEYRING.args\"\n"
	"case $1 in\n"
	"store) cat > \"$KEYRING\" ;;\n"
	"lookup) [ -f \"$KEYRING\" ] && cat \"$KEYRING\" ;;\n"
	"esac\n";

static void
fake_keyring(const char *script)
{
	h.dir = scratch();
	WELL(file_write(in_home("secret-tool"), script, strlen(script)));
	ck_assert_int_eq(chmod(path, 0700), 0);
	char search[400];
	snprintf(search, sizeof search, "%s:/usr/bin:/bin", h.dir);
	setenv("PATH", search, 1);
	setenv("KEYRING", in_home("ring"), 1);
}

START_TEST(the_keyring_keeps_a_key_and_arguments_hold_none)
{
	struct backend_secret *one, *two;
	struct text args, ring;
	fake_keyring(tool);
	FAILS(FAULT_ABSENT, backend_secret_keyring(&one, "local", false));
	WELL(backend_secret_keyring(&one, "local", true));
	WELL(backend_secret_keyring(&two, "local", true));    /* there already: the same */
	text_init(&args, 10000);
	text_init(&ring, 10000);
	WELL(file_read(&ring, in_home("ring")));
	ck_assert_uint_eq(ring.len, 64);
	WELL(file_read(&args, in_home("ring.args")));
	ck_assert_ptr_null(strstr(args.data, ring.data));
	ck_assert_ptr_nonnull(strstr(args.data, "store --label=stoa local application stoa profile local"));
	backend_secret_free(one);
	backend_secret_free(two);
	text_clear(&args);
	text_clear(&ring);
	scratch_remove(h.dir);
}
END_TEST

START_TEST(a_keyring_that_forgets_lies_or_is_missing_is_found_out)
{
	struct backend_secret *s = NULL;
	fake_keyring("#!/bin/sh\nexit 0\n");            /* takes everything, keeps nothing */
	FAILS(FAULT_ABSENT, backend_secret_keyring(&s, "local", true));
	scratch_remove(h.dir);
	fake_keyring("#!/bin/sh\necho hello\n");
	FAILS(FAULT_DAMAGED, backend_secret_keyring(&s, "local", false));
	scratch_remove(h.dir);
	fake_keyring("#!/bin/sh\nexit 1\n");
	FAILS(FAULT_ABSENT, backend_secret_keyring(&s, "local", true));
	scratch_remove(h.dir);
	fake_keyring("#!/bin/sh\n[ $1 = store ] && exit 0\n[ -f $KEYRING ] || { touch $KEYRING; exit 1; }\n"
		"printf 00000000000000000000000000000000000000000000000000000000000000ff\n");
	FAILS(FAULT_SYSTEM, backend_secret_keyring(&s, "local", true));
	scratch_remove(h.dir);
	setenv("PATH", "/nowhere", 1);
	FAILS(FAULT_ABSENT, backend_secret_keyring(&s, "local", true));
	ck_assert_ptr_nonnull(strstr(fault_sentence(), "secret-tool"));
	ck_assert_ptr_null(s);
}
END_TEST

START_TEST(a_new_home_has_no_file_that_others_can_read)
{
	char command[300];
	umask(0);
	home_open(&h);
	const void *reply;
	const struct document_add req = { .path = h.course };
	WELL(backend_call_wait(&reply, &h.arena, h.b, "document.add", &req, NULL));
	snprintf(command, sizeof command, "test -z \"$(find %s -mindepth 1 ! -name plants.md -perm /077)\"", h.dir);
	ck_assert_int_eq(system(command), 0);
	home_close(&h);
}
END_TEST

TESTS("secret", locking_and_unlocking_with_a_key_file, a_key_file_is_private_made_once_and_checked,
	a_recovery_code_opens_what_it_sealed, a_passphrase_is_read_to_the_end_of_its_line,
	the_keyring_keeps_a_key_and_arguments_hold_none,
	a_keyring_that_forgets_lies_or_is_missing_is_found_out,
	a_new_home_has_no_file_that_others_can_read)
