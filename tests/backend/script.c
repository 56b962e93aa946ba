/* One script of calls against this process, a server on SQLite and one on PostgreSQL:
 * the replies are the same.
 *
 * A line is an operation and its request; $1 stands for the id that an earlier line
 * brought.  Ids and times differ, so they are masked: an id by the number of its first
 * appearance, which keeps it told who names whom. */
#include <ctype.h>

#include "../support/postgres.h"
#include "remote_test.h"

#define CONV "a00000000000000000000000000000c1"
#define ASKED "b00000000000000000000000000000a1"

static const struct { const char *operation, *request; int keep; /* the reply's id as $keep */ } script[] = {
	{ "document.list", "{}", 0 },
	{ "document.add", "{\"path\":\"$F/plants.md\",\"subject\":\"biology\"}", 1 },
	{ "document.add", "{\"path\":\"$F/waves.md\",\"subject\":\"physics\",\"retention_days\":30}", 2 },
	{ "document.add", "{\"path\":\"$F/plants.md\",\"subject\":\"biology\"}", 0 },
	{ "document.add", "{\"path\":\"$F/broken.pdf\"}", 0 },
	{ "document.get", "{\"id\":\"$1\"}", 0 },
	{ "document.get", "{\"id\":\"none\"}", 0 },
	{ "document.list", "{\"subjects\":[\"biology\",\"art\"],\"limit\":1}", 0 },
	{ "document.list", "{\"search\":\"wave\"}", 0 },
	{ "document.content", "{\"id\":\"$1\",\"start\":2,\"end\":60}", 0 },
	{ "document.content", "{\"id\":\"$1\",\"page\":3}", 0 },
	{ "passage.get", "{\"file_id\":\"$2\",\"n\":0,\"neighbours\":1}", 0 },
	{ "passage.get", "{\"file_id\":\"$2\",\"n\":900}", 0 },
	{ "search.run", "{\"query\":\"calvin cycle\",\"k\":3}", 0 },
	{ "search.run", "{\"query\":\"sound & light\",\"subjects\":[\"physics\"]}", 0 },
	{ "search.run", "{\"query\":\"\"}", 0 },
	{ "conversation.create", "{\"id\":\"" CONV "\",\"title\":\"\",\"subject\":\"biology\"}", 3 },
	{ "conversation.create", "{\"id\":\"not an id\"}", 0 },
	{ "message.send", "{\"conversation_id\":\"" CONV "\",\"id\":\"" ASKED "\",\"content\":\"Where does the Calvin cycle take place?\",\"mode\":\"extractive\"}", 4 },
	{ "message.send", "{\"conversation_id\":\"" CONV "\",\"id\":\"" ASKED "\",\"content\":\"Where does the Calvin cycle take place?\",\"mode\":\"extractive\"}", 0 },
	{ "message.send", "{\"conversation_id\":\"" CONV "\",\"content\":\"What do roots take up?\",\"mode\":\"extractive\"}", 5 },
	{ "message.send", "{\"conversation_id\":\"" CONV "\",\"content\":\"Do roots take place in minerals and sound?\",\"mode\":\"extractive\"}", 0 },
	{ "message.send", "{\"content\":\"What is sound?\",\"mode\":\"extractive\",\"documents\":[\"$2\"]}", 0 },
	{ "message.send", "{\"content\":\"What is sound?\",\"ephemeral\":true,\"mode\":\"extractive\"}", 0 },
	{ "message.send", "{\"content\":\"What is red?\",\"context\":\"Red is the colour of ripe tomatoes.\",\"mode\":\"extractive\"}", 0 },
	{ "message.feedback", "{\"id\":\"$4\",\"score\":1,\"reasons\":[\"helpful\"],\"comment\":\"good & short\"}", 0 },
	{ "message.feedback", "{\"id\":\"$5\",\"score\":-1}", 0 },
	{ "message.feedback", "{\"id\":\"c00000000000000000000000000000ff\",\"score\":1}", 0 },
	{ "conversation.get", "{\"id\":\"" CONV "\"}", 0 },
	{ "conversation.get", "{\"id\":\"" CONV "\",\"limit\":2}", 0 },
	{ "conversation.get", "{\"id\":\"c00000000000000000000000000000ff\"}", 0 },
	{ "conversation.update", "{\"id\":\"" CONV "\",\"title\":\"Plants \xC3\xA4 \\u2192 \\\"x\\\"\"}", 0 },
	{ "conversation.update", "{\"id\":\"" CONV "\",\"title\":\"\"}", 0 },
	{ "conversation.list", "{\"limit\":2}", 0 },
	{ "conversation.list", "{\"status\":\"all\",\"search\":\"plants\"}", 0 },
	{ "history.search", "{\"query\":\"stroma\"}", 0 },
	{ "history.search", "{\"query\":\"sound\",\"role\":\"user\",\"k\":2}", 0 },
	{ "conversation.export", "{\"id\":\"" CONV "\",\"format\":\"md\"}", 0 },
	{ "conversation.export", "{\"id\":\"" CONV "\",\"format\":\"json\"}", 0 },
	{ "conversation.export", "{\"id\":\"" CONV "\",\"format\":\"html\"}", 0 },
	{ "me.get", "{}", 0 },
	{ "me.update", "{\"language\":\"de\",\"level\":\"brief\",\"subjects\":[\"biology\"],\"retention_days\":90}", 0 },
	{ "me.update", "{\"level\":\"enormous\"}", 0 },
	{ "me.get", "{}", 0 },
	{ "me.export", "{\"format\":\"txt\"}", 0 },
	{ "conversation.update", "{\"id\":\"" CONV "\",\"status\":\"archived\"}", 0 },
	{ "conversation.list", "{\"status\":\"archived\"}", 0 },
	{ "conversation.import", "{\"body\":\"{\\\"format\\\":\\\"other\\\"}\"}", 0 },
	{ "conversation.delete", "{\"id\":\"" CONV "\"}", 0 },
	{ "conversation.delete", "{\"id\":\"" CONV "\"}", 0 },
	{ "history.search", "{\"query\":\"stroma\"}", 0 },
	{ "class.create", "{\"title\":\"Green plants\"}", 0 },
	{ "document.add", "{\"path\":\"$F/roots.md\",\"subject\":\"green-plants\"}", 6 },
	{ "assignment.create", "{\"class_id\":\"green-plants\",\"title\":\"Roots\",\"instructions\":\"Read, then ask.\",\"due\":\"2031-03-01T18:00:00Z\",\"materials\":[\"$6\"]}", 7 },
	{ "assignment.create", "{\"class_id\":\"green-plants\",\"title\":\"Other\",\"materials\":[\"$1\"]}", 0 },
	{ "assignment.create", "{\"class_id\":\"none\",\"title\":\"Other\"}", 0 },
	{ "assignment.list", "{\"class_id\":\"green-plants\"}", 0 },
	{ "assignment.list", "{\"class_id\":\"green-plants\",\"cursor\":\"x\"}", 0 },
	{ "assignment.update", "{\"class_id\":\"green-plants\",\"id\":\"$7\",\"state\":\"published\",\"clear\":[\"due\"]}", 0 },
	{ "assignment.get", "{\"class_id\":\"green-plants\",\"id\":\"$7\"}", 0 },
	{ "assignment.get", "{\"class_id\":\"none\",\"id\":\"$7\"}", 0 },
	{ "message.send", "{\"content\":\"What do root hairs take up?\",\"assignment_id\":\"$7\",\"mode\":\"extractive\"}", 0 },
	{ "message.send", "{\"content\":\"What is light?\",\"assignment_id\":\"$7\",\"mode\":\"extractive\"}", 0 },
	{ "message.send", "{\"content\":\"What is light?\",\"assignment_id\":\"$7\",\"documents\":[\"$2\"]}", 0 },
	{ "assignment.delete", "{\"class_id\":\"green-plants\",\"id\":\"$7\"}", 0 },
	{ "assignment.delete", "{\"class_id\":\"green-plants\",\"id\":\"$7\"}", 0 },
	{ "document.delete", "{\"id\":\"$6\"}", 0 },
	{ "document.reindex", "{\"id\":\"$1\"}", 0 },
	{ "document.delete", "{\"id\":\"$2\"}", 0 },
	{ "document.delete", "{\"id\":\"$2\"}", 0 },
	{ "document.list", "{}", 0 },
	{ "health.get", "{}", 0 },
};
#define LINES COUNT_OF(script)

struct told { char *lines[LINES]; };

static char top[64];

static void
course_write(void)
{
	static const char plants[] = "# Plants\n\nThe Calvin cycle takes place in the stroma. Roots take up water and minerals.\n";
	static const char waves[] = "# Waves\n\nSound is a longitudinal wave. Light is a transverse wave.\n\n## Speed\n\nThe speed of sound in air is 343 metres a second.\n";
	static const char roots[] = "# Roots\n\nRoot hairs take up water by osmosis.\n";
	char path[128];
	snprintf(top, sizeof top, "%s", scratch());
	const struct { const char *name, *text; } files[] = { { "plants.md", plants }, { "waves.md", waves }, { "roots.md", roots }, { "broken.pdf", "%PDF-1.7 and no more" } };
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		snprintf(path, sizeof path, "%s/%s", top, files[i].name);
		WELL(file_write(path, files[i].text, strlen(files[i].text)));
	}
}

/* ---- masking ------------------------------------------------------------------------ */

struct mask { char ids[256][33]; size_t count; };

static void
mask_id(struct text *out, struct mask *m, const char *id)
{
	size_t i = 0;
	while (i < m->count && memcmp(m->ids[i], id, 32) != 0)
		i++;
	if (i == m->count) {
		ck_assert_uint_lt(m->count, COUNT_OF(m->ids));
		memcpy(m->ids[m->count++], id, 32);
	}
	text_printf(out, "#%zu", i);
}

/* What a clock, the path of a file or the account made: bytes to leave out. */
static size_t
skip_measured(const char *s)
{
	static const struct { const char *begins, *ends; } parts[] = {
		{ ",\"role\":\"instructor\",\"members\":", ",}" }, { ",\"members\":", ",}" },   /* who is on his own is no member */
		{ ",\"elapsed_ms\":", ",}" }, { ",\\\"elapsed_ms\\\":", ",}" }, { "\"elapsed_ms\":", "," },
		{ ",\"origin\":\"", "\"" },
		{ "\"unlocked\":true,", "}" },  /* counts of health: the server's are a second old */
	};
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		size_t n = strlen(parts[i].begins);
		if (strncmp(s, parts[i].begins, n) == 0)
			return n + strcspn(s + n, parts[i].ends) + (i >= 4);
	}
	static const char id[] = ",\"id\":\"", rest[] = "\",\"name\":\"Ada\",\"role\":\"admin\"";
	size_t n = sizeof id - 1 + 32 + sizeof rest - 1;
	if (strncmp(s, id, sizeof id - 1) == 0 && strnlen(s, n) == n && strncmp(s + sizeof id - 1 + 32, rest, sizeof rest - 1) == 0)
		return n;
	return 0;
}

/* Which words are in no document is told only to whoever may read them all: bytes to
 * leave out of a reply, as it says so plainly, quoted, or in an export. */
static size_t
skip_missing(const char *s)
{
	static const char told[] = "None of your documents has";
	static const struct { const char *before, *behind; } parts[] = {
		{ ",\"note\":\"", "\"" }, { ",\\\"note\\\":\\\"", "\\\"" }, { "\\n\\n*", "*" },
		{ "\\n<p class=\\\"line\\\">", "</p>" }, { "\\n\\n", "." },
	};
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		size_t n = strlen(parts[i].before);
		if (strncmp(s, parts[i].before, n) != 0 || strncmp(s + n, told, sizeof told - 1) != 0)
			continue;
		const char *end = strstr(s + n, parts[i].behind);
		return end != NULL ? (size_t)(end - s) + strlen(parts[i].behind) : 0;
	}
	return 0;
}

static void
mask(struct text *out, struct mask *m, const char *s)
{
	static const char hex[] = "0123456789abcdef";
	while (*s != '\0') {
		size_t n = skip_measured(s);
		n = n > 0 ? n : skip_missing(s);
		if (n > 0) {
			s += n;
			continue;
		}
		n = strspn(s, hex);
		if (n == 32)
			mask_id(out, m, s);
		else if (n == 13 && strspn(s, "0123456789") == 13)
			text_put(out, "TIME");
		else if (n == 4 && s[4] == '-' && isdigit((unsigned char)s[5]) && s[7] == '-' && s[10] == 'T' && strchr(s, 'Z') != NULL) {
			text_put(out, "TIME");
			n = (size_t)(strchr(s, 'Z') - s) + 1;
		} else if (n == 4 && s[4] == '-' && isdigit((unsigned char)s[5]) && s[7] == '-' && s[10] == ' ') {
			text_put(out, "TIME");
			n = 16;
		} else
			text_put_n(out, s, n > 0 ? n : 1);
		s += n > 0 ? n : 1;
	}
}

/* ---- running --------------------------------------------------------------------------- */

static void
fill_in(struct text *out, const char *request, char kept[8][64])
{
	for (const char *s = request; *s != '\0'; s++) {
		if (s[0] == '$' && s[1] == 'F')
			text_put(out, top);
		else if (s[0] == '$' && isdigit((unsigned char)s[1]))
			text_put(out, kept[s[1] - '0']);
		else {
			text_put_c(out, *s);
			continue;
		}
		s++;
	}
}

static int events;
static void
on_event(const char *name, const struct record_type *type, const void *record, void *arg)
{
	(void)name, (void)type, (void)record, (void)arg;
	events++;
}

/* "operation -> FAULT: sentence" or the reply as JSON. */
static void
one_line(struct text *out, struct client *my, size_t i, char kept[8][64])
{
	const struct operation *op = operation_find(script[i].operation);
	const struct backend_handlers h = { on_event, NULL, NULL };
	struct text request;
	void *record = NULL;
	const void *reply = NULL;
	text_init(&request, 65536);
	fill_in(&request, script[i].request, kept);
	events = 0;
	/* What is sorted by time is not left to chance. */
	for (int64_t now_ms = clock_system.wall_ms(NULL); clock_system.wall_ms(NULL) == now_ms;)
		;
	enum fault f = record_from_json(&record, &my->arena, op->request, request.data, request.len);
	if (f == FAULT_NONE)
		f = backend_call_wait(&reply, &my->arena, my->b, op->id, record, &h);
	text_printf(out, "%zu %s %s -> ", i, op->id, request.data);
	if (f != FAULT_NONE) {
		text_printf(out, "%s: %s", fault_name(f), fault_sentence());
	} else {
		record_to_json(out, op->reply, reply);
		if (op->event_count > 0 && op->request == &record_message_send)
			text_printf(out, " events: %s", events > 0 ? "some" : "none");
		if (script[i].keep > 0)
			snprintf(kept[script[i].keep], 64, "%s", *(const char *const *)reply);
	}
	text_clear(&request);
}

static struct told
tell(const char *name, const struct classroom *room)
{
	struct told out;
	struct client my;
	struct mask m = { .count = 0 };
	char kept[8][64] = { "" }, home[96];
	snprintf(home, sizeof home, "%s/home-%s", top, name);
	WELL(folder_make(home));
	client_open(&my, home, room);
	for (size_t i = 0; i < LINES; i++) {
		struct text raw, masked;
		text_init(&raw, 1 << 20);
		text_init(&masked, 1 << 20);
		one_line(&raw, &my, i, kept);
		mask(&masked, &m, raw.data);
		out.lines[i] = text_take(&masked);
		text_clear(&raw);
	}
	client_close(&my);
	return out;
}

static void
same(const struct told *a, const struct told *b, const char *name)
{
	int others = 0;
	for (size_t i = 0; i < LINES; i++)
		if (strcmp(a->lines[i], b->lines[i]) != 0) {
			fprintf(stderr, "here:  %s\n%s: %s\n\n", a->lines[i], name, b->lines[i]);
			others++;
		}
	ck_assert_int_eq(others, 0);
}

static void
told_clear(struct told *t)
{
	for (size_t i = 0; i < LINES; i++)
		mem_free(t->lines[i]);
}

static void
compare(struct classroom *room, const char *name)
{
	char place[96];
	snprintf(place, sizeof place, "%s/%s", top, name);
	struct told here = tell("here", NULL);
	ck_assert(classroom_start(room, place));
	struct told there = tell(name, room);
	classroom_stop(room);
	same(&here, &there, name);
	told_clear(&here);
	told_clear(&there);
	scratch_remove(top);
}

START_TEST(a_server_answers_as_this_process_does)
{
	struct classroom room = { .pid = 0 };
	course_write();
	compare(&room, "sqlite");
}
END_TEST

START_TEST(a_server_on_postgresql_answers_as_this_process_does)
{
	struct classroom room = { .pid = 0 };
	struct postgres_own p;
	char why[200] = "";
	if (!postgres_own_start(&p, false, why)) {
		fprintf(stderr, "skipped: %s\n", why);
		return;
	}
	course_write();
	snprintf(room.database, sizeof room.database, "%s", p.url);
	compare(&room, "postgresql");
	postgres_own_stop(&p);
}
END_TEST

TESTS("script", a_server_answers_as_this_process_does, a_server_on_postgresql_answers_as_this_process_does)
