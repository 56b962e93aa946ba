/* Handing one mail to a server: libcurl speaks SMTP, this says how it ended.
 *
 * What matters to a caller with a queue is the kind of refusal: the server's 4yz
 * and every cut are for later, its 5yz will not change by trying.  TLS is never a
 * matter of what the server offers: without STARTTLS nothing is sent, not even the
 * name, except to this machine.
 */
#include <string.h>
#include "wire_in.h"

struct posting { struct wire_exchange x; const struct wire_mail *mail; struct text letter; size_t at; struct curl_slist *to; };

static size_t
on_read(char *out, size_t one, size_t n, void *arg)
{
	struct posting *p = arg;
	size_t left = p->letter.len - p->at, take = one * n < left ? one * n : left;
	memcpy(out, p->letter.data + p->at, take);
	p->at += take;
	p->x.heard_ms = clock_system.mono_ms(clock_system.arg);
	return take;
}

/* The server's own words stay with it; that it speaks is noted. */
static size_t
on_words(char *bytes, size_t one, size_t n, void *arg)
{
	struct posting *p = arg;
	(void)bytes;
	p->x.heard_ms = clock_system.mono_ms(clock_system.arg);
	return one * n;
}

static enum fault
setup_sender(struct wire_exchange *x, const struct wire_mail *m)
{
	const struct { CURLoption option; const char *name, *value; } texts[] = {
		{ CURLOPT_PROTOCOLS_STR, "PROTOCOLS", "smtp,smtps" },
		{ CURLOPT_PROXY, "PROXY", "" },
		{ CURLOPT_MAIL_FROM, "MAIL_FROM", m->from },
		{ CURLOPT_USERNAME, "USERNAME", m->user },
		{ CURLOPT_PASSWORD, "PASSWORD", m->password },
		{ CURLOPT_LOGIN_OPTIONS, "LOGIN_OPTIONS", m->user == NULL ? NULL : "AUTH=PLAIN;AUTH=LOGIN" },
	};
	bool plain = x->url.loopback && m->ca_file == NULL && !str_starts(m->url, "smtps:");
	const struct { CURLoption option; const char *name; long value; } numbers[] = {
		{ CURLOPT_PORT, "PORT", x->url.port },
		{ CURLOPT_UPLOAD, "UPLOAD", 1 },
		{ CURLOPT_USE_SSL, "USE_SSL", plain ? CURLUSESSL_NONE : CURLUSESSL_ALL },
	};
	enum fault f = FAULT_NONE;
	for (size_t i = 0; i < COUNT_OF(texts) && f == FAULT_NONE; i++)
		f = wire_setup_accepted(x->curl->easy_setopt(x->line.easy, texts[i].option, texts[i].value), texts[i].name);
	for (size_t i = 0; i < COUNT_OF(numbers) && f == FAULT_NONE; i++)
		f = wire_setup_accepted(x->curl->easy_setopt(x->line.easy, numbers[i].option, numbers[i].value), numbers[i].name);
	return f;
}

static enum fault
setup_mail(struct wire_exchange *x)
{
	struct posting *p = (struct posting *)(void *)((char *)x - offsetof(struct posting, x));
	CURL *easy = x->line.easy;
	enum fault f = wire_setup_connection(x);
	if (f == FAULT_NONE)
		f = setup_sender(x, p->mail);
	if (f == FAULT_NONE && (p->to = x->curl->slist_append(NULL, p->mail->to)) == NULL)
		f = fault(FAULT_SYSTEM, "libcurl has no memory for an address");
	if (f == FAULT_NONE)
		f = wire_setup_accepted(x->curl->easy_setopt(easy, CURLOPT_MAIL_RCPT, p->to), "MAIL_RCPT");
	if (f == FAULT_NONE)
		f = wire_setup_accepted(x->curl->easy_setopt(easy, CURLOPT_READFUNCTION, on_read), "READFUNCTION");
	if (f == FAULT_NONE)
		f = wire_setup_accepted(x->curl->easy_setopt(easy, CURLOPT_READDATA, p), "READDATA");
	if (f == FAULT_NONE)
		f = wire_setup_accepted(x->curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_words), "WRITEFUNCTION");
	if (f == FAULT_NONE)
		f = wire_setup_accepted(x->curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_words), "HEADERFUNCTION");
	if (f == FAULT_NONE)
		f = wire_setup_accepted(x->curl->easy_setopt(easy, CURLOPT_WRITEDATA, p), "WRITEDATA");
	if (f == FAULT_NONE)
		f = wire_setup_accepted(x->curl->easy_setopt(easy, CURLOPT_HEADERDATA, p), "HEADERDATA");
	return f;
}

/* The last reply code of the server decides where it gave one that says no. */
static enum fault
judge(struct wire_exchange *x, enum fault f)
{
	long code = 0;
	if (f == FAULT_NONE || f == FAULT_CANCELLED || x->line.easy == NULL)
		return f;
	x->curl->easy_getinfo(x->line.easy, CURLINFO_RESPONSE_CODE, &code);
	if (code == 530 || code == 534 || code == 535 || code == 538)
		return fault(FAULT_DENIED, "%s does not let us in to send mail (%ld)", x->url.host, code);
	if (code / 100 == 4)
		return fault(FAULT_BUSY, "%s takes no mail now (%ld)", x->url.host, code);
	if (code / 100 == 5)
		return fault(FAULT_INPUT, "%s refuses the mail (%ld)", x->url.host, code);
	return f;
}

enum fault
wire_mail_send(const struct wire_mail *mail, const struct cancel *cancel)
{
	struct wire_request req = { .url = mail->url, .ca_file = mail->ca_file, .connect_ms = mail->connect_ms, .total_ms = mail->total_ms };
	struct posting p = { .x.req = &req, .mail = mail };
	struct wire_quiet quiet;
	enum fault f = wire_url_parse_mail(&p.x.url, mail->url);
	if (f == FAULT_NONE)
		f = wire_letter_write(&p.letter, mail, clock_system.wall_ms(clock_system.arg));
	if (f != FAULT_NONE)
		return f;
	p.x.url.tls = true;   /* USE_SSL below sees to it, and only this machine may do without */
	wire_quiet_begin(&quiet);
	f = judge(&p.x, wire_exchange_run(&p.x, setup_mail, cancel));
	wire_exchange_end(&p.x, false);
	if (p.x.curl != NULL)
		p.x.curl->slist_free_all(p.to);
	wire_quiet_end(&quiet);
	text_clear(&p.letter);
	return f;
}
