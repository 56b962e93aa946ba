/* Life of a struct llm: the configuration, copied and checked once.
 *
 * Without a base_url the object exists and refuses everything: that nothing is
 * sent unless it is configured is decided here and in one place.
 */
#include <math.h>
#include <string.h>
#include "llm_in.h"

#define TRIES 3
#define CONNECT_MS 10000
#define FIRST_TOKEN_MS 30000
#define TOTAL_MAX_MS (10 * 60 * 1000)

static const char *
present(const char *s)
{
	return s != NULL && *s != '\0' ? s : NULL;
}

static enum fault
config_check(const struct llm_config *c)
{
	const double amounts[] = { c->input_usd_per_mtok, c->output_usd_per_mtok, c->daily_budget_usd };
	if (present(c->base_url) == NULL)
		return FAULT_NONE;
	if (present(c->model) == NULL && present(c->embedding_model) == NULL)
		return fault(FAULT_INPUT, "[llm] base_url is set but no model is named");
	for (size_t i = 0; i < COUNT_OF(amounts); i++)
		if (!(amounts[i] >= 0 && amounts[i] <= 1e6))
			return fault(FAULT_INPUT, "[llm] prices and the budget are dollars from 0 to 1000000");
	return wire_url_check(c->base_url);
}

static int
within(int ms, int otherwise)
{
	return ms <= 0 ? otherwise : ms > TOTAL_MAX_MS ? TOTAL_MAX_MS : ms;
}

enum fault
llm_new(struct llm **out, const struct llm_config *config, const struct clock *clock, const struct chance *chance)
{
	enum fault f = config_check(config);
	if (f != FAULT_NONE)
		return f;
	struct llm *m = mem_new(sizeof *m);
	m->config = *config;
	m->config.tries = config->tries > 0 && config->tries <= 10 ? config->tries : TRIES;
	m->config.connect_ms = within(config->connect_ms, CONNECT_MS);
	m->config.first_token_ms = within(config->first_token_ms, FIRST_TOKEN_MS);
	m->config.total_ms = within(config->total_ms, TOTAL_MAX_MS);
	m->base_url = mem_strdup(present(config->base_url));
	m->model = mem_strdup(present(config->model));
	m->embedding_model = mem_strdup(present(config->embedding_model));
	m->key_command = mem_strdup(present(config->key_command));
	m->ca_file = mem_strdup(present(config->ca_file));
	m->clock = *clock;
	m->chance = *chance;
	pthread_mutex_init(&m->lock, NULL);
	pthread_mutex_init(&m->key_lock, NULL);
	*out = m;
	return FAULT_NONE;
}

void
llm_free(struct llm *m)
{
	if (m == NULL)
		return;
	llm_secret_clear(&m->key);
	pthread_mutex_destroy(&m->lock);
	pthread_mutex_destroy(&m->key_lock);
	mem_free(m->base_url);
	mem_free(m->model);
	mem_free(m->embedding_model);
	mem_free(m->key_command);
	mem_free(m->ca_file);
	mem_free(m);
}

bool
llm_configured(const struct llm *m)
{
	return m != NULL && m->base_url != NULL && m->model != NULL;
}

const char *
llm_model(const struct llm *m)
{
	return m->model != NULL ? m->model : "";
}

int64_t
llm_now_ms(const struct llm *m)
{
	return m->clock.mono_ms(m->clock.arg);
}

/* base_url with path behind it; a query stays at the end. */
void
llm_url(struct text *out, const struct llm *m, const char *path)
{
	size_t n = strcspn(m->base_url, "?");
	const char *query = m->base_url + n;
	while (n > 0 && m->base_url[n - 1] == '/')
		n--;
	text_put_n(out, m->base_url, n);
	text_put(out, path);
	text_put(out, query);
}
