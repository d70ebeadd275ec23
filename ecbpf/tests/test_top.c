// SPDX-License-Identifier: GPL-2.0-only
/* Pages of rates, and top itself on a root at the loopback. */
#include "top.h"

#include <linux/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "harness/loopback_root.h"
#include "sample_components.h"
#include "top_page.h"

#define SECOND UINT64_C(1000000000)

static struct chain_view early, late;
static const struct chain_views earlier = { &early, 1 }, later = { &late, 1 };
static char *text;

static int set_up(void **state)
{
	(void)state;
	early = late = (struct chain_view){
		.interface = "eth0",
		.attachment = { .ifindex = 2, .ours = true, .running_mode = ECBPF_MODE_NATIVE }
	};
	early.counters.total = calloc(1, sizeof(struct ecbpf_stats));
	early.counters.cleared = calloc(1, sizeof(struct ecbpf_stats));
	late.counters.total = calloc(1, sizeof(struct ecbpf_stats));
	late.counters.cleared = calloc(1, sizeof(struct ecbpf_stats));
	late.slots[2].program_id = 7;
	strcpy(late.slots[2].name, "xdp_filter");
	strcpy(late.names[2].name[17], "source_listed");
	early.counters.total->row[2].packets[17][XDP_DROP] = 1000000;
	late.counters.total->row[2].packets[17][XDP_DROP] = 4000000;
	late.counters.total->row[2].packets[18][XDP_ABORTED] = 1;
	late.counters.total->row[ECBPF_ROOT_ROW].packets[0][XDP_PASS] = 1000000;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(text);
	text = NULL;
	counters_free(&early.counters);
	counters_free(&late.counters);
	return 0;
}

static void draw(const struct terminal *terminal, enum rate_order order)
{
	const struct top_page page = {
		.earlier = &earlier,
		.later = &later,
		.nanoseconds = SECOND,
		.realtime = SECOND,
		.order = order,
	};
	struct sample_output output;

	free(text);
	sample_output_open(&output);
	if (terminal)
		assert_int_equal(top_page_text(output.stream, &page, terminal), 0);
	else
		assert_int_equal(top_page_json(output.stream, &page), 0);
	sample_output_close(&output);
	text = output.text;
}

static void a_page_has_interfaces_and_reasons(void **state)
{
	const struct terminal plain = { 0 };

	(void)state;
	draw(&plain, RATE_BY_RATE);
	assert_string_equal(
		text,
		"Thu, 01 Jan 1970 00:00:01 +0000\n"
		"INTERFACE  MODE     SEEN/S   PASS/S   DROP/S  TX/S  REDIR/S  ABORT/S\n"
		"eth0       native  4000001  1000000  3000000     0        0        1\n"
		"\n"
		"INTERFACE  SLOT  PROGRAM      VERDICT  REASON         PACKETS/S  SHARE  PACKETS\n"
		"eth0       2     xdp_filter   drop     source_listed    3000000  75.0%  4000000\n"
		"eth0       root  (undecided)  pass     none             1000000  25.0%  1000000\n"
		"eth0       2     xdp_filter   aborted  18                     1   0.0%        1\n");
}

static unsigned int lines(void)
{
	unsigned int count = 0;

	for (const char *at = text; *at; at++)
		count += *at == '\n';
	return count;
}

static void a_terminal_is_not_overrun(void **state)
{
	struct terminal small = { .is_terminal = true, .width = 79, .height = 8 };

	(void)state;
	draw(&small, RATE_BY_RATE);
	/* The last line stays free for the cursor. */
	assert_int_equal(lines(), 7);
	assert_non_null(strstr(text, "3.00M"));
	assert_non_null(strstr(text, "by rate (s: change, q: end)"));
	small.height = 2;
	draw(&small, RATE_BY_PLACE);
	assert_int_equal(lines(), 6);
	assert_non_null(strstr(text, "by place"));
	for (const char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_in_range(strlen(line), 0, 79);
}

static void colours_say_what_is_bad(void **state)
{
	const struct terminal coloured = { .is_terminal = true, .colour = true };

	(void)state;
	draw(&coloured, RATE_BY_RATE);
	assert_non_null(strstr(text, "\x1b[31meth0       2     xdp_filter   aborted"));
	assert_non_null(strstr(text, "\x1b[33meth0       2     xdp_filter   drop"));
}

static void json_is_one_line(void **state)
{
	(void)state;
	draw(NULL, RATE_BY_RATE);
	assert_int_equal(lines(), 1);
	assert_non_null(strstr(text, "\"time\":1000000000,\"nanoseconds\":1000000000"));
	assert_non_null(strstr(text,
			       "{\"interface\":\"eth0\",\"slot\":2,\"program\":\"xdp_filter\","
			       "\"action\":\"XDP_DROP\",\"reason\":17,\"name\":\"source_listed\","
			       "\"packets\":4000000,\"packets_per_second\":3000000}"));
	assert_non_null(strstr(text, "\"slot\":\"root\""));
	assert_non_null(strstr(text, "\"name\":null"));
}

static void top_ends_after_as_many_pages_as_wanted(void **state)
{
	static const unsigned char frame[64];
	const struct interface_list all = { 0 };
	struct top_wish wish = { .interfaces = &all, .seconds = 1, .count = 1, .json = true };
	struct problem problem = { 0 };
	struct sample_output output;
	struct run_result result;
	struct run_program root;
	struct chain chain;

	(void)state;
	loopback_root_open(&root, &chain);
	wish.bpffs = loopback_root_bpffs();
	assert_int_equal(run_packet(&root, &(struct run_frame){ frame, sizeof(frame), 0, 0 },
				    &result),
			 0);
	sample_output_open(&output);
	assert_int_equal(top_run(output.stream, &wish, &problem), 0);
	sample_output_close(&output);
	text = output.text;
	assert_int_equal(lines(), 1);
	assert_non_null(strstr(text, "\"lo\":{\"attached\":true"));
	assert_non_null(strstr(text, "\"packets\":1,\"packets_per_second\":0"));
	wish.bpffs = "/";
	assert_int_not_equal(top_run(stdout, &wish, &problem), 0);
	loopback_root_close(&root, &chain);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_page_has_interfaces_and_reasons),
		TEST(a_terminal_is_not_overrun),
		TEST(colours_say_what_is_bad),
		TEST(json_is_one_line),
		TEST(top_ends_after_as_many_pages_as_wanted),
	};
	const char *reason = run_unavailable();

	if (reason) {
		printf("SKIP: %s\n", reason);
		return RUN_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
