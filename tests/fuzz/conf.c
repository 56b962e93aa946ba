/* stoa.conf of any bytes: refused or read; what is read can be changed, and a change
 * says what it was told to say. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "../../src/cli/cli_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf conf = { 0 }, again = { 0 };
	struct text t;
	const char *s = size ? (const char *)data : "";
	text_init(&t, INI_BYTES_MAX);
	enum fault read = conf_parse(&conf, "fuzz", s, size);
	enum fault edited = conf_edit(&t, s, size, conf_find("llm.model"), "changed");
	if (read == FAULT_NONE && edited == FAULT_NONE && !memchr(s, 0, size)
		&& conf_parse(&again, "fuzz", t.data, t.len) == FAULT_NONE
		&& !str_same(conf_get(&again, "answers.mode"), conf_get(&conf, "answers.mode")))
		abort();
	text_clear(&t);
	conf_clear(&conf);
	conf_clear(&again);
	return 0;
}
