/* engine, privately: what stands behind the door.
 *
 * `gate` is held for reading by calls that need the open vault and for writing
 * by the functions that lock, unlock or seal anew; calls on documents pass
 * beside it, so a long import does not hold up the lock. */
#ifndef STOA_ENGINE_IN_H
#define STOA_ENGINE_IN_H
#include <pthread.h>

#include "stoa/engine.h"
#include "stoa/library.h"
#include "stoa/llm.h"
#include "stoa/people.h"
#include "stoa/tutor.h"

#define POOL_MAX 8

/* Token buckets, one an asker and class. full_ns 0: a free place. */
struct bucket { uint64_t key[2]; int64_t full_ns; };
struct limit_rate { int64_t token_ns, whole_ns; };
struct limits {
	pthread_mutex_t lock;
	struct bucket *items;
	size_t count, size;
	int64_t swept_ns;
	unsigned char seed[16];
	struct limit_rate rates[ENGINE_RATES];
};
void limits_init(struct limits *l, const struct engine_rate rates[ENGINE_RATES], const struct chance *chance);
void limits_rates(struct limits *l, const struct engine_rate rates[ENGINE_RATES]);
void limits_clear(struct limits *l);
/* Take one token of a user, or of an address. OFTEN says when there will be one. */
enum fault limits_take(struct limits *l, const char *asker, enum limit_class class, int64_t now_ms) STOA_MUST;
/* The same from a bucket that all servers of the database share; now_ms by the wall. */
enum fault limits_take_shared(struct limits *l, struct store *db, const char *user, enum limit_class class, int64_t now_ms) STOA_MUST;
enum fault limits_tend(struct store *db, int64_t now_ms) STOA_MUST;   /* forget buckets that are full again */

/* What was asked and how it ended, one row an operation (counters.c). */
struct counters { pthread_mutex_t lock; struct operation_counters *rows; size_t count; int64_t running; };
void counters_init(struct counters *c);
void counters_clear(struct counters *c);
void counters_begin(struct counters *c);
void counters_end(struct counters *c, const struct operation *op, enum fault f, int64_t took_ms);

/* Domains read from ini files; the texts live in arena. */
struct domains { struct arena arena; struct tutor_domain *items; size_t count, cap; };
/* Every *.ini of the folder; folder NULL: the ones that come with stoa, if any. */
enum fault domains_read(struct domains *d, const char *folder) STOA_MUST;
void domains_clear(struct domains *d);

/* One tutor an owner (tutors.c). */
#define TUTORS_MAX 256
struct seat {
	char owner[ID_BYTES];              /* "": the one person of this machine */
	struct tutor *tutor;
	size_t users;                      /* calls that have it now */
	uint64_t taken;
	int64_t left_ms;                   /* mono, when it was put back last */
	_Atomic int64_t history_day;       /* UTC, when retention was looked after; -1: never */
};
struct tutors {
	pthread_mutex_t lock;
	struct seat **seats;
	size_t count, cap;
	uint64_t takings;
	struct tutor_config config;
	struct library *library;
};
void tutors_init(struct tutors *ts, const struct tutor_config *config, struct library *library);
void tutors_clear(struct tutors *ts);
enum fault tutors_take(struct seat **out, struct tutors *ts, const char *owner) STOA_MUST;
void tutors_put(struct tutors *ts, struct seat *s);     /* NULL is harmless */
void tutors_tidy(struct tutors *ts);                    /* those that nobody came to for an hour go */
void tutors_forget(struct tutors *ts);                  /* on lock */
size_t tutors_count(struct tutors *ts);
/* Whose sealed records somebody's are: his own, or "" on his own machine. */
const char *owner_of(const struct principal *who);

/* The owners whose histories are looked after today; one thread at a time. */
struct round { pthread_mutex_t lock; _Atomic int64_t day; struct arena arena; struct text_list owners; size_t at; int64_t house_ms; };

/* The copy of the store that is being made, or failed last (backup.c). */
struct backup_run {
	char *folder;                      /* NULL: none are made */
	int64_t keep;
	pthread_mutex_t lock;              /* guards what follows */
	bool running;
	char id[ID_BYTES], failed[512];
	int64_t started, ended;
};

struct engine {
	struct clock clock;
	struct chance chance;
	bool limits_off;
	bool shared;                       /* other servers may be on this database */
	char *data_folder;                 /* where there must be room to write */
	char *upload_folder;               /* documents of others than the one person come from here; NULL: anywhere */
	int64_t upload_count_max, upload_bytes_max;
	struct store *first;               /* lives as long as the engine; also lent */
	pthread_mutex_t pool_lock;
	struct store *idle[POOL_MAX];
	size_t idle_count;
	pthread_rwlock_t gate;
	struct limits limits;
	struct counters counters;
	struct engine_outside outside;
	char *inbox;                       /* where escalated questions are mailed to; NULL: nowhere */
	double threshold_email;
	int64_t questions_max, questions_network_max;   /* that wait for a teacher: of a person, of the guests of a network */
	int64_t questions_keep_ms;         /* 0: for ever */
	engine_letter_fn *on_letter; void *letter_arg;
	struct domains domains;
	struct llm *llm;                   /* NULL: none is set up */
	struct tutor_model model;
	struct library *library;
	struct people *people;
	struct tutor_answers *answers;     /* NULL on a person's own machine */
	struct tutors tutors;
	struct round round;
	struct backup_run backup;
	_Atomic int64_t documents_day;     /* UTC, when retention was looked after; -1: never */
	pthread_mutex_t doing_lock;        /* guards what follows */
	char (*doing)[ID_BYTES * 2];       /* "user/id" of questions being answered, of keys in work */
	size_t doing_count, doing_cap;
	double spent_saved;                /* as sealed last */
};

/* A connection of one's own until it is put back; owner: whose records it is for. */
enum fault pool_take(struct store **out, struct engine *e, const char *owner) STOA_MUST;
void pool_put(struct engine *e, struct store *db);

/* One call on its way through the door. */
struct call {
	struct engine *e;
	struct arena *a;
	struct store *db;                  /* its owner is set */
	struct library_reader reader;      /* set on db for whoever is not the one person of this machine */
	struct seat *seat;
	struct tutor *tutor;               /* the seat's */
	const struct operation *op;
	const struct principal *who;
	const struct call_options *options;   /* never NULL */
	const struct cancel *cancel;
	struct engine_letter letter;       /* to be told of when all is kept; owner "": none */
	bool again;                        /* a write that may have been done before: see again.c */
};
typedef enum fault handler_fn(void **reply, struct call *c, const void *request);
enum handler_flags {
	HANDLER_SEALED = 1,    /* needs the open vault */
	HANDLER_ALONE = 2,     /* takes long or keeps files: runs in no transaction but its own */
	HANDLER_UNKEYED = 4    /* an idempotency key is not looked at: no receipt of this may be kept */
};
struct handler { const char *id; handler_fn *fn; unsigned flags; };
extern const struct handler document_handlers[], conversation_handlers[], person_handlers[], people_handlers[], class_handlers[],
	backup_handlers[], share_handlers[], escalate_handlers[], escalation_handlers[], feedback_handlers[];
extern const size_t document_handler_count, conversation_handler_count, person_handler_count, people_handler_count, class_handler_count,
	backup_handler_count, share_handler_count, escalate_handler_count, escalation_handler_count, feedback_handler_count;

/* The room of people with what the engine was lent (people.c). */
enum fault engine_people_open(struct engine *e, const struct engine_config *config) STOA_MUST;
struct people_asker asker(const struct call *c);
/* Who asks, into his settings; a new name for him (people.c). */
enum fault me_fill(struct settings *out, struct call *c) STOA_MUST;
/* Remove guests who cannot come back, with everything of theirs (people.c). */
enum fault guests_tend(struct engine *e, struct store *db, const struct cancel *cancel) STOA_MUST;
/* Remove questions for teachers that have outlived their time (escalate.c). */
enum fault escalations_tend(struct engine *e, struct store *db, const struct cancel *cancel) STOA_MUST;
/* What is kept about his account, as JSON members for an export. */
enum fault me_put_account(struct text *out, struct call *c) STOA_MUST;
enum fault me_rename(struct call *c, const char *name) STOA_MUST;

/* Once a day, remove what has outlived its retention (retention.c). The history's
 * under the gate and with the vault open. */
void retention_documents(struct call *c);
void retention_history(struct call *c);
/* The same for some of the owners who may not have come today; "" is db's owner. */
enum fault retention_round(struct engine *e, struct store *db, const struct cancel *cancel) STOA_MUST;

/* Do it, but a write with an idempotency key only once (again.c). The connection is
 * taken and looked at; the gate is held when the handler is sealed. */
enum fault again_perform(void **reply, struct call *c, const struct handler *h, const void *request) STOA_MUST;
/* May the caller name this path? DENIED. */
enum fault upload_check(const struct call *c, const char *path) STOA_MUST;
/* The id that a key stands for. */
void again_id(char out[ID_BYTES], const char *key);
/* Hold (user, name) so that nobody else does it at the same time, everywhere: not in
 * another server on the database either; BUSY. */
enum fault doing_begin(struct call *c, const char *name, bool everywhere) STOA_MUST;
void doing_end(struct call *c, const char *name, bool everywhere);

/* What the caller shared and handed over, within his transaction; links that ended. */
enum fault sharing_forget(struct call *c) STOA_MUST;
enum fault share_expire(struct engine *e, struct store *db) STOA_MUST;

/* Within the transaction that keeps it: its owner's other lines are told, everywhere. */
/* Without conversation: sessions of owner have ended; message ENGINE_LETTER_ALL: all of them. */
enum fault letter_send(struct call *c, const char *owner, const char *conversation, const char *message) STOA_MUST;
void letter_deliver(const struct call *c);   /* the call went well */
void library_tell(const struct call *c);     /* it changed documents: other servers count them again */
/* The words of a handed-over question, read and written as its owner's. */
enum fault escalation_get(struct escalation *out, struct call *c, const char *owner, const char *id) STOA_MUST;
enum fault escalation_put(struct call *c, const char *owner, const struct escalation *e) STOA_MUST;
/* The questions that the caller handed to a teacher, into his export. */
enum fault me_put_questions(struct text *out, struct call *c) STOA_MUST;
/* Mail about an escalated question (mail.c); a step is "asked" or "answered". Within
 * the caller's transaction. *next_ms is lowered to when the next one is due. */
/* Where the teachers of a class read: its own inbox, else the server's; NULL: nowhere. */
enum fault mail_inbox(const char **out, struct arena *a, struct engine *e, struct store *db, const char *class) STOA_MUST;
enum fault mail_queue(struct engine *e, struct store *db, const char *escalation, const char *step) STOA_MUST;
enum fault mail_tend(int64_t *next_ms, struct engine *e, struct store *db, const struct cancel *cancel) STOA_MUST;
int64_t mail_waiting(struct engine *e, struct store *db);

void call_emit(struct call *c, const char *name, const struct record_type *type, const void *record);

/* The model as the tutor and the library see it (model.c). */
enum fault model_open(struct engine *e, const struct engine_config *config) STOA_MUST;
enum fault model_embed(float **out, size_t *dims, const char *const *texts, size_t count, void *arg, const struct cancel *cancel);
/* Seal what was spent today when it changed, on owner's connection; read it back
 * after unlocking. */
enum fault model_spent_save(struct engine *e, struct store *db, const char *owner) STOA_MUST;
enum fault model_spent_load(struct engine *e, struct store *db) STOA_MUST;
/* Today's, of all servers on this database. */
double model_spent_today(struct engine *e);

/* The purse that servers on one database share (purse.c). */
struct llm_purse purse_of(struct engine *e);
double purse_spent(struct engine *e);

#endif
