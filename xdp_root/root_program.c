// SPDX-License-Identifier: GPL-2.0-only
#include "root_program.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cleanup.h"
#include "log.h"
#include "refused_load.h"
#include "subprogram.h"
#include "xdp_root.skel.h"
#include "xdp_root_nop.skel.h"

/* Own copies of the fds, which outlive the skeleton. */
static int take_fd(int fd, struct problem *problem)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	return copy < 0 ? problem_errno(problem, -errno, "cannot keep a file descriptor") : copy;
}

static int load_object(struct bpf_object *object, struct bpf_program *program, bool frags,
		       struct problem *problem)
{
	int err;

	bpf_program__set_expected_attach_type(program, BPF_XDP);
	bpf_program__set_flags(program, frags ? BPF_F_XDP_HAS_FRAGS : 0);
	log_kept_clear();
	err = bpf_object__load(object);
	if (err)
		refused_load(problem, err, NULL, bpf_program__name(program));
	return err;
}

int root_program_load(struct chain *chain, bool frags, struct problem *problem)
{
	struct xdp_root *root = NULL;
	struct bpf_map *map;
	int err, fd = -1;

	err = subprogram_register_sections(problem);
	if (err)
		return err;
	root = xdp_root__open();
	if (!root)
		return problem_errno(problem, -errno, "cannot open the root's object");
	for (int i = 0; !err && i < CHAIN_MAP_COUNT; i++) {
		map = bpf_object__find_map_by_name(root->obj, chain_map_shapes[i].name);
		if (chain->map[i] >= 0)
			err = bpf_map__reuse_fd(map, chain->map[i]);
	}
	if (err)
		problem_errno(problem, err, "%s: cannot use the pinned maps again",
			      chain->interface);
	else
		err = load_object(root->obj, root->progs.xdp_root, frags, problem);
	for (int i = 0; !err && i < CHAIN_MAP_COUNT; i++) {
		map = bpf_object__find_map_by_name(root->obj, chain_map_shapes[i].name);
		if (chain->map[i] >= 0)
			continue;
		chain->map[i] = take_fd(bpf_map__fd(map), problem);
		if (chain->map[i] < 0)
			err = chain->map[i];
	}
	if (!err)
		fd = err = take_fd(bpf_program__fd(root->progs.xdp_root), problem);
	xdp_root__destroy(root);
	return err < 0 ? err : fd;
}

int root_program_load_nop(bool frags, struct problem *problem)
{
	struct xdp_root_nop *nop;
	int err;

	err = subprogram_register_sections(problem);
	if (err)
		return err;
	nop = xdp_root_nop__open();
	if (!nop)
		return problem_errno(problem, -errno, "cannot open the NOP root's object");
	err = load_object(nop->obj, nop->progs.xdp_root_nop, frags, problem);
	if (!err)
		err = take_fd(bpf_program__fd(nop->progs.xdp_root_nop), problem);
	xdp_root_nop__destroy(nop);
	return err;
}

int root_program_probe_frags(struct problem *problem)
{
	const struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, with, .expected_attach_type = BPF_XDP,
		    .prog_flags = BPF_F_XDP_HAS_FRAGS);
	LIBBPF_OPTS(bpf_prog_load_opts, without, .expected_attach_type = BPF_XDP);
	CLEANUP_CLOSE int with_fd = -1;
	CLEANUP_CLOSE int without_fd = -1;

	with_fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "probe_frags", "GPL", pass, 2, &with);
	if (with_fd >= 0)
		return 0;
	without_fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "probe_frags", "GPL", pass, 2, &without);
	if (without_fd < 0)
		return problem_errno(problem, without_fd, "the kernel loads no XDP program at all");
	return problem_set(problem, -EOPNOTSUPP,
			   "this kernel has no multi-buffer XDP (Linux 5.18 has): attach without "
			   "--frags, at an MTU that fits one buffer");
}
