/* Vectors of passages, when an endpoint makes them: a file a document beside the
 * index, mapped for one search.
 *
 * Every vector is there twice: as int8 with a scale, walked through for the best of
 * all, and as floats, read only for those.  Brute force on purpose: 100,000 passages
 * of 384 numbers are 40 MB and some ten milliseconds, less than asking the endpoint
 * for the query's own vector.  A file that does not add up is passed over: vectors
 * only ever help.
 */
#include <errno.h>
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

#define DIMS_MAX 8192u
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

enum fault
vector_put(struct index *ix, int64_t doc_no, const float *vectors, size_t dims, size_t count)
{
	if (dims == 0 || dims > DIMS_MAX || count > 0xFFFFF)
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
vector_add(struct index *ix, library_embed_fn *embed, void *arg, int64_t doc_no, const char *title, const struct index_passage *passages, size_t count, const struct cancel *cancel)
{
	struct arena a;
	float *vectors = NULL;
	size_t dims = 0;
	if (embed == NULL || count == 0)
		return FAULT_NONE;
	arena_init(&a);
	const char **texts = arena_alloc(&a, count * sizeof *texts);
	for (size_t i = 0; i < count; i++)
		texts[i] = arena_printf(&a, "%s\n%s\n%.*s", title ? title : "", passages[i].heading ? passages[i].heading : "", (int)passages[i].len, passages[i].text);
	enum fault f = embed(&vectors, &dims, texts, count, arg, cancel);
	if (f == FAULT_NONE)
		f = vector_put(ix, doc_no, vectors, dims, count);
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
		v.h.dims > 0 && v.h.dims <= DIMS_MAX && v.h.count <= 0xFFFFF && v.h.size_bytes == v.size_bytes &&
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

static void
keep_best(struct vector_hit *out, size_t *count, size_t k, struct vector_hit h)
{
	size_t at = *count;
	if (at == k && out[k - 1].score >= h.score)
		return;
	at = at == k ? k - 1 : (*count)++;
	for (; at > 0 && out[at - 1].score < h.score; at--)
		out[at] = out[at - 1];
	out[at] = h;
}

static int32_t
dot_small(const int8_t *a, const int8_t *b, size_t n)
{
	int32_t sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += (int32_t)a[i] * b[i];
	return sum;
}

static double
dot_exact(const float *a, const float *b, size_t n)
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

static void
search_document(struct vector_hit *out, size_t *count, size_t k, const struct index *ix, struct vector_hit from, uint32_t passages, int64_t no, const float *q, const int8_t *small, float scale, size_t dims)
{
	struct vectors v;
	if (!vectors_open(&v, ix, no))
		return;
	if (v.h.dims == dims && v.h.count == passages)
		for (uint32_t i = 0; i < passages; i++) {
			double near = (double)dot_small(v.small + (size_t)i * dims, small, dims) * (double)v.scales[i] * (double)scale;
			if (*count == k && near + .02 < out[k - 1].score)
				continue;
			keep_best(out, count, k, (struct vector_hit){ from.part, from.local + i, dot_exact(v.exact + (size_t)i * dims, q, dims) });
		}
	munmap((void *)v.map, v.size_bytes);
}

size_t
vector_search(struct vector_hit *out, size_t k, const struct index *ix, const struct snapshot *s, const struct allow *allow, const float *q, size_t dims)
{
	size_t count = 0;
	float scale;
	if (dims == 0 || dims > DIMS_MAX || k == 0)
		return 0;
	int8_t *small = mem_new(dims);
	shrink(&scale, small, q, dims);
	for (uint32_t part = 0; part < s->count; part++) {
		const struct segment *g = s->parts[part].segment;
		for (size_t d = 0; d < g->h.docs; d++) {
			const struct segment_doc *doc = &g->docs[d];
			if (!part_is_dead(&s->parts[part], doc->no) && allowed(allow, doc->no))
				search_document(out, &count, k, ix, (struct vector_hit){ part, doc->first, 0 }, doc->count, doc->no, q, small, scale, dims);
		}
	}
	mem_free(small);
	return count;
}

double
vector_score(const struct index *ix, passage_no no, const float *q, size_t dims)
{
	struct vectors v;
	double score = -1;
	if (!vectors_open(&v, ix, PASSAGE_DOC(no)))
		return score;
	if (v.h.dims == dims && PASSAGE_N(no) < v.h.count)
		score = dot_exact(v.exact + (size_t)PASSAGE_N(no) * dims, q, dims);
	munmap((void *)v.map, v.size_bytes);
	return score;
}
