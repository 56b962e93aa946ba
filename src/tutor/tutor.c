/* One question from the first byte to the sealed answer.
 *
 * The question is sealed before any work begins, so that nothing typed is lost;
 * the answer is committed with its citations in one transaction, so that half an
 * answer is never kept.  A question sent twice under one id is answered once:
 * the kept answer comes back, and a question whose answer was lost to a crash or
 * a fault is answered again without being written twice.
 */
#include <stdio.h>
#include <string.h>
#include "tutor_in.h"

#define QUESTION_BYTES_MAX (32 * 1024)

enum fault
tutor_new(struct tutor **out, const struct tutor_config *config, struct library *library)
{
	if (config->clock == NULL || config->chance == NULL)
		return fault(FAULT_INPUT, "a tutor needs a clock and chance");
	struct tutor *t = mem_new(sizeof *t);
	t->config = *config;
	t->library = library;
	struct tutor_domain *domains = mem_new_array(config->domain_count + 1, sizeof *domains);
	for (size_t i = 0; i < config->domain_count; i++)
		domains[i] = (struct tutor_domain){ mem_strdup(config->domains[i].name),
			mem_strdup(config->domains[i].title),
			mem_strdup(config->domains[i].words) };
	t->config.domains = domains;
	pthread_mutex_init(&t->lock, NULL);
	*out = t;
	return FAULT_NONE;
}

void
tutor_free(struct tutor *t)
{
	if (t == NULL)
		return;
	tutor_index_forget(t);
	for (size_t i = 0; i < t->config.domain_count; i++) {
		mem_free((void *)t->config.domains[i].name);
		mem_free((void *)t->config.domains[i].title);
		mem_free((void *)t->config.domains[i].words);
	}
	mem_free((void *)t->config.domains);
	pthread_mutex_destroy(&t->lock);
	mem_free(t);
}

/* ---- the question ------------------------------------------------------------ */

struct asking {
	char conv_id[ID_BYTES], question_id[ID_BYTES], answer_id[ID_BYTES];
	bool sealed, kept, lost;         /* lost: the settings could not be read */
	int64_t now_ms, began_ms;
};

static enum fault
check_request(const struct message_send *req)
{
	if (req->content == NULL || !utf8_valid(req->content, strlen(req->content)))
		return fault(FAULT_INPUT, "the question is not text");
	if (strlen(req->content) > QUESTION_BYTES_MAX)
		return fault(
			FAULT_LIMIT, "the question is longer than %d bytes", QUESTION_BYTES_MAX);
	if (req->context != NULL && strlen(req->context) > CONTEXT_BYTES_MAX)
		return fault(
			FAULT_LIMIT, "the piped text is longer than %d bytes", CONTEXT_BYTES_MAX);
	if (req->context != NULL && !utf8_valid(req->context, strlen(req->context)))
		return fault(FAULT_INPUT, "the piped text is not UTF-8 text");
	if (req->id != NULL && !id_for_others(req->id))
		return fault(FAULT_INPUT, "'%s' is not an id (32 hex digits)", req->id);
	if (req->conversation_id != NULL && !id_valid(req->conversation_id))
		return fault(
			FAULT_INPUT, "'%s' is not the id of a conversation", req->conversation_id);
	return FAULT_NONE;
}

/* Was this very question asked before?  *out is its answer, or NULL. */
static enum fault
question_again(struct message **out, struct asking *q, struct work *w)
{
	struct sealed rec;
	void *record = NULL;
	enum fault f = store_get(&rec, w->a, w->db, q->question_id);
	if (f == FAULT_ABSENT)
		return FAULT_NONE;
	if (f != FAULT_NONE)
		return f;
	if (rec.kind != KIND_MESSAGE || (w->req->conversation_id != NULL &&
						!str_same(rec.conv_id, w->req->conversation_id)))
		return fault(FAULT_EXISTS, "the id %s is in use", q->question_id);
	f = kept_read(&record, w->a, &record_kept_message, &rec);
	if (f != FAULT_NONE)
		return f;
	const struct message *asked = ((struct kept_message *)record)->message;
	if (!str_same(asked->role, "user") || !str_same(asked->content, w->req->content))
		return fault(FAULT_EXISTS, "the id %s belongs to another question", q->question_id);
	snprintf(q->conv_id, sizeof q->conv_id, "%s", rec.conv_id);
	q->sealed = true;
	struct kept_chain chain;
	f = kept_chain_whole(&chain, w->a, w->db, q->conv_id);
	if (f != FAULT_NONE)
		return f;
	f = transcript_verify(&chain, w->a, w->t, w->db);
	for (size_t i = 0; f == FAULT_NONE && i < chain.count; i++)
		if (str_same(chain.items[i].question, q->question_id))
			*out = chain.items[i].message;
	kept_chain_clear(&chain);
	return f;
}

/* The title record: made with the first question, filled in when it was empty. */
static enum fault
question_title(const struct asking *q, struct work *w)
{
	struct kept_title *title = NULL;
	enum fault f = kept_title_get(&title, w->a, w->db, q->conv_id);
	if (f == FAULT_ABSENT && w->req->conversation_id != NULL)
		return f;
	if (f != FAULT_NONE && f != FAULT_ABSENT)
		return f;
	if (title != NULL && title->title != NULL && *title->title != '\0')
		return FAULT_NONE;
	struct kept_title fresh = { .type = w->req->assignment_id               ? "assignment"
					    : w->req->subject && *w->req->subject ? "subject"
										  : "general",
		.assignment_id = w->req->assignment_id,
		.subject = w->req->subject,
		.status = "active",
		.created = q->now_ms };
	if (title != NULL)
		fresh = *title;
	fresh.title = title_from(w->a, w->req->content);
	return kept_put(w->db, KIND_TITLE, q->conv_id, q->conv_id, &record_kept_title, &fresh);
}

/* Another server on this database may have sealed it a moment ago: its conversation
 * is the one. */
static enum fault
question_taken(struct asking *q, struct work *w)
{
	struct sealed rec;
	if (w->req->id == NULL)
		return FAULT_NONE;
	enum fault f = store_get(&rec, w->a, w->db, q->question_id);
	if (f == FAULT_NONE && rec.kind == KIND_MESSAGE) {
		snprintf(q->conv_id, sizeof q->conv_id, "%s", rec.conv_id);
		q->sealed = true;
	}
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

static enum fault
question_seal(struct asking *q, struct work *w)
{
	struct message m = { .id = q->question_id,
		.conversation_id = q->conv_id,
		.role = "user",
		.content = w->req->content,
		.language = w->language,
		.created = q->now_ms };
	struct kept_message kept = { .at = q->now_ms, .message = &m, .context = w->req->context };
	enum fault f = store_begin(w->db);
	if (f != FAULT_NONE)
		return f;
	f = question_taken(q, w);
	if (f == FAULT_NONE && !q->sealed)
		f = question_title(q, w);
	if (f == FAULT_NONE && !q->sealed)
		f = kept_put(w->db, KIND_MESSAGE, q->conv_id, q->question_id, &record_kept_message,
			&kept);
	return store_finish(w->db, f);
}

/* ---- the answer ----------------------------------------------------------------- */

static bool
model_wanted(const struct work *w)
{
	const char *mode = w->req->mode != NULL && !str_same(w->req->mode, "auto") && *w->req->mode
				   ? w->req->mode
				   : w->settings.answers;
	return !str_same(mode, "extractive");
}

static void
say_small(struct work *w)
{
	static const enum phrase phrases[] = {
		[SMALL_GREETING] = PHRASE_GREETING,
		[SMALL_THANKS] = PHRASE_THANKS,
		[SMALL_BYE] = PHRASE_BYE,
		[SMALL_ABOUT] = PHRASE_ABOUT,
		[SMALL_OKAY] = PHRASE_OKAY,
	};
	answer_say(w, phrase_in(phrases[w->route.small], w->language));
}

static enum fault
answer_question(struct work *w)
{
	bool done = false;
	if (model_wanted(w)) {
		if (w->t->config.model != NULL) {
			enum fault f = model_answer(&done, w);
			if (f != FAULT_NONE || done)
				return f;
		} else if (str_same(w->req->mode, "model")) {
			answer_note(w,
				"No language model is set up, so this is the extractive answer.");
		}
	}
	if (w->route.intent == INTENT_TRANSLATE) {
		w->m->status = "refused";
		answer_say(w, phrase_in(w->t->config.model != NULL && model_wanted(w)
						? PHRASE_UNTRANSLATED
						: PHRASE_NO_TRANSLATION,
				      w->language));
		return FAULT_NONE;
	}
	return extract_answer(w);
}

/* "What is a C4 plant?" "and a C3 plant?": the same question about another term. */
static void
follow_definition(struct work *w)
{
	static const char *const lead[] = { "a", "an", "the" };
	static const char *const others[] = { "at", "in", "on", "for", "during", "why", "how",
		"when", "where", "who", "it", "its", "they", "does", "do", "is", "are", "if", "with",
		"without", "by", "this", "that", "warum", "wie", "wann", "wo", "wer", "was", "pourquoi",
		"comment", "quand", "où", "qui", "quel", "por", "cómo", "cuándo", "dónde", "почему", "как" };
	const struct message *last = w->past.count ? w->past.turns[w->past.count - 1] : NULL;
	struct range r;
	if (last == NULL || !str_same(last->intent ? last->intent : "", "definition") ||
		w->before == NULL || w->route.intent != INTENT_QUESTION || w->route.vague)
		return;
	const char *line = line_lower(w->a, w->query),
		   *term = line_cut_front(line, lead, COUNT_OF(lead));
	struct word_set words = words_set(w->a, term, strlen(term), false);
	bool other = words.count == 0 || words.count > 3;
	for (size_t i = 0; i < COUNT_OF(others) && !other; i++)
		other = phrase_find(&r, term, others[i], PLACE_ANY);
	if (other)
		return;
	w->route.intent = INTENT_DEFINITION;
	w->route.topic = arena_strdup(w->a, w->query + (term - line));
	w->query = arena_printf(w->a, "What is %s?", w->route.topic);
	w->before = NULL;
	w->m->intent = intent_name(w->route.intent);
}

static enum fault
answer_make(struct work *w)
{
	bool named = true;
	answer_status(w, "routing");
	w->m->intent = intent_name(w->route.intent);
	w->m->status = "answered";
	if (w->route.intent == INTENT_SMALLTALK && !w->route.vague) {
		w->m->mode = NULL;
		say_small(w);
		return FAULT_NONE;
	}
	bool leans = w->route.follows && w->past.count > 0;
	if (w->route.vague && w->route.intent == INTENT_QUESTION && !leans &&
		!past_was_clarify(&w->past) && w->req->context == NULL) {
		w->m->status = "clarify";
		answer_say(w, phrase_in(PHRASE_VAGUE, w->language));
		return FAULT_NONE;
	}
	if (w->route.intent == INTENT_QUIZ) {
		w->m->status = "handover";
		answer_say(w, phrase_in(PHRASE_QUIZ, w->language));
		return FAULT_NONE;
	}
	enum fault f = scope_resolve(&named, w);
	if (f != FAULT_NONE)
		return f;
	if (!named && !w->route.scope_soft)
		answer_note(w, phrase_in(PHRASE_NO_SUCH_DOCUMENT, w->language));
	if (!named)
		w->route.query = w->route.scope_soft ? w->route.whole : w->route.query;
	past_rewrite(&w->query, &w->before, w->a, &w->past, &w->route);
	if (w->before != NULL && w->route.intent == INTENT_QUESTION)
		route_about(&w->route, w->a, w->query, line_lower(w->a, w->query));
	follow_definition(w);
	if (w->route.intent == INTENT_SUMMARY)
		return summary_answer(w);
	return answer_question(w);
}

/* The language of the question; short ones take that of the conversation. */
static const char *
language_of(struct work *w)
{
	const char *language = library_language(w->req->content, strlen(w->req->content));
	for (size_t i = w->past.count; *language == '\0' && i-- > 0;)
		if (str_same(w->past.turns[i]->role, "user") && w->past.turns[i]->language != NULL)
			language = w->past.turns[i]->language;
	if (*language == '\0' && w->settings.language != NULL)
		language = w->settings.language;
	return language;
}

static enum fault
answer_put(const struct asking *q, struct work *w)
{
	const struct kept_message kept = { .at = q->now_ms, .question = q->question_id, .message = w->m };
	enum fault f = kept_put(w->db, KIND_MESSAGE, q->conv_id, q->answer_id, &record_kept_message, &kept);
	for (size_t i = 0; i < w->citation_count && f == FAULT_NONE; i++)
		if (*w->citations[i].file_id != '\0')
			f = library_count_cited(w->t->library, w->db, w->citations[i].file_id, 1);
	return f;
}

/* When another server on this database was quicker, its answer is the answer. */
static enum fault
answer_commit(const struct asking *q, struct work *w)
{
	struct sealed rec;
	void *there = NULL;
	enum fault f = store_begin(w->db);
	if (f != FAULT_NONE)
		return f;
	f = store_get(&rec, w->a, w->db, q->answer_id);
	if (f == FAULT_NONE)
		f = kept_read(&there, w->a, &record_kept_message, &rec);
	else if (f == FAULT_ABSENT)
		f = answer_put(q, w);
	if (f == FAULT_NONE && there != NULL)
		w->m = ((struct kept_message *)there)->message;
	return store_finish(w->db, f);
}

/* The last fault as a note: what happened to the answer, in its words. */
static const char *
not_kept(struct arena *a)
{
	const char *why = fault_sentence();
	return arena_printf(a, "This is not kept: %s.", why + (str_starts(why, "not saved: ") ? 11 : 0));
}

static enum fault
answer_new(struct work *w)
{
	enum fault f = answer_make(w);
	if (f == FAULT_NONE)
		f = cancel_check(w->cancel);
	if (f == FAULT_NONE)
		f = answer_finish(w);
	if (f == FAULT_NONE && w->citation_count > 0)
		f = scope_domains(w);
	if (f == FAULT_NONE && w->citation_count > 0)
		f = suggest_followups(w);
	return f;
}

/* What was noted before (settings, a history that is read only) is this asker's. */
static enum fault
answer_or_repeat(struct work *w)
{
	unsigned char key[REPEAT_KEY_BYTES];
	bool may = false;
	enum fault f = w->note.len > 0 ? FAULT_NONE : repeat_key(&may, key, w);
	if (f != FAULT_NONE || (may && repeat_find(w, key)))
		return f;
	f = answer_new(w);
	/* A model that failed may answer the next time. */
	bool failed = w->t->config.model != NULL && model_wanted(w) && !str_same(w->m->mode, "model");
	if (f == FAULT_NONE && may && !failed)
		repeat_keep(w, key);
	return f;
}

/* A question that has an id has one answer, whoever answers it. */
static void
answer_id_of(char out[ID_BYTES], const char *question)
{
	char name[64];
	unsigned char sum[VAULT_ID_BYTES];
	snprintf(name, sizeof name, "stoa answer %s", question);
	vault_sum(sum, sizeof sum, name, strlen(name));
	(void)vault_id_text(out, sum);
}

static enum fault
asking_open(struct message **again, struct asking *q, struct work *w)
{
	const struct tutor_config *config = &w->t->config;
	q->now_ms = config->clock->wall_ms(config->clock->arg);
	q->began_ms = config->clock->mono_ms(config->clock->arg);
	id_make(q->answer_id, config->chance);
	id_make(q->question_id, config->chance);
	if (w->req->id != NULL) {
		snprintf(q->question_id, sizeof q->question_id, "%s", w->req->id);
		answer_id_of(q->answer_id, q->question_id);
	}
	if (w->req->conversation_id != NULL)
		snprintf(q->conv_id, sizeof q->conv_id, "%s", w->req->conversation_id);
	else
		id_make(q->conv_id, config->chance);
	q->kept = !w->req->ephemeral && !store_read_only(w->db);
	enum fault f = settings_read(&w->settings, &q->lost, w->a, w->db);
	if (f == FAULT_NONE && w->req->id != NULL && !w->req->ephemeral)
		f = question_again(again, q, w);
	if (f == FAULT_NONE && (w->req->conversation_id != NULL || q->sealed))
		f = past_load(&w->past, w->a, w->db, q->conv_id, q->question_id);
	if (f != FAULT_NONE)
		return f;
	route_question(&w->route, w->a, w->req->content);
	w->query = w->route.query;
	w->language = language_of(w);
	f = q->kept && !q->sealed ? question_seal(q, w) : FAULT_NONE;
	if (f != FAULT_SYSTEM)
		return f;
	q->kept = false;               /* a full disk: an answer that is not kept is better than none */
	answer_note(w, not_kept(w->a));
	return FAULT_NONE;
}

enum fault
tutor_send(struct message **out, struct arena *a, struct tutor *t, struct store *db,
	const struct message_send *req, const struct tutor_events *events,
	const struct cancel *cancel)
{
	struct work w = { .t = t,
		.db = db,
		.a = a,
		.req = req,
		.events = events,
		.cancel = cancel,
		.past = { .older = "" } };
	struct asking q = { .sealed = false };
	struct message *again = NULL;
	enum fault f = check_request(req);
	if (f != FAULT_NONE)
		return f;
	answer_init(&w);
	f = asking_open(&again, &q, &w);
	if (f != FAULT_NONE || again != NULL)
		goto out;
	w.m = arena_alloc(a, sizeof *w.m);
	*w.m = (struct message){ .id = arena_strdup(a, q.answer_id),
		.conversation_id = arena_strdup(a, q.conv_id),
		.role = "stoa",
		.mode = "extractive",
		.language = w.language,
		.created = q.now_ms };
	struct ev_start e = { w.m->id, w.m->conversation_id };
	if (events != NULL && events->start != NULL)
		events->start(&e, events->arg);
	if (store_read_only(db) && !req->ephemeral)
		answer_note(&w, "The history is read only, so this is not kept.");
	if (q.lost)
		answer_note(&w, "Your settings could not be read; the usual ones hold.");
	f = answer_or_repeat(&w);
	if (f != FAULT_NONE)
		goto out;
	w.m->elapsed_ms = (double)(t->config.clock->mono_ms(t->config.clock->arg) - q.began_ms);
	if (q.kept)
		f = answer_commit(&q, &w);
	if (f == FAULT_SYSTEM) {
		w.m->note = arena_printf(a, "%s%s%s", w.m->note ? w.m->note : "", w.m->note ? " " : "", not_kept(a));
		f = FAULT_NONE;
	}
out:
	answer_clear(&w);
	if (f == FAULT_NONE)
		*out = again ? again : w.m;
	return f;
}
