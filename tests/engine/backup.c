/* Copies of the store by an administrator: into one folder, a few, each whole. */
#include <dirent.h>
#include <sys/stat.h>

#include "class_test.h"

static char folder[160];

static void
school(int64_t keep)
{
	world_make(&w);
	snprintf(folder, sizeof folder, "%s/backups", w.dir);
	w.config.backup_folder = folder;
	w.config.backup_keep = keep;
	class_open_made();
	be(TOM);
}

static void
put(const char *name)
{
	char path[400];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	WELL(file_write(path, "x", 1));
}

static bool
there(const char *name)
{
	char path[400];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return access(path, F_OK) == 0;
}

START_TEST(a_copy_holds_what_was_said_and_opens_with_the_same_key)
{
	struct backup *made, *seen;
	struct backups *all;
	struct message *m;
	struct audit_rows *audit;
	char path[400];
	struct store *copy;
	school(0);
	be(ANN);
	WELL(ask_engine(&m, &w, "message.send", &(struct message_send){ .content = "What do ribosomes translate?" }));
	be(TOM);
	WELL(ask_engine(&all, &w, "backup.list", NULL));
	ck_assert_uint_eq(all->items.count, 0);
	WELL(ask_engine(&made, &w, "backup.start", NULL));
	ck_assert_str_eq(made->state, "completed");
	ck_assert_int_eq(made->started, w.still.now_ms);
	ck_assert_int_gt(made->size_bytes, 0);
	WELL(ask_engine(&seen, &w, "backup.get", &(struct id_request){ made->id }));
	ck_assert_str_eq(seen->name, made->name);
	WELL(ask_engine(&audit, &w, "audit.list", &(struct audit_list){ .limit = 1 }));
	const struct audit_row *row = audit->items.items;
	ck_assert_str_eq(row->operation, "backup.start");
	ck_assert_str_eq(row->object, made->id);
	struct stat st;
	snprintf(path, sizeof path, "%s/%s", folder, made->name);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	WELL(store_open(&copy, &(struct store_paths){ .database = path }, &w.clock));
	struct vault_secret s = test_key(7);
	WELL(store_unlock(copy, SLOT_KEY_FILE, &s));
	vault_secret_clear(&s);
	struct sealed rec;
	store_set_owner(copy, "00000000000000000000000000000001");
	WELL(store_get(&rec, &w.arena, copy, m->id));
	store_close(copy);
	world_close(&w);
}
END_TEST

START_TEST(the_oldest_go_and_nothing_else_of_the_folder)
{
	struct backup *made;
	struct backups *all;
	const char *ids[4];
	school(2);
	WELL(folder_make(folder));
	put("stoad.db");
	put("notes.txt");
	put("stoad-20200101T000000.000Z-0123456789abcdef0123456789abcdef.db.old");
	put("stoad-20201301T000000.000Z-0123456789abcdef0123456789abcdef.db");
	put("stoad-20200101T000000.000Z-0123456789abcdef0123456789abcdef.db.new");   /* of one that died */
	for (size_t i = 0; i < COUNT_OF(ids); i++) {
		w.still.now_ms += 1000;
		WELL(ask_engine(&made, &w, "backup.start", NULL));
		ids[i] = made->id;
	}
	WELL(ask_engine(&all, &w, "backup.list", NULL));
	const struct backup *items = all->items.items;
	ck_assert_uint_eq(all->items.count, 2);
	ck_assert_str_eq(items[0].id, ids[3]);
	ck_assert_str_eq(items[1].id, ids[2]);
	ck_assert(there("stoad.db") && there("notes.txt"));
	ck_assert(there("stoad-20200101T000000.000Z-0123456789abcdef0123456789abcdef.db.old"));
	ck_assert(there("stoad-20201301T000000.000Z-0123456789abcdef0123456789abcdef.db"));
	ck_assert(!there("stoad-20200101T000000.000Z-0123456789abcdef0123456789abcdef.db.new"));
	FAILS(FAULT_ABSENT, ask_engine(&made, &w, "backup.get", &(struct id_request){ ids[0] }));
	FAILS(FAULT_ABSENT, ask_engine(&made, &w, "backup.get", &(struct id_request){ "../stoad.db" }));
	world_close(&w);
}
END_TEST

START_TEST(one_that_failed_is_said_and_the_next_goes_well)
{
	struct backup *made;
	struct backups *all;
	char path[400];
	school(0);
	WELL(file_write(folder, "no folder", 9));
	ck_assert_int_ne(ask_engine(&made, &w, "backup.start", NULL), FAULT_NONE);
	ck_assert_int_eq(unlink(folder), 0);
	WELL(ask_engine(&all, &w, "backup.list", NULL));
	ck_assert_uint_eq(all->items.count, 1);
	const struct backup *failed = all->items.items;
	ck_assert_str_eq(failed->state, "failed");
	ck_assert(failed->error_message[0] != '\0');
	WELL(ask_engine(&made, &w, "backup.start", NULL));
	WELL(ask_engine(&all, &w, "backup.list", NULL));
	ck_assert_uint_eq(all->items.count, 1);
	snprintf(path, sizeof path, "%s/%s", folder, made->name);
	ck_assert_int_eq(access(path, F_OK), 0);
	world_close(&w);
}
END_TEST

START_TEST(only_who_runs_the_server_copies_it)
{
	struct backup *made;
	school(0);
	static const int others[] = { ANN, EVA, NOBODY };
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		be(others[i]);
		FAILS(FAULT_DENIED, ask_engine(&made, &w, "backup.start", NULL));
	}
	ck_assert_int_ne(access(folder, F_OK), 0);
	world_close(&w);
}
END_TEST

START_TEST(where_no_folder_is_set_up_nothing_is_copied)
{
	struct backup *made;
	world_open(&w);
	w.who = (struct principal){ .role = ROLE_ADMIN };
	FAILS(FAULT_ABSENT, ask_engine(&made, &w, "backup.start", NULL));
	world_close(&w);
}
END_TEST

TESTS("backup", a_copy_holds_what_was_said_and_opens_with_the_same_key, the_oldest_go_and_nothing_else_of_the_folder,
	one_that_failed_is_said_and_the_next_goes_well, only_who_runs_the_server_copies_it,
	where_no_folder_is_set_up_nothing_is_copied)
