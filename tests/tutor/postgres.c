/* What reaches the database, once more against PostgreSQL. */
#include "../stoa_test.h"
#include "../support/postgres.h"

int
main(void)
{
	static const char *const programs[] = { "conversation", "keep", "threads" };
	return postgres_own_main("tutor", programs, COUNT_OF(programs));
}
