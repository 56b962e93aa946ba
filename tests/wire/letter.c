/* The bytes of a mail, and who may not write any. */
#include "../stoa_test.h"
#include "../../src/wire/wire_in.h"

#define AT_MS 1767225600000   /* 2026-01-01T00:00:00Z, a Thursday */

static struct wire_mail
plain(void)
{
	return (struct wire_mail){ .url = "smtp://127.0.0.1:1", .from = "stoa@school.example", .to = "teacher@school.example",
		.subject = "A question", .body = "Hello\n", .id = "0af3" };
}

START_TEST(a_plain_mail_is_written_as_it_is)
{
	struct wire_mail m = plain();
	struct text t;
	WELL(wire_letter_write(&t, &m, AT_MS));
	ck_assert_str_eq(t.data, "Date: Thu, 1 Jan 2026 00:00:00 +0000\r\nFrom: <stoa@school.example>\r\nTo: <teacher@school.example>\r\n"
		"Subject: A question\r\nMessage-ID: <0af3@school.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\nAuto-Submitted: auto-generated\r\n\r\nHello\r\n");
	text_clear(&t);
}
END_TEST

START_TEST(what_is_not_ascii_is_encoded)
{
	struct wire_mail m = plain();
	struct text t;
	m.from_name = "Stoá \"x\"";
	m.subject = "Wärum flacht die Kurve ab, und was hat das mit dem Licht zu tün?";
	m.body = "é = 1 \n.\n..x\r\nlast";
	WELL(wire_letter_write(&t, &m, AT_MS));
	ck_assert_ptr_nonnull(strstr(t.data, "From: =?UTF-8?B?U3Rvw6EgIngi?= <stoa@school.example>\r\n"));
	ck_assert_ptr_nonnull(strstr(t.data, "Subject: =?UTF-8?B?V8OkcnVtIGZsYWNodCBkaWUgS3VydmUgYWIsIHVuZCB3YXMgaGF0IGRh?=\r\n =?UTF-8?B?"));
	ck_assert(str_ends(t.data, "\r\n\r\n=C3=A9 =3D 1=20\r\n.\r\n..x\r\nlast\r\n"));
	text_clear(&t);
	m.from_name = "Doe, J.";
	m.subject = "=?UTF-8?B?eA==?=";
	WELL(wire_letter_write(&t, &m, AT_MS));
	ck_assert_ptr_nonnull(strstr(t.data, "From: \"Doe, J.\" <"));
	ck_assert_ptr_nonnull(strstr(t.data, "Subject: =?UTF-8?B?PT9VVEYtOD9CP2VBPT0/PQ==?=\r\n"));
	text_clear(&t);
}
END_TEST

START_TEST(no_line_is_longer_than_76)
{
	struct wire_mail m = plain();
	struct text t, body;
	text_init(&body, 64 * 1024);
	for (int i = 0; i < 3000; i++)
		text_put(&body, i % 7 ? "x" : i % 2 ? "\xE2\x82\xAC" : " ");
	m.body = m.subject = body.data;
	FAILS(FAULT_INPUT, wire_letter_write(&t, &m, AT_MS));
	m.subject = "s";
	WELL(wire_letter_write(&t, &m, AT_MS));
	for (const char *s = t.data, *end; (end = strstr(s, "\r\n")) != NULL; s = end + 2)
		ck_assert_int_le(end - s, 76);
	text_clear(&t);
	text_clear(&body);
}
END_TEST

START_TEST(nobody_writes_a_header_of_his_own)
{
	static const char *const addresses[] = { "", "a", "@b", "a@", "a@b\r\nBcc: x@y", "a@b\nc", "a b@c", "<a@b>", "a@b,c@d", "a@b;c@d",
		"a@@b", "a@b@c", "\"a\"@b", "a@[127.0.0.1]", "a@b c", ".a@b", "a.@b", "a..b@c", "a@.b", "a@b.", "\xC3\xA9@b", "a@\xC3\xA9", "-oX@b", "a@b\x7F",
		"a12345678901234567890123456789012345678901234567890123456789012345@b" };
	static const char *const lines[] = { "x\r\nBcc: a@b", "x\ny", "x\ry", "\x01", "x\x7F", "\xFF" };
	static const char *const ids[] = { "", "a>b", "a@b", "a b", "a\r\n", "a1234567890123456789012345678901234567890123456789012345678901234" };
	struct wire_mail m;
	struct text t;
	for (size_t i = 0; i < COUNT_OF(addresses); i++) {
		m = plain();
		m.to = addresses[i];
		FAILS(FAULT_INPUT, wire_letter_write(&t, &m, AT_MS));
		m = plain();
		m.from = addresses[i];
		FAILS(FAULT_INPUT, wire_letter_write(&t, &m, AT_MS));
		m = plain();
		m.reply_to = addresses[i];
		FAILS(FAULT_INPUT, wire_letter_write(&t, &m, AT_MS));
	}
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		m = plain();
		m.subject = lines[i];
		FAILS(FAULT_INPUT, wire_letter_write(&t, &m, AT_MS));
		m = plain();
		m.from_name = lines[i];
		FAILS(FAULT_INPUT, wire_letter_write(&t, &m, AT_MS));
	}
	for (size_t i = 0; i < COUNT_OF(ids); i++) {
		m = plain();
		m.id = ids[i];
		FAILS(FAULT_INPUT, wire_letter_write(&t, &m, AT_MS));
	}
	m = plain();
	m.to = "first.o'last+tag@mail-1.school.example";
	WELL(wire_letter_write(&t, &m, AT_MS));
	text_clear(&t);
}
END_TEST

TESTS("wire letter", a_plain_mail_is_written_as_it_is, what_is_not_ascii_is_encoded, no_line_is_longer_than_76,
	nobody_writes_a_header_of_his_own)
