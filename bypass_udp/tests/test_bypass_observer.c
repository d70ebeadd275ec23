// SPDX-License-Identifier: GPL-2.0-only
/* What the observer tells of packets that leave: awaited flows once, marked ones after so many packets,
 * observed ones that are not where they should be; and what it writes into flows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/pkt_cls.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "bypass_udp.h"
#include "flow_value.h"
#include "harness/packet_build.h"
#include "harness/run_program.h"

#define LOOPBACK 1
#define MARK 0x10
#define NEXTHOP 77
#define TOLD_MAX 16

static struct bpf_object *object;
static struct ring_buffer *ring;
static struct packet_builder builder;
static struct bypass_event told[TOLD_MAX];
static unsigned int told_count;
static bool ipv6; /* what leaves, and its flows */
static const uint32_t only_entry;

static int map_of(const char *name)
{
	return bpf_object__find_map_fd_by_name(object, name);
}

static int take_event(void *context, void *event, size_t size)
{
	(void)context;
	assert_int_equal(size, sizeof(*told));
	assert_true(told_count < TOLD_MAX);
	memcpy(&told[told_count++], event, sizeof(*told));
	return 0;
}

/* A packet of 10.0.0.1:`port` > 192.0.2.53:53 that leaves; returns how many events came. */
static unsigned int leave(uint16_t port, uint32_t mark, uint32_t came_by, int tags)
{
	struct __sk_buff skb = { .mark = mark, .ingress_ifindex = came_by, .ifindex = LOOPBACK };
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = builder.bytes, .ctx_in = &skb,
		    .ctx_size_in = sizeof(skb), .repeat = 1);
	struct bpf_program *program = bpf_object__next_program(object, NULL);
	int err;

	build_start(&builder);
	build_ethernet(&builder);
	for (int i = 0; i < tags; i++)
		build_vlan(&builder, ETH_P_8021Q, (uint16_t)(0xe00a + i));
	if (ipv6)
		build_ipv6(&builder, &(struct build_ipv6){ .source = "fd00::1",
							   .destination = "2001:db8::53" });
	else
		build_ipv4(&builder, &(struct build_ipv4){ .source = "10.0.0.1",
							   .destination = "192.0.2.53" });
	build_udp(&builder, port, 53);
	build_payload(&builder, 32);
	build_finish(&builder);
	options.data_size_in = builder.length;
	told_count = 0;
	err = bpf_prog_test_run_opts(bpf_program__fd(program), &options);
	/* Old kernels, 5.10 among them, let a test run say nothing of where a packet came by. */
	if (err == -EINVAL && came_by)
		skip();
	assert_int_equal(err, 0);
	assert_int_equal(options.retval, (uint32_t)TC_ACT_UNSPEC);
	assert_true(ring_buffer__consume(ring) >= 0);
	return told_count;
}

static struct flow_key key_of(uint16_t port)
{
	struct flow_key key = { .source_port = htons(port),
				.destination_port = htons(53),
				.protocol = IPPROTO_UDP,
				.family = ipv6 ? FLOW_IPV6 : FLOW_IPV4 };

	inet_pton(ipv6 ? AF_INET6 : AF_INET, ipv6 ? "fd00::1" : "10.0.0.1", key.source);
	inet_pton(ipv6 ? AF_INET6 : AF_INET, ipv6 ? "2001:db8::53" : "192.0.2.53", key.destination);
	return key;
}

static void test_awaited(void **state)
{
	struct flow_key key = key_of(1000);
	uint64_t seen = 0;

	(void)state;
	assert_int_equal(leave(1000, 0, 0, 0), 0);
	assert_int_equal(bpf_map_update_elem(map_of(BYPASS_MAP_AWAITED), &key, &seen, 0), 0);
	assert_int_equal(leave(1001, 0, 0, 0), 0);
	assert_int_equal(leave(1000, 0x55, LOOPBACK, 2), 1);
	assert_int_equal(told[0].kind, BYPASS_EVENT_AWAITED);
	assert_memory_equal(&told[0].key, &key, sizeof(key));
	assert_int_equal(told[0].mark, 0x55);
	assert_int_equal(told[0].in_ifindex, LOOPBACK);
	assert_int_equal(told[0].ifindex, LOOPBACK);
	assert_int_equal(told[0].tags, 2);
	assert_int_equal(told[0].vlan[0], 10);
	assert_int_equal(told[0].vlan[1], 11);
	assert_memory_equal(told[0].destination_mac, builder.bytes, 6);
	assert_memory_equal(told[0].source_mac, builder.bytes + 6, 6);
	assert_int_equal(bpf_map_lookup_elem(map_of(BYPASS_MAP_AWAITED), &key, &seen), 0);
	assert_true(seen != 0);
	assert_int_equal(leave(1000, 0, 0, 0), 0);
}

static void set_observing(uint32_t after)
{
	struct bypass_settings settings = {
		.tables = 3, .mark = MARK, .mark_mask = 0xff, .observe_after = after
	};

	assert_int_equal(bpf_map_update_elem(map_of(BYPASS_MAP_SETTINGS), &only_entry, &settings,
					     BPF_ANY),
			 0);
}

static void test_marked(void **state)
{
	struct flow_key key = key_of(2000);

	(void)state;
	set_observing(3);
	assert_int_equal(leave(2000, MARK, LOOPBACK, 0), 0);
	assert_int_equal(leave(2000, MARK | 0x100, LOOPBACK, 0), 0);
	/* Another mark, or made by this host: not counted. */
	assert_int_equal(leave(2000, MARK + 1, LOOPBACK, 0), 0);
	assert_int_equal(leave(2000, MARK, 0, 0), 0);
	assert_int_equal(leave(2000, MARK, LOOPBACK, 0), 1);
	assert_int_equal(told[0].kind, BYPASS_EVENT_MARKED);
	assert_memory_equal(&told[0].key, &key, sizeof(key));
	assert_int_equal(leave(2000, MARK, LOOPBACK, 0), 0);
	assert_int_equal(bpf_map_delete_elem(map_of(BYPASS_MAP_PENDING), &key), 0);
	set_observing(1);
	assert_int_equal(leave(2000, MARK, LOOPBACK, 0), 1);
	assert_int_equal(leave(2000, MARK, LOOPBACK, 0), 0);
}

static void learn(uint16_t port, uint16_t flags)
{
	struct flow_key key = key_of(port);
	struct flow_key_ipv4 narrow = flow_key_narrow(&key);
	struct flow_value value;

	flow_value_fill(&value, &key, &key);
	value.flags |= FLOW_LEARNED | flags;
	value.nexthop = NEXTHOP;
	if (ipv6)
		assert_int_equal(bpf_map_update_elem(map_of(BYPASS_MAP_LEARNED_IPV6), &key, &value,
						     BPF_ANY),
				 0);
	else
		assert_int_equal(bpf_map_update_elem(map_of(BYPASS_MAP_LEARNED_IPV4), &narrow,
						     &value, BPF_ANY),
				 0);
}

static uint64_t confirmed(uint16_t port)
{
	struct flow_key key = key_of(port);
	struct flow_key_ipv4 narrow = flow_key_narrow(&key);
	struct flow_value value;

	if (ipv6)
		assert_int_equal(bpf_map_lookup_elem(map_of(BYPASS_MAP_LEARNED_IPV6), &key, &value),
				 0);
	else
		assert_int_equal(bpf_map_lookup_elem(map_of(BYPASS_MAP_LEARNED_IPV4), &narrow,
						     &value),
				 0);
	return value.confirmed;
}

static void test_observed(void **state)
{
	static const struct flow_nexthop standard = {
		.way[0] = { .ifindex = LOOPBACK,
			    .state = FLOW_WAY_USABLE,
			    .destination_mac = { 2, 0, 0, 0, 0, 2 } },
	};
	struct flow_nexthop nexthop = standard;
	uint32_t index = NEXTHOP;
	struct flow_key key = key_of(3000);

	(void)state;
	set_observing(1);
	learn(3000, FLOW_OBSERVED);
	assert_int_equal(bpf_map_update_elem(map_of(BYPASS_MAP_NEXTHOPS), &index, &nexthop, 0), 0);
	assert_int_equal(leave(3000, MARK, LOOPBACK, 0), 0);
	assert_true(confirmed(3000) != 0);
	for (int i = 0; i < 4; i++) {
		nexthop = standard;
		if (i == 0)
			nexthop.way[0].destination_mac[5] = 3;
		if (i == 1)
			nexthop.way[0].ifindex = 2;
		if (i == 2)
			nexthop.way[0].state = FLOW_WAY_RESOLVING;
		learn(3000, FLOW_OBSERVED);
		assert_int_equal(bpf_map_update_elem(map_of(BYPASS_MAP_NEXTHOPS), &index, &nexthop,
						     0),
				 0);
		/* The fourth: it leaves with a tag that it should not have. */
		assert_int_equal(leave(3000, MARK, LOOPBACK, i == 3), 1);
		assert_int_equal(told[0].kind, BYPASS_EVENT_MOVED);
		assert_true(confirmed(3000) == 0);
		assert_int_equal(leave(3000, MARK, LOOPBACK, i == 3), 0);
		assert_int_equal(bpf_map_delete_elem(map_of(BYPASS_MAP_PENDING), &key), 0);
	}
}

/* Flows of conntrack are neither confirmed nor learned by their mark; dead ones are learned anew. */
static void test_other_flows(void **state)
{
	(void)state;
	set_observing(1);
	learn(4000, FLOW_CONNTRACK);
	assert_int_equal(leave(4000, MARK, LOOPBACK, 0), 0);
	assert_true(confirmed(4000) == 0);
	learn(4000, FLOW_OBSERVED | FLOW_DEAD);
	assert_int_equal(leave(4000, MARK, LOOPBACK, 0), 1);
	assert_int_equal(told[0].kind, BYPASS_EVENT_MARKED);
}

static int of_ipv4(void **state)
{
	(void)state;
	ipv6 = false;
	return 0;
}

static int of_ipv6(void **state)
{
	(void)state;
	ipv6 = true;
	return 0;
}

static int open_observer(void **state)
{
	(void)state;
	object = bpf_object__open_file(ECBPF_OBJECT_DIR "/bypass_observer.o", NULL);
	assert_non_null(object);
	assert_int_equal(bpf_object__load(object), 0);
	ring = ring_buffer__new(map_of(BYPASS_MAP_EVENTS), take_event, NULL, NULL);
	assert_non_null(ring);
	return 0;
}

static int close_observer(void **state)
{
	(void)state;
	ring_buffer__free(ring);
	bpf_object__close(object);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_awaited, of_ipv4),
		cmocka_unit_test_setup(test_marked, of_ipv4),
		cmocka_unit_test_setup(test_observed, of_ipv4),
		cmocka_unit_test_setup(test_other_flows, of_ipv4),
		cmocka_unit_test_setup(test_awaited, of_ipv6),
		cmocka_unit_test_setup(test_marked, of_ipv6),
		cmocka_unit_test_setup(test_observed, of_ipv6),
		cmocka_unit_test_setup(test_other_flows, of_ipv6),
	};
	const char *reason = run_unavailable();

	if (reason) {
		printf("SKIP: %s\n", reason);
		return 77;
	}
	return cmocka_run_group_tests(tests, open_observer, close_observer);
}
