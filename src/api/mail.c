/* Mail addresses that people type: one plain address and nothing that a mail server
 * could read as more. */
#include <string.h>

#include "api_in.h"

enum fault
mail_address_check(const char *address)
{
	const char *at = strchr(address, '@');
	bool good = at != NULL && at != address && address[0] != '-' && strchr(at + 1, '@') == NULL &&
		    strchr(at, '.') != NULL && at[1] != '.' && strlen(address) <= 254;
	for (const char *s = address; *s != '\0'; s++)
		good = good && (unsigned char)*s > ' ' && (unsigned char)*s < 0x7F && strchr("<>(),;:\\\"[]", *s) == NULL;
	return good ? FAULT_NONE : fault(FAULT_INPUT, "that is not a mail address");
}
