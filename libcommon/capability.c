// SPDX-License-Identifier: GPL-2.0-only
#include "capability.h"

#include <errno.h>
#include <linux/capability.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
	int number;
	const char *name;
} needed[] = {
	{ CAP_BPF, "CAP_BPF" },
	{ CAP_NET_ADMIN, "CAP_NET_ADMIN" },
	{ CAP_PERFMON, "CAP_PERFMON" },
};

static uint64_t effective_set(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &header, data) < 0)
		return 0;
	return (uint64_t)data[1].effective << 32 | data[0].effective;
}

static bool set_has(uint64_t set, int capability)
{
	if (capability < 0 || capability >= 64)
		return false;
	if (set >> capability & 1)
		return true;
	return (capability == CAP_BPF || capability == CAP_PERFMON) && (set >> CAP_SYS_ADMIN & 1);
}

bool capability_has(int capability)
{
	return set_has(effective_set(), capability);
}

int capability_require(const char *what, struct problem *problem)
{
	uint64_t set = effective_set();
	char missing[64] = "";

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (set_has(set, needed[i].number))
			continue;
		if (missing[0])
			strcat(missing, ", ");
		strcat(missing, needed[i].name);
	}
	if (!missing[0])
		return 0;
	return problem_set(problem, -EPERM,
			   "%s: missing %s (needed: CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON): run as "
			   "root, or grant them, for example with setcap or AmbientCapabilities=",
			   what, missing);
}
