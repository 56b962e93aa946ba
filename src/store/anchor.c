/* The anchor: generation and root, sealed, in a small file outside the database,
 * so that an older copy of the whole database is noticed when it comes back.
 *
 * Written every 32 commits or 30 s, on lock and on closing; a crash leaves it
 * behind, which is normal.  An anchor of an older epoch than the store's was left
 * by a change of passphrase that ended before it was written: normal too.  One of
 * a newer epoch, or that does not open, means that the file is not the one that
 * was closed last.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include "store_in.h"

#define COMMITS_BETWEEN 32
#define MS_BETWEEN 30000

static enum store_anchor_state
judge(struct store *s, const struct root_row *root, const unsigned char bytes[VAULT_ANCHOR_BYTES],
	uint64_t *back)
{
	unsigned char hash[VAULT_HASH_BYTES];
	uint64_t generation;
	uint32_t epoch;
	const struct vault *v;
	*back = 0;
	if (vault_anchor_epoch(&epoch, bytes) != FAULT_NONE)
		return ANCHOR_ALTERED;
	if (epoch != root->epoch)
		return epoch > root->epoch ? ANCHOR_BEHIND : ANCHOR_AHEAD;
	if (vault_borrow(&v, s) != FAULT_NONE)
		return ANCHOR_NONE;
	enum fault f = vault_anchor_open(&generation, hash, v, bytes);
	vault_return(s);
	if (f != FAULT_NONE)
		return ANCHOR_ALTERED;
	if (generation > root->generation) {
		*back = generation - root->generation;
		return ANCHOR_BEHIND;
	}
	if (generation < root->generation)
		return ANCHOR_AHEAD;
	return memcmp(hash, root->hash, sizeof hash) == 0 ? ANCHOR_SAME : ANCHOR_ALTERED;
}

/* Before the database is read: what another process commits and anchors in between
 * makes this copy the older one, never the database. */
void
anchor_read(struct anchor_found *out, const struct store *s)
{
	struct text t;
	*out = (struct anchor_found){ .state = ANCHOR_NONE };
	if (s->anchor == NULL)
		return;
	text_init(&t, VAULT_ANCHOR_BYTES);
	enum fault f = file_read(&t, s->anchor);
	if (f == FAULT_NONE && t.len == VAULT_ANCHOR_BYTES) {
		memcpy(out->bytes, t.data, VAULT_ANCHOR_BYTES);
		out->state = ANCHOR_SAME;
	} else if (f != FAULT_ABSENT && !(f == FAULT_NONE && t.len == 0)) {
		out->state = ANCHOR_ALTERED;    /* empty: the power went before its bytes came */
	}
	text_clear(&t);
}

void
anchor_compare(struct store *s, const struct root_row *root, const struct anchor_found *found)
{
	uint64_t back = 0;
	enum store_anchor_state state = found->state;
	if (state == ANCHOR_SAME)
		state = judge(s, root, found->bytes, &back);
	atomic_store(&s->sealing->anchor_state, state);
	atomic_store(&s->sealing->changes_back, back);
	atomic_store(&s->sealing->read_only, state == ANCHOR_BEHIND || state == ANCHOR_ALTERED);
	if (state != ANCHOR_NONE && state != ANCHOR_SAME)
		log_event(LOG_WARN, "store", "anchor", "state=%d back=%llu", (int)state, (unsigned long long)back);
}

/* Whole or not at all, as far as other processes see; the disk may take its time,
 * for an anchor left behind by a power cut is as normal as any. */
static enum fault
write_lightly(const char *path, const void *bytes, size_t n)
{
	struct text fresh;
	text_init(&fresh, 4096);
	text_printf(&fresh, "%s.new", path);
	int fd = open(fresh.data, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool done = fd >= 0 && write(fd, bytes, n) == (ssize_t)n;
	if (fd >= 0 && close(fd) < 0)
		done = false;
	enum fault f = FAULT_NONE;
	if (!done || rename(fresh.data, path) < 0)
		f = fault_errno("%s", path);
	text_clear(&fresh);
	return f;
}

/* The one between commits is written lightly, the last one durably. */
static void
put(struct store *s, bool lightly)
{
	struct root_row root;
	unsigned char bytes[VAULT_ANCHOR_BYTES];
	const struct vault *v;
	if (root_read(&root, s) != FAULT_NONE || vault_borrow(&v, s) != FAULT_NONE)
		return;
	enum fault f = root.epoch == vault_epoch(v)
			       ? vault_anchor_seal(bytes, v, root.generation, root.hash)
			       : FAULT_LOCKED;
	vault_return(s);
	if (f == FAULT_NONE)
		f = (lightly ? write_lightly : file_write)(s->anchor, bytes, sizeof bytes);
	if (f != FAULT_NONE) {
		log_event(LOG_WARN, "store", "anchor-not-written", "fault=%s", fault_name(f));
		return;
	}
	s->sealing->anchored = root.generation;
	s->sealing->anchored_mono_ms = s->clock->mono_ms(s->clock->arg);
}

void
anchor_write(struct store *s, bool holding_writing)
{
	if (s->anchor == NULL || store_is_locked(s) || store_read_only(s))
		return;
	/* Locking must not wait for a writer; he leaves the anchor behind, as a crash does. */
	if (!holding_writing && pthread_mutex_trylock(&s->sealing->writing) != 0)
		return;
	put(s, holding_writing);
	if (!holding_writing)
		pthread_mutex_unlock(&s->sealing->writing);
}

void
anchor_after_commit(struct store *s)
{
	struct sealing *q = s->sealing;
	if (q->heads.generation - q->anchored >= COMMITS_BETWEEN ||
	    s->clock->mono_ms(s->clock->arg) - q->anchored_mono_ms >= MS_BETWEEN)
		anchor_write(s, true);
}
