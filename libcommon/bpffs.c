// SPDX-License-Identifier: GPL-2.0-only
#include "bpffs.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "abi/pin_names.h"
#include "cleanup.h"

/* "/ecbpf/second_references/", an interface, "/slot_7_new/" and a map's name must still fit. */
#define LONGEST_TAIL 128

int bpffs_check(const char *directory, struct problem *problem)
{
	CLEANUP_CLOSE int fd = -1;
	struct statfs info;

	if (strlen(directory) > BPFFS_PATH_SIZE - LONGEST_TAIL)
		return problem_set(problem, -ENAMETOOLONG,
				   "%.60s...: path is too long for --bpffs (at most %d characters)",
				   directory, BPFFS_PATH_SIZE - LONGEST_TAIL);
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstatfs(fd, &info) < 0)
		return problem_errno(problem, -errno, "no bpffs at %s", directory);
	if (info.f_type != BPF_FS_MAGIC)
		return problem_set(problem, -EMEDIUMTYPE,
				   "no bpffs at %s: mount one (mount -t bpf bpf %s) or name another "
				   "with --bpffs",
				   directory, ECBPF_BPFFS_DEFAULT);
	return 0;
}

void bpffs_join(char ret_path[BPFFS_PATH_SIZE], const char *directory, const char *name)
{
	size_t length = strnlen(directory, BPFFS_PATH_SIZE - 2);

	/* --bpffs is checked for its length, and every name of ours is short. */
	memcpy(ret_path, directory, length);
	ret_path[length++] = '/';
	snprintf(ret_path + length, BPFFS_PATH_SIZE - length, "%s", name);
}

static void translate(const char *name, char *ret_name, size_t size, char from, char to)
{
	size_t i;

	for (i = 0; i + 1 < size && name[i]; i++)
		ret_name[i] = name[i] == from ? to : name[i];
	ret_name[i] = '\0';
}

void bpffs_escape(const char *name, char *ret_name, size_t size)
{
	translate(name, ret_name, size, '.', ':');
}

void bpffs_unescape(const char *name, char *ret_name, size_t size)
{
	translate(name, ret_name, size, ':', '.');
}

int bpffs_make_directory(const char *path)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return -errno;
	return 0;
}

bool bpffs_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

int bpffs_pin(int fd, const char *path, struct problem *problem)
{
	if (bpf_obj_pin(fd, path) < 0)
		return problem_errno(problem, -errno, "cannot pin %s", path);
	return 0;
}

int bpffs_open(const char *path)
{
	int fd = bpf_obj_get(path);

	return fd < 0 ? -errno : fd;
}

int bpffs_unpin(const char *path, struct problem *problem)
{
	if (remove(path) < 0 && errno != ENOENT)
		return problem_errno(problem, -errno, "cannot remove %s", path);
	return 0;
}

int bpffs_rename(const char *from, const char *to, struct problem *problem)
{
	if (rename(from, to) < 0)
		return problem_errno(problem, -errno, "cannot rename %s to %s", from, to);
	return 0;
}

int bpffs_remove_tree(const char *path, struct problem *problem)
{
	struct dirent *entry;
	DIR *directory;
	int err = 0;
	int fd;

	/* A bpffs may hold symbolic links; what they lead to is not ours. */
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && (errno == ENOTDIR || errno == ELOOP))
		return bpffs_unpin(path, problem);
	directory = fd < 0 ? NULL : fdopendir(fd);
	if (!directory) {
		err = -errno;
		if (fd >= 0)
			close(fd);
		return err == -ENOENT ? 0 : problem_errno(problem, err, "cannot open %s", path);
	}
	while (!err && (entry = readdir(directory))) {
		char child[BPFFS_PATH_SIZE];

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		bpffs_join(child, path, entry->d_name);
		err = bpffs_remove_tree(child, problem);
	}
	closedir(directory);
	return err ? err : bpffs_unpin(path, problem);
}
