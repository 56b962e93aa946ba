/* Many search while one adds, removes and merges; run it under tsan. */
#include <pthread.h>
#include "find_test.h"

struct crowd { struct shelf *s; atomic_bool done; atomic_int asked, faults; };

static void *
ask_on(void *arg)
{
	struct crowd *c = arg;
	struct arena a;
	arena_init(&a);
	while (!c->done) {
		struct found *f;
		struct finder from = { .ix = c->s->ix, .read = shelf_read, .arg = c->s, .allow = { .all = true } };
		struct find_request req = { .query = "Which granit stone lies in valley 7?", .before = "basalt" };
		if (find_run(&f, &a, &from, &req, NULL) != FAULT_NONE || f->passage_count == 0)
			c->faults++;
		c->asked++;
		arena_clear(&a);
	}
	return NULL;
}

START_TEST(searching_never_waits_for_adding_nor_sees_half_of_it)
{
	struct shelf s;
	pthread_t threads[3];
	shelf_open(&s);
	for (int d = 0; d < DOCS_MAX; d++) {           /* texts are in place before anybody reads them */
		s.title[d] = "Stones";
		s.text[d][0] = arena_printf(&s.a, "The granite stone of valley %d lies there.", d);
		s.text[d][1] = "Basalt is dark.";
	}
	struct index_passage p[2];
	struct crowd c = { .s = &s };
	for (int k = 0; k < 2; k++)
		p[k] = (struct index_passage){ s.text[0][k], strlen(s.text[0][k]), NULL };
	WELL(index_add(s.ix, 0, "Stones", p, 2, NULL));
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, ask_on, &c), 0);
	for (int d = 1; d < DOCS_MAX || c.asked < 20; d++) {
		int doc = d % (DOCS_MAX - 1) + 1;
		for (int k = 0; k < 2; k++)
			p[k] = (struct index_passage){ s.text[doc][k], strlen(s.text[doc][k]), NULL };
		WELL(index_add(s.ix, doc, "Stones", p, 2, NULL));
		if (d % 5 == 0)
			WELL(index_remove(s.ix, doc - 1 > 0 ? doc - 1 : 1));
		if (d % 17 == 0)
			WELL(index_merge(s.ix, NULL));
	}
	c.done = true;
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		pthread_join(threads[i], NULL);
	ck_assert_int_eq(c.faults, 0);
	shelf_close(&s);
}
END_TEST

TESTS("crowd", searching_never_waits_for_adding_nor_sees_half_of_it)
