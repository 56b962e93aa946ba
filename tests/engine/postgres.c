/* What reaches the database, once more against PostgreSQL. */
#include "../stoa_test.h"
#include "../support/postgres.h"

int
main(void)
{
	static const char *const programs[] = { "again", "ask", "assignment", "call", "owners", "people", "repeat", "replicas", "sharing", "two" };
	return postgres_own_main("engine", programs, COUNT_OF(programs));
}
