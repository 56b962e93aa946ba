/* The floor that the screen is measured against: the least that an ncurses program
 * with a frame, a history and an input line does.
 *
 *	floor [PIPE [LINES]]
 *
 * It waits in poll, echoes what is typed, turns pages of the lines it was given (or
 * made up), shows what comes through the pipe at most 60 times a second, and draws
 * everything again when the terminal has another size. */
#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define FRAME_MS 16

static volatile sig_atomic_t resized;
static struct {
	char typed[256];
	int typed_len;
	char **lines;
	size_t count, cap, back;       /* back: lines below the page that is shown */
	char rest[65536];
	size_t rest_len;
	bool stale;
	long long drawn_ms;
} held;

static long long
now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void
on_resize(int signo)
{
	(void)signo;
	resized = 1;
}

static void
line_add(const char *s, size_t n)
{
	if (held.count == held.cap) {
		held.cap = held.cap > 0 ? held.cap * 2 : 1024;
		held.lines = realloc(held.lines, held.cap * sizeof *held.lines);
		if (held.lines == NULL)
			exit(1);
	}
	held.lines[held.count++] = strndup(s, n);
}

static void
draw_line(void)
{
	(void)mvprintw(LINES - 2, 1, "> %s", held.typed);
	(void)clrtoeol();
}

static void
draw(void)
{
	(void)erase();
	(void)mvprintw(0, 1, "[1 Chat] 2 Library");
	(void)mvhline(1, 0, '-', COLS);
	for (int row = 2; row < LINES - 3; row++) {
		size_t below = held.back + (size_t)(LINES - 3 - row);
		if (below <= held.count)
			(void)mvaddnstr(row, 1, held.lines[held.count - below], COLS - 2);
	}
	(void)mvhline(LINES - 3, 0, '-', COLS);
	draw_line();
	(void)refresh();
	held.stale = false;
	held.drawn_ms = now_ms();
}

static void
take_keys(const char *bytes, int n)
{
	size_t page = (size_t)(LINES - 5);
	if (n >= 4 && memcmp(bytes, "\033[5~", 4) == 0) {
		if (held.back + page < held.count)
			held.back += page;
		draw();
		return;
	}
	for (int i = 0; i < n; i++) {
		if (bytes[i] == '\025')
			held.typed_len = 0;
		else if (bytes[i] >= ' ' && held.typed_len < 200)
			held.typed[held.typed_len++] = bytes[i];
		held.typed[held.typed_len] = '\0';
	}
	draw_line();
	(void)refresh();
}

static void
take_lines(int fd)
{
	ssize_t n = read(fd, held.rest + held.rest_len, sizeof held.rest - held.rest_len);
	if (n <= 0)
		return;
	held.rest_len += (size_t)n;
	char *from = held.rest, *end;
	while ((end = memchr(from, '\n', held.rest_len - (size_t)(from - held.rest))) != NULL) {
		line_add(from, (size_t)(end - from));
		from = end + 1;
		held.stale = true;
	}
	held.rest_len -= (size_t)(from - held.rest);
	memmove(held.rest, from, held.rest_len);
}

static void
take_size(void)
{
	struct winsize w;
	resized = 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0)
		resizeterm(w.ws_row, w.ws_col);
	clearok(curscr, TRUE);
	draw();
}

static bool
turn(int lines_fd)
{
	struct pollfd p[2] = { { .fd = STDIN_FILENO, .events = POLLIN }, { .fd = lines_fd, .events = POLLIN } };
	char bytes[256];
	long long left = held.drawn_ms + FRAME_MS - now_ms();
	int ready = poll(p, 2, !held.stale ? -1 : left > 0 ? (int)left : 0);
	if (resized)
		take_size();
	if (ready < 0)
		return errno == EINTR;
	if (p[1].revents & POLLIN)
		take_lines(lines_fd);
	if (p[0].revents != 0) {
		int n = (int)read(STDIN_FILENO, bytes, sizeof bytes);
		if (n <= 0 || bytes[0] == 4)
			return false;
		take_keys(bytes, n);
	}
	if (held.stale && now_ms() - held.drawn_ms >= FRAME_MS)
		draw();
	return true;
}

int
main(int argc, char *argv[])
{
	struct sigaction act = { .sa_handler = on_resize };
	char line[128];
	int lines_fd = argc > 1 && argv[1][0] == '/' ? open(argv[1], O_RDWR | O_NONBLOCK | O_CLOEXEC) : -1;
	size_t made = argc > 2 ? strtoul(argv[2], NULL, 10) : 100;
	for (size_t i = 0; i < made; i++)
		line_add(line, (size_t)snprintf(line, sizeof line, "Message %zu says what was asked or answered, about as long as people write.", i));
	setlocale(LC_ALL, "");
	(void)initscr();
	(void)raw();
	(void)noecho();
	(void)nonl();
	sigaction(SIGWINCH, &act, NULL);
	draw();
	while (turn(lines_fd))
		;
	endwin();
	return 0;
}
