/* The log: one line an event, one write(2) a line.
 *
 * Which bytes are whose value comes from the caller's format alone, so a value with a
 * space or an '=' in it cannot pretend to be another pair; it is quoted like JSON,
 * which also escapes every control byte.
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
#define FORMAT_BYTES 512
#define VALUES_BYTES 2048
#define LINE_BYTES_MAX (6 * VALUES_BYTES + 1024) /* a byte becomes six at most: \u001b */

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

/* The formats are log_event()'s, which the compiler has checked, cut behind a pair. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static int
format_values(char values[VALUES_BYTES], const char *format, va_list ap)
{
	return vsnprintf(values, VALUES_BYTES, format, ap);
}
#pragma GCC diagnostic pop

/* Pairs of the format keys ("id=%s size=%zu"), whose values are in ap.  Where a pair
 * ends is measured by formatting all up to it: a value may hold what it likes. */
static void
put_pairs(struct text *line, bool json, const char *keys, va_list ap)
{
	char format[FORMAT_BYTES], values[VALUES_BYTES];
	for (size_t n = 0, at = 0; keys[n] != '\0'; n += keys[n] == ' ') {
		const char *key = keys + n;
		size_t key_len = strcspn(key, "= ");
		n += strcspn(key, " ");
		if (key[key_len] != '=' || n >= sizeof format)
			return;
		memcpy(format, keys, n);
		format[n] = '\0';
		va_list again;
		va_copy(again, ap);
		int len = format_values(values, format, again);
		va_end(again);
		size_t from = at + key_len + 1, end = len < 0 ? 0 : (size_t)len;
		bool cut = end >= sizeof values;
		end = cut ? sizeof values - 1 : end;
		if (from > end)
			return;
		put_pair(line, json, key, key_len, values + from, end - from);
		if (cut)
			return;
		at = end + 1;
	}
}

void
log_event(enum log_level level, const char *room, const char *event, const char *keys, ...)
{
	char now[TIME_TEXT_BYTES];
	pthread_mutex_lock(&log_state.lock);
	bool wanted = log_state.fd >= 0 && level >= log_state.least;
	bool json = log_state.json;
	pthread_mutex_unlock(&log_state.lock);
	if (!wanted)
		return;
	time_format(now, clock_system.wall_ms(clock_system.arg));
	struct text line;
	text_init(&line, LINE_BYTES_MAX);
	text_printf(&line,
		json ? "{\"time\":\"%s\",\"level\":\"%s\",\"room\":\"%s\",\"event\":\"%s\""
		     : "%s %s %s %s",
		now, level_names[level], room, event);
	va_list ap;
	va_start(ap, keys);
	put_pairs(&line, json, keys, ap);
	va_end(ap);
	text_put(&line, json ? "}\n" : "\n");
	pthread_mutex_lock(&log_state.lock);
	if (log_state.fd >= 0 && !line.over)
		(void)!fd_write_errno(log_state.fd, line.data, line.len);
	pthread_mutex_unlock(&log_state.lock);
	text_clear(&line);
}
