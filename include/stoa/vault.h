/* vault -- keys, and bytes that only their owner can read (AT-REST.md).
 *
 * Pure cryptography over bytes, by libsodium: slots that wrap the master key,
 * epochs, sealed records, the chain over them, the anchor.  The vault reads and
 * writes no file; the store keeps the bytes.  Keys live in one locked arena
 * (sodium_malloc); they are never `text` and never logged.
 * Threads: a vault is changed (slots, epochs) by one thread at a time; seal and
 * open may run from many.  Sizes are in bytes; integers in blobs little endian.
 */
#ifndef STOA_VAULT_H
#define STOA_VAULT_H
#include "stoa/base.h"

#define VAULT_FMT 1                 /* of the plain part of a record */
#define VAULT_KEY_BYTES 32
#define VAULT_ID_BYTES 16
#define VAULT_HASH_BYTES 32
#define VAULT_SLOT_BYTES 176        /* type .. label, AT-REST.md "Keys" */
#define VAULT_SLOTS_MAX 8
#define VAULT_EPOCH_BYTES 72        /* nonce 24 | wrapped 48 */
#define VAULT_PLAIN_MAX (16u * 1024 * 1024)

struct vault;                       /* master key, epoch keys; locked memory */
struct vault_secret { unsigned char *bytes; size_t len; };  /* sodium_malloc */

enum vault_slot_type { SLOT_PASSPHRASE = 1, SLOT_KEY_FILE = 2, SLOT_KEYRING = 3, SLOT_RECOVERY = 4, SLOT_OPEN = 5 /* no lock: the key is beside the store, and said so */ };
struct vault_cost { uint32_t passes, memory_kib; };          /* Argon2id; t 1..10, m 46 MiB..1 GiB */

enum fault vault_start(void) STOA_MUST;   /* sodium_init, RLIMIT_CORE 0, PR_SET_DUMPABLE 0; once */
bool vault_memory_locked(void);           /* false: mlock failed; say it once */

struct vault_secret vault_secret_new(size_t len);
void vault_secret_clear(struct vault_secret *s);
/* Read a secret from a descriptor to the first newline or end, at most 1024 bytes. */
enum fault vault_secret_read(struct vault_secret *out, int fd) STOA_MUST;
/* A fresh random key for SLOT_KEY_FILE, _KEYRING or _OPEN: 64 hex digits. */
enum fault vault_key_make(struct vault_secret *out) STOA_MUST;
struct vault_cost vault_cost_default(void);  /* t=3; 256 MiB, 64 MiB where RAM < 2 GiB */

/* Same bytes, in a time that does not tell where they differ. */
bool vault_same(const void *a, const void *b, size_t n);
void vault_wipe(void *bytes, size_t n);      /* is not optimised away; NULL with 0 is harmless */
void vault_id_new(unsigned char id[VAULT_ID_BYTES]);
char *vault_id_text(char hex[ID_BYTES], const unsigned char id[VAULT_ID_BYTES]);   /* returns hex */
enum fault vault_id_parse(unsigned char id[VAULT_ID_BYTES], const char *hex, const char *what) STOA_MUST;

/* A fresh master key and epoch 1 for a new store. */
enum fault vault_new(struct vault **out, const unsigned char store_id[VAULT_ID_BYTES]) STOA_MUST;
enum fault vault_copy(struct vault **out, const struct vault *from) STOA_MUST;
void vault_free(struct vault *v);                /* wipes; NULL is harmless */
uint32_t vault_epoch(const struct vault *v);
const unsigned char *vault_store_id(const struct vault *v);

/* Wrap the master key for a secret: a passphrase or recovery code of any length,
 * or a key of 32 bytes or 64 hex digits (then cost is not looked at). The label
 * is shown, never secret. */
enum fault vault_slot_make(unsigned char slot[VAULT_SLOT_BYTES], const struct vault *v, enum vault_slot_type type, uint16_t idx, const struct vault_secret *secret, struct vault_cost cost, const char *label) STOA_MUST;
/* Open with one slot. DENIED: wrong secret. DAMAGED: not a slot, or bounds. */
enum fault vault_slot_open(struct vault **out, const unsigned char store_id[VAULT_ID_BYTES], const unsigned char slot[VAULT_SLOT_BYTES], const struct vault_secret *secret) STOA_MUST;
enum vault_slot_type vault_slot_type(const unsigned char slot[VAULT_SLOT_BYTES]);
void vault_slot_label(char out[41], const unsigned char slot[VAULT_SLOT_BYTES]);
/* Recovery code: 160 bits as base32 groups, "ABCD-EFGH-...". */
#define VAULT_RECOVERY_TEXT 48
enum fault vault_recovery_make(struct vault_secret *code, char shown[VAULT_RECOVERY_TEXT]) STOA_MUST;
enum fault vault_recovery_parse(struct vault_secret *code, const char *shown) STOA_MUST;

enum fault vault_epoch_wrap(unsigned char out[VAULT_EPOCH_BYTES], const struct vault *v, uint32_t epoch) STOA_MUST;
enum fault vault_epoch_add(struct vault *v, uint32_t epoch, const unsigned char wrapped[VAULT_EPOCH_BYTES]) STOA_MUST;
enum fault vault_epoch_new(struct vault *v) STOA_MUST;       /* epoch + 1, fresh key */
/* A new master key (passphrase change): epochs must be wrapped again after. */
void vault_rekey(struct vault *v);
/* MAC over all slots and wrapped epochs, in order, with a key from the master key. */
void vault_slots_mac(unsigned char out[VAULT_HASH_BYTES], const struct vault *v, const void *slots_and_epochs, size_t len);

/* ---- records ---------------------------------------------------------- */

enum vault_kind { /* AT-REST.md; values are bound into the seal: never renumber */
	KIND_MESSAGE = 1, KIND_CITATION, KIND_QUIZ_ANSWER, KIND_DRAFT, KIND_TITLE, KIND_FEEDBACK,
	KIND_INTERVIEW_TURN, KIND_AUDIO_KEY, KIND_SETTING, KIND_OUTBOX, KIND_RECEIPT, KIND_TOMBSTONE,
	KIND_CARD_STATE, KIND_SCORE, KIND_PERSON, KIND_SEEN /* a server's reply */,
	KIND_PASSING /* kept for minutes, in no chain */, KIND_LAST
};
struct vault_record {   /* what is bound into the seal as associated data */
	enum vault_kind kind;
	uint16_t fmt;
	uint32_t epoch;
	unsigned char conv_id[VAULT_ID_BYTES], rec_id[VAULT_ID_BYTES];
	uint64_t lseq;
	uint32_t rev, flags;
	unsigned char owner[VAULT_ID_BYTES];    /* zeros: the one person of this machine */
};
#define VAULT_AAD_BYTES 96
#define VAULT_TAG_BYTES 16
#define VAULT_SEAL_BYTES 46          /* what a blob adds to its padded text */
/* padded: P of the blob, so that a chain is verified without opening it. */
void vault_record_aad(unsigned char aad[VAULT_AAD_BYTES], const struct vault *v, const struct vault_record *r, uint32_t padded);
size_t vault_sealed_size(size_t plain_bytes);    /* of the whole blob */
/* blob and the AAD that the chain needs; out has vault_sealed_size(n) bytes. */
enum fault vault_seal(unsigned char *blob, unsigned char aad[VAULT_AAD_BYTES], const struct vault *v, const struct vault_record *r, const void *plain, size_t n) STOA_MUST;
/* Plain bytes to out (emptied first). DAMAGED: refused. LOCKED: sealed under a
 * newer epoch than this vault knows (the passphrase was changed elsewhere). */
enum fault vault_open(struct text *out, unsigned char aad[VAULT_AAD_BYTES], const struct vault *v, const struct vault_record *r, const void *blob, size_t blob_bytes) STOA_MUST;
/* Known-answer form: nonce given; for tests only. */
enum fault vault_seal_with_nonce(unsigned char *blob, unsigned char aad[VAULT_AAD_BYTES], const struct vault *v, const struct vault_record *r, const void *plain, size_t n, const unsigned char nonce[24]) STOA_MUST;

/* ---- chain, root, anchor ------------------------------------------------ */

/* owner of zeros: the one person of this machine, and the bytes of before there were owners. */
void vault_chain_start(unsigned char h[VAULT_HASH_BYTES], const struct vault *v, const unsigned char owner[VAULT_ID_BYTES], const unsigned char conv_id[VAULT_ID_BYTES]);
void vault_chain_step(unsigned char h[VAULT_HASH_BYTES], const struct vault *v, const unsigned char aad[VAULT_AAD_BYTES], const unsigned char tag[VAULT_TAG_BYTES]);
struct vault_head { unsigned char owner[VAULT_ID_BYTES], conv_id[VAULT_ID_BYTES]; uint64_t n; unsigned char h[VAULT_HASH_BYTES]; };
/* Sorts heads by owner and conv_id, as bytes. */
void vault_root(unsigned char out[VAULT_HASH_BYTES], const struct vault *v, uint64_t generation, struct vault_head *heads, size_t count);
#define VAULT_ANCHOR_BYTES 128
enum fault vault_anchor_seal(unsigned char out[VAULT_ANCHOR_BYTES], const struct vault *v, uint64_t generation, const unsigned char root[VAULT_HASH_BYTES]) STOA_MUST;
/* ABSENT: of an epoch that this vault does not hold. DAMAGED: altered. */
enum fault vault_anchor_epoch(uint32_t *epoch, const unsigned char anchor[VAULT_ANCHOR_BYTES]) STOA_MUST;
enum fault vault_anchor_open(uint64_t *generation, unsigned char root[VAULT_HASH_BYTES], const struct vault *v, const unsigned char anchor[VAULT_ANCHOR_BYTES]) STOA_MUST;
/* Keyed look-up hash of something that must be findable without being readable. */
void vault_lookup(unsigned char out[VAULT_HASH_BYTES], const struct vault *v, const void *bytes, size_t n);

/* ---- sums of what is no secret (documents, passages) ---------------------- */

#define VAULT_SHA256_TEXT 65
struct vault_sha256 { _Alignas(16) unsigned char state[128]; };
void vault_sha256_start(struct vault_sha256 *h);
void vault_sha256_add(struct vault_sha256 *h, const void *bytes, size_t n);
void vault_sha256_end(char hex[VAULT_SHA256_TEXT], struct vault_sha256 *h);
/* BLAKE2b of out_bytes (16 to 64), without a key. */
void vault_sum(unsigned char *out, size_t out_bytes, const void *bytes, size_t n);

#endif
