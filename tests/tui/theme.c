/* Themes: the shipped ones load and can be read; a bad line is named. */
#include <math.h>
#include "../stoa_test.h"
#include "../../src/tui/screen_in.h"

/* ---- WCAG 2.1: relative luminance and contrast ratio -------------------------------- */

static int
rgb_of(int colour, int otherwise)
{
	static const int sixteen[16] = { 0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
		0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff };
	static const int steps[6] = { 0, 95, 135, 175, 215, 255 };
	if (colour == COLOUR_DEFAULT)
		return otherwise;
	if (colour & COLOUR_RGB)
		return colour & 0xffffff;
	if (colour < 16)
		return sixteen[colour];
	if (colour >= 232)
		return (8 + 10 * (colour - 232)) * 0x010101;
	colour -= 16;
	return steps[colour / 36] << 16 | steps[colour / 6 % 6] << 8 | steps[colour % 6];
}

static double
luminance(int rgb)
{
	static const double weights[3] = { 0.2126, 0.7152, 0.0722 };
	double sum = 0;
	for (int i = 0; i < 3; i++) {
		double c = (rgb >> (16 - 8 * i) & 255) / 255.0;
		sum += weights[i] * (c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
	}
	return sum;
}

static double
contrast(const struct look *look, int text, int paper)
{
	double a = luminance(rgb_of(look->foreground, text)), b = luminance(rgb_of(look->background, paper));
	return (a > b ? a + 0.05 : b + 0.05) / (a > b ? b + 0.05 : a + 0.05);
}

START_TEST(every_shipped_theme_loads)
{
	static const char *const names[] = { "plain", "dark", "light", "high-contrast", "mono" };
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct theme *t;
		char path[64];
		WELL(theme_load(&t, names[i], "/nonexistent", "themes"));
		theme_free(t);
		snprintf(path, sizeof path, "themes/%s.theme", names[i]);
		ck_assert_msg(access(path, R_OK) == 0, "%s is missing", path);
	}
}
END_TEST

START_TEST(the_program_and_the_file_agree_on_plain)
{
	struct theme *in, *out;
	const char *folder = scratch();
	char path[128];
	struct text t;
	text_init(&t, 65536);
	WELL(file_read(&t, "themes/plain.theme"));
	snprintf(path, sizeof path, "%s/copy.theme", folder);
	WELL(file_write(path, t.data, t.len));
	WELL(theme_load(&in, "plain", NULL, NULL));
	WELL(theme_load(&out, "copy", folder, NULL));
	ck_assert_mem_eq(in, out, sizeof *in);
	theme_free(in);
	theme_free(out);
	text_clear(&t);
	scratch_remove(folder);
}
END_TEST

/* 4.5 is AA for text, 7 is AAA; rules are no text (3). */
START_TEST(text_has_contrast_on_the_background_it_is_meant_for)
{
	static const struct { const char *name; int text, paper; double least; } rows[] = {
		{ "dark", 0xd0d0d0, 0x1c1c1c, 4.5 }, { "dark", 0xd0d0d0, 0x000000, 4.5 },
		{ "light", 0x1c1c1c, 0xffffff, 4.5 }, { "light", 0x1c1c1c, 0xeeeeee, 4.5 },
		{ "high-contrast", 0xffffff, 0x000000, 7 }, { "high-contrast", 0x000000, 0xffffff, 7 },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct theme *t;
		WELL(theme_load(&t, rows[i].name, NULL, "themes"));
		for (int s = 0; s < STYLE_COUNT; s++) {
			double ratio = contrast(&t->looks[s], rows[i].text, rows[i].paper);
			double least = s == STYLE_RULE ? 2 : rows[i].least;
			ck_assert_msg(ratio >= least, "%s: style %d has %.2f on %06x", rows[i].name, s, ratio, (unsigned)rows[i].paper);
		}
		theme_free(t);
	}
}
END_TEST

/* Without colour every state that matters must still look like something, or have words. */
START_TEST(mono_has_no_colour)
{
	struct theme *t;
	WELL(theme_load(&t, "mono", NULL, "themes"));
	for (int s = 0; s < STYLE_COUNT; s++)
		ck_assert(t->looks[s].foreground == COLOUR_DEFAULT && t->looks[s].background == COLOUR_DEFAULT);
	ck_assert_uint_ne(t->looks[STYLE_CITATION_NOW].attributes, t->looks[STYLE_CITATION].attributes);
	ck_assert_uint_ne(t->looks[STYLE_SELECTED].attributes, 0);
	theme_free(t);
}
END_TEST

static const char *folder;

static enum fault
own(struct theme **out, const char *s)
{
	char path[128];
	snprintf(path, sizeof path, "%s/mine.theme", folder);
	WELL(file_write(path, s, strlen(s)));
	return theme_load(out, "mine", folder, "themes");
}

START_TEST(a_theme_of_ones_own_is_read)
{
	struct theme *t;
	folder = scratch();
	WELL(own(&t, "[theme]\nname = mine\n[style]\ncitation = #5fd7FF on 16 bold underline\nstale = bright-red\n"));
	ck_assert_int_eq(t->looks[STYLE_CITATION].foreground, COLOUR_RGB | 0x5fd7ff);
	ck_assert_int_eq(t->looks[STYLE_CITATION].background, 16);
	ck_assert_uint_eq(t->looks[STYLE_CITATION].attributes, LOOK_BOLD | LOOK_UNDERLINE);
	ck_assert_int_eq(t->looks[STYLE_STALE].foreground, 9);
	ck_assert_uint_eq(t->looks[STYLE_HEADING].attributes, LOOK_BOLD);
	theme_free(t);
	scratch_remove(folder);
}
END_TEST

START_TEST(a_bad_line_is_named_and_plain_is_used)
{
	static const struct { const char *file, *line, *word; } wrong[] = {
		{ "[style]\ncitation = purpel\n", ":2:", "purpel" }, { "[style]\n\ncitatoin = red\n", ":3:", "citatoin" },
		{ "[styles]\ntext = red\n", ":2:", "[styles]" }, { "[style]\ntext = 256\n", ":2:", "256" },
		{ "[style]\ntext = -1\n", ":2:", "-1" }, { "[style]\ntext = #12345\n", ":2:", "#12345" },
		{ "[style]\ntext = #0x12ab\n", ":2:", "#0x12ab" }, { "[style]\ntext = #-12345\n", ":2:", "#-12345" },
		{ "[style]\ntext = red blue\n", ":2:", "blue" }, { "[style]\ntext = red on\n", ":2:", "on" },
		{ "[style]\ntext = red on black on white\n", ":2:", "on" }, { "[style]\ntext = 1e2\n", ":2:", "1e2" },
	};
	struct theme *plain;
	WELL(theme_load(&plain, "plain", NULL, NULL));
	folder = scratch();
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct theme *t;
		enum fault f = own(&t, wrong[i].file);
		ck_assert_msg(f == FAULT_INPUT, "row %zu: %s", i, fault_name(f));
		ck_assert_ptr_nonnull(strstr(fault_sentence(), "mine.theme"));
		ck_assert_msg(strstr(fault_sentence(), wrong[i].line) != NULL && strstr(fault_sentence(), wrong[i].word) != NULL, "%s", fault_sentence());
		ck_assert_mem_eq(t, plain, sizeof *t);
		theme_free(t);
	}
	theme_free(plain);
	scratch_remove(folder);
}
END_TEST

START_TEST(a_name_never_leaves_the_folder)
{
	struct theme *t;
	FAILS(FAULT_INPUT, theme_load(&t, "../themes/dark", "themes", "themes"));
	theme_free(t);
	FAILS(FAULT_INPUT, theme_load(&t, ".hidden", "themes", "themes"));
	theme_free(t);
	FAILS(FAULT_ABSENT, theme_load(&t, "nothing", "themes", NULL));
	theme_free(t);
}
END_TEST

TESTS("theme", every_shipped_theme_loads, the_program_and_the_file_agree_on_plain,
	text_has_contrast_on_the_background_it_is_meant_for, mono_has_no_colour, a_theme_of_ones_own_is_read,
	a_bad_line_is_named_and_plain_is_used, a_name_never_leaves_the_folder)
