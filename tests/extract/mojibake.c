/* UTF-8 that was read as Windows-1252, and text that only looks like it. */
#include <iconv.h>
#include "extract_test.h"

static const char *
repaired(const char *s)
{
	static char copy[8192];
	struct text out;
	text_init(&out, sizeof copy);
	mojibake_repair(&out, s, strlen(s));
	snprintf(copy, sizeof copy, "%s", out.data);
	text_clear(&out);
	return copy;
}

/* What a careless program makes of s. */
static const char *
damaged(const char *s, const char *charset)
{
	static char out[8192];
	char *from = (char *)(uintptr_t)s, *to = out;
	size_t n = strlen(s), room = sizeof out - 1;
	iconv_t cd = iconv_open("UTF-8", charset);
	ck_assert(cd != (iconv_t)-1);
	while (n > 0 && iconv(cd, &from, &n, &to, &room) == (size_t)-1)
		from++, n--;   /* a byte without a character is dropped */
	iconv_close(cd);
	*to = '\0';
	return out;
}

static const char *const good[] = {
	"Les élèves étudient la photosynthèse à l’école, où « l’énergie » est déjà connue…",
	/* with no-break spaces, as French is printed: valid UTF-8 if read so */
	"\u00AB\u00A0Voil\u00E0\u00A0\u00BB",
	"\u00AB\u00A0caf\u00E9\u00A0\u00BB et \u00AB\u00A0\u00E9t\u00E9\u00A0\u00BB\u2026",
	"\u00AB\u00A0na\u00EFvet\u00E9\u00A0\u00BB \u2014 \u00E0\u2026\u00BB",
	"ÉCOLE SUPÉRIEURE « À L’ÉTÉ » : ÇA ALORS…",
	"„Spaß“, „Größe“ und „Fuß”: Straßenverkäufer übt „Ä“ … Öl“",
	"»Müßiggang« – ‚Über‘ “ß”",
	"光合成は、植物が光エネルギーを使って二酸化炭素と水から有機物を作る反応である。",
	"カルビン回路（Calvin cycle）は「暗反応」とも呼ばれる。",
	"El niño está «aquí»… ¿Qué pasó? «está»… ÑOÑO»",
	/* a capital at the end of a word, then a closing quote */
	"\u00ABMINHA IRM\u00C3\u00BB disse, \u201CIRM\u00C3\u201D. S\u00E3o Jo\u00E3o \u00E0 tarde.",
	"\u201ESpa\u00DF\u201C, \u201EFu\u00DF\u201D, \u00BBGru\u00DF\u00AB",
	"Łódź, Kraków i żółć: „gęślą jaźń”…",
	"Příliš žluťoučký kůň úpěl „ďábelské ódy“",
	"Çağdaş Türkçe: “ışık” İstanbul’da…",
	"Η φωτοσύνθεση και το φως",
	"Фотосинтез — это процесс",
	"שלום עולם „מרכאות” – בדיקה",
	"25 °C ± 2 % × 3 µm ≈ ½ · ¾ ™ © ® § ¶",
	"┌──┐ │ a │ └──┘ ═══ ▼ ●",
	"Tiếng Việt: “Viện” đã…",
	"Ångström, Ærø, Øresund – “Å”"
};

START_TEST(good_text_comes_out_unchanged)
{
	for (size_t i = 0; i < COUNT_OF(good); i++)
		ck_assert_str_eq(repaired(good[i]), good[i]);
}
END_TEST

START_TEST(text_read_as_windows_1252_is_mended)
{
	static const char *const texts[] = {
		"Les élèves étudient l’énergie", "„Größe“ naïve café", "┌──── ▼ ●", "“quotes” – and — dashes…", "Łódź i żółć",
		"光合成は反応である", "фотосинтез", "25 °C ± 2", "😀 fun", "Tiếng Việt"
	};
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		const char *bad = damaged(texts[i], "LATIN1");
		ck_assert_str_ne(bad, texts[i]);
		ck_assert_str_eq(repaired(bad), texts[i]);
	}
	ck_assert_str_eq(repaired(damaged("Les élèves – “étudient” l’été", "WINDOWS-1252")), "Les élèves – “étudient” l’été");
}
END_TEST

START_TEST(text_damaged_twice_is_mended_twice)
{
	char once[4096];
	snprintf(once, sizeof once, "%s", damaged("étudié", "LATIN1"));
	ck_assert_str_eq(repaired(damaged(once, "LATIN1")), "étudié");
}
END_TEST

START_TEST(frames_whose_corners_were_dropped_are_mended)
{
	const char *frame = "┌──────────┐";
	ck_assert_str_eq(repaired(damaged(frame, "WINDOWS-1252")), frame);
	const char *quote = "“quoted” text";
	ck_assert_str_eq(repaired(damaged(quote, "WINDOWS-1252")), quote);
}
END_TEST

START_TEST(only_damaged_lines_are_touched)
{
	const char *text = "│ good ─ line │\n\u00e2\u201d\u201a bad \u00e2\u201d\u20ac line\ncaf\u00e9 \u00bb\n";
	struct text out;
	text_init(&out, 4096);
	encoding_to_utf8(&out, text, strlen(text), NULL);
	ck_assert_str_eq(out.data, "│ good ─ line │\n│ bad ─ line\ncaf\u00e9 \u00bb\n");
	text_clear(&out);
}
END_TEST

TESTS("mojibake", good_text_comes_out_unchanged, text_read_as_windows_1252_is_mended,
	text_damaged_twice_is_mended_twice, frames_whose_corners_were_dropped_are_mended, only_damaged_lines_are_touched)
