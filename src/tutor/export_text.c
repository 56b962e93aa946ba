/* History to read: Markdown and plain text.
 *
 * Text passes the sanitiser line by line.  In Markdown the signs that make links,
 * pictures, emphasis, headings or HTML are escaped, so that what a document said
 * stays text wherever the file is opened.
 */
#include <string.h>
#include "export_in.h"

static void
put_plain(struct text *out, const char *s)
{
	untrusted_text(out, s, strlen(s), 0);
}

/* "[12]" that can be no link: the bytes of it; else 0. */
static size_t
plain_mark(const char *s)
{
	size_t n = 1;
	while (s[0] == '[' && s[n] >= '0' && s[n] <= '9')
		n++;
	return n > 1 && s[n] == ']' && (s[n + 1] == '\0' || strchr(":([", s[n + 1]) == NULL) ? n + 1
											     : 0;
}

static void
put_marked_down(struct text *out, const char *s)
{
	struct text clean;
	text_init(&clean, EXPORT_BYTES_MAX);
	untrusted_text(&clean, s, strlen(s), 0);
	bool start = true;
	for (size_t i = 0; i < clean.len; i++) {
		char c = clean.data[i];
		size_t mark = plain_mark(clean.data + i);
		if (mark > 0) {
			text_put_n(out, clean.data + i, mark);
			i += mark - 1;
			start = false;
			continue;
		}
		bool lead = start && strchr("-+=#>", c) != NULL;
		if (lead || strchr("\\`*_[]<>!|~&$", c) != NULL)
			text_put_c(out, '\\');
		text_put_c(out, c);
		start = c == '\n' || (start && c == ' ');
	}
	text_clear(&clean);
}

typedef void put_fn(struct text *out, const char *s);
struct dress {
	put_fn *put;
	const char *title, *title_end, *who, *who_end, *quote, *line;
};
static const struct dress markdown = { put_marked_down, "# ", "\n", "\n**", "**", "> ", "\n*" };
static const struct dress plain = { put_plain, "", "", "\n", "", "    ", "\n" };

static void
put_citations(struct exporting *e, const struct dress *d, const struct record_list *list,
	const char *word)
{
	const struct citation *c = list->items;
	for (size_t i = 0; i < list->count; i++) {
		text_printf(e->out, "\n%s", d->quote);
		d->put(e->out, arena_printf(e->a, "%s[%lld] %s: \"%s\" (%s)", word,
				       (long long)c[i].n, citation_place(e->a, &c[i]),
				       words_squeeze(e->a, c[i].quote ? c[i].quote : "",
					       c[i].quote ? strlen(c[i].quote) : 0),
				       c[i].state ? c[i].state : "unsupported"));
	}
	if (list->count > 0)
		text_put_c(e->out, '\n');
}

static void
put_message(struct exporting *e, const struct dress *d, const struct message *m)
{
	char when[TIME_TEXT_BYTES];
	time_format(when, m->created);
	text_printf(e->out, "%s%s%s  %s\n\n", d->who, str_same(m->role, "user") ? "you" : "stoa",
		d->who_end, m->created ? when : "");
	d->put(e->out, m->content ? m->content : "");
	text_put_c(e->out, '\n');
	put_citations(e, d, &m->citations, "");
	put_citations(e, d, &m->nearest, "nearest ");
	const char *line = export_line(e->a, m);
	if (*line) {
		text_put(e->out, d->line);
		d->put(e->out, line);
		text_put(e->out, d == &markdown ? "*\n" : "\n");
	}
}

static void
put_conversation(struct exporting *e, const struct dress *d, const struct kept_title *title,
	const struct kept_chain *chain)
{
	const char *name = untrusted_line(e->a, title->title ? title->title : "");
	if (e->conversations > 0)
		text_put(e->out, d == &markdown ? "\n---\n\n" : "\n\n");
	text_put(e->out, d->title);
	d->put(e->out, name);
	text_put(e->out, d->title_end);
	if (d == &plain) {
		text_put_c(e->out, '\n');
		for (size_t i = 0; i < utf8_width(name, strlen(name)); i++)
			text_put_c(e->out, '=');
		text_put_c(e->out, '\n');
	}
	if (title->subject != NULL && *title->subject) {
		text_put(e->out, "\nSubject: ");
		d->put(e->out, untrusted_line(e->a, title->subject));
		text_put_c(e->out, '\n');
	}
	for (size_t i = 0; i < chain->count; i++)
		put_message(e, d, chain->items[i].message);
}

static void
nothing_around(struct exporting *e)
{
	(void)e;
}

static void
markdown_conversation(struct exporting *e, const char *id, const struct kept_title *title,
	const struct kept_chain *chain)
{
	(void)id;
	put_conversation(e, &markdown, title, chain);
}

static void
text_conversation(struct exporting *e, const char *id, const struct kept_title *title,
	const struct kept_chain *chain)
{
	(void)id;
	put_conversation(e, &plain, title, chain);
}

const struct export_form export_markdown = { "md", true, nothing_around, markdown_conversation,
	nothing_around };
const struct export_form export_text = { "txt", true, nothing_around, text_conversation,
	nothing_around };
