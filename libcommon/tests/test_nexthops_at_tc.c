// SPDX-License-Identifier: GPL-2.0-only
/* Next hops for packets that leave from tc: no map of devices, every device sends, and what this host made has
 * come from nowhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "network_scene.h"

static struct nexthops *nexthops;

static int set_up(void **state)
{
	struct problem problem = { 0 };
	int err = network_scene_set_up(state);

	return err ? err :
		     nexthops_open(&nexthops, scene.maps.nexthops, -1, NEXTHOPS_TOOL, &problem);
}

static int tear_down(void **state)
{
	nexthops_close(nexthops);
	return network_scene_tear_down(state);
}

static struct nexthop_question question_of(const char *source, const char *destination)
{
	struct nexthop_question question = { .leaves = network_scene_flow(destination) };

	network_scene_address(source, question.leaves.source);
	return question;
}

static void test_own_source_by_a_device(void **state)
{
	struct nexthop_question question = question_of("10.0.2.1", "10.0.1.2");
	uint32_t plain;

	(void)state;
	plain = nexthops_of_route(nexthops, &question);
	assert_true(plain >= FLOW_WAY_FIXED);
	question.in_ifindex = if_nametoindex("lo");
	assert_int_equal(nexthops_of_route(nexthops, &question), plain);
	question.in_ifindex = if_nametoindex("r2");
	assert_int_equal(nexthops_of_route(nexthops, &question), plain);
	/* From XDP it is a martian. */
	assert_int_equal(nexthops_of_route(scene.nexthops, &question), FLOW_WAY_FORBIDDEN);
}

static void test_loopback(void **state)
{
	struct nexthop_question question = question_of("10.0.1.2", "127.0.0.1");

	(void)state;
	assert_int_equal(nexthops_of_route(nexthops, &question), FLOW_WAY_LOCAL);
	question = question_of("fd00:1::2", "::1");
	assert_int_equal(nexthops_of_route(nexthops, &question), FLOW_WAY_LOCAL);
	/* From lo it is routed by what it leaves with. */
	question = question_of("10.0.1.1", "10.0.1.2");
	question.arrives = question.leaves;
	network_scene_address("127.0.0.1", question.arrives.source);
	assert_true(nexthops_of_route(nexthops, &question) >= FLOW_WAY_FIXED);
}

static void test_named(void **state)
{
	struct nexthop_wish wish = { .device = "t0", .has_via = true, .via_family = FLOW_IPV4 };
	struct flow_key leaves = network_scene_flow("10.4.0.9");
	struct problem problem = { 0 };
	uint32_t index;

	(void)state;
	network_scene_run("ip tuntap add t0 mode tun");
	network_scene_run("ip link set t0 up");
	nexthops_close(nexthops);
	assert_int_equal(nexthops_open(&nexthops, scene.maps.nexthops, -1, NEXTHOPS_TOOL, &problem),
			 0);
	network_scene_address("10.4.0.1", wish.via);
	assert_int_equal(nexthops_named(nexthops, &wish, &leaves, &index, &problem), 0);
	assert_non_null(nexthops_get(nexthops, index));
	wish.has_mac = true;
	wish.mac[0] = 2;
	assert_int_equal(nexthops_named(nexthops, &wish, &leaves, &index, &problem), -EINVAL);
	wish = (struct nexthop_wish){
		.device = "r1", .has_via = true, .via_family = FLOW_IPV4, .peer = true
	};
	network_scene_address("10.0.1.2", wish.via);
	assert_int_equal(nexthops_named(nexthops, &wish, &leaves, &index, &problem), 0);
	assert_int_equal(nexthops_get(nexthops, index)->flags, FLOW_NEXTHOP_PEER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_own_source_by_a_device, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_loopback, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_named, set_up, tear_down),
	};
	const char *reason = network_scene_enter();

	if (reason) {
		printf("SKIP: %s\n", reason);
		return SCENE_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
