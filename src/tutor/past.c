/* The turns before: what a question may lean on.
 *
 * "and at night?" means nothing alone.  The last question that stood on its own
 * lends its words as context that weighs less.  Ten turns are kept word for word
 * for a model, forty older ones as their first sentences.
 */
#include <string.h>
#include "tutor_in.h"

#define KEPT 50 /* turns looked at: ten whole, the rest shortened */
#define OLDER_LINE_MAX 160

struct past_reading {
	const char *except;
	char *plain[KEPT];
	size_t bytes[KEPT];
	size_t total;
	struct text older;
};

/* The first sentence of an older turn, with who said it. */
static void
older_put(struct past_reading *r, const char *plain, size_t len)
{
	struct slice_of message, role, content;
	if (!skim_member(&message, plain, len, "message") ||
		!skim_member(&role, message.s, message.len, "role") ||
		!skim_member(&content, message.s, message.len, "content"))
		return;
	struct text words;
	text_init(&words, 2000);
	skim_string(&words, &content);
	struct range *ranges = NULL;
	size_t n = words.len ? library_sentences(&ranges, words.data, words.len) : 0;
	size_t end = n > 0 ? ranges[0].end : words.len;
	end = utf8_floor(words.len ? words.data : "", words.len,
		end < OLDER_LINE_MAX ? end : OLDER_LINE_MAX);
	if (end > 0)
		text_printf(&r->older, "%.*s: %.*s\n", role.len > 2 ? (int)role.len - 2 : 0,
			role.s + 1, (int)end, words.data);
	mem_free(ranges);
	text_clear(&words);
}

/* Opened words leave nothing behind in freed memory. */
static void
plain_free(struct past_reading *r, size_t at)
{
	vault_wipe(r->plain[at], r->plain[at] != NULL ? r->bytes[at] : 0);
	mem_free(r->plain[at]);
	r->plain[at] = NULL;
}

static enum fault
past_put(const struct sealed *rec, void *arg)
{
	struct past_reading *r = arg;
	if (str_same(rec->rec_id, r->except))
		return FAULT_NONE;
	size_t at = r->total++ % KEPT;
	plain_free(r, at);
	r->plain[at] = mem_new(rec->plain_bytes + 1);
	memcpy(r->plain[at], rec->plain, rec->plain_bytes);
	r->bytes[at] = rec->plain_bytes;
	return FAULT_NONE;
}

enum fault
past_load(struct past *out, struct arena *a, struct store *db, const char *conv_id,
	const char *except_id)
{
	struct past_reading r = { .except = except_id };
	struct past past = { .older = "" };
	text_init(&r.older, KEPT * (OLDER_LINE_MAX + 32));
	enum fault f = whole_or_rest(store_each(db, conv_id, KIND_MESSAGE, past_put, &r));
	if (f != FAULT_NONE)
		goto out;
	past.total = r.total;
	past.turns = arena_alloc(a, TURNS_MAX * sizeof *past.turns);
	size_t kept = r.total < KEPT ? r.total : KEPT;
	for (size_t i = 0; i < kept; i++) {
		size_t at = (r.total - kept + i) % KEPT;
		if (i + TURNS_MAX < kept) {
			older_put(&r, r.plain[at], r.bytes[at]);
			continue;
		}
		struct sealed rec = {
			.rec_id = "", .plain = r.plain[at], .plain_bytes = r.bytes[at]
		};
		void *record = NULL;
		f = whole_or_rest(kept_read(&record, a, &record_kept_message, &rec));
		if (f != FAULT_NONE)
			goto out;
		if (record != NULL)
			past.turns[past.count++] = ((struct kept_message *)record)->message;
	}
	if (r.older.len > 0)
		past.older = arena_strndup(a, r.older.data, r.older.len);
	*out = past;
out:
	for (size_t i = 0; i < KEPT; i++)
		plain_free(&r, i);
	text_clear(&r.older);
	return f;
}

bool
past_was_clarify(const struct past *past)
{
	return past->count > 0 && str_same(past->turns[past->count - 1]->role, "stoa") &&
	       str_same(past->turns[past->count - 1]->status, "clarify");
}

static const char *const joints[] = { "and what about", "what about", "how about", "and", "but", "or", "more on",
	"what else about", "und was ist mit", "was ist mit", "und", "et qu'en est-il de", "et", "y qué hay de", "y", "а", "και" };

/* Without "and", "what about": what the follow-up names. */
static const char *
without_joint(struct arena *a, const char *s)
{
	const char *line = line_lower(a, s);
	struct range w;
	for (size_t i = 0; i < COUNT_OF(joints); i++)
		if (phrase_find(&w, line, joints[i], PLACE_START) && line[w.end] != '\0')
			return s + w.end + strspn(line + w.end, " ,");
	return s;
}

/* What a question put into the talk: the X of "what is X", of "and X?"; "" nothing. */
static const char *
topic_of(bool *person, struct arena *a, const struct route *r)
{
	struct route named = *r;
	if (r->follows && !r->vague)
		route_question(&named, a, without_joint(a, r->query));
	bool topic = named.intent == INTENT_DEFINITION || named.about;
	*person = named.person;
	return topic && !named.follows && !named.vague ? named.topic : "";
}

/* "How does it work?" with what it is. */
static const char *
with_topic(struct arena *a, const char *query, const char *topic, bool person)
{
	static const struct { const char *word, *tail; bool person; } pronouns[] = {
		{ "it", "", false }, { "they", "", false }, { "them", "", false }, { "its", "'s", false }, { "their", "'s", false },
		{ "he", "", true }, { "she", "", true }, { "him", "", true }, { "his", "'s", true }, { "her", "'s", true },
	};
	const char *line = line_lower(a, query);
	struct range w;
	for (size_t i = 0; i < COUNT_OF(pronouns) && *topic != '\0'; i++)
		if (pronouns[i].person == person && phrase_find(&w, line, pronouns[i].word, PLACE_ANY))
			return arena_printf(a, "%.*s%s%s%s", (int)w.start, query, topic, pronouns[i].tail, query + w.end);
	return query;
}

/* The questions back to the last one that stood on its own, newest last; the topic
 * that was named last. */
static const char *
past_questions(struct arena *a, const struct past *past, const char **topic, bool *person)
{
	const char *joined = NULL;
	*topic = "";
	for (size_t i = past->count; i-- > 0;) {
		const struct message *m = past->turns[i];
		if (!str_same(m->role, "user") || m->content == NULL)
			continue;
		struct route r;
		route_question(&r, a, m->content);
		if (r.intent == INTENT_SMALLTALK)
			continue;
		if (**topic == '\0')
			*topic = topic_of(person, a, &r);
		joined = joined ? arena_printf(a, "%s %s", r.query, joined) : r.query;
		if (!r.follows && !r.vague)
			break;
	}
	return joined;
}

void
past_rewrite(const char **query, const char **before, struct arena *a, const struct past *past,
	const struct route *route)
{
	bool person = false;
	const char *topic, *asked = past_questions(a, past, &topic, &person);
	*query = route->query;
	*before = NULL;
	if (asked == NULL || !(route->follows || route->vague || past_was_clarify(past)))
		return;
	const char *rest = without_joint(a, route->query);
	struct word_set content = words_set(a, rest, strlen(rest), true);
	*query = content.count == 0 || past_was_clarify(past)
			 ? arena_printf(a, "%s %s", rest, asked)
			 : with_topic(a, rest, topic, person);
	*before = asked;
}
