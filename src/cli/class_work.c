/* stoa class assign and its kin: what a class is given to work on.
 *
 * An assignment is named by its id or its title; materials are named like documents
 * everywhere.  A day without an hour is due at its end, in this person's own time. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "cli_in.h"

#define INSTRUCTIONS_MAX ((size_t)32 * 1024)

/* ---- showing ------------------------------------------------------------------- */

static void
assignment_row(struct cli *c, const void *item)
{
	const struct assignment *v = item;
	out_putf(c, PAINT_DIM, "%.8s  ", listing_line(c, v->id));
	out_putf(c, PAINT_DIM, "%-16s  ", v->due ? date_text(&c->arena, v->due) : "whenever");
	out_putf(c, PAINT_BOLD, "%s", listing_line(c, v->title));
	out_putf(c, PAINT_DIM, "  %zu %s%s\n", v->materials.count, v->materials.count == 1 ? "material" : "materials",
		str_same(v->state, "draft") ? ", draft" : "");
}

static enum fault
material_row(struct cli *c, const char *id)
{
	struct id_request request = { id };
	const void *reply = NULL;
	enum fault f = session_call(&reply, c, "document.get", &request, NULL);
	if (f == FAULT_ABSENT || f == FAULT_OFFLINE) {
		out_putf(c, PAINT_DIM, "  %s\n", listing_line(c, id));
		return FAULT_NONE;
	}
	if (f != FAULT_NONE)
		return f;
	const struct document *d = reply;
	out_putf(c, PAINT_NONE, "  %s", listing_line(c, d->title && *d->title ? d->title : d->name));
	out_putf(c, PAINT_DIM, "  %.8s\n", listing_line(c, d->id));
	return FAULT_NONE;
}

static enum fault
assignment_show(struct cli *c, const struct assignment *v)
{
	enum fault f = FAULT_NONE;
	if (c->json) {
		out_record(c, &record_assignment, v);
		return f;
	}
	assignment_row(c, v);
	if (v->instructions && *v->instructions) {
		struct text words;
		text_init(&words, 4 * INSTRUCTIONS_MAX);
		untrusted_text(&words, v->instructions, strlen(v->instructions), UNTRUSTED_STRIP);
		out_put(c, PAINT_NONE, "\n");
		out_wrapped(c, PAINT_NONE, "  ", 2, words.data);
		text_clear(&words);
	}
	if (v->materials.count)
		out_put(c, PAINT_NONE, "\n");
	for (size_t i = 0; i < v->materials.count && f == FAULT_NONE; i++)
		f = material_row(c, v->materials.items[i]);
	return f;
}

/* ---- naming ---------------------------------------------------------------------- */

struct sought_work { const char *ref, *found, *too; };

static enum fault
look_in_class(struct sought_work *s, struct cli *c, const char *class_id)
{
	struct assignment_list request = { .class_id = class_id, .limit = 100 };
	do {
		const void *reply = NULL;
		enum fault f = session_call(&reply, c, "assignment.list", &request, NULL);
		if (f != FAULT_NONE)
			return f;
		const struct assignments *page = reply;
		const struct assignment *items = page->items.items;
		for (size_t i = 0; i < page->items.count; i++) {
			if (!str_same(items[i].id, s->ref) && !str_same(items[i].title, s->ref) &&
				!(strlen(s->ref) >= 4 && str_starts(items[i].id, s->ref)))
				continue;
			s->too = s->found;
			s->found = items[i].id;
		}
		request.cursor = page->items.count ? page->cursor : NULL;
	} while (request.cursor && *request.cursor);
	return FAULT_NONE;
}

static enum fault
look_everywhere(struct sought_work *s, struct cli *c)
{
	struct class_list request = { .limit = 100 };
	enum fault f = FAULT_NONE;
	do {
		const void *reply = NULL;
		f = session_call(&reply, c, "class.list", &request, NULL);
		if (f != FAULT_NONE)
			return f;
		const struct classes *page = reply;
		const struct class *items = page->items.items;
		for (size_t i = 0; i < page->items.count && f == FAULT_NONE; i++)
			f = look_in_class(s, c, items[i].id);
		request.cursor = page->items.count ? page->cursor : NULL;
	} while (f == FAULT_NONE && request.cursor && *request.cursor);
	return f;
}

enum fault
named_assignment(const char **id, struct cli *c, const char *class_id, const char *ref)
{
	struct sought_work s = { .ref = ref };
	if (id_valid(ref)) {
		*id = ref;
		return FAULT_NONE;
	}
	enum fault f = class_id ? look_in_class(&s, c, class_id) : look_everywhere(&s, c);
	if (f != FAULT_NONE)
		return f;
	if (!s.found)
		return fault(FAULT_ABSENT, "no assignment is called %s; stoa class assignments CLASS lists them", ref);
	if (s.too)
		return fault(FAULT_INPUT, "%s may be %.8s or %.8s; say the id", ref, s.found, s.too);
	*id = s.found;
	return FAULT_NONE;
}

/* ---- what is said of one ------------------------------------------------------------ */

/* "2026-03-01", "2026-03-01 18:00" in local time, or RFC 3339. */
static enum fault
due_time(int64_t *out, const char *said)
{
	static const char *const shapes[] = { "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d" };
	for (size_t i = 0; said && i < COUNT_OF(shapes); i++) {
		struct tm tm = { .tm_hour = 23, .tm_min = 59, .tm_isdst = -1 };
		const char *end = strptime(said, shapes[i], &tm);
		struct tm as = tm;
		time_t t = end && *end == '\0' ? mktime(&tm) : -1;
		if (t != -1 && tm.tm_mday == as.tm_mday && tm.tm_mon == as.tm_mon) {
			*out = (int64_t)t * 1000;
			return FAULT_NONE;
		}
	}
	if (!said || time_parse(out, said) == FAULT_NONE)
		return FAULT_NONE;
	return fault(FAULT_INPUT, "%s is no day like 2026-03-01, and no time like \"2026-03-01 18:00\"", said);
}

struct said { const char *instructions; int64_t due; struct text_list materials; };

static enum fault
said_read(struct said *out, struct cli *c)
{
	struct text_list materials = option_texts(&c->args, &c->arena, "material");
	const char *about = option_text(&c->args, "about");
	struct text t;
	enum fault f = due_time(&out->due, option_text(&c->args, "due"));
	if (f == FAULT_NONE && about) {
		text_init(&t, INSTRUCTIONS_MAX);
		f = file_read(&t, about);
		if (f == FAULT_NONE && (!t.len || !utf8_valid(t.data, t.len) || memchr(t.data, 0, t.len)))
			f = fault(FAULT_INPUT, "%s holds no text", about);
		if (f == FAULT_NONE)
			out->instructions = arena_strndup(&c->arena, t.data, t.len);
		text_clear(&t);
	}
	if (f == FAULT_NONE)
		f = session_ready(c);
	return f == FAULT_NONE ? named_documents(&out->materials, c, &materials) : f;
}

/* ---- the verbs ---------------------------------------------------------------------- */

enum fault
verb_class_assignments(struct cli *c)
{
	struct assignment_list request = { .class_id = c->args.operands[0], .limit = 100 };
	const struct listing l = { "assignment.list", &record_assignment, offsetof(struct assignments, items),
		offsetof(struct assignments, cursor), &request.cursor, assignment_row,
		"This class has no assignment; stoa class assign CLASS TITLE makes one." };
	return listing_print(c, &l, &request);
}

enum fault
verb_class_assignment(struct cli *c)
{
	struct assignment_get request = { .class_id = c->args.operands[0] };
	const void *reply = NULL;
	enum fault f = session_ready(c);
	if (f == FAULT_NONE)
		f = named_assignment(&request.id, c, request.class_id, c->args.operands[1]);
	if (f == FAULT_NONE)
		f = session_call(&reply, c, "assignment.get", &request, NULL);
	return f == FAULT_NONE ? assignment_show(c, reply) : f;
}

enum fault
verb_class_assign(struct cli *c)
{
	struct said said = { .due = 0 };
	const void *reply = NULL;
	enum fault f = said_read(&said, c);
	if (f != FAULT_NONE)
		return f;
	const struct assignment_create request = { .class_id = c->args.operands[0], .title = operands_joined(c, 1),
		.instructions = said.instructions, .due = said.due, .materials = said.materials,
		.state = option_given(&c->args, "draft") ? "draft" : "published" };
	f = session_call(&reply, c, "assignment.create", &request, NULL);
	return f == FAULT_NONE ? assignment_show(c, reply) : f;
}

enum fault
verb_class_amend(struct cli *c)
{
	struct said said = { .due = 0 };
	const void *reply = NULL;
	const char *cleared[3] = { NULL };
	enum fault f = said_read(&said, c);
	if (f != FAULT_NONE)
		return f;
	struct assignment_update request = { .class_id = c->args.operands[0],
		.title = option_text(&c->args, "title"), .instructions = said.instructions, .due = said.due,
		.materials = said.materials, .clear = { cleared, 0 },
		.state = option_given(&c->args, "publish") ? "published"
			 : option_given(&c->args, "draft") ? "draft"
							   : NULL };
	static const struct { const char *option, *field; } takes[] = { { "no-due", "due" }, { "no-materials", "materials" } };
	for (size_t i = 0; i < COUNT_OF(takes); i++)
		if (option_given(&c->args, takes[i].option))
			cleared[request.clear.count++] = takes[i].field;
	f = named_assignment(&request.id, c, request.class_id, c->args.operands[1]);
	if (f == FAULT_NONE)
		f = session_call(&reply, c, "assignment.update", &request, NULL);
	return f == FAULT_NONE ? assignment_show(c, reply) : f;
}

enum fault
verb_class_unassign(struct cli *c)
{
	struct assignment_get request = { .class_id = c->args.operands[0] };
	const void *reply = NULL;
	enum fault f = session_ready(c);
	if (f == FAULT_NONE)
		f = named_assignment(&request.id, c, request.class_id, c->args.operands[1]);
	if (f == FAULT_NONE)
		f = session_call(&reply, c, "assignment.delete", &request, NULL);
	if (f == FAULT_NONE && c->json)
		out_record(c, operation_find("assignment.delete")->reply, reply);
	else if (f == FAULT_NONE)
		out_put(c, PAINT_NONE, "The class has this assignment no more.\n");
	return f;
}
