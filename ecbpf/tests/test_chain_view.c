// SPDX-License-Identifier: GPL-2.0-only
/* The chains as a screen shows them, read from a real root on the loopback. */
#include "chain_view.h"

#include <errno.h>
#include <linux/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "harness/loopback_root.h"

static struct run_program root;
static struct chain chain;
static struct chain_views views;
static const struct interface_list all;

static int set_up(void **state)
{
	(void)state;
	loopback_root_open(&root, &chain);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	chain_views_free(&views);
	loopback_root_close(&root, &chain);
	return 0;
}

static void send_packets(unsigned int count)
{
	static const unsigned char frame[64];
	struct run_result result;

	while (count--)
		assert_int_equal(run_packet(&root,
					    &(struct run_frame){ frame, sizeof(frame), 0, 0 },
					    &result),
				 0);
}

static void look(void)
{
	struct problem problem = { 0 };

	chain_views_free(&views);
	assert_int_equal(chain_views_read(&views, loopback_root_bpffs(), &all, &problem), 0);
}

static void a_root_and_its_packets_are_seen(void **state)
{
	const struct chain_view *view;

	(void)state;
	send_packets(3);
	look();
	assert_int_equal(views.count, 1);
	view = &views.views[0];
	assert_string_equal(view->interface, "lo");
	assert_string_equal(view->problem.text, "");
	assert_true(chain_view_is_attached(view));
	assert_string_equal(chain_view_state(view), "generic");
	assert_int_equal(chain_view_action(view, ECBPF_ROOT_ROW, XDP_PASS), 3);
	assert_int_equal(chain_view_action_all(view, XDP_PASS), 3);
	assert_int_equal(chain_view_action_all(view, XDP_DROP), 0);
	assert_int_equal(chain_view_decided(view, ECBPF_ROOT_ROW), 3);
	assert_int_equal(chain_view_decided(view, 0), 0);
	assert_int_equal(chain_view_seen(view, 0), 3);
	assert_int_equal(chain_view_seen(view, ECBPF_EXIT_HOOK), 3);
	assert_string_equal(chain_view_decider(view, ECBPF_ROOT_ROW), "(undecided)");
	assert_string_equal(chain_view_program(view, ECBPF_EXIT_HOOK), "(empty)");
	assert_string_equal(chain_view_program(view, 0), "(empty)");
}

static void a_clear_begins_at_0(void **state)
{
	struct problem problem = { 0 };

	(void)state;
	send_packets(2);
	assert_int_equal(counters_clear(&chain, &problem), 0);
	send_packets(1);
	look();
	assert_int_equal(chain_view_action_all(&views.views[0], XDP_PASS), 1);
}

static void an_interface_without_a_chain_is_told(void **state)
{
	struct interface_list wanted = { 0 };
	struct problem problem = { 0 };

	(void)state;
	assert_int_equal(interface_list_add(&wanted, "no_such0", NULL), 0);
	assert_int_equal(chain_views_read(&views, loopback_root_bpffs(), &wanted, &problem), 0);
	assert_int_equal(views.count, 1);
	assert_string_equal(views.views[0].problem.text, "no_such0: no root is attached");
	assert_false(chain_view_is_attached(&views.views[0]));
	assert_string_equal(chain_view_state(&views.views[0]), "unreadable");
	assert_int_equal(chain_view_action_all(&views.views[0], XDP_PASS), 0);
	assert_int_equal(chain_view_seen(&views.views[0], 0), 0);
	interface_list_free(&wanted);
}

static void states_are_told_apart(void **state)
{
	struct chain_view *view;

	(void)state;
	look();
	view = &views.views[0];
	view->attachment.identity.frags = 1;
	assert_string_equal(chain_view_state(view), "generic, frags");
	view->attachment.running_mode = ECBPF_MODE_NATIVE;
	assert_string_equal(chain_view_state(view), "native, frags");
	view->attachment.identity.frags = 0;
	assert_string_equal(chain_view_state(view), "native");
	view->attachment.ours = false;
	assert_string_equal(chain_view_state(view), "not attached");
	assert_false(chain_view_is_attached(view));
	view->attachment.ifindex = 0;
	assert_string_equal(chain_view_state(view), "no such interface");
	view->attachment.same_namespace = false;
	assert_string_equal(chain_view_state(view), "in another network namespace");
}

static void programs_have_names(void **state)
{
	struct chain_view view = { 0 };

	(void)state;
	view.slots[3].program_id = 5;
	assert_string_equal(chain_view_program(&view, 3), "(unknown)");
	strcpy(view.slots[3].name, "visitor");
	assert_string_equal(chain_view_decider(&view, 3), "visitor");
	/* Emptied by hand: what was there is told. */
	view.slots[3].program_id = 0;
	view.slots[3].pinned_id = 5;
	assert_string_equal(chain_view_program(&view, 3), "visitor");
	/* The exit hook has the number of the root's row. */
	view.slots[ECBPF_EXIT_HOOK].program_id = 6;
	strcpy(view.slots[ECBPF_EXIT_HOOK].name, "watcher");
	assert_string_equal(chain_view_program(&view, ECBPF_EXIT_HOOK), "watcher");
	assert_string_equal(chain_view_decider(&view, ECBPF_ROOT_ROW), "(undecided)");
}

static void reasons_and_verdicts_have_names(void **state)
{
	struct chain_view view = { 0 };

	(void)state;
	strcpy(view.names[2].name[17], "listed");
	assert_string_equal(chain_view_reason(&view, 2, 17), "listed");
	assert_null(chain_view_reason(&view, 2, 18));
	assert_null(chain_view_reason(&view, ECBPF_ROOT_ROW, 17));
	assert_non_null(chain_view_reason(&view, ECBPF_ROOT_ROW, 2));
	assert_string_equal(chain_view_verdict(XDP_DROP), "drop");
	assert_string_equal(chain_view_verdict(XDP_REDIRECT), "redirect");
	assert_string_equal(chain_view_verdict(ECBPF_ACTION_INVALID), "invalid");
	assert_string_equal(chain_view_verdict(6), "unknown");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_root_and_its_packets_are_seen),
		TEST(a_clear_begins_at_0),
		TEST(an_interface_without_a_chain_is_told),
		TEST(states_are_told_apart),
		cmocka_unit_test(programs_have_names),
		cmocka_unit_test(reasons_and_verdicts_have_names),
	};
	const char *reason = run_unavailable();

	if (reason) {
		printf("SKIP: %s\n", reason);
		return RUN_SKIP;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
