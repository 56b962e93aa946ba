/* Fits the tables of score.c and confidence.c on the development sets and prints
 * them.  Sentence weights: softmax over the sentences of a question (the right ones
 * share the probability), full-batch Adam, a little L2.  Every figure is shown for
 * articles that the weights were not fitted on: even ones for odd and odd for even.
 *
 *	fit DATA [squad|jsquad] [confidence]
 */
#include "sets.h"

#define FEATURES (sizeof(struct sentence_features) / sizeof(double))
#define TYPES 13u
#define COLUMNS (FEATURES + 2 * TYPES)   /* type_match and cue also by type */
static const char *const names[] = {
	"cov", "covu", "cbi", "union_cov", "title", "ps", "gap", "rank", "prev", "focus", "pos", "type_match",
	"heaviest_missing", "unknown_share", "query_terms",
	"soft", "next", "whole", "window", "carry", "fresh", "pronoun", "length", "cue", "local", "alike", "near", "skip", "missing_name", "missing_whole", "bare", "bare_alone", "missing_number", "denial",
};
_Static_assert(COUNT_OF(names) == FEATURES, "a name for every feature");
enum { CUE = 23, TYPE_MATCH = 11 };

struct row { float x[COLUMNS]; int passage; bool right, unsure; };
struct list { size_t first, count; int doc; bool answerable; };
struct sheet { struct row *rows; size_t row_count, row_cap; struct list *lists; size_t list_count, list_cap; };

static void
spread(struct row *r, const struct sentence_features *f, enum answer_type type)
{
	const double *x = (const double *)f;
	for (size_t i = 0; i < FEATURES; i++)
		r->x[i] = (float)x[i];
	r->x[FEATURES + type] = r->x[TYPE_MATCH];
	r->x[FEATURES + TYPES + type] = r->x[CUE];
	r->x[TYPE_MATCH] = r->x[CUE] = 0;
}

static void
gather(struct sheet *sheet, struct set *s)
{
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < s->query_count; i++) {
		const struct set_query *q = &s->queries[i];
		struct found *found;
		struct finder from = { .ix = s->ix, .read = set_read, .arg = s, .allow = { .all = true } };
		struct find_request req = { .query = q->question, .passages = 8, .sentences = 1000 };
		WORKS(find_run(&found, &a, &from, &req, NULL));
		mem_reserve(&sheet->lists, &sheet->list_cap, sheet->list_count + 1, sizeof *sheet->lists);
		struct list *l = &sheet->lists[sheet->list_count++];
		*l = (struct list){ sheet->row_count, found->sentence_count, s->texts[q->gold].doc, false };
		for (size_t k = 0; k < found->sentence_count; k++) {
			const struct found_sentence *x = &found->sentences[k];
			mem_reserve(&sheet->rows, &sheet->row_cap, sheet->row_count + 1, sizeof *sheet->rows);
			struct row *r = &sheet->rows[sheet->row_count++];
			*r = (struct row){ .passage = (int)found->passages[x->passage].p.n };
			bool holds = holds_answer(x->text, q);
			r->right = holds && r->passage == q->gold;
			r->unsure = holds && !r->right;
			r->passage = r->passage == q->gold;
			l->answerable = l->answerable || r->right;
			spread(r, &x->f, found->type);
		}
		arena_clear(&a);
	}
}

static double
dot(const double *w, const struct row *r)
{
	double sum = 0;
	for (size_t c = 0; c < COLUMNS; c++)
		sum += w[c] * r->x[c];
	return sum;
}

/* Gradient of one question's softmax, added to g. */
static void
add_gradient(double *g, const double *w, const struct sheet *sheet, const struct list *l, double *e)
{
	double all = 0, right = 0, most = -1e9;
	for (size_t i = 0; i < l->count; i++) {
		e[i] = dot(w, &sheet->rows[l->first + i]);
		most = e[i] > most ? e[i] : most;
	}
	for (size_t i = 0; i < l->count; i++) {
		const struct row *r = &sheet->rows[l->first + i];
		e[i] = r->unsure ? 0 : exp(e[i] - most);
		all += e[i];
		right += r->right ? e[i] : 0;
	}
	if (right <= 0)
		return;
	for (size_t i = 0; i < l->count; i++) {
		const struct row *r = &sheet->rows[l->first + i];
		double d = e[i] / all - (r->right ? e[i] / right : 0);
		for (size_t c = 0; c < COLUMNS && d != 0; c++)
			g[c] += d * r->x[c];
	}
}

/* half: 0 even documents, 1 odd, -1 all. */
static void
fit(double *w, const struct sheet *sheet, int half, int rounds)
{
	double m[COLUMNS] = { 0 }, v[COLUMNS] = { 0 }, *e = mem_new_array(4096, sizeof *e);
	for (int round = 1; round <= rounds; round++) {
		double g[COLUMNS] = { 0 };
		size_t n = 0;
		for (size_t i = 0; i < sheet->list_count; i++) {
			const struct list *l = &sheet->lists[i];
			if (!l->answerable || (half >= 0 && l->doc % 2 != half))
				continue;
			add_gradient(g, w, sheet, l, e);
			n++;
		}
		double rate = round < rounds / 2 ? .1 : .1 * 2 * (1 - (double)round / rounds) + .001;
		for (size_t c = 0; c < COLUMNS; c++) {
			double d = g[c] / (double)n + 2e-4 * w[c];
			m[c] = .9 * m[c] + .1 * d;
			v[c] = .99 * v[c] + .01 * d * d;
			w[c] -= rate * (m[c] / (1 - pow(.9, round))) / (sqrt(v[c] / (1 - pow(.99, round))) + 1e-8);
		}
	}
	mem_free(e);
}

struct result { double n, top1, top3, passage1; };

static void
judge(struct result *out, const struct sheet *sheet, const double *w, int half)
{
	for (size_t i = 0; i < sheet->list_count; i++) {
		const struct list *l = &sheet->lists[i];
		if (half >= 0 && l->doc % 2 != half)
			continue;
		double best[3] = { -1e9, -1e9, -1e9 };
		const struct row *row[3] = { NULL, NULL, NULL };
		for (size_t k = 0; k < l->count; k++) {
			const struct row *r = &sheet->rows[l->first + k];
			double x = dot(w, r);
			for (int p = 0; p < 3; p++)
				if (x > best[p]) {
					for (int z = 2; z > p; z--) {
						best[z] = best[z - 1];
						row[z] = row[z - 1];
					}
					best[p] = x;
					row[p] = r;
					break;
				}
		}
		out->n++;
		out->top1 += row[0] != NULL && row[0]->right;
		out->passage1 += row[0] != NULL && row[0]->passage;
		out->top3 += (row[0] && row[0]->right) || (row[1] && row[1]->right) || (row[2] && row[2]->right);
	}
}

static void
print_table(const double *w)
{
	for (size_t i = 0; i < FEATURES; i++)
		if (fabs(w[i]) > 1e-9)
			printf("\t.%s = %.3f,\n", names[i], w[i]);
	printf("\ttype_match by type:");
	for (size_t t = 0; t < TYPES; t++)
		printf(" %.2f,", w[FEATURES + t]);
	printf("\n\tcue by type:");
	for (size_t t = 0; t < TYPES; t++)
		printf(" %.2f,", w[FEATURES + TYPES + t]);
	printf("\n");
}

/* ---- how sure: logistic regression on the sentence shown ------------------------------ */

struct shown { double x[SURE_FEATURES]; bool good; int doc; double weight; };
struct shows { struct shown *items; size_t count, cap; };

/* What was shown; NULL: nothing. */
static struct shown *
show(struct shows *out, struct set *s, struct arena *a, const struct set_query *q, bool missing, double weight)
{
	struct found *f = set_find(a, s, q->question, 8);
	if (f->sentence_count == 0)
		return NULL;
	mem_reserve(&out->items, &out->cap, out->count + 1, sizeof *out->items);
	struct shown *x = &out->items[out->count++];
	const struct found_sentence *top = &f->sentences[0];
	*x = (struct shown){ .good = !missing && f->passages[top->passage].p.n == q->gold && holds_answer(top->text, q), .doc = s->texts[q->gold].doc, .weight = weight };
	confidence_features(x->x, f, 0);
	arena_clear(a);
	return x;
}

static double
sure(const double *w, const struct shown *x)
{
	double sum = 0;
	for (size_t c = 0; c < SURE_FEATURES; c++)
		sum += w[c] * x->x[c];
	return 1 / (1 + exp(-sum));
}

static void
fit_sure(double *w, const struct shows *all, int half)
{
	double m[SURE_FEATURES] = { 0 }, v[SURE_FEATURES] = { 0 };
	const int rounds = 1500;
	memset(w, 0, SURE_FEATURES * sizeof *w);
	for (int round = 1; round <= rounds; round++) {
		double g[SURE_FEATURES] = { 0 }, n = 0;
		for (size_t i = 0; i < all->count; i++) {
			const struct shown *x = &all->items[i];
			if (half >= 0 && x->doc % 2 != half)
				continue;
			double d = x->weight * (sure(w, x) - x->good);
			n += x->weight;
			for (size_t c = 0; c < SURE_FEATURES; c++)
				g[c] += d * x->x[c];
		}
		double rate = .05 * (1 - (double)round / rounds) + .0005;
		for (size_t c = 0; c < SURE_FEATURES; c++) {
			double d = g[c] / n + 1e-3 * w[c];
			m[c] = .9 * m[c] + .1 * d;
			v[c] = .99 * v[c] + .01 * d * d;
			w[c] -= rate * (m[c] / (1 - pow(.9, round))) / (sqrt(v[c] / (1 - pow(.99, round))) + 1e-8);
		}
	}
}

/* Scale and shift so that probabilities are right for questions as they come. */
static void
calibrate(double *w, const struct shows *all, int half)
{
	double scale = 1, shift = 0;
	for (int round = 0; round < 300; round++) {
		double gs = 0, gb = 0, n = 0;
		for (size_t i = 0; i < all->count; i++) {
			const struct shown *x = &all->items[i];
			if (x->weight != 1 || (half >= 0 && x->doc % 2 != half))
				continue;
			double p = sure(w, x), z = log(p / (1 - p)), d = 1 / (1 + exp(-(scale * z + shift))) - x->good;
			gs += d * z;
			gb += d;
			n++;
		}
		scale -= .3 * gs / n;
		shift -= .3 * gb / n;
	}
	for (size_t c = 0; c < SURE_FEATURES; c++)
		w[c] *= scale;
	w[0] += shift;
}

static void
report_sure(const char *name, const struct shows *all)
{
	double w[SURE_FEATURES];
	struct graded *g = mem_new_array(all->count + 1, sizeof *g);
	struct graded *kept = mem_new_array(all->count + 1, sizeof *kept);
	size_t n = 0, m = 0;
	for (int half = 0; half < 2; half++) {
		fit_sure(w, all, half);
		calibrate(w, all, half);
		for (size_t i = 0; i < all->count; i++) {
			if (all->items[i].doc % 2 == half)
				continue;
			double p = sure(w, &all->items[i]);
			kept[m++] = (struct graded){ p, all->items[i].weight == 1 };
			if (all->items[i].weight == 1)
				g[n++] = (struct graded){ p, all->items[i].good };
		}
	}
	printf("against weighted ones: AUROC %.4f\n", auroc(kept, m));
	mem_free(kept);
	double area = auroc(g, n);
	printf("%s: held out AUROC %.4f, false at 90%% kept %.4f, ECE %.4f\nstatic const double %s[SURE_FEATURES] = {", name, area, false_at(g, n, .9), calibration_error(g, n), name);
	fit_sure(w, all, -1);
	calibrate(w, all, -1);
	for (size_t c = 0; c < SURE_FEATURES; c++)
		printf("%s%.3f,", c % 10 == 0 ? "\n\t" : " ", w[c]);
	printf("\n};\n");
	mem_free(g);
}

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

/* Questions whose passage is gone count a little as wrong answers, so that leaning
 * on a neighbour is not taken for finding. */
#define REMOVED_WEIGHT .1
/* A student's library may be one document; there every margin is wide. */
#define SMALL_WEIGHT .5
#define SMALL_STRANGERS 20

static void
show_small(struct shows *right, struct shows *present, struct set *s, struct arena *a)
{
	for (int article = 1; article <= s->docs; article++) {
		set_index(s, keep_article, article);
		for (size_t i = 0; i < s->query_count; i++) {
			bool own = s->texts[s->queries[i].gold].doc == article;
			if (!own && i % SMALL_STRANGERS != 0)
				continue;
			show(right, s, a, &s->queries[i], !own, SMALL_WEIGHT);
			struct shown *x = show(present, s, a, &s->queries[i], !own, SMALL_WEIGHT);
			if (x != NULL)
				x->good = own;
		}
		for (int fourth = 0; fourth < 4; fourth++) {
			set_index(s, keep_article_but_fourth, article * 4 + fourth);
			for (size_t i = 0; i < s->query_count; i++)
				if (s->texts[s->queries[i].gold].doc == article && s->queries[i].gold % 4 == fourth)
					show(right, s, a, &s->queries[i], true, REMOVED_WEIGHT);
		}
	}
}

static void
fit_confidence(struct set *s)
{
	struct shows right = { 0 }, present = { 0 };
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < s->query_count; i++) {
		show(&right, s, &a, &s->queries[i], false, 1);
		struct shown *x = show(&present, s, &a, &s->queries[i], false, 1);
		if (x != NULL)
			x->good = true;
	}
	for (int tenth = 0; tenth < 10; tenth++) {
		set_index(s, keep_but_tenth, tenth);
		for (size_t i = 0; i < s->query_count; i++)
			if (s->queries[i].gold % 10 == tenth)
				show(&right, s, &a, &s->queries[i], true, REMOVED_WEIGHT);
	}
	for (int article = 1; article <= s->docs; article++) {
		set_index(s, keep_but_article, article);
		for (size_t i = 0; i < s->query_count; i++)
			if (s->texts[s->queries[i].gold].doc == article)
				show(&present, s, &a, &s->queries[i], true, 1);
	}
	show_small(&right, &present, s, &a);
	report_sure("right", &right);
	report_sure("present", &present);
	mem_free(right.items);
	mem_free(present.items);
}

int
main(int argc, char **argv)
{
	struct set s = { 0 };
	struct sheet sheet = { 0 };
	char docs[64], queries[64];
	const char *data = argc > 1 ? argv[1] : getenv("STOA_DATA"), *name = argc > 2 ? argv[2] : "squad";
	bool confidence = argc > 3 && strcmp(argv[3], "confidence") == 0;
	if (data == NULL) {
		puts("fit: no evaluation data; name its folder or set STOA_DATA");
		return 0;
	}
	arena_init(&s.a);
	snprintf(docs, sizeof docs, "%s/docs%s.jsonl", name, strcmp(name, "squad") == 0 ? "-v1.1" : "");
	snprintf(queries, sizeof queries, "%s/queries%s.jsonl", name, strcmp(name, "squad") == 0 ? "-v1.1" : "");
	if (!set_lines(&s, data, docs, line_text, NULL) || !set_lines(&s, data, queries, line_query, NULL))
		return 1;
	set_index(&s, NULL, 0);
	if (confidence) {
		fit_confidence(&s);
		set_close(&s);
		return 0;
	}
	gather(&sheet, &s);
	struct result held = { 0 }, own = { 0 };
	double w[COLUMNS];
	for (int half = 0; half < 2; half++) {
		memset(w, 0, sizeof w);
		fit(w, &sheet, half, 300);
		judge(&held, &sheet, w, 1 - half);
		judge(&own, &sheet, w, half);
	}
	printf("fitted on: top-1 %.4f top-3 %.4f passage %.4f\n", own.top1 / own.n, own.top3 / own.n, own.passage1 / own.n);
	printf("held out:  top-1 %.4f top-3 %.4f passage %.4f\n", held.top1 / held.n, held.top3 / held.n, held.passage1 / held.n);
	memset(w, 0, sizeof w);
	fit(w, &sheet, -1, 300);
	print_table(w);
	mem_free(sheet.rows);
	mem_free(sheet.lists);
	set_close(&s);
	return 0;
}
