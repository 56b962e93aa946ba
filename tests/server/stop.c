/* SIGTERM while hundreds talk: everybody is told (1012), whether he answers or not, and
 * the server ends in time.  STOA_STOPS=100 does it so often. */
#include "server_test.h"

#define SOCKETS 500
static const char handshake[] = "GET /v1/live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
static const unsigned char goodbye[] = { 0x88, 2, 1012 >> 8, 1012 & 255 };

static int64_t
now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
open_all(const struct stoad *s, int fds[SOCKETS])
{
	static struct heard h;
	for (size_t i = 0; i < SOCKETS; i++) {
		fds[i] = dial(s);
		send_all(fds[i], handshake, sizeof handshake - 1);
	}
	for (size_t i = 0; i < SOCKETS; i++) {
		h = (struct heard){ .n = 0 };
		hear(&h, fds[i], "\r\n\r\n", 30000);
		ck_assert_msg(status_of(&h) == 101, "socket %zu: %s", i, h.bytes);
	}
}

/* Was this one told?  Every other client answers, as it should. */
static bool
told(int fd, bool answers)
{
	static const unsigned char answer[] = { 0x88, 0x82, 0, 0, 0, 0, 1012 >> 8, 1012 & 255 };
	static struct heard h;
	h = (struct heard){ .n = 0 };
	while (h.n < sizeof goodbye && !h.closed)
		hear(&h, fd, "\x03\xf4", 20000);
	if (answers)
		send_all(fd, (const char *)answer, sizeof answer);
	return h.n == sizeof goodbye && memcmp(h.bytes, goodbye, sizeof goodbye) == 0;
}

START_TEST(everybody_is_told_and_it_ends_in_time)
{
	static int fds[SOCKETS];
	const char *asked = getenv("STOA_STOPS");
	int64_t longest_ms = 0;
	const char *dir = scratch();
	char conf[256];
	snprintf(conf, sizeof conf, "%s/conf", dir);
	FILE *f = fopen(conf, "w");
	ck_assert_ptr_nonnull(f);
	fputs("[limits]\nlive = 600\nconnections_per_address = 2000\n", f);
	fclose(f);
	for (int round = asked != NULL ? atoi(asked) : 2; round > 0; round--) {
		struct stoad s;
		int status = 0;
		stoad_start(&s, (const char *const[]){ "--conf", conf, NULL });
		open_all(&s, fds);
		int64_t from_ms = now_ms();
		kill(s.pid, SIGTERM);
		for (size_t i = 0; i < SOCKETS; i++)
			ck_assert_msg(told(fds[i], i % 2 == 0), "socket %zu was not told", i);
		ck_assert_int_eq(waitpid(s.pid, &status, 0), s.pid);
		int64_t took_ms = now_ms() - from_ms;
		ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "it ended with %x", status);
		ck_assert_msg(took_ms <= 10000, "it took %lld ms", (long long)took_ms);
		longest_ms = took_ms > longest_ms ? took_ms : longest_ms;
		for (size_t i = 0; i < SOCKETS; i++)
			close(fds[i]);
		scratch_remove(s.dir);
	}
	scratch_remove(dir);
	if (asked != NULL)
		fprintf(stderr, "%s times; the longest took %lld ms\n", asked, (long long)longest_ms);
}
END_TEST

TESTS("server stop", everybody_is_told_and_it_ends_in_time)
