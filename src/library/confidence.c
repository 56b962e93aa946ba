/* How sure: two logistic regressions over what finding measured.
 *
 * Fitted by tests/bench/fit.c on the development half of SQuAD 1.1: `right` on the
 * sentence shown for each question (and a little on libraries without its passage),
 * `present` on the same questions against libraries without the article they are
 * about; both on libraries of one article too, where every margin is wide, with its
 * own questions and strangers'.  The tables for CJK in the same way on JSQuAD.  Fitted
 * on one half of the articles and checked on the other: right AUROC .854, calibration
 * error .014; present AUROC .974.
 */
#include <math.h>
#include <string.h>
#include "find_in.h"

static double
logistic(double x)
{
	return 1 / (1 + exp(-x));
}

/* The best sentence of another passage, or the nothing below all. */
static double
best_elsewhere(const struct found *f, size_t sentence)
{
	for (size_t i = 0; i < f->sentence_count; i++)
		if (f->sentences[i].passage != f->sentences[sentence].passage)
			return f->sentences[i].score;
	return f->sentences[sentence].score - 3;
}

static double
best_other(const struct found *f, size_t sentence)
{
	size_t other = sentence == 0 ? 1 : 0;
	return other < f->sentence_count ? f->sentences[other].score : f->sentences[sentence].score - 3;
}

static double
cap(double x, double most)
{
	return x < most ? x : most;
}

void
confidence_features(double out[SURE_FEATURES], const struct found *f, size_t sentence)
{
	const struct found_sentence *s = &f->sentences[sentence];
	const struct sentence_features *x = &s->f;
	bool typed = f->type >= TYPE_WHEN && f->type <= TYPE_WHERE;
	double n = f->query_terms > 0 ? (double)f->query_terms : 1;
	const double row[SURE_FEATURES] = {
		1, cap(s->score - best_other(f, sentence), 4), cap(s->score - best_elsewhere(f, sentence), 4), s->score / 10,
		x->cov, x->covu, x->cbi, x->union_cov, x->title, x->whole, x->window, x->carry, x->soft, x->alike, x->local,
		x->heaviest_missing, x->missing_whole, x->missing_name, (double)f->unknown_terms / n,
		cap(x->ps, 3), x->gap, x->rank > 0, x->pronoun, x->fresh, x->length,
		log1p(n), 1 / n, typed && x->type_match > 0, typed && x->type_match <= 0,
		f->type == TYPE_WHY || f->type == TYPE_HOW, x->whole * x->whole, x->pos > 0,
		cap(s->score - best_elsewhere(f, sentence), 2), x->bare, x->bare_alone, x->missing_number,
	};
	memcpy(out, row, sizeof row);
}

static const double right[SURE_FEATURES] = {
	-0.587, 0.452, 0.423, 0.301, -0.306, 0.547, 0.289, 0.363, 0.204, 0.238,
	-0.291, 0.434, 0.131, -0.103, 0.392, -0.004, 0.107, -1.114, -2.065, -0.054,
	0.070, -0.213, -0.105, -0.077, -0.281, 0.709, -0.725, -0.002, -0.292, 0.036,
	-0.718, -0.137, -0.234, -1.383, -0.783, -0.556,
};
static const double present[SURE_FEATURES] = {
	-1.895, -0.084, 0.611, 1.570, -0.079, 0.233, 0.420, 0.064, 0.420, 0.704,
	-0.247, 0.048, 0.518, -0.335, -0.020, 0.199, 0.324, -2.828, -0.854, 1.972,
	0.342, -0.203, 0.080, -0.404, -0.350, 1.613, -1.519, -0.307, -0.422, -0.034,
	0.381, -0.443, -0.520, -2.608, -1.975, -0.850,
};
static const double right_cjk[SURE_FEATURES] = {
	-0.655, 0.253, 0.393, 0.639, 0.045, 0.148, 0.004, 0.743, 0.914, 0.873,
	0.058, 0.491, 0.000, 0.000, 0.291, 0.020, 0.040, -0.031, -0.734, 0.390,
	0.004, -0.246, 0.000, 0.402, -0.478, -1.249, -0.877, 0.010, -0.438, 0.067,
	-0.824, -0.064, -0.073,
};
static const double present_cjk[SURE_FEATURES] = {
	-1.733, 0.040, 0.656, 1.261, 0.505, 0.868, 1.103, 0.891, 1.295, 1.556,
	0.152, 0.765, 0.000, 0.000, 0.555, 0.108, 0.113, -0.058, -1.486, 1.578,
	0.009, -0.158, 0.000, -0.848, 0.274, -1.542, -0.722, -0.594, -0.402, -0.134,
	1.147, -0.430, -0.519,
};

/* Japanese and Chinese questions have other numbers of terms and other overlaps. */
static bool
is_cjk(const struct found *f)
{
	return str_same(f->language, "ja") || str_same(f->language, "zh") || str_same(f->language, "ko");
}

static double
apply(const double *weight, const struct found *f, size_t sentence)
{
	double x[SURE_FEATURES], sum = 0;
	if (sentence >= f->sentence_count)
		return 0;
	confidence_features(x, f, sentence);
	for (size_t i = 0; i < SURE_FEATURES; i++)
		sum += weight[i] * x[i];
	return logistic(sum);
}

double
library_confidence(const struct found *f, size_t sentence)
{
	return apply(is_cjk(f) ? right_cjk : right, f, sentence);
}

double
library_topic_present(const struct found *f)
{
	return apply(is_cjk(f) ? present_cjk : present, f, 0);
}
