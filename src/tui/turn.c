/* Turn: one message of a conversation as rows.
 *
 * A question has a name in front; an answer has a sentence a paragraph, each with
 * the number of its quotation or the word that it has none, then one line with what
 * can be said about it. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "chat_in.h"
#include "flow_in.h"

#define LEAD 7                         /* "stoa   " */

static void
put(struct flow_line *l, enum style style, const char *s)
{
	flow_piece(l, style, 0, s, strlen(s));
}

static void
sentence_flow(struct flow *f, const struct sentence *s, const char *first)
{
	struct flow_line l;
	const char *text = s->text != NULL ? s->text : "";
	char mark[32];
	flow_open(&l, f, first, STYLE_STOA, LEAD);
	if (s->heading) {
		put(&l, STYLE_HEADING, text);
	} else {
		flow_piece(&l, STYLE_TEXT, 0, text, strlen(text));
		int n = (int)s->citation;
		snprintf(mark, sizeof mark, n > 0 ? "[%d]" : "[unsupported]", n);
		put(&l, STYLE_TEXT, " ");
		flow_piece(&l, n > 0 ? STYLE_CITATION : STYLE_UNSUPPORTED, n > 0 ? n : 0, mark, strlen(mark));
	}
	flow_close(&l);
}

/* The last line of an answer: figures that are not torn apart. */
struct foot { struct flow *flow; struct flow_line line; enum style style; int used; };

static void
foot_open(struct foot *t)
{
	flow_open(&t->line, t->flow, "       ", STYLE_TEXT, LEAD);
	t->used = LEAD;
}

static void STOA_PRINTF(2, 3)
figure(struct foot *t, const char *fmt, ...)
{
	char s[256];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(s, sizeof s, fmt, ap);
	va_end(ap);
	int width = width_cells(s, strlen(s));
	if (t->used > LEAD && t->used + 2 + width > t->flow->cols) {
		flow_close(&t->line);
		foot_open(t);
	}
	if (t->used > LEAD)
		flow_piece(&t->line, t->style, 0, "  ", 2);
	flow_piece(&t->line, t->style, 0, s, strlen(s));
	t->used += width + (t->used > LEAD ? 2 : 0);
}

/* support 3/3  confidence 92  extractive  41 ms */
static void
foot_flow(struct flow *f, const struct message *m)
{
	bool refused = str_same(m->status, "refused");
	struct foot t = { .flow = f, .style = m->low_confidence || refused ? STYLE_REFUSED : STYLE_DIM };
	foot_open(&t);
	if (refused)
		figure(&t, "refused  nearest %zu passage%s", m->nearest.count, m->nearest.count == 1 ? "" : "s");
	else if (m->support != NULL)
		figure(&t, "support %lld/%lld", (long long)m->support->verified, (long long)m->support->sentences);
	if (m->confidence != NULL)
		figure(&t, "confidence %.0f%s", round(m->confidence->score), m->low_confidence ? " (low)" : "");
	if (m->mode != NULL)
		figure(&t, "%s", m->mode);
	if (m->model != NULL && *m->model != '\0')
		figure(&t, "%s", m->model);
	if (m->elapsed_ms > 0)
		figure(&t, "%.0f ms", m->elapsed_ms);
	if (m->usage != NULL && m->usage->cost_usd > 0)
		figure(&t, "$%.4f", m->usage->cost_usd);
	if (m->rating != 0)
		figure(&t, "%s", m->rating > 0 ? "+ helpful" : "- not helpful");
	flow_close(&t.line);
}

static void
answer_flow(struct flow *f, const struct message *m, const char *hint)
{
	const struct sentence *s = m->sentences.items;
	const char *content = m->content != NULL ? m->content : "";
	bool plain = strchr(content, '\n') == NULL;
	for (size_t i = 0; i < m->sentences.count; i++) {
		if (s[i].heading && i > 0)
			flow_blank(f);
		sentence_flow(f, &s[i], i == 0 ? "stoa   " : "       ");
	}
	if (m->sentences.count == 0 && plain) {
		flow_text(f, str_same(m->status, "refused") ? STYLE_REFUSED : STYLE_TEXT, "stoa   ", STYLE_STOA, LEAD, content, strlen(content));
	} else if (m->sentences.count == 0) {
		flow_text(f, STYLE_TEXT, "stoa", STYLE_STOA, LEAD, "", 0);
		flow_markdown(f, LEAD, content, strlen(content));
	}
	if (m->note != NULL && *m->note != '\0')
		flow_text(f, STYLE_STALE, "       ", STYLE_TEXT, LEAD, m->note, strlen(m->note));
	bool waits = str_same(content, BACKEND_QUESTION_WAITS);
	if (!waits && (str_same(m->status, "answered") || str_same(m->status, "refused")))
		foot_flow(f, m);       /* what waits for a server was not answered, and has no figures */
	if (*hint != '\0')
		flow_text(f, STYLE_HINT, "       ", STYLE_TEXT, LEAD, hint, strlen(hint));
	for (size_t i = 0; i < m->followups.count && i < 3; i++)
		flow_text(f, STYLE_DIM, i == 0 ? "       next: " : "             ", STYLE_DIM, LEAD + 6, m->followups.items[i], strlen(m->followups.items[i]));
}

/* A teacher's words: no quotations to count, and not to be taken for ours. */
static void
reply_flow(struct flow *f, const struct message *m)
{
	const char *note = m->note != NULL && *m->note != '\0' ? m->note : "A teacher wrote this.";
	const char *content = m->content != NULL ? m->content : "", *rating = m->rating > 0 ? "+ helpful" : "- not helpful";
	flow_text(f, STYLE_VERIFIED, "teacher  ", STYLE_YOU, LEAD, note, strlen(note));
	flow_markdown(f, LEAD, content, strlen(content));
	if (m->rating != 0)
		flow_text(f, STYLE_DIM, "       ", STYLE_TEXT, LEAD, rating, strlen(rating));
}

/* Lines come whole, so that what is laid out stays as it is; only the step below it goes. */
void
chat_stream_flow(struct flow *f, struct stream_laid *laid, const struct text *said, const char *step)
{
	f->count = laid->rows;
	if (said->len > laid->bytes) {
		size_t from = laid->bytes + (laid->bytes > 0);     /* behind the line end */
		flow_text(f, STYLE_TEXT, laid->bytes > 0 ? "       " : "stoa   ", laid->bytes > 0 ? STYLE_TEXT : STYLE_STOA, LEAD,
			said->data + from, said->len - from);
		*laid = (struct stream_laid){ said->len, f->count };
	}
	flow_text(f, STYLE_DIM, laid->bytes > 0 ? "       " : "stoa   ", STYLE_STOA, LEAD, step, strlen(step));
	flow_blank(f);
}

void
chat_turn_flow(struct flow *f, const struct message *m, const char *hint)
{
	if (str_same(m->role, "user")) {
		const char *content = m->content != NULL ? m->content : "";
		flow_text(f, STYLE_STRONG, "you    ", STYLE_YOU, LEAD, content, strlen(content));
	} else if (str_same(m->mode, "instructor")) {
		reply_flow(f, m);
	} else {
		answer_flow(f, m, hint);
	}
	flow_blank(f);
}
