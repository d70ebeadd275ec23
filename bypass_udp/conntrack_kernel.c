// SPDX-License-Identifier: GPL-2.0-only
#include "conntrack_kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "netfilter_socket.h"
#include "parse_number.h"

int conntrack_kernel_check(struct problem *problem)
{
	return netfilter_socket_probe("connection tracking (CONFIG_NF_CT_NETLINK)",
				      NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET_STATS,
				      problem);
}

int conntrack_kernel_setting(const char *name, uint64_t *ret, struct problem *problem)
{
	CLEANUP_CLOSE int fd = -1;
	char path[128], text[32];
	ssize_t size;

	snprintf(path, sizeof(path), "/proc/sys/net/netfilter/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return problem_set(problem, -EOPNOTSUPP,
				   "this kernel has no connection tracking, or its module is not "
				   "loaded (no %s)",
				   path);
	if (fd < 0)
		return problem_errno(problem, -errno, "cannot open %s", path);
	size = read(fd, text, sizeof(text) - 1);
	if (size < 0)
		return problem_errno(problem, -errno, "cannot read %s", path);
	text[size] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (parse_number(text, 0, INT_MAX, ret))
		return problem_set(problem, -EINVAL, "%s does not hold a number", path);
	return 0;
}
