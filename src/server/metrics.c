/* GET /metrics: what the server and its engine count, as Prometheus reads it
 * (text format 0.0.4).
 *
 * Times of operations are a histogram, so that several servers can be added up,
 * and p50, p95, p99 besides, for a person with curl; both by operation.  Numbers
 * and names of operations only: nothing here is about a person.  The text is made
 * on the crew, for the engine looks into its store. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server_in.h"

static void
head(struct text *out, const char *name, const char *type, const char *help)
{
	text_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
number(struct text *out, const char *name, const char *type, const char *help, double value)
{
	head(out, name, type, help);
	text_printf(out, "%s %.17g\n", name, value);
}

/* ---- operations ------------------------------------------------------------------------ */

static void
put_calls(struct text *out, const struct engine_counters *c)
{
	head(out, "stoa_calls_total", "counter", "Calls of an operation.");
	for (size_t i = 0; i < c->operation_count; i++)
		if (c->operations[i].calls > 0)
			text_printf(out, "stoa_calls_total{operation=\"%s\"} %llu\n", c->operations[i].operation,
				(unsigned long long)c->operations[i].calls);
	head(out, "stoa_faults_total", "counter", "Calls that ended in a fault.");
	for (size_t i = 0; i < c->operation_count; i++)
		for (int f = FAULT_NONE + 1; f < FAULT_KINDS; f++)
			if (c->operations[i].faults[f] > 0)
				text_printf(out, "stoa_faults_total{operation=\"%s\",fault=\"%s\"} %llu\n", c->operations[i].operation,
					fault_name((enum fault)f), (unsigned long long)c->operations[i].faults[f]);
}

static void
put_histogram(struct text *out, const struct operation_counters *o)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < ENGINE_LATENCIES; i++) {
		char bound[32] = "+Inf";
		sum += o->latency[i];
		if (i + 1 < ENGINE_LATENCIES)
			snprintf(bound, sizeof bound, "%g", (double)engine_latency_ms[i] / 1000);
		text_printf(out, "stoa_call_seconds_bucket{operation=\"%s\",le=\"%s\"} %llu\n", o->operation, bound, (unsigned long long)sum);
	}
	text_printf(out, "stoa_call_seconds_sum{operation=\"%s\"} %.6f\nstoa_call_seconds_count{operation=\"%s\"} %llu\n", o->operation,
		o->seconds, o->operation, (unsigned long long)o->calls);
}

/* Linear within the bucket that holds it; the last bucket has no end: its beginning. */
double
metrics_quantile(const uint64_t latency[ENGINE_LATENCIES], double q)
{
	double total = 0, below = 0;
	for (size_t i = 0; i < ENGINE_LATENCIES; i++)
		total += (double)latency[i];
	for (size_t i = 0; i < ENGINE_LATENCIES; i++) {
		double here = (double)latency[i], from_ms = i == 0 ? 0 : (double)engine_latency_ms[i - 1];
		if (here > 0 && below + here >= q * total)
			return (i + 1 == ENGINE_LATENCIES ? from_ms
				: from_ms + ((double)engine_latency_ms[i] - from_ms) * (q * total - below) / here) / 1000;
		below += here;
	}
	return 0;
}

static void
put_times(struct text *out, const struct engine_counters *c)
{
	static const double quantiles[] = { 0.5, 0.95, 0.99 };
	head(out, "stoa_call_seconds", "histogram", "Time of a call in the engine.");
	for (size_t i = 0; i < c->operation_count; i++)
		if (c->operations[i].calls > 0)
			put_histogram(out, &c->operations[i]);
	head(out, "stoa_call_quantile_seconds", "gauge", "The same as quantiles since the start.");
	for (size_t i = 0; i < c->operation_count; i++)
		for (size_t q = 0; c->operations[i].calls > 0 && q < COUNT_OF(quantiles); q++)
			text_printf(out, "stoa_call_quantile_seconds{operation=\"%s\",quantile=\"%g\"} %.6f\n", c->operations[i].operation,
				quantiles[q], metrics_quantile(c->operations[i].latency, quantiles[q]));
}

/* ---- the server ------------------------------------------------------------------------- */

static double
resident_bytes(void)
{
	unsigned long pages = 0, resident = 0;
	FILE *f = fopen("/proc/self/statm", "re");
	if (f == NULL)
		return 0;
	if (fscanf(f, "%lu %lu", &pages, &resident) != 2)
		resident = 0;
	fclose(f);
	return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

static void
put_server(struct text *out, struct server *s)
{
	head(out, "stoa_build_info", "gauge", "Always 1; the version is a label.");
	text_put(out, "stoa_build_info{version=\"" STOA_VERSION "\"} 1\n");
	head(out, "stoa_responses_total", "counter", "Replies by class of status.");
	for (size_t i = 2; i < COUNT_OF(s->responses); i++)
		text_printf(out, "stoa_responses_total{status=\"%zuxx\"} %lu\n", i, atomic_load(&s->responses[i]));
	number(out, "stoa_connections", "gauge", "Sockets that are open.", atomic_load(&s->connections));
	number(out, "stoa_connections_cut_total", "counter", "Sockets ended for being slow.", (double)atomic_load(&s->cut));
	number(out, "stoa_live_sockets", "gauge", "Live chats that are open.", atomic_load(&s->lives));
	pthread_mutex_lock(&s->answers_lock);
	size_t answers = s->answer_count;
	pthread_mutex_unlock(&s->answers_lock);
	number(out, "stoa_streams", "gauge", "Event streams that run or can be resumed.", (double)answers);
	number(out, "stoa_calls_queued", "gauge", "Calls that run or wait for the crew.", atomic_load(&s->calls));
	number(out, "stoa_draining", "gauge", "1 once the server is asked to stop.", atomic_load(&s->draining));
	number(out, "process_resident_memory_bytes", "gauge", "Memory in use.", resident_bytes());
}

static void
put_engine(struct text *out, const struct engine_counters *c)
{
	number(out, "stoa_calls_running", "gauge", "Calls that run in the engine.", (double)c->running);
	number(out, "stoa_model_cost_usd_today", "gauge", "Spent at the language model today.", c->model_usd_today);
	number(out, "stoa_mail_queue", "gauge", "Mails that wait to be taken.", (double)c->mails_waiting);
	number(out, "stoa_tutors", "gauge", "Users whose history is in memory.", (double)c->tutors);
	number(out, "stoa_documents", "gauge", "Documents in the library.", (double)c->documents);
	number(out, "stoa_passages", "gauge", "Passages that are searched.", (double)c->passages);
}

/* ---- the request ------------------------------------------------------------------------------ */

static void
run(void *arg)
{
	struct call *c = arg;
	struct engine_counters counters;
	engine_counters(&counters, &c->arena, c->server->engine);
	put_server(&c->reply, c->server);
	put_engine(&c->reply, &counters);
	put_calls(&c->reply, &counters);
	put_times(&c->reply, &counters);
	c->status = 200;
	atomic_fetch_sub(&c->server->calls, 1);
	listener_post(c->waits);
}

bool
metrics_asked(struct exchange *x)
{
	bool head_only = str_same(x->method, "HEAD");
	if (!str_same(x->path, "/metrics") || (!head_only && !str_same(x->method, "GET")))
		return false;
	x->head = head_only;
	return true;
}

int
metrics_begin(struct exchange *x)
{
	struct server *s = x->listener->server;
	x->reply.type = "text/plain; version=0.0.4; charset=utf-8";
	x->call = call_new(s, NULL);
	x->call->waits = x;
	x->called = true;
	connection_asked(x->connection);
	atomic_fetch_add(&s->calls, 1);
	if (crew_submit(s->quick, run, x->call) == FAULT_NONE)
		return 0;
	atomic_fetch_sub(&s->calls, 1);
	x->called = false;
	x->reply.type = NULL;
	return reply_refuse(x, 503, "too much is asked at once; try again");
}
