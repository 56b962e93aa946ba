/* Which files a folder gives to the library.
 *
 * In order of name, so that two runs say the same.  Hidden things, links, devices,
 * what programs build and what no reader knows are passed over and counted; a folder
 * that was made to be endless ends at fixed limits.  Names are bytes here: they are
 * sanitised where they are printed.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include "cli_in.h"

#define DEPTH_MAX 24
#define FILES_MAX 50000
#define PATH_BYTES 4096

static const char *const known[] = {
	".pdf", ".docx", ".pptx", ".odt", ".epub", ".html", ".htm", ".xhtml", ".md",
	".markdown", ".txt", ".text", ".csv", ".tsv", ".rst",
};
static const char *const machine_made[] = {
	"node_modules", "__pycache__", "venv", "target", "CMakeFiles", "lost+found",
};

bool
walk_wants(const char *name)
{
	const char *dot = strrchr(name, '.');
	if (name[0] == '.' || name[0] == '~' || !dot || str_ends(name, "~"))
		return false;
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (strcasecmp(dot, known[i]) == 0)
			return true;
	return false;
}

static bool
folder_wanted(const char *name)
{
	if (name[0] == '.')
		return false;
	for (size_t i = 0; i < COUNT_OF(machine_made); i++)
		if (str_same(name, machine_made[i]))
			return false;
	return true;
}

static void
keep(char ***paths, size_t *count, size_t *cap, const char *path)
{
	mem_reserve(paths, cap, *count + 1, sizeof **paths);
	(*paths)[(*count)++] = mem_strdup(path);
}

static enum fault walk_folder(struct found *out, struct cli *c, const char *path, int depth);

static enum fault
walk_entry(struct found *out, struct cli *c, const char *folder, const char *name, int depth)
{
	char path[PATH_BYTES];
	struct stat st;
	if ((size_t)snprintf(path, sizeof path, "%s/%s", str_same(folder, "/") ? "" : folder,
		    name) >= sizeof path ||
		lstat(path, &st) != 0) {
		out->skipped++;
		return FAULT_NONE;
	}
	if (S_ISDIR(st.st_mode))
		return folder_wanted(name) ? walk_folder(out, c, path, depth + 1) : FAULT_NONE;
	if (!S_ISREG(st.st_mode) || !walk_wants(name)) {
		out->skipped += name[0] != '.';
		return FAULT_NONE;
	}
	if (out->count == FILES_MAX)
		return fault(FAULT_LIMIT, "more than %d files below one folder", FILES_MAX);
	keep(&out->paths, &out->count, &out->cap, path);
	return FAULT_NONE;
}

static enum fault
walk_folder(struct found *out, struct cli *c, const char *path, int depth)
{
	struct dirent **entries = NULL;
	if (depth > DEPTH_MAX) {
		out->skipped++;
		return FAULT_NONE;
	}
	int n = scandir(path, &entries, NULL, versionsort);
	if (n < 0)
		return fault_errno("the folder %s cannot be read", path);
	keep(&out->folders, &out->folder_count, &out->folder_cap, path);
	enum fault f = session_check(c);
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;
		if (f == FAULT_NONE && !str_same(name, ".") && !str_same(name, ".."))
			f = walk_entry(out, c, path, name, depth);
		free(entries[i]);
	}
	free(entries);
	return f;
}

enum fault
walk_path(struct found *out, struct cli *c, const char *path)
{
	struct stat st;
	size_t len = strlen(path);
	char clean[PATH_BYTES];
	while (len > 1 && path[len - 1] == '/')
		len--;
	if (len == 0 || len >= sizeof clean)
		return fault(FAULT_INPUT, "a path of %zu bytes is none", len);
	memcpy(clean, path, len);
	clean[len] = '\0';
	if (stat(clean, &st) != 0)
		return errno == ENOENT ? fault(FAULT_ABSENT, "there is no %s", path)
				       : fault_errno("%s cannot be read", path);
	if (S_ISDIR(st.st_mode))
		return walk_folder(out, c, clean, 0);
	if (!S_ISREG(st.st_mode))
		return fault(FAULT_INPUT, "%s is neither a file nor a folder", path);
	keep(&out->paths, &out->count, &out->cap, clean);
	return FAULT_NONE;
}

void
found_clear(struct found *f)
{
	for (size_t i = 0; i < f->count; i++)
		mem_free(f->paths[i]);
	for (size_t i = 0; i < f->folder_count; i++)
		mem_free(f->folders[i]);
	mem_free(f->paths);
	mem_free(f->folders);
	*f = (struct found){ 0 };
}
