/* Mail over a scripted SMTP server: what is sent, and what each refusal means. */
#include "../stoa_test.h"
#include "../support/peer.h"
#include "stoa/wire.h"

/* Answers by command; what is not named is well. AHVzZXI begins base64 of "\0user". */
struct server { const char *command, *answer, *offers; struct text said; char letter[4096]; };

static bool
read_line(int fd, char *out, size_t size)
{
	size_t n = 0;
	for (char c; peer_read(fd, &c, 1) && n + 1 < size;) {
		if (c == '\n') {
			out[n] = '\0';
			return true;
		}
		if (c != '\r')
			out[n++] = c;
	}
	return false;
}

static bool
answer(int fd, struct server *s, const char *line)
{
	char reply[512];
	const char *well = str_starts(line, "EHLO") ? s->offers : str_same(line, "DATA") ? "354 go on" : str_starts(line, "AUTH") ? "334 " : str_starts(line, "AHVzZXI") ? "235 in" : "250 fine";
	if (s->command != NULL && str_starts(line, s->command))
		well = s->answer;
	snprintf(reply, sizeof reply, "%s\r\n", well);
	return peer_write(fd, reply, strlen(reply));
}

static void
take_letter(int fd, struct server *s)
{
	char line[1024];
	size_t n = 0;
	while (read_line(fd, line, sizeof line) && !str_same(line, "."))
		n += (size_t)snprintf(s->letter + n, sizeof s->letter - n, "%s\n", line);
}

static void
smtp(int fd, unsigned number, void *arg)
{
	struct server *s = arg;
	char line[1024];
	(void)number;
	peer_write(fd, "220 here\r\n", 10);
	while (read_line(fd, line, sizeof line)) {
		text_printf(&s->said, "%s|", line);
		bool data = str_same(line, "DATA") && !str_same(s->command, "DATA");
		if (!answer(fd, s, line))
			return;
		if (data) {
			take_letter(fd, s);
			if (!answer(fd, s, "END"))
				return;
		}
	}
}

/* One mail to a server with these habits; the fault. */
static enum fault
post(struct server *s, const char *user, const char *ca_file)
{
	char url[64];
	struct peer *p = peer_start(smtp, s);
	if (s->offers == NULL)
		s->offers = "250-here\r\n250 AUTH PLAIN LOGIN NTLM CRAM-MD5";
	text_init(&s->said, 64 * 1024);
	snprintf(url, sizeof url, "smtp://127.0.0.1:%d/client.example", peer_port(p));
	struct wire_mail m = { .url = url, .user = user, .password = user == NULL ? NULL : "pass word", .from = "a@b.example", .to = "c@d.example",
		.subject = "s", .body = ".first\n..\nlast\n", .id = "1", .ca_file = ca_file, .total_ms = 20000 };
	enum fault f = wire_mail_send(&m, NULL);
	peer_stop(p);
	return f;
}

START_TEST(a_mail_is_handed_over_with_its_dots)
{
	struct server s = { 0 };
	WELL(post(&s, NULL, NULL));
	ck_assert(str_starts(s.said.data, "EHLO client.example|MAIL FROM:<a@b.example>|RCPT TO:<c@d.example>|DATA|"));
	ck_assert(str_ends(s.letter, "\n\n..first\n...\nlast\n"));
	text_clear(&s.said);
}
END_TEST

START_TEST(the_sign_in_is_plain_or_login_and_nothing_stranger)
{
	struct server s = { 0 }, strange = { .offers = "250-here\r\n250 AUTH NTLM CRAM-MD5" };
	WELL(post(&s, "user", NULL));
	ck_assert_ptr_nonnull(strstr(s.said.data, "|AUTH PLAIN"));
	FAILS(FAULT_DENIED, post(&strange, "user", NULL));
	ck_assert_ptr_null(strstr(strange.said.data, "AUTH"));
	ck_assert_ptr_null(strstr(strange.said.data, "MAIL"));
	text_clear(&s.said);
	text_clear(&strange.said);
}
END_TEST

START_TEST(each_refusal_has_its_meaning)
{
	static const struct { const char *command, *answer; enum fault kind; } rows[] = {
		{ "AUTH", "534 no", FAULT_DENIED }, { "AHVzZXI", "535 no", FAULT_DENIED }, { "AHVzZXI", "454 later", FAULT_BUSY },
		{ "MAIL", "451 later", FAULT_BUSY }, { "MAIL", "530 sign in", FAULT_DENIED }, { "MAIL", "550 no", FAULT_INPUT },
		{ "RCPT", "450 later", FAULT_BUSY }, { "RCPT", "550 nobody", FAULT_INPUT },
		{ "DATA", "452 full", FAULT_BUSY }, { "DATA", "554 no", FAULT_INPUT },
		{ "END", "451 later", FAULT_BUSY }, { "END", "552 too big", FAULT_INPUT },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct server s = { .command = rows[i].command, .answer = rows[i].answer };
		FAILS(rows[i].kind, post(&s, "user", NULL));
		text_clear(&s.said);
	}
}
END_TEST

START_TEST(without_tls_nothing_is_said_where_tls_is_demanded)
{
	struct server s = { 0 };
	FAILS(FAULT_OFFLINE, post(&s, "user", "/etc/ssl/certs/ca-certificates.crt"));
	ck_assert_ptr_null(strstr(s.said.data, "AUTH"));
	ck_assert_ptr_null(strstr(s.said.data, "MAIL"));
	text_clear(&s.said);
}
END_TEST

START_TEST(a_url_that_is_not_mail_is_refused)
{
	struct wire_mail m = { .from = "a@b.example", .to = "c@d.example", .subject = "s", .body = "b", .id = "1" };
	static const char *const bad[] = { "http://127.0.0.1/", "ftp://x/", "smtp://user@host/", "smtp://0x7f.1/", "smtp:// host", "" };
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		m.url = bad[i];
		FAILS(FAULT_INPUT, wire_mail_send(&m, NULL));
	}
	m.url = "smtp://127.0.0.1:1";
	FAILS(FAULT_OFFLINE, wire_mail_send(&m, NULL));
}
END_TEST

TESTS("wire mail", a_mail_is_handed_over_with_its_dots, the_sign_in_is_plain_or_login_and_nothing_stranger,
	each_refusal_has_its_meaning, without_tls_nothing_is_said_where_tls_is_demanded, a_url_that_is_not_mail_is_refused)
