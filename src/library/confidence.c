/* How sure: two logistic regressions over what finding measured.
 *
 * Fitted by tests/bench/fit.c on the development half of SQuAD 1.1: `right` on the
 * sentence shown for each question, `present` on the same questions against
 * libraries without the article they are about.  Articles by turns for checking.
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
	-1.009, 0.646, 0.334, 0.704, -0.359, 0.367, 0.395, 0.608, 0.258, -0.546,
	-0.293, 0.635, 0.188, 0.402, 0.429, -0.378, -0.417, -0.509, -0.042, -0.402,
	0.181, -0.379, -0.120, -0.045, -0.145, 0.236, -0.590, -0.007, -0.309, 0.016,
	-0.528, -0.020,
};
static const double present[SURE_FEATURES] = {
	-2.612, 0.060, 0.258, 1.101, 0.338, 0.186, 0.234, 0.598, 1.025, 0.614,
	-0.174, 0.473, 1.125, 0.190, -0.891, -0.763, -0.426, -2.139, -1.108, 2.810,
	0.299, 0.127, -0.069, -0.285, -0.462, 0.383, -2.188, -0.376, -0.445, -0.132,
	0.276, -0.318,
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
