/* What each action of the screen is in the line mode.
 *
 * The screen's table names the actions; here every id has a line that does the same, or,
 * when it only moves what is seen, a sentence on what takes its place.  A test compares
 * the two tables and runs every row.
 */
#include "cli_in.h"

static const struct plain_row rows[] = {
	{ "chat.send", "send", NULL },
	{ "chat.cancel", NULL, "Ctrl-C stops an answer while it comes; the line that was sent stays." },
	{ "chat.new", "new", NULL },
	{ "chat.open", "use", NULL },
	{ "chat.rename", "title", NULL },
	{ "chat.archive", "archive", NULL },
	{ "chat.delete", "delete", NULL },
	{ "chat.undo", "undo", NULL },
	{ "chat.export", "export", NULL },
	{ "chat.share", "share", NULL },
	{ "share.list", "history links", NULL },
	{ "teacher.ask", "teacher", NULL },
	{ "teacher.answer", "class questions", NULL },
	{ "cite.next", "next", NULL },
	{ "cite.prev", "prev", NULL },
	{ "cite.open", "page", NULL },
	{ "cite.file", "open", NULL },
	{ "cite.copy", "cite", NULL },
	{ "feedback.good", "good", NULL },
	{ "feedback.bad", "bad", NULL },
	{ "yank.message", "copy answer", NULL },
	{ "yank.sentence", "copy sentence", NULL },
	{ "yank.citation", "copy quote", NULL },
	{ "yank.code", "copy code", NULL },
	{ "edit.external", "edit", NULL },
	{ "tab.chat", "list", NULL },
	{ "tab.library", "docs", NULL },
	{ "doc.add", "add", NULL },
	{ "doc.open", "docs page", NULL },
	{ "doc.delete", "docs rm", NULL },
	{ "doc.reindex", "docs reindex", NULL },
	{ "doc.search", "search", NULL },
	{ "doc.ask", "ask --document", NULL },
	{ "find.here", "find", NULL },
	{ "find.next", NULL, "/find shows every match at once, in order." },
	{ "find.prev", NULL, "/find shows every match at once, in order." },
	{ "find.everything", "everything", NULL },
	{ "move.up", NULL, "What was said stands above; /show prints the conversation from its beginning." },
	{ "move.down", NULL, "What comes is printed below; nothing is hidden there." },
	{ "move.page-up", NULL, "What was said stands above; /show prints the conversation from its beginning." },
	{ "move.page-down", NULL, "What comes is printed below; nothing is hidden there." },
	{ "move.top", "show", NULL },
	{ "move.bottom", NULL, "The last line printed is the end." },
	{ "pane.next", NULL, "There are no panes: /sources, /page, /list and /docs print what they would hold." },
	{ "pane.prev", NULL, "There are no panes: /sources, /page, /list and /docs print what they would hold." },
	{ "sync.list", "sync", NULL },
	{ "sync.now", "sync", NULL },
	{ "sync.ask", "sync --ask", NULL },
	{ "app.palette", "help", NULL },
	{ "app.command", NULL, "A line that begins with a slash is a command; /help lists them." },
	{ "app.help", "help", NULL },
	{ "app.lock", "lock", NULL },
	{ "app.redraw", "show", NULL },
	{ "app.suspend", NULL, "Ctrl-Z leaves to the shell; fg comes back." },
	{ "app.quit", "quit", NULL },
	{ "theme.set", "theme", NULL },
	{ "set.mouse", "mouse", NULL },
};

const struct plain_row *
plain_find(const char *id)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (str_same(rows[i].id, id))
			return &rows[i];
	return NULL;
}
