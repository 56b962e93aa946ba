/* tutor -- conversations and answers whose every sentence can be shown its source.
 *
 * Routes the intent, asks the library, selects sentences, verifies every quote,
 * says how sure it is or that the sources do not say.  Keeps conversations as
 * sealed records.  A language model, when there is one, is a function handed in;
 * what it says is matched against stored bytes before anybody sees it.
 * Threads: a struct tutor is shared; each call brings its store connection.
 */
#ifndef STOA_TUTOR_H
#define STOA_TUTOR_H
#include "stoa/library.h"

/* What the engine lends for one completion. `deltas` only show progress: text
 * that has not been verified is never shown as an answer. */
struct tutor_turn { const char *role, *content, *tool_call_id, *tool_calls_json; };
struct tutor_tool { const char *name, *help, *parameters_schema; };
struct tutor_call { const char *id, *name, *arguments; };
struct tutor_completion { const char *content; struct tutor_call *calls; size_t call_count; struct usage usage; };
struct tutor_model {
	enum fault (*complete)(struct tutor_completion *out, struct arena *a, const struct tutor_turn *turns, size_t turn_count, const struct tutor_tool *tools, size_t tool_count, void (*delta)(const char *s, size_t n, void *arg), void *delta_arg, const struct cancel *cancel, void *arg);
	const char *name;
	void *arg;
};
struct tutor_domain { const char *name, *title, *words; };   /* kits/domains, configurable */
/* Answers that were given in the last hour, for the same question over the same
 * sources; shared by the tutors of one engine, in memory only. */
struct tutor_answers;
struct tutor_answers *tutor_answers_new(const struct clock *clock) STOA_MUST;
void tutor_answers_forget(struct tutor_answers *as);   /* on lock; NULL is harmless */
void tutor_answers_free(struct tutor_answers *as);
struct tutor_config {
	const struct clock *clock; const struct chance *chance;
	const struct tutor_model *model;             /* NULL: none */
	const struct tutor_domain *domains; size_t domain_count;
	double threshold_answer, threshold_maybe;     /* .8, .5 */
	struct tutor_answers *answers;                /* NULL: every question is answered anew */
};
struct tutor;
enum fault tutor_new(struct tutor **out, const struct tutor_config *config, struct library *library) STOA_MUST;
void tutor_free(struct tutor *t);

/* Events while an answer is made; any member may be NULL. */
struct tutor_events {
	void (*start)(const struct ev_start *e, void *arg);
	void (*status)(const struct ev_status *e, void *arg);
	void (*delta)(const struct ev_delta *e, void *arg);          /* verified text only, whole sentences */
	void (*citation)(const struct citation *c, void *arg);
	void *arg;
};
/* Answer one question and commit both turns (unless ephemeral). A refusal is NONE
 * with status "refused". On a fault nothing of the answer is kept, the question is. */
enum fault tutor_send(struct message **out, struct arena *a, struct tutor *t, struct store *db, const struct message_send *req, const struct tutor_events *events, const struct cancel *cancel) STOA_MUST;

/* ---- history -------------------------------------------------------------- */

enum fault tutor_conversation_create(struct conversation **out, struct arena *a, struct tutor *t, struct store *db, const struct conversation_create *req) STOA_MUST;
enum fault tutor_conversation_list(struct conversations *out, struct arena *a, struct tutor *t, struct store *db, const struct conversation_list *req) STOA_MUST;
/* Citations are verified again as they are now. */
enum fault tutor_conversation_get(struct transcript *out, struct arena *a, struct tutor *t, struct store *db, const struct conversation_get *req) STOA_MUST;
/* The assignment that a conversation is within; NULL: none. */
enum fault tutor_conversation_assignment(const char **out, struct arena *a, struct store *db, const char *id) STOA_MUST;
enum fault tutor_conversation_update(struct conversation **out, struct arena *a, struct tutor *t, struct store *db, const struct conversation_update *req) STOA_MUST;
enum fault tutor_conversation_delete(struct tutor *t, struct store *db, const char *id) STOA_MUST;
enum fault tutor_feedback(struct tutor *t, struct store *db, const struct message_feedback *req) STOA_MUST;
/* What was thought of a message; ABSENT: nothing was said. */
enum fault tutor_feedback_get(struct message_feedback *out, struct arena *a, struct store *db, const char *id) STOA_MUST;
/* A message from somebody else (a teacher) at the end of its conversation. ABSENT: no such. */
enum fault tutor_append(struct store *db, const struct message *m) STOA_MUST;
/* Search over everything said, in an index that lives in memory only; brought up
 * to date first, which tutor_index_warm() does ahead of need. */
enum fault tutor_history_search(struct history_hits *out, struct arena *a, struct tutor *t, struct store *db, const struct history_search *req) STOA_MUST;
enum fault tutor_index_warm(struct tutor *t, struct store *db, const struct cancel *cancel) STOA_MUST;
void tutor_index_forget(struct tutor *t);      /* on lock */
/* Bury the conversations whose last message is older than the person's
 * retention_days; *removed counts. Nothing while the store is read only. */
enum fault tutor_expire(int64_t *removed, struct tutor *t, struct store *db, const struct cancel *cancel) STOA_MUST;
enum fault tutor_export(struct exported *out, struct arena *a, struct tutor *t, struct store *db, const struct export_run *req) STOA_MUST;
enum fault tutor_import(struct imported *out, struct arena *a, struct tutor *t, struct store *db, const struct import_run *req) STOA_MUST;
/* Keep a conversation (may be NULL) and messages as a server showed them, each after
 * what it answers; they are read, searched and exported like one's own. DAMAGED: they
 * do not fit together. */
enum fault tutor_keep(struct store *db, const struct conversation *conversation, const struct record_list *messages) STOA_MUST;
/* Is this message one that a server showed? ABSENT: there is none. */
enum fault tutor_seen(bool *seen, struct store *db, const char *id) STOA_MUST;
/* An answer that was given here while a server was away gets an id of its own, so that
 * the server's answer can have the other, and a sentence in its note; words, not NULL,
 * take the place of what it says. */
enum fault tutor_set_aside(char new_id[ID_BYTES], struct store *db, const char *id, const char *words, const char *sentence) STOA_MUST;
enum fault tutor_settings_get(struct settings *out, struct arena *a, struct tutor *t, struct store *db) STOA_MUST;
enum fault tutor_settings_set(struct tutor *t, struct store *db, const struct settings *s) STOA_MUST;

#endif
