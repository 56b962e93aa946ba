/* Whether a sentence holds an answer of the kind that is wanted (asking.c).
 *
 * Values (dates, numbers, money, durations, measures, names, places) come from shapes
 * and short tables.  A value only counts when the question does not hold it already.
 */
#include <string.h>
#include "find_in.h"

/* ---- values ---------------------------------------------------------------------- */

#define WORDS_MONTH " january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec "
#define WORDS_WEEKDAY " monday tuesday wednesday thursday friday saturday sunday "
#define WORDS_NUMBER " one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion dozen half third quarter twice once "
#define WORDS_DURATION " year years month months week weeks day days hour hours minute minutes second seconds decade decades century centuries "
#define WORDS_UNIT " km kilometre kilometres kilometer kilometers mile miles metre metres meter meters cm mm feet foot ft inch inches acre acres hectare hectares kg kilogram kilograms gram grams g tonne tonnes ton tons pound pounds lb degree degrees celsius fahrenheit c f k kelvin mph kmh knots litre litres liter liters gallon gallons square cubic year years watt watts mw volt volts hz khz mhz ghz bit bits byte bytes pa kpa mpa bar atm mi "
#define WORDS_MONEY " dollar dollars euro euros pound pounds yen cent cents franc francs usd "

struct value { bool year, date, number, money, percent, duration, measure, name, place; };

static bool
in_query(const struct query *q, const struct token *t)
{
	for (size_t i = 0; i < q->word_count; i++)
		if (!q->words[i].from_before && q->words[i].token.plain_len == t->plain_len &&
		    memcmp(q->words[i].token.plain, t->plain, t->plain_len) == 0)
			return true;
	return false;
}

static bool
starts_digit(const struct token *t)
{
	return t->plain[0] >= '0' && t->plain[0] <= '9';
}

static bool
is_year(const struct token *t)
{
	return ((t->digits && t->plain_len == 4) || (t->plain_len == 5 && t->plain[4] == 's')) && (t->plain[0] == '1' || (t->plain[0] == '2' && t->plain[1] == '0'));
}

static void
look_at(struct value *v, const struct token *t, const struct token *last, size_t place, const char *s, const struct query *q)
{
	bool number = starts_digit(t) || word_among(t->plain, WORDS_NUMBER);
	bool last_number = last != NULL && (starts_digit(last) || word_among(last->plain, WORDS_NUMBER));
	if (last_number && !in_query(q, last)) {
		v->duration = v->duration || word_among(t->plain, WORDS_DURATION);
		v->measure = v->measure || word_among(t->plain, WORDS_UNIT);
		v->money = v->money || word_among(t->plain, WORDS_MONEY);
		v->percent = v->percent || word_among(t->plain, " percent percentage per ");
	}
	if (in_query(q, t))
		return;
	if (number) {
		v->number = true;
		v->year = v->year || is_year(t) || (t->digits && last != NULL && word_among(last->plain, WORDS_MONTH));
		v->percent = v->percent || s[t->end] == '%';
		v->money = v->money || (t->start > 0 && (s[t->start - 1] == '$' || (unsigned char)s[t->start - 1] == 0xAC || (unsigned char)s[t->start - 1] == 0xA3 || (unsigned char)s[t->start - 1] == 0xA5));
		v->measure = v->measure || (starts_digit(t) && !t->digits && strchr(t->plain, '.') == NULL && !is_year(t));
	}
	v->year = v->year || word_among(t->plain, " century centuries bc bce ad ");
	v->date = v->date || (t->capital && word_among(t->plain, WORDS_MONTH)) || word_among(t->plain, WORDS_WEEKDAY);
	if (t->capital && !token_is_stop(t) && !word_among(t->plain, WORDS_MONTH) && !word_among(t->plain, WORDS_WEEKDAY)) {
		v->name = v->name || place > 0;
		v->place = v->place || (last != NULL && word_among(last->plain, " in at near from to on of off outside within across around through between the "));
	}
}

/* Does the character end the name of a place: prefecture, town, land, island? */
static bool
ends_place(const struct token *t)
{
	static const char *const set[] = { "県", "市", "国", "州", "町", "区", "島", "駅", "村", "府", "都", "省", "郡", "山", "川", "海", "地" };
	for (size_t i = 0; i < COUNT_OF(set); i++)
		if (str_same(set[i], t->plain))
			return true;
	return false;
}

/* Behind a number: what makes it a date. */
static bool
dates(const char *after, size_t left)
{
	static const char *const set[] = { "年", "月", "日", "世", "时", "時" };
	for (size_t i = 0; i < COUNT_OF(set); i++)
		if (left >= 3 && memcmp(after, set[i], 3) == 0)
			return true;
	return false;
}

static bool
is_katakana(const struct token *t)
{
	size_t at = 0;
	uint32_t c = utf8_next(t->plain, t->plain_len, &at);
	return c >= 0x30A1 && c <= 0x30FC;
}

static double
bonus_cjk(enum answer_type type, const char *s, size_t len, const struct query *q)
{
	struct tokens tokens;
	struct token t, last = { 0 };
	struct value v = { 0 };
	size_t katakana = 0;
	tokens_start(&tokens, s, len);
	for (; token_next(&t, &tokens); last = t) {
		if (starts_digit(&t) && !in_query(q, &t)) {
			v.number = true;
			v.date = v.date || dates(s + t.end, len - t.end);
		}
		bool fresh = t.cjk && !in_query(q, &t);
		v.place = v.place || (t.cjk && t.joined && ends_place(&t) && (fresh || !in_query(q, &last)));
		katakana = t.cjk && t.joined && is_katakana(&t) ? katakana + 1 : 0;
		v.name = v.name || (katakana >= 3 && fresh);
	}
	switch (type) {
	case TYPE_WHEN:
		return v.date ? 2.5 : 0;
	case TYPE_HOW_MANY: case TYPE_HOW_MUCH: case TYPE_MEASURE:
		return v.number ? 2.5 : 0;
	case TYPE_WHERE:
		return v.place ? 1.5 : 0;
	case TYPE_WHO:
		return v.name ? 1.2 : 0;
	default:
		return 0;
	}
}

static void
join(struct value *v, const struct value *one)
{
	v->year |= one->year;
	v->date |= one->date;
	v->number |= one->number;
	v->money |= one->money;
	v->percent |= one->percent;
	v->duration |= one->duration;
	v->measure |= one->measure;
	v->name |= one->name;
	v->place |= one->place;
}

/* What a value counts when this kind of answer is wanted: ENGINE's T. */
static double
worth(enum answer_type type, const struct value *v)
{
	switch (type) {
	case TYPE_WHEN:
		return v->year ? 2.5 : v->date ? 1.25 : 0;
	case TYPE_HOW_MANY:
		return v->number ? 2.5 : 0;
	case TYPE_HOW_MUCH:
		return v->percent || v->money ? 2.5 : v->number ? 1.25 : 0;
	case TYPE_HOW_LONG:
		return v->duration ? 2.0 : v->number ? 1.0 : 0;
	case TYPE_MEASURE:
		return v->measure || v->percent ? 2.5 : v->number ? 1.25 : 0;
	case TYPE_WHO:
		return v->name ? 1.2 : 0;
	case TYPE_WHERE:
		return v->place ? 1.5 : 0;
	default:
		return 0;
	}
}

double
expect_bonus(enum answer_type type, const char *s, size_t len, const struct query *q, bool values[EXPECT_WORDS])
{
	struct tokens tokens;
	struct token t[2];
	struct value v = { 0 };
	const struct token *last = NULL;
	if (type == TYPE_OTHER || type >= TYPE_WHY)
		return 0;
	if (q->word_count > 0 && q->words[0].token.cjk)
		return bonus_cjk(type, s, len, q);
	tokens_start(&tokens, s, len);
	for (size_t i = 0; token_next(&t[i & 1], &tokens); i++) {
		struct value one = { 0 };
		look_at(&one, &t[i & 1], last, i, s, q);
		if (i < EXPECT_WORDS)
			values[i] = worth(type, &one) > 0;
		join(&v, &one);
		last = &t[i & 1];
	}
	return worth(type, &v);
}

/* ---- cues ------------------------------------------------------------------------ */

static const char *
cues_of(enum answer_type type)
{
	switch (type) {
	case TYPE_WHY:
		return " because due since cause caused causes reason reasons therefore thus so order result led prevent avoid fear ";
	case TYPE_HOW:
		return " by through using via means method process ";
	case TYPE_DEFINITION:
		return " is are called known term refers defined means describes ";
	case TYPE_WHAT: case TYPE_WHICH:
		return " called known named termed such including include includes ";
	case TYPE_WHO:
		return " by led named founded ";
	case TYPE_WHEN:
		return " in on during until since from by ";
	default:
		return NULL;
	}
}

double
expect_cue(enum answer_type type, const char *s, size_t len, const struct query *q)
{
	const char *list = cues_of(type);
	struct tokens tokens;
	struct token t;
	if (list == NULL)
		return 0;
	tokens_start(&tokens, s, len);
	while (token_next(&t, &tokens))
		if (word_among(t.plain, list) && (word_is_stop(t.plain, t.plain_len) || !in_query(q, &t)))
			return 1;
	return 0;
}
