/* A question within an assignment is answered from its materials and from nothing else. */
#include "class_test.h"

static const char plants[] = "# Plants\n\nRoots take up water and minerals. Stomata open at dawn.\n";
static const char brewing[] = "# Brewing\n\nYeast turns sugar into alcohol. Hops keep beer from spoiling.\n";

static const char *cells_id, *plants_id;

static const char *
add(const char *name, const char *words)
{
	char path[200];
	struct document *d;
	snprintf(path, sizeof path, "%s/%s.md", w.dir, name);
	WELL(file_write(path, words, strlen(words)));
	WELL(ask_engine(&d, &w, "document.add", &(struct document_add){ .path = path, .subject = "biology" }));
	return d->id;
}

/* Biology has three documents; the assignment is worked on with plants. */
static struct assignment *
begin(struct text_list materials)
{
	struct assignment *v;
	be(EVA);
	WELL(ask_engine(&v, &w, "assignment.create", &(struct assignment_create){ .class_id = "biology",
		.title = "Leaves", .state = "published", .materials = materials }));
	be(ANN);
	return v;
}

static void
school(void)
{
	struct documents *list;
	world_make(&w);
	w.config.limits_off = false;
	class_open_made();
	be(TOM);
	WELL(ask_engine(&list, &w, "document.list", &(struct document_list){ .limit = 1 }));
	cells_id = ((const struct document *)list->items.items)->id;
	plants_id = add("plants", plants);
	(void)add("brewing", brewing);
}

static struct message *
asked(const struct message_send *req)
{
	struct message *m;
	WELL(ask_engine(&m, &w, "message.send", req));
	return m;
}

START_TEST(only_materials_are_searched_within_an_assignment)
{
	struct transcript *t;
	school();
	const char *ids[] = { plants_id };
	struct assignment *v = begin((struct text_list){ ids, 1 });
	struct message *m = asked(&(struct message_send){ .content = "What do roots take up?", .assignment_id = v->id });
	ck_assert_str_eq(m->status, "answered");
	const struct citation *cited = m->citations.items;
	ck_assert_str_eq(cited->file_id, plants_id);
	WELL(ask_engine(&t, &w, "conversation.get", &(struct conversation_get){ .id = m->conversation_id }));
	ck_assert_str_eq(t->conversation->type, "assignment");
	ck_assert_str_eq(t->conversation->assignment_id, v->id);
	/* The same conversation goes on within it, whatever is named. */
	m = asked(&(struct message_send){ .content = "What do ribosomes translate?", .conversation_id = m->conversation_id });
	ck_assert_str_eq(m->status, "refused");
	m = asked(&(struct message_send){ .content = "What do ribosomes translate, in cells.md?", .conversation_id = m->conversation_id });
	ck_assert_str_eq(m->status, "refused");
	m = asked(&(struct message_send){ .content = "What do ribosomes translate?", .conversation_id = m->conversation_id, .subject = "biology" });
	ck_assert_str_eq(m->status, "refused");
	const char *out[] = { cells_id };
	FAILS(FAULT_INPUT, ask_engine(&m, &w, "message.send", &(struct message_send){ .content = "What do ribosomes translate?",
		.assignment_id = v->id, .documents = { out, 1 } }));
	/* Outside of it the library is whole. */
	m = asked(&(struct message_send){ .content = "What do ribosomes translate?" });
	ck_assert_str_eq(m->status, "answered");
	world_close(&w);
}
END_TEST

START_TEST(an_assignment_without_materials_is_worked_on_with_the_whole_class)
{
	struct conversation *c;
	school();
	struct assignment *v = begin((struct text_list){ NULL, 0 });
	WELL(ask_engine(&c, &w, "conversation.create", &(struct conversation_create){ .assignment_id = v->id }));
	ck_assert_str_eq(c->type, "assignment");
	ck_assert_str_eq(c->subject, "biology");
	struct message *m = asked(&(struct message_send){ .content = "What do ribosomes translate?", .conversation_id = c->id });
	ck_assert_str_eq(m->status, "answered");
	FAILS(FAULT_INPUT, ask_engine(&c, &w, "conversation.create", &(struct conversation_create){ .type = "assignment" }));
	world_close(&w);
}
END_TEST

START_TEST(who_is_not_given_an_assignment_asks_nothing_within_it)
{
	struct conversation *c;
	struct message *m;
	struct assignment *changed;
	struct nothing *n;
	school();
	struct assignment *v = begin((struct text_list){ NULL, 0 });
	const char *mine = asked(&(struct message_send){ .content = "What do roots take up?", .assignment_id = v->id })->conversation_id;
	const struct message_send into = { .content = "What do roots take up?", .assignment_id = v->id };
	const int strangers[] = { BEN, MAX, NOBODY };
	for (size_t i = 0; i < COUNT_OF(strangers); i++) {
		be(strangers[i]);
		w.who.role = w.who.role == ROLE_NONE ? ROLE_GUEST : w.who.role;
		FAILS(FAULT_ABSENT, ask_engine(&m, &w, "message.send", &into));
		FAILS(FAULT_ABSENT, ask_engine(&c, &w, "conversation.create", &(struct conversation_create){ .assignment_id = v->id }));
	}
	/* Taken back, it is asked within no more; what was said stays. */
	be(EVA);
	WELL(ask_engine(&changed, &w, "assignment.update", &(struct assignment_update){ .class_id = "biology", .id = v->id, .state = "draft" }));
	be(ANN);
	FAILS(FAULT_ABSENT, ask_engine(&m, &w, "message.send", &(struct message_send){ .content = "And stomata?", .conversation_id = mine }));
	be(EVA);
	WELL(ask_engine(&n, &w, "assignment.delete", &(struct assignment_get){ "biology", v->id }));
	be(ANN);
	FAILS(FAULT_ABSENT, ask_engine(&m, &w, "message.send", &(struct message_send){ .content = "And stomata?", .conversation_id = mine }));
	struct transcript *t;
	WELL(ask_engine(&t, &w, "conversation.get", &(struct conversation_get){ .id = mine }));
	ck_assert_uint_ge(t->messages.count, 2);
	world_close(&w);
}
END_TEST

TESTS("assignment", only_materials_are_searched_within_an_assignment, an_assignment_without_materials_is_worked_on_with_the_whole_class,
	who_is_not_given_an_assignment_asks_nothing_within_it)
