/* Between the files that talk with a model: what it was shown, what it said. */
#ifndef MODEL_IN_H
#define MODEL_IN_H
#include "tutor_in.h"

#define SOURCES_MAX 24
#define ROUNDS_MAX 4
#define REPLY_BYTES_MAX (256 * 1024)

/* A window of a document that the model was given under a number from 1. */
struct source { struct passage window; const struct passage *parts; size_t part_count; };
struct dialogue {
	struct work *w;
	struct source sources[SOURCES_MAX]; size_t source_count;
	struct tutor_turn *turns; size_t turn_count, turn_cap;
	char nonce[ID_BYTES];
	struct usage usage;
	const char *tools[4]; size_t tool_count;
};
/* Windows of 500 to 1,000 tokens around the passages found; piped text is one too. */
enum fault sources_add(struct dialogue *d, const struct found *found, size_t most) STOA_MUST;
enum fault source_add_passage(struct dialogue *d, const char *file_id, int64_t n, int64_t neighbours) STOA_MUST;
void sources_print(struct text *out, const struct dialogue *d, size_t from);
enum fault turns_begin(struct dialogue *d) STOA_MUST;
void turn_put(struct dialogue *d, const struct tutor_turn *turn);
/* One completion, its usage counted; a reply that is too long is LIMIT. */
enum fault dialogue_complete(struct tutor_completion *out, struct dialogue *d, const struct tutor_tool *tools, size_t tool_count) STOA_MUST;

/* One claim of the reply: a sentence, the source it names, the words it quotes. */
struct claim { const char *sentence, *quote; int64_t source; };
/* Cut the reply into claims; at most max. */
size_t claims_parse(struct claim *out, size_t max, struct arena *a, const char *reply);
/* Does the quotation carry the sentence: its numbers, addresses and most words? */
bool claim_grounded(struct arena *a, const char *sentence, const char *quote, const char *question);
/* Find the claim's words in the sources and add the sentence; *added false: not found. */
enum fault claim_show(bool *added, struct dialogue *d, const struct claim *c) STOA_MUST;

extern const struct tutor_tool model_tools[];
extern const size_t model_tool_count;
/* What a tool call gives back, as text for the model.  Read-only. */
enum fault tool_run(struct text *out, struct dialogue *d, const struct tutor_call *call) STOA_MUST;
enum fault translate_answer(bool *done, struct work *w) STOA_MUST;
#endif
