/* Records about conversations: lists, search over all, export and import. */
#include "api_in.h"

#define CONVERSATION_TYPES "general|subject|assignment"
#define CONVERSATION_STATUS "active|archived"

static const struct field conversation_fields[] = {
	FIELD_OF(conversation, id, FIELD_TEXT, .max = ID_MAX, .help = "Id of the conversation."),
	FIELD_OF(conversation, title, FIELD_TEXT, .flags = FIELD_SEALED, .max = NAME_MAX_BYTES,
		.help = "Its title; made from the first question."),
	FIELD_OF(conversation, subject, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200,
		.help = "Subject it is about."),
	FIELD_OF(conversation, type, FIELD_TEXT, .choices = CONVERSATION_TYPES,
		.help = "Over everything, over one subject, or within an assignment."),
	FIELD_OF(conversation, assignment_id, FIELD_TEXT, .flags = FIELD_OMIT, .max = ID_MAX,
		.help = "Assignment it is within: only its materials are searched."),
	FIELD_OF(conversation, status, FIELD_TEXT, .choices = CONVERSATION_STATUS,
		.help = "Whether it is put away."),
	FIELD_OF(conversation, preview, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 4096,
		.help = "The last words of it."),
	FIELD_OF(conversation, created, FIELD_TIME, .help = "When it began."),
	FIELD_OF(conversation, updated, FIELD_TIME, .help = "When something was last said."),
	FIELD_OF(conversation, message_count, FIELD_INT, .help = "How many messages it has."),
	FIELD_OF(conversation, unread, FIELD_INT, .flags = FIELD_OMIT,
		.help = "How many of them came by themselves and were not looked at."),
};
RECORD_TYPE(record_conversation, conversation, conversation_fields, "One conversation.");

static const struct field conversation_list_fields[] = {
	FIELD_OF(conversation_list, status, FIELD_TEXT, .flags = FIELD_OMIT,
		.choices = CONVERSATION_STATUS "|all", .help = "active by default."),
	FIELD_OF(conversation_list, subject, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200,
		.help = "Only this subject."),
	FIELD_OF(conversation_list, search, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED,
		.max = 1000, .help = "Words that the title must hold."),
	FIELD_OF(conversation_list, cursor, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200,
		.help = "Go on where the last page ended."),
	FIELD_OF(conversation_list, limit, FIELD_INT, .flags = FIELD_OMIT, .min = 1, .max = 100,
		.help = "At most so many; 20 by default."),
};
RECORD_TYPE(record_conversation_list, conversation_list, conversation_list_fields,
	"Which conversations to list.");

static const struct field conversations_fields[] = {
	FIELD_OF(conversations, items, FIELD_LIST, .of = &record_conversation,
		.help = "The conversations, newest first."),
	FIELD_OF(conversations, cursor, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200,
		.help = "Where the next page begins; absent at the end."),
	FIELD_OF(conversations, total, FIELD_INT, .help = "How many there are in all."),
};
RECORD_TYPE(record_conversations, conversations, conversations_fields, "A page of conversations.");

static const struct field conversation_create_fields[] = {
	FIELD_OF(conversation_create, id, FIELD_TEXT, .flags = FIELD_OMIT, .max = ID_MAX,
		.help = "Id made by the client; made here when absent."),
	FIELD_OF(conversation_create, title, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED,
		.max = NAME_MAX_BYTES, .help = "Its title."),
	FIELD_OF(conversation_create, subject, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200,
		.help = "Subject it is about."),
	FIELD_OF(conversation_create, type, FIELD_TEXT, .flags = FIELD_OMIT,
		.choices = CONVERSATION_TYPES,
		.help = "Over everything, over one subject, or within an assignment."),
	FIELD_OF(conversation_create, assignment_id, FIELD_TEXT, .flags = FIELD_OMIT, .max = ID_MAX,
		.help = "Assignment that it is to be within."),
};
RECORD_TYPE(record_conversation_create, conversation_create, conversation_create_fields,
	"A new conversation.");

static const struct field conversation_update_fields[] = {
	FIELD_OF(conversation_update, id, FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1,
		.max = ID_MAX, .help = "Id of the conversation."),
	FIELD_OF(conversation_update, title, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED,
		.max = NAME_MAX_BYTES, .help = "A new title."),
	FIELD_OF(conversation_update, status, FIELD_TEXT, .flags = FIELD_OMIT,
		.choices = CONVERSATION_STATUS, .help = "Put it away or take it out again."),
	FIELD_OF(conversation_update, subject, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200,
		.help = "Another subject."),
	FIELD_OF(conversation_update, unread, FIELD_INT, .flags = FIELD_OMIT, .min = -1, .max = 1000000,
		.help = "How many messages were not looked at; -1: all were."),
};
RECORD_TYPE(record_conversation_update, conversation_update, conversation_update_fields,
	"What to change of a conversation; what is absent stays.");

static const struct field conversation_get_fields[] = {
	FIELD_OF(conversation_get, id, FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = ID_MAX,
		.help = "Id of the conversation."),
	FIELD_OF(conversation_get, limit, FIELD_INT, .flags = FIELD_OMIT, .min = 1, .max = 10000,
		.help = "At most so many messages, the newest; all by default."),
	FIELD_OF(conversation_get, before, FIELD_INT, .flags = FIELD_OMIT, .min = 0,
		.max = 1000000000, .help = "Only messages before this place, counted from 1."),
};
RECORD_TYPE(record_conversation_get, conversation_get, conversation_get_fields,
	"Which part of a conversation to show.");

static const struct field transcript_fields[] = {
	FIELD_OF(transcript, conversation, FIELD_RECORD, .of = &record_conversation,
		.help = "The conversation."),
	FIELD_OF(transcript, messages, FIELD_LIST, .max = 1000000, .of = &record_message,
		.help = "What was said, oldest first."),
};
RECORD_TYPE(record_transcript, transcript, transcript_fields, "A conversation with its messages.");

static const struct field history_search_fields[] = {
	FIELD_OF(history_search, query, FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_SEALED,
		.min = 1, .max = 4096, .help = "What to look for in everything said; a blank only makes searching ready."),
	FIELD_OF(history_search, subject, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200,
		.help = "Only conversations about this subject."),
	FIELD_OF(history_search, role, FIELD_TEXT, .flags = FIELD_OMIT, .choices = "user|stoa",
		.help = "Only what was said by one side."),
	FIELD_OF(history_search, k, FIELD_INT, .flags = FIELD_OMIT, .min = 1, .max = 1000,
		.help = "At most so many; 20 by default."),
	FIELD_OF(history_search, since, FIELD_TIME, .flags = FIELD_OMIT,
		.help = "Not before this time."),
	FIELD_OF(history_search, until, FIELD_TIME, .flags = FIELD_OMIT,
		.help = "Not after this time."),
};
RECORD_TYPE(record_history_search, history_search, history_search_fields,
	"A search over all conversations.");

static const struct field history_hit_fields[] = {
	FIELD_OF(history_hit, conversation_id, FIELD_TEXT, .max = ID_MAX,
		.help = "Conversation it was said in."),
	FIELD_OF(history_hit, conversation_title, FIELD_TEXT, .flags = FIELD_SEALED,
		.max = NAME_MAX_BYTES, .help = "Title of that conversation."),
	FIELD_OF(history_hit, message_id, FIELD_TEXT, .max = ID_MAX, .help = "The message."),
	FIELD_OF(history_hit, role, FIELD_TEXT, .choices = "user|stoa", .help = "Who said it."),
	FIELD_OF(history_hit, snippet, FIELD_TEXT, .flags = FIELD_SEALED, .max = 4096,
		.help = "The words around the match."),
	FIELD_OF(history_hit, spans, FIELD_LIST, .max = 100, .of = &record_span,
		.help = "Where the query's words stand in the snippet."),
	FIELD_OF(history_hit, created, FIELD_TIME, .help = "When it was said."),
	FIELD_OF(history_hit, score, FIELD_REAL,
		.help = "How well it fits; only comparable within one search."),
};
RECORD_TYPE(record_history_hit, history_hit, history_hit_fields, "One message found.");

static const struct field history_hits_fields[] = {
	FIELD_OF(history_hits, items, FIELD_LIST, .max = 1000, .of = &record_history_hit,
		.help = "Messages, best first."),
	FIELD_OF(history_hits, elapsed_ms, FIELD_REAL, .help = "Time it took, milliseconds."),
};
RECORD_TYPE(record_history_hits, history_hits, history_hits_fields,
	"What a search over all conversations found.");

static const struct field export_run_fields[] = {
	FIELD_OF(export_run, id, FIELD_TEXT, .flags = FIELD_OMIT, .max = ID_MAX,
		.help = "Conversation to export; absent is everything."),
	FIELD_OF(export_run, format, FIELD_TEXT, .flags = FIELD_OMIT, .choices = "md|json|html|txt",
		.help = "Form of the export; md by default."),
};
RECORD_TYPE(record_export_run, export_run, export_run_fields, "What to export, and how.");

static const struct field exported_fields[] = {
	FIELD_OF(exported, name, FIELD_TEXT, .max = 255, .help = "A name for the file."),
	FIELD_OF(exported, format, FIELD_TEXT, .choices = "md|json|html|txt", .help = "Its form."),
	FIELD_OF(exported, body, FIELD_TEXT, .flags = FIELD_SEALED, .max = 256 * 1024 * 1024,
		.help = "What to write into it."),
};
RECORD_TYPE(record_exported, exported, exported_fields, "An export, whole.");

static const struct field import_run_fields[] = {
	FIELD_OF(import_run, body, FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_SEALED, .min = 2,
		.max = 64 * 1024 * 1024, .help = "An export in JSON."),
};
RECORD_TYPE(record_import_run, import_run, import_run_fields, "Conversations to take in.");

static const struct field imported_fields[] = {
	FIELD_OF(imported, conversations, FIELD_INT, .help = "Conversations taken in."),
	FIELD_OF(imported, messages, FIELD_INT, .help = "Messages taken in."),
	FIELD_OF(imported, skipped, FIELD_INT, .help = "Messages that were there already."),
};
RECORD_TYPE(record_imported, imported, imported_fields, "What an import did.");
