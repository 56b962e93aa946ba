/* The tests of the store once more, against PostgreSQL. */
#include "../stoa_test.h"
#include "../support/postgres.h"

int
main(void)
{
	static const char *const programs[] = { "backup", "connection", "lock", "many", "owner", "replica", "sealed", "tamper" };
	return postgres_own_main("store", programs, COUNT_OF(programs));
}
