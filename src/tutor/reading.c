/* How a sentence reads: does it stand alone, does it define, is it one at all.
 *
 * Rules over the first words and the marks of a sentence, no grammar.  They are
 * wrong now and then, and cost little when they are: a sentence more of context,
 * or another one of nearly the same rank.
 */
#include <string.h>
#include <strings.h>
#include "tutor_in.h"

static const char *const leaning[] = { "this", "that", "these", "those", "it", "its", "they",
	"their", "them", "he", "she", "his", "her", "such", "both", "however", "therefore", "thus",
	"hence", "consequently", "moreover", "furthermore", "also", "instead", "then", "otherwise",
	"similarly", "likewise", "nevertheless", "but", "and", "so", "here", "as a result",
	"in addition", "for this reason", "because of this", "after this", "the latter",
	"the former", "dies", "dieser", "diese", "dieses", "sie", "er", "es", "dadurch", "elle", "il", "ils", "elles", "ce", "cet",
	"cette", "ces", "esto", "este", "esta", "estos", "estas", "ella", "ello", "esso", "essa", "это", "этот", "эта", "он", "она",
	"они", "αυτό", "αυτή", "αυτός", "这", "它", "これ", "それ", "この", "その", "しかし", "また", "そのため" };
static const char *const defining[] = { "is a", "is an", "is the", "are the", "are a", "is any",
	"are", "is defined as", "are defined as", "refers to", "refer to", "means", "is called",
	"are called", "is known as", "are known as", "is when", "was a", "was an", "consists of",
	"describes", "denotes", "ist ein", "ist eine", "ist der", "ist die", "ist das", "sind", "bezeichnet", "est un",
	"est une", "est le", "est la", "est l'", "sont", "désigne", "es un", "es una", "es el", "es la", "fue un", "fue una", "son",
	"è un", "è una", "é um", "é uma", "is een", "zijn", "— это", "это", "είναι", "ήταν", "是" };
static const char *const naming[] = { "called", "known as", "termed", "named", "referred to as",
	"heißt", "heißen", "nennt man", "s'appelle", "appelé", "appelée", "se llama", "llamado", "llamada", "si chiama", "heet",
	"называется", "ονομάζεται", "叫做", "称为", "يسمى", "とは" };

/* "In C4 plants it holds the enzyme": what "it" is stands before. */
static bool
leans_inside(const char *head)
{
	static const char *const leads[] = { "in", "at", "on", "for", "with", "during", "after",
		"before", "by", "from", "under", "without" };
	static const char *const pointers[] = { "it", "they", "he", "she" };
	struct range r;
	bool leads_in = false;
	for (size_t i = 0; i < COUNT_OF(leads); i++)
		leads_in |= phrase_find(&r, head, leads[i], PLACE_START);
	for (size_t i = 0; i < COUNT_OF(pointers) && leads_in; i++)
		if (phrase_find(&r, head, pointers[i], PLACE_ANY) && r.start < 28)
			return true;
	return false;
}

bool
sentence_leans(const char *s)
{
	char head[64];
	size_t n = 0;
	s += strspn(s, " \n\t\"'(");
	for (; n + 1 < sizeof head && s[n] != '\0'; n++)
		head[n] = (char)(s[n] >= 'A' && s[n] <= 'Z' ? s[n] + 32 : s[n]);
	head[n] = '\0';
	struct range r;
	for (size_t i = 0; i < COUNT_OF(leaning); i++)
		if (phrase_find(&r, head, leaning[i], PLACE_START))
			return true;
	return leans_inside(head);
}

bool
sentence_defines(const char *s, const char *topic)
{
	struct arena a;
	struct range r, cue;
	bool defines = false;
	arena_init(&a);
	const char *line = line_lower(&a, words_squeeze(&a, s, strlen(s))),
		   *term = line_lower(&a, topic);
	bool there = phrase_find(&r, line, term, PLACE_ANY);
	if (!there) /* plural in the sentence */
		there = phrase_find(&r, line, arena_printf(&a, "%ss", term), PLACE_ANY);
	if (there && r.start <= 12) {
		const char *rest = line + r.end;
		const char *open = strchr(rest, '(');
		if (open == rest + 1 && strchr(open, ')') != NULL)
			rest = strchr(open, ')') + 1;
		rest += strspn(rest, " ,");
		const char *is = str_starts(rest, "of ") ? strstr(rest, " is ") : NULL;
		if (is != NULL && is - rest < 30) /* "the frequency of a wave is the ..." */
			rest = is + 1;
		for (size_t i = 0; i < COUNT_OF(defining) && !defines; i++)
			defines = phrase_find(&cue, rest, defining[i], PLACE_START);
		defines |= str_starts(rest, "とは");
	}
	for (size_t i = 0; there && i < COUNT_OF(naming) && !defines; i++)
		for (const char *at = line; !defines && phrase_find(&cue, at, naming[i], PLACE_ANY);
			at += cue.end) {
			const char *named = at + cue.end;
			named += strspn(named, " \"'");
			defines = str_starts(topic_bare(named), term);
		}
	arena_clear(&a);
	return defines;
}

/* Notes, index and the like: text about the text. */
bool
heading_around(const char *path)
{
	static const char *const around[] = { "notes", "endnotes", "index", "bibliography",
		"references", "works cited", "acknowledgments", "acknowledgements", "contents",
		"table of contents", "about the author", "copyright page", "credits", "colophon",
		"list of figures", "list of tables", "further reading" };
	for (const char *at = path; at != NULL && *at != '\0';) {
		const char *end = strstr(at, " > ");
		size_t len = end ? (size_t)(end - at) : strlen(at);
		for (size_t i = 0; i < COUNT_OF(around); i++)
			if (strlen(around[i]) == len && strncasecmp(around[i], at, len) == 0)
				return true;
		at = end ? end + 3 : NULL;
	}
	return false;
}

/* A heading, a label, a row of a table, a line of a title page: no sentence. */
bool
sentence_is_fragment(const char *s)
{
	size_t words = 1, small = 0, letters = 0, len = strlen(s);
	for (size_t i = 0; i < len; i++) {
		words += s[i] == ' ' || (unsigned char)s[i] >= 0xE3;
		small += (s[i] >= 'a' && s[i] <= 'z') || (unsigned char)s[i] >= 0x80;
		letters += (s[i] | 32) >= 'a' && (s[i] | 32) <= 'z';
		letters += (unsigned char)s[i] >= 0x80;
	}
	bool wide = len > 0 && (unsigned char)s[0] >= 0xE3;
	return (!wide && (words < 4 || small == 0 || letters * 2 < len)) || strstr(s, " | ") != NULL || *s == '|';
}
