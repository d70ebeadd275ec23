// SPDX-License-Identifier: GPL-2.0-only
/* What an operator types becomes settings, recorders and sinks. */
#include "sampler_options.h"

#include <errno.h>
#include <linux/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "harness/typed_line.h"
#include "recorder_filter.h"
#include "recorder_state.h"

#define VALUE(member) offsetof(struct sampler_options, member)

static const struct verb_row verbs[SAMPLER_VERB_COUNT] = {
	[SAMPLER_VERB_ATTACH] = { .name = "attach" },
	[SAMPLER_VERB_DETACH] = { .name = "detach" },
	[SAMPLER_VERB_SET] = { .name = "set" },
	[SAMPLER_VERB_RECORD] = { .name = "record", .value_name = "X", .offset = VALUE(record) },
	[SAMPLER_VERB_RECORD_FILE] = { .name = "record-file",
				       .value_name = "X",
				       .offset = VALUE(record_file) },
	[SAMPLER_VERB_NO_RECORD] = { .name = "no-record",
				     .value_name = "X",
				     .offset = VALUE(no_record) },
	[SAMPLER_VERB_RECORDERS] = { .name = "recorders" },
	[SAMPLER_VERB_RUN] = { .name = "run" },
	[SAMPLER_VERB_CAPTURE] = { .name = "capture" },
	[SAMPLER_VERB_RELOAD] = { .name = "reload" },
	[SAMPLER_VERB_STATUS] = { .name = "status" },
	[SAMPLER_VERB_CHECK_CONFIG] = { .name = "check-config" },
	[SAMPLER_VERB_METRICS] = { .name = "metrics" },
	[SAMPLER_VERB_WANTED] = { .name = "wanted" },
};

static struct problem problem;
static struct sampler_options options;

const struct typed_tool typed_tool = {
	.verbs = verbs,
	.verb_count = SAMPLER_VERB_COUNT,
	.rows = sampler_option_rows,
	.separator = " ",
	.options = &options,
	.options_size = sizeof(options),
	.problem = &problem,
};

static void test_every_option_has_its_verbs(void **state)
{
	static const char *const good[] = {
		("--attach --at ingress --rate 5 --verdict drop --slot 0 --reason 1 --capture-length 64 "
		 "--ring-size 1M --ingress-slot 3 -c x"),
		"--attach --no-config",
		"--set --rate 5 --verdict drop --slot 0 --reason 1 --capture-length 64",
		"--record x --id 1 --priority 1 --limit 1 --duration 1s --capture-length full",
		("--run -w x --json-lines y --sflow z --live --rotate-size 1M --rotate-seconds 1 "
		 "--rotate-samples 1 --keep-files 1 --sflow-agent a -c x"),
		("--capture --filter x --count 1 --duration 1s --at verdict --rate 1 --ring-size 1M "
		 "--write - --rotate-size 1M"),
		"--status --cpus --json",
		"--recorders --json",
		"--reload -c x",
		"--attach --configured -c x",
		"--reload --configured",
		"--run --attached",
		"--run --configured",
		"--detach --attached",
		"--check-config -c x",
		"--metrics --bpffs x",
		"--wanted -c x",
	};
	static const char *const bad[] = {
		"--detach --configured",
		"--attach --attached",
		"--set --configured",
		"--metrics -c x",
		"--check-config --no-config",
		"--detach --rate 5",
		"--set --at ingress",
		"--set --ring-size 1M",
		"--set --ingress-slot 2",
		"--status --rate 5",
		"--run --rate 5",
		"--record x --count 1",
		"--record x --rate 1",
		"--record-file x --id 1",
		"--no-record 1 --json",
		"--attach --write x",
		"--reload --no-config",
		"--capture --config x",
		"--recorders --cpus",
		"--attach --rate",
		"--attach --duration 1s",
		"--capture --id 1",
		"--capture --count 0",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		typed_take(good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (typed_parse(bad[i]) != -EINVAL)
			fail_msg("%s is understood", bad[i]);
	}
}

static void test_settings(void **state)
{
	struct sampler_settings settings;

	(void)state;
	sampler_settings_standard(&settings);
	typed_take("--attach --rate drop=10,1000 --capture-length full");
	assert_int_equal(sampler_options_settings(&options, &settings, &problem), 0);
	assert_int_equal(settings.rates.verdict[XDP_DROP], 10);
	assert_int_equal(settings.capture_length, 65536);
	assert_true(settings.given[SAMPLER_SETTING_RATE]);
	assert_false(settings.given[SAMPLER_SETTING_AT]);
	typed_take("--attach --capture-length 5");
	assert_int_equal(sampler_options_settings(&options, &settings, &problem), -ERANGE);
	typed_says("--capture-length: '5' is not a capture length");
	typed_take("--attach --ring-size 5");
	assert_int_equal(sampler_options_settings(&options, &settings, &problem), -ERANGE);
	typed_says("--ring-size: '5' is not from");
	typed_take("--set");
	assert_int_equal(sampler_options_settings(&options, &settings, &problem), 0);
}

static void test_recorder(void **state)
{
	struct recorder recorder;
	char text[RECORDER_FILTER_TEXT_SIZE];

	(void)state;
	typed_take(
		"--record *_*_*_53_UDP --id 7 --priority 2 --limit 9 --capture-length 256 --duration 1h");
	assert_int_equal(sampler_options_recorder(&options, options.record, &recorder, &problem),
			 0);
	assert_string_equal(recorder_filter_text(&recorder.filter, text), "* * * 53 UDP");
	assert_int_equal(recorder.id, 7);
	assert_int_equal(recorder.priority, 2);
	assert_int_equal(recorder.limit, 9);
	assert_int_equal(recorder.capture_length, 256);
	assert_true(recorder.expires > recorder_now());
	assert_int_equal(recorder.origin, RECORDER_BY_COMMAND);
	typed_take("--record *_*_*_53_UDP");
	assert_int_equal(sampler_options_recorder(&options, options.record, &recorder, &problem),
			 0);
	assert_int_equal(recorder.id, 0);
	assert_int_equal(recorder.expires, 0);
	typed_take("--record *_*_*_53_UDP --id 0");
	assert_int_equal(sampler_options_recorder(&options, options.record, &recorder, &problem),
			 -EINVAL);
	typed_says("--id: ");
	typed_take("--record *_*_*_53");
	assert_int_not_equal(sampler_options_recorder(&options, options.record, &recorder,
						      &problem),
			     0);
	/* That is for how long to capture. */
	typed_take("--capture --filter *_*_*_53_UDP --duration 1h");
	assert_int_equal(sampler_options_recorder(&options, options.filter, &recorder, &problem),
			 0);
	assert_int_equal(recorder.expires, 0);
}

static void test_duration(void **state)
{
	uint64_t nanoseconds = 1;

	(void)state;
	typed_take("--capture");
	assert_int_equal(sampler_options_duration(&options, &nanoseconds, &problem), 0);
	assert_int_equal(nanoseconds, 0);
	typed_take("--capture --duration 2m");
	assert_int_equal(sampler_options_duration(&options, &nanoseconds, &problem), 0);
	assert_true(nanoseconds == UINT64_C(120000000000));
	typed_take("--capture --duration 2");
	assert_int_equal(sampler_options_duration(&options, &nanoseconds, &problem), -EINVAL);
	typed_says("--duration: '2' is not a duration");
}

static void test_ids(void **state)
{
	static const char *const bad[] = { "",
					   "0",
					   "1,",
					   ",1",
					   "x",
					   "1,all",
					   "1-3",
					   "2147483648",
					   "99999999999999999999",
					   "000000000000012x" };
	uint32_t *ids;
	size_t count;

	(void)state;
	assert_int_equal(sampler_options_ids("3,5,2147483647", &ids, &count, &problem), 0);
	assert_int_equal(count, 3);
	assert_int_equal(ids[0], 3);
	assert_int_equal(ids[1], 5);
	assert_int_equal(ids[2], 2147483647);
	free(ids);
	assert_int_equal(sampler_options_ids("all", &ids, &count, &problem), 0);
	assert_int_equal(count, 0);
	assert_null(ids);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (sampler_options_ids(bad[i], &ids, &count, &problem) != -EINVAL)
			fail_msg("'%s' is understood", bad[i]);
		assert_int_equal(count, 0); /* nothing that could be taken for all */
		typed_says("is not a recorder's id");
		free(ids);
	}
}

static void test_sinks(void **state)
{
	struct sampler_sinks sinks;

	(void)state;
	typed_take(
		"--run -w a --json-lines - --sflow h:1,i --sflow-agent 192.0.2.1 --rotate-size 1M "
		"--rotate-seconds 5m --keep-files 2");
	assert_int_equal(sampler_options_sinks(&options, &sinks, &problem), 0);
	assert_int_equal(sinks.count, 3);
	assert_int_equal(sinks.wishes[0].kind, SINK_PCAPNG);
	assert_string_equal(sinks.wishes[0].target, "a");
	assert_int_equal(sinks.wishes[0].rotate_bytes, 1 << 20);
	assert_int_equal(sinks.wishes[0].rotate_seconds, 300);
	assert_int_equal(sinks.wishes[0].keep_files, 2);
	assert_int_equal(sinks.wishes[1].kind, SINK_SFLOW);
	assert_string_equal(sinks.wishes[1].target, "h:1,i");
	assert_string_equal(sinks.wishes[1].agent, "192.0.2.1");
	assert_int_equal(sinks.wishes[1].rotate_bytes, 0);
	assert_int_equal(sinks.wishes[2].kind, SINK_JSON);
	assert_int_equal(sinks.wishes[2].rotate_bytes, 0); /* stdout has no size */
	typed_take("--run --live");
	assert_int_equal(sampler_options_sinks(&options, &sinks, &problem), 0);
	assert_int_equal(sinks.count, 1);
	assert_string_equal(sinks.wishes[0].target, "-");
	typed_take("--run");
	assert_int_equal(sampler_options_sinks(&options, &sinks, &problem), 0);
	assert_int_equal(sinks.count, 0);
}

static void test_sinks_refused(void **state)
{
	static const struct {
		const char *line;
		const char *says;
	} rows[] = {
		{ "--run --rotate-size 1M", "--rotate-size needs --write FILE" },
		{ "--run -w - --keep-files 3", "--keep-files needs --write FILE" },
		{ "--run -w x --sflow-agent a", "--sflow-agent needs --sflow" },
		{ "--run -w x --rotate-size 1", "--rotate-size: '1' is not from 64K" },
		{ "--run -w x --rotate-seconds never", "--rotate-seconds: 'never'" },
		{ "--run -w x --keep-files 3", "--write: keep_files without rotation" },
		{ "--run -w x --json-lines x", "--json-lines: 'x' is the target of a pcapng sink" },
		{ "--run -w - --live", "--live: '-' is the target of a pcapng sink" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct sampler_sinks sinks;

		typed_take(rows[i].line);
		assert_int_not_equal(sampler_options_sinks(&options, &sinks, &problem), 0);
		typed_says(rows[i].says);
	}
}

static void test_plans(void **state)
{
	struct sampler_plans plans;

	(void)state;
	typed_take("--attach --no-config --config x");
	assert_int_equal(sampler_options_plans(&options, true, &plans, &problem), -EINVAL);
	typed_says("--config and --no-config contradict each other");
	sampler_plans_free(&plans);
	typed_take("--attach --config /nowhere.json");
	assert_int_equal(sampler_options_plans(&options, true, &plans, &problem), -ENOENT);
	sampler_plans_free(&plans);
	typed_take("--attach --no-config -i no0");
	assert_int_equal(sampler_options_plans(&options, true, &plans, &problem), 0);
	assert_int_equal(plans.count, 1);
	sampler_plans_free(&plans);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_option_has_its_verbs),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_recorder),
		cmocka_unit_test(test_duration),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_sinks),
		cmocka_unit_test(test_sinks_refused),
		cmocka_unit_test(test_plans),
	};

	return cmocka_run_group_tests(tests, NULL, typed_teardown);
}
