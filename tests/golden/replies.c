/* The scripted backend: blocks of a file, played as messages on the loop.
 *
 * A call keeps its place in its block; each message says one line of it, so that
 * calls interleave as they would.  Records are read by the engine's own tables: a
 * misspelt field in a script is a fault here and a red test. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replies.h"

#define LINES_MAX 4096
#define SCRIPT_MAX (4u * 1024 * 1024)

struct scripted {
	struct backend *b;
	const struct operation *op;
	struct backend_handlers handlers;
	unsigned id;
	size_t line;
	char *request;
	bool held, cancelled, posted;
	struct scripted *next;
};
struct backend {
	struct loop *loop;
	struct text script, asked;
	const char *filler, *filler_status;
	char *said[16];
	size_t said_count;
	char *lines[LINES_MAX];
	size_t count;
	struct scripted *calls;
	unsigned next_id, waiting;
	const char *lock, *word;
	struct backend_waiting waits;
	bool locked;
	int64_t messages;
	struct { const char *operation; unsigned count; } counts[32];
};

static void play(void *arg);

static _Noreturn void
wrong(const char *line)
{
	fprintf(stderr, "replies: not understood: %.200s (%s)\n", line, fault_sentence());
	exit(2);
}

static const char *
after(const char *line, const char *word)
{
	size_t n = strlen(word);
	return strncmp(line, word, n) == 0 && (line[n] == ' ' || line[n] == '\0') ? line + n + (line[n] == ' ') : NULL;
}

static void
lines_take(struct backend *b, char *at)
{
	char *line;
	while ((line = strsep(&at, "\n")) != NULL && b->count < LINES_MAX)
		if (*line != '\0' && *line != '#') {
			const char *rest;
			if ((rest = after(line, "lock")) != NULL)
				b->lock = rest;
			else if ((rest = after(line, "word")) != NULL)
				b->word = rest;
			else if ((rest = after(line, "waits")) != NULL)
				b->waits.waiting = (size_t)(rest[0] - '0'), b->waits.refused = (size_t)(rest[2] - '0');
			else if ((rest = after(line, "messages")) != NULL)
				b->messages = strtoll(rest, NULL, 10);
			else
				b->lines[b->count++] = line;
		}
}

void
replies_say(struct backend *b, const char *block)
{
	if (b->said_count == COUNT_OF(b->said))
		wrong("too much is said");
	b->said[b->said_count] = mem_strdup(block);
	lines_take(b, b->said[b->said_count++]);
}

enum fault
replies_open(struct backend **out, const char *path, struct loop *loop)
{
	struct backend *b = mem_new(sizeof *b);
	text_init(&b->script, SCRIPT_MAX);
	text_init(&b->asked, 64 * 1024);
	b->loop = loop;
	b->lock = "open";
	enum fault f = file_read(&b->script, path);
	if (f != FAULT_NONE) {
		backend_close(b);
		return f;
	}
	lines_take(b, b->script.data);
	b->locked = !str_same(b->lock, "open");
	*out = b;
	return FAULT_NONE;
}

void
backend_close(struct backend *b)
{
	if (b == NULL)
		return;
	while (b->calls != NULL) {
		struct scripted *c = b->calls;
		b->calls = c->next;
		if (c->handlers.done != NULL)        /* every call has its end, as with a real one */
			c->handlers.done(&(struct backend_done){ FAULT_CANCELLED, "cancelled", c->op, NULL }, c->handlers.arg);
		mem_free(c->request);
		mem_free(c);
	}
	while (b->said_count > 0)
		mem_free(b->said[--b->said_count]);
	text_clear(&b->script);
	text_clear(&b->asked);
	mem_free(b);
}

const char *backend_word(const struct backend *b) { return b->word != NULL ? b->word : "LOCAL"; }
const char *backend_why(const struct backend *b) { (void)b; return ""; }
void backend_on_word(struct backend *b, loop_fn *changed, void *arg) { (void)b, (void)changed, (void)arg; }
struct backend_waiting backend_waiting(const struct backend *b) { return b->waits; }
enum fault
backend_sync(unsigned *id, struct backend *b, bool held, const struct backend_handlers *h)
{
	(void)id, (void)b, (void)held, (void)h;
	return fault(FAULT_INPUT, "there is no server to deliver to");
}
bool replies_quiet(const struct backend *b) { return b->waiting == 0; }
const char *replies_asked(const struct backend *b) { return b->asked.len > 0 ? b->asked.data : ""; }

unsigned
replies_count(const struct backend *b, const char *operation)
{
	for (size_t i = 0; i < COUNT_OF(b->counts) && b->counts[i].operation != NULL; i++)
		if (str_same(b->counts[i].operation, operation))
			return b->counts[i].count;
	return 0;
}

static void
count(struct backend *b, const char *operation)
{
	for (size_t i = 0; i < COUNT_OF(b->counts); i++)
		if (b->counts[i].operation == NULL || str_same(b->counts[i].operation, operation)) {
			b->counts[i].operation = operation;
			b->counts[i].count++;
			return;
		}
}

static void
post(struct backend *b, loop_fn *fn, void *arg)
{
	b->waiting++;
	if (loop_post(b->loop, fn, arg) != FAULT_NONE)
		wrong("the queue of the loop is full");
}

/* ---- calls ----------------------------------------------------------------------- */

static void
end(struct scripted *c, enum fault f, const char *sentence, const void *reply)
{
	struct backend_done d = { f, sentence, c->op, reply };
	for (struct scripted **at = &c->b->calls; *at != NULL; at = &(*at)->next)
		if (*at == c) {
			*at = c->next;
			break;
		}
	if (c->handlers.done != NULL)
		c->handlers.done(&d, c->handlers.arg);
	mem_free(c->request);
	mem_free(c);
}

static void
say_event(struct scripted *c, const char *rest)
{
	struct arena a;
	void *record = NULL;
	const char *json = strchr(rest, ' ');
	arena_init(&a);
	for (size_t i = 0; json != NULL && i < c->op->event_count; i++) {
		const struct event_type *e = &c->op->events[i];
		if (strncmp(e->name, rest, (size_t)(json - rest)) != 0 || e->name[json - rest] != '\0')
			continue;
		if (record_from_json(&record, &a, e->record, json + 1, strlen(json + 1)) != FAULT_NONE)
			wrong(rest);
		if (c->handlers.event != NULL)
			c->handlers.event(e->name, e->record, record, c->handlers.arg);
	}
	if (record == NULL)
		wrong(rest);
	arena_clear(&a);
}

static void
say_reply(struct scripted *c, const char *json)
{
	struct arena a;
	void *record = NULL;
	arena_init(&a);
	if (record_from_json(&record, &a, c->op->reply, json, strlen(json)) != FAULT_NONE)
		wrong(json);
	end(c, FAULT_NONE, "", record);
	arena_clear(&a);
}

/* A record whose every text is the filler, but what tells records apart and what would
 * ask for another page; lists have two items. */
static void *
filled(struct arena *a, const struct record_type *type, const struct backend *b, int deep)
{
	char *record = record_new(a, type);
	for (size_t i = 0; i < type->count; i++) {
		const struct field *f = &type->fields[i];
		void *at = record + f->offset;
		if (f->kind == FIELD_TEXT && strstr(f->name, "id") == f->name + strlen(f->name) - 2)
			*(const char **)at = "000000000000000000000000000000c1";
		else if (f->kind == FIELD_TEXT && !str_same(f->name, "cursor") && !str_same(f->name, "draft"))
			*(const char **)at = str_same(f->name, "status") ? b->filler_status : str_same(f->name, "role") ? "stoa" : b->filler;
		else if (f->kind == FIELD_INT || f->kind == FIELD_TIME)
			*(int64_t *)at = str_same(f->name, "end") ? 9 : 2;
		else if (f->kind == FIELD_RECORD && deep < 5)
			*(void **)at = filled(a, f->of, b, deep + 1);
		else if (f->kind == FIELD_TEXTS) {
			const char **texts = arena_alloc(a, 2 * sizeof *texts);
			texts[0] = texts[1] = b->filler;
			*(struct text_list *)at = (struct text_list){ texts, 2 };
		} else if (f->kind == FIELD_LIST && deep < 5) {
			char *items = arena_alloc(a, 2 * f->of->size_bytes);
			for (size_t k = 0; k < 2; k++)
				memcpy(items + k * f->of->size_bytes, filled(a, f->of, b, deep + 1), f->of->size_bytes);
			*(struct record_list *)at = (struct record_list){ items, 2 };
		}
	}
	return record;
}

static void
say_filled(struct scripted *c)
{
	struct arena a;
	arena_init(&a);
	end(c, FAULT_NONE, "", filled(&a, c->op->reply, c->b, 0));
	arena_clear(&a);
}

void
replies_filler(struct backend *b, const char *bytes, const char *status)
{
	b->filler = bytes;
	b->filler_status = status;
}

static void
say_fault(struct scripted *c, const char *rest)
{
	for (enum fault f = FAULT_NONE + 1; f <= FAULT_CANCELLED; f++) {
		const char *sentence = after(rest, fault_name(f));
		if (sentence != NULL) {
			end(c, f, sentence, NULL);
			return;
		}
	}
	wrong(rest);
}

/* Messages counted out: questions and answers in turn, all different. */
static void
say_messages(struct scripted *c)
{
	struct arena a;
	void *record = NULL;
	arena_init(&a);
	if (record_from_json(&record, &a, &record_conversation_get, c->request, strlen(c->request)) != FAULT_NONE)
		wrong(c->request);
	const struct conversation_get *r = record;
	int64_t end_at = r->before > 0 && r->before <= c->b->messages + 1 ? r->before : c->b->messages + 1;
	int64_t first = r->limit > 0 && end_at - r->limit > 1 ? end_at - r->limit : 1;
	struct conversation v = { .id = r->id, .title = "A long history", .type = "general", .status = "active",
		.message_count = c->b->messages };
	struct transcript t = { .conversation = &v };
	struct message *m = arena_alloc(&a, (size_t)(end_at - first) * sizeof *m);
	memset(m, 0, (size_t)(end_at - first) * sizeof *m);
	for (int64_t i = first; i < end_at; i++)
		m[i - first] = (struct message){ .id = arena_printf(&a, "%032llx", (unsigned long long)i),
			.conversation_id = r->id, .role = i % 2 ? "user" : "stoa", .status = i % 2 ? "" : "answered",
			.content = i % 2 ? arena_printf(&a, "Question %lld: what limits the rate here?", (long long)i)
				: arena_printf(&a, "Answer %lld. Light limits it at first; beyond the plateau carbon dioxide does, "
					"and at last the enzyme itself.", (long long)i) };
	t.messages = (struct record_list){ m, (size_t)(end_at - first) };
	end(c, FAULT_NONE, "", &t);
	arena_clear(&a);
}

/* One line of the block; then the next turn of the loop. */
static void
play(void *arg)
{
	struct scripted *c = arg;
	struct backend *b = c->b;
	b->waiting--;
	c->posted = false;
	if (c->cancelled) {
		end(c, FAULT_CANCELLED, "cancelled", NULL);
		return;
	}
	if (b->messages > 0 && str_same(c->op->id, "conversation.get")) {
		say_messages(c);
		return;
	}
	const char *line = c->line < b->count ? b->lines[c->line++] : "on", *rest;
	if ((rest = after(line, "reply")) != NULL) {
		say_reply(c, rest);
	} else if ((rest = after(line, "fault")) != NULL) {
		say_fault(c, rest);
	} else if (after(line, "fill") != NULL) {
		say_filled(c);
	} else if (after(line, "hold") != NULL) {
		c->held = true;
	} else if ((rest = after(line, "event")) != NULL) {
		say_event(c, rest);
		c->posted = true;
		post(b, play, c);
	} else if (after(line, "on") != NULL && c->op->writes) {
		say_reply(c, "{}");
	} else if (after(line, "on") != NULL) {
		end(c, FAULT_ABSENT, "nothing is scripted", NULL);
	} else {
		wrong(line);
	}
}

static size_t
block_find(const struct backend *b, const char *operation, const char *request)
{
	size_t found = b->count;
	for (size_t i = 0; i < b->count; i++) {
		const char *rest = after(b->lines[i], "on");
		const char *pattern = rest != NULL ? after(rest, operation) : NULL;
		if (pattern != NULL && strstr(request, pattern) != NULL)
			found = i + 1;
	}
	return found;
}

static unsigned
scripted_start(struct backend *b, const struct operation *op, const char *request, const struct backend_handlers *h)
{
	struct scripted *c = mem_new(sizeof *c);
	text_reset(&b->asked);
	text_printf(&b->asked, "%s %s", op->id, request);
	*c = (struct scripted){ .b = b, .op = op, .handlers = *h, .id = ++b->next_id, .next = b->calls };
	c->request = mem_strdup(request);
	c->line = block_find(b, op->id, c->request);
	b->calls = c;
	count(b, op->id);
	c->posted = true;
	post(b, play, c);
	return c->id;
}

enum fault
backend_outbox_start(struct backend *b, enum backend_outbox_act act, const char *key, const struct backend_handlers *h)
{
	static const char *const acts[] = { "list", "drop", "again" };
	char request[80];
	snprintf(request, sizeof request, "%s %s", acts[act], key != NULL ? key : "");
	(void)scripted_start(b, &backend_outbox_operation, request, h);
	return FAULT_NONE;
}

enum fault
backend_call(unsigned *id, struct backend *b, const char *operation, const void *request, const struct backend_handlers *h)
{
	const struct operation *op = operation_find(operation);
	struct text json;
	if (op == NULL)
		return fault(FAULT_ABSENT, "no operation %s", operation);
	text_init(&json, 1024 * 1024);
	record_to_json(&json, op->request, request);
	*id = scripted_start(b, op, json.data, h);
	text_clear(&json);
	return FAULT_NONE;
}

static void
wake(struct scripted *c)
{
	c->held = false;
	if (!c->posted) {
		c->posted = true;
		post(c->b, play, c);
	}
}

void
backend_cancel(struct backend *b, unsigned id)
{
	for (struct scripted *c = b->calls; c != NULL; c = c->next)
		if (id == 0 || c->id == id) {
			c->cancelled = true;
			wake(c);
		}
}

void
replies_go(struct backend *b)
{
	for (struct scripted *c = b->calls; c != NULL; c = c->next)
		if (c->held)
			wake(c);
}

/* ---- the lock: one passphrase, "open sesame" ---------------------------------- */

struct turning { struct backend *b; backend_lock_fn *done; void *arg; enum fault fault; const char *sentence; };

static void
lock_say(void *arg)
{
	struct turning t = *(struct turning *)arg;
	struct backend_lock state = { .locked = t.b->locked, .slot_count = 1 };
	state.slots[0].type = str_same(t.b->lock, "open") ? BACKEND_OPEN : BACKEND_PASSPHRASE;
	mem_free(arg);
	t.b->waiting--;
	t.done(&(struct backend_lock_done){ t.fault, t.sentence, t.fault == FAULT_NONE ? &state : NULL, 0 }, t.arg);
}

enum fault
backend_lock_start(struct backend *b, const struct backend_lock_request *r, backend_lock_fn *done, void *arg)
{
	struct turning *t = mem_new(sizeof *t);
	*t = (struct turning){ b, done, arg, FAULT_NONE, "" };
	const char *why = after(b->lock, "failed");
	if (why != NULL) {
		t->fault = FAULT_DAMAGED;
		t->sentence = why;
	} else if (r->act == BACKEND_ACT_LOCK) {
		b->locked = true;
	} else if (r->act == BACKEND_ACT_UNLOCK && b->next_id++ == 0) {
		t->fault = FAULT_DENIED;
		t->sentence = "that passphrase does not fit; nothing is lost";
	} else if (r->act == BACKEND_ACT_UNLOCK) {
		b->locked = false;
	}
	post(b, lock_say, t);
	return FAULT_NONE;
}
