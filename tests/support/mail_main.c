/* One mail by the wire room, for tests written in shell: mail_main URL CAFILE USER
 * PASSWORD ("-": none) prints "sent", or the fault and its sentence. */
#include <stdio.h>
#include "stoa/wire.h"

static const char *
given(const char *s)
{
	return str_same(s, "-") ? NULL : s;
}

int
main(int argc, char **argv)
{
	if (argc != 5) {
		fprintf(stderr, "usage: mail_main URL CAFILE USER PASSWORD\n");
		return 2;
	}
	struct wire_mail m = { .url = argv[1], .ca_file = given(argv[2]), .user = given(argv[3]), .password = given(argv[4]),
		.from = "stoa@school.example", .from_name = "Stoá", .to = "teacher@school.example", .subject = "Frage über Licht = λ",
		.body = ".\n..two\nλ = 3 \nend", .id = "1", .total_ms = 20000 };
	enum fault f = wire_mail_send(&m, NULL);
	if (f == FAULT_NONE)
		printf("sent\n");
	else
		printf("%s: %s\n", fault_name(f), fault_sentence());
	return f == FAULT_NONE ? 0 : 1;
}
