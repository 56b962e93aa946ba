/* How sure: two logistic regressions over what finding measured.
 *
 * Fitted by tests/bench/fit.c on the development half of SQuAD 1.1: `right` on the
 * sentence shown for each question (and a little on libraries without its passage),
 * `present` on the same questions against libraries without the article they are
 * about.  Fitted on one half of the articles and checked on the other: right AUROC
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
	-1.194, 0.489, 0.361, 0.841, -0.254, 0.432, 0.348, 0.663, 0.329, -0.206,
	-0.262, 0.658, 0.564, 0.437, 0.343, -0.330, -0.206, -1.108, -0.370, -0.139,
	0.214, -0.398, -0.086, -0.122, -0.232, 0.203, -1.080, -0.118, -0.338, 0.009,
	-0.346, -0.097,
};
static const double present[SURE_FEATURES] = {
	-2.993, 0.069, 0.296, 1.265, 0.388, 0.214, 0.268, 0.687, 1.177, 0.705,
	-0.200, 0.544, 1.292, 0.219, -1.024, -0.876, -0.489, -2.456, -1.272, 3.227,
	0.343, 0.145, -0.079, -0.327, -0.530, 0.439, -2.513, -0.432, -0.511, -0.152,
	0.317, -0.365,
};

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
	return apply(right, f, sentence);
}

double
library_topic_present(const struct found *f)
{
	return apply(present, f, 0);
}
