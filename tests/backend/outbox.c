/* Messages while server and client are killed at random: none lost, none doubled, in order.
 *
 * make crash runs the same with STOA_OUTBOX=10000:1000 (messages and kills).  The
 * control sends without lasting ids and must show doubles, or the test shows nothing. */
#include <ctype.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "remote_test.h"

#define EACH 250                  /* messages of one conversation, as the sender has it */

struct run {
	char top[64], home[96], place[96], program[4096];
	struct classroom room;
	pid_t sender;
	int out;                           /* of the sender */
	char line[64]; size_t len;
	int messages, kills, acked;        /* acked: the next number that has not been said */
	bool keys, done, up;
	unsigned chance;
};

static unsigned
draw(struct run *r, unsigned below)
{
	r->chance = r->chance * 1103515245u + 12345u;
	return (r->chance >> 16) % below;
}

static void
sender_path(struct run *r)
{
	char self[3000];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	ck_assert_int_gt(n, 0);
	self[n] = '\0';
	char *tests = strstr(self, "/tests/backend/");
	ck_assert_ptr_nonnull(tests);
	*tests = '\0';
	snprintf(r->program, sizeof r->program, "%s/tests/support/sender_main", self);
}

static void
sender_start(struct run *r)
{
	char first[16], last[16];
	int out[2];
	snprintf(first, sizeof first, "%d", r->acked);
	snprintf(last, sizeof last, "%d", r->messages);
	ck_assert_int_eq(pipe(out), 0);
	r->sender = fork();
	ck_assert_int_ge(r->sender, 0);
	if (r->sender == 0) {
		dup2(out[1], 1);
		for (int fd = 3; fd < 256; fd++)
			close(fd);
		execl(r->program, r->program, r->home, r->room.url, r->room.token, r->room.user, first, last,
			r->keys ? "keys" : "none", (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	r->out = out[0];
	r->len = 0;
}

static void
take(struct run *r, char c)
{
	if (c != '\n') {
		if (r->len + 1 < sizeof r->line)
			r->line[r->len++] = c;
		return;
	}
	r->line[r->len] = '\0';
	r->len = 0;
	if (strcmp(r->line, "done") == 0)
		r->done = true;
	else if (isdigit((unsigned char)r->line[0]))
		r->acked = atoi(r->line) + 1;
}

/* Read what the sender says until it has said `wanted`, is done, or has ended. */
static bool
listen_until(struct run *r, int wanted, int most_ms)
{
	char bytes[256];
	int64_t end = clock_system.mono_ms(NULL) + most_ms;
	while (r->acked < wanted && !r->done && clock_system.mono_ms(NULL) < end) {
		struct pollfd p = { r->out, POLLIN, 0 };
		if (poll(&p, 1, 100) <= 0)
			continue;
		ssize_t n = read(r->out, bytes, sizeof bytes);
		if (n <= 0)
			return false;
		for (ssize_t i = 0; i < n; i++)
			take(r, bytes[i]);
	}
	return r->acked >= wanted || r->done;
}

static void
sender_kill(struct run *r)
{
	char bytes[256];
	ssize_t n;
	kill(r->sender, SIGKILL);
	waitpid(r->sender, NULL, 0);
	while ((n = read(r->out, bytes, sizeof bytes)) > 0)      /* what it said before */
		for (ssize_t i = 0; i < n; i++)
			take(r, bytes[i]);
	close(r->out);
}

/* One more kill: of the client, of the server, or the server back again. */
static void
disturb(struct run *r)
{
	usleep(draw(r, 12000));            /* anywhere within a message */
	if (!r->up) {
		ck_assert(classroom_start(&r->room, NULL));
		r->up = true;
	} else if (draw(r, 2) == 0 || !r->keys) {
		sender_kill(r);
		r->kills--;
		if (!r->done)
			sender_start(r);
	} else {
		classroom_kill(&r->room);
		r->up = false;
		r->kills--;
	}
}

static void
run_begin(struct run *r, int messages, int kills, bool keys)
{
	*r = (struct run){ .messages = messages, .kills = kills, .keys = keys, .up = true, .chance = 20261120 };
	snprintf(r->top, sizeof r->top, "%s", scratch());
	snprintf(r->home, sizeof r->home, "%s/home", r->top);
	snprintf(r->place, sizeof r->place, "%s/room", r->top);
	WELL(folder_make(r->home));
	sender_path(r);
	ck_assert(classroom_start(&r->room, r->place));
	sender_start(r);
}

static void
run_all(struct run *r)
{
	int step = r->kills > 0 ? (3 * r->messages) / (4 * r->kills) : 0;
	while (r->kills > 0 && !r->done && r->acked < r->messages) {
		int wanted = r->acked + (int)draw(r, step > 0 ? (unsigned)step + 1 : 1);
		ck_assert_msg(listen_until(r, wanted, 60000), "the sender stopped at %d", r->acked);
		disturb(r);
	}
	if (!r->up)
		ck_assert(classroom_start(&r->room, NULL));
	r->up = true;
	ck_assert_msg(listen_until(r, r->messages + 1, 300 * r->messages + 60000) && r->done, "not everything was delivered: %d of %d", r->acked, r->messages);
	waitpid(r->sender, NULL, 0);
	close(r->out);
}

struct tally { int lost, doubled, disordered; };

/* Order: within a conversation as they stand there, over all by when they came. */
struct counting { struct tally t; int *seen, last, messages; int64_t at; };

static void
count_messages(struct counting *c, const struct transcript *all)
{
	const struct message *m = all->messages.items;
	for (size_t i = 0; i < all->messages.count; i++) {
		int n;
		if (strcmp(m[i].role, "user") != 0 || sscanf(m[i].content, "number %d", &n) != 1 || n < 0 || n >= c->messages)
			continue;
		c->t.doubled += c->seen[n]++ > 0;
		c->t.disordered += n < c->last || m[i].created < c->at;
		c->last = n;
		c->at = m[i].created;
	}
}

/* What the server has, read by a client that was not there. */
static struct tally
count(struct run *r)
{
	struct counting c = { .messages = r->messages, .last = -1, .seen = mem_new_array((size_t)r->messages, sizeof(int)) };
	struct client my;
	char home[96], id[ID_BYTES];
	snprintf(home, sizeof home, "%s/witness", r->top);
	WELL(folder_make(home));
	client_open(&my, home, &r->room);
	for (int i = 0; i * EACH < r->messages; i++) {
		snprintf(id, sizeof id, "a%031x", (unsigned)i);
		count_messages(&c, client_call(&my, "conversation.get", &(struct conversation_get){ .id = id }));
	}
	for (int n = 0; n < r->messages; n++)
		c.t.lost += c.seen[n] == 0;
	mem_free(c.seen);
	client_close(&my);
	return c.t;
}

static void
run_end(struct run *r)
{
	classroom_stop(&r->room);
	scratch_remove(r->top);
}

START_TEST(nothing_is_lost_doubled_or_out_of_order)
{
	struct run r;
	int messages = 200, kills = 20;
	const char *given = getenv("STOA_OUTBOX");
	if (given != NULL)
		ck_assert_int_eq(sscanf(given, "%d:%d", &messages, &kills), 2);
	run_begin(&r, messages, kills, true);
	run_all(&r);
	struct tally t = count(&r);
	if (given != NULL)
		printf("%d messages, %d kills left: %d lost, %d doubled, %d out of order\n", messages, r.kills, t.lost, t.doubled, t.disordered);
	ck_assert_int_eq(r.kills, 0);
	ck_assert_int_eq(t.lost, 0);
	ck_assert_int_eq(t.doubled, 0);
	ck_assert_int_eq(t.disordered, 0);
	run_end(&r);
}
END_TEST

START_TEST(without_lasting_ids_messages_are_doubled)
{
	struct run r;
	run_begin(&r, 60, 20, false);
	run_all(&r);
	struct tally t = count(&r);
	ck_assert_int_eq(t.lost, 0);
	ck_assert_int_gt(t.doubled, 0);
	run_end(&r);
}
END_TEST

TESTS("outbox", nothing_is_lost_doubled_or_out_of_order, without_lasting_ids_messages_are_doubled)
