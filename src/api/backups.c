/* Records about copies of the store. */
#include "api_in.h"

static const struct field backup_fields[] = {
	FIELD_OF(backup, id, FIELD_TEXT, .max = ID_MAX, .help = "Id of the copy."),
	FIELD_OF(backup, name, FIELD_TEXT, .max = 255,
		.help = "Name of its file in the folder that the server's settings name."),
	FIELD_OF(backup, state, FIELD_TEXT, .choices = "running|completed|failed", .help = "How far it is."),
	FIELD_OF(backup, error_message, FIELD_TEXT, .flags = FIELD_OMIT, .max = 1000,
		.help = "Why it failed."),
	FIELD_OF(backup, size_bytes, FIELD_INT, .help = "Bytes of the file."),
	FIELD_OF(backup, started, FIELD_TIME, .help = "The moment that it shows, or a little before."),
	FIELD_OF(backup, ended, FIELD_TIME, .flags = FIELD_OMIT, .help = "When it was there."),
};
RECORD_TYPE(record_backup, backup, backup_fields, "A copy of the store.");

static const struct field backups_fields[] = {
	FIELD_OF(backups, items, FIELD_LIST, .of = &record_backup,
		.help = "The copies that are there or being made, newest first, and the last that failed."),
};
RECORD_TYPE(record_backups, backups, backups_fields, "Copies of the store.");
