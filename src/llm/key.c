/* The key: fetched by a command when it is first needed, kept in locked memory.
 *
 * It never stands in the configuration, in arguments or in the environment.  The
 * command runs with the few variables that password stores need and no others;
 * env(1) sets them, because child_start() gives a child nothing of ours.  The
 * pages that hold the key are locked and left out of core dumps; where locking is
 * not allowed the log says so and work goes on, as a key is worth less than the
 * history that the vault guards.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "llm_in.h"

#define KEY_BYTES_MAX 4096
#define KEY_WALL_MS 60000
#define TURN_MS 50

static enum fault
secret_new(struct llm_secret *out)
{
	struct llm_secret s = { .mapped_bytes = 2 * KEY_BYTES_MAX };
	s.text = mmap(NULL, s.mapped_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (s.text == MAP_FAILED)
		return fault_errno("no memory for the key");
	madvise(s.text, s.mapped_bytes, MADV_DONTDUMP);
	if (mlock(s.text, s.mapped_bytes) != 0)
		log_event(LOG_WARN, "llm", "key-memory-not-locked", "size=%zu", s.mapped_bytes);
	*out = s;
	return FAULT_NONE;
}

void
llm_secret_clear(struct llm_secret *s)
{
	if (s->text == NULL)
		return;
	explicit_bzero(s->text, s->mapped_bytes);
	munmap(s->text, s->mapped_bytes);
	*s = (struct llm_secret){ 0 };
}

/* env -i NAME=value... sh -c COMMAND */
static const char **
command_line(struct arena *a, const char *command)
{
	static const char *const passed[] = {
		"HOME", "PATH", "USER", "LOGNAME", "LANG", "LC_ALL", "TERM", "DISPLAY", "WAYLAND_DISPLAY",
		"XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "DBUS_SESSION_BUS_ADDRESS",
		"GNUPGHOME", "GPG_TTY", "PASSWORD_STORE_DIR", "SSH_AUTH_SOCK",
	};
	const char **argv = arena_alloc(a, (COUNT_OF(passed) + 6) * sizeof *argv);
	size_t n = 0;
	argv[n++] = "/usr/bin/env";
	argv[n++] = "-i";
	for (size_t i = 0; i < COUNT_OF(passed); i++) {
		const char *value = getenv(passed[i]);
		if (value != NULL)
			argv[n++] = arena_printf(a, "%s=%s", passed[i], value);
	}
	argv[n++] = "/bin/sh";
	argv[n++] = "-c";
	argv[n++] = command;
	return argv;
}

/* Up to the end of the first line. */
static enum fault
read_line(struct llm_secret *s, size_t *len, const struct child *c, const struct cancel *cancel)
{
	size_t n = 0;
	for (;;) {
		enum fault f = cancel_check(cancel);
		if (f != FAULT_NONE)
			return f;
		if (clock_system.mono_ms(clock_system.arg) >= c->deadline_ms)
			return fault(FAULT_LIMIT, "key_command took longer than %d s", KEY_WALL_MS / 1000);
		struct pollfd wait = { .fd = c->from_fd, .events = POLLIN };
		if (poll(&wait, 1, TURN_MS) <= 0)
			continue;
		ssize_t got = read(c->from_fd, s->text + n, KEY_BYTES_MAX + 1 - n);
		if (got < 0)
			return fault_errno("the output of key_command cannot be read");
		const char *end = memchr(s->text + n, '\n', (size_t)got);
		n = end != NULL ? (size_t)(end - s->text) : n + (size_t)got;
		if (n > KEY_BYTES_MAX)
			return fault(FAULT_LIMIT, "the key is longer than %d bytes", KEY_BYTES_MAX);
		if (got == 0 || end != NULL)
			break;
	}
	*len = n;
	return FAULT_NONE;
}

static enum fault
key_check(struct llm_secret *s, size_t len)
{
	while (len > 0 && (s->text[len - 1] == '\r' || s->text[len - 1] == ' '))
		len--;
	memset(s->text + len, 0, s->mapped_bytes - len);
	if (len == 0)
		return fault(FAULT_DENIED, "key_command printed no key");
	for (size_t i = 0; i < len; i++)
		if (s->text[i] <= ' ' || s->text[i] >= 0x7F)
			return fault(FAULT_DENIED, "key_command printed a line that cannot be a key");
	return FAULT_NONE;
}

static enum fault
fetch(struct llm_secret *s, const char *command, const struct cancel *cancel)
{
	const struct child_limits limits = { .cpu_s = 20, .wall_ms = KEY_WALL_MS };
	struct arena a;
	struct child c;
	size_t len = 0;
	int status = 0, null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null < 0)
		return fault_errno("/dev/null cannot be opened");
	arena_init(&a);
	enum fault f = child_start(&c, command_line(&a, command), null, &limits);
	close(null);
	arena_clear(&a);
	if (f != FAULT_NONE)
		return f;
	f = read_line(s, &len, &c, cancel);
	if (f != FAULT_NONE) {
		child_kill(&c);
		c.deadline_ms = 0; /* why is said already: child_end() only waits */
		(void)!child_end(&c, &status);
		return f;
	}
	f = child_end(&c, &status);
	int end = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	/* Printing on after the first line may end in SIGPIPE; that is no failure. */
	if (f == FAULT_NONE && end != 0 && end != 128 + SIGPIPE)
		f = fault(FAULT_DENIED, "key_command ended with status %d", end);
	return f == FAULT_NONE ? key_check(s, len) : f;
}

enum fault
llm_key_take(struct llm_secret *out, struct llm *m, const struct cancel *cancel)
{
	struct llm_secret copy = { 0 }, fresh = { 0 };
	enum fault f = FAULT_NONE;
	*out = copy;
	if (m->key_command == NULL)
		return FAULT_NONE;
	pthread_mutex_lock(&m->key_lock);
	if (m->key.text == NULL) {
		f = secret_new(&fresh);
		if (f == FAULT_NONE)
			f = fetch(&fresh, m->key_command, cancel);
		if (f == FAULT_NONE)
			m->key = fresh;
		else
			llm_secret_clear(&fresh);
	}
	if (f == FAULT_NONE)
		f = secret_new(&copy);
	if (f == FAULT_NONE)
		memcpy(copy.text, m->key.text, copy.mapped_bytes);
	pthread_mutex_unlock(&m->key_lock);
	*out = copy;
	return f;
}

void
llm_key_forget(struct llm *m)
{
	pthread_mutex_lock(&m->key_lock);
	llm_secret_clear(&m->key);
	pthread_mutex_unlock(&m->key_lock);
}
