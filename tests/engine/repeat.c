/* The same question over the same sources is answered once an hour. */
#include "engine_test.h"

static struct world w;

static void
be(int n, enum role role)
{
	snprintf(w.who.user, sizeof w.who.user, "%032x", n);
	w.who.role = role;
}

struct heard { int searches, citations; char words[4096]; };

static void
hear(const char *name, const struct record_type *type, const void *record, void *arg)
{
	struct heard *h = arg;
	(void)type;
	if (str_same(name, "status"))
		h->searches += str_same(((const struct ev_status *)record)->step, "searching");
	h->citations += str_same(name, "citation");
	if (str_same(name, "content_delta"))
		snprintf(h->words + strlen(h->words), sizeof h->words - strlen(h->words), "%s", ((const struct ev_delta *)record)->delta);
}

static struct message *
ask(struct heard *h, const struct message_send *req)
{
	void *reply;
	*h = (struct heard){ .searches = 0 };
	WELL(engine_call(&reply, &w.arena, w.engine, &w.who, "message.send", req, &(struct call_options){ .emit = hear, .arg = h }));
	return reply;
}

static const struct message_send req = { .content = "What do ribosomes translate?" };

static void
server_open(void)
{
	world_make(&w);
	w.config.limits_off = false;
	WELL(engine_open(&w.engine, &w.config));
	struct vault_secret s = test_key(7);
	WELL(engine_seal_new(w.engine, SLOT_KEY_FILE, &s, "test"));
	vault_secret_clear(&s);
	be(9, ROLE_ADMIN);
	add_course(&w);
}

START_TEST(the_second_asker_gets_the_same_answer_as_his_own)
{
	struct heard h, again;
	struct transcript *t;
	server_open();
	be(1, ROLE_LEARNER);
	struct message *first = ask(&h, &req);
	ck_assert_int_eq(h.searches, 1);
	be(2, ROLE_LEARNER);
	struct message *second = ask(&again, &req);
	ck_assert_int_eq(again.searches, 0);
	ck_assert_int_eq(again.citations, h.citations);
	ck_assert_str_eq(again.words, h.words);
	ck_assert_str_eq(first->content, second->content);
	ck_assert_str_ne(first->id, second->id);
	ck_assert_str_ne(first->conversation_id, second->conversation_id);
	WELL(ask_engine(&t, &w, "conversation.get", &(struct conversation_get){ .id = second->conversation_id }));
	const struct message *kept = (struct message *)t->messages.items + 1;
	ck_assert_str_eq(kept->content, second->content);
	ck_assert(((struct citation *)kept->citations.items)->verified);
	world_close(&w);
}
END_TEST

START_TEST(other_sources_another_hour_or_other_wishes_are_answered_anew)
{
	struct heard h;
	struct document *d;
	struct settings *s;
	struct nothing *n;
	char mine[160];
	server_open();
	be(1, ROLE_LEARNER);
	ask(&h, &req);
	/* Who has a document of his own sees other sources. */
	be(2, ROLE_LEARNER);
	snprintf(mine, sizeof mine, "%s/mine.md", w.dir);
	WELL(file_write(mine, "# Mine\n\nRibosomes translate my secret into protein.\n", 52));
	WELL(ask_engine(&d, &w, "document.add", &(struct document_add){ .path = mine }));
	ask(&h, &req);
	ck_assert_int_eq(h.searches, 1);
	be(1, ROLE_LEARNER);
	struct message *m = ask(&h, &req);
	ck_assert_int_eq(h.searches, 0);
	ck_assert_ptr_null(strstr(m->content, "secret"));
	/* And when it is gone he shares again. */
	be(2, ROLE_LEARNER);
	WELL(ask_engine(&n, &w, "document.delete", &(struct id_request){ d->id }));
	ask(&h, &req);
	ck_assert_int_eq(h.searches, 0);
	WELL(ask_engine(&s, &w, "me.update", &(struct settings){ .level = "brief" }));
	ask(&h, &req);
	ck_assert_int_eq(h.searches, 1);
	be(1, ROLE_LEARNER);
	struct message *next = ask(&h, &(struct message_send){ .conversation_id = m->conversation_id, .content = req.content });
	ck_assert_int_eq(h.searches, 1);   /* within a conversation */
	ck_assert_str_eq(next->conversation_id, m->conversation_id);
	ask(&h, &(struct message_send){ .content = req.content, .context = "Ribosomes translate nothing." });
	ck_assert_int_eq(h.searches, 1);
	w.still.now_ms += INT64_C(61) * 60000;
	ask(&h, &req);
	ck_assert_int_eq(h.searches, 1);
	world_close(&w);
}
END_TEST

START_TEST(a_source_that_changed_is_asked_again)
{
	struct heard h;
	struct document *d;
	server_open();
	be(1, ROLE_LEARNER);
	ask(&h, &req);
	be(9, ROLE_ADMIN);
	char other[160];
	snprintf(other, sizeof other, "%s/other.md", w.dir);
	WELL(file_write(other, "# Other\n\nRibosomes translate codons one by one.\n", 48));
	WELL(ask_engine(&d, &w, "document.add", &(struct document_add){ .path = other }));
	be(1, ROLE_LEARNER);
	ask(&h, &req);
	ck_assert_int_eq(h.searches, 1);
	/* Bytes that were changed on the disk are seen by reading them again. */
	ask(&h, &req);
	ck_assert_int_eq(h.searches, 0);
	char command[256];
	snprintf(command, sizeof command, "for f in %s/library/*.txt; do sed -i -e s/messenger/passenger/ -e s/codons/bodons/ $f; done", w.dir);
	ck_assert_int_eq(system(command), 0);
	ask(&h, &req);
	ck_assert_int_eq(h.searches, 1);
	world_close(&w);
}
END_TEST

TESTS("repeat", the_second_asker_gets_the_same_answer_as_his_own,
	other_sources_another_hour_or_other_wishes_are_answered_anew, a_source_that_changed_is_asked_again)
