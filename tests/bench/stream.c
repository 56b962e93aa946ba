/* Keys while text streams in: how long a typed letter takes to be shown.
 *
 * Keys leave on a schedule, about 50 a second, whatever the program does; a key has
 * arrived with the output after which the screen shows everything typed so far.
 * Programs are measured in turn, a block each, and only the one that types is fed.
 * The screen runs on a backend that streams (feed.c), since a local answer is over
 * in one frame. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../support/peers.h"

#define BLOCKS 20
#define BLOCK 20
#define GAP_MS 20.0
#define MARK "zq"

struct feeder {
	pthread_t thread;
	const struct peer *peer;
	int fd;
	double rate;
	atomic_bool stop;
	unsigned number;
};

static void
sleep_until(double ms)
{
	double left = ms - terminal_now_ms();
	if (left > 0)
		nanosleep(&(struct timespec){ (time_t)(left / 1e3), (long)((left - 1e3 * (double)(long)(left / 1e3)) * 1e6) }, NULL);
}

static void *
feed(void *arg)
{
	struct feeder *f = arg;
	char line[256];
	double next = terminal_now_ms();
	while (!atomic_load(&f->stop)) {
		int n = snprintf(line, sizeof line, "%s%06u the light limits the rate at first, then carbon dioxide, then the enzyme\n",
			f->peer->line_prefix, f->number++);
		if (write(f->fd, line, (size_t)n) != n)
			f->number--;               /* the pipe is full: this one is lost, as it would be late */
		next += 1e3 / f->rate;
		sleep_until(next);
	}
	return NULL;
}

static unsigned
chance(unsigned *seed)
{
	return (*seed = *seed * 1103515245u + 12345u) >> 16;
}

static bool
shows_first(struct terminal *t, const char *typed, size_t n)
{
	char expected[64];
	snprintf(expected, sizeof expected, "%.*s", (int)(strlen(MARK) + n), typed);
	return terminal_shows(t, expected);
}

struct block { char typed[64]; double sent[BLOCK]; size_t seen; };

static void
look(struct terminal *t, struct block *b, struct sample *out)
{
	for (const struct arrival *a; b->seen < BLOCK && (a = terminal_replay(t)) != NULL;)
		while (b->seen < BLOCK && shows_first(t, b->typed, b->seen + 1))
			sample_add(out, a->ms - b->sent[b->seen++]);
}

static size_t
type_block(struct terminal *t, struct sample *out, unsigned *seed)
{
	struct block b = { .typed = MARK };
	terminal_say(t, MARK);
	(void)terminal_wait(t, MARK, 2000);
	t->later = true;
	double moment = terminal_now_ms() + 2;
	for (size_t i = 0; i < BLOCK; i++) {
		char key[2] = { (char)('a' + chance(seed) % 25), '\0' };
		strcat(b.typed, key);
		for (double left; (left = moment - terminal_now_ms()) > 0;)
			if (left >= 1)
				(void)terminal_pump(t, (int)left);
		b.sent[i] = terminal_now_ms();
		terminal_say(t, key);
		moment += GAP_MS * (0.75 + (double)(chance(seed) % 1000) / 2000);
	}
	for (double end = terminal_now_ms() + 60; terminal_now_ms() < end;)
		(void)terminal_pump(t, 10);
	look(t, &b, out);
	for (double end = terminal_now_ms() + 3000; b.seen < BLOCK && terminal_now_ms() < end; look(t, &b, out))
		(void)terminal_pump(t, 50);
	t->later = false;
	while (terminal_replay(t) != NULL)
		;
	terminal_say(t, "\025");
	(void)terminal_wait_gone(t, MARK, 2000);
	return BLOCK - b.seen;
}

static void
say(const char *name, double rate, struct sample by[PEERS], double share, double limit)
{
	char whole[64];
	snprintf(whole, sizeof whole, "stream.%.0f.%s", rate, name);
	figure_print(&(struct figure){ whole, "ms", sample_at(&by[STOA], share), sample_at(&by[FLOOR], share),
		sample_at(&by[WEECHAT], share), GOAL_TIMES_FLOOR, limit });
}

static void
measure(const struct peers *p, struct terminal t[PEERS], struct feeder f[PEERS], double rate)
{
	struct sample by[PEERS] = { 0 };
	double cpu[PEERS] = { 0 }, spent[PEERS] = { 0 };
	size_t lost[PEERS] = { 0 };
	unsigned seed = 1;
	for (int i = 0; i < BLOCKS; i++)
		for (size_t k = 0; k < p->count; k++) {
			f[k].rate = rate;
			atomic_store(&f[k].stop, false);
			double began = terminal_now_ms(), used = process_cpu_ms(t[k].pid);
			if (pthread_create(&f[k].thread, NULL, feed, &f[k]) != 0)
				exit(1);
			lost[k] += type_block(&t[k], &by[k], &seed);
			cpu[k] += process_cpu_ms(t[k].pid) - used;
			spent[k] += terminal_now_ms() - began;
			atomic_store(&f[k].stop, true);
			pthread_join(f[k].thread, NULL);
			terminal_quiet(&t[k], 20);
		}
	say("key.p50", rate, by, 0.5, 1.4);
	say("key.p99", rate, by, 0.99, 1.1);
	char whole[64];
	snprintf(whole, sizeof whole, "stream.%.0f.key.lost", rate);
	figure_print(&(struct figure){ whole, "keys", (double)lost[STOA], (double)lost[FLOOR], (double)lost[WEECHAT], GOAL_VALUE, 0 });
	for (size_t k = 0; k < p->count; k++)
		cpu[k] *= 100 / spent[k];
	snprintf(whole, sizeof whole, "stream.%.0f.cpu", rate);
	figure_print(&(struct figure){ whole, "%", cpu[STOA], cpu[FLOOR], cpu[WEECHAT], GOAL_NONE, 0 });
	for (int k = 0; k < PEERS; k++)
		sample_clear(&by[k]);
}

int
main(void)
{
	struct peers p;
	struct terminal t[PEERS];
	struct feeder f[PEERS] = { 0 };
	peers_make(&p);
	snprintf(p.of[STOA].path, sizeof p.of[STOA].path, "%s/tests/bench/feed", getenv("STOA_BUILD"));
	p.of[STOA].ready = "Ask your documents";
	for (size_t k = 0; k < p.count; k++) {
		peer_feed(&p.of[k]);
		peer_open(&t[k], &p.of[k]);
	}
	terminal_say(&t[STOA], "go\r");
	terminal_quiet(&t[STOA], 200);
	for (size_t k = 0; k < p.count; k++) {
		f[k].peer = &p.of[k];
		f[k].fd = peer_pipe(&p.of[k]);
	}
	measure(&p, t, f, 50);
	measure(&p, t, f, 200);
	for (size_t k = 0; k < p.count; k++) {
		close(f[k].fd);
		terminal_close(&t[k]);
	}
	peers_remove(&p);
	figures_sum();
	return 0;
}
