/* Asking a person on the terminal itself, whatever standard input is.
 *
 * A passphrase is read without echo, byte by byte, into a buffer that the caller
 * wipes; Ctrl-C is read as a byte, so no signal can leave the terminal silent.  A
 * SIGTERM or SIGHUP that arrives meanwhile is seen through a signalfd: the terminal
 * is put right first, then the signal does what it does.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>
#include "cli_in.h"

#define PASSPHRASE_MAX 1024
enum { KEY_INTERRUPT = 3, KEY_END = 4, KEY_BACKSPACE = 8, KEY_KILL = 21, KEY_DELETE = 127 };

bool
prompt_possible(void)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return false;
	bool front = tcgetpgrp(fd) == getpgrp();
	close(fd);
	return front;
}

static void
wipe(void *p, size_t n)
{
	volatile unsigned char *at = p;
	while (n-- > 0)
		*at++ = 0;
}

/* One byte from the terminal: 0 none, because a signal wants its turn. */
static ssize_t
byte_read(char *b, int fd, int signals)
{
	for (;;) {
		struct pollfd p[2] = { { fd, POLLIN, 0 }, { signals, POLLIN, 0 } };
		if (poll(p, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		if (p[1].revents)
			return 0;
		ssize_t n = read(fd, b, 1);
		if (n == 1)
			return 1;
		if (n == 0 || errno != EINTR)
			return -1;
	}
}

/* Take the last UTF-8 character off. */
static size_t
rub_out(char *buf, size_t len)
{
	while (len > 0 && ((unsigned char)buf[len - 1] & 0xc0) == 0x80)
		len--;
	return len > 0 ? len - 1 : 0;
}

static enum fault
line_gather(char *buf, size_t size, int fd, int signals, bool hidden)
{
	size_t len = 0;
	char b;
	for (;;) {
		ssize_t n = byte_read(&b, fd, signals);
		if (n <= 0 || b == KEY_INTERRUPT || (b == KEY_END && len == 0))
			return fault(FAULT_CANCELLED, "cancelled at the prompt");
		if (b == '\n' || b == '\r' || b == KEY_END)
			break;
		if (b == KEY_BACKSPACE || b == KEY_DELETE) {
			size_t shorter = rub_out(buf, len);
			if (!hidden && shorter < len)
				(void)!write(fd, "\b \b", 3);
			len = shorter;
		} else if (b == KEY_KILL) {
			len = 0;
		} else if ((unsigned char)b >= ' ') {
			if (len + 1 >= size)
				return fault(
					FAULT_INPUT, "the line is longer than %zu bytes", size - 1);
			buf[len++] = b;
			if (!hidden)
				(void)!write(fd, &b, 1);
		}
	}
	buf[len] = '\0';
	return FAULT_NONE;
}

enum fault
prompt_line(char *buf, size_t size, const char *prompt, bool hidden)
{
	enum fault f;
	sigset_t mask, old;
	struct termios before, raw;
	int signals = -1, fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return fault(FAULT_SYSTEM, "there is no terminal to ask on");
	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &mask, &old);
	signals = signalfd(-1, &mask, SFD_CLOEXEC);
	if (signals < 0 || tcgetattr(fd, &before) != 0) {
		f = fault_errno("the terminal cannot be asked");
		goto out;
	}
	raw = before;
	raw.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(fd, TCSADRAIN, &raw);
	(void)!write(fd, prompt, strlen(prompt));
	f = line_gather(buf, size, fd, signals, hidden);
	(void)!write(fd, "\r\n", 2);
	tcsetattr(fd, TCSADRAIN, &before);
out:
	if (f != FAULT_NONE)
		wipe(buf, size);
	if (signals >= 0)
		close(signals);
	close(fd);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return f;
}

enum fault
prompt_secret(struct backend_secret **out, const char *prompt, bool twice)
{
	char first[PASSPHRASE_MAX], second[PASSPHRASE_MAX], again[64];
	snprintf(again, sizeof again, "%*sAgain: ", (int)strspn(prompt, " "), "");
	enum fault f = prompt_line(first, sizeof first, prompt, true);
	if (f != FAULT_NONE)
		return f;
	if (twice && !*first)
		f = fault(FAULT_INPUT, "an empty passphrase locks nothing");
	if (twice && f == FAULT_NONE)
		f = prompt_line(second, sizeof second, again, true);
	if (twice && f == FAULT_NONE && strcmp(first, second) != 0)
		f = fault(FAULT_INPUT, "the two passphrases are not the same");
	if (f == FAULT_NONE)
		*out = backend_secret_new(first, strlen(first));
	wipe(first, sizeof first);
	wipe(second, sizeof second);
	return f;
}

enum fault
prompt_choice(char *out, const char *prompt, const char *letters)
{
	for (int tries = 0; tries < 5; tries++) {
		char line[64];
		enum fault f = prompt_line(line, sizeof line, prompt, false);
		if (f != FAULT_NONE)
			return f;
		char first = line[0] >= 'A' && line[0] <= 'Z' ? (char)(line[0] + 32) : line[0];
		if (!first)
			first = letters[0];
		if (strchr(letters, first)) {
			*out = first;
			return FAULT_NONE;
		}
	}
	return fault(FAULT_INPUT, "no answer out of %s", letters);
}
