/* 500 event streams, 50 events a second each, from answer_event() to the sockets of
 * clients: what a delivered event costs, and whether all arrive.  Two servers in this
 * process, for a crew takes 256 calls; their workers are held, so that the events are
 * ours and no engine's.  Prints: delivered, expected, us of CPU an event, ms to the last. */
#include <semaphore.h>
#include <sys/resource.h>

#include "../../src/server/answer_in.h"
#include "server.h"

#define SERVERS 2
#define STREAMS 250
#define RATE 50
#define SECONDS 4

static const char mark[] = "event: content_delta";
static struct client { int fd; size_t matched; } clients[SERVERS * STREAMS];
static struct server *servers[SERVERS];
static sem_t go_on;
static atomic_bool over;
static atomic_size_t delivered;
static double client_ms;

static void
hold(void *arg)
{
	(void)arg;
	while (sem_wait(&go_on) != 0)
		;
}

static double
cpu_now_ms(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
count(struct client *c, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		c->matched = bytes[i] == mark[c->matched] ? c->matched + 1 : bytes[i] == mark[0];
		if (c->matched < sizeof mark - 1)
			continue;
		c->matched = 0;
		atomic_fetch_add(&delivered, 1);
	}
}

static void *
read_all(void *arg)
{
	static char in[65536];
	struct pollfd p[SERVERS * STREAMS];
	(void)arg;
	for (size_t i = 0; i < COUNT_OF(p); i++)
		p[i] = (struct pollfd){ clients[i].fd, POLLIN, 0 };
	while (!atomic_load(&over)) {
		poll(p, COUNT_OF(p), 20);
		for (size_t i = 0; i < COUNT_OF(p); i++) {
			ssize_t got = p[i].revents == 0 ? 0 : recv(p[i].fd, in, sizeof in, MSG_DONTWAIT);
			if (got > 0)
				count(&clients[i], in, (size_t)got);
		}
	}
	client_ms = cpu_now_ms(CLOCK_THREAD_CPUTIME_ID);
	return NULL;
}

static bool
well(enum fault f)
{
	if (f != FAULT_NONE)
		fprintf(stderr, "%s\n", fault_sentence());
	return f == FAULT_NONE;
}

static bool
open_server(struct server **out, struct engine *e, const char *dir, int n)
{
	char uploads[300];
	snprintf(uploads, sizeof uploads, "%s/uploads%d", dir, n);
	const struct server_config config = { .engine = e, .clock = &clock_system, .chance = &chance_system, .listen = "127.0.0.1:0",
		.uploads_folder = uploads, .workers = 1, .limits = { .calls = 1000, .per_address = 1000 } };
	return well(server_open(out, &config)) && well(server_start(*out)) && well(crew_submit((*out)->crew, hold, NULL));
}

static size_t
answers_of(struct server *s)
{
	size_t n = 0;
	pthread_mutex_lock(&s->answers_lock);
	for (struct answer *a = s->answers; a != NULL; a = a->next)
		n++;
	pthread_mutex_unlock(&s->answers_lock);
	return n;
}

static bool
open_clients(void)
{
	static const char request[] = "POST /v1/conversations/-/messages HTTP/1.1\r\nHost: h\r\nAccept: text/event-stream\r\n"
		"Content-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"content\":\"x\"}";
	for (size_t i = 0; i < COUNT_OF(clients); i++) {
		clients[i].fd = dial(servers[i % SERVERS]->port, 0);
		if (clients[i].fd < 0 || !put(clients[i].fd, request, sizeof request - 1))
			return false;
	}
	for (double began = now_ms(); now_ms() - began < 10000; poll(NULL, 0, 5))
		if (answers_of(servers[0]) == STREAMS && answers_of(servers[1]) == STREAMS)
			return true;
	return false;
}

static void
push(struct server *s)
{
	struct ev_delta e = { "light " };
	pthread_mutex_lock(&s->answers_lock);   /* nobody makes or ends one now */
	for (struct answer *a = s->answers; a != NULL; a = a->next)
		answer_event(a, "content_delta", &record_ev_delta, &e);
	pthread_mutex_unlock(&s->answers_lock);
}

static void
measure(void)
{
	pthread_t reader;
	size_t expected = COUNT_OF(clients) * RATE * SECONDS;
	double from_ms = cpu_now_ms(CLOCK_PROCESS_CPUTIME_ID), began = now_ms();
	if (pthread_create(&reader, NULL, read_all, NULL) != 0)
		return;
	for (int tick = 0; tick < RATE * SECONDS; tick++) {
		while (now_ms() < began + tick * 1000.0 / RATE)
			poll(NULL, 0, 1);
		for (size_t i = 0; i < SERVERS; i++)
			push(servers[i]);
	}
	double said = now_ms();
	while (atomic_load(&delivered) < expected && now_ms() - said < 5000)
		poll(NULL, 0, 1);
	double last = now_ms() - said;
	atomic_store(&over, true);
	pthread_join(reader, NULL);
	double cost_ms = cpu_now_ms(CLOCK_PROCESS_CPUTIME_ID) - from_ms - client_ms;
	printf("%zu %zu %.2f %.0f\n", atomic_load(&delivered), expected, 1000 * cost_ms / (double)atomic_load(&delivered), last);
}

int
main(void)
{
	char dir[] = "/tmp/stoa-fan-XXXXXX", database[64], anchor[64], library[64];
	struct engine *e = NULL;
	if (mkdtemp(dir) == NULL || sem_init(&go_on, 0, 0) != 0)
		return 1;
	snprintf(database, sizeof database, "%s/db", dir);
	snprintf(anchor, sizeof anchor, "%s/anchor", dir);
	snprintf(library, sizeof library, "%s/library", dir);
	const struct engine_config config = { .database = database, .anchor = anchor, .library_folder = library, .domains_folder = dir,
		.clock = &clock_system, .chance = &chance_system, .limits_off = true };
	bool ready = well(engine_open(&e, &config));
	for (int i = 0; i < SERVERS && ready; i++)
		ready = open_server(&servers[i], e, dir, i);
	if (ready && open_clients())
		measure();
	for (size_t i = 0; i < COUNT_OF(clients); i++)
		close(clients[i].fd);
	for (size_t i = 0; i < SERVERS; i++) {
		sem_post(&go_on);
		server_close(servers[i]);
	}
	engine_close(e);
	char command[96];
	snprintf(command, sizeof command, "rm -r %s", dir);
	return system(command) != 0 || !ready;
}
