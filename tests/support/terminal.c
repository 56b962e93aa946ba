/* A program on a pseudo-terminal: bytes out of it go to libvterm, whose cells are
 * what a person would see. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

#include "terminal.h"

#define RAW_MAX (256u * 1024 * 1024)

double
terminal_now_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static void
answer(const char *bytes, size_t n, void *arg)
{
	struct terminal *t = arg;
	if (!t->mute)
		terminal_type(t, bytes, n);
}

static void
become(const char *const argv[], const char *const env[])
{
	for (size_t i = 0; env != NULL && env[i] != NULL; i++) {
		const char *equals = strchr(env[i], '=');
		char name[64];
		snprintf(name, sizeof name, "%.*s", equals != NULL ? (int)(equals - env[i]) : 63, env[i]);
		if (equals != NULL)
			setenv(name, equals + 1, 1);
		else
			unsetenv(name);
	}
	execv(argv[0], (char *const *)argv);
	_exit(127);
}

void
terminal_start(struct terminal *t, int rows, int cols, const char *const argv[], const char *const env[])
{
	struct winsize w = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };
	*t = (struct terminal){ .rows = rows, .cols = cols };
	text_init(&t->raw, RAW_MAX);
	t->emulator = vterm_new(rows, cols);
	vterm_set_utf8(t->emulator, 1);
	vterm_output_set_callback(t->emulator, answer, t);
	t->screen = vterm_obtain_screen(t->emulator);
	vterm_screen_enable_altscreen(t->screen, 1);
	vterm_screen_reset(t->screen, 1);
	t->pid = forkpty(&t->fd, NULL, NULL, &w);
	if (t->pid < 0) {
		perror("forkpty");
		exit(2);
	}
	if (t->pid == 0)
		become(argv, env);
	(void)fcntl(t->fd, F_SETFD, FD_CLOEXEC);
	(void)fcntl(t->fd, F_SETFL, O_NONBLOCK);
}

static bool
reap(struct terminal *t, int flags)
{
	if (!t->ended && waitpid(t->pid, &t->status, flags) == t->pid)
		t->ended = true;
	return t->ended;
}

void
terminal_close(struct terminal *t)
{
	if (!reap(t, WNOHANG)) {
		kill(t->pid, SIGKILL);
		(void)reap(t, 0);
	}
	close(t->fd);
	vterm_free(t->emulator);
	text_clear(&t->raw);
	mem_free(t->arrivals);
}

void
terminal_type(struct terminal *t, const char *bytes, size_t n)
{
	for (int tries = 0; n > 0 && tries < 1000;) {
		ssize_t wrote = write(t->fd, bytes, n);
		if (wrote > 0) {
			bytes += wrote, n -= (size_t)wrote;
		} else {
			tries++;
			(void)terminal_pump(t, 5);
		}
	}
}

void
terminal_say(struct terminal *t, const char *text)
{
	terminal_type(t, text, strlen(text));
}

void
terminal_resize(struct terminal *t, int rows, int cols)
{
	struct winsize w = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };
	t->rows = rows;
	t->cols = cols;
	vterm_set_size(t->emulator, rows, cols);
	(void)ioctl(t->fd, TIOCSWINSZ, &w);
}

static uint32_t
other(const struct terminal *t, uint32_t c, bool back)
{
	for (const struct terminal_other *o = t->others; o != NULL && o->of != 0; o++)
		if ((back ? o->as : o->of) == c)
			return back ? o->of : o->as;
	return c;
}

/* To the emulator, as a terminal of other widths would take it. */
static void
show(struct terminal *t, const char *bytes, size_t n)
{
	struct text in, out;
	size_t at = 0;
	text_init(&in, 128 * 1024);
	text_init(&out, 256 * 1024);
	text_put_n(&in, t->cut, t->cut_bytes);
	text_put_n(&in, bytes, n);
	t->cut_bytes = 0;
	while (at < in.len) {
		unsigned char lead = (unsigned char)in.data[at];
		size_t whole = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1, from = at;
		if (in.len - at < whole) {
			t->cut_bytes = in.len - at;
			memcpy(t->cut, in.data + at, t->cut_bytes);
			break;
		}
		uint32_t c = utf8_next(in.data, in.len, &at);
		if (c == UTF8_BAD || c < 0x80)
			text_put_n(&out, in.data + from, at - from);
		else
			text_put_code(&out, other(t, c, false));
	}
	vterm_input_write(t->emulator, out.data, out.len);
	text_clear(&in);
	text_clear(&out);
}

bool
terminal_pump(struct terminal *t, int ms)
{
	char bytes[65536];
	struct pollfd p = { .fd = t->fd, .events = POLLIN };
	if (poll(&p, 1, ms) <= 0)
		return false;
	ssize_t n = read(t->fd, bytes, sizeof bytes);
	if (n <= 0)
		return false;
	mem_reserve(&t->arrivals, &t->arrival_cap, t->arrival_count + 1, sizeof *t->arrivals);
	struct arrival *a = &t->arrivals[t->arrival_count++];
	a->ms = terminal_now_ms();
	text_put_n(&t->raw, bytes, (size_t)n);
	a->end = t->raw.len;
	while (!t->later && terminal_replay(t) != NULL)
		;
	return true;
}

const struct arrival *
terminal_replay(struct terminal *t)
{
	if (t->shown == t->arrival_count)
		return NULL;
	const struct arrival *a = &t->arrivals[t->shown];
	size_t from = t->shown > 0 ? t->arrivals[t->shown - 1].end : 0;
	t->shown++;
	if (t->others == NULL)
		vterm_input_write(t->emulator, t->raw.data + from, a->end - from);
	else
		show(t, t->raw.data + from, a->end - from);
	return a;
}

void
terminal_quiet(struct terminal *t, int ms)
{
	double end = terminal_now_ms() + 20000;
	while (terminal_pump(t, ms) && terminal_now_ms() < end)
		;
}

static void
put_row(struct text *out, const struct terminal *t, int row)
{
	size_t from = out->len;
	for (int col = 0; col < t->cols; col++) {
		VTermScreenCell cell;
		if (!vterm_screen_get_cell(t->screen, (VTermPos){ .row = row, .col = col }, &cell) || cell.chars[0] == 0) {
			text_put_c(out, ' ');
			continue;
		}
		for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] != 0; i++)
			if (cell.chars[i] != (uint32_t)-1)
				text_put_code(out, other(t, cell.chars[i], true));
		if (cell.width == 2)
			col++;
	}
	while (out->len > from && out->data[out->len - 1] == ' ')
		text_cut(out, out->len - 1);
	text_put_c(out, '\n');
}

void
terminal_print(struct text *out, struct terminal *t)
{
	for (int row = 0; row < t->rows; row++)
		put_row(out, t, row);
}

bool
terminal_shows(struct terminal *t, const char *text)
{
	struct text all;
	text_init(&all, 1024 * 1024);
	terminal_print(&all, t);
	bool shown = strstr(all.data, text) != NULL;
	text_clear(&all);
	return shown;
}

static bool
wait_until(struct terminal *t, const char *text, bool shown, int ms)
{
	double end = terminal_now_ms() + ms;
	while (terminal_shows(t, text) != shown) {
		double left = end - terminal_now_ms();
		if (left <= 0)
			return false;
		if (!terminal_pump(t, left > 50 ? 50 : (int)left + 1) && reap(t, WNOHANG))
			return terminal_shows(t, text) == shown;
	}
	return true;
}

bool
terminal_wait(struct terminal *t, const char *text, int ms)
{
	return wait_until(t, text, true, ms);
}

bool
terminal_wait_gone(struct terminal *t, const char *text, int ms)
{
	return wait_until(t, text, false, ms);
}

bool
terminal_end(struct terminal *t, int ms)
{
	double end = terminal_now_ms() + ms;
	while (!reap(t, WNOHANG) && terminal_now_ms() < end)
		(void)terminal_pump(t, 10);
	while (t->ended && terminal_pump(t, 0))
		;
	return t->ended;
}

void
terminal_cursor(const struct terminal *t, int *row, int *col)
{
	VTermPos at;
	vterm_state_get_cursorpos(vterm_obtain_state(t->emulator), &at);
	*row = at.row;
	*col = at.col;
}

bool
terminal_cooked(const struct terminal *t)
{
	struct termios now;
	if (tcgetattr(t->fd, &now) != 0)
		return false;
	return (now.c_lflag & (ECHO | ICANON | ISIG)) == (ECHO | ICANON | ISIG) && (now.c_oflag & OPOST) && (now.c_iflag & ICRNL);
}
