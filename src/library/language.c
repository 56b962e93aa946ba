/* Which language a text is in: by script, and for Latin letters by function words.
 *
 * Function words alone tell sixteen languages apart in a sentence or two; a word
 * that several languages share counts for each of them less.  Where two languages
 * are level the answer is "", because a wrong stemmer is worse than none.
 */
#include <string.h>
#include "find_in.h"

#define SAMPLE_BYTES 6000u
static const struct {
	const char *code, *words;
} tables[] = {
	{ "en", " the of and to in is was that for with are on as by it at from his her which this have not be were an or what who how does did why when where they their has had you but can will would these also into than a me my do i it its you about between tell explain please am if so we she he there any some should must could our us them then because during been being over war die hat man son plus " },
	{ "de", " der die das und ist nicht mit von den dem ein eine einer zu im auf sich des auch wird werden aus bei nach wie wurde sind oder als für einen es er sie ich was wer warum wann durch kann haben hat war welche welcher welches welchen wen wem wo woher wohin wieso weshalb wieviel viele viel wozu bitte gibt man kannst du über zum zur vom am hatte erkläre nenne beschreibe definiere vergleiche macht machen " },
	{ "fr", " le la les des et est une dans pour que qui sur par avec pas ce cette il elle sont au aux du en un plus ne se ou comme été être son ses leur nous vous quel quelle pourquoi comment où mais quels quelles quoi quand combien à qu donc font fait sert elles ils était sous entre vers explique expliquez cite citez nomme décris " },
	{ "es", " el la los las de y es en que un una por con para del se no su al lo como más fue son este esta pero sus qué cuál quién cuándo dónde cómo muy también entre está ser era ha cuáles quiénes cuántos cuántas cuánto cuánta porqué hace hacen hay sirve sirvió sirven le les eran fueron donde cuando quien cual cuantos cuantas cuanto explica nombra menciona " },
	{ "it", " il di che è la e un una per con non sono del della dei delle nel nella alla anche come più si da gli le lo questo questa dal ha chi quale perché quando dove ma essere stato cos cosa quali quanti quante quanto dell nell era fu fa fanno serve " },
	{ "pt", " o os a as de e é em que um uma por com para do da dos das no na não se mais como foi são ao pelo pela ou seu sua este esta qual quem quando onde mas também ser está quais quantos quantas quanto porque serve faz fazem " },
	{ "nl", " de het een en van is in dat op te zijn met voor niet aan er door ook als bij om maar werd worden deze uit naar wat wie hoe waarom wanneer waar heeft had kan over dit die welke welk hoeveel doet doen " },
	{ "sv", " och att det i en som är på av för med till den ett om har inte var de från eller men kan vid så man under vad hur varför när efter också sig " },
	{ "da", " og at det i en som er på af for med til den et om har ikke var de fra eller men kan ved så man under hvad hvordan hvorfor når efter også sig blev " },
	{ "no", " og å det i en som er på av for med til den et om har ikke var de fra eller men kan ved så man under hva hvordan hvorfor når etter også seg ble " },
	{ "fi", " ja on ei se että oli joka ovat mutta myös kuin tai hän ole niin kun sen mitä miten miksi missä milloin sekä jos vain " },
	{ "pl", " i w z na do nie się jest to że od przez dla po jak był oraz przy jego co które który są czy ale tym jako kto gdzie kiedy dlaczego " },
	{ "cs", " a v na je se z do s že pro byl jako od po za jsou nebo ale jeho při který která co jak kde kdy proč také " },
	{ "tr", " ve bir bu için ile olarak da de olan daha çok gibi kadar en ya ne nasıl neden ama sonra onun veya değil " },
	{ "hu", " a az és hogy nem is egy volt meg csak van de ez mint vagy azt már ki mi hogyan miért mikor hol " },
	{ "ro", " și de în la a cu pe este o care din că un nu mai pentru sau fost sunt au prin ce cine unde când cum " },
	{ "ru", " и в на не что с по как это из у к о от за для же он она они оно его её их а но или бы был была было были есть кто где когда почему зачем сколько какой какая какое какие каких какую чём чем чего такое такой при до во со то так тоже также ли мне делает делают " },
	{ "uk", " і й в у на не що з по як це із до від за для він вона вони воно його її їх а але або був була було були є хто де коли чому навіщо скільки який яка яке які таке при " },
	{ "el", " ο η το οι τα τη τον την του της των τους τις και να σε στο στη στην στον με για από που δεν ένα μια ένας είναι ήταν τι ποιος ποια ποιο ποιοι πότε πού πώς γιατί πόσο πόσοι πόσες πόσα κάνει κάνουν " },
	{ "ar", " في من على إلى عن و هو هي ما ماذا هل لماذا كيف أين متى كم التي الذي أن إن مع هذا هذه ذلك كان كانت أو ثم بين " },
	{ "he", " של על את לא הוא היא הם הן זה זו זאת מה מי למה מדוע איך כיצד איפה היכן מתי כמה אם או גם כי עם אל יש אין " },
};

/* In how many tables is the word, and in which? */
static unsigned
tables_with(unsigned *which, const char *word, size_t len)
{
	char key[TOKEN_BYTES_MAX + 16];
	unsigned count = 0;
	key[0] = ' ';
	memcpy(key + 1, word, len);
	memcpy(key + 1 + len, " ", 2);
	*which = 0;
	for (unsigned i = 0; i < COUNT_OF(tables); i++)
		if (strstr(tables[i].words, key) != NULL) {
			*which |= 1u << i;
			count++;
		}
	return count;
}

struct scripts { unsigned latin, kana, han, hangul, hebrew, arabic, greek, cyrillic, ukrainian, devanagari, thai; };

static void
count_script(struct scripts *n, uint32_t c)
{
	n->latin += ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= 0xC0 && c < 0x250);
	n->kana += code_is_kana(c);
	n->han += c >= 0x4E00 && c <= 0x9FFF;
	n->hangul += c >= 0xAC00 && c <= 0xD7A3;
	n->hebrew += c >= 0x5D0 && c <= 0x5EA;
	n->arabic += c >= 0x620 && c <= 0x6FF;
	n->greek += c >= 0x370 && c <= 0x3FF;
	n->cyrillic += c >= 0x400 && c <= 0x4FF;
	n->ukrainian += c == 0x456 || c == 0x457 || c == 0x454 || c == 0x491;
	n->devanagari += c >= 0x900 && c <= 0x97F;
	n->thai += c >= 0xE00 && c <= 0xE7F;
}

static const char *
by_script(const struct scripts *n)
{
	const struct { unsigned count; const char *code; } all[] = {
		{ (n->kana + n->han) * 3, n->kana * 20 > n->han ? "ja" : "zh" }, { n->hangul * 2, "ko" },
		{ n->hebrew, "he" }, { n->arabic, "ar" }, { n->greek, "el" },
		{ n->cyrillic, n->ukrainian * 50 > n->cyrillic ? "uk" : "ru" }, { n->devanagari, "hi" }, { n->thai, "th" },
	};
	unsigned most = n->latin;
	const char *code = NULL;
	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (all[i].count > most) {
			most = all[i].count;
			code = all[i].code;
		}
	return code;
}

const char *
library_language(const char *s, size_t len)
{
	struct scripts scripts = { 0 };
	double score[COUNT_OF(tables)] = { 0 };
	struct tokens tokens;
	struct token t;
	len = utf8_floor(s, len, SAMPLE_BYTES);
	for (size_t at = 0; at < len;)
		count_script(&scripts, utf8_next(s, len, &at));
	const char *code = by_script(&scripts);
	if (code != NULL)
		return code;
	tokens_start(&tokens, s, len);
	while (token_next(&t, &tokens)) {
		unsigned which, count = tables_with(&which, t.form, t.form_len);
		for (unsigned i = 0; count > 0 && i < COUNT_OF(tables); i++)
			if (which >> i & 1)
				score[i] += 1.0 / count;
	}
	size_t best = 0;
	double second = 0;
	for (size_t i = 1; i < COUNT_OF(tables); i++)
		if (score[i] > score[best]) {
			second = score[best];
			best = i;
		} else if (score[i] > second) {
			second = score[i];
		}
	return score[best] >= .5 && score[best] > second * 1.15 ? tables[best].code : "";
}

/* "l'ADN", "d'une": one letter is an article or the like. */
static bool
elides(const char *code)
{
	return str_same(code, "fr") || str_same(code, "it");
}

bool
language_function_word(unsigned language, const struct token *t)
{
	const char *code = language_code(language);
	for (size_t i = 0; i < COUNT_OF(tables) && *code != '\0'; i++)
		if (str_same(tables[i].code, code))
			return word_among(t->form, tables[i].words) || (elides(code) && t->plain_len == 1 && !t->digits);
	return false;
}
