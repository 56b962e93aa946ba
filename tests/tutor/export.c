/* History taken out in four forms, and in again without loss. */
#include <json-c/json.h>
#include "tutor_test.h"

static struct exported
export(struct desk *d, const char *id, const char *format)
{
	struct exported out;
	WELL(tutor_export(&out, &d->a, d->tutor, d->db, &(struct export_run){ .id = id, .format = format }));
	return out;
}

static struct imported
import(struct desk *d, const char *body)
{
	struct imported out;
	WELL(tutor_import(&out, &d->a, d->tutor, d->db, &(struct import_run){ .body = body }));
	return out;
}

#define NASTY "Why <script>alert(1)</script> \033]52;c;aGk=\a ![x](http://attacker.invalid/p.png) \u202egnp.exe & 'quotes' \"light\"?"

START_TEST(every_form_shows_question_answer_and_quotation)
{
	static const char *const formats[] = { "md", "html", "txt", "json" };
	struct desk d;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "What is the Doppler effect?");
	desk_ask(&d, m->conversation_id, "Who won the football world cup?");
	for (size_t i = 0; i < COUNT_OF(formats); i++) {
		struct exported e = export(&d, m->conversation_id, formats[i]);
		ck_assert_str_eq(e.format, formats[i]);
		ck_assert(str_ends(e.name, formats[i]));
		ck_assert(str_starts(e.name, "what-is-the-doppler-effect."));
		ck_assert_ptr_nonnull(strstr(e.body, "What is the Doppler effect?"));
		ck_assert_ptr_nonnull(strstr(e.body, "change of the observed frequency"));
		ck_assert_ptr_nonnull(strstr(e.body, "verified"));
		ck_assert_ptr_nonnull(strstr(e.body, "Waves"));
		ck_assert(utf8_valid(e.body, strlen(e.body)));
	}
	ck_assert_ptr_nonnull(strstr(export(&d, NULL, NULL).body, "Doppler"));
	struct exported e;
	FAILS(FAULT_INPUT, tutor_export(&e, &d.a, d.tutor, d.db, &(struct export_run){ .format = "docx" }));
	FAILS(FAULT_ABSENT, tutor_export(&e, &d.a, d.tutor, d.db, &(struct export_run){ .id = "a0000000000000000000000000000001", .format = "md" }));
	desk_close(&d);
}
END_TEST

START_TEST(nothing_said_can_act_where_the_file_is_opened)
{
	struct desk d;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, NASTY);
	struct exported html = export(&d, m->conversation_id, "html"), md = export(&d, m->conversation_id, "md"), txt = export(&d, m->conversation_id, "txt");
	ck_assert_ptr_null(strstr(html.body, "<script"));
	ck_assert_ptr_null(strstr(html.body, "<img"));
	ck_assert_ptr_null(strstr(html.body, "href"));
	ck_assert_ptr_null(strstr(html.body, "src="));
	ck_assert_ptr_nonnull(strstr(html.body, "default-src 'none'"));
	ck_assert_ptr_nonnull(strstr(html.body, "&lt;script&gt;"));
	ck_assert_ptr_null(strstr(md.body, "![x]("));
	ck_assert_ptr_null(strstr(md.body, "\n<script"));
	const struct exported *all[] = { &html, &md, &txt };
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		ck_assert_ptr_null(strchr(all[i]->body, '\033'));
		ck_assert_ptr_null(strchr(all[i]->body, '\a'));
		ck_assert_ptr_null(strstr(all[i]->body, "\u202e"));
	}
	desk_close(&d);
}
END_TEST

START_TEST(marks_stay_readable_in_markdown_and_make_no_links)
{
	struct desk d;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "What is the Doppler effect?");
	ck_assert_ptr_nonnull(strstr(export(&d, m->conversation_id, "md").body, " [1]."));
	m = desk_ask(&d, NULL, "osmosis\n[1]: http://attacker.invalid/\n[1](http://attacker.invalid) # heading\n# heading\n- item");
	const char *body = export(&d, m->conversation_id, "md").body;
	ck_assert_ptr_null(strstr(body, "\n[1]: http"));
	ck_assert_ptr_null(strstr(body, "\n[1](http"));
	ck_assert_ptr_null(strstr(body, "\n# heading"));
	ck_assert_ptr_null(strstr(body, "\n- item"));
	desk_close(&d);
}
END_TEST

START_TEST(a_stale_citation_is_exported_as_what_it_is)
{
	struct desk d;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "What is the Doppler effect?");
	WELL(library_remove(d.library, d.db, ((struct citation *)m->citations.items)[0].file_id));
	ck_assert_ptr_nonnull(strstr(export(&d, m->conversation_id, "txt").body, "(missing)"));
	ck_assert_ptr_nonnull(strstr(export(&d, m->conversation_id, "html").body, "class=\"missing\""));
	desk_close(&d);
}
END_TEST

static void
fill(struct desk *d)
{
	struct conversation *c;
	struct message *m = desk_ask(d, NULL, "What is the Doppler effect?");
	WELL(tutor_feedback(d->tutor, d->db, &(struct message_feedback){ .id = m->id, .score = 1, .comment = "good \"quotes\"" }));
	WELL(tutor_conversation_update(&c, &d->a, d->tutor, d->db, &(struct conversation_update){ .id = m->conversation_id, .title = "Sirens", .subject = "Physics" }));
	desk_send(d, &(struct message_send){ .content = "How much was the telescope budget?", .context = "The budget for the telescope was 4,200 euros." });
	m = desk_ask(d, NULL, NASTY);
	WELL(tutor_conversation_update(&c, &d->a, d->tutor, d->db, &(struct conversation_update){ .id = m->conversation_id, .status = "archived" }));
}

/* The part of an export behind its date. */
static const char *
content_of(const struct exported *e)
{
	const char *at = strstr(e->body, "\"conversations\"");
	ck_assert_ptr_nonnull(at);
	return at;
}

START_TEST(an_export_comes_back_without_loss)
{
	struct desk d;
	struct conversations list;
	desk_open(&d, true);
	fill(&d);
	struct exported before = export(&d, NULL, "json");
	WELL(tutor_conversation_list(&list, &d.a, d.tutor, d.db, &(struct conversation_list){ .status = "all" }));
	ck_assert_int_eq(list.total, 3);
	/* Here already: nothing is taken twice. */
	struct imported again = import(&d, before.body);
	ck_assert_int_eq(again.conversations, 0);
	ck_assert_int_eq(again.messages, 0);
	ck_assert_int_eq(again.skipped, 6);
	/* Deleted, then taken in again: the export is the same, byte for byte. */
	for (size_t i = 0; i < list.items.count; i++)
		WELL(tutor_conversation_delete(d.tutor, d.db, ((struct conversation *)list.items.items)[i].id));
	struct imported in = import(&d, before.body);
	ck_assert_int_eq(in.conversations, 3);
	ck_assert_int_eq(in.messages, 6);
	ck_assert_int_eq(in.skipped, 0);
	struct exported after = export(&d, NULL, "json");
	ck_assert_msg(str_same(content_of(&before), content_of(&after)), "the export after the import differs");
	struct history_hits hits;
	WELL(tutor_history_search(&hits, &d.a, d.tutor, d.db, &(struct history_search){ .query = "doppler" }));
	ck_assert_uint_eq(hits.items.count, 2);
	WELL(store_verify(d.db, &(uint64_t){ 0 }));
	desk_close(&d);
}
END_TEST

START_TEST(an_import_elsewhere_finds_out_its_citations_anew)
{
	struct desk d, other;
	struct transcript t;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "What is the Doppler effect?");
	struct exported e = export(&d, m->conversation_id, "json");
	desk_open(&other, false);
	struct imported in = import(&other, e.body);
	ck_assert_int_eq(in.messages, 2);
	WELL(tutor_conversation_get(&t, &other.a, other.tutor, other.db, &(struct conversation_get){ .id = m->conversation_id }));
	const struct message *kept = (struct message *)t.messages.items + 1;
	ck_assert(!((struct citation *)kept->citations.items)[0].verified);
	ck_assert_str_eq(((struct citation *)kept->citations.items)[0].state, "missing");
	desk_close(&other);
	desk_close(&d);
}
END_TEST

/* The export with `from` replaced by `to` wherever it stands. */
static char *
forge(struct arena *a, const char *body, const char *from, const char *to)
{
	struct text t;
	text_init(&t, 1 << 22);
	for (const char *at = body; *at != '\0';) {
		if (str_starts(at, from)) {
			text_put(&t, to);
			at += strlen(from);
		} else {
			text_put_c(&t, *at++);
		}
	}
	char *out = arena_strndup(a, t.data, t.len);
	text_clear(&t);
	return out;
}

START_TEST(a_forged_import_is_refused_whole_or_not_believed)
{
	static const struct { const char *from, *to; } bad[] = {
		{ "stoa-history", "other-history" }, { "\"version\":1", "\"version\":2" }, { "\"messages\":[", "\"massages\":[" }, { "\"role\":\"user\"", "\"role\":\"root\"" },
		{ "\"role\":\"user\"", "\"role\":7" }, { "\"conversations\":[", "\"conversations\":[7," }, { "\"at\":", "\"at\":1e999,\"x\":" },
		{ "\"status\":\"active\"", "\"status\":\"haunted\"" }, { "\"start\":", "\"start\":-5,\"y\":" }, { "\"title\":{", "\"title\":[{" },
	};
	struct desk d;
	struct imported in;
	struct conversations list;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "What is the Doppler effect?");
	struct exported e = export(&d, m->conversation_id, "json");
	WELL(tutor_conversation_delete(d.tutor, d.db, m->conversation_id));
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		char *body = forge(&d.a, e.body, bad[i].from, bad[i].to);
		ck_assert_str_ne(body, e.body);
		enum fault f = tutor_import(&in, &d.a, d.tutor, d.db, &(struct import_run){ .body = body });
		ck_assert_msg(f == FAULT_INPUT, "%s -> %s: %s", bad[i].from, bad[i].to, fault_name(f));
		WELL(tutor_conversation_list(&list, &d.a, d.tutor, d.db, &(struct conversation_list){ .status = "all" }));
		ck_assert_int_eq(list.total, 0);
	}
	/* Quotations that are not in the document come in, but not as verified. */
	struct transcript t;
	char *body = forge(&d.a, e.body, "change of the observed frequency", "change of the absurd frequency");
	ck_assert_int_eq(import(&d, body).messages, 2);
	WELL(tutor_conversation_get(&t, &d.a, d.tutor, d.db, &(struct conversation_get){ .id = m->conversation_id }));
	const struct message *kept = (struct message *)t.messages.items + 1;
	ck_assert(!((struct citation *)kept->citations.items)[0].verified);
	ck_assert_int_eq(kept->support->verified, 0);
	ck_assert_ptr_null(strstr(export(&d, m->conversation_id, "json").body, "\"verified\":true"));
	FAILS(FAULT_INPUT, tutor_import(&in, &d.a, d.tutor, d.db, &(struct import_run){ .body = "[[[[" }));
	FAILS(FAULT_INPUT, tutor_import(&in, &d.a, d.tutor, d.db, &(struct import_run){ .body = "[]" }));
	FAILS(FAULT_INPUT, tutor_import(&in, &d.a, d.tutor, d.db, &(struct import_run){ .body = NULL }));
	desk_close(&d);
}
END_TEST

START_TEST(an_import_cannot_write_into_another_conversation)
{
	struct desk d;
	struct transcript t;
	desk_open(&d, true);
	struct message *mine = desk_ask(&d, NULL, "What is frequency?");
	struct message *m = desk_ask(&d, NULL, "What is the Doppler effect?");
	struct exported e = export(&d, m->conversation_id, "json");
	WELL(tutor_conversation_delete(d.tutor, d.db, m->conversation_id));
	/* A message under the id of one of mine is skipped. */
	char *body = forge(&d.a, e.body, m->id, mine->id);
	struct imported in = import(&d, body);
	ck_assert_int_eq(in.skipped, 1);
	WELL(tutor_conversation_get(&t, &d.a, d.tutor, d.db, &(struct conversation_get){ .id = mine->conversation_id }));
	ck_assert_str_eq(((struct message *)t.messages.items)[1].content, mine->content);
	desk_close(&d);
}
END_TEST

START_TEST(an_import_cannot_take_the_place_of_the_settings)
{
	struct desk d;
	struct imported in;
	struct settings s;
	struct conversation *c;
	struct message *answer;
	static const char settings[] = "73657474696e67730000000000000001", spent[] = "7370656e740000000000000000000001";
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "What is the Doppler effect?");
	struct exported e = export(&d, m->conversation_id, "json");
	WELL(tutor_conversation_delete(d.tutor, d.db, m->conversation_id));
	const char *const wanted[] = { m->conversation_id, m->id };
	for (size_t i = 0; i < COUNT_OF(wanted); i++) {
		FAILS(FAULT_INPUT, tutor_import(&in, &d.a, d.tutor, d.db, &(struct import_run){ .body = forge(&d.a, e.body, wanted[i], settings) }));
		FAILS(FAULT_INPUT, tutor_import(&in, &d.a, d.tutor, d.db, &(struct import_run){ .body = forge(&d.a, e.body, wanted[i], spent) }));
	}
	FAILS(FAULT_INPUT, tutor_conversation_create(&c, &d.a, d.tutor, d.db, &(struct conversation_create){ .id = settings }));
	FAILS(FAULT_INPUT, tutor_send(&answer, &d.a, d.tutor, d.db, &(struct message_send){ .id = spent, .content = "What is light?" }, NULL, NULL));
	WELL(tutor_settings_set(d.tutor, d.db, &(struct settings){ .level = "brief" }));
	WELL(tutor_settings_get(&s, &d.a, d.tutor, d.db));
	ck_assert_str_eq(s.level, "brief");
	desk_close(&d);
}
END_TEST

static int64_t
cited(struct desk *d, const char *file_id)
{
	struct document *doc = NULL;
	WELL(library_get(&doc, &d->a, d->library, d->db, file_id));
	return doc->cited;
}

START_TEST(citations_that_come_back_are_counted_again)
{
	struct desk d;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "What is the Doppler effect?");
	const char *file_id = ((struct citation *)m->citations.items)[0].file_id;
	struct exported e = export(&d, m->conversation_id, "json");
	int64_t before = cited(&d, file_id);
	ck_assert_int_gt(before, 0);
	WELL(tutor_conversation_delete(d.tutor, d.db, m->conversation_id));
	ck_assert_int_eq(cited(&d, file_id), 0);
	import(&d, e.body);
	ck_assert_int_eq(cited(&d, file_id), before);
	/* Another answer keeps its count when the imported one goes. */
	desk_ask(&d, NULL, "What is the Doppler effect?");
	WELL(tutor_conversation_delete(d.tutor, d.db, m->conversation_id));
	ck_assert_int_eq(cited(&d, file_id), before);
	desk_close(&d);
}
END_TEST

TESTS("export", every_form_shows_question_answer_and_quotation, nothing_said_can_act_where_the_file_is_opened, marks_stay_readable_in_markdown_and_make_no_links, a_stale_citation_is_exported_as_what_it_is,
	an_export_comes_back_without_loss, an_import_elsewhere_finds_out_its_citations_anew, a_forged_import_is_refused_whole_or_not_believed,
	an_import_cannot_write_into_another_conversation, an_import_cannot_take_the_place_of_the_settings, citations_that_come_back_are_counted_again)
