/* Secrets coming in, the recovery code, and what the process promises. */
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include "vault_test.h"

static enum fault
read_from(struct vault_secret *out, const char *bytes, size_t n, char *rest)
{
	int ends[2];
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(write(ends[1], bytes, n), (ssize_t)n);
	close(ends[1]);
	enum fault f = vault_secret_read(out, ends[0]);
	ssize_t left = read(ends[0], rest, 15);
	rest[left > 0 ? left : 0] = '\0';
	close(ends[0]);
	return f;
}

START_TEST(a_secret_is_one_line_and_what_follows_stays)
{
	struct vault_secret s;
	char rest[16];
	static char wide[2000];
	WELL(vault_start());
	WELL(read_from(&s, "a long walk\nnext", 16, rest));
	ck_assert_uint_eq(s.len, 11);
	ck_assert_mem_eq(s.bytes, "a long walk", 12);
	ck_assert_str_eq(rest, "next");
	vault_secret_clear(&s);
	WELL(read_from(&s, "no newline", 10, rest));
	ck_assert_uint_eq(s.len, 10);
	vault_secret_clear(&s);
	ck_assert_ptr_null(s.bytes);
	FAILS(FAULT_INPUT, read_from(&s, "\nx", 2, rest));
	FAILS(FAULT_INPUT, read_from(&s, "", 0, rest));
	memset(wide, 'x', sizeof wide);
	WELL(read_from(&s, wide, 1024, rest));
	ck_assert_uint_eq(s.len, 1024);
	vault_secret_clear(&s);
	FAILS(FAULT_LIMIT, read_from(&s, wide, 1025, rest));
	FAILS(FAULT_SYSTEM, vault_secret_read(&s, -1));
}
END_TEST

START_TEST(a_recovery_code_is_read_as_people_write_it)
{
	struct vault_secret code, parsed;
	char shown[VAULT_RECOVERY_TEXT], sloppy[2 * VAULT_RECOVERY_TEXT];
	WELL(vault_start());
	for (int round = 0; round < 200; round++) {
		WELL(vault_recovery_make(&code, shown));
		ck_assert_uint_eq(strlen(shown), 39);
		char *p = sloppy;
		for (const char *s = shown; *s; s++) {
			char c = *s == 'O' ? '0' : *s == 'I' ? '1' : *s == 'B' ? '8' : *s;
			*p++ = c == '-' ? ' ' : c >= 'A' && round % 2 ? (char)(c + 32) : c;
		}
		*p = '\0';
		WELL(vault_recovery_parse(&parsed, sloppy));
		ck_assert_uint_eq(parsed.len, 20);
		ck_assert_mem_eq(parsed.bytes, code.bytes, 20);
		vault_secret_clear(&parsed);
		vault_secret_clear(&code);
	}
}
END_TEST

START_TEST(a_wrong_recovery_code_is_refused_with_a_reason)
{
	struct vault_secret code;
	WELL(vault_start());
	FAILS(FAULT_INPUT, vault_recovery_parse(&code, ""));
	FAILS(FAULT_INPUT, vault_recovery_parse(&code, "ABCD-EFGH"));
	FAILS(FAULT_INPUT, vault_recovery_parse(&code, "ABCD-EFGH-IJKL-MNOP-QRST-UVWX-YZ23-456!"));
	FAILS(FAULT_INPUT, vault_recovery_parse(&code, "ABCD-EFGH-IJKL-MNOP-QRST-UVWX-YZ23-45679"));
	FAILS(FAULT_INPUT, vault_recovery_parse(&code, "ABCD-EFGH-IJKL-MNOP-QRST-UVWX-YZ23-4567-A"));
}
END_TEST

START_TEST(a_made_key_is_sixty_four_fresh_digits)
{
	struct vault_secret one, two;
	WELL(vault_start());
	WELL(vault_key_make(&one));
	WELL(vault_key_make(&two));
	ck_assert_uint_eq(one.len, 64);
	ck_assert_uint_eq(strspn((char *)one.bytes, "0123456789abcdef"), 64);
	ck_assert_mem_ne(one.bytes, two.bytes, 64);
	vault_secret_clear(&one);
	vault_secret_clear(&two);
}
END_TEST

START_TEST(no_core_is_written_and_nobody_attaches)
{
	struct rlimit core;
	WELL(vault_start());
	ck_assert_int_eq(getrlimit(RLIMIT_CORE, &core), 0);
	ck_assert_uint_eq(core.rlim_cur, 0);
	ck_assert_uint_eq(core.rlim_max, 0);
	ck_assert_int_eq(prctl(PR_GET_DUMPABLE), 0);
}
END_TEST

START_TEST(a_spent_memory_lock_is_noticed_and_not_fatal)
{
	struct rlimit none = { 0, 0 };
	struct vault *v;
	WELL(vault_start());
	ck_assert(vault_memory_locked());
	if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0)
		return;
	ck_assert_int_eq(setrlimit(RLIMIT_MEMLOCK, &none), 0);
	/* a sanitizer may answer for the kernel */
	ck_assert(mlock(&none, sizeof none) == 0 || !vault_memory_locked());
	WELL(vault_new(&v, store_a0));
	vault_free(v);
}
END_TEST

START_TEST(ids_are_thirty_two_digits)
{
	unsigned char id[VAULT_ID_BYTES], back[VAULT_ID_BYTES];
	char hex[ID_BYTES];
	WELL(vault_start());
	vault_id_new(id);
	WELL(vault_id_parse(back, vault_id_text(hex, id), "record"));
	ck_assert_mem_eq(id, back, sizeof id);
	FAILS(FAULT_INPUT, vault_id_parse(back, NULL, "record"));
	FAILS(FAULT_INPUT, vault_id_parse(back, "", "record"));
	FAILS(FAULT_INPUT, vault_id_parse(back, "0123456789abcdef0123456789abcde", "record"));
	FAILS(FAULT_INPUT, vault_id_parse(back, "0123456789abcdef0123456789abcdeg", "record"));
	FAILS(FAULT_INPUT, vault_id_parse(back, "0123456789abcdef0123456789abcdef0", "record"));
}
END_TEST

TESTS("secret", a_secret_is_one_line_and_what_follows_stays, a_recovery_code_is_read_as_people_write_it,
	a_wrong_recovery_code_is_refused_with_a_reason, a_made_key_is_sixty_four_fresh_digits,
	no_core_is_written_and_nobody_attaches, a_spent_memory_lock_is_noticed_and_not_fatal, ids_are_thirty_two_digits)
