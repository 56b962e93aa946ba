/* Text against the terminal it is shown on. */
#ifndef HOSTILE_H
#define HOSTILE_H
#include <stddef.h>

/* The classes of text that terminals have been attacked with. */
#define CASE(s) { s, sizeof s - 1 }
static const struct { const char *bytes; size_t n; } hostile[] = {
	CASE("\033]0;owned\007"), CASE("\033]2;owned\033\\"), CASE("\033]52;c;cm0gLXJm\007"), CASE("\033]52;c;?\007"),
	CASE("\033]8;;http://example.org/\033\\link\033]8;;\033\\"), CASE("\033]4;1;rgb:ff/00/00\007"), CASE("\033]10;?\007"),
	CASE("\033]7;file:///\007"), CASE("\033]9;note\007"), CASE("\033]1337;File=inline=1:AAAA\007"), CASE("\033[2J\033[H"),
	CASE("\033[?1049l"), CASE("\033[?1000h"), CASE("\033[>c"), CASE("\033[5n"), CASE("\033[21t"), CASE("\033[20l"),
	CASE("\033[999999999999B"), CASE("\033[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17m"), CASE("\033[38:2::1:2:3m"),
	CASE("\033[3;9r"), CASE("\033P1$r0m\033\\"), CASE("\033Pq#0;2;0;0;0~-\033\\"), CASE("\033_Ga=T;AAAA\033\\"),
	CASE("\033^private\033\\"), CASE("\033Xstring\033\\"), CASE("\033c"), CASE("\033#8"), CASE("\033(0lqk"), CASE("\005"),
	CASE("\016qqq\017"), CASE("\007\007\007\007"), CASE("\023\021"), CASE("\233" "31m"), CASE("\235" "0;t\234"),
	CASE("\302\233" "31m"), CASE("\302\235" "52;c;AAAA\302\234"), CASE("\302\205"), CASE("\340\200\200"), CASE("\300\200"),
	CASE("\355\240\200"), CASE("\364\220\200\200"), CASE("\360\237\221"), CASE("\342\200\256txt.exe"), CASE("\342\201\246x\342\201\251"),
	CASE("\342\200\250\342\200\251"), CASE("\357\273\277mid"), CASE("\343\205\244filler"), CASE("\376\377"),
	CASE("\360\237\221\250\342\200\215\360\237\221\251\342\200\215\360\237\221\247"), CASE("\033"), CASE("\033["),
};

#endif
