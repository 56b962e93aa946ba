/* The screen with a backend that only streams: feed PIPE.
 *
 * Any question is answered by the lines that come through the pipe, each a delta,
 * posted by a thread as the workers of a real backend do.  What is measured with it
 * is the screen while text comes in; it stands in for src/backend/local.c at link
 * time and knows no document. */
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stoa/tui.h"

struct backend {
	struct loop *loop;
	const char *path;
	pthread_t thread;
	bool streaming;
	struct backend_handlers stream;
};
struct ending { struct backend_handlers handlers; const struct operation *op; };
struct line { struct backend *b; char text[1]; };
struct state { backend_lock_fn *done; void *arg; };

static void
post(struct backend *b, loop_fn *fn, void *arg)
{
	while (loop_post(b->loop, fn, arg) != FAULT_NONE)
		usleep(1000);
}

static void
on_line(void *arg)
{
	struct line *l = arg;
	l->b->stream.event("content_delta", &record_ev_delta, &(struct ev_delta){ l->text }, l->b->stream.arg);
	mem_free(l);
}

static void *
read_lines(void *arg)
{
	struct backend *b = arg;
	FILE *f = fdopen(open(b->path, O_RDWR | O_CLOEXEC), "r");
	char text[1024];
	while (f != NULL && fgets(text, sizeof text, f) != NULL) {
		size_t n = strcspn(text, "\n");
		struct line *l = mem_new(sizeof *l + n);
		l->b = b;
		memcpy(l->text, text, n);
		post(b, on_line, l);
	}
	return NULL;
}

static void
on_end(void *arg)
{
	struct ending *e = arg;
	e->handlers.done(&(struct backend_done){ FAULT_ABSENT, "there is nothing here", e->op, NULL }, e->handlers.arg);
	mem_free(e);
}

enum fault
backend_call(unsigned *id, struct backend *b, const char *operation, const void *request, const struct backend_handlers *h)
{
	(void)request;
	*id = 1;
	if (str_same(operation, "message.send") && !b->streaming) {
		b->streaming = true;
		b->stream = *h;
		if (pthread_create(&b->thread, NULL, read_lines, b) != 0)
			abort();
		return FAULT_NONE;
	}
	struct ending *e = mem_new(sizeof *e);
	*e = (struct ending){ *h, operation_find(operation) };
	post(b, on_end, e);
	return FAULT_NONE;
}

static void
on_state(void *arg)
{
	struct state s = *(struct state *)arg;
	mem_free(arg);
	s.done(&(struct backend_lock_done){ FAULT_NONE, "", &(struct backend_lock){ .slot_count = 0 }, 0 }, s.arg);
}

enum fault
backend_lock_start(struct backend *b, const struct backend_lock_request *r, backend_lock_fn *done, void *arg)
{
	(void)r;
	struct state *s = mem_new(sizeof *s);
	*s = (struct state){ done, arg };
	post(b, on_state, s);
	return FAULT_NONE;
}

void backend_cancel(struct backend *b, unsigned id) { (void)b, (void)id; }
void backend_close(struct backend *b) { (void)b; }     /* the process ends with it */
const char *backend_word(const struct backend *b) { (void)b; return "LOCAL"; }

static enum fault
open_feed(struct backend **out, void *arg)
{
	*out = arg;
	return FAULT_NONE;
}

int
main(int argc, char *argv[])
{
	struct tui_config config = { .clock = &clock_system, .open = open_feed, .themes_folder = "themes" };
	struct backend b = { .path = argc > 1 ? argv[1] : "/dev/null" };
	setlocale(LC_ALL, "");
	if (places_find(&config.places) != FAULT_NONE || loop_new(&config.loop, &clock_system) != FAULT_NONE)
		return 1;
	b.loop = config.loop;
	config.arg = &b;
	return tui_run(&config) != FAULT_NONE;
}
