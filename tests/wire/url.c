/* Which URLs may be called: one row a form. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include "../stoa_test.h"
#include "../../src/wire/wire_in.h"

static const struct { const char *url; bool may; } forms[] = {
	/* what people write */
	{ "https://api.example.org/v1", true }, { "https://api.example.org", true },
	{ "https://api.example.org:8443/v1", true }, { "HTTPS://API.Example.ORG/v1", true },
	{ "https://llm.example.org/v1?api-version=2", true }, { "https://192.168.1.20:8080/v1", true },
	{ "https://10.0.0.7/v1", true }, { "https://[2001:db8::1]/v1", true }, { "https://xn--bcher-kva.example/", true },
	{ "https://a_b.example.org/", true }, { "https://example.org/a%20b", true },
	{ "http://127.0.0.1:11434/v1", true }, { "http://127.0.0.1", true }, { "http://127.9.9.9:80/", true },
	{ "http://localhost:8080/v1", true }, { "http://LocalHost/v1", true }, { "http://[::1]:8080/v1", true },
	{ "https://localhost/v1", true }, { "https://1password.example", true },
	/* clear text to somebody else */
	{ "http://example.org/", false }, { "http://192.168.1.20/", false }, { "http://10.0.0.7/", false },
	{ "http://localhost.example.org/", false }, { "http://127.0.0.1.example.org/", false },
	{ "http://[2001:db8::1]/", false }, { "http://localhost.", false }, { "http://ip6-localhost/", false },
	/* other protocols */
	{ "file:///etc/passwd", false }, { "ftp://example.org/", false }, { "gopher://127.0.0.1/", false },
	{ "dict://127.0.0.1/", false }, { "javascript:alert(1)", false }, { "//example.org/", false },
	{ "example.org", false }, { "", false }, { "https:/example.org", false }, { "https:example.org", false },
	{ "unix:/run/x", false }, { " https://example.org", false },
	/* somebody in front of the host */
	{ "https://user@example.org/", false }, { "https://user:word@example.org/", false },
	{ "http://127.0.0.1@example.org/", false }, { "http://localhost:80@169.254.169.254/", false },
	{ "https://example.org\\@evil.example/", false }, { "http://localhost#@evil.example/", false },
	{ "https://example.org/#part", false },
	/* one address, many spellings */
	{ "http://2130706433/", false }, { "http://0x7f000001/", false }, { "http://0x7f.1/", false },
	{ "http://0177.0.0.1/", false }, { "http://127.1/", false }, { "http://127.0.1/", false },
	{ "http://127.0.0.1./", false }, { "http://127.0.0.01/", false }, { "http://0/", false },
	{ "http://0.0.0.0/", false }, { "https://1.2.3.4.5/", false }, { "https://256.1.1.1/", false },
	{ "http://%6cocalhost/", false }, { "http://127.0.0.1%2eexample.org/", false },
	{ "http://\xe2\x91\xa0\xe2\x91\xa1\xe2\x91\xa6.0.0.1/", false },
	{ "http://[::ffff:127.0.0.1]/", false }, { "http://[::ffff:7f00:1]/", false }, { "http://[::127.0.0.1]/", false },
	{ "http://[::]/", false }, { "http://[0:0:0:0:0:0:0:1]/", true }, { "https://[fe80::1]/", false },
	{ "https://[fe80::1%25eth0]/", false }, { "https://[64:ff9b::a9fe:a9fe]/", false },
	{ "https://[2002:a9fe:a9fe::]/", false }, { "https://[ff02::1]/", false }, { "https://[fd00:ec2::254]/", false },
	{ "https://[::1", false }, { "https://[]/", false }, { "https://[v1.x]/", false }, { "https://::1/", false },
	{ "https://[::1]x/", false },
	/* addresses that only this link can mean */
	{ "https://169.254.169.254/latest/meta-data", false }, { "https://100.100.100.200/", false },
	{ "https://224.0.0.1/", false }, { "https://255.255.255.255/", false },
	/* hosts and ports that are none */
	{ "https:///v1", false }, { "https://:443/", false }, { "https://.example.org/", false },
	{ "https://example..org/", false }, { "https://example.org./", false }, { "https://example.org:/", false },
	{ "https://example.org:0/", false }, { "https://example.org:65536/", false }, { "https://example.org:08/", false },
	{ "https://example.org:8o/", false }, { "https://example.org:443:443/", false }, { "https://exa mple.org/", false },
	/* control bytes and what should have been escaped */
	{ "https://example.org/\r\nX: y", false }, { "https://example.org/\x1b[31m", false },
	{ "https://example.org/\x7f", false }, { "https://example.org/\tx", false }, { "https://example.org/a b", false },
	{ "https://example.org/\xc3\xa9", false }, { "https://example.org/{x}", false }, { "https://b\xc3\xbc" "cher.example/", false },
};

START_TEST(a_url_is_called_or_refused_as_the_table_says)
{
	for (size_t i = 0; i < COUNT_OF(forms); i++)
		ck_assert_msg((wire_url_check(forms[i].url) == FAULT_NONE) == forms[i].may,
			"%s must be %s", forms[i].url, forms[i].may ? "called" : "refused");
	ck_assert_uint_ge(COUNT_OF(forms), 60);
}
END_TEST

START_TEST(a_url_longer_than_its_limit_is_refused)
{
	char url[4096] = "https://example.org/";
	memset(url + strlen(url), 'a', 2047 - strlen(url));
	WELL(wire_url_check(url));
	strcat(url, "a");
	FAILS(FAULT_INPUT, wire_url_check(url));
	FAILS(FAULT_INPUT, wire_url_check(NULL));
}
END_TEST

START_TEST(a_host_name_part_longer_than_63_bytes_is_refused)
{
	char url[128] = "https://";
	memset(url + 8, 'a', 63);
	strcpy(url + 71, ".org");
	WELL(wire_url_check(url));
	memset(url + 8, 'a', 64);
	strcpy(url + 72, ".org");
	FAILS(FAULT_INPUT, wire_url_check(url));
}
END_TEST

START_TEST(a_refusal_does_not_repeat_control_bytes)
{
	FAILS(FAULT_INPUT, wire_url_check("https://example.org/\x1b]52;c;aGk=\x07"));
	ck_assert_ptr_null(strchr(fault_sentence(), 0x1b));
}
END_TEST

/* What a resolver may bring up behind a name. */
static const struct { const char *address; bool banned, loopback; } addresses[] = {
	{ "93.184.216.34", false, false }, { "192.168.1.20", false, false }, { "127.0.0.1", false, true },
	{ "169.254.169.254", true, false }, { "0.0.0.0", true, false }, { "224.0.0.251", true, false },
	{ "2001:db8::1", false, false }, { "fd00::1", false, false }, { "::1", false, true },
	{ "fe80::1", true, false }, { "::", true, false }, { "ff02::fb", true, false },
	{ "::ffff:93.184.216.34", false, false }, { "::ffff:127.0.0.1", true, false }, { "::ffff:169.254.169.254", true, false },
	{ "64:ff9b::5db8:d822", false, false }, { "64:ff9b::a9fe:a9fe", true, false }, { "64:ff9b::7f00:1", true, false },
	{ "2002:a9fe:a9fe::1", true, false }, { "fd00:ec2::254", true, false },
};

START_TEST(an_address_behind_a_name_is_opened_or_not_as_the_table_says)
{
	for (size_t i = 0; i < COUNT_OF(addresses); i++) {
		union { struct sockaddr any; struct sockaddr_in v4; struct sockaddr_in6 v6; } u = { .any.sa_family = AF_INET };
		if (inet_pton(AF_INET, addresses[i].address, &u.v4.sin_addr) != 1) {
			u.any.sa_family = AF_INET6;
			ck_assert_int_eq(inet_pton(AF_INET6, addresses[i].address, &u.v6.sin6_addr), 1);
		}
		ck_assert_msg(wire_address_banned(&u.any) == addresses[i].banned, "%s", addresses[i].address);
		ck_assert_msg(wire_address_loopback(&u.any) == addresses[i].loopback, "%s", addresses[i].address);
	}
}
END_TEST

/* The socket of an exchange with a host, for an address. */
static bool
opened(bool tls, struct sockaddr_in *to)
{
	struct wire_exchange x = { .url.tls = tls };
	struct curl_sockaddr address = { .family = AF_INET, .socktype = SOCK_STREAM, .addrlen = sizeof *to };
	memcpy(&address.addr, to, sizeof *to);
	curl_socket_t fd = wire_on_socket(&x, CURLSOCKTYPE_IPCXN, &address);
	if (fd != CURL_SOCKET_BAD)
		close(fd);
	ck_assert(x.refused == (fd == CURL_SOCKET_BAD));
	return fd != CURL_SOCKET_BAD;
}

START_TEST(a_socket_for_http_is_opened_to_this_machine_only)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7F000001) };
	struct sockaddr_in there = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0xC0A80114) };
	struct sockaddr_in metadata = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0xA9FEA9FE) };
	ck_assert(opened(false, &here) && !opened(false, &there) && !opened(false, &metadata));
	ck_assert(opened(true, &here) && opened(true, &there) && !opened(true, &metadata));
}
END_TEST

TESTS("wire url", an_address_behind_a_name_is_opened_or_not_as_the_table_says,
	a_socket_for_http_is_opened_to_this_machine_only, a_url_is_called_or_refused_as_the_table_says, a_url_longer_than_its_limit_is_refused,
	a_host_name_part_longer_than_63_bytes_is_refused, a_refusal_does_not_repeat_control_bytes)
