/* A question at the bottom: editing, leaving, asking again from the answer. */
#include "../stoa_test.h"
#include "../../src/tui/app_in.h"

static struct { int answers; bool left; char text[256]; } told;

static void
on_answer(struct app *app, const char *answer, void *arg)
{
	(void)app, (void)arg;
	told.answers++;
	told.left = answer == NULL;
	snprintf(told.text, sizeof told.text, "%s", answer != NULL ? answer : "");
}

static void
ask_again(struct app *app, const char *answer, void *arg)
{
	(void)answer;
	app_ask(app, "Again:", false, on_answer, arg);
}

static struct app *
app_asking(void)
{
	struct app *app = mem_new(sizeof *app);
	memset(&told, 0, sizeof told);
	app->vault = VAULT_OPEN;
	question_init(app);
	return app;
}

static void
app_gone(struct app *app)
{
	question_clear(app);
	mem_free(app);
}

static void
type(struct app *app, const char *s)
{
	for (size_t at = 0, len = strlen(s); at < len;)
		ck_assert(question_key(app, utf8_next(s, len, &at)));
}

START_TEST(a_line_is_edited_by_clusters_and_given_by_enter)
{
	struct app *app = app_asking();
	app_ask(app, "Name:", false, on_answer, NULL);
	type(app, "na\xc3\xafve e\xcc\x81");
	type(app, "\x7f");                       /* the accent goes with its letter */
	question_key(app, KEY_HOME_KEY);
	type(app, "so ");
	question_key(app, KEY_DELETE);
	question_key(app, KEY_END_KEY);
	type(app, "x\r");
	ck_assert_int_eq(told.answers, 1);
	ck_assert_str_eq(told.text, "so a\xc3\xafve x");
	ck_assert(!question_key(app, 'x'));      /* nothing is asked any more */
	app_gone(app);
}
END_TEST

START_TEST(escape_leaves_and_what_was_typed_is_wiped)
{
	struct app *app = app_asking();
	app_ask(app, "Passphrase:", true, on_answer, NULL);
	type(app, "secret\x1b");
	ck_assert(told.left);
	for (int i = 0; i < 16; i++)
		ck_assert_int_eq(app->question.typed[i], 0);
	app_gone(app);
}
END_TEST

START_TEST(the_answer_may_ask_the_next_question)
{
	struct app *app = app_asking();
	app_ask(app, "First:", false, ask_again, NULL);
	type(app, "one\r");
	ck_assert(app->question.asked);
	ck_assert_str_eq(app->question.label, "Again:");
	type(app, "two\r");
	ck_assert_str_eq(told.text, "two");
	app_gone(app);
}
END_TEST

START_TEST(only_y_confirms)
{
	struct app *app = app_asking();
	app_confirm(app, "Delete?", on_answer, NULL);
	type(app, "n");
	ck_assert(told.left);
	app_confirm(app, "Delete?", on_answer, NULL);
	type(app, "y");
	ck_assert(!told.left);
	app_gone(app);
}
END_TEST

START_TEST(more_than_fits_is_not_taken)
{
	struct app *app = app_asking();
	char long_text[QUESTION_MAX + 10];
	memset(long_text, 'x', sizeof long_text);
	app_ask(app, "Path:", false, on_answer, NULL);
	question_paste(app, long_text, sizeof long_text);
	ck_assert_uint_eq(app->question.len, 0);
	question_paste(app, "a\nb", 3);          /* one line of it */
	ck_assert_uint_eq(app->question.len, 1);
	app_gone(app);
}
END_TEST

TESTS("question", a_line_is_edited_by_clusters_and_given_by_enter, escape_leaves_and_what_was_typed_is_wiped,
	the_answer_may_ask_the_next_question, only_y_confirms, more_than_fits_is_not_taken)
