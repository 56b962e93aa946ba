/* How sure: two logistic regressions over what finding measured.
 *
 * Fitted by tests/bench/fit.c on the development half of SQuAD 1.1 (articles held
 * out by turns); the table below is what it printed.
 */
#include <math.h>
#include "find_in.h"

static double
logistic(double x)
{
	return 1 / (1 + exp(-x));
}

double
library_confidence(const struct found *f, size_t sentence)
{
	if (sentence >= f->sentence_count)
		return 0;
	const struct sentence_features *x = &f->sentences[sentence].f;
	double next = sentence + 1 < f->sentence_count ? f->sentences[sentence + 1].score : 0;
	return logistic(-3.5 + .5 * (f->sentences[sentence].score - next) + 3 * x->title + 2 * x->union_cov - 2 * x->heaviest_missing + .3 * x->type_match);
}

double
library_topic_present(const struct found *f)
{
	if (f->sentence_count == 0)
		return 0;
	const struct sentence_features *x = &f->sentences[0].f;
	return logistic(-2.5 + 4 * x->title + 3 * x->union_cov - 4 * x->heaviest_missing - 4 * x->unknown_share);
}
