/* What a person typed is in no file: every sealed field of every operation gets a
 * word that is then looked for in every byte below the scratch folder. */
#include <ftw.h>
#include <sys/stat.h>

#include "engine_test.h"

static struct world w;
static char found[512];
static int files;

static int
look(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)ftw;
	if (flag != FTW_F || !S_ISREG(st->st_mode))
		return 0;
	FILE *f = fopen(path, "rb");
	ck_assert_ptr_nonnull(f);
	char *bytes = mem_new((size_t)st->st_size + 1);
	size_t n = fread(bytes, 1, (size_t)st->st_size, f);
	fclose(f);
	files++;
	void *at = memmem(bytes, n, "canary", 6);
	if (at != NULL)
		snprintf(found, sizeof found, "%s: %.40s", path, (char *)at);
	mem_free(bytes);
	return 0;
}

static void
sweep(const char *when)
{
	found[0] = '\0';
	files = 0;
	nftw(w.dir, look, 16, FTW_PHYS);
	ck_assert_int_ge(files, 3);
	ck_assert_msg(found[0] == '\0', "%s: %s", when, found);
}

/* A request whose sealed fields hold canaries. */
static void *
request_for(const struct operation *op, const char *conversation, const char *message)
{
	unsigned char *r = record_new(&w.arena, op->request);
	for (size_t i = 0; i < op->request->count; i++) {
		const struct field *f = &op->request->fields[i];
		const char **at = (const char **)(r + f->offset);
		if (f->kind != FIELD_TEXT)
			continue;
		if (f->flags & FIELD_SEALED)
			*at = arena_printf(&w.arena, "canary%zu for %s? plankton", i, op->id);
		else if (str_same(f->name, "conversation_id"))
			*at = conversation;
		else if (str_same(f->name, "id") && op->request != &record_message_send && op->request != &record_conversation_create)
			*at = str_starts(op->id, "message.") ? message : conversation;
	}
	return r;
}

START_TEST(what_was_typed_is_in_no_file)
{
	size_t count;
	const struct operation *all = operations(&count);
	char log[160];
	struct message *m;
	world_open(&w);
	add_course(&w);
	snprintf(log, sizeof log, "%s/log", w.dir);
	WELL(log_open(log, LOG_DEBUG, false));
	const struct message_send first = { .content = "canary: what do ribosomes translate?", .context = "The canary sings in the mine." };
	WELL(ask_engine(&m, &w, "message.send", &first));
	struct exported *x;
	const struct export_run run = { .format = "json" };
	WELL(ask_engine(&x, &w, "me.export", &run));
	ck_assert_ptr_nonnull(strstr(x->body, "canary"));
	int asked = 0;
	w.who.role = ROLE_ADMIN;
	for (size_t i = 0; i < count; i++) {
		void *reply;
		if (strstr(all[i].id, ".delete") != NULL || str_starts(all[i].id, "document.add"))
			continue;
		void *r = request_for(&all[i], m->conversation_id, m->id);
		if (str_same(all[i].id, "conversation.import"))
			((struct import_run *)r)->body = x->body;
		if (str_same(all[i].id, "message.feedback"))
			((struct message_feedback *)r)->score = 1;
		enum fault f = ask_engine(&reply, &w, all[i].id, r);
		asked += f == FAULT_NONE;
		ck_assert_msg(f == FAULT_NONE || f == FAULT_ABSENT || f == FAULT_INPUT || (f == FAULT_DENIED && str_starts(all[i].id, "auth.")), "%s: %s %s", all[i].id, fault_name(f), fault_sentence());
	}
	ck_assert_int_ge(asked, 12);
	sweep("while open");
	const struct id_request id = { m->conversation_id };
	struct nothing *n;
	WELL(ask_engine(&n, &w, "conversation.delete", &id));
	sweep("after deleting");
	engine_lock(w.engine);
	sweep("locked");
	engine_close(w.engine);
	log_close();
	sweep("closed");
	WELL(file_write(log, "a canary", 8));   /* the sweep can see */
	nftw(w.dir, look, 16, FTW_PHYS);
	ck_assert_int_ne(found[0], '\0');
	arena_clear(&w.arena);
	scratch_remove(w.dir);
}
END_TEST

static struct document *
add_notes(const char *name, const char *words)
{
	char path[200];
	struct document *d;
	snprintf(path, sizeof path, "%s/%s", w.dir, name);
	WELL(file_write(path, words, strlen(words)));
	WELL(ask_engine(&d, &w, "document.add", &(struct document_add){ .path = path }));
	ck_assert_str_eq(d->status, "completed");
	ck_assert_int_eq(unlink(path), 0);      /* the person's own file */
	return d;
}

/* Title, name, preview and key terms are plain rows, words are in the index. */
START_TEST(a_document_that_was_removed_is_in_no_file_while_the_program_goes_on)
{
	char name[32], text[128];
	struct nothing *n;
	int64_t next_ms;
	world_open(&w);
	for (int i = 0; i < 7; i++) {
		snprintf(name, sizeof name, "plants%d.md", i);
		snprintf(text, sizeof text, "# Plants %d\n\nChlorophyll absorbs light in the leaves of plant %d.\n", i, i);
		add_notes(name, text);
	}
	struct document *d = add_notes("canary.md", "# A canary\n\nThe canary sings in the coal mine of the canary.\n");
	found[0] = '\0';
	nftw(w.dir, look, 16, FTW_PHYS);
	ck_assert_int_ne(found[0], '\0');
	WELL(ask_engine(&n, &w, "document.delete", &(struct id_request){ d->id }));
	WELL(engine_tend(&next_ms, w.engine, NULL));
	sweep("removed and tended");
	world_close(&w);
}
END_TEST

TESTS("canary", what_was_typed_is_in_no_file, a_document_that_was_removed_is_in_no_file_while_the_program_goes_on)
