/* Dragging with the mouse: the text between two cells of one pane, shown in reverse
 * and copied when the button is let go.
 *
 * It reads the cells that are on the screen, so it copies what is seen and never
 * the pane beside it, which a selection of the terminal cannot leave out. */
#include <string.h>

#include "app_in.h"

static int
within(int n, int from, int count)
{
	return n < from ? from : n >= from + count ? from + count - 1 : n;
}

/* Columns of a row that are selected; false: none. */
static bool
stretch(const struct selection *s, int row, int *col, int *cols)
{
	bool down = s->from_row < s->to_row || (s->from_row == s->to_row && s->from_col <= s->to_col);
	int first_row = down ? s->from_row : s->to_row, first_col = down ? s->from_col : s->to_col;
	int last_row = down ? s->to_row : s->from_row, last_col = down ? s->to_col : s->from_col;
	if (!s->on || row < first_row || row > last_row)
		return false;
	*col = row == first_row ? first_col : s->area.left;
	*cols = (row == last_row ? last_col + 1 : s->area.left + s->area.cols) - *col;
	return true;
}

void
selection_draw(struct app *app)
{
	int col, cols;
	for (int row = 0; row < app->layout.rows; row++)
		if (stretch(&app->selection, row, &col, &cols))
			screen_mark(app->screen, row, col, cols);
}

static void
copy(struct app *app)
{
	struct text t;
	int col, cols;
	text_init(&t, 1 << 20);
	for (int row = 0; row < app->layout.rows; row++)
		if (stretch(&app->selection, row, &col, &cols)) {
			if (t.len > 0)
				text_put_c(&t, '\n');
			screen_cells(&t, app->screen, row, col, cols);
		}
	if (t.len > 0)
		app_yank(app, "the selection", t.data, t.len);
	text_clear(&t);
}

void
selection_drop(struct app *app)
{
	if (app->selection.on)
		app_dirty(app, NULL);
	app->selection = (struct selection){ .on = false };
}

void
selection_mouse(struct app *app, const struct area *area, const struct key_event *e)
{
	struct selection *s = &app->selection;
	if (e->button == MOUSE_PRESS && area != NULL) {
		selection_drop(app);
		*s = (struct selection){ .area = *area, .from_row = e->row, .from_col = e->col };
	} else if (e->button == MOUSE_DRAG && s->area.rows > 0) {
		s->on = true;
		s->to_row = within(e->row, s->area.top, s->area.rows);
		s->to_col = within(e->col, s->area.left, s->area.cols);
		app_dirty(app, NULL);
	} else if (e->button == MOUSE_RELEASE) {
		if (s->on)
			copy(app);
		selection_drop(app);
	}
}
