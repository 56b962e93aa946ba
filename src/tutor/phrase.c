/* Phrases in a line that a person typed: found as whole words, cut away.
 *
 * Only letters whose small form has as many bytes are made small, so that offsets
 * are those of the line as it was typed.  Phrases of scripts without spaces need no word around them.
 */
#include <ctype.h>
#include <string.h>
#include <utf8proc.h>
#include "tutor_in.h"

static bool
is_word_byte(char c)
{
	return isalnum((unsigned char)c) || c == '\'' || c == '_';
}

bool
phrase_find(struct range *out, const char *line, const char *phrase, enum place place)
{
	size_t n = strlen(phrase), len = strlen(line);
	bool ascii = (unsigned char)phrase[0] < 128;
	for (const char *at = line; (at = strstr(at, phrase)) != NULL; at++) {
		size_t start = (size_t)(at - line), end = start + n;
		bool whole_word = !ascii || ((start == 0 || !is_word_byte(line[start - 1])) &&
						    !is_word_byte(line[end]));
		bool placed = place == PLACE_ANY || (place == PLACE_START && start == 0) ||
			      (place == PLACE_END && end == len) ||
			      (place == PLACE_WHOLE && start == 0 && end == len);
		if (whole_word && placed) {
			*out = (struct range){ start, end };
			return true;
		}
		if (place == PLACE_START || place == PLACE_WHOLE)
			return false;
	}
	return false;
}

char *
line_lower(struct arena *a, const char *s)
{
	char *out = arena_strdup(a, s);
	for (size_t at = 0, len = strlen(s); at < len;) {
		size_t start = at;
		uint32_t c = utf8_next(s, len, &at);
		char small[4];
		if (c >= 'A' && c <= 'Z')
			out[start] = (char)(c + 32);
		else if (c >= 0xC0 && c != UTF8_BAD && utf8_encode(small, (uint32_t)utf8proc_tolower((utf8proc_int32_t)c)) == at - start)
			memcpy(out + start, small, at - start);
	}
	return out;
}

const char *
line_without(struct arena *a, const char *s, struct range r)
{
	const char *rest = arena_printf(a, "%.*s %s", (int)r.start, s, s + r.end);
	return words_squeeze(a, rest, strlen(rest));
}

/* Cut any of the phrases from the front, again and again, with what joins them. */
const char *
line_cut_front(const char *line, const char *const *phrases, size_t count)
{
	struct range r;
	for (size_t i = 0; i < count; i++) {
		if (!phrase_find(&r, line, phrases[i], PLACE_START))
			continue;
		const char *rest = line + r.end + strspn(line + r.end, " ,:;-");
		if (*rest == '\0')
			return line;
		line = rest;
		i = (size_t)-1;
	}
	return line;
}

/* Without closing punctuation and surrounding marks. */
char *
line_cut_ends(struct arena *a, const char *s)
{
	static const char *const ends[] = { "?", "!", ".", ",", ";", ":", " ", "？", "！", "。",
		"、", "\"", "…", "؟", "\u00a0", "\u202f" };
	while (str_starts(s, "¿") || str_starts(s, "¡"))
		s += strlen("¿");
	s += strspn(s, " \"'.,;:!?-");
	size_t len = strlen(s);
	for (size_t i = 0; i < COUNT_OF(ends) && len > 0; i++) {
		size_t n = strlen(ends[i]);
		if (len >= n && memcmp(s + len - n, ends[i], n) == 0)
			len -= n, i = (size_t)-1;
	}
	return arena_strndup(a, s, len);
}
