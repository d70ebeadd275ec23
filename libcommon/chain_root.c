// SPDX-License-Identifier: GPL-2.0-only
#include "chain_root.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <unistd.h>

#include "abi/pin_names.h"

#define ASIDE ECBPF_PIN_ROOT "_new"

/* The first place is changed last: where it is complete, so is the second. */
static const char *place(const struct chain *chain, int i)
{
	return i == 0 ? chain->second : chain->pins;
}

int chain_root_stage(const struct chain *chain, int program, struct problem *problem)
{
	char path[BPFFS_PATH_SIZE];
	int err = 0;

	for (int i = 0; !err && i < 2; i++) {
		bpffs_join(path, place(chain, i), ASIDE);
		err = bpffs_unpin(path, problem);
		if (!err)
			err = bpffs_pin(program, path, problem);
	}
	return err;
}

/* Ids of a link and the program it runs; 0 where there is none. */
static void read_link(int link, __u32 *ret_id, __u32 *ret_program_id)
{
	struct bpf_link_info info = { 0 };
	__u32 size = sizeof(info);

	*ret_id = *ret_program_id = 0;
	if (link < 0 || bpf_obj_get_info_by_fd(link, &info, &size) < 0)
		return;
	*ret_id = info.id;
	*ret_program_id = info.prog_id;
}

static __u32 pinned_program_id(const char *path)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);
	int fd = bpffs_open(path);

	if (fd < 0)
		return 0;
	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		info.id = 0;
	close(fd);
	return info.id;
}

/* A pinned link that is another than the chain's is dead: it was of a device that is gone. */
static int pin_link(const struct chain *chain, const char *directory, struct problem *problem)
{
	char path[BPFFS_PATH_SIZE];
	__u32 id, pinned_id, program_id;
	int fd, err;

	bpffs_join(path, directory, ECBPF_PIN_LINK);
	read_link(chain->link, &id, &program_id);
	fd = bpffs_open(path);
	if (fd >= 0) {
		read_link(fd, &pinned_id, &program_id);
		close(fd);
		if (pinned_id == id)
			return 0;
	}
	err = bpffs_unpin(path, problem);
	return err ? err : bpffs_pin(chain->link, path, problem);
}

int chain_root_commit(const struct chain *chain, struct problem *problem)
{
	char aside[BPFFS_PATH_SIZE], path[BPFFS_PATH_SIZE];
	int err = 0;

	for (int i = 0; !err && i < 2; i++)
		err = pin_link(chain, place(chain, i), problem);
	for (int i = 0; !err && i < 2; i++) {
		bpffs_join(aside, place(chain, i), ASIDE);
		bpffs_join(path, place(chain, i), ECBPF_PIN_ROOT);
		err = bpffs_rename(aside, path, problem);
	}
	return err;
}

int chain_root_recover(const struct chain *chain, struct problem *problem)
{
	char aside[BPFFS_PATH_SIZE], path[BPFFS_PATH_SIZE];
	__u32 link_id, running;
	int err = 0;

	read_link(chain->link, &link_id, &running);
	for (int i = 0; !err && i < 2; i++) {
		bpffs_join(aside, place(chain, i), ASIDE);
		bpffs_join(path, place(chain, i), ECBPF_PIN_ROOT);
		if (!bpffs_exists(aside))
			continue;
		if (running && pinned_program_id(aside) == running)
			err = bpffs_rename(aside, path, problem);
		else
			err = bpffs_unpin(aside, problem);
	}
	return err;
}
