/* The models under a scripted backend: an app without a terminal, its loop turned by
 * the test, its clock standing still. */
#ifndef MODEL_TEST_H
#define MODEL_TEST_H
#include <locale.h>

#include "../stoa_test.h"
#include "../golden/replies.h"
#include "../../src/tui/app_in.h"

static struct app *app;
static struct backend *backend;
static struct loop *loop;
static struct still now;
static struct clock fixed;
static struct tui_config config;
static const char *home;

static inline enum fault
open_scripted(struct backend **out, void *arg)
{
	*out = arg;
	return FAULT_NONE;
}

static inline void
settle(void)
{
	for (int quiet = 0, n = 0; quiet < 4; n++) {
		WELL(loop_turn(loop, 0));
		quiet = replies_quiet(backend) ? quiet + 1 : 0;
		ck_assert_msg(n < 5000, "it asks for ever: %s", replies_asked(backend));
	}
}

static inline void
begin(const char *blocks)
{
	char path[128];
	ck_assert_ptr_nonnull(setlocale(LC_ALL, "C.UTF-8"));
	setenv("TERM", "xterm-256color", 1);
	home = scratch();
	setenv("STOA_HOME", home, 1);
	snprintf(path, sizeof path, "%s/replies", home);
	WELL(file_write(path, blocks, strlen(blocks)));
	now.now_ms = 1767605400000;          /* 2026-01-05 09:30 */
	fixed = STILL_CLOCK(&now);
	WELL(loop_new(&loop, &fixed));
	WELL(replies_open(&backend, path, loop));
	WELL(places_find(&config.places));
	config.loop = loop;
	config.clock = &fixed;
	config.open = open_scripted;
	config.arg = backend;
	config.themes_folder = "themes";
	WELL(app_begin(&app, &config, &(struct screen_config){ .golden_rows = 24, .golden_cols = 80 }));
	settle();
}

static inline void
finish(void)
{
	app_end(app);
	loop_free(loop);
	places_clear(&config.places);
	scratch_remove(home);
}

static inline void
pass_ms(int64_t ms)
{
	now.now_ms += ms;
	settle();
}

#define ID(n) "000000000000000000000000000000" n

#endif
