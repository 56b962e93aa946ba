/* Evaluation sets as libraries: JSON lines in, an index in a scratch folder out.
 * One document a title, its paragraphs the passages.  The data stays where it is;
 * without STOA_DATA the programs say so and end well. */
#ifndef SETS_H
#define SETS_H
#include <ftw.h>
#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "../../src/library/find_in.h"

struct set_text { const char *id, *title, *text, *heading; passage_no no; int doc; };
struct set_query { const char *id, *question; int gold; const char **answers; size_t answer_count; int typos; };
struct set {
	struct arena a;
	struct set_text *texts; size_t text_count, text_cap; int docs;
	struct set_query *queries; size_t query_count, query_cap;
	struct index *ix; char folder[64];
	uint32_t **by_doc;        /* doc -> n -> text */
};

#define WORKS(call) do { if ((call) != FAULT_NONE) { fprintf(stderr, "%s: %s\n", #call, fault_sentence()); exit(1); } } while (0)

static inline double
cpu_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static inline const char *
member(struct arena *a, struct json_object *o, const char *name)
{
	struct json_object *v;
	return json_object_object_get_ex(o, name, &v) && v != NULL ? arena_strdup(a, json_object_get_string(v)) : "";
}

typedef void set_line_fn(struct set *s, struct json_object *o, void *arg);
static inline bool
set_lines(struct set *s, const char *data, const char *name, set_line_fn *each, void *arg)
{
	char path[512], *line = NULL;
	size_t cap = 0;
	snprintf(path, sizeof path, "%s/%s", data, name);
	FILE *f = fopen(path, "r");
	if (f == NULL)
		return false;
	while (getline(&line, &cap, f) > 0) {
		struct json_object *o = json_tokener_parse(line);
		if (o != NULL)
			each(s, o, arg);
		json_object_put(o);
	}
	free(line);
	fclose(f);
	return true;
}

static inline struct set_text *
set_add_text(struct set *s, const char *id, const char *title, const char *text)
{
	bool fresh = s->text_count == 0 || strcmp(s->texts[s->text_count - 1].title, title) != 0 || *title == '\0';
	mem_reserve(&s->texts, &s->text_cap, s->text_count + 1, sizeof *s->texts);
	s->docs += fresh;
	s->texts[s->text_count] = (struct set_text){ .id = id, .title = title, .text = text, .doc = s->docs };
	return &s->texts[s->text_count++];
}

static inline void
line_text(struct set *s, struct json_object *o, void *arg)
{
	(void)arg;
	set_add_text(s, member(&s->a, o, "id"), member(&s->a, o, "title"), member(&s->a, o, "text"));
}

static inline void
line_query(struct set *s, struct json_object *o, void *arg)
{
	struct json_object *v;
	(void)arg;
	mem_reserve(&s->queries, &s->query_cap, s->query_count + 1, sizeof *s->queries);
	struct set_query *q = &s->queries[s->query_count++];
	*q = (struct set_query){ .id = member(&s->a, o, "id"), .question = member(&s->a, o, "question"), .gold = -1 };
	const char *doc = member(&s->a, o, "doc");
	for (size_t i = 0; i < s->text_count; i++)
		if (strcmp(s->texts[i].id, doc) == 0)
			q->gold = (int)i;
	q->typos = json_object_object_get_ex(o, "typos", &v) ? json_object_get_int(v) : 0;
	if (json_object_object_get_ex(o, "answers", &v)) {
		q->answer_count = json_object_array_length(v);
		q->answers = arena_alloc(&s->a, (q->answer_count + 1) * sizeof *q->answers);
		for (size_t i = 0; i < q->answer_count; i++)
			q->answers[i] = arena_strdup(&s->a, json_object_get_string(json_object_array_get_idx(v, i)));
	}
}

static inline int
set_unlink(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

/* Index what keep() keeps (NULL: all) in a fresh folder. */
typedef bool set_keep_fn(const struct set *s, size_t text, int arg);
static inline void
set_index(struct set *s, set_keep_fn *keep, int arg)
{
	if (s->ix != NULL) {
		index_close(s->ix);
		nftw(s->folder, set_unlink, 16, FTW_DEPTH | FTW_PHYS);
	}
	snprintf(s->folder, sizeof s->folder, "/tmp/stoa-bench-XXXXXX");
	if (mkdtemp(s->folder) == NULL)
		exit(1);
	WORKS(index_open(&s->ix, s->folder));
	struct index_passage *p = mem_new_array(s->text_count + 1, sizeof *p);
	struct builder b = { 0 };
	s->by_doc = arena_alloc(&s->a, (size_t)(s->docs + 1) * sizeof *s->by_doc);
	for (size_t i = 0, n; i < s->text_count; i = n) {
		size_t count = 0;
		int doc = s->texts[i].doc;
		for (n = i; n < s->text_count && s->texts[n].doc == doc; n++)
			;
		s->by_doc[doc] = arena_alloc(&s->a, (n - i + 1) * sizeof **s->by_doc);
		for (size_t t = i; t < n; t++) {
			s->texts[t].no = UINT64_MAX;
			if (keep != NULL && !keep(s, t, arg))
				continue;
			s->by_doc[doc][count] = (uint32_t)t;
			s->texts[t].no = PASSAGE_NO(doc, count);
			p[count++] = (struct index_passage){ s->texts[t].text, strlen(s->texts[t].text), s->texts[t].heading };
		}
		if (count > 0)
			builder_add(&b, doc, s->texts[i].title, p, count);
	}
	unsigned char *bytes;
	size_t size;
	builder_finish(&bytes, &size, &b);
	builder_clear(&b);
	char path[128];
	snprintf(path, sizeof path, "%s/00000001.seg", s->folder);
	WORKS(file_write(path, bytes, size));
	struct text m;
	text_init(&m, 4096);
	text_printf(&m, "stoa-index %d 1 2\nsegment 00000001.seg\n", INDEX_FORMAT);
	text_printf(&m, "sum %016lx\n", (unsigned long)bytes_check(m.data, m.len));
	snprintf(path, sizeof path, "%s/manifest", s->folder);
	WORKS(file_write(path, m.data, m.len));
	text_clear(&m);
	mem_free(bytes);
	mem_free(p);
}

static inline void
set_close(struct set *s)
{
	if (s->ix != NULL) {
		index_close(s->ix);
		nftw(s->folder, set_unlink, 16, FTW_DEPTH | FTW_PHYS);
	}
	mem_free(s->texts);
	mem_free(s->queries);
	arena_clear(&s->a);
	*s = (struct set){ 0 };
}

static inline size_t
set_text_of(const struct set *s, passage_no no)
{
	return s->by_doc[PASSAGE_DOC(no)][PASSAGE_N(no)];
}

static inline enum fault
set_read(struct passage *p, struct arena *a, passage_no no, void *arg)
{
	const struct set *s = arg;
	size_t t = set_text_of(s, no);
	(void)a;
	*p = (struct passage){ .file_id = s->texts[t].id, .title = s->texts[t].title, .heading = s->texts[t].heading, .text = s->texts[t].text, .n = (int64_t)t, .end = (int64_t)strlen(s->texts[t].text) };
	return FAULT_NONE;
}

static inline struct found *
set_find(struct arena *a, struct set *s, const char *question, int passages)
{
	struct found *found;
	struct finder from = { .ix = s->ix, .read = set_read, .arg = s, .allow = { .all = true } };
	struct find_request req = { .query = question, .passages = passages, .sentences = 24 };
	WORKS(find_run(&found, a, &from, &req, NULL));
	return found;
}

static inline bool
holds_answer(const char *text, const struct set_query *q)
{
	for (size_t i = 0; i < q->answer_count; i++)
		if (strstr(text, q->answers[i]) != NULL)
			return true;
	return false;
}

struct graded { double score; bool good; };
static inline int
by_grade(const void *a, const void *b)
{
	const struct graded *x = a, *y = b;
	return x->score < y->score ? -1 : x->score > y->score;
}

/* Area under the ROC curve: how often a good one scores over a bad one. */
static inline double
auroc(struct graded *g, size_t n)
{
	double rank_sum = 0, good = 0;
	qsort(g, n, sizeof *g, by_grade);
	for (size_t i = 0, j; i < n; i = j) {
		for (j = i; j < n && g[j].score == g[i].score; j++)
			;
		for (size_t k = i; k < j; k++)
			if (g[k].good) {
				rank_sum += (double)(i + j + 1) / 2;
				good++;
			}
	}
	double bad = (double)n - good;
	return good > 0 && bad > 0 ? (rank_sum - good * (good + 1) / 2) / (good * bad) : 0;
}

/* Share of bad ones let through when `kept` of the good are. g sorted by auroc(). */
static inline double
false_at(const struct graded *g, size_t n, double kept)
{
	size_t good = 0, seen = 0, bad = 0, through = 0;
	for (size_t i = 0; i < n; i++)
		good += g[i].good;
	bad = n - good;
	for (size_t i = n; i-- > 0;) {
		if (g[i].good && (double)++seen >= kept * (double)good)
			break;
		through += !g[i].good;
	}
	return bad ? (double)through / (double)bad : 0;
}

/* Expected calibration error over ten bins. */
static inline double
calibration_error(const struct graded *g, size_t n)
{
	double sum[10] = { 0 }, good[10] = { 0 }, count[10] = { 0 }, e = 0;
	for (size_t i = 0; i < n; i++) {
		int bin = (int)(g[i].score * 10);
		bin = bin > 9 ? 9 : bin < 0 ? 0 : bin;
		sum[bin] += g[i].score;
		good[bin] += g[i].good;
		count[bin]++;
	}
	for (int b = 0; b < 10; b++)
		e += fabs(sum[b] - good[b]);
	return n ? e / (double)n : 0;
}

#endif
