/* Whether a server can be believed, before anything is said to it.
 *
 * A certificate that the system knows needs no question.  A server of a classroom has
 * signed its own: then its key is shown as words, the person compares them with the
 * teacher's screen once, and from then on only this key is spoken to. */
#include <stdio.h>
#include <string.h>

#include "remote_in.h"

_Static_assert(BACKEND_PIN_BYTES == WIRE_PIN_BYTES && BACKEND_PIN_WORDS == WIRE_PIN_WORDS, "a pin is as long here as on the wire");

enum fault
backend_server_try(const char *url, const char *ca_file, const char *pin)
{
	struct text address;
	struct wire_reply reply;
	struct arena a;
	void *health = NULL;
	enum fault f = wire_url_check(url);
	if (f != FAULT_NONE)
		return f;
	text_init(&address, 4096);
	text_printf(&address, "%s/health", url);
	const struct wire_request req = {
		.url = address.data, .ca_file = ca_file, .pin = pin, .connect_ms = 5000, .first_byte_ms = 10000, .total_ms = 15000
	};
	f = wire_fetch(&reply, &req, NULL);
	text_clear(&address);
	if (f != FAULT_NONE)
		return f;
	arena_init(&a);
	f = reply_read(&health, &a, &record_health, &reply);
	if (f == FAULT_BUSY)
		f = FAULT_NONE;         /* it is one of ours and not ready */
	arena_clear(&a);
	wire_reply_clear(&reply);
	return f == FAULT_NONE ? f : fault(FAULT_INPUT, "%s is not a server of stoa: %s", url, fault_sentence());
}

enum fault
backend_server_key(char pin[BACKEND_PIN_BYTES], char words[BACKEND_PIN_WORDS], const char *url)
{
	char key[WIRE_PIN_BYTES], aloud[WIRE_PIN_WORDS];
	enum fault f = wire_key_of(key, url, NULL);
	if (f == FAULT_NONE)
		f = wire_pin_words(aloud, key);
	if (f != FAULT_NONE)
		return f;
	memcpy(pin, key, sizeof key);
	memcpy(words, aloud, sizeof aloud);
	return FAULT_NONE;
}
