/* The live chat from outside: a raw socket that says what a client should and
 * should not, and our own client that behaves. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/time.h>
#include "../engine/engine_test.h"
#include "../wire/socket_cases.h"
#include "stoa/server.h"

struct scene { struct world w; struct server *server; char url[128]; int port; };

/* proxy: whose X-Forwarded-For is believed; then one guest an hour may come of an address. */
static void
begin_with(struct scene *s, struct server_limits limits, const char *proxy)
{
	memset(s, 0, sizeof *s);
	world_make(&s->w);
	s->w.config.clock = &clock_system;
	if (proxy != NULL) {
		s->w.config.limits_off = false;
		s->w.config.rates[LIMIT_ADMIN].count = 1;
		s->w.config.rates[LIMIT_ADMIN].period_ms = 3600 * 1000;
	}
	s->w.config.threshold_email = 90;
	WELL(engine_open(&s->w.engine, &s->w.config));
	struct vault_secret key = test_key(7);
	WELL(engine_seal_new(s->w.engine, SLOT_KEY_FILE, &key, "test"));
	vault_secret_clear(&key);
	char folder[160];
	snprintf(folder, sizeof folder, "%s/uploads", s->w.dir);
	const struct server_config config = { .engine = s->w.engine, .clock = &clock_system, .chance = &chance_system,
		.listen = "127.0.0.1:0", .uploads_folder = folder, .workers = 2, .limits = limits, .proxy = proxy };
	WELL(server_open(&s->server, &config));
	WELL(server_start(s->server));
	snprintf(s->url, sizeof s->url, "%s/v1/live", server_url(s->server));
	s->port = atoi(strrchr(server_url(s->server), ':') + 1);
}

static void
begin(struct scene *s, struct server_limits limits)
{
	begin_with(s, limits, NULL);
}

static void
end(struct scene *s)
{
	server_close(s->server);
	world_close(&s->w);
}

/* ---- a raw client ----------------------------------------------------------- */

static int
raw_connect(const struct scene *s)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)s->port) };
	const struct timeval patience = { .tv_sec = 20 };
	const int one = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	return fd;
}

static void
raw_send(int fd, const void *bytes, size_t n)
{
	(void)!send(fd, bytes, n, MSG_NOSIGNAL);
}

/* The head of the answer to this request; the connection. */
static int
raw_ask(char head[1024], const struct scene *s, const char *request)
{
	int fd = raw_connect(s);
	size_t n = 0;
	raw_send(fd, request, strlen(request));
	head[0] = '\0';
	while (n < 1023 && strstr(head, "\r\n\r\n") == NULL && recv(fd, head + n, 1, 0) == 1)
		head[++n] = '\0';
	return fd;
}

#define HANDSHAKE "GET /v1/live HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
#define PING "81m={\"action\":\"ping\"}"

/* What the server sent, as words: "pong " for our action, "error " , "pong/3 " for a
 * frame, "close/1000 " or "over " when that was the end. */
static void
tell(struct text *out, int fd, unsigned marks)
{
	unsigned char head[4], body[65536];
	for (unsigned seen = 0; marks == 0 || seen < marks;) {
		if (recv(fd, head, 2, MSG_WAITALL) != 2) {
			text_put(out, "over ");
			return;
		}
		size_t n = head[1] & 127;
		if (n == 126 && recv(fd, head + 2, 2, MSG_WAITALL) == 2)
			n = (size_t)head[2] << 8 | head[3];
		if (n > 0 && recv(fd, body, n, MSG_WAITALL) != (ssize_t)n)
			n = 0;
		body[n < sizeof body ? n : 0] = '\0';
		if (head[0] == 0x88) {
			text_printf(out, "close/%u ", n < 2 ? 0u : (unsigned)(body[0] << 8 | body[1]));
			return;
		} else if (head[0] == 0x8A) {
			text_printf(out, "pong/%zu ", n);
		} else {
			bool pong = strstr((char *)body, "\"pong\"") != NULL;
			seen += pong;
			text_put(out, pong ? "pong " : strstr((char *)body, "INVALID_INPUT") != NULL ? "input " : "error ");
		}
	}
}

static const struct { const char *sent, *told; } cases[] = {
	/* what is allowed; a ping of ours is the last frame, so that there is an end */
	{ PING, "pong " }, { PING " " PING, "pong pong " },
	{ "01m={\"action\" 80m=:\"ping\"}", "pong " }, { "01m={\"acti 00m*0 00m=on\":\"p 89m=hey 80m=ing\"}", "pong/3 pong " },
	{ "89m*0 " PING, "pong/0 pong " }, { "89m*125 " PING, "pong/125 pong " }, { "8Am=unasked " PING, "pong " },
	{ "81m={} " PING, "input pong " }, { "81m=[] " PING, "input pong " }, { "81m=x " PING, "input pong " }, { "81m={\"action\":\"fly\"} " PING, "input pong " },
	{ "81m={\"action\":\"ping\",\"action\":\"ping\"} " PING, "input pong " }, { "81m:CEBAE1BDB9 " PING, "input pong " },
	{ "01m:CEBAE1 80m:BDB9 " PING, "input pong " }, { "81m={\"action\":\"startTalk\"} " PING, "error pong " }, { "82m*20 " PING, "error pong " },
	{ "81m*65536 " PING, "input pong " }, { "81m*126 " PING, "input pong " }, { "82m*4096 " PING, "error pong " },
	/* what is not */
	{ "81m*65537", "close/1009 " }, { "01m*65000 80m*537", "close/1009 " }, { "82m*4097", "close/1009 " },
	{ "81m:FF", "close/1007 " }, { "81m:C080", "close/1007 " }, { "81m:EDA080", "close/1007 " }, { "81m:F4908080", "close/1007 " }, { "81m:CE", "close/1007 " },
	{ "01m:CE 80m:CE", "close/1007 " }, { "01m=a 1100(00m=b) 80m=c", "close/1008 " }, { "30(" PING ")", "close/1008 " },
	{ "88m*0", "close/0 " }, { "88m:03E8", "close/1000 " }, { "88m:0FA0", "close/4000 " }, { "88m:03E9627965", "close/1001 " },
	/* frames that are none */
	{ "C1m=a", "close/1002 " }, { "83m=a", "close/1002 " }, { "8Bm=a", "close/1002 " }, { "80m=alone", "close/1002 " }, { "01m=a 81m=b", "close/1002 " }, { "09m=a", "close/1002 " },
	{ "&81FFFFFFFFFFFFFFFFFF0000000041", "close/1002 " }, { "&89FE007E00000000", "close/1002 " },
	{ "&810141", "close/1002 " }, { "&8900", "close/1002 " }, { "&8800", "close/1002 " }, { "&0100", "close/1002 " },
	{ "&81FE000100000000", "close/1002 " }, { "&81FF000000000000000100000000", "close/1002 " }, { "&81FF000000000000FFFF00000000", "close/1002 " },
	{ "&81FF000000000001000100000000", "close/1009 " }, { "&81FF7FFFFFFFFFFFFFFF00000000", "close/1009 " },
	{ "A1m=a", "close/1002 " }, { "91m=a", "close/1002 " }, { "C9m=a", "close/1002 " }, { "84m*0", "close/1002 " }, { "85m*0", "close/1002 " },
	{ "86m*0", "close/1002 " }, { "87m*0", "close/1002 " }, { "8Cm*0", "close/1002 " }, { "8Dm*0", "close/1002 " }, { "8Em*0", "close/1002 " }, { "8Fm*0", "close/1002 " },
	{ "08m*0", "close/1002 " }, { "0Am=a", "close/1002 " }, { "00m=a", "close/1002 " }, { "89m*126", "close/1002 " }, { "8Am*126", "close/1002 " },
	{ "01m*0 00m*0 80m=x " PING, "input pong " }, { "81m*0 " PING, "input pong " }, { "81m*125 " PING, "input pong " }, { "81m*127 " PING, "input pong " }, { "81m*128 " PING, "input pong " },
	{ "81m*65535 " PING, "input pong " }, { "82m*125 " PING, "error pong " }, { "82m*0 " PING, "error pong " }, { "8Am*125 " PING, "pong " }, { "8Am*0 " PING, "pong " },
	{ "10(89m*1) " PING, "pong/1 pong/1 pong/1 pong/1 pong/1 pong/1 pong/1 pong/1 pong/1 pong/1 pong " },
	/* closes */
	{ "88m:03", "close/1002 " }, { "88m:03E8FF", "close/1007 " }, { "88m:0BB8", "close/3000 " }, { "88m:1387", "close/4999 " }, { "88m:03EB", "close/1003 " },
	{ "88m:03EF", "close/1007 " }, { "88m:03F3", "close/1011 " }, { "88m:03F0", "close/1008 " }, { "88m:0000", "close/1002 " }, { "88m:03E7", "close/1002 " }, { "88m:03EC", "close/1002 " },
	{ "88m:03ED", "close/1002 " }, { "88m:03EE", "close/1002 " }, { "88m:03F7", "close/1002 " }, { "88m:03F8", "close/1002 " }, { "88m:044C", "close/1002 " }, { "88m:07D0", "close/1002 " },
	{ "88m:1388", "close/1002 " }, { "88m:FFFF", "close/1002 " }, { "88m:03E8 81m=late", "close/1000 " },
};

static void
run_case(struct text *got, const struct scene *s, const struct text *bytes, size_t cut, unsigned marks)
{
	char head[1024];
	int fd = raw_ask(head, s, HANDSHAKE);
	ck_assert(str_starts(head, "HTTP/1.1 101 "));
	ck_assert_ptr_nonnull(strcasestr(head, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
	raw_send(fd, bytes->data, cut);
	raw_send(fd, bytes->data + cut, bytes->len - cut);
	tell(got, fd, marks);
	close(fd);
}

START_TEST(every_case_ends_as_it_must_cut_at_every_byte)
{
	struct scene s;
	struct text bytes, got;
	bool bad = false;
	begin(&s, (struct server_limits){ 0 });
	text_init(&bytes, 1 << 20);
	text_init(&got, 1 << 20);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		unsigned marks = 0;
		for (const char *at = cases[i].told; (at = strstr(at, "pong ")) != NULL; at++)
			marks++;
		socket_case_bytes(&bytes, cases[i].sent, false);
		for (size_t cut = 0; cut < bytes.len; cut += bytes.len > 100 ? bytes.len / 3 + 1 : 1) {
			text_reset(&got);
			run_case(&got, &s, &bytes, cut, marks);
			const char *end = strstr(cases[i].told, "close/1008") != NULL ? cases[i].told : NULL;
			if (str_same(got.data, cases[i].told) || (end != NULL && str_ends(got.data, end)))
				continue;
			fprintf(stderr, "%s, cut at %zu:\n  got  %s\n  want %s\n", cases[i].sent, cut, got.data, cases[i].told);
			bad = true;
			break;
		}
	}
	ck_assert(!bad);
	text_clear(&bytes);
	text_clear(&got);
	end(&s);
}
END_TEST

START_TEST(a_handshake_that_is_none_is_refused_with_its_status)
{
	static const struct { const char *request, *status; } rows[] = {
		{ "GET /v1/other HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", "404" },
		{ "GET /v1/live HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 12\r\n\r\n", "426" },
		{ "GET /v1/live HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n", "400" },
		{ "GET /v1/live HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: short\r\nSec-WebSocket-Version: 13\r\n\r\n", "400" },
		{ "GET /v1/live HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", "400" },
	};
	struct scene s;
	char head[1024];
	begin(&s, (struct server_limits){ 0 });
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		close(raw_ask(head, &s, rows[i].request));
		ck_assert_msg(strncmp(head + 9, rows[i].status, 3) == 0, "%s\n%s", rows[i].request, head);
	}
	end(&s);
}
END_TEST

/* ---- a client that behaves ------------------------------------------------------- */

static enum fault
keep(const struct wire_message *m, void *arg)
{
	text_put_n(arg, m->bytes, m->size_bytes);
	text_put_c(arg, '\n');
	return FAULT_NONE;
}

/* Receive until a message holds this; what came is in got. */
static void
await(struct text *got, struct wire_socket *c, const char *wanted)
{
	while (got->data == NULL || strstr(got->data, wanted) == NULL)
		WELL(wire_socket_receive(c, 20000, keep, got, NULL));
}

static void
say(struct wire_socket *c, const char *json)
{
	WELL(wire_socket_send(c, false, json, strlen(json)));
}

static void
teach(struct scene *s)
{
	struct document_add request = { .path = s->w.course };
	struct principal person = { .user = "", .role = ROLE_ADMIN };
	void *reply;
	WELL(engine_call(&reply, &s->w.arena, s->w.engine, &person, "document.add", &request, NULL));
}

START_TEST(a_guest_asks_and_is_answered_with_quotations)
{
	struct scene s;
	struct wire_socket *c;
	struct text got;
	begin(&s, (struct server_limits){ 0 });
	teach(&s);
	text_init(&got, 1 << 20);
	WELL(wire_socket_open(&c, &(struct wire_socket_config){ .url = s.url }, NULL));
	say(c, "{\"action\":\"sendMessage\",\"query\":\"What do chloroplasts capture?\",\"session_id\":\"\",\"role\":\"learner\"}");
	await(&got, c, "\"type\":\"complete\"");
	ck_assert_ptr_nonnull(strstr(got.data, "\"type\":\"text_chunk\",\"content\":\""));
	ck_assert_ptr_nonnull(strstr(got.data, "\"session_id\":\"guest_"));
	ck_assert_ptr_nonnull(strstr(got.data, "Chloroplasts capture the energy of light"));
	ck_assert_ptr_nonnull(strstr(strstr(got.data, "\"complete\""), "\"citations\":[{"));
	ck_assert_ptr_nonnull(strstr(strstr(got.data, "\"complete\""), "\"conversation_id\":\""));
	text_reset(&got);
	say(c, "{\"action\":\"sendMessage\",\"query\":\"What is the capital of France?\"}");
	await(&got, c, "\"type\":\"request_email\"");
	ck_assert_ptr_nonnull(strstr(got.data, "\"query\":\"What is the capital of France?\"}"));
	ck_assert_ptr_nonnull(strstr(got.data, "\"low_confidence\":true"));
	say(c, "{\"action\":\"submitEmail\",\"email\":\"somebody@school.example\"}");
	await(&got, c, "\"type\":\"escalation_complete\"");
	ck_assert_ptr_nonnull(strstr(got.data, "\"query_id\":\""));
	text_reset(&got);
	say(c, "{\"action\":\"submitEmail\",\"email\":\"no address\"}");
	await(&got, c, "\"INVALID_INPUT\"");
	wire_socket_free(c);
	text_clear(&got);
	end(&s);
}
END_TEST

START_TEST(what_cannot_be_done_is_an_error_and_the_socket_stays)
{
	static const struct { const char *json, *code; } rows[] = {
		{ "{\"action\":\"sendMessage\"}", "\"INVALID_INPUT\"" }, { "{\"action\":\"sendMessage\",\"query\":7}", "\"INVALID_INPUT\"" },
		{ "{\"action\":\"sendMessage\",\"query\":\"x\",\"role\":\"emperor\"}", "\"INVALID_INPUT\"" },
		{ "{\"action\":\"submitEmail\",\"email\":\"a@b.example\"}", "\"INVALID_INPUT\"" }, { "{\"action\":\"submitEmail\"}", "\"INVALID_INPUT\"" },
		{ "{\"action\":\"endTalk\"}", "\"UNAVAILABLE\"" },
		{ "{\"action\":\"sendMessage\",\"query\":\"x\",\"conversation_id\":\"0123456789abcdef0123456789abcdef\"}", "\"NOT_FOUND\"" },
	};
	struct scene s;
	struct wire_socket *c;
	struct text got;
	begin(&s, (struct server_limits){ 0 });
	text_init(&got, 1 << 20);
	WELL(wire_socket_open(&c, &(struct wire_socket_config){ .url = s.url }, NULL));
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		text_reset(&got);
		say(c, rows[i].json);
		await(&got, c, "\"type\":\"error\"");
		ck_assert_msg(strstr(got.data, rows[i].code) != NULL, "%s: %s", rows[i].json, got.data);
		text_reset(&got);
		say(c, "{\"action\":\"ping\"}");
		await(&got, c, "\"type\":\"pong\"");
	}
	wire_socket_free(c);
	text_reset(&got);
	WELL(wire_socket_open(&c, &(struct wire_socket_config){ .url = s.url, .bearer = "nonsense" }, NULL));
	say(c, "{\"action\":\"sendMessage\",\"query\":\"x\"}");
	await(&got, c, "\"type\":\"error\"");
	ck_assert_ptr_nonnull(strstr(got.data, "\"UNAUTHENTICATED\""));
	wire_socket_free(c);
	text_clear(&got);
	end(&s);
}
END_TEST

static enum fault
until_over(struct wire_socket *c)
{
	struct text got;
	enum fault f = FAULT_NONE;
	text_init(&got, 1 << 20);
	while (f == FAULT_NONE)
		f = wire_socket_receive(c, 20000, keep, &got, NULL);
	text_clear(&got);
	return f;
}

START_TEST(an_idle_socket_is_closed_in_good_order)
{
	struct scene s;
	struct wire_socket *c;
	begin(&s, (struct server_limits){ .live_idle_ms = 50 });
	WELL(wire_socket_open(&c, &(struct wire_socket_config){ .url = s.url }, NULL));
	FAILS(FAULT_ABSENT, until_over(c));
	ck_assert_uint_eq(wire_socket_code(c), 1000);
	wire_socket_free(c);
	end(&s);
}
END_TEST

/* A guest's session, and a socket that has shown whose it is. */
static struct signed_in *
guest_at(struct scene *s, struct wire_socket **c)
{
	struct principal nobody = { .role = ROLE_NONE };
	struct signed_in *in;
	struct text got;
	void *reply;
	WELL(engine_call(&reply, &s->w.arena, s->w.engine, &nobody, "auth.guest", &(struct auth_guest){ 0 }, NULL));
	in = reply;
	text_init(&got, 1 << 20);
	WELL(wire_socket_open(c, &(struct wire_socket_config){ .url = s->url, .bearer = in->token }, NULL));
	say(*c, "{\"action\":\"sendMessage\",\"query\":\"What do chloroplasts capture?\"}");
	await(&got, *c, "\"type\":\"complete\"");
	text_clear(&got);
	return in;
}

START_TEST(who_is_blocked_or_leaves_has_no_socket_any_more_and_others_have)
{
	struct scene s;
	struct wire_socket *blocked, *left, *stays;
	struct text got;
	void *reply;
	const struct principal admin = { .role = ROLE_ADMIN };
	struct principal leaver;
	begin(&s, (struct server_limits){ 0 });
	teach(&s);
	text_init(&got, 1 << 20);
	const struct signed_in *one = guest_at(&s, &blocked), *two = guest_at(&s, &left);
	(void)guest_at(&s, &stays);
	const struct user_update block = { .id = one->user->id, .status = "blocked" };
	WELL(engine_call(&reply, &s.w.arena, s.w.engine, &admin, "user.update", &block, NULL));
	enum fault f = FAULT_NONE;
	while (f == FAULT_NONE)
		f = wire_socket_receive(blocked, 20000, keep, &got, NULL);
	ck_assert_int_eq(f, FAULT_ABSENT);
	ck_assert_ptr_nonnull(strstr(got.data, "\"UNAUTHENTICATED\""));
	ck_assert_uint_eq(wire_socket_code(blocked), 1008);
	WELL(engine_principal(&leaver, s.w.engine, two->token));
	WELL(engine_call(&reply, &s.w.arena, s.w.engine, &leaver, "auth.logout", &(struct auth_logout){ 0 }, NULL));
	FAILS(FAULT_ABSENT, until_over(left));
	ck_assert_uint_eq(wire_socket_code(left), 1008);
	text_reset(&got);
	say(stays, "{\"action\":\"ping\"}");
	await(&got, stays, "\"type\":\"pong\"");
	wire_socket_free(blocked);
	wire_socket_free(left);
	wire_socket_free(stays);
	text_clear(&got);
	end(&s);
}
END_TEST

START_TEST(there_is_room_for_so_many_and_then_for_another_when_one_goes)
{
	struct scene s;
	struct wire_socket *c[3], *more;
	begin(&s, (struct server_limits){ .lives = 3 });
	for (size_t i = 0; i < 3; i++)
		WELL(wire_socket_open(&c[i], &(struct wire_socket_config){ .url = s.url }, NULL));
	FAILS(FAULT_BUSY, wire_socket_open(&more, &(struct wire_socket_config){ .url = s.url }, NULL));
	wire_socket_free(c[0]);
	enum fault f = FAULT_BUSY;
	for (int i = 0; i < 2000 && f == FAULT_BUSY; i++)
		f = wire_socket_open(&c[0], &(struct wire_socket_config){ .url = s.url }, NULL);
	WELL(f);
	for (size_t i = 0; i < 3; i++)
		wire_socket_free(c[i]);
	end(&s);
}
END_TEST

START_TEST(a_server_that_stops_says_so_to_everybody)
{
	struct scene s;
	struct wire_socket *c[20], *more;
	begin(&s, (struct server_limits){ 0 });
	for (size_t i = 0; i < COUNT_OF(c); i++)
		WELL(wire_socket_open(&c[i], &(struct wire_socket_config){ .url = s.url }, NULL));
	server_drain(s.server);
	for (size_t i = 0; i < COUNT_OF(c); i++) {
		FAILS(FAULT_ABSENT, until_over(c[i]));
		ck_assert_uint_eq(wire_socket_code(c[i]), 1012);
		wire_socket_free(c[i]);
	}
	ck_assert_int_ne(wire_socket_open(&more, &(struct wire_socket_config){ .url = s.url }, NULL), FAULT_NONE);
	end(&s);
}
END_TEST

/* What the server says to a first question of somebody the proxy calls `from`. */
static void
ask_through_proxy(struct text *got, const struct scene *s, const char *from)
{
	char forwarded[80];
	const char *const headers[] = { forwarded, NULL };
	struct wire_socket *c;
	snprintf(forwarded, sizeof forwarded, "X-Forwarded-For: %s", from);
	text_reset(got);
	WELL(wire_socket_open(&c, &(struct wire_socket_config){ .url = s->url, .headers = headers }, NULL));
	say(c, "{\"action\":\"sendMessage\",\"query\":\"What is light?\"}");
	await(got, c, "\"type\":\"");
	while (strstr(got->data, "\"complete\"") == NULL && strstr(got->data, "\"error\"") == NULL)
		WELL(wire_socket_receive(c, 20000, keep, got, NULL));
	wire_socket_free(c);
}

START_TEST(limits_behind_a_proxy_are_those_of_whom_it_names)
{
	struct scene s;
	struct text got;
	text_init(&got, 1 << 20);
	begin_with(&s, (struct server_limits){ 0 }, "127.0.0.1");
	ask_through_proxy(&got, &s, "198.51.100.1, 203.0.113.5");
	ck_assert_ptr_nonnull(strstr(got.data, "\"complete\""));
	ask_through_proxy(&got, &s, "203.0.113.5");
	ck_assert_ptr_nonnull(strstr(got.data, "\"RATE_LIMITED\""));
	ck_assert_ptr_nonnull(strstr(got.data, "\"retry_after_ms\":"));
	ask_through_proxy(&got, &s, "203.0.113.6");
	ck_assert_ptr_nonnull(strstr(got.data, "\"complete\""));
	end(&s);
	text_clear(&got);
}
END_TEST

START_TEST(closing_in_the_middle_of_an_answer_harms_nobody)
{
	struct scene s;
	begin(&s, (struct server_limits){ 0 });
	teach(&s);
	for (int i = 0; i < 30; i++) {
		struct wire_socket *c;
		WELL(wire_socket_open(&c, &(struct wire_socket_config){ .url = s.url }, NULL));
		say(c, "{\"action\":\"sendMessage\",\"query\":\"What is a ribosome?\"}");
		if (i % 2 == 0)
			say(c, "{\"action\":\"interrupt\"}");
		wire_socket_free(c);
	}
	end(&s);
}
END_TEST

/* xorshift: the same bytes each time. */
static uint32_t
next(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	return *seed ^= *seed << 5;
}

START_TEST(random_frames_do_no_harm)
{
	struct scene s;
	struct wire_socket *c;
	struct text got;
	uint32_t seed = 20261120;
	begin(&s, (struct server_limits){ .stall_ms = 500 });
	text_init(&got, 1 << 16);
	for (int i = 0; i < 400; i++) {
		char head[1024], bytes[600];
		int fd = raw_ask(head, &s, HANDSHAKE);
		size_t n = next(&seed) % sizeof bytes + 1;
		for (size_t k = 0; k < n; k++)   /* every other one a plausible beginning of a frame */
			bytes[k] = (char)(next(&seed) >> 7);
		for (size_t k = 0; i % 2 == 0 && k + 6 < n; k += 6 + (unsigned char)bytes[k + 1] % 128u) {
			bytes[k] = (char)(0x80 * (next(&seed) % 2) + next(&seed) % 11);
			bytes[k + 1] = (char)(0x80 | next(&seed) % 126);
		}
		raw_send(fd, bytes, n);
		close(fd);
	}
	WELL(wire_socket_open(&c, &(struct wire_socket_config){ .url = s.url }, NULL));
	say(c, "{\"action\":\"ping\"}");
	await(&got, c, "\"type\":\"pong\"");
	wire_socket_free(c);
	text_clear(&got);
	end(&s);
}
END_TEST

TESTS("server live", who_is_blocked_or_leaves_has_no_socket_any_more_and_others_have, every_case_ends_as_it_must_cut_at_every_byte, a_handshake_that_is_none_is_refused_with_its_status,
	a_guest_asks_and_is_answered_with_quotations, what_cannot_be_done_is_an_error_and_the_socket_stays,
	an_idle_socket_is_closed_in_good_order, there_is_room_for_so_many_and_then_for_another_when_one_goes,
	a_server_that_stops_says_so_to_everybody, closing_in_the_middle_of_an_answer_harms_nobody,
	random_frames_do_no_harm, limits_behind_a_proxy_are_those_of_whom_it_names)
