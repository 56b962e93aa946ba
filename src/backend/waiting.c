/* What waits, as records: for --json, and for a screen as the reply of an operation that
 * no server has. */
#include "stoa/backend.h"

static const struct field item_fields[] = {
	FIELD_OF(backend_outbox_item, key, FIELD_TEXT),
	FIELD_OF(backend_outbox_item, operation, FIELD_TEXT),
	FIELD_OF(backend_outbox_item, thing, FIELD_TEXT),
	FIELD_OF(backend_outbox_item, state, FIELD_TEXT),
	FIELD_OF(backend_outbox_item, words, FIELD_TEXT),
	FIELD_OF(backend_outbox_item, sentence, FIELD_TEXT, .flags = FIELD_OMIT),
	FIELD_OF(backend_outbox_item, bytes, FIELD_INT, .flags = FIELD_OMIT),
	FIELD_OF(backend_outbox_item, at, FIELD_TIME),
};
RECORD_TYPE(record_backend_outbox_item, backend_outbox_item, item_fields, "a thing that waits to be delivered");

struct listed { struct record_list items; };
static const struct field listed_fields[] = {
	FIELD_OF(listed, items, FIELD_LIST, .of = &record_backend_outbox_item, .max = 100000),
};
static RECORD_TYPE(record_listed, listed, listed_fields, "what waits to be delivered");
const struct operation backend_outbox_operation = {
	.id = "outbox.list",
	.request = &record_nothing,
	.reply = &record_listed,
	.help = "List what waits to be delivered.",
};
