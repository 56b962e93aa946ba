/* How an HTTP server can answer, well and badly; the rows are at the end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "endpoint.h"

static void
hello(struct talk *t)
{
	talk_answer(t, "200 OK", "text/plain; charset=utf-8", "hello");
}

static void
raw(struct talk *t)
{
	const void *bytes;
	size_t n;
	endpoint_raw(t->endpoint, &bytes, &n);
	talk_send(t, bytes, n);
}

/* The request as it came, so that a test can look at it. */
static void
echo(struct talk *t)
{
	talk_answer(t, "200 OK", "text/plain", t->head);
}

static void
redirect(struct talk *t)
{
	talk_printf(t, "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%s/stolen\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", t->arg);
}

/* arg bytes of body, no length announced. */
static void
big(struct talk *t)
{
	char block[4096];
	memset(block, 'x', sizeof block);
	talk_printf(t, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n");
	for (size_t left = strtoul(t->arg, NULL, 10); left > 0;) {
		size_t n = left < sizeof block ? left : sizeof block;
		if (!talk_send(t, block, n))
			return;
		left -= n;
	}
}

/* Ten bytes promised, five sent. */
static void
short_body(struct talk *t)
{
	talk_printf(t, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 10\r\nConnection: close\r\n\r\nhello");
}

static void
headers(struct talk *t)
{
	talk_printf(t, "HTTP/1.1 200 OK\r\n");
	for (int i = 0; i < 4000; i++)
		if (!talk_printf(t, "X-Filler-%d: %040d\r\n", i, i))
			return;
	talk_printf(t, "Content-Length: 0\r\n\r\n");
}

static void
silent(struct talk *t)
{
	talk_hold(t);
}

static void
hang_up(struct talk *t)
{
	(void)t;
}

static void
not_http(struct talk *t)
{
	talk_printf(t, "220 mail.example.org ESMTP\r\n");
}

static void
status(struct talk *t)
{
	talk_printf(t, "HTTP/1.1 %s Said\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", t->arg);
}

const struct behaviour endpoint_http[] = {
	{ "hello", hello }, { "raw", raw }, { "echo", echo }, { "redirect", redirect }, { "big", big },
	{ "short-body", short_body }, { "headers", headers }, { "silent", silent }, { "hang-up", hang_up },
	{ "not-http", not_http }, { "status", status }, { NULL, NULL },
};
