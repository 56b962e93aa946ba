/* stoa bench: how fast it is here, on this person's own documents.
 *
 * Questions are made from terms of the documents themselves and kept nowhere.  Times
 * are wall clock around the call, as somebody at the keyboard feels them.
 */
#include <stdlib.h>
#include <string.h>
#include "cli_in.h"

#define TERMS_MAX 400
struct terms { const char *items[TERMS_MAX]; size_t count; };
struct series { const char *name; double *ms; size_t count; };

static enum fault
terms_of(struct cli *c, const struct document *d, void *arg)
{
	struct terms *t = arg;
	(void)c;
	for (size_t i = 0; i < d->concepts.count && i < 8 && t->count < TERMS_MAX; i++)
		t->items[t->count++] = d->concepts.items[i];
	if (d->concepts.count == 0 && d->title && t->count < TERMS_MAX)
		t->items[t->count++] = d->title;
	return FAULT_NONE;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void
series_print(struct cli *c, struct series *s)
{
	if (!s->count)
		return;
	qsort(s->ms, s->count, sizeof *s->ms, by_size);
	double p50 = s->ms[s->count / 2], p95 = s->ms[s->count * 95 / 100],
	       most = s->ms[s->count - 1];
	if (!c->json) {
		out_putf(c, PAINT_NONE,
			"%-18s %6zu times   p50 %8.2f   p95 %8.2f   most %8.2f ms\n", s->name,
			s->count, p50, p95, most);
		return;
	}
	struct text t;
	text_init(&t, 1024);
	text_printf(&t,
		"{\"measure\":\"%s\",\"times\":%zu,\"p50_ms\":%.3f,\"p95_ms\":%.3f,\"max_ms\":%.3f}",
		s->name, s->count, p50, p95, most);
	out_json(c, &t);
	text_clear(&t);
}

/* One call, measured, its memory given back. */
static enum fault
measured(struct series *s, struct cli *c, const char *operation, const void *request)
{
	const void *reply = NULL;
	struct arena outer = c->arena;
	arena_init(&c->arena);
	double started = stopwatch_ms();
	enum fault f = session_call(&reply, c, operation, request, NULL);
	s->ms[s->count++] = stopwatch_ms() - started;
	arena_clear(&c->arena);
	c->arena = outer;
	return f;
}

static struct series
series_new(struct cli *c, const char *name, size_t most)
{
	return (struct series){ name, arena_alloc(&c->arena, sizeof(double) * (most + 1)), 0 };
}

static enum fault
run_rounds(struct cli *c, const struct terms *t, size_t rounds)
{
	struct series search = series_new(c, "search", rounds), ask = series_new(c, "ask", rounds),
		      history = series_new(c, "history search", rounds),
		      list = series_new(c, "docs list", rounds);
	enum fault f = FAULT_NONE;
	for (size_t i = 0; i < rounds && f == FAULT_NONE; i++) {
		const char *term = t->items[i % t->count];
		struct search_run s = { .query = term, .k = 10 };
		struct message_send m = { .content = arena_printf(&c->arena, "What is %s?", term),
			.mode = "extractive",
			.ephemeral = true };
		struct history_search h = { .query = term, .k = 20 };
		struct document_list l = { .limit = 20 };
		err_progress(c, "round %zu of %zu", i + 1, rounds);
		f = measured(&search, c, "search.run", &s);
		if (f == FAULT_NONE)
			f = measured(&ask, c, "message.send", &m);
		if (f == FAULT_NONE)
			f = measured(&history, c, "history.search", &h);
		if (f == FAULT_NONE)
			f = measured(&list, c, "document.list", &l);
	}
	err_progress_end(c);
	series_print(c, &search);
	series_print(c, &ask);
	series_print(c, &history);
	series_print(c, &list);
	return f;
}

enum fault
verb_bench(struct cli *c)
{
	struct terms t = { .count = 0 };
	struct document_list request = { .status = "completed" };
	size_t rounds = (size_t)option_number(&c->args, "rounds", 50);
	enum fault f = session_ready(c);
	if (f == FAULT_NONE)
		f = session_unlock(c);
	if (f == FAULT_NONE)
		f = named_documents_each(c, &request, terms_of, &t);
	if (f != FAULT_NONE)
		return f;
	struct series open = series_new(c, "open", 1), unlock = series_new(c, "unlock", 1);
	open.ms[open.count++] = c->opened_ms;
	unlock.ms[unlock.count++] = c->unlocked_ms;
	series_print(c, &open);
	series_print(c, &unlock);
	if (!t.count)
		return fault(FAULT_ABSENT, "the library is empty: there is nothing to measure on");
	return run_rounds(c, &t, rounds);
}
