/* The layout at every size: panes inside the screen, apart, and the focused one shown. */
#include "../stoa_test.h"
#include "../../src/tui/app_in.h"

static struct tui_config config;
static struct theme *theme;

static struct app *
app_of(int rows, int cols)
{
	struct app *app = mem_new(sizeof *app);
	config.clock = &clock_system;
	app->config = &config;
	app->chat = chat_new(app);
	app->shelf = shelf_new(app);
	WELL(theme_load(&theme, NULL, NULL, NULL));
	WELL(screen_open(&app->screen, &(struct screen_config){ .golden_rows = rows, .golden_cols = cols, .theme = theme }));
	panes_open(app);
	return app;
}

static void
app_gone(struct app *app)
{
	panes_close(app);
	screen_close(app->screen);
	theme_free(theme);
	chat_free(app->chat);
	shelf_free(app->shelf);
	mem_free(app);
}

static bool
apart(struct area a, struct area b)
{
	return a.top + a.rows <= b.top || b.top + b.rows <= a.top || a.left + a.cols <= b.left || b.left + b.cols <= a.left;
}

static void
check(struct app *app, int rows, int cols)
{
	for (int i = 0; i < PANE_COUNT; i++) {
		const struct pane *p = &app->panes[i];
		const struct area a = p->area;
		if (p->type == app->focus[app->tab])
			ck_assert_msg(p->shown && p->focused, "%s is focused and not shown at %dx%d", p->type->name, cols, rows);
		if (!p->shown)
			continue;
		ck_assert_msg(a.rows > 0 && a.cols >= 20, "%s has %dx%d at %dx%d", p->type->name, a.cols, a.rows, cols, rows);
		ck_assert_msg(a.top >= 2 && a.left >= 0 && a.top + a.rows < rows && a.left + a.cols <= cols, "%s leaves %dx%d", p->type->name, cols, rows);
		for (int k = 0; k < app->layout.rule_count; k++) {
			const struct rule *r = &app->layout.rules[k];
			const struct area line = { r->row, r->col, r->vertical ? r->length : 1, r->vertical ? 1 : r->length };
			ck_assert_msg(apart(a, line), "%s covers a rule at %dx%d", p->type->name, cols, rows);
		}
		for (int k = 0; k < i; k++)
			ck_assert_msg(!app->panes[k].shown || apart(a, app->panes[k].area), "%s covers %s at %dx%d", p->type->name,
				app->panes[k].type->name, cols, rows);
	}
}

/* Every size of both tabs with every focus, with a page open and with hits. */
START_TEST(panes_are_apart_and_the_focused_one_is_shown_at_every_size)
{
	static const struct pane_type *const chat[] = { &pane_composer, &pane_transcript, &pane_evidence, &pane_conversations, &pane_page };
	static const struct pane_type *const library[] = { &pane_shelf, &pane_preview };
	for (int cols = 60; cols <= 220; cols += 3)
		for (int rows = 16; rows <= 70; rows += 3) {
			struct app *app = app_of(rows, cols);
			for (size_t i = 0; i < COUNT_OF(chat); i++)
				for (int wanted = 0; wanted < 2; wanted++) {
					if (chat[i] == &pane_page && !wanted)
						continue;
					app->tab = TAB_CHAT;
					app->page_wanted = wanted;
					app->focus[TAB_CHAT] = chat[i];
					app->layout.composer_rows = 1 + (int)i * 2;
					layout_find(app);
					check(app, rows, cols);
				}
			for (size_t i = 0; i < COUNT_OF(library); i++)
				for (int hits = 0; hits < 2; hits++) {
					app->tab = TAB_LIBRARY;
					snprintf(app->shelf->query, sizeof app->shelf->query, hits ? "light" : "");
					app->focus[TAB_LIBRARY] = library[i];
					layout_find(app);
					check(app, rows, cols);
				}
			app_gone(app);
		}
}
END_TEST

START_TEST(a_screen_under_the_floor_shows_no_pane)
{
	static const int sizes[][2] = { { 15, 60 }, { 16, 59 }, { 1, 1 }, { 15, 200 } };
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		struct app *app = app_of(sizes[i][0], sizes[i][1]);
		layout_find(app);
		ck_assert(app->layout.small);
		for (int k = 0; k < PANE_COUNT; k++)
			ck_assert(!app->panes[k].shown);
		app_gone(app);
	}
}
END_TEST

START_TEST(three_widths_show_one_two_and_three_panes)
{
	static const struct { int cols; bool list, evidence; } rows[] = {
		{ 60, false, false }, { 99, false, false }, { 100, false, true }, { 159, false, true }, { 160, true, true },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct app *app = app_of(40, rows[i].cols);
		layout_find(app);
		ck_assert(app->panes[PANE_TRANSCRIPT].shown);
		ck_assert_int_eq(app->panes[PANE_CONVERSATIONS].shown, rows[i].list);
		ck_assert_int_eq(app->panes[PANE_EVIDENCE].shown, rows[i].evidence);
		app_gone(app);
	}
}
END_TEST

TESTS("layout", panes_are_apart_and_the_focused_one_is_shown_at_every_size,
	a_screen_under_the_floor_shows_no_pane, three_widths_show_one_two_and_three_panes)
