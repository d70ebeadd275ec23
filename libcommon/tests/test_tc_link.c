// SPDX-License-Identifier: GPL-2.0-only
/* Every test is made twice: with tcx links, where the kernel has them, and with clsact filters. */
#include "tc_link.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/pkt_cls.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bpffs.h"
#include "cleanup.h"
#include "harness/scratch_bpffs.h"
#include "log.h"
#include "scratch_chain.h"
#include "scratch_net.h"

#define PRIORITY 4711
#define OUR_HANDLE 0xecb
#define TCX_EGRESS 47

static bool only_clsact;
static struct tc_link egress, ingress;
static struct problem problem;
static unsigned int fds_before;
static int passing, dropping;
static char directory[256];

static int set_up(void **state)
{
	(void)state;
	problem = (struct problem){ 0 };
	fds_before = scratch_open_fds();
	scratch_net_make_veth();
	snprintf(directory, sizeof(directory), "%s", scratch_path("links"));
	assert_int_equal(bpffs_make_directory(directory), 0);
	egress = (struct tc_link){ .directory = directory,
				   .ifindex = if_nametoindex(SCRATCH_VETH),
				   .side = TC_LINK_EGRESS,
				   .priority = PRIORITY,
				   .only_clsact = only_clsact };
	ingress = egress;
	ingress.side = TC_LINK_INGRESS;
	passing = scratch_program("passing", BPF_PROG_TYPE_SCHED_CLS, TC_ACT_UNSPEC);
	dropping = scratch_program("dropping", BPF_PROG_TYPE_SCHED_CLS, TC_ACT_SHOT);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(passing);
	close(dropping);
	scratch_net_remove_veth();
	assert_int_equal(bpffs_remove_tree(directory, NULL), 0);
	assert_int_equal(scratch_open_fds(), fds_before);
	return 0;
}

static void must(int err)
{
	if (err)
		fail_msg("%s", problem.text);
}

/* Whether a frame leaves the interface. */
static bool leaves(void)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(ETH_P_IP),
				  .sll_ifindex = (int)egress.ifindex,
				  .sll_halen = ETH_ALEN };
	CLEANUP_CLOSE int fd = socket(AF_PACKET, SOCK_RAW, 0);
	const char frame[64] = { 0 };

	assert_true(fd >= 0);
	if (sendto(fd, frame, sizeof(frame), 0, (struct sockaddr *)&to, sizeof(to)) ==
	    sizeof(frame))
		return true;
	assert_int_equal(errno, ENOBUFS);
	return false;
}

static bool has_clsact(void)
{
	return SCRATCH_RUN("sh", "-c", "tc qdisc show dev " SCRATCH_VETH " | grep -q clsact") == 0;
}

static size_t count_pins(void)
{
	DIR *stream = opendir(directory);
	struct dirent *entry;
	size_t count = 0;

	assert_non_null(stream);
	while ((entry = readdir(stream)))
		count += entry->d_name[0] != '.';
	closedir(stream);
	return count;
}

/* "DIRECTORY/egress_program_7". */
static const char *pin_path(const char *begin)
{
	static char path[BPFFS_PATH_SIZE];
	char name[64];

	snprintf(name, sizeof(name), "%s_%u", begin, egress.ifindex);
	bpffs_join(path, directory, name);
	return path;
}

static void assert_state(const struct tc_link *link, int program)
{
	enum tc_link_kind kind = only_clsact ? TC_LINK_CLSACT : TC_LINK_TCX;
	struct tc_link_state found;

	must(tc_link_query(link, &found, &problem));
	assert_int_equal(found.kind, program < 0 ? TC_LINK_NONE : kind);
	assert_int_equal(found.program_id, program < 0 ? 0 : scratch_program_id(program));
}

static void assert_nothing_is_left(void)
{
	assert_int_equal(count_pins(), 0);
	assert_false(has_clsact());
	assert_true(leaves());
	assert_state(&egress, -1);
}

/* A filter that somebody else made. */
static int foreign_filter(int program, __u32 handle, __u32 priority, __u32 flags)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)egress.ifindex,
		    .attach_point = BPF_TC_EGRESS);
	LIBBPF_OPTS(bpf_tc_opts, options, .handle = handle, .priority = priority,
		    .prog_fd = program, .flags = flags);

	return bpf_tc_attach(&hook, &options);
}

static void remove_foreign_filter(__u32 handle, __u32 priority)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)egress.ifindex,
		    .attach_point = BPF_TC_EGRESS);
	LIBBPF_OPTS(bpf_tc_opts, options, .handle = handle, .priority = priority);

	assert_int_equal(bpf_tc_detach(&hook, &options), 0);
}

static void add_foreign_qdisc(const char *kind)
{
	assert_int_equal(SCRATCH_RUN("tc", "qdisc", "add", "dev", SCRATCH_VETH, kind), 0);
}

static void nothing_is_attached_at_first(void **state)
{
	(void)state;
	must(tc_link_detach(&egress, &problem));
	assert_nothing_is_left();
}

static void what_is_attached_runs_until_it_is_detached(void **state)
{
	(void)state;
	must(tc_link_attach(&egress, dropping, &problem));
	assert_state(&egress, dropping);
	assert_state(&ingress, -1);
	assert_false(leaves());
	must(tc_link_detach(&egress, &problem));
	assert_nothing_is_left();
}

/* Somebody may hold a descriptor of a link, bpftool for one. */
static void what_somebody_looks_at_is_detached_all_the_same(void **state)
{
	int link;

	(void)state;
	must(tc_link_attach(&egress, dropping, &problem));
	link = bpffs_open(pin_path(only_clsact ? "egress_program" : "egress_link"));
	assert_true(link >= 0);
	must(tc_link_detach(&egress, &problem));
	assert_nothing_is_left();
	close(link);
}

static void another_program_takes_its_place(void **state)
{
	size_t pins;

	(void)state;
	must(tc_link_attach(&egress, passing, &problem));
	pins = count_pins();
	assert_true(leaves());
	must(tc_link_attach(&egress, dropping, &problem));
	assert_state(&egress, dropping);
	assert_false(leaves());
	must(tc_link_attach(&egress, passing, &problem));
	assert_state(&egress, passing);
	assert_true(leaves());
	assert_int_equal(count_pins(), pins);
	must(tc_link_detach(&egress, &problem));
	assert_nothing_is_left();
}

static void either_side_goes_by_itself(void **state)
{
	(void)state;
	must(tc_link_attach(&ingress, passing, &problem));
	must(tc_link_attach(&egress, dropping, &problem));
	must(tc_link_detach(&ingress, &problem));
	assert_state(&ingress, -1);
	assert_state(&egress, dropping);
	assert_false(leaves());
	must(tc_link_detach(&egress, &problem));
	assert_nothing_is_left();
}

static void a_foreign_qdisc_stays(void **state)
{
	(void)state;
	add_foreign_qdisc("clsact");
	must(tc_link_attach(&egress, dropping, &problem));
	must(tc_link_detach(&egress, &problem));
	assert_true(has_clsact());
	assert_int_equal(count_pins(), 0);
}

static void a_foreign_filter_stays(void **state)
{
	(void)state;
	add_foreign_qdisc("clsact");
	assert_int_equal(foreign_filter(dropping, 1, 1, 0), 0);
	must(tc_link_attach(&egress, passing, &problem));
	assert_state(&egress, passing);
	must(tc_link_detach(&egress, &problem));
	assert_false(leaves());
	assert_int_equal(count_pins(), 0);
}

static void a_foreign_link_stays(void **state)
{
	int link = bpf_link_create(dropping, (int)egress.ifindex, TCX_EGRESS, NULL);

	(void)state;
	if (link < 0)
		return;
	must(tc_link_attach(&egress, passing, &problem));
	must(tc_link_detach(&egress, &problem));
	assert_false(leaves());
	close(link);
	assert_nothing_is_left();
}

/* The qdisc is ours, what somebody has put into it is not. */
static void a_qdisc_that_somebody_uses_stays(void **state)
{
	(void)state;
	if (!only_clsact)
		return;
	must(tc_link_attach(&egress, passing, &problem));
	assert_int_equal(foreign_filter(dropping, 1, 1, 0), 0);
	must(tc_link_detach(&egress, &problem));
	assert_true(has_clsact());
	assert_false(leaves());
	remove_foreign_filter(1, 1);
	must(tc_link_detach(&egress, &problem));
	assert_nothing_is_left();
}

static void a_foreign_filter_with_our_handle_is_not_touched(void **state)
{
	(void)state;
	if (!only_clsact)
		return;
	add_foreign_qdisc("clsact");
	assert_int_equal(foreign_filter(dropping, OUR_HANDLE, PRIORITY, 0), 0);
	assert_state(&egress, -1);
	assert_int_equal(tc_link_attach(&egress, passing, &problem), -EEXIST);
	assert_non_null(strstr(problem.text, "pref 4711 handle 0xecb bpf"));
	assert_int_equal(count_pins(), 0);
	must(tc_link_detach(&egress, &problem));
	assert_false(leaves());
}

static void what_cannot_be_attached_leaves_nothing(void **state)
{
	struct tc_link nowhere = egress;

	(void)state;
	nowhere.ifindex = 1000000;
	assert_true(tc_link_attach(&nowhere, passing, &problem) < 0);
	assert_non_null(strstr(problem.text, "1000000"));
	assert_int_equal(count_pins(), 0);
	if (!only_clsact)
		return;
	/* It takes the place of clsact, and has no egress. */
	add_foreign_qdisc("ingress");
	assert_true(tc_link_attach(&egress, passing, &problem) < 0);
	assert_non_null(strstr(problem.text, "an ingress qdisc, which has no egress side"));
	must(tc_link_attach(&ingress, passing, &problem));
	must(tc_link_detach(&ingress, &problem));
	assert_int_equal(count_pins(), 0);
	assert_true(leaves());
}

static void an_interface_that_has_gone_leaves_pins_to_remove(void **state)
{
	(void)state;
	must(tc_link_attach(&egress, passing, &problem));
	must(tc_link_attach(&ingress, passing, &problem));
	scratch_net_remove_veth();
	assert_state(&egress, -1);
	must(tc_link_detach(&egress, &problem));
	must(tc_link_detach(&ingress, &problem));
	assert_int_equal(count_pins(), 0);
}

static void pinned_interfaces_are_listed(void **state)
{
	struct tc_link peer = egress;
	uint32_t *list;
	size_t count;

	(void)state;
	peer.ifindex = if_nametoindex(SCRATCH_PEER);
	assert_int_equal(bpffs_pin(passing, scratch_path("links/clsact_9x"), NULL), 0);
	must(tc_link_attach(&egress, passing, &problem));
	must(tc_link_attach(&ingress, passing, &problem));
	must(tc_link_attach(&peer, passing, &problem));
	must(tc_link_list(directory, &list, &count, &problem));
	assert_int_equal(count, 2);
	assert_int_equal(list[0] + list[1], egress.ifindex + peer.ifindex);
	assert_true(list[0] != list[1]);
	free(list);
}

/* Killed between the steps of the kernel and those of the pins. */
static void a_link_that_was_killed_after_its_end_is_made_anew(void **state)
{
	int link;

	(void)state;
	if (only_clsact)
		return;
	for (int i = 0; i < 2; i++) {
		must(tc_link_attach(&egress, dropping, &problem));
		link = bpffs_open(pin_path("egress_link"));
		assert_int_equal(bpf_link_detach(link), 0);
		close(link);
		assert_state(&egress, -1);
		if (i)
			must(tc_link_attach(&egress, dropping, &problem));
		assert_int_equal(leaves(), !i);
		must(tc_link_detach(&egress, &problem));
		assert_nothing_is_left();
	}
}

static void leave_a_pin(void)
{
	assert_int_equal(bpffs_pin(dropping, pin_path("egress_program"), NULL), 0);
}

static void leave_a_mark(void)
{
	assert_int_equal(bpffs_pin(dropping, pin_path("clsact"), NULL), 0);
}

static void leave_a_marked_qdisc(void)
{
	leave_a_mark();
	add_foreign_qdisc("clsact");
}

static void leave_a_pin_and_a_qdisc(void)
{
	leave_a_marked_qdisc();
	leave_a_pin();
}

static void leave_another_aside(void)
{
	must(tc_link_attach(&egress, passing, &problem));
	assert_int_equal(bpffs_pin(dropping, pin_path("egress_aside"), NULL), 0);
}

static void leave_a_replaced_filter(void)
{
	leave_another_aside();
	assert_int_equal(foreign_filter(dropping, OUR_HANDLE, PRIORITY, BPF_TC_F_REPLACE), 0);
	assert_state(&egress, dropping);
}

static void what_a_kill_leaves_is_finished_or_cleared(void **state)
{
	static void (*const leave[])(void) = { leave_a_pin,          leave_a_mark,
					       leave_a_marked_qdisc, leave_a_pin_and_a_qdisc,
					       leave_another_aside,  leave_a_replaced_filter };

	(void)state;
	if (!only_clsact)
		return;
	for (size_t i = 0; i < sizeof(leave) / sizeof(*leave); i++) {
		leave[i]();
		must(tc_link_detach(&egress, &problem));
		assert_nothing_is_left();
		leave[i]();
		must(tc_link_attach(&egress, passing, &problem));
		assert_state(&egress, passing);
		assert_true(leaves());
		assert_int_equal(count_pins(), 2);
		must(tc_link_detach(&egress, &problem));
		assert_nothing_is_left();
	}
}

#define TC_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
	TC_TEST(nothing_is_attached_at_first),
	TC_TEST(what_is_attached_runs_until_it_is_detached),
	TC_TEST(what_somebody_looks_at_is_detached_all_the_same),
	TC_TEST(another_program_takes_its_place),
	TC_TEST(either_side_goes_by_itself),
	TC_TEST(a_foreign_qdisc_stays),
	TC_TEST(a_foreign_filter_stays),
	TC_TEST(a_foreign_link_stays),
	TC_TEST(a_qdisc_that_somebody_uses_stays),
	TC_TEST(a_foreign_filter_with_our_handle_is_not_touched),
	TC_TEST(what_cannot_be_attached_leaves_nothing),
	TC_TEST(an_interface_that_has_gone_leaves_pins_to_remove),
	TC_TEST(pinned_interfaces_are_listed),
	TC_TEST(a_link_that_was_killed_after_its_end_is_made_anew),
	TC_TEST(what_a_kill_leaves_is_finished_or_cleared),
};

static bool kernel_has_tcx(void)
{
	int program = scratch_program("probe", BPF_PROG_TYPE_SCHED_CLS, TC_ACT_UNSPEC);
	int link = bpf_link_create(program, 1, TCX_EGRESS, NULL);

	close(program);
	if (link >= 0)
		close(link);
	return link >= 0;
}

int main(void)
{
	const char *reason = scratch_net_enter();
	int failed = 0;

	/* Keeps what libbpf says about filters that are not there. */
	log_open("test_tc_link", false);
	if (!reason && SCRATCH_RUN("tc", "qdisc", "add", "dev", "lo", "clsact")) {
		reason = "no clsact, or no tc command";
		scratch_bpffs_leave();
	}
	if (reason) {
		printf("SKIP: %s\n", reason);
		return SCRATCH_SKIP;
	}
	for (int i = kernel_has_tcx() ? 0 : 1; i < 2; i++) {
		only_clsact = i;
		failed += cmocka_run_group_tests_name(i ? "clsact" : "tcx", tests, NULL, NULL);
	}
	scratch_bpffs_leave();
	return failed;
}
