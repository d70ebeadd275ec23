// SPDX-License-Identifier: GPL-2.0-only
#include "doctor_host.h"

#include <inttypes.h>

static void look_at_kernel(const struct host_facts *facts, struct findings *findings)
{
	const char *release = facts->kernel.release;

	switch (facts->programs.xdp) {
	case FACT_ON:
		findings_add(findings, "kernel", FINDING_OK, "Linux %s, %s: loads XDP programs",
			     release, facts->kernel.machine);
		break;
	case FACT_OFF:
		findings_add(findings, "kernel", FINDING_BLOCKING,
			     "Linux %s, %s: loads no XDP programs; 5.10 or newer is needed, with "
			     "CONFIG_BPF_SYSCALL",
			     release, facts->kernel.machine);
		break;
	case FACT_UNKNOWN:
		findings_add(findings, "kernel", FINDING_NOTE,
			     "Linux %s, %s: what it can do cannot be tried with these rights",
			     release, facts->kernel.machine);
		findings_fix(findings, "the same as root");
		break;
	}
}

static void look_at_rights(const struct host_facts *facts, struct findings *findings)
{
	if (*facts->rights.text)
		findings_add(findings, "rights", FINDING_BLOCKING, "%.250s", facts->rights.text);
	else
		findings_add(findings, "rights", FINDING_OK,
			     "CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON%s",
			     facts->has_sys_admin ?
				     "" :
				     "; without CAP_SYS_ADMIN programs of others are "
				     "told without their names");
}

static void look_at_bpffs(const struct host_facts *facts, const char *bpffs,
			  struct findings *findings)
{
	if (*facts->bpffs.text) {
		findings_add(findings, "bpffs", FINDING_BLOCKING, "%.250s", facts->bpffs.text);
		findings_fix(findings, "mount -t bpf bpf %.100s", bpffs);
	} else if (facts->bpffs_read_only) {
		findings_add(findings, "bpffs", FINDING_BLOCKING,
			     "%.100s is mounted read-only: nothing can be pinned", bpffs);
		findings_fix(findings, "mount -o remount,rw %.100s", bpffs);
	} else if (facts->bpffs_private) {
		findings_add(findings, "bpffs", FINDING_WARNING,
			     "%.100s is another one than the system's: pins made here are not seen "
			     "there, and go with this mount namespace",
			     bpffs);
		findings_fix(findings,
			     "nsenter --net=/run/netns/NAME instead of ip netns exec NAME");
	} else {
		findings_add(findings, "bpffs", FINDING_OK, "%.100s is mounted, writable", bpffs);
	}
}

static void look_at_jit(const struct host_facts *facts, struct findings *findings)
{
	if (facts->jit == 0) {
		findings_add(findings, "jit", FINDING_WARNING,
			     "off: programs are interpreted, several times slower");
		findings_fix(findings, "sysctl -w net.core.bpf_jit_enable=1");
	} else if (facts->jit == 2) {
		findings_add(findings, "jit", FINDING_NOTE,
			     "on, and writes what it compiles to the kernel's log");
		findings_fix(findings, "sysctl -w net.core.bpf_jit_enable=1");
	} else {
		findings_add(findings, "jit", FINDING_OK, "%s",
			     facts->jit == 1 ?
				     "on" :
				     "not told in this network namespace; on unless somebody "
				     "turned it off");
	}
	if (facts->jit_harden == 2) {
		findings_add(
			findings, "jit-harden", FINDING_WARNING,
			"2: constants of all programs are blinded, which costs every packet time");
		findings_fix(findings, "sysctl -w net.core.bpf_jit_harden=1");
	} else {
		findings_add(findings, "jit-harden", FINDING_OK, "%s",
			     facts->jit_harden == 1 ? "1: only programs of unprivileged users" :
			     facts->jit_harden == 0 ? "off" :
						      "not told");
	}
}

static void look_at_sysctls(const struct host_facts *facts, struct findings *findings)
{
	if (facts->unprivileged_disabled == 0) {
		findings_add(findings, "unprivileged", FINDING_NOTE,
			     "every user may load BPF programs");
		findings_fix(findings, "sysctl -w kernel.unprivileged_bpf_disabled=2");
	} else {
		findings_add(findings, "unprivileged", FINDING_OK, "%s",
			     facts->unprivileged_disabled > 0 ? "BPF is for those with rights" :
								"not told");
	}
	if (facts->run_statistics > 0) {
		findings_add(findings, "statistics", FINDING_NOTE,
			     "the kernel takes the time of every run of a program, which costs time");
		findings_fix(findings, "sysctl -w kernel.bpf_stats_enabled=0");
	} else {
		findings_add(findings, "statistics", FINDING_OK,
			     "the kernel does not time programs");
	}
}

/* Loaders raise the limit themselves where they may. */
static void look_at_memory(const struct host_facts *facts, struct findings *findings)
{
	if (facts->programs.no_limit != FACT_OFF)
		findings_add(findings, "memlock", FINDING_OK, "%s",
			     facts->programs.no_limit == FACT_ON ? "does not count for BPF" :
								   "not tried");
	else if (facts->locked_memory == UINT64_MAX || facts->may_lock_more)
		findings_add(findings, "memlock", FINDING_OK, "counts for BPF, and can be raised");
	else {
		findings_add(findings, "memlock", FINDING_BLOCKING,
			     "maps count as locked memory, of which this process may have %" PRIu64
			     " KiB",
			     facts->locked_memory / 1024);
		findings_fix(findings, "ulimit -l unlimited (a unit: LimitMEMLOCK=infinity)");
	}
}

static void look_at_feature(struct findings *findings, const char *what, enum fact_switch is_there,
			    enum finding_verdict without, const char *yes, const char *no)
{
	findings_add(findings, what, is_there == FACT_OFF ? without : FINDING_OK, "%s",
		     is_there == FACT_ON  ? yes :
		     is_there == FACT_OFF ? no :
					    "not tried, or not told");
}

static void look_at_features(const struct kernel_programs *programs, struct findings *findings)
{
	look_at_feature(findings, "ring-buffer", programs->ring, FINDING_BLOCKING,
			"the kernel has ring buffers, which samples go through",
			"the kernel has no ring buffers (5.8 has): no samples");
	look_at_feature(
		findings, "frags", programs->frags, FINDING_NOTE,
		"the kernel has programs for frames in several buffers (large MTUs)",
		"the kernel has no programs for frames in several buffers (5.18 has): MTUs that "
		"need them cannot be used");
	look_at_feature(findings, "tcx", programs->tcx, FINDING_NOTE,
			"the kernel has tcx links for programs at tc",
			"the kernel has no tcx links (6.6 has): filters of clsact qdiscs take their "
			"place");
	look_at_feature(findings, "btf", programs->btf, FINDING_NOTE, "the kernel tells its types",
			"the kernel does not tell its types (CONFIG_DEBUG_INFO_BTF): programs cannot "
			"call its functions");
	look_at_feature(findings, "conntrack", programs->conntrack, FINDING_NOTE,
			"XDP programs can keep conntrack's entries alive themselves",
			"XDP programs cannot reach conntrack (6.0 with BTF can): a daemon keeps its "
			"entries alive");
}

void doctor_host(const struct host_facts *facts, const char *bpffs, struct findings *findings)
{
	look_at_kernel(facts, findings);
	look_at_rights(facts, findings);
	look_at_bpffs(facts, bpffs, findings);
	look_at_memory(facts, findings);
	look_at_jit(facts, findings);
	look_at_sysctls(facts, findings);
	look_at_features(&facts->programs, findings);
}
