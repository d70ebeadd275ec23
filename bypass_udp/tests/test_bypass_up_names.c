// SPDX-License-Identifier: GPL-2.0-only
/* Every reason to go up has a name and an explanation of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "bypass_up_names.h"

static bool means_something(unsigned int up)
{
	switch ((int)up - BYPASS_UP_WAY) {
	case FLOW_WAY_UNRESOLVED:
	case FLOW_WAY_NO_ROUTE:
	case FLOW_WAY_LOCAL:
	case FLOW_WAY_FORBIDDEN:
	case FLOW_WAY_OTHER:
	case FLOW_WAY_RESOLVING:
	case FLOW_WAY_UNREACHABLE:
	case FLOW_WAY_LINK_DOWN:
	case FLOW_WAY_NO_TRANSMIT:
		return true;
	default:
		return up < BYPASS_UP_WAY;
	}
}

static void test_complete(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 64; i++) {
		assert_int_equal(bypass_up_name(i) != NULL, means_something(i));
		assert_int_equal(bypass_up_explanation(i) != NULL, means_something(i));
	}
	assert_null(bypass_up_name(UINT32_MAX));
	assert_null(bypass_up_explanation(UINT32_MAX));
}

static void test_unique(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < BYPASS_UP_COUNT; i++) {
		for (unsigned int j = 0; j < i; j++) {
			if (!bypass_up_name(i) || !bypass_up_name(j))
				continue;
			assert_string_not_equal(bypass_up_name(i), bypass_up_name(j));
			assert_string_not_equal(bypass_up_explanation(i), bypass_up_explanation(j));
		}
	}
}

/* They are keys of JSON, labels of metrics and parts of a sentence. */
static void test_form(void **state)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";

	(void)state;
	for (unsigned int i = 0; i < BYPASS_UP_COUNT; i++) {
		const char *name = bypass_up_name(i), *text = bypass_up_explanation(i);

		if (!name)
			continue;
		assert_int_equal(strspn(name, letters), strlen(name));
		assert_in_range(strlen(text), 10, 230);
		assert_null(strchr(text, '\n'));
		assert_int_not_equal(text[strlen(text) - 1], '.');
	}
}

static void test_reasons(void **state)
{
	struct reason_names names = bypass_reason_names();

	(void)state;
	assert_string_equal(names.name[BYPASS_REASON_L2], "bypass_l2");
	assert_string_equal(names.name[BYPASS_REASON_NAT], "bypass_nat");
	for (unsigned int i = 0; i < ECBPF_REASON_LIMIT; i++) {
		if (i != BYPASS_REASON_L2 && i != BYPASS_REASON_NAT)
			assert_string_equal(names.name[i], "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_unique),
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
