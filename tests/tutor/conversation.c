/* Conversations as sealed records: kept, listed, renamed, buried. */
#include "tutor_test.h"
#include "../../src/tutor/tutor_in.h"

#define ID_A "a0000000000000000000000000000001"
#define ID_B "b0000000000000000000000000000002"

static struct transcript
read_all(struct desk *d, const char *id)
{
	struct transcript t;
	WELL(tutor_conversation_get(&t, &d->a, d->tutor, d->db, &(struct conversation_get){ .id = id }));
	return t;
}

static struct conversations
list(struct desk *d, const struct conversation_list *req)
{
	struct conversations out;
	WELL(tutor_conversation_list(&out, &d->a, d->tutor, d->db, req));
	return out;
}

START_TEST(a_question_and_its_answer_are_kept)
{
	struct desk d;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "What is the Doppler effect?");
	struct transcript t = read_all(&d, m->conversation_id);
	const struct message *kept = t.messages.items;
	ck_assert_uint_eq(t.messages.count, 2);
	ck_assert_str_eq(kept[0].role, "user");
	ck_assert_str_eq(kept[0].content, "What is the Doppler effect?");
	ck_assert_str_eq(kept[1].id, m->id);
	ck_assert_str_eq(kept[1].content, m->content);
	ck_assert_str_eq(kept[1].status, "answered");
	ck_assert(kept[1].confidence->score == m->confidence->score);
	check_verified(&d, &kept[1]);
	ck_assert_str_eq(t.conversation->title, "What is the Doppler effect");
	ck_assert_int_eq(t.conversation->message_count, 2);
	desk_close(&d);
}
END_TEST

START_TEST(the_same_question_id_is_answered_once)
{
	struct desk d;
	struct message *again;
	desk_open(&d, true);
	struct message_send req = { .id = ID_A, .content = "What is the Doppler effect?" };
	struct message *m = desk_send(&d, &req);
	again = desk_send(&d, &req);
	ck_assert_str_eq(again->id, m->id);
	ck_assert_str_eq(again->content, m->content);
	ck_assert_uint_eq(read_all(&d, m->conversation_id).messages.count, 2);
	req.content = "Something else";
	FAILS(FAULT_EXISTS, tutor_send(&again, &d.a, d.tutor, d.db, &req, NULL, NULL));
	desk_close(&d);
}
END_TEST

START_TEST(a_question_that_lost_its_answer_is_answered_again)
{
	struct desk d;
	struct message *m;
	struct cancel cancel = { true };
	desk_open(&d, true);
	struct message_send req = { .id = ID_A, .content = "What is the Doppler effect?" };
	FAILS(FAULT_CANCELLED, tutor_send(&m, &d.a, d.tutor, d.db, &req, NULL, &cancel));
	m = desk_send(&d, &req);
	ck_assert_str_eq(m->status, "answered");
	ck_assert_uint_eq(read_all(&d, m->conversation_id).messages.count, 2);
	desk_close(&d);
}
END_TEST

START_TEST(an_ephemeral_question_leaves_nothing)
{
	struct desk d;
	desk_open(&d, true);
	struct message *m = desk_send(&d, &(struct message_send){ .content = "What is the Doppler effect?", .ephemeral = true });
	ck_assert_str_eq(m->status, "answered");
	struct transcript t;
	FAILS(FAULT_ABSENT, tutor_conversation_get(&t, &d.a, d.tutor, d.db, &(struct conversation_get){ .id = m->conversation_id }));
	ck_assert_int_eq(list(&d, &(struct conversation_list){ 0 }).total, 0);
	desk_close(&d);
}
END_TEST

START_TEST(a_title_given_by_a_person_stays)
{
	struct desk d;
	struct conversation *c;
	desk_open(&d, true);
	WELL(tutor_conversation_create(&c, &d.a, d.tutor, d.db, &(struct conversation_create){ .id = ID_A, .subject = "Physics" }));
	ck_assert_str_eq(c->type, "subject");
	desk_ask(&d, ID_A, "What is the Doppler effect?");
	ck_assert_str_eq(read_all(&d, ID_A).conversation->title, "What is the Doppler effect");
	WELL(tutor_conversation_update(&c, &d.a, d.tutor, d.db, &(struct conversation_update){ .id = ID_A, .title = "Sirens" }));
	ck_assert_str_eq(c->title, "Sirens");
	ck_assert_int_eq(c->message_count, 2);
	desk_ask(&d, ID_A, "What is frequency?");
	ck_assert_str_eq(read_all(&d, ID_A).conversation->title, "Sirens");
	ck_assert_str_eq(read_all(&d, ID_A).conversation->subject, "Physics");
	/* Making it again under its id gives the one that is there. */
	WELL(tutor_conversation_create(&c, &d.a, d.tutor, d.db, &(struct conversation_create){ .id = ID_A, .title = "Other" }));
	ck_assert_str_eq(c->title, "Sirens");
	FAILS(FAULT_INPUT, tutor_conversation_update(&c, &d.a, d.tutor, d.db, &(struct conversation_update){ .id = ID_A, .status = "gone" }));
	FAILS(FAULT_ABSENT, tutor_conversation_update(&c, &d.a, d.tutor, d.db, &(struct conversation_update){ .id = ID_B, .title = "x" }));
	desk_close(&d);
}
END_TEST

START_TEST(a_long_first_question_makes_a_short_title)
{
	struct desk d;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "Could you tell me\nwhy the rate of photosynthesis levels off when the light gets brighter and brighter?");
	const char *title = read_all(&d, m->conversation_id).conversation->title;
	ck_assert_uint_le(strlen(title), 60);
	ck_assert_ptr_null(strchr(title, '\n'));
	ck_assert(title[strlen(title) - 1] != ' ');
	m = desk_ask(&d, NULL, "\033[31mred\033[0m osmosis?");
	ck_assert_ptr_null(strchr(read_all(&d, m->conversation_id).conversation->title, '\033'));
	desk_close(&d);
}
END_TEST

START_TEST(the_list_filters_pages_and_orders_by_the_last_word)
{
	struct desk d;
	struct conversation *c;
	char title[32];
	desk_open(&d, true);
	for (int i = 0; i < 25; i++) {
		d.at.now_ms += 1000;
		snprintf(title, sizeof title, "Talk %02d", i);
		WELL(tutor_conversation_create(&c, &d.a, d.tutor, d.db, &(struct conversation_create){ .title = title, .subject = i % 2 ? "Physics" : "Biology" }));
	}
	struct conversations page = list(&d, &(struct conversation_list){ .limit = 10 });
	const struct conversation *items = page.items.items;
	ck_assert_int_eq(page.total, 25);
	ck_assert_uint_eq(page.items.count, 10);
	ck_assert_str_eq(items[0].title, "Talk 24");
	size_t seen = 10;
	while (page.cursor != NULL) {
		page = list(&d, &(struct conversation_list){ .limit = 10, .cursor = page.cursor });
		seen += page.items.count;
	}
	ck_assert_uint_eq(seen, 25);
	ck_assert_str_eq(((struct conversation *)page.items.items)[page.items.count - 1].title, "Talk 00");
	ck_assert_int_eq(list(&d, &(struct conversation_list){ .subject = "Physics" }).total, 12);
	ck_assert_int_eq(list(&d, &(struct conversation_list){ .search = "talk 07" }).total, 1);
	/* Somebody speaks in an old one: it comes first. */
	desk_ask(&d, items[9].id, "What is frequency?");
	page = list(&d, &(struct conversation_list){ .limit = 1 });
	ck_assert_str_eq(((struct conversation *)page.items.items)[0].id, items[9].id);
	ck_assert_int_eq(((struct conversation *)page.items.items)[0].message_count, 2);
	WELL(tutor_conversation_update(&c, &d.a, d.tutor, d.db, &(struct conversation_update){ .id = items[9].id, .status = "archived" }));
	ck_assert_int_eq(list(&d, &(struct conversation_list){ 0 }).total, 24);
	ck_assert_int_eq(list(&d, &(struct conversation_list){ .status = "archived" }).total, 1);
	ck_assert_int_eq(list(&d, &(struct conversation_list){ .status = "all" }).total, 25);
	desk_close(&d);
}
END_TEST

START_TEST(a_deleted_conversation_is_gone_everywhere)
{
	struct desk d;
	struct transcript t;
	struct history_hits hits;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "What is the Doppler effect?");
	struct document *doc;
	const char *file = ((struct citation *)m->citations.items)[0].file_id;
	WELL(library_get(&doc, &d.a, d.library, d.db, file));
	ck_assert_int_gt(doc->cited, 0);
	WELL(tutor_history_search(&hits, &d.a, d.tutor, d.db, &(struct history_search){ .query = "doppler" }));
	ck_assert_uint_eq(hits.items.count, 2);
	WELL(tutor_conversation_delete(d.tutor, d.db, m->conversation_id));
	FAILS(FAULT_ABSENT, tutor_conversation_get(&t, &d.a, d.tutor, d.db, &(struct conversation_get){ .id = m->conversation_id }));
	FAILS(FAULT_ABSENT, tutor_conversation_delete(d.tutor, d.db, m->conversation_id));
	ck_assert_int_eq(list(&d, &(struct conversation_list){ 0 }).total, 0);
	WELL(tutor_history_search(&hits, &d.a, d.tutor, d.db, &(struct history_search){ .query = "doppler" }));
	ck_assert_uint_eq(hits.items.count, 0);
	WELL(library_get(&doc, &d.a, d.library, d.db, file));
	ck_assert_int_eq(doc->cited, 0);
	WELL(store_verify(d.db, &(uint64_t){ 0 }));
	desk_close(&d);
}
END_TEST

START_TEST(what_another_connection_deleted_is_not_listed)
{
	struct desk d;
	struct store *other;
	struct tutor *second;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "What is frequency?");
	ck_assert_int_eq(list(&d, &(struct conversation_list){ 0 }).total, 1);
	WELL(store_join(&other, d.db));
	WELL(tutor_new(&second, &(struct tutor_config){ .clock = &d.clock, .chance = &d.chance }, d.library));
	WELL(tutor_conversation_delete(second, other, m->conversation_id));
	ck_assert_int_eq(list(&d, &(struct conversation_list){ 0 }).total, 0);
	tutor_free(second);
	store_close(other);
	desk_close(&d);
}
END_TEST

START_TEST(a_removed_document_makes_its_citations_missing)
{
	struct desk d;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "What is the Doppler effect?");
	WELL(library_remove(d.library, d.db, ((struct citation *)m->citations.items)[0].file_id));
	struct transcript t = read_all(&d, m->conversation_id);
	const struct message *kept = (struct message *)t.messages.items + 1;
	const struct citation *c = kept->citations.items;
	ck_assert(!c[0].verified);
	ck_assert_str_eq(c[0].state, "missing");
	ck_assert_int_eq(kept->support->verified, 0);
	ck_assert_int_gt(kept->support->sentences, 0);
	desk_close(&d);
}
END_TEST

/* Seal the answer again with its first citation changed. */
static void
reseal(struct desk *d, const struct message *m, const struct citation *forged)
{
	struct citation c = *forged;
	struct message changed = *m;
	struct kept_message kept = { .at = m->created, .message = &changed };
	c.verified = true;
	c.state = "verified";
	changed.citations = (struct record_list){ &c, 1 };
	WELL(kept_put(d->db, KIND_MESSAGE, m->conversation_id, m->id, &record_kept_message, &kept));
}

START_TEST(a_forged_citation_is_flagged_when_shown)
{
	struct desk d;
	struct document *other;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "What is the Doppler effect?");
	const struct citation *c = m->citations.items;
	other = desk_add(&d, "other.md", "Other", "", "The Doppler effect is the change of the observed frequency when the source moves. This is another file.");
	for (int i = 0; i < 40; i++) {
		struct citation f = *c;
		char *quote = arena_strdup(&d.a, c->quote);
		switch (i % 6) {
		case 0: f.start += i + 1; break;
		case 1: f.end -= i; break;
		case 2: quote[i] = quote[i] == 'x' ? 'y' : 'x'; break;
		case 3: f.file_id = other->id; break;
		case 4: f.start += i, f.end += i; break;
		default: f.quote = quote = arena_printf(&d.a, "The Doppler effect is a kind of change number %d.", i); break;
		}
		f.quote = quote;
		reseal(&d, m, &f);
		const struct message *shown = (struct message *)read_all(&d, m->conversation_id).messages.items + 1;
		const struct citation *now = shown->citations.items;
		ck_assert_msg(!now->verified && !str_same(now->state, "verified"), "forgery %d passed: %lld-%lld '%s'", i, (long long)now->start, (long long)now->end, now->quote);
		ck_assert_int_eq(shown->support->verified, 0);
	}
	reseal(&d, m, c);
	ck_assert(((struct citation *)((struct message *)read_all(&d, m->conversation_id).messages.items)[1].citations.items)->verified);
	desk_close(&d);
}
END_TEST

START_TEST(a_part_of_a_transcript_can_be_read)
{
	struct desk d;
	struct transcript t;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "What is frequency?");
	desk_ask(&d, m->conversation_id, "What is the Doppler effect?");
	WELL(tutor_conversation_get(&t, &d.a, d.tutor, d.db, &(struct conversation_get){ .id = m->conversation_id, .limit = 1 }));
	ck_assert_uint_eq(t.messages.count, 1);
	ck_assert_str_eq(((struct message *)t.messages.items)[0].role, "stoa");
	ck_assert_int_eq(t.conversation->message_count, 4);
	WELL(tutor_conversation_get(&t, &d.a, d.tutor, d.db, &(struct conversation_get){ .id = m->conversation_id, .limit = 2, .before = 3 }));
	ck_assert_uint_eq(t.messages.count, 2);
	ck_assert_str_eq(((struct message *)t.messages.items)[0].content, "What is frequency?");
	WELL(tutor_conversation_get(&t, &d.a, d.tutor, d.db, &(struct conversation_get){ .id = m->conversation_id, .before = 1 }));
	ck_assert_uint_eq(t.messages.count, 0);
	desk_close(&d);
}
END_TEST

START_TEST(feedback_is_kept_and_can_be_changed)
{
	struct desk d;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "What is frequency?");
	WELL(tutor_feedback(d.tutor, d.db, &(struct message_feedback){ .id = m->id, .score = -1, .comment = "too short" }));
	WELL(tutor_feedback(d.tutor, d.db, &(struct message_feedback){ .id = m->id, .score = 1, .comment = "fine after all" }));
	struct transcript t = read_all(&d, m->conversation_id);
	const struct message *kept = (struct message *)t.messages.items + 1;
	ck_assert_uint_eq(t.messages.count, 2);
	ck_assert_int_eq(kept->rating, 1);
	ck_assert_str_eq(kept->rating_comment, "fine after all");
	FAILS(FAULT_ABSENT, tutor_feedback(d.tutor, d.db, &(struct message_feedback){ .id = ID_B, .score = 1 }));
	FAILS(FAULT_INPUT, tutor_feedback(d.tutor, d.db, &(struct message_feedback){ .id = m->id, .score = 5 }));
	desk_close(&d);
}
END_TEST

START_TEST(settings_change_only_what_they_name)
{
	struct desk d;
	struct settings s;
	desk_open(&d, true);
	WELL(tutor_settings_get(&s, &d.a, d.tutor, d.db));
	ck_assert_str_eq(s.answers, "auto");
	WELL(tutor_settings_set(d.tutor, d.db, &(struct settings){ .level = "brief", .retention_days = 30 }));
	WELL(tutor_settings_set(d.tutor, d.db, &(struct settings){ .answers = "extractive" }));
	WELL(tutor_settings_get(&s, &d.a, d.tutor, d.db));
	ck_assert_str_eq(s.level, "brief");
	ck_assert_str_eq(s.answers, "extractive");
	ck_assert_int_eq(s.retention_days, 30);
	WELL(tutor_settings_set(d.tutor, d.db, &(struct settings){ .retention_days = -1 }));
	WELL(tutor_settings_get(&s, &d.a, d.tutor, d.db));
	ck_assert_int_eq(s.retention_days, 0);
	FAILS(FAULT_INPUT, tutor_settings_set(d.tutor, d.db, &(struct settings){ .answers = "psychic" }));
	desk_close(&d);
}
END_TEST

START_TEST(settings_that_cannot_be_read_stop_no_question_and_the_next_change_mends_them)
{
	static const char id[] = "73657474696e67730000000000000001";
	struct desk d;
	struct settings s;
	desk_open(&d, true);
	WELL(tutor_settings_set(d.tutor, d.db, &(struct settings){ .level = "brief" }));
	WELL(store_put(d.db, KIND_SETTING, id, id, "{\"level\":\"endless\"}", 19));
	struct message *m = desk_ask(&d, NULL, "What is the Doppler effect?");
	ck_assert_str_eq(m->status, "answered");
	ck_assert_ptr_nonnull(strstr(m->note, "settings could not be read"));
	WELL(tutor_settings_get(&s, &d.a, d.tutor, d.db));
	ck_assert_str_eq(s.level, "standard");
	WELL(tutor_settings_set(d.tutor, d.db, &(struct settings){ .level = "detailed" }));
	WELL(tutor_settings_get(&s, &d.a, d.tutor, d.db));
	ck_assert_str_eq(s.level, "detailed");
	m = desk_ask(&d, NULL, "What is the Doppler effect?");
	ck_assert(m->note == NULL || strstr(m->note, "settings") == NULL);
	desk_close(&d);
}
END_TEST

START_TEST(conversations_past_their_retention_are_buried)
{
	struct desk d;
	desk_open(&d, true);
	desk_ask(&d, NULL, "What is frequency?");
	d.at.now_ms += (int64_t)40 * 24 * 3600 * 1000;
	struct message *m = desk_ask(&d, NULL, "What is the Doppler effect?");
	int64_t removed = -1;
	WELL(tutor_expire(&removed, d.tutor, d.db, NULL));
	ck_assert_int_eq(removed, 0);
	ck_assert_int_eq(list(&d, &(struct conversation_list){ 0 }).total, 2);
	WELL(tutor_settings_set(d.tutor, d.db, &(struct settings){ .retention_days = 30 }));
	WELL(tutor_expire(&removed, d.tutor, d.db, NULL));
	ck_assert_int_eq(removed, 1);
	struct conversations left = list(&d, &(struct conversation_list){ 0 });
	ck_assert_int_eq(left.total, 1);
	ck_assert_str_eq(((struct conversation *)left.items.items)[0].id, m->conversation_id);
	desk_close(&d);
}
END_TEST

START_TEST(a_record_that_is_not_ours_hides_nothing_behind_it)
{
	struct desk d;
	struct transcript t;
	desk_open(&d, true);
	struct message *first = desk_ask(&d, NULL, "What is frequency?");
	WELL(store_put(d.db, KIND_TITLE, ID_A, ID_A, "[]", 2));
	WELL(store_put(d.db, KIND_MESSAGE, first->conversation_id, "c0ffee00000000000000000000000000", "[]", 2));
	struct message *m = desk_ask(&d, first->conversation_id, "What is the Doppler effect?");
	ck_assert_str_eq(m->status, "answered");
	desk_ask(&d, NULL, "What is photosynthesis?");
	ck_assert_int_eq(list(&d, &(struct conversation_list){ 0 }).total, 2);
	WELL(tutor_conversation_get(&t, &d.a, d.tutor, d.db, &(struct conversation_get){ .id = first->conversation_id }));
	ck_assert_uint_eq(t.messages.count, 5);     /* and a line that says so */
	const struct message *shown = t.messages.items;
	ck_assert_str_eq(shown[3].id, m->id);
	ck_assert_str_eq(shown[4].status, "failed");
	desk_close(&d);
}
END_TEST

START_TEST(nothing_works_while_locked)
{
	struct desk d;
	struct message *m;
	struct conversations out;
	desk_open(&d, true);
	desk_ask(&d, NULL, "What is frequency?");
	store_lock(d.db);
	tutor_index_forget(d.tutor);
	FAILS(FAULT_LOCKED, tutor_send(&m, &d.a, d.tutor, d.db, &(struct message_send){ .content = "What is light?" }, NULL, NULL));
	FAILS(FAULT_LOCKED, tutor_conversation_list(&out, &d.a, d.tutor, d.db, &(struct conversation_list){ 0 }));
	WELL(store_unlock(d.db, SLOT_KEY_FILE, &d.key));
	ck_assert_int_eq(list(&d, &(struct conversation_list){ 0 }).total, 1);
	desk_close(&d);
}
END_TEST

static void
desk_shut(struct desk *d)
{
	tutor_free(d->tutor);
	library_close(d->library);
	store_close(d->db);
	d->tutor = NULL;
}

static void
desk_again(struct desk *d)
{
	struct store_paths paths = store_paths_of(d->database, d->anchor);
	WELL(store_open(&d->db, &paths, &d->clock));
	WELL(store_unlock(d->db, SLOT_KEY_FILE, &d->key));
	WELL(library_open(&d->library, &(struct library_config){ .folder = d->shelf, .clock = &d->clock, .chance = &chance_system }, d->db));
	desk_tutor(d, false);
}

START_TEST(a_history_that_went_back_still_answers_and_keeps_nothing)
{
	OF_FILES_ONLY();
	struct desk d;
	struct text old;
	desk_open(&d, true);
	desk_ask(&d, NULL, "What is frequency?");
	desk_shut(&d);
	text_init(&old, 1 << 26);
	WELL(file_read(&old, d.database));
	desk_again(&d);
	desk_ask(&d, NULL, "What is the Doppler effect?");
	desk_shut(&d);
	WELL(file_write(d.database, old.data, old.len));
	desk_again(&d);
	ck_assert(store_read_only(d.db));
	struct message *m = desk_ask(&d, NULL, "What is the Doppler effect?");
	ck_assert_str_eq(m->status, "answered");
	ck_assert_ptr_nonnull(strstr(m->note, "read only"));
	ck_assert_int_eq(list(&d, &(struct conversation_list){ 0 }).total, 1);
	text_clear(&old);
	desk_close(&d);
}
END_TEST

TESTS("conversation", a_history_that_went_back_still_answers_and_keeps_nothing, a_forged_citation_is_flagged_when_shown,
	a_question_and_its_answer_are_kept, the_same_question_id_is_answered_once, a_question_that_lost_its_answer_is_answered_again,
	an_ephemeral_question_leaves_nothing, a_title_given_by_a_person_stays, a_long_first_question_makes_a_short_title,
	the_list_filters_pages_and_orders_by_the_last_word, a_deleted_conversation_is_gone_everywhere, what_another_connection_deleted_is_not_listed,
	a_removed_document_makes_its_citations_missing, a_part_of_a_transcript_can_be_read, feedback_is_kept_and_can_be_changed,
	settings_change_only_what_they_name, settings_that_cannot_be_read_stop_no_question_and_the_next_change_mends_them, conversations_past_their_retention_are_buried, nothing_works_while_locked, a_record_that_is_not_ours_hides_nothing_behind_it)
