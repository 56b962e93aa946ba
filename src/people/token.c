/* Tokens and codes: chance made readable, and what is kept of it.
 *
 * A token is never stored, only its hash; as it holds 256 random bits, no key and
 * no stretching are needed.  A code that people type holds 50 bits, so it is found
 * by a keyed hash, ends soon, and trying codes is limited at the door.  Its letters
 * leave out I, L, O and U (Crockford's base 32), and a reader who types 1 for I is
 * understood.
 */
#include <string.h>

#include "people_in.h"

static const char base64url[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void
base64url_put(struct text *out, const void *bytes, size_t n)
{
	const unsigned char *b = bytes;
	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		uint32_t v = (uint32_t)b[i] << 16 | (left > 1 ? (uint32_t)b[i + 1] << 8 : 0) |
			     (left > 2 ? b[i + 2] : 0);
		for (size_t k = 0; k < (left > 2 ? 4 : left + 1); k++)
			text_put_c(out, base64url[v >> (18 - 6 * k) & 63]);
	}
}

void
token_make(char out[TOKEN_TEXT], struct people *p, const char *prefix)
{
	unsigned char bits[32];
	struct text t;
	p->chance.fill(bits, sizeof bits, p->chance.arg);
	text_init(&t, TOKEN_TEXT - 1);
	text_put(&t, prefix);
	base64url_put(&t, bits, sizeof bits);
	memcpy(out, t.data, t.len + 1);
	vault_wipe(t.data, t.len);
	vault_wipe(bits, sizeof bits);
	text_clear(&t);
}

void
token_hash(unsigned char out[TOKEN_HASH], const char *token)
{
	vault_sum(out, TOKEN_HASH, token, strlen(token));
}

void
token_bind(struct statement *st, int at, const char *token)
{
	unsigned char hash[TOKEN_HASH];
	token_hash(hash, token);
	statement_blob(st, at, hash, sizeof hash);
}

void
code_make(char out[CODE_TEXT], struct people *p)
{
	unsigned char bits[10];
	char *at = out;
	p->chance.fill(bits, sizeof bits, p->chance.arg);
	for (size_t i = 0; i < sizeof bits; i++) {
		if (i == 5)
			*at++ = '-';
		*at++ = crockford[bits[i] & 31];
	}
	*at = '\0';
	vault_wipe(bits, sizeof bits);
}

/* The digit or letter that was meant; 0: none. */
static char
meant(char c)
{
	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'O')
		c = '0';
	if (c == 'I' || c == 'L')
		c = '1';
	return c != '\0' && strchr(crockford, c) != NULL ? c : '\0';
}

bool
code_plain(char out[CODE_TEXT], const char *typed)
{
	size_t n = 0;
	for (; *typed != '\0'; typed++) {
		char c = meant(*typed);
		if (*typed == '-' || *typed == ' ')
			continue;
		if (c == '\0' || n == CODE_TEXT - 1)
			return false;
		if (n == 5)
			out[n++] = '-';
		out[n++] = c;
	}
	out[n] = '\0';
	return n == CODE_TEXT - 1;
}
