// SPDX-License-Identifier: GPL-2.0-only
/* Frames that are sent, against frames that were built as they have to leave, whole checksums and all:
 * both families, l2 and nat, every number of tags in and out, payloads from none to the longest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "bypass_subject.h"
#include "flow_value.h"
#include "harness/packet_build.h"

#define SLOT 7
#define NEXTHOP 40000
#define OUR_IFINDEX 2
#define DEVICE 1 /* loopback: the one interface every namespace has */

struct side {
	const char *source, *destination;
	uint16_t source_port, destination_port;
};

static const struct side before[2] = {
	{ "10.0.0.1", "192.0.2.53", 4000, 53 },
	{ "2001:db8::1", "2001:db8:2::53", 4000, 53 },
};
static struct side after[2] = {
	{ "198.51.100.7", "10.9.8.7", 61000, 5353 },
	{ "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "fd00::1", 65535, 1 },
};
static const uint8_t own_mac[6] = { 2, 0, 0, 0, 0, 2 };
static const uint8_t way_macs[12] = { 2, 1, 1, 1, 1, 1, 2, 3, 3, 3, 3, 3 };

static struct bypass_subject subject;

/* One frame there and how it has to leave. */
struct row {
	int is_ipv6;
	int nat;
	int tags_in;
	int tags_out;
	uint32_t payload;
	int zero_checksum;
};

static struct flow_key key_of(const struct side *side, int is_ipv6)
{
	struct flow_key key = { .source_port = htons(side->source_port),
				.destination_port = htons(side->destination_port),
				.protocol = IPPROTO_UDP,
				.family = is_ipv6 ? FLOW_IPV6 : FLOW_IPV4 };

	assert_int_equal(inet_pton(is_ipv6 ? AF_INET6 : AF_INET, side->source, key.source), 1);
	assert_int_equal(inet_pton(is_ipv6 ? AF_INET6 : AF_INET, side->destination,
				   key.destination),
			 1);
	return key;
}

static void build(struct packet_builder *builder, const struct row *row, const struct side *side,
		  int tags, uint8_t ttl)
{
	size_t checksum = (size_t)ETH_HLEN + 4 * (size_t)tags + (row->is_ipv6 ? 40 : 20) + 6;

	build_start(builder);
	build_ethernet(builder);
	for (int i = 0; i < tags; i++)
		build_vlan(builder, i ? ETH_P_8021Q : ETH_P_8021AD, (uint16_t)(100 + i));
	if (row->is_ipv6)
		build_ipv6(builder, &(struct build_ipv6){ .source = side->source,
							  .destination = side->destination,
							  .hop_limit = ttl });
	else
		build_ipv4(builder, &(struct build_ipv4){ .source = side->source,
							  .destination = side->destination,
							  .ttl = ttl });
	build_udp(builder, side->source_port, side->destination_port);
	build_payload(builder, row->payload);
	build_finish(builder);
	if (row->zero_checksum)
		memset(builder->bytes + checksum, 0, 2);
}

static void set_way(const struct row *row, uint32_t ifindex)
{
	struct flow_nexthop nexthop = { .current = 1 };
	struct flow_way *way = &nexthop.way[1];

	way->state = FLOW_WAY_USABLE;
	way->ifindex = ifindex;
	way->mtu = 1500;
	way->tags = (uint8_t)row->tags_out;
	memcpy(way->destination_mac, way_macs, 12);
	way->tag[0].type = htons(ETH_P_8021AD);
	way->tag[0].tci = htons(100);
	way->tag[1].type = htons(ETH_P_8021Q);
	way->tag[1].tci = htons(101);
	subject_nexthop(&subject, NEXTHOP, &nexthop);
}

static void set_flow(const struct row *row)
{
	struct flow_key key = key_of(&before[row->is_ipv6], row->is_ipv6);
	struct flow_key out = row->nat ? key_of(&after[row->is_ipv6], row->is_ipv6) : key;
	struct flow_value value;

	flow_value_fill(&value, &key, &out);
	value.nexthop = NEXTHOP;
	value.flags |= FLOW_ANY_TAGS;
	subject_flow(&subject, FLOW_TABLE_STATIC, &key, &value);
}

static void check_row(const struct row *row, uint32_t ifindex)
{
	static struct packet_builder in, out;
	static struct run_result result;
	uint32_t action = ifindex == OUR_IFINDEX ? XDP_TX : XDP_REDIRECT;

	set_way(row, ifindex);
	set_flow(row);
	build(&in, row, &before[row->is_ipv6], row->tags_in, 64);
	build(&out, row, row->nat ? &after[row->is_ipv6] : &before[row->is_ipv6], row->tags_out,
	      63);
	memcpy(out.bytes, way_macs, sizeof(way_macs));
	assert_int_equal(run_packet(&subject.program,
				    &(struct run_frame){ in.bytes, in.length, 0, 0 }, &result),
			 0);
	if (result.action != action || result.length != out.length ||
	    memcmp(result.bytes, out.bytes, out.length) != 0)
		fail_msg("IPv%d %s, %d tags in, %d out, payload %u%s: action %u, %u bytes",
			 row->is_ipv6 ? 6 : 4, row->nat ? "nat" : "l2", row->tags_in, row->tags_out,
			 row->payload, row->zero_checksum ? ", no checksum" : "", result.action,
			 result.length);
}

static void test_sent(void **state)
{
	static const uint32_t payloads[] = { 0, 1, 3, 1400, 1472 };
	struct row row;

	(void)state;
	for (unsigned int i = 0; i < 2 * 2 * 3 * 3 * 5 * 2; i++) {
		row = (struct row){ .is_ipv6 = i & 1,
				    .nat = i >> 1 & 1,
				    .tags_in = (int)(i >> 2) % 3,
				    .tags_out = (int)(i / 12) % 3,
				    .payload = payloads[i / 36 % 5] };
		if (row.is_ipv6 && row.payload == 1472)
			row.payload = 1452;
		check_row(&row, i < 180 ? OUR_IFINDEX : DEVICE);
	}
}

/* RFC 768: no checksum stays none. */
static void test_zero_checksum(void **state)
{
	(void)state;
	for (int nat = 0; nat < 2; nat++)
		check_row(&(struct row){ .nat = nat, .payload = 18, .zero_checksum = 1 },
			  OUR_IFINDEX);
}

/* A checksum that comes to 0 is sent as 0xffff (RFC 768): for one port in 65,535 it does. */
static void test_checksum_of_zero(void **state)
{
	static struct packet_builder out;
	struct row row = { .nat = 1, .payload = 18 };
	uint16_t standard = after[0].source_port, checksum = 0;

	(void)state;
	for (after[0].source_port = 1; after[0].source_port; after[0].source_port++) {
		build(&out, &row, &after[0], 0, 63);
		memcpy(&checksum, out.bytes + ETH_HLEN + 20 + 6, sizeof(checksum));
		if (!checksum || checksum == 0xffff)
			break;
	}
	assert_int_equal(checksum, 0xffff);
	check_row(&row, OUR_IFINDEX);
	after[0].source_port = standard;
}

static void check_up(const struct packet_builder *in, unsigned int reason)
{
	static struct run_result result;
	uint64_t before_run = subject_up(&subject, reason);

	assert_int_equal(run_packet(&subject.program,
				    &(struct run_frame){ in->bytes, in->length, 0, 0 }, &result),
			 0);
	assert_int_equal(result.action, XDP_PASS);
	assert_int_equal(result.length, in->length);
	assert_memory_equal(result.bytes, in->bytes, in->length);
	assert_int_equal(subject_up(&subject, reason), before_run + 1);
}

static void test_untouched(void **state)
{
	struct row row = { .nat = 1, .payload = 64 }, row6 = { .is_ipv6 = 1, .nat = 1 };
	static struct packet_builder in;

	(void)state;
	set_way(&row, OUR_IFINDEX);
	set_flow(&row);
	set_flow(&row6);
	build(&in, &row, &before[0], 0, 1);
	check_up(&in, BYPASS_UP_TTL);
	row.payload = 1473;
	build(&in, &row, &before[0], 0, 64);
	check_up(&in, BYPASS_UP_TOO_BIG);
	build(&in, &row, &after[0], 0, 64);
	check_up(&in, BYPASS_UP_NO_FLOW);
	build(&in, &row, &before[0], 0, 64);
	in.bytes[5] ^= 4;
	check_up(&in, BYPASS_UP_OTHER_MAC);
	in.bytes[0] |= 1;
	check_up(&in, BYPASS_UP_GROUP);
	row6.zero_checksum = 1;
	build(&in, &row6, &before[1], 0, 64);
	check_up(&in, BYPASS_UP_ZERO_CHECKSUM);
	set_way(&row, 7777);
	row.payload = 64;
	build(&in, &row, &before[0], 0, 64);
	check_up(&in, BYPASS_UP_NO_DEVICE);
}

/* Everything is decided and counted, and nothing happens. */
static void test_monitor(void **state)
{
	struct row row = { .nat = 1, .payload = 64, .tags_out = 2 };
	struct bypass_config config = { .ifindex = OUR_IFINDEX, .monitor = 1 };
	struct flow_key key = key_of(&before[0], 0);
	static struct packet_builder in;
	struct flow_value value;

	(void)state;
	memcpy(config.mac, own_mac, 6);
	set_way(&row, OUR_IFINDEX);
	set_flow(&row);
	subject_configure(&subject, &config);
	build(&in, &row, &before[0], 1, 64);
	check_up(&in, BYPASS_UP_MONITOR);
	subject_read_flow(&subject, FLOW_TABLE_STATIC, &key, &value);
	assert_int_equal(value.home_counts.packets, 1);
	assert_int_equal(value.home_counts.bytes, in.length);
	config.monitor = 0;
	subject_configure(&subject, &config);
}

static int open_subject(void **state)
{
	struct bypass_config config = { .ifindex = OUR_IFINDEX };

	*state = &subject;
	memcpy(config.mac, own_mac, 6);
	subject_open_alone(&subject, SLOT, SUBJECT_PLAIN);
	subject_configure(&subject, &config);
	subject_device(&subject, DEVICE);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sent),
		cmocka_unit_test(test_zero_checksum),
		cmocka_unit_test(test_checksum_of_zero),
		cmocka_unit_test(test_untouched),
		cmocka_unit_test(test_monitor),
	};
	const char *reason = run_unavailable();

	if (reason) {
		printf("SKIP: %s\n", reason);
		return 77;
	}
	return cmocka_run_group_tests(tests, open_subject, subject_tear_down);
}
