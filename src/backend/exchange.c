/* One call as one HTTP exchange: the record out, the reply in.
 *
 * Everything is taken from the table of operations.  A stream that was cut is asked
 * for again from its last event on, with the same idempotency key, so that a
 * question is answered once however often the line breaks. */
#include <stdio.h>
#include <string.h>

#include "remote_in.h"

#define ADDRESS_MAX 4096
#define BODY_MAX (8u * 1024 * 1024)
#define REPLY_MAX (16u * 1024 * 1024)
#define EXPORT_MAX (64u * 1024 * 1024)
#define CONNECT_MS 4000
#define QUIET_MS 20000            /* silence of a server that only reads and writes */
#define QUIET_ASK_MS 45000        /* of one that asks a model: it says at once that it begins */
#define QUIET_ADD_MS 90000        /* of one that reads a document */
#define TOTAL_MS 60000
#define TOTAL_ASK_MS 600000
#define SEND_BYTES_MS 16          /* so slow a line may be while it sends */
#define STREAM_TRIES 3

/* ---- the request --------------------------------------------------------------------- */

struct outgoing {
	struct text address, body;
	const char *bytes; size_t n;       /* what is sent: body's, or a parcel's */
	char accept[64], type[64], key[128], last[160];
	const char *headers[5];
};

/* A document is sent as its bytes; what is said about it goes into the query. */
static enum fault
upload_prepare(struct outgoing *o, const struct asking *q)
{
	const struct document_add *add = q->request;
	struct document_add said = *add;
	const char *slash = strrchr(add->path, '/');
	if (said.name == NULL)
		said.name = slash != NULL ? slash + 1 : add->path;
	said.path = NULL;
	snprintf(o->type, sizeof o->type, "Content-Type: application/octet-stream");
	enum fault f = operation_query(&o->address, q->op, &said);
	o->body.max = UPLOAD_MAX;
	return f == FAULT_NONE && q->parcel == NULL ? file_read(&o->body, add->path) : f;
}

static enum fault
outgoing_prepare(struct outgoing *o, struct backend *b, const struct asking *q)
{
	struct text path;
	text_init(&path, ADDRESS_MAX);
	enum fault f = operation_address(&path, q->op, q->request);
	text_init(&o->address, 2 * ADDRESS_MAX);
	text_init(&o->body, q->op->request == &record_import_run ? 2 * UPLOAD_MAX : BODY_MAX);
	text_printf(&o->address, "%s%s", b->remote->url, path.data != NULL ? path.data : "");
	text_clear(&path);
	if (f != FAULT_NONE)
		return f;
	snprintf(o->accept, sizeof o->accept, "Accept: %s",
		q->op->event_count > 0 ? "text/event-stream" : "application/json");
	if (q->op->request == &record_document_add) {
		f = upload_prepare(o, q);
	} else if (operation_has_body(q->op)) {
		operation_body(&o->body, q->op, q->request);
		snprintf(o->type, sizeof o->type, "Content-Type: application/json");
		f = text_check(&o->body, "the request");
	}
	const struct text *sent = q->parcel != NULL && q->op->request == &record_document_add ? q->parcel : &o->body;
	o->bytes = sent->data != NULL ? sent->data : "";
	o->n = sent->len;
	if (q->key != NULL)
		snprintf(o->key, sizeof o->key, "Idempotency-Key: %s", q->key);
	return f == FAULT_NONE ? text_check(&o->address, "the address of the request") : f;
}

static void
outgoing_clear(struct outgoing *o)
{
	if (o->body.data != NULL)
		explicit_bzero(o->body.data, o->body.cap);
	text_clear(&o->body);
	text_clear(&o->address);
}

static const char *const *
headers_of(struct outgoing *o, const struct hearing *h)
{
	size_t n = 0;
	if (h->last_id[0] != '\0')
		snprintf(o->last, sizeof o->last, "Last-Event-ID: %s", h->last_id);
	o->headers[n++] = o->accept;
	if (o->type[0] != '\0')
		o->headers[n++] = o->type;
	if (o->key[0] != '\0')
		o->headers[n++] = o->key;
	if (h->last_id[0] != '\0')
		o->headers[n++] = o->last;
	o->headers[n] = NULL;
	return o->headers;
}

/* ---- the exchange ----------------------------------------------------------------------- */

/* A copy that the exchange may use while another thread signs in or out. */
static struct vault_secret
token_borrow(struct remote *r)
{
	struct vault_secret copy = { NULL, 0 };
	pthread_mutex_lock(&r->lock);
	if (r->token.len > 0) {
		copy = vault_secret_new(r->token.len);
		memcpy(copy.bytes, r->token.bytes, r->token.len);
	}
	pthread_mutex_unlock(&r->lock);
	return copy;
}

static enum fault
exchange_once(struct hearing *h, struct outgoing *o, struct backend *b, const struct asking *q,
	const struct vault_secret *token)
{
	bool long_work = q->op->event_count > 0;
	bool body = operation_has_body(q->op);
	const struct wire_request req = {
		.method = q->op->method,
		.url = o->address.data,
		.headers = headers_of(o, h),
		.bearer = q->bare ? NULL : (const char *)token->bytes,
		.body = body ? o->bytes : NULL,
		.body_bytes = body ? o->n : 0,
		.session = b->remote->session,
		.repeatable = q->key != NULL,
		.reply_max_bytes = q->op->reply == &record_exported ? EXPORT_MAX : REPLY_MAX,
		.connect_ms = CONNECT_MS,
		.first_byte_ms = q->op->request == &record_message_send ? QUIET_ASK_MS : long_work ? QUIET_ADD_MS : QUIET_MS,
		.total_ms = (long_work ? TOTAL_ASK_MS : TOTAL_MS) + (body ? (int)(o->n / SEND_BYTES_MS) : 0),
	};
	struct wire_reply reply;
	enum fault f = wire_stream(&reply, &req, reply_event, h, q->cancel);
	h->status = f == FAULT_NONE ? reply.status : 0;
	/* A stream that was promised and never began is a line that broke. */
	bool cut = reply.status / 100 == 2 && reply.body.len == 0;
	if (f == FAULT_NONE && !reply.streamed && !cut)
		f = reply_read(&h->reply, h->a, q->op->reply, &reply);
	else if (f == FAULT_NONE && h->reply == NULL)
		f = fault(FAULT_OFFLINE, "the server's answer ended before its end");
	wire_reply_clear(&reply);
	return f;
}

/* The token has ended: get the next and ask once more. When there is none to be had the
 * person must sign in again, whatever words the server has for it. */
static enum fault
ask_renewed(struct hearing *h, struct outgoing *o, struct backend *b, const struct asking *q,
	const struct vault_secret *used)
{
	enum fault f = used->len > 0 ? account_refresh(b, (const char *)used->bytes, q->cancel) : FAULT_DENIED;
	struct vault_secret token = token_borrow(b->remote);
	if (f == FAULT_NONE)
		f = exchange_once(h, o, b, q, &token);
	else if (f == FAULT_ABSENT)
		f = FAULT_DENIED;
	vault_secret_clear(&token);
	if (f == FAULT_DENIED && (h->status == 401 || h->status == 0))
		return fault(f, "the server does not let you in any more, the session ended or the account is blocked: stoa login %s", b->remote->url);
	return f;
}

enum fault
remote_ask(void **reply, struct arena *a, struct backend *b, const struct asking *q)
{
	struct hearing h = { .op = q->op, .a = a, .emit = q->emit, .arg = q->arg };
	struct outgoing o = { .accept = "" };
	const struct clock *clock = b->config.clock;
	int64_t began_ms = clock->mono_ms(clock->arg);
	struct vault_secret token = token_borrow(b->remote);
	enum fault f = outgoing_prepare(&o, b, q);
	for (int tries = 0; f == FAULT_NONE && tries < STREAM_TRIES; tries++) {
		f = exchange_once(&h, &o, b, q, &token);
		bool cut = f == FAULT_OFFLINE && h.last_id[0] != '\0' && h.reply == NULL;
		if (!cut || tries + 1 == STREAM_TRIES)
			break;
		f = FAULT_NONE;
	}
	if (f == FAULT_DENIED && h.status == 401 && q->op->least > ROLE_NONE)
		f = ask_renewed(&h, &o, b, q, &token);
	link_heard(b, f, clock->mono_ms(clock->arg) - began_ms);
	outgoing_clear(&o);
	vault_secret_clear(&token);
	if (q->status != NULL)
		*q->status = h.status;
	if (f == FAULT_NONE)
		*reply = h.reply;
	return f;
}
