/* Secrets on their way in: passphrases, key files, recovery codes; and the small
 * things that secrets and random ids need elsewhere.
 *
 * A key file and an unlocked store hold 64 hex digits, so that a file that was
 * opened by an editor, or printed, still works; 32 raw bytes are taken too.  The
 * recovery code is 160 bits as eight groups of four base32 letters (RFC 4648);
 * what a tired person writes for a letter (0, 1, 8, small letters, blanks) is
 * understood.
 */
#include <errno.h>
#include <unistd.h>
#include "vault_in.h"

#define SECRET_MAX 1024
#define RECOVERY_BYTES 20
static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

struct vault_secret
vault_secret_new(size_t len)
{
	struct vault_secret s = { NULL, len };
	/* A passphrase may be asked for before the vault is started. */
	if (sodium_init() >= 0)
		s.bytes = sodium_malloc(len ? len : 1);
	if (s.bytes == NULL)
		s.len = 0;
	else
		sodium_memzero(s.bytes, len);
	return s;
}

void
vault_secret_clear(struct vault_secret *s)
{
	sodium_free(s->bytes);
	s->bytes = NULL;
	s->len = 0;
}

enum fault
vault_secret_read(struct vault_secret *out, int fd)
{
	enum fault f = FAULT_NONE;
	size_t n = 0;
	struct vault_secret s = vault_secret_new(SECRET_MAX + 1);
	if (s.bytes == NULL)
		return fault(FAULT_SYSTEM, "no protected memory for a secret");
	/* One byte at a time: what follows the line belongs to somebody else. */
	for (;;) {
		ssize_t got = read(fd, s.bytes + n, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			f = fault_errno("the secret cannot be read");
			goto out;
		}
		if (got == 0 || s.bytes[n] == '\n')
			break;
		if (++n > SECRET_MAX) {
			f = fault(FAULT_LIMIT, "a secret is at most %d bytes long", SECRET_MAX);
			goto out;
		}
	}
	if (n == 0) {
		f = fault(FAULT_INPUT, "the secret is empty");
		goto out;
	}
	s.bytes[n] = 0;
	s.len = n;
	*out = s;
	return FAULT_NONE;
out:
	vault_secret_clear(&s);
	return f;
}

enum fault
vault_key_make(struct vault_secret *out)
{
	unsigned char key[VAULT_KEY_BYTES];
	struct vault_secret s = vault_secret_new(2 * VAULT_KEY_BYTES + 1);
	if (s.bytes == NULL)
		return fault(FAULT_SYSTEM, "no protected memory for a secret");
	randombytes_buf(key, sizeof key);
	sodium_bin2hex((char *)s.bytes, s.len, key, sizeof key);
	sodium_memzero(key, sizeof key);
	s.len = 2 * VAULT_KEY_BYTES;
	*out = s;
	return FAULT_NONE;
}

enum fault
vault_recovery_make(struct vault_secret *code, char shown[VAULT_RECOVERY_TEXT])
{
	struct vault_secret s = vault_secret_new(RECOVERY_BYTES);
	if (s.bytes == NULL)
		return fault(FAULT_SYSTEM, "no protected memory for a secret");
	randombytes_buf(s.bytes, s.len);
	char *p = shown;
	for (size_t i = 0; i < RECOVERY_BYTES * 8 / 5; i++) {
		size_t bit = i * 5;
		unsigned pair = (unsigned)s.bytes[bit / 8] << 8;
		if (bit / 8 + 1 < RECOVERY_BYTES)
			pair |= s.bytes[bit / 8 + 1];
		if (i > 0 && i % 4 == 0)
			*p++ = '-';
		*p++ = base32[pair >> (11 - bit % 8) & 31];
	}
	*p = '\0';
	*code = s;
	return FAULT_NONE;
}

/* The value of a letter as a person may have written it; -1: none. */
static int
letter_value(char c)
{
	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	c = c == '0' ? 'O' : c == '1' ? 'I' : c == '8' ? 'B' : c;
	const char *at = c ? strchr(base32, c) : NULL;
	return at ? (int)(at - base32) : -1;
}

enum fault
vault_recovery_parse(struct vault_secret *code, const char *shown)
{
	enum fault f;
	size_t letters = 0;
	struct vault_secret s = vault_secret_new(RECOVERY_BYTES);
	if (s.bytes == NULL)
		return fault(FAULT_SYSTEM, "no protected memory for a secret");
	for (const char *p = shown; *p; p++) {
		if (*p == '-' || *p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')
			continue;
		int value = letter_value(*p);
		size_t bit = letters++ * 5;
		if (value < 0 || bit >= RECOVERY_BYTES * 8) {
			f = fault(FAULT_INPUT, "a recovery code is eight groups of four letters and digits 2 to 7");
			goto out;
		}
		unsigned pair = (unsigned)value << (11 - bit % 8);
		s.bytes[bit / 8] |= (unsigned char)(pair >> 8);
		if (bit / 8 + 1 < RECOVERY_BYTES)
			s.bytes[bit / 8 + 1] |= (unsigned char)pair;
	}
	if (letters != RECOVERY_BYTES * 8 / 5) {
		f = fault(FAULT_INPUT, "the recovery code has %zu letters, not %d", letters, RECOVERY_BYTES * 8 / 5);
		goto out;
	}
	*code = s;
	return FAULT_NONE;
out:
	vault_secret_clear(&s);
	return f;
}

bool
vault_same(const void *a, const void *b, size_t n)
{
	return sodium_memcmp(a, b, n) == 0;
}

void
vault_wipe(void *bytes, size_t n)
{
	sodium_memzero(bytes, n);
}

void
vault_id_new(unsigned char id[VAULT_ID_BYTES])
{
	randombytes_buf(id, VAULT_ID_BYTES);
}

char *
vault_id_text(char hex[ID_BYTES], const unsigned char id[VAULT_ID_BYTES])
{
	return sodium_bin2hex(hex, ID_BYTES, id, VAULT_ID_BYTES);
}

enum fault
vault_id_parse(unsigned char id[VAULT_ID_BYTES], const char *hex, const char *what)
{
	size_t n = 0;
	if (hex == NULL || strlen(hex) != 2 * VAULT_ID_BYTES ||
		sodium_hex2bin(id, VAULT_ID_BYTES, hex, 2 * VAULT_ID_BYTES, NULL, &n, NULL) != 0 ||
		n != VAULT_ID_BYTES)
		return fault(FAULT_INPUT, "the %s id %s is not 32 hex digits", what, hex ? hex : "(none)");
	return FAULT_NONE;
}
