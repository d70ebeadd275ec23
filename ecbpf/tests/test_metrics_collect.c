// SPDX-License-Identifier: GPL-2.0-only
/* One component that cannot be read takes nothing from the others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metric_components.h"
#include "metrics_collect.h"

static int collect(const struct component *const *list, char **ret_text, struct problem *problem)
{
	struct metrics *metrics = metrics_new();
	int err = metrics_collect(list, "/bpffs", metrics, problem);
	size_t size;
	FILE *stream = open_memstream(ret_text, &size);

	assert_non_null(stream);
	assert_int_equal(metrics_write(metrics, stream, NULL), 0);
	assert_int_equal(fclose(stream), 0);
	metrics_free(metrics);
	return err;
}

static void has(const char *text, const char *line)
{
	if (!strstr(text, line))
		fail_msg("no '%s' in\n%s", line, text);
}

static void collects_all(void **state)
{
	const struct component *const list[] = { &metric_component_well, &metric_component_sick,
						 &metric_component_away, NULL };
	struct problem problem = { 0 };
	char *text;

	(void)state;
	assert_int_equal(collect(list, &text, &problem), 0);
	assert_string_equal(problem.text, "");
	has(text, "ecbpf_build_info{version=\"" ECBPF_VERSION "\"} 1\n");
	has(text, "ecbpf_test_packets_total{interface=\"eth0\"} 5\n");
	has(text, "ecbpf_sick_packets_total{interface=\"eth1\"} 7\n");
	has(text, "ecbpf_component_attached{component=\"well\"} 1\n"
		  "ecbpf_component_attached{component=\"sick\"} 1\n"
		  "ecbpf_component_attached{component=\"away\"} 0\n");
	has(text, "ecbpf_component_sick{component=\"well\"} 0\n"
		  "ecbpf_component_sick{component=\"sick\"} 1\n"
		  "ecbpf_component_sick{component=\"away\"} 0\n");
	has(text, "\necbpf_collection_seconds 0.");
	free(text);
}

static void goes_on_behind_a_failure(void **state)
{
	const struct component *const list[] = { &metric_component_half, &metric_component_broken,
						 &metric_component_well, NULL };
	struct problem problem = { 0 };
	char *text;

	(void)state;
	assert_int_equal(collect(list, &text, &problem), -EIO);
	assert_string_equal(problem.text, "metrics of half: map is gone");
	has(text, "ecbpf_half_packets_total{interface=\"eth2\"} 9\n");
	has(text, "ecbpf_test_packets_total{interface=\"eth0\"} 5\n");
	has(text, "ecbpf_component_attached{component=\"half\"} 1\n"
		  "ecbpf_component_attached{component=\"broken\"} 0\n"
		  "ecbpf_component_attached{component=\"well\"} 1\n");
	has(text, "ecbpf_component_sick{component=\"half\"} 1\n"
		  "ecbpf_component_sick{component=\"broken\"} 1\n"
		  "ecbpf_component_sick{component=\"well\"} 0\n");
	free(text);
	assert_int_equal(collect(list + 1, &text, &problem), -EIO);
	assert_string_equal(problem.text, "metrics of broken: pins are gone");
	free(text);
}

static void leaves_out_what_cannot_be_written(void **state)
{
	const struct component *const list[] = { &metric_component_wrong, &metric_component_sick,
						 &metric_component_well, NULL };
	struct problem problem = { 0 };
	char *text;

	(void)state;
	assert_int_equal(collect(list, &text, &problem), -EINVAL);
	has(problem.text, "metrics of wrong: metric ecbpf_test_packets: the same labels twice");
	has(text, "ecbpf_test_packets_total{interface=\"eth0\"} 5\n");
	has(text, "ecbpf_sick_packets_total{interface=\"eth1\"} 7\n");
	has(text, "ecbpf_component_sick{component=\"wrong\"} 1\n");
	has(text, "ecbpf_component_sick{component=\"well\"} 0\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(collects_all),
		cmocka_unit_test(goes_on_behind_a_failure),
		cmocka_unit_test(leaves_out_what_cannot_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
