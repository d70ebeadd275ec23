// SPDX-License-Identifier: GPL-2.0-only
/* What the front door gets from tc_offload without a kernel: keys, metrics, the line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/component_schema.h"
#include "metrics.h"
#include "offload_examine.h"
#include "offload_headline.h"
#include "offload_metrics.h"
#include "offload_up_names.h"
#include "offload_work.h"

static struct offload_nexthop_use uses[] = {
	{ .state = FLOW_WAY_LOCAL, .flows = 2, .packets = 3, .bytes = 9 },
	{ .state = FLOW_WAY_USABLE, .flows = 3, .packets = 1000, .bytes = 64000 },
	{ .state = FLOW_WAY_USABLE, .flows = 1, .packets = 10, .bytes = 640 },
};
static struct offload_place_state places[2];
static struct offload_state state;

static int craft(void **unused)
{
	(void)unused;
	places[0] = (struct offload_place_state){
		.name = "lo",
		.place = { .ifindex = 1, .state = { .kind = TC_LINK_TCX } },
		.counters = { .sent = { [OFFLOAD_OUT_HERE] = 60, [OFFLOAD_OUT_ICMP] = 7 },
			      .up = { [OFFLOAD_UP_NO_FLOW] = 13 } },
	};
	places[1] = (struct offload_place_state){
		.name = "eth0",
		.place = { .side = OFFLOAD_EGRESS, .state = { .kind = TC_LINK_CLSACT } },
		.others = { .count = 3 },
	};
	state = (struct offload_state){ .host = { .is_there = true,
						  .daemon_state = OFFLOAD_DAEMON_RUNNING,
						  .sysctls = { .sysctl = { { .is_set = 1 } } },
						  .sysctl = { 1, -1 },
						  .tables = { { 5, 65536 }, { 1, 65536 } },
						  .nexthops = uses,
						  .nexthop_count = 3 },
					.places = places,
					.place_count = 2 };
	return 0;
}

static void keys_are_declared_as_they_are_read(void **unused)
{
	static const char *const paths[] = {
		"interfaces", "at",          "max_flows",    "set_sysctls",   "flows",
		"flows[].in", "flows[].out", "flows[].both", "flows[].state", "flow_file",
	};

	(void)unused;
	component_schema_is_read(&tc_offload_component, NULL);
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		assert_true(component_schema_has(&tc_offload_component, paths[i]));
}

/* What a doctor is told: nothing that it knows, and nothing of what is fine. */
static void what_is_wrong_is_for_the_doctor(void **unused)
{
	struct offload_device_facts device = { .name = "eth0",
					       .hook = OFFLOAD_HOOK_TCX,
					       .rp_filter = 1,
					       .interface = { .is_up = true },
					       .lro = OFFLOAD_SWITCH_ON };
	struct offload_facts facts = { .host = { .lacking = "CAP_BPF", .sysctl = { 1, 1 } },
				       .devices = &device,
				       .device_count = 1 };
	struct findings findings = { 0 };

	(void)unused;
	offload_examine_facts(&findings, &facts);
	assert_int_equal(findings.count, 0);
	facts.host.state.is_there = true;
	offload_examine_facts(&findings, &facts);
	assert_int_equal(findings.count, 3);
	assert_int_equal(findings.finding[0].verdict, FINDING_NOTE);
	assert_memory_equal(findings.finding[0].text, "daemon: none runs", 17);
	assert_string_equal(findings.finding[0].fix, "tc_offload --run");
	assert_memory_equal(findings.finding[1].text, "eth0: rp_filter: strict", 23);
	assert_int_equal(findings.finding[2].verdict, FINDING_BLOCKING);
	assert_memory_equal(findings.finding[2].text, "eth0: lro: on", 13);
	assert_string_equal(findings.finding[2].fix, "ethtool -K eth0 lro off");
	findings_free(&findings);
}

static char *metrics_text(void)
{
	struct metrics *metrics = metrics_new();
	struct problem problem = { 0 };
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	offload_metrics(metrics, &state);
	if (metrics_write(metrics, stream, &problem))
		fail_msg("%s", problem.text);
	metrics_free(metrics);
	assert_int_equal(fclose(stream), 0);
	return text;
}

static void has(const char *text, const char *sample)
{
	char line[160];
	const char *found;

	(void)snprintf(line, sizeof(line), "\necbpf_offload_%s\n", sample);
	found = strstr(text, line);
	if (!found || strstr(found + 1, line))
		fail_msg("'%s' is there %s:\n%s", sample, found ? "twice" : "not at all", text);
}

static void every_number_is_a_metric(void **unused)
{
	static const char *const samples[] = {
		"attached 1",
		"sick 0",
		"daemon_alive 1",
		"flows{family=\"ipv4\"} 5",
		"flows{family=\"ipv6\"} 1",
		"flows_limit{family=\"ipv6\"} 65536",
		"way_flows{state=\"usable\"} 4",
		"way_flows{state=\"local\"} 2",
		"way_flows{state=\"no-route\"} 0",
		"flow_packets 1013",
		"flow_bytes 64649",
		"sysctl{name=\"net.ipv4.conf.lo.route_localnet\"} 1",
		"sysctl_set{name=\"net.ipv4.conf.lo.route_localnet\"} 1",
		"sysctl_set{name=\"net.ipv4.conf.lo.accept_local\"} 0",
		"place_info{interface=\"lo\",side=\"ingress\",kind=\"tcx\"} 1",
		"place_info{interface=\"eth0\",side=\"egress\",kind=\"clsact\"} 1",
		"place_sick{interface=\"eth0\",side=\"egress\"} 0",
		"other_programs{interface=\"eth0\",side=\"egress\"} 3",
	};
	char *text = metrics_text(), sample[160];

	(void)unused;
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++)
		has(text, samples[i]);
	for (unsigned int i = 0; i < OFFLOAD_OUT_COUNT; i++) {
		(void)snprintf(sample, sizeof(sample),
			       "rewritten_packets_total{interface=\"lo\",side=\"ingress\","
			       "way=\"%s\"} %llu",
			       offload_out_name(i), (unsigned long long)places[0].counters.sent[i]);
		has(text, sample);
	}
	for (unsigned int i = 0; i < OFFLOAD_UP_COUNT; i++) {
		if (!offload_up_name(i))
			continue;
		(void)snprintf(sample, sizeof(sample),
			       "left_packets_total{interface=\"lo\",side=\"ingress\",reason=\"%s\"} "
			       "%llu",
			       offload_up_name(i), (unsigned long long)places[0].counters.up[i]);
		has(text, sample);
	}
	assert_null(strstr(text, "sysctl{name=\"net.ipv4.conf.lo.accept_local\"}"));
	free(text);
}

static void nothing_attached_has_metrics(void **unused)
{
	char *text;

	(void)unused;
	state = (struct offload_state){ 0 };
	text = metrics_text();
	has(text, "attached 0");
	assert_null(strstr(text, "interface="));
	assert_null(strstr(text, "family="));
	free(text);
}

static void a_line_says_how_it_is(void **unused)
{
	char line[COMPONENT_HEADLINE_SIZE];

	(void)unused;
	assert_int_equal(offload_headline(&state, line), 0);
	assert_string_equal(line, "6 flows, 67 of 80 packets rewritten at 2 places");
	state.host.daemon_state = OFFLOAD_DAEMON_NONE;
	state.place_count = 1;
	assert_int_equal(offload_headline(&state, line), 0);
	assert_string_equal(line, "6 flows, 67 of 80 packets rewritten at 1 place, no daemon");
	state.host.is_there = false;
	assert_int_equal(offload_headline(&state, line), -ENOENT);
}

static void the_line_of_a_sick_one_says_why(void **unused)
{
	struct offload_remarks *remarks = &places[1].remarks;
	char line[COMPONENT_HEADLINE_SIZE];

	(void)unused;
	remarks->count = 2;
	(void)strcpy(remarks->remark[0].text, "a note");
	remarks->remark[1].disagrees = true;
	memset(remarks->remark[1].text, 'x', sizeof(remarks->remark[1].text) - 1);
	assert_int_equal(offload_headline(&state, line), -EUCLEAN);
	assert_memory_equal(line, "eth0, egress: xxx", 17);
	assert_true(strlen(line) < sizeof(line));
	state.host.remarks.count = 1;
	state.host.remarks.remark[0].disagrees = true;
	(void)strcpy(state.host.remarks.remark[0].text, "the daemon is silent");
	assert_int_equal(offload_headline(&state, line), -EUCLEAN);
	assert_string_equal(line, "the daemon is silent");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_declared_as_they_are_read),
		cmocka_unit_test(what_is_wrong_is_for_the_doctor),
		cmocka_unit_test_setup(every_number_is_a_metric, craft),
		cmocka_unit_test_setup(nothing_attached_has_metrics, craft),
		cmocka_unit_test_setup(a_line_says_how_it_is, craft),
		cmocka_unit_test_setup(the_line_of_a_sick_one_says_why, craft),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
