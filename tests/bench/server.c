/* What a server costs, measured from outside.  Without arguments it runs the whole
 * measurement (tests/bench/server-run starts stoad, its peers and this again); with
 * them it is one load: sockets, idle, users, cancel or slow. */
#include "server.h"

/* ---- WebSocket messages ---------------------------------------------------------- */

#define PING "{\"action\":\"ping\"}"
#define SOCKETS 100
#define RATE 15              /* a second and socket: what one client may */
#define SECONDS 3

static void
frame_of(char out[64], size_t *n)
{
	*n = sizeof PING - 1 + 6;
	out[0] = (char)0x81;
	out[1] = (char)(0x80 | (sizeof PING - 1));
	memset(out + 2, 0, 4);
	memcpy(out + 6, PING, sizeof PING - 1);
}

/* Send to each in turn at an even pace, note when each answer begins. */
static int
sockets(int port, const char *path, int pid)
{
	static double times[SOCKETS * RATE * SECONDS];
	static struct { int fd; double sent_ms; } s[SOCKETS];
	static char in[65536];
	struct pollfd p[SOCKETS];
	char frame[64];
	size_t n, done = 0, sent = 0, total = COUNT_TIMES(times);
	frame_of(frame, &n);
	for (size_t i = 0; i < SOCKETS; i++)
		if ((s[i].fd = open_socket(port, path)) < 0)
			return fprintf(stderr, "socket %zu does not open\n", i), 1;
	double began = now_ms(), cpu = cpu_ms(pid), step = 1000.0 / (SOCKETS * RATE);
	while (done < total && now_ms() - began < SECONDS * 1000 + 5000) {
		for (; sent < total && now_ms() >= began + (double)sent * step; sent++) {
			s[sent % SOCKETS].sent_ms = now_ms();
			if (!put(s[sent % SOCKETS].fd, frame, n))
				return fprintf(stderr, "a socket was closed\n"), 1;
		}
		for (size_t i = 0; i < SOCKETS; i++)
			p[i] = (struct pollfd){ s[i].fd, POLLIN, 0 };
		poll(p, SOCKETS, 1);
		for (size_t i = 0; i < SOCKETS; i++)
			if (p[i].revents != 0 && recv(s[i].fd, in, sizeof in, 0) > 0 && done < total)
				times[done++] = now_ms() - s[i].sent_ms;
	}
	cpu = cpu_ms(pid) - cpu;
	printf("%zu %.1f %.2f %.2f\n", done, 1000 * cpu / (double)done, quantile(times, done, 0.5), quantile(times, done, 0.99));
	return 0;
}

/* ---- as fast as it goes ------------------------------------------------------------------- */

/* A ping of 64 bytes; spaces are JSON too. */
static void
ping_of_64(char out[70])
{
	memset(out, ' ', 70);
	out[0] = (char)0x81;
	out[1] = (char)(0x80 | 64);
	memset(out + 2, 0, 4);
	memcpy(out + 6, PING, sizeof PING - 1);
}

/* A whole message is there: its frame's length says so. */
static bool
message_read(int fd)
{
	static unsigned char in[8192];
	size_t n = 0, want = 2;
	while (n < want) {
		ssize_t got = recv(fd, in + n, sizeof in - n, 0);
		if (got <= 0)
			return false;
		n += (size_t)got;
		if (n >= 4)
			want = (in[1] & 127) == 126 ? 4 + ((size_t)in[2] << 8 | in[3]) : 2 + (size_t)(in[1] & 127);
	}
	return true;
}

#define BURST 20             /* what one client may say at once */

/* So many messages under way at once, each on the next of many sockets, for a second or
 * until each has said as much as one client may. */
static int
rounds(int port, const char *path, int pid, size_t count, size_t flight)
{
	int *fds = calloc(count, sizeof *fds), under_way[64];
	char ping[70];
	size_t done = 0, next = 0;
	struct pollfd p[64];
	ping_of_64(ping);
	if (fds == NULL || flight > 64)
		return 1;
	for (size_t i = 0; i < count; i++)
		if ((fds[i] = open_socket(port, path)) < 0)
			return fprintf(stderr, "socket %zu does not open\n", i), 1;
	double began = now_ms(), cpu = cpu_ms(pid);
	for (size_t i = 0; i < flight; i++, next++) {
		under_way[i] = fds[next % count];
		put(under_way[i], ping, sizeof ping);
	}
	while (now_ms() - began < 1000 && next + flight <= count * BURST) {
		for (size_t i = 0; i < flight; i++)
			p[i] = (struct pollfd){ under_way[i], POLLIN, 0 };
		if (flight > 1)
			poll(p, flight, 1000);
		for (size_t i = 0; i < flight; i++) {
			if (flight > 1 && p[i].revents == 0)
				continue;
			if (!message_read(under_way[i]))
				return fprintf(stderr, "a socket was closed\n"), 1;
			done++;
			under_way[i] = fds[next++ % count];
			put(under_way[i], ping, sizeof ping);
		}
	}
	double took = now_ms() - began;
	printf("%.0f %.2f\n", 1000 * (double)done / took, 1000 * (cpu_ms(pid) - cpu) / (double)done);
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
	free(fds);
	return 0;
}

/* ---- one that asks and does not read --------------------------------------------------------- */

static int
unread(int port, int pid)
{
	static const char request[] = "GET /v1/openapi.json HTTP/1.1\r\nHost: h\r\n\r\n";
	char reply[8192];
	int well = dial(port, 0), fd = dial(port, 4096);
	ask(well, reply, sizeof reply, "/health", NULL, NULL, NULL);
	double memory = resident_kib(pid), most = memory, cpu = cpu_ms(pid);
	for (double began = now_ms(); now_ms() - began < 3000; poll(NULL, 0, 1)) {
		(void)!send(fd, request, sizeof request - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
		most = resident_kib(pid) > most ? resident_kib(pid) : most;
	}
	printf("%.2f %.0f\n", (most - memory) / 1024, cpu_ms(pid) - cpu);
	close(fd);
	close(well);
	return 0;
}

/* ---- many that say nothing ---------------------------------------------------------- */

static int
idle(int port, const char *path, int pid, size_t count)
{
	static double times[400];
	static char reply[65536];
	int *fds = calloc(count, sizeof *fds), well = dial(port, 0);
	size_t opened = 0;
	ask(well, reply, sizeof reply, "/health", NULL, NULL, NULL);
	double memory = resident_kib(pid), began = now_ms();
	while (opened < count && (fds[opened] = open_socket(port, path)) >= 0)
		opened++;
	double took = now_ms() - began;
	for (size_t i = 0; i < COUNT_TIMES(times); i++) {
		double at = now_ms();
		if (ask(well, reply, sizeof reply, "/health", NULL, NULL, NULL) != 200)
			return fprintf(stderr, "health fails\n"), 1;
		times[i] = now_ms() - at;
	}
	printf("%zu %.2f %.1f %.1f\n", opened, (resident_kib(pid) - memory) / (double)opened, took / 1000, quantile(times, COUNT_TIMES(times), 0.99));
	for (size_t i = 0; i < opened; i++)
		close(fds[i]);
	free(fds);
	return 0;
}

/* ---- a hundred at once ------------------------------------------------------------------ */

#define USERS 100
#define ASKS 3
#define LOOKS 30
struct user { int port; char token[256]; pthread_t asks, looks; double ask_ms[ASKS], me_ms[LOOKS], stream_ms; size_t events; int bad; };

static void *
ask_some(void *arg)
{
	static const char *const questions[ASKS] = { "{\"content\":\"What do chloroplasts capture?\"}",
		"{\"content\":\"Where does the Calvin cycle take place?\"}", "{\"content\":\"What produces most of the ATP of the cell?\"}" };
	struct user *u = arg;
	char *reply = malloc(1 << 20);
	int fd = dial(u->port, 0);
	for (size_t i = 0; i < ASKS; i++) {
		double at = now_ms();
		u->bad += ask(fd, reply, 1 << 20, "/v1/conversations/-/messages", u->token, questions[i], NULL) != 200;
		u->ask_ms[i] = now_ms() - at;
	}
	close(fd);
	fd = dial(u->port, 0);
	double at = now_ms();
	u->bad += ask(fd, reply, 1 << 20, "/v1/conversations/-/messages", u->token, questions[0], "text/event-stream") != 200;
	u->stream_ms = now_ms() - at;
	for (const char *s = reply; (s = strstr(s, "\nevent: ")) != NULL; s++)
		u->events++;
	close(fd);
	free(reply);
	return NULL;
}

static void *
look_at_me(void *arg)
{
	struct user *u = arg;
	char reply[8192];
	int fd = dial(u->port, 0);
	for (size_t i = 0; i < LOOKS; i++) {
		double at = now_ms();
		u->bad += ask(fd, reply, sizeof reply, "/v1/auth/me", u->token, NULL, NULL) != 200;
		u->me_ms[i] = now_ms() - at;
		poll(NULL, 0, 20);
	}
	close(fd);
	return NULL;
}

/* A guest's token. Who has asked too often waits as long as he is told. */
static bool
guest(char token[256], int fd)
{
	char reply[8192];
	const char *wait;
	int status;
	for (int tries = 0; (status = ask(fd, reply, sizeof reply, "/v1/auth/guest", NULL, "{}", NULL)) == 429 && tries < 10; tries++)
		sleep((wait = strstr(reply, "retry-after: ")) != NULL ? (unsigned)atoi(wait + 13) : 1);
	if (status == 200 && cut_out(token, 256, reply, "token"))
		return true;
	fprintf(stderr, "no guest: %s\n", reply);
	return false;
}

static int
users(int port)
{
	static struct user all[USERS];
	static double asks[USERS * ASKS], looks[USERS * LOOKS], streams[USERS], alone[LOOKS];
	size_t events = 0;
	int bad = 0, fd = dial(port, 0);
	for (size_t i = 0; i < USERS; i++) {
		all[i].port = port;
		if (!guest(all[i].token, fd))
			return 1;
	}
	close(fd);
	look_at_me(&all[0]);
	memcpy(alone, all[0].me_ms, sizeof alone);
	for (size_t i = 0; i < USERS; i++)
		if (pthread_create(&all[i].asks, NULL, ask_some, &all[i]) != 0 || pthread_create(&all[i].looks, NULL, look_at_me, &all[i]) != 0)
			return 1;
	for (size_t i = 0; i < USERS; i++) {
		pthread_join(all[i].asks, NULL);
		pthread_join(all[i].looks, NULL);
		memcpy(asks + i * ASKS, all[i].ask_ms, sizeof all[i].ask_ms);
		memcpy(looks + i * LOOKS, all[i].me_ms, sizeof all[i].me_ms);
		streams[i] = all[i].stream_ms;
		events += all[i].events;
		bad += all[i].bad;
	}
	printf("%.1f %.1f %.1f %.1f %.1f %.1f %zu %d\n", quantile(asks, USERS * ASKS, 0.5), quantile(asks, USERS * ASKS, 0.99), quantile(looks, USERS * LOOKS, 0.5),
		quantile(looks, USERS * LOOKS, 0.99), quantile(alone, LOOKS, 0.99), quantile(streams, USERS, 0.99), events, bad);
	return 0;
}

/* ---- a client that goes in the middle ---------------------------------------------------------- */

/* A model that takes every question and never answers; prints its port. */
static int
silent(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(fd, (struct sockaddr *)&at, n) != 0 || listen(fd, 64) != 0 || getsockname(fd, (struct sockaddr *)&at, &n) != 0)
		return 1;
	printf("%d\n", ntohs(at.sin_port));
	fflush(stdout);
	for (;;)
		(void)!accept(fd, NULL, NULL);
}

static double
metric(int fd, const char *name)
{
	static char reply[1 << 18];
	char mark[64];
	snprintf(mark, sizeof mark, "\n%s ", name);
	const char *at = ask(fd, reply, sizeof reply, "/metrics", NULL, NULL, NULL) == 200 ? strstr(reply, mark) : NULL;
	return at == NULL ? -1 : strtod(at + strlen(mark), NULL);
}

static int
cancel(int port)
{
	double times[20];
	char token[256], request[1024];
	static const char body[] = "{\"content\":\"What do chloroplasts capture?\",\"mode\":\"model\"}";
	int look = dial(port, 0);
	if (!guest(token, look))
		return 1;
	for (size_t i = 0; i < COUNT_TIMES(times); i++) {
		int fd = dial(port, 0);
		int n = snprintf(request, sizeof request, "POST /v1/conversations/-/messages HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer %s\r\nAccept: text/event-stream\r\n"
			"Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", token, sizeof body - 1, body);
		put(fd, request, (size_t)n);
		double patience = now_ms() + 5000;
		while (metric(look, "stoa_calls_running") < 1 && now_ms() < patience)
			;
		poll(NULL, 0, 60);   /* it is at the model now */
		double at = now_ms();
		close(fd);
		while (metric(look, "stoa_calls_running") > 0 && now_ms() < at + 5000)
			;
		times[i] = now_ms() - at;
	}
	printf("%.1f %.1f\n", quantile(times, COUNT_TIMES(times), 0.5), quantile(times, COUNT_TIMES(times), 1));
	return 0;
}

/* ---- slow ones ------------------------------------------------------------------------------------ */

#define SLOW_EACH 100
#define SLOW_S 15

static double
normal_p95(int port, double for_ms)
{
	static double times[20000];
	static char reply[8192];
	size_t n = 0;
	int fd = dial(port, 0);
	for (double began = now_ms(); now_ms() - began < for_ms && n < COUNT_TIMES(times); n++) {
		double at = now_ms();
		if (ask(fd, reply, sizeof reply, "/health", NULL, NULL, NULL) != 200)
			return -1;
		times[n] = now_ms() - at;
		poll(NULL, 0, 2);
	}
	close(fd);
	return quantile(times, n, 0.95);
}

struct slow { int fd; int kind; bool over; };

/* One more byte of a head or body, or one byte read; the connection over? */
static void
nudge(struct slow *s)
{
	char c[1];
	struct pollfd p = { s->fd, POLLRDHUP, 0 };
	if (poll(&p, 1, 0) > 0 || (s->kind < 2 && !put(s->fd, "a", 1)))
		s->over = true;
	else if (s->kind == 2 && recv(s->fd, c, 1, MSG_DONTWAIT) == 0)
		s->over = true;
}

static void *
keep_slow(void *arg)
{
	struct slow *s = arg;
	for (double began = now_ms(); now_ms() - began < SLOW_S * 1000; poll(NULL, 0, 500))
		for (size_t i = 0; i < 3 * SLOW_EACH; i++)
			if (!s[i].over)
				nudge(&s[i]);
	return NULL;
}

static int
slow(int port)
{
	static struct slow all[3 * SLOW_EACH];
	static const char *const begin[] = { "GET /health HTTP/1.1\r\nHost: h\r\nX: ",
		"POST /v1/auth/guest HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n",
		"GET /v1/openapi.json HTTP/1.1\r\nHost: h\r\n\r\n" };
	size_t alive[3] = { 0 };
	pthread_t thread;
	double alone = normal_p95(port, 2500);
	for (size_t i = 0; i < 3 * SLOW_EACH; i++) {
		all[i].kind = (int)(i % 3);
		all[i].fd = dial(port, all[i].kind == 2 ? 1024 : 0);
		for (int k = 0; k < (all[i].kind == 2 ? 3 : 1); k++)
			put(all[i].fd, begin[all[i].kind], strlen(begin[all[i].kind]));
	}
	if (pthread_create(&thread, NULL, keep_slow, all) != 0)
		return 1;
	double among = normal_p95(port, SLOW_S * 1000 - 1000);
	pthread_join(thread, NULL);
	for (size_t i = 0; i < 3 * SLOW_EACH; i++) {
		alive[all[i].kind] += !all[i].over;
		close(all[i].fd);
	}
	alone = (alone + normal_p95(port, 2500)) / 2;   /* before and after: the machine is not ours alone */
	printf("%zu %zu %zu %.3f %.3f\n", alive[0], alive[1], alive[2], alone, among);
	return 0;
}

int
main(int argc, char **argv)
{
	int port = argc > 2 ? atoi(argv[2]) : 0;
	if (argc == 1) {
		execlp("sh", "sh", "tests/bench/server-run", (char *)NULL);
		return 1;
	}
	if (strcmp(argv[1], "sockets") == 0 && argc == 5)
		return sockets(port, argv[3], atoi(argv[4]));
	if (strcmp(argv[1], "rounds") == 0 && argc == 7)
		return rounds(port, argv[3], atoi(argv[4]), strtoul(argv[5], NULL, 10), strtoul(argv[6], NULL, 10));
	if (strcmp(argv[1], "unread") == 0 && argc == 4)
		return unread(port, atoi(argv[3]));
	if (strcmp(argv[1], "idle") == 0 && argc == 6)
		return idle(port, argv[3], atoi(argv[4]), strtoul(argv[5], NULL, 10));
	if (strcmp(argv[1], "users") == 0 && argc == 3)
		return users(port);
	if (strcmp(argv[1], "cancel") == 0 && argc == 3)
		return cancel(port);
	if (strcmp(argv[1], "slow") == 0 && argc == 3)
		return slow(port);
	if (strcmp(argv[1], "silent") == 0)
		return silent();
	fprintf(stderr, "usage: server [sockets PORT PATH PID | rounds PORT PATH PID SOCKETS AT_ONCE | unread PORT PID | idle PORT PATH PID COUNT | users PORT | cancel PORT | slow PORT | silent]\n");
	return 2;
}
