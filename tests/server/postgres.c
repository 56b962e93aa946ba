/* What servers tell each other, over one PostgreSQL. */
#include "../stoa_test.h"
#include "../support/postgres.h"

int
main(void)
{
	static const char *const programs[] = { "letters" };
	return postgres_own_main("server", programs, COUNT_OF(programs));
}
