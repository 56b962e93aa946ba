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
	"salary wage earn income pay", "describe characterize depict portray", "explain clarify account",
	"similar alike resemble likeness", "differ different distinct distinguish", "opposite contrary reverse", "same identical equal",
	"famous known renowned celebrated fame", "popular widespread prevalent", "difficult hard challenging", "easy simple",
	"strong powerful strength power", "rare uncommon scarce", "dangerous harmful hazardous danger", "safe secure safety",
	"true correct accurate right", "false wrong incorrect mistake error", "full complete entire whole total",
	"first initial original early", "last final latest", "primary principal main chief", "damage harm injure hurt injury wound",
	"heal cure treat treatment remedy therapy", "medicine drug medication", "clean wash purify", "pollute pollution contaminate",
	"dry arid desert drought", "wet moist humid moisture", "forest jungle rainforest wood", "sea ocean marine",
	"river stream", "mountain hill peak", "stone rock", "plant vegetation flora", "animal fauna creature",
	"baby infant newborn", "young youth juvenile", "male man masculine", "female woman feminine", "soldier troop army military",
	"weapon arm gun", "peace treaty armistice truce", "prison jail imprison", "crime criminal offence illegal", "judge court trial",
	"tax levy duty tariff", "trade commerce merchant", "worker labourer employee labor", "machine device engine apparatus",
	"tool instrument implement", "message mail letter", "press newspaper news", "picture image photo photograph painting",
	"play game sport", "prize award reward medal honor", "contest competition tournament championship",
	"refuse reject decline deny", "accept agree approve", "argue dispute debate controversy", "ask request inquire", "answer reply respond response",
	"speak talk language speech", "hear listen", "see observe notice watch", "carry bear transport convey", "send transmit dispatch deliver",
	"push press pressure", "pull drag attract", "rise ascend climb", "enter access entry", "leave exit depart", "arrive reach come",
	"stay remain", "hide conceal", "find discover detect", "lose loss", "save rescue preserve", "calculate compute", "estimate approximate",
	"prove demonstrate proof evidence", "predict forecast", "study research investigate examine", "learn educate education teach school",
	"remember memory recall", "god deity divine", "priest clergy minister", "own possess property belong", "expensive costly",
	"citizen resident national", "foreign overseas abroad", "government state administration", "revolution revolt rebellion uprising",
	"independence independent freedom free liberty", "settle colony settler", "explore explorer expedition", "empire imperial",
	"annual year yearly", "color hue pigment", "center middle core central", "top upper summit", "bottom lower base",
	"inside interior internal inner", "outside exterior external outer", "hole pore opening", "tube pipe duct", "gas vapor steam",
	"liquid fluid", "mix combine blend mixture", "electric electricity current", "speed velocity rate", "brain cerebral",
	"heart cardiac", "lung pulmonary", "kidney renal", "liver hepatic", "bone skeletal osseous", "muscle muscular", "skin dermal cutaneous",
	"nerve neural nervous neuron", "stomach gastric", "eye ocular visual", "ear auditory", "tooth dental", "cut slice", "break fracture rupture",
	"surround enclose encircle", "connect link attach bind", "origin source derive", "spread disperse distribute distribution",
	"replace substitute", "control regulate regulation", "produce generate make", "break down decompose degrade digest",
};

_Static_assert(COUNT_OF(groups) <= 64 * ALIKE_SETS, "a bit for every group");

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
			mem_reserve(&t->masks, &t->masks_cap, ALIKE_SETS * t->stems.count, sizeof *t->masks);
			if (t->stems.count > before)
				memset(&t->masks[ALIKE_SETS * i], 0, ALIKE_SETS * sizeof *t->masks);
			t->masks[ALIKE_SETS * i + g / 64] |= 1ull << (g % 64);
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
alike_groups(uint64_t out[ALIKE_SETS], const struct alike *t, const char *stem, size_t len)
{
	uint32_t i = terms_find(&t->stems, stem, len);
	memset(out, 0, ALIKE_SETS * sizeof *out);
	if (i != UINT32_MAX)
		memcpy(out, &t->masks[ALIKE_SETS * i], ALIKE_SETS * sizeof *out);
}
