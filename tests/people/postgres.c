/* What reaches the database, once more against PostgreSQL. */
#include "../stoa_test.h"
#include "../support/postgres.h"

int
main(void)
{
	static const char *const programs[] = { "assignment", "class", "session" };
	return postgres_own_main("people", programs, COUNT_OF(programs));
}
