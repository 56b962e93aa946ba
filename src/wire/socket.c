/* A WebSocket over a pipe of bytes: wslay for the frames, limits around it.
 *
 * wslay knows the protocol and answers pings, bad frames and closes by itself; it
 * does not know what is too much.  Each frame is looked at when it begins, before
 * its payload is taken, so a message that will be too long costs nothing.  wslay
 * reads until there is nothing left; the pull below pretends that after 256 KiB, or
 * a peer with a fast line would hold the caller's loop for as long as it talks.
 */
#include <poll.h>
#include <string.h>
#include <wslay/wslay.h>
#include "wire_in.h"

#define TEXT_BYTES (64u * 1024)
#define BINARY_BYTES 4096
#define FRAGMENTS_MAX 1000
#define PINGS_A_SECOND 20
#define RECEIVE_BUDGET (256u * 1024)
#define TURN_MS 25

struct wire_socket {
	wslay_event_context_ptr frames;
	struct wire_pipe pipe;
	size_t text_max, message_bytes, fragments, budget;
	unsigned message_opcode, frame_opcode;
	unsigned char close[125];    /* the payload of the peer's close frame, so far */
	size_t close_bytes;
	uint64_t close_need;
	unsigned late_code;          /* it closed with a code wslay does not know; 0: no */
	double pings;                /* how many more are allowed now */
	int64_t pings_ms;
	bool eager, cut;
	enum fault broken;           /* a rule of ours the peer broke, FAULT_NONE: none */
	char sentence[256];
	/* of the receive that runs */
	wire_message_fn *each; void *arg;
	enum fault each_fault;
	char each_sentence[256];
	bool got;
};

static int64_t
now_ms(void)
{
	return clock_system.mono_ms(clock_system.arg);
}

static ssize_t
on_recv(wslay_event_context_ptr ctx, uint8_t *bytes, size_t n, int flags, void *arg)
{
	struct wire_socket *s = arg;
	ssize_t got = WIRE_PIPE_LATER;
	(void)flags;
	if (s->budget == 0)
		s->eager = true;
	else
		got = s->pipe.pull(s->pipe.arg, bytes, n < s->budget ? n : s->budget);
	if (got > 0) {
		s->budget -= (size_t)got;
		return got;
	}
	s->cut = s->cut || got == WIRE_PIPE_OVER;
	wslay_event_set_error(ctx, got == WIRE_PIPE_LATER ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
	return -1;
}

static ssize_t
on_send(wslay_event_context_ptr ctx, const uint8_t *bytes, size_t n, int flags, void *arg)
{
	struct wire_socket *s = arg;
	(void)flags;
	ssize_t put = s->pipe.push(s->pipe.arg, bytes, n);
	if (put > 0)
		return put;
	s->cut = s->cut || put == WIRE_PIPE_OVER;
	wslay_event_set_error(ctx, put == WIRE_PIPE_LATER ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
	return -1;
}

static int
on_mask(wslay_event_context_ptr ctx, uint8_t *bytes, size_t n, void *arg)
{
	(void)ctx, (void)arg;
	chance_system.fill(bytes, n, chance_system.arg);
	return 0;
}

/* The peer broke a rule: tell it, read no more. */
static void
refuse(struct wire_socket *s, enum fault kind, unsigned code, const char *reason)
{
	if (s->broken != FAULT_NONE)
		return;
	s->broken = fault(kind, "%s sent %s", s->pipe.host, reason);
	snprintf(s->sentence, sizeof s->sentence, "%s", fault_sentence());
	(void)!wslay_event_queue_close(s->frames, (uint16_t)code, (const uint8_t *)reason, strlen(reason));
	wslay_event_shutdown_read(s->frames);
}

static void
count_ping(struct wire_socket *s)
{
	int64_t now = now_ms();
	s->pings += (double)(now - s->pings_ms) * PINGS_A_SECOND / 1000;
	s->pings_ms = now;
	if (s->pings > PINGS_A_SECOND)
		s->pings = PINGS_A_SECOND;
	s->pings -= 1;
	if (s->pings < 0)
		refuse(s, FAULT_LIMIT, WSLAY_CODE_POLICY_VIOLATION, "too many control frames");
}

static void
on_frame(wslay_event_context_ptr ctx, const struct wslay_event_on_frame_recv_start_arg *frame, void *arg)
{
	struct wire_socket *s = arg;
	(void)ctx;
	s->frame_opcode = frame->opcode;
	if (frame->opcode == WSLAY_CONNECTION_CLOSE) {
		s->close_need = frame->payload_length;
		s->close_bytes = 0;
		if (s->close_need == 1)
			refuse(s, FAULT_DAMAGED, WSLAY_CODE_PROTOCOL_ERROR, "half a code to close with");
	}
	if (wslay_is_ctrl_frame(frame->opcode)) {
		if (frame->opcode != WSLAY_CONNECTION_CLOSE)
			count_ping(s);
		return;
	}
	if (frame->opcode != WSLAY_CONTINUATION_FRAME) {
		s->message_opcode = frame->opcode;
		s->message_bytes = s->fragments = 0;
	}
	size_t max = s->message_opcode == WSLAY_BINARY_FRAME ? BINARY_BYTES : s->text_max;
	if (frame->payload_length > max - s->message_bytes) {
		refuse(s, FAULT_LIMIT, WSLAY_CODE_MESSAGE_TOO_BIG, "a message that is too long");
		return;
	}
	s->message_bytes += (size_t)frame->payload_length;
	if (++s->fragments > FRAGMENTS_MAX)
		refuse(s, FAULT_LIMIT, WSLAY_CODE_POLICY_VIOLATION, "a message in too many fragments");
}

/* The payload of a close is looked at here first: wslay knows no code above 1011
 * but those of applications (IANA registered 1012 to 1014 later, and 1012 is what
 * a server that restarts says), and it overlooks bad UTF-8 that was cut in two. */
static void
judge_close(struct wire_socket *s)
{
	unsigned code = (unsigned)s->close[0] << 8 | s->close[1];
	if (!utf8_valid((const char *)s->close + 2, s->close_bytes - 2)) {
		refuse(s, FAULT_DAMAGED, WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA, "a reason that is not UTF-8");
	} else if (code >= 1012 && code <= 1014) {
		s->late_code = code;
		(void)!wslay_event_queue_close(s->frames, (uint16_t)code, NULL, 0);
		wslay_event_shutdown_read(s->frames);
	}
}

static void
on_chunk(wslay_event_context_ptr ctx, const struct wslay_event_on_frame_recv_chunk_arg *chunk, void *arg)
{
	struct wire_socket *s = arg;
	(void)ctx;
	if (s->frame_opcode != WSLAY_CONNECTION_CLOSE || chunk->data_length > sizeof s->close - s->close_bytes)
		return;
	memcpy(s->close + s->close_bytes, chunk->data, chunk->data_length);
	s->close_bytes += chunk->data_length;
	if (s->close_bytes == s->close_need && s->close_bytes >= 2)
		judge_close(s);
}

static void
on_message(wslay_event_context_ptr ctx, const struct wslay_event_on_msg_recv_arg *m, void *arg)
{
	struct wire_socket *s = arg;
	(void)ctx;
	if (wslay_is_ctrl_frame(m->opcode) || s->broken != FAULT_NONE || s->each_fault != FAULT_NONE)
		return;
	s->got = true;
	struct wire_message message = { m->opcode == WSLAY_BINARY_FRAME, m->msg_length > 0 ? (const char *)m->msg : "", m->msg_length };
	if ((s->each_fault = s->each(&message, s->arg)) != FAULT_NONE) {
		snprintf(s->each_sentence, sizeof s->each_sentence, "%s", fault_sentence());
		s->budget = 0;
	}
}

enum fault
wire_socket_over(struct wire_socket **out, const struct wire_pipe *pipe, size_t text_max_bytes)
{
	static const struct wslay_event_callbacks calls = {
		.recv_callback = on_recv, .send_callback = on_send, .genmask_callback = on_mask,
		.on_frame_recv_start_callback = on_frame, .on_frame_recv_chunk_callback = on_chunk, .on_msg_recv_callback = on_message,
	};
	struct wire_socket *s = mem_new(sizeof *s);
	*s = (struct wire_socket){ .pipe = *pipe, .text_max = text_max_bytes > 0 ? text_max_bytes : TEXT_BYTES,
		.pings = PINGS_A_SECOND, .pings_ms = now_ms(), .budget = RECEIVE_BUDGET };
	if (wslay_event_context_client_init(&s->frames, &calls, s) != 0) {
		mem_free(s);
		return fault(FAULT_SYSTEM, "there is no memory for a live connection");
	}
	wslay_event_config_set_max_recv_msg_length(s->frames, s->text_max > BINARY_BYTES ? s->text_max : BINARY_BYTES);
	*out = s;
	return FAULT_NONE;
}

void
wire_socket_free(struct wire_socket *s)
{
	if (s == NULL)
		return;
	wslay_event_context_free(s->frames);
	if (s->pipe.end != NULL)
		s->pipe.end(s->pipe.arg);
	mem_free(s);
}

/* ---- sending --------------------------------------------------------------- */

static void
flush(struct wire_socket *s)
{
	struct wire_quiet quiet;
	wire_quiet_begin(&quiet);
	if (!s->cut && wslay_event_want_write(s->frames) && wslay_event_send(s->frames) != 0)
		s->cut = true;
	wire_quiet_end(&quiet);
}

enum fault
wire_socket_send(struct wire_socket *s, bool binary, const void *bytes, size_t n)
{
	if (n > (binary ? BINARY_BYTES : s->text_max))
		return fault(FAULT_LIMIT, "a message of %zu bytes is too long for a live connection", n);
	if (!binary && !utf8_valid(bytes, n))
		return fault(FAULT_INPUT, "a message that is not UTF-8 is not sent");
	if (wslay_event_get_queued_msg_length(s->frames) + n > WIRE_SOCKET_WAITING_BYTES)
		return fault(FAULT_BUSY, "%s does not read what is sent to it", s->pipe.host);
	struct wslay_event_msg m = { binary ? WSLAY_BINARY_FRAME : WSLAY_TEXT_FRAME, bytes, n };
	if (s->cut || wslay_event_queue_msg(s->frames, &m) != 0)
		return fault(FAULT_OFFLINE, "the live connection to %s is over", s->pipe.host);
	flush(s);
	return FAULT_NONE;
}

enum fault
wire_socket_close(struct wire_socket *s, unsigned code, const char *reason)
{
	size_t n = reason == NULL ? 0 : strlen(reason);
	if ((code != WSLAY_CODE_NORMAL_CLOSURE && (code < 3000 || code > 4999)) || n > 123 || !utf8_valid(reason, n))
		return fault(FAULT_INPUT, "%u is not a code, or the reason not a text, to close with", code);
	if (s->cut || wslay_event_queue_close(s->frames, (uint16_t)code, (const uint8_t *)reason, n) != 0)
		return fault(FAULT_OFFLINE, "the live connection to %s is over", s->pipe.host);
	flush(s);
	return FAULT_NONE;
}

/* ---- receiving ---------------------------------------------------------------- */

int
wire_socket_fd(const struct wire_socket *s)
{
	return s->pipe.fd;
}

unsigned
wire_socket_wants(const struct wire_socket *s)
{
	return (wslay_event_want_read(s->frames) ? LOOP_READ : 0u) | (wslay_event_want_write(s->frames) ? LOOP_WRITE : 0u);
}

bool
wire_socket_eager(const struct wire_socket *s)
{
	return s->eager;
}

unsigned
wire_socket_code(const struct wire_socket *s)
{
	return s->late_code != 0 ? s->late_code : wslay_event_get_status_code_received(s->frames);
}

/* How it ended, if it did. */
static enum fault
state(struct wire_socket *s)
{
	bool flushed = s->cut || !wslay_event_want_write(s->frames);
	if (s->broken != FAULT_NONE && flushed)
		return fault(s->broken, "%s", s->sentence);
	if (flushed && (s->late_code != 0 || wslay_event_get_close_received(s->frames)))
		return fault(FAULT_ABSENT, "%s closed the live connection (%u)", s->pipe.host, wire_socket_code(s));
	if (s->cut)
		return fault(FAULT_OFFLINE, "%s cut the live connection", s->pipe.host);
	if (wslay_event_get_read_enabled(s->frames) || !flushed)
		return FAULT_NONE;
	if (wslay_event_get_status_code_sent(s->frames) == WSLAY_CODE_MESSAGE_TOO_BIG)
		return fault(FAULT_LIMIT, "%s sent a message that is too long", s->pipe.host);
	return fault(FAULT_DAMAGED, "%s sent what is not WebSocket (told so with %u)", s->pipe.host, wslay_event_get_status_code_sent(s->frames));
}

/* wslay says goodbye without a code to a length that is against RFC 6455 5.2; the
 * code is 1002, so its frame is replaced by ours when nothing else waits. */
static void
refuse_length(struct wire_socket *s)
{
	unsigned char close[8] = { 0x88, 0x82, 0, 0, 0, 0, WSLAY_CODE_PROTOCOL_ERROR >> 8, WSLAY_CODE_PROTOCOL_ERROR & 255 };
	s->broken = fault(FAULT_DAMAGED, "%s sent a length that WebSocket forbids", s->pipe.host);
	snprintf(s->sentence, sizeof s->sentence, "%s", fault_sentence());
	chance_system.fill(close + 2, 4, chance_system.arg);
	close[6] ^= close[2];
	close[7] ^= close[3];
	if (wslay_event_get_queued_msg_count(s->frames) == 1 && s->pipe.push(s->pipe.arg, close, sizeof close) > 0)
		s->cut = true;
}

/* Read what is there, within the budget; write what that asks for. */
static enum fault
turn(struct wire_socket *s)
{
	struct wire_quiet quiet;
	flush(s);
	wire_quiet_begin(&quiet);
	s->budget = RECEIVE_BUDGET;
	s->eager = false;
	if (!s->cut && wslay_event_want_read(s->frames) && wslay_event_recv(s->frames) != 0 && !s->cut)
		refuse_length(s);
	wire_quiet_end(&quiet);
	flush(s);
	if (s->each_fault != FAULT_NONE)
		return fault(s->each_fault, "%s", s->each_sentence);
	return state(s);
}

enum fault
wire_socket_receive(struct wire_socket *s, int wait_ms, wire_message_fn *each, void *arg, const struct cancel *cancel)
{
	int64_t until_ms = now_ms() + wait_ms;
	s->each = each;
	s->arg = arg;
	s->got = false;
	s->each_fault = FAULT_NONE;
	for (;;) {
		enum fault f = turn(s);
		int64_t left_ms = until_ms - now_ms();
		if (f != FAULT_NONE || s->got || left_ms <= 0)
			return f;
		if ((f = cancel_check(cancel)) != FAULT_NONE)
			return f;
		unsigned wants = wire_socket_wants(s);
		struct pollfd p = { s->pipe.fd, (short)((wants & LOOP_READ ? POLLIN : 0) | (wants & LOOP_WRITE ? POLLOUT : 0)), 0 };
		if (!s->eager)
			poll(&p, 1, left_ms < TURN_MS ? (int)left_ms : TURN_MS);
	}
}
