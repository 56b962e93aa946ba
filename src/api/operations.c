/* The table of operations: what is not here does not exist.
 *
 * Rows are sorted by id, so that finding one is a binary search; a test keeps
 * them so.  {names} in a path are fields of the request. */
#include <stdlib.h>
#include <string.h>

#include "stoa/api.h"

static const struct event_type adding[] = { { "progress", &record_ev_progress } };
static const struct event_type answering[] = {
	{ "message_start", &record_ev_start },
	{ "status", &record_ev_status },
	{ "content_delta", &record_ev_delta },
	{ "citation", &record_citation },
};
#define EVENTS(table) .events = table, .event_count = COUNT_OF(table)

static const struct operation table[] = {
	{ .id = "conversation.create", .method = "POST", .path = "/v1/conversations",
		.least = ROLE_GUEST, .limit = LIMIT_GENERAL, .writes = true,
		.request = &record_conversation_create, .reply = &record_conversation,
		.help = "Begin a conversation." },
	{ .id = "conversation.delete", .method = "DELETE", .path = "/v1/conversations/{id}",
		.least = ROLE_GUEST, .limit = LIMIT_GENERAL, .writes = true,
		.request = &record_id_request, .reply = &record_nothing,
		.help = "Delete a conversation; a tombstone stays so that the rest can be verified." },
	{ .id = "conversation.export", .method = "GET", .path = "/v1/conversations/{id}/export",
		.least = ROLE_GUEST, .limit = LIMIT_EXPORT,
		.request = &record_export_run, .reply = &record_exported,
		.help = "Export a conversation as Markdown, JSON, HTML or text." },
	{ .id = "conversation.get", .method = "GET", .path = "/v1/conversations/{id}",
		.least = ROLE_GUEST, .limit = LIMIT_GENERAL,
		.request = &record_conversation_get, .reply = &record_transcript,
		.help = "Show a conversation, its quotations verified again." },
	{ .id = "conversation.import", .method = "POST", .path = "/v1/conversations/import",
		.least = ROLE_GUEST, .limit = LIMIT_EXPORT, .writes = true,
		.request = &record_import_run, .reply = &record_imported,
		.help = "Take in conversations from a JSON export." },
	{ .id = "conversation.list", .method = "GET", .path = "/v1/conversations",
		.least = ROLE_GUEST, .limit = LIMIT_GENERAL,
		.request = &record_conversation_list, .reply = &record_conversations,
		.help = "List conversations, newest first." },
	{ .id = "conversation.update", .method = "PATCH", .path = "/v1/conversations/{id}",
		.least = ROLE_GUEST, .limit = LIMIT_GENERAL, .writes = true,
		.request = &record_conversation_update, .reply = &record_conversation,
		.help = "Rename a conversation, put it away, change its subject." },
	{ .id = "document.add", .method = "POST", .path = "/v1/files",
		.least = ROLE_LEARNER, .limit = LIMIT_GENERAL, .writes = true, EVENTS(adding),
		.request = &record_document_add, .reply = &record_document,
		.help = "Read a document, store its text and index it." },
	{ .id = "document.content", .method = "GET", .path = "/v1/files/{id}/content",
		.least = ROLE_LEARNER, .limit = LIMIT_GENERAL,
		.request = &record_document_content, .reply = &record_content,
		.help = "Read the stored text of a document by page or byte range." },
	{ .id = "document.delete", .method = "DELETE", .path = "/v1/files/{id}",
		.least = ROLE_LEARNER, .limit = LIMIT_GENERAL, .writes = true,
		.request = &record_id_request, .reply = &record_nothing,
		.help = "Remove a document, its text and its passages." },
	{ .id = "document.get", .method = "GET", .path = "/v1/files/{id}",
		.least = ROLE_LEARNER, .limit = LIMIT_GENERAL,
		.request = &record_id_request, .reply = &record_document,
		.help = "Show one document." },
	{ .id = "document.list", .method = "GET", .path = "/v1/files",
		.least = ROLE_LEARNER, .limit = LIMIT_GENERAL,
		.request = &record_document_list, .reply = &record_documents,
		.help = "List the documents of the library." },
	{ .id = "document.reindex", .method = "POST", .path = "/v1/files/{id}/reindex",
		.least = ROLE_LEARNER, .limit = LIMIT_GENERAL, .writes = true, EVENTS(adding),
		.request = &record_id_request, .reply = &record_document,
		.help = "Read the kept original again and index it anew." },
	{ .id = "health.get", .method = "GET", .path = "/health",
		.least = ROLE_NONE, .limit = LIMIT_NONE,
		.request = &record_nothing, .reply = &record_health,
		.help = "Say whether the engine is ready." },
	{ .id = "history.search", .method = "GET", .path = "/v1/conversations/search",
		.least = ROLE_GUEST, .limit = LIMIT_GENERAL,
		.request = &record_history_search, .reply = &record_history_hits,
		.help = "Search everything said in all conversations." },
	{ .id = "me.export", .method = "GET", .path = "/v1/me/export",
		.least = ROLE_GUEST, .limit = LIMIT_EXPORT,
		.request = &record_export_run, .reply = &record_exported,
		.help = "Export everything that is kept about you." },
	{ .id = "me.get", .method = "GET", .path = "/v1/auth/me",
		.least = ROLE_GUEST, .limit = LIMIT_GENERAL,
		.request = &record_nothing, .reply = &record_settings,
		.help = "Show your settings." },
	{ .id = "me.update", .method = "PATCH", .path = "/v1/auth/me",
		.least = ROLE_GUEST, .limit = LIMIT_GENERAL, .writes = true,
		.request = &record_settings, .reply = &record_settings,
		.help = "Change your settings." },
	{ .id = "message.feedback", .method = "POST", .path = "/v1/messages/{id}/feedback",
		.least = ROLE_GUEST, .limit = LIMIT_GENERAL, .writes = true,
		.request = &record_message_feedback, .reply = &record_nothing,
		.help = "Say what you think of an answer." },
	{ .id = "message.send", .method = "POST", .path = "/v1/conversations/{conversation_id}/messages",
		.least = ROLE_GUEST, .limit = LIMIT_ASK, .writes = true, EVENTS(answering),
		.request = &record_message_send, .reply = &record_message,
		.help = "Ask a question; every sentence of the answer carries a verified quotation." },
	{ .id = "passage.get", .method = "GET", .path = "/v1/files/{file_id}/passages/{n}",
		.least = ROLE_LEARNER, .limit = LIMIT_GENERAL,
		.request = &record_passage_get, .reply = &record_passages,
		.help = "Show a passage with its neighbours." },
	{ .id = "search.run", .method = "POST", .path = "/v1/search",
		.least = ROLE_LEARNER, .limit = LIMIT_GENERAL,
		.request = &record_search_run, .reply = &record_hits,
		.help = "Find passages in the library." },
};

static int
by_id(const void *id, const void *row)
{
	return strcmp(id, ((const struct operation *)row)->id);
}

const struct operation *
operation_find(const char *id)
{
	return id == NULL ? NULL : bsearch(id, table, COUNT_OF(table), sizeof *table, by_id);
}

const struct operation *
operations(size_t *count)
{
	*count = COUNT_OF(table);
	return table;
}

const char *
role_name(enum role r)
{
	static const char *const names[] = { "none", "guest", "learner", "instructor", "admin" };
	return (unsigned)r < COUNT_OF(names) ? names[r] : "unknown";
}
