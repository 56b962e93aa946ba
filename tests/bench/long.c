/* A hundred thousand messages: turning pages, searching, memory.
 *
 * stoa has them sealed in its store, the floor and weechat in clear in memory.  Ours
 * are searched from the screen, from Enter until the found row is shown, after the
 * history was opened and read once. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../support/peers.h"

#define MESSAGES 100000
#define PAGES 200
#define SEARCHES 15
#define SAYS "Message %d says what was asked or answered, about as long as people write."
#define CONVERSATION "00000000000000000000000000000001"

static void
history_make(const struct peers *p)
{
	char path[600];
	snprintf(path, sizeof path, "%s/history.json", p->home);
	FILE *f = fopen(path, "we");
	if (f == NULL)
		exit(1);
	fprintf(f, "{\"settings\":{},\"documents\":[],\"format\":\"stoa-history\",\"version\":1,\"conversations\":["
		"{\"id\":\"" CONVERSATION "\",\"title\":{\"title\":\"A long one\",\"type\":\"general\",\"status\":\"active\",\"named\":true,"
		"\"created\":1767600000000},\"feedback\":[],\"messages\":[");
	for (int i = 0; i < MESSAGES; i++)
		fprintf(f, "%s{\"at\":%lld,\"message\":{\"id\":\"%032x\",\"conversation_id\":\"" CONVERSATION "\",\"role\":\"%s\",%s"
			"\"content\":\"" SAYS "\",\"language\":\"en\",\"created\":\"2026-01-05T08:00:00Z\"}}", i > 0 ? "," : "",
			1767600000000LL + i, 1000 + i, i % 2 == 0 ? "user" : "stoa", i % 2 == 0 ? "" : "\"status\":\"answered\",", i);
	fprintf(f, "]}]}\n");
	fclose(f);
	peers_shell("'%s' history import '%s' >/dev/null </dev/null", p->of[STOA].path, path);
	(void)unlink(path);
}

/* Everything through weechat's pipe; what does not fit waits until it has read. */
static void
weechat_fill(const struct peer *p, struct terminal *t)
{
	char line[256];
	int fd = peer_pipe(p);
	(void)fcntl(fd, F_SETFL, 0);
	for (int i = 0; i < MESSAGES; i++) {
		int n = snprintf(line, sizeof line, "%s" SAYS "\n", p->line_prefix, i);
		if (write(fd, line, (size_t)n) != n)
			exit(1);
		if (i % 64 == 0)
			while (terminal_pump(t, 0))
				;
	}
	snprintf(line, sizeof line, "Message %d ", MESSAGES - 1);
	if (!terminal_wait(t, line, 60000))
		fprintf(stderr, "weechat does not show the last line\n");
	terminal_quiet(t, 300);
	close(fd);
}

static void
say(const char *name, const char *unit, const double by[PEERS], enum goal goal, double limit)
{
	figure_print(&(struct figure){ name, unit, by[STOA], by[FLOOR], by[WEECHAT], goal, limit });
}

static void
measure_pages(const struct peers *p, struct terminal t[PEERS])
{
	struct sample first[PEERS] = { 0 }, bytes[PEERS] = { 0 };
	double ms, n, at[3][PEERS] = { { 0 } };
	for (int i = 0; i < PAGES; i++)
		for (size_t k = 0; k < p->count; k++)
			if (peer_keys(&t[k], "\033[5~", &ms, &n)) {
				sample_add(&first[k], ms);
				sample_add(&bytes[k], n);
			}
	for (size_t k = 0; k < p->count; k++) {
		at[0][k] = sample_at(&first[k], 0.5);
		at[1][k] = sample_at(&first[k], 0.99);
		at[2][k] = sample_at(&bytes[k], 0.5);
		sample_clear(&first[k]);
		sample_clear(&bytes[k]);
	}
	say("pageup.p50", "ms", at[0], GOAL_TIMES_FLOOR, 2);
	say("pageup.p99", "ms", at[1], GOAL_NONE, 0);
	say("pageup.bytes", "bytes", at[2], GOAL_NONE, 0);
}

/* From the last key of a search until what it should find is on the screen. */
static double
search_ms(struct terminal *t, const char *before, const char *keys, const char *found, const char *after)
{
	double ms = 0;
	terminal_say(t, before);
	terminal_quiet(t, 100);
	t->later = true;
	double began = terminal_now_ms(), end = began + 20000;
	terminal_say(t, keys);
	while (ms == 0 && terminal_now_ms() < end) {
		(void)terminal_pump(t, 50);
		for (const struct arrival *a; ms == 0 && (a = terminal_replay(t)) != NULL;)
			if (terminal_shows(t, found))
				ms = a->ms - began;
	}
	t->later = false;
	terminal_quiet(t, 100);
	while (terminal_replay(t) != NULL)
		;
	terminal_say(t, after);
	terminal_quiet(t, 100);
	return ms;
}

static void
measure_search(const struct peers *p, struct terminal t[PEERS])
{
	struct sample by[PEERS] = { 0 };
	double at[PEERS] = { 0 };
	char keys[64], found[64], before[64];
	for (int i = 0; i < SEARCHES; i++) {
		int wanted = 1000 + i * 6007 % 50000;
		snprintf(before, sizeof before, "\030/Message %d", wanted);
		snprintf(found, sizeof found, "Message %d says", wanted);
		sample_add(&by[STOA], search_ms(&t[STOA], before, "\r", found, "\033"));
		snprintf(keys, sizeof keys, "\022Message %d ", wanted);
		if (p->count > WEECHAT && i < SEARCHES / 3)
			sample_add(&by[WEECHAT], search_ms(&t[WEECHAT], "", keys, found, "\021"));
	}
	at[STOA] = sample_at(&by[STOA], 0.5);
	at[WEECHAT] = sample_at(&by[WEECHAT], 0.5);
	say("search.p50", "ms", at, GOAL_VALUE, 50);
	at[STOA] = sample_at(&by[STOA], 0.99);
	at[WEECHAT] = 0;
	say("search.worst", "ms", at, GOAL_NONE, 0);
	for (size_t k = 0; k < PEERS; k++)
		sample_clear(&by[k]);
}

/* The first search after opening. */
static void
measure_first(const struct peers *p)
{
	struct terminal t;
	double at[PEERS] = { 0 };
	peer_open(&t, &p->of[STOA]);
	terminal_quiet(&t, 1500);          /* a person reads before he searches */
	at[STOA] = search_ms(&t, "\030/Message 77777", "\r", "Message 77777 says", "\033");
	say("search.first", "ms", at, GOAL_VALUE, 50);
	terminal_close(&t);
}

int
main(void)
{
	struct peers p;
	struct terminal t[PEERS];
	double mb[PEERS] = { 0 };
	peers_make(&p);
	struct peer *base = &p.of[FLOOR];
	snprintf(base->args[1], sizeof base->args[1], "%d", MESSAGES);
	base->argv[1] = "-";
	base->argv[2] = base->args[1];
	history_make(&p);
	measure_first(&p);
	for (size_t k = 0; k < p.count; k++)
		peer_open(&t[k], &p.of[k]);
	if (p.count > WEECHAT)
		weechat_fill(&p.of[WEECHAT], &t[WEECHAT]);
	terminal_say(&t[STOA], "/chat.open " CONVERSATION "\r");
	if (!terminal_wait(&t[STOA], "Message 99999", 20000))
		fprintf(stderr, "the long conversation is not shown\n");
	terminal_quiet(&t[STOA], 200);
	measure_pages(&p, t);
	for (size_t k = 0; k < p.count; k++)
		mb[k] = process_memory_mb(t[k].pid);
	say("memory.100000.read", "MB", mb, GOAL_NONE, 0);
	measure_search(&p, t);
	for (size_t k = 0; k < p.count; k++) {
		mb[k] = process_memory_mb(t[k].pid);
		terminal_close(&t[k]);
	}
	say("memory.100000.searched", "MB", mb, GOAL_VALUE, 40);
	peers_remove(&p);
	figures_sum();
	return 0;
}
