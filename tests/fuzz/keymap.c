/* A keys.conf from anybody: loaded or refused with a sentence, the map always works and
 * what it prints can be read back. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../src/tui/key_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char folder[] = "/tmp/stoa-fuzz-XXXXXX";
	char path[128];
	struct keymap *m = NULL;
	const char *id;
	if (mkdtemp(folder) == NULL)
		abort();
	snprintf(path, sizeof path, "%s/keys.conf", folder);
	if (file_write(path, bytes, n) != FAULT_NONE)
		abort();
	if (keymap_load(&m, "vi", path) != FAULT_NONE && fault_sentence()[0] == '\0')
		abort();
	unlink(path);
	rmdir(folder);
	for (size_t i = 0; i < n && i < 256; i++)
		if (keymap_feed(&id, m, 1u << (bytes[i] % 9), bytes[i]) == KEYMAP_ACTION && action_find(id) == NULL)
			abort();
	for (size_t i = 0; i < action_count; i++) {
		keycode keys[4];
		size_t count;
		const char *chord = keymap_chord(m, actions[i].id, ~0u);
		if (*chord && key_parse(keys, &count, 4, chord) != FAULT_NONE)
			abort();
	}
	keymap_free(m);
	return 0;
}
