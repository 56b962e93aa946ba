/* The manifest: which segments make up the index, and which documents are dead in
 * each.  A text file that is replaced whole; the last line sums up the rest.
 *
 *	stoa-index FORMAT NUMBER NEXT
 *	segment NAME
 *	dead DOCUMENT
 *	sum HEX
 */
#include <inttypes.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include "find_in.h"
#include "index_in.h"

void
manifest_clear(struct manifest *m)
{
	for (size_t i = 0; i < m->count; i++)
		mem_free(m->parts[i].dead);
	mem_free(m->parts);
	*m = (struct manifest){ 0 };
}

static bool
name_is_ours(const char *s)
{
	size_t digits = strspn(s, "0123456789abcdef");
	return digits > 0 && digits <= 16 && str_same(s + digits, ".seg");
}

static bool
take_line(struct manifest *m, const char *line, size_t *cap, size_t *dead_cap)
{
	int64_t doc;
	int used = 0;
	if (str_starts(line, "segment ") && name_is_ours(line + 8) && m->count < SEGMENTS_MAX) {
		mem_reserve(&m->parts, cap, m->count + 1, sizeof *m->parts);
		m->parts[m->count] = (struct manifest_part){ 0 };
		snprintf(m->parts[m->count].name, sizeof m->parts->name, "%.31s", line + 8);
		m->count++;
		*dead_cap = 0;
		return true;
	}
	if (m->count == 0 || sscanf(line, "dead %" SCNd64 "%n", &doc, &used) != 1 || line[used] != '\0' || doc < 0)
		return false;
	struct manifest_part *p = &m->parts[m->count - 1];
	if (p->dead_count > 0 && p->dead[p->dead_count - 1] >= doc)
		return false;
	mem_reserve(&p->dead, dead_cap, p->dead_count + 1, sizeof *p->dead);
	p->dead[p->dead_count++] = doc;
	return true;
}

enum fault
manifest_parse(struct manifest *out, const char *s, size_t len)
{
	struct manifest m = { 0 };
	size_t cap = 0, dead_cap = 0, body = len >= 21 ? len - 21 : 0;
	char line[128], sum[32];
	int used = 0, format = 0;
	snprintf(sum, sizeof sum, "sum %016" PRIx64 "\n", bytes_check(s, body));
	if (len < 21 || memcmp(s + body, sum, 21) != 0 || memchr(s, '\0', len) != NULL)
		return fault(FAULT_DAMAGED, "the index manifest is not what was written");
	for (size_t at = 0, first = 1; at < body; first = 0) {
		const char *end = memchr(s + at, '\n', body - at);
		if (end == NULL || (size_t)(end - (s + at)) >= sizeof line)
			goto damaged;
		size_t n = (size_t)(end - (s + at));
		memcpy(line, s + at, n);
		line[n] = '\0';
		at += n + 1;
		if (first ? sscanf(line, "stoa-index %d %" SCNu64 " %" SCNu64 "%n", &format, &m.number, &m.next, &used) != 3 || line[used] != '\0' || format != INDEX_FORMAT :
			!take_line(&m, line, &cap, &dead_cap))
			goto damaged;
	}
	*out = m;
	return FAULT_NONE;
damaged:
	manifest_clear(&m);
	return fault(FAULT_DAMAGED, "the index manifest has a line that is not one of ours");
}

void
manifest_print(struct text *out, const struct snapshot *s, uint64_t number, uint64_t next)
{
	text_printf(out, "stoa-index %d %" PRIu64 " %" PRIu64 "\n", INDEX_FORMAT, number, next);
	for (size_t i = 0; i < s->count; i++) {
		text_printf(out, "segment %s\n", s->parts[i].segment->name);
		for (size_t j = 0; j < s->parts[i].dead_count; j++)
			text_printf(out, "dead %" PRId64 "\n", s->parts[i].dead[j]);
	}
	text_printf(out, "sum %016" PRIx64 "\n", bytes_check(out->data, out->len));
}
