// SPDX-License-Identifier: GPL-2.0-only
#include "scratch_net.h"

#include <bpf/bpf.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "harness/scratch_bpffs.h"

static int make_veth(void)
{
	return SCRATCH_RUN("ip", "link", "add", SCRATCH_VETH, "type", "veth", "peer", "name",
			   SCRATCH_PEER);
}

const char *scratch_net_enter(void)
{
	const char *reason = scratch_bpffs_enter();

	if (reason)
		return reason;
	if (unshare(CLONE_NEWNET) < 0)
		reason = "no right to make a network namespace (CAP_SYS_ADMIN)";
	else if (make_veth())
		reason = "no veth, or no ip command";
	if (reason)
		scratch_bpffs_leave();
	else
		scratch_net_remove_veth();
	return reason;
}

void scratch_net_make_veth(void)
{
	assert_int_equal(make_veth(), 0);
	assert_int_equal(SCRATCH_RUN("ip", "link", "set", SCRATCH_VETH, "up"), 0);
	assert_int_equal(SCRATCH_RUN("ip", "link", "set", SCRATCH_PEER, "up"), 0);
}

void scratch_net_remove_veth(void)
{
	(void)SCRATCH_RUN("ip", "link", "delete", SCRATCH_VETH);
}

int scratch_net_link(int program, const char *interface, __u32 flags)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = flags);
	int link = bpf_link_create(program, (int)if_nametoindex(interface), BPF_XDP, &options);

	assert_true(link >= 0);
	return link;
}
