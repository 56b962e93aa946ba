/* What the files of the cli room share: the table of verbs and their options, one
 * command's state, printing, the session with the backend, and asking a person.
 */
#ifndef STOA_CLI_IN_H
#define STOA_CLI_IN_H
#include <stdio.h>
#include "stoa/api.h"
#include "stoa/backend.h"
#include "stoa/cli.h"

/* ---- verbs and options: rows ------------------------------------------------- */

enum option_kind { OPTION_FLAG, OPTION_TEXT, OPTION_NUMBER, OPTION_FILE, OPTION_CHOICE };
struct option {
	const char *name, *value;      /* "subject", "S"; value NULL: a flag */
	enum option_kind kind;
	int64_t min, max;              /* OPTION_NUMBER */
	const char *choices;           /* OPTION_CHOICE: "md|json" */
	bool many;                     /* may be given more than once */
	const char *help;
};
struct cli;
typedef enum fault verb_fn(struct cli *c);
struct verb {
	const char *name, *sub;        /* "docs", "show"; sub NULL: none */
	const char *operands;          /* "DOCUMENT...", "" none */
	int least, most;               /* operands; most -1: no limit */
	const struct option *options;
	size_t option_count;
	verb_fn *run;
	const char *json;              /* the record of --json, "document, one a line" */
	const char *help;              /* one sentence */
};
extern const struct verb verbs[];
extern const size_t verb_count;
extern const struct option common_options[];
extern const size_t common_option_count;

/* The row of name (and sub, when the verb has rows with one); a verb with subs
 * but none named gives its first row.  NULL: no such verb. */
const struct verb *verb_find(const char *name, const char *sub);
bool verb_has_subs(const char *name);
/* Rows of one name lie side by side: is this row the first of its name? */
bool verb_first(const struct verb *v);
/* The verb a mistyped name meant most likely; NULL when none is near. */
const char *args_nearest(const char *typed, const char *(*name)(size_t i), size_t count);

#define OPTIONS_MAX 64
struct given { const struct option *option; const char *text; int64_t number; };
struct args {
	const struct verb *verb;
	struct given given[OPTIONS_MAX];
	size_t given_count;
	const char **operands;
	size_t operand_count;
	bool help;
};
/* argv without the program's name.  Everything borrows from argv and a.
 * INPUT says what is wrong with which word. */
enum fault args_parse(struct args *out, struct arena *a, int argc, char *const argv[]) STOA_MUST;
bool option_given(const struct args *a, const char *name);
const char *option_text(const struct args *a, const char *name);         /* NULL: not given */
int64_t option_number(const struct args *a, const char *name, int64_t otherwise);
struct text_list option_texts(const struct args *a, struct arena *arena, const char *name);

void help_all(struct cli *c);
void help_verb(struct cli *c, const char *name);
enum fault completion_print(struct text *out, const char *shell) STOA_MUST;

/* ---- stoa.conf ------------------------------------------------------------------ */

enum conf_kind { CONF_TEXT, CONF_INT, CONF_REAL, CONF_CHOICE, CONF_URL, CONF_FOLDER };
struct conf_key {
	const char *section, *name;
	enum conf_kind kind;
	double min, max;
	const char *choices, *otherwise;   /* the default, as text */
	const char *help;
};
extern const struct conf_key conf_keys[];
extern const size_t conf_key_count;
#define CONF_KEYS_MAX 48
struct conf { char *values[CONF_KEYS_MAX]; };       /* NULL: the default */
const struct conf_key *conf_find(const char *dotted);   /* "answers.threshold" */
const char *conf_get(const struct conf *conf, const char *dotted);
double conf_number(const struct conf *conf, const char *dotted);
enum fault conf_check(const struct conf_key *key, const char *value) STOA_MUST;
enum fault conf_parse(struct conf *conf, const char *label, const char *s, size_t len) STOA_MUST;
/* A missing file is an empty one. */
enum fault conf_read(struct conf *conf, const char *path) STOA_MUST;
/* The text of a configuration file with key set to value (NULL: taken out);
 * comments and the order of lines stay. */
enum fault conf_edit(struct text *out, const char *s, size_t len, const struct conf_key *key, const char *value) STOA_MUST;
void conf_clear(struct conf *conf);
/* Write one setting to stoa.conf. */
enum fault conf_store(struct cli *c, const char *dotted, const char *value) STOA_MUST;

/* ---- one command ------------------------------------------------------------------- */

enum paint { PAINT_NONE, PAINT_BOLD, PAINT_DIM, PAINT_GOOD, PAINT_WARN, PAINT_BAD, PAINT_CITE };
struct cli {
	struct args args;
	struct arena arena;            /* lives as long as the command */
	bool json, colour, err_colour, out_terminal, err_terminal, progress, utf8;
	bool out_broken;               /* nobody reads stdout any more */
	bool progress_shown;
	bool chatting;                 /* a verb called from a conversation */
	int out_errno;
	int status;                    /* exit status of a verb that went well: 3 not found, 1 some failed */
	size_t width;                  /* columns; 0: do not wrap */
	/* the session; opened by session_open() */
	struct places places;
	struct conf conf;
	struct loop *loop;
	struct backend *backend;
	const struct cli_front *front; /* the screen; NULL: lines only */
	const char *joining, *joining_pin;   /* the server that is being signed in to; NULL: none */
	const char *suggestion;        /* the first question of the set-up; NULL: none */
	bool conf_known, interrupted, terminated;
	const char *noted;             /* what the backend said last although all was well */
	double opened_ms, unlocked_ms;
};

/* Everything printed passes here: sanitised, wrapped by nobody, in colour on a
 * terminal only.  out_* go to stdout, err_* to stderr. */
void out_put(struct cli *c, enum paint paint, const char *s);
void out_putf(struct cli *c, enum paint paint, const char *fmt, ...) STOA_PRINTF(3, 4);
void err_note(struct cli *c, enum paint paint, const char *s);
void err_notef(struct cli *c, enum paint paint, const char *fmt, ...) STOA_PRINTF(3, 4);
/* A paragraph of s, wrapped to the terminal, every line but the first indented. */
void out_wrapped(struct cli *c, enum paint paint, const char *first, size_t indent, const char *s);
/* The same with a head in a colour of its own. */
void out_row(struct cli *c, enum paint head_paint, const char *first, size_t indent, enum paint paint, const char *s);
/* An indented paragraph with every whole word of the list in bold. */
void out_highlighted(struct cli *c, size_t indent, const char *s, const struct text_list *words);
/* One record on one line of JSON. */
void out_record(struct cli *c, const struct record_type *type, const void *record);
void out_json(struct cli *c, const struct text *json);
void err_progress(struct cli *c, const char *fmt, ...) STOA_PRINTF(2, 3);
void err_progress_end(struct cli *c);
/* Look at the terminal, NO_COLOR and the options; init before anything prints. */
void print_init(struct cli *c);
/* The terminal may have another width now. */
void print_resized(struct cli *c);
/* Flush; SYSTEM when stdout could not be written for another reason than nobody reading. */
enum fault print_end(struct cli *c) STOA_MUST;
/* The sentence of a fault on stderr, in the form asked for; returns the exit status. */
int print_fault(struct cli *c, enum fault f);

/* lines.c: text with an empty line between lines that are no wrapped prose */
const char *lines_apart(struct arena *a, const char *text, size_t most);
/* s broken to lines of at most width cells; lines after the first begin with
 * indent blanks, and `used` cells of the first are taken. s is sanitised already. */
void wrap_text(struct text *out, const char *s, size_t width, size_t used, size_t indent);
/* JSON text made harmless to look at: what a terminal might obey or hide becomes \uXXXX. */
void out_json_harmless(struct text *out, const char *s, size_t len);

/* ---- session ---------------------------------------------------------------------------- */

enum fault session_conf(struct cli *c) STOA_MUST;     /* places and stoa.conf */
/* The server of --server or stoa.conf; NULL: this machine alone. */
enum fault session_server(const char **url, struct cli *c) STOA_MUST;
/* INPUT: none, and what is wanted is a server's. */
enum fault session_server_there(struct cli *c) STOA_MUST;
/* server.pin, server.ca_file: when they are this server's; NULL: not said. */
const char *session_server_setting(struct cli *c, const char *url, const char *dotted);
/* Is it a server of stoa that has proved who it is?  One that signed its own
 * certificate is shown as words and asked about once; then *pin is its key, to be
 * kept as server.pin by whoever signs in.  DENIED: the words are others. */
enum fault session_trust(const char **pin, struct cli *c, const char *url) STOA_MUST;
enum fault session_open(struct cli *c) STOA_MUST;     /* and the backend; again: nothing */
/* Open, first use settled, unlocked. */
enum fault session_ready(struct cli *c) STOA_MUST;
enum fault session_screen(struct cli *c) STOA_MUST;   /* hand all over to the screen */
void session_close(struct cli *c);
enum fault session_unlock(struct cli *c) STOA_MUST;
/* First use: seal a new store as the options say, or a person: ask stands before the
 * question, NULL asks nobody. */
enum fault session_seal_new(struct cli *c, const char *ask, const char **how, char recovery[48]) STOA_MUST;
/* Path of the key file of a store without a lock; in the arena. */
const char *session_key_path(struct cli *c);

struct call_events {
	void (*event)(struct cli *c, const char *name, const struct record_type *type, const void *record, void *arg);
	void *arg;
};
/* Ask the backend; *reply (a record of the operation's reply type) lives in the
 * command's arena.  Unlocks when the operation says LOCKED.  An interrupt cancels it. */
enum fault session_call(const void **reply, struct cli *c, const char *operation, const void *request, const struct call_events *ev) STOA_MUST;
/* Did somebody press Ctrl-C or end us? CANCELLED then. */
enum fault session_check(struct cli *c) STOA_MUST;

/* Every document, or conversation, of a list in turn; they live in the arena. */
typedef enum fault document_fn(struct cli *c, const struct document *d, void *arg);
typedef enum fault conversation_fn(struct cli *c, const struct conversation *v, void *arg);
enum fault named_documents_each(struct cli *c, struct document_list *request, document_fn *each, void *arg) STOA_MUST;
enum fault named_conversations_each(struct cli *c, struct conversation_list *request, int64_t most, conversation_fn *each, void *arg) STOA_MUST;
/* The one document that ref names: id, beginning of an id, title or file name. */
enum fault named_document(const struct document **out, struct cli *c, const char *ref) STOA_MUST;
enum fault named_documents(struct text_list *ids, struct cli *c, const struct text_list *refs) STOA_MUST;
/* The one conversation: id, beginning of one, title, or "last". */
/* An assignment by id or title, of this class, or NULL: of any of one's own. */
enum fault named_assignment(const char **id, struct cli *c, const char *class_id, const char *ref) STOA_MUST;
enum fault named_conversation(const char **id, struct cli *c, const char *ref) STOA_MUST;

/* A list operation, every page: each item a row, or its record with --json. */
struct listing {
	const char *operation;
	const struct record_type *item;
	size_t items_at, cursor_at;    /* offsets in the reply */
	const char **cursor;           /* in the request; NULL: one page is all there is */
	void (*row)(struct cli *c, const void *item);
	const char *none;              /* said when there is nothing */
};
enum fault listing_print(struct cli *c, const struct listing *l, void *request) STOA_MUST;
/* A text of somebody else's as one harmless line; NULL is empty. */
const char *listing_line(struct cli *c, const char *s);

/* Milliseconds of a clock that never goes back, with their fractions. */
double stopwatch_ms(void);

/* ---- asking a person -------------------------------------------------------------------- */

/* A line from /dev/tty; hidden: without echo.  The bytes go to locked memory by
 * the caller, who wipes buf.  CANCELLED on Ctrl-C or end; SYSTEM: no terminal. */
enum fault prompt_line(char *buf, size_t size, const char *prompt, bool hidden) STOA_MUST;
enum fault prompt_secret(struct backend_secret **out, const char *prompt, bool twice) STOA_MUST;
/* One of the letters; Enter takes the first. */
enum fault prompt_choice(char *out, const char *prompt, const char *letters) STOA_MUST;
bool prompt_possible(void);

/* ---- shared pieces of verbs --------------------------------------------------------------- */

/* What became of one document: a line, or its record. Failed: the exit status is 1. */
void add_line(struct cli *c, const struct document *d);
/* An answer with its sources; streamed: its sentences were printed as they came. */
void answer_print(struct cli *c, const struct message *m, bool streamed);
void answer_source(struct cli *c, const struct citation *ct);
/* Send a question, show the answer, and set the exit status by what it is. *m may
 * be NULL; it lives in the arena. */
enum fault answer_get(const struct message **m, struct cli *c, const struct message_send *request, bool events) STOA_MUST;
/* The mode that options and stoa.conf ask for; NULL: the engine's own. */
enum fault answer_mode(const char **mode, struct cli *c) STOA_MUST;
const char *date_text(struct arena *a, int64_t unix_ms);
const char *size_text(struct arena *a, int64_t bytes);
/* s cut, at its end or in its middle, or filled to so many cells. */
const char *wrap_column(struct arena *a, const char *s, size_t cells, bool middle);
const char *operands_joined(struct cli *c, size_t from);
/* --yes, or a person who says y. CANCELLED otherwise. */
enum fault prompt_confirmed(struct cli *c, const char *what) STOA_MUST;
/* A file with the system's opener (xdg-open), never through a shell. */
enum fault open_outside(struct cli *c, const char *path) STOA_MUST;
enum fault add_paths(struct cli *c, const char *const *paths, size_t count, const struct document_add *like) STOA_MUST;
/* Files below path in order of name; hidden, linked and foreign ones are counted in
 * *skipped. A path that is a file is taken whatever it looks like. */
struct found { char **paths; size_t count, cap, skipped; char **folders; size_t folder_count, folder_cap; };
enum fault walk_path(struct found *out, struct cli *c, const char *path) STOA_MUST;
bool walk_wants(const char *name);          /* would a folder's file of this name be taken? */
void found_clear(struct found *f);
/* Stay and call each for what is put or changed there, until interrupted. */
typedef enum fault watch_fn(struct cli *c, const char *path, void *arg);
enum fault watch_paths(struct cli *c, const char *const *paths, size_t count, watch_fn *each, void *arg) STOA_MUST;
/* A folder that comes with stoa, as "themes"; NULL: it is not installed. */
const char *shipped_folder(struct arena *a, const char *name);
enum fault sample_add(struct cli *c, bool *found) STOA_MUST;
enum fault export_write(struct cli *c, const char *id, const char *format, const char *path) STOA_MUST;

/* ---- a conversation, line by line ---------------------------------------------------------- */

struct chat {
	struct cli *c;
	char conversation[ID_BYTES];   /* "" a new one */
	const char *subject, *mode;    /* NULL: any, the engine's own */
	const char *assignment;        /* that a new conversation is within; NULL: none */
	struct text_list documents, domains;
	struct arena kept;             /* what the last answer lives in */
	const struct message *answer;  /* the last one; NULL: none */
	char *listed[100];             /* ids that /list numbered */
	size_t listed_count;
	char *subject_owned;
	char *typed;                   /* handed back to the next prompt */
	char *drafted;                 /* what the sealed store has of an unsent line */
	char deleted[ID_BYTES];        /* goes with the next line; "" none */
	int64_t source_at;             /* n of the citation shown last; 0 none */
	bool ephemeral, over, locked, can_lock, terminal;
};
typedef enum fault chat_fn(struct chat *ch, const char *rest);
struct chat_command { const char *name, *id, *operands; chat_fn *run; const char *help; };
/* An action of the screen in words: a line that does it, or what to do instead.
 * NULL: no such action. */
struct plain_row { const char *id, *line, *reading; };
const struct plain_row *plain_find(const char *id);
/* The citation that N, or nothing for the first, names. */
enum fault chat_source(const struct citation **out, struct chat *ch, const char *n) STOA_MUST;
enum fault chat_ask(struct chat *ch, const char *question) STOA_MUST;
enum fault chat_title(struct chat *ch, const char *rest) STOA_MUST;
/* A verb and its operands as one line, with the session that is open. */
enum fault chat_verb(struct chat *ch, const char *line) STOA_MUST;
/* What was deleted and may come back until the next line is gone now. */
void chat_delete_done(struct chat *ch);
chat_fn line_send, line_cite_next, line_cite_prev, line_cite, line_copy, line_edit, line_find, line_everything,
	line_show, line_undo, line_share, line_teacher, line_delete, line_theme, line_mouse;
const struct chat_command *chat_commands(size_t *count);
/* A line that begins with a slash: a command of the table, or a verb. */
enum fault chat_command_run(struct chat *ch, const char *line) STOA_MUST;
/* Go on with a conversation; shows its end. */
enum fault chat_use(struct chat *ch, const char *id) STOA_MUST;
/* Keep an unsent line in the sealed store; "" takes it away. Failing is only logged. */
void chat_draft(struct chat *ch, const char *line);
void chat_forget(struct chat *ch);       /* the last answer and list */
enum fault chat_lock(struct chat *ch) STOA_MUST;   /* and all that was said is forgotten */

/* The line a person gives. ABSENT at the end of input; CANCELLED when asked to leave. */
enum fault input_open(struct chat *ch) STOA_MUST;
enum fault input_line(char **out, struct chat *ch) STOA_MUST;
void input_remember(const char *line);   /* for the Up key; in memory only */
void input_forget(void);
void input_close(struct chat *ch);
/* Text changed in $VISUAL or $EDITOR, by way of a file in the runtime folder. */
enum fault editor_run(char **out, const char *folder, const char *text) STOA_MUST;
/* A line in words as a shell splits them: quotes, backslashes, ~/. INPUT: a quote is open. */
enum fault words_split(char ***words, size_t *count, struct arena *a, const char *line) STOA_MUST;

verb_fn verb_init, verb_add, verb_docs_list, verb_docs_show, verb_docs_rm, verb_docs_open,
	verb_docs_reindex, verb_docs_page, verb_search, verb_ask, verb_chat, verb_history_list,
	verb_history_show, verb_history_search, verb_history_export, verb_history_import,
	verb_history_rm, verb_history_rename, verb_history_archive, verb_vault_status,
	verb_vault_slots, verb_vault_passwd, verb_vault_sheet, verb_vault_verify,
	verb_vault_add_keyfile, verb_vault_remove, verb_vault_accept, verb_vault_lock,
	verb_doctor, verb_keys, verb_ops, verb_config_list, verb_config_get, verb_config_set,
	verb_config_path, verb_status, verb_sync, verb_bench, verb_eval, verb_completion, verb_help, verb_version, verb_login, verb_logout, verb_whoami,
	verb_class_list, verb_class_new, verb_class_rename, verb_class_archive, verb_class_members,
	verb_class_set, verb_class_leave, verb_class_code, verb_class_codes, verb_class_void,
	verb_class_questions, verb_class_answer, verb_class_inbox, verb_class_assignments, verb_class_assignment,
	verb_class_assign, verb_class_amend, verb_class_unassign, verb_admin_users, verb_admin_set,
	verb_admin_feedback, verb_admin_audit, verb_admin_backup, verb_admin_backups, verb_history_share, verb_history_links,
	verb_history_unshare, verb_history_shared, verb_history_escalate, verb_profile;

#endif
