/* Records about a person's settings, health, and what is said meanwhile. */
#include "api_in.h"

static const struct field settings_fields[] = {
	FIELD_OF(settings, language, FIELD_TEXT, .flags = FIELD_OMIT, .max = 35,
		.help = "Language to be spoken to in (BCP 47)."),
	FIELD_OF(settings, level, FIELD_TEXT, .flags = FIELD_OMIT,
		.choices = "brief|standard|detailed",
		.help = "How long answers and summaries are."),
	FIELD_OF(settings, answers, FIELD_TEXT, .flags = FIELD_OMIT,
		.choices = "auto|extractive|model",
		.help = "How to answer; auto uses a model when one is set up."),
	FIELD_OF(settings, draft, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 32 * 1024,
		.help = "What was typed and not sent yet."),
	FIELD_OF(settings, retention_days, FIELD_INT, .min = -1, .max = 36500,
		.help = "Keep conversations for so many days after the last message; 0 keeps them. "
			"In a change 0 leaves it, -1 turns it off."),
	FIELD_OF(settings, lock_minutes, FIELD_INT, .min = -1, .max = 10080,
		.help = "Lock after so many idle minutes; 0 never. In a change 0 leaves it, -1 "
			"turns it off."),
	FIELD_OF(settings, subjects, FIELD_TEXTS, .max = 200, .help = "Subjects that are studied."),
	FIELD_OF(settings, id, FIELD_TEXT, .flags = FIELD_OMIT, .max = ID_MAX,
		.help = "Who you are; cannot be changed."),
	FIELD_OF(settings, name, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 200,
		.help = "What you are called on the server."),
	FIELD_OF(settings, role, FIELD_TEXT, .flags = FIELD_OMIT, .max = 32,
		.help = "What you may; cannot be changed here."),
};
RECORD_TYPE(record_settings, settings, settings_fields, "A person's settings.");

static const struct field health_fields[] = {
	FIELD_OF(health, status, FIELD_TEXT, .choices = "ok|degraded",
		.help = "Whether everything that is needed works."),
	FIELD_OF(health, version, FIELD_TEXT, .max = 64, .help = "Version of the engine."),
	FIELD_OF(health, database, FIELD_BOOL, .help = "The database can be read."),
	FIELD_OF(health, disk, FIELD_BOOL, .help = "There is room to write."),
	FIELD_OF(health, model, FIELD_BOOL, .help = "A language model is set up."),
	FIELD_OF(health, unlocked, FIELD_BOOL, .help = "The sealed history is open."),
	FIELD_OF(health, documents, FIELD_INT, .help = "Documents in the library."),
	FIELD_OF(health, passages, FIELD_INT, .help = "Passages in the index."),
	FIELD_OF(health, conversations, FIELD_INT, .help = "Conversations; 0 while locked."),
};
RECORD_TYPE(record_health, health, health_fields, "Whether the engine is ready.");

static const struct field nothing_fields[] = {
	FIELD_OF(nothing, ok, FIELD_BOOL, .flags = FIELD_OMIT,
		.help = "True in a reply: it was done."),
};
RECORD_TYPE(record_nothing, nothing, nothing_fields, "Nothing to say.");

static const struct field ev_start_fields[] = {
	FIELD_OF(ev_start, id, FIELD_TEXT, .max = ID_MAX, .help = "Id of the answer that begins."),
	FIELD_OF(ev_start, conversation_id, FIELD_TEXT, .max = ID_MAX,
		.help = "Conversation it belongs to."),
};
RECORD_TYPE(record_ev_start, ev_start, ev_start_fields, "An answer begins.");

static const struct field ev_status_fields[] = {
	FIELD_OF(ev_status, step, FIELD_TEXT, .max = 64,
		.help = "routing, searching, selecting, verifying or model."),
};
RECORD_TYPE(record_ev_status, ev_status, ev_status_fields, "What is being done.");

static const struct field ev_delta_fields[] = {
	FIELD_OF(ev_delta, delta, FIELD_TEXT, .flags = FIELD_SEALED, .max = FIELD_TEXT_MAX,
		.help = "More of the answer: whole sentences that were verified."),
};
RECORD_TYPE(record_ev_delta, ev_delta, ev_delta_fields, "More of an answer.");

static const struct field ev_progress_fields[] = {
	FIELD_OF(ev_progress, name, FIELD_TEXT, .max = NAME_MAX_BYTES,
		.help = "What is being worked on."),
	FIELD_OF(ev_progress, step, FIELD_TEXT, .max = 64, .help = "Which step of the work."),
	FIELD_OF(ev_progress, page, FIELD_INT, .help = "Page just finished."),
	FIELD_OF(ev_progress, pages, FIELD_INT, .help = "Pages in all; 0 while unknown."),
	FIELD_OF(ev_progress, done, FIELD_INT, .help = "Things finished."),
	FIELD_OF(ev_progress, total, FIELD_INT, .help = "Things in all; 0 while unknown."),
};
RECORD_TYPE(record_ev_progress, ev_progress, ev_progress_fields, "How far the work has come.");
