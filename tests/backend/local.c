/* Calls through the backend: order, ends, cancel, close. */
#include "../support/endpoint.h"
#include "backend_test.h"

static struct home h;

struct seen { char events[4000]; int ends; enum fault fault; char sentence[200]; bool cited; };

static void
on_event(const char *name, const struct record_type *type, const void *record, void *arg)
{
	struct seen *s = arg;
	size_t n = strlen(s->events);
	ck_assert_int_eq(s->ends, 0);
	ck_assert_ptr_nonnull(record);
	snprintf(s->events + n, sizeof s->events - n, "%s ", name);
	s->cited |= type == &record_citation && ((const struct citation *)record)->verified;
}

static void
on_done(const struct backend_done *d, void *arg)
{
	struct seen *s = arg;
	s->ends++;
	s->fault = d->fault;
	snprintf(s->sentence, sizeof s->sentence, "%s", d->sentence);
	ck_assert_ptr_eq(d->op->id, operation_find(d->op->id)->id);
}

static struct backend_handlers
handlers(struct seen *s)
{
	*s = (struct seen){ .ends = 0 };
	return (struct backend_handlers){ on_event, on_done, s };
}

static void
add_course(void)
{
	const void *reply;
	const struct document_add req = { .path = h.course };
	WELL(backend_call_wait(&reply, &h.arena, h.b, "document.add", &req, NULL));
	ck_assert_str_eq(((const struct document *)reply)->status, "completed");
}

START_TEST(a_call_gives_its_events_in_order_and_then_its_end)
{
	struct seen s;
	struct backend_handlers hs = handlers(&s);
	unsigned id = 0;
	home_open(&h);
	ck_assert_str_eq(backend_word(h.b), "LOCAL");
	add_course();
	char question[] = "Where does the Calvin cycle take place?";
	struct message_send req = { .content = question };
	WELL(backend_call(&id, h.b, "message.send", &req, &hs));
	memset(question, 'x', sizeof question - 1);   /* the request was copied */
	memset(&req, 0, sizeof req);
	ck_assert_uint_ne(id, 0);
	while (s.ends == 0)
		WELL(loop_turn(h.loop, -1));
	ck_assert_int_eq(s.fault, FAULT_NONE);
	ck_assert(str_starts(s.events, "message_start "));
	ck_assert_ptr_nonnull(strstr(s.events, "citation "));
	ck_assert(s.cited);
	home_close(&h);
	ck_assert_int_eq(s.ends, 1);
}
END_TEST

START_TEST(waiting_gives_the_reply_or_the_faults_own_sentence)
{
	const void *reply = NULL;
	struct seen s;
	struct backend_handlers hs = handlers(&s);
	home_open(&h);
	const struct conversation_create req = { .title = "Plants" };
	WELL(backend_call_wait(&reply, &h.arena, h.b, "conversation.create", &req, &hs));
	ck_assert_str_eq(((const struct conversation *)reply)->title, "Plants");
	ck_assert_int_eq(s.ends, 1);
	const struct id_request none = { "00000000000000000000000000000000" };
	FAILS(FAULT_ABSENT, backend_call_wait(&reply, &h.arena, h.b, "conversation.delete", &none, NULL));
	ck_assert_ptr_nonnull(strstr(fault_sentence(), "conversation"));
	FAILS(FAULT_ABSENT, backend_call_wait(&reply, &h.arena, h.b, "no.such", &none, NULL));
	FAILS(FAULT_INPUT, backend_call_wait(&reply, &h.arena, h.b, "message.send", NULL, NULL));
	home_close(&h);
}
END_TEST

static void
wait_inside(void *arg)
{
	const void *reply;
	struct backend_lock lock;
	FAILS(FAULT_BUSY, backend_call_wait(&reply, &h.arena, h.b, "health.get", NULL, NULL));
	FAILS(FAULT_BUSY, backend_lock_state(&lock, h.b));
	*(bool *)arg = true;
}

START_TEST(handlers_cannot_wait)
{
	bool ran = false;
	home_open(&h);
	WELL(loop_post(h.loop, wait_inside, &ran));
	WELL(loop_turn(h.loop, 0));
	ck_assert(ran);
	home_close(&h);
}
END_TEST

START_TEST(closing_ends_every_call_exactly_once)
{
	struct seen s[20];
	struct backend_handlers hs[20];
	home_open(&h);
	add_course();
	for (size_t i = 0; i < COUNT_OF(s); i++) {
		hs[i] = handlers(&s[i]);
		const struct message_send req = { .content = "Where does the Calvin cycle take place?" };
		WELL(backend_call(NULL, h.b, "message.send", &req, &hs[i]));
	}
	home_close(&h);
	for (size_t i = 0; i < COUNT_OF(s); i++) {
		ck_assert_int_eq(s[i].ends, 1);
		ck_assert(s[i].fault == FAULT_NONE || s[i].fault == FAULT_CANCELLED);
	}
}
END_TEST

static void
close_in_done(const struct backend_done *d, void *arg)
{
	on_done(d, arg);
	backend_close(h.b);
	h.b = NULL;
}

static enum fault again;

static void
call_again(const struct backend_done *d, void *arg)
{
	on_done(d, arg);
	again = backend_call(NULL, h.b, "health.get", NULL, NULL);
}

START_TEST(what_a_handler_begins_while_the_backend_closes_is_refused)
{
	struct seen s;
	home_open(&h);
	struct backend_handlers hs = handlers(&s);
	hs.done = call_again;
	again = FAULT_NONE;
	WELL(backend_call(NULL, h.b, "health.get", NULL, &hs));
	home_close(&h);                  /* the loop was not turned: the end of the call comes now */
	ck_assert_int_eq(s.ends, 1);
	ck_assert_int_eq(again, FAULT_CANCELLED);
}
END_TEST

START_TEST(a_handler_may_close_the_backend)
{
	struct seen s[3];
	home_open(&h);
	for (size_t i = 0; i < COUNT_OF(s); i++) {
		struct backend_handlers hs = handlers(&s[i]);
		if (i == 0)
			hs.done = close_in_done;
		WELL(backend_call(NULL, h.b, "health.get", NULL, &hs));
	}
	while (h.b != NULL)
		WELL(loop_turn(h.loop, -1));
	for (size_t i = 0; i < COUNT_OF(s); i++)
		ck_assert_int_eq(s[i].ends, 1);
	home_close(&h);
}
END_TEST

START_TEST(a_call_that_waits_is_cancelled_by_its_id)
{
	struct seen s[8];
	unsigned ids[8];
	home_open(&h);
	for (size_t i = 0; i < COUNT_OF(s); i++) {
		struct backend_handlers hs = handlers(&s[i]);
		WELL(backend_call(&ids[i], h.b, "health.get", NULL, &hs));
	}
	backend_cancel(h.b, ids[7]);
	backend_cancel(h.b, 123456);
	bool all = false;
	while (!all) {
		WELL(loop_turn(h.loop, -1));
		all = true;
		for (size_t i = 0; i < COUNT_OF(s); i++)
			all &= s[i].ends == 1;
	}
	for (size_t i = 0; i < 7; i++)
		ck_assert_int_eq(s[i].fault, FAULT_NONE);
	/* It may have run before it was asked to stop; then it is done. */
	ck_assert(s[7].fault == FAULT_CANCELLED || s[7].fault == FAULT_NONE);
	home_close(&h);
}
END_TEST

/* A model that never answers holds a call until somebody stops it. */
static struct { struct seen seen; unsigned id; bool at_model; } stuck;

static void
on_stuck(const char *name, const struct record_type *type, const void *record, void *arg)
{
	(void)name, (void)arg;
	if (type == &record_ev_status && str_same(((const struct ev_status *)record)->step, "model"))
		stuck.at_model = true;
}

static struct endpoint *
get_stuck(void)
{
	struct endpoint *e = endpoint_start("stall");
	struct backend_handlers hs = handlers(&stuck.seen);
	hs.event = on_stuck;
	home_open_with(&h, endpoint_url(e));
	add_course();
	const struct message_send req = { .content = "Where does the Calvin cycle take place?" };
	WELL(backend_call(&stuck.id, h.b, "message.send", &req, &hs));
	while (!stuck.at_model)
		WELL(loop_turn(h.loop, -1));
	ck_assert_int_eq(stuck.seen.ends, 0);
	return e;
}

START_TEST(a_call_that_runs_is_stopped_by_its_id)
{
	struct endpoint *e = get_stuck();
	backend_cancel(h.b, stuck.id);
	while (stuck.seen.ends == 0)
		WELL(loop_turn(h.loop, -1));
	ck_assert_int_eq(stuck.seen.fault, FAULT_CANCELLED);
	home_close(&h);
	endpoint_stop(e);
}
END_TEST

START_TEST(locking_does_not_wait_for_a_model)
{
	struct endpoint *e = get_stuck();
	struct backend_lock lock;
	WELL(backend_lock_state(&lock, h.b));    /* nor does looking */
	ck_assert(!lock.locked);
	ck_assert_int_eq(stuck.seen.ends, 0);
	WELL(backend_lock(h.b));
	WELL(backend_lock_state(&lock, h.b));
	ck_assert(lock.locked);
	while (stuck.seen.ends == 0)
		WELL(loop_turn(h.loop, -1));
	ck_assert_int_eq(stuck.seen.fault, FAULT_CANCELLED);
	home_close(&h);
	endpoint_stop(e);
}
END_TEST

START_TEST(closing_stops_what_runs)
{
	struct endpoint *e = get_stuck();
	home_close(&h);
	ck_assert_int_eq(stuck.seen.ends, 1);
	ck_assert_int_eq(stuck.seen.fault, FAULT_CANCELLED);
	endpoint_stop(e);
}
END_TEST

START_TEST(too_many_waiting_calls_are_busy)
{
	home_open(&h);
	enum fault f = FAULT_NONE;
	struct seen s;
	int taken = 0;
	struct backend_handlers hs = handlers(&s);
	while ((f = backend_call(NULL, h.b, "health.get", NULL, &hs)) == FAULT_NONE && taken < 100000)
		taken++;
	ck_assert_int_eq(f, FAULT_BUSY);
	while (s.ends < taken)
		WELL(loop_turn(h.loop, -1));
	home_close(&h);
	ck_assert_int_eq(s.ends, taken);
}
END_TEST

START_TEST(profiles_with_odd_names_are_refused)
{
	static const char *const bad[] = { "", "..", "../x", "a/b", ".hidden", "a b", "a\nb" };
	home_open(&h);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct backend *b = NULL;
		struct backend_config c = h.config;
		c.profile = bad[i];
		FAILS(FAULT_INPUT, backend_open_local(&b, &c, h.loop));
	}
	home_close(&h);
}
END_TEST

START_TEST(what_is_wrong_with_opening_is_the_fault_of_every_call)
{
	struct backend *b = NULL;
	struct seen s;
	struct backend_handlers hs = handlers(&s);
	char path[256];
	home_open(&h);
	struct backend_config c = h.config;
	c.profile = "broken";
	snprintf(path, sizeof path, "%s/broken.db", c.places.data);
	WELL(file_write(path, "this is no store at all, and long enough to be read as one", 58));
	WELL(backend_open_local(&b, &c, h.loop));
	WELL(backend_call(NULL, b, "health.get", NULL, &hs));
	while (s.ends == 0)
		WELL(loop_turn(h.loop, -1));
	ck_assert_int_ne(s.fault, FAULT_NONE);
	FAILS(s.fault, backend_opened(b));
	ck_assert_str_eq(fault_sentence(), s.sentence);
	backend_close(b);
	home_close(&h);
}
END_TEST

struct acted { int ends; enum fault fault; bool known, locked; };

static void
on_act(const struct backend_lock_done *d, void *arg)
{
	struct acted *a = arg;
	a->ends++;
	a->fault = d->fault;
	a->known = d->state != NULL;
	a->locked = d->state != NULL && d->state->locked;
}

START_TEST(acts_on_the_lock_end_on_the_loop_in_their_order)
{
	struct acted locked = { 0 }, wrong = { 0 }, right = { 0 };
	unsigned char key[32] = { 1, 2, 3 };
	home_open(&h);
	WELL(backend_lock_start(h.b, &(struct backend_lock_request){ .act = BACKEND_ACT_LOCK }, on_act, &locked));
	ck_assert_int_eq(locked.ends, 0);
	while (locked.ends == 0)
		WELL(loop_turn(h.loop, -1));
	ck_assert(locked.known && locked.locked);
	struct backend_lock_request r = { .act = BACKEND_ACT_UNLOCK, .type = BACKEND_KEY_FILE };
	FAILS(FAULT_INPUT, backend_lock_start(h.b, &r, on_act, &wrong));
	r.secret = backend_secret_new("another key of 32 bytes, not ours", 32);
	WELL(backend_lock_start(h.b, &r, on_act, &wrong));
	while (wrong.ends == 0)
		WELL(loop_turn(h.loop, -1));
	backend_secret_free(r.secret);
	ck_assert_int_eq(wrong.fault, FAULT_DENIED);
	ck_assert(!wrong.known);
	r.secret = backend_secret_new(key, sizeof key);
	WELL(backend_lock_start(h.b, &r, on_act, &right));
	home_close(&h);          /* closing waits for it and tells its end */
	backend_secret_free(r.secret);
	ck_assert_int_eq(right.ends, 1);
	ck_assert_int_eq(right.fault, FAULT_NONE);
	ck_assert(right.known && !right.locked);
}
END_TEST

TESTS("local", what_is_wrong_with_opening_is_the_fault_of_every_call,
	acts_on_the_lock_end_on_the_loop_in_their_order, a_call_gives_its_events_in_order_and_then_its_end,
	waiting_gives_the_reply_or_the_faults_own_sentence, handlers_cannot_wait,
	closing_ends_every_call_exactly_once, what_a_handler_begins_while_the_backend_closes_is_refused, a_handler_may_close_the_backend,
	a_call_that_waits_is_cancelled_by_its_id, a_call_that_runs_is_stopped_by_its_id,
	locking_does_not_wait_for_a_model, closing_stops_what_runs, too_many_waiting_calls_are_busy,
	profiles_with_odd_names_are_refused)
