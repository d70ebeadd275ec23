// SPDX-License-Identifier: GPL-2.0-only
/* From the library's object to a flow. */
#include "conntrack_flow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <netinet/in.h>
#include <string.h>

#include "conntrack_scene.h"

static struct nf_conntrack *object;

static void set_tuple(bool is_reply, const struct flow_key *key)
{
	int by = is_reply ? 2 : 0;
	bool is_ipv6 = key->family == FLOW_IPV6;

	nfct_set_attr_u8(object, is_reply ? ATTR_REPL_L3PROTO : ATTR_ORIG_L3PROTO,
			 is_ipv6 ? AF_INET6 : AF_INET);
	nfct_set_attr_u8(object, is_reply ? ATTR_REPL_L4PROTO : ATTR_ORIG_L4PROTO, key->protocol);
	nfct_set_attr(object, (is_ipv6 ? ATTR_ORIG_IPV6_SRC : ATTR_ORIG_IPV4_SRC) + by,
		      key->source);
	nfct_set_attr(object, (is_ipv6 ? ATTR_ORIG_IPV6_DST : ATTR_ORIG_IPV4_DST) + by,
		      key->destination);
	nfct_set_attr_u16(object, ATTR_ORIG_PORT_SRC + by, key->source_port);
	nfct_set_attr_u16(object, ATTR_ORIG_PORT_DST + by, key->destination_port);
}

/* All that a flow needs. */
static void fill(const struct flow_key *original, const struct flow_key *reply)
{
	set_tuple(false, original);
	set_tuple(true, reply);
	nfct_set_attr_u32(object, ATTR_STATUS, IPS_CONFIRMED | IPS_SEEN_REPLY);
}

static int begin(void **state)
{
	const struct flow_key original = scene_key("192.0.2.1", 1111, "192.0.2.2", 2222);
	const struct flow_key reply = scene_key("198.51.100.3", 3333, "198.51.100.4", 4444);

	(void)state;
	object = nfct_new();
	assert_non_null(object);
	fill(&original, &reply);
	return 0;
}

static int end(void **state)
{
	(void)state;
	nfct_destroy(object);
	return 0;
}

static struct conntrack_flow read_flow(void)
{
	struct conntrack_flow flow;

	memset(&flow, 0xaa, sizeof(flow));
	assert_int_equal(conntrack_flow_read(object, &flow), 0);
	return flow;
}

static void expect_refused(void)
{
	struct conntrack_flow flow, before;

	memset(&flow, 0xaa, sizeof(flow));
	before = flow;
	assert_int_equal(conntrack_flow_read(object, &flow), -ENOENT);
	assert_memory_equal(&flow, &before, sizeof(flow));
}

static void test_ipv4(void **state)
{
	const struct flow_key original = scene_key("192.0.2.1", 1111, "192.0.2.2", 2222);
	const struct flow_key reply = scene_key("198.51.100.3", 3333, "198.51.100.4", 4444);
	struct conntrack_flow flow = read_flow();

	(void)state;
	scene_key_equal(&flow.original, &original);
	scene_key_equal(&flow.reply, &reply);
	assert_int_equal(flow.original.protocol, IPPROTO_UDP);
}

static void test_ipv6(void **state)
{
	const struct flow_key original = scene_key("fd00:1:2:3::1", 1, "fd00:1:2:3::2", 65535);
	const struct flow_key reply = scene_key("fd00:4:5:6::3", 3, "fd00:4:5:6::4", 4);
	struct conntrack_flow flow;

	(void)state;
	nfct_destroy(object);
	object = nfct_new();
	fill(&original, &reply);
	flow = read_flow();
	scene_key_equal(&flow.original, &original);
	scene_key_equal(&flow.reply, &reply);
}

static void test_states(void **state)
{
	struct conntrack_flow flow = read_flow();

	(void)state;
	assert_true(flow.seen_reply);
	assert_false(flow.assured);
	assert_false(flow.dying);
	assert_int_equal(flow.mark, 0);
	assert_int_equal(flow.timeout, 0);
	nfct_set_attr_u32(object, ATTR_STATUS, IPS_CONFIRMED | IPS_ASSURED | IPS_DYING);
	nfct_set_attr_u32(object, ATTR_MARK, 0x80000001);
	nfct_set_attr_u32(object, ATTR_TIMEOUT, 119);
	flow = read_flow();
	assert_false(flow.seen_reply);
	assert_true(flow.assured);
	assert_true(flow.dying);
	assert_int_equal(flow.mark, 0x80000001);
	assert_int_equal(flow.timeout, 119);
}

static void test_state_refused(void **state)
{
	const uint32_t states[] = {
		0,
		IPS_CONFIRMED,
		IPS_SEEN_REPLY | IPS_ASSURED,
		IPS_CONFIRMED | IPS_SEEN_REPLY | IPS_ASSURED | IPS_HELPER,
	};

	(void)state;
	for (size_t i = 0; i < MNL_ARRAY_SIZE(states); i++) {
		nfct_set_attr_u32(object, ATTR_STATUS, states[i]);
		expect_refused();
	}
	nfct_attr_unset(object, ATTR_STATUS);
	expect_refused();
}

static void test_helper(void **state)
{
	(void)state;
	nfct_set_attr(object, ATTR_HELPER_NAME, "sip");
	expect_refused();
}

static void test_zones(void **state)
{
	const enum nf_conntrack_attr zones[] = { ATTR_ZONE, ATTR_ORIG_ZONE, ATTR_REPL_ZONE };

	(void)state;
	for (size_t i = 0; i < MNL_ARRAY_SIZE(zones); i++) {
		nfct_set_attr_u16(object, zones[i], 256);
		expect_refused();
		nfct_set_attr_u16(object, zones[i], 0);
		(void)read_flow();
	}
}

static void test_protocols(void **state)
{
	const uint8_t protocols[] = { 0, IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDPLITE, IPPROTO_SCTP };

	(void)state;
	for (size_t i = 0; i < MNL_ARRAY_SIZE(protocols); i++) {
		nfct_set_attr_u8(object, ATTR_ORIG_L4PROTO, protocols[i]);
		nfct_set_attr_u8(object, ATTR_REPL_L4PROTO, protocols[i]);
		expect_refused();
	}
}

/* Each attribute that the two tuples are made of. */
static void test_missing(void **state)
{
	const enum nf_conntrack_attr needed[] = {
		ATTR_ORIG_L3PROTO,  ATTR_ORIG_L4PROTO,  ATTR_ORIG_IPV4_SRC, ATTR_ORIG_IPV4_DST,
		ATTR_ORIG_PORT_SRC, ATTR_ORIG_PORT_DST, ATTR_REPL_L3PROTO,  ATTR_REPL_L4PROTO,
		ATTR_REPL_IPV4_SRC, ATTR_REPL_IPV4_DST, ATTR_REPL_PORT_SRC, ATTR_REPL_PORT_DST,
	};

	(void)state;
	for (size_t i = 0; i < MNL_ARRAY_SIZE(needed); i++) {
		struct nf_conntrack *whole = nfct_clone(object);

		nfct_attr_unset(object, needed[i]);
		expect_refused();
		nfct_destroy(object);
		object = whole;
		(void)read_flow();
	}
}

static void test_families(void **state)
{
	const struct flow_key reply = scene_key("fd00::3", 3333, "fd00::4", 4444);

	(void)state;
	set_tuple(true, &reply);
	expect_refused();
	nfct_set_attr_u8(object, ATTR_ORIG_L3PROTO, AF_UNIX);
	nfct_set_attr_u8(object, ATTR_REPL_L3PROTO, AF_UNIX);
	expect_refused();
}

/* A message as the kernel writes one, and each that ends too early. */
static void test_message(void **state)
{
	const struct flow_key original = scene_key("192.0.2.1", 1111, "192.0.2.2", 2222);
	char buffer[1024] = { 0 };
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct nfgenmsg *general = mnl_nlmsg_put_extra_header(message, sizeof(*general));
	struct conntrack_flow flow;
	uint32_t length;

	(void)state;
	message->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW;
	general->nfgen_family = AF_INET;
	assert_int_equal(nfct_nlmsg_build(message, object), 0);
	assert_int_equal(conntrack_flow_parse(message, &flow), 0);
	scene_key_equal(&flow.original, &original);
	length = message->nlmsg_len;
	for (message->nlmsg_len = MNL_NLMSG_HDRLEN + sizeof(*general);
	     message->nlmsg_len + MNL_ATTR_HDRLEN + 4 < length; message->nlmsg_len += 4)
		assert_int_equal(conntrack_flow_parse(message, &flow), -ENOENT);
}

#define FLOW_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FLOW_TEST(test_ipv4),          FLOW_TEST(test_ipv6),    FLOW_TEST(test_states),
		FLOW_TEST(test_state_refused), FLOW_TEST(test_helper),  FLOW_TEST(test_zones),
		FLOW_TEST(test_protocols),     FLOW_TEST(test_missing), FLOW_TEST(test_families),
		FLOW_TEST(test_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
