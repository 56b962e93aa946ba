/* The log: one line an event, one write(2) a line.
 *
 * The caller's keys are formatted as one string and cut at the names that the
 * format itself holds, so a value with a space or an '=' in it cannot pretend to
 * be another pair; it is quoted like JSON, which also escapes every control byte.
 * At opening, a log of more than 4 MiB is put aside as NAME.1. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base_in.h"

#define LOG_BYTES_MAX (4 * 1024 * 1024)
#define LINE_MAX_BYTES 4096

static struct {
	pthread_mutex_t lock;
	int fd; /* -1: closed, nothing is logged */
	enum log_level least;
	bool json;
} log_state = { PTHREAD_MUTEX_INITIALIZER, -1, LOG_WARN, false };

static const char *const level_names[] = { "debug", "info", "warn", "error" };

enum fault
log_open(const char *path, enum log_level least, bool json)
{
	int fd = 2;
	if (path != NULL) {
		struct stat st;
		struct text old;
		text_init(&old, 4096);
		text_printf(&old, "%s.1", path);
		if (lstat(path, &st) == 0 && st.st_size > LOG_BYTES_MAX && !old.over)
			(void)!rename(path, old.data);
		text_clear(&old);
		fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd < 0)
			return fault_errno("log %s cannot be opened", path);
	}
	log_close();
	pthread_mutex_lock(&log_state.lock);
	log_state.fd = fd;
	log_state.least = least;
	log_state.json = json;
	pthread_mutex_unlock(&log_state.lock);
	return FAULT_NONE;
}

void
log_close(void)
{
	pthread_mutex_lock(&log_state.lock);
	if (log_state.fd > 2)
		close(log_state.fd);
	log_state.fd = -1;
	pthread_mutex_unlock(&log_state.lock);
}

static void
put_pair(struct text *line, bool json, const char *key, size_t key_len, const char *value,
	size_t len)
{
	bool number = len > 0 && len < 16 && strspn(value, "0123456789") >= len &&
		      (value[0] != '0' || len == 1);
	bool bare = len > 0 && ascii_run(value, len) == len && memchr(value, ' ', len) == NULL &&
		    memchr(value, '"', len) == NULL && memchr(value, '\\', len) == NULL;
	if (json) {
		text_put_c(line, ',');
		json_put_string_n(line, key, key_len);
		text_put_c(line, ':');
	} else {
		text_put_c(line, ' ');
		text_put_n(line, key, key_len);
		text_put_c(line, '=');
	}
	if (json ? number : bare)
		text_put_n(line, value, len);
	else
		json_put_string_n(line, value, len);
}

/* Where the next " key=" of the format stands in the values; NULL: it is the last. */
static const char *
value_end(const char *value, const char *next_key, size_t key_len)
{
	for (const char *p = value; (p = strchr(p, ' ')) != NULL; p++)
		if (strncmp(p + 1, next_key, key_len) == 0 && p[1 + key_len] == '=')
			return p;
	return NULL;
}

/* Pairs of `values`, which was formatted by `format` ("id=%s size=%zu"). */
static void
put_pairs(struct text *line, bool json, const char *format, const char *values)
{
	while (format != NULL && *format != '\0') {
		size_t key_len = strcspn(format, "= ");
		const char *key = format;
		const char *next = strchr(format, ' ');
		format = next == NULL ? NULL : next + 1;
		if (strncmp(values, key, key_len) != 0 || values[key_len] != '=')
			return; /* cut short, or no pair */
		values += key_len + 1;
		const char *end =
			format == NULL ? NULL : value_end(values, format, strcspn(format, "= "));
		size_t len = end == NULL ? strlen(values) : (size_t)(end - values);
		put_pair(line, json, key, key_len, values, len);
		values += len + (end != NULL);
	}
}

void
log_event(enum log_level level, const char *room, const char *event, const char *keys, ...)
{
	char values[2048], now[TIME_TEXT_BYTES];
	pthread_mutex_lock(&log_state.lock);
	bool wanted = log_state.fd >= 0 && level >= log_state.least;
	bool json = log_state.json;
	pthread_mutex_unlock(&log_state.lock);
	if (!wanted)
		return;
	va_list ap;
	va_start(ap, keys);
	vsnprintf(values, sizeof values, keys, ap);
	va_end(ap);
	time_format(now, clock_system.wall_ms(clock_system.arg));
	struct text line;
	text_init(&line, LINE_MAX_BYTES);
	text_printf(&line,
		json ? "{\"time\":\"%s\",\"level\":\"%s\",\"room\":\"%s\",\"event\":\"%s\""
		     : "%s %s %s %s",
		now, level_names[level], room, event);
	put_pairs(&line, json, keys, values);
	text_put(&line, json ? "}\n" : "\n");
	pthread_mutex_lock(&log_state.lock);
	if (log_state.fd >= 0 && !line.over)
		(void)!fd_write_all(log_state.fd, line.data, line.len);
	pthread_mutex_unlock(&log_state.lock);
	text_clear(&line);
}
