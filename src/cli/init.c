/* First run: four questions at most, each with a default that Enter takes.
 *
 * The first cited answer within a minute, with no account, key or network.  With
 * --defaults nothing is asked.  Running it again changes nothing that is there.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli_in.h"

struct setup { const char *lock, *answers; char recovery[48]; bool again, sample; };

static enum fault
ask_documents(struct cli *c, struct setup *s)
{
	char answer, path[4096];
	enum fault f = prompt_choice(&answer,
		"2/4  Study what?   [s]ample course   [f]older or file   [l]ater   ", "sfl");
	if (f != FAULT_NONE || answer == 'l')
		return f;
	if (answer == 's') {
		f = sample_add(c, &s->sample);
		if (f == FAULT_NONE && !s->sample)
			err_note(c, PAINT_WARN, "     the sample course is not installed here\n");
		return f;
	}
	f = prompt_line(path, sizeof path, "     Path: ", false);
	if (f != FAULT_NONE || !*path)
		return f;
	const char *home = getenv("HOME"), *whole = path;
	if (str_starts(path, "~/") && home)
		whole = arena_printf(&c->arena, "%s/%s", home, path + 2);
	struct document_add like = { 0 };
	f = add_paths(c, &whole, 1, &like);
	if (f != FAULT_NONE && f != FAULT_CANCELLED) {
		err_notef(c, PAINT_WARN, "     %s\n", fault_sentence());
		return FAULT_NONE;
	}
	return f;
}

static enum fault
ask_answers(struct cli *c, struct setup *s)
{
	char answer, url[1024], model[256];
	enum fault f = prompt_choice(&answer,
		"3/4  Answers come from   [o]nly my documents   [m]odel at a URL   ", "om");
	if (f != FAULT_NONE || answer == 'o')
		return f;
	err_note(c, PAINT_DIM,
		"     Questions and passages will be sent there; nothing else, and nowhere else.\n");
	for (;;) {
		f = prompt_line(url, sizeof url, "     URL (https://host/v1): ", false);
		if (f != FAULT_NONE || !*url)
			return f;
		f = conf_check(conf_find("llm.base_url"), url);
		if (f == FAULT_NONE)
			break;
		err_notef(c, PAINT_WARN, "     %s\n", fault_sentence());
	}
	f = prompt_line(model, sizeof model, "     Model: ", false);
	if (f == FAULT_NONE)
		f = conf_store(c, "llm.base_url", url);
	if (f == FAULT_NONE && *model)
		f = conf_store(c, "llm.model", model);
	if (f != FAULT_NONE)
		return f;
	s->answers = "model";
	err_note(c, PAINT_DIM,
		"     A key, if it needs one: stoa config set llm.key_command 'pass show llm'\n");
	return FAULT_NONE;
}

/* A question that the documents themselves can answer: of the terms they are about,
 * one that an answer, kept nowhere, is about. */
#define SUGGESTIONS 24
struct suggestions { const char *terms[SUGGESTIONS]; size_t count; };

static enum fault
suggest(struct cli *c, const struct document *d, void *arg)
{
	struct suggestions *s = arg;
	(void)c;
	for (size_t i = 0; i < d->concepts.count && i < 6 && s->count < SUGGESTIONS; i++)
		s->terms[s->count++] = d->concepts.items[i];
	return FAULT_NONE;
}

/* "The stoma is a pore", "what is called a stoma": does the answer begin with the
 * term, or give it its name? */
static bool
about(const struct message *m, const char *term)
{
	static const char called[] = "called ";
	const struct sentence *s = m->sentences.items;
	const char *text = m->sentences.count ? s->text : NULL,
		   *at = text ? strcasestr(text, term) : NULL;
	if (!at)
		return false;
	if (at - text <= 4)
		return true;
	for (const char *c = strstr(text, called); c; c = strstr(c + 1, called))
		if (at >= c && at - c <= (ptrdiff_t)sizeof called + 4)
			return true;
	return false;
}

static enum fault
question_of(const char **out, struct cli *c)
{
	struct suggestions s = { .count = 0 };
	struct document_list request = { .status = "completed" };
	enum fault f = named_documents_each(c, &request, suggest, &s);
	for (size_t i = 0; i < s.count && f == FAULT_NONE && !*out; i++) {
		const void *reply = NULL;
		struct message_send ask = { .content = arena_printf(
						    &c->arena, "What is %s?", s.terms[i]),
			.mode = "extractive",
			.ephemeral = true };
		f = session_call(&reply, c, "message.send", &ask, NULL);
		const struct message *m = reply;
		if (f == FAULT_NONE && str_same(m->status, "answered") && about(m, s.terms[i]))
			*out = ask.content;
	}
	return f;
}

/* Before anything is drawn: a screen reader wants lines. */
static enum fault
ask_plain(struct cli *c)
{
	char answer;
	if (!c->front || option_given(&c->args, "plain"))
		return FAULT_NONE;
	enum fault f = prompt_choice(&answer, "Plain line-by-line mode for screen readers?   [y/N]   ", "ny");
	return f == FAULT_NONE && answer == 'y' ? conf_store(c, "screen.plain", "on") : f;
}

static enum fault
ask_keys(struct cli *c)
{
	char answer;
	if (!c->front)
		return FAULT_NONE;
	enum fault f = prompt_choice(&answer, "4/4  Keys   [p]lain   [v]i   ", "pv");
	return f == FAULT_NONE && answer == 'v' ? conf_store(c, "screen.keys", "vi") : f;
}

/* The screen covers what was printed; a code that must be written down is not. */
static enum fault
code_read(struct cli *c, const struct setup *s)
{
	char line[16];
	if (!c->chatting || !s->recovery[0] || !prompt_possible())
		return FAULT_NONE;
	return prompt_line(line, sizeof line, "Enter when it is written down ", false);
}

static enum fault
finish(struct cli *c, struct setup *s)
{
	const char *question = NULL;
	enum fault f = question_of(&question, c);
	if (f != FAULT_NONE)
		return f;
	if (c->json) {
		struct text t;
		text_init(&t, 65536);
		text_put(&t, "{\"setup\":{\"lock\":");
		json_put_string(&t, s->lock);
		text_printf(&t, ",\"already\":%s,\"answers\":\"%s\"", s->again ? "true" : "false",
			s->answers);
		if (s->recovery[0])
			text_printf(&t, ",\"recovery_code\":\"%s\"", s->recovery);
		text_put(&t, ",\"data\":");
		json_put_string(&t, c->places.data);
		text_put(&t, "}}");
		out_json(c, &t);
		text_clear(&t);
		return FAULT_NONE;
	}
	out_putf(c, PAINT_NONE, "%s  lock: %s\n", s->again ? "Already set up." : "Ready.", s->lock);
	if (s->recovery[0])
		out_putf(c, PAINT_BOLD, "Recovery code, write it down now: %s\n", s->recovery);
	c->suggestion = question;
	if (question)
		out_wrapped(c, PAINT_BOLD, "Try:   ", 7, c->chatting ? question
			: arena_printf(&c->arena, "stoa ask \"%s\"", question));
	else if (c->chatting)
		out_put(c, PAINT_NONE, "Next:  /add FOLDER, then a question\n");
	else
		out_put(c, PAINT_NONE, "Next:  stoa add FOLDER, then stoa ask \"a question\"\n");
	return code_read(c, s);
}

static const char *
lock_word(const struct backend_lock *l)
{
	static const char *const words[] = {
		[BACKEND_PASSPHRASE] = "passphrase",
		[BACKEND_KEY_FILE] = "key file",
		[BACKEND_KEYRING] = "keyring",
		[BACKEND_RECOVERY] = "recovery code",
		[BACKEND_OPEN] = "no lock",
	};
	for (size_t i = 0; i < l->slot_count; i++)
		if (l->slots[i].type == BACKEND_OPEN)
			return words[BACKEND_OPEN];
	return l->slot_count ? words[l->slots[0].type] : "unknown";
}

enum fault
verb_init(struct cli *c)
{
	struct setup s = { .answers = "documents" };
	bool ask = !c->json && !option_given(&c->args, "defaults") && isatty(STDIN_FILENO) &&
		   prompt_possible();
	struct backend_lock l = { 0 };
	enum fault f = session_open(c);
	if (f == FAULT_NONE)
		f = backend_lock_state(&l, c->backend);
	if (f != FAULT_NONE)
		return f;
	s.again = !l.fresh;
	ask = ask && !s.again;
	if (ask) {
		err_notef(c, PAINT_BOLD, "stoa %s", STOA_VERSION);
		err_note(c, PAINT_NONE,
			"  Nothing is sent anywhere unless you set it up.  Ctrl-C leaves.\n\n");
	}
	if (s.again) {
		s.lock = lock_word(&l);
		f = l.locked ? session_unlock(c) : FAULT_NONE;
	} else {
		f = ask ? ask_plain(c) : FAULT_NONE;
		if (f == FAULT_NONE)
			f = session_seal_new(c, ask ? "1/4  " : NULL, &s.lock, s.recovery);
	}
	if (f == FAULT_NONE && option_given(&c->args, "sample"))
		f = sample_add(c, &s.sample);
	else if (f == FAULT_NONE && ask)
		f = ask_documents(c, &s);
	if (f == FAULT_NONE && ask)
		f = ask_answers(c, &s);
	if (f == FAULT_NONE && ask)
		f = ask_keys(c);
	if (f == FAULT_NONE && option_given(&c->args, "sample") && !s.sample)
		return fault(FAULT_ABSENT, "the sample course is not installed here");
	return f == FAULT_NONE ? finish(c, &s) : f;
}
