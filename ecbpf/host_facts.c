// SPDX-License-Identifier: GPL-2.0-only
#include "host_facts.h"

#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "bpffs.h"
#include "capability.h"

/* A digit, as the sysctls that are read here have. */
static int read_sysctl(const char *path)
{
	FILE *file = fopen(path, "re");
	int digit = file ? fgetc(file) : EOF;

	if (file)
		(void)fclose(file);
	return digit >= '0' && digit <= '9' ? digit - '0' : HOST_UNKNOWN;
}

/* Pins in a bpffs that was mounted for a short-lived command go with it. Not everybody may see what the first process
 * sees. */
static bool is_private(const char *bpffs)
{
	char path[BPFFS_PATH_SIZE + 16];
	struct stat here, there;

	if (*bpffs != '/' || stat("/proc/1/root/.", &there) || stat(bpffs, &here))
		return false;
	(void)snprintf(path, sizeof(path), "/proc/1/root%s", bpffs);
	return stat(path, &there) || here.st_dev != there.st_dev;
}

static void read_bpffs(struct host_facts *facts, const char *bpffs)
{
	struct statvfs state;

	if (bpffs_check(bpffs, &facts->bpffs))
		return;
	facts->bpffs_read_only = statvfs(bpffs, &state) == 0 && (state.f_flag & ST_RDONLY);
	facts->bpffs_private = is_private(bpffs);
}

void host_facts_read(struct host_facts *ret_facts, const char *bpffs)
{
	struct rlimit limit = { .rlim_cur = RLIM_INFINITY };

	*ret_facts = (struct host_facts){
		.jit = read_sysctl("/proc/sys/net/core/bpf_jit_enable"),
		.jit_harden = read_sysctl("/proc/sys/net/core/bpf_jit_harden"),
		.unprivileged_disabled = read_sysctl("/proc/sys/kernel/unprivileged_bpf_disabled"),
		.run_statistics = read_sysctl("/proc/sys/kernel/bpf_stats_enabled"),
		.has_sys_admin = capability_has(CAP_SYS_ADMIN),
		.may_lock_more = capability_has(CAP_SYS_RESOURCE),
	};
	(void)uname(&ret_facts->kernel);
	(void)getrlimit(RLIMIT_MEMLOCK, &limit);
	ret_facts->locked_memory = limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : limit.rlim_cur;
	(void)capability_require("this process", &ret_facts->rights);
	read_bpffs(ret_facts, bpffs);
	kernel_programs_probe(&ret_facts->programs);
}
