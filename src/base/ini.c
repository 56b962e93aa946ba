/* Ini files, read by libinih out of memory.
 *
 * inih cuts long lines and names in two without a word, so our reader refuses
 * them, counts lines for the sentence, and joins a value that goes on in
 * indented lines before it is handed on. */
#include <ini.h>
#include <string.h>

#include "base_in.h"

#define NAME_MAX_BYTES 48 /* inih keeps 49 and cuts the rest */
#define VALUE_MAX (16 * 1024)

struct reading {
	const char *label, *s;
	size_t len, at;
	int line;      /* the one read last */
	bool indented; /* it goes on with the value before */
	ini_fn *each;
	void *arg;
	char section[64], name[64];
	struct text value; /* waits for its continuation */
	int value_line;    /* 0: nothing waits */
	enum fault fault;
};

static enum fault
refuse(struct reading *r, int line, enum fault kind, const char *why)
{
	return r->fault = fault(kind, "%s:%d: %s", r->label, line, why);
}

/* fgets() for inih. */
static char *
next_line(char *out, int size, void *arg)
{
	struct reading *r = arg;
	if (r->fault != FAULT_NONE || r->at >= r->len)
		return NULL;
	const char *from = r->s + r->at, *end = memchr(from, '\n', r->len - r->at);
	size_t n = end == NULL ? r->len - r->at : (size_t)(end - from) + 1;
	r->line++;
	if (n >= (size_t)size) {
		refuse(r, r->line, FAULT_LIMIT, "the line is too long; go on in an indented line");
		return NULL;
	}
	memcpy(out, from, n);
	out[n] = '\0';
	r->at += n;
	r->indented = from[0] == ' ' || from[0] == '\t';
	return out;
}

/* Hand on the value that waits. */
static void
deliver(struct reading *r)
{
	if (r->value_line == 0 || r->fault != FAULT_NONE)
		return;
	int line = r->value_line;
	r->value_line = 0;
	if (r->value.over) {
		refuse(r, line, FAULT_LIMIT, "the value is too long");
		return;
	}
	r->fault = r->each(r->section, r->name, r->value.data, line, r->arg);
	if (r->fault != FAULT_NONE)
		refuse(r, line, r->fault, fault_sentence());
}

static int
collect(void *arg, const char *section, const char *name, const char *value)
{
	struct reading *r = arg;
	if (r->fault != FAULT_NONE)
		return 1;
	if (r->indented && r->value_line != 0 && str_same(r->name, name)) {
		text_put_c(&r->value, ' ');
		text_put(&r->value, value);
		return 1;
	}
	deliver(r);
	if (r->fault != FAULT_NONE)
		return 1;
	if (strlen(section) > NAME_MAX_BYTES || strlen(name) > NAME_MAX_BYTES) {
		refuse(r, r->line, FAULT_LIMIT, "the name is too long");
		return 1;
	}
	memcpy(r->section, section, strlen(section) + 1);
	memcpy(r->name, name, strlen(name) + 1);
	text_reset(&r->value);
	text_put(&r->value, value);
	r->value_line = r->line;
	return 1;
}

enum fault
ini_text(const char *label, const char *s, size_t len, ini_fn *each, void *arg)
{
	if (len > INI_BYTES_MAX)
		return fault(FAULT_LIMIT, "%s is larger than %d bytes", label, INI_BYTES_MAX);
	if (!utf8_valid(s, len) || memchr(s, '\0', len) != NULL)
		return fault(FAULT_INPUT, "%s is not UTF-8 text", label);
	struct reading r = { .label = label, .s = s, .len = len, .each = each, .arg = arg };
	text_init(&r.value, VALUE_MAX);
	int bad_line = ini_parse_stream(next_line, &r, collect, &r);
	deliver(&r);
	text_clear(&r.value);
	if (r.fault == FAULT_NONE && bad_line > 0)
		return fault(
			FAULT_INPUT, "%s:%d: neither [section] nor name = value", label, bad_line);
	if (r.fault == FAULT_NONE && bad_line < 0)
		return fault(FAULT_SYSTEM, "%s cannot be read", label);
	return r.fault;
}

enum fault
ini_read(const char *path, ini_fn *each, void *arg)
{
	struct text t;
	text_init(&t, INI_BYTES_MAX);
	enum fault f = file_read(&t, path);
	if (f == FAULT_NONE)
		f = ini_text(path, t.data, t.len, each, arg);
	text_clear(&t);
	return f;
}
