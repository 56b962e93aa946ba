/* One tutor, several threads, each with its own connection. */
#include <pthread.h>
#include "tutor_test.h"

struct worker { struct desk *d; struct store *db; size_t answered, found; int number; };

static void *
work(void *arg)
{
	static const char *const questions[] = { "What is the Doppler effect?", "When did the Stockton and Darlington Railway open?", "What is frequency?", "thanks" };
	struct worker *w = arg;
	struct arena a;
	arena_init(&a);
	for (int i = 0; i < 12; i++) {
		struct message *m;
		struct history_hits hits;
		struct conversations list;
		enum fault f = tutor_send(&m, &a, w->d->tutor, w->db, &(struct message_send){ .content = questions[(i + w->number) % 4] }, NULL, NULL);
		w->answered += f == FAULT_NONE && str_same(m->status, "answered");
		f = tutor_history_search(&hits, &a, w->d->tutor, w->db, &(struct history_search){ .query = "doppler frequency" });
		w->found += f == FAULT_NONE;
		f = tutor_conversation_list(&list, &a, w->d->tutor, w->db, &(struct conversation_list){ 0 });
		w->found += f == FAULT_NONE && list.items.count > 0;
		if (i == 6 && w->number == 0)
			tutor_index_forget(w->d->tutor);
		arena_clear(&a);
	}
	return NULL;
}

START_TEST(several_ask_search_and_list_at_once)
{
	struct desk d;
	struct worker workers[3];
	pthread_t threads[3];
	desk_open(&d, true);
	d.chance = chance_system;
	desk_tutor(&d, false);
	for (int i = 0; i < 3; i++) {
		workers[i] = (struct worker){ .d = &d, .number = i };
		WELL(store_join(&workers[i].db, d.db));
		ck_assert_int_eq(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
	}
	for (int i = 0; i < 3; i++) {
		pthread_join(threads[i], NULL);
		ck_assert_uint_eq(workers[i].answered, 12);
		ck_assert_uint_eq(workers[i].found, 24);
		store_close(workers[i].db);
	}
	struct conversations list;
	WELL(tutor_conversation_list(&list, &d.a, d.tutor, d.db, &(struct conversation_list){ .limit = 100 }));
	ck_assert_int_eq(list.total, 36);
	for (size_t i = 0; i < list.items.count; i++)
		ck_assert_int_eq(((struct conversation *)list.items.items)[i].message_count, 2);
	desk_close(&d);
}
END_TEST

TESTS("threads", several_ask_search_and_list_at_once)
