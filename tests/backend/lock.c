/* The lock goes past whatever the crew is busy with. */
#include <semaphore.h>
#include <time.h>

#include "../../src/backend/backend_in.h"
#include "backend_test.h"

static sem_t go;
static atomic_int released;

/* As an addition of a long document: no part of the vault, no end in sight. */
static void
work_long(void *arg)
{
	struct timespec until;
	(void)arg;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 3;
	if (sem_timedwait(&go, &until) == 0)
		atomic_fetch_add(&released, 1);
}

START_TEST(locking_does_not_wait_for_documents_being_added)
{
	static struct home h;
	struct backend_lock lock = { .locked = false };
	home_open(&h);
	ck_assert_int_eq(sem_init(&go, 0, 0), 0);
	for (int i = 0; i < 4; i++)     /* both workers, and two that stand in line */
		WELL(crew_submit(h.b->crew, work_long, NULL));
	WELL(backend_lock(h.b));
	WELL(backend_lock_state(&lock, h.b));
	ck_assert(lock.locked);
	for (int i = 0; i < 4; i++)
		sem_post(&go);
	home_close(&h);
	/* None had given up waiting before the lock was back. */
	ck_assert_int_eq(atomic_load(&released), 4);
	sem_destroy(&go);
}
END_TEST

TESTS("lock", locking_does_not_wait_for_documents_being_added)
