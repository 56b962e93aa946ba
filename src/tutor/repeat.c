/* The same question again over the same sources: the answer that was given.
 *
 * The key is a sum over the question, what was asked with it, and every source
 * that its asker may see, each by a number that no other text ever has: so an
 * answer is shared only by people who see the very same documents, and any
 * change of them is another key.  A question that leans on turns before is never
 * looked up.  What is found is read back and its quotations verified again, as
 * if it had just been made.  Kept in memory only, an hour at most.
 */
#include <string.h>
#include "tutor_in.h"

#define ENTRIES 1024
#define ENTRY_BYTES_MAX (128u * 1024)
#define ALL_BYTES_MAX (24u * 1024 * 1024)
#define KEPT_MS (60 * 60 * (int64_t)1000)

struct entry { unsigned char key[REPEAT_KEY_BYTES]; char *json; size_t len; int64_t until_ms; };
struct tutor_answers {
	pthread_mutex_t lock;
	const struct clock *clock;
	struct entry entries[ENTRIES];   /* a ring: the oldest goes */
	size_t next, bytes;
};

struct tutor_answers *
tutor_answers_new(const struct clock *clock)
{
	struct tutor_answers *as = mem_new(sizeof *as);
	as->clock = clock;
	pthread_mutex_init(&as->lock, NULL);
	return as;
}

static void
drop(struct tutor_answers *as, struct entry *e)
{
	vault_wipe(e->json, e->json == NULL ? 0 : e->len);
	mem_free(e->json);
	as->bytes -= e->len;
	*e = (struct entry){ .json = NULL };
}

void
tutor_answers_forget(struct tutor_answers *as)
{
	if (as == NULL)
		return;
	pthread_mutex_lock(&as->lock);
	for (size_t i = 0; i < ENTRIES; i++)
		drop(as, &as->entries[i]);
	pthread_mutex_unlock(&as->lock);
}

void
tutor_answers_free(struct tutor_answers *as)
{
	if (as == NULL)
		return;
	tutor_answers_forget(as);
	pthread_mutex_destroy(&as->lock);
	mem_free(as);
}

/* ---- the key ------------------------------------------------------------------ */

static void
put_list(struct text *t, const struct text_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		text_printf(t, "%zu:%s", strlen(list->items[i]), list->items[i]);
	text_put_c(t, '\n');
}

static void
put_field(struct text *t, const char *s)
{
	text_printf(t, "%s\n", s == NULL ? "" : s);
}

enum fault
repeat_key(bool *out, unsigned char key[REPEAT_KEY_BYTES], struct work *w)
{
	const struct message_send *req = w->req;
	unsigned char sources[LIBRARY_SOURCES_BYTES];
	struct text t;
	*out = w->t->config.answers != NULL && req->context == NULL && w->past.total == 0 &&
	       w->route.intent != INTENT_SMALLTALK && w->route.intent != INTENT_QUIZ;
	if (!*out)
		return FAULT_NONE;
	enum fault f = library_sources(sources, w->t->library, w->db);
	if (f != FAULT_NONE)
		return f;
	text_init(&t, 256 * 1024);
	text_put_n(&t, sources, sizeof sources);
	put_field(&t, words_squeeze(w->a, req->content, strlen(req->content)));
	put_field(&t, req->subject);
	put_field(&t, req->mode);
	put_field(&t, w->settings.language);
	put_field(&t, w->settings.level);
	put_field(&t, w->settings.answers);
	put_list(&t, &req->documents);
	put_list(&t, &req->domains);
	put_list(&t, &w->settings.subjects);
	*out = !t.over;
	vault_sum(key, REPEAT_KEY_BYTES, t.data, t.len);
	vault_wipe(t.data, t.cap);
	text_clear(&t);
	return FAULT_NONE;
}

/* ---- finding --------------------------------------------------------------------- */

static int64_t
now_ms(const struct tutor_answers *as)
{
	return as->clock->mono_ms(as->clock->arg);
}

static char *
take_copy(struct arena *a, struct tutor_answers *as, const unsigned char key[REPEAT_KEY_BYTES])
{
	char *json = NULL;
	pthread_mutex_lock(&as->lock);
	for (size_t i = 0; i < ENTRIES && json == NULL; i++) {
		struct entry *e = &as->entries[i];
		if (e->json == NULL || memcmp(e->key, key, REPEAT_KEY_BYTES) != 0)
			continue;
		if (now_ms(as) < e->until_ms)
			json = arena_strndup(a, e->json, e->len);
		else
			drop(as, e);
	}
	pthread_mutex_unlock(&as->lock);
	return json;
}

/* Only what still stands word for word is said again. */
static bool
holds(struct work *w, const struct record_list *list)
{
	struct citation *c = list->items;
	for (size_t i = 0; i < list->count; i++)
		if (library_verify(&c[i], w->a, w->t->library, w->db) != FAULT_NONE || !c[i].verified)
			return false;
	return true;
}

bool
repeat_find(struct work *w, const unsigned char key[REPEAT_KEY_BYTES])
{
	void *record = NULL;
	const struct message fresh = *w->m;
	char *json = take_copy(w->a, w->t->config.answers, key);
	if (json == NULL || record_from_json(&record, w->a, &record_message, json, strlen(json)) != FAULT_NONE)
		return false;
	struct message *m = record;
	if (!holds(w, &m->citations) || !holds(w, &m->nearest))
		return false;
	*w->m = *m;
	w->m->id = fresh.id;
	w->m->conversation_id = fresh.conversation_id;
	w->m->created = fresh.created;
	w->m->usage = NULL;              /* it cost nothing */
	w->citation_count = m->citations.count;
	mem_reserve(&w->citations, &w->citation_cap, w->citation_count, sizeof *w->citations);
	if (w->citation_count > 0)
		memcpy(w->citations, m->citations.items, w->citation_count * sizeof *w->citations);
	answer_emit(w);
	return true;
}

/* ---- keeping ------------------------------------------------------------------------ */

void
repeat_keep(struct work *w, const unsigned char key[REPEAT_KEY_BYTES])
{
	struct tutor_answers *as = w->t->config.answers;
	struct text json;
	text_init(&json, ENTRY_BYTES_MAX);
	record_to_json(&json, &record_message, w->m);
	if (json.over || json.len == 0) {
		vault_wipe(json.data, json.cap);
		text_clear(&json);
		return;
	}
	size_t len = json.len;
	struct entry fresh = { .json = text_take(&json), .len = len };
	memcpy(fresh.key, key, sizeof fresh.key);
	pthread_mutex_lock(&as->lock);
	fresh.until_ms = now_ms(as) + KEPT_MS;
	drop(as, &as->entries[as->next]);
	for (size_t i = 1; as->bytes + len > ALL_BYTES_MAX; i++) /* the oldest are ahead */
		drop(as, &as->entries[(as->next + i) % ENTRIES]);
	as->entries[as->next] = fresh;
	as->bytes += len;
	as->next = (as->next + 1) % ENTRIES;
	pthread_mutex_unlock(&as->lock);
}
