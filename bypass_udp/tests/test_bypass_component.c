// SPDX-License-Identifier: GPL-2.0-only
/* What the front door gets from bypass_udp without a kernel: keys, errors, metrics, the line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bypass_headline.h"
#include "bypass_metrics.h"
#include "bypass_remarks.h"
#include "bypass_settings.h"
#include "bypass_up_names.h"
#include "bypass_work.h"
#include "crafted_state.h"
#include "harness/component_schema.h"
#include "metrics.h"

static void keys_are_declared_as_they_are_read(void **unused)
{
	static const char *const fixed[] = {
		"interfaces",    "slot",
		"exclude",       "flows",
		"flows[].in",    "flows[].out",
		"flows[].both",  "flows[].state",
		"flow_file",     "interface",
		"stats",         "stats.to",
		"stats.seconds", "interface.*.monitor",
	};

	(void)unused;
	component_schema_is_read(&bypass_udp_component, NULL);
	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++)
		assert_true(component_schema_has(&bypass_udp_component, fixed[i]));
	for (size_t i = 0; i < BYPASS_SETTING_COUNT; i++)
		assert_true(
			component_schema_has(&bypass_udp_component, bypass_settings_rows[i].name));
	assert_false(component_schema_has(&bypass_udp_component, "interface.*.sample"));
}

static struct bypass_state with_remarks(void)
{
	struct bypass_state state = crafted_state();

	bypass_remarks_host(&state.host);
	return state;
}

static char *metrics_of(const struct bypass_state *state)
{
	struct metrics *metrics = metrics_new();
	struct problem problem = { 0 };
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	bypass_metrics(metrics, state);
	if (metrics_write(metrics, stream, &problem))
		fail_msg("%s", problem.text);
	metrics_free(metrics);
	assert_int_equal(fclose(stream), 0);
	return text;
}

static void has(const char *text, const char *line)
{
	const char *found = strstr(text, line);

	if (!found || strstr(found + 1, line))
		fail_msg("'%s' is there %s:\n%s", line, found ? "twice" : "not at all", text);
}

static void every_number_is_a_metric(void **unused)
{
	static const char *const lines[] = {
		"attached 1\n",
		"sick 0\n",
		"daemon_alive 1\n",
		"daemon_silence_seconds 1\n",
		"epoch 3\n",
		"learned_flows_total 100\n",
		"removed_flows_total{why=\"idle\"} 90\n",
		"removed_flows_total{why=\"other\"} 0\n",
		"removed_packets_total 12345\n",
		"removed_bytes_total 0\n",
		"lost_events_total{source=\"observer\"} 0\n",
		"sent_packets_total{interface=\"eth0\",mode=\"nat\",action=\"tx\"} 300\n",
		"sent_packets_total{interface=\"eth1.5\",mode=\"l2\",action=\"redirect\"} 200\n",
		"up_packets_total{interface=\"eth1.5\",reason=\"no_flow\"} 240\n",
		"flows{table=\"learned\",family=\"ipv4\"} 6\n",
		"flows_limit{table=\"static\",family=\"ipv6\"} 65536\n",
		"way_flows{state=\"usable\"} 11\n",
		"way_flows{state=\"resolving\"} 1\n",
		"way_flows{state=\"link-down\"} 0\n",
		"flow_packets 1000\n",
		"flow_bytes 64000\n",
		"monitor{interface=\"eth0\"} 0\n",
		"observed{interface=\"eth0\"} 1\n",
		"driver_lost_frames_total{interface=\"eth0\"} 0\n",
		"interface_sick{interface=\"eth0\"} 0\n",
	};
	struct bypass_state state = with_remarks();
	char *text = metrics_of(&state), line[160];

	(void)unused;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		(void)snprintf(line, sizeof(line), "\necbpf_bypass_%s", lines[i]);
		has(text, line);
	}
	for (unsigned int i = 0; i < BYPASS_UP_COUNT; i++) {
		if (!bypass_up_name(i))
			continue;
		(void)snprintf(line, sizeof(line), "{interface=\"eth0\",reason=\"%s\"} %llu\n",
			       bypass_up_name(i), (unsigned long long)state.interfaces[0].up[i]);
		has(text, line);
	}
	free(text);
	bypass_state_free(&state);
}

static void nothing_attached_has_metrics(void **unused)
{
	struct bypass_state state = { 0 };
	char *text = metrics_of(&state);

	(void)unused;
	has(text, "\necbpf_bypass_attached 0\n");
	assert_null(strstr(text, "interface="));
	assert_null(strstr(text, "table="));
	free(text);
}

static void a_line_says_how_it_is(void **unused)
{
	struct bypass_state state = with_remarks();
	char line[COMPONENT_HEADLINE_SIZE];

	(void)unused;
	assert_int_equal(bypass_headline(&state, line), 0);
	assert_string_equal(line, "3 static and 10 learned flows, 2000 of 2500 packets bypassed");
	state.interfaces[1].config.monitor = 1;
	state.host.daemon_state = BYPASS_DAEMON_NONE;
	assert_int_equal(bypass_headline(&state, line), 0);
	assert_string_equal(line, "3 static and 10 learned flows, 2000 of 2500 packets bypassed, "
				  "no daemon, monitor mode");
	bypass_state_free(&state);
	state = (struct bypass_state){ 0 };
	assert_int_equal(bypass_headline(&state, line), -ENOENT);
}

static void the_line_of_a_sick_one_says_why(void **unused)
{
	struct bypass_state state = with_remarks();
	struct bypass_remarks *remarks = &state.interfaces[1].remarks;
	char line[COMPONENT_HEADLINE_SIZE];

	(void)unused;
	remarks->disagreement_count = 1;
	memset(remarks->disagreement[0], 'x', sizeof(remarks->disagreement[0]) - 1);
	assert_int_equal(bypass_headline(&state, line), -EUCLEAN);
	assert_memory_equal(line, "eth1.5: xxx", 11);
	assert_true(strlen(line) < sizeof(line));
	state.host.remarks.disagreement_count = 1;
	(void)strcpy(state.host.remarks.disagreement[0], "no daemon runs");
	assert_int_equal(bypass_headline(&state, line), -EUCLEAN);
	assert_string_equal(line, "no daemon runs");
	bypass_state_free(&state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_declared_as_they_are_read),
		cmocka_unit_test(every_number_is_a_metric),
		cmocka_unit_test(nothing_attached_has_metrics),
		cmocka_unit_test(a_line_says_how_it_is),
		cmocka_unit_test(the_line_of_a_sick_one_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
