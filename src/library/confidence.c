/* How sure: two logistic regressions over what finding measured.
 *
 * Fitted by tests/bench/fit.c on the development half of SQuAD 1.1: `right` on the
 * sentence shown for each question (and a little on libraries without its passage),
 * `present` on the same questions against libraries without the article they are
 * about; the tables for CJK in the same way on JSQuAD.  Fitted on one half of the articles and checked on the other: right AUROC
 * .861, calibration error .02; present AUROC .972.
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
	};
	memcpy(out, row, sizeof row);
}

static const double right[SURE_FEATURES] = {
	-1.206, 0.496, 0.355, 0.947, -0.290, 0.429, 0.372, 0.678, 0.330, -0.162,
	-0.261, 0.654, 0.598, 0.406, 0.323, -0.381, -0.252, -0.649, -0.300, -0.178,
	0.223, -0.350, -0.078, -0.078, -0.270, 0.207, -1.116, -0.213, -0.352, 0.003,
	-0.322, -0.105,
};
static const double present[SURE_FEATURES] = {
	-2.878, 0.076, 0.257, 1.696, 0.354, 0.217, 0.217, 0.667, 1.181, 0.684,
	-0.325, 0.498, 1.186, 0.178, -1.040, -0.983, -0.636, -2.188, -1.299, 3.140,
	0.367, 0.024, -0.064, -0.324, -0.592, 0.525, -2.246, -0.524, -0.648, -0.193,
	0.357, -0.423,
};
static const double right_cjk[SURE_FEATURES] = {
	-0.381, 0.316, 0.449, 0.215, -0.161, 0.190, -0.203, 0.661, 1.474, 0.569,
	-0.155, 0.335, 0.000, 0.000, 0.023, -0.195, -0.161, -0.057, -0.506, -0.050,
	-0.040, -0.238, 0.000, 0.450, -0.610, -1.092, -0.606, 0.198, -0.458, 0.150,
	0.058, -0.063,
};
static const double present_cjk[SURE_FEATURES] = {
	-1.628, -0.022, 0.362, 1.250, 0.326, 0.837, 0.582, 0.800, 1.877, 1.946,
	-0.188, 0.643, 0.000, 0.000, 0.336, -0.377, -0.385, -0.072, -1.576, 1.871,
	-0.018, 0.032, 0.000, -0.848, 0.274, -1.842, -0.850, -0.645, -0.456, -0.135,
	1.824, -0.509,
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
