/* The screen against a bare ncurses program and a named peer, in one run: what a
 * person at the keys would notice.
 *
 * All run in turn on pseudo-terminals of 120x40, so that a busy machine slows each.
 * While something is measured, what comes is only timed and kept; it is parsed
 * afterwards.  Cold means that the kernel was asked to drop every file the program
 * had mapped, and its home, where no other program holds them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/peers.h"

#define ROUNDS 21
#define COLD_ROUNDS 11
#define KEYS 800
#define IDLE_MS 10000

/* What one figure is for each peer, printed for stoa with the others beside it. */
static void
say(const char *name, const char *unit, const double by[PEERS], enum goal goal, double limit)
{
	figure_print(&(struct figure){ name, unit, by[STOA], by[FLOOR], by[WEECHAT], goal, limit });
}

static void
say_at(const char *name, const char *unit, struct sample by[PEERS], double share, enum goal goal, double limit)
{
	double values[PEERS];
	for (int k = 0; k < PEERS; k++)
		values[k] = sample_at(&by[k], share);
	say(name, unit, values, goal, limit);
}

static void
clear(struct sample by[PEERS])
{
	for (int k = 0; k < PEERS; k++)
		sample_clear(&by[k]);
}

/* ---- start ------------------------------------------------------------------------- */

static bool
until_raw(struct terminal *t, const char *bytes, double *ms)
{
	size_t n = strlen(bytes), from = t->raw.len > n ? t->raw.len - n : 0;
	for (double end = terminal_now_ms() + 10000; terminal_now_ms() < end; (void)terminal_pump(t, 100))
		if (t->raw.len > from && memmem(t->raw.data + from, t->raw.len - from, bytes, n) != NULL) {
			*ms = t->arrivals[t->arrival_count - 1].ms;
			return true;
		}
	return false;
}

/* Spawn until a key, typed as soon as the first frame is there, is shown. */
static double
start_ms(const struct peer *p)
{
	struct terminal t;
	double began = terminal_now_ms(), shown = 0;
	peer_launch(&t, p);
	t.later = true;
	bool there = until_raw(&t, p->first, &shown);
	terminal_say(&t, "~");
	if (!there || !until_raw(&t, "~", &shown))
		fprintf(stderr, "%s: the key is not shown\n", p->name);
	terminal_close(&t);
	return shown - began;
}

static void
measure_start(const struct peers *p)
{
	struct sample by[PEERS] = { 0 };
	for (int i = 0; i < ROUNDS; i++)
		for (size_t k = 0; k < p->count; k++)
			sample_add(&by[k], start_ms(&p->of[k]));
	say_at("start.warm", "ms", by, 0.5, GOAL_TIMES_FLOOR, 2.5);
	clear(by);
}

/* What each has mapped when it has settled, its home, and how terminals are described. */
static void
files_of(struct text *out, const struct peers *p, size_t k)
{
	struct terminal t;
	peer_open(&t, &p->of[k]);
	process_files(out, t.pid);
	terminal_close(&t);
	text_printf(out, "%s\nthemes\n/lib/terminfo/x/xterm-256color\n/usr/share/terminfo/x/xterm-256color\n", p->home);
}

static void
measure_cold(const struct peers *p)
{
	struct sample by[PEERS] = { 0 };
	struct text files[PEERS];
	for (size_t k = 0; k < p->count; k++) {
		text_init(&files[k], 1024 * 1024);
		files_of(&files[k], p, k);
	}
	for (int i = 0; i < COLD_ROUNDS; i++)
		for (size_t k = 0; k < p->count; k++) {
			files_evict(files[k].data);
			sample_add(&by[k], start_ms(&p->of[k]));
		}
	say_at("start.cold", "ms", by, 0.5, GOAL_TIMES_FLOOR, 4);
	for (size_t k = 0; k < p->count; k++)
		text_clear(&files[k]);
	clear(by);
}

static void
measure_memory(const struct peers *p)
{
	double mb[PEERS] = { 0 };
	for (size_t k = 0; k < p->count; k++) {
		struct terminal t;
		peer_open(&t, &p->of[k]);
		mb[k] = process_memory_mb(t.pid);
		terminal_close(&t);
	}
	say("memory.empty", "MB", mb, GOAL_VALUE, 14);
}

/* ---- keys, idle, sizes ------------------------------------------------------------- */

static void
measure_keys(const struct peers *p, struct terminal t[PEERS])
{
	static const char *const letters[] = { "a", "n", "e", "s", "i", "t" };
	struct sample first[PEERS] = { 0 }, bytes[PEERS] = { 0 };
	double ms, n;
	for (int i = 0; i < KEYS; i++)
		for (size_t k = 0; k < p->count; k++)
			if (peer_keys(&t[k], i % 60 == 59 ? "\025" : letters[i % 6], &ms, &n)) {
				sample_add(&first[k], ms);
				sample_add(&bytes[k], n);
			}
	say_at("key.p50", "ms", first, 0.5, GOAL_TIMES_FLOOR, 1.4);
	say_at("key.p99", "ms", first, 0.99, GOAL_TIMES_FLOOR, 1.1);
	say_at("key.bytes.p50", "bytes", bytes, 0.5, GOAL_VALUE, 4);
	say_at("key.bytes.p90", "bytes", bytes, 0.9, GOAL_NONE, 0);
	for (size_t k = 0; k < p->count; k++) {
		terminal_say(&t[k], "\025");
		terminal_quiet(&t[k], 100);
	}
	clear(first);
	clear(bytes);
}

static void
pump_all(const struct peers *p, struct terminal t[PEERS], int ms)
{
	for (double end = terminal_now_ms() + ms; terminal_now_ms() < end;)
		for (size_t k = 0; k < p->count; k++)
			(void)terminal_pump(&t[k], 100);
}

static void
measure_idle(const struct peers *p, struct terminal t[PEERS])
{
	double woken[PEERS] = { 0 }, cpu[PEERS] = { 0 }, bytes[PEERS] = { 0 };
	pump_all(p, t, 3000);              /* what follows the last key: the draft */
	for (size_t k = 0; k < p->count; k++) {
		woken[k] = -process_wakeups(t[k].pid);
		cpu[k] = -process_cpu_ms(t[k].pid);
		bytes[k] = -(double)t[k].raw.len;
	}
	pump_all(p, t, IDLE_MS);
	for (size_t k = 0; k < p->count; k++) {
		woken[k] += process_wakeups(t[k].pid);
		cpu[k] += process_cpu_ms(t[k].pid);
		bytes[k] += (double)t[k].raw.len;
	}
	say("idle.wakeups in 10 s", "", woken, GOAL_VALUE, 1);
	say("idle.cpu in 10 s", "ms", cpu, GOAL_VALUE, 0);
	say("idle.bytes in 10 s", "bytes", bytes, GOAL_VALUE, 0);
}

static size_t
bad_rows(struct terminal *t)
{
	struct text a, b;
	size_t bad = 0;
	text_init(&a, 1024 * 1024);
	text_init(&b, 1024 * 1024);
	terminal_quiet(t, 300);
	terminal_print(&a, t);
	terminal_say(t, "\014");
	terminal_quiet(t, 300);
	terminal_print(&b, t);
	for (const char *x = a.data, *y = b.data; *x != '\0' && *y != '\0';) {
		size_t n = strcspn(x, "\n"), m = strcspn(y, "\n");
		bad += n != m || memcmp(x, y, n) != 0;
		x += n + (x[n] == '\n'), y += m + (y[m] == '\n');
	}
	text_clear(&a);
	text_clear(&b);
	return bad;
}

static void
measure_resize(const struct peers *p, struct terminal t[PEERS])
{
	static const int sizes[][2] = { { 24, 80 }, { 50, 160 }, { 40, 120 } };
	double cpu[PEERS] = { 0 }, bad[PEERS] = { 0 };
	for (size_t k = 0; k < p->count; k++) {
		cpu[k] = -process_cpu_ms(t[k].pid);
		for (int i = 0; i < 200; i++) {
			terminal_resize(&t[k], sizes[i % 3][0], sizes[i % 3][1]);
			(void)terminal_pump(&t[k], 2);
		}
		terminal_resize(&t[k], 40, 120);
		terminal_quiet(&t[k], 200);
		cpu[k] += process_cpu_ms(t[k].pid);
		bad[k] = (double)bad_rows(&t[k]);
	}
	say("resize.200.cpu", "ms", cpu, GOAL_TIMES_FLOOR, 1.5);
	say("resize.200.bad", "rows", bad, GOAL_VALUE, 0);
}

int
main(void)
{
	struct peers p;
	struct terminal t[PEERS];
	peers_make(&p);
	measure_memory(&p);
	measure_start(&p);
	measure_cold(&p);
	for (size_t k = 0; k < p.count; k++)
		peer_open(&t[k], &p.of[k]);
	measure_keys(&p, t);
	measure_idle(&p, t);
	measure_resize(&p, t);
	for (size_t k = 0; k < p.count; k++)
		terminal_close(&t[k]);
	peers_remove(&p);
	figures_sum();
	return 0;
}
