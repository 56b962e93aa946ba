/* Shelf: the table of documents, searching, and adding file by file. */
#include <sys/stat.h>

#include "model_test.h"

#define DOCUMENT(n, name) "{\"id\":\"" ID(n) "\",\"name\":\"" name "\",\"kind\":\"text\",\"status\":\"completed\"}"
#define LIST(rows) "on document.list\nreply {\"items\":[" rows "],\"total\":2}\n"
#define HIT(n, text) "{\"passage\":{\"file_id\":\"" ID(n) "\",\"title\":\"T\",\"text\":\"" text "\",\"n\":1,\"page\":2,\"start\":10,\"end\":20},\"score\":1.0}"
#define BASE "on me.get\nreply {}\non conversation.list\nreply {\"items\":[],\"total\":0}\n" LIST(DOCUMENT("a1", "one.txt") "," DOCUMENT("a2", "two.txt"))

START_TEST(the_table_keeps_the_row_that_was_selected)
{
	begin(BASE);
	ck_assert(app->shelf->loaded);
	ck_assert_uint_eq(app->shelf->count, 2);
	app->shelf->at = 1;
	replies_say(backend, LIST(DOCUMENT("a2", "two.txt") "," DOCUMENT("a1", "one.txt")));
	shelf_refresh(app);
	settle();
	ck_assert_str_eq(shelf_selected(app)->name, "two.txt");
	replies_say(backend, LIST());
	shelf_refresh(app);
	settle();
	ck_assert_ptr_null(shelf_selected(app));
	finish();
}
END_TEST

START_TEST(a_list_that_fails_leaves_the_table_as_it_was)
{
	begin(BASE);
	replies_say(backend, "on document.list\nfault OFFLINE nobody is there\n");
	shelf_refresh(app);
	settle();
	ck_assert_uint_eq(app->shelf->count, 2);
	ck_assert_ptr_nonnull(strstr(app->alert, "nobody is there"));
	finish();
}
END_TEST

START_TEST(a_search_that_was_left_does_not_come_back)
{
	begin(BASE "on search.run light\nhold\nreply {\"items\":[" HIT("a1", "the light") "],\"documents\":1}\n"
		"on search.run dark\nreply {\"items\":[" HIT("a2", "the dark") "],\"documents\":1}\n");
	shelf_search(app, "light");
	settle();
	ck_assert_ptr_null(app->shelf->hits);
	shelf_search(app, "dark");
	settle();
	replies_go(backend);
	settle();
	ck_assert_str_eq(shelf_hit(app)->passage->text, "the dark");
	shelf_search(app, "");
	settle();
	ck_assert_ptr_null(shelf_hit(app));
	ck_assert_ptr_eq(app->focus[TAB_LIBRARY], &pane_shelf);
	finish();
}
END_TEST

START_TEST(what_was_found_elsewhere_is_shown_on_its_page)
{
	begin(BASE "on search.run light\nreply {\"items\":[" HIT("a1", "the light") "," HIT("a2", "more light") "],\"documents\":2}\n"
		"on document.content\nreply {\"id\":\"" ID("a2") "\",\"text\":\"more light here\",\"page\":2,\"pages\":3,\"start\":8,\"end\":30}\n");
	action_run(app, "find.everything", "light");
	settle();
	ck_assert_ptr_nonnull(app_overlaid(app));
	app_key(app, &(struct key_event){ .kind = KEY_EVENT_KEY, .code = KEY_DOWN_ARROW });
	app_key(app, &(struct key_event){ .kind = KEY_EVENT_KEY, .code = '\r' });
	settle();
	ck_assert_ptr_null(app_overlaid(app));
	ck_assert_int_eq(app->tab, TAB_LIBRARY);
	ck_assert_ptr_eq(app_focused(app)->type, &pane_preview);
	ck_assert_str_eq(shelf_hit(app)->passage->file_id, ID("a2"));
	ck_assert_ptr_nonnull(strstr(replies_asked(backend), ID("a2")));
	finish();
}
END_TEST

static void
put(const char *folder, const char *name)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	WELL(file_write(path, "x", 1));
}

/* The crew walks on a thread of its own: turn until it is done. */
static void
added(void)
{
	for (int n = 0; app->shelf->adding && n < 2000; n++) {
		WELL(loop_turn(loop, 10));
		if (!app->shelf->adding)
			break;
	}
	ck_assert(!app->shelf->adding);
	settle();
}

START_TEST(a_folder_is_added_file_by_file_and_one_bad_file_stops_nothing)
{
	char sub[256];
	begin(BASE "on document.add\nreply " DOCUMENT("a5", "x") "\n"
		"on document.add b.md\nfault INPUT this one is broken\non document.add c.pdf\nfault EXISTS it is there\n");
	const char *folder = config.places.data;
	snprintf(sub, sizeof sub, "%s/deep", folder);
	WELL(folder_make(sub));
	put(folder, "a.txt");
	put(folder, "b.md");
	put(folder, "c.pdf");
	put(folder, "film.mp4");
	put(folder, ".hidden.txt");
	put(sub, "d.TXT");
	shelf_add(app, folder);
	added();
	ck_assert_uint_eq(replies_count(backend, "document.add"), 4);
	ck_assert_uint_eq(app->shelf->total, 4);
	ck_assert_uint_eq(app->shelf->failed, 1);
	ck_assert_str_eq(app->alert, "2 read, 1 there already, 1 failed: the table says why");
	finish();
}
END_TEST

START_TEST(what_is_not_there_is_said)
{
	begin(BASE);
	shelf_add(app, "/no/such/folder ");
	added();
	ck_assert_str_eq(app->alert, "there is no file or folder /no/such/folder");
	ck_assert_uint_eq(replies_count(backend, "document.add"), 0);
	finish();
}
END_TEST

START_TEST(adding_stops_when_it_is_cancelled)
{
	begin(BASE "on document.add\nhold\nreply " DOCUMENT("a5", "x") "\n");
	put(config.places.data, "a.txt");
	put(config.places.data, "b.txt");
	shelf_add(app, config.places.data);
	for (int n = 0; replies_count(backend, "document.add") == 0 && n < 2000; n++)
		WELL(loop_turn(loop, 10));
	settle();
	shelf_cancel(app);
	added();
	ck_assert_uint_eq(replies_count(backend, "document.add"), 1);
	finish();
}
END_TEST

START_TEST(a_path_is_completed_as_far_as_it_is_the_same)
{
	char typed[300];
	begin(BASE);
	const char *folder = config.places.data;
	put(folder, "chapter-one.txt");
	put(folder, "chapter-two.txt");
	action_run(app, "doc.add", NULL);
	snprintf(typed, sizeof typed, "%s/ch", folder);
	question_paste(app, typed, strlen(typed));
	(void)question_key(app, '\t');
	for (int n = 0; app->question.hint[0] == '\0' && n < 2000; n++)
		WELL(loop_turn(loop, 10));
	ck_assert_uint_eq(app->question.len, strlen(folder) + strlen("/chapter-"));
	ck_assert_str_eq(app->question.hint, "chapter-one.txt  chapter-two.txt  ");
	(void)question_key(app, 27);
	finish();
}
END_TEST

static const char *
completed(const char *line)
{
	static struct text all;
	struct arena a;
	const char *word = strrchr(line, ' ') != NULL ? strrchr(line, ' ') + 1 : line;
	arena_init(&a);
	text_clear(&all);
	text_init(&all, 65536);
	for (const char *const *c = composer_complete(&a, word, (size_t)(word - line), line, app); *c != NULL; c++)
		if (str_starts(*c, word))
			text_printf(&all, "%s%s", all.len > 0 ? " " : "", *c);
	arena_clear(&a);
	return all.data != NULL ? all.data : "";
}

START_TEST(the_line_completes_commands_what_they_take_and_names)
{
	begin(BASE);
	ck_assert_str_eq(completed("/und"), "/undo");
	ck_assert_str_eq(completed("/chat.un"), "/chat.undo");
	ck_assert_str_eq(completed("/theme h"), "high-contrast");
	ck_assert_str_eq(completed("what is in tw"), "two.txt");
	ck_assert_str_eq(completed(""), "");
	finish();
}
END_TEST

START_TEST(a_path_behind_add_becomes_a_question)
{
	char line[300];
	begin(BASE "on document.add\nreply " DOCUMENT("a5", "x") "\n");
	put(config.places.data, "chapter-one.txt");
	snprintf(line, sizeof line, "/add %s/ch", config.places.data);
	composer_set(app->composer, line);
	ck_assert_str_eq(completed(line), "");
	for (int n = 0; (!app->question.asked || app->question.typed[app->question.len - 1] != 't') && n < 2000; n++)
		WELL(loop_turn(loop, 10));
	ck_assert_str_eq(composer_text(app->composer), "");
	(void)question_key(app, '\r');
	added();
	ck_assert_uint_eq(replies_count(backend, "document.add"), 1);
	finish();
}
END_TEST

TESTS("shelf", the_line_completes_commands_what_they_take_and_names, a_path_behind_add_becomes_a_question,
	the_table_keeps_the_row_that_was_selected, a_list_that_fails_leaves_the_table_as_it_was,
	a_search_that_was_left_does_not_come_back, what_was_found_elsewhere_is_shown_on_its_page,
	a_folder_is_added_file_by_file_and_one_bad_file_stops_nothing, what_is_not_there_is_said,
	adding_stops_when_it_is_cancelled, a_path_is_completed_as_far_as_it_is_the_same)
