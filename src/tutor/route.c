/* What is wanted: intent by plain rules over the words of the question.
 *
 * Rules are rows, read from the top; the first that fits decides.  A rule may
 * only turn a question into something else when its phrase can hardly mean
 * anything else, because a wrong turn costs the whole answer while a missed one
 * still gets sentences about the topic.  Documents never reach this file: only
 * what the person typed is routed.
 */
#include <string.h>
#include "tutor_in.h"

struct rule {
	const char *phrase;
	enum place place;
};

static const char *const intent_names[INTENT_COUNT] = { "question", "definition", "list",
	"comparison", "summary", "translate", "quiz", "smalltalk" };

static const char *const polite[] = { "i don't understand", "i do not understand", "i dont understand",
	"i don't get", "i'm confused about", "i am confused about", "i have a question about", "my question is", "please", "pls", "can you", "could you", "would you",
	"will you", "can i get", "can i have", "could i get", "i want you to",
	"i would like you to", "i would like", "i'd like", "i want to know", "i want", "i need",
	"do you know", "tell me", "show me", "give me", "write me", "write", "make me", "help me",
	"stoa", "hey stoa", "ok", "okay", "so" };
/* Behind the question: nothing that is asked for. */
static const char *const trailers[] = { "can you explain", "could you explain", "please explain",
	"explain please", "can you explain it", "can you explain that", "can you help me", "can you help", "can you tell me",
	"please", "thanks", "thank you", "bitte", "danke", "merci", "por favor", "gracias", "s'il vous plaît" };
static const char *const commands[] = { "more about", "all about", "about", "explain to me",
	"explain", "describe", "information about", "information on" };
static const struct {
	const char *phrase;
	enum small small;
} small_talk[] = { { "hi", SMALL_GREETING }, { "hello", SMALL_GREETING }, { "hey", SMALL_GREETING },
	{ "hallo", SMALL_GREETING }, { "hola", SMALL_GREETING }, { "bonjour", SMALL_GREETING },
	{ "good morning", SMALL_GREETING }, { "good evening", SMALL_GREETING },
	{ "good afternoon", SMALL_GREETING }, { "good day", SMALL_GREETING },
	{ "how are you", SMALL_GREETING }, { "how are you doing", SMALL_GREETING },
	{ "how do you do", SMALL_GREETING }, { "what's up", SMALL_GREETING },
	{ "greetings", SMALL_GREETING }, { "こんにちは", SMALL_GREETING },
	{ "こんばんは", SMALL_GREETING }, { "おはよう", SMALL_GREETING },
	{ "おはようございます", SMALL_GREETING }, { "thanks", SMALL_THANKS },
	{ "thank you", SMALL_THANKS }, { "thx", SMALL_THANKS }, { "ty", SMALL_THANKS },
	{ "cheers", SMALL_THANKS }, { "danke", SMALL_THANKS }, { "gracias", SMALL_THANKS },
	{ "merci", SMALL_THANKS }, { "ありがとう", SMALL_THANKS },
	{ "ありがとうございます", SMALL_THANKS }, { "ありがとうございました", SMALL_THANKS },
	{ "bye", SMALL_BYE }, { "goodbye", SMALL_BYE }, { "good bye", SMALL_BYE },
	{ "see you", SMALL_BYE }, { "see you later", SMALL_BYE }, { "good night", SMALL_BYE },
	{ "さようなら", SMALL_BYE }, { "who are you", SMALL_ABOUT },
	{ "what are you", SMALL_ABOUT }, { "what can you do", SMALL_ABOUT },
	{ "what do you do", SMALL_ABOUT }, { "help", SMALL_ABOUT },
	{ "how do you work", SMALL_ABOUT }, { "how does this work", SMALL_ABOUT },
	{ "ok", SMALL_OKAY }, { "okay", SMALL_OKAY }, { "good", SMALL_OKAY },
	{ "great", SMALL_OKAY }, { "nice", SMALL_OKAY }, { "cool", SMALL_OKAY },
	{ "got it", SMALL_OKAY }, { "i see", SMALL_OKAY }, { "perfect", SMALL_OKAY },
	{ "understood", SMALL_OKAY }, { "yes", SMALL_OKAY }, { "no", SMALL_OKAY } };
static const char *const small_tails[] = { "there", "stoa", "all", "so much", "a lot", "very much",
	"everyone", "again", "then", "for your help", "for the help", "for that", "today", "now" };
static const struct rule quiz_rules[] = { { "quiz me", PLACE_START }, { "test me", PLACE_START },
	{ "a quiz", PLACE_START }, { "make a quiz", PLACE_START }, { "create a quiz", PLACE_START },
	{ "generate a quiz", PLACE_START }, { "start a quiz", PLACE_START },
	{ "practice questions", PLACE_START }, { "make practice questions", PLACE_START },
	{ "generate questions", PLACE_START }, { "make flashcards", PLACE_START },
	{ "create flashcards", PLACE_START }, { "flashcards", PLACE_START },
	{ "ask me questions", PLACE_START }, { "クイズ", PLACE_ANY },
	{ "問題を出して", PLACE_ANY } };
static const struct rule translate_rules[] = { { "translate", PLACE_START },
	{ "a translation of", PLACE_START }, { "翻訳して", PLACE_ANY }, { "訳して", PLACE_ANY },
	{ "übersetze", PLACE_START }, { "traduce", PLACE_START }, { "traduis", PLACE_START } };
static const struct rule summary_rules[] = { { "summarise", PLACE_ANY }, { "summarize", PLACE_ANY },
	{ "sum up", PLACE_START }, { "recap", PLACE_START }, { "tl;dr", PLACE_START },
	{ "tldr", PLACE_START }, { "summary", PLACE_START }, { "summary of", PLACE_ANY },
	{ "summary on", PLACE_ANY }, { "overview", PLACE_START }, { "overview of", PLACE_ANY },
	{ "key points", PLACE_START }, { "main points", PLACE_START },
	{ "key points of", PLACE_ANY }, { "main points of", PLACE_ANY },
	{ "main ideas of", PLACE_ANY }, { "key ideas of", PLACE_ANY },
	{ "highlights of", PLACE_ANY }, { "gist of", PLACE_ANY }, { "the gist", PLACE_START },
	{ "outline", PLACE_START }, { "essence of", PLACE_ANY }, { "要約", PLACE_ANY },
	{ "まとめて", PLACE_ANY }, { "概要", PLACE_ANY }, { "zusammenfassung", PLACE_ANY },
	{ "résumé de", PLACE_ANY }, { "resumen de", PLACE_ANY }, { "fasse", PLACE_START },
	{ "resume", PLACE_START } };
static const struct {
	const char *phrase;
	enum level level;
} level_words[] = { { "brief", LEVEL_BRIEF }, { "briefly", LEVEL_BRIEF }, { "short", LEVEL_BRIEF },
	{ "shortly", LEVEL_BRIEF }, { "quick", LEVEL_BRIEF }, { "quickly", LEVEL_BRIEF },
	{ "concise", LEVEL_BRIEF }, { "in a few sentences", LEVEL_BRIEF },
	{ "in one sentence", LEVEL_BRIEF }, { "in short", LEVEL_BRIEF }, { "簡単に", LEVEL_BRIEF },
	{ "短く", LEVEL_BRIEF }, { "detailed", LEVEL_DETAILED }, { "in detail", LEVEL_DETAILED },
	{ "comprehensive", LEVEL_DETAILED }, { "thorough", LEVEL_DETAILED },
	{ "thoroughly", LEVEL_DETAILED }, { "in depth", LEVEL_DETAILED },
	{ "in-depth", LEVEL_DETAILED }, { "long", LEVEL_DETAILED }, { "extensive", LEVEL_DETAILED },
	{ "詳しく", LEVEL_DETAILED }, { "standard", LEVEL_STANDARD } };
static const char *const topic_leads[] = { "with a focus on", "with focus on", "focusing on",
	"focussing on", "focused on", "focus on", "on", "about", "of", "regarding", "for", "from",
	"in", "with", "and", "to", "me", "us", "a", "an", "the", "what is in", "everything", "it",
	"this", "them", "please", "my", "を", "について", "して", "ください", "の" };
static const struct rule list_rules[] = { { "list", PLACE_START }, { "enumerate", PLACE_START },
	{ "name the", PLACE_START }, { "name all", PLACE_START }, { "name some", PLACE_START },
	{ "name three", PLACE_START }, { "name two", PLACE_START }, { "name four", PLACE_START },
	{ "name five", PLACE_START }, { "a list of", PLACE_START }, { "examples of", PLACE_START },
	{ "give examples of", PLACE_START }, { "some examples of", PLACE_START },
	{ "what are the", PLACE_START }, { "what are some", PLACE_START },
	{ "which are the", PLACE_START }, { "what kinds of", PLACE_START },
	{ "what types of", PLACE_START }, { "which types of", PLACE_START },
	{ "which kinds of", PLACE_START }, { "types of", PLACE_START }, { "kinds of", PLACE_START },
	{ "steps of", PLACE_START }, { "一覧", PLACE_ANY }, { "列挙", PLACE_ANY } };
static const char *const follow_starts[] = { "and", "but", "or", "what about", "how about",
	"what else", "anything else", "why is that", "why so", "how so", "more on", "and what",
	"und", "aber", "was ist mit", "et", "mais", "qu'en est-il", "y", "pero", "qué hay de", "а", "και" };
static const char *const follow_wholes[] = { "why", "why not", "how", "when", "where", "who",
	"which", "more", "tell me more", "go on", "continue", "explain", "explain more", "tell me", "describe", "define", "compare", "example",
	"an example", "give an example", "give examples", "examples", "for example", "really", "how come", "what else", "say more",
	"warum", "wieso", "mehr", "pourquoi", "plus", "por qué", "más", "почему", "γιατί",
	"なぜ", "どうして", "もっと", "それで", "いつ", "どこ" };
static const char *const more_wholes[] = { "more", "tell me more", "go on", "continue", "say more",
	"explain more", "and then", "read on", "もっと", "続けて" };
static const char *const back_words[] = { "it", "its", "they", "them", "their", "theirs", "he",
	"him", "his", "she", "her", "hers", "それ", "これ", "その", "彼", "彼女" };
static const char *const near_words[] = { "this", "that", "these", "those", "one", "ones", "there",
	"same" };

const char *
intent_name(enum intent i)
{
	return intent_names[i];
}

static bool
rule_hit(struct range *out, const struct rule *rules, size_t count, const char *line)
{
	for (size_t i = 0; i < count; i++)
		if (phrase_find(out, line, rules[i].phrase, rules[i].place))
			return true;
	return false;
}

static bool
route_small(struct route *r, struct arena *a, const char *line)
{
	struct range where;
	char *s = arena_strdup(a, line);
	for (size_t i = 0; i < COUNT_OF(small_tails); i++)
		if (phrase_find(&where, s, small_tails[i], PLACE_END) && where.start > 0) {
			while (where.start > 0 && strchr(" ,!.", s[where.start - 1]) != NULL)
				where.start--;
			if (where.start == 0)
				break;
			s[where.start] = '\0';
			i = (size_t)-1;
		}
	for (size_t i = 0; i < COUNT_OF(small_talk); i++)
		if (str_same(s, small_talk[i].phrase)) {
			r->intent = INTENT_SMALLTALK;
			r->small = small_talk[i].small;
			return true;
		}
	return false;
}

/* "a and b", "a with b", "a vs b" as two sides. */
static bool
split_sides(struct route *r, struct arena *a, const char *s, const char *line,
	const char *const *joints, size_t count)
{
	struct range w;
	for (size_t i = 0; i < count; i++)
		if (phrase_find(&w, line, joints[i], PLACE_ANY) && w.start > 0 &&
			line[w.end] != '\0') {
			r->sides[0] = words_squeeze(a, s, w.start);
			r->sides[1] = words_squeeze(a, s + w.end, strlen(s + w.end));
			return r->sides[0][0] != '\0' && r->sides[1][0] != '\0';
		}
	return false;
}

static bool
route_comparison(struct route *r, struct arena *a, const char *s, const char *line)
{
	static const struct {
		const char *lead;
		enum place place;
	} leads[] = {
		{ "compare", PLACE_START },
		{ "contrast", PLACE_START },
		{ "comparison of", PLACE_ANY },
		{ "comparison between", PLACE_ANY },
		{ "difference between", PLACE_ANY },
		{ "differences between", PLACE_ANY },
		{ "similarities between", PLACE_ANY },
		{ "similarity between", PLACE_ANY },
		{ "distinguish", PLACE_START },
		{ "distinguish between", PLACE_START },
		{ "unterschied zwischen", PLACE_ANY },
		{ "unterschiede zwischen", PLACE_ANY },
		{ "vergleiche", PLACE_START },
		{ "différence entre", PLACE_ANY },
		{ "différences entre", PLACE_ANY },
		{ "diferencia entre", PLACE_ANY },
		{ "diferencias entre", PLACE_ANY },
		{ "differenza tra", PLACE_ANY },
		{ "diferença entre", PLACE_ANY },
		{ "verschil tussen", PLACE_ANY },
		{ "разница между", PLACE_ANY },
		{ "διαφορά μεταξύ", PLACE_ANY },
	};
	static const char *const joints[] = { "and", "with", "to", "from", "vs", "vs.", "versus",
		"und", "et", "y", "e", "en", " и ", "και" };
	static const char *const versus[] = { "versus", "vs.", "vs" };
	static const char *const differs[] = { "differ from", "different from", "compare to",
		"compare with", "compared to", "compared with" };
	static const char *const how[] = { "how does", "how do", "how is", "how are", "what makes",
		"the" };
	struct range w;
	for (size_t i = 0; i < COUNT_OF(leads); i++)
		if (phrase_find(&w, line, leads[i].lead, leads[i].place)) {
			const char *rest = topic_bare(line + w.end + strspn(line + w.end, " :"));
			if (split_sides(r, a, s + (rest - line), rest, joints, COUNT_OF(joints)))
				return true;
		}
	for (size_t i = 0; i < COUNT_OF(differs); i++)
		if (phrase_find(&w, line, differs[i], PLACE_ANY)) {
			const char *rest = line_cut_front(line, how, COUNT_OF(how));
			if (rest != line &&
				split_sides(r, a, s + (rest - line), rest, differs + i, 1))
				return true;
		}
	return split_sides(r, a, s, line, versus, COUNT_OF(versus));
}

/* Japanese has its command at the end: without the particles that held it. */
static const char *
cut_tails(struct arena *a, const char *s)
{
	static const char *const tails[] = { " ", "ください", "下さい", "お願いします", "して",
		"してほしい", "について", "を", "の", "に", "で" };
	size_t len = strlen(s);
	for (size_t i = 0; i < COUNT_OF(tails); i++) {
		size_t n = strlen(tails[i]);
		if (len >= n && memcmp(s + len - n, tails[i], n) == 0)
			len -= n, i = (size_t)-1;
	}
	return arena_strndup(a, s, len);
}

static void
route_summary(struct route *r, struct arena *a, const char *s, struct range command)
{
	const char *rest = line_without(a, s, command), *line = line_lower(a, rest);
	struct range w;
	for (size_t i = 0; i < COUNT_OF(level_words); i++)
		if (phrase_find(&w, line, level_words[i].phrase, PLACE_ANY)) {
			r->level = level_words[i].level;
			r->level_said = true;
			rest = line_without(a, rest, w);
			line = line_lower(a, rest);
		}
	const char *front = line_cut_front(line, topic_leads, COUNT_OF(topic_leads));
	rest += front - line;
	rest = cut_tails(a, rest);
	struct word_set left = words_set(a, rest, strlen(rest), true);
	r->topic = left.count == 0 ? "" : line_cut_ends(a, rest);
	for (size_t i = 0; i < COUNT_OF(topic_leads); i++)
		if (str_same(line_lower(a, r->topic), topic_leads[i]))
			r->topic = "";
}

static void
route_target(struct route *r, struct arena *a, const char *line)
{
	struct range w;
	if (phrase_find(&w, line, "into", PLACE_ANY) || phrase_find(&w, line, "to", PLACE_ANY) ||
		phrase_find(&w, line, "in", PLACE_ANY))
		r->target = words_squeeze(a, line + w.end, strlen(line + w.end));
}

static void
route_follow(struct route *r, struct arena *a, const char *line)
{
	struct range w;
	struct word_set content = words_set(a, line, strlen(line), true);
	for (size_t i = 0; i < COUNT_OF(follow_starts); i++)
		r->follows |= phrase_find(&w, line, follow_starts[i], PLACE_START);
	for (size_t i = 0; i < COUNT_OF(follow_wholes); i++)
		r->follows |= str_same(line, follow_wholes[i]);
	for (size_t i = 0; i < COUNT_OF(back_words); i++)
		r->follows |= phrase_find(&w, line, back_words[i], PLACE_ANY);
	for (size_t i = 0; i < COUNT_OF(near_words); i++)
		r->follows |= phrase_find(
			&w, line, near_words[i], content.count <= 3 ? PLACE_ANY : PLACE_END);
	for (size_t i = 0; i < COUNT_OF(follow_wholes); i++)
		r->vague |= str_same(line, follow_wholes[i]);
	for (size_t i = 0; i < COUNT_OF(more_wholes); i++)
		r->more |= str_same(line, more_wholes[i]);
	r->follows |= r->more;
	r->vague |= r->more || content.count == 0;
}

/* "what do (my notes) say about X", "according to (ch4.pdf), X": the X. */
static const char *
cut_frame(const char *s, const char *line)
{
	static const char *const asks[] = { "what do", "what does", "what did", "what can you find",
		"what is written", "what is said", "is there anything", "find anything", "find" };
	static const char *const says[] = { "say", "tell us", "tell me", "tell", "state", "mention",
		"write", "contain", "in", "from" };
	static const char *const abouts[] = { "about", "on", "regarding", "of" };
	static const char *const froms[] = { "according to", "based on", "in", "from" };
	line += strlen(line) - strlen(s);
	const char *from = line_cut_front(line, froms, COUNT_OF(froms));
	const char *ask = line_cut_front(from, asks, COUNT_OF(asks)),
		   *say = line_cut_front(ask, says, COUNT_OF(says)),
		   *about = line_cut_front(say, abouts, COUNT_OF(abouts));
	if (ask != from && about != say)
		return s + (about - line);
	return s + (from - line);
}

/* "why are leaves green, can you explain": the question itself. */
static const char *
cut_trailers(struct arena *a, const char *s)
{
	struct range w;
	for (size_t i = 0; i < COUNT_OF(trailers); i++) {
		const char *line = line_lower(a, s);
		size_t len = strlen(line), n = strlen(trailers[i]);
		if (len > n && phrase_find(&w, line + len - n, trailers[i], PLACE_WHOLE) && strchr(" ,.?!;", line[len - n - 1]) != NULL &&
			len - n > 8) {
			s = line_cut_ends(a, arena_strndup(a, s, len - n));
			i = (size_t)-1;
		}
	}
	return s;
}

void
route_question(struct route *out, struct arena *a, const char *content)
{
	struct route r = { .level = LEVEL_STANDARD, .topic = "" };
	const char *s = line_cut_ends(a, words_squeeze(a, content, strlen(content)));
	char *line = line_lower(a, s);
	struct range w = { 0, 0 }, scope = { 0, 0 };
	r.query = r.whole = s;
	if (*s == '\0' || route_small(&r, a, line)) {
		r.vague = *s == '\0';
		*out = r;
		return;
	}
	s = cut_trailers(a, s);
	r.query = r.whole = s;
	line = line_lower(a, s);
	route_follow(&r, a, line);
	const char *bare = line_cut_front(line, polite, COUNT_OF(polite));
	bare = line_cut_front(bare, (const char *const[]){ "a", "an" }, 2);
	s += bare - line;
	route_scope(&r, &scope, a, line_lower(a, s));
	const char *inside = r.scope != NULL ? line_without(a, s, scope) : s;
	const char *low = line_lower(a, inside);
	if (rule_hit(&w, quiz_rules, COUNT_OF(quiz_rules), low)) {
		r.intent = INTENT_QUIZ;
	} else if (rule_hit(&w, translate_rules, COUNT_OF(translate_rules), low)) {
		r.intent = INTENT_TRANSLATE;
		route_target(&r, a, low);
	} else if (rule_hit(&w, summary_rules, COUNT_OF(summary_rules), low)) {
		r.intent = INTENT_SUMMARY;
		route_summary(&r, a, inside, w);
	} else if (route_comparison(&r, a, inside, low)) {
		r.intent = INTENT_COMPARISON;
	} else if (rule_hit(&w, list_rules, COUNT_OF(list_rules), low)) {
		r.intent = INTENT_LIST;
		if (low[0] != 'w' && w.start == 0 &&
			low[w.end] == ' ') /* a command, not part of what is searched */
			inside += w.end + 1, low += w.end + 1;
	} else if (route_topic(&r, a, inside, low, strchr(content, '?') != NULL)) {
		r.intent = INTENT_DEFINITION;
	}
	if (r.intent == INTENT_QUESTION || r.intent == INTENT_LIST)
		route_about(&r, a, inside, low);
	r.query =
		cut_frame(inside + (line_cut_front(low, commands, COUNT_OF(commands)) - low), low);
	if (r.intent == INTENT_COMPARISON)
		r.query = arena_printf(a, "%s and %s", r.sides[0], r.sides[1]);
	if (r.intent == INTENT_DEFINITION &&
		(str_starts(low, "define") || str_starts(low, "explain") || str_starts(low, "describe") || r.bare))
		r.query = arena_printf(a, "What is %s?", r.topic);
	if (r.intent == INTENT_DEFINITION && (unsigned char)r.topic[0] >= 0xE3)
		r.query = arena_printf(a, "%sとは", r.topic);
	r.whole = r.scope != NULL ? s : r.query;
	*out = r;
}
