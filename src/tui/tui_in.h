/* The seams inside the tui room.
 *
 *   terminal -> screen (cells, styles) <- panes draw areas <- app (layout, tabs)
 *   keys -> chords -> action ids -> app / focused pane
 *   backend events -> models (chat, shelf) -> panes mark themselves dirty
 *
 * The models hold what is known (records in arenas), the panes how it looks.  A
 * pane never calls the backend; it calls an action, and actions call models.
 */
#ifndef TUI_IN_H
#define TUI_IN_H
#include "stoa/tui.h"

struct app;

/* ---- screen: screen.c, cells.c, overprint.c, dump.c, width.c, probe.c, theme.c --------- */

enum style {
	STYLE_TEXT, STYLE_DIM, STYLE_STRONG, STYLE_EMPHASIS, STYLE_CODE, STYLE_HEADING, STYLE_LINK,
	STYLE_YOU, STYLE_STOA, STYLE_CITATION, STYLE_CITATION_NOW, STYLE_VERIFIED, STYLE_STALE,
	STYLE_UNSUPPORTED, STYLE_REFUSED, STYLE_SELECTED, STYLE_MATCH, STYLE_RULE, STYLE_TAB,
	STYLE_TAB_NOW, STYLE_STATUS, STYLE_ALERT, STYLE_HINT, STYLE_KEY, STYLE_COUNT
};
struct area { int top, left, rows, cols; };
struct screen;
struct screen_config {
	const char *term;              /* NULL: $TERM */
	int golden_rows, golden_cols;  /* not 0: no terminal, newterm() on /dev/null of this size */
	const struct theme *theme;
	bool mouse;
};
enum fault screen_open(struct screen **out, const struct screen_config *config) STOA_MUST;
void screen_close(struct screen *s);          /* restores the terminal; NULL harmless */
size_t screen_farewell(char *out, size_t cap);   /* bytes that give the terminal back, for a crash */
void screen_suspend(struct screen *s);        /* before an editor or SIGTSTP */
void screen_resume(struct screen *s);
void screen_size(const struct screen *s, int *rows, int *cols);
void screen_resized(struct screen *s, int rows, int cols);
void screen_theme(struct screen *s, const struct theme *theme);
void screen_mouse(struct screen *s, bool on);
bool screen_mouse_on(const struct screen *s);
/* Sanitised at this sink: whatever text is handed in, only cells come out. Draws at
 * most cols cells of one line, never half a wide character; returns cells used. */
int screen_put(struct screen *s, int row, int col, int cols, enum style style, const char *text, size_t len);
/* As screen_put, but what does not fit ends in an ellipsis, after a whole word where
 * that costs few cells. */
int screen_put_short(struct screen *s, int row, int col, int cols, enum style style, const char *text, size_t len);
void screen_fill(struct screen *s, struct area a, enum style style);
void screen_rule(struct screen *s, int row, int col, int cols, const char *title);  /* horizontal */
void screen_bar(struct screen *s, int col, int top, int rows);                      /* vertical */
void screen_box(struct screen *s, struct area a, const char *title, const char *below);   /* blank inside */
void screen_mark(struct screen *s, int row, int col, int cols);          /* in reverse, as it is */
void screen_cells(struct text *out, struct screen *s, int row, int col, int cols);   /* no blanks at the end */
void screen_cursor(struct screen *s, int row, int col);   /* where the caret is after flush */
void screen_flush(struct screen *s);          /* one doupdate: damage only */
void screen_redraw(struct screen *s);         /* everything again at the next flush (Ctrl-L) */
void screen_dump(struct text *out, struct screen *s, bool styles);  /* golden text, rows by \n */
/* Raw bytes to the terminal outside curses: OSC 52, bell, title; only own bytes. */
void screen_raw(struct screen *s, const void *bytes, size_t n);
/* Bytes that ask the terminal, which leave the caret anywhere and dirt in this row. */
bool screen_addresses(const struct screen *s);   /* it is a terminal that takes ESC [ sequences */
void screen_ask(struct screen *s, const struct text *asked, int row);
/* Cells of a text on this terminal: of every cluster what the width self-test learnt. */
int screen_width(const struct screen *s, const char *text, size_t len);
int width_cells(const char *text, size_t len);   /* the same, for what is laid out without a screen */
unsigned width_epoch(void);                      /* changes when widths do: lay out again */

struct theme;
/* Named theme from the user's folder, then the shipped one; on a fault *out is the
 * built-in plain theme and the sentence names file and line. */
enum fault theme_load(struct theme **out, const char *name, const char *user_folder, const char *shipped_folder) STOA_MUST;
void theme_free(struct theme *t);

/* ---- flow: text laid out in rows of a width: flow.c, markdown.c, tex.c ---------- */

struct run { uint32_t start, len; enum style style; int citation; };   /* citation n, 0 none */
struct row { const char *text; uint32_t len; uint32_t indent; struct run *runs; uint32_t run_count; };
struct flow { struct arena arena; struct row *rows; size_t count, cap; int cols; unsigned widths; };
void flow_init(struct flow *f, int cols);
bool flow_fits(const struct flow *f, int cols);   /* laid out for this width, and as this terminal counts */
void flow_clear(struct flow *f);
/* Append text wrapped to cols; first is put before the first row (a name), later
 * rows are indented as wide. */
void flow_text(struct flow *f, enum style style, const char *first, enum style first_style, int indent, const char *text, size_t len);
void flow_blank(struct flow *f);
/* Markdown for the terminal: headings, lists, tables, code, emphasis, links, TeX. */
void flow_markdown(struct flow *f, int indent, const char *text, size_t len);
/* TeX of the common subset as Unicode; what is not understood stays as it is. */
void tex_unicode(struct text *out, const char *tex, size_t len);
void flow_draw(struct screen *s, struct area a, const struct flow *f, size_t first_row, const char *find, int citation_now);

/* ---- keys and actions: key.c, keymap.c, action.c, palette.c, help.c --------------- */

enum { KEY_MOD_ALT = 1 << 24, KEY_MOD_CTRL = 1 << 25, KEY_SPECIAL = 1 << 26   /* key_in.h names them */ };
typedef uint32_t keycode;          /* code point, or KEY_SPECIAL | curses KEY_*, with modifiers */
/* "C-x", "M-1", "F5", "PageUp", "Enter", "[" ... INPUT names what is unknown. */
enum fault key_parse(keycode *out, size_t *n, size_t max, const char *chord) STOA_MUST;  /* "C-x l" is two */
void key_print(struct text *out, keycode k);

enum place {
	PLACE_ANY = 1, PLACE_CHAT = 2, PLACE_LIST = 4, PLACE_TEXT = 8, PLACE_EVIDENCE = 16, PLACE_LIBRARY = 32,
	PLACE_INPUT = 64,         /* the input line: only chords that are no text */
	PLACE_OVERLAY = 128,
	PLACE_EMPTY = 256         /* with PLACE_INPUT: the line is empty, so [ ] ? act */
};
struct action {
	const char *id, *title;
	unsigned places;                 /* where its keys work */
	const char *plain, *vi;          /* default chords, "|" between two; "" none */
	const char *shell;               /* equivalent command, "stoa ask %s"; NULL none */
	const char *help;                /* one sentence */
	enum fault (*run)(struct app *app, const char *arg);   /* act_*; arg NULL: from a key */
};
extern const struct action actions[];
extern const size_t action_count;
const struct action *action_find(const char *id);
/* Runs on the loop's thread; a fault becomes the one-line alert at the bottom. */
void action_run(struct app *app, const char *id, const char *arg);
/* `:` line and slash commands: "name rest" by id or by short name. */
void action_line(struct app *app, const char *line);
const char *action_short_name(size_t i);   /* NULL after the last */

/* The actions whose names have the letters typed, best first; returns how many. */
size_t palette_order(const struct action **out, size_t max, const char *typed);
/* The bytes that hand text to the terminal's clipboard (OSC 52), for tmux or screen. */
void clip_sequence(struct text *out, const char *text, size_t n);

struct keymap;
enum fault keymap_load(struct keymap **out, const char *set, const char *user_file) STOA_MUST;
void keymap_free(struct keymap *m);
enum keymap_found { KEYMAP_NONE, KEYMAP_PART, KEYMAP_ACTION };
/* Feed chords key by key; *id when an action was completed. */
enum keymap_found keymap_feed(const char **id, struct keymap *m, unsigned places, keycode k);
bool keymap_pending(const struct keymap *m);   /* a chord has begun: C-x waits for its second key */
/* Keys before the last one that were held for a chord: when it did not come, or is one
 * of the person's inputrc, the input line gets them after all. */
size_t keymap_lost(const keycode **out, const struct keymap *m);
void keymap_drop(struct keymap *m);
/* All chords of an action as keys.conf writes them: "] | M-.". */
void keymap_chords(struct text *out, const struct keymap *m, const char *id);
/* The first chord bound to an action, for palette and hints; "" when none. */
const char *keymap_chord(const struct keymap *m, const char *id, unsigned places);

/* ---- composer: the input line, readline in callback mode: composer.c ------------------ */

struct composer;
enum composer_event { COMPOSER_CHANGED, COMPOSER_SUBMIT, COMPOSER_EMPTY_INTERRUPT };
typedef void composer_fn(enum composer_event e, const char *text, void *arg);
enum fault composer_new(struct composer **out, const char *const *(*complete)(struct arena *a, const char *word, size_t start, const char *line, void *arg), composer_fn *event, void *arg) STOA_MUST;
void composer_free(struct composer *c);
/* Bytes from the terminal that are no chord. Pasted text (bracketed) never submits. */
void composer_key(struct composer *c, keycode k, const char *bytes, size_t n);
#define COMPOSER_MAX (32 * 1024)         /* bytes: what the engine takes as one question, or as a draft */
/* Has the person's inputrc a command of its own for these keys? */
bool composer_binds(struct composer *c, const keycode *keys, size_t n, keycode last);
bool composer_paste(struct composer *c, const char *bytes, size_t n);   /* false: only its beginning fits */
int composer_rows(struct composer *c, int cols);           /* wanted, 1..8 */
void composer_draw(struct screen *s, struct area a, struct composer *c, bool focused);
const char *composer_text(const struct composer *c);
void composer_set(struct composer *c, const char *text);
void composer_history(struct composer *c, const char *const *lines, size_t count);
const char *composer_hint(const struct composer *c);       /* completions after Tab; "" none */

/* ---- panes and the app: app.c, layout.c, status.c, question.c, pane_*.c ------------------- */

struct pane;
struct pane_type {
	const char *name;
	unsigned places;
	void *(*open)(struct app *app);                           /* NULL: no state */
	void (*close)(void *state);
	void (*draw)(struct app *app, struct pane *p);           /* into p->area, which is blank */
	bool (*action)(struct app *app, struct pane *p, const char *id);  /* move.*, find.*, yank.*; false: not mine */
	bool (*key)(struct app *app, struct pane *p, keycode k, const char *bytes, size_t n);  /* text fields and overlays; NULL */
	void (*mouse)(struct app *app, struct pane *p, int row, int col, int button);  /* may be NULL */
	const char *hints;                                        /* action ids for the hint row */
};
struct pane { const struct pane_type *type; struct area area; bool shown, dirty, focused; void *state; char *find; };
extern const struct pane_type pane_conversations, pane_transcript, pane_evidence, pane_page, pane_composer, pane_shelf, pane_preview, pane_results;

void app_dirty(struct app *app, const struct pane_type *type);   /* NULL: everything */
void app_alert(struct app *app, const char *fmt, ...) STOA_PRINTF(2, 3);   /* one line, until a key */
struct screen *app_screen(struct app *app);
struct keymap *app_keymap(struct app *app);
struct backend *app_backend(struct app *app);     /* NULL until opened and unlocked */
const struct tui_config *app_config(struct app *app);
struct chat *app_chat(struct app *app);
struct shelf *app_shelf(struct app *app);
struct composer *app_composer(struct app *app);
struct pane *app_pane(struct app *app, const struct pane_type *type);
struct pane *app_focused(struct app *app);        /* below any overlay */
void app_focus(struct app *app, const struct pane_type *type);
/* One pane over the others, with all keys (its key function) until NULL is laid there.
 * It is opened when laid and closed when taken away; draw may use the whole screen. */
void app_overlay(struct app *app, const struct pane_type *type);
struct pane *app_overlaid(struct app *app);       /* NULL: none */
/* A question at the bottom that answers later: yes/no or a line (hidden: secret).
 * One at a time: a new one leaves the old. */
typedef void app_answer_fn(struct app *app, const char *answer /* NULL: left */, void *arg);
void app_ask(struct app *app, const char *question, bool hidden, app_answer_fn *answered, void *arg);
void app_confirm(struct app *app, const char *question, app_answer_fn *answered, void *arg);   /* one key: "y", or NULL */
void app_ask_with(struct app *app, const char *question, const char *text, app_answer_fn *answered, void *arg);
void app_yank(struct app *app, const char *what, const char *text, size_t len);   /* clip.c; says which route */
void app_quit(struct app *app);
/* A call of the backend; a fault becomes the alert. done may be NULL, else it is called
 * once in any case but one: 0 is returned and the alert says why (not open, busy). */
typedef void app_reply_fn(struct app *app, const struct backend_done *d, void *arg);
unsigned app_call(struct app *app, const char *operation, const void *request, app_reply_fn *done, void *arg);

/* ---- models: chat.c (conversations, transcript, stream), shelf.c (documents) -------------- */

struct chat_turn { const struct message *m; struct flow *flow; };   /* m NULL: not loaded; flow NULL: not laid out */
struct chat {
	struct conversation *conversations; size_t list_count, list_at; struct arena list_arena;
	char filter[256]; bool archived;   /* what the list shows */
	char id[ID_BYTES], title[256];     /* of the open conversation; "" a new one */
	struct chat_turn *turns; size_t turn_count, turn_cap;
	size_t turn_at;                    /* the answer that evidence belongs to; turn_count: none */
	int citation;                      /* n shown in the evidence pane, 0 none */
	char gone[ID_BYTES], gone_title[256]; bool gone_open;   /* deleted, and can be brought back */
	bool busy; unsigned call; char step[64];
	unsigned away;                     /* call of an answer to what was left meanwhile, 0 none */
	unsigned epoch, sent;              /* count conversations opened, and questions */
	struct text_list documents;        /* ask only these; names[0] for the screen */
	char documents_name[256];
	struct chat_more *more;            /* chat.c's own */
};
struct chat *chat_new(struct app *app);
void chat_select(struct app *app, size_t turn, bool last);   /* evidence of this turn, its first or last citation */
struct flow *chat_flow(struct app *app, size_t turn, int cols);   /* its rows; NULL: not loaded */
void chat_rated(struct app *app, size_t turn, int64_t rating);
void chat_flows_drop(struct chat *c);                        /* another width */
const struct record_list *chat_sources(const struct message *m);   /* citations, or what is nearest */
int chat_source_number(const struct record_list *l, size_t i);     /* of the i-th: the n in [n] */
void chat_turn_flow(struct flow *f, const struct message *m, const char *hint);   /* turn.c; hint: "" none */
void chat_ask_only(struct app *app, const char *document_id, const char *name);   /* NULL: everything */
void chat_free(struct chat *c);
void chat_close(struct chat *c);                            /* everything: the lock */
void chat_refresh(struct app *app);                          /* list again */
void chat_open(struct app *app, const char *conversation_id);/* NULL: a new one */
void chat_send(struct app *app, const char *text);
void chat_cancel(struct app *app);
const struct message *chat_message(struct app *app, size_t turn);   /* NULL: none, or asked for and on its way */
const struct message *chat_answer(struct app *app);         /* the one that evidence belongs to, NULL */
const struct citation *chat_citation(struct app *app);      /* the current one, NULL */
void chat_step(struct app *app, int by);                    /* [ and ] */
const struct conversation *chat_selected(struct app *app);  /* of the list, NULL */
int64_t chat_unread(const struct chat *c, const struct conversation *v);   /* messages that were not looked at */
size_t chat_unread_count(const struct chat *c);              /* conversations that have some */
void chat_delete(struct app *app, const char *id, const char *title);   /* for good half a minute later */
/* For good, now; false: there is nothing, or it could not be asked for. done: NULL, or as app_call(). */
bool chat_delete_now(struct app *app, app_reply_fn *done, void *arg);
bool chat_undo(struct app *app);                             /* false: nothing was deleted just now */

struct shelf {
	struct document *documents; size_t count, at; struct arena arena; bool loaded;
	struct hits *hits; struct arena hits_arena; size_t hit_at; char query[512];
	bool adding; char adding_name[256]; int64_t page, pages; size_t done, total, failed;
	struct shelf_more *more;           /* shelf.c's own */
};
struct shelf *shelf_new(struct app *app);
void shelf_free(struct shelf *s);
void shelf_forget(struct shelf *s);
void shelf_refresh(struct app *app);
void shelf_search(struct app *app, const char *query);      /* "" takes the hits away */
void shelf_show(struct app *app, const struct hits *hits, size_t at, const char *query);   /* one found elsewhere, on its page */
void shelf_add(struct app *app, const char *path);          /* a file or a folder */
void shelf_cancel(struct app *app);                          /* what is being added */
const struct document *shelf_selected(struct app *app);     /* NULL: none */
const struct hit *shelf_hit(struct app *app);               /* the selected hit, NULL */

/* ---- what actions run: actions_chat.c, actions_library.c, actions_app.c, teacher.c, share.c ------------------ */

typedef enum fault action_fn(struct app *app, const char *arg);
/* Id "move.page-up" is act_move_page_up. app.help, app.palette and app.command are
 * palette.c's and help.c's; all others are in actions_*.c. */
action_fn act_app_quit, act_app_redraw, act_app_suspend, act_app_lock, act_app_help, act_app_palette,
	act_app_command, act_tab_chat, act_tab_library, act_pane_next, act_pane_prev, act_move_up,
	act_move_down, act_move_page_up, act_move_page_down, act_move_top, act_move_bottom,
	act_find_here, act_find_next, act_find_prev, act_find_everything, act_chat_new, act_chat_send,
	act_chat_cancel, act_chat_open, act_chat_rename, act_chat_archive, act_chat_delete, act_chat_undo, act_chat_export,
	act_chat_share, act_share_list, act_teacher_ask, act_teacher_answer,
	act_cite_next, act_cite_prev, act_cite_open, act_cite_copy, act_cite_file, act_feedback_good,
	act_feedback_bad, act_yank_message, act_yank_sentence, act_yank_citation, act_yank_code,
	act_edit_external, act_doc_add, act_doc_open, act_doc_delete, act_doc_reindex, act_doc_search,
	act_doc_ask, act_theme_set, act_set_mouse, act_sync_now, act_sync_ask, act_sync_list;

#endif
