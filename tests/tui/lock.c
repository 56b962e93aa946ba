/* The lock of the screen: after idle minutes, at once, and nothing said stays. */
#include "model_test.h"

#define ROW "{\"id\":\"" ID("c1") "\",\"title\":\"Secret words\",\"type\":\"general\",\"status\":\"active\"," \
	"\"created\":\"2026-01-05T08:00:00Z\",\"updated\":\"2026-01-05T09:00:00Z\",\"message_count\":2}"
#define BASE "lock locked\non me.get\nreply {}\non me.update\nreply {}\non document.list\nreply {\"items\":[],\"total\":0}\n" \
	"on conversation.list\nreply {\"items\":[" ROW "],\"total\":1}\n" \
	"on conversation.get c1\nreply {\"conversation\":" ROW ",\"messages\":[" \
	"{\"id\":\"" ID("b1") "\",\"role\":\"user\",\"content\":\"A secret question\"}]}\n"

static void
press(const char *keys)
{
	for (; *keys != '\0'; keys++)
		app_key(app, &(struct key_event){ .kind = KEY_EVENT_KEY, .code = (keycode)*keys });
	settle();
}

/* What leads to a prompt is asked of the crew. */
static void
prompted(void)
{
	for (int n = 0; !app->question.asked && n < 2000; n++)
		WELL(loop_turn(loop, 10));
	ck_assert(app->question.asked && app->question.hidden);
}

static void
unlocked(void)
{
	prompted();
	press("first is refused\r");
	prompted();
	ck_assert_ptr_nonnull(strstr(app->trouble, "nothing is lost"));
	press("open sesame\r");
	ck_assert_int_eq(app->vault, VAULT_OPEN);
}

static bool
shows(const char *word)
{
	struct text t;
	text_init(&t, 1024 * 1024);
	app_draw(app);
	screen_dump(&t, app->screen, false);
	bool shown = strstr(t.data, word) != NULL;
	text_clear(&t);
	return shown;
}

static void
minutes(int n)
{
	for (; n > 0; n--)
		pass_ms(60000);
}

START_TEST(it_locks_itself_after_idle_minutes_and_forgets_what_was_said)
{
	config.lock_minutes = 12;
	begin(BASE);
	unlocked();
	chat_open(app, ID("c1"));
	settle();
	press("half a line");
	ck_assert(shows("A secret question") && shows("half a line"));
	minutes(11);
	ck_assert_int_eq(app->vault, VAULT_OPEN);
	ck_assert(shows("OPEN 1m"));
	minutes(2);
	prompted();
	ck_assert_int_eq(app->vault, VAULT_LOCKED);
	ck_assert(shows("LOCKED") && !shows("secret") && !shows("Secret") && !shows("half a line"));
	ck_assert_uint_eq(app->chat->turn_count, 0);
	ck_assert_uint_eq(app->chat->list_count, 0);
	ck_assert_uint_ge(replies_count(backend, "me.update"), 1);      /* the line is kept sealed */
	finish();
}
END_TEST

START_TEST(a_key_puts_the_lock_off)
{
	config.lock_minutes = 12;
	begin(BASE);
	unlocked();
	minutes(10);
	press("a");
	minutes(10);
	ck_assert_int_eq(app->vault, VAULT_OPEN);
	minutes(3);
	prompted();
	finish();
}
END_TEST

START_TEST(locking_now_makes_a_deletion_final)
{
	config.lock_minutes = 0;
	begin(BASE);
	unlocked();
	minutes(60);
	ck_assert_int_eq(app->vault, VAULT_OPEN);
	chat_delete(app, ID("c1"), "Secret words");
	settle();
	action_run(app, "app.lock", NULL);
	settle();
	prompted();
	ck_assert_uint_eq(replies_count(backend, "conversation.delete"), 1);
	finish();
}
END_TEST

TESTS("lock", it_locks_itself_after_idle_minutes_and_forgets_what_was_said, a_key_puts_the_lock_off, locking_now_makes_a_deletion_final)
