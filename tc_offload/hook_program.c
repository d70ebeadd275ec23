// SPDX-License-Identifier: GPL-2.0-only
#include "hook_program.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cleanup.h"
#include "load_time.h"
#include "network_attributes.h"
#include "network_socket.h"

/* enum bpf_attach_type of kernels that have tcx; the system's header may be older. */
static const int tcx_types[] = { [TC_LINK_INGRESS] = 46, [TC_LINK_EGRESS] = 47 };
#define TCX_LIMIT 64 /* programs at a hook, BPF_MPROG_MAX */
#define SECOND UINT64_C(1000000000)

/* False: it is gone, or this process may not look. */
static bool read_program(uint32_t program_id, struct bpf_prog_info *ret_info)
{
	CLEANUP_CLOSE int fd = bpf_prog_get_fd_by_id(program_id);
	__u32 size = sizeof(*ret_info);

	*ret_info = (struct bpf_prog_info){ 0 };
	return fd >= 0 && bpf_obj_get_info_by_fd(fd, ret_info, &size) == 0;
}

uint64_t hook_program_loaded_at(uint32_t program_id)
{
	struct bpf_prog_info info;
	struct timespec now;
	uint64_t since_boot;

	/* The kernel tells it by the clock that starts at boot. */
	if (!read_program(program_id, &info) || clock_gettime(CLOCK_BOOTTIME, &now))
		return 0;
	since_boot = (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
	return load_time_now() - since_boot + info.load_time;
}

/* With the program's own name, if this process may know it. */
static int add(struct hook_program_list *list, const struct hook_program *program)
{
	struct hook_program *more =
		realloc(list->programs, (list->count + 1) * sizeof(*list->programs));
	struct bpf_prog_info info;

	if (!more)
		return -ENOMEM;
	list->programs = more;
	more += list->count++;
	*more = *program;
	if (program->program_id && read_program(program->program_id, &info))
		(void)snprintf(more->name, sizeof(more->name), "%s", info.name);
	return 0;
}

static int ask_tcx(uint32_t ifindex, enum tc_link_side side, __u32 *ids, __u32 *count)
{
	return bpf_prog_query((int)ifindex, (enum bpf_attach_type)tcx_types[side], 0, NULL, ids,
			      count) ?
		       -errno :
		       0;
}

int hook_program_has_tcx(uint32_t ifindex)
{
	__u32 ids[TCX_LIMIT], count = TCX_LIMIT;
	int err = ask_tcx(ifindex, TC_LINK_INGRESS, ids, &count);

	/* Early ones answer so where nothing is attached. */
	if (!err || err == -ENOENT)
		return 1;
	return err == -EINVAL ? 0 : err;
}

static int list_tcx(uint32_t ifindex, enum tc_link_side side, uint32_t ours,
		    struct hook_program_list *list)
{
	__u32 ids[TCX_LIMIT], count = TCX_LIMIT;
	int err = ask_tcx(ifindex, side, ids, &count);

	/* No tcx, nothing attached, no interface. */
	if (err == -EINVAL || err == -ENOENT || err == -ENODEV)
		return 0;
	for (__u32 i = 0; !err && i < count; i++) {
		struct hook_program found = { .kind = TC_LINK_TCX, .program_id = ids[i] };

		if (ids[i] != ours)
			err = add(list, &found);
	}
	return err;
}

struct filter_reading {
	uint32_t ours;
	struct hook_program_list *list;
};

static int read_filter(const struct nlmsghdr *message, void *context)
{
	const struct nlattr *attributes[TCA_MAX + 1], *of_bpf[TCA_BPF_MAX + 1];
	const struct tcmsg *tc = NLMSG_DATA(message);
	const struct filter_reading *reading = context;
	struct hook_program found = { .kind = TC_LINK_CLSACT };

	/* One of handle 0 is told before those of a priority. */
	if (message->nlmsg_type != RTM_NEWTFILTER || !tc->tcm_handle)
		return 1;
	network_attributes(message, sizeof(*tc), attributes, TCA_MAX + 1);
	network_text(attributes[TCA_KIND], found.name, sizeof(found.name));
	found.priority = TC_H_MAJ(tc->tcm_info) >> 16;
	found.handle = tc->tcm_handle;
	if (network_text_is(attributes[TCA_KIND], "bpf")) {
		network_nested(attributes[TCA_OPTIONS], of_bpf, TCA_BPF_MAX + 1);
		network_text(of_bpf[TCA_BPF_NAME], found.name, sizeof(found.name));
		found.program_id = network_u32(of_bpf[TCA_BPF_ID]);
	}
	if (found.program_id && found.program_id == reading->ours)
		return 1;
	errno = -add(reading->list, &found);
	return errno ? -1 : 1;
}

static int list_filters(uint32_t ifindex, enum tc_link_side side, uint32_t ours,
			struct hook_program_list *list)
{
	struct {
		struct nlmsghdr header;
		struct tcmsg tc;
	} request = {
		.header = { .nlmsg_len = sizeof(request),
			    .nlmsg_type = RTM_GETTFILTER,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.tc = { .tcm_ifindex = (int)ifindex,
			.tcm_parent =
				TC_H_MAKE(TC_H_CLSACT, side == TC_LINK_INGRESS ? TC_H_MIN_INGRESS :
										 TC_H_MIN_EGRESS) },
	};
	struct filter_reading reading = { .ours = ours, .list = list };
	struct network_socket netlink = { 0 };
	int err = network_socket_open(&netlink, NETLINK_ROUTE);

	if (!err)
		err = network_ask(&netlink, &request.header, read_filter, &reading);
	network_socket_close(&netlink);
	/* No qdisc, no interface. */
	return err == -EINVAL || err == -ENODEV || err == -ENOENT ? 0 : err;
}

int hook_program_list_others(uint32_t ifindex, enum tc_link_side side,
			     const struct tc_link_state *ours, struct hook_program_list *list,
			     struct problem *problem)
{
	int err = list_tcx(ifindex, side, ours->kind == TC_LINK_TCX ? ours->program_id : 0, list);

	if (!err)
		err = list_filters(ifindex, side,
				   ours->kind == TC_LINK_CLSACT ? ours->program_id : 0, list);
	return err ? problem_errno(problem, err,
				   "cannot list what is attached to tc %s of interface %u",
				   side == TC_LINK_INGRESS ? "ingress" : "egress", ifindex) :
		     0;
}

void hook_program_list_free(struct hook_program_list *list)
{
	free(list->programs);
	*list = (struct hook_program_list){ 0 };
}
