// SPDX-License-Identifier: GPL-2.0-only
#include "scratch_bpffs.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

static char mount_point[256];

static const char *make_mount(void)
{
	const char *directory = getenv("TMPDIR");
	int length;

	if (unshare(CLONE_NEWNS) < 0)
		return "no right to make a mount namespace (CAP_SYS_ADMIN)";
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return "no right to change mounts";
	length = snprintf(mount_point, sizeof(mount_point), "%s/ecbpf-test.XXXXXX",
			  directory ? directory : "/tmp");
	if (length >= (int)sizeof(mount_point) || !mkdtemp(mount_point))
		return "no directory for temporary files";
	if (mount("bpf", mount_point, "bpf", 0, NULL) == 0)
		return NULL;
	rmdir(mount_point);
	return "no right to mount a bpffs, or the kernel has none";
}

const char *scratch_bpffs_enter(void)
{
	const struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "probe", "GPL", pass, 2, NULL);

	if (fd < 0)
		return "no right to load XDP programs (CAP_BPF, CAP_NET_ADMIN)";
	close(fd);
	return make_mount();
}

void scratch_bpffs_leave(void)
{
	if (umount2(mount_point, MNT_DETACH) == 0)
		rmdir(mount_point);
}

const char *scratch_bpffs(void)
{
	return mount_point;
}

const char *scratch_path(const char *name)
{
	static char paths[4][768];
	static unsigned int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", mount_point, name);
	return path;
}

unsigned int scratch_open_fds(void)
{
	DIR *directory = opendir("/proc/self/fd");
	unsigned int count = 0;

	while (directory && readdir(directory))
		count++;
	if (directory)
		closedir(directory);
	return count;
}

int scratch_run(const char *const *arguments)
{
	int status;
	pid_t pid;

	if (posix_spawnp(&pid, arguments[0], NULL, NULL, (char *const *)arguments, environ))
		return -1;
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -1;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
