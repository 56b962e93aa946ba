/* Documents and imports while the server is away: kept to be sent, told apart by their bytes.
 *
 * The same bytes are not sent twice: not when they wait already, and not when a
 * document of this sum was seen at the server, unless that is wanted (`again`).  A
 * document that waits has the key of its entry for an id, so it is listed, shown and
 * deleted like any other; deleting one that was never sent forgets it. */
#include <string.h>

#include "remote_in.h"

#define FORGOTTEN "it had not been sent yet; now it is forgotten"

/* Does a document of this sum wait already? */
static enum fault
not_waiting(struct flight *f, const char *sum)
{
	struct arena a;
	struct outbox o = { .count = 0 };
	const char *title = NULL;
	arena_init(&a);
	enum fault bad = outbox_load(&o, &a, f->backend);
	for (size_t i = 0; i < o.count; i++)
		if (strcmp(o.items[i].operation, "document.add") == 0 && str_same(o.items[i].sum, sum) && !outbox_is(&o.items[i], "refused"))
			title = o.items[i].title;
	if (bad == FAULT_NONE && title != NULL)
		bad = fault(FAULT_EXISTS, "the same document waits to be sent already, as %s", title);
	outbox_clear(&o);
	arena_clear(&a);
	return bad;
}

/* The same bytes are neither on their way nor at the server. */
static enum fault
new_document(struct flight *f, const char *sum)
{
	struct document d;
	enum fault bad = not_waiting(f, sum);
	if (bad != FAULT_NONE)
		return bad;
	bad = copy_document(&d, &f->arena, f->backend, NULL, sum);
	if (bad == FAULT_NONE)
		return fault(FAULT_EXISTS, "the same document was seen at the server, as %s", d.name);
	return bad == FAULT_ABSENT ? FAULT_NONE : bad;
}

enum fault
document_write(struct flight *f, const void *request, const char *key)
{
	struct document_add said = *(const struct document_add *)request;
	struct vault_sha256 h;
	struct text bytes;
	char sum[VAULT_SHA256_TEXT];
	const char *slash = strrchr(said.path, '/');
	text_init(&bytes, UPLOAD_MAX);
	enum fault bad = file_read(&bytes, said.path);
	if (bad == FAULT_NONE && bytes.len == 0)
		bad = fault(FAULT_INPUT, "%s is empty", said.path);
	if (bad != FAULT_NONE)
		goto out;
	vault_sha256_start(&h);
	vault_sha256_add(&h, bytes.data, bytes.len);
	vault_sha256_end(sum, &h);
	if (!said.again)
		bad = new_document(f, sum);
	if (bad != FAULT_NONE)
		goto out;
	if (said.name == NULL)
		said.name = slash != NULL ? slash + 1 : said.path;
	said.path = said.name;          /* the bytes are here: where they were is nobody's business */
	bad = outbox_add(f->backend, &(struct outbox_new){ .op = f->op, .request = &said, .key = key, .title = said.name, .sum = sum, .parcel = &bytes });
	if (bad == FAULT_NONE)
		bad = overlay_document(&f->reply, &f->arena, f->backend, key);
out:
	parcel_clear(&bytes);
	return bad;
}

enum fault
import_write(struct flight *f, const void *request, const char *key)
{
	const struct import_run *run = request, said = { .body = "{}" };
	struct text body = { .data = NULL };
	enum fault bad = copy_call(&f->reply, &f->arena, f->backend, f->op->id, request, NULL);
	if (bad != FAULT_NONE)
		return bad;
	const struct imported *counts = f->reply;
	const char *title = arena_printf(&f->arena, "%lld conversations", (long long)counts->conversations);
	text_init(&body, UPLOAD_MAX + 1);
	text_put(&body, run->body);
	bad = outbox_add(f->backend, &(struct outbox_new){ .op = f->op, .request = &said, .key = key, .title = title, .parcel = &body });
	parcel_clear(&body);
	return bad;
}

enum fault
away_forget(struct backend *b, const char *id)
{
	struct arena a;
	struct outbox_entry e;
	arena_init(&a);
	enum fault f = outbox_find(&e, &a, b, id);
	if (f == FAULT_NONE && strcmp(e.operation, "document.add") != 0)
		f = fault(FAULT_ABSENT, "no document waits under %s", id);
	if (f == FAULT_NONE)
		f = outbox_drop(b, &e);
	arena_clear(&a);
	return f;
}

static bool
deletion_waits(struct flight *f, const char *id)
{
	struct arena a;
	struct outbox o = { .count = 0 };
	bool there = false;
	arena_init(&a);
	if (outbox_load(&o, &a, f->backend) == FAULT_NONE)
		for (size_t i = 0; i < o.count; i++) {
			void *asked = NULL;
			there |= strcmp(o.items[i].operation, f->op->id) == 0 && outbox_is(&o.items[i], "waiting") &&
				record_from_json(&asked, &a, f->op->request, o.items[i].request, strlen(o.items[i].request)) == FAULT_NONE &&
				str_same(((const struct id_request *)asked)->id, id);
		}
	outbox_clear(&o);
	arena_clear(&a);
	return there;
}

enum fault
deletion_write(struct flight *f, const void *request, const char *key)
{
	const char *id = ((const struct id_request *)request)->id;
	struct document d;
	struct nothing *done = record_new(&f->arena, &record_nothing);
	done->ok = true;
	f->reply = done;
	enum fault bad = away_forget(f->backend, id);
	if (bad == FAULT_NONE)
		f->note = FORGOTTEN;
	if (bad != FAULT_ABSENT || deletion_waits(f, id))
		return bad == FAULT_ABSENT ? FAULT_NONE : bad;
	bad = copy_document(&d, &f->arena, f->backend, id, NULL);
	if (bad == FAULT_ABSENT)
		return fault(FAULT_OFFLINE, "the server cannot be reached, and this document was not seen before");
	if (bad != FAULT_NONE)
		return bad;
	return outbox_add(f->backend, &(struct outbox_new){ .op = f->op, .request = request, .key = key, .title = d.name });
}
