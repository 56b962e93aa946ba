/* Once and only once: writes that carry an idempotency key.
 *
 * (user, key) is unique for ever.  What was asked (as a sum) and what was
 * answered are a sealed receipt under an id made of the key, committed in the
 * same transaction as the effect: a process that dies has done both or neither.
 * What takes long or keeps files cannot live in one transaction; its receipt is
 * written empty before and filled after, and a second coming that finds it empty
 * does the work again, knowing so (call.again).  A question needs no receipt when
 * its id is made of the key: the tutor answers an id once for ever. */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "engine_in.h"

#define KEY_BYTES_MAX 255
#define SUM_BYTES 32
#define DOING_WAIT_MS 1000
#define DOING_LOOK_MS 20
#define REPLY_BYTES_MAX (8u * 1024 * 1024)

/* The chain of receipts: "receipts" in hex, filled up. */
static const char receipts_id[] = "72656365697074730000000000000001";

struct receipt { const char *operation, *sum, *reply; int64_t at; };
static const struct field receipt_fields[] = {
	FIELD_OF(receipt, operation, FIELD_TEXT, .max = 64, .help = "What was asked for."),
	FIELD_OF(receipt, sum, FIELD_TEXT, .max = 2 * SUM_BYTES, .help = "Sum of the request."),
	FIELD_OF(receipt, at, FIELD_TIME, .help = "When."),
	FIELD_OF(receipt, reply, FIELD_RAW, .flags = FIELD_OMIT | FIELD_SEALED,
		.max = REPLY_BYTES_MAX, .help = "What was answered; absent while it is being done."),
};
static RECORD_TYPE(record_receipt, receipt, receipt_fields, "What came of an idempotency key.");

/* ---- names ------------------------------------------------------------------- */

static void
hex(char *out, const unsigned char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

void
again_id(char out[ID_BYTES], const char *key)
{
	struct text t;
	unsigned char sum[16];
	text_init(&t, 1024);
	text_printf(&t, "stoa key %s", key);
	vault_sum(sum, sizeof sum, t.data, t.len);
	hex(out, sum, sizeof sum);
	text_clear(&t);
}

/* The request as a sum.  A file that was sent is its bytes, wherever it lies now. */
static enum fault
request_sum(const char **out, struct call *c, const void *request)
{
	struct text t, file;
	unsigned char sum[SUM_BYTES];
	char text[2 * SUM_BYTES + 1];
	struct document_add add;
	enum fault f = FAULT_NONE;
	text_init(&t, 128 * 1024 * 1024);
	text_init(&file, 65 * 1024 * 1024);
	if (c->op->request == &record_document_add) {
		add = *(const struct document_add *)request;
		f = upload_check(c, add.path);
		if (f == FAULT_NONE)
			f = file_read(&file, add.path);
		if (f != FAULT_NONE)
			goto out;
		vault_sum(sum, sizeof sum, file.len > 0 ? file.data : "", file.len);
		hex(text, sum, sizeof sum);
		add.path = text;
		if (c->e->upload_folder != NULL)
			add.origin = NULL;       /* the server's own word, another each time */
		request = &add;
	}
	text_printf(&t, "%s ", c->op->id);
	record_to_json(&t, c->op->request, request);
	f = text_check(&t, "the request");
	if (f != FAULT_NONE)
		goto out;
	vault_sum(sum, sizeof sum, t.data, t.len);
	hex(text, sum, sizeof sum);
	*out = arena_strdup(c->a, text);
out:
	vault_wipe(t.data, t.cap);
	text_clear(&file);
	text_clear(&t);
	return f;
}

/* ---- receipts ------------------------------------------------------------------ */

/* ABSENT: this key was never used. EXISTS: for something else. */
static enum fault
receipt_find(struct receipt **out, struct call *c, const char *id, const char *sum)
{
	struct sealed rec;
	void *record = NULL;
	enum fault f = store_get(&rec, c->a, c->db, id);
	if (f == FAULT_NONE && rec.kind != KIND_RECEIPT)
		return fault(FAULT_EXISTS, "the idempotency key is the id of something else");
	if (f == FAULT_NONE)
		f = record_from_json(&record, c->a, &record_receipt, rec.plain, rec.plain_bytes);
	if (f != FAULT_NONE)
		return f;
	struct receipt *r = record;
	if (!str_same(r->sum, sum))
		return fault(FAULT_EXISTS, "the idempotency key was used for another request");
	*out = r;
	return FAULT_NONE;
}

static enum fault
receipt_put(struct call *c, const char *id, const char *sum, const void *reply)
{
	struct text json, plain;
	text_init(&json, REPLY_BYTES_MAX);
	text_init(&plain, REPLY_BYTES_MAX + 4096);
	if (reply != NULL)
		record_to_json(&json, c->op->reply, reply);
	const struct receipt r = { c->op->id, sum, json.len > 0 ? json.data : NULL,
		c->e->clock.wall_ms(c->e->clock.arg) };
	record_to_json(&plain, &record_receipt, &r);
	enum fault f = text_check(&json, "the reply");
	if (f == FAULT_NONE)
		f = text_check(&plain, "the receipt");
	if (f == FAULT_NONE)
		f = store_put(c->db, KIND_RECEIPT, receipts_id, id, plain.data, plain.len);
	vault_wipe(json.data, json.cap);
	vault_wipe(plain.data, plain.cap);
	text_clear(&json);
	text_clear(&plain);
	return f;
}

static enum fault
receipt_reply(void **reply, struct call *c, const struct receipt *r)
{
	return record_from_json(reply, c->a, c->op->reply, r->reply, strlen(r->reply));
}

/* ---- both ways ------------------------------------------------------------------- */

/* The effect and its receipt in one transaction. */
static enum fault
perform_within(void **reply, struct call *c, const struct handler *h, const void *request,
	const char *id, const char *sum)
{
	struct receipt *r = NULL;
	enum fault f = store_begin(c->db);
	if (f != FAULT_NONE)
		return f;
	f = receipt_find(&r, c, id, sum);
	if (f == FAULT_NONE) {
		store_rollback(c->db);
		return receipt_reply(reply, c, r);
	}
	if (f == FAULT_ABSENT)
		f = h->fn(reply, c, request);
	if (f == FAULT_NONE)
		f = receipt_put(c, id, sum, *reply);
	return store_finish(c->db, f);
}

/* The receipt before and after; documents pass beside the gate, receipts do not. */
static enum fault
perform_around(void **reply, struct call *c, const struct handler *h, const void *request,
	const char *id, const char *sum)
{
	struct receipt *r = NULL;
	bool outside = !(h->flags & HANDLER_SEALED);
	if (outside)
		pthread_rwlock_rdlock(&c->e->gate);
	enum fault f = receipt_find(&r, c, id, sum);
	c->again = f == FAULT_NONE;
	if (f == FAULT_ABSENT)
		f = receipt_put(c, id, sum, NULL);
	if (outside)
		pthread_rwlock_unlock(&c->e->gate);
	if (f == FAULT_NONE && r != NULL && r->reply != NULL)
		return receipt_reply(reply, c, r);
	if (f == FAULT_NONE)
		f = h->fn(reply, c, request);
	if (f != FAULT_NONE)
		return f;
	store_set_cancel(c->db, NULL); /* it has been done */
	if (outside)
		pthread_rwlock_rdlock(&c->e->gate);
	f = receipt_put(c, id, sum, *reply);
	if (outside)
		pthread_rwlock_unlock(&c->e->gate);
	return f;
}

/* A key counts for a write of somebody; what is asked to leave nothing leaves none. */
static bool
is_keyed(const struct call *c, const struct handler *h, const void *request)
{
	const struct message_send *m = request;
	if (c->options->idempotency_key == NULL || (h->flags & HANDLER_UNKEYED) || !c->op->writes || c->who->role == ROLE_NONE)
		return false;
	return c->op->request != &record_message_send ||
	       !(m->ephemeral || m->id == NULL || str_same(m->id, c->options->idempotency_key));
}

enum fault
again_perform(void **reply, struct call *c, const struct handler *h, const void *request)
{
	const char *key = c->options->idempotency_key, *sum = NULL;
	char id[ID_BYTES];
	if (key != NULL && (key[0] == '\0' || strnlen(key, KEY_BYTES_MAX + 1) > KEY_BYTES_MAX))
		return fault(FAULT_INPUT, "an idempotency key has 1 to %d bytes", KEY_BYTES_MAX);
	if (!is_keyed(c, h, request))
		return h->fn(reply, c, request);
	if (store_is_locked(c->db))
		return fault(FAULT_LOCKED, "the history is locked");
	again_id(id, key);
	enum fault f = request_sum(&sum, c, request);
	/* Within a transaction the database itself puts servers in order. */
	bool alone = h->flags & HANDLER_ALONE;
	if (f == FAULT_NONE)
		f = doing_begin(c, id, alone);
	if (f != FAULT_NONE)
		return f;
	f = alone ? perform_around(reply, c, h, request, id, sum) : perform_within(reply, c, h, request, id, sum);
	doing_end(c, id, alone);
	return f;
}

/* ---- what is being done -------------------------------------------------------------- */

static size_t
doing_find(const struct engine *e, const char *key)
{
	size_t i = 0;
	while (i < e->doing_count && strcmp(e->doing[i], key) != 0)
		i++;
	return i;
}

/* Names are told apart by user too: two people may choose the same. */
static void
doing_key(char key[ID_BYTES * 2], const struct call *c, const char *name)
{
	snprintf(key, ID_BYTES * 2, "%.32s/%.32s", c->who->user, name);
}

static void
doing_drop(struct engine *e, const char *key)
{
	pthread_mutex_lock(&e->doing_lock);
	size_t i = doing_find(e, key);
	if (i < e->doing_count)
		memcpy(e->doing[i], e->doing[--e->doing_count], sizeof *e->doing);
	pthread_mutex_unlock(&e->doing_lock);
}

/* *got false: it is being done already. */
static enum fault
doing_try(bool *got, struct call *c, const char *key, bool everywhere)
{
	struct engine *e = c->e;
	pthread_mutex_lock(&e->doing_lock);
	*got = doing_find(e, key) == e->doing_count;
	if (*got) {
		mem_reserve(&e->doing, &e->doing_cap, e->doing_count + 1, sizeof *e->doing);
		memcpy(e->doing[e->doing_count++], key, sizeof *e->doing);
	}
	pthread_mutex_unlock(&e->doing_lock);
	if (!*got || !everywhere || !e->shared)
		return FAULT_NONE;
	enum fault f = store_hold(got, c->db, key);
	if (f != FAULT_NONE || !*got)
		doing_drop(e, key);
	return f;
}

/* Whose line was cut asks again at once, while what was begun for him is being given up:
 * a moment is waited. */
enum fault
doing_begin(struct call *c, const char *name, bool everywhere)
{
	char key[ID_BYTES * 2];
	bool got = false;
	doing_key(key, c, name);
	enum fault f = doing_try(&got, c, key, everywhere);
	for (int ms = 0; f == FAULT_NONE && !got && ms < DOING_WAIT_MS; ms += DOING_LOOK_MS) {
		f = cancel_check(c->cancel);
		poll(NULL, 0, DOING_LOOK_MS);
		if (f == FAULT_NONE)
			f = doing_try(&got, c, key, everywhere);
	}
	if (f == FAULT_NONE && !got)
		return fault(FAULT_BUSY, "this is being done already");
	return f;
}

void
doing_end(struct call *c, const char *name, bool everywhere)
{
	char key[ID_BYTES * 2];
	doing_key(key, c, name);
	if (everywhere && c->e->shared)
		store_let_go(c->db, key);
	doing_drop(c->e, key);
}
