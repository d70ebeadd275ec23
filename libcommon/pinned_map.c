// SPDX-License-Identifier: GPL-2.0-only
#include "pinned_map.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <unistd.h>

#include "bpffs.h"

static int mismatch(struct problem *problem, const char *path, const char *what, __u32 found,
		    __u32 expected)
{
	return problem_set(problem, -EPROTO,
			   "%s: %s is %u, this build expects %u: the pins were made by another "
			   "version; --detach with that version, then attach again",
			   path, what, found, expected);
}

int pinned_map_check(int fd, const struct map_shape *shape, const char *path,
		     struct problem *problem)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return problem_errno(problem, -errno, "%s: cannot read map information", path);
	if (info.type != shape->type)
		return mismatch(problem, path, "map type", info.type, shape->type);
	if (info.key_size != shape->key_size)
		return mismatch(problem, path, "key size", info.key_size, shape->key_size);
	if (info.value_size != shape->value_size)
		return mismatch(problem, path, "value size", info.value_size, shape->value_size);
	if (shape->max_entries && info.max_entries != shape->max_entries)
		return mismatch(problem, path, "number of entries", info.max_entries,
				shape->max_entries);
	return 0;
}

int pinned_map_open(const char *directory, const struct map_shape *shape, struct problem *problem)
{
	char path[BPFFS_PATH_SIZE];
	int fd, err;

	bpffs_join(path, directory, shape->name);
	fd = bpffs_open(path);
	if (fd == -ENOENT)
		return -ENOENT;
	if (fd < 0)
		return problem_errno(problem, fd, "cannot open %s", path);
	err = pinned_map_check(fd, shape, path, problem);
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}
