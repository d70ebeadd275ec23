// SPDX-License-Identifier: GPL-2.0-only
/* What --stats writes, in each format. What metrics look like is tested where they are written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bypass_remarks.h"
#include "crafted_state.h"
#include "stats_text.h"

static char *text_of(enum bypass_stats_format format)
{
	struct bypass_state state = crafted_state();
	struct problem problem = { 0 };
	char *text;

	bypass_remarks_host(&state.host);
	(void)snprintf(state.interfaces[0].name, sizeof(state.interfaces[0].name), "a\"b\\c:|@d");
	text = stats_text(&state, format, &problem);
	if (!text)
		fail_msg("%s", problem.text);
	bypass_state_free(&state);
	return text;
}

static void has(const char *text, const char *line)
{
	const char *found = strstr(text, line);

	if (!found || strstr(found + 1, line))
		fail_msg("'%s' is there %s:\n%s", line, found ? "twice" : "not at all", text);
}

static void test_json(void **unused)
{
	char *text = text_of(BYPASS_STATS_JSON);

	(void)unused;
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	has(text, "\"time_ms\":");
	has(text, "\"a\\\"b\\\\c:|@d\":{");
	free(text);
}

static void test_prometheus(void **unused)
{
	char *text = text_of(BYPASS_STATS_PROMETHEUS);

	(void)unused;
	assert_int_equal(text[strlen(text) - 1], '\n');
	has(text, "\n# TYPE ecbpf_bypass_up_packets_total counter\n");
	has(text, "\n# TYPE ecbpf_bypass_flows gauge\n");
	has(text, "\necbpf_bypass_monitor{interface=\"a\\\"b\\\\c:|@d\"} 0\n");
	assert_null(strstr(text, "# EOF"));
	free(text);
}

static void test_statsd(void **unused)
{
	char *text = text_of(BYPASS_STATS_STATSD);

	(void)unused;
	has(text, "\necbpf_bypass.sent_packets_total.eth1_5.l2.redirect:200|g\n");
	has(text, "\necbpf_bypass.up_packets_total.eth1_5.way_resolving:10|g\n");
	has(text, "\necbpf_bypass.epoch:3|g\n");
	has(text, "\necbpf_bypass.monitor.a_b_c___d:0|g\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_prometheus),
		cmocka_unit_test(test_statsd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
