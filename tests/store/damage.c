/* A damaged file: bytes flipped anywhere, the file cut short, WAL rubbish.  Every
 * one ends in a fault or in the whole truth; never in a crash or a wrong text. */
#include <fcntl.h>
#include <sys/stat.h>
#include "store_test.h"

static const char expected[] = "the light reactions happen in the thylakoid";

static enum fault
must_be_true(const struct sealed *rec, void *arg)
{
	++*(int *)arg;
	ck_assert_msg(str_starts(rec->plain, "the light"), "a wrong text was handed out");
	return FAULT_NONE;
}

/* Open, read all, check, write, close; however it ends, it ends. */
static void
exercise(struct bench *b)
{
	struct store *s;
	struct store_paths paths = { .database = b->database };
	uint64_t records;
	int seen = 0;
	if (store_open(&s, &paths, &b->clock) != FAULT_NONE)
		return;
	enum fault f = store_unlock(s, SLOT_KEY_FILE, &b->key);
	enum fault g = store_each(s, NULL, 0, must_be_true, &seen);
	if (f == FAULT_NONE && g == FAULT_NONE)
		ck_assert_int_eq(seen, 60);
	f = store_verify(s, &records);
	f = store_check(s);
	f = store_put(s, KIND_MESSAGE, CHAT, ID(500), expected, sizeof expected - 1);
	f = store_bury(s, ID(3));
	(void)f;
	store_close(s);
}

static void
write_bytes(const char *path, const char *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CREAT, 0600);
	ck_assert_int_eq(write(fd, bytes, n), (ssize_t)n);
	close(fd);
}

static void
prepare(struct bench *b, struct text *file)
{
	bench_open(b);
	for (unsigned i = 1; i <= 60; i++)
		put_text(b->store, i % 3 ? CHAT : OTHER, i, expected);
	store_close(b->store);
	b->store = NULL;
	text_init(file, 1 << 24);
	WELL(file_read(file, b->database));
	WELL(log_open("/dev/null", LOG_ERROR, false));
}

START_TEST(flipped_bytes_end_in_a_fault_and_never_in_a_crash)
{
	struct bench b;
	struct text file;
	char wal[128];
	const char *many = getenv("STOA_FLIPS");
	size_t flips = many ? strtoul(many, NULL, 10) : 400;
	uint64_t x = 88172645463325252u;
	prepare(&b, &file);
	snprintf(wal, sizeof wal, "%s-wal", b.database);
	for (size_t i = 0; i < flips; i++) {
		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		/* every third flip goes to the headers of pages, where it hurts */
		size_t at = i % 3 ? x % file.len : (x % (file.len / 4096)) * 4096 + x / 4096 % 100 % file.len;
		unsigned char mask = (unsigned char)(x >> 40) ? (unsigned char)(x >> 40) : 0xff;
		file.data[at] = (char)(file.data[at] ^ mask);
		unlink(wal);
		write_bytes(b.database, file.data, file.len);
		exercise(&b);
		file.data[at] = (char)(file.data[at] ^ mask);
	}
	text_clear(&file);
	bench_close(&b);
}
END_TEST

START_TEST(a_file_cut_anywhere_ends_in_a_fault)
{
	struct bench b;
	struct text file;
	prepare(&b, &file);
	for (size_t n = 0; n < file.len; n += 1777) {
		write_bytes(b.database, file.data, n);
		exercise(&b);
	}
	text_clear(&file);
	bench_close(&b);
}
END_TEST

START_TEST(rubbish_for_a_wal_is_passed_over)
{
	struct bench b;
	struct text file;
	char wal[128], rubbish[5000];
	prepare(&b, &file);
	snprintf(wal, sizeof wal, "%s-wal", b.database);
	for (size_t i = 0; i < sizeof rubbish; i++)
		rubbish[i] = (char)(i * 37);
	write_bytes(wal, rubbish, sizeof rubbish);
	WELL(bench_store(&b, &b.store));
	WELL(store_unlock(b.store, SLOT_KEY_FILE, &b.key));
	text_clear(&file);
	bench_close(&b);
}
END_TEST

START_TEST(a_full_disk_says_not_saved_and_later_saves_again)
{
	struct bench b;
	static char big[100000];
	uint64_t records;
	bench_open(&b);
	put_text(b.store, CHAT, 1, "one");
	memset(big, 'x', sizeof big);
	WELL(store_exec(b.store, "PRAGMA max_page_count=40"));
	enum fault f = store_put(b.store, KIND_MESSAGE, CHAT, ID(2), big, sizeof big);
	ck_assert_int_eq(f, FAULT_SYSTEM);
	ck_assert(strstr(fault_sentence(), "not saved") != NULL);
	put_text(b.store, CHAT, 3, "three");            /* opened anew, without the limit */
	WELL(store_put(b.store, KIND_MESSAGE, CHAT, ID(2), big, sizeof big));
	WELL(store_verify(b.store, &records));
	ck_assert_uint_eq(records, 3);
	bench_reopen(&b);
	bench_close(&b);
}
END_TEST

TESTS("damage", flipped_bytes_end_in_a_fault_and_never_in_a_crash, a_file_cut_anywhere_ends_in_a_fault,
	rubbish_for_a_wal_is_passed_over, a_full_disk_says_not_saved_and_later_saves_again)
