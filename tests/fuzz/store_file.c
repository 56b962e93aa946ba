/* A database file from anywhere: opened, read, checked and closed without harm. */
#include <fcntl.h>
#include <unistd.h>
#include "stoa/store.h"
#include "vault.h"

static enum fault
look(const struct sealed *rec, void *arg)
{
	(void)arg;
	return strlen(rec->plain) <= rec->plain_bytes ? FAULT_NONE : fault(FAULT_DAMAGED, "a text without end");
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char folder[] = "/tmp/stoa-fuzz-XXXXXX", path[64], side[80];
	static const char *const endings[] = { "", "-wal", "-shm", "-journal" };
	struct store *s;
	uint64_t records;
	if (log_open("/dev/null", LOG_ERROR, false) != FAULT_NONE || mkdtemp(folder) == NULL)
		abort();
	snprintf(path, sizeof path, "%s/db", folder);
	int fd = open(path, O_WRONLY | O_CREAT, 0600);
	if (fd < 0 || write(fd, bytes, n) != (ssize_t)n)
		abort();
	close(fd);
	struct store_paths paths = { .database = path };
	if (store_open(&s, &paths, NULL) == FAULT_NONE) {
		struct vault_secret key = known_key();
		enum fault f = store_unlock(s, SLOT_KEY_FILE, &key);
		f = store_each(s, NULL, 0, look, NULL);
		f = store_verify(s, &records);
		f = store_check(s);
		(void)f;
		vault_secret_clear(&key);
		store_close(s);
	}
	for (size_t i = 0; i < COUNT_OF(endings); i++) {
		snprintf(side, sizeof side, "%s%s", path, endings[i]);
		unlink(side);
	}
	rmdir(folder);
	return 0;
}
