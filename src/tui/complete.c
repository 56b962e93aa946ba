/* Completion in the input line: commands, what some of them take, else the names of
 * documents and the subjects.  A path goes to a question, whose folders the crew reads. */
#include <stdio.h>
#include <string.h>

#include "app_in.h"

#define NAMES_SHOWN 12

static const struct { const char *command, *words[6]; } arguments[] = {
	{ "/theme ", { "plain", "dark", "light", "high-contrast", "mono" } },
	{ "/mouse ", { "on", "off" } },
	{ "/archive ", { "on", "off" } },
};
static const struct { const char *command, *question, *action; } paths[] = {
	{ "/add ", "Add file or folder (Tab completes):", "doc.add" },
	{ "/export ", "Export to (.md .json .html .txt):", "chat.export" },
};

static void
take(const char **out, size_t *n, const char *word)
{
	if (word != NULL && *word != '\0')
		out[(*n)++] = word;
}

/* Subjects are few: each is compared with those that are there. */
static void
take_subject(const char **out, size_t *n, size_t first, const char *word)
{
	for (size_t i = first; i < *n; i++)
		if (str_same(out[i], word))
			return;
	take(out, n, word);
}

static void
names(const struct app *app, const char **out, size_t *n)
{
	for (size_t i = 0; i < app->shelf->count; i++)
		take(out, n, app->shelf->documents[i].name);
	const size_t first = *n;
	for (size_t i = 0; i < app->shelf->count; i++)
		take_subject(out, n, first, app->shelf->documents[i].subject);
	for (size_t i = 0; i < app->chat->list_count; i++)
		take_subject(out, n, first, app->chat->conversations[i].subject);
}

static size_t
path_command(const char *line)
{
	size_t i = 0;
	while (i < COUNT_OF(paths) && !str_starts(line, paths[i].command))
		i++;
	return i;
}

static void
on_path(struct app *app, const char *answer, void *arg)
{
	if (answer != NULL && *answer != '\0')
		action_run(app, arg, answer);
}

/* After the key that asked for it: readline is in the middle of the line now. */
static void
ask_path(void *arg)
{
	struct app *app = arg;
	const char *line = composer_text(app->composer);
	size_t i = path_command(line);
	if (app->leaving || i == COUNT_OF(paths))
		return;
	line += strlen(paths[i].command);
	char *typed = mem_strdup(line + strspn(line, " "));
	composer_set(app->composer, "");
	app_ask_path(app, paths[i].question, typed, on_path, (void *)paths[i].action);
	path_complete(app);
	mem_free(typed);
}

const char *const *
composer_complete(struct arena *a, const char *word, size_t start, const char *line, void *arg)
{
	struct app *app = arg;
	size_t n = 0, most = 2 * action_count + 64 + 2 * app->shelf->count + app->chat->list_count;
	const char **out = arena_alloc(a, (most + 1) * sizeof *out);
	if (path_command(line) < COUNT_OF(paths)) {
		(void)!loop_post(app->loop, ask_path, app);
		return out;
	}
	for (size_t i = 0; i < COUNT_OF(arguments); i++)
		if (str_starts(line, arguments[i].command)) {
			for (size_t k = 0; k < COUNT_OF(arguments[i].words); k++)
				take(out, &n, arguments[i].words[k]);
			return out;
		}
	if (start == 0 && word[0] == '/') {
		bool dot = strchr(word, '.') != NULL, known = false;
		for (size_t i = 0; action_short_name(i) != NULL && !dot; i++) {
			known |= str_starts(action_short_name(i), word + 1);
			take(out, &n, arena_printf(a, "/%s", action_short_name(i)));
		}
		for (size_t i = 0; i < action_count && !known; i++)     /* "/theme" is enough; ids for who asks */
			take(out, &n, arena_printf(a, "/%s", actions[i].id));
	} else if (line[0] != '\0') {
		names(app, out, &n);
	}
	return out;
}

/* ---- in a question ------------------------------------------------------------------ */

void
names_complete(char more[256], char hint[256], const char *const *names, size_t n, size_t begun)
{
	size_t common = n > 0 ? strlen(names[0]) : begun, used = 0;
	more[0] = hint[0] = '\0';
	for (size_t i = 1; i < n; i++) {
		size_t k = 0;
		while (k < common && names[i][k] == names[0][k])
			k++;
		common = k;
	}
	if (n > 0 && common > begun && common - begun < 256)
		snprintf(more, 256, "%.*s", (int)utf8_floor(names[0] + begun, strlen(names[0] + begun), common - begun), names[0] + begun);
	for (size_t i = 0; i < n && n > 1 && i < NAMES_SHOWN && used + strlen(names[i]) + 8 < 256; i++)
		used += (size_t)snprintf(hint + used, 256 - used, "%s  ", names[i]);
	if (n > NAMES_SHOWN)
		snprintf(hint + used, 256 - used, "...");
	if (n == 0)
		snprintf(hint, 256, "nothing begins so");
}

/* The commands, or what one of them takes, that begin as line does from `from` on. */
static size_t
line_words(const char **out, const char *line, size_t *from)
{
	size_t n = 0;
	*from = 0;
	for (size_t i = 0; i < COUNT_OF(arguments); i++) {
		const char *command = arguments[i].command + 1;
		*from = str_starts(line, command) ? strlen(command) : *from;
		for (size_t k = 0; *from > 0 && k < COUNT_OF(arguments[i].words); k++)
			if (arguments[i].words[k] != NULL && str_starts(arguments[i].words[k], line + *from))
				out[n++] = arguments[i].words[k];
		if (*from > 0)
			return n;
	}
	for (size_t i = 0; action_short_name(i) != NULL; i++)
		if (str_starts(action_short_name(i), line))
			out[n++] = action_short_name(i);
	for (size_t i = 0, known = n; i < action_count && known == 0; i++)     /* ids for who asks */
		if (str_starts(actions[i].id, line))
			out[n++] = actions[i].id;
	return n;
}

void
question_complete(struct app *app)
{
	struct question *q = &app->question;
	char line[512], more[256];
	size_t from, begun = (size_t)snprintf(line, sizeof line, "%s%.*s", q->command, (int)q->len, q->typed);
	if (q->caret != q->len || begun >= sizeof line)
		return;
	const char **words = mem_new((2 * action_count + 64) * sizeof *words);
	size_t n = line_words(words, line, &from);
	names_complete(more, q->hint, words, n, begun - from);
	question_paste(app, more, strlen(more));
	mem_free(words);
}
