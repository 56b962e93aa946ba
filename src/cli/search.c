/* stoa search: the passages that fit best, with what fits in bold. */
#include <string.h>
#include "cli_in.h"

/* The operands as one line, words apart by one blank. */
const char *
operands_joined(struct cli *c, size_t from)
{
	struct text t;
	text_init(&t, 65536);
	for (size_t i = from; i < c->args.operand_count; i++) {
		text_put(&t, i > from ? " " : "");
		text_put(&t, c->args.operands[i]);
	}
	char *out = arena_strndup(&c->arena, t.data ? t.data : "", t.len);
	text_clear(&t);
	return out;
}

static const char *
passage_place(struct arena *a, const struct passage *p)
{
	const char *page = page_text(a, p->page, p->page, p->page_label);
	const char *under = p->heading && *p->heading ? p->heading : p->chapter;
	size_t title = p->title ? strlen(p->title) : 0;
	if (under && title && str_starts(under, p->title) && str_starts(under + title, " > "))
		under += title + 3;     /* the title is the outermost heading */
	return arena_printf(a, "%s%s%s%s%s", untrusted_line(a, p->title ? p->title : ""),
		*page ? ", " : "", page, under && *under ? " \u00b7 " : "",
		untrusted_line(a, under ? under : ""));
}

/* The part of a passage around its first match, cut between words. */
static const char *
excerpt(struct arena *a, const struct hit *h)
{
	const char *text = h->passage->text ? h->passage->text : "";
	size_t len = strlen(text), most = 400, from = 0;
	const struct span *spans = h->spans.items;
	if (h->spans.count && spans[0].start > 0 && (size_t)spans[0].start < len)
		from = (size_t)spans[0].start;
	from = from > 120 ? from - 120 : 0;
	if (len <= most)
		from = 0;
	from = utf8_floor(text, len, from);
	while (from > 0 && from < len && text[from - 1] != ' ' && text[from - 1] != '\n' &&
		(unsigned char)text[from] < 0x80)
		from--;
	size_t n = utf8_floor(text + from, len - from, most);
	bool cut = from + n < len;
	while (cut && n > 1 && (unsigned char)text[from + n] < 0x80 && text[from + n] != ' ')
		n--;
	const char *clean = untrusted_line(a, arena_strndup(a, text + from, n));
	return arena_printf(a, "%s%s%s", from ? "\u2026" : "", clean, cut ? "\u2026" : "");
}

/* The words of the passage that fit, for marking. */
static struct text_list
fitting_words(struct arena *a, const struct hit *h)
{
	const struct span *spans = h->spans.items;
	const char *text = h->passage->text ? h->passage->text : "";
	int64_t len = (int64_t)strlen(text);
	struct text_list list = { arena_alloc(a, sizeof(char *) * (h->spans.count + 1)), 0 };
	for (size_t i = 0; i < h->spans.count; i++) {
		int64_t n = spans[i].end - spans[i].start;
		if (spans[i].start < 0 || n <= 0 || spans[i].end > len)
			continue;
		list.items[list.count++] =
			untrusted_line(a, arena_strndup(a, text + spans[i].start, (size_t)n));
	}
	return list;
}

enum fault
verb_search(struct cli *c)
{
	struct text_list documents = option_texts(&c->args, &c->arena, "document");
	struct search_run request = {
		.query = operands_joined(c, 0),
		.subjects = option_texts(&c->args, &c->arena, "subject"),
		.domains = option_texts(&c->args, &c->arena, "domain"),
		.kinds = option_texts(&c->args, &c->arena, "kind"),
		.k = option_number(&c->args, "k", 5),
	};
	const void *reply = NULL;
	enum fault f = session_ready(c);
	if (f == FAULT_NONE)
		f = named_documents(&request.documents, c, &documents);
	if (f == FAULT_NONE)
		f = session_call(&reply, c, "search.run", &request, NULL);
	if (f != FAULT_NONE)
		return f;
	const struct hits *hits = reply;
	const struct hit *items = hits->items.items;
	c->status = hits->items.count ? 0 : fault_exit_status(FAULT_ABSENT);
	if (c->json) {
		out_record(c, &record_hits, hits);
		return FAULT_NONE;
	}
	if (hits->corrected && *hits->corrected)
		err_note(c, PAINT_DIM,
			arena_printf(&c->arena, "Searched for: %s\n",
				untrusted_line(&c->arena, hits->corrected)));
	for (size_t i = 0; i < hits->items.count; i++) {
		out_wrapped(c, PAINT_BOLD, arena_printf(&c->arena, "%2zu  ", i + 1), 4,
			passage_place(&c->arena, items[i].passage));
		struct text_list words = fitting_words(&c->arena, &items[i]);
		out_highlighted(c, 4, excerpt(&c->arena, &items[i]), &words);
	}
	if (!hits->items.count)
		out_put(c, PAINT_NONE, "Nothing like that is in your documents.\n");
	err_notef(c, PAINT_DIM, "%zu passage%s \u00b7 %.0f ms\n", hits->items.count,
		hits->items.count == 1 ? "" : "s", hits->elapsed_ms);
	return FAULT_NONE;
}
