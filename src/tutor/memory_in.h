/* What the tutor knows while the store is open: rows of conversations and an
 * inverted index over what was said.  Nothing here is ever written to disk. */
#ifndef MEMORY_IN_H
#define MEMORY_IN_H
#include "tutor_in.h"

/* Postings of a word: per message varbyte(gap), then its count in one byte. */
struct posting_list { uint64_t hash; uint32_t name, last, count, used, cap; uint8_t *bytes; };
struct said_message { unsigned char id[16]; int64_t at; uint32_t row; uint16_t words; bool stoa; };
struct memory {
	struct known *rows; size_t row_count, row_cap;
	uint32_t *row_slots; size_t row_slot_count;
	uint64_t rows_lseq, said_lseq;
	size_t gone_messages;
	struct said_message *said; size_t said_count, said_cap;
	struct posting_list *lists; size_t list_count, list_cap;
	uint32_t *list_slots; size_t list_slot_count;
	struct text names;              /* every word, NUL-terminated */
};
/* Called with t->lock held. */
enum fault memory_rows_follow(struct tutor *t, struct store *db) STOA_MUST;
struct known *memory_row(struct memory *m, const char *id, bool make);
enum fault said_follow(struct tutor *t, struct store *db, const struct cancel *cancel) STOA_MUST;
void said_clear(struct memory *m);
const struct posting_list *said_list(const struct memory *m, uint64_t hash);
void id_pack(unsigned char out[16], const char *id);
void id_unpack(char out[ID_BYTES], const unsigned char in[16]);
#endif
