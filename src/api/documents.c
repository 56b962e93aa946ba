/* Records about documents, passages and search. */
#include "api_in.h"

#define KINDS "pdf|docx|pptx|odt|epub|html|markdown|text|csv"

static const struct field document_fields[] = {
	FIELD_OF(document, id, FIELD_TEXT, .max = ID_MAX, .help = "Id of the document."),
	FIELD_OF(document, name, FIELD_TEXT, .max = NAME_MAX_BYTES,
		.help = "File name it came with."),
	FIELD_OF(document, title, FIELD_TEXT, .max = NAME_MAX_BYTES,
		.help = "Title found in it, or its name."),
	FIELD_OF(document, subject, FIELD_TEXT, .max = 200, .help = "Subject it belongs to."),
	FIELD_OF(document, domain, FIELD_TEXT, .max = 200,
		.help = "Domain of knowledge it belongs to."),
	FIELD_OF(document, kind, FIELD_TEXT, .choices = KINDS,
		.help = "What was recognised in its bytes."),
	FIELD_OF(document, status, FIELD_TEXT, .choices = "processing|completed|failed|waiting",
		.help = "Whether it can be asked; waiting: kept by the client until its server is back."),
	FIELD_OF(document, reason, FIELD_TEXT, .flags = FIELD_OMIT,
		.choices = "no_text|encrypted|damaged|empty|wrong_type|limit",
		.help = "Why it could not be read."),
	FIELD_OF(document, error_message, FIELD_TEXT, .flags = FIELD_OMIT, .max = 2048,
		.help = "The reason in one sentence."),
	FIELD_OF(document, language, FIELD_TEXT, .max = 35,
		.help = "Language (BCP 47); empty when unsure."),
	FIELD_OF(document, sha256, FIELD_TEXT, .max = 64,
		.help = "SHA-256 of the original's bytes, hex."),
	FIELD_OF(document, origin, FIELD_TEXT, .flags = FIELD_OMIT, .max = 4096,
		.help = "Where it came from: a path or an address."),
	FIELD_OF(document, preview, FIELD_TEXT, .flags = FIELD_OMIT, .max = 4096,
		.help = "Its first words."),
	FIELD_OF(document, authors, FIELD_TEXTS, .max = 200, .help = "Authors named in it."),
	FIELD_OF(document, concepts, FIELD_TEXTS, .max = 200, .help = "Terms that it is about."),
	FIELD_OF(document, pages, FIELD_INT, .help = "Pages, sheets or slides; 0: it has none."),
	FIELD_OF(document, passages, FIELD_INT, .help = "Passages in the index."),
	FIELD_OF(document, words, FIELD_INT, .help = "Words in its text."),
	FIELD_OF(document, size_bytes, FIELD_INT, .help = "Bytes of the original."),
	FIELD_OF(document, cited, FIELD_INT, .help = "Citations that point into it."),
	FIELD_OF(
		document, stale, FIELD_INT, .help = "Citations whose quotation has changed since."),
	FIELD_OF(document, added, FIELD_TIME, .help = "When it was added."),
	FIELD_OF(document, changed, FIELD_TIME, .help = "When its text last changed."),
	FIELD_OF(document, expires, FIELD_TIME, .flags = FIELD_OMIT,
		.help = "When it will be removed."),
};
RECORD_TYPE(record_document, document, document_fields, "One document of the library.");

static const struct field document_add_fields[] = {
	FIELD_OF(document_add, path, FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_BYTES, .min = 1,
		.max = 4096, .help = "The file to read."),
	FIELD_OF(document_add, name, FIELD_TEXT, .flags = FIELD_OMIT, .max = NAME_MAX_BYTES,
		.help = "Name to show; the file's own by default."),
	FIELD_OF(document_add, subject, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200,
		.help = "Subject to file it under."),
	FIELD_OF(document_add, domain, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200,
		.help = "Domain to file it under."),
	FIELD_OF(document_add, kind, FIELD_TEXT, .flags = FIELD_OMIT, .choices = KINDS,
		.help = "Read it as this kind instead of guessing by its bytes."),
	FIELD_OF(document_add, origin, FIELD_TEXT, .flags = FIELD_OMIT, .max = 4096,
		.help = "Where it came from, when that is not the path."),
	FIELD_OF(document_add, retention_days, FIELD_INT, .flags = FIELD_OMIT, .min = 0,
		.max = 36500, .help = "Remove it after so many days; 0 keeps it."),
	FIELD_OF(document_add, again, FIELD_BOOL, .flags = FIELD_OMIT,
		.help = "Add it although the same bytes are there already."),
};
RECORD_TYPE(
	record_document_add, document_add, document_add_fields, "A file to read, store and index.");

static const struct field document_list_fields[] = {
	FIELD_OF(document_list, subjects, FIELD_TEXTS, .flags = FIELD_OMIT, .max = 100,
		.help = "Only these subjects."),
	FIELD_OF(document_list, domains, FIELD_TEXTS, .flags = FIELD_OMIT, .max = 100,
		.help = "Only these domains."),
	FIELD_OF(document_list, kinds, FIELD_TEXTS, .flags = FIELD_OMIT, .max = 20,
		.choices = KINDS, .help = "Only these kinds."),
	FIELD_OF(document_list, status, FIELD_TEXT, .flags = FIELD_OMIT,
		.choices = "processing|completed|failed|waiting", .help = "Only this status."),
	FIELD_OF(document_list, search, FIELD_TEXT, .flags = FIELD_OMIT, .max = 1000,
		.help = "Words that the name or title must hold."),
	FIELD_OF(document_list, cursor, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200,
		.help = "Go on where the last page ended."),
	FIELD_OF(document_list, limit, FIELD_INT, .flags = FIELD_OMIT, .min = 1, .max = 100,
		.help = "At most so many; 20 by default."),
};
RECORD_TYPE(record_document_list, document_list, document_list_fields, "Which documents to list.");

static const struct field documents_fields[] = {
	FIELD_OF(documents, items, FIELD_LIST, .of = &record_document, .help = "The documents."),
	FIELD_OF(documents, cursor, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200,
		.help = "Where the next page begins; absent at the end."),
	FIELD_OF(documents, total, FIELD_INT, .help = "How many there are in all."),
};
RECORD_TYPE(record_documents, documents, documents_fields, "A page of documents.");

static const struct field id_request_fields[] = {
	FIELD_OF(id_request, id, FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = ID_MAX,
		.help = "Id of the thing that is meant."),
};
RECORD_TYPE(record_id_request, id_request, id_request_fields, "One thing by its id.");

static const struct field document_content_fields[] = {
	FIELD_OF(document_content, id, FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = ID_MAX,
		.help = "Id of the document."),
	FIELD_OF(document_content, page, FIELD_INT, .flags = FIELD_OMIT, .min = 0, .max = 1000000,
		.help = "A page from 1; 0 takes the byte range."),
	FIELD_OF(document_content, start, FIELD_INT, .flags = FIELD_OMIT, .min = 0, .max = BODY_MAX,
		.help = "First byte of the stored text."),
	FIELD_OF(document_content, end, FIELD_INT, .flags = FIELD_OMIT, .min = 0, .max = BODY_MAX,
		.help = "Byte behind the last; 0 is the end of the text."),
};
RECORD_TYPE(record_document_content, document_content, document_content_fields,
	"A part of a document's text.");

static const struct field content_fields[] = {
	FIELD_OF(content, id, FIELD_TEXT, .max = ID_MAX, .help = "Id of the document."),
	FIELD_OF(content, text, FIELD_TEXT, .max = BODY_MAX, .help = "The stored text."),
	FIELD_OF(content, page_label, FIELD_TEXT, .flags = FIELD_OMIT, .max = 64,
		.help = "Printed number of the page."),
	FIELD_OF(content, page, FIELD_INT, .help = "Page from 1; 0 for a byte range."),
	FIELD_OF(content, pages, FIELD_INT, .help = "Pages of the document."),
	FIELD_OF(content, start, FIELD_INT, .help = "First byte in the stored text."),
	FIELD_OF(content, end, FIELD_INT, .help = "Byte behind the last."),
};
RECORD_TYPE(record_content, content, content_fields, "Text of a document as it is stored.");

static const struct field passage_fields[] = {
	FIELD_OF(passage, file_id, FIELD_TEXT, .max = ID_MAX, .help = "Document it is part of."),
	FIELD_OF(passage, title, FIELD_TEXT, .max = NAME_MAX_BYTES,
		.help = "Title of the document."),
	FIELD_OF(passage, subject, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200,
		.help = "Subject of the document."),
	FIELD_OF(passage, chapter, FIELD_TEXT, .flags = FIELD_OMIT, .max = NAME_MAX_BYTES,
		.help = "Chapter it stands in."),
	FIELD_OF(passage, heading, FIELD_TEXT, .flags = FIELD_OMIT, .max = 4096,
		.help = "Headings above it, outermost first."),
	FIELD_OF(passage, page_label, FIELD_TEXT, .flags = FIELD_OMIT, .max = 64,
		.help = "Printed number of its page."),
	FIELD_OF(passage, text, FIELD_TEXT, .max = FIELD_TEXT_MAX, .help = "Its text."),
	FIELD_OF(passage, n, FIELD_INT, .help = "Its number within the document, from 0."),
	FIELD_OF(passage, page, FIELD_INT, .help = "Page it begins on, from 1."),
	FIELD_OF(passage, page_end, FIELD_INT, .help = "Page it ends on."),
	FIELD_OF(passage, start, FIELD_INT, .help = "First byte in the stored text."),
	FIELD_OF(passage, end, FIELD_INT, .help = "Byte behind the last."),
};
RECORD_TYPE(record_passage, passage, passage_fields,
	"A piece of a document: whole sentences, never across a heading.");

static const struct field passage_get_fields[] = {
	FIELD_OF(passage_get, file_id, FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = ID_MAX,
		.help = "Document it is part of."),
	FIELD_OF(passage_get, n, FIELD_INT, .min = 0, .max = 10000000,
		.help = "Its number within the document, from 0."),
	FIELD_OF(passage_get, neighbours, FIELD_INT, .flags = FIELD_OMIT, .min = 0, .max = 20,
		.help = "So many passages before and behind it as well."),
};
RECORD_TYPE(record_passage_get, passage_get, passage_get_fields, "Which passage to show.");

static const struct field passages_fields[] = {
	FIELD_OF(passages, items, FIELD_LIST, .of = &record_passage,
		.help = "Passages in the document's order."),
};
RECORD_TYPE(record_passages, passages, passages_fields, "Passages of one document.");

static const struct field search_run_fields[] = {
	FIELD_OF(search_run, query, FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_SEALED, .min = 1,
		.max = 8192, .help = "What to look for."),
	FIELD_OF(search_run, subjects, FIELD_TEXTS, .flags = FIELD_OMIT, .max = 100,
		.help = "Only these subjects."),
	FIELD_OF(search_run, domains, FIELD_TEXTS, .flags = FIELD_OMIT, .max = 100,
		.help = "Only these domains."),
	FIELD_OF(search_run, kinds, FIELD_TEXTS, .flags = FIELD_OMIT, .max = 20, .choices = KINDS,
		.help = "Only these kinds of document."),
	FIELD_OF(search_run, documents, FIELD_TEXTS, .flags = FIELD_OMIT, .max = 1000,
		.help = "Only the documents with these ids."),
	FIELD_OF(search_run, k, FIELD_INT, .flags = FIELD_OMIT, .min = 1, .max = 100,
		.help = "At most so many passages; 10 by default."),
};
RECORD_TYPE(record_search_run, search_run, search_run_fields, "A search over the library.");

static const struct field span_fields[] = {
	FIELD_OF(span, start, FIELD_INT, .help = "First byte within the text."),
	FIELD_OF(span, end, FIELD_INT, .help = "Byte behind the last."),
};
RECORD_TYPE(record_span, span, span_fields, "A stretch of a text that matches.");

static const struct field hit_fields[] = {
	FIELD_OF(hit, passage, FIELD_RECORD, .of = &record_passage, .help = "The passage found."),
	FIELD_OF(hit, score, FIELD_REAL,
		.help = "How well it fits; only comparable within one search."),
	FIELD_OF(hit, spans, FIELD_LIST, .of = &record_span, .max = 1000,
		.help = "Where the query's words stand in it."),
};
RECORD_TYPE(record_hit, hit, hit_fields, "One passage found by a search.");

static const struct field hits_fields[] = {
	FIELD_OF(hits, items, FIELD_LIST, .of = &record_hit, .max = 1000,
		.help = "Passages, best first."),
	FIELD_OF(hits, corrected, FIELD_TEXT, .flags = FIELD_OMIT, .max = 8192,
		.help = "The query with its spelling repaired."),
	FIELD_OF(hits, elapsed_ms, FIELD_REAL, .help = "Time it took, milliseconds."),
	FIELD_OF(hits, documents, FIELD_INT, .help = "Documents that were searched."),
};
RECORD_TYPE(record_hits, hits, hits_fields, "What a search found.");
