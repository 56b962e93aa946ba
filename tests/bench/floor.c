/* The floor that the screen is measured against: the least that an ncurses program
 * with a frame and an input line does.
 *
 * It waits in poll, echoes what is typed, turns pages of lines that it makes up,
 * and draws everything again when the terminal has another size. */
#include <curses.h>
#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LINES_KEPT 40000

static volatile sig_atomic_t resized;
static struct { char line[256]; int len, top; } floor_state = { .top = LINES_KEPT };

static void
on_resize(int signo)
{
	(void)signo;
	resized = 1;
}

static void
draw(void)
{
	(void)erase();
	(void)mvprintw(0, 1, "[1 Chat] 2 Library");
	(void)mvhline(1, 0, '-', COLS);
	for (int row = 2; row < LINES - 3; row++)
		(void)mvprintw(row, 1, "line %d of what was said here, as wide as a line is", floor_state.top - LINES + row);
	(void)mvhline(LINES - 3, 0, '-', COLS);
	(void)mvprintw(LINES - 2, 1, "> %s", floor_state.line);
	(void)refresh();
}

static void
take(const char *bytes, int n)
{
	if (n >= 4 && memcmp(bytes, "\033[5~", 4) == 0) {
		floor_state.top -= LINES - 5;
		draw();
		return;
	}
	for (int i = 0; i < n; i++) {
		if (bytes[i] == '\025')
			floor_state.len = 0;
		else if (bytes[i] >= ' ' && floor_state.len < 200)
			floor_state.line[floor_state.len++] = bytes[i];
		floor_state.line[floor_state.len] = '\0';
	}
	(void)mvprintw(LINES - 2, 1, "> %s", floor_state.line);
	(void)clrtoeol();
	(void)refresh();
}

int
main(void)
{
	struct sigaction act = { .sa_handler = on_resize };
	char bytes[256];
	setlocale(LC_ALL, "");
	(void)initscr();
	(void)raw();
	(void)noecho();
	(void)nonl();
	sigaction(SIGWINCH, &act, NULL);
	draw();
	for (;;) {
		struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
		int ready = poll(&p, 1, -1);
		if (resized) {
			struct winsize w;
			resized = 0;
			if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0)
				resizeterm(w.ws_row, w.ws_col);
			clearok(curscr, TRUE);
			draw();
		}
		if (ready < 0 && errno == EINTR)
			continue;
		int n = (int)read(STDIN_FILENO, bytes, sizeof bytes);
		if (n <= 0 || bytes[0] == 4)
			break;
		take(bytes, n);
	}
	endwin();
	return 0;
}
