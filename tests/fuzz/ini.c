/* An ini file from anybody: every pair is text within its limits, a refusal has a
 * sentence, lines only go forward. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "stoa/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static enum fault
each(const char *section, const char *name, const char *value, int line, void *arg)
{
	int *last = arg;
	if (strlen(section) > 48 || strlen(name) > 48 || strlen(value) > 16 * 1024 || line <= *last)
		abort();
	*last = line;
	if (strcmp(name, "refuse") == 0)
		return fault(FAULT_INPUT, "%s is refused", name);
	return FAULT_NONE;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	int last = 0;
	if (ini_text("fuzz.ini", (const char *)bytes, n, each, &last) != FAULT_NONE && fault_sentence()[0] == '\0')
		abort();
	return 0;
}
