/* The screen's cells: what is put comes out in its column, cut at whole clusters,
 * and nothing that a terminal obeys comes through. */
#include <locale.h>

#include "../stoa_test.h"
#include "../../src/tui/tui_in.h"

static struct screen *cells;
static struct theme *theme;
static struct text dump;

static void
begin(void)
{
	ck_assert_ptr_nonnull(setlocale(LC_ALL, "C.UTF-8"));
	WELL(theme_load(&theme, "plain", "/nowhere", "themes"));
	WELL(screen_open(&cells, &(struct screen_config){ .golden_rows = 16, .golden_cols = 60, .theme = theme }));
	text_init(&dump, 1024 * 1024);
}

static void
end(void)
{
	screen_close(cells);
	theme_free(theme);
	text_clear(&dump);
}

static const char *
row_of(int row)
{
	screen_flush(cells);
	text_reset(&dump);
	screen_dump(&dump, cells, false);
	char *at = dump.data;
	for (; row > 0; row--)
		at = strchr(at, '\n') + 1;
	*strchr(at, '\n') = '\0';
	return at;
}

static int
put(int row, int col, int cols, const char *text)
{
	return screen_put(cells, row, col, cols, STYLE_TEXT, text, strlen(text));
}

START_TEST(columns_hold_behind_every_kind_of_cluster)
{
	static const char *const clusters[] = {
		"a", "e\xcc\x81", "\xe6\x97\xa5", "\xef\xbd\xb6", "\xe2\x98\xba\xef\xb8\x8f", "\xf0\x9f\x91\x8d", "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd",
		"\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7", "\xf0\x9f\x87\xaf\xf0\x9f\x87\xb5", "1\xef\xb8\x8f\xe2\x83\xa3",
		"\xe0\xb8\x81\xe0\xb8\xb3", "\xc2\xb7", "\xe2\x80\xa6", "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab",
	};
	begin();
	for (size_t i = 0; i < COUNT_OF(clusters); i++) {
		char line[128];
		snprintf(line, sizeof line, "%s%s|", clusters[i], clusters[i]);
		int used = put((int)i, 0, 60, line);
		ck_assert_int_eq(used, screen_width(cells, line, strlen(line)));
		put((int)i, used - 1, 1, "#");         /* the column of the bar is known */
		ck_assert_msg(strchr(row_of((int)i), '|') == NULL, "case %zu: %s", i, row_of((int)i));
		ck_assert_msg(strchr(row_of((int)i), '#') != NULL, "case %zu", i);
	}
	end();
}
END_TEST

START_TEST(text_is_cut_at_whole_clusters_and_at_the_edge)
{
	begin();
	ck_assert_int_eq(put(0, 0, 3, "\xe6\x97\xa5\xe6\x9c\xac"), 2);       /* two wide in three cells: one */
	ck_assert_str_eq(row_of(0), "\xe6\x97\xa5");
	ck_assert_int_eq(put(1, 58, 10, "abcdef"), 2);
	ck_assert_int_eq(put(2, 59, 10, "\xe6\x97\xa5"), 0);
	ck_assert_int_eq(put(99, 0, 10, "x"), 0);
	ck_assert_int_eq(put(-1, 0, 10, "x"), 0);
	ck_assert_int_eq(put(0, 60, 10, "x"), 0);
	ck_assert_int_eq(put(3, 0, 0, "x"), 0);
	end();
}
END_TEST

START_TEST(what_a_terminal_obeys_becomes_a_picture)
{
	static const char *const bad[] = {
		"\033[2J", "\033]0;x\007", "\302\233" "31m", "\233" "31m", "a\bb", "a\rb", "a\nb", "a\tb", "\342\200\256abc", "\177",
	};
	begin();
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		put(0, 0, 60, "                    ");
		put(0, 0, 60, bad[i]);
		const char *row = row_of(0);
		for (size_t at = 0, len = strlen(row); at < len;) {
			uint32_t c = utf8_next(row, len, &at);
			ck_assert_msg(c >= 0x20 && (c < 0x7F || c >= 0xA0) && (c < 0x202A || c > 0x202E), "case %zu: U+%04X", i, c);
		}
	}
	put(0, 0, 60, "\033[2J");
	ck_assert_str_eq(row_of(0), "\xe2\x90\x9b[2J");
	end();
}
END_TEST

START_TEST(another_size_is_drawn_anew)
{
	begin();
	put(15, 50, 10, "corner");
	screen_resized(cells, 24, 80);
	int rows, cols;
	screen_size(cells, &rows, &cols);
	ck_assert_int_eq(rows, 24);
	ck_assert_int_eq(cols, 80);
	put(23, 70, 10, "corner");
	ck_assert_ptr_nonnull(strstr(row_of(23), "corner"));
	ck_assert_str_eq(row_of(15), "");
	end();
}
END_TEST

TESTS("screen", columns_hold_behind_every_kind_of_cluster, text_is_cut_at_whole_clusters_and_at_the_edge,
	what_a_terminal_obeys_becomes_a_picture, another_size_is_drawn_anew)
