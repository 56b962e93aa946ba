/* engine -- the one door: every operation, for whoever may ask it.
 *
 * engine_call() finds the operation in the table of the api room, checks role,
 * limits and the record, does the work on the calling thread and ends with a
 * reply or a fault.  Authorisation, limits, audit and idempotency live here and
 * nowhere else.  Secrets (passphrases, key files) never cross as records: the
 * functions under "the lock" take them.
 * Threads: many calls at once from crew threads; each takes a store connection
 * from a small pool.
 */
#ifndef STOA_ENGINE_H
#define STOA_ENGINE_H
#include "stoa/api.h"
#include "stoa/loop.h"
#include "stoa/store.h"

struct engine;
struct engine_config {
	const char *database, *anchor, *library_folder, *domains_folder;
	const struct clock *clock; const struct chance *chance;
	/* [llm] of stoa.conf; base_url NULL: no model, nothing is ever sent */
	const char *llm_base_url, *llm_model, *llm_embedding_model, *llm_key_command;
	int llm_connect_ms, llm_first_token_ms, llm_total_ms;
	double llm_input_usd_per_mtok, llm_output_usd_per_mtok, llm_daily_budget_usd;
	double threshold_answer, threshold_maybe;
	bool limits_off;            /* a person alone on his machine */
};
struct principal { char user[ID_BYTES]; enum role role; };
/* Events of the operation, in order, on the calling thread. name is from the table. */
typedef void engine_emit_fn(const char *name, const struct record_type *type, const void *record, void *arg);

enum fault engine_open(struct engine **out, const struct engine_config *config) STOA_MUST;
void engine_close(struct engine *e);
/* request: a record of op->request. *reply: a record of op->reply, in a. */
enum fault engine_call(void **reply, struct arena *a, struct engine *e, const struct principal *who, const char *operation, const void *request, engine_emit_fn *emit, void *arg, const struct cancel *cancel) STOA_MUST;

/* ---- the lock ----------------------------------------------------------- */

struct lock_state { bool fresh, locked, read_only, memory_unlocked; enum store_anchor_state anchor; uint64_t changes_back; struct store_slot slots[VAULT_SLOTS_MAX]; size_t slot_count; };
enum fault engine_lock_state(struct lock_state *out, struct engine *e) STOA_MUST;
enum fault engine_seal_new(struct engine *e, enum vault_slot_type type, const struct vault_secret *secret, const char *label) STOA_MUST;
enum fault engine_unlock(struct engine *e, enum vault_slot_type type, const struct vault_secret *secret) STOA_MUST;
/* Waits for the calls that use the vault; ask those to stop first. */
void engine_lock(struct engine *e);
enum fault engine_slot_add(struct engine *e, enum vault_slot_type type, const struct vault_secret *secret, const char *label) STOA_MUST;
enum fault engine_slot_remove(struct engine *e, uint16_t idx) STOA_MUST;
enum fault engine_rekey(struct engine *e, enum vault_slot_type type, const struct vault_secret *secret, const char *label, void (*progress)(size_t done, size_t total, void *arg), void *arg) STOA_MUST;
enum fault engine_verify(struct engine *e, uint64_t *records) STOA_MUST;
enum fault engine_accept_anchor(struct engine *e) STOA_MUST;

#endif
