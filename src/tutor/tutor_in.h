/* The seams inside the tutor room: words -> route -> evidence -> answer -> kept.
 *
 * words.c cuts text into comparable words, route.c reads what is wanted,
 * scope.c and past.c say where to look and what came before, select.c chooses
 * sentences, answer.c is the only place where a sentence becomes part of an
 * answer and therefore the only place that cites.  kept.c writes and reads the
 * sealed records, memory.c and history.c hold what is known while unlocked.
 */
#ifndef TUTOR_IN_H
#define TUTOR_IN_H
#include <pthread.h>
#include "stoa/tutor.h"

#define ANSWER_SENTENCES_MAX 40
#define CONTEXT_BYTES_MAX (1024 * 1024)
#define TURNS_MAX 10                    /* turns that go to a model word for word */

struct memory;
struct tutor {
	struct tutor_config config;
	struct library *library;
	pthread_mutex_t lock;           /* guards memory */
	struct memory *memory;
};

/* ---- words ----------------------------------------------------------------- */

/* A word, folded: lower case, no diacritics, plural and -ed/-ing taken off
 * English words; runs of Chinese and Japanese come as single characters and
 * pairs.  start, end: bytes in the text it was cut from. */
#define WORD_BYTES_MAX 64
struct word { char s[WORD_BYTES_MAX]; size_t len, start, end; uint64_t hash; bool stop, pair; };
typedef void word_fn(const struct word *w, void *arg);
void words_each(const char *s, size_t len, word_fn *each, void *arg);
/* Sorted hashes without repetition, in a; content: stop words left out. */
struct word_set { const uint64_t *items; size_t count; };
struct word_set words_set(struct arena *a, const char *s, size_t len, bool content);
bool words_has(const struct word_set *set, uint64_t hash);
size_t words_shared(const struct word_set *x, const struct word_set *y);
/* Shared words over the smaller set: 1 for a text and its own part. */
double words_overlap(const struct word_set *x, const struct word_set *y);
uint64_t word_hash(const char *s, size_t len);
/* s with runs of white space as one space, nothing at the ends. */
const char *words_squeeze(struct arena *a, const char *s, size_t len);

/* ---- what is wanted --------------------------------------------------------- */

enum intent { INTENT_QUESTION, INTENT_DEFINITION, INTENT_LIST, INTENT_COMPARISON, INTENT_SUMMARY, INTENT_TRANSLATE, INTENT_QUIZ, INTENT_SMALLTALK, INTENT_COUNT };
enum level { LEVEL_BRIEF, LEVEL_STANDARD, LEVEL_DETAILED };
enum small { SMALL_GREETING, SMALL_THANKS, SMALL_BYE, SMALL_ABOUT, SMALL_OKAY };
struct route {
	enum intent intent;
	enum level level;
	enum small small;
	const char *query;              /* what is searched: the question without command and scope */
	const char *whole;              /* the same with its scope, for when there is no such document */
	const char *topic;              /* term of a definition, focus of a summary; "" none */
	bool bare;                      /* nothing but the term was typed */
	bool about;                     /* a question about what the topic does or is for */
	bool person;                    /* the same about somebody: "who was X" */
	const char *sides[2];           /* of a comparison; NULL */
	const char *scope;              /* X of "my X notes"; "" all of them; NULL: none named */
	const char *target;             /* language of a translation; NULL */
	bool scope_soft;                /* "the ... book": may be no document at all */
	bool level_said, vague, follows;
	bool more;                      /* "tell me more": read on where the last answer ended */
};
const char *intent_name(enum intent i);
void route_question(struct route *out, struct arena *a, const char *content);

/* Where a phrase stands in a lower-case line, whole words only; ABSENT is false. */
enum place { PLACE_START, PLACE_END, PLACE_ANY, PLACE_WHOLE };
bool phrase_find(struct range *out, const char *line, const char *phrase, enum place place);
/* s in lower case, byte for byte as long as s. */
char *line_lower(struct arena *a, const char *s);
/* s without bytes [start, end), squeezed. */
const char *line_without(struct arena *a, const char *s, struct range r);
/* Cut any of the phrases from the front, again and again, with what joins them. */
const char *line_cut_front(const char *line, const char *const *phrases, size_t count);
/* Without closing punctuation and surrounding marks. */
char *line_cut_ends(struct arena *a, const char *s);
/* A question what something is, with its topic; asked: it ended in a question mark.
 * route_about(): a question of the role or use of something. */
bool route_topic(struct route *r, struct arena *a, const char *s, const char *line, bool asked);
void route_about(struct route *r, struct arena *a, const char *s, const char *line);
/* Without the articles in front of it, in the languages known. */
const char *topic_bare(const char *line);
/* "my physics notes" and file names, in scope.c. */
void route_scope(struct route *r, struct range *where, struct arena *a, const char *line);

/* Every fixed sentence the tutor can say, in the language of the question. */
enum phrase { PHRASE_GREETING, PHRASE_THANKS, PHRASE_BYE, PHRASE_ABOUT, PHRASE_OKAY, PHRASE_VAGUE, PHRASE_EMPTY_LIBRARY, PHRASE_REFUSED, PHRASE_REFUSED_NONE, PHRASE_QUIZ, PHRASE_NO_TRANSLATION, PHRASE_UNTRANSLATED, PHRASE_WHICH_DOCUMENT, PHRASE_NO_SUCH_DOCUMENT, PHRASE_NOTHING_TO_SUMMARISE, PHRASE_MAYBE, PHRASE_NO_WORD, PHRASE_COUNT };
const char *phrase_in(enum phrase p, const char *language);

/* ---- the turns before ---------------------------------------------------------- */

struct past {
	struct message **turns;         /* the last TURNS_MAX, oldest first */
	size_t count;
	const char *older;              /* first sentences of what came before them, "" */
	size_t total;                   /* all messages of the conversation */
};
enum fault past_load(struct past *out, struct arena *a, struct store *db, const char *conv_id, const char *except_id) STOA_MUST;
/* A question that leans on the turns before: what to search, and what to lend
 * to it as context (NULL: stands alone). */
void past_rewrite(const char **query, const char **before, struct arena *a, const struct past *past, const struct route *route);
bool past_was_clarify(const struct past *past);

/* ---- one answer being made -------------------------------------------------------- */

struct work {
	struct tutor *t;
	struct store *db;
	struct arena *a;
	const struct message_send *req;
	const struct tutor_events *events;
	const struct cancel *cancel;
	struct route route;
	struct past past;
	struct search_run filter;
	const char *language, *query, *before;
	struct settings settings;
	bool strange;                   /* the lead of a follow-up is about something else */
	struct message *m;              /* the answer */
	struct text content, note;      /* cleared by answer_clear() */
	struct sentence *sentences; size_t sentence_count, sentence_cap;
	int64_t unsupported;            /* sentences of a model left out for want of a quotation */
	struct citation *citations; size_t citation_count, citation_cap;
};
void answer_init(struct work *w);
void answer_clear(struct work *w);
void answer_status(struct work *w, const char *step);
void answer_note(struct work *w, const char *sentence);
/* A fixed sentence of our own: stands on nothing, cites nothing. */
void answer_say(struct work *w, const char *sentence);
void answer_heading(struct work *w, const char *heading);
/* The bytes [start, end) of a passage as a sentence with its citation; when they
 * do not verify nothing is added and *added is false. text NULL: the quote. */
enum fault answer_cite(bool *added, struct work *w, const struct passage *p, int64_t start, int64_t end, double score, const char *text) STOA_MUST;
/* The same for a sentence of the piped text. */
enum fault answer_cite_context(bool *added, struct work *w, const char *quote, double score, const char *text) STOA_MUST;
enum fault answer_refuse(struct work *w, const struct found *found, bool *empty_library) STOA_MUST;
/* Hand the collected sentences over to the message. */
enum fault answer_finish(struct work *w) STOA_MUST;
/* Is this quotation of the piped text there? Sets state and verified. */
void context_verify(struct citation *c, const char *context);

/* The whole message as events, when it was not made piece by piece. */
void answer_emit(struct work *w);

/* The answer that was given to the same question; *out: it may be looked up at all. */
#define REPEAT_KEY_BYTES 32
enum fault repeat_key(bool *out, unsigned char key[REPEAT_KEY_BYTES], struct work *w) STOA_MUST;
bool repeat_find(struct work *w, const unsigned char key[REPEAT_KEY_BYTES]);   /* w->m is filled */
void repeat_keep(struct work *w, const unsigned char key[REPEAT_KEY_BYTES]);

enum fault find_evidence(struct found **out, struct work *w, const char *query, const char *before, int passages, int sentences) STOA_MUST;
/* What a topic is, ranked; where it has no entry among the first, the glossaries are asked. */
enum fault find_definition(struct found **out, struct work *w) STOA_MUST;
/* How sure it is that the first sentence answers. */
void confide(struct confidence *out, const struct work *w, const struct found *found);
bool cited_already(const struct work *w, const char *file_id, int64_t start, int64_t end);
/* A sentence that was found, with what it leans on. */
enum fault cite_found(struct work *w, const struct found *found, const struct found_sentence *s) STOA_MUST;
/* A sentence for each side of a comparison and one that sets them against each
 * other; *done false: there is none, and nothing was cited. */
enum fault compare_sides(bool *done, struct work *w, struct found *found) STOA_MUST;
enum fault extract_answer(struct work *w) STOA_MUST;
enum fault summary_answer(struct work *w) STOA_MUST;
/* *done false: the model could not answer; the reason is in the note. */
enum fault model_answer(bool *done, struct work *w) STOA_MUST;
enum fault suggest_followups(struct work *w) STOA_MUST;

enum fault scope_resolve(bool *found, struct work *w) STOA_MUST;
enum fault scope_domains(struct work *w) STOA_MUST;
const struct tutor_domain *scope_domain(struct work *w);

/* ---- choosing ------------------------------------------------------------------------ */

/* Passages to read: entries of glossaries hide behind texts that say the term more. */
#define ENTRY_PASSAGES 48
struct choice { const struct found_sentence *s; bool lead_in; };
/* The sentences to show, in reading order; at most max. */
size_t select_sentences(struct choice *out, size_t max, struct work *w, const struct found *found);
/* Rank again for this intent and this conversation: the first one leads. */
bool select_rank(struct work *w, struct found *found);   /* is there an entry of the topic? */
/* Raise entries of glossaries and answers under the same question; is there an entry? */
bool entries_raise(struct work *w, struct found *found);
/* Let what says best what the topic does lead; how plainly, 0: nothing does. */
double acts_raise(struct work *w, struct found *found);
/* Content words, with those that courses use for one another (steps, stages) as one. */
struct word_set study_words(struct arena *a, const char *s, size_t len);
int64_t label_start(const struct passage *p, int64_t start);
/* The sentence, with what it stands under, covers this share of what was asked. */
void features_cover(struct sentence_features *f, double share);
bool sentence_leans(const char *s);     /* begins with a word that points back */
/* Is this heading path one of notes, an index, contents: text about the text? */
bool heading_around(const char *path);
bool sentence_is_fragment(const char *s);
bool sentence_defines(const char *s, const char *topic);
/* Are all the words named at once, behind two others at most? */
bool sentence_begins_with(struct arena *a, const char *s, const struct word_set *words);
/* How plainly the sentence says what the topic does or is for: 0 not at all, to 1. */
double topic_acts(struct arena *a, const char *topic, const char *s);
/* It speaks of the topic, and of nothing else that was asked. */
bool topic_is_all(struct arena *a, const char *topic, const char *question, const char *s);
/* A mark "[n]" before the closing stop of a sentence. */
void put_marked(struct text *out, const char *sentence, int64_t n);

/* ---- sealed records -------------------------------------------------------------------- */

struct kept_title { const char *title, *subject, *type, *status, *assignment_id; bool named; int64_t created, unread; };
extern const struct record_type record_kept_title;
/* seen: as a server said it; its quotations stand in documents that are not here. */
struct kept_message { int64_t at; const char *question; struct message *message; const char *context; bool seen; };
extern const struct record_type record_kept_message;
struct kept_feedback { const char *message, *comment; int64_t score, at; struct text_list reasons; };
extern const struct record_type record_kept_feedback;

/* Valid, and none of the records of which there is one (settings, money spent):
 * their ids are half a name in ASCII, half the number 1. For ids from outside. */
bool id_for_others(const char *id);
enum fault kept_put(struct store *db, enum vault_kind kind, const char *conv_id, const char *rec_id, const struct record_type *type, const void *record) STOA_MUST;
enum fault kept_read(void **out, struct arena *a, const struct record_type *type, const struct sealed *rec) STOA_MUST;
/* INPUT: the pieces of a message do not fit together, or not into conv_id. */
enum fault kept_check(const struct kept_message *kept, const char *conv_id) STOA_MUST;
/* *lost: they are there and cannot be read; out is as when there are none. */
enum fault settings_read(struct settings *out, bool *lost, struct arena *a, struct store *db) STOA_MUST;
enum fault kept_title_get(struct kept_title **out, struct arena *a, struct store *db, const char *conv_id) STOA_MUST;
/* Every message of a chain, oldest first, with the newest feedback put on. DAMAGED:
 * out holds what is whole, and is cleared by the caller all the same. */
struct kept_chain { struct kept_message *items; size_t count, cap; struct kept_feedback *feedback; size_t feedback_count, feedback_cap; const char **feedback_ids; size_t id_cap; };
enum fault kept_chain_read(struct kept_chain *out, struct arena *a, struct store *db, const char *conv_id) STOA_MUST;
/* The same, with a message that says so where altered records were left out. */
enum fault kept_chain_whole(struct kept_chain *out, struct arena *a, struct store *db, const char *conv_id) STOA_MUST;
void kept_chain_clear(struct kept_chain *c);
/* At most `most` messages before place `end` (from 0), the newest of those: chain.items
 * begin at place `first` of `total`.  DAMAGED: a record was altered; read it whole. */
struct kept_part { struct kept_chain chain; size_t first, total; struct kept_message last; };
enum fault kept_part_read(struct kept_part *out, struct arena *a, struct store *db, const char *conv_id, size_t end, size_t most) STOA_MUST;
/* Altered records do not hide the others: the store says so when it is opened, and
 * a transcript shows the place. */
enum fault whole_or_rest(enum fault f) STOA_MUST;
/* Set every citation of a chain to what it is worth now. */
enum fault transcript_verify(struct kept_chain *chain, struct arena *a, struct tutor *t, struct store *db) STOA_MUST;
/* A title from the first question: at most 60 characters, whole words. */
const char *title_from(struct arena *a, const char *question);

/* ---- memory: what is known while the store is open ----------------------------------------- */

/* One row a conversation, kept up by lseq; nothing of it is ever written. */
struct known { char id[ID_BYTES]; char *title, *subject, *type, *status, *preview; int64_t created, updated, messages; bool has_title, gone; };
/* All of these lock t->lock themselves. */
enum fault memory_known(const struct known **rows, size_t *count, struct arena *a, struct tutor *t, struct store *db) STOA_MUST;
void memory_drop(struct tutor *t, const char *conv_id);
void memory_free(struct memory *m);
/* Member `name` of the object at s as its raw value, without parsing the rest;
 * for records that we wrote ourselves. */
struct slice_of { const char *s; size_t len; };
bool skim_member(struct slice_of *out, const char *s, size_t len, const char *name);
/* The characters of a raw JSON string, unescaped, at most max bytes. */
void skim_string(struct text *out, const struct slice_of *raw);

#endif
