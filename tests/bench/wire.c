/* What the network costs this process: loading libcurl, a request on loopback, the
 * event-stream parser, and how soon a cancelled request is back. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "../../src/wire/wire_in.h"
#include "../support/endpoint.h"

#define REQUESTS 200

static double
now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static enum fault
ignore(const struct wire_event *ev, void *arg)
{
	(void)ev;
	++*(long *)arg;
	return FAULT_NONE;
}

static void
parse_speed(void)
{
	static const char chunk[] = "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"light \"}}]}\n\n";
	struct wire_sse p;
	long events = 0;
	double began = now_ms();
	wire_sse_init(&p);
	for (int i = 0; i < 300000; i++)
		if (wire_sse_feed(&p, chunk, sizeof chunk - 1, ignore, &events) != FAULT_NONE)
			abort();
	wire_sse_clear(&p);
	double ms = now_ms() - began;
	printf("event stream parsed  %.0f  MB/s  (%.2f us an event)\n", (double)events * (sizeof chunk - 1) / ms / 1e3, ms * 1e3 / (double)events);
}

struct cancelling { struct endpoint *e; struct cancel cancel; double asked_ms; };

static void *
cancel_soon(void *arg)
{
	struct cancelling *c = arg;
	while (endpoint_count(c->e) == 0)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	c->asked_ms = now_ms();
	atomic_store(&c->cancel.asked, true);
	return NULL;
}

static void
cancel_delay(void)
{
	struct cancelling c = { .e = endpoint_start("silent") };
	struct wire_reply r;
	pthread_t thread;
	if (pthread_create(&thread, NULL, cancel_soon, &c) != 0)
		abort();
	enum fault f = wire_fetch(&r, &(struct wire_request){ .url = endpoint_url(c.e) }, &c.cancel);
	double back = now_ms();
	pthread_join(thread, NULL);
	endpoint_stop(c.e);
	printf("cancelled request back  %.1f  ms  (target <= 50)%s\n", back - c.asked_ms, f == FAULT_CANCELLED ? "" : " NOT CANCELLED");
}

int
main(void)
{
	const struct wire_curl *curl;
	struct endpoint *e = endpoint_start("hello");
	double began = now_ms();
	if (wire_curl_load(&curl) != FAULT_NONE)
		return 1;
	printf("libcurl loaded at first need  %.1f  ms  (0 at start: it is not linked)\n", now_ms() - began);
	began = now_ms();
	for (int i = 0; i < REQUESTS; i++) {
		struct wire_reply r;
		if (wire_fetch(&r, &(struct wire_request){ .url = endpoint_url(e) }, NULL) != FAULT_NONE)
			return 1;
		wire_reply_clear(&r);
	}
	printf("request on loopback  %.2f  ms\n", (now_ms() - began) / REQUESTS);
	endpoint_stop(e);
	parse_speed();
	cancel_delay();
	return 0;
}
