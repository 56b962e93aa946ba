/* The slots: rows that wrap the master key, and the MAC over all of them.
 *
 * The MAC covers slots and epochs with their numbers and counts, so a slot that
 * was added, taken away or exchanged by somebody without the master key shows.
 */
#include <stdio.h>
#include "store_in.h"

static enum fault
slot_rows_read(struct slot_rows *out, struct store *s)
{
	struct statement *st;
	size_t n;
	enum fault f = store_prepare(&st, s, "SELECT bytes FROM slot ORDER BY idx");
	if (f != FAULT_NONE)
		return f;
	while ((f = statement_step(st)) == FAULT_NONE) {
		const void *bytes = statement_col_blob(st, 0, &n);
		if (n != VAULT_SLOT_BYTES || out->slot_count == VAULT_SLOTS_MAX) {
			f = fault(FAULT_DAMAGED, "the key slots were altered");
			break;
		}
		memcpy(out->slots[out->slot_count++], bytes, n);
	}
	statement_done(st);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

static enum fault
epoch_rows_read(struct slot_rows *out, struct store *s)
{
	struct statement *st;
	size_t n;
	enum fault f = store_prepare(&st, s, "SELECT epoch, wrapped FROM epoch ORDER BY epoch");
	if (f != FAULT_NONE)
		return f;
	while ((f = statement_step(st)) == FAULT_NONE) {
		const void *wrapped = statement_col_blob(st, 1, &n);
		int64_t epoch = statement_col_int(st, 0);
		if (n != VAULT_EPOCH_BYTES || out->epoch_count == VAULT_SLOTS_MAX || epoch < 1 || epoch > UINT32_MAX) {
			f = fault(FAULT_DAMAGED, "the epochs were altered");
			break;
		}
		out->epochs[out->epoch_count] = (uint32_t)epoch;
		memcpy(out->wrapped[out->epoch_count++], wrapped, n);
	}
	statement_done(st);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

static enum fault
vault_row_read(struct slot_rows *out, struct store *s)
{
	struct statement *st;
	size_t id_size, mac_size;
	enum fault f = store_prepare(&st, s, "SELECT store_id, slots_mac FROM vault");
	if (f != FAULT_NONE)
		return f;
	f = statement_step(st);
	if (f == FAULT_NONE) {
		const void *id = statement_col_blob(st, 0, &id_size);
		const void *mac = statement_col_blob(st, 1, &mac_size);
		if (id_size == VAULT_ID_BYTES && mac_size == VAULT_HASH_BYTES) {
			memcpy(out->store_id, id, id_size);
			memcpy(out->mac, mac, mac_size);
		} else {
			f = fault(FAULT_DAMAGED, "the key slots were altered");
		}
	}
	statement_done(st);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

enum fault
slots_read(struct slot_rows *out, struct store *s)
{
	memset(out, 0, sizeof *out);
	enum fault f = vault_row_read(out, s);
	if (f == FAULT_NONE)
		f = slot_rows_read(out, s);
	if (f == FAULT_NONE)
		f = epoch_rows_read(out, s);
	return f;
}

void
slots_mac(unsigned char out[VAULT_HASH_BYTES], const struct vault *v, const struct slot_rows *rows)
{
	struct text t;
	text_init(&t, sizeof *rows + 256);
	uint32_t counts[2] = { (uint32_t)rows->slot_count, (uint32_t)rows->epoch_count };
	for (size_t i = 0; i < COUNT_OF(counts); i++)
		for (int shift = 0; shift < 32; shift += 8)
			text_put_c(&t, (char)(counts[i] >> shift));
	text_put_n(&t, rows->slots, rows->slot_count * VAULT_SLOT_BYTES);
	for (size_t i = 0; i < rows->epoch_count; i++) {
		for (int shift = 0; shift < 32; shift += 8)
			text_put_c(&t, (char)(rows->epochs[i] >> shift));
		text_put_n(&t, rows->wrapped[i], VAULT_EPOCH_BYTES);
	}
	vault_slots_mac(out, v, t.data, t.len);
	text_clear(&t);
}

enum fault
slots_mac_write(struct store *s, const struct vault *v)
{
	struct slot_rows rows;
	struct statement *st;
	unsigned char mac[VAULT_HASH_BYTES];
	enum fault f = slots_read(&rows, s);
	if (f != FAULT_NONE)
		return f;
	slots_mac(mac, v, &rows);
	f = store_prepare(&st, s, "INSERT INTO vault (one, store_id, slots_mac) VALUES (1, ?, ?) "
		"ON CONFLICT (one) DO UPDATE SET store_id = excluded.store_id, slots_mac = excluded.slots_mac");
	if (f != FAULT_NONE)
		return f;
	statement_blob(st, 1, vault_store_id(v), VAULT_ID_BYTES);
	statement_blob(st, 2, mac, sizeof mac);
	f = statement_run(st, NULL);
	statement_done(st);
	return f;
}

static enum fault
write_numbered(struct store *s, const char *sql, int64_t number, const void *bytes, size_t n)
{
	struct statement *st;
	enum fault f = store_prepare(&st, s, sql);
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, number);
	statement_blob(st, 2, bytes, n);
	f = statement_run(st, NULL);
	statement_done(st);
	return f;
}

enum fault
slot_write(struct store *s, const struct vault *v, enum vault_slot_type type, uint16_t idx,
	const struct vault_secret *secret, const char *label)
{
	unsigned char slot[VAULT_SLOT_BYTES];
	enum fault f = vault_slot_make(slot, v, type, idx, secret, s->sealing->cost, label ? label : "");
	if (f != FAULT_NONE)
		return f;
	return write_numbered(s, "INSERT INTO slot (idx, bytes) VALUES (?, ?)", idx, slot, sizeof slot);
}

enum fault
epoch_write(struct store *s, const struct vault *v)
{
	unsigned char wrapped[VAULT_EPOCH_BYTES];
	enum fault f = vault_epoch_wrap(wrapped, v, vault_epoch(v));
	if (f != FAULT_NONE)
		return f;
	return write_numbered(s, "INSERT INTO epoch (epoch, wrapped) VALUES (?, ?)", vault_epoch(v),
		wrapped, sizeof wrapped);
}

/* ---- what people see --------------------------------------------------------- */

bool
store_is_new(const struct store *s)
{
	int64_t slots;
	/* Asking needs the statement cache of an otherwise unchanged store. */
	enum fault f = query_int(&slots, (struct store *)(uintptr_t)s, "SELECT count(*) FROM slot");
	return f == FAULT_NONE && slots == 0;
}

static uint16_t
slot_idx(const unsigned char slot[VAULT_SLOT_BYTES])
{
	return (uint16_t)(slot[2] | slot[3] << 8);
}

enum fault
store_slots(struct store_slot *out, size_t *count, struct store *s)
{
	struct slot_rows rows;
	enum fault f = slots_read(&rows, s);
	if (f != FAULT_NONE)
		return f;
	for (size_t i = 0; i < rows.slot_count; i++) {
		out[i].idx = slot_idx(rows.slots[i]);
		out[i].type = vault_slot_type(rows.slots[i]);
		vault_slot_label(out[i].label, rows.slots[i]);
	}
	*count = rows.slot_count;
	return FAULT_NONE;
}

/* Begin a change of the slots: they are what we unlocked, and may be changed. */
static enum fault
change_begin(struct slot_rows *rows, const struct vault **v, struct store *s)
{
	unsigned char mac[VAULT_HASH_BYTES];
	enum fault f = store_begin(s);
	if (f != FAULT_NONE)
		return f;
	f = store_writable(s);
	if (f == FAULT_NONE)
		f = slots_read(rows, s);
	if (f == FAULT_NONE)
		f = vault_borrow(v, s);
	if (f == FAULT_NONE) {
		slots_mac(mac, *v, rows);
		if (vault_same(mac, rows->mac, sizeof mac))
			return FAULT_NONE;
		f = fault(FAULT_LOCKED, "the key slots were changed elsewhere: unlock again");
		vault_return(s);
	}
	store_rollback(s);
	return f;
}

static enum fault
change_end(struct store *s, const struct vault *v, enum fault f)
{
	if (f == FAULT_NONE)
		f = slots_mac_write(s, v);
	vault_return(s);
	return store_finish(s, f);
}

enum fault
store_slot_add(struct store *s, enum vault_slot_type type, const struct vault_secret *secret,
	const char *label)
{
	struct slot_rows rows;
	const struct vault *v;
	uint16_t idx = 0;
	enum fault f = change_begin(&rows, &v, s);
	if (f != FAULT_NONE)
		return f;
	for (size_t i = 0; i < rows.slot_count; i++)
		if (slot_idx(rows.slots[i]) == idx)
			idx++;              /* rows come in order of idx */
	if (rows.slot_count == VAULT_SLOTS_MAX)
		f = fault(FAULT_LIMIT, "there are %d slots; remove one first", VAULT_SLOTS_MAX);
	else
		f = slot_write(s, v, type, idx, secret, label);
	return change_end(s, v, f);
}

enum fault
store_slot_remove(struct store *s, uint16_t idx)
{
	struct slot_rows rows;
	struct statement *st;
	const struct vault *v;
	size_t lasting = 0;
	bool found = false;
	enum fault f = change_begin(&rows, &v, s);
	if (f != FAULT_NONE)
		return f;
	for (size_t i = 0; i < rows.slot_count; i++) {
		bool this = slot_idx(rows.slots[i]) == idx;
		found |= this;
		lasting += !this && vault_slot_type(rows.slots[i]) != SLOT_KEYRING;
	}
	if (!found)
		f = fault(FAULT_ABSENT, "no slot %u", idx);
	else if (lasting == 0)
		f = fault(FAULT_DENIED, "the last slot stays, and a keyring alone may lose its key");
	else
		f = store_prepare(&st, s, "DELETE FROM slot WHERE idx = ?");
	if (f == FAULT_NONE) {
		statement_int(st, 1, idx);
		f = statement_run(st, NULL);
		statement_done(st);
	}
	return change_end(s, v, f);
}
