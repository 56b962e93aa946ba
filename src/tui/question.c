/* A question at the bottom of the screen that answers later.
 *
 * Handlers never wait: who asks hands over what to do with the answer.  What is
 * typed lies in memory that is locked and wiped, because it may be a passphrase. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "app_in.h"

void
question_init(struct app *app)
{
	app->question.typed = mem_new(QUESTION_MAX);
	(void)!mlock(app->question.typed, QUESTION_MAX);
}

static void
wipe(struct question *q)
{
	explicit_bzero(q->typed, QUESTION_MAX);
	q->len = q->caret = 0;
}

void
question_clear(struct app *app)
{
	struct question *q = &app->question;
	if (q->typed == NULL)
		return;
	wipe(q);
	(void)!munlock(q->typed, QUESTION_MAX);
	mem_free(q->typed);
	q->typed = NULL;
}

/* Ends the question, then tells: the answer may ask the next one. */
static void
answer(struct app *app, bool left)
{
	struct question *q = &app->question, was = *q;
	char *copy = mem_new(QUESTION_MAX);
	(void)!mlock(copy, QUESTION_MAX);
	memcpy(copy, q->typed, q->len);
	wipe(q);
	q->asked = false;
	app->dirty_bottom = true;
	app_dirty(app, app->focus[app->tab]);    /* the caret goes back there */
	if (was.answered != NULL)
		was.answered(app, left ? NULL : copy, was.arg);
	explicit_bzero(copy, QUESTION_MAX);
	(void)!munlock(copy, QUESTION_MAX);
	mem_free(copy);
	if (app->vault != VAULT_OPEN)
		app_dirty(app, NULL);
}

static void
ask(struct app *app, const char *question, app_answer_fn *answered, void *arg)
{
	struct question *q = &app->question;
	if (q->asked)
		answer(app, true);
	app->alert[0] = '\0';
	*q = (struct question){ .asked = true, .typed = q->typed, .answered = answered, .arg = arg };
	snprintf(q->label, sizeof q->label, "%s", question);
	app->dirty_bottom = true;
	if (app->vault != VAULT_OPEN)
		app_dirty(app, NULL);
}

void
app_ask(struct app *app, const char *question, bool hidden, app_answer_fn *answered, void *arg)
{
	ask(app, question, answered, arg);
	app->question.hidden = hidden;
}

void
app_confirm(struct app *app, const char *question, app_answer_fn *answered, void *arg)
{
	ask(app, question, answered, arg);
	app->question.confirm = true;
}

void
app_ask_with(struct app *app, const char *question, const char *text, app_answer_fn *answered, void *arg)
{
	ask(app, question, answered, arg);
	question_paste(app, text, strlen(text));
}

/* ---- editing ------------------------------------------------------------------ */

static void
insert(struct question *q, const char *bytes, size_t n)
{
	if (n == 0 || q->len + n >= QUESTION_MAX)
		return;
	memmove(q->typed + q->caret + n, q->typed + q->caret, q->len - q->caret);
	memcpy(q->typed + q->caret, bytes, n);
	q->caret += n;
	q->len += n;
}

static void
cut(struct question *q, size_t from, size_t to)
{
	memmove(q->typed + from, q->typed + to, q->len - to);
	explicit_bzero(q->typed + q->len - (to - from), to - from);
	q->len -= to - from;
	q->caret = from;
}

/* Start of the cluster that ends at the caret. */
static size_t
before(const struct question *q)
{
	size_t at = 0, last = 0;
	while (at < q->caret) {
		last = at;
		at = utf8_grapheme_end(q->typed, q->len, at);
	}
	return last;
}

void
question_paste(struct app *app, const char *bytes, size_t n)
{
	struct question *q = &app->question;
	if (q->confirm)
		return;
	size_t line = 0;
	while (line < n && bytes[line] != '\n' && bytes[line] != '\r' && bytes[line] != '\0')
		line++;
	insert(q, bytes, line);
	app->dirty_bottom = true;
}

static void
edit(struct question *q, keycode k)
{
	char bytes[4];
	if ((k == 127 || k == 8) && q->caret > 0)
		cut(q, before(q), q->caret);
	else if (k == KEY_DELETE && q->caret < q->len)
		cut(q, q->caret, utf8_grapheme_end(q->typed, q->len, q->caret));
	else if (k == 21)              /* C-u */
		cut(q, 0, q->caret);
	else if (k == 11)              /* C-k */
		cut(q, q->caret, q->len);
	else if (k == 23) {            /* C-w: the word before */
		size_t from = q->caret;
		while (from > 0 && q->typed[from - 1] == ' ')
			from--;
		while (from > 0 && q->typed[from - 1] != ' ')
			from--;
		cut(q, from, q->caret);
	} else if (k == KEY_LEFT_ARROW || k == 2)
		q->caret = before(q);
	else if ((k == KEY_RIGHT_ARROW || k == 6) && q->caret < q->len)
		q->caret = utf8_grapheme_end(q->typed, q->len, q->caret);
	else if (k == KEY_HOME_KEY || k == 1)
		q->caret = 0;
	else if (k == KEY_END_KEY || k == 5)
		q->caret = q->len;
	else if (k >= ' ' && k < KEY_MOD_ALT && k != 127)
		insert(q, bytes, utf8_encode(bytes, k));
}

bool
question_key(struct app *app, keycode k)
{
	struct question *q = &app->question;
	if (!q->asked)
		return false;
	app->dirty_bottom = true;
	if (q->find && q->len == 0 && k == '/') {
		answer(app, true);
		action_run(app, "find.everything", NULL);
	} else if (q->confirm) {
		bool yes = k == 'y' || k == 'Y';
		if (yes)
			insert(q, "y", 1);
		answer(app, !yes);
	} else if (k == '\r') {
		answer(app, false);
	} else if (k == 27 || k == 3 || (k == 4 && q->len == 0)) {
		answer(app, true);
	} else if (k == '\t' && q->path) {
		path_complete(app);
	} else if (k == '\t' && q->command != NULL) {
		question_complete(app);
	} else {
		q->hint[0] = '\0';
		edit(q, k);
	}
	return true;
}

/* ---- drawing --------------------------------------------------------------------- */

void
question_draw(struct app *app, int row, int col, int cols)
{
	const struct question *q = &app->question;
	struct screen *s = app->screen;
	int used = screen_put(s, row, col, q->confirm ? cols - 2 : cols - 8, STYLE_STRONG, q->label, strlen(q->label));
	int room = cols - used - 2, caret = 0;
	col += used + 1;
	if (q->hidden) {
		char stars[64];
		size_t n = 0;
		for (size_t at = 0; at < q->len && n < sizeof stars && (int)n < room; n++)
			at = utf8_grapheme_end(q->typed, q->len, at);
		memset(stars, '*', n);
		caret = screen_put(s, row, col, room, STYLE_TEXT, stars, n);
	} else {
		/* Show the end of what is too long, with the caret in view. */
		size_t from = 0;
		while (from < q->caret && screen_width(s, q->typed + from, q->caret - from) >= room)
			from = utf8_grapheme_end(q->typed, q->len, from);
		caret = screen_width(s, q->typed + from, q->caret - from);
		int width = screen_put(s, row, col, room, STYLE_TEXT, q->typed + from, q->len - from);
		if (q->hint[0] != '\0' && room - width > 12)
			(void)screen_put_short(s, row, col + width + 2, room - width - 2, STYLE_DIM, q->hint, strlen(q->hint));
	}
	screen_cursor(s, row, col + caret);
}
