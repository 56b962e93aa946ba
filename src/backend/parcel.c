/* Parcels: the bytes of what waits, a document or an import, sealed until delivered.
 *
 * The file itself may be changed or gone when the server is back, so what was to be
 * sent is kept as it was.  A record holds 16 MB at most and a document may have 64, so
 * a parcel is a chain of its own, of pieces, written in one transaction with the entry
 * that names it and buried with it. */
#include <stdio.h>
#include <string.h>

#include "remote_in.h"

#define PIECE_BYTES (4u * 1024 * 1024)

static void
piece_name(char out[ID_BYTES], size_t n, const char *key)
{
	char kind[40];
	snprintf(kind, sizeof kind, "parcel %zu", n);
	name_sum(out, kind, key);
}

enum fault
parcel_put(struct store *db, const char *key, const char *bytes, size_t n)
{
	char chain[ID_BYTES], id[ID_BYTES];
	enum fault f = FAULT_NONE;
	name_sum(chain, "parcel", key);
	for (size_t at = 0, i = 0; at < n && f == FAULT_NONE; at += PIECE_BYTES, i++) {
		piece_name(id, i, key);
		f = store_put(db, KIND_OUTBOX, chain, id, bytes + at, n - at < PIECE_BYTES ? n - at : PIECE_BYTES);
	}
	return f;
}

enum fault
parcel_bury(struct store *db, const char *key)
{
	char chain[ID_BYTES];
	name_sum(chain, "parcel", key);
	enum fault f = store_bury_chain(db, chain);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

struct fetching { struct text *out; const char *key; size_t bytes; };

static enum fault
fetch(struct store *db, void *arg)
{
	struct fetching *p = arg;
	enum fault f = FAULT_NONE;
	for (size_t i = 0; f == FAULT_NONE && p->out->len < p->bytes; i++) {
		struct arena a;
		struct sealed rec;
		char id[ID_BYTES];
		arena_init(&a);
		piece_name(id, i, p->key);
		f = store_get(&rec, &a, db, id);
		if (f == FAULT_NONE) {
			text_put_n(p->out, rec.plain, rec.plain_bytes);
			explicit_bzero((char *)rec.plain, rec.plain_bytes);
		}
		arena_clear(&a);
	}
	if (f == FAULT_ABSENT || (f == FAULT_NONE && p->out->len != p->bytes))
		return fault(FAULT_DAMAGED, "the bytes that were kept to be sent are not whole");
	return f;
}

enum fault
parcel_get(struct text *out, struct backend *b, const struct outbox_entry *e)
{
	struct fetching p = { out, e->key, (size_t)e->bytes };
	char owner[ID_BYTES];
	copy_owner(owner, b);
	text_init(out, UPLOAD_MAX + 1);
	return engine_lend(b->engine, owner, fetch, &p);
}

void
parcel_clear(struct text *parcel)
{
	if (parcel->data != NULL)
		explicit_bzero(parcel->data, parcel->cap);
	text_clear(parcel);
}
