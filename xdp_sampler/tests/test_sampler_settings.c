// SPDX-License-Identifier: GPL-2.0-only
#include "sampler_settings.h"

#include <errno.h>
#include <linux/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "abi/reasons.h"

/* By setting: bytes between the fields are nobody's. */
static void assert_settings_equal(const struct sampler_settings *one,
				  const struct sampler_settings *other)
{
	char text[SAMPLER_SETTING_TEXT_SIZE], other_text[SAMPLER_SETTING_TEXT_SIZE];

	for (unsigned int i = 0; i < SAMPLER_SETTING_COUNT; i++) {
		assert_string_equal(sampler_settings_text(one, i, text),
				    sampler_settings_text(other, i, other_text));
		assert_int_equal(one->given[i], other->given[i]);
	}
}

static void test_standard(void **state)
{
	static const char *const texts[SAMPLER_SETTING_COUNT] = {
		[SAMPLER_SETTING_AT] = "verdict",    [SAMPLER_SETTING_RATE] = "1000",
		[SAMPLER_SETTING_VERDICT] = "all",   [SAMPLER_SETTING_SLOT] = "all",
		[SAMPLER_SETTING_REASON] = "all",    [SAMPLER_SETTING_CAPTURE_LENGTH] = "128",
		[SAMPLER_SETTING_RING_SIZE] = "16M", [SAMPLER_SETTING_INGRESS_SLOT] = "1",
	};
	struct sampler_settings settings;
	char text[SAMPLER_SETTING_TEXT_SIZE];

	(void)state;
	sampler_settings_standard(&settings);
	assert_false(sampler_settings_any(&settings));
	for (int i = 0; i < SAMPLER_SETTING_COUNT; i++)
		assert_string_equal(sampler_settings_text(&settings, i, text), texts[i]);
}

/* What is understood, and how it is told. */
static const struct {
	enum sampler_setting setting;
	const char *text;
	const char *told;
} understood[] = {
	{ SAMPLER_SETTING_AT, "ingress", "ingress" },
	{ SAMPLER_SETTING_AT, "verdict,ingress", "ingress,verdict" },
	{ SAMPLER_SETTING_RATE, "drop=10,1000", "drop=10,1000" },
	{ SAMPLER_SETTING_VERDICT, "tx,drop", "drop,tx" },
	{ SAMPLER_SETTING_VERDICT, "XDP_ABORTED,invalid", "aborted,invalid" },
	{ SAMPLER_SETTING_VERDICT, "aborted,drop,pass,tx,redirect,invalid", "all" },
	{ SAMPLER_SETTING_SLOT, "root,2,0", "0,2,root" },
	{ SAMPLER_SETTING_SLOT, "all", "all" },
	{ SAMPLER_SETTING_REASON, "17,not_ip", "not_ip,reason_17" },
	{ SAMPLER_SETTING_REASON, "0,63", "none,reason_63" },
	{ SAMPLER_SETTING_REASON, "reason_17,17", "reason_17" },
	{ SAMPLER_SETTING_CAPTURE_LENGTH, "64", "64" },
	{ SAMPLER_SETTING_CAPTURE_LENGTH, "65536", "full" },
	{ SAMPLER_SETTING_CAPTURE_LENGTH, "full", "full" },
	{ SAMPLER_SETTING_RING_SIZE, "131072", "128K" },
	{ SAMPLER_SETTING_RING_SIZE, "1G", "1G" },
	{ SAMPLER_SETTING_RING_SIZE, "2048K", "2M" },
	{ SAMPLER_SETTING_INGRESS_SLOT, "0", "0" },
	{ SAMPLER_SETTING_INGRESS_SLOT, "7", "7" },
};

static void test_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(understood) / sizeof(*understood); i++) {
		enum sampler_setting setting = understood[i].setting;
		struct sampler_settings settings, again;
		char text[SAMPLER_SETTING_TEXT_SIZE], more[SAMPLER_SETTING_TEXT_SIZE];

		sampler_settings_standard(&settings);
		assert_int_equal(sampler_settings_parse(&settings, setting, understood[i].text,
							NULL),
				 0);
		for (int j = 0; j < SAMPLER_SETTING_COUNT; j++)
			assert_int_equal(settings.given[j], j == (int)setting);
		sampler_settings_text(&settings, setting, text);
		assert_string_equal(sampler_settings_text(&settings, setting, text),
				    understood[i].told);
		sampler_settings_standard(&again);
		assert_int_equal(sampler_settings_parse(&again, setting, understood[i].told, NULL),
				 0);
		assert_string_equal(sampler_settings_text(&again, setting, more),
				    understood[i].told);
	}
}

static void test_refused(void **state)
{
	static const struct {
		enum sampler_setting setting;
		const char *text;
		const char *says;
	} rows[] = {
		{ SAMPLER_SETTING_AT, "", "'' is not a place" },
		{ SAMPLER_SETTING_AT, "all", "'all' is not a place" },
		{ SAMPLER_SETTING_AT, "egress", "'egress' is not a place (ingress, verdict)" },
		{ SAMPLER_SETTING_RATE, "x", "'x' is not a rate" },
		{ SAMPLER_SETTING_VERDICT, "drop,", "'' is not a verdict" },
		{ SAMPLER_SETTING_VERDICT, "drop,all", "'all' is not a verdict" },
		{ SAMPLER_SETTING_SLOT, "8", "'8' is not a slot" },
		{ SAMPLER_SETTING_SLOT, "Root", "'Root' is not a slot" },
		{ SAMPLER_SETTING_REASON, "64", "'64' is not a reason" },
		{ SAMPLER_SETTING_REASON, "bored", "'bored' is not a reason" },
		{ SAMPLER_SETTING_CAPTURE_LENGTH, "63", "64 to 65536 bytes, or full" },
		{ SAMPLER_SETTING_CAPTURE_LENGTH, "65537", "64 to 65536 bytes, or full" },
		{ SAMPLER_SETTING_RING_SIZE, "64K", "'64K' is not from 128K to 1G" },
		{ SAMPLER_SETTING_RING_SIZE, "2G", "'2G' is not from 128K to 1G" },
		{ SAMPLER_SETTING_RING_SIZE, "3M", "'3M' is not a power of two" },
		{ SAMPLER_SETTING_RING_SIZE, "1T", "'1T' is not a size" },
		{ SAMPLER_SETTING_RING_SIZE, "M", "'M' is not a size" },
		{ SAMPLER_SETTING_RING_SIZE, "99999999999999999999", "is not a size" },
		{ SAMPLER_SETTING_RING_SIZE, "18446744073709551615G", "is not a size" },
		{ SAMPLER_SETTING_INGRESS_SLOT, "8", "'8' is not a slot, 0 to 7" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct sampler_settings settings, before;
		struct problem problem = { 0 };

		sampler_settings_standard(&settings);
		before = settings;
		assert_int_not_equal(sampler_settings_parse(&settings, rows[i].setting,
							    rows[i].text, &problem),
				     0);
		if (!strstr(problem.text, rows[i].says))
			fail_msg("'%s': %s", rows[i].text, problem.text);
		assert_settings_equal(&settings, &before);
	}
}

static void test_apply(void **state)
{
	struct sampler_settings settings, from;

	(void)state;
	sampler_settings_standard(&settings);
	assert_int_equal(sampler_settings_parse(&settings, SAMPLER_SETTING_SLOT, "2", NULL), 0);
	sampler_settings_standard(&from);
	assert_int_equal(sampler_settings_parse(&from, SAMPLER_SETTING_RATE, "tx=5,9", NULL), 0);
	assert_int_equal(sampler_settings_parse(&from, SAMPLER_SETTING_REASON, "3,40", NULL), 0);
	assert_int_equal(sampler_settings_parse(&from, SAMPLER_SETTING_AT, "ingress", NULL), 0);
	from.capture_length = 64; /* not given */
	sampler_settings_apply(&settings, &from);
	assert_int_equal(settings.rates.verdict[XDP_TX], 5);
	assert_int_equal(settings.rates.ingress, 9);
	assert_true(settings.reasons == (UINT64_C(1) << 40 | 8));
	assert_int_equal(settings.places, 1 << SAMPLER_INGRESS);
	assert_int_equal(settings.rows, 4);
	assert_int_equal(settings.capture_length, 128);
	assert_true(settings.given[SAMPLER_SETTING_RATE] && settings.given[SAMPLER_SETTING_SLOT]);
	assert_false(settings.given[SAMPLER_SETTING_CAPTURE_LENGTH]);
}

static struct sampler_config config_with(const char *rate)
{
	struct sampler_settings settings;

	sampler_settings_standard(&settings);
	assert_int_equal(sampler_settings_parse(&settings, SAMPLER_SETTING_RATE, rate, NULL), 0);
	return sampler_settings_config(&settings);
}

static void test_config_draws_with_the_smallest(void **state)
{
	struct sampler_config config = config_with("drop=10,tx=100,ingress=7,1000");
	struct sampler_draw draw;

	(void)state;
	assert_int_equal(config.rate[SAMPLER_VERDICT][XDP_DROP], 10);
	assert_int_equal(config.rate[SAMPLER_VERDICT][XDP_TX], 100);
	assert_int_equal(config.rate[SAMPLER_VERDICT][XDP_PASS], 1000);
	assert_int_equal(config.rate[SAMPLER_INGRESS][0], 7);
	draw = sampler_draw_of(10);
	assert_memory_equal(&config.draw[SAMPLER_VERDICT], &draw, sizeof(draw));
	draw = sampler_draw_of(7);
	assert_memory_equal(&config.draw[SAMPLER_INGRESS], &draw, sizeof(draw));
	config = config_with("drop=0,5");
	assert_int_equal(config.draw[SAMPLER_VERDICT].rate, 5);
	config = config_with("drop=50");
	assert_int_equal(config.draw[SAMPLER_VERDICT].rate, 50);
	assert_int_equal(config.draw[SAMPLER_INGRESS].rate, 0);
	config = config_with("0");
	assert_int_equal(config.draw[SAMPLER_VERDICT].rate, 0);
}

static void test_config_there_and_back(void **state)
{
	struct sampler_settings settings, back;
	struct sampler_config config;

	(void)state;
	sampler_settings_standard(&settings);
	for (size_t i = 0; i < sizeof(understood) / sizeof(*understood); i++)
		assert_int_equal(sampler_settings_parse(&settings, understood[i].setting,
							understood[i].text, NULL),
				 0);
	config = sampler_settings_config(&settings);
	assert_int_equal(config.word, 0);
	assert_true(config.wake_at > 0 && config.wake_at < settings.ring_size);
	back = settings;
	back.rates = (struct sampling_rates){ 0 };
	back.verdicts = back.rows = back.capture_length = 0;
	back.reasons = 0;
	sampler_settings_of_config(&back, &config);
	assert_settings_equal(&back, &settings);
}

/* All that a configuration may have fits into a text. */
static void test_longest_text(void **state)
{
	struct sampler_settings settings, again;
	char text[SAMPLER_SETTING_TEXT_SIZE];

	(void)state;
	sampler_settings_standard(&settings);
	settings.reasons = ~UINT64_C(0) << 1;
	sampler_settings_text(&settings, SAMPLER_SETTING_REASON, text);
	assert_true(strlen(text) + 1 < sizeof(text));
	sampler_settings_standard(&again);
	assert_int_equal(sampler_settings_parse(&again, SAMPLER_SETTING_REASON, text, NULL), 0);
	assert_true(again.reasons == settings.reasons);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_standard),
		cmocka_unit_test(test_understood),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_apply),
		cmocka_unit_test(test_config_draws_with_the_smallest),
		cmocka_unit_test(test_config_there_and_back),
		cmocka_unit_test(test_longest_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
