// SPDX-License-Identifier: GPL-2.0-only
#include "capability.h"

#include <errno.h>
#include <linux/capability.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
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

int capability_require_reading(const char *what, struct problem *problem)
{
	if (capability_has(CAP_BPF))
		return 0;
	return problem_set(problem, -EPERM,
			   "%s: missing CAP_BPF, without which the kernel shows nothing of BPF: run "
			   "as root, or grant it, for example with setcap or AmbientCapabilities=",
			   what);
}

static int read_sets(struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3])
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };

	return syscall(SYS_capget, &header, sets) < 0 ? -errno : 0;
}

static uint64_t permitted_set(const struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3])
{
	return (uint64_t)sets[1].permitted << 32 | sets[0].permitted;
}

/* What is to be left of `permitted`; *ret_missing is a capability that is not there, or -1. */
static uint64_t choose(uint64_t permitted, const int *capabilities, size_t count, int *ret_missing)
{
	uint64_t chosen = 0;

	*ret_missing = -1;
	for (size_t i = 0; i < count; i++) {
		if (!set_has(permitted, capabilities[i]))
			*ret_missing = capabilities[i];
		else if (permitted >> capabilities[i] & 1)
			chosen |= UINT64_C(1) << capabilities[i];
		else
			chosen |= UINT64_C(1) << CAP_SYS_ADMIN;
	}
	return chosen;
}

/* Needs CAP_SETPCAP. Without it what stays in the bounding set can come back only by executing a file
 * that has it. */
static void cut_bounding_set(uint64_t chosen)
{
	for (int i = 0; i <= CAP_LAST_CAP; i++) {
		if (!(chosen >> i & 1))
			(void)prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
	}
}

int capability_keep_only(const int *capabilities, size_t count, struct problem *problem)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = { 0 };
	uint64_t chosen;
	int missing, err;

	err = read_sets(sets);
	if (err)
		return problem_errno(problem, err, "cannot read the capabilities of this process");
	chosen = choose(permitted_set(sets), capabilities, count, &missing);
	if (missing >= 0)
		return problem_set(problem, -EPERM,
				   "cannot keep capability %d: this process does not have it",
				   missing);
	cut_bounding_set(chosen);
	memset(sets, 0, sizeof(sets));
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		sets[i].effective = sets[i].permitted = (uint32_t)(chosen >> (32 * i));
	/* The ambient set goes with the inheritable one. */
	if (syscall(SYS_capset, &header, sets) < 0)
		return problem_errno(problem, -errno, "cannot give up capabilities");
	return 0;
}
