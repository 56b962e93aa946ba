/* stoa eval: a set of questions asked of the library, and what came of it.
 *
 * One JSON object a line: question; document (its title, name or id) and answer (a
 * text, or a list of texts any of which will do) where they are known; answerable,
 * true unless said.  Extractive and kept nowhere, so two runs on the same library
 * print the same.  A question counts as found at k when one of the first k passages is
 * of the document and holds the answer; as answered rightly when a shown sentence
 * holds the answer or, without one in the set, cites the document.  Every quotation
 * shown is read again from the stored bytes.
 */
#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli_in.h"

#define LINE_MAX_BYTES (256 * 1024)
#define BINS 10
#define RANKS 10

struct item {
	const char *question, *document;
	const char **answers;
	size_t answer_count;
	bool answerable;
};
struct bin { size_t count, right; double confidence; };
struct score {
	size_t asked, answerable, ranked, found[RANKS], answered, right, unanswerable, refused,
		quotes, quotes_same, stale, low;
	struct bin bins[BINS];
	double elapsed_ms;
};

/* ---- the set ------------------------------------------------------------------ */

static const char *
member(struct arena *a, struct json_object *o, const char *name)
{
	struct json_object *v;
	if (!json_object_object_get_ex(o, name, &v) || !json_object_is_type(v, json_type_string))
		return NULL;
	return arena_strdup(a, json_object_get_string(v));
}

static void
answers_of(struct item *out, struct arena *a, struct json_object *o)
{
	struct json_object *v;
	const char *one = member(a, o, "answer");
	bool list = json_object_object_get_ex(o, "answers", &v) &&
		    json_object_is_type(v, json_type_array);
	if (!list)
		list = json_object_object_get_ex(o, "answer", &v) &&
		       json_object_is_type(v, json_type_array);
	size_t count = list ? json_object_array_length(v) : 0;
	out->answers = arena_alloc(a, sizeof(char *) * (count + 1));
	if (one && *one)
		out->answers[out->answer_count++] = one;
	for (size_t i = 0; i < count && !one; i++) {
		struct json_object *each = json_object_array_get_idx(v, i);
		if (json_object_is_type(each, json_type_string))
			out->answers[out->answer_count++] =
				arena_strdup(a, json_object_get_string(each));
	}
}

static enum fault
item_parse(struct item *out, struct arena *a, const char *s, size_t len)
{
	struct json_object *o = NULL, *v;
	enum fault f = json_parse(&o, s, len);
	if (f != FAULT_NONE)
		return f;
	*out = (struct item){ .answerable = true };
	out->question = member(a, o, "question");
	out->document = member(a, o, "document");
	if (!out->document)
		out->document = member(a, o, "doc");
	bool misnamed = !out->document && (json_object_object_get_ex(o, "document", &v) ||
						  json_object_object_get_ex(o, "doc", &v));
	answers_of(out, a, o);
	if (json_object_object_get_ex(o, "answerable", &v) &&
		json_object_is_type(v, json_type_boolean))
		out->answerable = json_object_get_boolean(v);
	json_object_put(o);
	if (!out->question || !*out->question)
		return fault(FAULT_INPUT, "there is no question in it");
	if (misnamed)
		return fault(FAULT_INPUT, "its document is not a text");
	return FAULT_NONE;
}

/* ---- judging --------------------------------------------------------------------- */

/* Compared without regard to case, width, punctuation or blanks. */
static void
plain(struct text *out, const char *s)
{
	struct text wide;
	text_init(&wide, (size_t)4 * 1024 * 1024);
	utf8_nfkc(&wide, s, strlen(s));
	for (size_t at = 0; at < wide.len;) {
		uint32_t code = utf8_next(wide.data, wide.len, &at);
		if (code < 0x80 && !((code | 32) >= 'a' && (code | 32) <= 'z') &&
			!(code >= '0' && code <= '9'))
			continue;
		if ((code >= 0x2000 && code <= 0x206f) || (code >= 0x3000 && code <= 0x303f))
			continue;
		text_put_code(out, code >= 'A' && code <= 'Z' ? code + 32 : code);
	}
	text_clear(&wide);
}

static bool
holds_answer(const struct item *it, const char *s)
{
	struct text body, answer;
	bool found = false;
	text_init(&body, (size_t)4 * 1024 * 1024);
	text_init(&answer, (size_t)1024 * 1024);
	plain(&body, s ? s : "");
	for (size_t i = 0; i < it->answer_count && !found; i++) {
		text_reset(&answer);
		plain(&answer, it->answers[i]);
		found = answer.len && body.len && strstr(body.data, answer.data);
	}
	text_clear(&body);
	text_clear(&answer);
	return found;
}

static bool
same_document(const struct item *it, const char *id, const char *title, const char *name)
{
	return !it->document || str_same(it->document, id) || str_same(it->document, title) ||
	       str_same(it->document, name);
}

struct names { struct pair { const char *id, *name; } *rows; size_t count, cap; };

static enum fault
name_keep(struct cli *c, const struct document *d, void *arg)
{
	struct names *n = arg;
	mem_reserve(&n->rows, &n->cap, n->count + 1, sizeof *n->rows);
	n->rows[n->count++] =
		(struct pair){ arena_strdup(&c->arena, d->id), arena_strdup(&c->arena, d->name) };
	return FAULT_NONE;
}

static int
pair_by_id(const void *a, const void *b)
{
	return strcmp(((const struct pair *)a)->id, ((const struct pair *)b)->id);
}

static const char *
name_of(const struct names *n, const char *id)
{
	struct pair key = { id ? id : "", NULL };
	const struct pair *found =
		n->count ? bsearch(&key, n->rows, n->count, sizeof key, pair_by_id) : NULL;
	return found ? found->name : NULL;
}

/* ---- one question ------------------------------------------------------------------ */

struct eval {
	struct score score;
	struct names names;
	struct text_list subjects, domains;
	bool failures;
};

static enum fault
rank_it(size_t *rank, struct cli *c, const struct eval *e, const struct item *it)
{
	const void *reply = NULL;
	struct search_run request = {
		.query = it->question, .k = RANKS, .subjects = e->subjects, .domains = e->domains
	};
	enum fault f = session_call(&reply, c, "search.run", &request, NULL);
	if (f != FAULT_NONE)
		return f;
	const struct hits *hits = reply;
	const struct hit *items = hits->items.items;
	*rank = RANKS;
	for (size_t i = 0; i < hits->items.count && i < RANKS && *rank == RANKS; i++) {
		const struct passage *p = items[i].passage;
		if (same_document(it, p->file_id, p->title, name_of(&e->names, p->file_id))
			&& (!it->answer_count || holds_answer(it, p->text)))
			*rank = i;
	}
	return FAULT_NONE;
}

/* Read every quotation of an answer again at its range. */
static enum fault
quotes_check(struct cli *c, struct score *s, const struct message *m)
{
	const struct citation *items = m->citations.items;
	for (size_t i = 0; i < m->citations.count; i++) {
		const struct citation *ct = &items[i];
		const void *reply = NULL;
		s->quotes++;
		s->stale += !str_same(ct->state, "verified");
		struct document_content request = {
			.id = ct->file_id, .start = ct->start, .end = ct->end
		};
		enum fault f = session_call(&reply, c, "document.content", &request, NULL);
		if (f == FAULT_ABSENT)
			continue;
		if (f != FAULT_NONE)
			return f;
		s->quotes_same += str_same(((const struct content *)reply)->text, ct->quote);
	}
	return FAULT_NONE;
}

static bool
answer_right(const struct eval *e, const struct item *it, const struct message *m)
{
	const struct sentence *sentences = m->sentences.items;
	const struct citation *citations = m->citations.items;
	for (size_t i = 0; i < m->sentences.count && it->answer_count; i++)
		if (holds_answer(it, sentences[i].text))
			return true;
	for (size_t i = 0; i < m->citations.count; i++)
		if (it->answer_count
				? holds_answer(it, citations[i].quote)
				: it->document && same_document(it, citations[i].file_id,
							  citations[i].title,
							  name_of(&e->names, citations[i].file_id)))
			return true;
	return false;
}

static void
count_answer(struct eval *e, const struct item *it, const struct message *m, bool *right)
{
	struct score *s = &e->score;
	bool answered = str_same(m->status, "answered");
	*right = it->answerable ? answered && answer_right(e, it, m) : !answered;
	s->elapsed_ms += m->elapsed_ms;
	if (it->answerable) {
		s->answered += answered;
		s->right += *right;
	} else {
		s->unanswerable++;
		s->refused += !answered;
	}
	if (answered && m->confidence) {
		double sure = fmin(fmax(m->confidence->score / 100, 0), 1);
		struct bin *b = &s->bins[sure >= 1 ? BINS - 1 : (size_t)(sure * BINS)];
		b->count++;
		b->confidence += sure;
		b->right += it->answerable && *right;
	}
}

static enum fault
item_run(struct cli *c, struct eval *e, const struct item *it)
{
	struct score *s = &e->score;
	const void *reply = NULL;
	size_t rank = RANKS;
	bool right;
	enum fault f = FAULT_NONE;
	s->asked++;
	s->answerable += it->answerable;
	if (it->answerable && (it->document || it->answer_count)) {
		f = rank_it(&rank, c, e, it);
		s->ranked++;
		for (size_t k = rank; k < RANKS; k++)
			s->found[k]++;
	}
	struct message_send request = { .content = it->question,
		.mode = "extractive",
		.ephemeral = true,
		.domains = e->domains,
		.subject = e->subjects.count ? e->subjects.items[0] : NULL };
	if (f == FAULT_NONE)
		f = session_call(&reply, c, "message.send", &request, NULL);
	if (f != FAULT_NONE)
		return f;
	count_answer(e, it, reply, &right);
	if (e->failures && !right && !c->json)
		out_putf(c, PAINT_NONE, "%-12s %s\n",
			!it->answerable ? "false answer" : ((const struct message *)reply)->status,
			untrusted_line(&c->arena, it->question));
	return quotes_check(c, s, reply);
}

/* ---- the result -------------------------------------------------------------------------- */

static double
percent(size_t part, size_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

static double
calibration_error(const struct score *s)
{
	size_t all = 0;
	double sum = 0;
	for (size_t i = 0; i < BINS; i++)
		all += s->bins[i].count;
	for (size_t i = 0; i < BINS; i++)
		if (s->bins[i].count)
			sum += fabs(s->bins[i].confidence - (double)s->bins[i].right) / (double)all;
	return sum;
}

static void
score_json(struct cli *c, const struct score *s)
{
	struct text t;
	text_init(&t, 65536);
	text_printf(&t,
		"{\"questions\":%zu,\"answerable\":%zu,\"recall_at_1\":%.4f,\"recall_at_5\":%.4f,\"recall_at_10\":%.4f,",
		s->asked, s->answerable, percent(s->found[0], s->ranked) / 100,
		percent(s->found[4], s->ranked) / 100, percent(s->found[9], s->ranked) / 100);
	text_printf(&t,
		"\"answered\":%zu,\"accuracy\":%.4f,\"precision\":%.4f,\"unanswerable\":%zu,\"refused\":%zu,\"refusal_rate\":%.4f,\"false_answers\":%zu,",
		s->answered, percent(s->right, s->answerable) / 100,
		percent(s->right, s->answered) / 100, s->unanswerable, s->refused,
		percent(s->refused, s->unanswerable) / 100, s->unanswerable - s->refused);
	text_printf(&t,
		"\"quotes\":%zu,\"quotes_equal\":%zu,\"stale\":%zu,\"ece\":%.4f,\"calibration\":[",
		s->quotes, s->quotes_same, s->stale, calibration_error(s));
	for (size_t i = 0; i < BINS; i++) {
		const struct bin *b = &s->bins[i];
		text_printf(&t,
			"%s{\"from\":%.1f,\"answers\":%zu,\"confidence\":%.4f,\"right\":%.4f}",
			i ? "," : "", (double)i / BINS, b->count,
			b->count ? b->confidence / (double)b->count : 0,
			percent(b->right, b->count) / 100);
	}
	text_put(&t, "]}");
	out_json(c, &t);
	text_clear(&t);
}

static void
score_print(struct cli *c, const struct score *s)
{
	out_putf(c, PAINT_BOLD, "%zu questions, %zu answerable\n", s->asked, s->answerable);
	out_putf(c, PAINT_NONE,
		"recall@1 %.1f   @5 %.1f   @10 %.1f %%   (%zu with a known place)\n",
		percent(s->found[0], s->ranked), percent(s->found[4], s->ranked),
		percent(s->found[9], s->ranked), s->ranked);
	out_putf(c, PAINT_NONE,
		"answered %.1f %%, right %.1f %% of all, %.1f %% of those answered\n",
		percent(s->answered, s->answerable), percent(s->right, s->answerable),
		percent(s->right, s->answered));
	if (s->unanswerable)
		out_putf(c, PAINT_NONE, "refused %.1f %% of %zu unanswerable; %zu false answers\n",
			percent(s->refused, s->unanswerable), s->unanswerable,
			s->unanswerable - s->refused);
	out_putf(c, s->quotes == s->quotes_same ? PAINT_NONE : PAINT_BAD,
		"quotations %zu, equal to the stored bytes %zu, stale %zu\n", s->quotes,
		s->quotes_same, s->stale);
	out_put(c, PAINT_NONE, "\nconfidence   answers   said   right\n");
	for (size_t i = 0; i < BINS; i++) {
		const struct bin *b = &s->bins[i];
		if (b->count)
			out_putf(c, PAINT_NONE, "%3zu-%-3zu      %7zu  %5.1f   %5.1f\n", i * 10,
				i * 10 + 10, b->count, 100 * b->confidence / (double)b->count,
				percent(b->right, b->count));
	}
	out_putf(c, PAINT_NONE, "calibration error (ECE) %.3f\n", calibration_error(s));
	err_notef(c, PAINT_DIM, "%.1f ms an answer\n",
		s->asked ? s->elapsed_ms / (double)s->asked : 0);
}

/* The first floor that was not reached; NULL: all were. */
static const char *
floor_missed(struct cli *c, const struct score *s)
{
	const struct { const char *option; double got; } floors[] = {
		{ "min-recall", percent(s->found[4], s->ranked) },
		{ "min-accuracy", percent(s->right, s->answerable) },
		{ "min-refusal", percent(s->refused, s->unanswerable) },
	};
	for (size_t i = 0; i < COUNT_OF(floors); i++) {
		double least = (double)option_number(&c->args, floors[i].option, -1);
		if (least >= 0 && floors[i].got < least)
			return arena_printf(&c->arena, "%.1f %% is below --%s %.0f", floors[i].got,
				floors[i].option, least);
	}
	return NULL;
}

static enum fault
lines_run(struct cli *c, struct eval *e, FILE *in, const char *path)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	int64_t most = option_number(&c->args, "limit", INT64_MAX);
	enum fault f = FAULT_NONE;
	for (int number = 1; f == FAULT_NONE && (int64_t)e->score.asked < most &&
			     (n = getline(&line, &cap, in)) >= 0;
		number++) {
		while (n > 0 && strchr(" \t\r\n", line[n - 1]))
			line[--n] = '\0';
		if (n == 0)
			continue;
		struct arena outer = c->arena;
		struct item it;
		arena_init(&c->arena);
		f = n > LINE_MAX_BYTES
			    ? fault(FAULT_LIMIT, "the line is longer than %d bytes", LINE_MAX_BYTES)
			    : item_parse(&it, &c->arena, line, (size_t)n);
		if (f != FAULT_NONE)
			f = fault(f, "%s:%d: %s", path, number, fault_sentence());
		else
			f = item_run(c, e, &it);
		arena_clear(&c->arena);
		c->arena = outer;
		if (e->score.asked % 20 == 0)
			err_progress(c, "%zu questions", e->score.asked);
	}
	free(line);
	err_progress_end(c);
	return f;
}

enum fault
verb_eval(struct cli *c)
{
	struct eval e = {
		.subjects = option_texts(&c->args, &c->arena, "subject"),
		.domains = option_texts(&c->args, &c->arena, "domain"),
		.failures = option_given(&c->args, "failures"),
	};
	struct document_list all = { 0 };
	const char *path = c->args.operands[0];
	FILE *in = str_same(path, "-") ? stdin : fopen(path, "re");
	if (!in)
		return fault_errno("the set %s cannot be read", path);
	enum fault f = session_ready(c);
	if (f == FAULT_NONE)
		f = session_unlock(c);
	if (f == FAULT_NONE)
		f = named_documents_each(c, &all, name_keep, &e.names);
	if (f == FAULT_NONE && e.names.count)
		qsort(e.names.rows, e.names.count, sizeof *e.names.rows, pair_by_id);
	if (f == FAULT_NONE)
		f = lines_run(c, &e, in, path);
	if (f == FAULT_NONE && !e.score.asked)
		f = fault(FAULT_INPUT, "the set %s holds no question", path);
	if (in != stdin)
		fclose(in);
	mem_free(e.names.rows);
	if (f != FAULT_NONE)
		return f;
	if (c->json)
		score_json(c, &e.score);
	else
		score_print(c, &e.score);
	const char *missed = floor_missed(c, &e.score);
	if (missed) {
		err_notef(c, PAINT_BAD, "stoa: %s\n", missed);
		c->status = 1;
	}
	return FAULT_NONE;
}
