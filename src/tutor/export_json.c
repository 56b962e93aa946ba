/* History in its own form: what was sealed, to be taken in again without loss.
 *
 *	{"format": "stoa-history", "version": 1, "exported": time, "conversations":
 *	  [{"id", "title": {...}, "messages": [{"at", "question", "message", "context"}],
 *	    "feedback": [{"id", "feedback": {...}}]}]}
 */
#include "export_in.h"

static void
json_begin(struct exporting *e)
{
	char when[TIME_TEXT_BYTES];
	time_format(when, e->now_ms);
	text_printf(e->out,
		"{\"format\":\"" EXPORT_FORMAT
		"\",\"version\":%d,\"exported\":\"%s\",\"conversations\":[",
		EXPORT_VERSION, when);
}

static void
json_conversation(struct exporting *e, const char *id, const struct kept_title *title,
	const struct kept_chain *chain)
{
	text_printf(e->out, "%s\n{\"id\":\"%s\",\"title\":", e->conversations ? "," : "", id);
	record_to_json(e->out, &record_kept_title, title);
	text_put(e->out, ",\"messages\":[");
	for (size_t i = 0; i < chain->count; i++) {
		text_put(e->out, i ? ",\n" : "\n");
		record_to_json(e->out, &record_kept_message, &chain->items[i]);
	}
	text_put(e->out, "],\"feedback\":[");
	for (size_t i = 0; i < chain->feedback_count; i++) {
		text_printf(e->out, "%s{\"id\":\"%s\",\"feedback\":", i ? ",\n" : "\n",
			chain->feedback_ids[i]);
		record_to_json(e->out, &record_kept_feedback, &chain->feedback[i]);
		text_put_c(e->out, '}');
	}
	text_put(e->out, "]}");
}

static void
json_end(struct exporting *e)
{
	text_put(e->out, "\n]}\n");
}

const struct export_form export_json = { "json", false, json_begin, json_conversation, json_end };
