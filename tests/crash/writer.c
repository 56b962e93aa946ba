/* The durable flows of the store, one a run, so that they can be killed and their
 * system calls made to fail from outside (tests/crash/run).
 *
 *	writer make FOLDER           a store of 40 records, sealed by the old key
 *	writer FLOW FOLDER           run a flow; "put ID" or "bury ID" on standard
 *	                             output for everything acknowledged
 *	writer check FOLDER ACKS     open what is left: exactly one key opens it, it
 *	                             verifies, it is writable, all of ACKS holds, within 1 s
 *	writer kills COUNT [early]   append in a child, kill it, check; COUNT times
 *
 * A fault is not the end of a flow: the next step must work again or fail again. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "stoa/store.h"

#define CHAT "c0000000000000000000000000000001"
#define OTHER "c0000000000000000000000000000002"

static const char old_key[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
static const char new_key[] = "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100";

static struct vault_secret
secret_of(const char *s)
{
	struct vault_secret out = vault_secret_new(strlen(s));
	memcpy(out.bytes, s, out.len);
	return out;
}

static enum fault
open_store(struct store **out, const char *folder)
{
	char database[256], anchor[256];
	snprintf(database, sizeof database, "%s/local.db", folder);
	snprintf(anchor, sizeof anchor, "%s/anchor", folder);
	struct store_paths paths = { .database = database, .anchor = anchor };
	return store_open(out, &paths, NULL);
}

static enum fault
unlock(struct store *s, const char *key)
{
	struct vault_secret secret = secret_of(key);
	enum fault f = store_unlock(s, SLOT_KEY_FILE, &secret);
	vault_secret_clear(&secret);
	return f;
}

static enum fault
open_unlocked(struct store **out, const char *folder)
{
	enum fault f = open_store(out, folder);
	if (f != FAULT_NONE)
		return f;
	f = unlock(*out, old_key);
	if (f != FAULT_NONE)
		store_close(*out);
	return f;
}

static void
acknowledge(enum fault f, const char *what, const char *id)
{
	if (f == FAULT_NONE)
		dprintf(1, "%s %s\n", what, id);
	else
		fprintf(stderr, "%s %s: %s: %s\n", what, id, fault_name(f), fault_sentence());
}

static void
put(struct store *s, const char *conv)
{
	unsigned char id[VAULT_ID_BYTES];
	char hex[ID_BYTES];
	vault_id_new(id);
	vault_id_text(hex, id);
	acknowledge(store_put(s, KIND_MESSAGE, conv, hex, "{\"text\":\"a message\"}", 20), "put", hex);
}

/* Three records in one transaction: all or none. */
static void
put_three(struct store *s)
{
	char hex[3][ID_BYTES];
	enum fault f = store_begin(s);
	for (int i = 0; i < 3 && f == FAULT_NONE; i++) {
		unsigned char id[VAULT_ID_BYTES];
		vault_id_new(id);
		f = store_put(s, KIND_MESSAGE, i ? CHAT : OTHER, vault_id_text(hex[i], id), "three", 5);
	}
	f = f == FAULT_NONE ? store_commit(s) : f;
	store_rollback(s);
	for (int i = 0; i < 3; i++)
		acknowledge(f, "put", f == FAULT_NONE ? hex[i] : "three");
}

static const char *
known_id(unsigned n)
{
	static char hex[ID_BYTES];
	snprintf(hex, sizeof hex, "%032x", n);
	return hex;
}

static void
append(struct store *s)
{
	for (int i = 0; i < 3; i++)
		put(s, CHAT);
	put_three(s);
	acknowledge(store_put(s, KIND_MESSAGE, CHAT, known_id(1), "edited", 6), "put", known_id(1));
	acknowledge(store_bury(s, known_id(2)), "bury", known_id(2));
	put(s, OTHER);
}

static void
change_key(struct store *s)
{
	struct vault_secret key = secret_of(new_key);
	acknowledge(store_rekey(s, SLOT_KEY_FILE, &key, "new", NULL, NULL), "key", "new");
	put(s, CHAT);
	vault_secret_clear(&key);
}

static void
slots(struct store *s)
{
	struct vault_secret key = secret_of(new_key);
	acknowledge(store_slot_add(s, SLOT_OPEN, &key, "second"), "slot", "add");
	acknowledge(store_slot_remove(s, 1), "slot", "remove");
	put(s, CHAT);
	vault_secret_clear(&key);
}

static void
clean(struct store *s)
{
	acknowledge(store_bury_chain(s, OTHER), "chain", OTHER);
	acknowledge(store_vacuum(s), "vacuum", "-");
	put(s, CHAT);
}

static void
lock(struct store *s)
{
	put(s, CHAT);
	store_lock(s);
	enum fault f = unlock(s, old_key);
	if (f == FAULT_NONE)
		put(s, CHAT);
}

static const struct { const char *name; void (*run)(struct store *s); } flows[] = {
	{ "append", append }, { "rekey", change_key }, { "slots", slots }, { "clean", clean }, { "lock", lock },
};

static int
run_flow(const char *name, const char *folder)
{
	struct store *s;
	for (size_t i = 0; i < COUNT_OF(flows); i++) {
		if (strcmp(flows[i].name, name) != 0)
			continue;
		enum fault f = open_unlocked(&s, folder);
		if (f != FAULT_NONE) {
			fprintf(stderr, "%s: %s\n", fault_name(f), fault_sentence());
			return 3;
		}
		flows[i].run(s);
		store_close(s);
		return 0;
	}
	fprintf(stderr, "no flow %s\n", name);
	return 2;
}

static int
make(const char *folder)
{
	struct store *s;
	struct vault_secret key = secret_of(old_key);
	enum fault f = open_store(&s, folder);
	if (f != FAULT_NONE) {
		fprintf(stderr, "%s: %s\n", fault_name(f), fault_sentence());
		return 3;
	}
	f = store_seal_new(s, SLOT_KEY_FILE, &key, "old");
	acknowledge(f, "sealed", "-");
	for (unsigned i = 1; i <= 40 && f == FAULT_NONE; i++) {
		f = store_put(s, KIND_MESSAGE, i % 3 ? CHAT : OTHER, known_id(i), "a message", 9);
		acknowledge(f, "put", known_id(i));
	}
	vault_secret_clear(&key);
	store_close(s);
	return f != FAULT_NONE;
}

static int
complain(const char *what)
{
	printf("%s: %s\n", what, fault_sentence());
	return 1;
}

/* Does everything that was acknowledged hold? */
static int
check_acks(struct store *s, const char *acks)
{
	char what[16], id[64];
	FILE *in = fopen(acks, "r");
	int bad = 0;
	if (in == NULL)
		return complain("no list of what was acknowledged");
	while (fscanf(in, "%15s %63s", what, id) == 2) {
		struct arena a;
		struct sealed got;
		arena_init(&a);
		if (strcmp(what, "put") == 0 && store_get(&got, &a, s, id) != FAULT_NONE)
			bad |= complain("an acknowledged record is lost");
		if (strcmp(what, "bury") == 0 && store_get(&got, &a, s, id) != FAULT_ABSENT)
			bad |= complain("a buried record is back");
		arena_clear(&a);
	}
	fclose(in);
	return bad;
}

static double
now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int
check(const char *folder, const char *acks)
{
	struct store *s;
	uint64_t records;
	double start = now_s();
	if (open_store(&s, folder) != FAULT_NONE)
		return complain("it does not open");
	if (store_is_new(s)) {          /* killed before the first seal */
		store_close(s);
		FILE *in = fopen(acks, "r");
		int any = in == NULL || fgetc(in) != EOF;
		if (in != NULL)
			fclose(in);
		return any ? complain("an acknowledged seal is lost") : 0;
	}
	enum fault with_new = unlock(s, new_key), with_old = unlock(s, old_key);
	int bad = 0;
	if ((with_old == FAULT_NONE) == (with_new == FAULT_NONE))
		bad |= complain("not exactly one key opens it");
	if (with_old != FAULT_NONE && unlock(s, new_key) != FAULT_NONE)
		bad |= complain("it does not unlock");
	if (now_s() - start > 1)
		bad |= complain("opening took more than a second");
	if (store_read_only(s))
		bad |= complain("it opens read only");
	if (store_verify(s, &records) != FAULT_NONE)
		bad |= complain("it does not verify");
	bad |= check_acks(s, acks);
	if (store_put(s, KIND_MESSAGE, CHAT, known_id(9999), "after", 5) != FAULT_NONE)
		bad |= complain("it cannot be written");
	store_close(s);
	return bad;
}

/* ---- kills --------------------------------------------------------------------- */

static void
append_for_ever(const char *folder, bool early)
{
	struct store *s;
	if (open_unlocked(&s, folder) != FAULT_NONE)
		_exit(1);
	for (;;) {
		unsigned char id[VAULT_ID_BYTES];
		char hex[ID_BYTES];
		vault_id_new(id);
		vault_id_text(hex, id);
		enum fault f = store_begin(s);
		if (f == FAULT_NONE)
			f = store_put(s, KIND_MESSAGE, CHAT, hex, "a message", 9);
		if (early)
			acknowledge(f, "put", hex);
		if (f == FAULT_NONE)
			f = store_commit(s);
		if (!early)
			acknowledge(f, "put", hex);
		if (f != FAULT_NONE)
			_exit(1);
	}
}

static int
kill_once(const char *folder, const char *acks, bool early, unsigned delay_us)
{
	int to = open(acks, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	pid_t child = fork();
	if (child == 0) {
		dup2(to, 1);
		append_for_ever(folder, early);
	}
	close(to);
	usleep(delay_us);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return check(folder, acks);
}

static int
kills(unsigned count, bool early)
{
	char folder[] = "/tmp/stoa-kills-XXXXXX", sub[64], acks[64], command[128];
	unsigned bad = 0, x = 2463534242u;
	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(sub, sizeof sub, "%s/store", folder);
	snprintf(acks, sizeof acks, "%s/acks", folder);
	int out = dup(1), none = open("/dev/null", O_WRONLY);
	for (unsigned i = 0; i < count; i++) {
		if (i % 100 == 0) {             /* fresh now and then, so that it stays quick */
			snprintf(command, sizeof command, "rm -rf %s", sub);
			dup2(none, 1);
			if (system(command) != 0 || make(sub) != 0)
				bad++;
			dup2(out, 1);
		}
		x ^= x << 13, x ^= x >> 17, x ^= x << 5;
		bad += kill_once(sub, acks, early, 2000 + x % 25000) != 0;
	}
	snprintf(command, sizeof command, "rm -rf %s", folder);
	if (system(command) != 0)
		bad++;
	printf("%u passed, %u failed\n", count - bad, bad);
	return bad != 0;
}

int
main(int argc, char **argv)
{
	if (vault_start() != FAULT_NONE || log_open("/dev/null", LOG_ERROR, false) != FAULT_NONE)
		return 3;
	if (argc >= 3 && strcmp(argv[1], "make") == 0)
		return make(argv[2]);
	if (argc >= 4 && strcmp(argv[1], "check") == 0)
		return check(argv[2], argv[3]);
	if (argc >= 3 && strcmp(argv[1], "kills") == 0)
		return kills((unsigned)strtoul(argv[2], NULL, 10), argc > 3);
	return argc >= 3 ? run_flow(argv[1], argv[2]) : 2;
}
