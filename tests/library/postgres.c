/* What reaches the database, once more against PostgreSQL. */
#include "../stoa_test.h"
#include "../support/postgres.h"

int
main(void)
{
	static const char *const programs[] = { "cite", "content", "endpoint", "ingest", "parallel", "reader" };
	return postgres_own_main("library", programs, COUNT_OF(programs));
}
