/* A walk through everything a WebSocket client does, against a server that echoes
 * (tests/wire/ws_server.js): socket_main URL [PIN].  Ends with check's totals line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "stoa/wire.h"

static int checks, failures;
static struct wire_socket_config config = { .protocol = "stoa", .total_ms = 20000 };

static void
must(bool good, const char *what)
{
	checks++;
	if (good)
		return;
	failures++;
	printf("%s: %s\n", what, fault_sentence());
}

struct inbox { bool binary; size_t count, bytes; char last[70000]; };

static enum fault
keep(const struct wire_message *m, void *arg)
{
	struct inbox *in = arg;
	in->binary = m->binary;
	in->count++;
	in->bytes = m->size_bytes;
	memcpy(in->last, m->bytes, m->size_bytes);
	in->last[m->size_bytes] = '\0';
	return FAULT_NONE;
}

/* Receive until n messages came or it ended. */
static enum fault
receive(struct wire_socket *s, struct inbox *in, size_t n)
{
	enum fault f = FAULT_NONE;
	in->count = 0;
	while (f == FAULT_NONE && in->count < n)
		f = wire_socket_receive(s, 20000, keep, in, NULL);
	return f;
}

static void
echo_lengths(struct wire_socket *s, struct inbox *in)
{
	static const size_t lengths[] = { 0, 1, 125, 126, 127, 128, 4096, 65535, 65536 };
	static char bytes[65537];
	memset(bytes, 'y', sizeof bytes);
	for (size_t i = 0; i < COUNT_OF(lengths); i++)
		for (int binary = 0; binary < 2; binary++) {
			size_t n = lengths[i];
			if (binary && n > 4096)
				continue;
			must(wire_socket_send(s, binary, bytes, n) == FAULT_NONE, "send");
			must(receive(s, in, 1) == FAULT_NONE && in->bytes == n && in->binary == binary && memcmp(in->last, bytes, n) == 0, "echo");
		}
}

/* What a voice makes: many small frames both ways without waiting. */
static void
echo_many(struct wire_socket *s, struct inbox *in)
{
	size_t got = 0;
	for (int i = 0; i < 2000; i++) {
		char frame[72];
		memset(frame, i, sizeof frame);
		if (wire_socket_send(s, true, frame, sizeof frame) != FAULT_NONE)
			must(false, "send of many");
		in->count = 0;
		if (wire_socket_receive(s, 0, keep, in, NULL) != FAULT_NONE)
			must(false, "receive of many");
		got += in->count;
	}
	must(receive(s, in, 2000 - got) == FAULT_NONE, "echo of many");
	must((unsigned char)in->last[0] == (1999 & 255) && in->bytes == 72, "the last of many");
}

static void
say(struct wire_socket *s, const char *text)
{
	must(wire_socket_send(s, false, text, strlen(text)) == FAULT_NONE, text);
}

static void
walk(struct inbox *in)
{
	struct wire_socket *s;
	if (wire_socket_open(&s, &config, NULL) != FAULT_NONE) {
		must(false, "open");
		return;
	}
	echo_lengths(s, in);
	echo_many(s, in);
	say(s, "ping me");
	must(receive(s, in, 1) == FAULT_NONE && str_same(in->last, "pong now"), "pong");
	say(s, "close me");
	must(receive(s, in, 1) == FAULT_ABSENT && wire_socket_code(s) == 4001, "closed by the server");
	wire_socket_free(s);
}

static void
endings(struct inbox *in)
{
	struct wire_socket *s;
	if (wire_socket_open(&s, &config, NULL) != FAULT_NONE) {
		must(false, "open again");
		return;
	}
	must(wire_socket_close(s, 3001, "done") == FAULT_NONE, "close");
	must(receive(s, in, 1) == FAULT_ABSENT && wire_socket_code(s) == 3001, "closed by us");
	wire_socket_free(s);
	if (wire_socket_open(&s, &config, NULL) != FAULT_NONE) {
		must(false, "open a third time");
		return;
	}
	say(s, "cut me");
	must(receive(s, in, 1) == FAULT_OFFLINE && wire_socket_code(s) == 1006, "cut");
	wire_socket_free(s);
	config.protocol = "other";
	must(wire_socket_open(&s, &config, NULL) == FAULT_DAMAGED, "a subprotocol nobody speaks");
}

int
main(int argc, char **argv)
{
	static struct inbox in;
	if (argc != 2 && argc != 3) {
		fprintf(stderr, "usage: socket_main URL [PIN]\n");
		return 2;
	}
	config.url = argv[1];
	config.pin = argc == 3 ? argv[2] : NULL;
	walk(&in);
	endings(&in);
	printf("%d%%: Checks: %d, Failures: %d, Errors: 0\n", 100 * (checks - failures) / checks, checks, failures);
	return failures != 0;
}
