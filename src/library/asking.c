/* How questions are asked: what kind of answer is wanted, and which words only ask.
 *
 * The kind comes from the question word and the noun behind it.  "What is the role
 * of ..." is framed by words that a text which answers need not hold: they are looked
 * for with little weight, and never taken for a slip of the pen.  Function words are
 * left out of a question in its own language; texts keep theirs, so that nothing is
 * lost where a language was guessed wrong.
 */
#include <string.h>
#include "find_in.h"

#define VAGUE_WEIGHT .4
#define FRAME_WORDS 8u

bool
word_among(const char *word, const char *list)
{
	char key[TOKEN_BYTES_MAX + 16];
	size_t n = strlen(word);
	if (n == 0 || n > TOKEN_BYTES_MAX)
		return false;
	key[0] = ' ';
	memcpy(key + 1, word, n);
	memcpy(key + 1 + n, " ", 2);
	return strstr(list, key) != NULL;
}

/* ---- words that ask --------------------------------------------------------------- */

/* Words that ask for an answer rather than say what about. */
#define WORDS_REQUEST " actually basically define describe discuss exactly explain give list me name outline please really state summarize tell "
/* Words that say what kind of answer is wanted more than what it is about. */
#define WORDS_VAGUE " type types kind kinds sort name names named called term word words thing things example way ways happen happened else also used "
/* What of a thing is asked for, by language and without accents; a text that answers may say it otherwise.
 * They count so where a link follows ("role of", "difference between") or nothing. */
static const struct { const char *language, *nouns, *links; } frames[] = {
	{ "en", " advantage advantages benefit benefits difference differences disadvantage disadvantages drawback drawbacks function functions "
		"importance meaning phase phases purpose purposes role roles significance stage stages step steps ",
		" of between in for does do did is " },
	{ "de", " aufgabe aufgaben bedeutung funktion funktionen nachteil nachteile phase phasen rolle schritte unterschied unterschiede vorteil vorteile zweck ",
		" der des von zwischen in im hat haben spielt fur einer eines " },
	{ "fr", " avantage avantages difference differences etapes fonction fonctions importance inconvenients phases role ", " de du des d entre dans joue a " },
	{ "es", " desventajas diferencia diferencias etapas fases funcion funciones importancia papel ventajas ", " de del entre en tiene " },
	{ "it", " differenza differenze fasi funzione funzioni importanza ruolo svantaggi vantaggi ", " di del della dei delle dell tra fra nel ha " },
	{ "pt", " diferenca diferencas fases funcao funcoes importancia papel vantagens desvantagens ", " de do da dos das entre no na tem " },
	{ "nl", " belang doel fasen functie functies rol verschil verschillen voordelen nadelen ", " van tussen in heeft speelt " },
	{ "ru", " роль значение разница различие функция функции задача преимущества недостатки этапы стадии ", " между в у " },
	{ "uk", " роль значення різниця функція функції переваги недоліки етапи ", " між у в " },
	{ "el", " ρολοσ διαφορα διαφορεσ σημασια λειτουργια σκοποσ ", " του τησ των μεταξυ στην στο " },
	{ "ar", " دور الفرق وظيفة اهمية فوائد ", " في بين " },
	{ "he", " תפקיד התפקיד ההבדל חשיבות ", " של בין " },
};
/* "Why is X important?", "How does X work?": the last word frames the question. */
#define WORDS_ASKING " how why what wie warum was wozu comment pourquoi como porque que как почему "
#define WORDS_LAST " important work works function necessary needed matter matters essential useful do mean wichtig funktioniert notwendig notig important importante importants importantes fonctionne necessaire importante funciona necesario necessario важно важна важен работает нужен нужна нужно "

/* Behind "how" and "wie". */
#define WORDS_HOW_MEASURE " far tall high deep large big fast old wide heavy hot cold often thick strong "
#define WORDS_WIE_MEASURE " hoch gross lang weit schnell tief schwer alt heiss warm kalt oft dick breit stark "

static bool
links(const struct query_word *w, size_t count, size_t i, const char *list)
{
	return i >= count || word_among(w[i].token.plain, list);
}

static bool
is_frame(const struct query_word *w, size_t count, size_t i, unsigned language)
{
	const char *code = language_code(language), *plain = w[i].token.plain;
	for (size_t k = 0; k < COUNT_OF(frames) && i < FRAME_WORDS; k++)
		if (str_same(frames[k].language, code) && word_among(plain, frames[k].nouns))
			return links(w, count, i + 1, frames[k].links);
	return i + 1 == count && i > 1 && word_among(w[0].token.plain, WORDS_ASKING) && word_among(plain, WORDS_LAST);
}

double
asking_weight(const struct query_word *words, size_t count, size_t i, unsigned language)
{
	if (words[i].token.cjk)
		return 1;
	bool measure = i > 0 && word_among(words[i - 1].token.plain, " how wie ") && word_among(words[i].token.plain, WORDS_HOW_MEASURE WORDS_WIE_MEASURE);
	return is_frame(words, count, i, language) ? FRAME_WEIGHT : measure || word_among(words[i].token.plain, WORDS_VAGUE) ? VAGUE_WEIGHT : 1;
}

bool
asking_only(const struct token *t, unsigned language)
{
	if (t->cjk || t->upper)
		return false;
	return word_among(t->plain, WORDS_REQUEST) || (language != LANGUAGE_ENGLISH && language_function_word(language, t));
}

bool
asking_denies(const struct token *t)
{
	return !t->cjk && word_among(t->plain, " not no never without cannot neither nor ");
}

/* In scripts without spaces the parts that ask and frame are found in the whole line. */
void
asking_stop_parts(struct query_word *words, size_t count, const char *text)
{
	static const char *const asking[] = {
		"どのよう", "どんな", "どのくらい", "どれくらい", "どの", "どれ", "どこ", "どう", "どちら", "いつ", "いくつ", "いくら", "誰", "だれ", "なぜ", "何故",
		"なに", "何", "ですか", "ますか", "でしたか", "ましたか", "でしょうか", "だったか", "のか", "か？", "か?", "か。", "という", "といい", "と言",
		"の役割", "の働き", "の機能", "の違い", "の特徴", "の意味", "の目的", "の重要性", "が重要",
		"什么", "哪", "谁", "怎么", "为什么", "多少", "怎样", "如何", "的作用", "的区别", "的功能", "的意义", "的特点",
		"무엇", "누구", "누가", "언제", "어디", "왜", "어떻게", "의 역할", "의 차이",
	};
	for (size_t k = 0; k < COUNT_OF(asking); k++)
		for (const char *at = text; (at = strstr(at, asking[k])) != NULL; at++) {
			size_t start = (size_t)(at - text), end = start + strlen(asking[k]);
			for (size_t i = 0; i < count; i++)
				if (words[i].token.cjk && words[i].token.start >= start && words[i].token.end <= end)
					words[i].stop = true;
		}
}

/* ---- the kind of answer --------------------------------------------------------------- */

#define WORDS_TIME " year years date day month century decade era period time season "
#define WORDS_PLACE " city country state place region location county continent town area province village island nation district territory "
#define WORDS_PERSON " person man woman king queen president leader author scientist inventor actor actress composer philosopher mathematician emperor pope physicist artist architect engineer "
#define WORDS_AMOUNT " percentage percent proportion fraction amount price cost salary income revenue budget "
#define WORDS_COUNT " number "
#define WORDS_MEASURE " distance height size speed length temperature weight width depth population altitude elevation area mass diameter rate "
#define WORDS_BE " is are was were does did do has have had can could would will "

static enum answer_type
type_of_noun(const char *noun, enum answer_type otherwise)
{
	static const struct { const char *list; enum answer_type type; } nouns[] = {
		{ WORDS_TIME, TYPE_WHEN }, { WORDS_AMOUNT, TYPE_HOW_MUCH }, { WORDS_COUNT, TYPE_HOW_MANY },
		{ WORDS_MEASURE, TYPE_MEASURE }, { WORDS_PLACE, TYPE_WHERE }, { WORDS_PERSON, TYPE_WHO },
	};
	for (size_t i = 0; i < COUNT_OF(nouns); i++)
		if (word_among(noun, nouns[i].list))
			return nouns[i].type;
	return otherwise;
}

static const char *
plain_at(const struct query_word *w, size_t count, size_t i)
{
	return i < count ? w[i].token.plain : "";
}

static int
first_content(const struct query_word *w, size_t count, size_t from)
{
	for (size_t i = from; i < count && i < from + 3; i++)
		if (!w[i].stop)
			return (int)i;
	return -1;
}

static enum answer_type
type_how(int *focus, const struct query_word *w, size_t count, size_t i)
{
	const char *next = plain_at(w, count, i + 1);
	if (str_same(next, "many")) {
		*focus = first_content(w, count, i + 2);
		return TYPE_HOW_MANY;
	}
	if (str_same(next, "much"))
		return TYPE_HOW_MUCH;
	if (str_same(next, "long"))
		return TYPE_HOW_LONG;
	return word_among(next, WORDS_HOW_MEASURE) ? TYPE_MEASURE : TYPE_HOW;
}

static enum answer_type
type_what(int *focus, const struct query_word *w, size_t count, size_t i, bool which)
{
	const char *next = plain_at(w, count, i + 1);
	size_t contents = 0;
	if (!word_among(next, WORDS_BE)) {
		*focus = first_content(w, count, i + 1);
		enum answer_type t = *focus < 0 ? TYPE_WHAT : type_of_noun(w[*focus].token.plain, which ? TYPE_WHICH : TYPE_WHAT);
		return t;
	}
	for (size_t j = i + 1; j < count; j++)
		contents += !w[j].stop;
	int noun = first_content(w, count, i + 2);
	if (noun >= 0 && contents >= 2 && word_among(next, " is are was were ")) {
		enum answer_type t = type_of_noun(w[noun].token.plain, TYPE_OTHER);
		if (t != TYPE_OTHER)
			return t;
	}
	return i == 0 && contents <= 2 && word_among(next, " is are ") ? TYPE_DEFINITION : TYPE_WHAT;
}

static enum answer_type
type_cjk(const char *text)
{
	static const struct { const char *mark; enum answer_type type; } marks[] = {
		{ "何年", TYPE_WHEN }, { "何月", TYPE_WHEN }, { "何日", TYPE_WHEN }, { "何世紀", TYPE_WHEN }, { "何時代", TYPE_WHEN }, { "いつ", TYPE_WHEN },
		{ "何人", TYPE_HOW_MANY }, { "何個", TYPE_HOW_MANY }, { "何つ", TYPE_HOW_MANY }, { "いくつ", TYPE_HOW_MANY }, { "何回", TYPE_HOW_MANY },
		{ "何本", TYPE_HOW_MANY }, { "何種", TYPE_HOW_MANY }, { "何番", TYPE_HOW_MANY }, { "何歳", TYPE_HOW_MANY }, { "何度", TYPE_HOW_MANY }, { "何位", TYPE_HOW_MANY },
		{ "何メートル", TYPE_HOW_MANY }, { "何キロ", TYPE_HOW_MANY }, { "何km", TYPE_HOW_MANY }, { "何m", TYPE_HOW_MANY }, { "何%", TYPE_HOW_MANY }, { "何台", TYPE_HOW_MANY }, { "何カ国", TYPE_HOW_MANY }, { "何ヶ国", TYPE_HOW_MANY },
		{ "いくら", TYPE_HOW_MUCH }, { "どこ", TYPE_WHERE }, { "どの国", TYPE_WHERE }, { "誰", TYPE_WHO }, { "だれ", TYPE_WHO },
		{ "なぜ", TYPE_WHY }, { "何故", TYPE_WHY }, { "どうして", TYPE_WHY }, { "とは", TYPE_DEFINITION }, { "どの", TYPE_WHICH }, { "何", TYPE_WHAT }, { "なに", TYPE_WHAT }, { "どう", TYPE_HOW },
		{ "什么时候", TYPE_WHEN }, { "哪年", TYPE_WHEN }, { "哪里", TYPE_WHERE }, { "哪儿", TYPE_WHERE }, { "谁", TYPE_WHO }, { "为什么", TYPE_WHY },
		{ "什么是", TYPE_DEFINITION }, { "多少", TYPE_HOW_MANY }, { "怎", TYPE_HOW }, { "如何", TYPE_HOW }, { "哪", TYPE_WHICH }, { "什么", TYPE_WHAT },
		{ "언제", TYPE_WHEN }, { "어디", TYPE_WHERE }, { "누구", TYPE_WHO }, { "누가", TYPE_WHO }, { "왜", TYPE_WHY }, { "몇", TYPE_HOW_MANY }, { "어떻게", TYPE_HOW }, { "무엇", TYPE_WHAT },
	};
	for (size_t i = 0; i < COUNT_OF(marks); i++)
		if (strstr(text, marks[i].mark) != NULL)
			return marks[i].type;
	return TYPE_OTHER;
}

/* Question words of other languages without accents; `second` is the word behind, NULL any. */
static const struct { const char *languages, *first, *second; enum answer_type type; } question_words[] = {
	{ " de ", " wann ", NULL, TYPE_WHEN }, { " de ", " wo woher wohin ", NULL, TYPE_WHERE }, { " de ", " wer wen wem ", NULL, TYPE_WHO },
	{ " de ", " warum wieso weshalb weswegen ", NULL, TYPE_WHY }, { " de ", " wie ", " viele ", TYPE_HOW_MANY }, { " de ", " wieviele ", NULL, TYPE_HOW_MANY },
	{ " de ", " wie ", " viel ", TYPE_HOW_MUCH }, { " de ", " wie ", " lange ", TYPE_HOW_LONG },
	{ " de ", " wie ", WORDS_WIE_MEASURE, TYPE_MEASURE },
	{ " de ", " wie ", NULL, TYPE_HOW }, { " de ", " was ", " ist sind bedeutet ", TYPE_DEFINITION }, { " de ", " was ", NULL, TYPE_WHAT },
	{ " de nl ", " welche welcher welches welchen welk welke ", NULL, TYPE_WHICH },
	{ " fr ", " quand ", NULL, TYPE_WHEN }, { " fr ", " ou ", NULL, TYPE_WHERE }, { " fr ", " qui ", NULL, TYPE_WHO }, { " fr ", " pourquoi ", NULL, TYPE_WHY },
	{ " fr ", " combien ", " temps ", TYPE_HOW_LONG }, { " fr ", " combien ", NULL, TYPE_HOW_MANY }, { " fr ", " comment ", NULL, TYPE_HOW },
	{ " fr ", " qu ", " est ", TYPE_DEFINITION }, { " fr ", " que quoi ", NULL, TYPE_WHAT }, { " fr ", " quel quelle quels quelles ", NULL, TYPE_WHICH },
	{ " es pt ", " cuando quando ", NULL, TYPE_WHEN }, { " es pt ", " donde onde adonde ", NULL, TYPE_WHERE }, { " es pt ", " quien quienes quem ", NULL, TYPE_WHO },
	{ " es pt ", " por ", " que ", TYPE_WHY }, { " es pt ", " cuantos cuantas quantos quantas ", NULL, TYPE_HOW_MANY }, { " es pt ", " cuanto cuanta quanto quanta ", NULL, TYPE_HOW_MUCH },
	{ " es pt ", " como ", NULL, TYPE_HOW }, { " es pt ", " que ", " es son e sao ", TYPE_DEFINITION }, { " es pt ", " que ", NULL, TYPE_WHAT }, { " es pt ", " cual cuales qual quais ", NULL, TYPE_WHICH },
	{ " it ", " quando ", NULL, TYPE_WHEN }, { " it ", " dove ", NULL, TYPE_WHERE }, { " it ", " chi ", NULL, TYPE_WHO }, { " it ", " perche ", NULL, TYPE_WHY },
	{ " it ", " quanti quante ", NULL, TYPE_HOW_MANY }, { " it ", " come ", NULL, TYPE_HOW }, { " it ", " cos cosa che ", NULL, TYPE_WHAT }, { " it ", " quale quali ", NULL, TYPE_WHICH },
	{ " nl ", " wanneer ", NULL, TYPE_WHEN }, { " nl ", " waar ", NULL, TYPE_WHERE }, { " nl ", " wie ", NULL, TYPE_WHO }, { " nl ", " waarom ", NULL, TYPE_WHY },
	{ " nl ", " hoeveel ", NULL, TYPE_HOW_MANY }, { " nl ", " hoe ", NULL, TYPE_HOW }, { " nl ", " wat ", NULL, TYPE_WHAT },
	{ " ru ", " когда ", NULL, TYPE_WHEN }, { " ru ", " где куда ", NULL, TYPE_WHERE }, { " ru ", " кто кого кем ", NULL, TYPE_WHO }, { " ru ", " почему зачем ", NULL, TYPE_WHY },
	{ " ru ", " сколько ", NULL, TYPE_HOW_MANY }, { " ru ", " как ", NULL, TYPE_HOW }, { " ru ", " что ", " такое ", TYPE_DEFINITION }, { " ru ", " что ", NULL, TYPE_WHAT },
	{ " ru ", " какои какая какое какие ", NULL, TYPE_WHICH },
	{ " el ", " ποτε ", NULL, TYPE_WHEN }, { " el ", " που ", NULL, TYPE_WHERE }, { " el ", " ποιοσ ποια ποιοι ", NULL, TYPE_WHO }, { " el ", " γιατι ", NULL, TYPE_WHY },
	{ " el ", " ποσοι ποσεσ ποσα ", NULL, TYPE_HOW_MANY }, { " el ", " πωσ ", NULL, TYPE_HOW }, { " el ", " τι ", " ειναι ", TYPE_DEFINITION }, { " el ", " τι ", NULL, TYPE_WHAT },
	{ " ar ", " متى ", NULL, TYPE_WHEN }, { " ar ", " اين ", NULL, TYPE_WHERE }, { " ar ", " من ", NULL, TYPE_WHO }, { " ar ", " لماذا ", NULL, TYPE_WHY },
	{ " ar ", " كم ", NULL, TYPE_HOW_MANY }, { " ar ", " كيف ", NULL, TYPE_HOW }, { " ar ", " ما ", " هو هي ", TYPE_DEFINITION }, { " ar ", " ما ماذا ", NULL, TYPE_WHAT },
	{ " he ", " מתי ", NULL, TYPE_WHEN }, { " he ", " איפה היכן ", NULL, TYPE_WHERE }, { " he ", " מי ", NULL, TYPE_WHO }, { " he ", " למה מדוע ", NULL, TYPE_WHY },
	{ " he ", " כמה ", NULL, TYPE_HOW_MANY }, { " he ", " איך כיצד ", NULL, TYPE_HOW }, { " he ", " מה ", NULL, TYPE_WHAT },
};

static enum answer_type
type_elsewhere(const struct query_word *w, size_t count, const char *code)
{
	size_t contents = 0;
	for (size_t i = 0; i < count; i++)
		contents += !w[i].stop;
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < COUNT_OF(question_words); k++)
			if (word_among(code, question_words[k].languages) && word_among(w[i].token.plain, question_words[k].first) &&
				(question_words[k].second == NULL || word_among(plain_at(w, count, i + 1), question_words[k].second)))
				return question_words[k].type == TYPE_DEFINITION && contents > 2 ? TYPE_WHAT : question_words[k].type;
	return TYPE_OTHER;
}

enum answer_type
query_type(int *focus, const struct query_word *w, size_t count, const char *text, unsigned language)
{
	*focus = -1;
	enum answer_type elsewhere = language == LANGUAGE_ENGLISH ? TYPE_OTHER : type_elsewhere(w, count, language_code(language));
	if (elsewhere != TYPE_OTHER)
		return elsewhere;
	for (size_t i = 0; i < count; i++) {
		const char *s = w[i].token.plain;
		if (w[i].token.cjk)
			return type_cjk(text);
		if (str_same(s, "when"))
			return TYPE_WHEN;
		if (str_same(s, "where"))
			return TYPE_WHERE;
		if (str_same(s, "who") || str_same(s, "whom") || str_same(s, "whose"))
			return TYPE_WHO;
		if (str_same(s, "why"))
			return TYPE_WHY;
		if (str_same(s, "how"))
			return type_how(focus, w, count, i);
		if (str_same(s, "what") || str_same(s, "which"))
			return type_what(focus, w, count, i, s[2] == 'i');
		if (str_same(s, "define") || (str_same(s, "definition") && i <= 1) || (str_same(s, "meaning") && i <= 1))
			return TYPE_DEFINITION;
	}
	return TYPE_OTHER;
}
