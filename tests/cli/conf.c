/* stoa.conf: read, checked and changed. */
#include "../stoa_test.h"
#include "../../src/cli/cli_in.h"

static enum fault
read_text(struct conf *conf, const char *s)
{
	return conf_parse(conf, "stoa.conf", s, strlen(s));
}

#define EDITS(before, dotted, value, after) do { \
	struct text t_; \
	text_init(&t_, 65536); \
	WELL(conf_edit(&t_, before, strlen(before), conf_find(dotted), value)); \
	ck_assert_str_eq(t_.data ? t_.data : "", after); \
	text_clear(&t_); \
} while (0)

START_TEST(every_default_is_a_value_that_may_be)
{
	struct conf conf = { 0 };
	for (size_t i = 0; i < conf_key_count; i++) {
		char dotted[128];
		snprintf(dotted, sizeof dotted, "%s.%s", conf_keys[i].section, conf_keys[i].name);
		ck_assert_ptr_eq(conf_find(dotted), &conf_keys[i]);
		WELL(conf_check(&conf_keys[i], conf_keys[i].otherwise));
		ck_assert_str_eq(conf_get(&conf, dotted), conf_keys[i].otherwise);
		ck_assert(conf_keys[i].help && *conf_keys[i].help);
	}
}
END_TEST

START_TEST(settings_are_read_with_comments_and_blanks)
{
	struct conf conf = { 0 };
	WELL(read_text(&conf,
		"# a comment\n[answers]\nmode = model\n\n; another\n[llm]\nbase_url=https://h/v1\ntotal_ms = 9000\n"));
	ck_assert_str_eq(conf_get(&conf, "answers.mode"), "model");
	ck_assert_str_eq(conf_get(&conf, "llm.base_url"), "https://h/v1");
	ck_assert_double_eq(conf_number(&conf, "llm.total_ms"), 9000);
	ck_assert_double_eq(conf_number(&conf, "answers.threshold_answer"), 0.8);
	conf_clear(&conf);
}
END_TEST

START_TEST(what_cannot_be_is_refused_with_file_and_line)
{
	static const char *const rows[] = {
		"[answers]\nmoode = auto\n",
		"[answrs]\nmode = auto\n",
		"\nmode = auto\n",
		"[answers]\nmode = loud\n",
		"[answers]\nthreshold_answer = 2\n",
		"[answers]\nthreshold_answer = nan\n",
		"[answers]\nthreshold_answer = \n",
		"[llm]\ntotal_ms = 1e9\n",
		"[llm]\ntotal_ms = 9000.5\n",
		"[llm]\ntotal_ms = -1\n",
		"[llm]\nbase_url = http://example.org\n",
		"[llm]\nbase_url = file:///etc/passwd\n",
		"[llm]\nbase_url = https://me:pw@h/v1\n",
		"[llm]\nbase_url = http://localhost.evil.org/\n",
		"[llm]\nbase_url = https://\n",
		"[library]\ndomains_folder = here\n",
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct conf conf = { 0 };
		FAILS(FAULT_INPUT, read_text(&conf, rows[i]));
		ck_assert_msg(
			strstr(fault_sentence(), "stoa.conf:2: ") != NULL, "%s", fault_sentence());
		conf_clear(&conf);
	}
}
END_TEST

START_TEST(an_endpoint_on_this_machine_may_be_plain)
{
	const struct conf_key *key = conf_find("llm.base_url");
	WELL(conf_check(key, ""));
	WELL(conf_check(key, "https://host.example/v1"));
	WELL(conf_check(key, "http://localhost:8080/v1"));
	WELL(conf_check(key, "http://127.0.0.1/v1"));
	WELL(conf_check(key, "http://[::1]:8080/v1"));
}
END_TEST

START_TEST(a_change_leaves_the_rest_as_it_was)
{
	EDITS("", "answers.mode", "model", "[answers]\nmode = model\n");
	EDITS("[answers]\n# why\nmode = auto\n\n[llm]\nmodel = x", "answers.mode", "model",
		"[answers]\n# why\nmode = model\n\n[llm]\nmodel = x\n");
	EDITS("[answers]\nmode = auto\n[llm]\nmodel = x\n", "answers.threshold_maybe", "0.4",
		"[answers]\nmode = auto\nthreshold_maybe = 0.4\n[llm]\nmodel = x\n");
	EDITS("[answers]\nmode = auto\n", "llm.model", "y",
		"[answers]\nmode = auto\n\n[llm]\nmodel = y\n");
	EDITS("[llm]\nmodel = x\nembedding_model = e\n", "llm.model", "y",
		"[llm]\nmodel = y\nembedding_model = e\n");
	EDITS("[llm]\nkey_command = a\n  b\nmodel = x\n", "llm.key_command", "c",
		"[llm]\nkey_command = c\nmodel = x\n");
}
END_TEST

START_TEST(a_setting_goes_back_to_its_default)
{
	EDITS("[answers]\nmode = model\n[llm]\nmodel = x\n", "answers.mode", NULL,
		"[answers]\n[llm]\nmodel = x\n");
	EDITS("[llm]\nmodel = x\n", "answers.mode", NULL, "[llm]\nmodel = x\n");
}
END_TEST

START_TEST(what_a_change_writes_is_read_back)
{
	for (size_t i = 0; i < conf_key_count; i++) {
		struct text t;
		struct conf conf = { 0 };
		char dotted[128];
		const struct conf_key *key = &conf_keys[i];
		const char *value = key->kind == CONF_URL      ? "https://h/v1"
				    : key->kind == CONF_FOLDER ? "/a b"
				    : *key->otherwise          ? key->otherwise
							       : "wort";
		snprintf(dotted, sizeof dotted, "%s.%s", key->section, key->name);
		text_init(&t, 65536);
		WELL(conf_edit(&t, "", 0, key, value));
		WELL(conf_parse(&conf, "x", t.data, t.len));
		ck_assert_str_eq(conf_get(&conf, dotted), value);
		conf_clear(&conf);
		text_clear(&t);
	}
}
END_TEST

TESTS("conf", every_default_is_a_value_that_may_be, settings_are_read_with_comments_and_blanks,
	what_cannot_be_is_refused_with_file_and_line, an_endpoint_on_this_machine_may_be_plain,
	a_change_leaves_the_rest_as_it_was, a_setting_goes_back_to_its_default,
	what_a_change_writes_is_read_back)
