// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/bpf.h>
#include <string.h>

#include "abi/reasons.h"
#include "sample_names.h"

static void numbers_to_names(void **state)
{
	char text[SAMPLE_REASON_NAME_SIZE];

	(void)state;
	assert_string_equal(sample_place_name(SAMPLER_INGRESS), "ingress");
	assert_string_equal(sample_place_name(SAMPLER_VERDICT), "verdict");
	assert_string_equal(sample_place_name(2), "-");
	assert_string_equal(sample_verdict_name(XDP_ABORTED), "XDP_ABORTED");
	assert_string_equal(sample_verdict_name(XDP_REDIRECT), "XDP_REDIRECT");
	assert_string_equal(sample_verdict_name(ECBPF_ACTION_INVALID), "XDP_INVALID_ACTION");
	assert_string_equal(sample_verdict_name(6), "-");
	assert_string_equal(sample_verdict_name(SAMPLE_NO_VERDICT), "-");
	assert_string_equal(sample_reason_name(ECBPF_REASON_NOT_IP, text), "not_ip");
	assert_string_equal(sample_reason_name(ECBPF_REASON_MANY_TAGS, text), "many_tags");
	assert_string_equal(sample_reason_name(13, text), "reason_13");
	assert_string_equal(sample_reason_name(17, text), "reason_17");
	assert_string_equal(sample_reason_name(UINT32_MAX, text), "reason_4294967295");
}

static void names_are_understood(void **state)
{
	char text[SAMPLE_REASON_NAME_SIZE];
	unsigned int number;

	(void)state;
	for (unsigned int i = 0; i < SAMPLER_PLACE_COUNT; i++) {
		assert_int_equal(sample_place_number(sample_place_name(i), &number), 0);
		assert_int_equal(number, i);
	}
	for (unsigned int i = 0; i < ECBPF_ACTION_COUNT; i++) {
		assert_int_equal(sample_verdict_number(sample_verdict_name(i), &number), 0);
		assert_int_equal(number, i);
	}
	for (unsigned int i = 0; i < ECBPF_REASON_LIMIT; i++) {
		assert_int_equal(sample_reason_number(sample_reason_name(i, text), &number), 0);
		assert_int_equal(number, i);
	}
}

struct row {
	const char *text;
	int number; /* -1: refused */
};

static void check(int (*parse)(const char *text, unsigned int *ret_number), const struct row *rows,
		  size_t count)
{
	for (size_t i = 0; i < count; i++) {
		unsigned int number = 999;
		int err = parse(rows[i].text, &number);

		assert_int_equal(err, rows[i].number < 0 ? -EINVAL : 0);
		assert_int_equal(number, rows[i].number < 0 ? 999 : rows[i].number);
	}
}

static void verdicts(void **state)
{
	static const struct row rows[] = {
		{ "aborted", XDP_ABORTED },
		{ "drop", XDP_DROP },
		{ "Drop", XDP_DROP },
		{ "XDP_DROP", XDP_DROP },
		{ "xdp_drop", XDP_DROP },
		{ "pass", XDP_PASS },
		{ "tx", XDP_TX },
		{ "redirect", XDP_REDIRECT },
		{ "invalid", ECBPF_ACTION_INVALID },
		{ "XDP_INVALID", ECBPF_ACTION_INVALID },
		{ "invalid_action", ECBPF_ACTION_INVALID },
		{ "", -1 },
		{ "XDP_", -1 },
		{ "XDP_XDP_DROP", -1 },
		{ "drops", -1 },
		{ "dro", -1 },
		{ " drop", -1 },
		{ "1", -1 },
		{ "-", -1 },
	};

	(void)state;
	check(sample_verdict_number, rows, sizeof(rows) / sizeof(rows[0]));
}

static void reasons(void **state)
{
	static const struct row rows[] = {
		{ "none", 0 },
		{ "not_ip", ECBPF_REASON_NOT_IP },
		{ "17", 17 },
		{ "5", 5 },
		{ "reason_63", 63 },
		{ "reason_5", 5 },
		{ "64", -1 },
		{ "reason_64", -1 },
		{ "reason_", -1 },
		{ "reason_reason_1", -1 },
		{ "", -1 },
		{ "-1", -1 },
		{ "NOT_IP", -1 },
		{ "not_ip ", -1 },
		{ "99999999999999999999", -1 },
	};

	(void)state;
	check(sample_reason_number, rows, sizeof(rows) / sizeof(rows[0]));
}

static void places(void **state)
{
	static const struct row rows[] = {
		{ "ingress", 0 }, { "verdict", 1 }, { "Verdict", -1 }, { "", -1 }, { "-", -1 },
	};

	(void)state;
	check(sample_place_number, rows, sizeof(rows) / sizeof(rows[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_to_names), cmocka_unit_test(names_are_understood),
		cmocka_unit_test(verdicts),         cmocka_unit_test(reasons),
		cmocka_unit_test(places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
