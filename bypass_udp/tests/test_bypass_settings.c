// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_settings.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#define SECOND UINT64_C(1000000000)

static struct problem problem;

static void test_standard(void **state)
{
	static const char *const texts[BYPASS_SETTING_COUNT] = {
		[BYPASS_SETTING_MONITOR] = "",       [BYPASS_SETTING_MAX_FLOWS] = "",
		[BYPASS_SETTING_MAX_LEARNED] = "",   [BYPASS_SETTING_IDLE_TIMEOUT] = "60s",
		[BYPASS_SETTING_SAMPLE] = "500ms",   [BYPASS_SETTING_LEARN] = "on",
		[BYPASS_SETTING_LEARN_MARK] = "off", [BYPASS_SETTING_OBSERVE_AFTER] = "10",
	};
	struct bypass_settings settings;
	char text[BYPASS_SETTING_TEXT_SIZE];

	(void)state;
	memset(&settings, 0xff, sizeof(settings));
	bypass_settings_standard(&settings);
	for (unsigned int i = 0; i < BYPASS_SETTING_COUNT; i++)
		assert_string_equal(bypass_settings_text(&settings, i, text), texts[i]);
	assert_int_equal(settings.tables, 1U << FLOW_TABLE_LEARNED);
	assert_int_equal(settings.static_version, 0);
	for (int i = 0; i < BYPASS_CLASS_COUNT; i++)
		assert_int_equal(settings.idle[i], 60 * SECOND);
}

/* What is understood, and how it is told. */
static const struct {
	enum bypass_setting setting;
	const char *text;
	const char *told;
} understood[] = {
	{ BYPASS_SETTING_IDLE_TIMEOUT, "90s", "90s" },
	{ BYPASS_SETTING_IDLE_TIMEOUT, "5m", "300s" },
	{ BYPASS_SETTING_IDLE_TIMEOUT, "dns=10s", "60s,dns=10s" },
	{ BYPASS_SETTING_IDLE_TIMEOUT, "other=30s,dns=10s", "30s,dns=10s,quic=60s" },
	{ BYPASS_SETTING_IDLE_TIMEOUT, "quic=2m,30s", "30s,quic=120s" },
	{ BYPASS_SETTING_IDLE_TIMEOUT, "1s,other=2s", "2s,dns=1s,quic=1s" },
	{ BYPASS_SETTING_IDLE_TIMEOUT, "365d", "31536000s" },
	{ BYPASS_SETTING_SAMPLE, "10ms", "10ms" },
	{ BYPASS_SETTING_SAMPLE, "2s", "2s" },
	{ BYPASS_SETTING_SAMPLE, "60000ms", "60s" },
	{ BYPASS_SETTING_SAMPLE, "1500ms", "1500ms" },
	{ BYPASS_SETTING_LEARN, "off", "off" },
	{ BYPASS_SETTING_LEARN, "on", "on" },
	{ BYPASS_SETTING_LEARN_MARK, "0x10/0xff", "0x10/0xff" },
	{ BYPASS_SETTING_LEARN_MARK, "16", "0x10/0xffffffff" },
	{ BYPASS_SETTING_LEARN_MARK, "0/1", "0/0x1" },
	{ BYPASS_SETTING_LEARN_MARK, "0xFFFFFFFF", "0xffffffff/0xffffffff" },
	{ BYPASS_SETTING_LEARN_MARK, "off", "off" },
	{ BYPASS_SETTING_OBSERVE_AFTER, "1", "1" },
	{ BYPASS_SETTING_OBSERVE_AFTER, "4294967295", "4294967295" },
};

static void test_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(understood) / sizeof(*understood); i++) {
		enum bypass_setting setting = understood[i].setting;
		struct bypass_request request = { 0 };
		struct bypass_settings settings;
		char text[BYPASS_SETTING_TEXT_SIZE];

		/* What is told is understood as the same. */
		for (int again = 0; again < 2; again++) {
			bypass_settings_standard(&settings);
			if (bypass_request_parse(&request, setting,
						 again ? understood[i].told : understood[i].text,
						 &problem))
				fail_msg("%s: %s", understood[i].text, problem.text);
			assert_true(request.given[setting]);
			bypass_request_apply(&request, &settings);
			assert_string_equal(bypass_settings_text(&settings, setting, text),
					    understood[i].told);
		}
	}
}

static void test_interface_and_sizes(void **state)
{
	struct bypass_request request = { 0 };
	struct bypass_settings before, after;

	(void)state;
	assert_int_equal(bypass_request_parse(&request, BYPASS_SETTING_MONITOR, "on", &problem), 0);
	assert_true(request.monitor);
	assert_int_equal(bypass_request_parse(&request, BYPASS_SETTING_MAX_FLOWS, "16777216",
					      &problem),
			 0);
	assert_int_equal(request.max_flows, 16777216);
	assert_int_equal(bypass_request_parse(&request, BYPASS_SETTING_MAX_LEARNED, "1", &problem),
			 0);
	assert_int_equal(request.max_learned, 1);
	bypass_settings_standard(&before);
	after = before;
	bypass_request_apply(&request, &after);
	assert_memory_equal(&before, &after, sizeof(after));
}

static const struct {
	enum bypass_setting setting;
	const char *text;
	int err;
	const char *says;
} refused[] = {
	{ BYPASS_SETTING_MONITOR, "yes", -EINVAL, "'yes' is neither on nor off" },
	{ BYPASS_SETTING_LEARN, "", -EINVAL, "'' is neither on nor off" },
	{ BYPASS_SETTING_MAX_FLOWS, "0", -ERANGE, "'0' is not a number from 1 to 16777216" },
	{ BYPASS_SETTING_MAX_FLOWS, "16777217", -ERANGE, "from 1 to 16777216" },
	{ BYPASS_SETTING_MAX_LEARNED, "many", -EINVAL, "'many' is not a number" },
	{ BYPASS_SETTING_IDLE_TIMEOUT, "", -EINVAL, "'' is not a duration" },
	{ BYPASS_SETTING_IDLE_TIMEOUT, "60", -EINVAL, "'60' is not a duration" },
	{ BYPASS_SETTING_IDLE_TIMEOUT, "0s", -EINVAL, "'0s' is not a duration" },
	{ BYPASS_SETTING_IDLE_TIMEOUT, "366d", -ERANGE, "'366d' is longer than 365 days" },
	{ BYPASS_SETTING_IDLE_TIMEOUT, "ssh=5s", -EINVAL, "'ssh' is none of the classes" },
	{ BYPASS_SETTING_IDLE_TIMEOUT, "dns=", -EINVAL, "'' is not a duration" },
	{ BYPASS_SETTING_IDLE_TIMEOUT, "dns=5s,dns=6s", -EINVAL, "for dns is given twice" },
	{ BYPASS_SETTING_IDLE_TIMEOUT, "5s,6s", -EINVAL, "for all classes is given twice" },
	{ BYPASS_SETTING_SAMPLE, "9ms", -EINVAL, "'9ms' is not a time from 10ms to 60s" },
	{ BYPASS_SETTING_SAMPLE, "61s", -EINVAL, "'61s' is not a time" },
	{ BYPASS_SETTING_SAMPLE, "500", -EINVAL, "'500' is not a time" },
	{ BYPASS_SETTING_SAMPLE, "ms", -EINVAL, "'ms' is not a time" },
	{ BYPASS_SETTING_SAMPLE, "1 s", -EINVAL, "'1 s' is not a time" },
	{ BYPASS_SETTING_SAMPLE, "11111111111111111111111ms", -EINVAL, "is not a time" },
	{ BYPASS_SETTING_LEARN_MARK, "0x10/", -EINVAL, "neither off nor MARK/MASK" },
	{ BYPASS_SETTING_LEARN_MARK, "/0xff", -EINVAL, "neither off nor MARK/MASK" },
	{ BYPASS_SETTING_LEARN_MARK, "0x100000000", -EINVAL, "neither off nor MARK/MASK" },
	{ BYPASS_SETTING_LEARN_MARK, "1x0", -EINVAL, "neither off nor MARK/MASK" },
	{ BYPASS_SETTING_LEARN_MARK, "-1", -EINVAL, "neither off nor MARK/MASK" },
	{ BYPASS_SETTING_LEARN_MARK, "0x11/0x10", -EINVAL, "the mask leaves out bits" },
	{ BYPASS_SETTING_LEARN_MARK, "0/0", -EINVAL, "the mask is 0" },
	{ BYPASS_SETTING_OBSERVE_AFTER, "0", -ERANGE, "'0' is not a number from 1" },
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		struct bypass_request request = { 0 }, untouched = { 0 };

		assert_int_equal(bypass_request_parse(&request, refused[i].setting, refused[i].text,
						      &problem),
				 refused[i].err);
		if (!strstr(problem.text, refused[i].says))
			fail_msg("'%s' instead of '%s'", problem.text, refused[i].says);
		assert_memory_equal(&request, &untouched, sizeof(request));
	}
}

/* What is not said stays. */
static void test_apply(void **state)
{
	struct bypass_request request = { 0 };
	struct bypass_settings settings;

	(void)state;
	bypass_settings_standard(&settings);
	settings.static_version = 7;
	settings.tables = 3;
	bypass_request_parse(&request, BYPASS_SETTING_IDLE_TIMEOUT, "dns=10s", &problem);
	bypass_request_apply(&request, &settings);
	assert_int_equal(settings.idle[BYPASS_CLASS_OTHER], 60 * SECOND);
	assert_int_equal(settings.idle[BYPASS_CLASS_DNS], 10 * SECOND);
	assert_int_equal(settings.idle[BYPASS_CLASS_QUIC], 60 * SECOND);
	assert_int_equal(settings.static_version, 7);
	assert_int_equal(settings.tables, 3);
	assert_int_equal(settings.learn, 1);
	assert_int_equal(settings.sample, SECOND / 2);
}

static void test_merge(void **state)
{
	struct bypass_request under = { 0 }, over = { 0 };

	(void)state;
	assert_false(bypass_request_any(&under));
	bypass_request_parse(&under, BYPASS_SETTING_IDLE_TIMEOUT, "30s,quic=5m", &problem);
	bypass_request_parse(&under, BYPASS_SETTING_MONITOR, "on", &problem);
	bypass_request_parse(&under, BYPASS_SETTING_SAMPLE, "1s", &problem);
	bypass_request_parse(&under, BYPASS_SETTING_MAX_FLOWS, "5", &problem);
	bypass_request_parse(&under, BYPASS_SETTING_LEARN_MARK, "1", &problem);
	bypass_request_parse(&over, BYPASS_SETTING_IDLE_TIMEOUT, "dns=1s", &problem);
	bypass_request_parse(&over, BYPASS_SETTING_MONITOR, "off", &problem);
	bypass_request_parse(&over, BYPASS_SETTING_MAX_LEARNED, "6", &problem);
	bypass_request_parse(&over, BYPASS_SETTING_LEARN, "off", &problem);
	bypass_request_parse(&over, BYPASS_SETTING_LEARN_MARK, "0x20/0xf0", &problem);
	bypass_request_parse(&over, BYPASS_SETTING_OBSERVE_AFTER, "3", &problem);
	bypass_request_merge(&under, &over);
	assert_true(bypass_request_any(&under));
	assert_int_equal(under.idle[BYPASS_CLASS_OTHER], 30 * SECOND);
	assert_int_equal(under.idle[BYPASS_CLASS_DNS], SECOND);
	assert_int_equal(under.idle[BYPASS_CLASS_QUIC], 300 * SECOND);
	assert_false(under.monitor);
	assert_int_equal(under.sample, SECOND);
	assert_int_equal(under.max_flows, 5);
	assert_int_equal(under.max_learned, 6);
	assert_int_equal(under.mark, 0x20);
	assert_int_equal(under.mark_mask, 0xf0);
	assert_int_equal(under.observe_after, 3);
	for (int i = 0; i < BYPASS_SETTING_COUNT; i++)
		assert_true(under.given[i]);
}

static void test_classes(void **state)
{
	(void)state;
	assert_string_equal(bypass_class_name(BYPASS_CLASS_OTHER), "other");
	assert_string_equal(bypass_class_name(BYPASS_CLASS_QUIC), "quic");
	assert_null(bypass_class_name(BYPASS_CLASS_QUIC + 1));
	assert_null(bypass_class_name(BYPASS_CLASS_COUNT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_standard),
		cmocka_unit_test(test_understood),
		cmocka_unit_test(test_interface_and_sizes),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_apply),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_classes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
