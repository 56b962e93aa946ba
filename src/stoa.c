/* stoa -- the client program: a verb of the cli room, or the screen of the tui room.
 *
 * The two rooms do not know each other; here their structures meet. */
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
		.server = s->server,
		.suggestion = s->suggestion,
		.lock_minutes = s->lock_minutes,
		.retention_days = s->retention_days,
		.mouse = s->mouse,
		.notify = s->notify,
	};
	return tui_run(&config);
}

struct hand_on { cli_action_fn *each; void *arg; };

static void
hand_on(const struct tui_action_row *r, void *arg)
{
	const struct hand_on *h = arg;
	const struct cli_action row = {
		.id = r->id,
		.title = r->title,
		.place = r->place,
		.keys_plain = r->keys_plain,
		.keys_vi = r->keys_vi,
		.keys = r->keys,
		.shell = r->shell,
		.help = r->help,
	};
	h->each(&row, h->arg);
}

static enum fault
actions(cli_action_fn *each, void *arg, const char *set, const char *keys_file)
{
	struct hand_on h = { each, arg };
	return tui_actions(hand_on, &h, set, keys_file);
}

int
main(int argc, char *argv[])
{
	static const struct cli_front front = { screen, actions, tui_theme_check, tui_copy_route, tui_widths };
	return cli_run(argc, argv, &front);
}
