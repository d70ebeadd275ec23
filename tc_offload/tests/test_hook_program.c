// SPDX-License-Identifier: GPL-2.0-only
/* What others have attached is listed, ours is not. */
#include "hook_program.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attached_host.h"
#include "harness/scratch_bpffs.h"
#include "load_time.h"
#include "log.h"

#define SECOND UINT64_C(1000000000)
#define TCX_INGRESS 46
#define ADD "tc filter add dev o0 ingress prio 7 protocol ip "

static const struct tc_link_state nothing;
static struct hook_program_list list;
static struct problem problem;
static uint32_t ifindex;
static int ours, foreign;

/* Lets every packet go on. */
static int load(const char *name)
{
	const struct bpf_insn next[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = -1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, name, "GPL", next, 2, NULL);

	assert_true(fd >= 0);
	return fd;
}

static uint32_t id_of(int program)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);

	assert_int_equal(bpf_obj_get_info_by_fd(program, &info, &size), 0);
	return info.id;
}

static int set_up(void **state)
{
	int err = attached_host_set_up(state);

	ifindex = if_nametoindex("o0");
	ours = load("ours");
	foreign = load("foreign");
	return err;
}

static int tear_down(void **state)
{
	hook_program_list_free(&list);
	close(ours);
	close(foreign);
	return attached_host_tear_down(state);
}

static size_t list_others(enum tc_link_side side, const struct tc_link_state *our_state)
{
	hook_program_list_free(&list);
	if (hook_program_list_others(ifindex, side, our_state, &list, &problem))
		fail_msg("%s", problem.text);
	return list.count;
}

static void add_filter(int program, __u32 handle, __u32 priority)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, options, .handle = handle, .priority = priority,
		    .prog_fd = program);
	int err = bpf_tc_hook_create(&hook);

	assert_true(!err || err == -EEXIST);
	assert_int_equal(bpf_tc_attach(&hook, &options), 0);
}

static void nothing_is_there_at_first(void **state)
{
	(void)state;
	assert_int_equal(list_others(TC_LINK_INGRESS, &nothing), 0);
	assert_int_equal(list_others(TC_LINK_EGRESS, &nothing), 0);
	ifindex = 1000000;
	assert_int_equal(list_others(TC_LINK_INGRESS, &nothing), 0);
}

static void filters_are_listed(void **state)
{
	struct tc_link_state of_ours = { TC_LINK_CLSACT, id_of(ours) };
	struct tc_link_state not_here = { TC_LINK_TCX, id_of(ours) };

	(void)state;
	add_filter(ours, 0xecb, 10);
	assert_int_equal(list_others(TC_LINK_INGRESS, &of_ours), 0);
	add_filter(foreign, 5, 20);
	assert_int_equal(list_others(TC_LINK_INGRESS, &of_ours), 1);
	assert_int_equal(list.programs[0].kind, TC_LINK_CLSACT);
	assert_int_equal(list.programs[0].program_id, id_of(foreign));
	assert_int_equal(list.programs[0].priority, 20);
	assert_int_equal(list.programs[0].handle, 5);
	assert_string_equal(list.programs[0].name, "foreign");
	assert_int_equal(list_others(TC_LINK_EGRESS, &of_ours), 0);
	/* A filter that runs the program is not the link of ours. */
	assert_int_equal(list_others(TC_LINK_INGRESS, &not_here), 2);
	assert_int_equal(list_others(TC_LINK_INGRESS, &nothing), 2);
}

/* "u32" and "matchall" are not in every kernel. */
static void filters_of_other_kinds_are_listed(void **state)
{
	(void)state;
	add_filter(foreign, 5, 20);
	if (SCRATCH_RUN("sh", "-c", ADD "matchall action pass 2>/dev/null") &&
	    SCRATCH_RUN("sh", "-c", ADD "u32 match u32 0 0 2>/dev/null"))
		skip();
	assert_true(list_others(TC_LINK_INGRESS, &nothing) >= 2);
	assert_int_equal(list.programs[0].priority, 7);
	assert_int_equal(list.programs[0].program_id, 0);
	assert_true(!strcmp(list.programs[0].name, "matchall") ||
		    !strcmp(list.programs[0].name, "u32"));
}

static void links_are_listed(void **state)
{
	struct tc_link_state of_ours = { TC_LINK_TCX, id_of(ours) };
	int first, second;

	(void)state;
	if (hook_program_has_tcx(ifindex) != 1)
		skip();
	first = bpf_link_create(ours, (int)ifindex, TCX_INGRESS, NULL);
	second = bpf_link_create(foreign, (int)ifindex, TCX_INGRESS, NULL);
	assert_true(first >= 0 && second >= 0);
	add_filter(foreign, 5, 20);
	assert_int_equal(list_others(TC_LINK_INGRESS, &of_ours), 2);
	assert_int_equal(list.programs[0].kind, TC_LINK_TCX);
	assert_int_equal(list.programs[0].program_id, id_of(foreign));
	assert_string_equal(list.programs[0].name, "foreign");
	assert_int_equal(list.programs[1].kind, TC_LINK_CLSACT);
	assert_int_equal(list_others(TC_LINK_EGRESS, &of_ours), 0);
	/* In the order in which they run. */
	assert_int_equal(list_others(TC_LINK_INGRESS, &nothing), 3);
	assert_string_equal(list.programs[0].name, "ours");
	close(first);
	close(second);
}

static void tcx_is_found_as_by_attaching(void **state)
{
	int link = bpf_link_create(ours, (int)ifindex, TCX_INGRESS, NULL);

	(void)state;
	assert_int_equal(hook_program_has_tcx(ifindex), link >= 0);
	if (link >= 0)
		close(link);
	assert_int_equal(hook_program_has_tcx(ifindex), link >= 0);
}

static void load_times_are_those_of_the_wall(void **state)
{
	uint64_t now = load_time_now();

	(void)state;
	assert_in_range(hook_program_loaded_at(id_of(ours)), now - 60 * SECOND, now + SECOND);
	assert_int_equal(hook_program_loaded_at(UINT32_MAX), 0);
}

#define HOOK_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOOK_TEST(nothing_is_there_at_first),
		HOOK_TEST(filters_are_listed),
		HOOK_TEST(filters_of_other_kinds_are_listed),
		HOOK_TEST(links_are_listed),
		HOOK_TEST(tcx_is_found_as_by_attaching),
		HOOK_TEST(load_times_are_those_of_the_wall),
	};
	const char *reason = attached_host_enter();
	int failed;

	log_open("test_hook_program", false);
	if (reason) {
		printf("SKIP: %s\n", reason);
		return ATTACHED_HOST_SKIP;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	attached_host_leave();
	return failed;
}
