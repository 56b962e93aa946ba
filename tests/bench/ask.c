/* Asking, measured through the tutor: time of an answer with its sealing, citations
 * against the stored bytes, refusals, search over sealed history.
 *
 *	ask [PART...]     parts: ask2k ask100k cite refuse history long
 *
 * Questions and articles come from $STOA_DATA/squad; larger libraries are made of
 * the same words in another order.
 */
#include <ftw.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include "stoa/tutor.h"

#define WORKS(call) do { if ((call) != FAULT_NONE) { fprintf(stderr, "%s: %s\n", #call, fault_sentence()); exit(1); } } while (0)

struct paper { char *id, *title, *text; };
struct asked { char *question, *doc; char **answers; size_t answer_count; };
struct data { struct paper *papers; size_t paper_count, paper_cap; struct asked *asked; size_t asked_count, asked_cap; };
struct place { char folder[64], database[96], shelf[96]; struct vault_secret key; struct store *db; struct library *library; struct tutor *tutor; };

static double
now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
line(const char *name, double value, const char *unit, const char *target)
{
	printf("%-44s %10.2f  %-6s (%s)\n", name, value, unit, target);
	fflush(stdout);
}

static int
by_value(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;
	return a < b ? -1 : a > b;
}

static double
quantile(double *all, size_t n, double q)
{
	qsort(all, n, sizeof *all, by_value);
	return n ? all[(size_t)((double)(n - 1) * q)] : 0;
}

/* ---- sets ------------------------------------------------------------------ */

static char *
member(struct json_object *o, const char *name)
{
	struct json_object *v;
	return mem_strdup(json_object_object_get_ex(o, name, &v) ? json_object_get_string(v) : "");
}

static bool
read_lines(struct data *d, const char *name, bool papers)
{
	char path[512], *text = NULL;
	size_t cap = 0;
	snprintf(path, sizeof path, "%s/squad/%s", getenv("STOA_DATA") ? getenv("STOA_DATA") : "", name);
	FILE *f = fopen(path, "r");
	if (f == NULL)
		return false;
	while (getline(&text, &cap, f) > 0) {
		struct json_object *o = json_tokener_parse(text);
		if (papers) {
			mem_reserve(&d->papers, &d->paper_cap, d->paper_count + 1, sizeof *d->papers);
			d->papers[d->paper_count++] = (struct paper){ member(o, "id"), member(o, "title"), member(o, "text") };
		} else {
			mem_reserve(&d->asked, &d->asked_cap, d->asked_count + 1, sizeof *d->asked);
			struct asked *q = &d->asked[d->asked_count++];
			struct json_object *answers = NULL;
			*q = (struct asked){ .question = member(o, "question"), .doc = member(o, "doc") };
			if (json_object_object_get_ex(o, "answers", &answers)) {
				q->answer_count = json_object_array_length(answers);
				q->answers = mem_new_array(q->answer_count + 1, sizeof *q->answers);
			}
			for (size_t i = 0; i < q->answer_count; i++)
				q->answers[i] = mem_strdup(json_object_get_string(json_object_array_get_idx(answers, i)));
		}
		json_object_put(o);
	}
	free(text);
	fclose(f);
	return true;
}

/* ---- a place to work in -------------------------------------------------------- */

static int
unlink_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

static void
place_open(struct place *p)
{
	memset(p, 0, sizeof *p);
	snprintf(p->folder, sizeof p->folder, "/tmp/stoa-bench-XXXXXX");
	if (mkdtemp(p->folder) == NULL)
		exit(1);
	snprintf(p->database, sizeof p->database, "%s/local.db", p->folder);
	snprintf(p->shelf, sizeof p->shelf, "%s/library", p->folder);
	WORKS(vault_start());
	WORKS(vault_key_make(&p->key));
	WORKS(store_open(&p->db, &(struct store_paths){ .database = p->database }, &clock_system));
	WORKS(store_seal_new(p->db, SLOT_KEY_FILE, &p->key, "bench"));
	WORKS(library_open(&p->library, &(struct library_config){ .folder = p->shelf, .clock = &clock_system, .chance = &chance_system }, p->db));
	WORKS(tutor_new(&p->tutor, &(struct tutor_config){ .clock = &clock_system, .chance = &chance_system, .threshold_answer = .8, .threshold_maybe = .5 }, p->library));
}

static void
place_close(struct place *p)
{
	tutor_free(p->tutor);
	library_close(p->library);
	store_close(p->db);
	vault_secret_clear(&p->key);
	nftw(p->folder, unlink_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void
add(struct place *p, const char *name, const char *title, const struct text *t)
{
	struct arena a;
	struct document *d;
	arena_init(&a);
	WORKS(library_add_text(&d, &a, p->library, p->db, name, title, "", t->data, t->len));
	arena_clear(&a);
}

/* One document an article; keep(title) says which. */
static void
add_articles(struct place *p, const struct data *d, bool (*keep)(const char *title))
{
	struct text t;
	text_init(&t, 1 << 24);
	for (size_t i = 0; i < d->paper_count; i++) {
		if (i > 0 && !str_same(d->papers[i].title, d->papers[i - 1].title) && t.len > 0) {
			add(p, d->papers[i - 1].title, d->papers[i - 1].title, &t);
			text_reset(&t);
		}
		if (keep(d->papers[i].title))
			text_printf(&t, "%s\n\n", d->papers[i].text);
	}
	if (t.len > 0)
		add(p, d->papers[d->paper_count - 1].title, d->papers[d->paper_count - 1].title, &t);
	text_clear(&t);
}

static uint64_t
next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Documents of mixed sentences until the library has so many passages. */
static void
fill(struct place *p, const struct data *d, int64_t passages)
{
	uint64_t state = 88172645463325252u;
	struct text t;
	text_init(&t, 1 << 24);
	for (int doc = 0; library_passage_count(p->library) < passages; doc++) {
		char title[40];
		snprintf(title, sizeof title, "Volume %d", doc);
		text_reset(&t);
		for (int i = 0; i < 1200; i++) {
			const char *from = d->papers[next(&state) % d->paper_count].text;
			struct range *r;
			size_t n = library_sentences(&r, from, strlen(from));
			if (n > 0) {
				size_t k = next(&state) % n;
				text_put_n(&t, from + r[k].start, r[k].end - r[k].start);
				text_put(&t, i % 5 == 4 ? "\n\n" : " ");
			}
			mem_free(r);
		}
		add(p, title, title, &t);
	}
	text_clear(&t);
}

/* ---- asking ------------------------------------------------------------------------- */

struct tally { size_t asked, answered, refused, sentences, right, right_first, sure, sure_right, citations, true_ones; double *ms; };

static void
check_citations(struct tally *tally, struct place *p, const struct record_list *list)
{
	const struct citation *c = list->items;
	struct text bytes;
	text_init(&bytes, 1 << 20);
	for (size_t i = 0; i < list->count; i++) {
		tally->citations++;
		WORKS(library_bytes(&bytes, p->library, p->db, c[i].file_id, c[i].start, c[i].end));
		tally->true_ones += c[i].verified && str_same(bytes.data, c[i].quote);
		text_reset(&bytes);
	}
	text_clear(&bytes);
}

static bool
holds(const struct asked *q, const struct citation *c)
{
	for (size_t i = 0; i < q->answer_count; i++)
		if (strstr(c->quote, q->answers[i]) != NULL)
			return true;
	return false;
}

/* Does an answer hold what the set says it must? */
static void
check_right(struct tally *tally, const struct asked *q, const struct message *m)
{
	const struct citation *c = m->citations.items;
	bool right = false;
	if (!str_same(m->status, "answered") || m->citations.count == 0)
		return;
	for (size_t i = 0; i < m->citations.count; i++)
		right |= holds(q, &c[i]);
	tally->sentences += m->citations.count;
	tally->right += right;
	tally->right_first += holds(q, &c[0]);
	if (m->confidence != NULL && str_same(m->confidence->band, "answer")) {
		tally->sure++;
		tally->sure_right += right;
	}
}

static void
ask(struct tally *tally, struct place *p, const struct asked *q)
{
	const char *question = q->question;
	struct arena a;
	struct message *m;
	arena_init(&a);
	double began = now();
	WORKS(tutor_send(&m, &a, p->tutor, p->db, &(struct message_send){ .content = question }, NULL, NULL));
	tally->ms[tally->asked++] = now() - began;
	tally->answered += str_same(m->status, "answered");
	tally->refused += str_same(m->status, "refused");
	check_right(tally, q, m);
	check_citations(tally, p, &m->citations);
	check_citations(tally, p, &m->nearest);
	arena_clear(&a);
}

static struct tally
ask_all(struct place *p, const struct data *d, size_t count, bool (*keep)(const char *title))
{
	struct tally tally = { .ms = mem_new_array(count + 1, sizeof(double)) };
	size_t step = d->asked_count / count ? d->asked_count / count : 1;
	for (size_t i = 0; i < d->asked_count && tally.asked < count; i += keep == NULL ? step : 1) {
		char title[200];
		snprintf(title, sizeof title, "%.*s", (int)strcspn(d->asked[i].doc, "/"), d->asked[i].doc);
		for (char *c = title; *c != '\0'; c++)
			*c = *c == '_' ? ' ' : *c;
		if (keep == NULL || keep(title))
			ask(&tally, p, &d->asked[i]);
	}
	return tally;
}

static bool
every(const char *title)
{
	(void)title;
	return true;
}

static bool
first_half(const char *title)
{
	unsigned h = 0;
	for (const char *c = title; *c != '\0'; c++)
		h = h * 31 + (unsigned char)(*c == '_' ? ' ' : *c);
	return h % 2 == 0;
}

static bool
second_half(const char *title)
{
	return !first_half(title);
}

static void
measure_ask(const struct data *d, int64_t passages, const char *name, const char *target)
{
	struct place p;
	char label[80];
	place_open(&p);
	add_articles(&p, d, every);
	fill(&p, d, passages);
	struct tally t = ask_all(&p, d, 300, NULL);
	snprintf(label, sizeof label, "ask p50, %s passages", name);
	line(label, quantile(t.ms, t.asked, .5), "ms", "-");
	snprintf(label, sizeof label, "ask p95, %s passages", name);
	line(label, quantile(t.ms, t.asked, .95), "ms", target);
	mem_free(t.ms);
	place_close(&p);
}

static void
measure_citations(const struct data *d)
{
	struct place p;
	place_open(&p);
	add_articles(&p, d, every);
	struct tally t = ask_all(&p, d, 1000, NULL);
	line("questions asked", (double)t.asked, "", "1000");
	line("answered", 100.0 * (double)t.answered / (double)t.asked, "%", "-");
	line("sentences in an answer", (double)t.sentences / (double)t.answered, "", "1-2");
	line("answered: first sentence holds the answer", 100.0 * (double)t.right_first / (double)t.answered, "%", "-");
	line("answered: some sentence holds the answer", 100.0 * (double)t.right / (double)t.answered, "%", "85");
	line("answered in the upper band", 100.0 * (double)t.sure / (double)t.asked, "%", "50");
	line("upper band: some sentence holds the answer", 100.0 * (double)t.sure_right / (double)t.sure, "%", "90");
	line("citations shown", (double)t.citations, "", "-");
	line("citations whose quote is the stored bytes", 100.0 * (double)t.true_ones / (double)t.citations, "%", "100");
	mem_free(t.ms);
	place_close(&p);
}

static void
measure_refusals(const struct data *d)
{
	struct place p;
	place_open(&p);
	add_articles(&p, d, first_half);
	struct tally in = ask_all(&p, d, 600, first_half), out = ask_all(&p, d, 600, second_half);
	line("answered, topic in the library", 100.0 * (double)in.answered / (double)in.asked, "%", "90");
	line("refused, topic not in the library", 100.0 * (double)out.refused / (double)out.asked, "%", "92");
	mem_free(in.ms);
	mem_free(out.ms);
	place_close(&p);
}

/* ---- history ------------------------------------------------------------------------------ */

static void
put_messages(struct place *p, const struct data *d, size_t count, size_t each)
{
	uint64_t state = 2463534242u;
	struct text t;
	char conv[ID_BYTES], id[ID_BYTES];
	text_init(&t, 1 << 20);
	WORKS(store_begin(p->db));
	for (size_t i = 0; i < count; i++) {
		if (i % each == 0) {
			snprintf(conv, sizeof conv, "c%031zx", i);
			const char *title = "{\"title\":\"Talk\",\"status\":\"active\",\"type\":\"general\",\"named\":false,\"created\":1767225600000}";
			WORKS(store_put(p->db, KIND_TITLE, conv, conv, title, strlen(title)));
		}
		snprintf(id, sizeof id, "d%031zx", i);
		text_reset(&t);
		text_printf(&t, "{\"at\":%lld,\"message\":{\"id\":\"%s\",\"conversation_id\":\"%s\",\"role\":\"%s\",\"content\":", 1767225600000ll + (long long)i, id, conv, i % 2 ? "stoa" : "user");
		const char *text = d->papers[next(&state) % d->paper_count].text;
		const char *question = d->asked[i % d->asked_count].question;
		if (i % 2 == 0)
			json_put_string(&t, question);
		else
			json_put_string_n(&t, text, utf8_floor(text, strlen(text), 400));
		text_put(&t, ",\"status\":\"answered\"}}");
		WORKS(store_put(p->db, KIND_MESSAGE, conv, id, t.data, t.len));
	}
	WORKS(store_commit(p->db));
	text_clear(&t);
}

static double
memory_mb(void)
{
	long pages = 0, resident = 0;
	FILE *f = fopen("/proc/self/statm", "r");
	if (f != NULL && fscanf(f, "%ld %ld", &pages, &resident) != 2)
		resident = 0;
	if (f != NULL)
		fclose(f);
	return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

static void
measure_history(const struct data *d)
{
	struct place p;
	struct arena a;
	struct conversations list;
	double ms[500];
	size_t found = 0;
	place_open(&p);
	put_messages(&p, d, 100000, 40);
	arena_init(&a);
	double before = memory_mb(), began = now();
	WORKS(tutor_conversation_list(&list, &a, p.tutor, p.db, &(struct conversation_list){ 0 }));
	line("first list of conversations, 100,000 messages", now() - began, "ms", "500");
	began = now();
	WORKS(tutor_index_warm(p.tutor, p.db, NULL));
	line("index of 100,000 sealed messages", now() - began, "ms", "2000");
	line("memory of it", memory_mb() - before, "MB", "25");
	for (size_t i = 0; i < 500; i++) {
		struct history_hits hits;
		const char *question = d->asked[i * 7 % d->asked_count].question;
		began = now();
		WORKS(tutor_history_search(&hits, &a, p.tutor, p.db, &(struct history_search){ .query = question }));
		ms[i] = now() - began;
		found += hits.items.count > 0;
		arena_clear(&a);
	}
	line("history searches with hits", 100.0 * (double)found / 500, "%", "100");
	line("history search p50", quantile(ms, 500, .5), "ms", "-");
	line("history search p95", quantile(ms, 500, .95), "ms", "50");
	began = now();
	WORKS(tutor_conversation_list(&list, &a, p.tutor, p.db, &(struct conversation_list){ 0 }));
	line("list of conversations again", now() - began, "ms", "20");
	arena_clear(&a);
	place_close(&p);
}

/* A conversation that never ended. */
static void
measure_long(const struct data *d)
{
	struct place p;
	struct arena a;
	double ms[30];
	char conv[ID_BYTES];
	place_open(&p);
	add_articles(&p, d, every);
	put_messages(&p, d, 10000, 10000);
	snprintf(conv, sizeof conv, "c%031x", 0);
	arena_init(&a);
	for (size_t i = 0; i < 30; i++) {
		struct message *m;
		double began = now();
		WORKS(tutor_send(&m, &a, p.tutor, p.db, &(struct message_send){ .conversation_id = conv, .content = d->asked[i * 31].question }, NULL, NULL));
		ms[i] = now() - began;
		arena_clear(&a);
	}
	line("ask p95 in a conversation of 10,000 messages", quantile(ms, 30, .95), "ms", "100");
	place_close(&p);
}

static bool
wanted(int argc, char **argv, const char *part)
{
	for (int i = 1; i < argc; i++)
		if (str_same(argv[i], part))
			return true;
	return argc == 1;
}

int
main(int argc, char **argv)
{
	struct data d = { 0 };
	if (!read_lines(&d, "docs-v1.1.jsonl", true) || !read_lines(&d, "queries-v1.1.jsonl", false)) {
		printf("ask: set STOA_DATA to a folder with squad/docs-v1.1.jsonl and queries-v1.1.jsonl\n");
		return 0;
	}
	if (wanted(argc, argv, "cite"))
		measure_citations(&d);
	if (wanted(argc, argv, "refuse"))
		measure_refusals(&d);
	if (wanted(argc, argv, "history"))
		measure_history(&d);
	if (wanted(argc, argv, "long"))
		measure_long(&d);
	if (wanted(argc, argv, "ask2k"))
		measure_ask(&d, 2000, "2,000", "10");
	if (wanted(argc, argv, "ask100k"))
		measure_ask(&d, 100000, "100,000", "25");
	return 0;
}
