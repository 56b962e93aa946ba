/* Words that stand for one another in questions and texts.
 *
 * Questions say "die" where the text says "death", "begin" where it says "start".
 * A short list of groups of English words; matching by group is worth a part of a
 * match by stem and never fetches passages, it only helps to judge sentences.
 */
#include <stdlib.h>
#include <string.h>
#include "find_in.h"

static const char *const groups[] = {
	"die death dead kill decease", "birth born bear", "begin start commence initiate onset",
	"end finish conclude terminate complete cease", "large big great huge enormous",
	"small little tiny", "create make build construct establish found form",
	"buy purchase acquire", "cost price pay expense", "author write writer wrote pen",
	"locate situate place site position", "call name term know dub refer title",
	"live reside inhabit dwell home", "job work employ occupation profession",
	"use utilize employ", "help aid assist support", "show display demonstrate exhibit",
	"important significant major key main chief", "invent inventor devise develop discover",
	"leader lead head rule ruler govern command", "war battle conflict fight",
	"win victory defeat beat triumph", "teacher instructor educator", "student pupil learner",
	"child son daughter kid offspring", "father mother parent",
	"wife husband marry spouse marriage", "doctor physician", "illness disease sickness ill",
	"area region territory zone district", "country nation state", "city town",
	"money fund finance wealth cash", "increase rise grow growth expand",
	"decrease decline reduce fall drop shrink", "change alter modify transform",
	"cause lead result reason effect due", "allow permit let enable",
	"prevent stop block avoid prohibit ban", "get obtain receive gain acquire",
	"give provide supply offer grant", "say state claim declare announce argue",
	"think believe consider regard view", "fast quick rapid speed", "old ancient age",
	"new recent modern", "religion faith church religious", "king monarch emperor ruler",
	"law legislation act rule", "pick select choose elect appoint",
	"keep maintain preserve retain", "move travel go migrate", "happen occur take",
	"need require necessary", "contain include comprise consist hold compose",
	"type kind sort form variety", "ship boat vessel", "car vehicle automobile", "rich wealthy",
	"poor poverty", "tall high height", "length long", "weight weigh heavy", "distance far",
	"amount number quantity total", "usual common typical normal frequent",
	"join unite merge combine", "divide split separate", "attack assault raid invade invasion",
	"destroy demolish ruin damage", "near close adjacent", "film movie", "song music",
	"team squad", "student school university college", "job role function purpose",
	"goal aim purpose objective", "problem issue difficulty trouble",
	"idea concept notion theory", "plan scheme proposal", "way method manner technique",
	"part section portion piece component", "company firm corporation business",
	"sell sale market", "protect defend guard", "eat food feed diet", "fire burn blaze",
	"rain rainfall precipitation", "cold cool", "hot warm heat temperature", "sick ill",
	"scientist researcher physicist", "money currency", "average mean",
	"border boundary frontier", "oppose opposition against", "allow let",
	"people population inhabitant person", "step stage phase",
};

struct alike { struct term_table stems; uint64_t *masks; size_t masks_cap; };

/* Every stem of the groups with the groups it is in; two words may share several. */
struct alike *
alike_open(void)
{
	struct alike *t = mem_new(sizeof *t);
	struct stemmer stemmer;
	stemmer_open(&stemmer, LANGUAGE_ENGLISH);
	for (size_t g = 0; g < COUNT_OF(groups); g++) {
		struct tokens tokens;
		struct token word;
		tokens_start(&tokens, groups[g], strlen(groups[g]));
		while (token_next(&word, &tokens)) {
			char stem[TOKEN_BYTES_MAX + 8];
			size_t len = stemmer_stem(stem, &stemmer, &word), before = t->stems.count;
			uint32_t i = terms_put(&t->stems, stem, len);
			mem_reserve(&t->masks, &t->masks_cap, 2 * t->stems.count, sizeof *t->masks);
			if (t->stems.count > before)
				t->masks[2 * i] = t->masks[2 * i + 1] = 0;
			t->masks[2 * i + g / 64] |= 1ull << (g % 64);
		}
	}
	stemmer_close(&stemmer);
	return t;
}

void
alike_close(struct alike *t)
{
	if (t == NULL)
		return;
	terms_clear(&t->stems);
	mem_free(t->masks);
	mem_free(t);
}

void
alike_groups(uint64_t out[2], const struct alike *t, const char *stem, size_t len)
{
	uint32_t i = terms_find(&t->stems, stem, len);
	out[0] = i == UINT32_MAX ? 0 : t->masks[2 * i];
	out[1] = i == UINT32_MAX ? 0 : t->masks[2 * i + 1];
}
