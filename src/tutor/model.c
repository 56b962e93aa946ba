/* The answer with a model: it words, the library decides.
 *
 * The model is given windows of the documents and two tools that search further.
 * What comes back is cut into claims; only those whose quotation is found in the
 * stored bytes are shown, and only after that.  Whenever the model cannot be
 * reached, breaks its form, or has nothing that verifies, the extractive answer
 * is given and says why.
 */
#include <string.h>
#include "model_in.h"

#define CALLS_PER_ROUND 4
#define TOPIC_ABSENT .15

/* Text of a completion is shown only after verification, so nothing is done here. */
static void
not_shown(const char *s, size_t n, void *arg)
{
	(void)s, (void)n, (void)arg;
}

enum fault
dialogue_complete(struct tutor_completion *out, struct dialogue *d, const struct tutor_tool *tools,
	size_t tool_count)
{
	const struct tutor_model *model = d->w->t->config.model;
	*out = (struct tutor_completion){ 0 };
	answer_status(d->w, "model");
	enum fault f = model->complete(out, d->w->a, d->turns, d->turn_count, tools, tool_count,
		not_shown, NULL, d->w->cancel, model->arg);
	d->usage.input_tokens += out->usage.input_tokens;
	d->usage.output_tokens += out->usage.output_tokens;
	d->usage.cost_usd += out->usage.cost_usd;
	d->usage.estimated |= out->usage.estimated;
	if (f == FAULT_NONE && out->content != NULL && strlen(out->content) > REPLY_BYTES_MAX)
		return fault(
			FAULT_LIMIT, "the model's reply is longer than %d bytes", REPLY_BYTES_MAX);
	return f;
}

/* The calls as the protocol wants them repeated. */
static const char *
calls_json(struct arena *a, const struct tutor_completion *c, size_t count)
{
	struct text t;
	text_init(&t, REPLY_BYTES_MAX);
	text_put_c(&t, '[');
	for (size_t i = 0; i < count; i++) {
		text_put(&t, i ? ",{\"id\":" : "{\"id\":");
		json_put_string(&t, c->calls[i].id ? c->calls[i].id : "");
		text_put(&t, ",\"type\":\"function\",\"function\":{\"name\":");
		json_put_string(&t, c->calls[i].name ? c->calls[i].name : "");
		text_put(&t, ",\"arguments\":");
		json_put_string(&t, c->calls[i].arguments ? c->calls[i].arguments : "{}");
		text_put(&t, "}}");
	}
	text_put_c(&t, ']');
	const char *s = t.over ? "[]" : arena_strndup(a, t.data, t.len);
	text_clear(&t);
	return s;
}

static enum fault
run_calls(struct dialogue *d, const struct tutor_completion *c)
{
	size_t count = c->call_count < CALLS_PER_ROUND ? c->call_count : CALLS_PER_ROUND;
	struct tutor_turn said = { .role = "assistant",
		.content = c->content ? c->content : "",
		.tool_calls_json = calls_json(d->w->a, c, count) };
	struct text result;
	enum fault f = FAULT_NONE;
	text_init(&result, 256 * 1024);
	turn_put(d, &said);
	for (size_t i = 0; i < count && f == FAULT_NONE; i++) {
		f = tool_run(&result, d, &c->calls[i]);
		if (f == FAULT_NONE) {
			struct tutor_turn turn = { .role = "tool",
				.content = arena_strndup(
					d->w->a, result.len ? result.data : "", result.len),
				.tool_call_id = c->calls[i].id };
			turn_put(d, &turn);
		}
	}
	text_clear(&result);
	return f;
}

/* Complete until there is text instead of calls; the last round has no tools. */
static enum fault
converse(const char **reply, struct dialogue *d)
{
	struct tutor_completion c;
	for (int round = 0; round <= ROUNDS_MAX; round++) {
		enum fault f = dialogue_complete(
			&c, d, model_tools, round < ROUNDS_MAX ? model_tool_count : 0);
		if (f == FAULT_NONE)
			f = cancel_check(d->w->cancel);
		if (f != FAULT_NONE)
			return f;
		if (c.call_count == 0 || round == ROUNDS_MAX)
			break;
		f = run_calls(d, &c);
		if (f != FAULT_NONE)
			return f;
	}
	*reply = c.content ? c.content : "";
	return FAULT_NONE;
}

static enum fault
show_claims(struct dialogue *d, const char *reply)
{
	struct claim *claims = arena_alloc(d->w->a, ANSWER_SENTENCES_MAX * sizeof *claims);
	size_t n = claims_parse(claims, ANSWER_SENTENCES_MAX, d->w->a, reply);
	answer_status(d->w, "verifying");
	for (size_t i = 0; i < n; i++) {
		bool added;
		enum fault f = claim_show(&added, d, &claims[i]);
		if (f != FAULT_NONE)
			return f;
		d->w->unsupported += !added;
	}
	return FAULT_NONE;
}

/* The calibrated figure is for extracted sentences; a worded answer is at most as
 * sure as its quotations are many, and never below "maybe" when it has some. */
static void
model_confidence(struct work *w)
{
	struct confidence *c = w->m->confidence;
	double all = (double)w->sentence_count + (double)w->unsupported;
	double maybe = w->t->config.threshold_maybe > 0 ? w->t->config.threshold_maybe : .5;
	c->score *= all > 0 ? (double)w->sentence_count / all : 0;
	if (c->score < 100 * maybe)
		c->score = 100 * maybe;
	if (str_same(c->band, "none") || w->unsupported > 0)
		c->band = "maybe";
	w->m->low_confidence = str_same(c->band, "maybe");
}

static enum fault
model_finish(bool *done, struct dialogue *d, const char *reply, const struct found *found)
{
	struct work *w = d->w;
	bool empty;
	if (strstr(reply, "NOT_FOUND") != NULL && strlen(reply) < 64) {
		*done = true;
		w->m->confidence->band = "none";
		return answer_refuse(w, found, &empty);
	}
	enum fault f = show_claims(d, reply);
	if (f != FAULT_NONE)
		return f;
	if (w->citation_count == 0) {
		w->unsupported = 0;
		answer_note(w, "Nothing the model said had a quotation that verifies; this is the "
			       "extractive answer.");
		return FAULT_NONE;
	}
	*done = true;
	if (w->unsupported > 0)
		answer_note(w, arena_printf(w->a,
				       "%lld of the model's sentences had no verified quotation "
				       "and were left out.",
				       (long long)w->unsupported));
	model_confidence(w);
	return FAULT_NONE;
}

static void
model_note(struct dialogue *d, bool done)
{
	struct message *m = d->w->m;
	const char **tools = arena_alloc(d->w->a, sizeof d->tools);
	memcpy(tools, d->tools, sizeof d->tools);
	m->tools_used = (struct text_list){ tools, d->tool_count };
	m->usage = arena_alloc(d->w->a, sizeof *m->usage);
	*m->usage = d->usage;
	if (done) {
		m->mode = "model";
		m->model = untrusted_line(
			d->w->a, d->w->t->config.model->name ? d->w->t->config.model->name : "");
	}
}

enum fault
model_answer(bool *done, struct work *w)
{
	struct dialogue d = { .w = w };
	struct found *found = NULL;
	const char *reply = NULL;
	*done = false;
	if (w->route.intent == INTENT_TRANSLATE)
		return translate_answer(done, w);
	enum fault f = find_evidence(&found, w, w->query, w->before, 8, 24);
	if (f != FAULT_NONE)
		return f;
	if (w->req->context == NULL && library_topic_present(found) < TOPIC_ABSENT)
		return FAULT_NONE; /* nothing to word: the extractive way refuses */
	w->m->status = "answered";
	w->m->confidence = arena_alloc(w->a, sizeof *w->m->confidence);
	select_rank(w, found);
	confide(w->m->confidence, w, found);
	id_make(d.nonce, w->t->config.chance);
	f = sources_add(&d, found, 6);
	if (f == FAULT_NONE)
		f = turns_begin(&d);
	if (f == FAULT_NONE)
		f = converse(&reply, &d);
	if (f != FAULT_NONE && f != FAULT_CANCELLED && f != FAULT_LOCKED) {
		answer_note(w, arena_printf(w->a, "The model was not used: %s.",
				       untrusted_line(w->a, fault_sentence())));
		model_note(&d, false);
		f = FAULT_NONE;
		goto out;
	}
	if (f == FAULT_NONE)
		f = model_finish(done, &d, reply, found);
	if (f == FAULT_NONE)
		model_note(&d, *done);
out:
	mem_free(d.turns);
	return f;
}
