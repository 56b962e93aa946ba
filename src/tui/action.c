/* The table of actions: the only way anything on the screen is done.
 *
 * Keys, palette, the `:` line, slash commands, plain mode, `stoa keys` and the
 * tests name actions by id; what a row says is what help and palette show.  Keys
 * that are text are kept from the input line by its place: there only chords that
 * are no text work, and [ ] ? while the line is empty. */
#include <string.h>

#include "tui_in.h"

#define EVERYWHERE (PLACE_ANY | PLACE_INPUT)
#define READING (PLACE_TEXT | PLACE_EVIDENCE)
#define MOVING (PLACE_LIST | PLACE_TEXT | PLACE_EVIDENCE | PLACE_LIBRARY)

const struct action actions[] = {
	{ "chat.send", "Send", PLACE_INPUT, "", NULL, "stoa ask", "send the question that is typed", act_chat_send },
	{ "chat.cancel", "Cancel", EVERYWHERE, "C-c", NULL, NULL, "stop what runs; never clears what is typed", act_chat_cancel },
	{ "chat.new", "New conversation", EVERYWHERE, "C-x n", NULL, "stoa chat", "begin a new conversation", act_chat_new },
	{ "chat.open", "Open conversation", PLACE_LIST, "Enter", "Enter|o", "stoa history show", "show the selected conversation", act_chat_open },
	{ "chat.rename", "Rename conversation", PLACE_LIST, "r", NULL, "stoa history rename", "give the conversation another title", act_chat_rename },
	{ "chat.archive", "Archive conversation", PLACE_LIST, "a", NULL, "stoa history archive", "put the conversation out of sight, or back", act_chat_archive },
	{ "chat.delete", "Delete conversation", PLACE_LIST, "d|Delete", "d d", "stoa history rm", "delete the conversation; half a minute long it can be brought back", act_chat_delete },
	{ "chat.undo", "Undo", PLACE_LIST, "u", NULL, NULL, "bring back the conversation that was just deleted", act_chat_undo },
	{ "chat.export", "Export conversation", PLACE_LIST | PLACE_TEXT, "x", NULL, "stoa history export", "write the conversation as Markdown, JSON, HTML or text", act_chat_export },
	{ "chat.share", "Share conversation", PLACE_LIST | PLACE_TEXT, "S", NULL, "stoa history share", "copy a link that shows the conversation as it is now", act_chat_share },
	{ "share.list", "Links", PLACE_LIST, "L", NULL, "stoa history links", "the links to conversations, and ending them", act_share_list },
	{ "teacher.ask", "Ask a teacher", PLACE_TEXT | PLACE_INPUT, "t|C-x t", NULL, "stoa history escalate", "hand the question to a teacher", act_teacher_ask },
	{ "teacher.answer", "Questions that wait", PLACE_LIST, "T", NULL, "stoa class questions", "the questions that wait for a teacher, and answering them", act_teacher_answer },
	{ "cite.next", "Next citation", PLACE_CHAT | PLACE_EMPTY, "]", NULL, NULL, "show the next quotation of the answer", act_cite_next },
	{ "cite.prev", "Previous citation", PLACE_CHAT | PLACE_EMPTY, "[", NULL, NULL, "show the quotation before", act_cite_prev },
	{ "cite.open", "Open page", READING | PLACE_INPUT, "o|M-o", NULL, "stoa docs page", "show the page with the quotation marked", act_cite_open },
	{ "cite.file", "Open original", READING, "O", NULL, "stoa docs open", "open the original document with the desktop's program", act_cite_file },
	{ "cite.copy", "Copy as reference", READING, "c", NULL, NULL, "copy the quotation with its source", act_cite_copy },
	{ "feedback.good", "Helpful", PLACE_TEXT, "+", NULL, NULL, "say that the answer helped", act_feedback_good },
	{ "feedback.bad", "Not helpful", PLACE_TEXT, "-", NULL, NULL, "say that it did not, and why", act_feedback_bad },
	{ "yank.message", "Copy answer", READING, "y m", NULL, NULL, "copy the whole answer", act_yank_message },
	{ "yank.sentence", "Copy sentence", READING, "y s", NULL, NULL, "copy the sentence of the current citation", act_yank_sentence },
	{ "yank.citation", "Copy quotation", READING, "y c", NULL, NULL, "copy the quotation", act_yank_citation },
	{ "yank.code", "Copy code", READING, "y b", NULL, NULL, "copy the code block of the answer", act_yank_code },
	{ "edit.external", "Edit in $EDITOR", PLACE_INPUT | PLACE_TEXT, "C-x C-e", NULL, NULL, "edit the question in $VISUAL or $EDITOR", act_edit_external },
	{ "tab.chat", "Chat", EVERYWHERE, "M-1", NULL, "stoa", "show the conversations", act_tab_chat },
	{ "tab.library", "Library", EVERYWHERE, "M-2", NULL, "stoa docs", "show the documents", act_tab_library },
	{ "doc.add", "Add documents", PLACE_LIBRARY, "a", NULL, "stoa add", "read a file or a folder into the library", act_doc_add },
	{ "doc.open", "Open document", PLACE_LIBRARY, "Enter", "Enter|o", "stoa docs page", "show the text of the selected document", act_doc_open },
	{ "doc.delete", "Delete document", PLACE_LIBRARY, "d|Delete", "d d", "stoa docs rm", "forget the document; its quotations stay in the history", act_doc_delete },
	{ "doc.reindex", "Read again", PLACE_LIBRARY, "r", NULL, "stoa docs reindex", "read the original again", act_doc_reindex },
	{ "doc.search", "Search passages", PLACE_LIBRARY, "s", NULL, "stoa search", "find passages in the documents", act_doc_search },
	{ "doc.ask", "Ask this document", PLACE_LIBRARY, "Q", NULL, "stoa ask --document", "ask the selected document only", act_doc_ask },
	{ "find.here", "Find here", MOVING, "/", NULL, NULL, "find words in this pane", act_find_here },
	{ "find.next", "Next match", MOVING, "n", NULL, NULL, "go to the next match", act_find_next },
	{ "find.prev", "Previous match", MOVING, "N", NULL, NULL, "go to the match before", act_find_prev },
	{ "find.everything", "Search everything", EVERYWHERE, "C-x /", NULL, "stoa history search", "search conversations and documents; also / twice", act_find_everything },
	{ "move.up", "Up", MOVING, "Up", "k|Up", NULL, "one up", act_move_up },
	{ "move.down", "Down", MOVING, "Down", "j|Down", NULL, "one down", act_move_down },
	{ "move.page-up", "Page up", MOVING | PLACE_INPUT, "PageUp", "PageUp|C-b", NULL, "one page up", act_move_page_up },
	{ "move.page-down", "Page down", MOVING | PLACE_INPUT, "PageDown", "PageDown|C-f", NULL, "one page down", act_move_page_down },
	{ "move.top", "Top", MOVING, "Home", "g g|Home", NULL, "to the beginning", act_move_top },
	{ "move.bottom", "Bottom", MOVING, "End", "G|End", NULL, "to the end, and follow what comes", act_move_bottom },
	{ "pane.next", "Next pane", MOVING | PLACE_EMPTY, "Tab", "Tab|C-w w", NULL, "go to the next pane", act_pane_next },
	{ "pane.prev", "Previous pane", EVERYWHERE, "S-Tab", NULL, NULL, "go to the pane before", act_pane_prev },
	{ "sync.list", "What waits", EVERYWHERE, "C-x w", NULL, "stoa sync", "what waits for the server and what it refused; send it again, forget it", act_sync_list },
	{ "sync.now", "Deliver", EVERYWHERE, "", NULL, "stoa sync", "deliver what was written while the server was away", act_sync_now },
	{ "sync.ask", "Ask the server too", EVERYWHERE, "", NULL, "stoa sync --ask", "ask the server what was answered without it", act_sync_ask },
	{ "app.palette", "Palette", EVERYWHERE, "C-p", NULL, NULL, "find an action by its name; behind @ a conversation, # a document", act_app_palette },
	{ "app.command", "Command line", MOVING | PLACE_EMPTY, ":", NULL, NULL, "type the name of an action", act_app_command },
	{ "app.help", "Keys", EVERYWHERE | PLACE_EMPTY, "F1|?", NULL, "stoa keys", "the keys of this place", act_app_help },
	{ "app.lock", "Lock", EVERYWHERE, "C-x l", NULL, "stoa vault lock", "seal the history now", act_app_lock },
	{ "app.redraw", "Redraw", EVERYWHERE, "C-l", NULL, NULL, "draw again, measure the terminal anew", act_app_redraw },
	{ "app.suspend", "Suspend", EVERYWHERE, "C-z", NULL, NULL, "leave to the shell; fg comes back", act_app_suspend },
	{ "app.quit", "Quit", EVERYWHERE, "C-x C-c", NULL, NULL, "leave; what is typed is kept", act_app_quit },
	{ "theme.set", "Theme", EVERYWHERE, "", NULL, "stoa config set screen.theme", "use another theme", act_theme_set },
	{ "set.mouse", "Mouse", EVERYWHERE, "", NULL, "stoa config set screen.mouse", "mouse on or off", act_set_mouse },
};
const size_t action_count = COUNT_OF(actions);

/* Short names after a slash or a colon; the line mode has the same words. */
static const struct { const char *name, *id; } short_names[] = {
	{ "title", "chat.rename" }, { "page", "cite.open" }, { "list", "tab.chat" }, { "docs", "tab.library" },
	{ "everything", "find.everything" }, { "next", "cite.next" }, { "prev", "cite.prev" }, { "edit", "edit.external" },
	{ "quit", "app.quit" }, { "q", "app.quit" }, { "help", "app.help" }, { "keys", "app.help" },
	{ "new", "chat.new" }, { "rename", "chat.rename" }, { "export", "chat.export" },
	{ "archive", "chat.archive" }, { "delete", "chat.delete" }, { "undo", "chat.undo" }, { "lock", "app.lock" },
	{ "library", "tab.library" }, { "chat", "tab.chat" }, { "add", "doc.add" },
	{ "search", "doc.search" }, { "find", "find.here" }, { "open", "cite.file" },
	{ "cite", "cite.copy" }, { "editor", "edit.external" }, { "theme", "theme.set" },
	{ "mouse", "set.mouse" }, { "good", "feedback.good" }, { "bad", "feedback.bad" },
	{ "share", "chat.share" }, { "links", "share.list" }, { "teacher", "teacher.ask" }, { "questions", "teacher.answer" },
	{ "redraw", "app.redraw" }, { "cancel", "chat.cancel" }, { "waiting", "sync.list" },
};

const char *
action_short_name(size_t i)
{
	return i < COUNT_OF(short_names) ? short_names[i].name : NULL;
}

const struct action *
action_find(const char *id)
{
	for (size_t i = 0; i < action_count; i++)
		if (str_same(actions[i].id, id))
			return &actions[i];
	return NULL;
}

void
action_run(struct app *app, const char *id, const char *arg)
{
	const struct action *a = action_find(id);
	if (a == NULL) {
		app_alert(app, "there is no action %s", id);
		return;
	}
	if (a->run(app, arg) != FAULT_NONE)
		app_alert(app, "%s", fault_sentence());
}

void
action_line(struct app *app, const char *line)
{
	char name[64];
	while (*line == ' ' || *line == ':' || *line == '/')
		line++;
	size_t n = strcspn(line, " ");
	const char *rest = line + n + strspn(line + n, " ");
	if (n == 0)
		return;
	if (n >= sizeof name) {
		app_alert(app, "no action has so long a name");
		return;
	}
	memcpy(name, line, n);
	name[n] = '\0';
	for (size_t i = 0; i < COUNT_OF(short_names); i++)
		if (str_same(short_names[i].name, name)) {
			action_run(app, short_names[i].id, *rest ? rest : NULL);
			return;
		}
	if (action_find(name) == NULL)
		app_alert(app, "there is no command \"%s\"; C-p finds them by name", name);
	else
		action_run(app, name, *rest ? rest : NULL);
}

enum fault
tui_actions(tui_action_fn *each, void *arg, const char *set, const char *keys_file)
{
	static const struct { unsigned bit; const char *name; } places[] = {
		{ PLACE_ANY, "anywhere" }, { PLACE_LIST, "conversations" }, { PLACE_TEXT, "answer" },
		{ PLACE_EVIDENCE, "evidence" }, { PLACE_CHAT, "chat" }, { PLACE_LIBRARY, "library" },
		{ PLACE_INPUT, "input" },
	};
	struct keymap *m;
	struct text keys, where;
	enum fault f = keymap_load(&m, set, keys_file);
	text_init(&keys, 4096);
	text_init(&where, 256);
	for (size_t i = 0; i < action_count; i++) {
		const struct action *a = &actions[i];
		text_reset(&keys);
		text_reset(&where);
		keymap_chords(&keys, m, a->id);
		for (size_t k = 0; k < COUNT_OF(places); k++)
			if (a->places & places[k].bit && !(k > 0 && a->places & PLACE_ANY))
				text_printf(&where, "%s%s", where.len > 0 ? " " : "", places[k].name);
		const struct tui_action_row row = { a->id, a->title, where.data != NULL ? where.data : "",
			a->plain, a->vi != NULL ? a->vi : a->plain, keys.data != NULL ? keys.data : "", a->shell, a->help };
		each(&row, arg);
	}
	text_clear(&keys);
	text_clear(&where);
	keymap_free(m);
	return f;
}
