/* Several threads add, change, search and read at the same time. */
#include <pthread.h>
#include "library_test.h"

#define ADDERS 3
#define FINDERS 2
#define EACH 6

struct shared { struct bench *b; atomic_int running; atomic_int found; int no; };
struct one { struct shared *s; int no; struct store *db; };

static void *
adder(void *arg)
{
	struct one *o = arg;
	struct bench *b = o->s->b;
	struct arena a;
	struct document *d;

	arena_init(&a);
	for (int i = 0; i < EACH; i++) {
		char name[32], text[128], path[128];

		snprintf(name, sizeof name, "t%d-%d", o->no, i);
		int n = snprintf(text, sizeof text, "Thread number %d wrote sentence %d about granite.", o->no, i);
		WELL(library_add_text(&d, &a, b->l, o->db, name, NULL, NULL, text, (size_t)n));
		ck_assert_str_eq(d->status, "completed");
		snprintf(path, sizeof path, "%s/same.pdf", b->folder);
		enum fault f = library_add(&d, &a, b->l, o->db, &(struct document_add){ .path = path, .again = i % 2 == 1 }, NULL, NULL, NULL);
		ck_assert_msg(f == FAULT_NONE || f == FAULT_EXISTS || f == FAULT_BUSY || f == FAULT_ABSENT, "%s: %s", fault_name(f), fault_sentence());
		if (i % 3 == 2) {
			f = library_remove(b->l, o->db, d->id);
			ck_assert(f == FAULT_NONE || f == FAULT_ABSENT);
		}
	}
	arena_clear(&a);
	o->s->running--;
	return NULL;
}

static void *
finder(void *arg)
{
	struct one *o = arg;
	struct bench *b = o->s->b;
	struct arena a;

	arena_init(&a);
	while (o->s->running > 0) {
		struct hits hits;
		struct documents list;

		WELL(library_search(&hits, &a, b->l, o->db, &(struct search_run){ .query = "granite sentence", .k = 5 }, NULL));
		for (size_t i = 0; i < hits.items.count; i++) {
			struct citation c;
			const struct passage *p = ((struct hit *)hits.items.items)[i].passage;
			enum fault f = library_cite(&c, &a, b->l, o->db, p, p->start, p->end);

			/* it may have gone or changed since it was found, never differ */
			ck_assert(f == FAULT_NONE || f == FAULT_ABSENT || f == FAULT_EXISTS || f == FAULT_DAMAGED || f == FAULT_INPUT);
			if (f == FAULT_NONE)
				ck_assert_str_eq(c.quote, p->text);
			o->s->found++;
		}
		WELL(library_list(&list, &a, b->l, o->db, &(struct document_list){ 0 }));
		arena_clear(&a);
	}
	arena_clear(&a);
	return NULL;
}

START_TEST(adding_and_searching_at_once_keep_everything_in_step)
{
	static const char *const same[] = { "{\"kind\":\"meta\",\"format\":\"pdf\",\"title\":\"Same\",\"pages\":1}",
		"{\"kind\":\"page\",\"page\":1,\"blocks\":[{\"type\":\"para\",\"text\":\"The same granite sentence.\"}]}",
		"{\"kind\":\"end\",\"status\":\"completed\"}", NULL };
	struct bench b;
	struct shared s = { .b = &b, .running = ADDERS };
	struct one each[ADDERS + FINDERS];
	pthread_t threads[ADDERS + FINDERS];

	bench_open(&b);
	frames_file(&b, "same.pdf", same);
	for (int i = 0; i < ADDERS + FINDERS; i++) {
		each[i] = (struct one){ &s, i, NULL };
		WELL(store_join(&each[i].db, b.db));
		ck_assert_int_eq(pthread_create(&threads[i], NULL, i < ADDERS ? adder : finder, &each[i]), 0);
	}
	for (int i = 0; i < ADDERS + FINDERS; i++) {
		pthread_join(threads[i], NULL);
		store_close(each[i].db);
	}
	ck_assert_int_gt(s.found, 0);
	int64_t before = library_document_count(b.l);
	ck_assert_int_ge(before, ADDERS * EACH - ADDERS * 2);
	bench_reopen(&b);
	ck_assert_int_eq(library_document_count(b.l), before);
	ck_assert_int_eq(index_passages(library_index(b.l)), library_passage_count(b.l));
	ck_assert_int_eq(files_in(b.folder, ".orig"), (int)before);
	ck_assert_int_eq(files_in(b.folder, ".txt"), (int)before);
	bench_close(&b);
}
END_TEST

TESTS("library/parallel", adding_and_searching_at_once_keep_everything_in_step)
