/* Signals as messages of a loop.
 *
 * A handler may only write to a pipe, and a pipe has to be found by a handler
 * that is given nothing: this is the one place outside base with file-scope
 * state, as the kernel has it too.  One loop a process owns the signals. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "loop_in.h"

#define SIGNALS_MAX 65

static struct {
	struct loop *owner;
	int pipe[2];
	struct {
		loop_fn *fn;
		void *arg;
		struct sigaction before;
	} of[SIGNALS_MAX];
} state = { .pipe = { -1, -1 } };

static void
on_signal(int signo)
{
	int error = errno;
	unsigned char byte = (unsigned char)signo;
	ssize_t n = write(state.pipe[1], &byte, 1); /* full: enough of them wait */
	(void)n;
	errno = error;
}

static void
on_pipe(int fd, unsigned ready, void *arg)
{
	(void)ready, (void)arg;
	unsigned char byte;
	while (read(fd, &byte, 1) == 1)
		if (byte < SIGNALS_MAX && state.of[byte].fn != NULL)
			state.of[byte].fn(state.of[byte].arg);
}

static enum fault
own(struct loop *l)
{
	if (state.owner == l)
		return FAULT_NONE;
	if (state.owner != NULL)
		return fault(FAULT_BUSY, "another loop has the signals");
	if (pipe2(state.pipe, O_CLOEXEC | O_NONBLOCK) != 0)
		return fault_errno("no pipe for signals");
	enum fault f = loop_watch(l, state.pipe[0], LOOP_READ, on_pipe, NULL);
	if (f == FAULT_NONE)
		state.owner = l;
	return f;
}

enum fault
loop_signal(struct loop *l, int signo, loop_fn *fn, void *arg)
{
	if (signo <= 0 || signo >= SIGNALS_MAX)
		return fault(FAULT_INPUT, "%d is not a signal", signo);
	enum fault f = own(l);
	if (f != FAULT_NONE)
		return f;
	bool again = state.of[signo].fn != NULL;
	struct sigaction act = { .sa_handler = on_signal, .sa_flags = SA_RESTART }, before;
	sigemptyset(&act.sa_mask);
	if (!again) {
		state.of[signo].arg = arg;
		state.of[signo].fn = fn;
		if (sigaction(signo, &act, &before) != 0) {
			state.of[signo].fn = NULL;
			return fault_errno("signal %d cannot be watched", signo);
		}
		state.of[signo].before = before;
	}
	state.of[signo].fn = fn;
	state.of[signo].arg = arg;
	return FAULT_NONE;
}

void
signals_forget(struct loop *l)
{
	if (state.owner != l)
		return;
	for (int i = 1; i < SIGNALS_MAX; i++) {
		if (state.of[i].fn != NULL)
			sigaction(i, &state.of[i].before, NULL);
		state.of[i].fn = NULL;
	}
	close(state.pipe[0]);
	close(state.pipe[1]);
	state.pipe[0] = state.pipe[1] = -1;
	state.owner = NULL;
}
