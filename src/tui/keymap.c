/* The keymap: chords -> action ids, from the table of actions and keys.conf.
 *
 *	[keys]
 *	cite.next = ] | M-.
 *	mouse.toggle = none
 *
 * A chord is up to four keys.  The rows of a set are few (some hundred), so they
 * are searched one by one; what matters is that a person's own line replaces the
 * default of that action and that a chord another action had is taken from it. */
#include <string.h>

#include "key_in.h"

#define CHORD_KEYS 4
#define CHORDS_MAX 512

struct chord { const char *id; unsigned places; keycode keys[CHORD_KEYS]; size_t n; bool own; };
struct keymap {
	struct chord chords[CHORDS_MAX];
	size_t count;
	keycode held[CHORD_KEYS], lost[CHORD_KEYS];
	size_t held_count, lost_count;
	char shown[64];
};

/* Is one the other, or its beginning?  Then one of them could never be reached. */
static bool
begins(const struct chord *a, const struct chord *b)
{
	size_t n = a->n < b->n ? a->n : b->n;
	return memcmp(a->keys, b->keys, n * sizeof a->keys[0]) == 0;
}

static void
chords_drop(struct keymap *m, const char *id)
{
	size_t kept = 0;
	for (size_t i = 0; i < m->count; i++)
		if (!str_same(m->chords[i].id, id))
			m->chords[kept++] = m->chords[i];
	m->count = kept;
}

static enum fault
chord_add(struct keymap *m, const struct action *a, const char *text, bool own)
{
	struct chord c = { .id = a->id, .places = a->places, .own = own };
	enum fault f = key_parse(c.keys, &c.n, CHORD_KEYS, text);
	if (f != FAULT_NONE)
		return f;
	if (m->count == CHORDS_MAX)
		return fault(FAULT_LIMIT, "more than %d keys", CHORDS_MAX);
	size_t kept = 0;
	for (size_t i = 0; own && i < m->count; i++) {
		const struct chord *o = &m->chords[i];
		bool clash = begins(o, &c) && o->places & c.places;
		if (clash && o->own && !str_same(o->id, c.id))
			return fault(FAULT_INPUT, "\"%s\" cannot be told from the keys of %s", text + strspn(text, " "), o->id);
		if (!clash || o->own)
			m->chords[kept++] = *o;
	}
	if (own)
		m->count = kept;
	m->chords[m->count++] = c;
	return FAULT_NONE;
}

/* "a|b": each a chord. A lone "|" between blanks is no chord. */
static enum fault
chords_add(struct keymap *m, const struct action *a, const char *list, bool own)
{
	char copy[256], *save = NULL;
	if (strlen(list) >= sizeof copy)
		return fault(FAULT_INPUT, "keys of more than %zu bytes", sizeof copy - 1);
	strcpy(copy, list);
	for (char *w = strtok_r(copy, "|", &save); w != NULL; w = strtok_r(NULL, "|", &save)) {
		enum fault f = chord_add(m, a, w, own);
		if (f != FAULT_NONE)
			return f;
	}
	return FAULT_NONE;
}

static enum fault
own_line(const char *section, const char *name, const char *value, int line, void *arg)
{
	struct keymap *m = arg;
	(void)line;
	if (!str_same(section, "keys"))
		return fault(FAULT_INPUT, "[%s] is no part of keys.conf; there is [keys]", section);
	const struct action *a = action_find(name);
	if (a == NULL)
		return fault(FAULT_INPUT, "\"%s\" is no action (stoa keys lists them)", name);
	chords_drop(m, a->id);
	if (value[strspn(value, " \t|")] == '\0')
		return fault(FAULT_INPUT, "%s has no key here; \"none\" takes its keys away", name);
	return str_same(value, "none") ? FAULT_NONE : chords_add(m, a, value, true);
}

enum fault
keymap_load(struct keymap **out, const char *set, const char *user_file)
{
	struct keymap *m = mem_new(sizeof *m);
	bool vi = str_same(set, "vi");
	enum fault f = FAULT_NONE;
	for (size_t i = 0; i < action_count && f == FAULT_NONE; i++)
		f = chords_add(m, &actions[i], vi && actions[i].vi != NULL ? actions[i].vi : actions[i].plain, false);
	if (f == FAULT_NONE && user_file != NULL) {
		struct keymap before = *m;
		f = ini_read(user_file, own_line, m);
		if (f == FAULT_ABSENT)
			f = FAULT_NONE;
		else if (f != FAULT_NONE)
			*m = before;           /* the defaults, and the sentence says which line */
	}
	if (f == FAULT_NONE && set != NULL && !vi && !str_same(set, "plain"))
		f = fault(FAULT_INPUT, "\"%s\" is no set of keys; there are plain and vi", set);
	*out = m;
	return f;
}

void
keymap_free(struct keymap *m)
{
	mem_free(m);
}

/* In the input line a chord that begins with text is text, but for those that an
 * empty line gives away. */
static bool
works(const struct chord *c, unsigned places)
{
	bool text = c->keys[0] >= ' ' && c->keys[0] != 127 && c->keys[0] < KEY_MOD_ALT;
	if (text && places & PLACE_INPUT)
		return (c->places & places & PLACE_EMPTY) != 0;
	return (c->places & places) != 0;
}

enum keymap_found
keymap_feed(const char **id, struct keymap *m, unsigned places, keycode k)
{
	const struct chord *whole = NULL;
	bool part = false;
	if (m->held_count < CHORD_KEYS)
		m->held[m->held_count++] = k;
	for (size_t i = 0; i < m->count; i++) {
		const struct chord *c = &m->chords[i];
		if (!works(c, places) || c->n < m->held_count ||
			memcmp(c->keys, m->held, m->held_count * sizeof m->held[0]) != 0)
			continue;
		if (c->n > m->held_count)
			part = true;
		else if (whole == NULL || c->own || (whole->places & PLACE_ANY && !(c->places & PLACE_ANY)))
			whole = c;             /* the nearer place wins */
	}
	m->lost_count = m->held_count > 0 ? m->held_count - 1 : 0;
	memcpy(m->lost, m->held, m->lost_count * sizeof m->held[0]);
	if (whole != NULL && !part) {
		m->held_count = 0;
		*id = whole->id;
		return KEYMAP_ACTION;
	}
	if (part)
		return KEYMAP_PART;
	m->held_count = 0;
	return KEYMAP_NONE;
}

size_t
keymap_lost(const keycode **out, const struct keymap *m)
{
	*out = m->lost;
	return m->lost_count;
}

bool
keymap_pending(const struct keymap *m)
{
	return m->held_count > 0;
}

void
keymap_drop(struct keymap *m)
{
	m->held_count = m->lost_count = 0;
}

static void
chord_print(struct text *out, const struct chord *c)
{
	for (size_t k = 0; k < c->n; k++) {
		if (k > 0)
			text_put_c(out, ' ');
		key_print(out, c->keys[k]);
	}
}

void
keymap_chords(struct text *out, const struct keymap *m, const char *id)
{
	bool first = true;
	for (size_t i = 0; i < m->count; i++) {
		if (!str_same(m->chords[i].id, id))
			continue;
		if (!first)
			text_put(out, " | ");
		chord_print(out, &m->chords[i]);
		first = false;
	}
}

const char *
keymap_chord(const struct keymap *m, const char *id, unsigned places)
{
	struct keymap *shown = (struct keymap *)m;
	for (size_t i = 0; i < m->count; i++) {
		const struct chord *c = &m->chords[i];
		if (!str_same(c->id, id) || !works(c, places))
			continue;
		struct text t;
		text_init(&t, sizeof shown->shown - 1);
		chord_print(&t, c);
		strcpy(shown->shown, t.data);
		text_clear(&t);
		return shown->shown;
	}
	return "";
}
