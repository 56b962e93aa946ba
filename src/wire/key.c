/* The key a server shows, for whoever wants to pin it at first sight.
 *
 * A connection is opened without belief and without a word sent on it; what is
 * taken from it is the fingerprint of its public key and nothing else.  The pin is
 * in the form of RFC 7469 as libcurl takes it, one key only: a list would let a
 * second key slip in unseen.
 */
#include <string.h>
#include "wire_in.h"

enum fault
wire_pin_check(const char *pin)
{
	static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t at = sizeof WIRE_PIN_PREFIX - 1;
	if (strlen(pin) != WIRE_PIN_BYTES - 1 || !str_starts(pin, WIRE_PIN_PREFIX) || strspn(pin + at, base64) != 43 || pin[WIRE_PIN_BYTES - 2] != '=')
		return fault(FAULT_INPUT, "the pinned key is not %s and 44 characters of base64", WIRE_PIN_PREFIX);
	return FAULT_NONE;
}

/* Sixteen bits a word: consonant, vowel, consonant, vowel, consonant. */
static size_t
put_word(char *out, unsigned bits)
{
	static const char consonants[] = "bdfghjklmnprstvz", vowels[] = "aiou";
	out[0] = consonants[bits >> 12 & 15];
	out[1] = vowels[bits >> 10 & 3];
	out[2] = consonants[bits >> 6 & 15];
	out[3] = vowels[bits >> 4 & 3];
	out[4] = consonants[bits & 15];
	return 5;
}

enum fault
wire_pin_words(char out[WIRE_PIN_WORDS], const char *pin)
{
	static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	enum fault f = wire_pin_check(pin);
	if (f != FAULT_NONE)
		return f;
	const char *at = pin + sizeof WIRE_PIN_PREFIX - 1;
	unsigned bits = 0;
	int have = 0;
	size_t len = 0;
	while (len < WIRE_PIN_WORDS - 1) {
		bits = (bits << 6 | (unsigned)(strchr(base64, *at++) - base64)) & 0xFFFFFF;
		have += 6;
		if (have < 16)
			continue;
		have -= 16;
		len += put_word(out + len, bits >> have & 0xFFFF);
		out[len++] = '-';
	}
	out[WIRE_PIN_WORDS - 1] = '\0';
	return FAULT_NONE;
}

static enum fault
setup_look(struct wire_exchange *x)
{
	static const struct { CURLoption option; const char *name; long value; } numbers[] = {
		{ CURLOPT_CONNECT_ONLY, "CONNECT_ONLY", 1 },
		{ CURLOPT_CERTINFO, "CERTINFO", 1 },
		{ CURLOPT_SSL_VERIFYPEER, "SSL_VERIFYPEER", 0 },
		{ CURLOPT_SSL_VERIFYHOST, "SSL_VERIFYHOST", 0 },
	};
	enum fault f = wire_setup_connection(x);
	for (size_t i = 0; i < COUNT_OF(numbers) && f == FAULT_NONE; i++)
		f = wire_setup_accepted(x->curl->easy_setopt(x->line.easy, numbers[i].option, numbers[i].value), numbers[i].name);
	return f;
}

/* The server's own certificate is the first of its chain. */
static enum fault
read_key(char out[WIRE_PIN_BYTES], struct wire_exchange *x)
{
	struct curl_certinfo *chain = NULL;
	x->curl->easy_getinfo(x->line.easy, CURLINFO_CERTINFO, &chain);
	if (chain != NULL && chain->num_of_certs > 0)
		for (const struct curl_slist *line = chain->certinfo[0]; line != NULL; line = line->next)
			if (str_starts(line->data, "Cert:"))
				return wire_pin_of(out, line->data);
	return fault(FAULT_DAMAGED, "%s shows no certificate", x->url.host);
}

enum fault
wire_key_of(char out[WIRE_PIN_BYTES], const char *url, const struct cancel *cancel)
{
	struct wire_request req = { .url = url };
	struct wire_exchange x = { .req = &req };
	struct wire_quiet quiet;
	char pin[WIRE_PIN_BYTES] = "";
	enum fault f = wire_url_parse(&x.url, url);
	if (f != FAULT_NONE)
		return f;
	if (!x.url.tls)
		return fault(FAULT_INPUT, "%s is asked without TLS: it has no key", x.url.host);
	wire_quiet_begin(&quiet);
	f = wire_exchange_run(&x, setup_look, cancel);
	if (f == FAULT_NONE)
		f = read_key(pin, &x);
	wire_exchange_end(&x, false);
	wire_quiet_end(&quiet);
	if (f == FAULT_NONE)
		memcpy(out, pin, sizeof pin);
	return f;
}
