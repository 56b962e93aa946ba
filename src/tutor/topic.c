/* What a question is about: the X of "what is X", "explain X", "what does X do".
 *
 * The X alone is looked up in glossaries and as the subject of sentences.  Where a
 * question asks for more than what X is ("why is X important") the topic is only an
 * offer: a sentence that begins with it and says what it does may answer.
 */
#include <string.h>
#include "tutor_in.h"

#define TERM_WORDS_MAX 4
#define ABOUT_WORDS_MAX 6

static const char *const articles[] = { "a", "an", "the term", "the word", "the concept of", "the", "ein", "eine",
	"einen", "einer", "der", "die", "das", "den", "dem", "un", "une", "que", "le", "la", "les", "el", "los", "las", "una",
	"il", "lo", "um", "uma", "o", "os", "een", "de", "het", "ο", "η", "το", "οι", "τα" };

const char *
topic_bare(const char *line)
{
	static const char *const elided[] = { "l'", "qu'", "l\u2019", "qu\u2019" };
	const char *rest = line_cut_front(line, articles, COUNT_OF(articles));
	for (size_t i = 0; i < COUNT_OF(elided); i++)
		if (str_starts(rest, elided[i]) && rest[strlen(elided[i])] != '\0')
			return topic_bare(rest + strlen(elided[i]));
	return rest;
}

static size_t
count_words(const char *s)
{
	size_t n = 0;
	for (; *s != '\0'; s++)
		n += *s == ' ';
	return n + 1;
}

static bool
has_any(const char *line, const char *const *phrases, size_t count)
{
	struct range w;
	for (size_t i = 0; i < count; i++)
		if (phrase_find(&w, line, phrases[i], PLACE_ANY))
			return true;
	return false;
}

/* "what is osmosis", "define osmosis"; not "what is the melting point of ice". */
static bool
asks_what(struct route *r, struct arena *a, const char *s, const char *line)
{
	static const struct { const char *phrase; enum place place; bool sure; } leads[] = {
		{ "define", PLACE_START, true }, { "definition of", PLACE_ANY, true }, { "meaning of", PLACE_ANY, true },
		{ "what is meant by", PLACE_START, true }, { "definiere", PLACE_START, true }, { "was bedeutet", PLACE_START, true },
		{ "was versteht man unter", PLACE_START, true }, { "erkläre", PLACE_START, false }, { "qu'est-ce", PLACE_START, false },
		{ "qu\u2019est-ce", PLACE_START, false }, { "c'est quoi", PLACE_START, false }, { "définis", PLACE_START, true },
		{ "qué significa", PLACE_START, true }, { "qué es", PLACE_START, false }, { "qué son", PLACE_START, false },
		{ "que es", PLACE_START, false }, { "cos'è", PLACE_START, false }, { "o que é", PLACE_START, false },
		{ "wat is", PLACE_START, false }, { "was ist", PLACE_START, false }, { "was sind", PLACE_START, false },
		{ "что такое", PLACE_START, false }, { "що таке", PLACE_START, false }, { "τι είναι", PLACE_START, false },
		{ "what is", PLACE_START, false }, { "what's", PLACE_START, false }, { "whats", PLACE_START, false },
		{ "what are", PLACE_START, false },
	};
	static const char *const not_terms[] = { "of", "in", "for", "used", "it", "this", "that", "his", "her", "your", "my",
		"their", "its", "some", "at", "on", "by", "between", "von", "zwischen", "entre", "warum", "wie", "dans", "mit" };
	struct range w;
	for (size_t i = 0; i < COUNT_OF(leads); i++) {
		if (!phrase_find(&w, line, leads[i].phrase, leads[i].place) || line[w.end] == '\0')
			continue;
		const char *rest = topic_bare(line + w.end + (line[w.end] == ' '));
		if (!leads[i].sure && (count_words(rest) > TERM_WORDS_MAX || has_any(rest, not_terms, COUNT_OF(not_terms))))
			return false;
		r->topic = arena_strdup(a, s + (rest - line));
		return true;
	}
	return false;
}

/* "explain osmosis" asks what it is; "explain why ..." is a question like others. */
static bool
asks_to_explain(struct route *r, struct arena *a, const char *s, const char *line)
{
	static const char *const leads[] = { "explain to me", "explain", "describe", "the concept of", "the term", "the", "a", "an" };
	static const char *const asks[] = { "why", "how", "what", "when", "where", "who", "which", "of", "in", "it", "this", "that", "more" };
	static const char *const tails[] = { " to me", " for me", " simply", " in simple terms", " briefly" };
	const char *rest = line_cut_front(line, leads, COUNT_OF(leads));
	size_t len = strlen(rest);
	for (size_t i = 0; i < COUNT_OF(tails); i++)
		if (str_ends(rest, tails[i]))
			len = strlen(rest) - strlen(tails[i]);
	rest = arena_strndup(a, s + (rest - line), len);
	if (!(str_starts(line, "explain ") || str_starts(line, "describe ")) || *rest == '\0' || count_words(rest) > TERM_WORDS_MAX ||
		has_any(line_lower(a, rest), asks, COUNT_OF(asks)))
		return false;
	r->topic = rest;
	return true;
}

/* A term and nothing else: "light saturation". */
static bool
is_bare(struct route *r, struct arena *a, const char *s, const char *line)
{
	static const char *const not_terms[] = { "why", "how", "what", "when", "where", "who", "which", "is", "are", "was", "do",
		"does", "did", "can", "and", "or", "of", "in", "it", "this", "that", "more", "about", "not", "you", "i" };
	if (r->follows || r->vague || *line == '\0' || count_words(line) > 3 || has_any(line, not_terms, COUNT_OF(not_terms)))
		return false;
	for (const char *c = line; *c != '\0'; c++)
		if (!(*c >= 'a' && *c <= 'z') && !(*c >= '0' && *c <= '9') && strchr(" -'", *c) == NULL)
			return false;
	r->topic = arena_strdup(a, s + (topic_bare(line) - line));
	return true;
}

bool
route_topic(struct route *r, struct arena *a, const char *s, const char *line, bool asked)
{
	struct range w, tail;
	if (phrase_find(&w, line, "what does", PLACE_START) &&
		(phrase_find(&tail, line, "mean", PLACE_END) || phrase_find(&tail, line, "stand for", PLACE_END)) && tail.start > w.end + 1) {
		r->topic = words_squeeze(a, s + w.end, tail.start - w.end);
		return true;
	}
	if (phrase_find(&w, line, "とは", PLACE_ANY) && w.start > 0) {
		r->topic = arena_strndup(a, s, w.start);
		return true;
	}
	return asks_what(r, a, s, line) || asks_to_explain(r, a, s, line) || (!asked && (r->bare = is_bare(r, a, s, line)));
}

/* ---- more than what it is ------------------------------------------------------------ */

void
route_about(struct route *r, struct arena *a, const char *s, const char *line)
{
	static const struct { const char *lead, *tail; } frames[] = {
		{ "what does", "do" }, { "what do", "do" }, { "how does", "work" }, { "how do", "work" }, { "how does", "function" },
		{ "how do", "function" }, { "why is", "important" }, { "why are", "important" }, { "why is", "necessary" },
		{ "why are", "necessary" }, { "why is", "needed" }, { "why are", "needed" }, { "what is", "used for" },
		{ "what are", "used for" }, { "what is", "good for" }, { "what is", "made of" }, { "what is", "for" },
	};
	static const char *const nouns[] = { "role of", "roles of", "function of", "functions of", "purpose of", "importance of",
		"significance of", "job of", "use of", "uses of", "point of", "benefits of", "advantages of", "disadvantages of",
		"structure of", "happens in", "happens to", "happens during", "goes on in", "who is", "who was", "who were" };
	static const char *const roles[] = { "what role does", "what role do", "what function does", "what purpose does" };
	static const char *const verbs[] = { " play", " have", " serve" };
	struct range w, tail;
	const char *rest = NULL;
	size_t len = 0;
	for (size_t i = 0; i < COUNT_OF(frames) && rest == NULL; i++)
		if (phrase_find(&w, line, frames[i].lead, PLACE_START) && phrase_find(&tail, line, frames[i].tail, PLACE_END) &&
			tail.start > w.end + 1) {
			rest = line + w.end + 1;
			len = tail.start - w.end - 2;
		}
	for (size_t i = 0; i < COUNT_OF(roles) && rest == NULL; i++)
		for (size_t k = 0; k < COUNT_OF(verbs); k++)
			if (phrase_find(&w, line, roles[i], PLACE_START) && str_ends(line, verbs[k]) && line[w.end] == ' ') {
				rest = line + w.end + 1;
				len = strlen(rest) > strlen(verbs[k]) ? strlen(rest) - strlen(verbs[k]) : 0;
			}
	for (size_t i = 0; i < COUNT_OF(nouns) && rest == NULL; i++)
		if (phrase_find(&w, line, nouns[i], PLACE_ANY) && w.start <= 24 && line[w.end] == ' ') {
			rest = line + w.end + 1;
			len = strlen(rest);
			r->person = str_starts(nouns[i], "who ");
		}
	if (rest == NULL || len == 0)
		return;
	const char *low = arena_strndup(a, rest, len), *bare = topic_bare(low);
	if (count_words(bare) > ABOUT_WORDS_MAX || words_set(a, bare, strlen(bare), true).count == 0)
		return;
	r->topic = arena_strndup(a, s + (rest - line) + (bare - low), strlen(bare));
	r->about = true;
}

/* What a sentence says that tells what its subject does, or why it matters. */
static const char *const doing[] = { "helps", "help", "serves", "serve", "allows", "allow", "enables", "enable", "lets",
	"responsible", "produces", "produce", "makes", "make", "provides", "provide", "protects", "protect", "carries", "carry",
	"converts", "convert", "turns", "turn", "joins", "join", "needed", "used", "essential", "important", "vital", "key", "role",
	"function", "functions", "purpose", "controls", "control", "regulates", "regulate", "stores", "store", "releases", "release",
	"absorbs", "absorb", "transports", "transport", "supports", "support", "catalyses", "catalyzes", "splits", "split", "drives",
	"drive", "removes", "remove", "collects", "collect", "prevents", "prevent", "necessary", "works", "work", "uses", "use",
	"breaks", "break", "holds", "hold", "contains", "contain", "gives", "give", "because", "so that", "in order to" };

static const char *const doing_what[] = { "that", "which", "where", "by which", "through which", "in which", "for", "to" };

bool
sentence_begins_with(struct arena *a, const char *s, const struct word_set *words)
{
	size_t n = 0, spaces = words->count + 2;
	while (s[n] != '\0' && (s[n] != ' ' || --spaces > 0))
		n++;
	struct word_set has = words_set(a, s, n, true);
	return words->count > 0 && words_shared(words, &has) == words->count;
}

/* A second name that tells its work: "rubisco, the enzyme that captures ...". */
static bool
is_told(const char *rest, const char *const *leads, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_starts(rest, leads[i]))
			return has_any(rest, doing_what, COUNT_OF(doing_what));
	return false;
}

static const char *
first_words(struct arena *a, const char *s, size_t words)
{
	size_t n = 0;
	while (s[n] != '\0' && (s[n] != ' ' || --words > 0))
		n++;
	return arena_strndup(a, s, n);
}

static bool
is_name(const char *topic)
{
	for (const char *c = topic; *c != '\0'; c++)
		if ((c == topic || c[-1] == ' ') && (*c < 'A' || *c > 'Z'))
			return false;
	return *topic != '\0';
}

static bool
goes_on(const char *rest)
{
	static const char *const others[] = { "is", "are", "was", "were", "has", "have", "had", "and", "or", "of", "in", "on", "at",
		"with", "from", "as", "can", "may", "must", "should", "by" };
	struct range r;
	size_t n = strspn(rest, "abcdefghijklmnopqrstuvwxyz");
	bool goes = n >= 3 && rest[n] == ' ';
	for (size_t i = 0; i < COUNT_OF(others) && goes; i++)
		goes = !phrase_find(&r, rest, others[i], PLACE_START);
	return goes;
}

/* "Stomata close ...", "The pump moves ...": the topic, then what is likely a verb. */
static bool
acts_likely(const char *name, const char *rest)
{
	size_t n = strcspn(rest, " ");
	bool plural = str_ends(name, "s") || library_base_form(name) != NULL;
	return goes_on(rest) && plural != (rest[n - 1] == 's' && rest[n - 2] != 's');
}

double
topic_acts(struct arena *a, const char *topic, const char *s)
{
	static const char *const told[] = { ", the ", ", a ", ", an ", ", which " };
	static const char *const is[] = { "is the ", "is a ", "is an ", "are the ", "are a " };
	static const char *const denials[] = { "not", "no", "neither", "cannot", "only" };
	const char *line = line_lower(a, s), *name = line_lower(a, topic);
	struct word_set words = words_set(a, topic, strlen(topic), true);
	struct range r;
	if (sentence_is_fragment(s) || sentence_leans(s) || str_ends(s, "?"))
		return 0;
	bool there = phrase_find(&r, line, name, PLACE_ANY) || phrase_find(&r, line, arena_printf(a, "%ss", name), PLACE_ANY);
	const char *rest = there ? line + r.end + strspn(line + r.end, " ") : line;
	if (there && is_told(rest, told, COUNT_OF(told)))
		return .7;
	const char *bare = topic_bare(line);
	size_t before = there && bare < line + r.start ? count_words(arena_strndup(a, bare, (size_t)(line + r.start - bare))) - 1 : 0;
	if (there && has_any(first_words(a, rest, 4), denials, COUNT_OF(denials)))
		return 0;
	if (there && before < 2 && (has_any(first_words(a, rest, 2), doing, COUNT_OF(doing)) || is_told(rest, is, COUNT_OF(is))))
		return before == 0 ? .9 : .6;
	if (there && is_name(topic) && s[r.end] == ' ' && goes_on(s + r.end + 1))
		return .5;
	if (there && before == 0 && acts_likely(name, rest))
		return .4;
	if (!sentence_begins_with(a, s, &words) || has_any(line, denials, COUNT_OF(denials)))
		return 0;
	return has_any(line, doing, COUNT_OF(doing)) ? .5 : 0;
}

/* Does the sentence say anything of the question but its topic? */
bool
topic_is_all(struct arena *a, const char *topic, const char *question, const char *s)
{
	struct word_set asked = words_set(a, question, strlen(question), true), words = words_set(a, topic, strlen(topic), true),
			has = words_set(a, s, strlen(s), true);
	for (size_t i = 0; i < asked.count; i++)
		if (!words_has(&words, asked.items[i]) && words_has(&has, asked.items[i]))
			return false;
	return topic_acts(a, topic, s) == 0;
}
