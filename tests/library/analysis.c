/* Tokens, stems and languages. */
#include "find_test.h"

/* The tokens of s with a bar between; "+" marks a CJK token that touches the last. */
static const char *
tokens_of(const char *s)
{
	static char out[1024];
	struct tokens t;
	struct token k;
	size_t n = 0;
	tokens_start(&t, s, strlen(s));
	out[0] = '\0';
	while (token_next(&k, &t))
		n += (size_t)snprintf(out + n, sizeof out - n, "%s%s%s", n ? "|" : "", k.joined ? "+" : "", k.plain);
	return out;
}

START_TEST(words_are_folded_and_lose_their_accents)
{
	ck_assert_str_eq(tokens_of("The Élan of MÜNCHEN, naïve"), "the|elan|of|munchen|naive");
	ck_assert_str_eq(tokens_of("ﬁne ① ｆｕｌｌ ５"), "fine|1|full|5");
}
END_TEST

START_TEST(accents_written_apart_are_the_same)
{
	ck_assert_str_eq(tokens_of("caf\xC3\xA9 cafe\xCC\x81"), "cafe|cafe");
}
END_TEST

START_TEST(numbers_keep_their_dots_and_lose_their_commas)
{
	ck_assert_str_eq(tokens_of("5,500,000 and 3.14, 12,5 1.2."), "5500000|and|3.14|12|5|1.2");
}
END_TEST

START_TEST(possessives_and_dotted_letters_are_one_word)
{
	ck_assert_str_eq(tokens_of("Tesla's U.S. e.g. dogs’ Bob’s."), "tesla|us|eg|dogs|bob");
}
END_TEST

START_TEST(latin_runs_stay_whole_inside_japanese)
{
	ck_assert_str_eq(tokens_of("DNAは二重らせん。5月"), "dna|は|+二|+重|+ら|+せ|+ん|5|月");
	ck_assert_str_eq(tokens_of("ｶﾞｽ が"), "ガ|+ス|が");
}
END_TEST

START_TEST(every_token_knows_its_bytes)
{
	const char *s = "Über die “Größe” 数学";
	struct tokens t;
	struct token k;
	tokens_start(&t, s, strlen(s));
	ck_assert(token_next(&k, &t));
	ck_assert_int_eq(strncmp(s + k.start, "Über", k.end - k.start), 0);
	ck_assert(token_next(&k, &t) && token_next(&k, &t));
	ck_assert_uint_eq(k.end - k.start, strlen("Größe"));
	ck_assert_int_eq(strncmp(s + k.start, "Größe", k.end - k.start), 0);
	ck_assert(token_next(&k, &t));
	ck_assert_int_eq(strncmp(s + k.start, "数", k.end - k.start), 0);
}
END_TEST

START_TEST(bad_bytes_and_endless_words_do_no_harm)
{
	char endless[4096];
	memset(endless, 'a', sizeof endless);
	struct tokens t;
	struct token k;
	tokens_start(&t, endless, sizeof endless);
	ck_assert(token_next(&k, &t));
	ck_assert_uint_le(k.plain_len, TOKEN_BYTES_MAX);
	ck_assert_uint_eq(k.end, sizeof endless);
	ck_assert(!token_next(&k, &t));
	ck_assert_str_eq(tokens_of("a\xFF\xFE" "b \xE3\x81 c\xCC\x81"), "a|b|c");
}
END_TEST

static const char *
stem_of(const char *word, const char *language)
{
	static char out[TOKEN_BYTES_MAX + 8];
	struct stemmer s;
	struct tokens t;
	struct token k;
	stemmer_open(&s, language_number(language));
	tokens_start(&t, word, strlen(word));
	ck_assert(token_next(&k, &t));
	out[stemmer_stem(out, &s, &k)] = '\0';
	stemmer_close(&s);
	return out;
}

START_TEST(forms_of_a_word_share_a_stem)
{
	static const char *const same[][2] = {
		{ "running", "runs" }, { "wrote", "writing" }, { "went", "goes" }, { "colour", "colors" }, { "organised", "organize" },
		{ "haemoglobin", "hemoglobin" }, { "children", "child" }, { "mitochondria", "mitochondrion" }, { "seven", "7" },
	};
	for (size_t i = 0; i < COUNT_OF(same); i++) {
		char *first = mem_strdup(stem_of(same[i][0], "en"));
		ck_assert_str_eq(first, stem_of(same[i][1], "en"));
		mem_free(first);
	}
	char *german = mem_strdup(stem_of("Häuser", "de"));
	ck_assert_str_eq(german, stem_of("Häusern", "de"));
	mem_free(german);
}
END_TEST

START_TEST(stop_words_in_capitals_are_words)
{
	struct tokens t;
	struct token k;
	tokens_start(&t, "who WHO", 7);
	ck_assert(token_next(&k, &t) && token_is_stop(&k));
	ck_assert(token_next(&k, &t) && !token_is_stop(&k));
}
END_TEST

START_TEST(languages_are_told_apart)
{
	static const struct { const char *code, *text; } cases[] = {
		{ "en", "What is the function of the mitochondria in a cell?" },
		{ "de", "Die Zelle ist die kleinste Einheit des Lebens und wird von einer Membran umgeben." },
		{ "fr", "La photosynthèse est le processus par lequel les plantes produisent de l'énergie." },
		{ "es", "La célula es la unidad más pequeña de los seres vivos." },
		{ "it", "La cellula è l'unità più piccola degli esseri viventi e non può essere divisa." },
		{ "pt", "A célula é a menor unidade dos seres vivos e não pode ser dividida." },
		{ "nl", "De cel is de kleinste eenheid van het leven en wordt door een membraan omgeven." },
		{ "sv", "Cellen är den minsta enheten av liv och omges av ett membran." },
		{ "pl", "Komórka jest najmniejszą jednostką życia i nie może się podzielić." },
		{ "fi", "Solu on elämän pienin yksikkö ja se ei ole jaettavissa." },
		{ "tr", "Hücre yaşamın en küçük birimidir ve bir zar ile çevrilidir." },
		{ "ja", "細胞は生命の最小単位である。" }, { "zh", "细胞是生命的最小单位。" }, { "ko", "세포는 생명의 최소 단위이다." },
		{ "ru", "Клетка является наименьшей единицей жизни." }, { "he", "התא הוא היחידה הקטנה ביותר." }, { "ar", "الخلية هي أصغر وحدة." },
		{ "el", "Το κύτταρο είναι η μικρότερη μονάδα." }, { "en", "Am I blocked?" }, { "de", "Wer war Mendel?" }, { "", "war crimes" }, { "", "ATP 12 NADPH" }, { "", "" },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		ck_assert_str_eq(library_language(cases[i].text, strlen(cases[i].text)), cases[i].code);
}
END_TEST

TESTS("analysis", words_are_folded_and_lose_their_accents, accents_written_apart_are_the_same, numbers_keep_their_dots_and_lose_their_commas,
	possessives_and_dotted_letters_are_one_word, latin_runs_stay_whole_inside_japanese, every_token_knows_its_bytes,
	bad_bytes_and_endless_words_do_no_harm, forms_of_a_word_share_a_stem, stop_words_in_capitals_are_words, languages_are_told_apart)
