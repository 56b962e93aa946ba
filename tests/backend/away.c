/* Documents, imports and settings while the server is away: kept, shown, sent once, never merged. */
#include "remote_test.h"

static struct classroom room;
static struct client my;
static char top[64], home[96], second[96], place[96], course[128], book[128];

static void
begin(void)
{
	static const char words[] = "# Plants\n\nThe Calvin cycle takes place in the stroma. Roots take up water and minerals.\n";
	struct text t;
	snprintf(top, sizeof top, "%s", scratch());
	snprintf(home, sizeof home, "%s/home", top);
	snprintf(second, sizeof second, "%s/second", top);
	snprintf(place, sizeof place, "%s/room", top);
	snprintf(course, sizeof course, "%s/plants.md", top);
	snprintf(book, sizeof book, "%s/book.md", top);
	WELL(folder_make(home));
	WELL(folder_make(second));
	WELL(file_write(course, words, sizeof words - 1));
	text_init(&t, 1024 * 1024);
	text_put(&t, "# Cells\n\n");
	for (int i = 0; t.len < 300 * 1024; i++)
		text_printf(&t, "Cell number %d divides into two cells of equal size after some hours.\n\n", i);
	WELL(file_write(book, t.data, t.len));
	text_clear(&t);
	ck_assert(classroom_start(&room, place));
	client_open(&my, home, &room);
}

static void
end(void)
{
	client_close(&my);
	classroom_stop(&room);
	scratch_remove(top);
}

static enum fault
add(struct client *c, const char *path)
{
	return client_try(NULL, c, "document.add", &(struct document_add){ .path = path });
}

static const struct documents *
documents(struct client *c)
{
	return client_call(c, "document.list", &(struct document_list){ .limit = 100 });
}

static const struct document *
document(const struct documents *list, size_t n)
{
	ck_assert_uint_lt(n, list->items.count);
	return (const struct document *)list->items.items + n;
}

static const struct settings *
settings(struct client *c)
{
	return client_call(c, "me.get", &(struct nothing){ 0 });
}

static size_t
waiting(struct client *c)
{
	struct backend_outbox box;
	size_t n = 0;
	WELL(backend_outbox(&box, &c->arena, c->b));
	for (size_t i = 0; i < box.count; i++)
		n += strcmp(box.items[i].state, "waiting") == 0;
	return n;
}

/* Turn until nothing waits any more; what was refused stays. */
static void
delivered(struct client *c)
{
	int64_t until = clock_system.mono_ms(NULL) + 30000;
	WELL(backend_sync_wait(c->b, false));
	while (waiting(c) > 0 && clock_system.mono_ms(NULL) < until)
		WELL(loop_turn(c->loop, 20));
	ck_assert_uint_eq(waiting(c), 0);
	ck_assert(client_until(c, "ONLINE", 20000));
}

static const struct backend_outbox_item *
refused(struct client *c)
{
	struct backend_outbox box;
	WELL(backend_outbox(&box, &c->arena, c->b));
	ck_assert_uint_eq(box.count, 1);
	ck_assert_str_eq(box.items[0].state, "refused");
	return box.items;
}

START_TEST(a_document_waits_is_shown_and_is_sent_once)
{
	begin();
	documents(&my);
	classroom_kill(&room);
	WELL(add(&my, course));
	ck_assert_ptr_nonnull(strstr(my.note, "waits"));
	const struct document *d = document(documents(&my), 0);
	ck_assert_str_eq(d->status, "waiting");
	ck_assert_str_eq(d->name, "plants.md");
	FAILS(FAULT_EXISTS, add(&my, course));
	ck_assert_uint_eq(backend_waiting(my.b).waiting, 1);
	char id[40];
	snprintf(id, sizeof id, "%s", d->id);
	const struct document *one = client_call(&my, "document.get", &(struct id_request){ d->id });
	ck_assert_str_eq(one->sha256, d->sha256);
	FAILS(FAULT_OFFLINE, client_try(NULL, &my, "document.content", &(struct document_content){ .id = d->id }));
	/* The file may go: what was to be sent is kept. */
	ck_assert_int_eq(unlink(course), 0);
	client_close(&my);
	ck_assert(classroom_start(&room, NULL));
	client_open(&my, home, &room);
	delivered(&my);
	const struct documents *there = documents(&my);
	ck_assert_uint_eq(there->items.count, 1);
	ck_assert_str_eq(document(there, 0)->status, "completed");
	ck_assert_str_ne(document(there, 0)->id, id);
	ck_assert_int_gt(document(there, 0)->passages, 0);
	end();
}
END_TEST

START_TEST(what_was_seen_at_the_server_does_not_wait_to_be_sent_there)
{
	begin();
	WELL(add(&my, course));
	documents(&my);
	classroom_kill(&room);
	FAILS(FAULT_EXISTS, add(&my, course));
	WELL(client_try(NULL, &my, "document.add", &(struct document_add){ .path = course, .again = true }));
	ck_assert_uint_eq(documents(&my)->items.count, 2);
	end();
}
END_TEST

START_TEST(that_another_sent_the_same_document_first_is_no_refusal)
{
	begin();
	struct client other;
	documents(&my);
	classroom_kill(&room);
	WELL(add(&my, course));
	client_close(&my);
	ck_assert(classroom_start(&room, NULL));
	client_open(&other, second, &room);
	WELL(add(&other, course));
	client_close(&other);
	client_open(&my, home, &room);
	delivered(&my);
	ck_assert_uint_eq(backend_waiting(my.b).refused, 0);
	ck_assert_uint_eq(documents(&my)->items.count, 1);
	end();
}
END_TEST

START_TEST(a_document_that_waits_is_forgotten_by_deleting_it)
{
	begin();
	documents(&my);
	classroom_kill(&room);
	WELL(add(&my, course));
	WELL(add(&my, book));
	const struct documents *two = documents(&my);
	ck_assert_uint_eq(two->items.count, 2);
	client_call(&my, "document.delete", &(struct id_request){ document(two, 0)->id });
	ck_assert_ptr_nonnull(strstr(my.note, "forgotten"));
	ck_assert_uint_eq(documents(&my)->items.count, 1);
	struct backend_outbox box;
	WELL(backend_outbox(&box, &my.arena, my.b));
	ck_assert_uint_eq(box.count, 1);
	ck_assert_str_eq(box.items[0].words, "plants.md");
	WELL(backend_outbox_drop(my.b, box.items[0].key));
	ck_assert_uint_eq(documents(&my)->items.count, 0);
	ck_assert(classroom_start(&room, NULL));
	delivered(&my);
	ck_assert_uint_eq(documents(&my)->items.count, 0);
	ck_assert_str_eq(my.note, "");
	end();
}
END_TEST

START_TEST(a_large_document_holds_up_nothing_that_was_written_behind_it)
{
	begin();
	const struct conversation *c = client_call(&my, "conversation.create", &(struct conversation_create){ .title = "First" });
	documents(&my);
	classroom_kill(&room);
	WELL(add(&my, book));
	client_call(&my, "conversation.update", &(struct conversation_update){ .id = c->id, .title = "Behind" });
	ck_assert_uint_eq(backend_waiting(my.b).large, 1);
	ck_assert_uint_eq(backend_waiting(my.b).waiting, 1);
	ck_assert(classroom_start(&room, NULL));
	int64_t until = clock_system.mono_ms(NULL) + 20000;
	while (backend_waiting(my.b).waiting > 0 && clock_system.mono_ms(NULL) < until)
		WELL(loop_turn(my.loop, 20));
	ck_assert_uint_eq(backend_waiting(my.b).waiting, 0);
	ck_assert_uint_eq(backend_waiting(my.b).large, 1);
	ck_assert_str_eq(backend_word(my.b), "SYNC 1");
	while (backend_waiting(my.b).large > 0 && clock_system.mono_ms(NULL) < until)      /* by itself */
		WELL(loop_turn(my.loop, 20));
	ck_assert_str_eq(document(documents(&my), 0)->status, "completed");
	const struct transcript *t = client_call(&my, "conversation.get", &(struct conversation_get){ .id = c->id });
	ck_assert_str_eq(t->conversation->title, "Behind");
	end();
}
END_TEST

START_TEST(a_document_is_deleted_when_the_server_is_back)
{
	begin();
	WELL(add(&my, course));
	const struct document *d = document(documents(&my), 0);
	classroom_kill(&room);
	FAILS(FAULT_OFFLINE, client_try(NULL, &my, "document.delete", &(struct id_request){ "00000000000000000000000000000009" }));
	client_call(&my, "document.delete", &(struct id_request){ d->id });
	client_call(&my, "document.delete", &(struct id_request){ d->id });
	ck_assert_uint_eq(backend_waiting(my.b).waiting, 1);
	ck_assert_uint_eq(documents(&my)->items.count, 0);
	ck_assert(classroom_start(&room, NULL));
	delivered(&my);
	ck_assert_uint_eq(documents(&my)->items.count, 0);
	FAILS(FAULT_ABSENT, client_try(NULL, &my, "document.get", &(struct id_request){ d->id }));
	end();
}
END_TEST

START_TEST(that_another_deleted_the_document_is_said)
{
	begin();
	struct client other;
	WELL(add(&my, course));
	const struct document *d = document(documents(&my), 0);
	char id[40];
	snprintf(id, sizeof id, "%s", d->id);
	classroom_kill(&room);
	client_call(&my, "document.delete", &(struct id_request){ id });
	client_close(&my);
	ck_assert(classroom_start(&room, NULL));
	client_open(&other, second, &room);
	client_call(&other, "document.delete", &(struct id_request){ id });
	client_close(&other);
	client_open(&my, home, &room);
	delivered(&my);
	const struct backend_outbox_item *item = refused(&my);
	ck_assert_str_eq(item->words, "plants.md");
	ck_assert_ptr_nonnull(strstr(item->sentence, "document"));
	WELL(backend_outbox_drop(my.b, item->key));
	ck_assert_uint_eq(backend_waiting(my.b).refused, 0);
	end();
}
END_TEST

START_TEST(settings_wait_and_show_at_once)
{
	begin();
	settings(&my);
	classroom_kill(&room);
	client_call(&my, "me.update", &(struct settings){ .level = "brief", .retention_days = 30 });
	client_call(&my, "me.update", &(struct settings){ .level = "detailed" });
	ck_assert_str_eq(settings(&my)->level, "detailed");
	ck_assert_int_eq(settings(&my)->retention_days, 30);
	FAILS(FAULT_INPUT, client_try(NULL, &my, "me.update", &(struct settings){ .level = "loud" }));
	client_call(&my, "profile.set", &(struct profile_set){ .role = "staff" });
	ck_assert_uint_eq(backend_waiting(my.b).waiting, 3);
	ck_assert(classroom_start(&room, NULL));
	delivered(&my);
	ck_assert_uint_eq(backend_waiting(my.b).refused, 0);
	ck_assert_str_eq(settings(&my)->level, "detailed");
	ck_assert_int_eq(settings(&my)->retention_days, 30);
	end();
}
END_TEST

START_TEST(settings_that_another_machine_changed_are_not_overwritten)
{
	begin();
	struct client other;
	client_call(&my, "me.update", &(struct settings){ .level = "standard", .language = "en" });
	settings(&my);
	classroom_kill(&room);
	client_call(&my, "me.update", &(struct settings){ .level = "brief" });
	client_call(&my, "me.update", &(struct settings){ .language = "fr" });
	client_close(&my);
	ck_assert(classroom_start(&room, NULL));
	client_open(&other, second, &room);
	client_call(&other, "me.update", &(struct settings){ .level = "detailed" });
	client_open(&my, home, &room);
	delivered(&my);
	const struct backend_outbox_item *item = refused(&my);
	ck_assert_str_eq(item->words, "level brief");
	ck_assert_msg(strstr(item->sentence, "\"detailed\" now") != NULL, "%s", item->sentence);
	/* What nobody else touched was set; what he touched stands until it is decided. */
	ck_assert_str_eq(settings(&other)->language, "fr");
	ck_assert_str_eq(settings(&other)->level, "detailed");
	/* Once more means: mine. */
	WELL(backend_outbox_again(my.b, item->key));
	WELL(backend_sync_wait(my.b, false));
	ck_assert_str_eq(settings(&other)->level, "brief");
	client_close(&other);
	end();
}
END_TEST

START_TEST(an_import_waits_and_can_be_read_meanwhile)
{
	begin();
	const struct conversation *c = client_call(&my, "conversation.create", &(struct conversation_create){ .title = "Kept" });
	const struct exported *x = client_call(&my, "conversation.export", &(struct export_run){ .id = c->id, .format = "json" });
	char id[40];
	snprintf(id, sizeof id, "%s", c->id);
	client_call(&my, "conversation.delete", &(struct id_request){ id });
	classroom_kill(&room);
	const struct imported *n = client_call(&my, "conversation.import", &(struct import_run){ .body = x->body });
	ck_assert_int_eq(n->conversations, 1);
	const struct transcript *t = client_call(&my, "conversation.get", &(struct conversation_get){ .id = id });
	ck_assert_str_eq(t->conversation->title, "Kept");
	ck_assert(classroom_start(&room, NULL));
	delivered(&my);
	ck_assert_uint_eq(backend_waiting(my.b).refused, 0);
	t = client_call(&my, "conversation.get", &(struct conversation_get){ .id = id });
	ck_assert_str_eq(t->conversation->title, "Kept");
	end();
}
END_TEST

START_TEST(who_is_not_let_in_any_more_is_told_so_and_loses_nothing)
{
	begin();
	const struct conversation *c = client_call(&my, "conversation.create", &(struct conversation_create){ .title = "First" });
	char id[40];
	snprintf(id, sizeof id, "%s", c->id);
	classroom_kill(&room);
	client_call(&my, "conversation.update", &(struct conversation_update){ .id = id, .title = "Mine" });
	client_close(&my);
	ck_assert(classroom_start(&room, NULL));
	char token[sizeof room.token];
	memcpy(token, room.token, sizeof token);
	room.token[0] = room.token[0] == 'a' ? 'b' : 'a';
	client_open(&my, home, &room);
	FAILS(FAULT_DENIED, client_try(NULL, &my, "conversation.update", &(struct conversation_update){ .id = id, .title = "Again" }));
	ck_assert_msg(strstr(fault_sentence(), "stoa login") != NULL, "%s", fault_sentence());
	FAILS(FAULT_DENIED, backend_sync_wait(my.b, false));
	ck_assert_uint_eq(waiting(&my), 1);
	client_close(&my);
	memcpy(room.token, token, sizeof token);
	client_open(&my, home, &room);
	delivered(&my);
	const struct transcript *t = client_call(&my, "conversation.get", &(struct conversation_get){ .id = id });
	ck_assert_str_eq(t->conversation->title, "Mine");
	end();
}
END_TEST

TESTS("away", who_is_not_let_in_any_more_is_told_so_and_loses_nothing,
	a_document_waits_is_shown_and_is_sent_once, what_was_seen_at_the_server_does_not_wait_to_be_sent_there,
	that_another_sent_the_same_document_first_is_no_refusal,
	a_document_that_waits_is_forgotten_by_deleting_it, a_large_document_holds_up_nothing_that_was_written_behind_it,
	a_document_is_deleted_when_the_server_is_back, that_another_deleted_the_document_is_said,
	settings_wait_and_show_at_once, settings_that_another_machine_changed_are_not_overwritten,
	an_import_waits_and_can_be_read_meanwhile)
