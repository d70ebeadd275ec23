// SPDX-License-Identifier: GPL-2.0-only
/* Metrics as Prometheus and statsd read them: well formed, each number once, none forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bypass_remarks.h"
#include "bypass_up_names.h"
#include "crafted_state.h"
#include "stats_metrics.h"

static struct bypass_state with_remarks(void)
{
	struct bypass_state state = crafted_state();

	bypass_remarks_host(&state.host);
	return state;
}

static unsigned int count(const char *text, const char *part)
{
	unsigned int times = 0;

	for (; (text = strstr(text, part)); text++)
		times++;
	return times;
}

static void has(const char *text, const char *line)
{
	if (count(text, line) != 1)
		fail_msg("'%s' is there %u times:\n%s", line, count(text, line), text);
}

static void test_prometheus(void **unused)
{
	struct bypass_state state = with_remarks();
	char *text = stats_metrics_prometheus(&state), line[160];

	(void)unused;
	assert_non_null(text);
	has(text,
	    "\necbpf_bypass_sent_packets_total{interface=\"eth0\",mode=\"nat\",action=\"tx\"} "
	    "300\n");
	has(text, "\necbpf_bypass_up_packets_total{interface=\"eth1.5\",reason=\"no_flow\"} 240\n");
	has(text, "\necbpf_bypass_flows{table=\"learned\",family=\"IPv4\"} 6\n");
	has(text, "\necbpf_bypass_flows_limit{table=\"static\",family=\"IPv6\"} 65536\n");
	has(text, "\necbpf_bypass_way_flows{state=\"usable\"} 11\n");
	has(text, "\necbpf_bypass_way_flows{state=\"resolving\"} 1\n");
	has(text, "\necbpf_bypass_way_flows{state=\"link-down\"} 0\n");
	has(text, "\necbpf_bypass_daemon_alive 1\n");
	has(text, "\necbpf_bypass_daemon_silence_seconds 1\n");
	has(text, "\necbpf_bypass_removed_flows_total{why=\"idle\"} 90\n");
	for (unsigned int i = 0; i < BYPASS_UP_COUNT; i++) {
		if (!bypass_up_name(i))
			continue;
		(void)snprintf(line, sizeof(line),
			       "{interface=\"eth0\",reason=\"%s\"} %" PRIu64 "\n",
			       bypass_up_name(i), state.interfaces[0].up[i]);
		has(text, line);
	}
	free(text);
	bypass_state_free(&state);
}

/* All lines of a metric are together, behind its help and its type. */
static void test_prometheus_form(void **unused)
{
	struct bypass_state state = with_remarks();
	char *text = stats_metrics_prometheus(&state), *rest = text, *line, name[80] = "";

	(void)unused;
	assert_int_equal(text[strlen(text) - 1], '\n');
	while ((line = strsep(&rest, "\n")) && *line) {
		char type[16], help[4];

		if (sscanf(line, "# HELP %79s %3s", name, help) == 2) {
			char again[80], wanted[80];

			line = strsep(&rest, "\n");
			assert_int_equal(sscanf(line, "# TYPE %79s %15s", again, type), 2);
			assert_string_equal(again, name);
			(void)snprintf(wanted, sizeof(wanted), "%s",
				       strstr(name, "_total") ? "counter" : "gauge");
			assert_string_equal(type, wanted);
			continue;
		}
		assert_int_equal(strncmp(line, name, strlen(name)), 0);
		assert_non_null(strchr("{ ", line[strlen(name)]));
	}
	free(text);
	bypass_state_free(&state);
}

/* Neither a type nor a number is told twice. */
static void test_prometheus_once(void **unused)
{
	struct bypass_state state = with_remarks();
	char *text = stats_metrics_prometheus(&state), *copy = strdup(text), *rest = copy, *line;

	(void)unused;
	assert_non_null(copy);
	while ((line = strsep(&rest, "\n")) && *line) {
		char wanted[200];

		/* Up to its value, or the type. */
		*strrchr(line, ' ') = '\0';
		(void)snprintf(wanted, sizeof(wanted), "\n%s ", line);
		if (strncmp(line, "# HELP", strlen("# HELP")) != 0)
			has(text, wanted);
	}
	free(copy);
	free(text);
	bypass_state_free(&state);
}

static void test_quoting(void **unused)
{
	struct bypass_state state = with_remarks();
	char *text;

	(void)unused;
	(void)snprintf(state.interfaces[0].name, sizeof(state.interfaces[0].name), "a\"b\\c:|@d");
	text = stats_metrics_prometheus(&state);
	has(text, "\necbpf_bypass_monitor{interface=\"a\\\"b\\\\c:|@d\"} 0\n");
	free(text);
	text = stats_metrics_statsd(&state);
	has(text, "\necbpf_bypass.monitor.a_b_c___d:0|g\n");
	free(text);
	bypass_state_free(&state);
}

static void test_statsd(void **unused)
{
	struct bypass_state state = with_remarks();
	char *text = stats_metrics_statsd(&state), *rest = text, *line;
	unsigned int lines = 0;

	(void)unused;
	has(text, "\necbpf_bypass.sent_packets_total.eth1_5.l2.redirect:200|g\n");
	has(text, "\necbpf_bypass.up_packets_total.eth0.way_resolving:10|g\n");
	has(text, "\necbpf_bypass.epoch:3|g\n");
	for (; (line = strsep(&rest, "\n")) && *line; lines++) {
		char *value = strchr(line, ':');

		assert_non_null(value);
		assert_int_equal(strspn(value + 1, "0123456789") + 3, strlen(value));
		assert_string_equal(value + strlen(value) - 2, "|g");
		assert_int_equal(strcspn(line, " {}\""), strlen(line));
	}
	assert_true(lines > 2 * BYPASS_UP_WAY);
	free(text);
	bypass_state_free(&state);
}

static void test_nothing_attached(void **unused)
{
	struct bypass_state state = { 0 };
	char *text = stats_metrics_prometheus(&state);

	(void)unused;
	has(text, "\necbpf_bypass_attached 0\n");
	assert_null(strstr(text, "interface="));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prometheus),      cmocka_unit_test(test_prometheus_form),
		cmocka_unit_test(test_prometheus_once), cmocka_unit_test(test_quoting),
		cmocka_unit_test(test_statsd),          cmocka_unit_test(test_nothing_attached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
