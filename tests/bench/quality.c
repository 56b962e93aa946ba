/* How good finding is, on public sets: lines "name  value  (must / after)".
 *
 *	quality [DATA] [PART...]     parts: squad typo missing small traps jsquad npl cisi mcq
 */
#include "sets.h"

static void
line(const char *name, double value, const char *aims)
{
	printf("%-34s %7.4f  (%s)\n", name, value, aims);
	fflush(stdout);
}

/* ---- questions with one right passage ------------------------------------------------- */

struct hits_at { size_t n, p1, p5, s1, s3; double ms; };

static bool
right_sentence(const struct set *s, const struct found *f, size_t i, const struct set_query *q)
{
	const struct found_sentence *x = &f->sentences[i];
	return x->passage >= 0 && f->passages[x->passage].p.n == q->gold && holds_answer(x->text, q) && s != NULL;
}

static void
count_hits(struct hits_at *h, const struct set *s, const struct found *f, const struct set_query *q)
{
	bool s1 = false, s3 = false;
	for (size_t i = 0; i < f->passage_count && i < 5; i++)
		if (f->passages[i].p.n == q->gold) {
			h->p1 += i == 0;
			h->p5++;
		}
	for (size_t i = 0; i < f->sentence_count && i < 3; i++) {
		bool right = right_sentence(s, f, i, q);
		s1 = s1 || (i == 0 && right);
		s3 = s3 || right;
	}
	h->s1 += s1;
	h->s3 += s3;
	h->n++;
}

static struct hits_at
ask_all(struct set *s, int typos, struct graded *sure, size_t *sure_count)
{
	struct hits_at h = { 0 };
	struct arena a;
	arena_init(&a);
	double started = cpu_ms();
	for (size_t i = 0; i < s->query_count; i++) {
		if (s->queries[i].gold < 0 || s->queries[i].typos != typos)
			continue;
		struct found *f = set_find(&a, s, s->queries[i].question, 8);
		count_hits(&h, s, f, &s->queries[i]);
		if (sure != NULL)
			sure[(*sure_count)++] = (struct graded){ library_confidence(f, 0), f->sentence_count > 0 && right_sentence(s, f, 0, &s->queries[i]) };
		if (getenv("MISSES") != NULL && f->sentence_count > 0 && !right_sentence(s, f, 0, &s->queries[i]))
			printf("Q %s\n  gold %s | %s\n  got  %d %s\n", s->queries[i].question, s->texts[s->queries[i].gold].id, s->queries[i].answers[0], f->passages[0].p.n == s->queries[i].gold, f->sentences[0].text);
		arena_clear(&a);
	}
	h.ms = (cpu_ms() - started) / (double)(h.n ? h.n : 1);
	return h;
}

static bool
open_set(struct set *s, const char *data, const char *docs, const char *queries)
{
	*s = (struct set){ 0 };
	arena_init(&s->a);
	return set_lines(s, data, docs, line_text, NULL) && (queries == NULL || set_lines(s, data, queries, line_query, NULL));
}

static double
share(size_t part, size_t all)
{
	return all ? (double)part / (double)all : 0;
}

static void
squad(const char *data)
{
	struct set s;
	if (!open_set(&s, data, "squad/docs-v1.1.jsonl", "squad/queries-v1.1.jsonl"))
		return;
	set_index(&s, NULL, 0);
	struct graded *sure = mem_new_array(s.query_count + 1, sizeof *sure);
	size_t count = 0;
	struct hits_at h = ask_all(&s, 0, sure, &count);
	line("squad passage hit@1", share(h.p1, h.n), ".830 / .845");
	line("squad passage hit@5", share(h.p5, h.n), ".948 / .955");
	line("squad sentence top-1", share(h.s1, h.n), ".770 / .790");
	line("squad sentence top-3", share(h.s3, h.n), ".893 / .905");
	line("squad correctness AUROC", auroc(sure, count), ".85 / .87");
	line("squad correctness ECE", calibration_error(sure, count), ".03 / .015");
	line("squad ms per question", h.ms, "whole find, CPU");
	mem_free(sure);
	set_close(&s);
}

static void
typo(const char *data)
{
	struct set s;
	if (!open_set(&s, data, "squad/docs-v1.1.jsonl", "squad/queries-v1.1-typo.jsonl"))
		return;
	set_index(&s, NULL, 0);
	struct hits_at one = ask_all(&s, 1, NULL, NULL), two = ask_all(&s, 2, NULL, NULL);
	line("squad hit@1, 1 slip", share(one.p1, one.n), ".820 / .840");
	line("squad hit@1, 2 slips", share(two.p1, two.n), ".800 / .825");
	line("squad ms per question, 2 slips", two.ms, "");
	set_close(&s);
}

static void
jsquad(const char *data)
{
	struct set s;
	if (!open_set(&s, data, "jsquad/docs.jsonl", "jsquad/queries.jsonl"))
		return;
	set_index(&s, NULL, 0);
	struct graded *sure = mem_new_array(s.query_count + 1, sizeof *sure);
	size_t count = 0;
	struct hits_at h = ask_all(&s, 0, sure, &count);
	line("jsquad passage hit@1", share(h.p1, h.n), ".890 / .905");
	line("jsquad passage hit@5", share(h.p5, h.n), ".957 / .970");
	line("jsquad sentence top-1", share(h.s1, h.n), ".81 / .83");
	line("jsquad sentence top-3", share(h.s3, h.n), ".915 / .93");
	line("jsquad correctness AUROC", auroc(sure, count), "");
	line("jsquad correctness ECE", calibration_error(sure, count), "");
	mem_free(sure);
	set_close(&s);
}

/* ---- what is not there --------------------------------------------------------------------- */

static bool
keep_but_article(const struct set *s, size_t text, int article)
{
	return s->texts[text].doc != article;
}

static bool
keep_but_tenth(const struct set *s, size_t text, int tenth)
{
	(void)s;
	return (int)(text % 10) != tenth;
}

static void
missing(const char *data)
{
	struct set s;
	struct arena a;
	if (!open_set(&s, data, "squad/docs-v1.1.jsonl", "squad/queries-v1.1.jsonl"))
		return;
	arena_init(&a);
	struct graded *topic = mem_new_array(2 * s.query_count + 1, sizeof *topic), *gone = mem_new_array(2 * s.query_count + 1, sizeof *gone);
	struct graded *gone_topic = mem_new_array(2 * s.query_count + 1, sizeof *gone_topic);
	size_t n = 0, m = 0;
	set_index(&s, NULL, 0);
	for (size_t i = 0; i < s.query_count; i++) {
		struct found *f = set_find(&a, &s, s.queries[i].question, 8);
		topic[n++] = (struct graded){ library_topic_present(f), true };
		gone_topic[m] = (struct graded){ library_topic_present(f), true };
		gone[m++] = (struct graded){ library_confidence(f, 0), true };
		arena_clear(&a);
	}
	for (int article = 1; article <= s.docs; article++) {
		set_index(&s, keep_but_article, article);
		for (size_t i = 0; i < s.query_count; i++)
			if (s.texts[s.queries[i].gold].doc == article) {
				topic[n++] = (struct graded){ library_topic_present(set_find(&a, &s, s.queries[i].question, 8)), false };
				arena_clear(&a);
			}
	}
	for (int tenth = 0; tenth < 10; tenth++) {
		set_index(&s, keep_but_tenth, tenth);
		for (size_t i = 0; i < s.query_count; i++)
			if (s.queries[i].gold % 10 == tenth) {
				struct found *f = set_find(&a, &s, s.queries[i].question, 8);
				gone_topic[m] = (struct graded){ library_topic_present(f), false };
				gone[m++] = (struct graded){ library_confidence(f, 0), false };
				arena_clear(&a);
			}
	}
	line("topic missing AUROC", auroc(topic, n), ".965 / .98");
	line("topic missing, false at 90% kept", false_at(topic, n, .9), ".08 / .04");
	line("topic present calibration", calibration_error(topic, n), "");
	line("passage removed AUROC", auroc(gone, m), ".855 / .88");
	line("passage removed, false at 90% kept", false_at(gone, m, .9), "");
	line("passage removed AUROC by topic", auroc(gone_topic, m), "");
	mem_free(topic);
	mem_free(gone);
	mem_free(gone_topic);
	set_close(&s);
}

/* ---- questions that look answered ---------------------------------------------------------- */

#define SURE .8

/* Questions that people wrote so that a passage looks like their answer and is not. */
static void
traps(const char *data)
{
	struct set s;
	struct arena a;
	if (!open_set(&s, data, "squad/docs-v2.0.jsonl", "squad/queries-v2.0.jsonl"))
		return;
	arena_init(&a);
	set_index(&s, NULL, 0);
	struct graded *all = mem_new_array(s.query_count + 1, sizeof *all);
	size_t n = 0, trap = 0, trap_sure = 0, sure = 0, sure_wrong = 0;
	for (size_t i = 0; i < s.query_count; i++) {
		const struct set_query *q = &s.queries[i];
		struct found *f = set_find(&a, &s, q->question, 8);
		double p = library_confidence(f, 0);
		bool right = q->answer_count > 0 && f->sentence_count > 0 && right_sentence(&s, f, 0, q);
		trap += q->answer_count == 0;
		trap_sure += q->answer_count == 0 && p >= SURE;
		sure += q->answer_count > 0 && p >= SURE;
		sure_wrong += q->answer_count > 0 && p >= SURE && !right;
		all[n++] = (struct graded){ p, right };
		arena_clear(&a);
	}
	line("traps, correctness AUROC", auroc(all, n), "");
	line("traps answered surely", share(trap_sure, trap), "");
	line("of the others, surely", share(sure, n - trap), "");
	line("and of those wrong", share(sure_wrong, sure), "");
	mem_free(all);
	set_close(&s);
}

/* ---- libraries of one document ------------------------------------------------------------ */

static bool
keep_article(const struct set *s, size_t text, int article)
{
	return s->texts[text].doc == article;
}

static bool
keep_article_but_fourth(const struct set *s, size_t text, int which)
{
	return s->texts[text].doc == which / 4 && (int)(text % 4) != which % 4;
}

/* One article alone: its own questions, every twentieth of the others, and its own
 * without their passage. */
static void
small(const char *data)
{
	struct set s;
	struct arena a;
	if (!open_set(&s, data, "squad/docs-v1.1.jsonl", "squad/queries-v1.1.jsonl"))
		return;
	arena_init(&a);
	struct graded *all = mem_new_array(6 * s.query_count + 1, sizeof *all), *gone = mem_new_array(6 * s.query_count + 1, sizeof *gone);
	size_t n = 0, m = 0;
	for (int article = 1; article <= s.docs; article++) {
		set_index(&s, keep_article, article);
		for (size_t i = 0; i < s.query_count; i++) {
			bool own = s.texts[s.queries[i].gold].doc == article;
			if (!own && i % 20 != 0)
				continue;
			struct found *f = set_find(&a, &s, s.queries[i].question, 8);
			double sure = library_confidence(f, 0);
			all[n++] = (struct graded){ sure, own && f->sentence_count > 0 && right_sentence(&s, f, 0, &s.queries[i]) };
			if (own)
				gone[m++] = (struct graded){ sure, true };
			arena_clear(&a);
		}
		for (int fourth = 0; fourth < 4; fourth++) {
			set_index(&s, keep_article_but_fourth, article * 4 + fourth);
			for (size_t i = 0; i < s.query_count; i++)
				if (s.texts[s.queries[i].gold].doc == article && s.queries[i].gold % 4 == fourth) {
					gone[m++] = (struct graded){ library_confidence(set_find(&a, &s, s.queries[i].question, 8), 0), false };
					arena_clear(&a);
				}
		}
	}
	line("one document, correctness AUROC", auroc(all, n), "");
	line("one document, correctness ECE", calibration_error(all, n), "");
	line("one document, false at 90% kept", false_at(all, n, .9), "");
	line("one document, passage removed AUROC", auroc(gone, m), "");
	mem_free(all);
	mem_free(gone);
	set_close(&s);
}

/* ---- topics ------------------------------------------------------------------------------------ */

static double
average_precision(struct set *s, const struct found *f, const char *query, char (*relevant)[2][16], size_t count)
{
	double sum = 0, found = 0, all = 0;
	for (size_t i = 0; i < count; i++)
		all += strcmp(relevant[i][0], query) == 0;
	for (size_t i = 0; i < f->passage_count; i++)
		for (size_t r = 0; r < count; r++)
			if (strcmp(relevant[r][0], query) == 0 && strcmp(relevant[r][1], s->texts[f->passages[i].p.n].id) == 0) {
				sum += ++found / (double)(i + 1);
				break;
			}
	return all > 0 ? sum / all : -1;
}

static void
topics(const char *data, const char *name, const char *aims)
{
	struct set s;
	struct arena a;
	char path[512], docs[64], queries[64], label[64];
	snprintf(docs, sizeof docs, "%s/docs.jsonl", name);
	snprintf(queries, sizeof queries, "%s/queries.jsonl", name);
	if (!open_set(&s, data, docs, queries))
		return;
	arena_init(&a);
	set_index(&s, NULL, 0);
	snprintf(path, sizeof path, "%s/%s/qrels.tsv", data, name);
	FILE *f = fopen(path, "r");
	char (*relevant)[2][16] = mem_new_array(20000, sizeof *relevant);
	size_t count = 0;
	int grade;
	while (f != NULL && count < 20000 && fscanf(f, "%15s %15s %d", relevant[count][0], relevant[count][1], &grade) == 3)
		count += grade > 0;
	if (f != NULL)
		fclose(f);
	double sum = 0, n = 0;
	for (size_t i = 0; i < s.query_count; i++) {
		double ap = average_precision(&s, set_find(&a, &s, s.queries[i].question, 1000), s.queries[i].id, relevant, count);
		sum += ap >= 0 ? ap : 0;
		n += ap >= 0;
		arena_clear(&a);
	}
	snprintf(label, sizeof label, "%s MAP", name);
	line(label, n > 0 ? sum / n : 0, aims);
	mem_free(relevant);
	set_close(&s);
}

/* ---- multiple choice ------------------------------------------------------------------------------ */

static void
line_section(struct set *s, struct json_object *o, void *arg)
{
	struct json_object *list;
	(void)arg;
	const char *title = member(&s->a, o, "title");
	if (!json_object_object_get_ex(o, "paragraphs", &list))
		return;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *p = json_object_array_get_idx(list, i);
		struct set_text *t = set_add_text(s, title, title, member(&s->a, p, "text"));
		t->heading = member(&s->a, p, "heading");
	}
}

struct choice { size_t right, all; };

static double
larger(double a, double b)
{
	return a > b ? a : b;
}

/* The best of each kind of coverage that any sentence reaches. */
static struct sentence_features
best_features(const struct found *f)
{
	struct sentence_features best = { 0 };
	for (size_t i = 0; i < f->sentence_count; i++) {
		const struct sentence_features *x = &f->sentences[i].f;
		best.union_cov = larger(best.union_cov, x->union_cov);
		best.cov = larger(best.cov, x->cov);
		best.carry = larger(best.carry, x->carry);
		best.whole = larger(best.whole, x->whole);
		best.ps = larger(best.ps, x->ps);
	}
	return best;
}

/* How well the text goes with the question and this option: once as a question that
 * says the option twice, once as the option said in a talk about the question. */
static double
option_score(struct set *s, struct arena *a, const char *question, const char *option)
{
	struct found *f;
	struct finder from = { .ix = s->ix, .read = set_read, .arg = s, .allow = { .all = true } };
	struct find_request said = { .query = arena_printf(a, "%s %s %s ?", question, option, option), .sentences = 200 };
	struct find_request talk = { .query = arena_printf(a, "%s ?", option), .before = question, .sentences = 200 };
	WORKS(find_run(&f, a, &from, &said, NULL));
	struct sentence_features x = best_features(f);
	WORKS(find_run(&f, a, &from, &talk, NULL));
	return x.carry + x.union_cov + x.cov + x.ps + x.whole + best_features(f).union_cov;
}

static void
line_choice(struct set *s, struct json_object *o, void *arg)
{
	struct choice *c = arg;
	struct json_object *options, *answer;
	struct arena a;
	if (!json_object_object_get_ex(o, "options", &options) || !json_object_object_get_ex(o, "answer", &answer))
		return;
	arena_init(&a);
	const char *question = member(&a, o, "question");
	double best = -1e9;
	int chosen = -1;
	for (size_t i = 0; i < json_object_array_length(options); i++) {
		double score = option_score(s, &a, question, json_object_get_string(json_object_array_get_idx(options, i)));
		if (score > best) {
			best = score;
			chosen = (int)i;
		}
	}
	c->all++;
	c->right += chosen == json_object_get_int(answer);
	arena_clear(&a);
}

static void
mcq(const char *data)
{
	struct set s = { 0 };
	struct choice c = { 0 };
	arena_init(&s.a);
	if (!set_lines(&s, data, "openstax-ap/sections.jsonl", line_section, NULL))
		return;
	set_index(&s, NULL, 0);
	set_lines(&s, data, "openstax-ap/mcq.jsonl", line_choice, &c);
	line("textbook multiple choice", share(c.right, c.all), ".52 / .62");
	set_close(&s);
}

static bool
wanted(int argc, char **argv, const char *part)
{
	for (int i = 2; i < argc; i++)
		if (strcmp(argv[i], part) == 0)
			return true;
	return argc <= 2;
}

int
main(int argc, char **argv)
{
	const char *data = argc > 1 ? argv[1] : getenv("STOA_DATA");
	if (data == NULL || access(data, R_OK) != 0) {
		puts("quality: no evaluation data; name its folder or set STOA_DATA");
		return 0;
	}
	if (wanted(argc, argv, "squad"))
		squad(data);
	if (wanted(argc, argv, "typo"))
		typo(data);
	if (wanted(argc, argv, "missing"))
		missing(data);
	if (wanted(argc, argv, "small"))
		small(data);
	if (wanted(argc, argv, "traps"))
		traps(data);
	if (wanted(argc, argv, "jsquad"))
		jsquad(data);
	if (wanted(argc, argv, "npl"))
		topics(data, "npl", ".295 / .305");
	if (wanted(argc, argv, "cisi"))
		topics(data, "cisi", ".225 / .240");
	if (wanted(argc, argv, "mcq"))
		mcq(data);
	return 0;
}
