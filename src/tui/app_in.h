/* The inside of the app: what app.c, input.c, layout.c, status.c, question.c, lock.c and
 * draft.c share.  Panes and actions use the functions of tui_in.h. */
#ifndef APP_IN_H
#define APP_IN_H
#include "key_in.h"

enum tab { TAB_CHAT, TAB_LIBRARY, TAB_COUNT };
enum vault_word { VAULT_OPENING, VAULT_LOCKED, VAULT_UNLOCKING, VAULT_OPEN, VAULT_FAILED };
enum { PANE_CONVERSATIONS, PANE_TRANSCRIPT, PANE_EVIDENCE, PANE_PAGE, PANE_COMPOSER, PANE_SHELF, PANE_PREVIEW, PANE_RESULTS, PANE_COUNT };

#define ROWS_LEAST 16
#define COLS_LEAST 60
#define COLS_TWO 100
#define COLS_THREE 160
#define QUESTION_MAX 4096

/* Lines between panes, drawn with everything. */
struct rule { bool vertical; int row, col, length; };
#define RULES_MAX 12
struct layout { int rows, cols; bool small, strip;   /* strip: evidence in a few rows under the transcript */
	 struct rule rules[RULES_MAX]; int rule_count, composer_rows, bottom_rows; };   /* bottom: 2 for a long alert */

/* What the mouse is dragged over, in one pane; area.rows 0: no button is down. */
struct selection { struct area area; int from_row, from_col, to_row, to_col; bool on; };

/* The width self-test: what was asked in which row, what came, what is known. */
struct width_test { int row, got, cells[16]; unsigned timer; bool asked, late; };

struct question {
	bool asked, hidden, confirm, find, path;   /* confirm: one key, y or not; find: a second / is for everything */
	const char *command;                 /* Tab completes what is typed behind it, "" a command; NULL: no */
	char label[256], hint[256];          /* hint: what the path or the command could be */
	char *typed; size_t len, caret;      /* QUESTION_MAX bytes of locked memory */
	app_answer_fn *answered; void *arg;
};

struct app {
	const struct tui_config *config;
	struct loop *loop;
	struct screen *screen;
	struct theme *theme;
	struct keymap *keymap;
	struct composer *composer;
	struct backend *backend;
	struct backend_waiting waiting;      /* of a server: as it was told last */
	bool away;                           /* the server could not be reached when we looked last */
	unsigned wait_timer; int wait_s;     /* while an answer of a server is awaited, and for how long */
	unsigned news_timer;                 /* then a server is asked whether something came; 0: none */
	struct crew *crew;                   /* NULL until it is needed */
	struct chat *chat;
	struct shelf *shelf;
	struct pane panes[PANE_COUNT], overlay;
	struct layout layout;
	enum tab tab;
	bool page_wanted;                    /* the page of a citation is open */
	const struct pane_type *page_from;   /* the pane it was opened from; NULL: none */
	const struct pane_type *focus[TAB_COUNT];
	struct key_reader keys;
	unsigned key_timer;
	char alert[1024];
	bool dirty_frame, dirty_status, dirty_bottom, unfocused, leaving, interrupted, resized;
	struct question question;
	struct selection selection;
	struct width_test widths;
	/* the lock: lock.c */
	enum vault_word vault;
	bool read_only, lockable, ask_passphrase, ask_recovery;
	char trouble[512];                   /* why it is not open */
	int64_t active_ms;                   /* when a key was last pressed */
	unsigned lock_timer;
	/* the draft: draft.c */
	char *drafted;                       /* what the store has; NULL: not known yet */
	unsigned draft_timer;
	bool drafting;
	bool ended;                          /* screen and crew go: what still comes shows and begins nothing */
	const char *start;
	enum fault fault;                    /* why tui_run ends */
	char fault_sentence[512];
};

/* tui.c: all but the loop's running; a golden screen is not asked for keys, they are
 * given by app_key(). */
enum fault app_begin(struct app **out, const struct tui_config *config, const struct screen_config *screen) STOA_MUST;
void app_end(struct app *app);
/* layout.c */
void layout_find(struct app *app);           /* areas of all panes for the size, tab and focus */
/* status.c */
void status_draw(struct app *app);           /* first row */
void bottom_draw(struct app *app);           /* last row: question, alert or hints */
int alert_rows(const struct app *app);
int tab_at(const struct app *app, int col);  /* of the first row; -1: none */
void selection_mouse(struct app *app, const struct area *area, const struct key_event *e);
void selection_draw(struct app *app);
void selection_drop(struct app *app);
void frame_draw(struct app *app);            /* rules; the sentence of a small terminal; the lock */
/* app.c, input.c */
void panes_open(struct app *app);
void panes_close(struct app *app);
void app_draw(struct app *app);              /* what is dirty, once a turn */
void app_key(struct app *app, const struct key_event *e);
void app_relayout(struct app *app);
void app_composer_resized(struct app *app);   /* it may want another number of rows */
void app_interrupt(struct app *app);           /* Ctrl-C */
void app_suspend(struct app *app);
void app_tab(struct app *app, enum tab tab);
void app_page(struct app *app, bool shown);    /* of a citation: open, or back to where it was opened from */
bool app_crew(struct app *app, loop_fn *fn, void *arg);   /* false: said in the alert */
void app_notify(struct app *app, const char *what);       /* a long job ended */
/* question.c */
void question_init(struct app *app);
void question_clear(struct app *app);
bool question_key(struct app *app, keycode k);
void question_paste(struct app *app, const char *bytes, size_t n);
void question_draw(struct app *app, int row, int col, int cols);
/* complete.c: how all of n names go on behind their first `begun` bytes, and what they are */
void names_complete(char more[256], char hint[256], const char *const *names, size_t n, size_t begun);
void question_complete(struct app *app);     /* Tab in a question with a command */
const char *const *composer_complete(struct arena *a, const char *word, size_t start, const char *line, void *arg);
/* listing.c: a table that comes in pages. An item begins with its id. */
struct listing { struct arena arena; void *items; size_t count, cap; unsigned epoch; };   /* what was fetched so far */
struct listing_kind {
	const struct record_type *of;            /* an item */
	size_t items, cursor, most;              /* where the reply has them; rows at most */
	unsigned (*ask)(struct app *app, const char *cursor, app_reply_fn *got, void *arg);   /* as app_call() */
	const char *(*skipped)(struct app *app); /* id of an item that is not to be shown; NULL */
	void (*whole)(struct app *app);          /* then listing_take() */
};
void listing_fetch(struct app *app, const struct listing_kind *kind, struct listing *l);
void listing_take(struct listing *l, const struct record_type *of, void **items, size_t *count, size_t *at, struct arena *arena);
void listing_drop(struct listing *l);
/* paths.c */
void app_ask_path(struct app *app, const char *question, const char *text, app_answer_fn *answered, void *arg);
void path_complete(struct app *app);         /* Tab in such a question */
/* lock.c */
void lock_open(struct app *app);             /* open the backend, unlock, fill the models */
void lock_now(struct app *app);
void lock_watch(struct app *app);            /* arm the timer after idle */
/* draft.c */
void draft_changed(struct app *app);
void draft_fetch(struct app *app);
void draft_flush(struct app *app, void (*then)(struct app *app));
void draft_forget(struct app *app);
/* pane_evidence.c: "title, chapter, p. 7" */
void evidence_place(struct text *out, const struct citation *c);
/* page.c: a page of a document, for pane_page and pane_preview */
struct page_view;
struct page_view *page_new(struct app *app, const struct pane_type *type);
void page_free(struct page_view *v);
/* Show a page with the bytes [start, end) of the document marked; page 0: the page of start. */
void page_show(struct page_view *v, const char *document_id, const char *title, int64_t page, int64_t start, int64_t end);
void page_again(struct page_view *v);        /* what could not be had: perhaps now it can */
void page_draw(struct page_view *v, struct area a, const char *find, bool focused);
bool page_action(struct page_view *v, const char *id, const char *find, int rows);
void page_open_citation(struct app *app);    /* pane_page: the current citation */
/* rows.c: a list laid over the screen, and what it says of the selected row.  The reply
 * that it shows is copied; at most one such list is there. */
struct rows_view;
struct rows_kind {
	const struct pane_type *type;
	const char *operation;
	const void *request;                     /* for good */
	const char *head, *none, *hint, *denied;  /* denied: what the role lacks; NULL: as the server says it */
	void (*row)(struct app *app, struct text *out, const void *item);
	void (*detail)(struct app *app, struct flow *f, const void *item);   /* NULL: nothing */
	bool (*key)(struct app *app, const void *item, keycode k);   /* what it does with a row; false: nothing */
};
void rows_ask(struct app *app, const struct rows_kind *kind);   /* shown when the reply has come; again: anew */
void rows_take(struct app *app, const struct rows_kind *kind, const struct backend_done *d);   /* such a reply, however it came */
void rows_draw(struct app *app, struct pane *p);
bool rows_key(struct app *app, struct pane *p, keycode k, const char *bytes, size_t n);
void *rows_open(struct app *app);
void rows_close(void *state);
/* actions_chat.c: the conversation that an action means; false: none */
bool chat_meant(char id[ID_BYTES], char title[256], struct app *app);
/* actions_app.c: text in the person's editor; the screen is the editor's meanwhile */
enum fault app_edit(struct app *app, struct text *text) STOA_MUST;
/* teacher.c: what to say below an answer that did not help; "" nothing */
void teacher_hint(char *out, size_t cap, struct app *app, const struct message *m);
/* probe.c */
void widths_remembered(struct app *app);     /* of this terminal, before the first frame */
void widths_ask(struct app *app, bool again);   /* again: known or not */
void widths_answer(struct app *app, const struct key_event *e);
void widths_leave(struct app *app);          /* no answer is left to the shell */
/* pane_transcript.c: go to a message of the conversation that is being opened */
void transcript_seek(struct app *app, const char *message_id);
/* pane_results.c: the stretch of a text around its first match, every match in it marked */
void snippet_draw(struct app *app, int row, int col, int cols, const char *text, const struct record_list *found /* spans */);
/* everything.c */
void everything_find(struct app *app, const char *query);
/* rescue.c */
void rescue_note(void);                      /* before the screen opens */
void rescue_arm(void);                       /* crash signals restore the terminal */
void rescue_disarm(void);

/* The word of the server, drawn when it changes (server.c). */
void server_watch(struct app *app);
void server_leave(struct app *app);
void waiting_changed(struct app *app);          /* outbox.c: what waits has changed */
void server_wait(struct app *app);           /* an answer is awaited: say so when it takes long */
bool server_away(const struct app *app);     /* there is one, and it cannot be reached */

#endif
