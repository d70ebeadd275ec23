// SPDX-License-Identifier: GPL-2.0-only
/* What is said about a flow's packets is what the checks come to, each reason before those behind it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>

#include "offload_decision.h"

#define SECOND 1000000000ULL

/* A UDP flow over IPv6 with nothing in the way, out of another interface. */
static struct offload_question passing(void)
{
	struct offload_question question = {
		.now = 1000 * SECOND,
		.settings = { .tables = 1U << FLOW_TABLE_STATIC },
		.daemon = { .alive_until = 1003 * SECOND },
		.at = { .ifindex = 4, .side = OFFLOAD_INGRESS, .link_header = 14 },
		.key = { .family = FLOW_IPV6, .protocol = IPPROTO_UDP },
		.has_flow = true,
		.flow = { .nexthop = 40000,
			  .flags = FLOW_NAT,
			  .in_ifindex = 4,
			  .in_vlan = { 5, 0 },
			  .source = { htonl(0xfd000000) },
			  .destination = { htonl(0xfd000000) } },
		.nexthop = { .current = 1, .device = 9 },
		.vlan = { 5, 0 },
		.length = 1280,
		.hops = 64,
		.has_checksum = true,
	};

	question.nexthop.way[1] =
		(struct flow_way){ .ifindex = 9, .mtu = 1500, .state = FLOW_WAY_USABLE };
	return question;
}

static void two_tags(struct offload_question *question)
{
	question->vlan[1] = 6;
}

static void sctp(struct offload_question *question)
{
	question->key.protocol = IPPROTO_SCTP;
}

static void no_flow(struct offload_question *question)
{
	question->has_flow = false;
}

static void dead(struct offload_question *question)
{
	question->flow.flags |= FLOW_DEAD;
}

static void not_looked(struct offload_question *question)
{
	question->settings.tables = 0;
}

static void wrong_port(struct offload_question *question)
{
	question->flow.in_ifindex = 5;
}

static void wrong_tag(struct offload_question *question)
{
	question->flow.in_vlan[0] = 6;
}

/* Which no packet that is read can have. */
static void flow_of_two_tags(struct offload_question *question)
{
	question->flow.in_vlan[1] = 7;
	question->any_tags = true;
}

static void no_checksum(struct offload_question *question)
{
	question->has_checksum = false;
}

static void no_entry(struct offload_question *question)
{
	question->flow.nexthop = FLOW_NEXTHOP_LIMIT;
}

static void last_hop(struct offload_question *question)
{
	question->hops = 1;
}

static void too_big(struct offload_question *question)
{
	question->length = 1501;
}

static void way_of(struct offload_question *question, uint8_t state)
{
	question->nexthop.way[1].state = state;
}

static void unresolved(struct offload_question *question)
{
	way_of(question, FLOW_WAY_UNRESOLVED);
}

static void no_route(struct offload_question *question)
{
	way_of(question, FLOW_WAY_NO_ROUTE);
}

static void link_down(struct offload_question *question)
{
	way_of(question, FLOW_WAY_LINK_DOWN);
}

/* In the order of the kernel's checks; several of one reason are alike. */
static const struct {
	void (*make)(struct offload_question *question);
	unsigned int up;
} obstacles[] = {
	{ two_tags, OFFLOAD_UP_NOT_IP },
	{ sctp, OFFLOAD_UP_PROTOCOL },
	{ no_flow, OFFLOAD_UP_NO_FLOW },
	{ dead, OFFLOAD_UP_NO_FLOW },
	{ not_looked, OFFLOAD_UP_NO_FLOW },
	{ wrong_port, OFFLOAD_UP_WRONG_WAY_IN },
	{ wrong_tag, OFFLOAD_UP_WRONG_WAY_IN },
	{ flow_of_two_tags, OFFLOAD_UP_WRONG_WAY_IN },
	{ no_checksum, OFFLOAD_UP_ZERO_CHECKSUM },
	{ no_entry, OFFLOAD_UP_NO_MAP },
	{ unresolved, OFFLOAD_UP_WAY + FLOW_WAY_UNRESOLVED },
	{ no_route, OFFLOAD_UP_WAY + FLOW_WAY_NO_ROUTE },
	{ link_down, OFFLOAD_UP_WAY + FLOW_WAY_LINK_DOWN },
	{ last_hop, OFFLOAD_UP_TTL },
	{ too_big, OFFLOAD_UP_TOO_BIG },
};

#define OBSTACLES (sizeof(obstacles) / sizeof(*obstacles))

static unsigned int up_of(const struct offload_question *question)
{
	return offload_decide(question).up;
}

static void test_nothing_in_the_way(void **state)
{
	struct offload_question question = passing();
	struct offload_decision decision = offload_decide(&question);

	(void)state;
	assert_int_equal(decision.up, OFFLOAD_SENT);
	assert_int_equal(decision.out, OFFLOAD_OUT_DEVICE);
	assert_true(decision.counts_down);
	assert_true(decision.has_mtu_limit);
}

static void test_each_obstacle(void **state)
{
	(void)state;
	for (size_t i = 0; i < OBSTACLES; i++) {
		struct offload_question question = passing();

		obstacles[i].make(&question);
		if (up_of(&question) != obstacles[i].up)
			fail_msg("obstacle %zu: reason %u", i, up_of(&question));
	}
}

/* One undoes the other: two states of a way, or tags named and not. */
static bool excludes(size_t first, size_t second)
{
	return (obstacles[first].up >= OFFLOAD_UP_WAY && obstacles[second].up >= OFFLOAD_UP_WAY) ||
	       (obstacles[first].make == two_tags && obstacles[second].make == flow_of_two_tags);
}

static void test_first_obstacle_counts(void **state)
{
	(void)state;
	for (size_t first = 0; first < OBSTACLES; first++) {
		for (size_t second = first + 1; second < OBSTACLES; second++) {
			struct offload_question question = passing();

			if (excludes(first, second))
				continue;
			obstacles[first].make(&question);
			obstacles[second].make(&question);
			if (up_of(&question) != obstacles[first].up)
				fail_msg("%zu and %zu: reason %u", first, second, up_of(&question));
		}
	}
}

static void test_what_is_no_obstacle(void **state)
{
	struct offload_question question = passing();

	(void)state;
	question.flow.in_ifindex = 0;
	question.flow.flags |= FLOW_ANY_TAGS;
	question.vlan[0] = 77;
	question.flow.in_vlan[1] = 3;
	question.length = 1500;
	question.hops = 2;
	assert_int_equal(up_of(&question), OFFLOAD_SENT);
	/* TCP has no checksum to leave out, IPv4 may. */
	question.has_checksum = false;
	question.key.protocol = IPPROTO_TCP;
	assert_int_equal(up_of(&question), OFFLOAD_SENT);
	question.key = (struct flow_key){ .family = FLOW_IPV4, .protocol = IPPROTO_UDP };
	assert_int_equal(up_of(&question), OFFLOAD_SENT);
}

static void test_tags_that_are_expected(void **state)
{
	struct offload_question question = passing();

	(void)state;
	question.vlan[0] = 0;
	assert_int_equal(up_of(&question), OFFLOAD_UP_WRONG_WAY_IN);
	question.any_tags = true;
	assert_int_equal(up_of(&question), OFFLOAD_SENT);
}

static void test_ttl_counts_at_ingress_of_cards(void **state)
{
	struct offload_question question = passing();

	(void)state;
	question.hops = 1;
	question.flow.flags |= FLOW_KEEP_TTL;
	assert_int_equal(up_of(&question), OFFLOAD_SENT);
	assert_false(offload_decide(&question).counts_down);
	question.flow.flags &= (uint16_t)~FLOW_KEEP_TTL;
	assert_int_equal(up_of(&question), OFFLOAD_UP_TTL);
	question.at.side = OFFLOAD_EGRESS;
	assert_int_equal(up_of(&question), OFFLOAD_SENT);
	question.at = (struct offload_at){ .ifindex = 4, .is_loopback = 1 };
	assert_int_equal(up_of(&question), OFFLOAD_SENT);
	assert_false(offload_decide(&question).counts_down);
}

static unsigned int out_of(const struct offload_question *question)
{
	struct offload_decision decision = offload_decide(question);

	assert_int_equal(decision.up, OFFLOAD_SENT);
	return decision.out;
}

static void test_who_finds_the_neighbour(void **state)
{
	struct offload_question question = passing();

	(void)state;
	question.daemon.alive_until = question.now;
	assert_int_equal(out_of(&question), OFFLOAD_OUT_NEIGHBOUR);
	question.nexthop.flags = FLOW_NEXTHOP_MAC;
	assert_int_equal(out_of(&question), OFFLOAD_OUT_DEVICE);
	question = passing();
	way_of(&question, FLOW_WAY_RESOLVING);
	assert_int_equal(out_of(&question), OFFLOAD_OUT_NEIGHBOUR);
	question.nexthop.flags = FLOW_NEXTHOP_MAC;
	assert_int_equal(out_of(&question), OFFLOAD_OUT_NEIGHBOUR);
	question.nexthop.way[1].no_link_header = 1;
	assert_int_equal(out_of(&question), OFFLOAD_OUT_DEVICE);
	question.daemon.alive_until = 0;
	question.nexthop.flags = 0;
	way_of(&question, FLOW_WAY_USABLE);
	assert_int_equal(out_of(&question), OFFLOAD_OUT_DEVICE);
}

static void test_peer_at_ingress_only(void **state)
{
	struct offload_question question = passing();

	(void)state;
	question.nexthop.flags = FLOW_NEXTHOP_PEER;
	assert_int_equal(out_of(&question), OFFLOAD_OUT_PEER);
	question.daemon.alive_until = 0;
	assert_int_equal(out_of(&question), OFFLOAD_OUT_PEER);
	question.at.side = OFFLOAD_EGRESS;
	assert_int_equal(out_of(&question), OFFLOAD_OUT_NEIGHBOUR);
	question.daemon.alive_until = question.now + 1;
	assert_int_equal(out_of(&question), OFFLOAD_OUT_DEVICE);
}

/* Neither TTL nor size matter to what stays here. */
static struct offload_question staying(const char *source, const char *destination)
{
	struct offload_question question = passing();
	bool is_ipv6 = source[0] == 'f' || source[0] == ':';

	way_of(&question, FLOW_WAY_LOCAL);
	question.key.family = is_ipv6 ? FLOW_IPV6 : FLOW_IPV4;
	inet_pton(is_ipv6 ? AF_INET6 : AF_INET, source, question.flow.source);
	inet_pton(is_ipv6 ? AF_INET6 : AF_INET, destination, question.flow.destination);
	question.hops = 1;
	question.length = 60000;
	return question;
}

static void test_local_delivery(void **state)
{
	static const struct {
		const char *source, *destination;
		unsigned int at_card;
	} cases[] = {
		{ "10.0.0.1", "10.0.0.2", OFFLOAD_OUT_HERE },
		{ "127.0.0.1", "10.0.0.2", OFFLOAD_OUT_LOOPBACK },
		{ "10.0.0.1", "127.1.2.3", OFFLOAD_OUT_LOOPBACK },
		{ "126.0.0.1", "128.0.0.127", OFFLOAD_OUT_HERE },
		{ "fd00::1", "fd00::2", OFFLOAD_OUT_HERE },
		{ "fd00::1", "::1", OFFLOAD_OUT_LOOPBACK },
		{ "::1", "fd00::1", OFFLOAD_OUT_LOOPBACK },
		{ "::2", "7f00::1", OFFLOAD_OUT_HERE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct offload_question question = staying(cases[i].source, cases[i].destination);

		assert_int_equal(out_of(&question), cases[i].at_card);
		assert_false(offload_decide(&question).has_mtu_limit);
		question.at.side = OFFLOAD_EGRESS;
		assert_int_equal(out_of(&question), OFFLOAD_OUT_LOOPBACK);
		question.at.is_loopback = 1;
		assert_int_equal(out_of(&question), OFFLOAD_OUT_HERE);
		question.at.side = OFFLOAD_INGRESS;
		assert_int_equal(out_of(&question), OFFLOAD_OUT_HERE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_in_the_way),
		cmocka_unit_test(test_each_obstacle),
		cmocka_unit_test(test_first_obstacle_counts),
		cmocka_unit_test(test_what_is_no_obstacle),
		cmocka_unit_test(test_tags_that_are_expected),
		cmocka_unit_test(test_ttl_counts_at_ingress_of_cards),
		cmocka_unit_test(test_who_finds_the_neighbour),
		cmocka_unit_test(test_peer_at_ingress_only),
		cmocka_unit_test(test_local_delivery),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
