/* Whatever is being done, asking to stop frees the worker within a tenth of a second. */
#include <pthread.h>
#include <time.h>

#include "engine_test.h"

/* Sanitizers take several times as long for everything. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WITHIN_US 2000000
#define SCALE 1
#else
#define WITHIN_US 100000
#define SCALE 6
#endif
#define MOMENTS 12

static struct world w;

static int64_t
now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

struct working { const char *operation; const void *request; struct cancel cancel; enum fault f; int64_t ended_us; atomic_bool done; };

static void *
work(void *arg)
{
	struct working *k = arg;
	struct arena a;
	void *reply;
	arena_init(&a);
	k->f = engine_call(&reply, &a, w.engine, &w.who, k->operation, k->request, &(struct call_options){ .cancel = &k->cancel });
	k->ended_us = now_us();
	atomic_store(&k->done, true);
	arena_clear(&a);
	return NULL;
}

/* Begin it, ask it to stop after so long; how long it went on then, or -1: it was done before. */
static int64_t
cancel_after(const char *operation, const void *request, int64_t after_us)
{
	struct working k = { .operation = operation, .request = request };
	pthread_t t;
	int64_t began_us = now_us();
	ck_assert_int_eq(pthread_create(&t, NULL, work, &k), 0);
	while (!atomic_load(&k.done) && now_us() - began_us < after_us)
		nanosleep(&(struct timespec){ 0, 200000 }, NULL);
	int64_t asked_us = now_us();
	bool before = atomic_load(&k.done);
	atomic_store(&k.cancel.asked, true);
	pthread_join(t, NULL);
	if (before || k.f != FAULT_CANCELLED)
		return -1;
	return k.ended_us - asked_us;
}

static int
by_size(const void *a, const void *b)
{
	return *(const int64_t *)a < *(const int64_t *)b ? -1 : *(const int64_t *)a > *(const int64_t *)b;
}

/* A busy machine lets everybody wait his turn. */
static int64_t
allowed_us(void)
{
	double load = 0, processors = (double)sysconf(_SC_NPROCESSORS_ONLN);
	if (getloadavg(&load, 1) != 1 || load < processors)
		load = processors;
	return (int64_t)(WITHIN_US * load / processors);
}

/* At many moments of its course: the middle one of the times it went on is short
 * enough and none is many times as long. How often it was stopped. */
static int
stops_in_time(const char *operation, const void *request, int64_t step_us)
{
	int64_t took_us[MOMENTS], allowed = allowed_us();
	int stopped = 0;
	for (int i = 0; i < MOMENTS; i++) {
		took_us[stopped] = cancel_after(operation, request, 1000 + i * step_us);
		stopped += took_us[stopped] >= 0;
	}
	if (stopped == 0)
		return 0;
	qsort(took_us, (size_t)stopped, sizeof *took_us, by_size);
	ck_assert_msg(took_us[stopped / 2] < allowed && took_us[stopped - 1] < 5 * allowed, "%s went on for %lld us, at most %lld, %lld are allowed",
		operation, (long long)took_us[stopped / 2], (long long)took_us[stopped - 1], (long long)allowed);
	if (getenv("CANCEL_SHOW") != NULL)
		fprintf(stderr, "%-20s stopped %2d times, after %.1f ms, at most %.1f\n", operation, stopped, (double)took_us[stopped / 2] / 1000, (double)took_us[stopped - 1] / 1000);
	return stopped;
}

/* A text of so many paragraphs that are not alike. */
static char *
long_text(int paragraphs)
{
	struct text t;
	text_init(&t, 64u << 20);
	for (int i = 0; i < paragraphs; i++) {
		if (i % 40 == 0)
			text_printf(&t, "# Chapter %d of matters\n\n", i / 40 + 1);
		text_printf(&t, "The mitochondrion number %d produces about %d units of energy for the cell. "
			"Its membrane of type %x is folded %d times, as observer %d has written. "
			"Ribosomes nearby translate message %d into protein%d.\n\n", i, i * 7 % 1000, i * 2654435761u >> 12, i % 13, i % 97, i, i % 5000);
	}
	return text_take(&t);
}

static void
add_long(const char *name, int paragraphs)
{
	struct document *d;
	char *s = long_text(paragraphs), path[192];
	snprintf(path, sizeof path, "%s/%s", w.dir, name);
	WELL(file_write(path, s, strlen(s)));
	mem_free(s);
	WELL(ask_engine(&d, &w, "document.add", &(struct document_add){ .path = path }));
	ck_assert_str_eq(d->status, "completed");
}

START_TEST(adding_a_long_document_stops_and_leaves_nothing)
{
	char path[192];
	struct documents *list;
	world_open(&w);
	snprintf(path, sizeof path, "%s/long.md", w.dir);
	char *s = long_text(4000 * SCALE);
	WELL(file_write(path, s, strlen(s)));
	mem_free(s);
	const struct document_add req = { .path = path };
	ck_assert_int_gt(stops_in_time("document.add", &req, 60000 / 6 * SCALE), 3);
	WELL(ask_engine(&list, &w, "document.list", &(struct document_list){ .limit = 5 }));
	ck_assert_int_le(list->total, 1);   /* the one that was quicker */
	world_close(&w);
}
END_TEST

START_TEST(searches_questions_and_summaries_stop)
{
	int stopped = 0;
	world_open(&w);
	add_long("one.md", 3000 * SCALE);
	stopped += stops_in_time("search.run", &(struct search_run){ .query = "mitochondrion energy membrane protein observer message", .k = 200 }, 1000);
	stopped += stops_in_time("message.send", &(struct message_send){ .content = "How many units of energy does the mitochondrion produce?", .ephemeral = true }, 3000);
	stopped += stops_in_time("message.send", &(struct message_send){ .content = "Summarise my notes", .ephemeral = true }, 10000);
	ck_assert_int_gt(stopped, 3);
	world_close(&w);
}
END_TEST

START_TEST(long_histories_stop_being_read_imported_and_exported)
{
	struct text body;
	struct imported *in;
	int stopped = 0;
	world_open(&w);
	text_init(&body, 64u << 20);
	text_put(&body, "{\"format\":\"stoa-history\",\"version\":1,\"conversations\":[{\"id\":\"0123456789abcdef0123456789abcdef\","
		"\"title\":{\"title\":\"Long\",\"status\":\"active\",\"type\":\"general\",\"named\":true,\"created\":1},\"messages\":[");
	for (int i = 0; i < 2000 * SCALE; i++)
		text_printf(&body, "%s{\"at\":%d,\"message\":{\"id\":\"%032x\",\"conversation_id\":\"0123456789abcdef0123456789abcdef\",\"role\":\"user\",\"content\":\"What about number %d of the many questions?\"}}", i ? "," : "", i + 1, i + 1, i + 1);
	text_put(&body, "],\"feedback\":[]}]}");
	const struct import_run req = { .body = body.data };
	stopped += stops_in_time("conversation.import", &req, 20000);
	enum fault f = ask_engine(&in, &w, "conversation.import", &req);
	ck_assert_msg(f == FAULT_NONE, "%s", fault_sentence());
	stopped += stops_in_time("conversation.get", &(struct conversation_get){ .id = "0123456789abcdef0123456789abcdef" }, 3000);
	stopped += stops_in_time("me.export", &(struct export_run){ .format = "md" }, 5000);
	stopped += stops_in_time("history.search", &(struct history_search){ .query = "questions number" }, 3000);
	ck_assert_int_gt(stopped, 3);
	text_clear(&body);
	world_close(&w);
}
END_TEST

TESTS("cancel", adding_a_long_document_stops_and_leaves_nothing, searches_questions_and_summaries_stop,
	long_histories_stop_being_read_imported_and_exported)
