// SPDX-License-Identifier: GPL-2.0-only
/* What an operator types becomes settings, recorders and sinks. */
#include "sampler_options.h"

#include <errno.h>
#include <linux/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recorder_filter.h"
#include "recorder_state.h"

#define WORDS 24

static int do_nothing(void *options, struct problem *problem)
{
	(void)options;
	(void)problem;
	return 0;
}

#define VALUE(member) offsetof(struct sampler_options, member)

static const struct verb_row verbs[SAMPLER_VERB_COUNT] = {
	[SAMPLER_VERB_ATTACH] = { "attach", 0, NULL, 0, "", do_nothing },
	[SAMPLER_VERB_DETACH] = { "detach", 0, NULL, 0, "", do_nothing },
	[SAMPLER_VERB_SET] = { "set", 0, NULL, 0, "", do_nothing },
	[SAMPLER_VERB_RECORD] = { "record", 0, "X", VALUE(record), "", do_nothing },
	[SAMPLER_VERB_RECORD_FILE] = { "record-file", 0, "X", VALUE(record_file), "", do_nothing },
	[SAMPLER_VERB_NO_RECORD] = { "no-record", 0, "X", VALUE(no_record), "", do_nothing },
	[SAMPLER_VERB_RECORDERS] = { "recorders", 0, NULL, 0, "", do_nothing },
	[SAMPLER_VERB_RUN] = { "run", 0, NULL, 0, "", do_nothing },
	[SAMPLER_VERB_CAPTURE] = { "capture", 0, NULL, 0, "", do_nothing },
	[SAMPLER_VERB_RELOAD] = { "reload", 0, NULL, 0, "", do_nothing },
	[SAMPLER_VERB_STATUS] = { "status", 0, NULL, 0, "", do_nothing },
};

static struct problem problem;
static struct sampler_options options;

/* Words are separated by spaces, "_" in them stands for one. */
static int parse(const char *line)
{
	static char text[512];
	char *words[WORDS] = { "xdp_sampler" }, *at, *save;
	struct command_line command_line = { .tool = "xdp_sampler",
					     .verbs = verbs,
					     .verb_count = SAMPLER_VERB_COUNT };
	const struct verb_row *verb;
	int count = 1;

	problem = (struct problem){ 0 };
	options = (struct sampler_options){ 0 };
	snprintf(text, sizeof(text), "%s", line);
	for (at = strtok_r(text, " ", &save); at; at = strtok_r(NULL, " ", &save)) {
		for (char *space = strchr(at, '_'); space; space = strchr(at, '_'))
			*space = ' ';
		words[count++] = at;
		assert_true(count < WORDS);
	}
	command_line.options = sampler_option_rows(&command_line.option_count);
	return command_line_parse(&command_line, count, words, &options, &verb, &problem);
}

static void type(const char *line)
{
	if (parse(line))
		fail_msg("%s: %s", line, problem.text);
}

static void assert_says(const char *says)
{
	if (!strstr(problem.text, says))
		fail_msg("'%s' instead of '%s'", problem.text, says);
}

static void test_every_option_has_its_verbs(void **state)
{
	static const char *const good[] = {
		"--attach --at ingress --rate 5 --verdict drop --slot 0 --reason 1 --capture-length 64 "
		"--ring-size 1M --ingress-slot 3 -c x",
		"--attach --no-config",
		"--set --rate 5 --verdict drop --slot 0 --reason 1 --capture-length 64",
		"--record x --id 1 --priority 1 --limit 1 --duration 1s --capture-length full",
		"--run -w x --json-lines y --sflow z --live --rotate-size 1M --rotate-seconds 1 "
		"--rotate-samples 1 --keep-files 1 --sflow-agent a -c x",
		"--capture --filter x --count 1 --duration 1s --at verdict --rate 1 --ring-size 1M "
		"--write - --rotate-size 1M",
		"--status --cpus --json",
		"--recorders --json",
		"--reload -c x",
	};
	static const char *const bad[] = {
		"--detach --rate 5",      "--set --at ingress",  "--set --ring-size 1M",
		"--set --ingress-slot 2", "--status --rate 5",   "--run --rate 5",
		"--record x --count 1",   "--record x --rate 1", "--record-file x --id 1",
		"--no-record 1 --json",   "--attach --write x",  "--reload --no-config",
		"--capture --config x",   "--recorders --cpus",  "--attach --rate",
		"--attach --duration 1s", "--capture --id 1",    "--capture --count 0",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		type(good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (parse(bad[i]) != -EINVAL)
			fail_msg("%s is understood", bad[i]);
	}
}

static void test_settings(void **state)
{
	struct sampler_settings settings;

	(void)state;
	sampler_settings_standard(&settings);
	type("--attach --rate drop=10,1000 --capture-length full");
	assert_int_equal(sampler_options_settings(&options, &settings, &problem), 0);
	assert_int_equal(settings.rates.verdict[XDP_DROP], 10);
	assert_int_equal(settings.capture_length, 65536);
	assert_true(settings.given[SAMPLER_SETTING_RATE]);
	assert_false(settings.given[SAMPLER_SETTING_AT]);
	type("--attach --capture-length 5");
	assert_int_equal(sampler_options_settings(&options, &settings, &problem), -ERANGE);
	assert_says("--capture-length: '5' is not a capture length");
	type("--attach --ring-size 5");
	assert_int_equal(sampler_options_settings(&options, &settings, &problem), -ERANGE);
	assert_says("--ring-size: '5' is not from");
	type("--set");
	assert_int_equal(sampler_options_settings(&options, &settings, &problem), 0);
}

static void test_recorder(void **state)
{
	struct recorder recorder;
	char text[RECORDER_FILTER_TEXT_SIZE];

	(void)state;
	type("--record *_*_*_53_UDP --id 7 --priority 2 --limit 9 --capture-length 256 --duration 1h");
	assert_int_equal(sampler_options_recorder(&options, options.record, &recorder, &problem),
			 0);
	assert_string_equal(recorder_filter_text(&recorder.filter, text), "* * * 53 UDP");
	assert_int_equal(recorder.id, 7);
	assert_int_equal(recorder.priority, 2);
	assert_int_equal(recorder.limit, 9);
	assert_int_equal(recorder.capture_length, 256);
	assert_true(recorder.expires > recorder_now());
	assert_int_equal(recorder.origin, RECORDER_BY_COMMAND);
	type("--record *_*_*_53_UDP");
	assert_int_equal(sampler_options_recorder(&options, options.record, &recorder, &problem),
			 0);
	assert_int_equal(recorder.id, 0);
	assert_int_equal(recorder.expires, 0);
	type("--record *_*_*_53_UDP --id 0");
	assert_int_equal(sampler_options_recorder(&options, options.record, &recorder, &problem),
			 -EINVAL);
	assert_says("--id: ");
	type("--record *_*_*_53");
	assert_int_not_equal(sampler_options_recorder(&options, options.record, &recorder,
						      &problem),
			     0);
	/* That is for how long to capture. */
	type("--capture --filter *_*_*_53_UDP --duration 1h");
	assert_int_equal(sampler_options_recorder(&options, options.filter, &recorder, &problem),
			 0);
	assert_int_equal(recorder.expires, 0);
}

static void test_duration(void **state)
{
	uint64_t nanoseconds = 1;

	(void)state;
	type("--capture");
	assert_int_equal(sampler_options_duration(&options, &nanoseconds, &problem), 0);
	assert_int_equal(nanoseconds, 0);
	type("--capture --duration 2m");
	assert_int_equal(sampler_options_duration(&options, &nanoseconds, &problem), 0);
	assert_true(nanoseconds == UINT64_C(120000000000));
	type("--capture --duration 2");
	assert_int_equal(sampler_options_duration(&options, &nanoseconds, &problem), -EINVAL);
	assert_says("--duration: '2' is not a duration");
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
		assert_says("is not a recorder's id");
		free(ids);
	}
}

static void test_sinks(void **state)
{
	struct sampler_sinks sinks;

	(void)state;
	type("--run -w a --json-lines - --sflow h:1,i --sflow-agent 192.0.2.1 --rotate-size 1M "
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
	type("--run --live");
	assert_int_equal(sampler_options_sinks(&options, &sinks, &problem), 0);
	assert_int_equal(sinks.count, 1);
	assert_string_equal(sinks.wishes[0].target, "-");
	type("--run");
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

		type(rows[i].line);
		assert_int_not_equal(sampler_options_sinks(&options, &sinks, &problem), 0);
		assert_says(rows[i].says);
	}
}

static void test_plans(void **state)
{
	struct sampler_plans plans;

	(void)state;
	type("--attach --no-config --config x");
	assert_int_equal(sampler_options_plans(&options, true, &plans, &problem), -EINVAL);
	assert_says("--config and --no-config contradict each other");
	sampler_plans_free(&plans);
	type("--attach --config /nowhere.json");
	assert_int_equal(sampler_options_plans(&options, true, &plans, &problem), -ENOENT);
	sampler_plans_free(&plans);
	type("--attach --no-config -i no0");
	assert_int_equal(sampler_options_plans(&options, true, &plans, &problem), 0);
	assert_int_equal(plans.count, 1);
	sampler_plans_free(&plans);
	interface_list_free(&options.interfaces);
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

	return cmocka_run_group_tests(tests, NULL, NULL);
}
