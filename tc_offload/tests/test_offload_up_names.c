// SPDX-License-Identifier: GPL-2.0-only
/* Everything that can become of a packet has a name and an explanation of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "offload_up_names.h"

#define NUMBERS (OFFLOAD_UP_COUNT + OFFLOAD_OUT_COUNT)

/* Both sets one behind the other. */
static const char *name_of(unsigned int number)
{
	return number < OFFLOAD_UP_COUNT ? offload_up_name(number) :
					   offload_out_name(number - OFFLOAD_UP_COUNT);
}

static const char *explanation_of(unsigned int number)
{
	return number < OFFLOAD_UP_COUNT ? offload_up_explanation(number) :
					   offload_out_explanation(number - OFFLOAD_UP_COUNT);
}

static bool means_something(unsigned int up)
{
	static const unsigned int states[] = { FLOW_WAY_UNRESOLVED,  FLOW_WAY_NO_ROUTE,
					       FLOW_WAY_FORBIDDEN,   FLOW_WAY_OTHER,
					       FLOW_WAY_UNREACHABLE, FLOW_WAY_LINK_DOWN,
					       FLOW_WAY_NO_TRANSMIT };

	/* Of the other states packets are sent. */
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++) {
		if (up == OFFLOAD_UP_WAY + states[i])
			return true;
	}
	return up < OFFLOAD_UP_WAY;
}

static void test_complete(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 64; i++) {
		assert_int_equal(offload_up_name(i) != NULL, means_something(i));
		assert_int_equal(offload_up_explanation(i) != NULL, means_something(i));
		assert_int_equal(offload_out_name(i) != NULL, i < OFFLOAD_OUT_COUNT);
		assert_int_equal(offload_out_explanation(i) != NULL, i < OFFLOAD_OUT_COUNT);
	}
	assert_null(offload_up_name(UINT32_MAX));
	assert_null(offload_up_explanation(UINT32_MAX));
	assert_null(offload_out_name(UINT32_MAX));
	assert_null(offload_out_explanation(UINT32_MAX));
}

static void test_unique(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < NUMBERS; i++) {
		for (unsigned int j = 0; j < i; j++) {
			if (!name_of(i) || !name_of(j))
				continue;
			assert_string_not_equal(name_of(i), name_of(j));
			assert_string_not_equal(explanation_of(i), explanation_of(j));
		}
	}
}

/* They are keys of JSON and parts of a sentence. */
static void test_form(void **state)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";

	(void)state;
	for (unsigned int i = 0; i < NUMBERS; i++) {
		const char *name = name_of(i), *text = explanation_of(i);

		if (!name)
			continue;
		assert_int_equal(strspn(name, letters), strlen(name));
		assert_in_range(strlen(text), 10, 200);
		assert_null(strchr(text, '\n'));
		assert_int_not_equal(text[strlen(text) - 1], '.');
	}
}

/* Whether the word is that of the reason. */
static void test_words(void **state)
{
	(void)state;
	assert_string_equal(offload_up_name(OFFLOAD_UP_NO_FLOW), "no_flow");
	assert_string_equal(offload_up_name(OFFLOAD_UP_TTL), "ttl");
	assert_string_equal(offload_up_name(OFFLOAD_UP_TOO_BIG), "too_big");
	assert_string_equal(offload_up_name(OFFLOAD_UP_ICMP_FOREIGN), "icmp_foreign");
	assert_string_equal(offload_up_name(OFFLOAD_UP_ICMP_UNSURE), "icmp_unsure");
	assert_string_equal(offload_up_name(OFFLOAD_UP_WAY + FLOW_WAY_NO_ROUTE), "way_no_route");
	assert_string_equal(offload_up_name(OFFLOAD_UP_WAY + FLOW_WAY_LINK_DOWN), "way_link_down");
	assert_string_equal(offload_out_name(OFFLOAD_OUT_DEVICE), "device");
	assert_string_equal(offload_out_name(OFFLOAD_OUT_NEIGHBOUR), "neighbour");
	assert_string_equal(offload_out_name(OFFLOAD_OUT_LOOPBACK), "loopback");
	assert_string_equal(offload_out_name(OFFLOAD_OUT_LOST), "lost");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_unique),
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
