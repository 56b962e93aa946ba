/* From a command line to an exit status.
 *
 * Descriptors 0-2 are made sure of first, so that no store is ever opened as
 * standard output.  --version is answered before anything else is looked at.  What a
 * verb could not do is said in one sentence; what it printed is flushed and checked.
 */
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli_in.h"

/* For reading only, so that writing to one that was closed fails as it should. */
static void
standard_descriptors(void)
{
	int fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO)
		fd = dup(fd);
	if (fd > STDERR_FILENO)
		close(fd);
}

/* Is there a terminal that can show the screen? */
static bool
screen_wanted(struct cli *c)
{
	const char *term = getenv("TERM");
	return c->front && !c->json && !option_given(&c->args, "plain")
		&& !str_same(conf_get(&c->conf, "screen.plain"), "on") && isatty(STDIN_FILENO)
		&& isatty(STDOUT_FILENO) && term && *term && !str_same(term, "dumb");
}

/* `stoa` alone: the set-up when there is nothing yet, then the screen or the
 * conversation line by line.  Whether there is nothing yet shows in the file of the
 * store, so that the screen does not wait for it to be opened. */
static enum fault
run_alone(struct cli *c)
{
	struct stat st;
	struct backend_lock l = { 0 };
	enum fault f = session_conf(c);
	if (f != FAULT_NONE)
		return f;
	c->chatting = true;
	if (screen_wanted(c) && stat(arena_printf(&c->arena, "%s/local.db", c->places.data), &st) == 0)
		return session_screen(c);
	f = session_open(c);
	if (f == FAULT_NONE)
		f = backend_lock_state(&l, c->backend);
	if (f != FAULT_NONE)
		return f;
	if (l.fresh && !c->json && isatty(STDIN_FILENO) && prompt_possible()) {
		f = verb_init(c);
		if (f != FAULT_NONE)
			return f;
	}
	return screen_wanted(c) ? session_screen(c) : verb_chat(c);
}

static enum fault
run(struct cli *c)
{
	const struct verb *v = c->args.verb;
	if (c->args.help && v)
		help_verb(c, v->name);
	else if (c->args.help)
		help_all(c);
	else if (!v)
		return run_alone(c);
	else
		return v->run(c);
	return FAULT_NONE;
}

static bool
word_given(int argc, char *const argv[], const char *word)
{
	for (int i = 1; i < argc && !str_same(argv[i], "--"); i++)
		if (str_same(argv[i], word))
			return true;
	return false;
}

int
cli_run(int argc, char *const argv[], const struct cli_front *front)
{
	if (argc == 2 && str_same(argv[1], "--version"))
		return puts("stoa " STOA_VERSION) < 0 || fflush(stdout) != 0;
	standard_descriptors();
	umask(077);
	signal(SIGPIPE, SIG_IGN);
	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C");
	struct cli c = { .front = front };
	arena_init(&c.arena);
	enum fault f = args_parse(&c.args, &c.arena, argc > 0 ? argc - 1 : 0, argv + 1);
	print_init(&c);
	c.json = c.json || word_given(argc, argv, "--json");
	if (f == FAULT_NONE)
		f = run(&c);
	int status = f == FAULT_NONE ? c.status : print_fault(&c, f);
	session_close(&c);
	f = print_end(&c);
	if (f != FAULT_NONE)
		status = print_fault(&c, f);
	arena_clear(&c.arena);
	return status;
}
