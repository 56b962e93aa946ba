/* What the engine borrows of the world: fetching, mail, signatures.
 *
 * So neither the engine nor the client links what only a server needs. */
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "server_in.h"
#include "stoa/wire.h"

#define FETCH_MS 10000

/* "Authorization: Basic ..." into out; false: too long. */
static bool
basic(char *out, size_t size, const char *user, const char *secret)
{
	char pair[512];
	int n = snprintf(pair, sizeof pair, "%s:%s", user, secret == NULL ? "" : secret);
	int head = snprintf(out, size, "Authorization: Basic ");
	bool fits = n > 0 && (size_t)n < sizeof pair && ((size_t)n + 2) / 3 * 4 < size - (size_t)head;
	if (fits)
		EVP_EncodeBlock((unsigned char *)out + head, (const unsigned char *)pair, n);
	vault_wipe(pair, sizeof pair);
	return fits;
}

static enum fault
fetch(int *status, struct text *body, const struct outside_fetch *req, const struct cancel *cancel,
	void *arg)
{
	const struct server_outside *with = arg;
	char type[160], signed_in[1024];
	const char *headers[4];
	size_t n = 0;
	headers[n++] = "Accept: application/json";
	if (req->type != NULL) {
		snprintf(type, sizeof type, "Content-Type: %s", req->type);
		headers[n++] = type;
	}
	if (req->user != NULL) {
		if (!basic(signed_in, sizeof signed_in, req->user, req->secret))
			return fault(FAULT_INPUT, "the client's name or secret is too long");
		headers[n++] = signed_in;
	}
	headers[n] = NULL;
	const struct wire_request out = {
		.method = req->method,
		.url = req->url,
		.headers = headers,
		.bearer = req->bearer,
		.body = req->body,
		.body_bytes = req->body_bytes,
		.ca_file = with->ca_file,
		.connect_ms = FETCH_MS,
		.first_byte_ms = FETCH_MS,
		.total_ms = 2 * FETCH_MS,
	};
	struct wire_reply reply;
	enum fault f = wire_fetch(&reply, &out, cancel);
	vault_wipe(signed_in, sizeof signed_in);
	if (f != FAULT_NONE)
		return f;
	text_reset(body);
	text_put_n(body, reply.body.data, reply.body.len);
	*status = reply.status;
	wire_reply_clear(&reply);
	return text_check(body, "what the provider answered");
}

static enum fault
mail(const struct outside_mail *m, const struct cancel *cancel, void *arg)
{
	const struct server_outside *with = arg;
	char id[ID_BYTES];
	id_make(id, &chance_system);
	const struct wire_mail out = {
		.url = with->mail.url,
		.user = with->mail.user,
		.password = with->mail.password,
		.from = with->mail.from,
		.from_name = with->mail.from_name,
		.to = m->to,
		.subject = m->subject,
		.body = m->text,
		.id = id,
		.ca_file = with->ca_file,
	};
	return wire_mail_send(&out, cancel);
}

struct engine_outside
server_outside(const struct server_outside *with)
{
	return (struct engine_outside){
		.fetch = fetch,
		.mail = with->mail.url != NULL ? mail : NULL,
		.verify = server_signature_check,
		.arg = (void *)with,
	};
}
