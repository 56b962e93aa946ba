/* Probe: the width self-test.
 *
 * After the first frame a row of the screen is written over with one cluster of each
 * kind, the terminal is asked after each where its cursor stands (CSI 6n), and the
 * row is drawn again, all in one write.  Answers come among the keys and are told
 * from them by key.c; nothing waits for them.  150 ms later the screen stays as it
 * is, and an answer that comes then is for the next start.  What a terminal said is
 * kept in the state folder by its name, so that it is asked once; Ctrl-L asks again. */
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app_in.h"
#include "screen_in.h"

#define PATIENCE_MS 150
#define REMEMBERED_MOST 32             /* terminals */
#define WIDEST 8

static const struct { const char *name, *cluster; int usual; } kinds[WIDTH_KINDS] = {
	[WIDTH_AMBIGUOUS] = { "ambiguous", "\xCE\xB1", 1 },                          /* alpha */
	[WIDTH_LINE] = { "line", "\xE2\x94\x80", 1 },
	[WIDTH_IDEOGRAPH] = { "ideograph", "\xE6\x97\xA5", 2 },
	[WIDTH_EMOJI] = { "emoji", "\xF0\x9F\x98\x80", 2 },
	[WIDTH_EMOJI_LATE] = { "emoji-late", "\xF0\x9F\xAB\xA0", 2 },                /* of Unicode 14 */
	[WIDTH_SIGN] = { "emoji-sign", "\xE2\x9D\xA4\xEF\xB8\x8F", 2 },              /* a heart and VS16 */
	[WIDTH_JOINED] = { "emoji-joined", "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x94\xAC", 2 },
	[WIDTH_TONE] = { "emoji-tone", "\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD", 2 },
	[WIDTH_FLAG] = { "flag", "\xF0\x9F\x87\xAF\xF0\x9F\x87\xB5", 2 },
	[WIDTH_MARK] = { "mark", "e\xCC\x81", 1 },
	[WIDTH_SPACING] = { "spacing-mark", "\xE0\xA4\x95\xE0\xA5\x80", 2 },
};

/* ---- this terminal ------------------------------------------------------------------ */

struct terminal_name { char section[64], words[160]; };      /* a line of the file: 199 bytes */

static size_t
name_add(struct terminal_name *t, size_t used, const char *word)
{
	for (size_t k = 0; word != NULL && word[k] != '\0' && k < 24 && used + 2 < sizeof t->words; k++) {
		bool plain = (word[k] >= '0' && word[k] <= '9') || ((word[k] | 32) >= 'a' && (word[k] | 32) <= 'z') || word[k] == '.' || word[k] == '-';
		t->words[used++] = plain ? word[k] : '_';
	}
	if (used + 1 < sizeof t->words)
		t->words[used++] = ' ';
	return used;
}

/* Whose it is, if one came by ssh, is in the sum alone. */
static void
name_find(struct terminal_name *t)
{
	static const char *const variables[] = { "TERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "VTE_VERSION", "KONSOLE_VERSION" };
	const char *from = getenv("SSH_CLIENT");
	uint32_t sum = 2166136261u;
	size_t used = 0;
	*t = (struct terminal_name){ .section = "" };
	for (size_t i = 0; i < COUNT_OF(variables); i++)
		used = name_add(t, used, getenv(variables[i]));
	used = name_add(t, used, setlocale(LC_CTYPE, NULL));
	if (from != NULL)
		used = name_add(t, used, "ssh");
	while (used > 0 && t->words[used - 1] == ' ')
		t->words[--used] = '\0';
	for (size_t i = 0; i < used; i++)
		sum = (sum ^ (unsigned char)t->words[i]) * 16777619u;
	for (size_t i = 0; from != NULL && from[i] != '\0' && from[i] != ' '; i++)
		sum = (sum ^ (unsigned char)from[i]) * 16777619u;
	size_t first = strcspn(t->words, " ");
	snprintf(t->section, sizeof t->section, "%.*s-%08x", first > 24 ? 24 : (int)first, t->words, (unsigned)sum);
}

/* Is it a set that a terminal can have said? Of emoji put together it must be one or
 * all of them, else they are not to be relied on. */
static bool
plausible(int cells[WIDTH_KINDS])
{
	for (int i = 0; i < WIDTH_KINDS; i++)
		if (cells[i] < (i == WIDTH_JOINED || i == WIDTH_TONE ? 0 : 1) || cells[i] > WIDEST)
			return false;
	for (int i = WIDTH_AMBIGUOUS; i <= WIDTH_SIGN; i++)
		if (cells[i] > 2)
			return false;
	for (int i = WIDTH_JOINED; i <= WIDTH_TONE; i++)
		if (cells[i] != cells[WIDTH_EMOJI] && cells[i] != 2 * cells[WIDTH_EMOJI])
			cells[i] = 0;
	return true;
}

/* ---- remembering ---------------------------------------------------------------------- */

struct remembered { const char *section; int cells[WIDTH_KINDS], count; };

static enum fault
take_line(const char *section, const char *name, const char *value, int line, void *arg)
{
	struct remembered *r = arg;
	(void)line;
	for (int i = 0; i < WIDTH_KINDS && str_same(section, r->section); i++)
		if (str_same(name, kinds[i].name)) {
			r->cells[i] = atoi(value);
			r->count++;
		}
	return FAULT_NONE;
}

static bool
remembered(int cells[WIDTH_KINDS], const char *state_folder)
{
	char path[4200];
	struct terminal_name t;
	name_find(&t);
	struct remembered r = { .section = t.section };
	snprintf(path, sizeof path, "%s/widths", state_folder);
	if (ini_read(path, take_line, &r) != FAULT_NONE || r.count != WIDTH_KINDS || !plausible(r.cells))
		return false;
	memcpy(cells, r.cells, sizeof r.cells);
	return true;
}

void
widths_remembered(struct app *app)
{
	int cells[WIDTH_KINDS];
	(void)width_learn(remembered(cells, app->config->places.state) ? cells : NULL);
}

enum fault
tui_widths(struct text *out, const char *state_folder)
{
	int cells[WIDTH_KINDS], others = 0;
	if (!remembered(cells, state_folder))
		return fault(FAULT_ABSENT, "this terminal was not measured yet");
	for (int i = 0; i < WIDTH_KINDS; i++)
		if (cells[i] != kinds[i].usual)
			text_printf(out, "%s%s %d, not %d", others++ > 0 ? ", " : "measured; counts otherwise and is met: ", kinds[i].name, cells[i], kinds[i].usual);
	if (others == 0)
		text_put(out, "measured; counts as most do");
	return FAULT_NONE;
}

struct others { struct text text; const char *section; char last[64]; size_t starts[256], count; };

static enum fault
other_line(const char *section, const char *name, const char *value, int line, void *arg)
{
	struct others *o = arg;
	(void)line;
	if (str_same(section, o->section) || o->count == COUNT_OF(o->starts))
		return FAULT_NONE;
	if (!str_same(section, o->last)) {
		snprintf(o->last, sizeof o->last, "%s", section);
		o->starts[o->count++] = o->text.len;
		text_printf(&o->text, "[%s]\n", section);
	}
	text_printf(&o->text, "%s = %s\n", name, value);
	return FAULT_NONE;
}

struct save { char path[4200]; struct terminal_name name; int cells[WIDTH_KINDS]; };

/* On the crew. A file that cannot be read or written costs a question at the next start. */
static void
save_run(void *arg)
{
	struct save *s = arg;
	struct others o = { .section = s->name.section };
	struct text all;
	text_init(&o.text, INI_BYTES_MAX / 2);
	text_init(&all, INI_BYTES_MAX);
	bool whole = ini_read(s->path, other_line, &o) == FAULT_NONE && !o.text.over;
	size_t from = o.count >= REMEMBERED_MOST ? o.starts[o.count - REMEMBERED_MOST + 1] : 0;
	text_put(&all, "# Cells that terminals gave to a cluster of each kind; take it away and they are asked again.\n");
	if (whole && o.text.data != NULL)
		text_put_n(&all, o.text.data + from, o.text.len - from);
	text_printf(&all, "[%s]\nterminal = %s\n", s->name.section, s->name.words);
	for (int i = 0; i < WIDTH_KINDS; i++)
		text_printf(&all, "%s = %d\n", kinds[i].name, s->cells[i]);
	(void)!file_write(s->path, all.data, all.len);
	text_clear(&o.text);
	text_clear(&all);
	mem_free(s);
}

/* ---- asking --------------------------------------------------------------------------- */

static void
on_patience_end(void *arg)
{
	struct app *app = arg;
	app->widths.timer = 0;
	app->widths.late = true;
}

void
widths_ask(struct app *app, bool again)
{
	struct width_test *w = &app->widths;
	struct text t;
	int rows, cols;
	screen_size(app->screen, &rows, &cols);
	if (w->timer != 0 || (width_known() && !again) || MB_CUR_MAX == 1 || !screen_addresses(app->screen) || rows < 2 || cols < 2 * WIDEST)
		return;
	text_init(&t, 4096);
	for (int i = -1; i < WIDTH_KINDS; i++) {          /* a letter first: does it tell the truth? */
		overprint_address(&t, rows - 1, 0);
		text_printf(&t, "%s\033[6n", i < 0 ? "a" : kinds[i].cluster);
	}
	overprint_address(&t, rows - 1, 0);
	text_put(&t, "\033[K");
	screen_ask(app->screen, &t, rows - 1);
	screen_flush(app->screen);
	text_clear(&t);
	*w = (struct width_test){ .row = rows - 1, .asked = true };
	w->timer = loop_timer(app->loop, PATIENCE_MS, on_patience_end, app);
}

static void
learn(struct app *app)
{
	struct width_test *w = &app->widths;
	struct save *s = mem_new(sizeof *s);
	memcpy(s->cells, w->cells + 1, sizeof s->cells);
	w->asked = false;
	if (w->cells[0] != 1 || !plausible(s->cells)) {
		mem_free(s);
		return;
	}
	if (!w->late && width_learn(s->cells)) {
		app_composer_resized(app);
		app_relayout(app);
		app_dirty(app, NULL);
	}
	name_find(&s->name);
	snprintf(s->path, sizeof s->path, "%s/widths", app->config->places.state);
	if (!app_crew(app, save_run, s))
		mem_free(s);
}

void
widths_answer(struct app *app, const struct key_event *e)
{
	struct width_test *w = &app->widths;
	if (!w->asked || e->row != w->row)
		return;
	w->cells[w->got++] = e->col;
	if (w->got == WIDTH_KINDS + 1)
		learn(app);
}

/* Who leaves at once has the answers still on their way: they are waited for, no longer
 * than they would have been, and thrown away. */
void
widths_leave(struct app *app)
{
	struct width_test *w = &app->widths;
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	char bytes[512];
	if (w->timer != 0)
		loop_untimer(app->loop, w->timer);
	for (int n = 0; w->asked && w->timer != 0 && n < 4 && poll(&p, 1, PATIENCE_MS / 2) > 0; n++)
		if (read(STDIN_FILENO, bytes, sizeof bytes) <= 0)
			break;
	w->timer = 0;
	w->asked = false;
}
