/* History as one HTML file that needs nothing else.
 *
 * No script, no link, no picture, no address: a policy in the head forbids every
 * outside resource, and every text is sanitised and escaped.  Print it from a
 * browser for paper.
 */
#include <string.h>
#include "export_in.h"

static const char head[] =
	"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
	"'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
	"<meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"referrer\" "
	"content=\"no-referrer\">\n<title>stoa</title>\n<style>\n"
	"body{font:16px/1.5 serif;max-width:44rem;margin:2rem auto;padding:0 "
	"1rem;color:#111;background:#fff}\n"
	"h1{font-size:1.4rem;border-bottom:1px solid #999;margin-top:3rem}\n"
	".who{font-weight:bold;margin-top:1.5rem}.when,.line{color:#555;font-size:.85rem;font-"
	"weight:normal}\n"
	".said{white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate}\n"
	"blockquote{margin:.5rem 0 .5rem 1rem;padding-left:.8rem;border-left:3px solid "
	"#bbb;font-size:.92rem}\n"
	".stale,.missing,.unsupported{border-color:#b00;color:#800}\n"
	"@media "
	"(prefers-color-scheme:dark){body{color:#ddd;background:#111}.when,.line{color:#999}}\n"
	"@media "
	"print{h1{break-before:page}h1:first-of-type{break-before:avoid}blockquote{break-inside:"
	"avoid}}\n"
	"</style>\n</head>\n<body>\n";

static void
put_escaped(struct text *out, const char *s, unsigned flags)
{
	struct text clean;
	text_init(&clean, EXPORT_BYTES_MAX);
	untrusted_text(&clean, s ? s : "", s ? strlen(s) : 0, flags);
	for (size_t i = 0; i < clean.len; i++) {
		char c = clean.data[i];
		const char *name = c == '&'    ? "&amp;"
				   : c == '<'  ? "&lt;"
				   : c == '>'  ? "&gt;"
				   : c == '"'  ? "&quot;"
				   : c == '\'' ? "&#39;"
					       : NULL;
		if (name != NULL)
			text_put(out, name);
		else
			text_put_c(out, c);
	}
	text_clear(&clean);
}

static void
put_citations(struct exporting *e, const struct record_list *list, const char *word)
{
	static const char *const states[] = { "verified", "stale", "missing", "unsupported" };
	const struct citation *c = list->items;
	for (size_t i = 0; i < list->count; i++) {
		const char *state = "unsupported";
		for (size_t k = 0; k < COUNT_OF(states); k++)
			if (str_same(states[k], c[i].state))
				state = states[k];
		text_printf(e->out, "<blockquote class=\"%s\">%s[%lld] ", state, word,
			(long long)c[i].n);
		put_escaped(e->out, citation_place(e->a, &c[i]), UNTRUSTED_LINE);
		text_put(e->out, "<br>&ldquo;<span class=\"said\">");
		put_escaped(e->out, c[i].quote, UNTRUSTED_LINE);
		text_printf(e->out, "</span>&rdquo; <span class=\"line\">%s</span></blockquote>\n",
			state);
	}
}

static void
html_begin(struct exporting *e)
{
	text_put(e->out, head);
}

static void
html_conversation(struct exporting *e, const char *id, const struct kept_title *title,
	const struct kept_chain *chain)
{
	(void)id;
	text_put(e->out, "<h1>");
	put_escaped(e->out, title->title, UNTRUSTED_LINE);
	text_put(e->out, "</h1>\n");
	if (title->subject != NULL && *title->subject) {
		text_put(e->out, "<p class=\"line\">");
		put_escaped(e->out, title->subject, UNTRUSTED_LINE);
		text_put(e->out, "</p>\n");
	}
	for (size_t i = 0; i < chain->count; i++) {
		const struct message *m = chain->items[i].message;
		char when[TIME_TEXT_BYTES];
		time_format(when, m->created);
		text_printf(e->out,
			"<p class=\"who\">%s <span class=\"when\">%s</span></p>\n<div "
			"class=\"said\">",
			str_same(m->role, "user") ? "you" : "stoa", m->created ? when : "");
		put_escaped(e->out, m->content, 0);
		text_put(e->out, "</div>\n");
		put_citations(e, &m->citations, "");
		put_citations(e, &m->nearest, "nearest ");
		const char *line = export_line(e->a, m);
		if (*line) {
			text_put(e->out, "<p class=\"line\">");
			put_escaped(e->out, line, UNTRUSTED_LINE);
			text_put(e->out, "</p>\n");
		}
	}
}

static void
html_end(struct exporting *e)
{
	text_put(e->out, "</body>\n</html>\n");
}

const struct export_form export_html = { "html", true, html_begin, html_conversation, html_end };
