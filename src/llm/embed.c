/* Embeddings: batches of 64, numbers checked, vectors of length one. */
#include <math.h>
#include <string.h>
#include "llm_in.h"

#define BATCH 64
#define DIMS_MAX 8192
#define REPLY_BYTES_MAX (16u * 1024 * 1024)
#define REQUEST_BYTES_MAX (8u * 1024 * 1024)

struct embedding { const char *const *texts; size_t count; float *rows; size_t dims; int64_t tokens; };

static enum fault
request_body(struct text *out, const struct llm *m, const struct embedding *e)
{
	text_init(out, REQUEST_BYTES_MAX);
	text_put(out, "{\"model\":");
	json_put_string(out, m->embedding_model);
	text_put(out, ",\"input\":[");
	for (size_t i = 0; i < e->count; i++) {
		if (i > 0)
			text_put_c(out, ',');
		json_put_string(out, e->texts[i]);
	}
	text_put(out, "],\"encoding_format\":\"float\"}");
	return text_check(out, "the request for embeddings");
}

/* Numbers of one array into row, scaled to length one. */
static enum fault
take_row(float *row, size_t dims, struct json_object *numbers)
{
	double square = 0;
	for (size_t i = 0; i < dims; i++) {
		struct json_object *n = json_object_array_get_idx(numbers, i);
		if (!json_object_is_type(n, json_type_double) && !json_object_is_type(n, json_type_int))
			return fault(FAULT_DAMAGED, "an embedding holds something that is not a number");
		double x = json_object_get_double(n);
		if (!isfinite(x) || fabs(x) > 1e6)
			return fault(FAULT_DAMAGED, "an embedding holds a number that cannot be");
		row[i] = (float)x;
		square += x * x;
	}
	if (square < 1e-12)
		return fault(FAULT_DAMAGED, "an embedding has no length");
	float scale = (float)(1 / sqrt(square));
	for (size_t i = 0; i < dims; i++)
		row[i] *= scale;
	return FAULT_NONE;
}

static enum fault
take_item(struct embedding *e, bool seen[BATCH], struct json_object *item, size_t place)
{
	struct json_object *index, *numbers;
	enum fault f = llm_pick(&index, item, "index", json_type_int);
	if (f == FAULT_NONE)
		f = llm_pick(&numbers, item, "embedding", json_type_array);
	if (f != FAULT_NONE)
		return f;
	int64_t at = index != NULL ? json_object_get_int64(index) : (int64_t)place;
	size_t dims = numbers != NULL ? json_object_array_length(numbers) : 0;
	if (at < 0 || at >= (int64_t)e->count || seen[at])
		return fault(FAULT_DAMAGED, "an embedding is numbered out of its order");
	if (dims == 0 || dims > DIMS_MAX || (e->dims > 0 && dims != e->dims))
		return fault(FAULT_DAMAGED, "an embedding has %zu numbers in place of %zu", dims, e->dims);
	if (e->rows == NULL) {
		e->dims = dims;
		e->rows = mem_new_array(e->count * dims, sizeof *e->rows);
	}
	seen[at] = true;
	return take_row(e->rows + (size_t)at * dims, dims, numbers);
}

static enum fault
take_reply(struct embedding *e, const struct wire_reply *r)
{
	struct json_object *o, *data;
	bool seen[BATCH] = { false };
	if (json_parse(&o, r->body.data, r->body.len) != FAULT_NONE)
		return fault(FAULT_DAMAGED, "the model endpoint sent embeddings that are not JSON");
	enum fault f = llm_pick(&data, o, "data", json_type_array);
	if (f == FAULT_NONE && (data == NULL || json_object_array_length(data) != e->count))
		f = fault(FAULT_DAMAGED, "the model endpoint did not send one embedding for each of %zu texts", e->count);
	for (size_t i = 0; i < e->count && f == FAULT_NONE; i++)
		f = take_item(e, seen, json_object_array_get_idx(data, i), i);
	json_object_put(o);
	return f;
}

static enum fault
embed_once(struct llm_try *t, void *arg)
{
	const char *const headers[] = { "Content-Type: application/json", "Accept: application/json", NULL };
	struct embedding *e = arg;
	struct wire_reply r = { 0 };
	struct text body, url;
	text_init(&url, 4096);
	llm_url(&url, t->m, "/embeddings");
	enum fault f = request_body(&body, t->m, e);
	if (f == FAULT_NONE) {
		struct wire_request req = {
			.url = url.data, .headers = headers, .bearer = t->key, .ca_file = t->m->ca_file,
			.body = body.data, .body_bytes = body.len, .reply_max_bytes = REPLY_BYTES_MAX,
			.connect_ms = t->m->config.connect_ms, .first_byte_ms = t->m->config.first_token_ms, .total_ms = (int)t->left_ms,
		};
		f = wire_fetch(&r, &req, t->cancel);
	}
	if (f == FAULT_NONE && r.status / 100 != 2) {
		f = llm_refusal(t, &r);
	} else {
		if (f == FAULT_NONE)
			f = take_reply(e, &r);
		t->verdict = llm_verdict_of(f);
	}
	wire_reply_clear(&r);
	text_clear(&body);
	text_clear(&url);
	return f;
}

/* One batch. Its price is reckoned as that of a prompt: too high rather than unknown. */
static enum fault
embed_batch(float **rows, size_t *dims, struct llm *m, struct embedding *e, const struct cancel *cancel)
{
	double cost_usd = llm_cost(m, e->tokens, 0);
	struct llm_reserved reserved;
	int tries = 0;
	enum fault f = llm_budget_reserve(&reserved, m, cost_usd);
	if (f != FAULT_NONE)
		return f;
	f = llm_tries(&tries, m, embed_once, e, cancel);
	llm_budget_settle(m, &reserved, f == FAULT_NONE ? cost_usd : 0);
	if (f == FAULT_NONE) {
		*rows = e->rows;
		*dims = e->dims;
	} else {
		mem_free(e->rows);
	}
	return f;
}

enum fault
llm_embed(float **out, size_t *dims, struct llm *m, const char *const *texts, size_t count, const struct cancel *cancel)
{
	float *all = NULL, *rows = NULL;
	size_t width = 0;
	enum fault f = FAULT_NONE;
	if (m->base_url == NULL || m->embedding_model == NULL)
		return fault(FAULT_ABSENT, "no embedding model is set up ([llm] base_url and embedding_model)");
	for (size_t first = 0; first < count && f == FAULT_NONE; first += BATCH) {
		struct embedding e = { .texts = texts + first, .count = count - first < BATCH ? count - first : BATCH };
		size_t got = 0;
		for (size_t i = 0; i < e.count; i++)
			e.tokens += llm_tokens(e.texts[i], strlen(e.texts[i]));
		f = embed_batch(&rows, &got, m, &e, cancel);
		if (f != FAULT_NONE)
			break;
		if (all == NULL) {
			width = got;
			all = mem_new_array(count, width * sizeof *all);
		}
		if (got == width)
			memcpy(all + first * width, rows, e.count * width * sizeof *all);
		else
			f = fault(FAULT_DAMAGED, "the model endpoint changed from %zu numbers a text to %zu", width, got);
		mem_free(rows);
	}
	if (f != FAULT_NONE) {
		mem_free(all);
		return f;
	}
	*out = all;
	*dims = width;
	return FAULT_NONE;
}
