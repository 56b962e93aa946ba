/* Vectors of passages, when an endpoint makes them: a file a document beside the
 * index, mapped for one search.  Where the database searches vectors itself they are
 * rows of it instead (vector_rows.c), and files from before move there.
 *
 * Every vector is there twice: as int8 with a scale, walked through for the best of
 * all, and as floats, read only for those.  Brute force on purpose: 100,000 passages
 * of 384 numbers are 40 MB and some ten milliseconds, less than asking the endpoint
 * for the query's own vector.  A file that does not add up is passed over: vectors
 * only ever help.
 */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "index_in.h"
#include "vector_in.h"

struct vector_header { char magic[8]; uint32_t dims, count; uint64_t size_bytes, check; };
struct vectors { const unsigned char *map; size_t size_bytes; struct vector_header h; const float *scales; const int8_t *small; const float *exact; };

static void
path_of(struct text *out, const struct index *ix, int64_t doc_no)
{
	text_init(out, 4096);
	text_printf(out, "%s/%" PRId64 ".vec", ix->folder, doc_no);
}

static size_t
pad(size_t n)
{
	return (n + 7) / 8 * 8;
}

static size_t
exact_at(uint64_t dims, uint64_t count)
{
	return pad(sizeof(struct vector_header) + count * sizeof(float) + count * dims);
}

static void
shrink(float *scale, int8_t *out, const float *v, size_t dims)
{
	float most = 0;
	for (size_t i = 0; i < dims; i++)
		most = fabsf(v[i]) > most ? fabsf(v[i]) : most;
	*scale = most / 127;
	for (size_t i = 0; i < dims; i++)
		out[i] = (int8_t)(most > 0 ? lrintf(v[i] / most * 127) : 0);
}

bool
vector_sound(const float *v, size_t dims, size_t count)
{
	bool sound = dims > 0 && dims <= VECTOR_DIMS_MAX;
	for (size_t i = 0; i < dims * count && sound; i++)
		sound = isfinite(v[i]);
	return sound;
}

enum fault
vector_put(struct index *ix, int64_t doc_no, const float *vectors, size_t dims, size_t count)
{
	if (dims == 0 || dims > VECTOR_DIMS_MAX || count > 0xFFFFF)
		return fault(FAULT_LIMIT, "a document has %zu vectors of %zu numbers", count, dims);
	struct text path;
	size_t size = exact_at(dims, count) + count * dims * sizeof(float);
	unsigned char *bytes = mem_new(size);
	struct vector_header h = { "STOAVEC", (uint32_t)dims, (uint32_t)count, size, 0 };
	float *scales = (float *)(bytes + sizeof h);
	int8_t *small = (int8_t *)(scales + count);
	for (size_t i = 0; i < count; i++)
		shrink(&scales[i], small + i * dims, vectors + i * dims, dims);
	memcpy(bytes + exact_at(dims, count), vectors, count * dims * sizeof(float));
	h.check = bytes_check(&h, offsetof(struct vector_header, check));
	memcpy(bytes, &h, sizeof h);
	path_of(&path, ix, doc_no);
	enum fault f = file_write(path.data, bytes, size);
	text_clear(&path);
	mem_free(bytes);
	return f;
}

void
vector_remove(struct index *ix, int64_t doc_no)
{
	struct text path;
	path_of(&path, ix, doc_no);
	(void)unlink(path.data);
	text_clear(&path);
}

enum fault
vector_add(struct index *ix, const struct vector_maker *m, int64_t doc_no, const char *title, const struct index_passage *passages, size_t count, const struct cancel *cancel)
{
	struct arena a;
	float *vectors = NULL;
	size_t dims = 0;
	if (m->embed == NULL || count == 0)
		return FAULT_NONE;
	arena_init(&a);
	const char **texts = arena_alloc(&a, count * sizeof *texts);
	for (size_t i = 0; i < count; i++)
		texts[i] = arena_printf(&a, "%s\n%s\n%.*s", title ? title : "", passages[i].heading ? passages[i].heading : "", (int)passages[i].len, passages[i].text);
	enum fault f = m->embed(&vectors, &dims, texts, count, m->arg, cancel);
	if (f == FAULT_NONE && !vector_sound(vectors, dims, count))
		f = fault(FAULT_DAMAGED, "the endpoint's vectors hold what is no number");
	if (f == FAULT_NONE)
		f = m->db != NULL && store_vectors(m->db) ? store_vectors_put(m->db, doc_no, vectors, dims, count) : vector_put(ix, doc_no, vectors, dims, count);
	if (f != FAULT_NONE && f != FAULT_CANCELLED) {
		log_event(LOG_WARN, "library", "no-vectors", "no=%lld fault=%s", (long long)doc_no, fault_name(f));
		f = FAULT_NONE;
	}
	mem_free(vectors);
	arena_clear(&a);
	return f;
}

/* ---- searching ------------------------------------------------------------------- */

static bool
vectors_open(struct vectors *out, const struct index *ix, int64_t doc_no)
{
	struct text path;
	struct stat st;
	struct vectors v = { 0 };
	path_of(&path, ix, doc_no);
	int fd = open(path.data, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	text_clear(&path);
	if (fd < 0)
		return false;
	void *map = MAP_FAILED;
	if (fstat(fd, &st) == 0 && st.st_size >= (off_t)sizeof v.h)
		map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return false;
	v.map = map;
	v.size_bytes = (size_t)st.st_size;
	memcpy(&v.h, map, sizeof v.h);
	bool ours = memcmp(v.h.magic, "STOAVEC", 8) == 0 && v.h.check == bytes_check(&v.h, offsetof(struct vector_header, check)) &&
		v.h.dims > 0 && v.h.dims <= VECTOR_DIMS_MAX && v.h.count <= 0xFFFFF && v.h.size_bytes == v.size_bytes &&
		exact_at(v.h.dims, v.h.count) + (uint64_t)v.h.count * v.h.dims * sizeof(float) == v.size_bytes;
	if (!ours) {
		munmap(map, v.size_bytes);
		return false;
	}
	v.scales = (const float *)(v.map + sizeof v.h);
	v.small = (const int8_t *)(v.scales + v.h.count);
	v.exact = (const float *)(v.map + exact_at(v.h.dims, v.h.count));
	*out = v;
	return true;
}

static bool
is_better(const struct vector_hit *a, const struct vector_hit *b)
{
	return a->score != b->score ? a->score > b->score : a->no < b->no;
}

void
vector_keep(struct vector_best *best, struct vector_hit h)
{
	size_t at = best->count;
	if (at == best->k && !is_better(&h, &best->items[at - 1]))
		return;
	at = at == best->k ? at - 1 : best->count++;
	for (; at > 0 && is_better(&h, &best->items[at - 1]); at--)
		best->items[at] = best->items[at - 1];
	best->items[at] = h;
}

static int32_t
dot_small(const int8_t *a, const int8_t *b, size_t n)
{
	int32_t sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += (int32_t)a[i] * b[i];
	return sum;
}

double
vector_dot(const float *a, const float *b, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += (double)a[i] * b[i];
	return isfinite(sum) ? sum : -1;
}

static bool
allowed(const struct allow *allow, int64_t no)
{
	size_t low = 0, high = allow->count;
	while (low < high && !allow->all) {
		size_t mid = (low + high) / 2;
		if (allow->docs[mid] == no)
			return true;
		if (allow->docs[mid] < no)
			low = mid + 1;
		else
			high = mid;
	}
	return allow->all;
}

struct small { const int8_t *v; float scale; };

static void
search_document(struct vector_best *best, const struct vector_query *q, const struct small *small, uint32_t part, const struct segment_doc *doc)
{
	struct vectors v;
	if (!vectors_open(&v, q->ix, doc->no))
		return;
	size_t dims = q->dims;
	if (v.h.dims == dims && v.h.count == doc->count)
		for (uint32_t i = 0; i < doc->count; i++) {
			double near = (double)dot_small(v.small + (size_t)i * dims, small->v, dims) * (double)v.scales[i] * (double)small->scale;
			if (best->count == best->k && near + .02 < best->items[best->k - 1].score)
				continue;
			vector_keep(best, (struct vector_hit){ part, doc->first + i, PASSAGE_NO(doc->no, i), vector_dot(v.exact + (size_t)i * dims, q->to, dims) });
		}
	munmap((void *)v.map, v.size_bytes);
}

size_t
vector_search(struct vector_hit *out, size_t k, const struct vector_query *q)
{
	struct vector_best best = { out, k, 0 };
	struct small small;
	if (!vector_sound(q->to, q->dims, 1) || k == 0)
		return 0;
	if (q->db != NULL)
		return vector_rows_search(out, k, q);
	int8_t *v = mem_new(q->dims);
	shrink(&small.scale, v, q->to, q->dims);
	small.v = v;
	for (uint32_t part = 0; part < q->s->count; part++) {
		const struct segment *g = q->s->parts[part].segment;
		for (size_t d = 0; d < g->h.docs; d++)
			if (!part_is_dead(&q->s->parts[part], g->docs[d].no) && allowed(q->allow, g->docs[d].no))
				search_document(&best, q, &small, part, &g->docs[d]);
	}
	mem_free(v);
	return best.count;
}

static double
score_in_file(const struct vector_query *q, passage_no no)
{
	struct vectors v;
	double score = -1;
	if (!vectors_open(&v, q->ix, PASSAGE_DOC(no)))
		return score;
	if (v.h.dims == q->dims && PASSAGE_N(no) < v.h.count)
		score = vector_dot(v.exact + (size_t)PASSAGE_N(no) * q->dims, q->to, q->dims);
	munmap((void *)v.map, v.size_bytes);
	return score;
}

void
vector_scores(double *out, const struct vector_query *q, const struct candidate *c, size_t count)
{
	if (q->db != NULL)
		vector_rows_scores(out, q, c, count);
	else
		for (size_t i = 0; i < count; i++)
			out[i] = score_in_file(q, c[i].no);
}

/* ---- from files to rows ------------------------------------------------------------ */

static enum fault
move_one(struct index *ix, struct store *db, int64_t no)
{
	struct vectors v;
	if (!vectors_open(&v, ix, no))
		return FAULT_NONE;
	enum fault f = store_vectors_put(db, no, v.exact, v.h.dims, v.h.count);
	munmap((void *)v.map, v.size_bytes);
	if (f == FAULT_NONE)
		vector_remove(ix, no);
	return f;
}

void
vector_move(struct index *ix, struct store *db)
{
	enum fault f = FAULT_NONE;
	char *end;
	DIR *d = store_vectors(db) ? opendir(ix->folder) : NULL;
	if (d == NULL)
		return;
	for (struct dirent *e; f == FAULT_NONE && (e = readdir(d)) != NULL;) {
		int64_t no = strtoll(e->d_name, &end, 10);
		if (end > e->d_name && str_same(end, ".vec") && index_has(ix, no))
			f = move_one(ix, db, no);
	}
	closedir(d);
	if (f != FAULT_NONE)
		log_event(LOG_WARN, "library", "vectors-stay", "fault=%s", fault_name(f));
}
