// SPDX-License-Identifier: GPL-2.0-only
/* What is said about a flow's packets is what the checks come to, each reason before those behind it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bypass_decision.h"

#define SECOND 1000000000ULL

/* A learned flow over IPv6 with nothing in the way, out of another port. */
static struct bypass_question passing(void)
{
	struct bypass_question question = {
		.now = 1000 * SECOND,
		.settings = { .idle = { 60 * SECOND, 10 * SECOND, 120 * SECOND },
			      .sample = SECOND / 2 },
		.daemon = { .alive_until = 1003 * SECOND,
			    .epoch = 7,
			    .conntrack_timeout = 120000,
			    .conntrack_each = 10 * SECOND },
		.config = { .ifindex = 4, .mac = { 2, 0, 0, 0, 0, 0xaa } },
		.key = { .family = FLOW_IPV6, .protocol = 17 },
		.has_flow = true,
		.flow = { .nexthop = 40000,
			  .flags = FLOW_LEARNED | FLOW_CONNTRACK | FLOW_OBSERVED,
			  .class = BYPASS_CLASS_DNS,
			  .epoch = 7,
			  .in_ifindex = 4,
			  .in_vlan = { 5, 0 },
			  .confirmed = 1000 * SECOND - SECOND / 4,
			  .first = 900 * SECOND,
			  .home_counts = { .last = 995 * SECOND } },
		.nexthop = { .current = 1, .device = 9 },
		.has_device = true,
		.vlan = { 5, 0 },
		.length = 1280,
		.hops = 64,
		.has_checksum = true,
	};

	question.nexthop.way[1] =
		(struct flow_way){ .ifindex = 9, .mtu = 1500, .state = FLOW_WAY_USABLE };
	return question;
}

static void no_flow(struct bypass_question *question)
{
	question->has_flow = false;
}

static void dead(struct bypass_question *question)
{
	question->flow.flags |= FLOW_DEAD;
}

static void excluded(struct bypass_question *question)
{
	question->flow.flags |= FLOW_EXCLUDED;
}

static void wrong_port(struct bypass_question *question)
{
	question->flow.in_ifindex = 5;
}

static void wrong_tag(struct bypass_question *question)
{
	question->vlan[0] = 6;
}

static void wrong_inner_tag(struct bypass_question *question)
{
	question->vlan[1] = 6;
}

static void no_daemon(struct bypass_question *question)
{
	question->daemon.alive_until = question->now - 1;
}

static void other_epoch(struct bypass_question *question)
{
	question->flow.epoch--;
}

static void gone(struct bypass_question *question)
{
	question->flow.gone = 1;
}

static void idle(struct bypass_question *question)
{
	question->flow.home_counts.last = question->now - 11 * SECOND;
}

static void sampled(struct bypass_question *question)
{
	question->flow.confirmed = question->now - SECOND;
}

/* The kernel side asks conntrack by itself, and would find out. */
static void forgotten(struct bypass_question *question)
{
	question->flow.flags &= (uint16_t)~FLOW_OBSERVED;
	question->flow.confirmed = question->now - 10 * SECOND;
	question->is_gone = true;
}

static void no_checksum(struct bypass_question *question)
{
	question->has_checksum = false;
}

static void last_hop(struct bypass_question *question)
{
	question->hops = 1;
}

static void unresolved(struct bypass_question *question)
{
	question->nexthop.way[1].state = FLOW_WAY_UNRESOLVED;
}

static void no_route(struct bypass_question *question)
{
	question->nexthop.way[1].state = FLOW_WAY_NO_ROUTE;
}

static void local(struct bypass_question *question)
{
	question->nexthop.way[1].state = FLOW_WAY_LOCAL;
}

static void forbidden(struct bypass_question *question)
{
	question->nexthop.way[1].state = FLOW_WAY_FORBIDDEN;
}

static void elsewhere(struct bypass_question *question)
{
	question->nexthop.way[1].state = FLOW_WAY_OTHER;
}

static void resolving(struct bypass_question *question)
{
	question->nexthop.way[1].state = FLOW_WAY_RESOLVING;
}

static void unreachable(struct bypass_question *question)
{
	question->nexthop.way[1].state = FLOW_WAY_UNREACHABLE;
}

static void link_down(struct bypass_question *question)
{
	question->nexthop.way[1].state = FLOW_WAY_LINK_DOWN;
}

static void no_transmit(struct bypass_question *question)
{
	question->nexthop.way[1].state = FLOW_WAY_NO_TRANSMIT;
}

static void too_big(struct bypass_question *question)
{
	question->length = 1501;
}

static void no_device(struct bypass_question *question)
{
	question->has_device = false;
}

static void monitor(struct bypass_question *question)
{
	question->config.monitor = 1;
}

/* In the order of the checks. `numbers`: what is told besides. */
static const struct {
	void (*spoil)(struct bypass_question *question);
	unsigned int up;
	const char *numbers;
} rows[] = {
	{ no_flow, BYPASS_UP_NO_FLOW, "" },
	{ dead, BYPASS_UP_NO_FLOW, "" },
	{ excluded, BYPASS_UP_EXCLUDED, "" },
	{ wrong_port, BYPASS_UP_WRONG_WAY_IN, NULL },
	{ wrong_tag, BYPASS_UP_WRONG_WAY_IN, NULL },
	{ wrong_inner_tag, BYPASS_UP_WRONG_WAY_IN, NULL },
	{ no_daemon, BYPASS_UP_NO_DAEMON, NULL },
	{ other_epoch, BYPASS_UP_REVALIDATE, "the flow's epoch is 6, the daemon's 7" },
	{ gone, BYPASS_UP_GONE, "" },
	{ idle, BYPASS_UP_IDLE, "no packet for 11s, class dns allows 10s" },
	{ sampled, BYPASS_UP_SAMPLED, "last seen leaving 1s ago, sample is 500ms" },
	{ forgotten, BYPASS_UP_GONE, "" },
	{ no_checksum, BYPASS_UP_ZERO_CHECKSUM, "" },
	{ last_hop, BYPASS_UP_TTL, "" },
	{ unresolved, BYPASS_UP_WAY + FLOW_WAY_UNRESOLVED, "" },
	{ no_route, BYPASS_UP_WAY + FLOW_WAY_NO_ROUTE, "" },
	{ local, BYPASS_UP_WAY + FLOW_WAY_LOCAL, "" },
	{ forbidden, BYPASS_UP_WAY + FLOW_WAY_FORBIDDEN, "" },
	{ elsewhere, BYPASS_UP_WAY + FLOW_WAY_OTHER, "" },
	{ resolving, BYPASS_UP_WAY + FLOW_WAY_RESOLVING, "" },
	{ unreachable, BYPASS_UP_WAY + FLOW_WAY_UNREACHABLE, "" },
	{ link_down, BYPASS_UP_WAY + FLOW_WAY_LINK_DOWN, "" },
	{ no_transmit, BYPASS_UP_WAY + FLOW_WAY_NO_TRANSMIT, "" },
	{ too_big, BYPASS_UP_TOO_BIG, "1501 bytes, the way out takes 1500" },
	{ no_device, BYPASS_UP_NO_DEVICE, "" },
	{ monitor, BYPASS_UP_MONITOR, "" },
};

#define ROWS (sizeof(rows) / sizeof(*rows))

static bool is_way(unsigned int up)
{
	return up >= BYPASS_UP_WAY;
}

static void test_every_reason(void **state)
{
	struct bypass_question question = passing();

	(void)state;
	assert_int_equal(bypass_decision(&question), BYPASS_SENT);
	assert_false(bypass_decision_turns(&question));
	for (size_t i = 0; i < ROWS; i++) {
		char numbers[BYPASS_DECISION_TEXT_SIZE];

		question = passing();
		rows[i].spoil(&question);
		assert_int_equal(bypass_decision(&question), rows[i].up);
		assert_ptr_equal(bypass_decision_numbers(&question, rows[i].up, numbers), numbers);
		if (rows[i].numbers)
			assert_string_equal(numbers, rows[i].numbers);
	}
}

static void test_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		for (size_t j = i + 1; j < ROWS; j++) {
			struct bypass_question question = passing();

			rows[i].spoil(&question);
			rows[j].spoil(&question);
			/* These undo each other: one state, one time, one value. */
			if ((is_way(rows[i].up) && is_way(rows[j].up)) ||
			    rows[j].spoil == forgotten || rows[i].spoil == forgotten)
				continue;
			assert_int_equal(bypass_decision(&question), rows[i].up);
		}
	}
}

/* What of the learned does not concern a static flow. */
static void test_static(void **state)
{
	struct bypass_question question = passing();

	(void)state;
	question.flow.flags = FLOW_ROUTED | FLOW_ANY_TAGS;
	question.flow.in_ifindex = 0;
	no_daemon(&question);
	other_epoch(&question);
	gone(&question);
	idle(&question);
	sampled(&question);
	wrong_tag(&question);
	assert_int_equal(bypass_decision(&question), BYPASS_SENT);
}

/* Right at the limits. */
static void test_limits(void **state)
{
	struct bypass_question question = passing();

	(void)state;
	question.length = 1500;
	question.hops = 2;
	question.daemon.alive_until = question.now;
	question.flow.home_counts.last = question.now - 10 * SECOND;
	question.flow.confirmed = question.now - SECOND / 2;
	assert_int_equal(bypass_decision(&question), BYPASS_SENT);
	/* The later of both counts. */
	question.flow.home_counts.last = 1;
	question.flow.other_counts.last = question.now;
	assert_int_equal(bypass_decision(&question), BYPASS_SENT);
	/* Without a packet so far it is not idle. */
	question.flow.other_counts.last = question.flow.home_counts.last = 0;
	assert_int_equal(bypass_decision(&question), BYPASS_SENT);
	/* Another CPU's clock may be a tick ahead. */
	question.flow.home_counts.last = question.now + 4000000;
	question.flow.confirmed = question.now + 4000000;
	assert_int_equal(bypass_decision(&question), BYPASS_SENT);
	/* IPv4 needs no checksum. */
	question.key.family = FLOW_IPV4;
	question.has_checksum = false;
	assert_int_equal(bypass_decision(&question), BYPASS_SENT);
}

static void test_turning(void **state)
{
	struct bypass_question question = passing();

	(void)state;
	question.nexthop.way[1].ifindex = 4;
	question.has_device = false;
	assert_true(bypass_decision_turns(&question));
	assert_int_equal(bypass_decision(&question), BYPASS_SENT);
	/* XDP_TX needs less of a driver. */
	no_transmit(&question);
	assert_int_equal(bypass_decision(&question), BYPASS_SENT);
	link_down(&question);
	assert_int_equal(bypass_decision(&question), BYPASS_UP_WAY + FLOW_WAY_LINK_DOWN);
	/* Out of the bond that the port belongs to, and in by it. */
	question = passing();
	question.config.master = 9;
	question.has_device = false;
	assert_true(bypass_decision_turns(&question));
	question.flow.in_ifindex = 9;
	assert_int_equal(bypass_decision(&question), BYPASS_SENT);
}

/* Does one of the limits tell this? */
static bool tells(const struct bypass_question *question, const char *text)
{
	char limit[BYPASS_DECISION_TEXT_SIZE];

	for (unsigned int i = 0; bypass_decision_limit(question, i, limit); i++) {
		if (strstr(limit, text))
			return true;
	}
	return false;
}

static void test_told_limits(void **state)
{
	struct bypass_question question = passing();

	(void)state;
	assert_true(tells(&question, "more than 1500 bytes"));
	assert_true(tells(&question, "link address than 02:00:00:00:00:aa"));
	assert_true(tells(&question, "a fragment"));
	assert_true(tells(&question, "hop limit"));
	assert_true(tells(&question, "without a UDP checksum"));
	assert_true(tells(&question, "extension headers"));
	assert_true(tells(&question, "after 10s without a packet (class dns)"));
	assert_true(tells(&question, "seen leaving for 500ms"));
	assert_true(tells(&question, "conntrack has forgotten"));
	assert_true(tells(&question, "with VLAN 5"));
	assert_false(tells(&question, "IPv4 options"));
	question.key.family = FLOW_IPV4;
	question.flow.flags = FLOW_ANY_TAGS;
	question.flow.in_ifindex = 0;
	assert_true(tells(&question, "IPv4 options"));
	assert_true(tells(&question, "TTL"));
	assert_false(tells(&question, "checksum"));
	assert_false(tells(&question, "VLAN"));
	assert_false(tells(&question, "daemon"));
	assert_false(tells(&question, "without a packet"));
}

static void test_way_in_words(void **state)
{
	struct bypass_question question = passing();
	char text[BYPASS_DECISION_TEXT_SIZE];

	(void)state;
	question.flow.in_ifindex = 0;
	bypass_decision_numbers(&question, BYPASS_UP_WRONG_WAY_IN, text);
	assert_string_equal(text, "expected from any interface with VLAN 5");
	question.flow.in_vlan[1] = 7;
	bypass_decision_numbers(&question, BYPASS_UP_WRONG_WAY_IN, text);
	assert_string_equal(text, "expected from any interface with VLAN 5.7");
	question.flow.in_vlan[0] = question.flow.in_vlan[1] = 0;
	question.flow.in_ifindex = 1;
	bypass_decision_numbers(&question, BYPASS_UP_WRONG_WAY_IN, text);
	assert_string_equal(text, "expected from lo with no VLAN tag");
	question.flow.flags = FLOW_ANY_TAGS;
	question.flow.in_ifindex = 123456789;
	bypass_decision_numbers(&question, BYPASS_UP_WRONG_WAY_IN, text);
	assert_string_equal(text, "expected from #123456789 with any VLAN tags");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_reason), cmocka_unit_test(test_order),
		cmocka_unit_test(test_static),       cmocka_unit_test(test_limits),
		cmocka_unit_test(test_turning),      cmocka_unit_test(test_told_limits),
		cmocka_unit_test(test_way_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
