/* A question written in the person's own editor, and lines split into words.
 *
 * The file lives in the runtime folder, which is memory on most machines, is 0600 and
 * goes away whatever the editor did.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cli_in.h"

#define DRAFT_MAX (32 * 1024)

static enum fault
editor_wait(const char *path)
{
	const char *editor = getenv("VISUAL");
	if (!editor || !*editor)
		editor = getenv("EDITOR");
	if (!editor || !*editor)
		editor = "vi";
	pid_t pid = fork();
	if (pid < 0)
		return fault_errno("no process for the editor");
	if (pid == 0) {
		/* the variable may hold arguments, as in "emacs -nw" */
		setenv("STOA_EDITOR", editor, 1);
		execl("/bin/sh", "sh", "-c", "eval \"$STOA_EDITOR\" '\"$1\"'", "sh", path,
			(char *)NULL);
		_exit(127);
	}
	int status;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return fault(FAULT_CANCELLED,
			"the editor %s ended without saving; the line is as it was", editor);
	return FAULT_NONE;
}

enum fault
editor_run(char **out, const char *folder, const char *text)
{
	struct text path, back;
	text_init(&path, 4096);
	text_init(&back, DRAFT_MAX);
	text_printf(&path, "%s/question-XXXXXX.txt", folder);
	int fd = mkstemps(path.data, 4);
	if (fd < 0) {
		text_clear(&path);
		return fault_errno("no file for the editor in %s", folder);
	}
	enum fault f = FAULT_NONE;
	size_t len = strlen(text);
	if (write(fd, text, len) != (ssize_t)len)
		f = fault_errno("the file for the editor cannot be written");
	close(fd);
	if (f == FAULT_NONE)
		f = editor_wait(path.data);
	if (f == FAULT_NONE)
		f = file_read(&back, path.data);
	if (f == FAULT_NONE && back.len && !utf8_valid(back.data, back.len))
		f = fault(FAULT_INPUT, "what the editor saved is not UTF-8");
	unlink(path.data);
	if (f == FAULT_NONE) {
		for (size_t i = 0; i < back.len; i++)
			if (back.data[i] == '\n' || back.data[i] == '\r')
				back.data[i] = ' ';
		while (back.len && back.data[back.len - 1] == ' ')
			text_cut(&back, back.len - 1);
		*out = mem_strdup(back.data ? back.data : "");
	}
	text_clear(&path);
	text_clear(&back);
	return f;
}

/* ---- words ------------------------------------------------------------------ */

/* One word from *at on, unquoted, into word. */
static enum fault
word_take(struct text *word, const char **at)
{
	char quote = 0;
	const char *home = getenv("HOME");
	if ((*at)[0] == '~' && (*at)[1] == '/' && home) {
		text_put(word, home);
		(*at)++;
	}
	for (; **at && (quote || !strchr(" \t", **at)); (*at)++) {
		char b = **at;
		if (quote ? b == quote : b == '"' || b == '\'')
			quote = quote ? 0 : b;
		else if (b == '\\' && quote != '\'' && (*at)[1])
			text_put_c(word, *++*at);
		else
			text_put_c(word, b);
	}
	return quote ? fault(FAULT_INPUT, "the quote %c is not closed", quote) : FAULT_NONE;
}

enum fault
words_split(char ***words, size_t *count, struct arena *a, const char *line)
{
	size_t n = 0;
	char **list = arena_alloc(a, sizeof(char *) * (strlen(line) + 2));
	for (const char *at = line;;) {
		at += strspn(at, " \t");
		if (!*at)
			break;
		struct text word;
		text_init(&word, DRAFT_MAX);
		enum fault f = word_take(&word, &at);
		list[n++] = arena_strdup(a, word.data ? word.data : "");
		text_clear(&word);
		if (f != FAULT_NONE)
			return f;
	}
	*words = list;
	*count = n;
	return FAULT_NONE;
}
