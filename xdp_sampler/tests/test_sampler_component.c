// SPDX-License-Identifier: GPL-2.0-only
/* The sampler as a component: apply, headline, status and metrics, below a real root on the loopback of a network
 * namespace of this test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/run_program.h"
#include "sampled_root.h"
#include "sampler_state.h"
#include "xdp_sampler_component.h"

#define INTERFACE SAMPLED_INTERFACE
#define OF "{interface=\"" INTERFACE "\""

static const struct component *const component = &xdp_sampler_component;
static struct problem problem;
static struct interface_list interfaces;
static char config[] = "/tmp/test_sampler_component.XXXXXX";

static int setup(void **state)
{
	int fd;

	problem = (struct problem){ 0 };
	strcpy(strrchr(config, '.'), ".XXXXXX");
	fd = mkstemp(config);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(interface_list_add(&interfaces, INTERFACE, &problem), 0);
	return sampled_root_setup(state);
}

static int teardown(void **state)
{
	interface_list_free(&interfaces);
	unlink(config);
	return sampled_root_teardown(state);
}

/* Applies a section and compares what is told. */
static int apply(const char *section, const char *expected)
{
	const struct component_apply wish = { .bpffs = sampled_root_bpffs(),
					      .config = config,
					      .interfaces = &interfaces };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size), *file = fopen(config, "w");
	int err;

	assert_true(file && out);
	fprintf(file, "{ \"xdp_sampler\": %s }", section);
	assert_int_equal(fclose(file), 0);
	err = component->apply(out, &wish, &problem);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
	return err;
}

static const char *headline(int expected_err)
{
	static char line[COMPONENT_HEADLINE_SIZE];

	line[0] = '\0';
	assert_int_equal(component->headline(sampled_root_bpffs(), line, &problem), expected_err);
	return line;
}

static char *metrics_text(void)
{
	struct metrics *metrics = metrics_new();
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	if (component->metrics(metrics, sampled_root_bpffs(), &problem) ||
	    metrics_write(metrics, stream, &problem))
		fail_msg("%s", problem.text);
	metrics_free(metrics);
	fclose(stream);
	return text;
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in:\n%s", part, text);
}

static void test_nowhere(void **state)
{
	char *text = metrics_text();

	(void)state;
	assert_string_equal(headline(-ENOENT), "");
	assert_string_equal(text, "# EOF\n");
	free(text);
}

static void test_apply(void **state)
{
	(void)state;
	assert_int_equal(
		apply("{ \"at\": \"verdict\", \"rate\": 7, \"recorders\": [ \"* * * 53 UDP\" ] }",
		      INTERFACE ": sampler attached at verdict, with 1 recorders\n"),
		0);
	assert_int_equal(apply("{ \"at\": \"ingress,verdict\" }",
			       INTERFACE ": at: verdict -> ingress,verdict, rate: 7 -> 1000\n"),
			 0);
	assert_string_equal(headline(0),
			    "0 samples, 0 lost in the ring, 0 recorders, nobody reads");
	assert_int_equal(apply("{ \"at\": \"ingress,verdict\", \"ring_size\": \"1M\" }", ""),
			 -EBUSY);
	assert_int_equal(apply("{ \"rate\": \"x\" }", ""), -EINVAL);
	assert_int_equal(apply("{ \"at\": \"ingress,verdict\" }",
			       INTERFACE ": settings are as they were\n"),
			 0);
	interface_list_free(&interfaces);
	interfaces = (struct interface_list){ 0 };
	assert_int_equal(apply("{ \"rate\": 1 }", INTERFACE
			       ": xdp_sampler is attached and not wanted by the configuration: left "
			       "alone; to take it away: xdp_sampler --detach --interface " INTERFACE
			       "\n"),
			 0);
}

static void test_sick(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(apply("{}", INTERFACE ": sampler attached at verdict, with 0 recorders\n"),
			 0);
	text = metrics_text();
	assert_has(text, "ecbpf_sampler_sick" OF "} 0\n");
	free(text);
	sampled_root_empty_hook();
	assert_string_equal(headline(-EUCLEAN),
			    INTERFACE ": a program's entry was emptied by someone else; run: "
				      "xdp_root_loader --attach");
	text = metrics_text();
	assert_has(text, "ecbpf_sampler_sick" OF "} 1\n");
	free(text);
}

/* What the status has, and what packets and a reader did to it. */
static void test_metrics(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(
		apply("{ \"at\": \"ingress,verdict\", \"rate\": 1, \"recorders\": [ \"* * * 53 UDP\", "
		      "{ \"filter\": \"::1 * * * *\", \"limit\": 1 } ] }",
		      INTERFACE ": sampler attached at ingress,verdict, with 2 recorders\n"),
		0);
	sampled_root_flood(0, 100);
	sampled_root_note_sinks();
	assert_string_equal(headline(0),
			    "200 samples, 0 lost in the ring, 2 recorders, nobody reads");
	text = metrics_text();
	assert_has(text, "ecbpf_sampler_info" OF ",at=\"ingress,verdict\",rate=\"1\"} 1\n");
	assert_has(text, "ecbpf_sampler_seen_packets_total" OF ",place=\"ingress\"} 100\n");
	assert_has(text, "ecbpf_sampler_samples_total" OF ",place=\"verdict\"} 100\n");
	assert_has(text, "ecbpf_sampler_ring_lost_samples_total" OF ",place=\"verdict\"} 0\n");
	assert_has(text, "ecbpf_sampler_read_samples_total" OF "} 0\n");
	assert_has(text, "ecbpf_sampler_in_ring_samples" OF "} 200\n");
	assert_has(text, "ecbpf_sampler_reader_running" OF "} 0\n");
	assert_has(text, "ecbpf_sampler_recorders" OF "} 2\n");
	assert_has(text, "ecbpf_sampler_ended_recorders" OF "} 0\n");
	assert_has(text, "ecbpf_sampler_recorder_masks" OF ",family=\"ipv4\"} 1\n");
	assert_has(text, "ecbpf_sampler_recorder_masks" OF ",family=\"ipv6\"} 2\n");
	assert_has(text, "ecbpf_sampler_sink_offered_samples_total" OF ",sink=\"json x\"} 9\n");
	assert_has(text, "ecbpf_sampler_sink_delivered_samples_total" OF ",sink=\"json x\"} 4\n");
	assert_has(text, "ecbpf_sampler_sink_lost_samples_total" OF ",sink=\"json x\"} 3\n");
	assert_has(text, "ecbpf_sampler_sink_queued_samples" OF ",sink=\"json x\"} 2\n");
	assert_has(text, "ecbpf_sampler_sink_failing" OF ",sink=\"json x\"} 1\n");
	assert_null(strstr(text, "tap"));
	free(text);
}

static void test_status(void **state)
{
	struct report *report;
	char *text = NULL;
	unsigned int sick = 7;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	(void)state;
	sampled_root_attach("1M");
	report = report_new(REPORT_JSON_LINE, stream, "test", 1);
	report_object_begin(report, component->name);
	assert_int_equal(component->status(report, sampled_root_bpffs(), &sick, &problem), 0);
	report_object_end(report);
	assert_int_equal(report_finish(report), 0);
	fclose(stream);
	assert_has(text, "\"xdp_sampler\":{\"interfaces\":{\"" INTERFACE "\":{");
	assert_has(text, "\"cpus\":[");
	assert_int_equal(sick, 0);
	free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nowhere), TEST(test_apply),  TEST(test_sick),
		TEST(test_metrics), TEST(test_status),
	};
	const char *reason = run_unavailable();

	if (reason) {
		print_message("SKIP: %s\n", reason);
		return RUN_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
