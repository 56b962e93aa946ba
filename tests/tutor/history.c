/* Search over everything said, in memory only. */
#include "tutor_test.h"

static struct history_hits
search(struct desk *d, const char *query)
{
	struct history_hits out;
	WELL(tutor_history_search(&out, &d->a, d->tutor, d->db, &(struct history_search){ .query = query }));
	return out;
}

static const struct history_hit *
hit(const struct history_hits *h, size_t i)
{
	ck_assert_uint_lt(i, h->items.count);
	return (const struct history_hit *)h->items.items + i;
}

START_TEST(what_was_said_is_found_with_its_place)
{
	struct desk d;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "When did the Stockton and Darlington Railway open?");
	desk_ask(&d, NULL, "What is the Doppler effect?");
	struct history_hits h = search(&d, "stockton railways");
	ck_assert_uint_ge(h.items.count, 2);
	const struct history_hit *first = hit(&h, 0);
	ck_assert_str_eq(first->conversation_id, m->conversation_id);
	ck_assert_str_eq(first->conversation_title, "When did the Stockton and Darlington Railway open");
	ck_assert_uint_ge(first->spans.count, 2);
	const struct span *s = first->spans.items;
	ck_assert(strncmp(first->snippet + s[0].start, "Stockton", (size_t)(s[0].end - s[0].start)) == 0);
	ck_assert_uint_eq(search(&d, "hovercraft").items.count, 0);
	ck_assert_uint_eq(search(&d, "").items.count, 0);
	ck_assert_uint_eq(search(&d, "the of and").items.count, 0);
	desk_close(&d);
}
END_TEST

START_TEST(a_beginning_of_a_word_and_another_form_are_found)
{
	struct desk d;
	desk_open(&d, true);
	desk_ask(&d, NULL, "What do longitudinal waves do?");
	ck_assert_uint_ge(search(&d, "longit").items.count, 1);
	ck_assert_uint_ge(search(&d, "WAVE").items.count, 1);
	struct history_hits h = search(&d, "longit");
	ck_assert_uint_ge(hit(&h, 0)->spans.count, 1);
	desk_close(&d);
}
END_TEST

START_TEST(japanese_is_found_by_pairs)
{
	struct desk d;
	desk_open(&d, true);
	desk_ask(&d, NULL, "光合成はなぜ夜に止まりますか？");
	desk_ask(&d, NULL, "合計はいくつですか？光の速さは？");
	struct history_hits h = search(&d, "光合成");
	ck_assert_uint_ge(h.items.count, 1);
	ck_assert_ptr_nonnull(strstr(hit(&h, 0)->snippet, "光合成"));
	ck_assert_uint_ge(hit(&h, 0)->spans.count, 1);
	ck_assert_uint_ge(search(&d, "夜").items.count, 1);
	ck_assert(utf8_valid(hit(&h, 0)->snippet, strlen(hit(&h, 0)->snippet)));
	desk_close(&d);
}
END_TEST

START_TEST(new_words_are_found_at_once_and_forgotten_on_lock)
{
	struct desk d;
	desk_open(&d, true);
	desk_ask(&d, NULL, "What is frequency?");
	ck_assert_uint_eq(search(&d, "siren").items.count, 0);
	desk_ask(&d, NULL, "Why does a siren sound higher?");
	ck_assert_uint_ge(search(&d, "siren").items.count, 1);
	tutor_index_forget(d.tutor);
	ck_assert_uint_ge(search(&d, "siren").items.count, 1);
	store_lock(d.db);
	tutor_index_forget(d.tutor);
	struct history_hits h;
	FAILS(FAULT_LOCKED, tutor_history_search(&h, &d.a, d.tutor, d.db, &(struct history_search){ .query = "siren" }));
	WELL(store_unlock(d.db, SLOT_KEY_FILE, &d.key));
	desk_close(&d);
}
END_TEST

START_TEST(role_subject_and_time_narrow_the_search)
{
	struct desk d;
	struct conversation *c;
	struct history_hits h;
	desk_open(&d, true);
	WELL(tutor_conversation_create(&c, &d.a, d.tutor, d.db, &(struct conversation_create){ .subject = "Physics" }));
	desk_ask(&d, c->id, "What is the Doppler effect?");
	int64_t between = d.at.now_ms + 500;
	desk_ask(&d, NULL, "Explain the Doppler effect");
	WELL(tutor_history_search(&h, &d.a, d.tutor, d.db, &(struct history_search){ .query = "doppler", .role = "user" }));
	ck_assert_uint_eq(h.items.count, 2);
	WELL(tutor_history_search(&h, &d.a, d.tutor, d.db, &(struct history_search){ .query = "doppler", .subject = "Physics" }));
	ck_assert_uint_eq(h.items.count, 2);
	WELL(tutor_history_search(&h, &d.a, d.tutor, d.db, &(struct history_search){ .query = "doppler", .since = between, .role = "user" }));
	ck_assert_uint_eq(h.items.count, 1);
	WELL(tutor_history_search(&h, &d.a, d.tutor, d.db, &(struct history_search){ .query = "doppler", .until = between }));
	ck_assert_uint_eq(h.items.count, 2);
	WELL(tutor_history_search(&h, &d.a, d.tutor, d.db, &(struct history_search){ .query = "doppler", .k = 1 }));
	ck_assert_uint_eq(h.items.count, 1);
	desk_close(&d);
}
END_TEST

START_TEST(a_message_with_all_words_comes_before_one_with_some)
{
	struct desk d;
	desk_open(&d, true);
	desk_ask(&d, NULL, "granite granite granite granite");
	struct text t;
	text_init(&t, 4096);
	text_put(&t, "Is the bridge built of granite stones from the old quarry behind the mill");
	for (int i = 0; i < 100; i++)
		text_printf(&t, ", word%d", i);
	struct message *m = desk_ask(&d, NULL, t.data);
	text_clear(&t);
	struct history_hits h = search(&d, "granite quarry");
	ck_assert_str_eq(hit(&h, 0)->conversation_id, m->conversation_id);
	desk_close(&d);
}
END_TEST

START_TEST(a_snippet_shows_where_the_word_stands_in_a_long_text)
{
	struct desk d;
	struct text t;
	desk_open(&d, true);
	text_init(&t, 30000);
	for (int i = 0; i < 900; i++)
		text_put(&t, "waves travel along ");
	text_put(&t, "until the \"zeppelin\\\nlands\" in é ");
	for (int i = 0; i < 100; i++)
		text_put(&t, "and more follows ");
	desk_ask(&d, NULL, t.data);
	struct history_hits h = search(&d, "zeppelin");
	ck_assert_uint_ge(h.items.count, 1);
	const struct history_hit *first = hit(&h, 0);
	const struct span *s = first->spans.items;
	ck_assert_uint_le(strlen(first->snippet), 170);
	ck_assert_uint_eq(first->spans.count, 1);
	ck_assert(strncmp(first->snippet + s->start, "zeppelin", 8) == 0);
	text_clear(&t);
	desk_close(&d);
}
END_TEST

START_TEST(warming_can_be_cancelled_and_goes_on_later)
{
	struct desk d;
	char id[33], content[200];
	desk_open(&d, true);
	struct conversation *c;
	WELL(tutor_conversation_create(&c, &d.a, d.tutor, d.db, &(struct conversation_create){ .title = "many" }));
	WELL(store_begin(d.db));
	for (unsigned i = 0; i < 3000; i++) {
		snprintf(id, sizeof id, "%032x", i + 0x1000);
		snprintf(content, sizeof content, "{\"at\":%u,\"message\":{\"id\":\"%s\",\"conversation_id\":\"%s\",\"role\":\"user\",\"content\":\"word%u sails\"}}", i + 1, id, c->id, i);
		WELL(store_put(d.db, KIND_MESSAGE, c->id, id, content, strlen(content)));
	}
	WELL(store_commit(d.db));
	FAILS(FAULT_CANCELLED, tutor_index_warm(d.tutor, d.db, &(struct cancel){ true }));
	WELL(tutor_index_warm(d.tutor, d.db, NULL));
	struct history_hits h;
	WELL(tutor_history_search(&h, &d.a, d.tutor, d.db, &(struct history_search){ .query = "word2999 sails" }));
	ck_assert_uint_ge(h.items.count, 1);
	ck_assert_ptr_nonnull(strstr(hit(&h, 0)->snippet, "word2999"));
	WELL(tutor_history_search(&h, &d.a, d.tutor, d.db, &(struct history_search){ .query = "sails", .k = 1000 }));
	ck_assert_uint_eq(h.items.count, 1000);
	desk_close(&d);
}
END_TEST

START_TEST(many_words_with_one_beginning_are_one_asked_word)
{
	struct desk d;
	struct history_hits hits;
	desk_open(&d, true);
	desk_ask(&d, NULL, "Where is a photograph, a photometer, a phototube, a photostat?");
	struct message *both = desk_ask(&d, NULL, "Where does a photophore have its sinusoid, and which of the many other words that make a sentence long are of no weight?");
	WELL(tutor_history_search(&hits, &d.a, d.tutor, d.db, &(struct history_search){ .query = "photo sinus", .role = "user" }));
	ck_assert_uint_eq(hits.items.count, 2);
	ck_assert_str_eq(((struct history_hit *)hits.items.items)[0].conversation_id, both->conversation_id);
	desk_close(&d);
}
END_TEST

TESTS("history", what_was_said_is_found_with_its_place, a_beginning_of_a_word_and_another_form_are_found, japanese_is_found_by_pairs,
	new_words_are_found_at_once_and_forgotten_on_lock, role_subject_and_time_narrow_the_search, a_message_with_all_words_comes_before_one_with_some,
	a_snippet_shows_where_the_word_stands_in_a_long_text, warming_can_be_cancelled_and_goes_on_later,
	many_words_with_one_beginning_are_one_asked_word)
