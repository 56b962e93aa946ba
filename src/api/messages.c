/* Records about questions and answers, and what an answer stands on. */
#include "api_in.h"

const char *
citation_place(struct arena *a, const struct citation *ct)
{
	struct text t;
	text_init(&t, 16384);
	text_put(&t, untrusted_line(a, ct->title && *ct->title ? ct->title : "piped text"));
	if (ct->chapter && *ct->chapter)
		text_printf(&t, ", ch. %s", untrusted_line(a, ct->chapter));
	if (ct->chapter_title && *ct->chapter_title && !str_same(ct->chapter_title, ct->title))
		text_printf(&t, "%s%s", ct->chapter && *ct->chapter ? " " : ", ",
			untrusted_line(a, ct->chapter_title));
	const char *page = page_text(a, ct->page, ct->page_end, ct->page_label);
	text_printf(&t, "%s%s", *page ? ", " : "", page);
	char *out = arena_strndup(a, t.data, t.len);
	text_clear(&t);
	return out;
}

const char *
page_text(struct arena *a, int64_t page, int64_t page_end, const char *label)
{
	if (page <= 0)
		return "";
	if (label != NULL && *label != '\0')
		return arena_printf(a, "p. %s", untrusted_line(a, label));
	return page_end > page ? arena_printf(a, "p. %lld-%lld", (long long)page, (long long)page_end)
			       : arena_printf(a, "p. %lld", (long long)page);
}

const char *
citation_url(struct arena *a, const char *file_id, int64_t page)
{
	return page > 0 ? arena_printf(a, "/v1/files/%s/content#page=%lld", file_id, (long long)page)
			: arena_printf(a, "/v1/files/%s/content", file_id);
}

static const struct field citation_fields[] = {
	FIELD_OF(citation, n, FIELD_INT, .min = 0, .max = 10000,
		.help = "Number by which the answer refers to it."),
	FIELD_OF(citation, file_id, FIELD_TEXT, .max = ID_MAX,
		.help = "Document quoted; empty for piped text."),
	FIELD_OF(citation, title, FIELD_TEXT, .max = NAME_MAX_BYTES,
		.help = "Title of the document."),
	FIELD_OF(citation, authors, FIELD_TEXTS, .flags = FIELD_OMIT, .max = 200,
		.help = "Its authors."),
	FIELD_OF(citation, chapter, FIELD_TEXT, .flags = FIELD_OMIT, .max = NAME_MAX_BYTES,
		.help = "Number of the chapter."),
	FIELD_OF(citation, chapter_title, FIELD_TEXT, .flags = FIELD_OMIT, .max = 4096,
		.help = "Title of the chapter."),
	FIELD_OF(citation, page, FIELD_INT, .help = "Page it begins on, from 1; 0: the document has no pages."),
	FIELD_OF(citation, page_end, FIELD_INT, .help = "Page it ends on."),
	FIELD_OF(citation, page_label, FIELD_TEXT, .flags = FIELD_OMIT, .max = 64,
		.help = "Printed number of the page."),
	FIELD_OF(citation, passage, FIELD_INT, .help = "Passage within the document."),
	FIELD_OF(citation, start, FIELD_INT, .help = "First byte in the stored text."),
	FIELD_OF(citation, end, FIELD_INT, .help = "Byte behind the last."),
	FIELD_OF(citation, quote, FIELD_TEXT, .flags = FIELD_SEALED, .max = QUOTE_MAX,
		.help = "Exactly those bytes."),
	FIELD_OF(citation, sha256, FIELD_TEXT, .flags = FIELD_OMIT, .max = 64,
		.help = "SHA-256 of the document's original when it was quoted."),
	FIELD_OF(citation, subject_id, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200,
		.help = "Subject of the document."),
	FIELD_OF(citation, url, FIELD_TEXT, .flags = FIELD_OMIT, .max = 512,
		.help = "Where the page can be read."),
	FIELD_OF(citation, score, FIELD_REAL, .help = "How well it fits the question."),
	FIELD_OF(citation, verified, FIELD_BOOL,
		.help = "The stored bytes were read again and are the quotation."),
	FIELD_OF(citation, state, FIELD_TEXT, .choices = "verified|stale|missing|unsupported",
		.help = "What reading them again found."),
};
RECORD_TYPE(record_citation, citation, citation_fields, "A quotation and where exactly it stands.");

static const struct field sentence_fields[] = {
	FIELD_OF(sentence, text, FIELD_TEXT, .flags = FIELD_SEALED, .max = FIELD_TEXT_MAX,
		.help = "The sentence."),
	FIELD_OF(sentence, citation, FIELD_INT, .min = 0, .max = 10000,
		.help = "Citation that it stands on; 0 is none."),
	FIELD_OF(sentence, heading, FIELD_BOOL, .flags = FIELD_OMIT,
		.help = "A heading, which stands on nothing."),
};
RECORD_TYPE(record_sentence, sentence, sentence_fields, "One sentence of an answer.");

static const struct field confidence_fields[] = {
	FIELD_OF(confidence, score, FIELD_REAL, .min = 0, .max = 100,
		.help = "Chance in percent that the answer is right."),
	FIELD_OF(confidence, citation_match, FIELD_REAL, .min = 0, .max = 100,
		.help = "How many sentences have a verified quotation."),
	FIELD_OF(confidence, similarity, FIELD_REAL, .min = 0, .max = 100,
		.help = "How close the sources are to the question."),
	FIELD_OF(confidence, completeness, FIELD_REAL, .min = 0, .max = 100,
		.help = "How much of the question is covered."),
	FIELD_OF(confidence, rank_margin, FIELD_REAL, .min = 0, .max = 100,
		.help = "How far the best source is ahead."),
	FIELD_OF(confidence, band, FIELD_TEXT, .choices = "answer|maybe|none",
		.help = "What to make of it."),
};
RECORD_TYPE(
	record_confidence, confidence, confidence_fields, "How sure an answer is, with its parts.");

static const struct field support_fields[] = {
	FIELD_OF(support, sentences, FIELD_INT, .help = "Sentences that need a source."),
	FIELD_OF(support, verified, FIELD_INT, .help = "Sentences whose source was verified."),
};
RECORD_TYPE(record_support, support, support_fields, "How many sentences stand on a source.");

static const struct field usage_fields[] = {
	FIELD_OF(usage, input_tokens, FIELD_INT, .help = "Tokens sent to the model."),
	FIELD_OF(usage, output_tokens, FIELD_INT, .help = "Tokens that came back."),
	FIELD_OF(usage, cost_usd, FIELD_REAL, .help = "What they cost, US dollars."),
	FIELD_OF(usage, estimated, FIELD_BOOL,
		.help = "Counted here because the endpoint did not say."),
};
RECORD_TYPE(record_usage, usage, usage_fields, "What a model was given and what it cost.");

static const struct field message_fields[] = {
	FIELD_OF(message, id, FIELD_TEXT, .max = ID_MAX, .help = "Id of the message."),
	FIELD_OF(message, conversation_id, FIELD_TEXT, .max = ID_MAX,
		.help = "Conversation it belongs to."),
	FIELD_OF(message, role, FIELD_TEXT, .choices = "user|stoa", .help = "Who said it."),
	FIELD_OF(message, content, FIELD_TEXT, .flags = FIELD_SEALED, .max = 1024 * 1024,
		.help = "What was said."),
	FIELD_OF(message, status, FIELD_TEXT, .flags = FIELD_OMIT,
		.choices = "answered|refused|clarify|handover|cancelled|failed",
		.help = "How the answer ended."),
	FIELD_OF(message, intent, FIELD_TEXT, .flags = FIELD_OMIT,
		.choices = "question|definition|list|comparison|summary|translate|quiz|smalltalk",
		.help = "What was understood to be wanted."),
	FIELD_OF(message, mode, FIELD_TEXT, .flags = FIELD_OMIT, .choices = "extractive|model|instructor",
		.help = "How the answer was made; instructor: a teacher wrote it."),
	FIELD_OF(message, model, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200,
		.help = "Model that was used."),
	FIELD_OF(message, note, FIELD_TEXT, .flags = FIELD_OMIT, .max = 4096,
		.help = "Why a model was not used, what was corrected."),
	FIELD_OF(message, language, FIELD_TEXT, .flags = FIELD_OMIT, .max = 35,
		.help = "Language of the question (BCP 47)."),
	FIELD_OF(message, domains, FIELD_TEXTS, .flags = FIELD_OMIT, .max = 100,
		.help = "Domains the question was routed to."),
	FIELD_OF(message, tools_used, FIELD_TEXTS, .flags = FIELD_OMIT, .max = 100,
		.help = "Tools a model called."),
	FIELD_OF(message, followups, FIELD_TEXTS, .flags = FIELD_OMIT, .max = 20,
		.help = "Questions that could come next."),
	FIELD_OF(message, sentences, FIELD_LIST, .flags = FIELD_OMIT, .max = 1000,
		.of = &record_sentence, .help = "The answer sentence by sentence."),
	FIELD_OF(message, citations, FIELD_LIST, .flags = FIELD_OMIT, .max = 1000,
		.of = &record_citation, .help = "What it stands on."),
	FIELD_OF(message, nearest, FIELD_LIST, .flags = FIELD_OMIT, .max = 100,
		.of = &record_citation,
		.help = "The nearest passages when the sources do not say."),
	FIELD_OF(message, confidence, FIELD_RECORD, .flags = FIELD_OMIT, .of = &record_confidence,
		.help = "How sure it is."),
	FIELD_OF(message, support, FIELD_RECORD, .flags = FIELD_OMIT, .of = &record_support,
		.help = "How many of its sentences are supported."),
	FIELD_OF(message, usage, FIELD_RECORD, .flags = FIELD_OMIT, .of = &record_usage,
		.help = "Tokens and cost."),
	FIELD_OF(message, rating, FIELD_INT, .flags = FIELD_OMIT, .min = -1, .max = 1,
		.help = "What the reader thought: 1, -1 or 0."),
	FIELD_OF(message, rating_comment, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED,
		.max = 4096, .help = "What he said about it."),
	FIELD_OF(message, created, FIELD_TIME, .help = "When it was said."),
	FIELD_OF(message, elapsed_ms, FIELD_REAL, .flags = FIELD_OMIT,
		.help = "Time the answer took, milliseconds."),
	FIELD_OF(message, low_confidence, FIELD_BOOL, .flags = FIELD_OMIT,
		.help = "Under the threshold of a plain answer."),
	FIELD_OF(message, request_email, FIELD_BOOL, .flags = FIELD_OMIT,
		.help = "Not sure enough: a teacher could be asked."),
};
RECORD_TYPE(record_message, message, message_fields, "One turn of a conversation.");

static const struct field message_send_fields[] = {
	FIELD_OF(message_send, conversation_id, FIELD_TEXT, .flags = FIELD_OMIT, .max = ID_MAX,
		.help = "Conversation to go on with; absent begins one."),
	FIELD_OF(message_send, id, FIELD_TEXT, .flags = FIELD_OMIT, .max = ID_MAX,
		.help = "Id of the question, made by the client: the same id is answered once."),
	FIELD_OF(message_send, content, FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_SEALED,
		.min = 1, .max = 32 * 1024, .help = "The question."),
	FIELD_OF(message_send, context, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED,
		.max = 1024 * 1024, .help = "More text to search together with the library."),
	FIELD_OF(message_send, subject, FIELD_TEXT, .flags = FIELD_OMIT, .max = 200,
		.help = "Only sources of this subject."),
	FIELD_OF(message_send, mode, FIELD_TEXT, .flags = FIELD_OMIT,
		.choices = "auto|extractive|model",
		.help = "How to answer; auto uses a model when one is set up."),
	FIELD_OF(message_send, assignment_id, FIELD_TEXT, .flags = FIELD_OMIT, .max = ID_MAX,
		.help = "Begin a conversation within this assignment: only its materials are searched."),
	FIELD_OF(message_send, documents, FIELD_TEXTS, .flags = FIELD_OMIT, .max = 1000,
		.help = "Only the documents with these ids."),
	FIELD_OF(message_send, domains, FIELD_TEXTS, .flags = FIELD_OMIT, .max = 100,
		.help = "Only sources of these domains."),
	FIELD_OF(message_send, ephemeral, FIELD_BOOL, .flags = FIELD_OMIT,
		.help = "Keep neither question nor answer."),
};
RECORD_TYPE(record_message_send, message_send, message_send_fields, "A question.");

static const struct field message_feedback_fields[] = {
	FIELD_OF(message_feedback, id, FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = ID_MAX,
		.help = "Id of the answer."),
	FIELD_OF(message_feedback, score, FIELD_INT, .min = -1, .max = 1,
		.help = "1 good, -1 bad, 0 takes it back."),
	FIELD_OF(message_feedback, reasons, FIELD_TEXTS, .flags = FIELD_OMIT, .max = 10,
		.choices = "inaccurate|incomplete|not_relevant|missing_citations|accurate|helpful|"
			   "other",
		.help = "Why."),
	FIELD_OF(message_feedback, comment, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED,
		.max = 4096, .help = "In one's own words."),
};
RECORD_TYPE(record_message_feedback, message_feedback, message_feedback_fields,
	"What the reader thinks of an answer.");
