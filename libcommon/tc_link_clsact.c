// SPDX-License-Identifier: GPL-2.0-only
#include "tc_link_clsact.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bpffs.h"
#include "cleanup.h"
#include "tc_qdisc.h"

/* Ours among those of our priority. */
#define FILTER_HANDLE 0xecb

/* Everything about one filter. */
struct filter {
	const struct tc_link *link;
	struct bpf_tc_hook hook;
	const char *side;
	char program[BPFFS_PATH_SIZE]; /* pin of what the filter runs */
	char aside[BPFFS_PATH_SIZE];   /* of what it is going to run */
	char made[BPFFS_PATH_SIZE];    /* there: the qdisc was made here */
};

static void fill_filter(struct filter *filter, const struct tc_link *link)
{
	bool is_ingress = link->side == TC_LINK_INGRESS;
	char name[32];

	/* libbpf wants the bytes between and behind the fields to be zeros, too. */
	memset(filter, 0, sizeof(*filter));
	filter->link = link;
	filter->side = is_ingress ? "ingress" : "egress";
	filter->hook.sz = sizeof(filter->hook);
	filter->hook.ifindex = (int)link->ifindex;
	filter->hook.attach_point = is_ingress ? BPF_TC_INGRESS : BPF_TC_EGRESS;
	snprintf(name, sizeof(name), "%s_program_%u", filter->side, link->ifindex);
	bpffs_join(filter->program, link->directory, name);
	snprintf(name, sizeof(name), "%s_aside_%u", filter->side, link->ifindex);
	bpffs_join(filter->aside, link->directory, name);
	snprintf(name, sizeof(name), "clsact_%u", link->ifindex);
	bpffs_join(filter->made, link->directory, name);
}

static void fill_options(struct bpf_tc_opts *options, const struct filter *filter)
{
	memset(options, 0, sizeof(*options));
	options->sz = sizeof(*options);
	options->handle = FILTER_HANDLE;
	options->priority = filter->link->priority;
}

/* Id of a pinned program, 0: nothing is pinned there. */
static int read_pin(const char *path, __u32 *ret_id, struct problem *problem)
{
	struct bpf_prog_info info = { 0 };
	CLEANUP_CLOSE int fd = bpffs_open(path);
	__u32 size = sizeof(info);

	*ret_id = 0;
	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return problem_errno(problem, fd, "cannot open %s", path);
	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return problem_errno(problem, -errno, "cannot tell what is pinned as %s", path);
	*ret_id = info.id;
	return 0;
}

/* Id of the program in the filter with our handle and priority, whoever made it; 0: there is none. */
static int read_running(const struct filter *filter, __u32 *ret_id, struct problem *problem)
{
	struct bpf_tc_opts options;
	int err;

	fill_options(&options, filter);
	err = bpf_tc_query(&filter->hook, &options);
	*ret_id = err ? 0 : options.prog_id;
	/* No filter, no qdisc, no interface. */
	if (!err || err == -ENOENT || err == -EINVAL || err == -ENODEV)
		return 0;
	return problem_errno(problem, err, "cannot ask for the tc %s filters of interface %u",
			     filter->side, filter->link->ifindex);
}

/* Makes the pins tell what runs: *ret_id is that of our filter, 0: it is not there. */
static int settle(const struct filter *filter, __u32 *ret_id, struct problem *problem)
{
	__u32 running, aside, pinned;
	int err = read_running(filter, &running, problem);

	*ret_id = 0;
	if (!err)
		err = read_pin(filter->aside, &aside, problem);
	if (!err && aside)
		err = aside == running ? bpffs_rename(filter->aside, filter->program, problem) :
					 bpffs_unpin(filter->aside, problem);
	if (!err)
		err = read_pin(filter->program, &pinned, problem);
	if (!err && pinned && pinned != running)
		err = bpffs_unpin(filter->program, problem);
	if (!err && pinned == running)
		*ret_id = running;
	return err;
}

/* Takes the qdisc away if it was made here and nobody has a filter in it. */
static int remove_qdisc(const struct filter *filter, struct problem *problem)
{
	struct bpf_tc_hook both;
	int used, err;

	memcpy(&both, &filter->hook, sizeof(both));
	if (!bpffs_exists(filter->made))
		return 0;
	used = tc_qdisc_has_filters(filter->link->ifindex, TC_LINK_INGRESS);
	if (used == 0)
		used = tc_qdisc_has_filters(filter->link->ifindex, TC_LINK_EGRESS);
	/* The mark stays: the other side may be ours. */
	if (used == 1)
		return 0;
	both.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
	err = used ? used : bpf_tc_hook_destroy(&both);
	if (err && err != -ENOENT && err != -EINVAL && err != -ENODEV)
		return problem_errno(problem, err, "cannot remove the clsact qdisc of interface %u",
				     filter->link->ifindex);
	return bpffs_unpin(filter->made, problem);
}

/* Marked first: one that is killed behind it leaves a qdisc that is known for ours. */
static int make_qdisc(const struct filter *filter, int program, struct problem *problem)
{
	bool was_made = bpffs_exists(filter->made);
	int err = was_made ? 0 : bpffs_pin(program, filter->made, problem);
	struct bpf_tc_hook hook;

	memcpy(&hook, &filter->hook, sizeof(hook));
	if (err)
		return err;
	err = bpf_tc_hook_create(&hook);
	if (err && !was_made)
		(void)bpffs_unpin(filter->made, NULL);
	if (err && err != -EEXIST)
		return problem_errno(problem, err, "cannot make the clsact qdisc of interface %u",
				     filter->link->ifindex);
	/* A qdisc for ingress alone would take what is meant for egress. */
	if (err && filter->link->side == TC_LINK_EGRESS &&
	    tc_qdisc_is_clsact(filter->link->ifindex) == 0)
		return problem_set(problem, -EBUSY,
				   "interface %u has an ingress qdisc, which has no egress side: put "
				   "a clsact qdisc in its place",
				   filter->link->ifindex);
	return 0;
}

static int add_filter(const struct filter *filter, int program, const char *pin, __u32 flags,
		      struct problem *problem)
{
	struct bpf_tc_opts options;
	int err = bpffs_pin(program, pin, problem);

	if (err)
		return err;
	fill_options(&options, filter);
	options.prog_fd = program;
	options.flags = flags;
	err = bpf_tc_attach(&filter->hook, &options);
	if (!err)
		return 0;
	(void)bpffs_unpin(pin, NULL);
	if (err == -EEXIST)
		return problem_set(problem, err,
				   "interface %u has a tc %s filter of someone else, or one of ours "
				   "whose pin somebody removed; remove it: tc filter del dev NAME %s "
				   "pref %u handle %#x bpf",
				   filter->link->ifindex, filter->side, filter->side,
				   filter->link->priority, FILTER_HANDLE);
	return problem_errno(problem, err,
			     "cannot add a tc %s filter with priority %u to interface %u (a "
			     "priority has filters of one kind)",
			     filter->side, filter->link->priority, filter->link->ifindex);
}

int tc_link_clsact_attach(const struct tc_link *link, int program, struct problem *problem)
{
	struct filter filter;
	__u32 id;
	int err;

	fill_filter(&filter, link);
	err = settle(&filter, &id, problem);
	if (err)
		return err;
	if (id) {
		err = add_filter(&filter, program, filter.aside, BPF_TC_F_REPLACE, problem);
		return err ? err : bpffs_rename(filter.aside, filter.program, problem);
	}
	err = make_qdisc(&filter, program, problem);
	if (err)
		return err;
	err = add_filter(&filter, program, filter.program, 0, problem);
	if (err)
		(void)remove_qdisc(&filter, NULL);
	return err;
}

int tc_link_clsact_detach(const struct tc_link *link, struct problem *problem)
{
	struct bpf_tc_opts options;
	struct filter filter;
	__u32 id;
	int err;

	fill_filter(&filter, link);
	err = settle(&filter, &id, problem);
	if (err)
		return err;
	fill_options(&options, &filter);
	err = id ? bpf_tc_detach(&filter.hook, &options) : 0;
	if (err)
		return problem_errno(problem, err, "cannot remove the tc %s filter of interface %u",
				     filter.side, link->ifindex);
	err = bpffs_unpin(filter.program, problem);
	return err ? err : remove_qdisc(&filter, problem);
}

int tc_link_clsact_query(const struct tc_link *link, __u32 *ret_id, struct problem *problem)
{
	struct filter filter;
	__u32 pinned, aside;
	int err;

	fill_filter(&filter, link);
	err = read_running(&filter, ret_id, problem);
	if (!err)
		err = read_pin(filter.program, &pinned, problem);
	if (!err)
		err = read_pin(filter.aside, &aside, problem);
	if (err || (*ret_id != pinned && *ret_id != aside))
		*ret_id = 0;
	return err;
}
