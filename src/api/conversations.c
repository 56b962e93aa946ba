/* Records about conversations, their messages and what an answer stands on. */
#include "api_in.h"

static const struct field citation_fields[] = {
	FIELD_OF(citation, n, FIELD_INT, .min = 0, .max = 10000, .help = "Number by which the answer refers to it."),
	FIELD_OF(citation, file_id, FIELD_TEXT, .max = ID_MAX, .help = "Document quoted; empty for piped text."),
	FIELD_OF(citation, title, FIELD_TEXT, .max = NAME_MAX_BYTES, .help = "Title of the document."),
	FIELD_OF(citation, authors, FIELD_TEXTS, .flags = FIELD_OMIT, .max = 200, .help = "Its authors."),
	FIELD_OF(citation, chapter, FIELD_TEXT, .flags = FIELD_OMIT, .max = NAME_MAX_BYTES, .help = "Number of the chapter."),
	FIELD_OF(citation, chapter_title, FIELD_TEXT, .flags = FIELD_OMIT, .max = 4096, .help = "Title of the chapter."),
	FIELD_OF(citation, page, FIELD_INT, .help = "Page it begins on, from 1."),
	FIELD_OF(citation, page_end, FIELD_INT, .help = "Page it ends on."),
	FIELD_OF(citation, page_label, FIELD_TEXT, .flags = FIELD_OMIT, .max = 64, .help = "Printed number of the page."),
	FIELD_OF(citation, passage, FIELD_INT, .help = "Passage within the document."),
	FIELD_OF(citation, start, FIELD_INT, .help = "First byte in the stored text."),
	FIELD_OF(citation, end, FIELD_INT, .help = "Byte behind the last."),
	FIELD_OF(citation, quote, FIELD_TEXT, .flags = FIELD_SEALED, .max = QUOTE_MAX, .help = "Exactly those bytes."),
	FIELD_OF(citation, sha256, FIELD_TEXT, .flags = FIELD_OMIT, .max = 64, .help = "SHA-256 of the document's original when it was quoted."),
	FIELD_OF(citation, subject_id, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200, .help = "Subject of the document."),
	FIELD_OF(citation, url, FIELD_TEXT, .flags = FIELD_OMIT, .max = 512, .help = "Where the page can be read."),
	FIELD_OF(citation, score, FIELD_REAL, .help = "How well it fits the question."),
	FIELD_OF(citation, verified, FIELD_BOOL, .help = "The stored bytes were read again and are the quotation."),
	FIELD_OF(citation, state, FIELD_TEXT, .choices = "verified|stale|missing|unsupported", .help = "What reading them again found."),
};
RECORD_TYPE(record_citation, citation, citation_fields, "A quotation and where exactly it stands.");

static const struct field sentence_fields[] = {
	FIELD_OF(sentence, text, FIELD_TEXT, .flags = FIELD_SEALED, .max = FIELD_TEXT_MAX, .help = "The sentence."),
	FIELD_OF(sentence, citation, FIELD_INT, .min = 0, .max = 10000, .help = "Citation that it stands on; 0 is none."),
	FIELD_OF(sentence, heading, FIELD_BOOL, .flags = FIELD_OMIT, .help = "A heading, which stands on nothing."),
};
RECORD_TYPE(record_sentence, sentence, sentence_fields, "One sentence of an answer.");

static const struct field confidence_fields[] = {
	FIELD_OF(confidence, score, FIELD_REAL, .min = 0, .max = 100, .help = "Chance in percent that the answer is right."),
	FIELD_OF(confidence, citation_match, FIELD_REAL, .min = 0, .max = 100, .help = "How many sentences have a verified quotation."),
	FIELD_OF(confidence, similarity, FIELD_REAL, .min = 0, .max = 100, .help = "How close the sources are to the question."),
	FIELD_OF(confidence, completeness, FIELD_REAL, .min = 0, .max = 100, .help = "How much of the question is covered."),
	FIELD_OF(confidence, rank_margin, FIELD_REAL, .min = 0, .max = 100, .help = "How far the best source is ahead."),
	FIELD_OF(confidence, band, FIELD_TEXT, .choices = "answer|maybe|none", .help = "What to make of it."),
};
RECORD_TYPE(record_confidence, confidence, confidence_fields, "How sure an answer is, with its parts.");

static const struct field support_fields[] = {
	FIELD_OF(support, sentences, FIELD_INT, .help = "Sentences that need a source."),
	FIELD_OF(support, verified, FIELD_INT, .help = "Sentences whose source was verified."),
};
RECORD_TYPE(record_support, support, support_fields, "How many sentences stand on a source.");

static const struct field usage_fields[] = {
	FIELD_OF(usage, input_tokens, FIELD_INT, .help = "Tokens sent to the model."),
	FIELD_OF(usage, output_tokens, FIELD_INT, .help = "Tokens that came back."),
	FIELD_OF(usage, cost_usd, FIELD_REAL, .help = "What they cost, US dollars."),
	FIELD_OF(usage, estimated, FIELD_BOOL, .help = "Counted here because the endpoint did not say."),
};
RECORD_TYPE(record_usage, usage, usage_fields, "What a model was given and what it cost.");

static const struct field message_fields[] = {
	FIELD_OF(message, id, FIELD_TEXT, .max = ID_MAX, .help = "Id of the message."),
	FIELD_OF(message, conversation_id, FIELD_TEXT, .max = ID_MAX, .help = "Conversation it belongs to."),
	FIELD_OF(message, role, FIELD_TEXT, .choices = "user|stoa", .help = "Who said it."),
	FIELD_OF(message, content, FIELD_TEXT, .flags = FIELD_SEALED, .max = 1024 * 1024, .help = "What was said."),
	FIELD_OF(message, status, FIELD_TEXT, .flags = FIELD_OMIT, .choices = "answered|refused|clarify|handover|cancelled|failed", .help = "How the answer ended."),
	FIELD_OF(message, intent, FIELD_TEXT, .flags = FIELD_OMIT, .choices = "question|definition|list|comparison|summary|translate|quiz|smalltalk", .help = "What was understood to be wanted."),
	FIELD_OF(message, mode, FIELD_TEXT, .flags = FIELD_OMIT, .choices = "extractive|model", .help = "How the answer was made."),
	FIELD_OF(message, model, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200, .help = "Model that was used."),
	FIELD_OF(message, note, FIELD_TEXT, .flags = FIELD_OMIT, .max = 4096, .help = "Why a model was not used, what was corrected."),
	FIELD_OF(message, language, FIELD_TEXT, .flags = FIELD_OMIT, .max = 35, .help = "Language of the question (BCP 47)."),
	FIELD_OF(message, domains, FIELD_TEXTS, .flags = FIELD_OMIT, .max = 100, .help = "Domains the question was routed to."),
	FIELD_OF(message, tools_used, FIELD_TEXTS, .flags = FIELD_OMIT, .max = 100, .help = "Tools a model called."),
	FIELD_OF(message, followups, FIELD_TEXTS, .flags = FIELD_OMIT, .max = 20, .help = "Questions that could come next."),
	FIELD_OF(message, sentences, FIELD_LIST, .flags = FIELD_OMIT, .max = 1000, .of = &record_sentence, .help = "The answer sentence by sentence."),
	FIELD_OF(message, citations, FIELD_LIST, .flags = FIELD_OMIT, .max = 1000, .of = &record_citation, .help = "What it stands on."),
	FIELD_OF(message, nearest, FIELD_LIST, .flags = FIELD_OMIT, .max = 100, .of = &record_citation, .help = "The nearest passages when the sources do not say."),
	FIELD_OF(message, confidence, FIELD_RECORD, .flags = FIELD_OMIT, .of = &record_confidence, .help = "How sure it is."),
	FIELD_OF(message, support, FIELD_RECORD, .flags = FIELD_OMIT, .of = &record_support, .help = "How many of its sentences are supported."),
	FIELD_OF(message, usage, FIELD_RECORD, .flags = FIELD_OMIT, .of = &record_usage, .help = "Tokens and cost."),
	FIELD_OF(message, rating, FIELD_INT, .flags = FIELD_OMIT, .min = -1, .max = 1, .help = "What the reader thought: 1, -1 or 0."),
	FIELD_OF(message, rating_comment, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 4096, .help = "What he said about it."),
	FIELD_OF(message, created, FIELD_TIME, .help = "When it was said."),
	FIELD_OF(message, elapsed_ms, FIELD_REAL, .flags = FIELD_OMIT, .help = "Time the answer took, milliseconds."),
	FIELD_OF(message, low_confidence, FIELD_BOOL, .flags = FIELD_OMIT, .help = "Under the threshold of a plain answer."),
};
RECORD_TYPE(record_message, message, message_fields, "One turn of a conversation.");

#define CONVERSATION_TYPES "general|subject"
#define CONVERSATION_STATUS "active|archived"

static const struct field conversation_fields[] = {
	FIELD_OF(conversation, id, FIELD_TEXT, .max = ID_MAX, .help = "Id of the conversation."),
	FIELD_OF(conversation, title, FIELD_TEXT, .flags = FIELD_SEALED, .max = NAME_MAX_BYTES, .help = "Its title; made from the first question."),
	FIELD_OF(conversation, subject, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200, .help = "Subject it is about."),
	FIELD_OF(conversation, type, FIELD_TEXT, .choices = CONVERSATION_TYPES, .help = "Over everything or over one subject."),
	FIELD_OF(conversation, status, FIELD_TEXT, .choices = CONVERSATION_STATUS, .help = "Whether it is put away."),
	FIELD_OF(conversation, preview, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 4096, .help = "The last words of it."),
	FIELD_OF(conversation, created, FIELD_TIME, .help = "When it began."),
	FIELD_OF(conversation, updated, FIELD_TIME, .help = "When something was last said."),
	FIELD_OF(conversation, message_count, FIELD_INT, .help = "How many messages it has."),
};
RECORD_TYPE(record_conversation, conversation, conversation_fields, "One conversation.");

static const struct field conversation_list_fields[] = {
	FIELD_OF(conversation_list, status, FIELD_TEXT, .flags = FIELD_OMIT, .choices = CONVERSATION_STATUS "|all", .help = "active by default."),
	FIELD_OF(conversation_list, subject, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200, .help = "Only this subject."),
	FIELD_OF(conversation_list, search, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 1000, .help = "Words that the title must hold."),
	FIELD_OF(conversation_list, cursor, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200, .help = "Go on where the last page ended."),
	FIELD_OF(conversation_list, limit, FIELD_INT, .flags = FIELD_OMIT, .min = 1, .max = 100, .help = "At most so many; 20 by default."),
};
RECORD_TYPE(record_conversation_list, conversation_list, conversation_list_fields, "Which conversations to list.");

static const struct field conversations_fields[] = {
	FIELD_OF(conversations, items, FIELD_LIST, .of = &record_conversation, .help = "The conversations, newest first."),
	FIELD_OF(conversations, cursor, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200, .help = "Where the next page begins; absent at the end."),
	FIELD_OF(conversations, total, FIELD_INT, .help = "How many there are in all."),
};
RECORD_TYPE(record_conversations, conversations, conversations_fields, "A page of conversations.");

static const struct field conversation_create_fields[] = {
	FIELD_OF(conversation_create, id, FIELD_TEXT, .flags = FIELD_OMIT, .max = ID_MAX, .help = "Id made by the client; made here when absent."),
	FIELD_OF(conversation_create, title, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = NAME_MAX_BYTES, .help = "Its title."),
	FIELD_OF(conversation_create, subject, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200, .help = "Subject it is about."),
	FIELD_OF(conversation_create, type, FIELD_TEXT, .flags = FIELD_OMIT, .choices = CONVERSATION_TYPES, .help = "Over everything or over one subject."),
};
RECORD_TYPE(record_conversation_create, conversation_create, conversation_create_fields, "A new conversation.");

static const struct field conversation_update_fields[] = {
	FIELD_OF(conversation_update, id, FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = ID_MAX, .help = "Id of the conversation."),
	FIELD_OF(conversation_update, title, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = NAME_MAX_BYTES, .help = "A new title."),
	FIELD_OF(conversation_update, status, FIELD_TEXT, .flags = FIELD_OMIT, .choices = CONVERSATION_STATUS, .help = "Put it away or take it out again."),
	FIELD_OF(conversation_update, subject, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200, .help = "Another subject."),
};
RECORD_TYPE(record_conversation_update, conversation_update, conversation_update_fields, "What to change of a conversation; what is absent stays.");

static const struct field conversation_get_fields[] = {
	FIELD_OF(conversation_get, id, FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = ID_MAX, .help = "Id of the conversation."),
	FIELD_OF(conversation_get, limit, FIELD_INT, .flags = FIELD_OMIT, .min = 1, .max = 10000, .help = "At most so many messages, the newest; all by default."),
	FIELD_OF(conversation_get, before, FIELD_INT, .flags = FIELD_OMIT, .min = 0, .max = 1000000000, .help = "Only messages before this place, counted from 1."),
};
RECORD_TYPE(record_conversation_get, conversation_get, conversation_get_fields, "Which part of a conversation to show.");

static const struct field transcript_fields[] = {
	FIELD_OF(transcript, conversation, FIELD_RECORD, .of = &record_conversation, .help = "The conversation."),
	FIELD_OF(transcript, messages, FIELD_LIST, .max = 1000000, .of = &record_message, .help = "What was said, oldest first."),
};
RECORD_TYPE(record_transcript, transcript, transcript_fields, "A conversation with its messages.");

static const struct field message_send_fields[] = {
	FIELD_OF(message_send, conversation_id, FIELD_TEXT, .flags = FIELD_OMIT, .max = ID_MAX, .help = "Conversation to go on with; absent begins one."),
	FIELD_OF(message_send, id, FIELD_TEXT, .flags = FIELD_OMIT, .max = ID_MAX, .help = "Id of the question, made by the client: the same id is answered once."),
	FIELD_OF(message_send, content, FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_SEALED, .min = 1, .max = 32 * 1024, .help = "The question."),
	FIELD_OF(message_send, context, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 1024 * 1024, .help = "More text to search together with the library."),
	FIELD_OF(message_send, subject, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200, .help = "Only sources of this subject."),
	FIELD_OF(message_send, mode, FIELD_TEXT, .flags = FIELD_OMIT, .choices = "auto|extractive|model", .help = "How to answer; auto uses a model when one is set up."),
	FIELD_OF(message_send, documents, FIELD_TEXTS, .flags = FIELD_OMIT, .max = 1000, .help = "Only the documents with these ids."),
	FIELD_OF(message_send, domains, FIELD_TEXTS, .flags = FIELD_OMIT, .max = 100, .help = "Only sources of these domains."),
	FIELD_OF(message_send, ephemeral, FIELD_BOOL, .flags = FIELD_OMIT, .help = "Keep neither question nor answer."),
};
RECORD_TYPE(record_message_send, message_send, message_send_fields, "A question.");

static const struct field message_feedback_fields[] = {
	FIELD_OF(message_feedback, id, FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = ID_MAX, .help = "Id of the answer."),
	FIELD_OF(message_feedback, score, FIELD_INT, .min = -1, .max = 1, .help = "1 good, -1 bad, 0 takes it back."),
	FIELD_OF(message_feedback, reasons, FIELD_TEXTS, .flags = FIELD_OMIT, .max = 10, .choices = "inaccurate|incomplete|not_relevant|missing_citations|accurate|helpful|other", .help = "Why."),
	FIELD_OF(message_feedback, comment, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 4096, .help = "In one's own words."),
};
RECORD_TYPE(record_message_feedback, message_feedback, message_feedback_fields, "What the reader thinks of an answer.");

static const struct field history_search_fields[] = {
	FIELD_OF(history_search, query, FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_SEALED, .min = 1, .max = 4096, .help = "What to look for in everything said."),
	FIELD_OF(history_search, subject, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200, .help = "Only conversations about this subject."),
	FIELD_OF(history_search, role, FIELD_TEXT, .flags = FIELD_OMIT, .choices = "user|stoa", .help = "Only what was said by one side."),
	FIELD_OF(history_search, k, FIELD_INT, .flags = FIELD_OMIT, .min = 1, .max = 1000, .help = "At most so many; 20 by default."),
	FIELD_OF(history_search, since, FIELD_TIME, .flags = FIELD_OMIT, .help = "Not before this time."),
	FIELD_OF(history_search, until, FIELD_TIME, .flags = FIELD_OMIT, .help = "Not after this time."),
};
RECORD_TYPE(record_history_search, history_search, history_search_fields, "A search over all conversations.");

static const struct field history_hit_fields[] = {
	FIELD_OF(history_hit, conversation_id, FIELD_TEXT, .max = ID_MAX, .help = "Conversation it was said in."),
	FIELD_OF(history_hit, conversation_title, FIELD_TEXT, .flags = FIELD_SEALED, .max = NAME_MAX_BYTES, .help = "Title of that conversation."),
	FIELD_OF(history_hit, message_id, FIELD_TEXT, .max = ID_MAX, .help = "The message."),
	FIELD_OF(history_hit, role, FIELD_TEXT, .choices = "user|stoa", .help = "Who said it."),
	FIELD_OF(history_hit, snippet, FIELD_TEXT, .flags = FIELD_SEALED, .max = 4096, .help = "The words around the match."),
	FIELD_OF(history_hit, spans, FIELD_LIST, .max = 100, .of = &record_span, .help = "Where the query's words stand in the snippet."),
	FIELD_OF(history_hit, created, FIELD_TIME, .help = "When it was said."),
	FIELD_OF(history_hit, score, FIELD_REAL, .help = "How well it fits; only comparable within one search."),
};
RECORD_TYPE(record_history_hit, history_hit, history_hit_fields, "One message found.");

static const struct field history_hits_fields[] = {
	FIELD_OF(history_hits, items, FIELD_LIST, .max = 1000, .of = &record_history_hit, .help = "Messages, best first."),
	FIELD_OF(history_hits, elapsed_ms, FIELD_REAL, .help = "Time it took, milliseconds."),
};
RECORD_TYPE(record_history_hits, history_hits, history_hits_fields, "What a search over all conversations found.");

static const struct field export_run_fields[] = {
	FIELD_OF(export_run, id, FIELD_TEXT, .flags = FIELD_OMIT, .max = ID_MAX, .help = "Conversation to export; absent is everything."),
	FIELD_OF(export_run, format, FIELD_TEXT, .flags = FIELD_OMIT, .choices = "md|json|html|txt", .help = "Form of the export; md by default."),
};
RECORD_TYPE(record_export_run, export_run, export_run_fields, "What to export, and how.");

static const struct field exported_fields[] = {
	FIELD_OF(exported, name, FIELD_TEXT, .max = 255, .help = "A name for the file."),
	FIELD_OF(exported, format, FIELD_TEXT, .choices = "md|json|html|txt", .help = "Its form."),
	FIELD_OF(exported, body, FIELD_TEXT, .flags = FIELD_SEALED, .max = 256 * 1024 * 1024, .help = "What to write into it."),
};
RECORD_TYPE(record_exported, exported, exported_fields, "An export, whole.");

static const struct field import_run_fields[] = {
	FIELD_OF(import_run, body, FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_SEALED, .min = 2, .max = 64 * 1024 * 1024, .help = "An export in JSON."),
};
RECORD_TYPE(record_import_run, import_run, import_run_fields, "Conversations to take in.");

static const struct field imported_fields[] = {
	FIELD_OF(imported, conversations, FIELD_INT, .help = "Conversations taken in."),
	FIELD_OF(imported, messages, FIELD_INT, .help = "Messages taken in."),
	FIELD_OF(imported, skipped, FIELD_INT, .help = "Messages that were there already."),
};
RECORD_TYPE(record_imported, imported, imported_fields, "What an import did.");
