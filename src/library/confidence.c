/* How sure: two logistic regressions over what finding measured.
 *
 * Fitted by tests/bench/fit.c on the development half of SQuAD 1.1: `right` on the
 * sentence shown for each question (and a little on libraries without its passage),
 * `present` on the same questions against libraries without the article they are
 * about; both on libraries of one article too, where every margin is wide, with its
 * own questions and strangers'.  The tables for CJK in the same way on JSQuAD.  Fitted
 * on one half of the articles and checked on the other: right AUROC .854, calibration
 * error .014; present AUROC .973.
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
		cap(s->score - best_elsewhere(f, sentence), 2),
	};
	memcpy(out, row, sizeof row);
}

static const double right[SURE_FEATURES] = {
	-1.332, 0.488, 0.455, 0.656, -0.139, 0.573, 0.454, 0.783, 0.314, 0.173,
	-0.374, 0.710, 0.517, 0.378, 0.376, -0.072, 0.080, -1.191, -2.205, -0.056,
	0.110, -0.187, -0.128, -0.140, -0.258, 0.323, -1.082, -0.153, -0.353, 0.032,
	-0.628, -0.173, -0.313,
};
static const double present[SURE_FEATURES] = {
	-3.402, 0.027, 0.645, 2.208, 0.289, 0.249, 0.969, 0.658, 0.775, 0.701,
	-0.289, 0.504, 1.117, 0.474, -0.475, 0.066, 0.246, -2.878, -1.013, 2.169,
	0.478, -0.092, -0.005, -0.471, -0.413, 0.728, -2.283, -0.583, -0.480, -0.075,
	0.633, -0.462, -0.579,
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
