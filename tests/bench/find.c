/* How fast finding is as a library grows: passages mixed anew from the sentences of
 * the evaluation sets, with rare words of their own so that the vocabulary grows.
 *
 *	find [DATA] [PASSAGES...]     (2000 and 100000 when not said)
 */
#include "sets.h"

#define PER_DOCUMENT 100u

struct pool { const char **sentences; size_t count, cap; };

static void
pool_sentences(struct pool *p, struct set *s)
{
	for (size_t i = 0; i < s->text_count; i++) {
		struct range *r;
		size_t n = library_sentences(&r, s->texts[i].text, strlen(s->texts[i].text));
		for (size_t k = 0; k < n; k++) {
			mem_reserve(&p->sentences, &p->cap, p->count + 1, sizeof *p->sentences);
			p->sentences[p->count++] = arena_strndup(&s->a, s->texts[i].text + r[k].start, r[k].end - r[k].start);
		}
		mem_free(r);
	}
}

static uint32_t
next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

/* A passage of about 110 words. */
static char *
mix_passage(const struct pool *p, uint64_t *state)
{
	struct text t;
	text_init(&t, 8192);
	while (t.len < 640) {
		text_put(&t, p->sentences[next_random(state) % p->count]);
		text_put_c(&t, ' ');
	}
	uint32_t rare = next_random(state) % 60000;
	text_printf(&t, "The %c%c%c%x factor.", 'a' + rare % 26, 'e' + rare % 7, 'k' + rare % 11, rare);
	return text_take(&t);
}

static int
by_time(const void *a, const void *b)
{
	const double *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

static size_t
folder_bytes(const char *folder)
{
	char command[160];
	snprintf(command, sizeof command, "du -sb %s", folder);
	FILE *f = popen(command, "r");
	unsigned long bytes = 0;
	if (f == NULL || fscanf(f, "%lu", &bytes) != 1)
		bytes = 0;
	if (f != NULL)
		pclose(f);
	return bytes;
}

struct times { double *ms; size_t n; };

static double
p95(struct times *t)
{
	qsort(t->ms, t->n, sizeof *t->ms, by_time);
	return t->n ? t->ms[t->n * 95 / 100] : 0;
}

static char **all_texts;

static enum fault
read_mixed(struct passage *p, struct arena *a, passage_no no, void *arg)
{
	(void)a, (void)arg;
	size_t t = (size_t)(PASSAGE_DOC(no) - 1) * PER_DOCUMENT + PASSAGE_N(no);
	*p = (struct passage){ .file_id = "mixed", .title = "Mixed", .text = all_texts[t], .n = (int64_t)t, .end = (int64_t)strlen(all_texts[t]) };
	return FAULT_NONE;
}

/* Candidates alone, as ENGINE counts retrieval: read the query, fetch, judge. */
static double
retrieve(struct index *ix, const char *question)
{
	static const struct bm25 p = { .9, .8, 1, .5 };
	struct arena a;
	struct query q;
	struct snapshot *s;
	struct candidate c[64];
	struct allow all = { .all = true };
	bool damaged;
	arena_init(&a);
	double started = cpu_ms();
	WORKS(index_snapshot(&s, ix));
	query_read(&q, &a, s, question, NULL);
	size_t n = search_top(c, 64, s, &q, &p, &all, false, &damaged);
	rank_candidates(c, n, s, &q, &p);
	snapshot_release(s);
	double ms = cpu_ms() - started;
	arena_clear(&a);
	return ms;
}

static void
measure(struct set *s, const struct pool *pool, size_t passages)
{
	char folder[] = "/tmp/stoa-bench-XXXXXX";
	struct index *ix;
	uint64_t state = 1;
	size_t text_bytes = 0;
	if (mkdtemp(folder) == NULL)
		exit(1);
	all_texts = mem_new_array(passages + PER_DOCUMENT, sizeof *all_texts);
	for (size_t i = 0; i < passages; i++) {
		all_texts[i] = mix_passage(pool, &state);
		text_bytes += strlen(all_texts[i]);
	}
	WORKS(index_open(&ix, folder));
	double started = cpu_ms();
	for (size_t i = 0; i < passages; i += PER_DOCUMENT) {
		struct index_passage p[PER_DOCUMENT];
		size_t n = passages - i < PER_DOCUMENT ? passages - i : PER_DOCUMENT;
		for (size_t k = 0; k < n; k++)
			p[k] = (struct index_passage){ all_texts[i + k], strlen(all_texts[i + k]), NULL };
		WORKS(index_add(ix, (int64_t)(i / PER_DOCUMENT) + 1, "Mixed", p, n, NULL));
	}
	double built = cpu_ms() - started;
	WORKS(index_merge(ix, NULL));
	double merged = cpu_ms() - started;
	printf("%zu passages: build %.0f passages/s (%.0f with the last merge)  (10000 / 18000)\n", passages, (double)passages / built * 1e3, (double)passages / merged * 1e3);
	printf("%zu passages: size against text %.3f  (.35 / .20)\n", passages, (double)folder_bytes(folder) / (double)text_bytes);
	struct times retrieval = { mem_new_array(1000, sizeof(double)), 0 }, whole = { mem_new_array(1000, sizeof(double)), 0 };
	struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < s->query_count && retrieval.n < 1000; i += s->query_count / 1000 + 1) {
		retrieval.ms[retrieval.n++] = retrieve(ix, s->queries[i].question);
		struct found *found;
		struct finder from = { .ix = ix, .read = read_mixed, .allow = { .all = true } };
		struct find_request req = { .query = s->queries[i].question };
		started = cpu_ms();
		WORKS(find_run(&found, &a, &from, &req, NULL));
		whole.ms[whole.n++] = cpu_ms() - started;
		arena_clear(&a);
	}
	printf("%zu passages: retrieval p95 %.3f ms CPU  (2 at 2k, 10 at 100k, 50 at 1M / .5, 1, 5)\n", passages, p95(&retrieval));
	printf("%zu passages: whole find p95 %.3f ms CPU\n", passages, p95(&whole));
	index_close(ix);
	started = cpu_ms();
	WORKS(index_open(&ix, folder));
	printf("%zu passages: open %.2f ms CPU\n", passages, cpu_ms() - started);
	index_close(ix);
	nftw(folder, set_unlink, 16, FTW_DEPTH | FTW_PHYS);
	for (size_t i = 0; i < passages; i++)
		mem_free(all_texts[i]);
	mem_free(all_texts);
	mem_free(retrieval.ms);
	mem_free(whole.ms);
}

int
main(int argc, char **argv)
{
	const char *data = argc > 1 ? argv[1] : getenv("STOA_DATA");
	struct set s = { 0 };
	struct pool pool = { 0 };
	arena_init(&s.a);
	if (data == NULL || !set_lines(&s, data, "squad/docs-v1.1.jsonl", line_text, NULL) || !set_lines(&s, data, "squad/queries-v1.1.jsonl", line_query, NULL)) {
		puts("find: no evaluation data; name its folder or set STOA_DATA");
		return 0;
	}
	(void)set_lines(&s, data, "npl/docs.jsonl", line_text, NULL);
	(void)set_lines(&s, data, "cisi/docs.jsonl", line_text, NULL);
	pool_sentences(&pool, &s);
	if (argc <= 2) {
		measure(&s, &pool, 2000);
		measure(&s, &pool, 100000);
	}
	for (int i = 2; i < argc; i++)
		measure(&s, &pool, (size_t)strtoul(argv[i], NULL, 10));
	mem_free(pool.sentences);
	set_close(&s);
	return 0;
}
