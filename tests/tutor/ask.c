/* Questions to a small library, answered with sentences that cite. */
#include "tutor_test.h"

static void
print(const struct message *m)
{
	if (getenv("SHOW") == NULL)
		return;
	printf("-- %s %s %.0f %s | %s\n%s\n", m->intent, m->status, m->confidence ? m->confidence->score : -1, m->confidence ? m->confidence->band : "-", m->note ? m->note : "", m->content);
	for (size_t i = 0; i < m->followups.count; i++)
		printf("   > %s\n", m->followups.items[i]);
	for (size_t i = 0; i < m->domains.count; i++)
		printf("   # %s\n", m->domains.items[i]);
}

START_TEST(a_question_is_answered_with_a_sentence_that_cites)
{
	struct desk d;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "Why does the curve level off at light saturation?");
	print(m);
	ck_assert_str_eq(m->status, "answered");
	ck_assert(quotes(m, "becomes the limiting factor"));
	check_verified(&d, m);
	ck_assert_int_eq(m->support->sentences, m->support->verified);
	ck_assert_str_eq(d.shown, m->content);
	ck_assert_uint_eq(d.citations_emitted, m->citations.count);
	desk_close(&d);
}
END_TEST

START_TEST(many)
{
	struct desk d;
	desk_open(&d, true);
	static const char *const all[] = { "What is the Doppler effect?", "List the kinds of waves", "When did the Stockton and Darlington Railway open?", "Compare sound and light", "summarise my physics notes on frequency", "summarise photosynthesis briefly", "Who won the world cup in 1966?", "define frequency", "What is the capital of Mongolia?", "how fast was the Rocket?", "What did it lift the plateau by?", "thanks!", "quiz me on waves", "translate this into German" };
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		if (getenv("SHOW"))
			printf("\n>> %s\n", all[i]);
		struct message *m = desk_ask(&d, NULL, all[i]);
		print(m);
		check_verified(&d, m);
	}
	desk_close(&d);
}
END_TEST

TESTS("ask", a_question_is_answered_with_a_sentence_that_cites, many)
