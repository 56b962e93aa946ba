/* Hostile text in every field of every record that the screen shows, in what is typed
 * and in what is asked: only characters come out.  A folder named by STOA_HOSTILE gives
 * more texts, a file each. */
#include <dirent.h>

#include "hostile.h"
#include "model_test.h"

#define BLOCKS "on me.get\nreply {}\non conversation.list\nfill\non conversation.get\nfill\non document.list\nfill\non document.get\nfill\n" \
	"on document.content\nfill\non search.run\nfill\non history.search\nfill\non message.send\nfill\non message.feedback\nfill\n" \
	"on conversation.update\nfill\non document.reindex\nfill\n"

static const char *what;

/* The cells hold nothing that a terminal obeys, and no half characters. */
static void
only_characters(const char *where)
{
	struct text t;
	text_init(&t, 1024 * 1024);
	app_draw(app);
	screen_dump(&t, app->screen, false);
	for (size_t at = 0; at < t.len;) {
		uint32_t c = utf8_next(t.data, t.len, &at);
		bool control = (c < 0x20 && c != '\n') || (c >= 0x7F && c < 0xA0), bidi = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
		bool unseen = c == 0xFEFF || c == 0x2028 || c == 0x2029 || c == 0x3164 || (c >= 0xE0000 && c < 0xE0080);
		ck_assert_msg(c != UTF8_BAD && !control && !bidi && !unseen, "%s: U+%04X came through in %s", what, c, where);
	}
	text_clear(&t);
}

static void
look(const char *where)
{
	static const int sizes[][2] = { { 24, 80 }, { 60, 200 } };
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		screen_resized(app->screen, sizes[i][0], sizes[i][1]);
		layout_find(app);
		app_dirty(app, NULL);
		settle();
		only_characters(where);
	}
}

static void
press(keycode k)
{
	app_key(app, &(struct key_event){ .kind = KEY_EVENT_KEY, .code = k });
	settle();
}

static void
paste(const char *bytes)
{
	app_key(app, &(struct key_event){ .kind = KEY_EVENT_PASTE, .bytes = bytes, .n = strlen(bytes) });
	settle();
}

static void
run(const char *id, const char *arg, const char *where)
{
	action_run(app, id, arg);
	settle();
	look(where);
}

static void
typed_fields(const char *text)
{
	static const char *const asking[] = { "find.here", "find.everything", "chat.rename", "doc.search", "doc.add", "theme.set", "chat.export" };
	for (size_t i = 0; i < COUNT_OF(asking); i++) {
		action_run(app, asking[i], NULL);
		paste(text);
		look(asking[i]);
		press(i == 4 ? '\t' : 27);
		press(27);
	}
	run("chat.rename", text, "a new title");
	run("find.here", text, "what is not found");
	run("theme.set", text, "a theme that is not there");
	run("app.palette", NULL, "palette");
	for (size_t at = 0, len = strlen(text); at < len;) {
		uint32_t c = utf8_next(text, len, &at);
		if (c >= ' ' && c != UTF8_BAD)
			press(c);
	}
	look("palette, typed");
	press(27);
	app_focus(app, &pane_composer);
	paste(text);
	look("input line");
	press('\r');
	look("a question and its answer");
	app_alert(app, "%s", text);
	look("alert");
}

static void
every_field(const char *text, const char *status)
{
	begin(BLOCKS);
	replies_filler(backend, text, status);
	chat_refresh(app);
	shelf_refresh(app);
	settle();
	run("pane.prev", NULL, "list");
	run("chat.open", "000000000000000000000000000000c1", "transcript");
	run("cite.next", NULL, "evidence");
	run("cite.open", NULL, "page");
	press(27);
	run("app.help", NULL, "help");
	press(27);
	run("tab.library", NULL, "shelf");
	run("doc.delete", NULL, "a question with a name");
	press(27);
	run("doc.open", NULL, "preview");
	run("doc.search", text, "results");
	run("find.everything", text, "everything");
	press('\r');
	look("what was found");
	run("doc.ask", NULL, "only this document");
	run("chat.delete", NULL, "a deletion");
	typed_fields(text);
	finish();
}

START_TEST(no_field_lets_a_control_through)
{
	struct text text;
	text_init(&text, 4096);
	for (size_t i = (size_t)_i; i < COUNT_OF(hostile); i += 4) {
		text_put_c(&text, 'a');
		text_put_n(&text, hostile[i].bytes, hostile[i].n);
		text_put_c(&text, 'z');
	}
	what = text.data;
	every_field(text.data, "answered");
	every_field(text.data, "failed");
	text_clear(&text);
}
END_TEST

START_TEST(no_text_of_the_folder_lets_a_control_through)
{
	const char *folder = getenv("STOA_HOSTILE");
	DIR *d = folder != NULL ? opendir(folder) : NULL;
	for (const struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
		char path[4200];
		struct text t;
		snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
		text_init(&t, 64 * 1024);
		if (e->d_name[0] != '.' && file_read(&t, path) == FAULT_NONE && t.data != NULL) {
			what = e->d_name;
			every_field(t.data, "answered");
			every_field(t.data, "refused");
		}
		text_clear(&t);
	}
	if (d != NULL)
		closedir(d);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("fields");
	TCase *c = tcase_create("fields");
	tcase_add_loop_test(c, no_field_lets_a_control_through, 0, 4);
	tcase_add_test(c, no_text_of_the_folder_lets_a_control_through);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
