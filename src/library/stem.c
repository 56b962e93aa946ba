/* Stems by Snowball, and the short list of words that are not worth indexing.
 *
 * Snowball wants its accents; they go after stemming, so that a query typed
 * without them still meets the word.  A long stop list costs hits, so only
 * function and question words of English are on it; in other languages their
 * weight (idf) is small enough.
 */
#include <libstemmer.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>
#include "find_in.h"

static const struct {
	const char *code, *snowball;
} languages[] = {
	{ "", NULL }, { "en", "porter" }, { "de", "german" }, { "fr", "french" },
	{ "es", "spanish" }, { "it", "italian" }, { "pt", "portuguese" }, { "nl", "dutch" },
	{ "sv", "swedish" }, { "da", "danish" }, { "no", "norwegian" }, { "fi", "finnish" },
	{ "ru", "russian" }, { "hu", "hungarian" }, { "ro", "romanian" }, { "tr", "turkish" },
	{ "ja", NULL }, { "zh", NULL }, { "ko", NULL }, { "he", NULL }, { "ar", NULL },
	{ "el", NULL }, { "pl", NULL }, { "cs", NULL }, { "uk", NULL }, { "hi", NULL }, { "th", NULL },
};

unsigned
language_number(const char *code)
{
	for (unsigned i = 1; i < COUNT_OF(languages); i++)
		if (str_same(languages[i].code, code))
			return i;
	return LANGUAGE_NONE;
}

const char *
language_code(unsigned number)
{
	return number < COUNT_OF(languages) ? languages[number].code : "";
}

void
stemmer_open(struct stemmer *s, unsigned language)
{
	const char *name = language < COUNT_OF(languages) ? languages[language].snowball : NULL;
	s->language = language;
	s->snowball = name == NULL ? NULL : sb_stemmer_new(name, NULL);
}

void
stemmer_close(struct stemmer *s)
{
	if (s->snowball != NULL)
		sb_stemmer_delete(s->snowball);
	s->snowball = NULL;
}

static size_t
without_marks(char *out, const char *s, size_t len)
{
	size_t n = 0;
	for (size_t at = 0; at < len && n < TOKEN_BYTES_MAX;) {
		uint32_t c = utf8_next(s, len, &at);
		utf8proc_int32_t parts[8];
		int boundary = 0;
		if (c >= 0xC0 && c < 0x2000 && utf8proc_decompose_char((utf8proc_int32_t)c, parts, 8, UTF8PROC_DECOMPOSE, &boundary) >= 1)
			c = (uint32_t)parts[0];
		if (c < 0x300 || c > 0x36F)
			n += utf8_encode(out + n, c);
	}
	return n;
}

static bool
has_digit_or_is_short(const struct token *t)
{
	if (t->plain_len < 3)
		return true;
	for (size_t i = 0; i < t->plain_len; i++)
		if (t->plain[i] >= '0' && t->plain[i] <= '9')
			return true;
	return false;
}

/* Forms that no suffix rule leads back; numbers to twelve; sorted. */
static const struct irregular { const char *form, *base; } irregulars[] = {
	{ "algae", "alga" }, { "alumni", "alumnus" }, { "alveoli", "alveolus" },
	{ "analyses", "analysis" }, { "antennae", "antenna" }, { "apices", "apex" },
	{ "appendices", "appendix" }, { "arisen", "arise" }, { "arose", "arise" }, { "ate", "eat" },
	{ "atria", "atrium" }, { "awoke", "awake" }, { "axes", "axis" }, { "bacilli", "bacillus" },
	{ "bacteria", "bacterium" }, { "became", "become" }, { "began", "begin" }, { "begun", "begin" },
	{ "bent", "bend" }, { "bit", "bite" }, { "bitten", "bite" }, { "bled", "bleed" },
	{ "blew", "blow" }, { "blown", "blow" }, { "born", "bear" }, { "borne", "bear" },
	{ "bought", "buy" }, { "bred", "breed" }, { "broke", "break" }, { "broken", "break" },
	{ "bronchi", "bronchus" }, { "brought", "bring" }, { "built", "build" }, { "burnt", "burn" },
	{ "bursae", "bursa" }, { "cacti", "cactus" }, { "calves", "calf" }, { "came", "come" },
	{ "caught", "catch" }, { "children", "child" }, { "chose", "choose" }, { "chosen", "choose" },
	{ "cilia", "cilium" }, { "clung", "cling" }, { "cortices", "cortex" }, { "crania", "cranium" },
	{ "crept", "creep" }, { "crises", "crisis" }, { "criteria", "criterion" },
	{ "curricula", "curriculum" }, { "dealt", "deal" }, { "diagnoses", "diagnosis" },
	{ "died", "die" }, { "dies", "die" }, { "does", "do" }, { "done", "do" }, { "drank", "drink" },
	{ "drawn", "draw" }, { "drew", "draw" }, { "driven", "drive" }, { "drove", "drive" },
	{ "drunk", "drink" }, { "dug", "dig" }, { "dying", "die" }, { "eaten", "eat" },
	{ "eight", "8" }, { "eleven", "11" }, { "emboli", "embolus" }, { "emphases", "emphasis" },
	{ "errata", "erratum" }, { "fallen", "fall" }, { "fed", "feed" }, { "feet", "foot" },
	{ "fell", "fall" }, { "felt", "feel" }, { "five", "5" }, { "flagella", "flagellum" },
	{ "fled", "flee" }, { "flew", "fly" }, { "flown", "fly" }, { "foci", "focus" },
	{ "formulae", "formula" }, { "fought", "fight" }, { "four", "4" }, { "froze", "freeze" },
	{ "frozen", "freeze" }, { "fungi", "fungus" }, { "ganglia", "ganglion" }, { "gave", "give" },
	{ "geese", "goose" }, { "genera", "genus" }, { "given", "give" }, { "goes", "go" },
	{ "gone", "go" }, { "got", "get" }, { "gotten", "get" }, { "grana", "granum" },
	{ "grew", "grow" }, { "grown", "grow" }, { "halves", "half" }, { "heard", "hear" },
	{ "held", "hold" }, { "hid", "hide" }, { "hidden", "hide" }, { "hung", "hang" },
	{ "hyphae", "hypha" }, { "hypotheses", "hypothesis" }, { "ilia", "ilium" },
	{ "indices", "index" }, { "kept", "keep" }, { "knew", "know" }, { "knives", "knife" },
	{ "known", "know" }, { "lacunae", "lacuna" }, { "laid", "lay" }, { "lain", "lie" },
	{ "larvae", "larva" }, { "leaves", "leaf" }, { "led", "lead" }, { "lent", "lend" },
	{ "lice", "louse" }, { "lied", "lie" }, { "lies", "lie" }, { "lit", "light" },
	{ "loaves", "loaf" }, { "loci", "locus" }, { "lost", "lose" }, { "lumina", "lumen" },
	{ "lying", "lie" }, { "made", "make" }, { "matrices", "matrix" }, { "maxillae", "maxilla" },
	{ "meant", "mean" }, { "men", "man" }, { "met", "meet" }, { "metastases", "metastasis" },
	{ "mice", "mouse" }, { "millennia", "millennium" }, { "mitochondria", "mitochondrion" },
	{ "nebulae", "nebula" }, { "nine", "9" }, { "nuclei", "nucleus" }, { "oases", "oasis" },
	{ "ova", "ovum" }, { "oxen", "ox" }, { "paid", "pay" }, { "papillae", "papilla" },
	{ "parentheses", "parenthesis" }, { "phenomena", "phenomenon" }, { "phyla", "phylum" },
	{ "polyhedra", "polyhedron" }, { "prognoses", "prognosis" }, { "pupae", "pupa" },
	{ "quanta", "quantum" }, { "radii", "radius" }, { "rami", "ramus" }, { "ran", "run" },
	{ "ridden", "ride" }, { "risen", "rise" }, { "rode", "ride" }, { "rung", "ring" },
	{ "said", "say" }, { "sang", "sing" }, { "sank", "sink" }, { "sat", "sit" },
	{ "scapulae", "scapula" }, { "schemata", "schema" }, { "seen", "see" }, { "selves", "self" },
	{ "sent", "send" }, { "septa", "septum" }, { "sera", "serum" }, { "seven", "7" },
	{ "sewn", "sew" }, { "shaken", "shake" }, { "shelves", "shelf" }, { "shone", "shine" },
	{ "shook", "shake" }, { "shot", "shoot" }, { "shown", "show" }, { "shrank", "shrink" },
	{ "shrunk", "shrink" }, { "six", "6" }, { "slept", "sleep" }, { "slid", "slide" },
	{ "sold", "sell" }, { "sought", "seek" }, { "spectra", "spectrum" }, { "spent", "spend" },
	{ "spoke", "speak" }, { "spoken", "speak" }, { "sprang", "spring" }, { "sprung", "spring" },
	{ "spun", "spin" }, { "sterna", "sternum" }, { "stigmata", "stigma" },
	{ "stimuli", "stimulus" }, { "stole", "steal" }, { "stolen", "steal" }, { "stomata", "stoma" },
	{ "stood", "stand" }, { "strata", "stratum" }, { "stricken", "strike" }, { "struck", "strike" },
	{ "stuck", "stick" }, { "sulci", "sulcus" }, { "sung", "sing" }, { "sunk", "sink" },
	{ "swam", "swim" }, { "swept", "sweep" }, { "swore", "swear" }, { "sworn", "swear" },
	{ "swum", "swim" }, { "symposia", "symposium" }, { "syntheses", "synthesis" },
	{ "taken", "take" }, { "taught", "teach" }, { "teeth", "tooth" }, { "ten", "10" },
	{ "testes", "testis" }, { "theses", "thesis" }, { "thieves", "thief" }, { "thought", "think" },
	{ "three", "3" }, { "threw", "throw" }, { "thrombi", "thrombus" }, { "thrown", "throw" },
	{ "tibiae", "tibia" }, { "tied", "tie" }, { "ties", "tie" }, { "told", "tell" },
	{ "took", "take" }, { "tore", "tear" }, { "torn", "tear" }, { "twelve", "12" }, { "two", "2" },
	{ "understood", "understand" }, { "uteri", "uterus" }, { "vertebrae", "vertebra" },
	{ "vertices", "vertex" }, { "villi", "villus" }, { "went", "go" }, { "wept", "weep" },
	{ "withdrawn", "withdraw" }, { "withdrew", "withdraw" }, { "withstood", "withstand" },
	{ "wives", "wife" }, { "woke", "wake" }, { "woken", "wake" }, { "wolves", "wolf" },
	{ "women", "woman" }, { "won", "win" }, { "wore", "wear" }, { "worn", "wear" },
	{ "wove", "weave" }, { "woven", "weave" }, { "written", "write" }, { "wrote", "write" },
};

static int
compare_irregular(const void *key, const void *item)
{
	return strcmp(key, ((const struct irregular *)item)->form);
}

const char *
library_base_form(const char *word)
{
	const struct irregular *i = bsearch(word, irregulars, COUNT_OF(irregulars), sizeof *irregulars, compare_irregular);
	return i == NULL ? NULL : i->base;
}

/* English: the base of an irregular form, and one spelling of two. */
static void
regularise(char *word, size_t *len)
{
	word[*len] = '\0';
	const char *base = library_base_form(word);
	if (base != NULL) {
		*len = strlen(base);
		memcpy(word, base, *len + 1);
		return;
	}
	size_t out = 0;
	for (size_t at = 0; at < *len; at++) {                    /* haem-, oestr-, colour, honour */
		bool two = *len > 5 && at + 2 < *len && (word[at] == 'a' || word[at] == 'o') && word[at + 1] == 'e' && at < 4;
		bool our = *len > 5 && at > 2 && at + 2 < *len && memcmp(word + at, "our", 3) == 0 && strchr("lnvbr", word[at - 1]) != NULL;
		if (two)
			continue;
		word[out++] = word[at];
		if (our)
			at++;
	}
	*len = out;
}

/* organis- and organiz- are one word: z before the endings that verbs take. */
static void
one_suffix(char *word, size_t len)
{
	static const char *const endings[] = { "ise", "ised", "ises", "iser", "ising", "isation", "isations" };
	for (size_t i = 0; i < COUNT_OF(endings) && len > 6; i++) {
		size_t n = strlen(endings[i]);
		if (len > n + 2 && memcmp(word + len - n, endings[i], n) == 0)
			word[len - n + 1] = 'z';
	}
}

size_t
stemmer_stem(char *out, struct stemmer *s, const struct token *t)
{
	char word[TOKEN_BYTES_MAX + 16];
	size_t word_len = t->form_len;
	if (s->snowball == NULL || t->cjk || has_digit_or_is_short(t)) {
		memcpy(out, t->plain, t->plain_len);
		return t->plain_len;
	}
	memcpy(word, t->form, word_len);
	if (s->language == LANGUAGE_ENGLISH) {
		regularise(word, &word_len);
		one_suffix(word, word_len);
	}
	const sb_symbol *stem = sb_stemmer_stem(s->snowball, (const sb_symbol *)word, (int)word_len);
	int len = stem == NULL ? 0 : sb_stemmer_length(s->snowball);
	if (len <= 0 || len > TOKEN_BYTES_MAX) {
		memcpy(out, t->plain, t->plain_len);
		return t->plain_len;
	}
	size_t out_len = (size_t)len;
	if (t->form_len == t->plain_len)
		memcpy(out, stem, out_len);
	else
		out_len = without_marks(out, (const char *)stem, out_len);
	return out_len;
}

/* Sorted for bsearch. */
static const char *const stops[] = {
	"a", "an", "and", "are", "as", "at", "be", "been", "by", "can", "did", "do", "does", "for", "from",
	"had", "has", "have", "how", "in", "is", "it", "its", "many", "much", "of", "on", "or", "s", "t",
	"that", "the", "their", "these", "this", "to", "was", "were", "what", "when", "where", "which",
	"who", "whom", "whose", "why", "with",
};

struct word { const char *s; size_t len; };

static int
compare_stop(const void *key, const void *item)
{
	const struct word *w = key;
	const char *stop = *(const char *const *)item;
	int order = strncmp(w->s, stop, w->len);
	return order != 0 ? order : stop[w->len] == '\0' ? 0 : -1;
}

bool
word_is_stop(const char *plain, size_t len)
{
	struct word w = { plain, len };
	return len <= 5 && bsearch(&w, stops, COUNT_OF(stops), sizeof *stops, compare_stop) != NULL;
}

bool
token_is_stop(const struct token *t)
{
	return !t->cjk && !t->upper && word_is_stop(t->plain, t->plain_len);
}
