// SPDX-License-Identifier: GPL-2.0-only
/* The filter as a component: apply, headline, status and metrics, below a real root on the loopback of a network
 * namespace of this test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "filter_attach.h"
#include "filter_change.h"
#include "filter_state.h"
#include "harness/loopback_root.h"
#include "program_slot.h"
#include "slot_table.h"
#include "verdict_shapes.h"
#include "xdp_filter_component.h"

#define INTERFACE LOOPBACK_ROOT_INTERFACE

#define LIST "/tmp/test_filter_component.list"

static const struct component *const component = &xdp_filter_component;
static const char *bpffs;
static struct run_program root;
static struct chain chain;
static struct problem problem;
static struct interface_list interfaces;
static char config[] = "/tmp/test_filter_component.XXXXXX";

static int setup(void **state)
{
	int fd;

	(void)state;
	problem = (struct problem){ 0 };
	strcpy(strrchr(config, '.'), ".XXXXXX");
	fd = mkstemp(config);
	assert_true(fd >= 0);
	close(fd);
	loopback_root_open(&root, &chain);
	bpffs = loopback_root_bpffs();
	assert_int_equal(interface_list_add(&interfaces, INTERFACE, &problem), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	interface_list_free(&interfaces);
	loopback_root_close(&root, &chain);
	unlink(config);
	return 0;
}

static void put(const char *path, const char *content)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(content, file);
	assert_int_equal(fclose(file), 0);
}

/* Applies a section and compares what is told. */
static int apply(const char *section, const char *expected)
{
	const struct component_apply wish = { .bpffs = bpffs,
					      .config = config,
					      .interfaces = &interfaces };
	char *text = NULL, content[512];
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int err;

	snprintf(content, sizeof(content), "{ \"xdp_filter\": %s }", section);
	put(config, content);
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
	assert_int_equal(component->headline(bpffs, line, &problem), expected_err);
	return line;
}

static struct filter_state state_now(void)
{
	struct filter_state state;

	assert_int_equal(filter_state_read(&state, bpffs, INTERFACE, PROGRAM_SLOT_ANY, false,
					   &problem),
			 0);
	return state;
}

static char *metrics_text(void)
{
	struct metrics *metrics = metrics_new();
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	if (component->metrics(metrics, bpffs, &problem) ||
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

static void send_one(const char *source, __u16 fragment)
{
	const struct verdict_shape shape = {
		.family = 4, .fragment = fragment, .protocol = IPPROTO_UDP, .payload = 64
	};
	static struct packet_builder builder;
	static struct run_result result;
	struct run_frame frame = { builder.bytes, 0, 0, 0 };

	verdict_shape_build(&shape, source, 0, &builder);
	frame.length = builder.length;
	assert_int_equal(run_packet(&root, &frame, &result), 0);
}

static void test_nowhere(void **state)
{
	struct metrics *metrics = metrics_new();

	(void)state;
	assert_string_equal(headline(-ENOENT), "");
	assert_int_equal(component->metrics(metrics, bpffs, &problem), 0);
	assert_int_equal(metrics_check(metrics, &problem), 0);
	metrics_free(metrics);
}

/* Attached where it is not, in the slot of the file, then brought up to date; a slot that changed is refused. */
static void test_apply(void **state)
{
	struct filter_state now;

	(void)state;
	assert_int_equal(apply("{ \"slot\": 5, \"evil_bit\": \"drop\" }",
			       INTERFACE ": filter attached, with 0 sources\n"),
			 0);
	now = state_now();
	assert_int_equal(now.place.number, 5);
	assert_int_equal(now.config.check[FILTER_CHECK_EVIL], FILTER_KNOB_DROP);
	filter_state_free(&now);
	assert_int_equal(apply("{ \"slot\": 5, \"monitor\": true }",
			       INTERFACE ": 0 sources added, 0 removed, 0 changed, "
					 "monitor: off -> on, evil_bit: drop -> count\n"),
			 0);
	assert_int_equal(apply("{}", INTERFACE ": 0 sources added, 0 removed, 0 changed, "
					       "monitor: on -> off\n"),
			 0);
	assert_int_equal(apply("{ \"slot\": 4, \"monitor\": true }", ""), -EBUSY);
	assert_has(problem.text, "the filter is in slot 5, and slot 4 of the configuration");
	now = state_now();
	assert_int_equal(now.place.number, 5);
	assert_int_equal(now.config.monitor, 0);
	filter_state_free(&now);
}

/* An error of the file changes nothing; what is not wanted any more stays. */
static void test_apply_nothing(void **state)
{
	struct filter_state now;

	(void)state;
	assert_int_equal(apply("{}", INTERFACE ": filter attached, with 0 sources\n"), 0);
	assert_int_equal(apply("{ \"monitor\": true, \"evil_bit\": 1 }", ""), -EINVAL);
	interface_list_free(&interfaces);
	interfaces = (struct interface_list){ 0 };
	assert_int_equal(apply("{ \"monitor\": true }", INTERFACE
			       ": xdp_filter is attached and not wanted by the configuration: left "
			       "alone; to take it away: xdp_filter --detach --interface " INTERFACE
			       "\n"),
			 0);
	now = state_now();
	assert_int_equal(now.config.monitor, 0);
	filter_state_free(&now);
}

static void test_headline(void **state)
{
	(void)state;
	put(LIST, "192.0.2.0/24\n2001:db8::/32 allow\n");
	assert_int_equal(apply("{ \"drop\": \"" LIST "\" }",
			       INTERFACE ": filter attached, with 2 sources\n"),
			 0);
	unlink(LIST);
	assert_string_equal(headline(0), "2 sources, 0 dropped, 0 answered");
	send_one("192.0.2.1", 0);
	assert_string_equal(headline(0), "2 sources, 1 dropped, 0 answered");
	assert_int_equal(apply("{ \"monitor\": true }", INTERFACE
			       ": 0 sources added, 2 removed, 0 changed, monitor: off -> on\n"),
			 0);
	assert_string_equal(headline(0), "0 sources, 1 dropped, 0 answered (monitor mode)");
}

static void test_sick(void **state)
{
	const __u32 slot = FILTER_SLOT_DEFAULT;
	char *text;

	(void)state;
	assert_int_equal(apply("{}", INTERFACE ": filter attached, with 0 sources\n"), 0);
	assert_int_equal(bpf_map_delete_elem(chain.map[CHAIN_SLOTS], &slot), 0);
	assert_string_equal(headline(-EUCLEAN),
			    INTERFACE ": its slot was emptied by someone else; run: "
				      "xdp_root_loader --attach");
	assert_string_equal(problem.text, headline(-EUCLEAN));
	text = metrics_text();
	assert_has(text, "ecbpf_filter_sick{interface=\"" INTERFACE "\"} 1\n");
	free(text);
}

#define MORE_FRAGMENTS 0x2000
#define OF "{interface=\"" INTERFACE "\""

/* Every counter of the status, every sum, and what the packets did to them. */
static void test_metrics(void **state)
{
	char *text;

	(void)state;
	put(LIST, "192.0.2.0/24\n192.0.2.9 allow\n::/0\n::1\n");
	assert_int_equal(apply("{ \"fragments_ipv4\": \"drop\", \"drop\": \"" LIST "\" }",
			       INTERFACE ": filter attached, with 4 sources\n"),
			 0);
	unlink(LIST);
	send_one("192.0.2.1", 0);
	send_one("192.0.2.1", 0);
	send_one("203.0.113.1", MORE_FRAGMENTS);
	text = metrics_text();
	assert_has(text, "ecbpf_filter_info" OF ",slot=\"2\"} 1\n");
	assert_has(text, "ecbpf_filter_sick" OF "} 0\n");
	assert_has(text, "ecbpf_filter_seen_packets_total" OF "} 3\n");
	assert_has(text, "ecbpf_filter_decided_packets_total" OF ",result=\"dropped\"} 2\n");
	assert_has(text, "ecbpf_filter_decided_packets_total" OF ",result=\"answered\"} 1\n");
	assert_has(text, "ecbpf_filter_found_packets_total" OF ",counter=\"source_ipv4\"} 2\n");
	assert_has(text, "ecbpf_filter_found_packets_total" OF ",counter=\"ptb_no_room\"} 0\n");
	assert_has(text, "ecbpf_filter_summed_packets_total" OF ",sum=\"ip_drop_count\"} 2\n");
	assert_has(text, "ecbpf_filter_sources" OF ",action=\"drop\",family=\"ipv4\"} 1\n");
	assert_has(text, "ecbpf_filter_sources" OF ",action=\"allow\",family=\"ipv4\"} 1\n");
	assert_has(text, "ecbpf_filter_sources" OF ",action=\"drop\",family=\"ipv6\"} 2\n");
	assert_has(text, "ecbpf_filter_list_bytes" OF "} 262144\n");
	assert_has(text, "# TYPE ecbpf_filter_newest_source_timestamp_seconds gauge\n");
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
	assert_int_equal(apply("{}", INTERFACE ": filter attached, with 0 sources\n"), 0);
	report = report_new(REPORT_JSON_LINE, stream, "test", 1);
	report_object_begin(report, component->name);
	assert_int_equal(component->status(report, bpffs, &sick, &problem), 0);
	report_object_end(report);
	assert_int_equal(report_finish(report), 0);
	fclose(stream);
	assert_has(text, "\"xdp_filter\":{\"interfaces\":{\"" INTERFACE "\":{\"slot\":2,");
	assert_int_equal(sick, 0);
	free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nowhere),  TEST(test_apply), TEST(test_apply_nothing),
		TEST(test_headline), TEST(test_sick),  TEST(test_metrics),
		TEST(test_status),
	};

	const char *reason = run_unavailable();

	if (reason) {
		printf("SKIP: %s\n", reason);
		return RUN_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
