/* The terminal given back by a program that crashes.
 *
 * What has to be written is made ready before, because a handler of SIGSEGV may
 * neither allocate nor ask terminfo.  The state is file-scope, as signal handlers
 * and the terminal are: there is one of each. */
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "app_in.h"

static const int deadly[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
static struct {
	struct termios before;
	char bytes[256];
	size_t n;
	struct sigaction actions[COUNT_OF(deadly)];
	bool armed;
} rescue;

static void
on_crash(int signo)
{
	if (write(STDOUT_FILENO, rescue.bytes, rescue.n) < 0)
		(void)signo;           /* nothing can be done about it here */
	tcsetattr(STDIN_FILENO, TCSANOW, &rescue.before);
	for (size_t i = 0; i < COUNT_OF(deadly); i++)
		sigaction(deadly[i], &rescue.actions[i], NULL);
	raise(signo);
}

void
rescue_note(void)
{
	rescue.n = 0;
	(void)tcgetattr(STDIN_FILENO, &rescue.before);
}

void
rescue_arm(void)
{
	struct sigaction act = { .sa_handler = on_crash, .sa_flags = (int)SA_RESETHAND };
	rescue.n = screen_farewell(rescue.bytes, sizeof rescue.bytes);
	for (size_t i = 0; i < COUNT_OF(deadly); i++)
		sigaction(deadly[i], &act, &rescue.actions[i]);
	rescue.armed = true;
}

void
rescue_disarm(void)
{
	for (size_t i = 0; rescue.armed && i < COUNT_OF(deadly); i++)
		sigaction(deadly[i], &rescue.actions[i], NULL);
	rescue.armed = false;
}
