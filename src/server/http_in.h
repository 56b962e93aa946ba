/* http, privately: what comes from outside on a connection, and nothing else: the head
 * of a request (http.c) and the frames of a WebSocket (frame.c).  Neither knows sockets. */
#ifndef STOA_HTTP_IN_H
#define STOA_HTTP_IN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum head_field {
	HEAD_ACCEPT, HEAD_AUTHORIZATION, HEAD_CODING, HEAD_CONNECTION, HEAD_EXPECT, HEAD_FORWARDED,
	HEAD_HOST, HEAD_KEY, HEAD_LENGTH, HEAD_RESUME, HEAD_SOCKET_KEY, HEAD_SOCKET_VERSION, HEAD_TYPE,
	HEAD_UPGRADE, HEAD_FIELDS
};
struct head {
	int version;                         /* 10, 11; 20: HTTP/2 */
	char *method, *path, *query;         /* as they came; query NULL: none */
	char *value[HEAD_FIELDS];            /* the last of that name; NULL: absent */
	unsigned char count[HEAD_FIELDS];    /* how often it came */
	bool close, upgrade;                 /* said by Connection */
};
/* Bytes of the head that begins here, its empty line among them; 0: more must come;
 * -1: never.  *looked: so many were looked at already; 0 for a new head. */
long head_end(const char *bytes, size_t n, size_t *looked);
/* In place: out borrows from bytes.  0, or the status why it is refused. */
int head_parse(struct head *out, char *bytes, size_t n);
/* %XX in place, and "+" for a space where asked.  false: not well written, or a NUL. */
bool head_decode(char *s, bool plus);

#define FRAME_PROTOCOL_ERROR 1002
#define FRAME_CONTROL_MAX 125
struct frame_reader {
	unsigned char head[14], control[FRAME_CONTROL_MAX];
	unsigned char have, need, masked;    /* of the head; masked: where in the mask */
	bool in_payload, in_message;
	uint64_t left, seen;                 /* of the payload */
};
/* Both return 0 to go on, else what frame_feed() returns. */
struct frame_events {
	/* A part of a message, unmasked; left: of its frame, yet to come. */
	int (*part)(const unsigned char *bytes, size_t n, uint64_t left, void *arg);
	/* A frame has begun (binary: the message is) or ended. */
	int (*begin)(bool first, bool binary, uint64_t length, void *arg);
	int (*end)(bool last, void *arg);
	int (*control)(unsigned opcode, const unsigned char *bytes, size_t n, void *arg);
};
/* 0: well; else the code to close with.  Unmasks in place. */
int frame_feed(struct frame_reader *r, unsigned char *bytes, size_t n, const struct frame_events *e, void *arg);
/* Head of a frame from the server; its size. */
#define FRAME_HEAD_MAX 10
size_t frame_head(unsigned char out[FRAME_HEAD_MAX], unsigned opcode, size_t n);
/* May a close frame carry it? */
bool frame_code_good(unsigned code);

#endif
