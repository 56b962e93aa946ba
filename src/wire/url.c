/* Which URLs may be called.
 *
 * The grammar is narrower than RFC 3986 on purpose: every address has exactly one
 * spelling, so that what was checked here and what libcurl understands cannot be
 * two things.  Decoding odd forms (octal, hexadecimal, one big number, percent
 * signs, full-width digits) was rejected in favour of refusing them all: nobody
 * writes an endpoint like that by hand.  The address that a name resolves to is
 * looked at again when the socket is opened (setup.c).
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include "wire_in.h"

static bool
banned_v4(uint32_t ip)
{
	return ip >> 24 == 0 || ip >> 16 == 0xA9FE /* 169.254 */ || ip >> 28 >= 14 /* multicast, reserved */
		|| ip == 0x646464C8u /* 100.100.100.200, a metadata service */;
}

/* The IPv4 address that an IPv6 one stands for (RFC 4291 mapped, 6052, 3056). */
static bool
embedded_v4(uint32_t *ip, const struct in6_addr *a)
{
	size_t at = IN6_IS_ADDR_V4MAPPED(a) || IN6_IS_ADDR_V4COMPAT(a) || memcmp(a, "\0\x64\xff\x9b", 4) == 0 ? 12
		: memcmp(a, "\x20\x02", 2) == 0 ? 2 : 0;
	if (at == 0)
		return false;
	memcpy(ip, a->s6_addr + at, sizeof *ip);
	*ip = ntohl(*ip);
	return true;
}

static bool
banned_v6(const struct in6_addr *a)
{
	static const unsigned char metadata[16] = { 0xfd, 0x00, 0x0e, 0xc2, [14] = 0x02, [15] = 0x54 };
	uint32_t ip;
	if (embedded_v4(&ip, a))
		return banned_v4(ip) || ip >> 24 == 127;
	return IN6_IS_ADDR_UNSPECIFIED(a) || IN6_IS_ADDR_LINKLOCAL(a) || IN6_IS_ADDR_SITELOCAL(a)
		|| IN6_IS_ADDR_MULTICAST(a) || memcmp(a, metadata, sizeof metadata) == 0;
}

bool
wire_address_loopback(const struct sockaddr *sa)
{
	if (sa->sa_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)(const void *)sa)->sin_addr.s_addr) >> 24 == 127;
	if (sa->sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr);
	return false;
}

bool
wire_address_banned(const struct sockaddr *sa)
{
	if (sa->sa_family == AF_INET)
		return banned_v4(ntohl(((const struct sockaddr_in *)(const void *)sa)->sin_addr.s_addr));
	if (sa->sa_family == AF_INET6)
		return banned_v6(&((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr);
	return true;
}

/* A name whose last label begins with a digit is a number to somebody (WHATWG URL
 * 3.5), so it must be four plain decimal numbers. */
static enum fault
address_v4(struct wire_url *u)
{
	struct in_addr ip;
	if (inet_pton(AF_INET, u->host, &ip) != 1)
		return fault(FAULT_INPUT, "host %s is not four decimal numbers", u->host);
	if (banned_v4(ntohl(ip.s_addr)))
		return fault(FAULT_INPUT, "address %s is never an endpoint", u->host);
	u->loopback = ntohl(ip.s_addr) >> 24 == 127;
	return FAULT_NONE;
}

static enum fault
host_v6(struct wire_url *u, const char *s, size_t n)
{
	struct in6_addr ip;
	uint32_t hidden;
	if (n == 0 || n > 45 || strspn(s, "0123456789abcdefABCDEF:") < n)
		return fault(FAULT_INPUT, "the IPv6 address is not plain hexadecimal groups");
	memcpy(u->host, s, n);
	u->host[n] = '\0';
	if (inet_pton(AF_INET6, u->host, &ip) != 1)
		return fault(FAULT_INPUT, "%s is not an IPv6 address", u->host);
	if (embedded_v4(&hidden, &ip))
		return fault(FAULT_INPUT, "%s hides an IPv4 address; write that one", u->host);
	if (banned_v6(&ip))
		return fault(FAULT_INPUT, "address %s is never an endpoint", u->host);
	u->loopback = IN6_IS_ADDR_LOOPBACK(&ip);
	return FAULT_NONE;
}

static enum fault
host_name(struct wire_url *u, const char *s, size_t n)
{
	size_t label = 0;
	if (n == 0 || n >= sizeof u->host)
		return fault(FAULT_INPUT, "the URL names no host, or too long a one");
	for (size_t i = 0; i < n; i++) {
		char c = s[i];
		bool alnum = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
		if (!alnum && c != '-' && c != '.' && c != '_')
			return fault(FAULT_INPUT, "the host name holds a byte that is not a letter, digit, '-' or '.'");
		if (c == '.' ? label == 0 : ++label > 63)
			return fault(FAULT_INPUT, "a part of the host name is empty or too long");
		if (c == '.')
			label = 0;
		u->host[i] = c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
	}
	u->host[n] = '\0';
	if (label == 0)
		return fault(FAULT_INPUT, "the host name ends in a dot");
	if (u->host[n - label] >= '0' && u->host[n - label] <= '9')
		return address_v4(u);
	u->localhost = u->loopback = str_same(u->host, "localhost");
	return FAULT_NONE;
}

static enum fault
port_number(struct wire_url *u, const char *s, size_t n)
{
	int port = 0;
	if (n == 0 || n > 5 || s[0] == '0' || strspn(s, "0123456789") < n)
		return fault(FAULT_INPUT, "the port is not a number from 1 to 65535");
	for (size_t i = 0; i < n; i++)
		port = port * 10 + (s[i] - '0');
	if (port > 65535)
		return fault(FAULT_INPUT, "the port is not a number from 1 to 65535");
	u->port = port;
	return FAULT_NONE;
}

static enum fault
authority(struct wire_url *u, const char *s, size_t n)
{
	const char *end = s + n, *host = s, *host_end, *port;
	enum fault f;
	if (memchr(s, '@', n) != NULL)
		return fault(FAULT_INPUT, "a URL with a user in it is refused");
	if (n > 0 && *s == '[') {
		if ((host_end = memchr(s, ']', n)) == NULL)
			return fault(FAULT_INPUT, "the IPv6 address has no closing bracket");
		port = host_end + 1;
		host++;
		f = host_v6(u, host, (size_t)(host_end - host));
	} else {
		port = memchr(s, ':', n);
		port = port == NULL ? end : port;
		f = host_name(u, host, (size_t)(port - host));
	}
	if (f != FAULT_NONE || port == end)
		return f;
	if (*port != ':')
		return fault(FAULT_INPUT, "something stands between the host and its port");
	return port_number(u, port + 1, (size_t)(end - port - 1));
}

struct scheme { const char *prefix; bool tls; int port; };

static enum fault
scheme(struct wire_url *u, const char **rest, const char *url, const struct scheme schemes[2])
{
	for (size_t i = 0; i < 2; i++)
		if (strncasecmp(url, schemes[i].prefix, strlen(schemes[i].prefix)) == 0) {
			u->tls = schemes[i].tls;
			u->port = schemes[i].port;
			*rest = url + strlen(schemes[i].prefix);
			return FAULT_NONE;
		}
	return fault(FAULT_INPUT, "the URL must begin with %s or %s", schemes[0].prefix, schemes[1].prefix);
}

static enum fault
parse(struct wire_url *out, const char *url, const struct scheme schemes[2])
{
	struct wire_url u = { 0 };
	const char *rest = url;
	if (url == NULL || strnlen(url, WIRE_URL_BYTES) >= WIRE_URL_BYTES)
		return fault(FAULT_INPUT, "the URL is missing or longer than %d bytes", WIRE_URL_BYTES - 1);
	for (const char *s = url; *s != '\0'; s++)
		if ((unsigned char)*s <= ' ' || (unsigned char)*s >= 0x7F || strchr("\\#<>\"{}|^`", *s) != NULL)
			return fault(FAULT_INPUT, "the URL holds a space, a control byte, a fragment or a byte that must be escaped");
	enum fault f = scheme(&u, &rest, url, schemes);
	if (f == FAULT_NONE)
		f = authority(&u, rest, strcspn(rest, "/?"));
	if (f == FAULT_NONE)
		*out = u;
	return f;
}

enum fault
wire_url_parse(struct wire_url *out, const char *url)
{
	static const struct scheme web[2] = { { "https://", true, 443 }, { "http://", false, 80 } };
	struct wire_url u;
	enum fault f = parse(&u, url, web);
	if (f != FAULT_NONE)
		return f;
	if (!u.tls && !u.loopback)
		return fault(FAULT_INPUT, "http to %s is refused: https, or this machine", u.host);
	*out = u;
	return FAULT_NONE;
}

enum fault
wire_url_parse_mail(struct wire_url *out, const char *url)
{
	static const struct scheme mail[2] = { { "smtps://", true, 465 }, { "smtp://", false, 587 } };
	return parse(out, url, mail);
}

bool
wire_url_same_origin(const struct wire_url *a, const struct wire_url *b)
{
	return a->tls == b->tls && a->port == b->port && str_same(a->host, b->host);
}

enum fault
wire_url_check(const char *url)
{
	struct wire_url u;
	return wire_url_parse(&u, url);
}
