// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crafted_sample.h"
#include "live_page.h"
#include "live_text.h"

static const struct sample_port eth0 = { 0, "eth0", 4 };
static const struct sample_port eth1 = { 1, "eth1", 5 };
static struct crafted_sample crafted;

static int begin(void **state)
{
	static struct live_view view;

	*state = &view;
	return live_view_init(&view);
}

static int end(void **state)
{
	live_view_free(*state);
	return 0;
}

static void add(struct live_view *view, unsigned int count)
{
	while (count-- > 0)
		assert_int_equal(live_view_add(view, &crafted.view), 0);
}

/* Becomes a sample of what came in. */
static void make_ingress(void)
{
	crafted.view.program = "";
	crafted.sample.place = SAMPLER_INGRESS;
	crafted.sample.verdict = crafted.sample.reason = crafted.sample.row = SAMPLE_NO_VERDICT;
}

static void passed_by_root(void)
{
	crafted.view.program = "";
	crafted.sample.verdict = XDP_PASS;
	crafted.sample.reason = 0;
	crafted.sample.row = ECBPF_ROOT_ROW;
}

enum shown { PAGE, LINES };

static char *text_of(const struct live_view *view, enum shown shown)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	assert_int_equal(shown == PAGE ?
				 live_page_write(view, CRAFTED_TIME, LIVE_PAGE_ROWS, stream) :
				 live_page_lines(view, CRAFTED_TIME, stream),
			 0);
	fclose(stream);
	return text;
}

static void check(const struct live_view *view, enum shown shown, const char *expected)
{
	char *text = text_of(view, shown);

	assert_string_equal(text, expected);
	free(text);
}

static void check_contains(const struct live_view *view, enum shown shown, const char *expected)
{
	char *text = text_of(view, shown);

	if (!strstr(text, expected))
		fail_msg("no \"%s\" in\n%s", expected, text);
	free(text);
}

static void count(struct live_view *view, const struct sample_port *port, enum sampler_place place,
		  struct sink_counts counts)
{
	assert_int_equal(live_view_count(view, port, place, &counts), 0);
}

static void nothing_yet(void **state)
{
	check(*state, PAGE,
	      "xdp_sampler 2026-11-21T19:05:00Z, 0 samples, 0 lost; estimates of about 5 s\n"
	      "Nothing has come by yet.\n");
	check(*state, LINES, "2026-11-21T19:05:00Z nothing has come by yet\n");
	/* Neither has a packet where counts do not change. */
	count(*state, &eth0, SAMPLER_VERDICT, (struct sink_counts){ .packets = 1000 });
	check(*state, LINES, "2026-11-21T19:05:00Z nothing has come by yet\n");
}

static void a_second(struct live_view *view)
{
	count(view, &eth0, SAMPLER_VERDICT, (struct sink_counts){ .packets = 5, .lost = 3 });
	crafted_udp(&crafted, &eth0, "192.0.2.1", 53);
	add(view, 60);
	crafted_udp(&crafted, &eth0, "192.0.2.2", 123);
	passed_by_root();
	add(view, 30);
	crafted_start(&crafted, &eth0);
	build_ethernet(&crafted.frame);
	build_ipv6(&crafted.frame, &(struct build_ipv6){ 0 });
	build_icmpv6(&crafted.frame, 128, 0);
	crafted_finish(&crafted, 64);
	crafted.sample.verdict = XDP_ABORTED;
	crafted.sample.reason = 5;
	crafted.sample.recorder_count = 1;
	crafted.sample.recorder[0] = 77;
	add(view, 10);
	count(view, &eth0, SAMPLER_VERDICT,
	      (struct sink_counts){ .packets = 1055, .ring_lost = 2, .lost = 4 });
	live_view_passed(view, 1);
}

static void one_second(void **state)
{
	a_second(*state);
	check(*state, PAGE,
	      "xdp_sampler 2026-11-21T19:05:00Z, 100 samples, 3 lost; estimates of about 5 s\n"
	      "Samples were lost: estimates are too low. Take fewer (--rate).\n"
	      "Interface | Place   |  Seen/s | Packets/s |  Bits/s | Samples/s |    Lost\n"
	      "eth0      | verdict |   1.05k |     1.00k |    770k |       100 |       3\n"
	      "\n"
	      "Verdict        | Interface | Packets/s |  Bits/s |  Share\n"
	      "ABORTED        | eth0      |       100 |   49.6k |  10.0%\n"
	      "DROP           | eth0      |       600 |    480k |  60.0%\n"
	      "PASS           | eth0      |       300 |    240k |  30.0%\n"
	      "\n"
	      "Dropped by  | Slot | Verdict | Reason          | Interface | Packets/s |  Share\n"
	      "xdp_filter  |    2 | DROP    | reason_17       | eth0      |       600 |  60.0%\n"
	      "xdp_filter  |    2 | ABORTED | not_ip          | eth0      |       100 |  10.0%\n"
	      "\n"
	      "Source                         | Interface | Packets/s |  Share | Dropped\n"
	      "192.0.2.1                      | eth0      |       600 |  60.0% |  100.0%\n"
	      "192.0.2.2                      | eth0      |       300 |  30.0% |    0.0%\n"
	      "2001:db8::1                    | eth0      |       100 |  10.0% |  100.0%\n"
	      "\n"
	      "Protocol                       | Interface | Packets/s |  Share | Dropped\n"
	      "UDP 53                         | eth0      |       600 |  60.0% |  100.0%\n"
	      "UDP 123                        | eth0      |       300 |  30.0% |    0.0%\n"
	      "ICMPv6 type 128                | eth0      |       100 |  10.0% |  100.0%\n"
	      "\n"
	      "Recorder | Interface | Place   |   Samples | Samples/s\n"
	      "77       | eth0      | verdict |        10 |        10\n");
	check(*state, LINES,
	      "2026-11-21T19:05:00Z eth0 verdict: 1.00k packets/s, 770k bits/s, ABORTED 10.0%, "
	      "DROP 60.0%, PASS 30.0%, source 192.0.2.1 60.0%, UDP 53 60.0%, 100 samples/s, "
	      "3 lost\n");
}

/* What came long ago weighs less, and is gone in the end; the rates of what goes on stay. */
static void fades(void **state)
{
	struct live_view *view = *state;

	a_second(view);
	for (int second = 0; second < 20; second++) {
		live_view_fade(view);
		crafted_udp(&crafted, &eth0, "192.0.2.1", 53);
		add(view, 60);
		live_view_passed(view, 1);
	}
	check_contains(view, LINES, " UDP 53 99.");
	assert_in_range((int)(view->seconds * 100), 490, 500);
	for (int second = 0; second < 100; second++) {
		live_view_fade(view);
		live_view_passed(view, 1);
	}
	check(view, PAGE,
	      "xdp_sampler 2026-11-21T19:05:00Z, 1300 samples, 3 lost; estimates of about 5 s\n"
	      "Samples were lost: estimates are too low. Take fewer (--rate).\n"
	      "Interface | Place   |  Seen/s | Packets/s |  Bits/s | Samples/s |    Lost\n"
	      "eth0      | verdict |       0 |         0 |       0 |         0 |       3\n"
	      "\n"
	      "Recorder | Interface | Place   |   Samples | Samples/s\n"
	      "77       | eth0      | verdict |        10 |         0\n");
}

static void recorders_alone(void **state)
{
	crafted_udp(&crafted, &eth0, "192.0.2.1", 53);
	crafted.sample.rate = 0;
	crafted.sample.chosen = SAMPLE_BY_RECORDER;
	add(*state, 4);
	live_view_passed(*state, 2);
	check(*state, LINES,
	      "2026-11-21T19:05:00Z eth0 verdict: 2.0 packets/s, 1.60k bits/s, DROP 100.0%, "
	      "source 192.0.2.1 100.0%, UDP 53 100.0%, 2.0 samples/s, 0 lost\n");
}

/* Both places see the same packets: the tops count them once. */
static void two_places(void **state)
{
	for (int i = 0; i < 50; i++) {
		crafted_udp(&crafted, &eth0, "192.0.2.1", 53);
		add(*state, 1);
		make_ingress();
		add(*state, 1);
	}
	/* Chance chose more of them there. */
	add(*state, 10);
	live_view_passed(*state, 1);
	check_contains(*state, PAGE,
		       "UDP 53                         | eth0      |       500 | 100.0% |  100.0%\n");
	check_contains(*state, LINES, "eth0 ingress: 600 packets/s, 480k bits/s, 60 samples/s");
	check_contains(*state, LINES,
		       "eth0 verdict: 500 packets/s, 400k bits/s, DROP 100.0%, source");
}

/* Only drops are sampled at the verdict: the tops come from ingress, which sees everything. */
static void ingress_sees_more(void **state)
{
	crafted_udp(&crafted, &eth1, "192.0.2.1", 80);
	make_ingress();
	add(*state, 90);
	crafted_udp(&crafted, &eth1, "192.0.2.9", 53);
	add(*state, 9);
	make_ingress();
	add(*state, 10);
	live_view_passed(*state, 1);
	check_contains(*state, PAGE,
		       "UDP 80                         | eth1      |       900 |  90.0% |       -\n"
		       "UDP 53                         | eth1      |       100 |  10.0% |       -\n");
	check_contains(*state, PAGE, "DROP           | eth1      |        90 |   72.0k | 100.0%\n");
}

static void strange_names(void **state)
{
	static const struct sample_port strange = { 0, "e\x1b[2J\n\xff", 1 };
	char *texts[2];

	crafted_udp(&crafted, &strange, "192.0.2.1", 80);
	crafted.view.program = "\x1b]0;x\a";
	add(*state, 3);
	texts[0] = text_of(*state, PAGE);
	texts[1] = text_of(*state, LINES);
	for (int i = 0; i < 2; i++) {
		assert_non_null(strstr(texts[i], "e\\x1b[2J\\x0a\\xff"));
		for (const char *at = texts[i]; *at; at++)
			assert_true(*at == '\n' || (*at >= ' ' && *at < 0x7f));
		free(texts[i]);
	}
}

static void many_sources(void **state)
{
	struct live_view *view = *state;

	for (unsigned int i = 0; i < 20000; i++) {
		char source[32];

		snprintf(source, sizeof(source), "10.0.%u.%u", i >> 8, i & 255);
		crafted_udp(&crafted, &eth0, i % 4 ? source : "192.0.2.1", 53);
		add(view, 1);
	}
	live_view_passed(view, 1);
	check_contains(view, PAGE, "Source (of many: lower bounds) | ");
	check_contains(
		view, PAGE,
		"\n192.0.2.1                      | eth0      |     50.0k |  25.0% |  100.0%\n");
	check_contains(view, PAGE, "\nProtocol                       | ");
}

/* A sampler that was attached anew counts from zero. */
static void counts_go_back(void **state)
{
	count(*state, &eth0, SAMPLER_VERDICT, (struct sink_counts){ .packets = 900, .lost = 7 });
	count(*state, &eth0, SAMPLER_VERDICT, (struct sink_counts){ .packets = 10 });
	count(*state, &eth0, SAMPLER_VERDICT, (struct sink_counts){ .packets = 30, .lost = 1 });
	live_view_passed(*state, 1);
	check_contains(*state, PAGE,
		       "eth0      | verdict |      20 |         0 |       0 |         0 |       1\n");
}

static void drawn(const struct live_view *view, unsigned int width, unsigned int height,
		  unsigned int expected_lines)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	unsigned int lines = 1;
	unsigned int column = 0;

	assert_non_null(stream);
	assert_int_equal(live_page_draw(view, CRAFTED_TIME, width, height, stream), 0);
	fclose(stream);
	assert_int_equal(strncmp(text, "\x1b[H", 3), 0);
	assert_string_equal(text + size - 6, "\x1b[K\x1b[J");
	for (const char *at = text + 3; *at; at++) {
		if (*at == '\x1b') {
			at += 2;
		} else if (*at == '\n') {
			assert_int_equal(at[-1], '\r');
			lines++;
			column = 0;
		} else if (*at != '\r') {
			assert_true(++column <= width);
		}
	}
	assert_int_equal(lines, expected_lines);
	free(text);
}

static void on_a_terminal(void **state)
{
	struct live_view *view = *state;

	for (unsigned int i = 0; i < 20; i++) {
		char source[32];

		snprintf(source, sizeof(source), "192.0.2.%u", i);
		crafted_udp(&crafted, &eth0, source, (unsigned short)(50 + i));
		add(view, 1 + i);
	}
	live_view_passed(view, 1);
	drawn(view, 80, 60, 33); /* 13 lines, 10 sources and 10 services */
	drawn(view, 80, 33, 33);
	drawn(view, 80, 32, 31); /* a row less of each */
	drawn(view, 80, 24, 23);
	drawn(view, 80, 10, 10);
	drawn(view, 20, 1, 1);
}

static void texts(void **state)
{
	static const struct {
		double value;
		const char *text;
	} rates[] = {
		{ 0, "0" },          { 0.04, "0" },      { 0.06, "0.1" },     { 7.46, "7.5" },
		{ 9.94, "9.9" },     { 9.96, "10" },     { 999.4, "999" },    { 999.6, "1.00k" },
		{ 1234, "1.23k" },   { 12345, "12.3k" }, { 123456, "123k" },  { 999600, "1.00M" },
		{ 4.81e7, "48.1M" }, { 1e10, "10.0G" },  { 2.5e12, "2.50T" }, { 1e19, "10000P" },
	};
	static const struct {
		struct live_key key;
		const char *text;
	} services[] = {
		{ { .kind = LIVE_SERVICE_PORT, .protocol = 6, .number = 443 }, "TCP 443" },
		{ { .kind = LIVE_SERVICE_ICMP, .protocol = 1, .number = 8 }, "ICMP type 8" },
		{ { .kind = LIVE_SERVICE_PROTOCOL, .protocol = 47 }, "GRE" },
		{ { .kind = LIVE_SERVICE_PROTOCOL, .protocol = 250 }, "protocol 250" },
		{ { .kind = LIVE_SERVICE_FRAGMENT, .protocol = 17 }, "UDP fragment" },
		{ { .kind = LIVE_SERVICE_ETHERTYPE, .number = 0x0806 }, "ARP" },
		{ { .kind = LIVE_SERVICE_ETHERTYPE, .number = 0x88cc }, "ethertype 0x88cc" },
	};
	struct live_key mac = { .address = { 2, 0, 0, 0, 0, 0xff } };
	char text[LIVE_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
		assert_string_equal(live_text_rate(rates[i].value, text), rates[i].text);
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		assert_string_equal(live_text_service(&services[i].key, text), services[i].text);
	assert_string_equal(live_text_share(1, 8, text), "12.5%");
	assert_string_equal(live_text_share(9, 8, text), "100.0%");
	assert_string_equal(live_text_share(0, 0, text), "-");
	assert_string_equal(live_text_source(&mac, text), "02:00:00:00:00:ff");
	assert_string_equal(live_text_verdict(ECBPF_ACTION_INVALID), "INVALID_ACTION");
	assert_string_equal(live_text_verdict(SAMPLE_NO_VERDICT), "-");
}

#define WITH_VIEW(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_VIEW(nothing_yet),   WITH_VIEW(one_second),        WITH_VIEW(fades),
		WITH_VIEW(two_places),    WITH_VIEW(ingress_sees_more), WITH_VIEW(recorders_alone),
		WITH_VIEW(strange_names), WITH_VIEW(many_sources),      WITH_VIEW(counts_go_back),
		WITH_VIEW(on_a_terminal), cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
