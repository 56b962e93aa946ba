/* Time: the system's clocks, and RFC 3339 text of Unix milliseconds.
 *
 * Civil dates by the era arithmetic of Gregorian cycles (400 years, 146,097
 * days) instead of gmtime, so that no time zone and no 32-bit time_t can
 * interfere; years 0001 to 9999, as RFC 3339 has them. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "stoa/base.h"

#define EPOCH_MIN_MS (INT64_C(-719162) * DAY_MS)              /* 0001-01-01 */
#define EPOCH_MAX_MS (INT64_C(2932896) * DAY_MS + DAY_MS - 1) /* 9999-12-31 */

static int64_t
clock_ms(clockid_t id)
{
	struct timespec ts;
	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t
system_wall_ms(void *arg)
{
	(void)arg;
	return clock_ms(CLOCK_REALTIME);
}

static int64_t
system_mono_ms(void *arg)
{
	(void)arg;
	return clock_ms(CLOCK_MONOTONIC);
}

const struct clock clock_system = { system_wall_ms, system_mono_ms, NULL };

/* Days since 1970-01-01 of a civil date; March begins the year of the sum. */
static int64_t
days_from_civil(int64_t y, int64_t m, int64_t d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400, yoe = y - era * 400;
	int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

static void
civil_from_days(int64_t days, int64_t *y, int64_t *m, int64_t *d)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097, doe = days - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	*d = doy - (153 * mp + 2) / 5 + 1;
	*m = mp < 10 ? mp + 3 : mp - 9;
	*y = yoe + era * 400 + (*m <= 2);
}

/* The last n digits of value and what follows them; every reply and every line of the
 * log has a time, and printf is slow at it. */
static void
put_digits(char **at, int64_t value, int n, char behind)
{
	for (int i = n; i-- > 0; value /= 10)
		(*at)[i] = (char)('0' + value % 10);
	(*at)[n] = behind;
	*at += n + 1;
}

void
time_format(char out[TIME_TEXT_BYTES], int64_t ms)
{
	ms = ms < EPOCH_MIN_MS ? EPOCH_MIN_MS : ms > EPOCH_MAX_MS ? EPOCH_MAX_MS : ms;
	int64_t days = ms / DAY_MS, rest = ms % DAY_MS, y, m, d;
	if (rest < 0) {
		rest += DAY_MS;
		days--;
	}
	civil_from_days(days, &y, &m, &d);
	char *at = out;
	put_digits(&at, y, 4, '-');
	put_digits(&at, m, 2, '-');
	put_digits(&at, d, 2, 'T');
	put_digits(&at, rest / 3600000, 2, ':');
	put_digits(&at, rest / 60000 % 60, 2, ':');
	put_digits(&at, rest / 1000 % 60, 2, '.');
	put_digits(&at, rest % 1000, 3, 'Z');
	*at = '\0';
}

/* Exactly n digits at *s as a number from low to high; false otherwise. */
static bool
digits(int64_t *out, const char **s, int n, int64_t low, int64_t high)
{
	int64_t value = 0;
	for (; n > 0; n--, (*s)++) {
		if (**s < '0' || **s > '9')
			return false;
		value = value * 10 + (**s - '0');
	}
	*out = value;
	return value >= low && value <= high;
}

static bool
letter(const char **s, const char *among)
{
	if (**s == '\0' || strchr(among, **s) == NULL)
		return false;
	++*s;
	return true;
}

static int64_t
month_days(int64_t y, int64_t m)
{
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
	return m == 2 ? 28 + leap : m == 4 || m == 6 || m == 9 || m == 11 ? 30 : 31;
}

/* ".123" to milliseconds; further digits are cut. */
static bool
fraction(int64_t *ms, const char **s)
{
	*ms = 0;
	if (**s != '.')
		return true;
	++*s;
	int64_t scale = 100;
	if (**s < '0' || **s > '9')
		return false;
	for (; **s >= '0' && **s <= '9'; ++*s, scale /= 10)
		*ms += (**s - '0') * scale;
	return true;
}

/* "Z" or "+09:00" to minutes east. */
static bool
offset(int64_t *minutes, const char **s)
{
	int64_t h = 0, m = 0;
	*minutes = 0;
	if (letter(s, "Zz"))
		return true;
	int sign = **s == '-' ? -1 : 1;
	if (!letter(s, "+-") || !digits(&h, s, 2, 0, 23) || !letter(s, ":") ||
		!digits(&m, s, 2, 0, 59))
		return false;
	*minutes = sign * (h * 60 + m);
	return true;
}

enum fault
time_parse(int64_t *unix_ms, const char *text)
{
	const char *s = text;
	int64_t y, mo, d, h, mi, sec, ms, east;
	bool ok = digits(&y, &s, 4, 1, 9999) && letter(&s, "-") && digits(&mo, &s, 2, 1, 12) &&
		  letter(&s, "-") && digits(&d, &s, 2, 1, month_days(y, mo)) && letter(&s, "Tt ") &&
		  digits(&h, &s, 2, 0, 23) && letter(&s, ":") && digits(&mi, &s, 2, 0, 59) &&
		  letter(&s, ":") && digits(&sec, &s, 2, 0, 60) && fraction(&ms, &s) &&
		  offset(&east, &s) && *s == '\0';
	if (!ok)
		return fault(
			FAULT_INPUT, "\"%.40s\" is not a time like 2026-01-31T09:30:00Z", text);
	sec = sec == 60 ? 59 : sec; /* a leap second is the second before it */
	*unix_ms =
		days_from_civil(y, mo, d) * DAY_MS + ((h * 60 + mi - east) * 60 + sec) * 1000 + ms;
	return FAULT_NONE;
}
