/* Taking history out: one walk, four forms.
 *
 * Markdown, text and HTML are for reading: everything in them passes the
 * sanitiser, and citations carry what they are worth now.  JSON is for taking in
 * again: it keeps what was sealed, byte for byte, and trusts to import to check.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "export_in.h"

static const struct export_form *const forms[] = { &export_markdown, &export_json, &export_html,
	&export_text };

const char *
export_line(struct arena *a, const struct message *m)
{
	const char *line = "";
	if (!str_same(m->role, "stoa"))
		return line;
	if (m->support != NULL && m->support->sentences > 0)
		line = arena_printf(a, "support %lld/%lld", (long long)m->support->verified,
			(long long)m->support->sentences);
	if (m->mode != NULL && m->citations.count > 0)
		line = arena_printf(a, "%s%s%s%s%s", line, *line ? " \u00b7 " : "", m->mode,
			m->model ? " " : "", m->model ? m->model : "");
	if (m->confidence != NULL && str_same(m->status, "answered"))
		line = arena_printf(a, "%s%sconfidence %.0f", line, *line ? " \u00b7 " : "",
			m->confidence->score);
	if (m->rating != 0)
		line = arena_printf(a, "%s%srated %s", line, *line ? " \u00b7 " : "",
			m->rating > 0 ? "good" : "bad");
	if (m->note != NULL && *m->note)
		line = arena_printf(a, "%s%s%s", line, *line ? " \u00b7 " : "", m->note);
	return untrusted_line(a, line);
}

/* A file name from a title: letters, digits and hyphens. */
static const char *
file_name(struct arena *a, const char *title, const char *format)
{
	char slug[49];
	size_t n = 0;
	for (const char *c = title; *c != '\0' && n < sizeof slug - 1; c++) {
		if (isalnum((unsigned char)*c) && (unsigned char)*c < 128)
			slug[n++] = (char)tolower((unsigned char)*c);
		else if (n > 0 && slug[n - 1] != '-')
			slug[n++] = '-';
	}
	while (n > 0 && slug[n - 1] == '-')
		n--;
	slug[n] = '\0';
	return arena_printf(a, "%s.%s", n ? slug : "conversation", format);
}

static enum fault
export_one(struct exporting *e, const struct export_form *form, const char **title_out,
	struct tutor *t, struct store *db, const char *id)
{
	struct kept_title *title = NULL;
	struct kept_chain chain = { 0 };
	enum fault f = kept_title_get(&title, e->a, db, id);
	if (f == FAULT_NONE)
		f = form->verify ? kept_chain_whole(&chain, e->a, db, id)
				 : kept_chain_read(&chain, e->a, db, id);
	if (f == FAULT_NONE && form->verify)
		f = transcript_verify(&chain, e->a, t, db);
	if (f == FAULT_NONE) {
		form->conversation(e, id, title, &chain);
		e->conversations++;
		*title_out = title->title ? title->title : "";
	}
	kept_chain_clear(&chain);
	return f;
}

static int
oldest_first(const void *x, const void *y)
{
	const struct known *a = x, *b = y;
	return a->created < b->created ? -1 : a->created > b->created ? 1 : strcmp(a->id, b->id);
}

static enum fault
export_all(struct exporting *e, const struct export_form *form, struct tutor *t, struct store *db)
{
	const struct known *rows;
	struct arena one, *whole = e->a;
	size_t count;
	const char *title;
	enum fault f = memory_known(&rows, &count, whole, t, db);
	if (f != FAULT_NONE)
		return f;
	qsort((void *)rows, count, sizeof *rows, oldest_first);
	arena_init(&one);
	e->a = &one;
	for (size_t i = 0; i < count && f == FAULT_NONE; i++) {
		if (!rows[i].has_title || rows[i].gone)
			continue;
		f = export_one(e, form, &title, t, db, rows[i].id);
		if (f == FAULT_ABSENT)
			f = FAULT_NONE; /* deleted meanwhile */
		arena_clear(&one);
	}
	e->a = whole;
	return f;
}

enum fault
tutor_export(struct exported *out, struct arena *a, struct tutor *t, struct store *db,
	const struct export_run *req)
{
	const char *wanted = req->format && *req->format ? req->format : "md",
		   *title = "stoa-history";
	const struct export_form *form = NULL;
	for (size_t i = 0; i < COUNT_OF(forms); i++)
		if (str_same(forms[i]->name, wanted))
			form = forms[i];
	if (form == NULL)
		return fault(
			FAULT_INPUT, "'%s' is not a form of export: md, json, html or txt", wanted);
	struct text body;
	text_init(&body, EXPORT_BYTES_MAX);
	struct exporting e = {
		.out = &body, .a = a, .now_ms = t->config.clock->wall_ms(t->config.clock->arg)
	};
	form->begin(&e);
	enum fault f = req->id != NULL ? export_one(&e, form, &title, t, db, req->id)
				       : export_all(&e, form, t, db);
	if (f == FAULT_NONE) {
		form->end(&e);
		f = text_check(&body, "the export");
	}
	if (f == FAULT_NONE)
		*out = (struct exported){ .name = file_name(a, title, form->name),
			.format = form->name,
			.body = arena_strndup(a, body.data ? body.data : "", body.len) };
	if (body.data != NULL)
		explicit_bzero(body.data, body.len);
	text_clear(&body);
	return f;
}
