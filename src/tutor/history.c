/* Search over everything said.
 *
 * A message counts by how many of the asked words it has, then by BM25 over what
 * was said, then by age.  A pair of Chinese or Japanese characters outweighs the
 * single ones.  A word that nobody said yet is taken as the beginning of one, so
 * that a search can run while somebody types.  Snippets come from the sealed
 * records of the few messages that are shown.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "memory_in.h"

#define TERMS_MAX 24
#define BEGINNINGS_MAX 48
#define HITS_DEFAULT 20
#define HITS_MAX 1000
#define SNIPPET_BYTES 160

struct asked {
	struct word words[TERMS_MAX];
	size_t count;
	bool pairs;
};

static void
asked_put(const struct word *w, void *arg)
{
	struct asked *q = arg;
	if (w->stop || q->count == TERMS_MAX)
		return;
	for (size_t i = 0; i < q->count; i++)
		if (q->words[i].hash == w->hash)
			return;
	q->pairs |= w->pair;
	q->words[q->count++] = *w;
}

struct scored {
	float *score;
	uint8_t *terms, *last; /* asked words in a message, and which of them came last */
	const struct memory *m;
};

/* word: which of the asked ones it is, from 1; 0 does not count as one. */
static void
list_score(struct scored *s, const struct posting_list *l, double weight, uint8_t word)
{
	double idf = log(1 + ((double)s->m->said_count - l->count + .5) / (l->count + .5));
	uint32_t doc = 0;
	for (size_t at = 0, i = 0; i < l->count; i++) {
		uint32_t gap = 0;
		int shift = 0;
		for (; l->bytes[at] & 128; shift += 7)
			gap |= (uint32_t)(l->bytes[at++] & 127) << shift;
		gap |= (uint32_t)l->bytes[at++] << shift;
		double tf = l->bytes[at++];
		doc = i ? doc + gap : gap;
		double len = s->m->said[doc].words;
		s->score[doc] +=
			(float)(weight * idf * tf * 1.9 / (tf + .9 * (.25 + .75 * len / 40)));
		if (word != 0 && s->last[doc] != word) {
			s->last[doc] = word;
			s->terms[doc]++;
		}
	}
}

/* Words that begin like w, the first BEGINNINGS_MAX of them; all are one asked word. */
static void
beginnings_score(struct scored *s, const struct word *w, uint8_t word)
{
	size_t n = 0;
	if (w->len < 2)
		return;
	for (size_t i = 0; i < s->m->list_count && n < BEGINNINGS_MAX; i++)
		if (strncmp(s->m->names.data + s->m->lists[i].name, w->s, w->len) == 0) {
			list_score(s, &s->m->lists[i], .5, word);
			n++;
		}
}

static size_t
terms_score(struct scored *s, const struct asked *q)
{
	size_t wanted = 0;
	for (size_t i = 0; i < q->count; i++) {
		const struct word *w = &q->words[i];
		const struct posting_list *l = said_list(s->m, w->hash);
		/* Single characters only help where there are pairs to go by. */
		bool single = q->pairs && !w->pair && (unsigned char)w->s[0] >= 0xE3;
		uint8_t word = single ? 0 : (uint8_t)(i + 1);
		wanted += !single;
		if (l != NULL)
			list_score(s, l, single ? .2 : 1, word);
		else if (!w->pair && !single)
			beginnings_score(s, w, word);
	}
	return wanted;
}

struct ranked {
	uint32_t doc;
	uint8_t terms;
	float score;
	int64_t at;
};

static int
rank_order(const void *x, const void *y)
{
	const struct ranked *a = x, *b = y;
	if (a->terms != b->terms)
		return b->terms - a->terms;
	if (a->score != b->score)
		return a->score < b->score ? 1 : -1;
	return a->at < b->at ? 1 : a->at > b->at ? -1 : 0;
}

static bool
message_fits(const struct memory *m, const struct said_message *s, const struct history_search *req)
{
	const struct known *row = &m->rows[s->row];
	if (row->gone || (req->since > 0 && s->at < req->since) ||
		(req->until > 0 && s->at >= req->until))
		return false;
	if (req->role != NULL && *req->role && s->stoa != str_same(req->role, "stoa"))
		return false;
	return req->subject == NULL || *req->subject == '\0' ||
	       str_same(req->subject, row->subject);
}

/* The best k, kept in order by insertion: k is small. */
static size_t
best_of(struct ranked *best, size_t k, const struct scored *s, const struct history_search *req,
	size_t wanted)
{
	size_t n = 0;
	uint8_t least = (uint8_t)((wanted + 1) / 2);
	for (size_t doc = 0; doc < s->m->said_count; doc++) {
		if (s->terms[doc] == 0 || s->terms[doc] < least)
			continue;
		struct ranked r = { (uint32_t)doc,
			s->terms[doc] < wanted ? s->terms[doc] : (uint8_t)wanted, s->score[doc],
			s->m->said[doc].at };
		if ((n == k && rank_order(&r, &best[k - 1]) >= 0) ||
			!message_fits(s->m, &s->m->said[doc], req))
			continue;
		size_t at = n < k ? n++ : k - 1;
		for (; at > 0 && rank_order(&r, &best[at - 1]) < 0; at--)
			best[at] = best[at - 1];
		best[at] = r;
	}
	return n;
}

/* ---- snippets ------------------------------------------------------------------- */

struct marking {
	const struct asked *q;
	const struct memory *m;
	size_t first, count, from, to;
	struct span *spans;
	size_t max;
};

static bool
word_asked(const struct marking *k, const struct word *w)
{
	for (size_t i = 0; i < k->q->count; i++) {
		const struct word *q = &k->q->words[i];
		if (q->hash == w->hash &&
			!(k->q->pairs && !w->pair && (unsigned char)w->s[0] >= 0xE3))
			return true;
		if (!w->pair && !w->stop && q->len >= 2 && strncmp(w->s, q->s, q->len) == 0)
			return true;
	}
	return false;
}

static void
mark_word(const struct word *w, void *arg)
{
	struct marking *k = arg;
	if (!word_asked(k, w))
		return;
	if (k->spans == NULL) { /* first walk: where it begins */
		if (k->count++ == 0)
			k->first = w->start;
		return;
	}
	if (w->start < k->from || w->end > k->to || k->count == k->max)
		return;
	struct span *last = k->count ? &k->spans[k->count - 1] : NULL;
	int64_t start = (int64_t)(w->start - k->from), end = (int64_t)(w->end - k->from);
	if (last != NULL && last->end >= start)
		last->end = end > last->end ? end : last->end;
	else
		k->spans[k->count++] = (struct span){ start, end };
}

static void
snippet_make(struct history_hit *hit, struct arena *a, const struct asked *q, const char *content)
{
	struct marking k = { .q = q, .max = 32 };
	char *line = arena_strdup(a, content);
	for (char *c = line; *c != '\0'; c++)
		if (*c == '\n' || *c == '\t' || *c == '\r')
			*c = ' ';
	size_t len = strlen(line);
	words_each(line, len, mark_word, &k);
	k.from = k.first > SNIPPET_BYTES / 3 ? k.first - SNIPPET_BYTES / 3 : 0;
	while (k.from > 0 && k.from < k.first && line[k.from - 1] != ' ' &&
		((unsigned char)line[k.from] < 0xE0))
		k.from++;
	while (k.from < len && ((unsigned char)line[k.from] & 0xC0) == 0x80)
		k.from++;
	k.to = k.from + utf8_floor(line + k.from, len - k.from, SNIPPET_BYTES);
	k.count = 0;
	k.spans = arena_alloc(a, k.max * sizeof *k.spans);
	words_each(line, len, mark_word, &k);
	hit->snippet = arena_strndup(a, line + k.from, k.to - k.from);
	hit->spans = (struct record_list){ k.spans, k.count };
}

static enum fault
hit_make(bool *there, struct history_hit *hit, struct arena *a, struct store *db,
	const struct memory *m, const struct ranked *r, const struct asked *q)
{
	struct sealed rec;
	char id[ID_BYTES];
	const struct said_message *s = &m->said[r->doc];
	id_unpack(id, s->id);
	*there = false;
	enum fault f = store_get(&rec, a, db, id);
	if (f == FAULT_ABSENT || (f == FAULT_NONE && rec.kind != KIND_MESSAGE))
		return FAULT_NONE; /* buried meanwhile */
	if (f != FAULT_NONE)
		return f;
	struct slice_of message, content;
	struct text words;
	text_init(&words, FIELD_TEXT_MAX + 16);
	if (skim_member(&message, rec.plain, rec.plain_bytes, "message") &&
		skim_member(&content, message.s, message.len, "content")) {
		skim_string(&words, &content);
		const struct known *row = &m->rows[s->row];
		*hit = (struct history_hit){ .conversation_id = arena_strdup(a, row->id),
			.conversation_title = arena_strdup(a, row->title ? row->title : ""),
			.message_id = arena_strdup(a, id),
			.role = s->stoa ? "stoa" : "user",
			.created = s->at,
			.score = r->score };
		snippet_make(hit, a, q, words.len ? words.data : "");
		*there = true;
	}
	text_clear(&words);
	return FAULT_NONE;
}

enum fault
tutor_history_search(struct history_hits *out, struct arena *a, struct tutor *t, struct store *db,
	const struct history_search *req)
{
	int64_t began = t->config.clock->mono_ms(t->config.clock->arg);
	struct asked *q = arena_alloc(a, sizeof *q);
	size_t k = req->k <= 0         ? HITS_DEFAULT
		   : req->k > HITS_MAX ? HITS_MAX
				       : (size_t)req->k,
	       n = 0;
	struct history_hit *hits = arena_alloc(a, k * sizeof *hits);
	struct ranked best[HITS_MAX];
	struct scored s = { 0 };
	if (req->query == NULL)
		return fault(FAULT_INPUT, "there is nothing to search for");
	words_each(req->query, strlen(req->query), asked_put, q);
	pthread_mutex_lock(&t->lock);
	enum fault f = said_follow(t, db, NULL);
	if (f != FAULT_NONE)
		goto out;
	s.m = t->memory;
	s.score = mem_new_array(s.m->said_count + 1, sizeof *s.score);
	s.terms = mem_new_array(s.m->said_count + 1, sizeof *s.terms);
	s.last = mem_new_array(s.m->said_count + 1, sizeof *s.last);
	size_t wanted = terms_score(&s, q);
	size_t found = best_of(best, k, &s, req, wanted);
	for (size_t i = 0; i < found && f == FAULT_NONE; i++) {
		bool there;
		f = hit_make(&there, &hits[n], a, db, s.m, &best[i], q);
		n += f == FAULT_NONE && there;
	}
	if (f == FAULT_NONE)
		*out = (struct history_hits){ .items = { hits, n },
			.elapsed_ms =
				(double)(t->config.clock->mono_ms(t->config.clock->arg) - began) };
out:
	mem_free(s.score);
	mem_free(s.terms);
	mem_free(s.last);
	pthread_mutex_unlock(&t->lock);
	return f;
}

/* ---- ahead of need, and past it ------------------------------------------------------ */

enum fault
tutor_expire(int64_t *removed, struct tutor *t, struct store *db, const struct cancel *cancel)
{
	struct arena a;
	struct settings settings;
	const struct known *rows;
	size_t count;
	*removed = 0;
	arena_init(&a);
	enum fault f = tutor_settings_get(&settings, &a, t, db);
	if (f == FAULT_NONE && settings.retention_days > 0 && !store_read_only(db)) {
		int64_t oldest = t->config.clock->wall_ms(t->config.clock->arg) -
				 settings.retention_days * DAY_MS;
		f = memory_known(&rows, &count, &a, t, db);
		for (size_t i = 0; f == FAULT_NONE && i < count; i++)
			if (rows[i].has_title && !rows[i].gone && rows[i].updated < oldest) {
				f = tutor_conversation_delete(t, db, rows[i].id);
				*removed += f == FAULT_NONE;
				if (f == FAULT_ABSENT)
					f = FAULT_NONE;
				if (f == FAULT_NONE)
					f = cancel_check(cancel);
			}
	}
	arena_clear(&a);
	return f;
}

enum fault
tutor_index_warm(struct tutor *t, struct store *db, const struct cancel *cancel)
{
	pthread_mutex_lock(&t->lock);
	enum fault f = said_follow(t, db, cancel);
	pthread_mutex_unlock(&t->lock);
	return f;
}
