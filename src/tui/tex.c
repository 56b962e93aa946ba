/* TeX of the common subset as Unicode: what course notes and answers contain.
 *
 * Greek, operators, relations and arrows by a table; sub- and superscripts where
 * Unicode has them, else _(...) and ^(...); \frac as (a)/(b), \sqrt as a root;
 * fonts and spacing are dropped.  An unknown command stays as it was typed, so
 * nothing is lost.  No nesting deeper than eight. */
#include <ctype.h>
#include <string.h>

#include "tui_in.h"

#define DEPTH_MAX 8

static const struct { const char *name, *shown; } commands[] = {
	{ "alpha", "α" }, { "beta", "β" }, { "gamma", "γ" }, { "delta", "δ" }, { "epsilon", "ε" },
	{ "varepsilon", "ε" }, { "zeta", "ζ" }, { "eta", "η" }, { "theta", "θ" }, { "iota", "ι" },
	{ "kappa", "κ" }, { "lambda", "λ" }, { "mu", "μ" }, { "nu", "ν" }, { "xi", "ξ" }, { "pi", "π" },
	{ "rho", "ρ" }, { "sigma", "σ" }, { "tau", "τ" }, { "phi", "φ" }, { "varphi", "φ" },
	{ "chi", "χ" }, { "psi", "ψ" }, { "omega", "ω" }, { "Gamma", "Γ" }, { "Delta", "Δ" },
	{ "Theta", "Θ" }, { "Lambda", "Λ" }, { "Xi", "Ξ" }, { "Pi", "Π" }, { "Sigma", "Σ" },
	{ "Phi", "Φ" }, { "Psi", "Ψ" }, { "Omega", "Ω" },
	{ "times", "×" }, { "cdot", "·" }, { "div", "÷" }, { "pm", "±" }, { "mp", "∓" },
	{ "leq", "≤" }, { "le", "≤" }, { "geq", "≥" }, { "ge", "≥" }, { "neq", "≠" }, { "ne", "≠" },
	{ "approx", "≈" }, { "sim", "∼" }, { "equiv", "≡" }, { "propto", "∝" }, { "ll", "≪" }, { "gg", "≫" },
	{ "to", "→" }, { "rightarrow", "→" }, { "leftarrow", "←" }, { "Rightarrow", "⇒" },
	{ "Leftarrow", "⇐" }, { "leftrightarrow", "↔" }, { "Leftrightarrow", "⇔" }, { "mapsto", "↦" },
	{ "rightleftharpoons", "⇌" }, { "infty", "∞" }, { "partial", "∂" }, { "nabla", "∇" },
	{ "sum", "∑" }, { "prod", "∏" }, { "int", "∫" }, { "oint", "∮" }, { "in", "∈" },
	{ "notin", "∉" }, { "subset", "⊂" }, { "subseteq", "⊆" }, { "supset", "⊃" }, { "cup", "∪" },
	{ "cap", "∩" }, { "emptyset", "∅" }, { "forall", "∀" }, { "exists", "∃" }, { "neg", "¬" },
	{ "land", "∧" }, { "wedge", "∧" }, { "lor", "∨" }, { "vee", "∨" }, { "oplus", "⊕" },
	{ "otimes", "⊗" }, { "perp", "⊥" }, { "parallel", "∥" }, { "angle", "∠" }, { "circ", "∘" },
	{ "degree", "°" }, { "ldots", "…" }, { "cdots", "⋯" }, { "dots", "…" }, { "prime", "′" },
	{ "hbar", "ℏ" }, { "ell", "ℓ" }, { "Re", "ℜ" }, { "Im", "ℑ" }, { "langle", "⟨" }, { "rangle", "⟩" },
	{ "quad", "  " }, { "qquad", "    " }, { "left", "" }, { "right", "" }, { "displaystyle", "" },
	{ "mathrm", "" }, { "mathbf", "" }, { "mathit", "" }, { "mathcal", "" }, { "text", "" },
	{ "textbf", "" }, { "textit", "" }, { "operatorname", "" }, { "limits", "" }, { "ce", "" },
	{ "log", "log" }, { "ln", "ln" }, { "exp", "exp" }, { "sin", "sin" }, { "cos", "cos" },
	{ "tan", "tan" }, { "lim", "lim" }, { "max", "max" }, { "min", "min" }, { "det", "det" },
};

static const struct { char c; const char *super, *sub; } scripts[] = {
	{ '0', "⁰", "₀" }, { '1', "¹", "₁" }, { '2', "²", "₂" }, { '3', "³", "₃" }, { '4', "⁴", "₄" },
	{ '5', "⁵", "₅" }, { '6', "⁶", "₆" }, { '7', "⁷", "₇" }, { '8', "⁸", "₈" }, { '9', "⁹", "₉" },
	{ '+', "⁺", "₊" }, { '-', "⁻", "₋" }, { '=', "⁼", "₌" }, { '(', "⁽", "₍" }, { ')', "⁾", "₎" },
	{ 'a', "ᵃ", "ₐ" }, { 'b', "ᵇ", NULL }, { 'c', "ᶜ", NULL }, { 'd', "ᵈ", NULL }, { 'e', "ᵉ", "ₑ" },
	{ 'h', "ʰ", "ₕ" }, { 'i', "ⁱ", "ᵢ" }, { 'j', "ʲ", "ⱼ" }, { 'k', "ᵏ", "ₖ" }, { 'l', "ˡ", "ₗ" },
	{ 'm', "ᵐ", "ₘ" }, { 'n', "ⁿ", "ₙ" }, { 'o', "ᵒ", "ₒ" }, { 'p', "ᵖ", "ₚ" }, { 'r', "ʳ", "ᵣ" },
	{ 's', "ˢ", "ₛ" }, { 't', "ᵗ", "ₜ" }, { 'u', "ᵘ", "ᵤ" }, { 'v', "ᵛ", "ᵥ" }, { 'x', "ˣ", "ₓ" },
};

struct tex { const char *s; size_t len, at; int depth; };

static void tex_put(struct text *out, struct tex *t, char end);

/* The next argument: a group, a command or one character, rendered. */
static void
argument(struct text *out, struct tex *t)
{
	while (t->at < t->len && t->s[t->at] == ' ')
		t->at++;
	if (t->at >= t->len)
		return;
	if (t->s[t->at] == '{' && t->depth < DEPTH_MAX) {
		t->at++;
		t->depth++;
		tex_put(out, t, '}');
		t->depth--;
		t->at += t->at < t->len;
		return;
	}
	size_t end = t->at;
	if (t->s[end] == '\\') {
		for (end++; end < t->len && isalpha((unsigned char)t->s[end]); end++)
			;
		struct tex one = { t->s, end, t->at, t->depth + 1 };
		t->at = end > t->at + 1 ? end : t->at + 1;
		if (one.depth <= DEPTH_MAX)
			tex_put(out, &one, '\0');
		return;
	}
	end = utf8_grapheme_end(t->s, t->len, t->at);
	text_put_n(out, t->s + t->at, end - t->at);
	t->at = end;
}

static const char *
script_of(char c, bool super)
{
	for (size_t i = 0; i < COUNT_OF(scripts); i++)
		if (scripts[i].c == c)
			return super ? scripts[i].super : scripts[i].sub;
	return NULL;
}

static void
put_script(struct text *out, struct tex *t, bool super)
{
	struct text inner;
	bool all = true;
	text_init(&inner, 4096);
	argument(&inner, t);
	if (super && (str_same(inner.data, "∘") || str_same(inner.data, "′"))) {
		text_put(out, inner.data[2] == '\x98' ? "°" : "′");
		text_clear(&inner);
		return;
	}
	for (size_t i = 0; i < inner.len; i++)
		all = all && script_of(inner.data[i], super) != NULL;
	if (!all)
		text_printf(out, inner.len > 1 && utf8_grapheme_end(inner.data, inner.len, 0) < inner.len ? "%c(%s)" : "%c%s", super ? '^' : '_', inner.data);
	for (size_t i = 0; all && i < inner.len; i++)
		text_put(out, script_of(inner.data[i], super));
	text_clear(&inner);
}

/* a, or (a) when it is more than one thing. */
static void
put_grouped(struct text *out, struct tex *t)
{
	struct text inner;
	bool plain = true;
	text_init(&inner, 16384);
	argument(&inner, t);
	for (size_t i = 0; i < inner.len; i++)
		plain = plain && (isalnum((unsigned char)inner.data[i]) || (unsigned char)inner.data[i] >= 0x80);
	text_printf(out, plain ? "%s" : "(%s)", inner.data);
	text_clear(&inner);
}

static void
put_command(struct text *out, struct tex *t)
{
	size_t from = ++t->at;
	while (t->at < t->len && isalpha((unsigned char)t->s[t->at]))
		t->at++;
	size_t n = t->at - from;
	if (n == 0) {                       /* \, \; \! are space; \{ \% themselves */
		char c = t->at < t->len ? t->s[t->at++] : '\\';
		text_put_c(out, strchr(",;: ", c) != NULL ? ' ' : c == '\\' ? '\n' : c);
		if (c == '!')
			text_cut(out, out->len - 1);
		return;
	}
	if (n == 4 && memcmp(t->s + from, "frac", 4) == 0) {
		put_grouped(out, t);
		text_put_c(out, '/');
		put_grouped(out, t);
		return;
	}
	if (n == 4 && memcmp(t->s + from, "sqrt", 4) == 0) {
		text_put(out, "√");
		put_grouped(out, t);
		return;
	}
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (strlen(commands[i].name) == n && memcmp(commands[i].name, t->s + from, n) == 0) {
			text_put(out, commands[i].shown);
			return;
		}
	text_put_n(out, t->s + from - 1, n + 1);
}

static void
tex_put(struct text *out, struct tex *t, char end)
{
	while (t->at < t->len && (end == '\0' || t->s[t->at] != end)) {
		char c = t->s[t->at];
		if (c == '\\') {
			put_command(out, t);
		} else if (c == '^' || c == '_') {
			t->at++;
			put_script(out, t, c == '^');
		} else if (c == '{') {
			argument(out, t);
			if (t->depth >= DEPTH_MAX && t->at < t->len)
				text_put_c(out, t->s[t->at++]);
		} else {
			text_put_c(out, c);
			t->at++;
		}
	}
}

void
tex_unicode(struct text *out, const char *tex, size_t len)
{
	struct tex t = { tex, len, 0, 0 };
	tex_put(out, &t, '\0');
}
