/* Entries of a glossary, answers under their question, sides of a comparison. */
#include "tutor_test.h"

static const char WORDS[] =
	"# Words of botany\n\n"
	"Guard cells. The two cells that border a stoma and open or close it.\n\n"
	"P680 and P700. The special chlorophylls in the reaction centres, named after their wavelengths.\n\n"
	"Stoma (plural stomata). A pore in the skin of a leaf through which carbon dioxide enters. It closes in drought.\n\n"
	"Turgor: the pressure of the water inside a cell against its wall.\n\n"
	"ribonucleic acid (RNA): chain of nucleotides that carries a message from the nucleus\n\n"
	"deoxyribonucleic acid (DNA): double chain of nucleotides that holds the genes\n";
static const char SHEET[] =
	"# Exercises\n\n## Leaves\n\n### Why are leaves green?\n\n"
	"Their pigments absorb blue and red light strongly and green light less strongly. (1.2)\n\n"
	"### What opens a stoma?\n\nGuard cells take up potassium ions and water follows. (2.2)\n\n"
	"### Which instrument measures the pull of the roots?\n";
static const char PLANTS[] =
	"# Kinds of plants\n\n"
	"| Kind | First product | Example |\n|---|---|---|\n| C3 | three carbon atoms | wheat |\n| C4 | four carbon atoms | maize |\n\n"
	"C3 plants fix carbon into an acid with three carbon atoms. Rice and beans are C3 plants.\n\n"
	"C4 plants first fix carbon into an acid with four carbon atoms. Maize is a C4 plant. "
	"Unlike C3 plants, C4 plants lose hardly any carbon to photorespiration.\n";

static const char *
first(const struct message *m)
{
	return m->sentences.count ? ((struct sentence *)m->sentences.items)[0].text : "";
}

static void
desk_words(struct desk *d)
{
	desk_open(d, true);
	desk_add(d, "words.md", "Words of botany", "Biology", WORDS);
	desk_add(d, "sheet.md", "Exercises", "Biology", SHEET);
	desk_add(d, "plants.md", "Kinds of plants", "Biology", PLANTS);
}

START_TEST(an_entry_is_quoted_from_its_term_through_its_definition)
{
	static const struct { const char *question, *entry; } rows[] = {
		{ "What is a stoma?", "Stoma (plural stomata). A pore in the skin of a leaf" },
		{ "Define stomata", "Stoma (plural stomata). A pore in the skin of a leaf" },
		{ "what are guard cells", "Guard cells. The two cells that border a stoma" },
		{ "What is P700?", "P680 and P700. The special chlorophylls" },
		{ "What is turgor?", "Turgor: the pressure of the water" },
		{ "Explain turgor", "Turgor: the pressure of the water" },
		{ "What is DNA?", "deoxyribonucleic acid (DNA): double chain" },
	};
	struct desk d;
	desk_words(&d);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct message *m = desk_ask(&d, NULL, rows[i].question);
		ck_assert_str_eq(m->status, "answered");
		ck_assert_str_eq(m->intent, "definition");
		ck_assert_msg(str_starts(first(m), rows[i].entry), "%s -> %s", rows[i].question, first(m));
		check_verified(&d, m);
	}
	desk_close(&d);
}
END_TEST

START_TEST(the_answer_under_a_question_is_quoted_and_the_question_is_not)
{
	struct desk d;
	desk_words(&d);
	struct message *m = desk_ask(&d, NULL, "Why are leaves green?");
	ck_assert_str_eq(m->status, "answered");
	ck_assert_str_eq(first(m), "Their pigments absorb blue and red light strongly and green light less strongly.");
	m = desk_ask(&d, NULL, "Which instrument measures the pull of the roots?");
	for (size_t i = 0; i < m->citations.count; i++)
		ck_assert(!str_ends(((struct citation *)m->citations.items)[i].quote, "?"));
	for (size_t i = 0; i < m->nearest.count; i++)
		ck_assert(!str_ends(((struct citation *)m->nearest.items)[i].quote, "?"));
	desk_close(&d);
}
END_TEST

START_TEST(a_comparison_says_each_side_and_what_contrasts_them)
{
	struct desk d;
	desk_words(&d);
	struct message *m = desk_ask(&d, NULL, "What is the difference between C3 and C4 plants?");
	ck_assert_str_eq(m->status, "answered");
	ck_assert_str_eq(m->intent, "comparison");
	ck_assert(quotes(m, "C3 plants fix carbon into an acid with three"));
	ck_assert(quotes(m, "Unlike C3 plants, C4 plants lose"));
	ck_assert(!quotes(m, "|"));
	check_verified(&d, m);
	m = desk_ask(&d, NULL, "What is the difference between DNA and RNA?");
	ck_assert(quotes(m, "deoxyribonucleic acid (DNA): double chain") && quotes(m, "ribonucleic acid (RNA): chain"));
	m = desk_ask(&d, NULL, "What is turgor?");
	m = desk_ask(&d, m->conversation_id, "and a stoma?");
	ck_assert_str_eq(m->intent, "definition");
	ck_assert(quotes(m, "Stoma (plural stomata). A pore"));
	m = desk_ask(&d, NULL, "Compare C3 plants and quidditch");
	ck_assert(!str_same(m->status, "answered") || m->note != NULL);
	desk_close(&d);
}
END_TEST

START_TEST(steps_are_stages_and_short_names_their_words)
{
	struct desk d;
	desk_open(&d, true);
	desk_add(&d, "cycle.md", "The cycle", "Biology", "# The cycle\n\nCalvin, Benson and Bassham, of Berkeley, found the cycle, which is named after Calvin.\n\n"
		"The Calvin cycle has three stages: carboxylation, reduction and regeneration.\n");
	struct message *m = desk_ask(&d, NULL, "What are the steps of the Calvin cycle?");
	ck_assert_str_eq(m->status, "answered");
	ck_assert_ptr_nonnull(strstr(first(m), "three stages"));
	m = desk_ask(&d, NULL, "How do cactus plants store CO2?");
	ck_assert_str_eq(m->status, "answered");
	ck_assert(quotes(m, "store carbon dioxide as malic acid"));
	desk_close(&d);
}
END_TEST

START_TEST(a_document_without_pages_is_cited_without_one)
{
	struct desk d;
	desk_words(&d);
	struct message *m = desk_ask(&d, NULL, "What is turgor?");
	const struct citation *c = m->citations.items;
	ck_assert_uint_eq(m->citations.count, 1);
	ck_assert_int_eq(c->page, 0);
	ck_assert_ptr_null(strstr(citation_place(&d.a, c), ", p."));
	ck_assert_ptr_null(strstr(c->url, "#page"));
	ck_assert_str_eq(page_text(&d.a, 3, 4, ""), "p. 3-4");
	ck_assert_str_eq(page_text(&d.a, 3, 3, "iii"), "p. iii");
	desk_close(&d);
}
END_TEST

TESTS("entry", a_document_without_pages_is_cited_without_one, a_comparison_says_each_side_and_what_contrasts_them, steps_are_stages_and_short_names_their_words, an_entry_is_quoted_from_its_term_through_its_definition, the_answer_under_a_question_is_quoted_and_the_question_is_not)
