// SPDX-License-Identifier: GPL-2.0-only
/* The encoder of sFlow datagrams: bytes put down by hand after the specification, tshark's reading of
 * every field, and what does not fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "abi/reasons.h"
#include "sflow_datagram.h"
#include "sflow_reader.h"
#include "sflow_tshark.h"

static const struct sflow_agent agent_ipv4 = { AF_INET, { 192, 0, 2, 9 }, 7 };
static const struct sflow_agent agent_ipv6 = {
	AF_INET6, { 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5 }, 0xfffffffe
};

static const uint8_t short_frame[] = { 0xaa, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 8, 0, 0xff };
/* VLAN 123, priority 3, DEI. */
static const uint8_t tagged_frame[] = { 2, 0, 0,    0,    0,    1,   2, 0, 0,   0,
					0, 2, 0x81, 0x00, 0x70, 123, 8, 6, 0xee };

static const struct interface_counters counters = {
	.ifindex = 3,
	.type = 6,
	.speed = 10000000000,
	.duplex = INTERFACE_DUPLEX_HALF,
	.admin_up = true,
	.promiscuous = true,
	.in_octets = 0x123456789ab,
	.in_packets = 0x100000064,
	.in_multicast = 10,
	.in_discards = 11,
	.in_errors = 12,
	.out_octets = 5000000000,
	.out_packets = 77,
	.out_discards = 13,
	.out_errors = 14,
};

static uint8_t bytes[70000];
static struct sflow_datagram datagram;

static void begin(const struct sflow_agent *agent, size_t limit)
{
	memset(bytes, 0x5a, sizeof(bytes));
	datagram = (struct sflow_datagram){ .bytes = bytes, .limit = limit };
	sflow_datagram_begin(&datagram, agent);
}

static struct sflow_flow tagged_flow(void)
{
	return (struct sflow_flow){
		.sequence = 11,
		.source = 3,
		.rate = 100,
		.pool = 0xfffffff0,
		.drops = 6,
		.input = 4,
		.packet = { 1000, tagged_frame, sizeof(tagged_frame) },
	};
}

/* "00000005 …": words of the datagram from one on. */
static void assert_words(size_t from, const char *expected)
{
	char text[4096] = "";
	size_t length = 0;

	assert_int_equal(datagram.length % 4, 0);
	for (size_t i = from; i < datagram.length; i += 4)
		length += (size_t)snprintf(text + length, sizeof(text) - length,
					   "%s%02x%02x%02x%02x", i > from ? " " : "", bytes[i],
					   bytes[i + 1], bytes[i + 2], bytes[i + 3]);
	assert_string_equal(text, expected);
}

static void test_header(void **state)
{
	static const struct sflow_agent unknown = { 0 };

	(void)state;
	begin(&agent_ipv4, 1400);
	sflow_datagram_finish(&datagram, 0x01020304, 0xfffefdfc);
	assert_words(0, "00000005 00000001 c0000209 00000007 01020304 fffefdfc 00000000");
	begin(&agent_ipv6, 1400);
	sflow_datagram_finish(&datagram, 1, 2);
	assert_words(0, "00000005 00000002 20010db8 00000000 00000000 00000005 fffffffe "
			"00000001 00000002 00000000");
	begin(&unknown, 1400);
	sflow_datagram_finish(&datagram, 1, 2);
	assert_words(0, "00000005 00000000 00000000 00000001 00000002 00000000");
}

static void test_flow_bytes(void **state)
{
	struct sflow_flow flow = {
		.sequence = 11,
		.source = 0xffffff,
		.rate = 100,
		.pool = 0xfffffff0,
		.drops = 6,
		.input = 4,
		.output_format = SFLOW_OUTPUT_DISCARDED,
		.output = SFLOW_DROP_NON_IP,
		.packet = { 1000, short_frame, sizeof(short_frame) },
	};

	(void)state;
	begin(&agent_ipv4, 1400);
	assert_true(sflow_add_flow(&datagram, &flow));
	sflow_datagram_finish(&datagram, 1, 2);
	/* 15 bytes of the packet, one of padding; no tag. */
	assert_words(24, "00000001 00000001 00000048 0000000b 00ffffff 00000064 fffffff0 00000006 "
			 "00000004 4000010e 00000001 "
			 "00000001 00000020 00000001 000003ec 00000004 0000000f "
			 "aa010203 04050607 08090a0b 0800ff00");
}

static void test_expanded_flow_bytes(void **state)
{
	struct sflow_flow flow = tagged_flow();

	(void)state;
	flow.expanded = true;
	flow.source = SFLOW_IFINDEX_EXPANDED;
	flow.input = 0xfffffffe;
	flow.output = 0xfffffffd;
	begin(&agent_ipv4, 1400);
	assert_true(sflow_add_flow(&datagram, &flow));
	sflow_datagram_finish(&datagram, 1, 2);
	assert_words(24, "00000001 00000003 00000070 0000000b 00000000 01000000 00000064 fffffff0 "
			 "00000006 00000000 fffffffe 00000000 fffffffd 00000002 "
			 "00000001 00000024 00000001 000003ec 00000004 00000013 "
			 "02000000 00010200 00000002 8100707b 0806ee00 "
			 "000003e9 00000010 0000007b 00000003 0000007b 00000003");
}

static void test_discard_bytes(void **state)
{
	struct sflow_discard discard = {
		.sequence = 9,
		.source = SFLOW_IFINDEX_EXPANDED + 1,
		.drops = 8,
		.input = 5,
		.reason = SFLOW_DROP_XDP,
		.symbol = "xdp_filter/reason_17",
		.packet = { 64, short_frame, 14 },
	};

	(void)state;
	begin(&agent_ipv4, 1400);
	assert_true(sflow_add_discard(&datagram, &discard));
	discard.symbol = "a/b";
	discard.packet = (struct sflow_packet){ 64, tagged_frame, sizeof(tagged_frame) };
	assert_true(sflow_add_discard(&datagram, &discard));
	sflow_datagram_finish(&datagram, 1, 2);
	assert_words(24, "00000002 00000005 00000068 00000009 00000000 01000001 00000008 00000005 "
			 "00000000 0000016f 00000002 "
			 "00000001 00000020 00000001 00000044 00000004 0000000e "
			 "aa010203 04050607 08090a0b 08000000 "
			 "0000040e 00000018 00000014 7864705f 66696c74 65722f72 6561736f 6e5f3137 "
			 "00000005 00000074 00000009 00000000 01000001 00000008 00000005 "
			 "00000000 0000016f 00000003 "
			 "00000001 00000024 00000001 00000044 00000004 00000013 "
			 "02000000 00010200 00000002 8100707b 0806ee00 "
			 "000003e9 00000010 0000007b 00000003 00000000 00000000 "
			 "0000040e 00000008 00000003 612f6200");
}

static void test_counter_bytes(void **state)
{
	static const char record[] =
		"00000001 00000058 00000003 00000006 00000002 540be400 00000002 00000001 "
		"00000123 456789ab 0000005a 0000000a ffffffff 0000000b 0000000c ffffffff "
		"00000001 2a05f200 0000004d ffffffff ffffffff 0000000d 0000000e 00000001";
	char expected[1024];

	(void)state;
	begin(&agent_ipv4, 1400);
	assert_true(sflow_add_counters(&datagram, false, 5, &counters));
	assert_true(sflow_add_counters(&datagram, true, 6, &counters));
	sflow_datagram_finish(&datagram, 1, 2);
	snprintf(expected, sizeof(expected),
		 "00000002 00000002 0000006c 00000005 00000003 00000001 %s "
		 "00000004 00000070 00000006 00000000 00000003 00000001 %s",
		 record, record);
	assert_words(24, expected);
}

/* Multicasts that came between the two readings do not make 2^32 unicasts. */
static void test_more_multicasts_than_packets(void **state)
{
	struct interface_counters odd = { .in_packets = 9, .in_multicast = 10, .oper_up = true };

	(void)state;
	begin(&agent_ipv4, 1400);
	assert_true(sflow_add_counters(&datagram, false, 5, &odd));
	assert_memory_equal(bytes + 88, "\0\0\0\0\0\0\0\x0a", 8);
	assert_int_equal(bytes[79], 2); /* up, but not wanted up */
}

#define HEADER_FIELDS                                                                              \
	"enterprise=0 flow_record_format=1 flow_data_length=36 header_protocol=1 "                 \
	"header.frame_length=1004 header.payload_stripped=4 header.sampled_header_length=19 "      \
	"header=02:00:00:00:00:01:02:00:00:00:00:02:81:00:70:7b:08:06:ee:00 "                      \
	"enterprise=0 flow_record_format=1001 flow_data_length=16 vlan.in=123 pri.in=3 "
#define COUNTER_FIELDS                                                                             \
	"counters_sample.source_id_type=0 counters_sample.source_id_index=3 "                      \
	"counters_sample.counters_records=1 enterprise=0 counters_record_format=1 "                \
	"flow_data_length=88 ifindex=3 iftype=6 ifspeed=10000000000 ifdirection=2 "                \
	"ifadmin_status=1 ifoper_status=0 ifinoct=1250999896491 ifinpkt=90 ifinmcast=10 "          \
	"ifinbcast=4294967295 ifindisc=11 ifinerr=12 ifinunk=4294967295 ifoutoct=5000000000 "      \
	"ifoutpkt=77 ifoutmcast=4294967295 ifoutbcast=4294967295 ifoutdisc=13 ifouterr=14 "        \
	"ifpromisc=1"

static void test_tshark(void **state)
{
	struct sflow_flow flow = tagged_flow();
	struct sflow_discard discard = { .symbol = "a/b", .packet = flow.packet };

	(void)state;
	if (sflow_tshark_missing())
		skip();
	begin(&agent_ipv4, 1400);
	flow.output_format = SFLOW_OUTPUT_DISCARDED;
	flow.output = SFLOW_DROP_XDP;
	assert_true(sflow_add_flow(&datagram, &flow));
	flow = tagged_flow();
	flow.expanded = true;
	flow.source = 0x1000002;
	flow.input = 0x1000003;
	flow.output = 0x1000004;
	assert_true(sflow_add_flow(&datagram, &flow));
	assert_true(sflow_add_discard(&datagram, &discard));
	assert_true(sflow_add_counters(&datagram, false, 5, &counters));
	assert_true(sflow_add_counters(&datagram, true, 6, &counters));
	sflow_datagram_finish(&datagram, 42, 99999);
	assert_string_equal(
		sflow_tshark(bytes, datagram.length),
		"version=5 agenttype=1 agent=192.0.2.9 sub_agent_id=7 sequence_number=42 "
		"sysuptime=99999 numsamples=5 "
		"enterprise=0 sampletype=1 sample_length=100 flow_sample.sequence_number=11 "
		"flow_sample.source_id_class=0 flow_sample.index=3 flow_sample.sampling_rate=100 "
		"flow_sample.sample_pool=4294967280 flow_sample.dropped_packets=6 "
		"flow_sample.input_interface=4 flow_sample.output_interface=0x4000016f "
		"flow_sample.output_interface_format=1 flow_sample.output_interface_value=367 "
		"flow_sample.flow_record=2 " HEADER_FIELDS "vlan.out=0 pri.out=0 "
		"enterprise=0 sampletype=3 sample_length=112 flow_sample.sequence_number=11 "
		"flow_sample.source_id_type=0 flow_sample.source_id_index=16777218 "
		"flow_sample.sampling_rate=100 flow_sample.sample_pool=4294967280 "
		"flow_sample.dropped_packets=6 flow_sample.input_interface_format=0 "
		"flow_sample.input_interface_value=16777219 "
		"flow_sample.output_interface.format=0 "
		"flow_sample.output_interface_value=16777220 "
		"flow_sample.flow_record=2 " HEADER_FIELDS "vlan.out=123 pri.out=3 "
		/* tshark does not know the format and steps over it. */
		"enterprise=0 sampletype=5 sample_length=116 "
		"enterprise=0 sampletype=2 sample_length=108 "
		"counters_sample.sequence_number=5 " COUNTER_FIELDS " "
		"enterprise=0 sampletype=4 sample_length=112 "
		"counters_sample.sequence_number=6 " COUNTER_FIELDS);
}

static void test_tshark_ipv6_agent(void **state)
{
	(void)state;
	if (sflow_tshark_missing())
		skip();
	begin(&agent_ipv6, 1400);
	sflow_datagram_finish(&datagram, 42, 99999);
	assert_string_equal(sflow_tshark(bytes, datagram.length),
			    "version=5 agenttype=2 agent.v6=2001:db8::5 sub_agent_id=4294967294 "
			    "sequence_number=42 sysuptime=99999 numsamples=0");
}

/* Tags of both kinds count, others and those that are cut off do not. */
static void test_tags(void **state)
{
	static const struct {
		uint8_t type[2];
		size_t length;
		const char *records;
	} cases[] = {
		{ { 0x81, 0x00 }, 16, "{header 1 64 4 16} {switch 4095 7 0 0}" },
		{ { 0x88, 0xa8 }, 60, "{header 1 64 4 60} {switch 4095 7 0 0}" },
		{ { 0x81, 0x00 }, 15, "{header 1 64 4 15}" },
		{ { 0x91, 0x00 }, 60, "{header 1 64 4 60}" },
		{ { 0x88, 0x00 }, 60, "{header 1 64 4 60}" },
		{ { 0x81, 0xa8 }, 60, "{header 1 64 4 60}" },
		{ { 0x81, 0x00 }, 0, "{header 1 64 4 0}" },
	};
	char expected[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint8_t *frame = calloc(1, cases[i].length + 1);
		struct sflow_flow flow = { .source = 2, .packet = { 60, frame, cases[i].length } };

		assert_non_null(frame);
		for (size_t at = 12; at < cases[i].length && at < 16; at++)
			frame[at] = at < 14 ? cases[i].type[at - 12] : 0xff;
		begin(&agent_ipv4, 1400);
		assert_true(sflow_add_flow(&datagram, &flow));
		sflow_datagram_finish(&datagram, 1, 2);
		snprintf(expected, sizeof(expected),
			 "datagram 192.0.2.9 sub 7 seq 1\n"
			 "flow 0 0:2 1/0 pool 0 drops 0 in 0 out 0:0 %s\n",
			 cases[i].records);
		assert_string_equal(sflow_read(bytes, datagram.length), expected);
		free(frame);
	}
}

/* At every limit: what does not fit whole is not there at all, and nothing beyond is touched. */
static void test_no_room(void **state)
{
	struct sflow_flow flow = tagged_flow();
	struct sflow_discard discard = { .symbol = "a/b", .packet = flow.packet };
	const size_t needed[] = { 28 + 8 + 100, 28 + 8 + 116, 28 + 8 + 108 };

	(void)state;
	for (size_t limit = 28; limit < 200; limit++) {
		for (unsigned int kind = 0; kind < 3; kind++) {
			bool added;

			begin(&agent_ipv4, limit);
			added = kind == 0 ? sflow_add_flow(&datagram, &flow) :
				kind == 1 ? sflow_add_discard(&datagram, &discard) :
					    sflow_add_counters(&datagram, false, 1, &counters);
			assert_int_equal(added, limit >= needed[kind]);
			assert_int_equal(datagram.length, added ? needed[kind] : 28);
			assert_int_equal(datagram.samples, added);
			for (size_t i = limit; i < 300; i++)
				assert_int_equal(bytes[i], 0x5a);
		}
	}
}

/* The largest packet that is promised to fit does, and hardly a larger one would. */
static void test_packet_limit(void **state)
{
	static const size_t limits[] = { SFLOW_DATAGRAM_MINIMUM, 513, 514, 515, 1400, 1472, 9000,
					 SFLOW_DATAGRAM_MAXIMUM };
	static uint8_t frame[40000];
	char symbol[200];

	(void)state;
	memset(symbol, 'x', sizeof(symbol) - 1);
	symbol[sizeof(symbol) - 1] = '\0';
	memcpy(frame, tagged_frame, sizeof(tagged_frame));
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		size_t length = sflow_packet_limit(limits[i]);
		struct sflow_flow flow = { .expanded = true, .packet = { 65536, frame, length } };
		struct sflow_discard discard = { .symbol = symbol, .packet = flow.packet };

		assert_true(length >= 64);
		begin(&agent_ipv6, limits[i]);
		assert_true(sflow_add_flow(&datagram, &flow));
		assert_true(sflow_add_discard(&datagram, &discard));
		assert_true(limits[i] - datagram.length < 8 + 4);
		sflow_datagram_finish(&datagram, 1, 2);
		assert_non_null(strstr(sflow_read(bytes, datagram.length), "{function xxx"));
	}
}

static void test_drop_reasons(void **state)
{
	static const unsigned int expected[ECBPF_REASON_OWN + 2] = {
		[ECBPF_REASON_NONE] = 367,
		[ECBPF_REASON_IMPOSSIBLE] = 256,
		[ECBPF_REASON_SHORT_ETHERNET] = 324,
		[ECBPF_REASON_SHORT_IPV4] = 313,
		[ECBPF_REASON_SHORT_IPV6] = 313,
		[ECBPF_REASON_NOT_IP] = 270,
		[ECBPF_REASON_NO_MAP] = 256,
		[ECBPF_REASON_SHORT_EXTENSION] = 357,
		[ECBPF_REASON_SHORT_TRANSPORT] = 323,
		[ECBPF_REASON_BAD_IPV4] = 275,
		[ECBPF_REASON_BAD_IPV6] = 275,
		[ECBPF_REASON_LONG_CHAIN] = 357,
		[ECBPF_REASON_MANY_TAGS] = 309,
		[13] = 367,
		[14] = 367,
		[15] = 367,
		[ECBPF_REASON_OWN] = 367,
		[ECBPF_REASON_OWN + 1] = 367,
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(expected) / sizeof(*expected); i++)
		assert_int_equal(sflow_drop_reason(i), expected[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_flow_bytes),
		cmocka_unit_test(test_expanded_flow_bytes),
		cmocka_unit_test(test_discard_bytes),
		cmocka_unit_test(test_counter_bytes),
		cmocka_unit_test(test_more_multicasts_than_packets),
		cmocka_unit_test(test_tshark),
		cmocka_unit_test(test_tshark_ipv6_agent),
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_packet_limit),
		cmocka_unit_test(test_drop_reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
