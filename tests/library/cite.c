/* Citations hold only while their bytes do; a model's quotation is found or not. */
#include "library_test.h"

#define SENTENCES 400

/* Two documents of numbered sentences, as frames with ten sentences a page. */
static void
add_numbered(struct bench *b, struct document **d, const char *name, const char *word)
{
	static char pages[SENTENCES / 10][1200];
	const char *frames[SENTENCES / 10 + 3] = { "{\"kind\":\"meta\",\"format\":\"pdf\",\"title\":\"Numbers\"}" };

	for (int i = 0; i < SENTENCES / 10; i++) {
		int n = snprintf(pages[i], sizeof pages[i], "{\"kind\":\"page\",\"page\":%d,\"label\":\"%d\",\"blocks\":["
			"{\"type\":\"heading\",\"level\":1,\"text\":\"Chapter %d: Part\"},{\"type\":\"para\",\"text\":\"", i + 1, i + 80, i + 1);
		for (int k = 0; k < 10; k++)
			n += snprintf(pages[i] + n, sizeof pages[i] - (size_t)n, "The %s of row %d caf\u00e9 is %d. ", word, i * 10 + k, (i * 10 + k) * 7919 % 10007);
		snprintf(pages[i] + n, sizeof pages[i] - (size_t)n, "\"}]}");
		frames[i + 1] = pages[i];
	}
	frames[SENTENCES / 10 + 1] = "{\"kind\":\"end\",\"status\":\"completed\"}";
	WELL(library_add(d, &b->a, b->l, b->db, &(struct document_add){ .path = frames_file(b, name, frames) }, NULL, NULL, NULL));
	ck_assert_str_eq((*d)->status, "completed");
}

/* Citation of the k-th sentence of passage n. */
static void
cite(struct citation *c, struct bench *b, const struct document *d, int64_t n, size_t k)
{
	struct passages p;
	struct range *s;
	const struct passage *one;

	WELL(library_passages(&p, &b->a, b->l, b->db, &(struct passage_get){ d->id, n, 0 }));
	one = p.items.items;
	size_t count = library_sentences(&s, one->text, strlen(one->text));
	ck_assert_uint_gt(count, k);
	WELL(library_cite(c, &b->a, b->l, b->db, one, one->start + (int64_t)s[k].start, one->start + (int64_t)s[k].end));
	mem_free(s);
}

START_TEST(a_citation_carries_place_and_bytes)
{
	struct bench b;
	struct document *d;
	struct citation c;
	struct text t;

	bench_open(&b);
	add_numbered(&b, &d, "numbers.pdf", "value");
	cite(&c, &b, d, 6, 2);
	text_init(&t, 1000);
	WELL(library_bytes(&t, b.l, b.db, c.file_id, c.start, c.end));
	ck_assert_str_eq(t.data, c.quote);
	ck_assert_str_eq(c.file_id, d->id);
	ck_assert_str_eq(c.title, "Numbers");
	ck_assert_str_eq(c.chapter, "7");
	ck_assert_str_eq(c.chapter_title, "Part");
	ck_assert_int_eq(c.page, 7);
	ck_assert_str_eq(c.page_label, "86");
	ck_assert_str_eq(c.sha256, d->sha256);
	ck_assert(c.verified);
	ck_assert_int_eq(c.passage, 6);
	char url[96];
	snprintf(url, sizeof url, "/v1/files/%s/content#page=7", d->id);
	ck_assert_str_eq(c.url, url);
	text_clear(&t);
	bench_close(&b);
}
END_TEST

START_TEST(a_citation_from_a_window_of_passages_names_the_one_that_holds_it)
{
	struct bench b;
	struct document *d;
	struct passages list;
	struct citation c;
	struct text t;

	bench_open(&b);
	add_numbered(&b, &d, "numbers.pdf", "value");
	WELL(library_passages(&list, &b.a, b.l, b.db, &(struct passage_get){ d->id, 10, 2 }));
	const struct passage *all = list.items.items;
	struct passage window = all[2];
	text_init(&t, 1 << 20);
	WELL(library_bytes(&t, b.l, b.db, d->id, all[0].start, all[4].end));
	window.start = all[0].start;
	window.end = all[4].end;
	window.text = t.data;
	WELL(library_cite(&c, &b.a, b.l, b.db, &window, all[4].start, all[4].start + 9));
	ck_assert_int_eq(c.passage, 12);
	ck_assert_int_eq(c.page, all[4].page);
	ck_assert_str_eq(c.chapter, "13");
	text_clear(&t);
	bench_close(&b);
}
END_TEST

/* ---- forgery --------------------------------------------------------------- */

struct forger { struct bench *b; const struct document *other; unsigned i; };

static void start_later(struct citation *c, struct forger *f) { (void)f; c->start++; }
static void end_sooner(struct citation *c, struct forger *f) { (void)f; c->end--; }
static void both_one_on(struct citation *c, struct forger *f) { (void)f; c->start++; c->end++; }
static void both_one_back(struct citation *c, struct forger *f) { (void)f; c->start--; c->end--; }
static void other_document(struct citation *c, struct forger *f) { c->file_id = f->other->id; }
static void other_document_and_sum(struct citation *c, struct forger *f) { c->file_id = f->other->id; c->sha256 = f->other->sha256; }
static void other_page(struct citation *c, struct forger *f) { c->page += f->i % 2 ? 1 : -1; }
static void other_label(struct citation *c, struct forger *f) { (void)f; c->page_label = "9"; }
static void no_document(struct citation *c, struct forger *f) { (void)f; c->file_id = "00112233445566778899aabbccddeeff"; }
static void bad_id(struct citation *c, struct forger *f) { (void)f; c->file_id = "../../etc/passwd"; }
static void past_the_end(struct citation *c, struct forger *f) { (void)f; c->start += 1 << 24; c->end += 1 << 24; }
static void turned_round(struct citation *c, struct forger *f) { (void)f; int64_t t = c->start; c->start = c->end; c->end = t; }
static void no_quote(struct citation *c, struct forger *f) { (void)f; c->quote = ""; }
static void null_quote(struct citation *c, struct forger *f) { (void)f; c->quote = NULL; }
static void
paraphrase(struct citation *c, struct forger *f)
{
	char *q = arena_strdup(&f->b->a, c->quote);
	size_t at = f->i % strlen(q);

	q[at] = q[at] == 'q' ? 'z' : 'q';
	c->quote = q;
}
static void more_words(struct citation *c, struct forger *f) { c->quote = arena_printf(&f->b->a, "%s always", c->quote); }
static void fewer_words(struct citation *c, struct forger *f) { c->quote = arena_strndup(&f->b->a, c->quote, strlen(c->quote) / 2); }
static void
composed_otherwise(struct citation *c, struct forger *f)
{
	const char *e = strstr(c->quote, "\u00e9");

	c->quote = arena_printf(&f->b->a, "%.*se\u0301%s", (int)(e - c->quote), c->quote, e + 2);
}

START_TEST(of_a_thousand_forged_citations_all_are_flagged)
{
	static void (*const forgeries[])(struct citation *, struct forger *) = {
		start_later, end_sooner, both_one_on, both_one_back, other_document, other_document_and_sum, other_page, other_label,
		no_document, bad_id, past_the_end, turned_round, no_quote, null_quote, paraphrase, more_words, fewer_words, composed_otherwise,
	};
	struct bench b;
	struct document *d, *other;
	struct forger f = { .b = &b };
	unsigned flagged = 0;

	bench_open(&b);
	add_numbered(&b, &d, "numbers.pdf", "value");
	add_numbered(&b, &other, "others.pdf", "count");
	f.other = other;
	for (f.i = 0; f.i < 1000; f.i++) {
		struct citation c;

		cite(&c, &b, d, (int64_t)f.i % d->passages, f.i % 5 + 1);
		WELL(library_verify(&c, &b.a, b.l, b.db));
		ck_assert_msg(c.verified, "true citation %u is %s", f.i, c.state);
		forgeries[f.i % COUNT_OF(forgeries)](&c, &f);
		c.verified = true;
		c.state = "verified";
		WELL(library_verify(&c, &b.a, b.l, b.db));
		ck_assert_msg(!c.verified && !str_same(c.state, "verified"), "forgery %zu of %u passed", f.i % COUNT_OF(forgeries), f.i);
		flagged++;
	}
	ck_assert_uint_eq(flagged, 1000);
	bench_close(&b);
}
END_TEST

START_TEST(the_state_says_why_a_citation_does_not_hold)
{
	struct bench b;
	struct document *d, *other;
	struct citation c, keep;
	struct text t;
	char path[256];

	bench_open(&b);
	add_numbered(&b, &d, "numbers.pdf", "value");
	add_numbered(&b, &other, "others.pdf", "count");
	cite(&keep, &b, d, 3, 3);
	c = keep;
	c.end = 1 << 28;
	c.start = c.end - 10;
	WELL(library_verify(&c, &b.a, b.l, b.db));
	ck_assert_str_eq(c.state, "unsupported");
	cite(&c, &b, other, 3, 3);
	WELL(library_remove(b.l, b.db, other->id));
	WELL(library_verify(&c, &b.a, b.l, b.db));
	ck_assert_str_eq(c.state, "missing");

	/* somebody edits the stored text */
	struct document_row row;
	WELL(document_row_get(&row, &b.a, b.db, d->id));
	snprintf(path, sizeof path, "%s/library/%s.txt", b.folder, row.stored);
	text_init(&t, 1 << 20);
	WELL(file_read(&t, path));
	t.data[keep.start + 2] = 'X';
	file_put(path, t.data, t.len);
	WELL(library_verify(&keep, &b.a, b.l, b.db));
	ck_assert_str_eq(keep.state, "stale");
	FAILS(FAULT_DAMAGED, library_bytes(&t, b.l, b.db, d->id, 0, 10));
	struct passage p;
	FAILS(FAULT_ABSENT, passage_read(&p, &b.a, b.l, b.db, PASSAGE_NO(row.no, 3)));
	WELL(passage_read(&p, &b.a, b.l, b.db, PASSAGE_NO(row.no, 20)));
	ck_assert_int_eq(truncate(path, 100), 0);
	FAILS(FAULT_ABSENT, passage_read(&p, &b.a, b.l, b.db, PASSAGE_NO(row.no, 20)));
	WELL(library_verify(&keep, &b.a, b.l, b.db));
	ck_assert_str_eq(keep.state, "stale");
	text_clear(&t);
	bench_close(&b);
}
END_TEST

START_TEST(a_citation_cannot_be_made_of_what_is_not_there)
{
	struct bench b;
	struct document *d;
	struct passages list;
	struct citation c;

	bench_open(&b);
	add_numbered(&b, &d, "numbers.pdf", "value");
	WELL(library_passages(&list, &b.a, b.l, b.db, &(struct passage_get){ d->id, 5, 0 }));
	struct passage p = *(struct passage *)list.items.items;
	FAILS(FAULT_INPUT, library_cite(&c, &b.a, b.l, b.db, &p, p.start - 1, p.end));
	FAILS(FAULT_INPUT, library_cite(&c, &b.a, b.l, b.db, &p, p.start, p.end + 1));
	FAILS(FAULT_INPUT, library_cite(&c, &b.a, b.l, b.db, &p, p.end, p.start));
	const char *e = strstr(p.text, "\u00e9");
	FAILS(FAULT_INPUT, library_cite(&c, &b.a, b.l, b.db, &p, p.start, p.start + (e - p.text) + 1));
	char *forged = arena_strdup(&b.a, p.text);
	forged[4] = '!';
	p.text = forged;
	FAILS(FAULT_EXISTS, library_cite(&c, &b.a, b.l, b.db, &p, p.start, p.end));
	p.file_id = "00112233445566778899aabbccddeeff";
	FAILS(FAULT_ABSENT, library_cite(&c, &b.a, b.l, b.db, &p, p.start, p.end));
	bench_close(&b);
}
END_TEST

START_TEST(a_chapter_is_a_number_and_a_title)
{
	static const struct { const char *chapter, *number, *title; } cases[] = {
		{ "Chapter 4: Light", "4", "Light" }, { "CHAPTER FOUR Light and air", "FOUR", "Light and air" }, { "4. Light", "4", "Light" },
		{ "4.2 Light", "4.2", "Light" }, { "Chapter IV", "IV", "" }, { "Light", "", "Light" }, { "I am a title", "", "I am a title" },
		{ "", "", "" }, { "2001 was a year", "2001", "was a year" }, { "Chapter and verse", "", "Chapter and verse" },
	};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *number, *title;

		chapter_split(&number, &title, &a, cases[i].chapter);
		ck_assert_str_eq(number, cases[i].number);
		ck_assert_str_eq(title, cases[i].title);
	}
	arena_clear(&a);
}
END_TEST

/* ---- locate ---------------------------------------------------------------------- */

START_TEST(a_quotation_is_found_through_its_typography)
{
	static const char text[] = "It\u2019s the \u201cCalvin cycle\u201d \u2014 a chain. The e\ufb03cient re\u00adaction of photo-\nsynthesis fixes 1 000 units, "
		"about \u22125 degrees. A well-known caf\u00e9 sells it. \u5149\u5408\u6210\u306f\u690d\u7269\u304c\u884c\u3046\u3002";
	static const struct { const char *quote, *found; } cases[] = {
		{ "It's the \"Calvin cycle\" - a chain.", "It\u2019s the \u201cCalvin cycle\u201d \u2014 a chain." },
		{ "it's the 'calvin  cycle'", "It\u2019s the \u201cCalvin cycle" },
		{ "\"The efficient reaction\"", "The e\ufb03cient re\u00adaction" },
		{ "photosynthesis fixes", "photo-\nsynthesis fixes" },
		{ "photo- synthesis fixes", "photo-\nsynthesis fixes" },
		{ "well known cafe\u0301", "well-known caf\u00e9" },
		{ "about -5 degrees", "about \u22125 degrees" },
		{ "\u5149\u5408\u6210\u306f \u690d\u7269\u304c", "\u5149\u5408\u6210\u306f\u690d\u7269\u304c" },
		{ "... fixes 1 000 units ...", "fixes 1 000 units" },
		{ "fixes 1000 units", NULL },
		{ "fixes 1 0 00 units", NULL },
		{ "about 5 degrees", NULL },
		{ "the Krebs cycle", NULL },
		{ "fix", NULL },
		{ "ixes 1 000 units", NULL },
		{ "cient reaction", NULL },
		{ "icient reaction", NULL },
		{ "the ef", NULL },
		{ "", NULL },
		{ "\"\"", NULL },
		{ "a", NULL },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct passage p = { .text = text, .start = 1000, .end = 1000 + (int64_t)strlen(text) };
		int64_t start, end;
		enum fault f = library_locate(&start, &end, NULL, &p, cases[i].quote);

		ck_assert_msg((f == FAULT_NONE) == (cases[i].found != NULL), "%s: %s", cases[i].quote, fault_name(f));
		if (f != FAULT_NONE)
			continue;
		ck_assert_msg((size_t)(end - start) == strlen(cases[i].found) && memcmp(text + start - 1000, cases[i].found, (size_t)(end - start)) == 0,
			"%s: found %.*s", cases[i].quote, (int)(end - start), text + start - 1000);
	}
}
END_TEST

TESTS("library/cite", a_citation_carries_place_and_bytes, a_citation_from_a_window_of_passages_names_the_one_that_holds_it, of_a_thousand_forged_citations_all_are_flagged,
	the_state_says_why_a_citation_does_not_hold, a_citation_cannot_be_made_of_what_is_not_there, a_chapter_is_a_number_and_a_title,
	a_quotation_is_found_through_its_typography)
