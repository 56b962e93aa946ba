/* Cursors: where the next page of a list begins, as "number:id" of the last item.
 *
 * A page begins behind that item, not at a count: what comes or goes meanwhile
 * neither hides an item nor shows one twice. */
#include <errno.h>
#include <stdlib.h>

#include "api_in.h"

enum fault
list_cursor_read(int64_t *at, const char **id, const char *cursor)
{
	char *end = NULL;
	*id = "";
	if (cursor == NULL || *cursor == '\0')
		return FAULT_NONE;
	errno = 0;
	long long n = strtoll(cursor, &end, 10);
	if (end == cursor || *end != ':' || errno != 0 || !id_valid(end + 1))
		return fault(FAULT_INPUT, "the cursor is none of this list");
	*at = n;
	*id = end + 1;
	return FAULT_NONE;
}

const char *
list_cursor(struct arena *a, int64_t at, const char *id)
{
	return arena_printf(a, "%lld:%s", (long long)at, id);
}
