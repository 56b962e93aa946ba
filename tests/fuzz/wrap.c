/* Any text broken to any width: nothing but blanks is lost and no line is too wide;
 * and made harmless for JSON nothing harmful is left. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "../../src/cli/cli_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
without_blanks(struct text *out, const char *s)
{
	for (; *s; s++)
		if (*s != ' ' && *s != '\n')
			text_put_c(out, *s);
}

static void
check_lines(const char *s, size_t width)
{
	while (*s) {
		size_t n = strcspn(s, "\n");
		if (utf8_width(s, n) > width)
			abort();
		s += n + (s[n] == '\n');
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text clean, lines, before, after, json;
	if (size < 2 || size > 4096)
		return 0;
	size_t width = 2 + data[0] % 100, indent = data[1] % 16;
	struct text *all[] = { &clean, &lines, &before, &after, &json };
	for (size_t i = 0; i < COUNT_OF(all); i++)
		text_init(all[i], 1024 * 1024);
	untrusted_text(&clean, (const char *)data + 2, size - 2, 0);
	text_put(&clean, "");
	const char *s = clean.data ? clean.data : "";
	if (!strchr(s, '\t')) {         /* a tab is as wide as its column says */
		wrap_text(&lines, s, width, 0, indent);
		const char *broken = lines.data ? lines.data : "";
		check_lines(broken, width);
		without_blanks(&before, s);
		without_blanks(&after, broken);
		if (!str_same(before.data ? before.data : "", after.data ? after.data : ""))
			abort();
	}
	out_json_harmless(&json, (const char *)data, size);
	for (size_t i = 0; i < json.len; i++)
		if (json.data[i] == 0x7f || ((unsigned char)json.data[i] == 0xc2 && i + 1 < json.len
			&& (unsigned char)json.data[i + 1] < 0xa0 && (unsigned char)json.data[i + 1] >= 0x80))
			abort();
	for (size_t i = 0; i < COUNT_OF(all); i++)
		text_clear(all[i]);
	return 0;
}
