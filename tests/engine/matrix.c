/* Who may do what, in one place: every operation of the table against everybody.
 *
 * What is meant is always the owner's (Ann's, a learner in biology): her
 * conversation, her answer, her document, her link, her question to a teacher; or
 * her class and its document.  A cell says how it ends:
 *
 *	y   it is done                  .   DENIED by the role
 *	n   ABSENT: not for his eyes    d   DENIED by what it is
 *	i   INPUT                       o   his own things are meant, it is done
 *
 * An operation without a row fails, so a new one is thought about here first. */
#include <json-c/json.h>

#include "class_test.h"

/* In the order of the columns; guest is a role of its own. */
enum { OWNER, LEARNER, TEACHER, OTHER_TEACHER, ADMIN, GUEST, STRANGER, ASKERS };
static const char *const askers[] = { "owner", "other learner", "instructor", "instructor of another", "admin", "guest", "nobody" };

static const struct { const char *operation, *cells; } matrix[] = {
	/*                         owner, learner, instructor, of another, admin, guest, nobody */
	{ "assignment.create",     "..yny.." },
	{ "assignment.delete",     "..yny.." },
	{ "assignment.get",        "ynyny.." },
	{ "assignment.list",       "ynyny.." },
	{ "assignment.update",     "..yny.." },
	{ "audit.list",            "....y.." },
	{ "auth.callback",         "ddddddd" },   /* a state that is none */
	{ "auth.device",           "nnnnnnn" },   /* no provider is set up here */
	{ "auth.guest",            "yyyyyyy" },
	{ "auth.join",             "ddddddd" },   /* a code that is none */
	{ "auth.logout",           "oooooo." },
	{ "auth.provider",         "nnnnnnn" },
	{ "auth.refresh",          "ddddddd" },   /* a token that is none */
	{ "auth.token",            "ddddddd" },
	{ "auth.ways",             "yyyyyyy" },
	{ "backup.get",            "....n.." },   /* an id that is none */
	{ "backup.list",           "....y.." },
	{ "backup.start",          "....y.." },
	{ "class.codes",           "..yny.." },
	{ "class.create",          "..ooo.." },
	{ "class.get",             "ynynyn." },
	{ "class.join_code",       "..yny.." },
	{ "class.leave",           "ynynyn." },   /* the owner leaves her class */
	{ "class.list",            "oooooo." },
	{ "class.members",         "ynyny.." },
	{ "class.set_member",      "..yny.." },
	{ "class.update",          "..yny.." },
	{ "class.void_code",       "..nnn.." },   /* a code that is none */
	{ "conversation.create",   "oooooo." },
	{ "conversation.delete",   "ynnnnn." },
	{ "conversation.export",   "ynnnnn." },
	{ "conversation.get",      "ynnnnn." },
	{ "conversation.import",   "oooooo." },
	{ "conversation.list",     "oooooo." },
	{ "conversation.share",    "ynnnn.." },
	{ "conversation.update",   "ynnnnn." },
	{ "document.add",          "ooooo.." },
	{ "document.content",      "ynnnn.." },
	{ "document.delete",       "ynnny.." },   /* an administrator removes what he may not read */
	{ "document.get",          "ynnnn.." },
	{ "document.list",         "ooooo.." },
	{ "document.reindex",      "ynnnn.." },
	{ "escalation.list",       "..ooo.." },
	{ "escalation.resolve",    "..yny.." },
	{ "feedback.list",         "....y.." },
	{ "feedback.send",         "ynnnnn." },
	{ "health.get",            "yyyyyyy" },
	{ "history.search",        "oooooo." },
	{ "me.delete",             "oooooo." },
	{ "me.export",             "oooooo." },
	{ "me.get",                "oooooo." },
	{ "me.update",             "oooooo." },
	{ "message.escalate",      "ynnnnn." },
	{ "message.feedback",      "ynnnnn." },
	{ "message.send",          "ynnnnn." },   /* into her conversation */
	{ "passage.get",           "ynnnn.." },
	{ "profile.set",           "oooooo." },
	{ "search.run",            "ooooo.." },
	{ "share.list",            "ooooo.." },
	{ "share.revoke",          "ynnnn.." },
	{ "shared.get",            "yyyyy.." },   /* whoever has the link */
	{ "user.list",             "....y.." },
	{ "user.update",           "....y.." },
};

/* ---- people, and what is Ann's ------------------------------------------------------ */

#define GUEST_ID "000000000000000000000000000000f7"
static void
become(int asker)
{
	static const int people[] = { ANN, BEN, EVA, MAX, TOM, NOBODY, NOBODY };
	be(people[asker]);
	if (asker == GUEST) {
		snprintf(w.who.user, sizeof w.who.user, "%s", GUEST_ID);
		w.who.role = ROLE_GUEST;
	}
}

static struct anns { const char *conversation, *message, *document, *link, *token, *escalation, *assignment; } ann;
static int made;

/* Fresh things of Ann's, for one cell: those that the operation is about. */
static void
make_anns(const char *operation)
{
	char path[200], words[200];
	struct message *m;
	struct document *d;
	struct shared_link *link;
	struct escalated *e;
	struct assignment *work;
	if (str_starts(operation, "assignment.")) {
		become(TEACHER);
		WELL(ask_engine(&work, &w, "assignment.create", &(struct assignment_create){ .class_id = "biology", .title = "A title", .state = "published" }));
		ann.assignment = work->id;
	}
	become(OWNER);
	if (str_starts(operation, "document.") || str_starts(operation, "passage.")) {
		snprintf(path, sizeof path, "%s/ann-%d.md", w.dir, ++made);
		snprintf(words, sizeof words, "# Notes\n\nThe secret of Ann number %d is zymurgy in the cellar.\n", made);
		WELL(file_write(path, words, strlen(words)));
		WELL(ask_engine(&d, &w, "document.add", &(struct document_add){ .path = path }));
		ann.document = d->id;
	}
	if (ann.message == NULL || str_starts(operation, "conversation.") || str_starts(operation, "share")) {
		WELL(ask_engine(&m, &w, "message.send", &(struct message_send){ .content = "Thanks a lot" }));
		ann.conversation = m->conversation_id;
		ann.message = m->id;
		WELL(ask_engine(&link, &w, "conversation.share", &(struct conversation_share){ .id = m->conversation_id }));
		ann.link = link->id;
		ann.token = link->token;
	}
	if (!str_starts(operation, "escalation."))
		return;
	WELL(ask_engine(&m, &w, "message.send", &(struct message_send){ .content = "What do ribosomes translate?" }));
	WELL(ask_engine(&e, &w, "message.escalate", &(struct message_escalate){ .id = m->id }));
	ann.escalation = e->query_id;
}

/* ---- requests --------------------------------------------------------------------------- */

/* What an {id} of an operation means, and the fields that it cannot do without. */
static const char *
id_for(const char *operation)
{
	const struct { const char *prefix, *id; } ids[] = {
		{ "assignment.", ann.assignment }, { "class.", "biology" }, { "conversation.", ann.conversation }, { "document.", ann.document },
		{ "escalation.", ann.escalation }, { "message.", ann.message }, { "share.", ann.link },
		{ "user.", "00000000000000000000000000000002" },
	};
	for (size_t i = 0; i < COUNT_OF(ids); i++)
		if (str_starts(operation, ids[i].prefix))
			return ids[i].id;
	return "0123456789abcdef0123456789abcdee";
}

static void
set_text(const struct operation *op, void *record, const char *name, const char *value)
{
	for (size_t i = 0; i < op->request->count; i++)
		if (strcmp(op->request->fields[i].name, name) == 0 && op->request->fields[i].kind == FIELD_TEXT)
			*(const char **)((char *)record + op->request->fields[i].offset) = value;
}

/* The fields of special cases; every other required text takes a value that fits. */
static void *
request_of(const struct operation *op, int asker)
{
	unsigned char *r = record_new(&w.arena, op->request);
	char path[200], name[40];
	for (size_t i = 0; i < op->request->count; i++) {
		const struct field *f = &op->request->fields[i];
		if (f->kind == FIELD_TEXT && f->flags & FIELD_REQUIRED)
			*(const char **)(r + f->offset) = f->choices == NULL ? "0123456789abcdef0123456789abcdee"
				: arena_strndup(&w.arena, f->choices, strcspn(f->choices, "|"));
	}
	snprintf(path, sizeof path, "%s/other-%d.md", w.dir, ++made);
	snprintf(name, sizeof name, "class-%d", made);
	if (strcmp(op->id, "conversation.create") != 0)
		set_text(op, r, "id", id_for(op->id));
	if (strcmp(op->id, "class.create") == 0)
		set_text(op, r, "id", arena_strdup(&w.arena, name));
	set_text(op, r, "class_id", "biology");
	set_text(op, r, "file_id", ann.document);
	set_text(op, r, "message_id", ann.message);
	set_text(op, r, "conversation_id", ann.conversation);
	set_text(op, r, "token", ann.token);
	set_text(op, r, "query", "ribosomes");
	set_text(op, r, "title", "A title");
	/* A code of the class, not the one of a person. */
	if (strcmp(op->id, "class.join_code") != 0)
		set_text(op, r, "person", strcmp(op->id, "class.leave") == 0 ? "00000000000000000000000000000001" : "00000000000000000000000000000002");
	set_text(op, r, "body", "{\"format\":\"stoa-history\",\"version\":1,\"conversations\":[]}");
	set_text(op, r, "reply", "A reply.");
	if (strcmp(op->id, "auth.token") == 0)
		set_text(op, r, "code", "0123456789abcdef0123456789abcdee");
	if (strcmp(op->id, "document.add") == 0) {
		char *words = arena_printf(&w.arena, "# Own\n\nSomething of asker %d, number %d.\n", asker, made);
		WELL(file_write(path, words, strlen(words)));
		set_text(op, r, "path", arena_strdup(&w.arena, path));
	}
	if (strcmp(op->id, "message.send") == 0)
		set_text(op, r, "id", NULL);
	if (strcmp(op->id, "me.export") == 0)
		set_text(op, r, "id", NULL);
	if (strcmp(op->id, "user.update") == 0)
		set_text(op, r, "role", "learner");
	return r;
}

static char
letter_of(enum fault f, char want)
{
	if (f == FAULT_NONE)
		return want == 'o' ? 'o' : 'y';
	if (f == FAULT_DENIED)
		return strstr(fault_sentence(), "needs the role") != NULL ? '.' : 'd';
	return f == FAULT_ABSENT ? 'n' : f == FAULT_INPUT ? 'i' : '?';
}

/* Every line is JSON, names its operation, and holds nothing of what was said. */
static void
check_log(const char *path)
{
	static const char *const words[] = { "ribosomes", "zymurgy", "A title", "A reply", "Notes", "/ann-", "Thanks", "cells.md", "Bearer" };
	struct text t;
	size_t lines = 0;
	log_close();
	text_init(&t, 16u << 20);
	WELL(file_read(&t, path));
	for (size_t i = 0; i < COUNT_OF(words); i++)
		ck_assert_msg(strstr(t.data, words[i]) == NULL, "the log holds \"%s\"", words[i]);
	for (char *line = strtok(t.data, "\n"); line != NULL; line = strtok(NULL, "\n"), lines++) {
		struct json_object *o;
		WELL(json_parse(&o, line, strlen(line)));
		json_object_put(o);
		ck_assert_msg(ann.token == NULL || strstr(line, ann.token) == NULL, "%s", line);
	}
	ck_assert_uint_gt(lines, 300);
	text_clear(&t);
}

START_TEST(every_operation_ends_for_everybody_as_the_matrix_says)
{
	size_t count, wrong = 0;
	const struct operation *all = operations(&count);
	char log[160];
	char backups[160];
	world_make(&w);
	snprintf(backups, sizeof backups, "%s/backups", w.dir);
	w.config.backup_folder = backups;
	w.config.questions_max = 100;
	snprintf(log, sizeof log, "%s/log", w.dir);
	WELL(log_open(log, LOG_DEBUG, true));
	class_open_made();
	for (size_t i = 0; i < count; i++) {
		const char *cells = NULL;
		for (size_t k = 0; k < COUNT_OF(matrix); k++)
			if (str_same(matrix[k].operation, all[i].id))
				cells = matrix[k].cells;
		ck_assert_msg(cells != NULL && strlen(cells) == ASKERS, "%s has no row in the matrix", all[i].id);
		for (int asker = 0; asker < ASKERS; asker++) {
			void *reply = NULL;
			make_anns(all[i].id);
			void *request = request_of(&all[i], asker);
			become(asker);
			if (str_same(all[i].id, "me.delete"))   /* last: the people are needed */
				continue;
			enum fault f = ask_engine(&reply, &w, all[i].id, request);
			char got = letter_of(f, cells[asker]);
			if (got != cells[asker])
				printf("%s as %s: %c, not %c: %s %s\n", all[i].id, askers[asker], got, cells[asker], fault_name(f), f == FAULT_NONE ? "" : fault_sentence());
			wrong += got != cells[asker];
			if (str_same(all[i].id, "class.leave") || str_same(all[i].id, "class.set_member")) {
				struct class_member *m;
				be(TOM);
				WELL(ask_engine(&m, &w, "class.set_member", &(struct class_member_set){ "biology", "00000000000000000000000000000001", "learner" }));
				struct nothing *n;
				(void)!ask_engine(&n, &w, "class.leave", &(struct class_member_remove){ "biology", "00000000000000000000000000000002" });
			}
		}
	}
	fflush(stdout);
	ck_assert_uint_eq(wrong, 0);
	check_log(log);
	world_close(&w);
}
END_TEST

/* ---- what a body may not say ---------------------------------------------------------- */

static const char *const extras[] = { "owner", "role", "score", "user", "person_id", "admin", "verified",
	"rating", "created", "expires", "session", "everywhere_", "__proto__" };

static bool
has_field(const struct record_type *type, const char *name)
{
	for (size_t i = 0; i < type->count; i++)
		if (strcmp(type->fields[i].name, name) == 0)
			return true;
	return false;
}

START_TEST(fields_that_no_operation_knows_change_no_request)
{
	size_t count, checked = 0;
	const struct operation *all = operations(&count);
	ann = (struct anns){ .document = NULL };
	world_make(&w);
	class_open_made();
	for (size_t i = 0; i < count; i++) {
		struct text plain, more, after;
		void *record = NULL;
		text_init(&plain, 65536);
		text_init(&more, 65536);
		text_init(&after, 65536);
		make_anns(all[i].id);
		record_to_json(&plain, all[i].request, request_of(&all[i], OWNER));
		text_put_n(&more, plain.data, plain.len - 1);
		for (size_t k = 0; k < COUNT_OF(extras); k++) {
			if (has_field(all[i].request, extras[k]))
				continue;
			text_printf(&more, "%s\"%s\":\"000000000000000000000000000000ff\"", more.len > 1 ? "," : "", extras[k]);
			checked++;
		}
		text_put_c(&more, '}');
		WELL(record_from_json(&record, &w.arena, all[i].request, more.data, more.len));
		record_to_json(&after, all[i].request, record);
		ck_assert_str_eq(after.data, plain.data);
		text_clear(&plain);
		text_clear(&more);
		text_clear(&after);
	}
	ck_assert_uint_gt(checked, 400);
	world_close(&w);
}
END_TEST

START_TEST(fields_that_are_known_but_not_ones_to_set_change_nothing)
{
	struct settings *s;
	struct conversation *c;
	struct users *users;
	struct document *d;
	world_make(&w);
	class_open_made();
	be(ANN);
	WELL(ask_engine(&s, &w, "me.update", &(struct settings){ .role = "admin", .id = "00000000000000000000000000000005", .language = "en" }));
	WELL(ask_engine(&s, &w, "me.get", NULL));
	ck_assert_str_eq(s->role, "learner");
	ck_assert_str_eq(s->id, w.who.user);
	FAILS(FAULT_DENIED, ask_engine(&users, &w, "user.list", &(struct user_list){ .limit = 5 }));
	/* A subject is no door into a class, an origin none to its document. */
	char path[200];
	snprintf(path, sizeof path, "%s/into.md", w.dir);
	WELL(file_write(path, "# Into\n\nZymurgy gets into the class.\n", 38));
	WELL(ask_engine(&d, &w, "document.add", &(struct document_add){ .path = path, .subject = "biology", .origin = w.course }));
	be(EVA);
	FAILS(FAULT_ABSENT, ask_engine(&d, &w, "document.get", &(struct id_request){ d->id }));
	be(ANN);
	WELL(ask_engine(&c, &w, "conversation.create", &(struct conversation_create){ .id = "73657474696e677300000000000000ff", .title = "x" }));
	FAILS(FAULT_INPUT, ask_engine(&c, &w, "conversation.create", &(struct conversation_create){ .id = "73657474696e67730000000000000001", .title = "x" }));
	FAILS(FAULT_INPUT, ask_engine(&c, &w, "conversation.create", &(struct conversation_create){ .id = "72656365697074730000000000000001", .title = "x" }));
	world_close(&w);
}
END_TEST

START_TEST(who_teaches_no_more_changes_nothing_of_the_class_he_taught)
{
	struct user *u;
	struct documents *list;
	struct document *d;
	struct nothing *n;
	char path[200];
	world_make(&w);
	class_open_made();
	be(TOM);
	WELL(ask_engine(&u, &w, "user.update", &(struct user_update){ .id = "00000000000000000000000000000003", .role = "learner" }));
	be(EVA);
	w.who.role = ROLE_LEARNER;
	WELL(ask_engine(&list, &w, "document.list", &(struct document_list){ .limit = 1 }));
	ck_assert_uint_eq(list->items.count, 1);
	d = list->items.items;
	FAILS(FAULT_DENIED, ask_engine(&n, &w, "document.delete", &(struct id_request){ d->id }));
	snprintf(path, sizeof path, "%s/into.md", w.dir);
	WELL(file_write(path, "# Into\n\nZymurgy gets into the class.\n", 38));
	WELL(ask_engine(&d, &w, "document.add", &(struct document_add){ .path = path, .subject = "biology" }));
	be(ANN);
	FAILS(FAULT_ABSENT, ask_engine(&d, &w, "document.get", &(struct id_request){ d->id }));
	world_close(&w);
}
END_TEST

START_TEST(a_subject_of_the_library_is_nobodys_to_take_as_a_class)
{
	struct class *c;
	struct document *d;
	char path[200];
	world_make(&w);
	class_open_made();
	be(TOM);
	snprintf(path, sizeof path, "%s/into.md", w.dir);
	WELL(file_write(path, "# Into\n\nZymurgy is open to everybody.\n", 39));
	WELL(ask_engine(&d, &w, "document.add", &(struct document_add){ .path = path, .subject = "brewing" }));
	be(MAX);
	FAILS(FAULT_EXISTS, ask_engine(&c, &w, "class.create", &(struct class_create){ .id = "brewing", .title = "Mine" }));
	WELL(ask_engine(&c, &w, "class.create", &(struct class_create){ .id = "baking", .title = "Baking" }));
	be(ANN);
	WELL(ask_engine(&d, &w, "document.get", &(struct id_request){ d->id }));
	be(TOM);
	WELL(ask_engine(&c, &w, "class.create", &(struct class_create){ .id = "brewing", .title = "Brewing" }));
	world_close(&w);
}
END_TEST

TESTS("matrix", who_teaches_no_more_changes_nothing_of_the_class_he_taught, a_subject_of_the_library_is_nobodys_to_take_as_a_class, every_operation_ends_for_everybody_as_the_matrix_says,
	fields_that_no_operation_knows_change_no_request, fields_that_are_known_but_not_ones_to_set_change_nothing)
