// SPDX-License-Identifier: GPL-2.0-only
#include "attachment.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int read_running(struct attachment *attachment, const char *interface,
			struct problem *problem)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);
	int err;

	err = bpf_xdp_query((int)attachment->ifindex, 0, &query);
	if (err)
		return problem_errno(problem, err, "%s: cannot ask which XDP program it runs",
				     interface);
	if (query.drv_prog_id) {
		attachment->running_id = query.drv_prog_id;
		attachment->running_mode = ECBPF_MODE_NATIVE;
	} else if (query.skb_prog_id) {
		attachment->running_id = query.skb_prog_id;
		attachment->running_mode = ECBPF_MODE_GENERIC;
	} else {
		attachment->running_id = query.prog_id;
	}
	return 0;
}

int attachment_read(const struct chain *chain, struct attachment *ret_attachment,
		    struct problem *problem)
{
	struct network_namespace here, there;
	struct bpf_link_info link = { 0 };
	__u32 size = sizeof(link);
	int err;

	memset(ret_attachment, 0, sizeof(*ret_attachment));
	err = network_namespace_current(&here);
	if (err)
		return problem_errno(problem, err, "cannot tell the network namespace");
	if (interface_index(chain->interface, &ret_attachment->ifindex) == 0) {
		err = read_running(ret_attachment, chain->interface, problem);
		if (err)
			return err;
	}
	if (chain->link >= 0) {
		if (bpf_obj_get_info_by_fd(chain->link, &link, &size) < 0)
			return problem_errno(problem, -errno, "%s: cannot read the pinned link",
					     chain->interface);
		ret_attachment->has_link = true;
		ret_attachment->link_ifindex = link.xdp.ifindex;
		ret_attachment->link_program_id = link.prog_id;
	}
	/* Program ids are unique in the kernel, and a root is loaded anew for every interface. */
	ret_attachment->ours = ret_attachment->running_id && ret_attachment->has_link &&
			       ret_attachment->running_id == ret_attachment->link_program_id;
	if (chain->map[CHAIN_IDENTITY] >= 0) {
		err = chain_read_identity(chain, &ret_attachment->identity, problem);
		if (err)
			return err;
		ret_attachment->has_identity = ret_attachment->identity.abi_version != 0;
	}
	there.cookie = ret_attachment->identity.netns_cookie;
	there.inode = ret_attachment->identity.netns_inode;
	ret_attachment->same_namespace =
		ret_attachment->has_identity && network_namespace_same(&here, &there);
	return 0;
}

bool attachment_find_device(const struct attachment *attachment, char ret_name[INTERFACE_NAME_SIZE])
{
	struct attachment there = { .ifindex = attachment->link_ifindex };

	return attachment->link_ifindex &&
	       interface_name_of(attachment->link_ifindex, ret_name) == 0 &&
	       read_running(&there, ret_name, NULL) == 0 &&
	       there.running_id == attachment->link_program_id;
}

int attachment_require_root(struct chain *chain, const char *bpffs, const char *interface,
			    struct attachment *ret_attachment, struct problem *problem)
{
	__u32 ifindex;
	int err;

	chain_init(chain, bpffs, interface);
	if (interface_index(interface, &ifindex) < 0)
		return problem_set(problem, -ENODEV,
				   "%s: no such interface in this network namespace", interface);
	err = chain_open(chain, problem);
	if (err && err != -ENOENT)
		return err;
	err = attachment_read(chain, ret_attachment, problem);
	if (err)
		return err;
	if (!ret_attachment->ours)
		return problem_set(problem, -ENOENT,
				   "%s: no root array is attached here; run: xdp_root_loader "
				   "--attach --interface %s",
				   interface, interface);
	if (!chain_has_maps(chain))
		return problem_set(problem, -ENOENT,
				   "%s: the root has no slots (it was left by --detach --nop, or pins "
				   "were removed); run: xdp_root_loader --attach --interface %s",
				   interface, interface);
	return 0;
}

void attachment_describe_program(__u32 id, char *ret_text, size_t size)
{
	struct bpf_prog_info info = { 0 };
	__u32 info_size = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id);

	if (fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &info_size) == 0 && info.name[0])
		snprintf(ret_text, size, "id %u (%s)", id, info.name);
	else
		snprintf(ret_text, size, "id %u", id);
	if (fd >= 0)
		close(fd);
}
