/* Questions to a small library, answered with sentences that cite. */
#include "tutor_test.h"

#define ID_A "a0000000000000000000000000000001"

static const char *
first(const struct message *m)
{
	return m->sentences.count ? ((struct sentence *)m->sentences.items)[0].text : "";
}

START_TEST(a_question_is_answered_with_a_sentence_that_cites)
{
	struct desk d;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "Why does the curve level off at light saturation?");
	ck_assert_str_eq(m->status, "answered");
	ck_assert_str_eq(m->intent, "question");
	ck_assert_str_eq(m->language, "en");
	ck_assert(quotes(m, "becomes the limiting factor"));
	check_verified(&d, m);
	ck_assert_int_eq(m->support->sentences, m->support->verified);
	ck_assert_int_gt(m->support->verified, 0);
	ck_assert(m->confidence->score > 50 && m->confidence->score <= 100);
	ck_assert(m->confidence->citation_match == 100);
	ck_assert_ptr_nonnull(strstr(m->content, " [1]."));
	/* What was shown while it was made is what was answered. */
	ck_assert_str_eq(d.shown, m->content);
	ck_assert_uint_eq(d.citations_emitted, m->citations.count);
	ck_assert_uint_gt(m->followups.count, 0);
	desk_close(&d);
}
END_TEST

START_TEST(a_definition_leads_with_the_sentence_that_defines)
{
	struct desk d;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "What is frequency?");
	ck_assert_str_eq(m->intent, "definition");
	ck_assert_ptr_nonnull(strstr(first(m), "The frequency of a wave is the number"));
	check_verified(&d, m);
	desk_close(&d);
}
END_TEST

START_TEST(what_a_topic_does_may_answer_what_it_is_for)
{
	static const char *const unsaid[] = { "What is the role of insulin?", "How does a steam hammer work?" };
	struct desk d;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "What do stomata do?");
	ck_assert_str_eq(m->status, "answered");
	ck_assert_str_eq(m->confidence->band, "maybe");
	ck_assert_ptr_nonnull(strstr(first(m), "Stomata close"));
	ck_assert_str_eq(desk_ask(&d, NULL, "How does Greenwich time work?")->confidence->band, "maybe");
	check_verified(&d, m);
	for (size_t i = 0; i < COUNT_OF(unsaid); i++)
		ck_assert_msg(str_same(desk_ask(&d, NULL, unsaid[i])->status, "refused"), "%s", unsaid[i]);
	desk_close(&d);
}
END_TEST

START_TEST(a_comparison_quotes_both_sides)
{
	struct desk d;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "Compare sound and light");
	ck_assert_str_eq(m->status, "answered");
	ck_assert(quotes(m, "Sound is a longitudinal wave"));
	ck_assert(quotes(m, "Light is a transverse wave"));
	check_verified(&d, m);
	desk_close(&d);
}
END_TEST

START_TEST(a_sentence_that_points_back_brings_the_one_before)
{
	struct desk d;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "By how much was the plateau lifted?");
	ck_assert_str_eq(m->status, "answered");
	ck_assert(quotes(m, "lifted by 38 percent"));
	ck_assert(quotes(m, "becomes the limiting factor"));
	ck_assert_ptr_nonnull(strstr(first(m), "Beyond light saturation"));
	check_verified(&d, m);
	desk_close(&d);
}
END_TEST

START_TEST(what_the_sources_do_not_say_is_refused_with_the_nearest)
{
	struct desk d;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "Which kinds of waves did Queen Victoria prefer at Balmoral?");
	ck_assert_str_eq(m->status, "refused");
	ck_assert_uint_eq(m->citations.count, 0);
	ck_assert_uint_eq(m->sentences.count, 0);
	ck_assert(m->low_confidence);
	ck_assert_str_eq(m->confidence->band, "none");
	ck_assert_uint_gt(m->nearest.count, 0);
	ck_assert_uint_le(m->nearest.count, 3);
	for (size_t i = 0; i < m->nearest.count; i++)
		ck_assert(((struct citation *)m->nearest.items)[i].verified);
	ck_assert_str_eq(m->note, "None of your documents has the word \u201cQueen\u201d, \u201cVictoria\u201d, \u201cprefer\u201d.");
	m = desk_ask(&d, NULL, "Who won the football world cup?");
	ck_assert_str_eq(m->status, "refused");
	desk_close(&d);
}
END_TEST

START_TEST(an_empty_library_says_so)
{
	struct desk d;
	desk_open(&d, false);
	struct message *m = desk_ask(&d, NULL, "What is osmosis?");
	ck_assert_str_eq(m->status, "refused");
	ck_assert_ptr_nonnull(strstr(m->content, "library is empty"));
	m = desk_ask(&d, NULL, "summarise my notes");
	ck_assert_str_eq(m->status, "refused");
	desk_close(&d);
}
END_TEST

START_TEST(small_talk_cites_nothing)
{
	static const char *const said[] = { "hello", "thanks!", "what can you do?", "ありがとう" };
	struct desk d;
	desk_open(&d, true);
	for (size_t i = 0; i < COUNT_OF(said); i++) {
		struct message *m = desk_ask(&d, NULL, said[i]);
		ck_assert_str_eq(m->intent, "smalltalk");
		ck_assert_str_eq(m->status, "answered");
		ck_assert_uint_eq(m->citations.count, 0);
		ck_assert_ptr_null(m->confidence);
		ck_assert(*m->content != '\0');
	}
	desk_close(&d);
}
END_TEST

START_TEST(a_vague_question_is_asked_back_once)
{
	struct desk d;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "tell me more");
	ck_assert_str_eq(m->status, "clarify");
	const char *conv = m->conversation_id;
	m = desk_ask(&d, conv, "explain");
	ck_assert_str_ne(m->status, "clarify");
	m = desk_ask(&d, NULL, "???");
	ck_assert_str_eq(m->status, "clarify");
	m = desk_ask(&d, m->conversation_id, "the Doppler effect");
	ck_assert_str_eq(m->status, "answered");
	ck_assert(quotes(m, "Doppler effect is the change"));
	desk_close(&d);
}
END_TEST

START_TEST(a_follow_up_leans_on_the_conversation)
{
	struct desk d;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "When do guard cells open the stomata?");
	ck_assert(quotes(m, "in the morning"));
	m = desk_ask(&d, m->conversation_id, "and at night?");
	ck_assert_str_eq(m->status, "answered");
	ck_assert(quotes(m, "at night"));
	ck_assert(quotes(m, "tomata"));
	check_verified(&d, m);
	m = desk_ask(&d, m->conversation_id, "what about cactus plants?");
	ck_assert(quotes(m, "Cactus plants open their stomata"));
	desk_add(&d, "rivers.md", "Rivers", "", "# Rivers\n\nThe Danube is covered with thick ice in winter. The Ganges floods the plain in summer after the rains. The Ganges carries little water in winter.\n");
	m = desk_ask(&d, NULL, "When does the Ganges flood the plain?");
	ck_assert(quotes(m, "floods the plain"));
	m = desk_ask(&d, m->conversation_id, "and in winter?");
	ck_assert_ptr_nonnull(strstr(first(m), "The Ganges carries little water"));
	m = desk_ask(&d, NULL, "When did the Stockton and Darlington Railway open?");
	m = desk_ask(&d, m->conversation_id, "who built the engine for it?");
	ck_assert(quotes(m, "George Stephenson"));
	m = desk_ask(&d, m->conversation_id, "tell me more");
	ck_assert_str_eq(m->status, "answered");
	ck_assert_ptr_nonnull(strstr(first(m), "Rainhill Trials"));
	check_verified(&d, m);
	desk_close(&d);
}
END_TEST

START_TEST(my_notes_narrow_the_search_to_them)
{
	struct desk d;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "What do my physics notes say about light?");
	const struct citation *c = m->citations.items;
	ck_assert_str_eq(m->status, "answered");
	for (size_t i = 0; i < m->citations.count; i++)
		ck_assert_str_eq(c[i].title, "Waves");
	m = desk_ask(&d, NULL, "What does railways.md say about the Rocket?");
	ck_assert_str_eq(((struct citation *)m->citations.items)[0].title, "The railway age");
	m = desk_ask(&d, NULL, "What do my chemistry notes say about the Doppler effect?");
	ck_assert_ptr_nonnull(m->note);
	ck_assert_ptr_nonnull(strstr(m->note, "No document or subject"));
	ck_assert(quotes(m, "Doppler"));
	m = desk_send(&d, &(struct message_send){ .content = "What is light?", .subject = "Physics" });
	c = m->citations.items;
	for (size_t i = 0; i < m->citations.count; i++)
		ck_assert_str_eq(c[i].title, "Waves");
	desk_close(&d);
}
END_TEST

START_TEST(a_quiz_is_handed_over_and_a_translation_needs_a_model)
{
	struct desk d;
	desk_open(&d, true);
	ck_assert_str_eq(desk_ask(&d, NULL, "quiz me on waves")->status, "handover");
	struct message *m = desk_ask(&d, NULL, "translate this into German");
	ck_assert_str_eq(m->status, "refused");
	ck_assert_ptr_nonnull(strstr(m->content, "needs a language model"));
	ck_assert_uint_eq(m->citations.count, 0);
	desk_close(&d);
}
END_TEST

START_TEST(piped_text_is_quoted_as_standard_input)
{
	struct desk d;
	desk_open(&d, true);
	static const char context[] = "Minutes of the meeting. The budget for the telescope was raised to 4,200 euros in May. Coffee was served.";
	struct message *m = desk_send(&d, &(struct message_send){ .content = "To how much was the budget for the telescope raised?", .context = context });
	ck_assert_str_eq(m->status, "answered");
	const struct citation *c = m->citations.items;
	ck_assert_str_eq(c[0].file_id, "");
	ck_assert_str_eq(c[0].title, "standard input");
	ck_assert(c[0].verified);
	ck_assert_int_eq(c[0].end - c[0].start, (int64_t)strlen(c[0].quote));
	ck_assert(memcmp(context + c[0].start, c[0].quote, strlen(c[0].quote)) == 0);
	ck_assert(quotes(m, "4,200 euros"));
	/* It is kept with the question, so the quotation can be checked later. */
	struct transcript t;
	WELL(tutor_conversation_get(&t, &d.a, d.tutor, d.db, &(struct conversation_get){ .id = m->conversation_id }));
	const struct message *kept = t.messages.items;
	ck_assert(((struct citation *)kept[1].citations.items)[0].verified);
	desk_close(&d);
}
END_TEST

START_TEST(the_language_of_the_question_is_kept)
{
	struct desk d;
	desk_open(&d, true);
	static const char text[] = "# 光合成\n\n光合成とは、植物が光のエネルギーを使って二酸化炭素と水から糖を作る働きである。葉緑体の中で行われる。夜には光合成は止まる。\n";
	desk_add(&d, "kogosei.md", "光合成", "生物", text);
	struct message *m = desk_ask(&d, NULL, "光合成とは何ですか？");
	ck_assert_str_eq(m->language, "ja");
	ck_assert_str_eq(m->status, "answered");
	ck_assert(quotes(m, "光合成とは、"));
	check_verified(&d, m);
	m = desk_ask(&d, NULL, "相対性理論を発表したのは誰ですか？");
	ck_assert_str_eq(m->status, "refused");
	ck_assert_ptr_nonnull(strstr(m->content, "資料"));
	desk_close(&d);
}
END_TEST

START_TEST(an_entry_of_a_glossary_is_quoted_with_its_term)
{
	struct desk d;
	desk_open(&d, true);
	desk_add(&d, "glossary.md", "Glossary", "", "# Glossary\n\n**Chloroplast.** The body in plant cells in which photosynthesis takes place.\n\n**Chlorosis.** Yellowing of leaves for want of pigment, for instance when iron is short.\n");
	struct message *m = desk_ask(&d, NULL, "What is chlorosis?");
	ck_assert_str_eq(m->status, "answered");
	ck_assert(quotes(m, "Chlorosis."));
	ck_assert(quotes(m, "Yellowing of leaves"));
	ck_assert_uint_eq(m->citations.count, 1);
	check_verified(&d, m);
	ck_assert(quotes(desk_ask(&d, NULL, "What are chloroplasts?"), "Chloroplast. The body") || quotes(desk_ask(&d, NULL, "What are chloroplasts?"), "Chloroplast.** The body"));
	desk_close(&d);
}
END_TEST

START_TEST(a_second_source_that_says_the_same_does_not_lower_confidence)
{
	struct desk d;
	desk_open(&d, true);
	double alone = desk_ask(&d, NULL, "What is the Doppler effect?")->confidence->score;
	desk_add(&d, "copy.md", "Sound", "Physics", "# Sirens\n\nThe Doppler effect is the change of the observed frequency when its source moves. Sirens show it well.\n");
	struct message *m = desk_ask(&d, NULL, "What is the Doppler effect?");
	ck_assert(m->confidence->score >= alone - 5);
	ck_assert_uint_eq(m->citations.count, 1);
	desk_close(&d);
}
END_TEST

START_TEST(an_answer_names_its_domains)
{
	struct desk d;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "What is the frequency of a wave?");
	ck_assert_uint_eq(m->domains.count, 1);
	ck_assert_str_eq(m->domains.items[0], "physics");
	m = desk_ask(&d, NULL, "When did the Stockton and Darlington Railway open?");
	ck_assert_uint_eq(m->domains.count, 0);
	m = desk_send(&d, &(struct message_send){ .content = "What is light?", .domains = { (const char *[]){ "astronomy" }, 1 } });
	ck_assert_str_eq(m->status, "refused");
	desk_close(&d);
}
END_TEST

START_TEST(a_spelling_repair_is_said)
{
	struct desk d;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "What is the Dopler effect?");
	ck_assert_str_eq(m->status, "answered");
	ck_assert_ptr_nonnull(m->note);
	ck_assert_ptr_nonnull(strstr(m->note, "doppler"));
	/* However well it fits, the question was not the one that was asked. */
	ck_assert(m->confidence->score <= 75);
	desk_close(&d);
}
END_TEST

START_TEST(bad_requests_are_refused)
{
	struct desk d;
	struct message *m;
	char *long_one = mem_new(40000);
	desk_open(&d, true);
	memset(long_one, 'x', 39999);
	FAILS(FAULT_LIMIT, tutor_send(&m, &d.a, d.tutor, d.db, &(struct message_send){ .content = long_one }, NULL, NULL));
	FAILS(FAULT_INPUT, tutor_send(&m, &d.a, d.tutor, d.db, &(struct message_send){ .content = NULL }, NULL, NULL));
	FAILS(FAULT_INPUT, tutor_send(&m, &d.a, d.tutor, d.db, &(struct message_send){ .content = "\xff" }, NULL, NULL));
	FAILS(FAULT_INPUT, tutor_send(&m, &d.a, d.tutor, d.db, &(struct message_send){ .content = "x", .id = "../../etc" }, NULL, NULL));
	FAILS(FAULT_ABSENT, tutor_send(&m, &d.a, d.tutor, d.db, &(struct message_send){ .content = "What is light?", .conversation_id = ID_A }, NULL, NULL));
	mem_free(long_one);
	desk_close(&d);
}
END_TEST

START_TEST(a_cancelled_question_is_kept_without_an_answer)
{
	struct desk d;
	struct message *m;
	struct transcript t;
	struct cancel cancel = { true };
	desk_open(&d, true);
	struct conversation *c;
	WELL(tutor_conversation_create(&c, &d.a, d.tutor, d.db, &(struct conversation_create){ .id = ID_A }));
	FAILS(FAULT_CANCELLED, tutor_send(&m, &d.a, d.tutor, d.db, &(struct message_send){ .content = "What is light?", .conversation_id = ID_A }, NULL, &cancel));
	WELL(tutor_conversation_get(&t, &d.a, d.tutor, d.db, &(struct conversation_get){ .id = ID_A }));
	ck_assert_uint_eq(t.messages.count, 1);
	ck_assert_str_eq(((struct message *)t.messages.items)[0].content, "What is light?");
	desk_close(&d);
}
END_TEST

TESTS("ask", a_question_is_answered_with_a_sentence_that_cites, a_definition_leads_with_the_sentence_that_defines,
	what_a_topic_does_may_answer_what_it_is_for, a_comparison_quotes_both_sides, a_sentence_that_points_back_brings_the_one_before, what_the_sources_do_not_say_is_refused_with_the_nearest,
	an_empty_library_says_so, small_talk_cites_nothing, a_vague_question_is_asked_back_once, a_follow_up_leans_on_the_conversation,
	my_notes_narrow_the_search_to_them, a_quiz_is_handed_over_and_a_translation_needs_a_model, piped_text_is_quoted_as_standard_input,
	the_language_of_the_question_is_kept, an_entry_of_a_glossary_is_quoted_with_its_term,
	a_second_source_that_says_the_same_does_not_lower_confidence, an_answer_names_its_domains, a_spelling_repair_is_said, bad_requests_are_refused, a_cancelled_question_is_kept_without_an_answer)
