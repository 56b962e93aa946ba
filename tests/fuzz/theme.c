/* A theme from anybody, as a file: it loads, or the sentence says why and plain is there. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../src/tui/screen_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char folder[] = "/tmp/stoa-fuzz-XXXXXX";
	char path[128];
	struct theme *t = NULL;
	if (mkdtemp(folder) == NULL)
		abort();
	snprintf(path, sizeof path, "%s/fuzz.theme", folder);
	if (file_write(path, bytes, n) != FAULT_NONE)
		abort();
	enum fault f = theme_load(&t, "fuzz", folder, NULL);
	if (t == NULL || (f != FAULT_NONE && fault_sentence()[0] == '\0'))
		abort();
	for (int i = 0; i < STYLE_COUNT; i++) {
		const struct look *l = &t->looks[i];
		if (l->foreground < COLOUR_DEFAULT || l->background < COLOUR_DEFAULT || l->attributes > 31)
			abort();
	}
	theme_free(t);
	unlink(path);
	rmdir(folder);
	return 0;
}
