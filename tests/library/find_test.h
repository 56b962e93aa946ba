/* An index over texts in memory, without documents or a store. */
#ifndef FIND_TEST_H
#define FIND_TEST_H
#include "../stoa_test.h"
#include "../../src/library/find_in.h"

#define DOCS_MAX 64
#define PASSAGES_MAX 64
struct shelf {
	const char *folder; struct index *ix; struct arena a;
	const char *title[DOCS_MAX]; const char *text[DOCS_MAX][PASSAGES_MAX];
};

static inline void
shelf_open(struct shelf *s)
{
	memset(s, 0, sizeof *s);
	s->folder = scratch();
	arena_init(&s->a);
	WELL(index_open(&s->ix, s->folder));
}
static inline void
shelf_close(struct shelf *s)
{
	index_close(s->ix);
	arena_clear(&s->a);
	scratch_remove(s->folder);
}
static inline void
shelf_reopen(struct shelf *s)
{
	index_close(s->ix);
	WELL(index_open(&s->ix, s->folder));
}
/* Texts are borrowed; the list ends with NULL. */
static inline void
shelf_add(struct shelf *s, int doc, const char *title, const char *const texts[])
{
	struct index_passage p[PASSAGES_MAX];
	size_t n = 0;
	s->title[doc] = title;
	for (; texts[n] != NULL; n++) {
		s->text[doc][n] = texts[n];
		p[n] = (struct index_passage){ texts[n], strlen(texts[n]), NULL };
	}
	WELL(index_add(s->ix, doc, title, p, n, NULL));
}
static inline enum fault
shelf_read(struct passage *p, struct arena *a, passage_no no, void *arg)
{
	const struct shelf *s = arg;
	const char *text = s->text[PASSAGE_DOC(no)][PASSAGE_N(no)];
	if (text == NULL)
		return fault(FAULT_ABSENT, "gone");
	*p = (struct passage){ .file_id = arena_printf(a, "doc%d", (int)PASSAGE_DOC(no)), .title = s->title[PASSAGE_DOC(no)], .text = text,
		.n = (int64_t)PASSAGE_N(no), .start = 1000, .end = 1000 + (int64_t)strlen(text) };
	return FAULT_NONE;
}
static inline struct found *
shelf_ask(struct shelf *s, struct find_request req)
{
	struct found *found = NULL;
	struct finder from = { .ix = s->ix, .read = shelf_read, .arg = s, .allow = { .all = true } };
	WELL(find_run(&found, &s->a, &from, &req, NULL));
	return found;
}
static inline struct found *
shelf_find(struct shelf *s, const char *query)
{
	return shelf_ask(s, (struct find_request){ .query = query });
}
#define TEXTS(...) (const char *const[]){ __VA_ARGS__, NULL }
#endif
