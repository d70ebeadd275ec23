/* SPDX-License-Identifier: GPL-2.0-only */
/* What this host is, apart from interfaces, as far as BPF cares. Nothing is changed for it. */
#ifndef ECBPF_HOST_FACTS_H
#define ECBPF_HOST_FACTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/utsname.h>
#include "kernel_program.h"
#include "problem.h"

#define HOST_UNKNOWN (-1)

struct host_facts {
	struct utsname kernel;
	struct kernel_programs programs;
	/* sysctls, HOST_UNKNOWN: not told, as in network namespaces other than the first */
	int jit, jit_harden, unprivileged_disabled, run_statistics;
	struct problem rights; /* the text is empty: all are there */
	bool has_sys_admin;
	struct problem bpffs; /* the text is empty: it is mounted */
	bool bpffs_read_only;
	bool bpffs_private;     /* another one than the first process sees */
	uint64_t locked_memory; /* bytes, UINT64_MAX: no limit */
	bool may_lock_more;
};

void host_facts_read(struct host_facts *ret_facts, const char *bpffs);

#endif
