/* Routes: the operations by method and path.
 *
 * A path is cut at its slashes; a segment in braces takes any text and becomes a
 * field of the request.  Of two routes that fit, the one with more plain words is
 * meant: /v1/conversations/search is no conversation. */
#include <string.h>

#include "server_in.h"

static size_t
cut(const char *segment[SEGMENTS_MAX], size_t bytes[SEGMENTS_MAX], const char *path)
{
	size_t n = 0;
	while (*path == '/' && n < SEGMENTS_MAX) {
		path++;
		bytes[n] = strcspn(path, "/");
		segment[n] = path;
		path += bytes[n++];
	}
	return *path == '\0' ? n : 0;
}

void
router_init(struct router *r)
{
	size_t count;
	const struct operation *ops = operations(&count);
	arena_init(&r->arena);
	r->routes = arena_alloc(&r->arena, count * sizeof *r->routes);
	for (size_t i = 0; i < count; i++) {
		struct route *to = &r->routes[i];
		to->op = &ops[i];
		to->segments = cut(to->segment, to->segment_bytes, ops[i].path);
		for (size_t s = 0; s < to->segments; s++)
			to->literals += to->segment[s][0] != '{';
	}
	r->count = count;
}

void
router_clear(struct router *r)
{
	arena_clear(&r->arena);
}

/* From the end: nearly all begin alike. */
static bool
fits(const struct route *to, const char *const *segment, const size_t *bytes, size_t n)
{
	if (to->segments != n)
		return false;
	for (size_t i = n; i-- > 0;) {
		if (to->segment[i][0] == '{' ? bytes[i] == 0
					     : bytes[i] != to->segment_bytes[i] ||
							memcmp(segment[i], to->segment[i], bytes[i]) != 0)
			return false;
	}
	return true;
}

#define METHODS_MAX 16   /* of one path */
const struct route *
router_find(struct text *allow, const struct router *r, const char *method, const char *path)
{
	const char *segment[SEGMENTS_MAX];
	const struct route *fit[METHODS_MAX];
	size_t bytes[SEGMENTS_MAX], n = cut(segment, bytes, path), count = 0;
	for (size_t i = 0; n > 0 && i < r->count && count < METHODS_MAX; i++) {
		const struct route *to = &r->routes[i];
		if ((count > 0 && to->literals < fit[0]->literals) || !fits(to, segment, bytes, n))
			continue;
		if (count > 0 && to->literals > fit[0]->literals)
			count = 0;
		fit[count++] = to;
	}
	for (size_t i = 0; i < count; i++)
		if (str_same(fit[i]->op->method, method))
			return fit[i];
	for (size_t i = 0; i < count; i++)
		text_printf(allow, "%s%s%s", i > 0 ? ", " : "", fit[i]->op->method,
			str_same(fit[i]->op->method, "GET") ? ", HEAD" : "");
	return NULL;
}

/* What the API promises and this engine cannot do yet, by the beginning of its path;
 * {} takes any one segment. */
static const struct { const char *family, *path; } later[] = {
	{ "quiz", "/v1/quizzes" },
	{ "attempt", "/v1/attempts" },
	{ "assignment quiz", "/v1/assignments" },
	{ "deck", "/v1/decks" },
	{ "review", "/v1/review" },
	{ "progress", "/v1/progress" },
	{ "plan", "/v1/plan" },
	{ "mastery", "/v1/mastery" },
	{ "recommendation", "/v1/recommendations" },
	{ "kit", "/v1/kits" },
	{ "interview", "/v1/interviews" },
	{ "interview", "/v1/sessions" },
	{ "analytics", "/v1/analytics" },
	{ "subject analytics", "/v1/subjects/{}/analytics" },
	{ "log", "/v1/admin/chat" },
};

const char *
router_later(const char *path)
{
	const char *segment[SEGMENTS_MAX], *want[SEGMENTS_MAX];
	size_t bytes[SEGMENTS_MAX], want_bytes[SEGMENTS_MAX], n = cut(segment, bytes, path);
	for (size_t i = 0; i < COUNT_OF(later); i++) {
		size_t k = cut(want, want_bytes, later[i].path), at = 0;
		while (at < k && at < n && bytes[at] > 0 &&
			(want[at][0] == '{' || (bytes[at] == want_bytes[at] &&
						       memcmp(segment[at], want[at], bytes[at]) == 0)))
			at++;
		if (at == k)
			return later[i].family;
	}
	return NULL;
}
