/* One addition to a library, to be stopped anywhere, and the look afterwards.
 *
 *	ingest add FOLDER    add the text of FOLDER/source; prints "added" once it is durable
 *	ingest check FOLDER [added]    open again: rows, files and index are in step; an
 *	                     acknowledged addition is there
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "../../src/library/document_in.h"

static int
fail(const char *what)
{
	printf("%s: %s\n", what, fault_sentence());
	return 1;
}

static int
add(struct library *l, struct store *db, const char *folder)
{
	struct document *d;
	struct arena a;
	struct text path;
	enum fault f;

	arena_init(&a);
	text_init(&path, 4096);
	text_printf(&path, "%s/source", folder);
	f = library_add(&d, &a, l, db, &(struct document_add){ .path = path.data, .again = true }, NULL, NULL, NULL);
	if (f == FAULT_NONE && str_same(d->status, "completed") && write(1, "added\n", 6) != 6)
		f = FAULT_SYSTEM;
	text_clear(&path);
	arena_clear(&a);
	return f != FAULT_NONE;
}

/* Files of one ending in the library folder. */
static int64_t
files(const char *folder, const char *ending)
{
	DIR *dir = opendir(folder);
	int64_t n = 0;

	for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;)
		n += str_ends(e->d_name, ending);
	if (dir != NULL)
		closedir(dir);
	return n;
}

static int
check(struct library *l, struct store *db, const char *library, bool must)
{
	struct documents list;
	struct hits hits;
	struct arena a;
	const char *wrong = NULL;

	arena_init(&a);
	if (library_list(&list, &a, l, db, &(struct document_list){ 0 }) != FAULT_NONE)
		return fail("list");
	if (library_search(&hits, &a, l, db, &(struct search_run){ .query = "granite", .k = 3 }, NULL) != FAULT_NONE)
		return fail("search");
	const struct document *d = list.items.items;
	if (list.items.count > 1 || (list.items.count == 1 && !str_same(d->status, "completed")))
		wrong = "a row that is not completed";
	else if (must && list.items.count != 1)
		wrong = "an acknowledged document is gone";
	else if (hits.items.count != list.items.count)
		wrong = "rows and index differ";
	else if (files(library, ".orig") != list.total || files(library, ".txt") != list.total)
		wrong = "rows and files differ";
	else if (index_passages(library_index(l)) != library_passage_count(l))
		wrong = "passages and postings differ";
	if (wrong != NULL)
		printf("%s\n", wrong);
	arena_clear(&a);
	return wrong != NULL;
}

int
main(int argc, char **argv)
{
	struct library_config config = { .clock = &clock_system, .chance = &chance_system };
	struct library *l = NULL;
	struct store *db = NULL;
	struct text database, library;
	int status;

	if (argc < 3)
		return 2;
	text_init(&database, 4096);
	text_init(&library, 4096);
	text_printf(&database, "%s/local.db", argv[2]);
	text_printf(&library, "%s/library", argv[2]);
	config.folder = library.data;
	if (vault_start() != FAULT_NONE || store_open(&db, &(struct store_paths){ .database = database.data }, &clock_system) != FAULT_NONE
		|| library_open(&l, &config, db) != FAULT_NONE)
		return fail("open");
	status = str_same(argv[1], "add") ? add(l, db, argv[2]) : check(l, db, library.data, argc > 3 && str_same(argv[3], "added"));
	library_close(l);
	store_close(db);
	text_clear(&database);
	text_clear(&library);
	return status;
}
