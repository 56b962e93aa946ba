/* api -- what can be asked of an engine: the operations and their records.
 *
 * The contract alone, without anybody who fulfils it: the screen, the verbs, the
 * backends, the engine and the server all read these tables.  JSON, validation,
 * --json, OpenAPI text and man pages are printed from them.  A struct here is a
 * record: its members are described by the field table of the same name.
 * Texts in a record are borrowed from the arena it was made in, and are
 * untrusted until a sink has sanitised them.  Times are Unix milliseconds.
 * Byte ranges count from 0 in the stored text of a document, end exclusive.
 */
#ifndef STOA_API_H
#define STOA_API_H
#include "stoa/base.h"

/* ---- documents ------------------------------------------------------------ */

struct document {
	const char *id, *name, *title, *subject, *domain;
	const char *kind;         /* pdf docx pptx odt epub html markdown text csv */
	const char *status;       /* processing completed failed */
	const char *reason;       /* failed: no_text encrypted damaged empty wrong_type limit; one sentence in error_message */
	const char *error_message;
	const char *language;     /* BCP 47, "en"; "" unknown */
	const char *sha256, *origin;   /* of the original's bytes; where it came from */
	const char *preview;
	struct text_list authors, concepts;
	int64_t pages, passages, words, size_bytes, cited, stale;  /* stale: citations whose quote changed */
	int64_t added, changed, expires;
};
struct document_add { const char *path, *name, *subject, *domain, *kind, *origin; int64_t retention_days; bool again; };
struct document_list { struct text_list subjects, domains, kinds; const char *status, *search, *cursor; int64_t limit; };
struct documents { struct record_list items; /* document */ const char *cursor; int64_t total; };
struct id_request { const char *id; };
struct document_content { const char *id; int64_t page, start, end; };   /* page 0: the byte range */
struct content { const char *id, *text, *page_label; int64_t page, pages, start, end; };

struct passage {
	const char *file_id, *title, *subject, *chapter, *heading, *page_label, *text;
	int64_t n, page, page_end, start, end;
};
struct passage_get { const char *file_id; int64_t n, neighbours; };
struct passages { struct record_list items; /* passage */ };

struct search_run {
	const char *query;
	struct text_list subjects, domains, kinds, documents;
	int64_t k;
};
struct span { int64_t start, end; };          /* bytes within the passage's text */
struct hit { struct passage *passage; double score; struct record_list spans; /* span */ };
struct hits { struct record_list items; /* hit */ const char *corrected; double elapsed_ms; int64_t documents; };

/* ---- conversations ----------------------------------------------------------- */

struct citation {
	const char *file_id, *title, *chapter, *chapter_title, *page_label, *quote, *sha256, *subject_id, *url;
	struct text_list authors;
	int64_t n, page, page_end, passage, start, end;
	double score;
	bool verified;
	const char *state;        /* verified stale missing unsupported */
};
/* "Light and Life, ch. 3 The light reactions, p. 14", safe to show. */
const char *citation_place(struct arena *a, const struct citation *c);
/* Where a document, and a page of it, is read through the API. */
const char *citation_url(struct arena *a, const char *file_id, int64_t page);
/* "p. 14", "p. 3-4", "p. iv"; "" in a document without pages. */
const char *page_text(struct arena *a, int64_t page, int64_t page_end, const char *label);
struct sentence {             /* one sentence of an answer, and what it stands on */
	const char *text;
	int64_t citation;         /* n of the citation; 0: unsupported */
	bool heading;             /* a heading of a summary: stands on nothing */
};
struct confidence { double score; double citation_match, similarity, completeness, rank_margin; const char *band; /* answer maybe none */ };
struct support { int64_t sentences, verified; };
struct usage { int64_t input_tokens, output_tokens; double cost_usd; bool estimated; };
struct message {
	const char *id, *conversation_id;
	const char *role;         /* user stoa */
	const char *content;
	const char *status;       /* answered refused clarify handover cancelled failed */
	const char *intent;       /* question definition list comparison summary translate quiz smalltalk */
	const char *mode;         /* extractive model instructor: written by a teacher */
	const char *model, *note; /* note: why the model was not used, what was corrected */
	const char *language, *rating_comment;
	struct text_list domains, tools_used, followups;
	struct record_list sentences;   /* sentence */
	struct record_list citations;   /* citation */
	struct record_list nearest;     /* citation: refused answers */
	struct confidence *confidence;
	struct support *support;
	struct usage *usage;
	int64_t rating, created;        /* rating 1, -1, 0 none */
	double elapsed_ms;
	bool low_confidence;
	bool request_email;       /* not sure enough: a teacher could be asked (message.escalate) */
};
struct conversation {
	const char *id, *title, *subject, *type, *status; /* type general subject assignment; status active archived */
	const char *preview, *assignment_id;
	int64_t created, updated, message_count;
	int64_t unread;                             /* of them, what came by itself and was not looked at */
};
struct conversation_list { const char *status, *subject, *search, *cursor; int64_t limit; };
struct conversations { struct record_list items; /* conversation */ const char *cursor; int64_t total; };
struct conversation_create { const char *id, *title, *subject, *type, *assignment_id; };
struct conversation_update { const char *id, *title, *status, *subject; int64_t unread; };
struct conversation_get { const char *id; int64_t limit, before; };
struct transcript { struct conversation *conversation; struct record_list messages; /* message */ };
struct message_send {
	const char *conversation_id;   /* absent: a new conversation */
	const char *id;                /* client-made id of the question */
	const char *content, *context; /* context: piped text, searched with the library */
	const char *subject, *mode;    /* mode auto extractive model */
	const char *assignment_id;     /* a new conversation within it: only its materials are searched */
	struct text_list documents, domains;
	bool ephemeral;                /* keep nothing */
};
struct message_feedback { const char *id, *comment; int64_t score; struct text_list reasons; };
struct history_search { const char *query, *subject, *role; int64_t k, since, until; };
struct history_hit { const char *conversation_id, *conversation_title, *message_id, *role, *snippet; int64_t created; double score; struct record_list spans; };
struct history_hits { struct record_list items; /* history_hit */ double elapsed_ms; };
struct export_run { const char *id, *format; };   /* id absent: everything; md json html txt */
struct exported { const char *name, *format, *body; };
struct import_run { const char *body; };
struct imported { int64_t conversations, messages, skipped; };

/* ---- people: signing in ------------------------------------------------------------ */

/* Whom a token belongs to; what is kept about him for others to see. */
struct user {
	const char *id, *name, *mail;      /* name, mail: sealed at rest */
	const char *role;                  /* guest learner instructor admin: a right */
	const char *status;                /* active blocked */
	const char *provider;              /* guest code jwt, or the name of an OpenID provider */
	int64_t created, seen;
};
struct auth_guest { const char *role; };             /* a profile, no right: instructor staff learner guest */
struct auth_join { const char *code, *name; };
/* One of: code with code_verifier (from the loopback redirect), or device_code. */
struct auth_token { const char *code, *code_verifier, *device_code; };
struct auth_refresh { const char *refresh_token; };
struct auth_logout { bool everywhere; };
/* What signing in gives. session_id names the session in words; only token opens anything. */
struct signed_in {
	const char *token, *refresh_token, *session_id;
	int64_t expires;
	struct user *user;
	struct text_list classes;
};
struct auth_provider { const char *provider, *redirect_uri, *code_challenge, *state; };
struct auth_url { const char *auth_url; int64_t expires; };
struct auth_callback { const char *code, *state, *error; };
struct auth_redirect { const char *location; };      /* answered as 302 */
struct auth_device { const char *provider; };
struct device_code { const char *device_code, *user_code, *verification_uri, *verification_uri_complete; int64_t interval, expires; };
struct auth_way { const char *name, *title; bool device; };
struct auth_ways { struct record_list providers; /* auth_way */ bool guest, join; };

struct profile_set { const char *role; };            /* instructor staff learner guest */
struct quick_action { const char *title, *description; struct text_list queries; };
struct profile { const char *role; struct record_list quick_actions; /* quick_action */ struct text_list suggested_topics, recent_updates; };

/* ---- people: classes --------------------------------------------------------------- */

struct class {
	const char *id, *title, *status;
	const char *role;                  /* of who asks */
	const char *inbox;                 /* mail address for questions; only for who teaches it */
	int64_t members, created;
};
struct class_list { const char *status, *cursor; int64_t limit; };
struct classes { struct record_list items; /* class */ const char *cursor; int64_t total; };
struct class_create { const char *id, *title; };
struct class_update { const char *id, *title, *status, *inbox; };   /* inbox "": none of its own */
struct class_member { const char *id, *name, *role; int64_t joined; };
struct class_members_list { const char *id, *cursor; int64_t limit; };
struct class_members { struct record_list items; /* class_member */ const char *cursor; int64_t total; };
struct class_member_set { const char *id, *person, *role; };     /* role learner instructor */
struct class_member_remove { const char *id, *person; };
struct join_code_make { const char *id, *person; int64_t days, uses; };   /* 0: 14 days, 40 uses; person: for her alone, a day, once */
struct join_code { const char *id, *code; /* code: only when made */ int64_t uses, uses_left, created, expires; };
struct join_codes { struct record_list items; /* join_code */ };
struct join_code_remove { const char *id, *code_id; };

/* ---- people: assignments, what a class is given to work on -------------------------- */

struct assignment {
	const char *id, *class_id, *title, *instructions;
	const char *state;                 /* draft: only its teachers see it; published */
	struct text_list materials;        /* ids of documents of the class, those that are still there */
	int64_t due, created, updated;     /* due 0: whenever */
};
struct assignment_list { const char *class_id, *state, *cursor; int64_t limit; };
struct assignments { struct record_list items; /* assignment */ const char *cursor; int64_t total; };
struct assignment_get { const char *class_id, *id; };
struct assignment_create { const char *class_id, *title, *instructions, *state; struct text_list materials; int64_t due; };
struct assignment_update {
	const char *class_id, *id, *title, *instructions, *state;
	struct text_list materials, clear; /* clear: what is taken away: due instructions materials */
	int64_t due;
};

struct user_list { const char *search, *role, *cursor; int64_t limit; };
struct users { struct record_list items; /* user */ const char *cursor; int64_t total; };
struct user_update { const char *id, *role, *status; };
/* One access to somebody else's data: who, as what, doing what, to whom. */
struct audit_row { int64_t at; const char *actor, *role, *operation, *subject, *object; };
struct audit_list { const char *actor, *subject, *cursor; int64_t limit; };
struct audit_rows { struct record_list items; /* audit_row */ const char *cursor; };

/* ---- what is shared with others ----------------------------------------------------- */

/* A link shows a conversation as it was when it was made, read only. */
struct conversation_share { const char *id; int64_t expires_in_days; };
struct shared_link { const char *id, *conversation_id, *token, *url; int64_t messages, created, expires; };
struct shared_links { struct record_list items; /* shared_link */ };
struct shared_get { const char *token; };

struct message_escalate { const char *id, *email, *note; };
struct escalated { const char *query_id, *status, *message; };
struct escalation_list { const char *status, *subject, *cursor; int64_t limit; };
struct escalation { const char *id, *status /* pending in_progress resolved */, *subject, *person, *email, *question, *answer, *note, *reply; double confidence; int64_t created, updated; };
struct escalations { struct record_list items; /* escalation */ const char *cursor; int64_t total; };
struct escalation_resolve { const char *id, *status, *reply; };

struct feedback_send { const char *message_id, *session_id, *feedback; };   /* positive negative */
struct feedback_list { int64_t score; const char *cursor; int64_t limit; };
struct feedback_item { const char *message_id, *comment; struct text_list reasons; int64_t score, created; };
struct feedback_items { struct record_list items; /* feedback_item */ const char *cursor; int64_t total, positive; };

/* ---- copies of the store -------------------------------------------------------------- */

struct backup { const char *id, *name, *state /* running completed failed */, *error_message; int64_t size_bytes, started, ended; };
struct backups { struct record_list items; /* backup */ };

/* ---- settings, health ------------------------------------------------------------ */

struct settings {
	const char *language, *level, *answers;     /* answers auto extractive model */
	const char *draft;                          /* typed and not sent yet; "" takes it away */
	int64_t retention_days, lock_minutes;
	struct text_list subjects;
	const char *id, *name, *role;               /* who you are; only name can be changed */
};
struct health { const char *status, *version; bool database, disk, model, unlocked; int64_t documents, passages, conversations; };
struct nothing { bool ok; };

/* ---- events, between start and reply ------------------------------------------------ */

struct ev_start { const char *id, *conversation_id; };
struct ev_status { const char *step; };          /* routing searching selecting verifying model */
struct ev_delta { const char *delta; };
struct ev_progress { const char *name, *step; int64_t page, pages, done, total; };

extern const struct record_type record_document, record_document_add, record_document_list,
	record_documents, record_id_request, record_document_content, record_content, record_passage,
	record_passage_get, record_passages, record_search_run, record_span, record_hit, record_hits,
	record_citation, record_sentence, record_confidence, record_support, record_usage,
	record_message, record_conversation, record_conversation_list, record_conversations,
	record_conversation_create, record_conversation_update, record_conversation_get,
	record_transcript, record_message_send, record_message_feedback, record_history_search,
	record_history_hit, record_history_hits, record_export_run, record_exported,
	record_import_run, record_imported, record_user, record_auth_guest, record_auth_join,
	record_auth_token, record_auth_refresh, record_auth_logout, record_signed_in,
	record_auth_provider, record_auth_url, record_auth_callback, record_auth_redirect,
	record_auth_device, record_device_code, record_auth_way, record_auth_ways,
	record_profile_set, record_quick_action, record_profile, record_class, record_class_list,
	record_classes, record_class_create, record_class_update, record_class_member,
	record_class_members_list, record_class_members, record_class_member_set,
	record_class_member_remove, record_join_code_make, record_join_code, record_join_codes,
	record_join_code_remove, record_assignment, record_assignment_list, record_assignments,
	record_assignment_get, record_assignment_create, record_assignment_update, record_user_list, record_users, record_user_update,
	record_audit_row, record_audit_list, record_audit_rows,
	record_conversation_share, record_shared_link, record_shared_links, record_shared_get,
	record_message_escalate, record_escalated, record_escalation_list, record_escalation,
	record_escalations, record_escalation_resolve, record_feedback_send, record_feedback_list,
	record_feedback_item, record_feedback_items,
	record_backup, record_backups, record_settings, record_health, record_nothing,
	record_ev_start, record_ev_status, record_ev_delta, record_ev_progress;

/* ---- operations --------------------------------------------------------------------- */

enum role { ROLE_NONE, ROLE_GUEST, ROLE_LEARNER, ROLE_INSTRUCTOR, ROLE_ADMIN };
const char *role_name(enum role r);
enum limit_class { LIMIT_NONE, LIMIT_GENERAL, LIMIT_ASK, LIMIT_EXPORT, LIMIT_ADMIN };
struct event_type { const char *name; const struct record_type *record; };
struct operation {
	const char *id;                 /* "message.send" */
	const char *method, *path;      /* "POST", "/v1/conversations/{conversation_id}/messages" */
	enum role least;
	enum limit_class limit;
	const struct record_type *request, *reply;
	const struct event_type *events; size_t event_count;
	bool writes;                    /* takes an idempotency key, refused when read-only */
	const char *help;
};
const struct operation *operation_find(const char *id);   /* NULL: no such */
const struct operation *operations(size_t *count);

/* INPUT: text that is no mail address, or one that could be read as several, or as a name. */
enum fault mail_address_check(const char *address) STOA_MUST;

/* ---- pages of a list ------------------------------------------------------------------- */

/* A cursor names the last item shown: its time, or what else the list is sorted by, and
 * its id. INPUT: it is none. Without one, *at stays as it is and *id is "". */
enum fault list_cursor_read(int64_t *at, const char **id, const char *cursor) STOA_MUST;
const char *list_cursor(struct arena *a, int64_t at, const char *id);

/* ---- a request as HTTP ------------------------------------------------------------------ */

#define PATH_ABSENT "-"             /* stands in a path for a {name} that is absent */
/* "/v1/files/ab/content?page=3": {names} from the record, percent-escaped; for GET and
 * DELETE every other field that is set follows as the query, a list as repeated names.
 * INPUT: a field that cannot stand in an address. */
enum fault operation_address(struct text *out, const struct operation *op, const void *request) STOA_MUST;
/* That query alone, with its question mark: for a body that is a document's bytes. */
enum fault operation_query(struct text *out, const struct operation *op, const void *request) STOA_MUST;
bool operation_has_body(const struct operation *op);   /* POST, PUT, PATCH */
/* The JSON object of every field that is set and not in the path. */
void operation_body(struct text *out, const struct operation *op, const void *request);
/* The same with what is in the path: all of it, to be read again later. */
void operation_json(struct text *out, const struct operation *op, const void *request);

#endif
