/* Themes: what each style looks like, read from an ini file of styles.
 *
 *	[style]
 *	citation = cyan bold
 *	selected = #1c1c1c on #d0d0d0
 *
 * A colour is one of the terminal's sixteen by name, 0-255, #rrggbb or `default`
 * (what the terminal has: the default theme paints nothing).  Meaning never
 * rests on colour alone: the panes write words and marks as well, so that a
 * theme of attributes only (mono) or NO_COLOR loses nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screen_in.h"

static const char *const style_names[STYLE_COUNT] = {
	"text", "dim", "strong", "emphasis", "code", "heading", "link",
	"you", "stoa", "citation", "citation-now", "verified", "stale",
	"unsupported", "refused", "selected", "match", "rule", "tab",
	"tab-now", "status", "alert", "hint", "key",
};

static const char *const colour_names[16] = {
	"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
	"bright-black", "bright-red", "bright-green", "bright-yellow",
	"bright-blue", "bright-magenta", "bright-cyan", "bright-white",
};

static const struct { const char *name; unsigned attribute; } attributes[] = {
	{ "bold", LOOK_BOLD }, { "dim", LOOK_DIM }, { "italic", LOOK_ITALIC },
	{ "underline", LOOK_UNDERLINE }, { "reverse", LOOK_REVERSE },
};

/* The theme in the program: a missing or broken file still shows everything. */
static const char built_in[] =
	"[style]\ndim = default dim\nstrong = default bold\nemphasis = default italic\n"
	"code = cyan\nheading = default bold\nlink = blue underline\nyou = green bold\n"
	"stoa = blue bold\ncitation = cyan\ncitation-now = cyan bold reverse\n"
	"verified = green\nstale = yellow bold\nunsupported = red bold\nrefused = yellow\n"
	"selected = default reverse\nmatch = yellow bold underline\nrule = default dim\n"
	"tab-now = default bold reverse\nalert = red bold\nhint = default dim\nkey = default bold\n";

static bool
colour_parse(int *out, const char *word)
{
	if (str_same(word, "default")) {
		*out = COLOUR_DEFAULT;
		return true;
	}
	for (int i = 0; i < 16; i++)
		if (str_same(word, colour_names[i])) {
			*out = i;
			return true;
		}
	char *end = NULL;
	if (word[0] == '#' && strlen(word) == 7) {
		long rgb = strtol(word + 1, &end, 16);
		*out = COLOUR_RGB | (int)rgb;
		return strspn(word + 1, "0123456789abcdefABCDEF") == 6;
	}
	long n = strtol(word, &end, 10);
	*out = (int)n;
	return word[0] >= '0' && word[0] <= '9' && *end == '\0' && n <= 255;
}

static bool
attribute_parse(unsigned *out, const char *word)
{
	for (size_t i = 0; i < COUNT_OF(attributes); i++)
		if (str_same(word, attributes[i].name)) {
			*out |= attributes[i].attribute;
			return true;
		}
	return false;
}

/* "cyan on black bold" */
static enum fault
look_parse(struct look *out, const char *value)
{
	struct look look = { COLOUR_DEFAULT, COLOUR_DEFAULT, 0 };
	char words[128], *save = NULL;
	bool on = false, given[2] = { false, false };
	if (strlen(value) >= sizeof words)
		return fault(FAULT_INPUT, "a style of more than %zu bytes", sizeof words - 1);
	strcpy(words, value);
	for (char *w = strtok_r(words, " \t", &save); w != NULL; w = strtok_r(NULL, " \t", &save)) {
		if (str_same(w, "on") && !on) {
			on = true;
			continue;
		}
		if (attribute_parse(&look.attributes, w))
			continue;
		if (given[on])
			return fault(FAULT_INPUT, "\"%s\" is one colour too many; say cyan on black", w);
		given[on] = true;
		if (!colour_parse(on ? &look.background : &look.foreground, w))
			return fault(FAULT_INPUT, "\"%s\" is no colour and no attribute; "
				"say cyan, 117, #5fd7ff or default, and bold, dim, italic, underline or reverse", w);
	}
	if (on && !given[true])
		return fault(FAULT_INPUT, "a background is missing behind \"on\"");
	*out = look;
	return FAULT_NONE;
}

static enum fault
theme_line(const char *section, const char *name, const char *value, int line, void *arg)
{
	struct theme *t = arg;
	(void)line;
	if (str_same(section, "theme"))
		return FAULT_NONE;
	if (!str_same(section, "style"))
		return fault(FAULT_INPUT, "[%s] is no part of a theme; there are [theme] and [style]", section);
	for (int i = 0; i < STYLE_COUNT; i++)
		if (str_same(name, style_names[i]))
			return look_parse(&t->looks[i], value);
	return fault(FAULT_INPUT, "\"%s\" is no style (stoa-theme(5) lists them)", name);
}

static struct theme *
theme_plain(void)
{
	struct theme *t = mem_new(sizeof *t);
	for (int i = 0; i < STYLE_COUNT; i++)
		t->looks[i] = (struct look){ COLOUR_DEFAULT, COLOUR_DEFAULT, 0 };
	enum fault f = ini_text("plain", built_in, sizeof built_in - 1, theme_line, t);
	if (f != FAULT_NONE)
		abort();
	return t;
}

static enum fault
theme_read(struct theme *t, const char *folder, const char *name)
{
	char path[4096];
	if (folder == NULL)
		return fault(FAULT_ABSENT, "no folder of themes");
	if ((size_t)snprintf(path, sizeof path, "%s/%s.theme", folder, name) >= sizeof path)
		return fault(FAULT_INPUT, "the path of theme %s is too long", name);
	return ini_read(path, theme_line, t);
}

enum fault
theme_load(struct theme **out, const char *name, const char *user_folder, const char *shipped_folder)
{
	enum fault f = FAULT_NONE;
	*out = theme_plain();
	if (name == NULL || str_same(name, "plain"))
		return FAULT_NONE;
	if (strchr(name, '/') != NULL || name[0] == '.')
		return fault(FAULT_INPUT, "\"%s\" is no name of a theme", name);
	struct theme *t = theme_plain();
	f = theme_read(t, user_folder, name);
	if (f == FAULT_ABSENT)
		f = theme_read(t, shipped_folder, name);
	if (f != FAULT_NONE) {
		theme_free(t);
		if (f == FAULT_ABSENT)
			return fault(FAULT_ABSENT, "there is no theme \"%s\"; there are plain dark light high-contrast mono and those in the config folder", name);
		return f;
	}
	theme_free(*out);
	*out = t;
	return FAULT_NONE;
}

enum fault
tui_theme_check(const char *name, const char *user_folder, const char *shipped_folder)
{
	struct theme *t;
	enum fault f = theme_load(&t, name, user_folder, shipped_folder);
	theme_free(t);
	return f;
}

void
theme_free(struct theme *t)
{
	mem_free(t);
}
