/* Records about what is shared with others: links, questions handed to a teacher,
 * what people thought of answers. */
#include "api_in.h"

#define ESCALATION_STATUS "pending|in_progress|resolved"
#define TOKEN_MAX 128
#define EMAIL_MAX 254

/* ---- links ------------------------------------------------------------------- */

static const struct field conversation_share_fields[] = {
	FIELD_OF(conversation_share, id, FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1,
		.max = ID_MAX, .help = "Conversation to show."),
	FIELD_OF(conversation_share, expires_in_days, FIELD_INT, .flags = FIELD_OMIT, .min = 0,
		.max = 365, .help = "The link ends after so many days; 7 by default."),
};
RECORD_TYPE(record_conversation_share, conversation_share, conversation_share_fields,
	"A link to a conversation as it is now: what is said later is not shown.");

static const struct field shared_link_fields[] = {
	FIELD_OF(shared_link, id, FIELD_TEXT, .max = ID_MAX, .help = "Id of the link."),
	FIELD_OF(shared_link, conversation_id, FIELD_TEXT, .max = ID_MAX,
		.help = "Conversation that it shows."),
	FIELD_OF(shared_link, token, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED,
		.max = TOKEN_MAX, .help = "What opens it; told once, when it is made."),
	FIELD_OF(shared_link, url, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 512,
		.help = "Where it is read; told once, when it is made."),
	FIELD_OF(shared_link, messages, FIELD_INT, .help = "How many messages it shows."),
	FIELD_OF(shared_link, created, FIELD_TIME, .help = "When it was made."),
	FIELD_OF(shared_link, expires, FIELD_TIME, .help = "When it ends."),
};
RECORD_TYPE(record_shared_link, shared_link, shared_link_fields, "A link to a conversation.");

static const struct field shared_links_fields[] = {
	FIELD_OF(shared_links, items, FIELD_LIST, .of = &record_shared_link,
		.help = "The links that have not ended, newest first."),
};
RECORD_TYPE(record_shared_links, shared_links, shared_links_fields, "Links that were made.");

static const struct field shared_get_fields[] = {
	FIELD_OF(shared_get, token, FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_SEALED, .min = 1,
		.max = TOKEN_MAX, .help = "The token of a link."),
};
RECORD_TYPE(record_shared_get, shared_get, shared_get_fields, "Which link to read.");

/* ---- questions handed to a teacher ---------------------------------------------- */

static const struct field message_escalate_fields[] = {
	FIELD_OF(message_escalate, id, FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1,
		.max = ID_MAX, .help = "The answer that did not help, or the question."),
	FIELD_OF(message_escalate, email, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED,
		.max = EMAIL_MAX, .help = "Where the reply is to be sent as well."),
	FIELD_OF(message_escalate, note, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED,
		.max = 4000, .help = "What to say with it."),
};
RECORD_TYPE(record_message_escalate, message_escalate, message_escalate_fields,
	"A question for a teacher.");

static const struct field escalated_fields[] = {
	FIELD_OF(escalated, query_id, FIELD_TEXT, .max = ID_MAX, .help = "Id of the question."),
	FIELD_OF(escalated, status, FIELD_TEXT, .choices = ESCALATION_STATUS,
		.help = "How far it is."),
	FIELD_OF(escalated, message, FIELD_TEXT, .max = 1000, .help = "What happens now."),
};
RECORD_TYPE(record_escalated, escalated, escalated_fields, "A question that waits for a teacher.");

static const struct field escalation_list_fields[] = {
	FIELD_OF(escalation_list, status, FIELD_TEXT, .flags = FIELD_OMIT,
		.choices = ESCALATION_STATUS "|all", .help = "pending by default."),
	FIELD_OF(escalation_list, subject, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200,
		.help = "Only of this class."),
	FIELD_OF(escalation_list, cursor, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200,
		.help = "Go on where the last page ended."),
	FIELD_OF(escalation_list, limit, FIELD_INT, .flags = FIELD_OMIT, .min = 1, .max = 100,
		.help = "At most so many; 20 by default."),
};
RECORD_TYPE(record_escalation_list, escalation_list, escalation_list_fields,
	"Which questions for a teacher to list.");

static const struct field escalation_fields[] = {
	FIELD_OF(escalation, id, FIELD_TEXT, .max = ID_MAX, .help = "Id of the question."),
	FIELD_OF(escalation, status, FIELD_TEXT, .choices = ESCALATION_STATUS,
		.help = "How far it is."),
	FIELD_OF(escalation, subject, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200,
		.help = "Class that it belongs to."),
	FIELD_OF(escalation, person, FIELD_TEXT, .max = ID_MAX, .help = "Who asks."),
	FIELD_OF(escalation, email, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED,
		.max = EMAIL_MAX, .help = "Where the reply is to be sent as well."),
	FIELD_OF(escalation, question, FIELD_TEXT, .flags = FIELD_SEALED, .max = 1024 * 1024,
		.help = "What was asked."),
	FIELD_OF(escalation, answer, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED,
		.max = 1024 * 1024, .help = "What was answered."),
	FIELD_OF(escalation, note, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 4000,
		.help = "What was said with it."),
	FIELD_OF(escalation, reply, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED,
		.max = FIELD_TEXT_MAX, .help = "What the teacher answered."),
	FIELD_OF(escalation, confidence, FIELD_REAL, .flags = FIELD_OMIT,
		.help = "How sure the answer was, in percent."),
	FIELD_OF(escalation, created, FIELD_TIME, .help = "When it was handed over."),
	FIELD_OF(escalation, updated, FIELD_TIME, .help = "When it last changed."),
};
RECORD_TYPE(record_escalation, escalation, escalation_fields, "A question for a teacher.");

static const struct field escalations_fields[] = {
	FIELD_OF(escalations, items, FIELD_LIST, .of = &record_escalation,
		.help = "The questions, oldest first."),
	FIELD_OF(escalations, cursor, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200,
		.help = "Where the next page begins; absent at the end."),
	FIELD_OF(escalations, total, FIELD_INT, .help = "How many there are in all."),
};
RECORD_TYPE(record_escalations, escalations, escalations_fields, "A page of questions.");

static const struct field escalation_resolve_fields[] = {
	FIELD_OF(escalation_resolve, id, FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1,
		.max = ID_MAX, .help = "Id of the question."),
	FIELD_OF(escalation_resolve, status, FIELD_TEXT, .flags = FIELD_OMIT,
		.choices = "in_progress|resolved",
		.help = "How far it is now; resolved by default."),
	FIELD_OF(escalation_resolve, reply, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED,
		.max = FIELD_TEXT_MAX, .help = "The answer; it appears in the conversation."),
};
RECORD_TYPE(record_escalation_resolve, escalation_resolve, escalation_resolve_fields,
	"A teacher's answer.");

/* ---- what people thought of answers ------------------------------------------------ */

static const struct field feedback_send_fields[] = {
	FIELD_OF(feedback_send, message_id, FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1,
		.max = ID_MAX, .help = "The answer that is meant."),
	FIELD_OF(feedback_send, session_id, FIELD_TEXT, .flags = FIELD_OMIT, .max = 128,
		.help = "Session it was said in; not looked at: the token says whose it is."),
	FIELD_OF(feedback_send, feedback, FIELD_TEXT, .flags = FIELD_REQUIRED,
		.choices = "positive|negative", .help = "Whether it helped."),
};
RECORD_TYPE(record_feedback_send, feedback_send, feedback_send_fields,
	"What you think of an answer, in one word.");

static const struct field feedback_list_fields[] = {
	FIELD_OF(feedback_list, score, FIELD_INT, .flags = FIELD_OMIT, .min = -1, .max = 1,
		.help = "1 only good, -1 only bad, 0 both."),
	FIELD_OF(feedback_list, cursor, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200,
		.help = "Go on where the last page ended."),
	FIELD_OF(feedback_list, limit, FIELD_INT, .flags = FIELD_OMIT, .min = 1, .max = 100,
		.help = "At most so many; 20 by default."),
};
RECORD_TYPE(record_feedback_list, feedback_list, feedback_list_fields, "Which feedback to list.");

static const struct field feedback_item_fields[] = {
	FIELD_OF(feedback_item, message_id, FIELD_TEXT, .max = ID_MAX, .help = "The answer."),
	FIELD_OF(feedback_item, score, FIELD_INT, .help = "1 good, -1 bad."),
	FIELD_OF(feedback_item, reasons, FIELD_TEXTS, .flags = FIELD_OMIT, .max = 20,
		.help = "Why."),
	FIELD_OF(feedback_item, comment, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED,
		.max = 4000, .help = "In words."),
	FIELD_OF(feedback_item, created, FIELD_TIME, .help = "When it was said."),
};
RECORD_TYPE(record_feedback_item, feedback_item, feedback_item_fields,
	"What somebody thought of an answer.");

static const struct field feedback_items_fields[] = {
	FIELD_OF(feedback_items, items, FIELD_LIST, .of = &record_feedback_item,
		.help = "What was said, newest first."),
	FIELD_OF(feedback_items, cursor, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200,
		.help = "Where the next page begins; absent at the end."),
	FIELD_OF(feedback_items, total, FIELD_INT, .help = "How many there are in all."),
	FIELD_OF(feedback_items, positive, FIELD_INT, .help = "How many of all were good."),
};
RECORD_TYPE(record_feedback_items, feedback_items, feedback_items_fields, "A page of feedback.");
