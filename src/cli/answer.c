/* An answer as a person reads it: sentences with [n], then what each stands on.
 *
 * The quotation under each number is the exact bytes of the source, sanitised only for
 * the terminal.  Not in your sources is a result like another, with the nearest
 * passages and its own exit status.  While a model writes, verified sentences are
 * shown as they come.
 */
#include <math.h>
#include <string.h>
#include "cli_in.h"

#define SOON_MS 200     /* an answer sooner than this needs no word about its steps */
struct stream { bool events, shown; double started_ms; };

/* What to say about a quotation that is not as it was. */
static const char *
state_sentence(const char *state)
{
	static const struct { const char *state, *sentence; } rows[] = {
		{ "stale", "the document has changed since; this is what it said" },
		{ "missing", "the document is no longer in the library" },
		{ "unsupported", "this was not found in the source" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (str_same(state, rows[i].state))
			return rows[i].sentence;
	return NULL;
}

static void
quote_print(struct cli *c, const char *head, const struct citation *ct)
{
	const char *quote = untrusted_line(&c->arena, ct->quote ? ct->quote : "");
	const char *wrong = state_sentence(ct->state);
	size_t indent = strlen(head);
	out_wrapped(c, PAINT_CITE, head, indent, citation_place(&c->arena, ct));
	out_wrapped(c, PAINT_DIM, arena_printf(&c->arena, "%*s", (int)indent, ""), indent,
		arena_printf(&c->arena, "\"%s\"", quote));
	if (wrong)
		out_wrapped(c, PAINT_WARN, arena_printf(&c->arena, "%*s", (int)indent, ""), indent,
			wrong);
}

void
answer_source(struct cli *c, const struct citation *ct)
{
	quote_print(c, arena_printf(&c->arena, "[%lld] ", (long long)ct->n), ct);
}

/* Bytes of the punctuation that ends a sentence; 0: none. */
static size_t
stop_bytes(const char *text)
{
	static const char *const stops[] = { ".", "!", "?", "\u3002", "\uff01", "\uff1f" };
	for (size_t i = 0; i < COUNT_OF(stops); i++)
		if (str_ends(text, stops[i]))
			return strlen(stops[i]);
	return 0;
}

/* "... a plateau [1]." */
static void
sentence_print(struct cli *c, const struct sentence *s)
{
	const char *text = s->text ? s->text : "";
	if (s->heading) {
		out_wrapped(c, PAINT_BOLD, "", 0, arena_printf(&c->arena, "\n%s", text));
		return;
	}
	const char *mark = s->citation > 0
				   ? arena_printf(&c->arena, "[%lld]", (long long)s->citation)
				   : "[unsupported]";
	size_t len = strlen(text), stop = stop_bytes(text);
	out_wrapped(c, PAINT_NONE, "", 0,
		arena_printf(
			&c->arena, "%.*s %s%s", (int)(len - stop), text, mark, text + len - stop));
}

static void
support_line(struct cli *c, const struct message *m)
{
	struct text t;
	text_init(&t, 4096);
	if (m->support)
		text_printf(&t, "support %lld/%lld \u00b7 ", (long long)m->support->verified,
			(long long)m->support->sentences);
	if (m->confidence)
		text_printf(&t, "confidence %.0f \u00b7 ", round(m->confidence->score));
	text_put(&t, m->mode ? m->mode : "extractive");
	if (m->model && *m->model)
		text_printf(&t, " %s", untrusted_line(&c->arena, m->model));
	text_printf(&t, " \u00b7 %.0f ms", m->elapsed_ms);
	if (m->usage && m->usage->cost_usd > 0)
		text_printf(&t, " \u00b7 $%.4f%s", m->usage->cost_usd,
			m->usage->estimated ? " (estimated)" : "");
	out_wrapped(c, m->low_confidence ? PAINT_WARN : PAINT_DIM, "", 0, t.data);
	text_clear(&t);
}

static void
nearest_print(struct cli *c, const struct message *m)
{
	const struct citation *items = m->nearest.items;
	if (!m->nearest.count)
		return;
	out_put(c, PAINT_NONE, "\n");
	for (size_t i = 0; i < m->nearest.count; i++)
		quote_print(c, "  - ", &items[i]);
}

void
answer_print(struct cli *c, const struct message *m, bool streamed)
{
	const struct sentence *sentences = m->sentences.items;
	const struct citation *citations = m->citations.items;
	bool answered = str_same(m->status, "answered");
	for (size_t i = 0; i < m->sentences.count && !streamed; i++)
		sentence_print(c, &sentences[i]);
	if (!m->sentences.count && !streamed)
		out_wrapped(c, PAINT_NONE, "", 0, m->content ? m->content : "");
	if (m->citations.count)
		out_put(c, PAINT_NONE, "\n");
	for (size_t i = 0; i < m->citations.count; i++)
		answer_source(c, &citations[i]);
	nearest_print(c, m);
	if (m->note && *m->note)
		out_wrapped(c, PAINT_WARN, "", 0, arena_printf(&c->arena, "\n%s", m->note));
	if (answered && m->citations.count) {
		out_put(c, PAINT_NONE, "\n");
		support_line(c, m);
	}
}

/* ---- asking --------------------------------------------------------------------- */

static void
event_json(struct cli *c, const char *name, const struct record_type *type, const void *record)
{
	struct text t;
	text_init(&t, (size_t)16 * 1024 * 1024);
	text_printf(&t, "{\"event\":\"%s\",\"data\":", name);
	record_to_json(&t, type, record);
	text_put_c(&t, '}');
	out_json(c, &t);
	text_clear(&t);
}

static void
answer_event(struct cli *c, const char *name, const struct record_type *type, const void *record,
	void *arg)
{
	struct stream *s = arg;
	if (s->events) {
		event_json(c, name, type, record);
	} else if (type == &record_ev_status) {
		const struct ev_status *st = record;
		if (str_same(st->step, "model") || stopwatch_ms() - s->started_ms > SOON_MS)
			err_progress(c, "%s...", st->step ? st->step : "");
	} else if (type == &record_ev_delta && !c->json && c->out_terminal) {
		const struct ev_delta *d = record;
		err_progress_end(c);
		out_wrapped(c, PAINT_NONE, "", 0, d->delta ? d->delta : "");
		fflush(stdout);
		s->shown = true;
	}
}

static void
status_of(struct cli *c, const struct message *m)
{
	static const struct {
		const char *status;
		enum fault fault;
	} rows[] = {
		{ "answered", FAULT_NONE },
		{ "clarify", FAULT_NONE },
		{ "handover", FAULT_NONE },
		{ "refused", FAULT_ABSENT },
		{ "cancelled", FAULT_CANCELLED },
		{ "failed", FAULT_SYSTEM },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (str_same(m->status, rows[i].status))
			c->status = fault_exit_status(rows[i].fault);
}

enum fault
answer_get(const struct message **m, struct cli *c, const struct message_send *request, bool events)
{
	struct stream s = { .events = events, .started_ms = stopwatch_ms() };
	struct call_events ev = { answer_event, &s };
	const void *reply = NULL;
	enum fault f = session_call(&reply, c, "message.send", request, &ev);
	if (f != FAULT_NONE)
		return f;
	const struct message *answer = reply;
	status_of(c, answer);
	if (events)
		event_json(c, "message_complete", &record_message, answer);
	else if (c->json)
		out_record(c, &record_message, answer);
	else
		answer_print(c, answer, s.shown);
	if (m)
		*m = answer;
	return FAULT_NONE;
}

enum fault
answer_mode(const char **mode, struct cli *c)
{
	bool model = option_given(&c->args, "model"),
	     extractive = option_given(&c->args, "extractive");
	if (model && extractive)
		return fault(FAULT_INPUT, "--model and --extractive exclude each other");
	if (model && !*conf_get(&c->conf, "llm.base_url"))
		return fault(FAULT_INPUT,
			"no model is set up: stoa config set llm.base_url https://host/v1");
	const char *usual = conf_get(&c->conf, "answers.mode");
	*mode = model                     ? "model"
		: extractive              ? "extractive"
		: str_same(usual, "auto") ? NULL
					  : usual;
	return FAULT_NONE;
}
