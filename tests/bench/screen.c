/* The screen against a bare ncurses floor, in one run: what a person at the keys
 * would notice.
 *
 * Both programs run in turn on a pseudo-terminal of 120x40.  While something is
 * measured, what comes is only timed and kept; it is parsed afterwards.  Targets
 * stand behind the values; ratios are to the floor. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../support/terminal.h"

#define ROUNDS 21
#define KEYS 300
#define PAGES 200
#define IDLE_MS 10000
#define MESSAGES 10000

static const char *const environment[] = {
	"TERM=xterm-256color", "LC_ALL=C.UTF-8", "NO_COLOR", "COLUMNS", "LINES", "TMUX", "STY", "DISPLAY", "WAYLAND_DISPLAY", NULL
};

struct program { const char *path, *ready, *prompt; };
struct sample { double values[4096]; size_t n; };

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void
sample_add(struct sample *s, double v)
{
	if (s->n < COUNT_OF(s->values))
		s->values[s->n++] = v;
}

static double
quantile(struct sample *s, double q)
{
	if (s->n == 0)
		return 0;
	qsort(s->values, s->n, sizeof s->values[0], by_size);
	return s->values[(size_t)((double)(s->n - 1) * q + 0.5)];
}

static void
say(const char *name, double value, const char *unit, double floor_value, const char *target)
{
	if (floor_value > 0)
		printf("%-34s %9.2f  %-6s %6.2fx  (%s)\n", name, value, unit, value / floor_value, target);
	else
		printf("%-34s %9.2f  %-6s          (%s)\n", name, value, unit, target);
	fflush(stdout);
}

static void
open_program(struct terminal *t, const struct program *p)
{
	const char *const argv[] = { p->path, NULL };
	terminal_start(t, 40, 120, argv, environment);
	if (!terminal_wait(t, p->ready, 20000)) {
		struct text shown;
		text_init(&shown, 1024 * 1024);
		terminal_print(&shown, t);
		fprintf(stderr, "%s does not get ready:\n%s", p->path, shown.data);
		exit(1);
	}
	terminal_quiet(t, 200);
}

/* Spawn until a typed character is shown behind the prompt. */
static double
start_ms(const struct program *p)
{
	struct terminal t;
	const char *const argv[] = { p->path, NULL };
	char shown[32];
	double began = terminal_now_ms();
	terminal_start(&t, 40, 120, argv, environment);
	while (strstr(t.raw.len > 0 ? t.raw.data : "", p->prompt) == NULL)
		(void)terminal_pump(&t, 1000);
	terminal_say(&t, "Z");
	snprintf(shown, sizeof shown, "> Z");
	if (!terminal_wait(&t, shown, 20000))
		fprintf(stderr, "%s: the key is not shown\n", p->path);
	double ms = terminal_now_ms() - began;
	terminal_close(&t);
	return ms;
}

/* From a key until the first bytes after it, and until no more come for 8 ms. */
static void
one_key(struct terminal *t, const char *key, struct sample *first, struct sample *bytes)
{
	size_t before = t->raw.len;
	double began = terminal_now_ms();
	terminal_say(t, key);
	if (!terminal_pump(t, 1000))
		return;
	sample_add(first, terminal_now_ms() - began);
	while (terminal_pump(t, 8))
		;
	sample_add(bytes, (double)(t->raw.len - before));
}

/* The number behind a name in a file of /proc; name "": the first in the file. */
static double
proc_number(const char *path, const char *name)
{
	char line[256];
	double value = 0;
	FILE *f = fopen(path, "re");
	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		if (str_starts(line, name)) {
			value = strtod(line + strlen(name), NULL);
			break;
		}
	if (f != NULL)
		fclose(f);
	return value;
}

static double
threads_sum(pid_t pid, const char *file, const char *name)
{
	char path[128];
	double sum = 0;
	glob_t found = { 0 };
	snprintf(path, sizeof path, "/proc/%d/task/*/%s", (int)pid, file);
	if (glob(path, 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			sum += proc_number(found.gl_pathv[i], name);
	globfree(&found);
	return sum;
}

static double
cpu_ms(pid_t pid)
{
	return threads_sum(pid, "schedstat", "") / 1e6;
}

static double
memory_mb(pid_t pid)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	return proc_number(path, "VmRSS:") * 1024 / 1e6;
}

/* ---- measures -------------------------------------------------------------------- */

static void
measure_start(const struct program p[2])
{
	struct sample s[2] = { { .n = 0 }, { .n = 0 } };
	for (int i = 0; i < ROUNDS; i++)
		for (int k = 0; k < 2; k++)
			sample_add(&s[k], start_ms(&p[k]));
	double floor_ms = quantile(&s[0], 0.5);
	say("floor.start", floor_ms, "ms", 0, "floor");
	say("screen.start", quantile(&s[1], 0.5), "ms", floor_ms, "<= 2.5x, warm, key shown");
}

static void
measure_keys(struct terminal t[2])
{
	struct sample first[2] = { { .n = 0 }, { .n = 0 } }, bytes[2] = { { .n = 0 }, { .n = 0 } };
	static const char *const letters[] = { "a", "n", "e", "s", "i", "t" };
	for (int i = 0; i < KEYS; i++)
		for (int k = 0; k < 2; k++)
			one_key(&t[k], i % 60 == 59 ? "\025" : letters[i % 6], &first[k], &bytes[k]);
	for (int q = 0; q < 2; q++) {
		double at = q == 0 ? 0.5 : 0.99, base = quantile(&first[0], at);
		say(q == 0 ? "floor.key.p50" : "floor.key.p99", base, "ms", 0, "floor");
		say(q == 0 ? "screen.key.p50" : "screen.key.p99", quantile(&first[1], at), "ms", base, q == 0 ? "<= 1.4x" : "<= 1.1x");
	}
	say("screen.key.bytes.p50", quantile(&bytes[1], 0.5), "bytes", quantile(&bytes[0], 0.5), "<= 4 bytes");
	say("screen.key.bytes.p90", quantile(&bytes[1], 0.9), "bytes", quantile(&bytes[0], 0.9), "no target");
	for (int k = 0; k < 2; k++) {
		terminal_say(&t[k], "\025");
		terminal_quiet(&t[k], 100);
	}
}

static void
measure_idle(struct terminal t[2])
{
	double end = terminal_now_ms() + 3000;     /* what follows the last key: the draft */
	while (terminal_now_ms() < end)
		(void)terminal_pump(&t[1], 100);
	double woken = threads_sum(t[1].pid, "status", "voluntary_ctxt_switches:"), cpu = cpu_ms(t[1].pid);
	size_t before = t[1].raw.len;
	end = terminal_now_ms() + IDLE_MS;
	while (terminal_now_ms() < end)
		(void)terminal_pump(&t[1], 500);
	say("screen.idle.wakeups", threads_sum(t[1].pid, "status", "voluntary_ctxt_switches:") - woken, "in 10s", 0, "<= 1");
	say("screen.idle.cpu", cpu_ms(t[1].pid) - cpu, "ms", 0, "0 ms");
	say("screen.idle.bytes", (double)(t[1].raw.len - before), "bytes", 0, "0");
}

static void
measure_memory(const struct program p[2])
{
	double mb[2];
	for (int k = 0; k < 2; k++) {
		struct terminal t;
		open_program(&t, &p[k]);
		mb[k] = memory_mb(t.pid);
		terminal_close(&t);
	}
	say("screen.memory.empty", mb[1], "MB", mb[0], "<= 14 MB");
}

static size_t
bad_rows(struct terminal *t, const char *redraw)
{
	struct text a, b;
	size_t bad = 0;
	text_init(&a, 1024 * 1024);
	text_init(&b, 1024 * 1024);
	terminal_quiet(t, 300);
	terminal_print(&a, t);
	terminal_say(t, redraw);
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
measure_resize(struct terminal t[2])
{
	static const int sizes[][2] = { { 24, 80 }, { 50, 160 }, { 40, 120 } };
	double cpu[2];
	for (int k = 0; k < 2; k++) {
		cpu[k] = cpu_ms(t[k].pid);
		for (int i = 0; i < 200; i++) {
			terminal_resize(&t[k], sizes[i % 3][0], sizes[i % 3][1]);
			(void)terminal_pump(&t[k], 2);
		}
		terminal_resize(&t[k], 40, 120);
		terminal_quiet(&t[k], 200);
		cpu[k] = cpu_ms(t[k].pid) - cpu[k];
	}
	say("screen.resize200.cpu", cpu[1], "ms", cpu[0], "<= 1.5x");
	say("screen.resize200.bad_rows", (double)bad_rows(&t[1], "\014"), "rows", 0, "0");
}

static void
measure_pages(struct terminal t[2])
{
	struct sample first[2] = { { .n = 0 }, { .n = 0 } }, bytes[2] = { { .n = 0 }, { .n = 0 } };
	for (int i = 0; i < PAGES; i++)
		for (int k = 0; k < 2; k++)
			one_key(&t[k], "\033[5~", &first[k], &bytes[k]);
	double base = quantile(&first[0], 0.5);
	say("floor.pageup.p50", base, "ms", 0, "floor");
	say("screen.pageup.p50", quantile(&first[1], 0.5), "ms", base, "<= 2x, of 10,000 messages");
	say("screen.pageup.p99", quantile(&first[1], 0.99), "ms", quantile(&first[0], 0.99), "no target");
	say("screen.pageup.bytes", quantile(&bytes[1], 0.5), "bytes", quantile(&bytes[0], 0.5), "no target");
	say("screen.memory.10000", memory_mb(t[1].pid), "MB", 0, "<= 40 MB at 100,000");
}

/* ---- a home with a long conversation ------------------------------------------------- */

static void
history_make(const char *stoa, const char *home)
{
	char path[600], line[2048];
	snprintf(path, sizeof path, "%s/history.json", home);
	FILE *f = fopen(path, "we");
	if (f == NULL)
		exit(1);
	fprintf(f, "{\"settings\":{},\"documents\":[],\"format\":\"stoa-history\",\"version\":1,\"conversations\":["
		"{\"id\":\"%032x\",\"title\":{\"title\":\"A long one\",\"type\":\"general\",\"status\":\"active\",\"named\":true,"
		"\"created\":1767600000000},\"feedback\":[],\"messages\":[", 1);
	for (int i = 0; i < MESSAGES; i++)
		fprintf(f, "%s{\"at\":%lld,\"message\":{\"id\":\"%032x\",\"conversation_id\":\"%032x\",\"role\":\"%s\",%s"
			"\"content\":\"Message %d says what was asked or answered, about as long as people write.\","
			"\"language\":\"en\",\"created\":\"2026-01-05T08:00:00Z\"}}", i > 0 ? "," : "",
			1767600000000LL + i, 1000 + i, 1, i % 2 == 0 ? "user" : "stoa", i % 2 == 0 ? "" : "\"status\":\"answered\",", i);
	fprintf(f, "]}]}\n");
	fclose(f);
	snprintf(line, sizeof line, "'%s' history import '%s' >/dev/null </dev/null", stoa, path);
	if (system(line) != 0) {
		fprintf(stderr, "the long conversation cannot be made\n");
		exit(1);
	}
}

int
main(void)
{
	char home[] = "/tmp/stoa-bench-XXXXXX", stoa[512], floor_path[512], line[700];
	const char *build = getenv("STOA_BUILD");
	struct terminal t[2];
	if (build == NULL || mkdtemp(home) == NULL)
		return 1;
	setenv("STOA_HOME", home, 1);
	snprintf(stoa, sizeof stoa, "%s/stoa", build);
	snprintf(floor_path, sizeof floor_path, "%s/tests/bench/floor", build);
	snprintf(line, sizeof line, "'%s' init --defaults --no-lock >/dev/null 2>&1 </dev/null", stoa);
	if (system(line) != 0)
		return 1;
	const struct program programs[2] = { { floor_path, "1 Chat", "> " }, { stoa, "The library is empty", "> " } };
	measure_memory(programs);
	history_make(stoa, home);
	measure_start(programs);
	for (int k = 0; k < 2; k++)
		open_program(&t[k], &programs[k]);
	measure_keys(t);
	measure_idle(t);
	measure_resize(t);
	terminal_say(&t[1], "/chat.open 00000000000000000000000000000001\r");
	if (!terminal_wait(&t[1], "Message 9999", 20000))
		fprintf(stderr, "the long conversation is not shown\n");
	terminal_quiet(&t[1], 200);
	measure_pages(t);
	for (int k = 0; k < 2; k++)
		terminal_close(&t[k]);
	snprintf(line, sizeof line, "rm -rf '%s'", home);
	return system(line) != 0;
}
