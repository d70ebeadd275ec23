// SPDX-License-Identifier: GPL-2.0-only
#include "tc_link.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpffs.h"
#include "cleanup.h"
#include "parse_number.h"
#include "tc_link_clsact.h"

/* enum bpf_attach_type of kernels that have tcx; the system's header may be older. */
static const int tcx_types[] = { [TC_LINK_INGRESS] = 46, [TC_LINK_EGRESS] = 47 };

static void link_path(const struct tc_link *link, char ret_path[BPFFS_PATH_SIZE])
{
	char name[32];

	snprintf(name, sizeof(name), "%s_link_%u",
		 link->side == TC_LINK_INGRESS ? "ingress" : "egress", link->ifindex);
	bpffs_join(ret_path, link->directory, name);
}

/* Opens the pinned link: *ret_fd is -1 if there is none; *ret_id is its program, 0: it is attached to
 * nothing any more. */
static int open_tcx(const char *path, int *ret_fd, __u32 *ret_id, struct problem *problem)
{
	struct bpf_link_info info = { 0 };
	__u32 size = sizeof(info);
	int fd = bpffs_open(path), err;

	*ret_fd = -1;
	*ret_id = 0;
	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return problem_errno(problem, fd, "cannot open %s", path);
	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0) {
		err = problem_errno(problem, -errno, "cannot read the link %s", path);
		close(fd);
		return err;
	}
	*ret_fd = fd;
	/* A tcx link tells its device where one of XDP does. */
	*ret_id = info.xdp.ifindex ? info.prog_id : 0;
	return 0;
}

/* -EOPNOTSUPP, nothing told: the kernel has no tcx. */
static int create_tcx(const struct tc_link *link, int program, const char *path,
		      struct problem *problem)
{
	CLEANUP_CLOSE int fd = bpf_link_create(program, (int)link->ifindex,
					       (enum bpf_attach_type)tcx_types[link->side], NULL);

	if (fd < 0 && errno == EINVAL)
		return -EOPNOTSUPP;
	if (fd < 0)
		return problem_errno(problem, -errno, "cannot attach to tc %s of interface %u",
				     link->side == TC_LINK_INGRESS ? "ingress" : "egress",
				     link->ifindex);
	/* Unless it is pinned it goes with the descriptor. */
	return bpffs_pin(fd, path, problem);
}

static int attach_tcx(const struct tc_link *link, int program, struct problem *problem)
{
	CLEANUP_CLOSE int fd = -1;
	char path[BPFFS_PATH_SIZE];
	__u32 id;
	int err;

	link_path(link, path);
	err = open_tcx(path, &fd, &id, problem);
	if (err)
		return err;
	if (id)
		return bpf_link_update(fd, program, NULL) ?
			       problem_errno(problem, -errno, "cannot replace the program of %s",
					     path) :
			       0;
	err = fd >= 0 ? bpffs_unpin(path, problem) : 0;
	return err ? err : create_tcx(link, program, path, problem);
}

static int detach_tcx(const struct tc_link *link, struct problem *problem)
{
	CLEANUP_CLOSE int fd = -1;
	char path[BPFFS_PATH_SIZE];
	__u32 id;
	int err;

	link_path(link, path);
	err = open_tcx(path, &fd, &id, problem);
	if (err || fd < 0)
		return err;
	/* Someone else may hold a descriptor: to unpin it would not be enough. */
	if (id && bpf_link_detach(fd))
		return problem_errno(problem, -errno, "cannot detach %s", path);
	return bpffs_unpin(path, problem);
}

int tc_link_attach(const struct tc_link *link, int program, struct problem *problem)
{
	int err = link->only_clsact ? -EOPNOTSUPP : attach_tcx(link, program, problem);

	return err == -EOPNOTSUPP ? tc_link_clsact_attach(link, program, problem) : err;
}

int tc_link_detach(const struct tc_link *link, struct problem *problem)
{
	int err = detach_tcx(link, problem);

	return err ? err : tc_link_clsact_detach(link, problem);
}

int tc_link_query(const struct tc_link *link, struct tc_link_state *ret_state,
		  struct problem *problem)
{
	CLEANUP_CLOSE int fd = -1;
	char path[BPFFS_PATH_SIZE];
	int err;

	*ret_state = (struct tc_link_state){ .kind = TC_LINK_TCX };
	link_path(link, path);
	err = open_tcx(path, &fd, &ret_state->program_id, problem);
	if (err || ret_state->program_id)
		return err;
	ret_state->kind = TC_LINK_CLSACT;
	err = tc_link_clsact_query(link, &ret_state->program_id, problem);
	if (!ret_state->program_id)
		ret_state->kind = TC_LINK_NONE;
	return err;
}

/* 0: no pin of this module. */
static uint32_t ifindex_of_pin(const char *name)
{
	static const char *const begins[] = { "ingress_link_",    "egress_link_",
					      "ingress_program_", "egress_program_",
					      "ingress_aside_",   "egress_aside_",
					      "clsact_" };
	uint64_t ifindex;

	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++) {
		size_t length = strlen(begins[i]);

		if (!strncmp(name, begins[i], length) &&
		    !parse_number(name + length, 1, INT32_MAX, &ifindex))
			return (uint32_t)ifindex;
	}
	return 0;
}

static int add_ifindex(uint32_t ifindex, uint32_t **ifindexes, size_t *count)
{
	uint32_t *more;

	for (size_t i = 0; i < *count; i++) {
		if ((*ifindexes)[i] == ifindex)
			return 0;
	}
	more = realloc(*ifindexes, (*count + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	more[(*count)++] = ifindex;
	*ifindexes = more;
	return 0;
}

int tc_link_list(const char *directory, uint32_t **ret_ifindexes, size_t *ret_count,
		 struct problem *problem)
{
	DIR *stream = opendir(directory);
	struct dirent *entry;
	int err = 0;

	*ret_ifindexes = NULL;
	*ret_count = 0;
	if (!stream)
		return problem_errno(problem, -errno, "cannot open %s", directory);
	while (!err && (entry = readdir(stream))) {
		uint32_t ifindex = ifindex_of_pin(entry->d_name);

		if (ifindex)
			err = add_ifindex(ifindex, ret_ifindexes, ret_count);
	}
	closedir(stream);
	return err ? problem_errno(problem, err, "cannot list %s", directory) : 0;
}
