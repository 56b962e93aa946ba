/* stoa -- the client program: a verb of the cli room, or the screen of the tui room. */
#include "stoa/cli.h"
#include "stoa/tui.h"

static enum fault
screen(const struct cli_screen *s)
{
	const struct tui_config config = {
		.loop = s->loop,
		.clock = &clock_system,
		.places = *s->places,
		.open = s->open,
		.arg = s->arg,
		.theme = s->theme,
		.themes_folder = s->themes_folder,
		.keys = s->keys,
		.clipboard = s->clipboard,
		.mode = s->mode,
		.subject = s->subject,
		.key_file = s->key_file,
		.lock_minutes = s->lock_minutes,
		.retention_days = s->retention_days,
		.mouse = s->mouse,
		.notify = s->notify,
	};
	return tui_run(&config);
}

int
main(int argc, char *argv[])
{
	return cli_run(argc, argv, screen);
}
