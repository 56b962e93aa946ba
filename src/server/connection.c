/* An accepted socket, from accept to close: who, since when, how much.
 *
 * These are the hooks of the listener.  What is counted here is what may be
 * refused here: a connection over the cap gets a short 503 and is closed without
 * the library ever seeing it. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "server_in.h"

static const char full[] = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\n"
			   "connection: close\r\ncontent-length: 0\r\n\r\n";

static void
address_of(char out[48], int fd)
{
	struct sockaddr_storage a;
	socklen_t n = sizeof a;
	out[0] = '\0';
	if (getpeername(fd, (struct sockaddr *)&a, &n) != 0)
		return;
	if (a.ss_family == AF_INET)
		inet_ntop(AF_INET, &((struct sockaddr_in *)&a)->sin_addr, out, 48);
	else if (a.ss_family == AF_INET6)
		inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&a)->sin6_addr, out, 48);
}

struct connection *
connection_accepted(struct listener *l, int fd)
{
	struct server *s = l->server;
	char address[48];
	address_of(address, fd);
	bool room = atomic_load(&s->connections) < atomic_load(&s->connections_max);
	/* A proxy in front asks for many. */
	int most = atomic_load(str_same(s->proxy, address) ? &s->connections_max : &s->per_address_max);
	if (!room || !guest_enter(s->guests, address, most)) {
		(void)!send(fd, full, sizeof full - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
		return NULL;
	}
	atomic_fetch_add(&s->connections, 1);
	struct connection *c = mem_new(sizeof *c);
	c->listener = l;
	c->accepted_ms = c->since_ms = server_now(s);
	c->fd = fd;
	memcpy(c->address, address, sizeof c->address);
	text_init(&c->in, 2 * (WRITE_BYTES + HEAD_BYTES_MAX));
	c->next = l->connections;
	c->link = &l->connections;
	if (c->next != NULL)
		c->next->link = &c->next;
	l->connections = c;
	return c;
}

static void
enter(struct connection *c, int state)
{
	c->state = state;
	c->since_ms = server_now(c->listener->server);
}

void
connection_begins(struct connection *c)
{
	enter(c, CONNECTION_HEAD);
}

void
connection_closing(struct connection *c)
{
	enter(c, CONNECTION_CLOSING);
}

void
connection_head(struct connection *c, bool http2)
{
	c->requests++;
	c->body_bytes = 0;
	c->upload = false;
	enter(c, http2 ? CONNECTION_HTTP2 : CONNECTION_BODY);
}

void
connection_body(struct connection *c, size_t n)
{
	c->body_bytes += n;
}

void
connection_asked(struct connection *c)
{
	if (c->state == CONNECTION_BODY)
		enter(c, CONNECTION_REPLY);
}

void
connection_done(struct connection *c)
{
	if (c->state != CONNECTION_HTTP2)
		enter(c, CONNECTION_IDLE);
}

void
connection_live(struct connection *c)
{
	enter(c, CONNECTION_LIVE);
}

void
connection_closed(struct connection *c)
{
	http1_gone(c);
	text_clear(&c->in);
	*c->link = c->next;
	if (c->next != NULL)
		c->next->link = c->link;
	atomic_fetch_sub(&c->listener->server->connections, 1);
	guest_leave(c->listener->server->guests, c->address);
	mem_free(c);
}
