/* What stoad.conf says, as an engine that is open and unlocked.
 *
 * The texts of the settings live as long as the setup, and so do the tables that
 * the engine is handed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "stoa/server.h"

static const char *
text_of(const struct server_setup *u, const char *section, const char *name)
{
	return server_conf_text(&u->conf, section, name);
}

static int64_t
number_of(const struct server_setup *u, const char *section, const char *name)
{
	return (int64_t)server_conf_number(&u->conf, section, name);
}

static bool
off(const struct server_setup *u, const char *section, const char *name)
{
	return str_same(server_conf_get(&u->conf, section, name), "off");
}

/* ---- providers: [oidc NAME] --------------------------------------------------------- */

static struct people_provider *
provider_named(struct server_setup *u, const char *name)
{
	for (size_t i = 0; i < u->provider_count; i++)
		if (str_same(u->providers[i].name, name))
			return &u->providers[i];
	if (u->provider_count == SERVER_PROVIDERS_MAX)
		return NULL;
	struct people_provider *p = &u->providers[u->provider_count++];
	p->name = arena_strdup(&u->arena, name);
	return p;
}

static enum fault
take_provider(const char *section, const char *name, const char *value, void *arg)
{
	static const struct { const char *name; size_t offset; } keys[] = {
		{ "title", offsetof(struct people_provider, title) },
		{ "issuer", offsetof(struct people_provider, issuer) },
		{ "client_id", offsetof(struct people_provider, client_id) },
		{ "client_secret_file", offsetof(struct people_provider, client_secret_file) },
		{ "scopes", offsetof(struct people_provider, scopes) },
	};
	struct server_setup *u = arg;
	struct people_provider *p = provider_named(u, section + strlen("oidc "));
	if (p == NULL)
		return fault(FAULT_LIMIT, "more than %d providers", SERVER_PROVIDERS_MAX);
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (str_same(keys[i].name, name)) {
			const char *copy = value[0] == '\0' ? NULL : arena_strdup(&u->arena, value);
			memcpy((char *)p + keys[i].offset, &copy, sizeof copy);
			return FAULT_NONE;
		}
	return fault(FAULT_INPUT, "a provider has no setting %s", name);
}

void
server_setup_init(struct server_setup *u)
{
	*u = (struct server_setup){ .conf = { .other = take_provider } };
	u->conf.arg = u;
	arena_init(&u->arena);
}

void
server_setup_clear(struct server_setup *u)
{
	vault_wipe(u->password, sizeof u->password);
	server_conf_clear(&u->conf);
	arena_clear(&u->arena);
}

/* ---- the key -------------------------------------------------------------------- */

static enum fault
key_from_command(struct vault_secret *out, const char *command)
{
	const char *const argv[] = { "/bin/sh", "-c", command, NULL };
	const struct child_limits limits = { .wall_ms = 30000, .output_bytes = 4096, .trusted = true };
	struct child c;
	int status = 0;
	enum fault f = child_start(&c, argv, -1, &limits);
	if (f != FAULT_NONE)
		return f;
	f = vault_secret_read(out, c.from_fd);
	enum fault ended = child_end(&c, &status);
	if (f == FAULT_NONE && (ended != FAULT_NONE || status != 0)) {
		vault_secret_clear(out);
		return fault(FAULT_SYSTEM, "the command for the key of the store failed");
	}
	return f;
}

/* Made on first start, when it is the one beside the store. */
static enum fault
key_from_file(struct vault_secret *out, const char *path, bool make)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0) {
		enum fault f = vault_secret_read(out, fd);
		close(fd);
		return f;
	}
	if (errno != ENOENT || !make)
		return fault_errno("the key %s cannot be read", path);
	enum fault f = vault_key_make(out);
	if (f == FAULT_NONE)
		f = file_write(path, out->bytes, out->len);
	return f;
}

/* What is wrong with the key, and which it is. */
static enum fault
key_fault(enum fault f, struct server_setup *u, const char *where)
{
	const char *why = arena_strdup(&u->arena, fault_sentence());
	return f == FAULT_INPUT || f == FAULT_DENIED ? fault(f, "the key of the store from %s: %s", where, why) : f;
}

static enum fault
unlock(struct server_setup *u)
{
	struct lock_state state;
	struct vault_secret key = { NULL, 0 };
	const char *command = text_of(u, "store", "key_command"), *file = text_of(u, "store", "key_file");
	const char *own = arena_printf(&u->arena, "%s/stoad.key", u->data);
	enum fault f = engine_lock_state(&state, u->engine);
	if (f == FAULT_NONE)
		f = command != NULL ? key_from_command(&key, command)
		    : file != NULL  ? key_from_file(&key, file, false)
				    : key_from_file(&key, own, state.fresh);
	if (f == FAULT_NONE)
		f = state.fresh ? engine_seal_new(u->engine, SLOT_KEY_FILE, &key, "stoad")
				: engine_unlock(u->engine, SLOT_KEY_FILE, &key);
	vault_secret_clear(&key);
	return key_fault(f, u, command != NULL ? "key_command" : file != NULL ? file : own);
}

/* ---- the engine ------------------------------------------------------------------- */

static enum fault
password_read(struct server_setup *u)
{
	const char *path = text_of(u, "mail", "password_file");
	struct text t;
	if (path == NULL)
		return FAULT_NONE;
	text_init(&t, sizeof u->password - 1);
	enum fault f = file_read(&t, path);
	if (f == FAULT_NONE)
		snprintf(u->password, sizeof u->password, "%.*s", (int)strcspn(t.data, "\r\n"), t.data);
	if (t.data != NULL)
		vault_wipe(t.data, t.cap);
	text_clear(&t);
	return f;
}

static void
mail_set(struct server_setup *u)
{
	u->outside.mail = (struct server_mail){
		.url = text_of(u, "mail", "url"),
		.user = text_of(u, "mail", "user"),
		.password = u->password[0] != '\0' ? u->password : NULL,
		.from = text_of(u, "mail", "from"),
		.from_name = text_of(u, "mail", "from_name"),
	};
}

void
server_rates(struct engine_rate out[ENGINE_RATES], const struct server_conf *c)
{
	static const struct { enum limit_class class; const char *name; int64_t hours; } rows[] = {
		{ LIMIT_GENERAL, "general_per_hour", 1 },
		{ LIMIT_ASK, "ask_per_hour", 1 },
		{ LIMIT_EXPORT, "export_per_day", 24 },
		{ LIMIT_ADMIN, "admin_per_hour", 1 },
	};
	out[LIMIT_NONE] = (struct engine_rate){ 0, 0 };
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		out[rows[i].class] = (struct engine_rate){ (int64_t)server_conf_number(c, "limits", rows[i].name),
			rows[i].hours * INT64_C(3600000) };
}

struct people_jwt
server_jwt(const struct server_conf *c)
{
	return (struct people_jwt){
		.issuer = server_conf_text(c, "jwt", "issuer"),
		.audience = server_conf_text(c, "jwt", "audience"),
		.secret_file = server_conf_text(c, "jwt", "secret_file"),
		.jwks_url = server_conf_text(c, "jwt", "jwks_url"),
	};
}

static struct engine_config
config_of(struct server_setup *u, const struct store_paths *paths)
{
	struct engine_config out = {
		.url = paths->url,
		.driver = paths->driver,
		.database = paths->database,
		.anchor = paths->anchor,
		.library_folder = arena_printf(&u->arena, "%s/library", u->data),
		.upload_folder = u->uploads,
		.clock = &clock_system,
		.chance = &chance_system,
		.llm_base_url = text_of(u, "llm", "base_url"),
		.llm_model = text_of(u, "llm", "model"),
		.llm_embedding_model = text_of(u, "llm", "embedding_model"),
		.llm_key_command = text_of(u, "llm", "key_command"),
		.llm_connect_ms = (int)number_of(u, "llm", "connect_ms"),
		.llm_first_token_ms = (int)number_of(u, "llm", "first_token_ms"),
		.llm_total_ms = (int)number_of(u, "llm", "total_ms"),
		.llm_input_usd_per_mtok = server_conf_number(&u->conf, "llm", "input_usd_per_mtok"),
		.llm_output_usd_per_mtok = server_conf_number(&u->conf, "llm", "output_usd_per_mtok"),
		.llm_daily_budget_usd = server_conf_number(&u->conf, "llm", "daily_budget_usd"),
		.threshold_answer = server_conf_number(&u->conf, "answers", "threshold_answer"),
		.threshold_maybe = server_conf_number(&u->conf, "answers", "threshold_maybe"),
		.threshold_email = server_conf_number(&u->conf, "answers", "threshold_email"),
		.upload_count_max = number_of(u, "limits", "documents_per_user"),
		.upload_bytes_max = number_of(u, "limits", "documents_mib_per_user") * 1024 * 1024,
		.inbox = text_of(u, "mail", "inbox"),
		.backup_folder = text_of(u, "backup", "folder") != NULL ? text_of(u, "backup", "folder")
									: arena_printf(&u->arena, "%s/backups", u->data),
		.backup_keep = number_of(u, "backup", "keep"),
		.questions_max = number_of(u, "limits", "questions_waiting"),
		.questions_network_max = number_of(u, "limits", "questions_waiting_per_address"),
		.questions_days = number_of(u, "retention", "questions_days"),
		.outside = server_outside(&u->outside),
		.providers = u->providers,
		.provider_count = u->provider_count,
		.jwt = server_jwt(&u->conf),
		.public_url = text_of(u, "server", "public_url"),
		.no_guests = off(u, "people", "guests"),
		.no_codes = off(u, "people", "join_codes"),
	};
	server_rates(out.rates, &u->conf);
	return out;
}

enum fault
server_setup_paths(struct store_paths *out, struct server_setup *u)
{
	u->data = text_of(u, "server", "data");
	if (u->data == NULL)
		return fault(FAULT_INPUT, "say where the data is: --data FOLDER, or data in [server] of stoad.conf");
	u->uploads = text_of(u, "server", "uploads");
	if (u->uploads == NULL)
		u->uploads = arena_printf(&u->arena, "%s/uploads", u->data);
	const char *url = text_of(u, "store", "url");
	*out = (struct store_paths){
		.url = url,
		.driver = url != NULL ? &store_postgres : NULL,
		.database = arena_printf(&u->arena, "%s/stoad.db", u->data),
		.anchor = arena_printf(&u->arena, "%s/stoad.anchor", u->data),
	};
	return folder_make(u->data);
}

enum fault
server_setup_store(struct server_setup *u)
{
	struct store_paths paths;
	enum fault f = server_setup_paths(&paths, u);
	if (f == FAULT_NONE)
		f = vault_start();
	return f == FAULT_NONE ? store_open(&u->store, &paths, &clock_system) : f;
}

enum fault
server_setup_engine(struct server_setup *u)
{
	struct store_paths paths;
	enum fault f = server_setup_paths(&paths, u);
	if (f == FAULT_NONE)
		f = password_read(u);
	if (f != FAULT_NONE)
		return f;
	mail_set(u);
	const struct engine_config config = config_of(u, &paths);
	f = vault_start();
	if (f == FAULT_NONE)
		f = engine_open(&u->engine, &config);
	if (f == FAULT_NONE)
		f = unlock(u);
	return f;
}

/* ---- a classroom ------------------------------------------------------------------------ */

enum fault
server_setup_certificate(struct server_setup *u)
{
	const char *certificate = text_of(u, "tls", "certificate"), *key = text_of(u, "tls", "key");
	if ((certificate == NULL) != (key == NULL))
		return fault(FAULT_INPUT, "a certificate and its key go together");
	u->certificate = certificate;
	u->key = key;
	if (certificate != NULL || !u->lan)
		return FAULT_NONE;
	const char *folder = arena_printf(&u->arena, "%s/tls", u->data);
	u->certificate = arena_printf(&u->arena, "%s/certificate.pem", folder);
	u->key = arena_printf(&u->arena, "%s/key.pem", folder);
	enum fault f = folder_make(folder);
	if (f == FAULT_NONE)
		f = server_certificate_make(u->certificate, u->key, &clock_system, &chance_system);
	return f;
}

#define CLASSROOM "classroom"

enum fault
server_setup_code(const char **code, struct server_setup *u)
{
	const struct principal own = { .user = "", .role = ROLE_ADMIN };
	const struct class_create create = { .id = CLASSROOM, .title = "Classroom" };
	const struct join_code_make make = { .id = CLASSROOM };
	void *reply = NULL;
	enum fault f = engine_call(&reply, &u->arena, u->engine, &own, "class.create", &create, NULL);
	if (f == FAULT_NONE || f == FAULT_EXISTS)
		f = engine_call(&reply, &u->arena, u->engine, &own, "class.join_code", &make, NULL);
	if (f == FAULT_NONE)
		*code = ((const struct join_code *)reply)->code;
	return f;
}
