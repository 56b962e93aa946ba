/* What a server showed, kept: it reads like one's own and is not looked up again. */
#include "tutor_test.h"
#include "../../src/tutor/tutor_in.h"

#define CONV "a0000000000000000000000000000001"
#define ASKED "b0000000000000000000000000000002"
#define TOLD "c0000000000000000000000000000003"

static struct citation quote = { .n = 1, .file_id = "d0000000000000000000000000000004", .title = "Far away",
	.quote = "The moon pulls the sea.", .start = 10, .end = 33, .verified = true, .state = "verified" };
static struct sentence sentence = { .text = "The moon pulls the sea.", .citation = 1 };

struct seen { struct conversation conversation; struct message messages[2]; struct record_list list; };

static struct seen *
seen(struct desk *d)
{
	struct seen *s = arena_alloc(&d->a, sizeof *s);
	s->conversation = (struct conversation){ .id = CONV, .title = "Tides", .type = "general", .status = "active", .created = 5000, .updated = 6000 };
	s->messages[0] = (struct message){ .id = ASKED, .conversation_id = CONV, .role = "user", .content = "Why are there tides?", .created = 5000 };
	s->messages[1] = (struct message){ .id = TOLD, .conversation_id = CONV, .role = "stoa", .content = "The moon pulls the sea. [1]",
		.status = "answered", .sentences = { &sentence, 1 }, .citations = { &quote, 1 }, .created = 6000 };
	s->list = (struct record_list){ s->messages, 2 };
	return s;
}

static struct transcript
read_all(struct desk *d)
{
	struct transcript t;
	WELL(tutor_conversation_get(&t, &d->a, d->tutor, d->db, &(struct conversation_get){ .id = CONV }));
	return t;
}

START_TEST(what_was_seen_is_listed_read_and_found)
{
	struct desk d;
	struct conversations list;
	struct history_hits hits = { .elapsed_ms = 0 };
	desk_open(&d, true);
	struct seen *s = seen(&d);
	WELL(tutor_keep(d.db, &s->conversation, &s->list));
	struct transcript t = read_all(&d);
	const struct message *m = t.messages.items;
	const struct citation *c = m[1].citations.items;
	ck_assert_uint_eq(t.messages.count, 2);
	ck_assert_str_eq(t.conversation->title, "Tides");
	ck_assert_str_eq(c->state, "verified");    /* the document is not here: it stands as seen */
	WELL(tutor_conversation_list(&list, &d.a, d.tutor, d.db, &(struct conversation_list){ .limit = 5 }));
	ck_assert_uint_eq(list.items.count, 1);
	WELL(tutor_history_search(&hits, &d.a, d.tutor, d.db, &(struct history_search){ .query = "moon" }));
	ck_assert_uint_eq(hits.items.count, 1);
	desk_close(&d);
}
END_TEST

START_TEST(what_comes_again_unchanged_is_not_written_again)
{
	struct desk d;
	uint64_t before = 0, after = 0;
	desk_open(&d, true);
	struct seen *s = seen(&d);
	WELL(tutor_keep(d.db, &s->conversation, &s->list));
	WELL(store_verify(d.db, &before));
	WELL(tutor_keep(d.db, &s->conversation, &s->list));
	WELL(store_verify(d.db, &after));
	ck_assert_uint_eq(after, before);
	s->messages[1].rating = 1;
	WELL(tutor_keep(d.db, &s->conversation, &s->list));
	WELL(store_verify(d.db, &after));
	ck_assert_uint_eq(after, before + 1);
	ck_assert_uint_eq(read_all(&d).messages.count, 2);
	desk_close(&d);
}
END_TEST

START_TEST(messages_without_their_conversation_name_it_after_the_question)
{
	struct desk d;
	desk_open(&d, true);
	struct seen *s = seen(&d);
	WELL(tutor_keep(d.db, NULL, &s->list));
	ck_assert_str_eq(read_all(&d).conversation->title, "Why are there tides");
	desk_close(&d);
}
END_TEST

START_TEST(what_does_not_fit_together_is_refused_whole)
{
	struct desk d;
	struct transcript t;
	desk_open(&d, true);
	struct seen *s = seen(&d);
	s->conversation.id = "../../etc";
	FAILS(FAULT_DAMAGED, tutor_keep(d.db, &s->conversation, NULL));
	s->messages[1] = s->messages[0];
	s->messages[1].id = CONV;            /* one id for a conversation and a message */
	s->conversation.id = CONV;
	FAILS(FAULT_DAMAGED, tutor_keep(d.db, &s->conversation, &(struct record_list){ &s->messages[1], 1 }));
	FAILS(FAULT_ABSENT, tutor_conversation_get(&t, &d.a, d.tutor, d.db, &(struct conversation_get){ .id = CONV }));
	desk_close(&d);
}
END_TEST

TESTS("keep", what_was_seen_is_listed_read_and_found, what_comes_again_unchanged_is_not_written_again,
	messages_without_their_conversation_name_it_after_the_question, what_does_not_fit_together_is_refused_whole)
