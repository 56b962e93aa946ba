/* Timers: a binary heap by time, then by the order of making. */
#include "loop_in.h"

static bool
earlier(const struct timer *a, const struct timer *b)
{
	return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->order < b->order;
}

static void
swap(struct timer *a, struct timer *b)
{
	struct timer kept = *a;
	*a = *b;
	*b = kept;
}

static void
sift_up(struct timers *t, size_t at)
{
	for (; at > 0 && earlier(&t->items[at], &t->items[(at - 1) / 2]); at = (at - 1) / 2)
		swap(&t->items[at], &t->items[(at - 1) / 2]);
}

static void
sift_down(struct timers *t, size_t at)
{
	for (;;) {
		size_t first = at, left = 2 * at + 1;
		for (size_t child = left; child <= left + 1 && child < t->count; child++)
			if (earlier(&t->items[child], &t->items[first]))
				first = child;
		if (first == at)
			return;
		swap(&t->items[at], &t->items[first]);
		at = first;
	}
}

unsigned
timers_add(struct timers *t, int64_t due_ms, loop_fn *fn, void *arg)
{
	mem_reserve(&t->items, &t->cap, t->count + 1, sizeof *t->items);
	if (++t->last_id == 0)
		t->last_id = 1; /* 0 is nobody's, so that callers may keep it for "none" */
	t->items[t->count] = (struct timer){ due_ms, t->made++, t->last_id, fn, arg };
	sift_up(t, t->count++);
	return t->last_id;
}

static void
remove_at(struct timers *t, size_t at)
{
	t->items[at] = t->items[--t->count];
	if (at < t->count) {
		sift_up(t, at);
		sift_down(t, at);
	}
}

void
timers_remove(struct timers *t, unsigned id)
{
	for (size_t i = 0; i < t->count; i++) {
		if (t->items[i].id == id) {
			remove_at(t, i);
			return;
		}
	}
}

bool
timers_next(int64_t *due_ms, const struct timers *t)
{
	if (t->count == 0)
		return false;
	*due_ms = t->items[0].due_ms;
	return true;
}

void
timers_run(struct timers *t, int64_t now_ms)
{
	uint64_t before = t->made;
	while (t->count > 0 && t->items[0].due_ms <= now_ms && t->items[0].order < before) {
		struct timer due = t->items[0];
		remove_at(t, 0);
		due.fn(due.arg);
	}
}

void
timers_clear(struct timers *t)
{
	mem_free(t->items);
	*t = (struct timers){ 0 };
}
