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
	-1.240, 0.492, 0.358, 0.796, -0.239, 0.408, 0.362, 0.705, 0.277, -0.154,
	-0.243, 0.672, 0.592, 0.000, 0.372, -0.305, -0.213, -1.078, -0.378, -0.145,
	0.255, -0.454, -0.119, -0.094, -0.233, 0.169, -1.108, -0.122, -0.355, 0.049,
	-0.328, -0.096,
};
static const double present[SURE_FEATURES] = {
	-2.984, 0.087, 0.269, 1.237, 0.368, 0.180, 0.275, 0.689, 1.138, 0.711,
	-0.230, 0.560, 1.324, 0.000, -0.972, -0.893, -0.521, -2.458, -1.270, 3.247,
	0.382, 0.076, -0.044, -0.337, -0.496, 0.429, -2.509, -0.425, -0.517, -0.152,
	0.326, -0.391,
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
