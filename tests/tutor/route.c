/* What a person wants, read from how he says it. */
#include "../stoa_test.h"
#include "../../src/tutor/tutor_in.h"

static struct route
routed(struct arena *a, const char *s)
{
	struct route r;
	route_question(&r, a, s);
	return r;
}

START_TEST(each_way_of_asking_has_its_intent)
{
	static const struct { const char *said; enum intent intent; } rows[] = {
		{ "Why does the rate of photosynthesis level off at high light?", INTENT_QUESTION },
		{ "What is the melting point of ice?", INTENT_QUESTION },
		{ "Who discovered penicillin?", INTENT_QUESTION },
		{ "Explain how stomata work", INTENT_QUESTION },
		{ "What is osmosis?", INTENT_DEFINITION }, { "what's a monad", INTENT_DEFINITION }, { "Define entropy.", INTENT_DEFINITION },
		{ "What does photolysis mean?", INTENT_DEFINITION }, { "What is the meaning of work in physics?", INTENT_DEFINITION },
		{ "光合成とは？", INTENT_DEFINITION }, { "What is the Doppler effect?", INTENT_DEFINITION },
		{ "List the causes of the war", INTENT_LIST }, { "What are the kinds of waves?", INTENT_LIST }, { "Please name three noble gases", INTENT_LIST },
		{ "Compare mitosis and meiosis", INTENT_COMPARISON }, { "What is the difference between DNA and RNA?", INTENT_COMPARISON },
		{ "Was ist der Unterschied zwischen Arterien und Venen?", INTENT_COMPARISON }, { "Quelle est la différence entre la mitose et la méiose ?", INTENT_COMPARISON },
		{ "mitosis vs meiosis", INTENT_COMPARISON }, { "How does DNA differ from RNA?", INTENT_COMPARISON },
		{ "summarise my physics notes on waves", INTENT_SUMMARY }, { "Give me a brief summary of chapter 3", INTENT_SUMMARY },
		{ "Could you please summarize ch4.pdf in detail?", INTENT_SUMMARY }, { "key points of my history book", INTENT_SUMMARY }, { "このノートを要約して", INTENT_SUMMARY },
		{ "tl;dr of railways.md", INTENT_SUMMARY },
		{ "Translate that into German", INTENT_TRANSLATE }, { "翻訳してください", INTENT_TRANSLATE },
		{ "quiz me on chapter 2", INTENT_QUIZ }, { "Make a quiz about waves", INTENT_QUIZ },
		{ "thanks!", INTENT_SMALLTALK }, { "Hello there", INTENT_SMALLTALK }, { "Thank you so much, stoa", INTENT_SMALLTALK }, { "what can you do?", INTENT_SMALLTALK }, { "ありがとう", INTENT_SMALLTALK },
	};
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct route r = routed(&a, rows[i].said);
		ck_assert_msg(r.intent == rows[i].intent, "'%s' is a %s, not a %s", rows[i].said, intent_name(r.intent), intent_name(rows[i].intent));
	}
	arena_clear(&a);
}
END_TEST

START_TEST(a_question_that_only_looks_like_a_command_stays_a_question)
{
	static const char *const rows[] = {
		"What did the overview committee decide?", "Why is the translation of mRNA regulated?", "How do quizzes help memory?",
		"Who wrote the summary judgment rules?", "What helps plants in dry soil?", "Does light help greetings cards fade?", "When is a list sorted?",
	};
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct route r = routed(&a, rows[i]);
		ck_assert_msg(r.intent == INTENT_QUESTION, "'%s' became a %s", rows[i], intent_name(r.intent));
	}
	arena_clear(&a);
}
END_TEST

START_TEST(a_summary_knows_its_length_document_and_focus)
{
	static const struct { const char *said; enum level level; const char *scope, *topic; } rows[] = {
		{ "summarise my physics notes on waves", LEVEL_STANDARD, "physics", "waves" },
		{ "Give me a brief summary of my biology book", LEVEL_BRIEF, "biology", "" },
		{ "summarize ch4.pdf in detail", LEVEL_DETAILED, "ch4.pdf", "" },
		{ "Please write a detailed summary of photosynthesis", LEVEL_DETAILED, NULL, "photosynthesis" },
		{ "summarise my notes", LEVEL_STANDARD, "", "" },
		{ "summarise the light reactions", LEVEL_STANDARD, NULL, "light reactions" },
		{ "summarise my history notes with a focus on the railways", LEVEL_STANDARD, "history", "railways" },
		{ "quick overview of chapter 2", LEVEL_BRIEF, NULL, "chapter 2" },
		{ "summarise", LEVEL_STANDARD, NULL, "" },
		{ "光合成を詳しく要約してください。", LEVEL_DETAILED, NULL, "光合成" },
	};
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct route r = routed(&a, rows[i].said);
		ck_assert_msg(r.intent == INTENT_SUMMARY, "'%s' is a %s", rows[i].said, intent_name(r.intent));
		ck_assert_msg(r.level == rows[i].level, "'%s': level %d", rows[i].said, (int)r.level);
		ck_assert_msg(str_same(r.scope, rows[i].scope), "'%s': scope '%s'", rows[i].said, r.scope ? r.scope : "NULL");
		ck_assert_msg(str_same(r.topic, rows[i].topic), "'%s': topic '%s'", rows[i].said, r.topic);
	}
	arena_clear(&a);
}
END_TEST

START_TEST(a_question_about_my_notes_is_searched_without_naming_them)
{
	struct arena a;
	arena_init(&a);
	struct route r = routed(&a, "What do my biology notes say about osmosis?");
	ck_assert_str_eq(r.scope, "biology");
	ck_assert_str_eq(r.query, "osmosis");
	ck_assert_ptr_null(strstr(r.query, "biology"));
	r = routed(&a, "Why did the musical notes sound flat?");
	ck_assert(r.scope == NULL || r.scope_soft);
	ck_assert_ptr_nonnull(strstr(r.whole, "musical"));
	arena_clear(&a);
}
END_TEST

START_TEST(the_command_is_not_searched_for)
{
	static const struct { const char *said, *query; } rows[] = {
		{ "List the products of the light reactions", "the products of the light reactions" }, { "Tell me about osmosis", "osmosis" },
		{ "Compare mitosis and meiosis", "mitosis and meiosis" }, { "define entropy", "What is entropy?" },
		{ "According to ch4.pdf, why is it slow?", "why is it slow" }, { "Please explain how stomata work", "how stomata work" },
	};
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		ck_assert_str_eq(routed(&a, rows[i].said).query, rows[i].query);
	arena_clear(&a);
}
END_TEST

START_TEST(both_sides_of_a_comparison_are_found)
{
	static const struct { const char *said, *one, *two; } rows[] = {
		{ "Compare mitosis and meiosis", "mitosis", "meiosis" },
		{ "What is the difference between C3 plants and C4 plants?", "C3 plants", "C4 plants" },
		{ "How does sound differ from light?", "sound", "light" },
		{ "TCP vs. UDP", "TCP", "UDP" },
	};
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct route r = routed(&a, rows[i].said);
		ck_assert_msg(r.intent == INTENT_COMPARISON, "%s", rows[i].said);
		ck_assert_str_eq(r.sides[0], rows[i].one);
		ck_assert_str_eq(r.sides[1], rows[i].two);
	}
	arena_clear(&a);
}
END_TEST

START_TEST(the_term_of_a_definition_is_bare)
{
	static const struct { const char *said, *term; } rows[] = {
		{ "What is osmosis?", "osmosis" }, { "Define the term Light Saturation", "Light Saturation" }, { "What is a guard cell?", "guard cell" },
		{ "What does ATP stand for?", "ATP" }, { "光合成とは何ですか", "光合成" },
		{ "Explain osmosis to me", "osmosis" }, { "light saturation", "light saturation" }, { "Was ist eine Zelle?", "Zelle" },
		{ "Erkläre Subduktion", "Subduktion" }, { "Qu'est-ce que l'ADN ?", "ADN" }, { "¿Qué es el ludismo?", "ludismo" }, { "Что такое осмос?", "осмос" },
	};
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		ck_assert_str_eq(routed(&a, rows[i].said).topic, rows[i].term);
	arena_clear(&a);
}
END_TEST

START_TEST(what_a_topic_does_or_is_for_is_asked_in_many_ways)
{
	static const struct { const char *said, *topic; } rows[] = {
		{ "What is the role of the stroma?", "stroma" }, { "what does rubisco do?", "rubisco" }, { "Why is photosynthesis important?", "photosynthesis" },
		{ "How do guard cells work?", "guard cells" }, { "Who was Engelmann?", "Engelmann" }, { "What happens in the thylakoid?", "thylakoid" }, { "What role does water play?", "water" }, { "What is ATP used for?", "ATP" },
		{ "I don't understand the purpose of the light reactions, can you explain?", "light reactions" },
	};
	static const char *const others[] = { "What is the role of the king in the long war of the northern border towns?", "What did he do?", "Why does it work?", "How far do waves travel?" };
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct route r = routed(&a, rows[i].said);
		ck_assert_msg(r.about && str_same(r.topic, rows[i].topic), "'%s': %d '%s'", rows[i].said, r.about, r.topic);
		ck_assert(r.intent == INTENT_QUESTION);
	}
	for (size_t i = 0; i < COUNT_OF(others); i++)
		ck_assert_msg(!routed(&a, others[i]).about, "'%s'", others[i]);
	ck_assert_str_eq(routed(&a, "Why are leaves green, can you explain?").query, "Why are leaves green");
	arena_clear(&a);
}
END_TEST

START_TEST(sentences_that_tell_what_their_subject_does_are_known)
{
	struct arena a;
	arena_init(&a);
	ck_assert_double_gt(topic_acts(&a, "rubisco", "Rubisco joins carbon dioxide to a sugar."), .8);
	ck_assert_double_gt(topic_acts(&a, "rubisco", "The parts of rubisco, the enzyme that captures carbon dioxide, are many."), .6);
	ck_assert_double_gt(topic_acts(&a, "stomata", "Stomata close at night and save water."), .3);
	ck_assert_double_gt(topic_acts(&a, "Engelmann", "In 1882 Theodor Engelmann laid a thread of an alga under his microscope."), .4);
	ck_assert(topic_acts(&a, "rubisco", "Rubisco activase is damaged by heat.") == 0);
	ck_assert_double_gt(topic_acts(&a, "stroma", "The stroma is the fluid in which sugar is made."), .8);
	ck_assert(topic_acts(&a, "rubisco", "Rubisco does not work unless it has been switched on.") == 0);
	ck_assert(topic_acts(&a, "nucleus", "The large old nucleus serves as a relay between two others.") < .6);
	ck_assert(topic_acts(&a, "rubisco", "A sun leaf is thick and has much rubisco in it.") == 0);
	arena_clear(&a);
}
END_TEST

START_TEST(a_pronoun_is_read_as_the_topic_before)
{
	static const struct { const char *first, *then, *now, *query; } rows[] = {
		{ "What is an enzyme?", NULL, "How does it work?", "How does enzyme work" },
		{ "What is rubisco?", "and ATP?", "Why do plants need it?", "Why do plants need ATP" },
		{ "What do stomata do?", NULL, "What is their size?", "What is stomata's size" },
		{ "Who was Joseph Priestley?", NULL, "When did it happen?", "When did it happen" },
		{ "Who was Joseph Priestley?", NULL, "When did he find it?", "When did Joseph Priestley find it" },
		{ "What is an enzyme?", NULL, "and a lipid?", "a lipid" },
	};
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct message said[] = { { .role = "user", .content = rows[i].first }, { .role = "user", .content = rows[i].then } };
		struct message *turns[] = { &said[0], &said[1] };
		struct past past = { .turns = turns, .count = rows[i].then ? 2 : 1, .older = "" };
		struct route r = routed(&a, rows[i].now);
		const char *query, *before;
		past_rewrite(&query, &before, &a, &past, &r);
		ck_assert_str_eq(query, rows[i].query);
		ck_assert_ptr_nonnull(before);
	}
	arena_clear(&a);
}
END_TEST

START_TEST(vague_and_leaning_questions_are_seen)
{
	static const struct { const char *said; bool vague, follows; } rows[] = {
		{ "", true, false }, { "???", true, false }, { "tell me more", true, true }, { "tell me", true, true }, { "explain", true, true }, { "why?", true, true }, { "and at night?", false, true }, { "what about C4 plants?", false, true },
		{ "Why does it level off?", false, true }, { "What is osmosis?", false, false }, { "Can you explain this?", false, true },
		{ "What is the process that converts light into sugar?", false, false },
	};
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct route r = routed(&a, rows[i].said);
		ck_assert_msg(r.vague == rows[i].vague, "'%s': vague %d", rows[i].said, r.vague);
		ck_assert_msg(r.follows == rows[i].follows, "'%s': follows %d", rows[i].said, r.follows);
	}
	arena_clear(&a);
}
END_TEST

static void
collect_words(const struct word *w, void *arg)
{
	char *out = arg;
	snprintf(out + strlen(out), 400 - strlen(out), "%s|", w->s);
}

START_TEST(words_are_folded_so_that_spellings_meet)
{
	char out[400] = "";
	const char *s = "The Waves stopped; Élan, STUDIES and running 5,500 m";
	words_each(s, strlen(s), collect_words, out);
	ck_assert_str_eq(out, "the|wave|stop|elan|study|and|run|5|500|m|");
	out[0] = '\0';
	s = "光合成とATP";
	words_each(s, strlen(s), collect_words, out);
	ck_assert_str_eq(out, "光|合|光合|成|合成|と|成と|atp|");
}
END_TEST

START_TEST(sentences_that_point_back_or_define_are_known)
{
	ck_assert(sentence_leans("This plateau was lifted."));
	ck_assert(sentence_leans("However, light is needed."));
	ck_assert(!sentence_leans("Thistles grow in dry soil."));
	ck_assert(sentence_defines("Osmosis is the movement of water.", "osmosis"));
	ck_assert(sentence_defines("The movement of water is called osmosis.", "osmosis"));
	ck_assert(!sentence_defines("Plants use osmosis in their roots.", "osmosis"));
	ck_assert(sentence_leans("Dieser Vorgang heißt Subduktion."));
	ck_assert(sentence_defines("Dieser Vorgang heißt Subduktion.", "Subduktion"));
	ck_assert(!sentence_is_fragment("Эритроциты содержат гемоглобин и переносят кислород."));
}
END_TEST

START_TEST(a_mark_stands_before_the_stop)
{
	static const struct { const char *s, *marked; } rows[] = {
		{ "Light is a wave.", "Light is a wave [2]." }, { "Is it?", "Is it [2]?" }, { "He said \"no.\"", "He said \"no [2].\"" },
		{ "No stop", "No stop [2]" }, { "光は波です。", "光は波です[2]。" }, { "", " [2]" }, { "(see above).", "(see above) [2]." },
	};
	struct text t;
	text_init(&t, 200);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		text_reset(&t);
		put_marked(&t, rows[i].s, 2);
		ck_assert_str_eq(t.data, rows[i].marked);
	}
	text_clear(&t);
}
END_TEST

TESTS("route", each_way_of_asking_has_its_intent, a_question_that_only_looks_like_a_command_stays_a_question,
	a_summary_knows_its_length_document_and_focus, a_question_about_my_notes_is_searched_without_naming_them,
	the_command_is_not_searched_for, both_sides_of_a_comparison_are_found, the_term_of_a_definition_is_bare,
	what_a_topic_does_or_is_for_is_asked_in_many_ways, sentences_that_tell_what_their_subject_does_are_known,
	a_pronoun_is_read_as_the_topic_before, vague_and_leaning_questions_are_seen,
	words_are_folded_so_that_spellings_meet, sentences_that_point_back_or_define_are_known, a_mark_stands_before_the_stop)
