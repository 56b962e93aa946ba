/* Secrets in locked memory: typed, in a key file, in the keyring, on paper.
 *
 * A secret never becomes text, an argument or an environment variable.  The
 * keyring is asked through secret-tool(1), which takes and gives the secret on
 * its pipes; what was stored is read back before anybody relies on it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend_in.h"

#define HEX_BYTES (2 * VAULT_KEY_BYTES)
#define KEYRING_WAIT_MS 120000 /* a person may have to unlock it */

static struct backend_secret *
secret_of(struct vault_secret s)
{
	struct backend_secret *out = mem_new(sizeof *out);
	out->s = s;
	return out;
}

struct backend_secret *
backend_secret_new(const void *bytes, size_t n)
{
	struct vault_secret s = vault_secret_new(n);
	if (n > 0)
		memcpy(s.bytes, bytes, n);
	return secret_of(s);
}

void
backend_secret_free(struct backend_secret *s)
{
	if (s == NULL)
		return;
	vault_secret_clear(&s->s);
	mem_free(s);
}

enum fault
backend_secret_read(struct backend_secret **out, int fd)
{
	struct vault_secret s = { NULL, 0 };
	enum fault f = vault_secret_read(&s, fd);
	if (f == FAULT_NONE)
		*out = secret_of(s);
	return f;
}

enum fault
backend_secret_recovery(struct backend_secret **out, const char *shown)
{
	struct vault_secret s = { NULL, 0 };
	enum fault f = vault_recovery_parse(&s, shown);
	if (f == FAULT_NONE)
		*out = secret_of(s);
	return f;
}

enum fault
backend_secret_as_recovery(struct backend_secret **out, const struct backend_secret *typed)
{
	char shown[2 * VAULT_RECOVERY_TEXT];
	if (typed->s.len >= sizeof shown)
		return fault(FAULT_INPUT, "a recovery code is shorter");
	memcpy(shown, typed->s.bytes, typed->s.len);
	shown[typed->s.len] = '\0';
	enum fault f = backend_secret_recovery(out, shown);
	explicit_bzero(shown, sizeof shown);
	return f;
}

enum fault
backend_recovery_new(struct backend_secret **out, char shown[VAULT_RECOVERY_TEXT])
{
	struct vault_secret s = { NULL, 0 };
	enum fault f = vault_recovery_make(&s, shown);
	if (f == FAULT_NONE)
		*out = secret_of(s);
	return f;
}

static struct backend_secret *
secret_random(void)
{
	struct vault_secret s = vault_secret_new(VAULT_KEY_BYTES);
	chance_system.fill(s.bytes, s.len, chance_system.arg);
	return secret_of(s);
}

/* Read at most n bytes; -1 with errno. */
static ssize_t
read_up_to(int fd, unsigned char *bytes, size_t n)
{
	size_t have = 0;
	while (have < n) {
		ssize_t got = read(fd, bytes + have, n - have);
		if (got == 0)
			break;
		if (got < 0 && errno != EINTR)
			return -1;
		if (got > 0)
			have += (size_t)got;
	}
	return (ssize_t)have;
}

/* ---- key file ---------------------------------------------------------------------- */

static enum fault
key_file_create(struct backend_secret **out, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 && errno == EEXIST)
		return fault(FAULT_EXISTS, "%s is there already", path);
	if (fd < 0)
		return fault_errno("key file %s cannot be made", path);
	struct backend_secret *s = secret_random();
	enum fault f = fd_write_all(fd, s->s.bytes, s->s.len);
	if (f == FAULT_NONE && fsync(fd) != 0)
		f = fault_errno("key file %s was not saved", path);
	if (close(fd) != 0 && f == FAULT_NONE)
		f = fault_errno("key file %s was not saved", path);
	if (f == FAULT_NONE) {
		*out = s;
		return FAULT_NONE;
	}
	unlink(path);
	backend_secret_free(s);
	return f;
}

static enum fault
key_file_read(struct backend_secret **out, const char *path, int fd)
{
	struct stat st;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return fault(FAULT_INPUT, "%s is not a key file", path);
	if ((st.st_mode & 077) != 0)
		return fault(FAULT_DENIED,
			"key file %s may be read by others; its mode must be 0600", path);
	if (st.st_size != VAULT_KEY_BYTES)
		return fault(FAULT_INPUT, "key file %s has not %d bytes", path, VAULT_KEY_BYTES);
	struct vault_secret s = vault_secret_new(VAULT_KEY_BYTES);
	if (read_up_to(fd, s.bytes, s.len) != (ssize_t)s.len) {
		vault_secret_clear(&s);
		return fault(FAULT_SYSTEM, "key file %s cannot be read", path);
	}
	*out = secret_of(s);
	return FAULT_NONE;
}

enum fault
backend_secret_file(struct backend_secret **out, const char *path, bool create)
{
	if (create)
		return key_file_create(out, path);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return fault(FAULT_ABSENT, "there is no key file %s", path);
	if (fd < 0)
		return fault_errno("key file %s cannot be opened", path);
	enum fault f = key_file_read(out, path, fd);
	close(fd);
	return f;
}

/* ---- keyring ----------------------------------------------------------------------- */

/* Run secret-tool, giving it `in` and taking at most out->len bytes into out. */
static enum fault
secret_tool(struct vault_secret *out, size_t *got, const char *const argv[],
	const struct vault_secret *in)
{
	const struct child_limits limits = { .wall_ms = KEYRING_WAIT_MS, .trusted = true };
	struct child c;
	int status = 0;
	enum fault f = child_start(&c, argv, -1, &limits);
	if (f == FAULT_ABSENT)
		return fault(FAULT_ABSENT,
			"there is no keyring: the program secret-tool is not installed");
	if (f != FAULT_NONE)
		return f;
	/* What was not taken shows when it is read back. */
	if (in != NULL)
		(void)!fd_write_all(c.to_fd, in->bytes, in->len);
	close(c.to_fd);
	c.to_fd = -1;
	ssize_t n = out == NULL ? 0 : read_up_to(c.from_fd, out->bytes, out->len);
	f = child_end(&c, &status);
	if (f != FAULT_NONE)
		return f;
	if (n < 0 || !WIFEXITED(status))
		return fault(FAULT_SYSTEM, "the keyring does not answer");
	if (WEXITSTATUS(status) != 0)
		return fault(FAULT_ABSENT, in == NULL ? "the keyring has no key of ours"
						      : "the keyring did not take the key");
	if (got != NULL)
		*got = (size_t)n;
	return FAULT_NONE;
}

static void
to_hex(struct vault_secret *hex, const struct vault_secret *raw)
{
	for (size_t i = 0; i < raw->len; i++) {
		hex->bytes[2 * i] = (unsigned char)"0123456789abcdef"[raw->bytes[i] >> 4];
		hex->bytes[2 * i + 1] = (unsigned char)"0123456789abcdef"[raw->bytes[i] & 15];
	}
}

static bool
from_hex(struct vault_secret *raw, const struct vault_secret *hex)
{
	for (size_t i = 0; i < hex->len; i++) {
		unsigned char c = hex->bytes[i];
		int digit = c >= '0' && c <= '9'   ? c - '0'
			    : c >= 'a' && c <= 'f' ? c - 'a' + 10
						   : -1;
		if (digit < 0)
			return false;
		raw->bytes[i / 2] =
			(unsigned char)(i % 2 == 0 ? digit << 4 : raw->bytes[i / 2] | digit);
	}
	return true;
}

static enum fault
keyring_find(struct backend_secret **out, const char *profile)
{
	const char *const argv[] = { "secret-tool", "lookup", "application", "stoa", "profile",
		profile, NULL };
	struct vault_secret hex = vault_secret_new(HEX_BYTES),
			    raw = vault_secret_new(VAULT_KEY_BYTES);
	size_t got = 0;
	enum fault f = secret_tool(&hex, &got, argv, NULL);
	if (f == FAULT_NONE && got == 0)
		f = fault(FAULT_ABSENT, "the keyring has no key of ours");
	else if (f == FAULT_NONE && (got != hex.len || !from_hex(&raw, &hex)))
		f = fault(FAULT_DAMAGED, "what the keyring holds for us is not a key");
	vault_secret_clear(&hex);
	if (f == FAULT_NONE)
		*out = secret_of(raw);
	else
		vault_secret_clear(&raw);
	return f;
}

enum fault
backend_secret_keyring(struct backend_secret **out, const char *profile, bool create)
{
	struct backend_secret *found = NULL;
	enum fault f = keyring_find(&found, profile);
	if (!create || f != FAULT_ABSENT) {
		if (f == FAULT_NONE)
			*out = found;
		return f;
	}
	struct text label;
	text_init(&label, 256);
	text_printf(&label, "--label=stoa %s", profile);
	const char *const argv[] = { "secret-tool", "store", label.data, "application", "stoa",
		"profile", profile, NULL };
	struct backend_secret *made = secret_random();
	struct vault_secret hex = vault_secret_new(HEX_BYTES);
	to_hex(&hex, &made->s);
	f = secret_tool(NULL, NULL, argv, &hex);
	vault_secret_clear(&hex);
	text_clear(&label);
	if (f == FAULT_NONE)
		f = keyring_find(&found, profile);
	if (f == FAULT_NONE && memcmp(found->s.bytes, made->s.bytes, VAULT_KEY_BYTES) != 0)
		f = fault(FAULT_SYSTEM, "the keyring gave back another key than it was given");
	backend_secret_free(made);
	if (f == FAULT_NONE)
		*out = found;
	else
		backend_secret_free(found);
	return f;
}
