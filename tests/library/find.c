/* Finding as a whole: questions, spelling, context, types, marks, confidence. */
#include "find_test.h"

static void
stock(struct shelf *s)
{
	shelf_open(s);
	shelf_add(s, 1, "Nikola Tesla", TEXTS(
		"Nikola Tesla was born in Smiljan in 1856. He moved to New York in 1884. There he worked for Thomas Edison.",
		"Tesla died in room 3327 of the Hotel New Yorker on 7 January 1943. He was 86 years old.",
		"The alternating current motor was patented in 1888. It paid him well."));
	shelf_add(s, 2, "Photosynthesis", TEXTS(
		"Photosynthesis is the process by which plants turn light into chemical energy. It takes place in the chloroplast.",
		"Chlorophyll absorbs red and blue light. Green light is reflected, because the pigment does not absorb it.",
		"A leaf has about 500,000 stomata. Each one opens in the light."));
	shelf_add(s, 3, "光合成", TEXTS("光合成は植物が光エネルギーを化学エネルギーに変える過程である。1779年にインゲンホウスが発見した。", "葉緑体は細胞の中にある。"));
}

static void
answers(struct shelf *s, const char *query, const char *part)
{
	struct found *f = shelf_find(s, query);
	ck_assert_uint_gt(f->sentence_count, 0);
	ck_assert_msg(strstr(f->sentences[0].text, part) != NULL, "%s -> %s", query, f->sentences[0].text);
}

START_TEST(questions_find_their_sentence)
{
	struct shelf s;
	stock(&s);
	answers(&s, "When did Tesla die?", "1943");
	answers(&s, "Where was Nikola Tesla born?", "Smiljan");
	answers(&s, "When did Tesla go to New York?", "1884");
	answers(&s, "What is photosynthesis?", "is the process");
	answers(&s, "How many stomata does a leaf have?", "500,000");
	answers(&s, "Why is green light reflected?", "because");
	answers(&s, "光合成を発見したのは誰ですか？", "インゲンホウス");
	answers(&s, "葉緑体はどこにありますか", "細胞の中");
	shelf_close(&s);
}
END_TEST

START_TEST(sentences_carry_their_place)
{
	struct shelf s;
	stock(&s);
	struct found *f = shelf_find(&s, "When did Tesla die?");
	const struct found_sentence *x = &f->sentences[0];
	const struct passage *p = &f->passages[x->passage].p;
	ck_assert_int_eq(strncmp(p->text + (x->start - p->start), x->text, strlen(x->text)), 0);
	ck_assert_int_eq(x->end - x->start, (int64_t)strlen(x->text));
	ck_assert_int_eq(x->passage, 0);
	for (size_t i = 1; i < f->sentence_count; i++)
		ck_assert(f->sentences[i - 1].score >= f->sentences[i].score);
	shelf_close(&s);
}
END_TEST

START_TEST(slips_of_spelling_are_repaired_and_said)
{
	struct shelf s;
	stock(&s);
	struct found *f = shelf_find(&s, "What does chlorofyll absorb?");
	ck_assert_str_eq(f->corrected, "What does chlorophyll absorb?");
	ck_assert_ptr_nonnull(strstr(f->sentences[0].text, "Chlorophyll"));
	ck_assert_str_eq(shelf_find(&s, "waht is photosyntesis?")->corrected, "what is photosynthesis?");
	ck_assert_str_eq(shelf_find(&s, "chlorophil")->corrected, "chlorophyll");
	ck_assert_ptr_null(shelf_find(&s, "What is photosynthesis?")->corrected);
	shelf_close(&s);
}
END_TEST

START_TEST(what_is_not_there_is_unknown_and_unlikely)
{
	struct shelf s;
	stock(&s);
	struct found *there = shelf_find(&s, "When did Nikola Tesla die?"), *gone = shelf_find(&s, "When did Zxyvian Qorblatt conquer Mukwonago?");
	ck_assert_uint_eq(gone->unknown_terms, 4);
	ck_assert_uint_eq(gone->query_terms, 4);
	ck_assert_uint_eq(gone->missing.count, 4);
	ck_assert_str_eq(gone->missing.items[1], "Qorblatt");
	ck_assert_uint_eq(there->missing.count, 0);
	ck_assert_double_lt(library_confidence(gone, 0), .3);
	ck_assert_double_lt(library_topic_present(gone), .3);
	ck_assert_msg(library_confidence(there, 0) > .5, "%f", library_confidence(there, 0));
	ck_assert_double_gt(library_topic_present(there), .7);
	ck_assert_double_gt(library_confidence(there, 0), library_confidence(there, 1));
	ck_assert_double_eq(library_confidence(there, 9999), 0);
	shelf_close(&s);
}
END_TEST

START_TEST(a_sentence_that_misses_what_was_asked_is_told_apart)
{
	struct shelf s;
	stock(&s);
	shelf_add(&s, 4, "Photosynthesis, history", TEXTS("Martin Kamen and Samuel Ruben discovered carbon-14 in 1940. It is radioactive."));
	struct sentence_features asked = shelf_find(&s, "Who discovered carbon-14?")->sentences[0].f;
	ck_assert_double_eq(asked.bare, 0);
	ck_assert_double_eq(asked.missing_number, 0);
	ck_assert_double_eq(asked.denial, 0);
	ck_assert_double_eq(shelf_find(&s, "Who discovered carbon-13?")->sentences[0].f.missing_number, 1);
	struct found *f = shelf_find(&s, "Who discovered photosynthesis?");
	ck_assert_ptr_nonnull(strstr(f->sentences[0].text, "Kamen"));
	ck_assert_double_eq(f->sentences[0].f.bare, .5);
	ck_assert_double_lt(library_confidence(f, 0), library_confidence(shelf_find(&s, "Who discovered carbon-14?"), 0));
	ck_assert_double_eq(shelf_find(&s, "Which light does chlorophyll not absorb?")->sentences[0].f.denial, !strstr(shelf_find(&s, "Which light does chlorophyll not absorb?")->sentences[0].text, " not "));
	ck_assert_double_eq(shelf_find(&s, "Who never discovered carbon-14?")->sentences[0].f.denial, 1);
	shelf_close(&s);
}
END_TEST

START_TEST(a_word_with_another_first_letter_is_no_slip)
{
	struct shelf s;
	stock(&s);
	shelf_add(&s, 4, "Care", TEXTS("At least water the beds. The least light is enough at night."));
	struct found *f = shelf_find(&s, "Why did the yeast make bubbles?");
	ck_assert_ptr_null(f->corrected);
	ck_assert_str_eq(f->missing.items[0], "yeast");
	ck_assert_str_eq(shelf_find(&s, "How much laest light is enough?")->corrected, "How much least light is enough?");
	ck_assert_str_eq(shelf_find(&s, "What is fhotosynthesis?")->corrected, "What is photosynthesis?");
	shelf_close(&s);
}
END_TEST

START_TEST(types_of_questions_are_told_apart)
{
	static const struct { const char *query; enum answer_type type; } cases[] = {
		{ "When was it?", TYPE_WHEN }, { "In what year was it built?", TYPE_WHEN }, { "How many legs has it?", TYPE_HOW_MANY },
		{ "How much does it cost?", TYPE_HOW_MUCH }, { "What percentage is water?", TYPE_HOW_MUCH }, { "How long did it last?", TYPE_HOW_LONG },
		{ "How tall is the tower?", TYPE_MEASURE }, { "Who wrote it?", TYPE_WHO }, { "Where is it?", TYPE_WHERE }, { "In what city is it?", TYPE_WHERE },
		{ "Why is the sky blue?", TYPE_WHY }, { "How does a motor work?", TYPE_HOW }, { "What is osmosis?", TYPE_DEFINITION },
		{ "define osmosis", TYPE_DEFINITION }, { "Which bone is longest?", TYPE_WHICH }, { "What did the king burn?", TYPE_WHAT },
		{ "cell membrane transport", TYPE_OTHER }, { "いつ建てられたか", TYPE_WHEN }, { "誰が書いたか", TYPE_WHO }, { "", TYPE_OTHER },
	};
	struct shelf s;
	stock(&s);
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		ck_assert_msg(shelf_find(&s, cases[i].query)->type == cases[i].type, "%s is %d", cases[i].query, shelf_find(&s, cases[i].query)->type);
	shelf_close(&s);
}
END_TEST

START_TEST(text_handed_in_is_searched_with_the_library)
{
	struct shelf s;
	stock(&s);
	struct found *f = shelf_ask(&s, (struct find_request){ .query = "Who founded the village of Brindlemoor?", .context = "Notes of today.\n\nThe village of Brindlemoor was founded by Agnes Holt in 1622. It has a mill." });
	ck_assert_int_eq(f->sentences[0].passage, -1);
	ck_assert_int_eq(f->sentences[0].start, -1);
	ck_assert_ptr_nonnull(strstr(f->sentences[0].text, "Agnes Holt"));
	for (size_t i = 0; i < f->passage_count; i++)
		ck_assert_ptr_nonnull(f->passages[i].p.file_id);
	shelf_close(&s);
	shelf_open(&s);
	f = shelf_ask(&s, (struct find_request){ .query = "Who founded Brindlemoor?", .context = "Brindlemoor was founded by Agnes Holt." });
	ck_assert_ptr_nonnull(strstr(f->sentences[0].text, "Agnes"));
	shelf_close(&s);
}
END_TEST

START_TEST(words_said_before_help_a_little)
{
	struct shelf s;
	shelf_open(&s);
	shelf_add(&s, 1, "Mars", TEXTS("The diameter of the planet is 6,779 km and it is called Mars."));
	shelf_add(&s, 2, "Venus", TEXTS("The diameter of the planet is 12,104 km and it is called Venus."));
	struct found *f = shelf_ask(&s, (struct find_request){ .query = "What is its diameter?", .before = "Tell me about Venus" });
	ck_assert_ptr_nonnull(strstr(f->sentences[0].text, "12,104"));
	f = shelf_ask(&s, (struct find_request){ .query = "What is the diameter of Mars?", .before = "Tell me about Venus" });
	ck_assert_ptr_nonnull(strstr(f->sentences[0].text, "6,779"));
	shelf_close(&s);
}
END_TEST

START_TEST(words_that_match_are_marked)
{
	struct shelf s;
	stock(&s);
	struct found *f = shelf_find(&s, "plant pigments absorbing");
	bool marked = false;
	for (size_t i = 0; i < f->passage_count; i++) {
		const struct span *x = f->passages[i].spans.items;
		for (size_t k = 0; k < f->passages[i].spans.count; k++)
			marked = marked || strncmp(f->passages[i].p.text + x[k].start, "absorbs", (size_t)(x[k].end - x[k].start)) == 0;
	}
	ck_assert(marked);
	f = shelf_find(&s, "葉緑体");
	const struct span *x = f->passages[0].spans.items;
	ck_assert_uint_eq(f->passages[0].spans.count, 1);
	ck_assert_int_eq(x[0].end - x[0].start, (int64_t)strlen("葉緑体"));
	shelf_close(&s);
}
END_TEST

START_TEST(nothing_to_find_is_no_fault)
{
	struct shelf s;
	shelf_open(&s);
	ck_assert_uint_eq(shelf_find(&s, "anything at all?")->sentence_count, 0);
	shelf_add(&s, 1, "A", TEXTS("Granite is hard."));
	ck_assert_uint_eq(shelf_find(&s, "")->passage_count, 0);
	ck_assert_uint_eq(shelf_find(&s, "the of and")->passage_count, 0);
	ck_assert_uint_eq(shelf_find(&s, "???\xFF\xFE  ")->passage_count, 0);
	ck_assert_double_eq(library_topic_present(shelf_find(&s, "")), 0);
	shelf_close(&s);
}
END_TEST

START_TEST(a_long_query_is_cut_and_not_crashed_on)
{
	struct shelf s;
	struct text t;
	stock(&s);
	text_init(&t, 1 << 20);
	for (int i = 0; i < 3000; i++)
		text_printf(&t, "tesla light word%d 光合成 ", i);
	ck_assert_uint_gt(shelf_ask(&s, (struct find_request){ .query = t.data, .before = t.data, .context = t.data })->sentence_count, 0);
	text_clear(&t);
	shelf_close(&s);
}
END_TEST

START_TEST(a_document_that_has_just_gone_is_passed_over)
{
	struct shelf s;
	stock(&s);
	s.text[1][1] = NULL;
	struct found *f = shelf_find(&s, "When did Tesla die?");
	ck_assert_uint_gt(f->passage_count, 0);
	for (size_t i = 0; i < f->passage_count; i++)
		ck_assert_ptr_null(strstr(f->passages[i].p.text, "3327"));
	shelf_close(&s);
}
END_TEST

START_TEST(words_that_frame_a_question_need_not_be_found)
{
	struct shelf s;
	stock(&s);
	shelf_add(&s, 4, "Rules", TEXTS("The rule of the road is to keep left."));
	struct found *f = shelf_find(&s, "What is the role of chlorophyll?");
	ck_assert_ptr_null(f->corrected);
	ck_assert_uint_eq(f->unknown_terms, 0);
	ck_assert_ptr_nonnull(strstr(f->sentences[0].text, "Chlorophyll absorbs"));
	ck_assert_double_gt(library_confidence(f, 0), library_confidence(shelf_find(&s, "What is the weight of chlorophyll?"), 0));
	f = shelf_find(&s, "クロロフィルの役割は何ですか");
	ck_assert_uint_eq(f->unknown_terms, 0);
	shelf_close(&s);
}
END_TEST

START_TEST(other_languages_are_asked_in_their_own_words)
{
	static const struct { const char *query, *part; enum answer_type type; } cases[] = {
		{ "Warum wurde die Theorie abgelehnt?", "keine Kraft", TYPE_WHY }, { "Wann erschien die Theorie?", "1912", TYPE_WHEN },
		{ "Was ist eine Platte?", "Scholle", TYPE_DEFINITION }, { "Combien de phases comprend la mitose ?", "quatre", TYPE_HOW_MANY },
		{ "Qui a croisé des pois ?", "Mendel", TYPE_WHO }, { "¿Por qué crecieron las ciudades?", "porque", TYPE_WHY },
		{ "Что переносят эритроциты?", "кислород", TYPE_WHAT }, { "Πότε χτίστηκε ο ναός;", "447", TYPE_WHEN },
		{ "أين يبدأ الهضم؟", "الفم", TYPE_WHERE }, { "什么是蒸腾作用？", "蒸腾", TYPE_DEFINITION },
	};
	struct shelf s;
	shelf_open(&s);
	shelf_add(&s, 1, "Erde", TEXTS("Die Theorie erschien 1912. Die Theorie wurde abgelehnt, weil sie keine Kraft nennen konnte. Eine Platte ist eine starre Scholle, die auf dem Mantel liegt.",
		"Der Vesuv ist ein Vulkan, und er ist steil."));
	shelf_add(&s, 2, "Cellule", TEXTS("La mitose comprend quatre phases, qui se suivent dans la cellule. Gregor Mendel a croisé des pois dans le jardin."));
	shelf_add(&s, 3, "Ciudades", TEXTS("Las ciudades crecieron muy deprisa porque los campesinos buscaban trabajo en las fábricas."));
	shelf_add(&s, 4, "Кровь", TEXTS("Эритроциты содержат гемоглобин и переносят кислород. Лейкоциты защищают организм."));
	shelf_add(&s, 5, "Αθήνα", TEXTS("Ο ναός χτίστηκε το 447 στην Ακρόπολη. Οι πολίτες ψήφιζαν τους νόμους."));
	shelf_add(&s, 6, "الهضم", TEXTS("يبدأ الهضم في الفم. يبلغ طول الأمعاء ستة أمتار."));
	shelf_add(&s, 7, "水", TEXTS("植物把水分散发到空气中，这个过程叫做蒸腾作用。水结成云。"));
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct found *f = shelf_find(&s, cases[i].query);
		ck_assert_msg(f->type == cases[i].type, "%s is %d", cases[i].query, (int)f->type);
		ck_assert_msg(f->sentence_count > 0 && strstr(f->sentences[0].text, cases[i].part) != NULL, "%s -> %s", cases[i].query, f->sentence_count ? f->sentences[0].text : "");
		ck_assert_msg(library_confidence(f, 0) > .5, "%s: %.2f", cases[i].query, library_confidence(f, 0));
	}
	ck_assert_double_lt(library_confidence(shelf_find(&s, "Was ist ein Tsunami?"), 0), .3);
	shelf_close(&s);
}
END_TEST

TESTS("find", questions_find_their_sentence, sentences_carry_their_place, slips_of_spelling_are_repaired_and_said, what_is_not_there_is_unknown_and_unlikely,
	a_sentence_that_misses_what_was_asked_is_told_apart, a_word_with_another_first_letter_is_no_slip,
	types_of_questions_are_told_apart, text_handed_in_is_searched_with_the_library, words_said_before_help_a_little, words_that_match_are_marked,
	nothing_to_find_is_no_fault, a_long_query_is_cut_and_not_crashed_on, a_document_that_has_just_gone_is_passed_over,
	words_that_frame_a_question_need_not_be_found, other_languages_are_asked_in_their_own_words)
