/* A pinned key as words. */
#include "../stoa_test.h"
#include "stoa/wire.h"

START_TEST(a_pin_is_read_aloud_as_five_words)
{
	char words[WIRE_PIN_WORDS];
	/* 7f 00 00 01 ... : the address 127.0.0.1 as proquints is lusab-babad */
	WELL(wire_pin_words(words, "sha256//fwAAAX8AAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
	ck_assert_str_eq(words, "lusab-babad-lusab-babad-babab");
	WELL(wire_pin_words(words, "sha256/////////////////////////////////////////////="));
	ck_assert_str_eq(words, "zuzuz-zuzuz-zuzuz-zuzuz-zuzuz");
	FAILS(FAULT_INPUT, wire_pin_words(words, "sha256//short="));
}
END_TEST

START_TEST(one_bit_of_the_first_eighty_is_another_word)
{
	char words[WIRE_PIN_WORDS], other[WIRE_PIN_WORDS];
	char pin[] = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
	WELL(wire_pin_words(words, pin));
	for (size_t i = 8; i < 8 + 13; i++) {
		pin[i] = 'B';
		WELL(wire_pin_words(other, pin));
		ck_assert_str_ne(words, other);
		pin[i] = 'A';
	}
}
END_TEST

TESTS("pin", a_pin_is_read_aloud_as_five_words, one_bit_of_the_first_eighty_is_another_word)
