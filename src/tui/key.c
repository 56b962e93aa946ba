/* Keys: bytes from the terminal -> key codes, pastes and mouse reports.
 *
 * Read here rather than by curses, because bracketed paste, focus, mouse and Alt
 * must be told apart without waiting on the main thread.  A sequence that is not
 * complete stays in the buffer; the app gives up on it after 25 ms (key_timeout),
 * when a lone ESC is the Escape key and ESC with one more is that key with Alt.
 * What is not known is dropped whole, and what comes late of a sequence that was
 * given up too, so that half of one is never typed into the input line (THREATS T07). */
#include <stdio.h>
#include <string.h>

#include "key_in.h"

static const struct { const char *name; keycode code; } names[] = {
	{ "Up", KEY_UP_ARROW }, { "Down", KEY_DOWN_ARROW }, { "Left", KEY_LEFT_ARROW },
	{ "Right", KEY_RIGHT_ARROW }, { "Home", KEY_HOME_KEY }, { "End", KEY_END_KEY },
	{ "PageUp", KEY_PAGE_UP }, { "PageDown", KEY_PAGE_DOWN }, { "Insert", KEY_INSERT },
	{ "Delete", KEY_DELETE }, { "F1", KEY_FUNCTION + 1 }, { "F2", KEY_FUNCTION + 2 },
	{ "F3", KEY_FUNCTION + 3 }, { "F4", KEY_FUNCTION + 4 }, { "F5", KEY_FUNCTION + 5 },
	{ "F6", KEY_FUNCTION + 6 }, { "F7", KEY_FUNCTION + 7 }, { "F8", KEY_FUNCTION + 8 },
	{ "F9", KEY_FUNCTION + 9 }, { "F10", KEY_FUNCTION + 10 }, { "F11", KEY_FUNCTION + 11 },
	{ "F12", KEY_FUNCTION + 12 }, { "Enter", '\r' }, { "Tab", '\t' }, { "S-Tab", KEY_BACK_TAB },
	{ "Esc", 27 }, { "Space", ' ' }, { "Backspace", 127 },
};

/* ---- names --------------------------------------------------------------------- */

static enum fault
one_key(keycode *out, const char *word)
{
	keycode mods = 0;
	const char *at = word;
	while ((at[0] == 'C' || at[0] == 'M') && at[1] == '-' && at[2] != '\0') {
		mods |= at[0] == 'C' ? KEY_MOD_CTRL : KEY_MOD_ALT;
		at += 2;
	}
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_same(at, names[i].name)) {
			*out = names[i].code | mods;
			return FAULT_NONE;
		}
	size_t next = 0, len = strlen(at);
	uint32_t c = utf8_next(at, len, &next);
	if (len == 0 || c == UTF8_BAD || next != len)
		return fault(FAULT_INPUT, "\"%s\" is no key; say a, C-x, M-1, F5, PageUp, Enter, Tab, Esc or Space", word);
	if (mods & KEY_MOD_CTRL && c >= 'a' && c <= 'z') {
		mods &= ~(keycode)KEY_MOD_CTRL;
		c -= 'a' - 1;
	}
	*out = c | mods;
	return FAULT_NONE;
}

enum fault
key_parse(keycode *out, size_t *n, size_t max, const char *chord)
{
	char words[128], *save = NULL;
	size_t count = 0;
	if (strlen(chord) >= sizeof words)
		return fault(FAULT_INPUT, "a chord of more than %zu bytes", sizeof words - 1);
	strcpy(words, chord);
	for (char *w = strtok_r(words, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save)) {
		if (count == max)
			return fault(FAULT_INPUT, "\"%s\" has more than %zu keys", chord, max);
		enum fault f = one_key(&out[count], w);
		if (f != FAULT_NONE)
			return f;
		count++;
	}
	if (count == 0)
		return fault(FAULT_INPUT, "a chord without a key");
	*n = count;
	return FAULT_NONE;
}

void
key_print(struct text *out, keycode k)
{
	if (k & KEY_MOD_ALT)
		text_put(out, "M-");
	if (k & KEY_MOD_CTRL)
		text_put(out, "C-");
	k &= ~(keycode)(KEY_MOD_ALT | KEY_MOD_CTRL);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (names[i].code == k) {
			text_put(out, names[i].name);
			return;
		}
	if (k < 32)
		text_printf(out, "C-%c", (char)(k + 'a' - 1));
	else
		text_put_code(out, k);
}

/* ---- sequences -------------------------------------------------------------------- */

static const struct { char final; keycode code; } letters[] = {
	{ 'A', KEY_UP_ARROW }, { 'B', KEY_DOWN_ARROW }, { 'C', KEY_RIGHT_ARROW }, { 'D', KEY_LEFT_ARROW },
	{ 'H', KEY_HOME_KEY }, { 'F', KEY_END_KEY }, { 'Z', KEY_BACK_TAB },
	{ 'P', KEY_FUNCTION + 1 }, { 'Q', KEY_FUNCTION + 2 }, { 'R', KEY_FUNCTION + 3 }, { 'S', KEY_FUNCTION + 4 },
};
static const struct { int number; keycode code; } tildes[] = {
	{ 1, KEY_HOME_KEY }, { 2, KEY_INSERT }, { 3, KEY_DELETE }, { 4, KEY_END_KEY },
	{ 5, KEY_PAGE_UP }, { 6, KEY_PAGE_DOWN }, { 7, KEY_HOME_KEY }, { 8, KEY_END_KEY },
	{ 11, KEY_FUNCTION + 1 }, { 12, KEY_FUNCTION + 2 }, { 13, KEY_FUNCTION + 3 }, { 14, KEY_FUNCTION + 4 },
	{ 15, KEY_FUNCTION + 5 }, { 17, KEY_FUNCTION + 6 }, { 18, KEY_FUNCTION + 7 }, { 19, KEY_FUNCTION + 8 },
	{ 20, KEY_FUNCTION + 9 }, { 21, KEY_FUNCTION + 10 }, { 23, KEY_FUNCTION + 11 }, { 24, KEY_FUNCTION + 12 },
};

/* xterm's modifier parameter: 1 + shift 1 + alt 2 + control 4. */
static keycode
modifiers(int parameter)
{
	int bits = parameter > 1 ? parameter - 1 : 0;
	return (bits & 2 ? KEY_MOD_ALT : 0) | (bits & 4 ? KEY_MOD_CTRL : 0);
}

static void
mouse_report(struct key_event *e, const char *s, size_t n, char final)
{
	int button = 0, col = 0, row = 0;
	char copy[32];
	if (n >= sizeof copy)
		return;
	memcpy(copy, s, n);
	copy[n] = '\0';
	if (sscanf(copy, "<%d;%d;%d", &button, &col, &row) != 3 || row < 1 || col < 1 || row > 9999 || col > 9999)
		return;
	e->kind = KEY_EVENT_MOUSE;
	e->row = row - 1;
	e->col = col - 1;
	e->button = button & 64 ? (button & 1 ? MOUSE_WHEEL_DOWN : MOUSE_WHEEL_UP) :
		final == 'm' ? MOUSE_RELEASE : button & 32 ? MOUSE_DRAG : (button & 3) == 0 ? MOUSE_PRESS : MOUSE_OTHER;
}

/* A control sequence without its "ESC [": parameters, then the final byte. */
static void
control_sequence(struct key_event *e, const char *s, size_t n, char final)
{
	int a = 0, b = 0;
	size_t i = 0;
	if (n > 0 && s[0] == '<') {
		mouse_report(e, s, n, final);
		return;
	}
	for (; i < n && s[i] >= '0' && s[i] <= '9' && a < 10000; i++)
		a = a * 10 + (s[i] - '0');
	if (i < n && s[i] == ';')
		for (i++; i < n && s[i] >= '0' && s[i] <= '9' && b < 10000; i++)
			b = b * 10 + (s[i] - '0');
	if (n == 0 && (final == 'I' || final == 'O')) {
		e->kind = final == 'I' ? KEY_EVENT_FOCUS_IN : KEY_EVENT_FOCUS_OUT;
		return;
	}
	if (final == 'R' && b > 0) {
		*e = (struct key_event){ .kind = KEY_EVENT_POSITION, .row = a - 1, .col = b - 1 };
		return;
	}
	for (size_t k = 0; k < COUNT_OF(letters); k++)
		if (letters[k].final == final)
			*e = (struct key_event){ .kind = KEY_EVENT_KEY, .code = letters[k].code | modifiers(b) };
	if (final == 'u' && a > 0 && a < 0x80) { /* terminals that report every key so */
		keycode mods = modifiers(b), code = (keycode)a;
		if (mods & KEY_MOD_CTRL && code >= 'a' && code <= 'z') {
			code -= 'a' - 1;
			mods &= ~(keycode)KEY_MOD_CTRL;
		}
		*e = (struct key_event){ .kind = KEY_EVENT_KEY, .code = code | mods };
	}
	for (size_t k = 0; final == '~' && k < COUNT_OF(tildes); k++)
		if (tildes[k].number == a)
			*e = (struct key_event){ .kind = KEY_EVENT_KEY, .code = tildes[k].code | modifiers(b) };
}

/* Bytes of the string sequence (OSC, DCS, APC, PM, SOS) at s, 0 when not ended.  A
 * control but BEL ends it as well: nothing that is typed is swallowed for long. */
static size_t
string_sequence(const char *s, size_t n)
{
	for (size_t i = 2; i < n; i++) {
		if (s[i] == '\a')
			return i + 1;
		if (s[i] == '\033' && i + 1 == n)
			return 0;
		if (s[i] == '\033' && s[i + 1] == '\\')
			return i + 2;
		if ((unsigned char)s[i] < ' ')
			return i;
	}
	return 0;
}

/* ESC [ and parameters up to the final byte; another control begins something new. */
static size_t
csi(struct key_event *e, const char *s, size_t n)
{
	size_t i = 2;
	if (n > 2 && s[2] == '[') {              /* F1 to F5 of the Linux console */
		if (n > 3 && s[3] >= 'A' && s[3] <= 'E')
			*e = (struct key_event){ .kind = KEY_EVENT_KEY, .code = KEY_FUNCTION + 1 + (keycode)(s[3] - 'A') };
		return n > 3 ? 4 : 0;
	}
	if (n > 2 && s[2] == 'M')                /* the old mouse report: three bytes, any */
		return n < 6 ? 0 : 6;
	while (i < n && (unsigned char)s[i] >= 0x20 && (unsigned char)s[i] < 0x40)
		i++;
	if (i == n)
		return 0;
	if ((unsigned char)s[i] < 0x40 || (unsigned char)s[i] > 0x7E)
		return i;
	control_sequence(e, s + 2, i - 2, s[i]);
	return i + 1;
}

static bool
string_begins(char c)
{
	return c == ']' || c == 'P' || c == '_' || c == '^' || c == 'X';
}

static bool character_cut(const char *s, size_t n);

static size_t
escape(struct key_event *e, const char *s, size_t n)
{
	if (n < 2)
		return 0;
	if (s[1] == '[')
		return csi(e, s, n);
	if (s[1] == 'O') {
		if (n < 3)
			return 0;
		if ((unsigned char)s[2] < ' ')
			return 2;
		control_sequence(e, "", 0, s[2] == 'I' || s[2] == 'O' ? 0 : s[2]);
		return 3;
	}
	if (string_begins(s[1]))
		return string_sequence(s, n);
	if (s[1] == '\033')             /* Escape twice, or Escape before a sequence */
		return *e = (struct key_event){ .kind = KEY_EVENT_KEY, .code = 27 }, 1;
	if (character_cut(s + 1, n - 1))
		return 0;
	size_t at = 1;
	uint32_t c = utf8_next(s, n, &at);
	if (c != UTF8_BAD && (c < 0x80 || c > 0x9F))
		*e = (struct key_event){ .kind = KEY_EVENT_KEY, .code = c | KEY_MOD_ALT };
	return at;
}

/* Is s the beginning of a character of which bytes are missing? */
static bool
character_cut(const char *s, size_t n)
{
	unsigned char c = (unsigned char)s[0];
	size_t want = c >= 0xF0 && c < 0xF5 ? 4 : c >= 0xE0 ? 3 : c >= 0xC2 && c < 0xE0 ? 2 : 1;
	if (n >= want || c >= 0xF5)
		return false;
	for (size_t i = 1; i < n; i++)
		if (((unsigned char)s[i] & 0xC0) != 0x80)
			return false;
	return true;
}

/* ---- the reader --------------------------------------------------------------------- */

#define SEQUENCE_MAX 4096      /* no terminal says so much at once */
#define PASTE_BEHIND_MAX 65536 /* and nobody types so much behind a paste */
#define PASTE_BEGIN "\033[200~"
#define PASTE_END "\033[201~"

void
key_reader_init(struct key_reader *r)
{
	memset(r, 0, sizeof *r);
	text_init(&r->in, 256 * 1024);
	text_init(&r->paste, KEY_PASTE_MAX);
}

void
key_reader_clear(struct key_reader *r)
{
	text_clear(&r->in);
	text_clear(&r->paste);
}

/* A paste whose end got lost would swallow every key: Ctrl-C alone leaves it. */
void
key_feed(struct key_reader *r, const char *bytes, size_t n)
{
	if (r->pasting && n == 1 && bytes[0] == 3) {
		r->pasting = r->ending = false;
		text_reset(&r->in);
	}
	text_put_n(&r->in, bytes, n);
}

static void
consume(struct key_reader *r, size_t n)
{
	memmove(r->in.data, r->in.data + n, r->in.len - n);
	text_cut(&r->in, r->in.len - n);
}

static char *
mark_find(const char *s, size_t n, const char *mark)
{
	return memmem(s, n, mark, strlen(mark));
}

/* The mark that ends the paste.  A text that holds the mark itself, in a terminal that
 * does not take it out, has a second one behind it with no beginning between. */
static char *
paste_end(const char *s, size_t n)
{
	char *end = mark_find(s, n, PASTE_END);
	while (end != NULL) {
		char *from = end + sizeof PASTE_END - 1;
		size_t left = n - (size_t)(from - s);
		char *next = mark_find(from, left, PASTE_END), *begin = mark_find(from, left, PASTE_BEGIN);
		if (next == NULL || (begin != NULL && begin < next))
			return end;
		end = next;
	}
	return NULL;
}

/* Inside a paste: everything up to the end mark is text, whatever it looks like.  A mark
 * is not believed before the terminal was quiet behind it: a text that holds one has its
 * own end still to come, in the next read perhaps. */
static bool
paste_next(struct key_reader *r, struct key_event *e)
{
	char *end = paste_end(r->in.data, r->in.len);
	size_t keep = sizeof PASTE_END - 2;
	size_t n = end != NULL ? (size_t)(end - r->in.data) : r->in.len > keep ? r->in.len - keep : 0;
	text_put_n(&r->paste, r->in.data, n);
	if (end == NULL) {
		if (n > 0)
			consume(r, n);
		return false;
	}
	const char *behind = end + sizeof PASTE_END - 1;
	size_t left = r->in.len - n - (sizeof PASTE_END - 1);
	bool next = mark_find(behind, left, PASTE_BEGIN) != NULL;
	if (!r->quiet && !next && left < PASTE_BEHIND_MAX) {
		text_cut(&r->paste, r->paste.len - n);
		r->ending = true;
		return false;
	}
	consume(r, n + sizeof PASTE_END - 1);
	r->pasting = r->ending = false;
	*e = (struct key_event){ .kind = KEY_EVENT_PASTE, .bytes = r->paste.data, .n = r->paste.len };
	return true;
}

/* What comes late of a sequence that was given up: bytes of it, 0 when it is over. */
static size_t
late(struct key_reader *r)
{
	const char *s = r->in.data;
	size_t i = 0;
	while (i < r->in.len && (unsigned char)s[i] >= ' ' && (r->late_string || (unsigned char)s[i] < 0x40))
		i++;
	if (i < r->in.len) {                     /* the final byte, or a control */
		bool final = r->late_string ? s[i] == '\a' : (unsigned char)s[i] >= 0x40 && (unsigned char)s[i] < 0x7F;
		if (r->late_string && s[i] == '\033' && i + 1 < r->in.len && s[i + 1] == '\\')
			i += 2;
		else
			i += final;
		r->late = false;
	}
	return i;
}

static void
give_up(struct key_reader *r)
{
	const char *s = r->in.data;
	r->late = r->in.len > 1 && s[0] == '\033' && (s[1] == '[' || string_begins(s[1]));
	r->late_string = r->late && s[1] != '[';
	text_reset(&r->in);
}

bool
key_next(struct key_reader *r, struct key_event *e)
{
	while (r->in.len > 0) {
		*e = (struct key_event){ .kind = KEY_EVENT_NONE };
		if (r->pasting)
			return paste_next(r, e);
		if (r->late) {
			consume(r, late(r));
			continue;
		}
		const char *s = r->in.data;
		size_t n = r->in.len, used = 0;
		if (n >= sizeof PASTE_BEGIN - 1 && memcmp(s, PASTE_BEGIN, sizeof PASTE_BEGIN - 1) == 0) {
			r->pasting = true;
			text_reset(&r->paste);
			consume(r, sizeof PASTE_BEGIN - 1);
			continue;
		}
		if (s[0] == '\033') {
			used = escape(e, s, n);
		} else if (!character_cut(s, n)) {
			uint32_t c = utf8_next(s, n, &used);
			if (c != UTF8_BAD && (c < 0x80 || c > 0x9F))
				*e = (struct key_event){ .kind = KEY_EVENT_KEY, .code = c == '\n' ? '\r' : c };
		}
		if (used == 0 && n > SEQUENCE_MAX) {
			give_up(r);
			return false;
		}
		if (used == 0)
			return false;
		consume(r, used);
		if (e->kind != KEY_EVENT_NONE)
			return true;
	}
	return false;
}

bool
key_waiting(const struct key_reader *r)
{
	return r->in.len > 0 && (!r->pasting || r->ending);
}

int
key_patience_ms(const struct key_reader *r)
{
	return r->pasting ? 50 : 25;
}

bool
key_timeout(struct key_reader *r, struct key_event *e)
{
	if (!key_waiting(r))
		return false;
	if (r->pasting) {
		r->quiet = true;
		bool ended = paste_next(r, e);
		r->quiet = false;
		return ended;
	}
	const char *s = r->in.data;
	size_t n = r->in.len;
	keycode code = 0;
	if (s[0] == '\033' && n == 1)
		code = 27;
	else if (s[0] == '\033' && n == 2 && (unsigned char)s[1] < 0x80)
		code = (keycode)(unsigned char)s[1] | KEY_MOD_ALT;
	give_up(r);
	r->late &= code == 0;
	*e = (struct key_event){ .kind = code != 0 ? KEY_EVENT_KEY : KEY_EVENT_NONE, .code = code };
	return code != 0;
}
