/* The verbs as rows: what they are called, what they take, what they do.
 *
 * Parsing, --help, the completions and the test of the manual page read these rows,
 * so a verb or an option that is not here does not exist.  Rows of one verb lie
 * side by side; the first is what the verb does when no other is named.
 */
#include <string.h>
#include "cli_in.h"

#define OPTIONS(table) table, COUNT_OF(table)
#define NO_OPTIONS NULL, 0
#define SUBJECT \
	{ "subject", "S", OPTION_TEXT, 0, 0, NULL, true, \
		"only this subject (may be repeated)" }
#define DOMAIN \
	{ "domain", "D", OPTION_TEXT, 0, 0, NULL, true, \
		"only this domain (may be repeated)" }
#define ASSIGNMENT \
	{ "assignment", "ASSIGNMENT", OPTION_TEXT, 0, 0, NULL, false, \
		"begin a conversation within this assignment: only its materials are searched" }
#define DOCUMENT \
	{ "document", "DOCUMENT", OPTION_TEXT, 0, 0, NULL, true, \
		"only this document: its id, title or file name (may be repeated)" }
#define KIND \
	{ "kind", "KIND", OPTION_CHOICE, 0, 0, "pdf|docx|pptx|odt|epub|html|markdown|text|csv", true, \
		"only documents of this kind (may be repeated)" }
#define MODEL \
	{ "model", NULL, OPTION_FLAG, 0, 0, NULL, false, \
		"let the configured model write; its quotations are verified" }
#define EXTRACTIVE \
	{ "extractive", NULL, OPTION_FLAG, 0, 0, NULL, false, \
		"answer with sentences of the documents only, no model" }
#define EPHEMERAL \
	{ "ephemeral", NULL, OPTION_FLAG, 0, 0, NULL, false, \
		"keep nothing of this in the history" }

const struct option common_options[] = {
	{ "json", NULL, OPTION_FLAG, 0, 0, NULL, false, "print records as JSON, one a line" },
	{ "plain", NULL, OPTION_FLAG, 0, 0, NULL, false,
		"line by line, for screen readers and dumb terminals; no colours" },
	{ "color", "WHEN", OPTION_CHOICE, 0, 0, "auto|always|never", false,
		"colours; auto: on a terminal, unless NO_COLOR is set" },
	{ "progress", NULL, OPTION_FLAG, 0, 0, NULL, false,
		"show progress on standard error even when it is no terminal" },
	{ "passphrase-fd", "N", OPTION_NUMBER, 0, 1023, NULL, false,
		"read the passphrase, or recovery code, from this file descriptor" },
	{ "keyfile", "F", OPTION_FILE, 0, 0, NULL, false, "unlock with this key file" },
	{ "server", "URL", OPTION_TEXT, 0, 0, NULL, false,
		"ask this server, whatever stoa.conf says" },
	{ "local", NULL, OPTION_FLAG, 0, 0, NULL, false,
		"ask on this machine, although stoa.conf names a server" },
	{ "help", NULL, OPTION_FLAG, 0, 0, NULL, false, "say what the verb does and takes" },
};
const size_t common_option_count = COUNT_OF(common_options);

static const struct option init_options[] = {
	{ "defaults", NULL, OPTION_FLAG, 0, 0, NULL, false,
		"ask nothing; what is not said otherwise takes its default" },
	{ "keyring", NULL, OPTION_FLAG, 0, 0, NULL, false,
		"keep the key in the desktop's keyring, and print a recovery code" },
	{ "no-lock", NULL, OPTION_FLAG, 0, 0, NULL, false,
		"keep the key in a file beside the store" },
	{ "sample", NULL, OPTION_FLAG, 0, 0, NULL, false, "add the sample course" },
};
static const struct option sync_options[] = {
	{ "ask", NULL, OPTION_FLAG, 0, 0, NULL, false,
		"ask the server too what was answered from the documents of this machine" },
	{ "again", "KEY", OPTION_TEXT, 0, 0, NULL, true,
		"send once more what the server refused (may be repeated)" },
	{ "drop", "KEY", OPTION_TEXT, 0, 0, NULL, true,
		"forget it; it is not delivered (may be repeated)" },
};
static const struct option login_options[] = {
	{ "code", "CODE", OPTION_TEXT, 0, 0, NULL, false, "join a class with the code its teacher made" },
	{ "name", "NAME", OPTION_TEXT, 0, 0, NULL, false, "what to be called in the class" },
	{ "guest", NULL, OPTION_FLAG, 0, 0, NULL, false, "come in as a guest" },
	{ "provider", "NAME", OPTION_TEXT, 0, 0, NULL, false,
		"sign in with this identity provider, in a browser" },
	{ "device", NULL, OPTION_FLAG, 0, 0, NULL, false,
		"with an identity provider, in a browser on another device" },
};
static const struct option logout_options[] = {
	{ "everywhere", NULL, OPTION_FLAG, 0, 0, NULL, false, "end every session of yours there" },
	{ "forget", NULL, OPTION_FLAG, 0, 0, NULL, false,
		"remove the sealed copy of what was seen there, and what waits" },
};
static const struct option add_options[] = {
	{ "subject", "S", OPTION_TEXT, 0, 0, NULL, false, "file them under this subject" },
	{ "domain", "D", OPTION_TEXT, 0, 0, NULL, false, "and this domain" },
	{ "kind", "KIND", OPTION_CHOICE, 0, 0, "pdf|docx|pptx|odt|epub|html|markdown|text|csv", false,
		"take the files for this kind, whatever they look like" },
	{ "retention", "DAYS", OPTION_NUMBER, 1, 36500, NULL, false,
		"forget them after so many days" },
	{ "again", NULL, OPTION_FLAG, 0, 0, NULL, false,
		"read them again even when nothing has changed" },
	{ "watch", NULL, OPTION_FLAG, 0, 0, NULL, false,
		"stay, and add what is put or changed there, until Ctrl-C" },
};
static const struct option docs_list_options[] = {
	SUBJECT, DOMAIN, KIND,
	{ "status", "STATE", OPTION_CHOICE, 0, 0, "processing|completed|failed|waiting", false,
		"only documents in this state" },
	{ "search", "TEXT", OPTION_TEXT, 0, 0, NULL, false,
		"only titles and names with this in them" },
};
static const struct option docs_open_options[] = {
	{ "page", "N", OPTION_NUMBER, 1, 1000000, NULL, false,
		"at this page, where the program that opens it can" },
};
static const struct option search_options[] = {
	{ "k", "N", OPTION_NUMBER, 1, 100, NULL, false, "how many passages; 5 unless told" },
	SUBJECT, DOMAIN, KIND, DOCUMENT,
};
static const struct option ask_options[] = {
	{ "subject", "S", OPTION_TEXT, 0, 0, NULL, false, "only this subject" }, DOMAIN, DOCUMENT,
	{ "conversation", "ID", OPTION_TEXT, 0, 0, NULL, false,
		"go on with this conversation: its id, title, or last" },
	ASSIGNMENT, MODEL, EXTRACTIVE, EPHEMERAL,
	{ "context", "FILE", OPTION_FILE, 0, 0, NULL, false,
		"search this text as well, this once; standard input does the same" },
	{ "stream", NULL, OPTION_FLAG, 0, 0, NULL, false,
		"with --json: every event as it comes, then the message" },
};
static const struct option chat_options[] = {
	{ "subject", "S", OPTION_TEXT, 0, 0, NULL, false, "only this subject" }, DOMAIN, DOCUMENT,
	{ "conversation", "ID", OPTION_TEXT, 0, 0, NULL, false,
		"go on with this conversation: its id, title, or last" },
	ASSIGNMENT, MODEL, EXTRACTIVE, EPHEMERAL,
};
static const struct option history_list_options[] = {
	{ "archived", NULL, OPTION_FLAG, 0, 0, NULL, false, "the archived ones" },
	{ "subject", "S", OPTION_TEXT, 0, 0, NULL, false, "only this subject" },
	{ "search", "TEXT", OPTION_TEXT, 0, 0, NULL, false, "only titles with this in them" },
	{ "limit", "N", OPTION_NUMBER, 1, 10000, NULL, false, "at most so many; 20 unless told" },
};
static const struct option history_search_options[] = {
	{ "k", "N", OPTION_NUMBER, 1, 100, NULL, false, "how many places; 20 unless told" },
	{ "subject", "S", OPTION_TEXT, 0, 0, NULL, false, "only this subject" },
	{ "role", "WHO", OPTION_CHOICE, 0, 0, "user|stoa", false,
		"only questions (user) or answers (stoa)" },
};
static const struct option history_export_options[] = {
	{ "format", "F", OPTION_CHOICE, 0, 0, "md|json|html|txt", false, "md unless told" },
	{ "output", "FILE", OPTION_FILE, 0, 0, NULL, false,
		"write to this file instead of standard output" },
};
static const struct option history_archive_options[] = {
	{ "undo", NULL, OPTION_FLAG, 0, 0, NULL, false, "take out of the archive" },
};
static const struct option yes_options[] = {
	{ "yes", NULL, OPTION_FLAG, 0, 0, NULL, false, "do not ask whether it is meant" },
};
static const struct option passwd_options[] = {
	{ "new-passphrase-fd", "N", OPTION_NUMBER, 0, 1023, NULL, false,
		"read the new passphrase from this file descriptor" },
};
static const struct option share_options[] = {
	{ "days", "N", OPTION_NUMBER, 1, 365, NULL, false, "the link ends after so many days; 7 unless told" },
};
static const struct option escalate_options[] = {
	{ "email", "ADDRESS", OPTION_TEXT, 0, 0, NULL, false, "where the reply is to be sent as well" },
	{ "note", "TEXT", OPTION_TEXT, 0, 0, NULL, false, "what to say with it" },
};
static const struct option class_list_options[] = {
	{ "archived", NULL, OPTION_FLAG, 0, 0, NULL, false, "the archived ones as well" },
};
static const struct option class_new_options[] = {
	{ "id", "ID", OPTION_TEXT, 0, 0, NULL, false, "its id, which is the subject of its documents; made from the title unless told" },
};
static const struct option class_archive_options[] = {
	{ "undo", NULL, OPTION_FLAG, 0, 0, NULL, false, "take out of the archive" },
};
static const struct option class_code_options[] = {
	{ "days", "N", OPTION_NUMBER, 1, 366, NULL, false, "good for so many days; 14 unless told" },
	{ "uses", "N", OPTION_NUMBER, 1, 10000, NULL, false, "good for so many people; 40 unless told" },
	{ "for", "PERSON", OPTION_TEXT, 0, 0, NULL, false, "lets one learner of the class into her account again: once, within a day; administrators" },
};
static const struct option class_inbox_options[] = {
	{ "none", NULL, OPTION_FLAG, 0, 0, NULL, false, "none of its own: the server's" },
};
static const struct option class_questions_options[] = {
	{ "status", "STATE", OPTION_CHOICE, 0, 0, "pending|in_progress|resolved|all", false,
		"pending unless told" },
	{ "class", "CLASS", OPTION_TEXT, 0, 0, NULL, false, "only of this class" },
};
#define ASSIGNMENT_OPTIONS \
	{ "due", "WHEN", OPTION_TEXT, 0, 0, NULL, false, \
		"until this day, or \"2026-03-01 18:00\"" }, \
	{ "about", "FILE", OPTION_FILE, 0, 0, NULL, false, "what is to be done, in this file" }, \
	{ "material", "DOCUMENT", OPTION_TEXT, 0, 0, NULL, true, \
		"a document of the class to work with; can be given again" }
static const struct option class_assign_options[] = {
	ASSIGNMENT_OPTIONS,
	{ "draft", NULL, OPTION_FLAG, 0, 0, NULL, false, "for teachers alone, until it is published" },
};
static const struct option class_amend_options[] = {
	{ "title", "TITLE", OPTION_TEXT, 0, 0, NULL, false, "what it is called from now on" },
	ASSIGNMENT_OPTIONS,
	{ "no-due", NULL, OPTION_FLAG, 0, 0, NULL, false, "whenever" },
	{ "no-materials", NULL, OPTION_FLAG, 0, 0, NULL, false, "every document of the class" },
	{ "publish", NULL, OPTION_FLAG, 0, 0, NULL, false, "show it to the class" },
	{ "draft", NULL, OPTION_FLAG, 0, 0, NULL, false, "take it back: for teachers alone" },
};
static const struct option admin_users_options[] = {
	{ "search", "TEXT", OPTION_TEXT, 0, 0, NULL, false, "only names and addresses with this in them" },
	{ "role", "ROLE", OPTION_CHOICE, 0, 0, "guest|learner|instructor|admin", false, "only these" },
};
static const struct option admin_set_options[] = {
	{ "role", "ROLE", OPTION_CHOICE, 0, 0, "learner|instructor|admin", false, "what the person may, at once" },
	{ "status", "STATE", OPTION_CHOICE, 0, 0, "active|blocked", false,
		"blocking ends every session of the account at once" },
};
static const struct option admin_feedback_options[] = {
	{ "only", "WHICH", OPTION_CHOICE, 0, 0, "good|bad", false, "only these" },
};
static const struct option admin_audit_options[] = {
	{ "by", "PERSON", OPTION_TEXT, 0, 0, NULL, false, "only what this account did" },
	{ "of", "PERSON", OPTION_TEXT, 0, 0, NULL, false, "only what was done to this account's data" },
};
static const struct option bench_options[] = {
	{ "rounds", "N", OPTION_NUMBER, 1, 10000, NULL, false,
		"how many questions and searches; 50 unless told" },
};
static const struct option eval_options[] = {
	{ "subject", "S", OPTION_TEXT, 0, 0, NULL, false, "only this subject" }, DOMAIN,
	{ "limit", "N", OPTION_NUMBER, 1, 1000000, NULL, false,
		"only the first so many questions" },
	{ "min-recall", "PERCENT", OPTION_NUMBER, 0, 100, NULL, false,
		"fail when recall@5 is below this" },
	{ "min-accuracy", "PERCENT", OPTION_NUMBER, 0, 100, NULL, false,
		"fail when answer accuracy is below this" },
	{ "min-refusal", "PERCENT", OPTION_NUMBER, 0, 100, NULL, false,
		"fail when fewer unanswerable questions are refused" },
	{ "failures", NULL, OPTION_FLAG, 0, 0, NULL, false, "list the questions that went wrong" },
};

const struct verb verbs[] = {
	{ "init", NULL, "", 0, 0, OPTIONS(init_options), verb_init, "setup",
		"set stoa up: the lock of the history and the first documents; asks at most four questions" },
	{ "add", NULL, "PATH...", 1, -1, OPTIONS(add_options), verb_add, "document, one a line",
		"read files and folders into the library" },
	{ "docs", "list", "", 0, 0, OPTIONS(docs_list_options), verb_docs_list, "document, one a line",
		"the documents of the library" },
	{ "docs", "show", "DOCUMENT", 1, 1, NO_OPTIONS, verb_docs_show, "document",
		"everything known about one document" },
	{ "docs", "page", "DOCUMENT PAGE", 2, 2, NO_OPTIONS, verb_docs_page, "content",
		"the text of one page, as it is searched and cited" },
	{ "docs", "open", "DOCUMENT", 1, 1, OPTIONS(docs_open_options), verb_docs_open, "document",
		"open the original with the desktop's program for it" },
	{ "docs", "reindex", "[DOCUMENT...]", 0, -1, NO_OPTIONS, verb_docs_reindex, "document, one a line",
		"read the originals of these, or all, documents again" },
	{ "docs", "rm", "DOCUMENT...", 1, -1, OPTIONS(yes_options), verb_docs_rm, "document, one a line",
		"forget documents; the files they came from stay" },
	{ "search", NULL, "QUERY...", 1, -1, OPTIONS(search_options), verb_search, "hits",
		"the passages that fit best" },
	{ "ask", NULL, "QUESTION...|-", 0, -1, OPTIONS(ask_options), verb_ask, "message",
		"one answer from your documents, every sentence with its quotation" },
	{ "chat", NULL, "", 0, 0, OPTIONS(chat_options), verb_chat, "message, one a line",
		"a conversation, line by line, with every action as a /command" },
	{ "history", "list", "", 0, 0, OPTIONS(history_list_options), verb_history_list, "conversation, one a line",
		"the conversations, newest first" },
	{ "history", "show", "CONVERSATION", 1, 1, NO_OPTIONS, verb_history_show, "transcript",
		"one conversation from its beginning" },
	{ "history", "search", "QUERY...", 1, -1, OPTIONS(history_search_options), verb_history_search, "history_hits",
		"search everything that was asked and answered" },
	{ "history", "export", "[CONVERSATION]", 0, 1, OPTIONS(history_export_options), verb_history_export, "exported",
		"one conversation, or all, as Markdown, JSON, HTML or text" },
	{ "history", "import", "FILE|-", 1, 1, NO_OPTIONS, verb_history_import, "imported",
		"take back what was exported as JSON" },
	{ "history", "rename", "CONVERSATION TITLE...", 2, -1, NO_OPTIONS, verb_history_rename, "conversation",
		"give a conversation another title" },
	{ "history", "archive", "CONVERSATION...", 1, -1, OPTIONS(history_archive_options), verb_history_archive, "conversation, one a line",
		"put conversations out of sight, or back" },
	{ "history", "rm", "CONVERSATION...", 1, -1, OPTIONS(yes_options), verb_history_rm, "conversation, one a line",
		"delete conversations for good" },
	{ "history", "share", "CONVERSATION", 1, 1, OPTIONS(share_options), verb_history_share, "shared_link",
		"make a link at the server that shows a conversation as it is now" },
	{ "history", "shared", "LINK", 1, 1, NO_OPTIONS, verb_history_shared, "transcript",
		"read what somebody shared with a link" },
	{ "history", "links", "", 0, 0, NO_OPTIONS, verb_history_links, "shared_link, one a line",
		"the links you made" },
	{ "history", "unshare", "LINK", 1, 1, NO_OPTIONS, verb_history_unshare, "done",
		"end a link at once" },
	{ "history", "escalate", "CONVERSATION", 1, 1, OPTIONS(escalate_options), verb_history_escalate, "escalated",
		"hand the last question of a conversation to a teacher; the reply comes into it" },
	{ "vault", "status", "", 0, 0, NO_OPTIONS, verb_vault_status, "vault",
		"how the history is locked, and whether it is as it was left" },
	{ "vault", "slots", "", 0, 0, NO_OPTIONS, verb_vault_slots, "slot, one a line",
		"the ways to unlock it" },
	{ "vault", "passwd", "", 0, 0, OPTIONS(passwd_options), verb_vault_passwd, "done",
		"set or change the passphrase; everything is sealed anew with a new key" },
	{ "vault", "sheet", "", 0, 0, NO_OPTIONS, verb_vault_sheet, "sheet",
		"make a recovery code and print the sheet to keep on paper" },
	{ "vault", "add-keyfile", "FILE", 1, 1, NO_OPTIONS, verb_vault_add_keyfile, "done",
		"let a key file unlock it as well; made when it does not exist" },
	{ "vault", "remove", "SLOT", 1, 1, OPTIONS(yes_options), verb_vault_remove, "done",
		"take away one of the ways to unlock it" },
	{ "vault", "verify", "", 0, 0, NO_OPTIONS, verb_vault_verify, "verified",
		"check the seal of every record and the chain they form" },
	{ "vault", "accept", "", 0, 0, OPTIONS(yes_options), verb_vault_accept, "done",
		"go on with a history that went back, after a restored backup" },
	{ "vault", "lock", "", 0, 0, NO_OPTIONS, verb_vault_lock, "done",
		"forget the keys; a verb holds them only while it runs" },
	{ "login", NULL, "[URL]", 0, 1, OPTIONS(login_options), verb_login, "standing",
		"sign in to a class server; without a way, the one the server has" },
	{ "logout", NULL, "", 0, 0, OPTIONS(logout_options), verb_logout, "standing",
		"sign out: the session ends at once, and its tokens are forgotten" },
	{ "whoami", NULL, "", 0, 0, NO_OPTIONS, verb_whoami, "standing",
		"who you are at the server" },
	{ "status", NULL, "", 0, 0, NO_OPTIONS, verb_status, "standing",
		"which server is asked, whether it answers, who you are there and what waits" },
	{ "sync", NULL, "", 0, 0, OPTIONS(sync_options), verb_sync, "item, one a line",
		"deliver what was written while the server was away, and show what is left" },
	{ "profile", NULL, "ROLE", 1, 1, NO_OPTIONS, verb_profile, "profile",
		"say how you see yourself (instructor, staff, learner, guest) and get questions to begin with" },
	{ "class", "list", "", 0, 0, OPTIONS(class_list_options), verb_class_list, "class, one a line",
		"your classes at the server" },
	{ "class", "new", "TITLE...", 1, -1, OPTIONS(class_new_options), verb_class_new, "class",
		"make a class; you teach it" },
	{ "class", "rename", "CLASS TITLE...", 2, -1, NO_OPTIONS, verb_class_rename, "class",
		"give a class another title" },
	{ "class", "archive", "CLASS", 1, 1, OPTIONS(class_archive_options), verb_class_archive, "class",
		"end a class, or take it up again" },
	{ "class", "members", "CLASS", 1, 1, NO_OPTIONS, verb_class_members, "class_member, one a line",
		"who is in a class" },
	{ "class", "set", "CLASS PERSON ROLE", 3, 3, NO_OPTIONS, verb_class_set, "class_member",
		"say what somebody is in a class: learner or instructor" },
	{ "class", "leave", "CLASS [PERSON]", 1, 2, NO_OPTIONS, verb_class_leave, "done",
		"leave a class, or take somebody out of yours" },
	{ "class", "code", "CLASS", 1, 1, OPTIONS(class_code_options), verb_class_code, "join_code",
		"make a code that lets people into a class; it is shown once" },
	{ "class", "codes", "CLASS", 1, 1, NO_OPTIONS, verb_class_codes, "join_code, one a line",
		"the codes that are still good" },
	{ "class", "void", "CLASS CODE-ID", 2, 2, NO_OPTIONS, verb_class_void, "done",
		"take a code back" },
	{ "class", "assignments", "CLASS", 1, 1, NO_OPTIONS, verb_class_assignments, "assignment, one a line",
		"what a class is given to work on, what is due first first" },
	{ "class", "assignment", "CLASS ASSIGNMENT", 2, 2, NO_OPTIONS, verb_class_assignment, "assignment",
		"one of them: what is to be done, and with which documents" },
	{ "class", "assign", "CLASS TITLE...", 2, -1, OPTIONS(class_assign_options), verb_class_assign, "assignment",
		"give a class something to work on" },
	{ "class", "amend", "CLASS ASSIGNMENT", 2, 2, OPTIONS(class_amend_options), verb_class_amend, "assignment",
		"change an assignment, publish it, take it back" },
	{ "class", "unassign", "CLASS ASSIGNMENT", 2, 2, NO_OPTIONS, verb_class_unassign, "done",
		"take an assignment away; conversations within it stay" },
	{ "class", "questions", "", 0, 0, OPTIONS(class_questions_options), verb_class_questions, "escalation, one a line",
		"the questions that were handed to you as a teacher" },
	{ "class", "inbox", "CLASS [ADDRESS]", 1, 2, OPTIONS(class_inbox_options), verb_class_inbox, "class",
		"the mail address that its questions go to; with one, set it" },
	{ "class", "answer", "QUESTION TEXT...|-", 2, -1, NO_OPTIONS, verb_class_answer, "escalation",
		"answer such a question; the answer appears in its conversation" },
	{ "admin", "users", "", 0, 0, OPTIONS(admin_users_options), verb_admin_users, "user, one a line",
		"the accounts of the server, newest first" },
	{ "admin", "set", "PERSON", 1, 1, OPTIONS(admin_set_options), verb_admin_set, "user",
		"change what somebody may, block or unblock an account" },
	{ "admin", "feedback", "", 0, 0, OPTIONS(admin_feedback_options), verb_admin_feedback, "feedback_item, one a line",
		"what people thought of answers" },
	{ "admin", "audit", "", 0, 0, OPTIONS(admin_audit_options), verb_admin_audit, "audit_row, one a line",
		"who looked at whose data" },
	{ "admin", "backup", "", 0, 0, NO_OPTIONS, verb_admin_backup, "backup",
		"copy the server's store into its folder of backups, while it is served" },
	{ "admin", "backups", "", 0, 0, NO_OPTIONS, verb_admin_backups, "backup, one a line",
		"the copies that are there, and how the last one went" },
	{ "doctor", NULL, "", 0, 0, NO_OPTIONS, verb_doctor, "check, one a line",
		"look at paths, store, terminal, helpers and model, and say what is missing" },
	{ "config", "list", "", 0, 0, NO_OPTIONS, verb_config_list, "key, one a line",
		"the settings of stoa.conf, what they are and what they may be" },
	{ "config", "get", "KEY", 1, 1, NO_OPTIONS, verb_config_get, "key",
		"one setting" },
	{ "config", "set", "KEY [VALUE]", 1, 2, NO_OPTIONS, verb_config_set, "key",
		"change a setting; without a value it goes back to its default" },
	{ "config", "path", "", 0, 0, NO_OPTIONS, verb_config_path, "path",
		"where stoa.conf is" },
	{ "keys", NULL, "", 0, 0, NO_OPTIONS, verb_keys, "action, one a line",
		"every action: its id, its keys as they are now, and its command in the line mode" },
	{ "ops", NULL, "[OPERATION]", 0, 1, NO_OPTIONS, verb_ops, "operation, one a line",
		"the operations of the engine and their records" },
	{ "eval", NULL, "SET.jsonl", 1, 1, OPTIONS(eval_options), verb_eval, "evaluation",
		"measure a set of questions: recall, accuracy, refusals, calibration" },
	{ "bench", NULL, "", 0, 0, OPTIONS(bench_options), verb_bench, "measure, one a line",
		"how fast it is here, on your own documents" },
	{ "completion", NULL, "bash|zsh|fish", 1, 1, NO_OPTIONS, verb_completion, "script",
		"print the completions for a shell" },
	{ "help", NULL, "[VERB]", 0, 1, NO_OPTIONS, verb_help, "verb, one a line",
		"what the verbs do and take" },
	{ "version", NULL, "", 0, 0, NO_OPTIONS, verb_version, "version",
		"print the version" },
};
const size_t verb_count = COUNT_OF(verbs);

const struct verb *
verb_find(const char *name, const char *sub)
{
	for (size_t i = 0; i < verb_count; i++) {
		if (!str_same(verbs[i].name, name))
			continue;
		if (!sub || str_same(verbs[i].sub, sub))
			return &verbs[i];
	}
	return NULL;
}

bool
verb_has_subs(const char *name)
{
	const struct verb *v = verb_find(name, NULL);
	return v && v->sub;
}

bool
verb_first(const struct verb *v)
{
	return v == verbs || !str_same(v[-1].name, v->name);
}
