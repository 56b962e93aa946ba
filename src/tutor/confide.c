/* How sure an answer is: a probability, its four parts and its band.
 *
 * The number is the library's calibrated probability that the shown sentence is
 * right; where the topic is hardly in the library at all, that is what counts.
 * The parts are for the eye (citation match
 * is filled in when the answer is complete); they do not make the number (ENGINE.md).
 */
#include <math.h>
#include <string.h>
#include "tutor_in.h"

#define TOPIC_ABSENT .2
#define STRANGE_MOST .4
#define ABOUT_MOST .7            /* of what X is for only X was found */
#define REPAIRED_MOST .75        /* a word was read as another: never a sure answer */
#define AWRY_MOST .75            /* what is found says something of the topic, but misses what was asked */
#define BARE_SHARE .5

static double
unit(double x)
{
	return x < 0 ? 0 : x > 1 ? 1 : x;
}

/* Asked of carbon-13 and found carbon-14; asked what does not and found what does;
 * half of the question's words are only in the title.  Rarely right to be sure of,
 * often a trap (tests/bench/quality.c, "traps"). */
static bool
awry(const struct sentence_features *f)
{
	return f->missing_number > 0 || f->denial > 0 || f->bare >= BARE_SHARE;
}

void
confide(struct confidence *out, const struct work *w, const struct found *found)
{
	*out = (struct confidence){ .band = "none" };
	if (found->sentence_count == 0)
		return;
	const struct found_sentence *best = &found->sentences[0];
	double answer = w->t->config.threshold_answer > 0 ? w->t->config.threshold_answer : .8;
	double maybe = w->t->config.threshold_maybe > 0 ? w->t->config.threshold_maybe : .5;
	double p = unit(library_confidence(found, 0)), topic = unit(library_topic_present(found));
	if (topic < TOPIC_ABSENT && topic < p)
		p = topic;
	if (w->strange && p > STRANGE_MOST)
		p = STRANGE_MOST;
	if (found->corrected != NULL && p > REPAIRED_MOST)
		p = REPAIRED_MOST;
	if (awry(&best->f) && p > AWRY_MOST)
		p = AWRY_MOST;
	if (w->route.about && p > ABOUT_MOST && topic_is_all(w->a, w->route.topic, w->query, best->text))
		p = ABOUT_MOST;
	double next = found->sentence_count > 1 ? found->sentences[1].score : 0;
	out->similarity = unit(best->f.ps) * 100;
	out->completeness = unit(best->f.union_cov) * 100;
	out->rank_margin = unit((best->score - next) / 3) * 100;
	out->score = round(unit(p) * 100);
	out->band = p >= answer ? "answer" : p >= maybe ? "maybe" : "none";
}
