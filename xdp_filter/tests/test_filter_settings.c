// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "filter_settings.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define KNOB "pass, count, drop"
#define FRAGMENTS "pass, drop, drop-unless-local"

/* The contract with operators: names, words and limits, in order. */
static const struct {
	const char *name;
	const char *words; /* NULL: a number */
	uint32_t minimum, maximum, standard;
} rows[FILTER_SETTING_COUNT] = {
	{ "monitor", "off, on", 0, 0, 0 },
	{ "fragments_ipv4", FRAGMENTS, 0, 0, FILTER_FRAGMENTS_PASS },
	{ "fragments_ipv6", FRAGMENTS, 0, 0, FILTER_FRAGMENTS_PASS },
	{ "ptb_max_pps", NULL, 0, 1000000, 200 },
	{ "ptb_mtu", NULL, 0, 65535, 0 },
	{ "ptb_ttl", NULL, 1, 255, 64 },
	{ "ptb_dscp", NULL, 0, 63, 48 },
	{ "bad_frame", KNOB, 0, 0, FILTER_KNOB_DROP },
	{ "bad_length", KNOB, 0, 0, FILTER_KNOB_DROP },
	{ "bad_version", KNOB, 0, 0, FILTER_KNOB_DROP },
	{ "ipv4_options", KNOB, 0, 0, FILTER_KNOB_COUNT },
	{ "evil_bit", KNOB, 0, 0, FILTER_KNOB_COUNT },
	{ "bad_checksum", KNOB, 0, 0, FILTER_KNOB_DROP },
	{ "source_is_destination", KNOB, 0, 0, FILTER_KNOB_COUNT },
	{ "martian_source", KNOB, 0, 0, FILTER_KNOB_COUNT },
	{ "extension_chain", KNOB, 0, 0, FILTER_KNOB_COUNT },
};

static const struct filter_setting_row *row_of(int setting)
{
	return &filter_settings[setting];
}

static void has_every_setting(void **state)
{
	(void)state;
	for (int i = 0; i < FILTER_SETTING_COUNT; i++) {
		const struct filter_setting_row *row = row_of(i);
		char words[64] = "";

		assert_string_equal(row->name, rows[i].name);
		assert_int_equal(row->minimum, rows[i].minimum);
		assert_int_equal(row->maximum, rows[i].maximum);
		assert_int_equal(row->standard, rows[i].standard);
		assert_in_range(strlen(row->help), 1, 60);
		assert_int_equal(row->choices == NULL, rows[i].words == NULL);
		for (int k = 0; row->choices && row->choices[k]; k++) {
			strcat(words, k ? ", " : "");
			strcat(words, row->choices[k]);
		}
		assert_string_equal(words, rows[i].words ? rows[i].words : "");
	}
}

static void standard_is_what_the_table_says(void **state)
{
	struct filter_config config;
	const struct filter_config expected = {
		.check = { [FILTER_CHECK_FRAME] = FILTER_KNOB_DROP,
			   [FILTER_CHECK_LENGTH] = FILTER_KNOB_DROP,
			   [FILTER_CHECK_VERSION] = FILTER_KNOB_DROP,
			   [FILTER_CHECK_OPTIONS] = FILTER_KNOB_COUNT,
			   [FILTER_CHECK_EVIL] = FILTER_KNOB_COUNT,
			   [FILTER_CHECK_CHECKSUM] = FILTER_KNOB_DROP,
			   [FILTER_CHECK_SAME] = FILTER_KNOB_COUNT,
			   [FILTER_CHECK_MARTIAN] = FILTER_KNOB_COUNT,
			   [FILTER_CHECK_EXTENSION_CHAIN] = FILTER_KNOB_COUNT },
		.ptb_ttl = 64,
		.ptb_dscp = 48,
		.ptb_max_pps = 200,
		.ptb_interval = 5000000,
	};

	(void)state;
	memset(&config, 0xff, sizeof(config));
	filter_settings_standard(&config);
	assert_memory_equal(&config, &expected, sizeof(config));
}

/* Each setting alone changes its own member and no other. */
static void applies_what_is_given_only(void **state)
{
	struct filter_config standard;

	(void)state;
	filter_settings_standard(&standard);
	for (int i = 0; i < FILTER_SETTING_COUNT; i++) {
		struct filter_request request;
		struct filter_config config = standard;
		uint32_t value = rows[i].standard == 1 ? 2 : 1;

		memset(&request, 0, sizeof(request));
		memset(request.value, 0xee, sizeof(request.value));
		filter_settings_apply(&request, &config);
		assert_memory_equal(&config, &standard, sizeof(config));

		request.given[i] = true;
		request.value[i] = value;
		filter_settings_apply(&request, &config);
		assert_memory_not_equal(&config, &standard, sizeof(config));
		for (int k = 0; k < FILTER_SETTING_COUNT; k++)
			assert_int_equal(filter_settings_value(&config, (enum filter_setting)k),
					 k == i ? value : rows[k].standard);
		request.value[i] = rows[i].standard;
		filter_settings_apply(&request, &config);
		assert_memory_equal(&config, &standard, sizeof(config));
	}
}

static void sets_the_members(void **state)
{
	struct filter_request request;
	struct filter_config config = { 0 };

	(void)state;
	for (int i = 0; i < FILTER_SETTING_COUNT; i++) {
		request.given[i] = true;
		request.value[i] = (uint32_t)i % 3;
	}
	request.value[FILTER_SETTING_MONITOR] = 1;
	request.value[FILTER_SETTING_PTB_MAX_PPS] = 1000000;
	request.value[FILTER_SETTING_PTB_MTU] = 65535;
	request.value[FILTER_SETTING_PTB_TTL] = 255;
	request.value[FILTER_SETTING_PTB_DSCP] = 63;
	filter_settings_apply(&request, &config);
	assert_int_equal(config.monitor, 1);
	assert_int_equal(config.fragments_ipv4, 1);
	assert_int_equal(config.fragments_ipv6, 2);
	assert_int_equal(config.ptb_max_pps, 1000000);
	assert_int_equal(config.ptb_interval, 1000);
	assert_int_equal(config.ptb_mtu, 65535);
	assert_int_equal(config.ptb_ttl, 255);
	assert_int_equal(config.ptb_dscp, 63);
	for (int i = 0; i < FILTER_CHECK_COUNT_OF; i++)
		assert_int_equal(config.check[i], (FILTER_SETTING_CHECK + i) % 3);

	request.value[FILTER_SETTING_PTB_MAX_PPS] = 0;
	filter_settings_apply(&request, &config);
	assert_int_equal(config.ptb_max_pps, 0);
	assert_int_equal(config.ptb_interval, 0);
	request.value[FILTER_SETTING_PTB_MAX_PPS] = 3;
	filter_settings_apply(&request, &config);
	assert_int_equal(config.ptb_interval, 333333333);
}

static void understands_words(void **state)
{
	(void)state;
	for (int i = 0; i < FILTER_SETTING_COUNT; i++) {
		const char *const *choices = row_of(i)->choices;

		for (uint32_t k = 0; choices && choices[k]; k++) {
			struct filter_request request = { 0 };
			struct problem problem = { 0 };

			assert_int_equal(filter_request_word(&request, rows[i].name, choices[k],
							     &problem),
					 0);
			assert_string_equal(problem.text, "");
			for (int other = 0; other < FILTER_SETTING_COUNT; other++)
				assert_int_equal(request.given[other], other == i);
			assert_int_equal(request.value[i], k);
		}
	}
}

static void understands_numbers(void **state)
{
	static const uint32_t mtus[] = { 0, 68, 1280, 65535 };

	(void)state;
	for (int i = 0; i < FILTER_SETTING_COUNT; i++) {
		struct filter_request request = { 0 };
		const char *name = rows[i].name;

		if (rows[i].words)
			continue;
		assert_int_equal(filter_request_number(&request, name, rows[i].minimum, NULL), 0);
		assert_int_equal(request.value[i], rows[i].minimum);
		assert_int_equal(filter_request_number(&request, name, rows[i].maximum, NULL), 0);
		assert_int_equal(request.value[i], rows[i].maximum);
		for (int other = 0; other < FILTER_SETTING_COUNT; other++)
			assert_int_equal(request.given[other], other == i);
	}
	for (size_t i = 0; i < COUNT_OF(mtus); i++) {
		struct filter_request request = { 0 };

		assert_int_equal(filter_request_number(&request, "ptb_mtu", mtus[i], NULL), 0);
		assert_int_equal(request.value[FILTER_SETTING_PTB_MTU], mtus[i]);
	}
}

static void tells_what_a_setting_takes(void **state)
{
	static const struct {
		const char *name;
		const char *word; /* NULL: the number */
		uint64_t number;
		int expected;
		const char *problem;
	} wrong[] = {
		{ "fragments", "drop", 0, -ENOENT, "the filter has no such setting" },
		{ "Monitor", "on", 0, -ENOENT, "the filter has no such setting" },
		{ "", NULL, 1, -ENOENT, "the filter has no such setting" },
		{ "monitor", "true", 0, -EINVAL, "'true' is none of off, on" },
		{ "fragments_ipv4", "drp", 0, -EINVAL, "'drp' is none of " FRAGMENTS },
		{ "fragments_ipv6", "drop-unless-loca", 0, -EINVAL,
		  "'drop-unless-loca' is none of " FRAGMENTS },
		{ "bad_frame", "Drop", 0, -EINVAL, "'Drop' is none of " KNOB },
		{ "extension_chain", "", 0, -EINVAL, "'' is none of " KNOB },
		{ "evil_bit", NULL, 1, -EINVAL, "takes one of " KNOB ", not 1" },
		{ "ptb_max_pps", "200", 0, -EINVAL, "takes a number from 0 to 1000000, not '200'" },
		{ "ptb_max_pps", NULL, 1000001, -ERANGE, "1000001 is not from 0 to 1000000" },
		{ "ptb_max_pps", NULL, UINT64_MAX, -ERANGE,
		  "18446744073709551615 is not from 0 to 1000000" },
		{ "ptb_max_pps", NULL, UINT64_C(1) << 32, -ERANGE,
		  "4294967296 is not from 0 to 1000000" },
		{ "ptb_mtu", NULL, 65536, -ERANGE, "65536 is not from 0 to 65535" },
		{ "ptb_mtu", NULL, 1, -ERANGE,
		  "1 is not an MTU: it is 68 to 65535, or 0 for the datagram's own length" },
		{ "ptb_mtu", NULL, 67, -ERANGE,
		  "67 is not an MTU: it is 68 to 65535, or 0 for the datagram's own length" },
		{ "ptb_ttl", NULL, 0, -ERANGE, "0 is not from 1 to 255" },
		{ "ptb_ttl", NULL, 256, -ERANGE, "256 is not from 1 to 255" },
		{ "ptb_dscp", NULL, 64, -ERANGE, "64 is not from 0 to 63" },
	};
	const struct filter_request nothing = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct filter_request request = { 0 };
		struct problem problem = { 0 };
		int err;

		if (wrong[i].word)
			err = filter_request_word(&request, wrong[i].name, wrong[i].word, &problem);
		else
			err = filter_request_number(&request, wrong[i].name, wrong[i].number,
						    &problem);
		assert_string_equal(problem.text, wrong[i].problem);
		assert_int_equal(err, wrong[i].expected);
		assert_memory_equal(&request, &nothing, sizeof(request));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_every_setting),
		cmocka_unit_test(standard_is_what_the_table_says),
		cmocka_unit_test(applies_what_is_given_only),
		cmocka_unit_test(sets_the_members),
		cmocka_unit_test(understands_words),
		cmocka_unit_test(understands_numbers),
		cmocka_unit_test(tells_what_a_setting_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
