// SPDX-License-Identifier: GPL-2.0-only
#include "doctor_host.h"

#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "capability.h"
#include "harness/scratch_bpffs.h"

static struct host_facts good_facts(void)
{
	struct host_facts facts = {
		.programs = { .xdp = FACT_ON,
			      .frags = FACT_ON,
			      .ring = FACT_ON,
			      .no_limit = FACT_ON,
			      .tcx = FACT_ON,
			      .btf = FACT_ON,
			      .conntrack = FACT_ON },
		.jit = 1,
		.unprivileged_disabled = 2,
		.has_sys_admin = true,
		.locked_memory = 8 << 20,
	};

	strcpy(facts.kernel.release, "6.1.0");
	return facts;
}

static void set_no_xdp(struct host_facts *facts)
{
	facts->programs.xdp = FACT_OFF;
}

static void set_untried(struct host_facts *facts)
{
	facts->programs = (struct kernel_programs){ 0 };
}

static void set_rights(struct host_facts *facts)
{
	strcpy(facts->rights.text, "missing CAP_BPF: run as root");
}

static void set_no_sys_admin(struct host_facts *facts)
{
	facts->has_sys_admin = false;
}

static void set_no_bpffs(struct host_facts *facts)
{
	strcpy(facts->bpffs.text, "no bpffs at /sys/fs/bpf");
	facts->bpffs_read_only = true;
}

static void set_read_only(struct host_facts *facts)
{
	facts->bpffs_read_only = true;
}

static void set_private(struct host_facts *facts)
{
	facts->bpffs_private = true;
}

static void set_no_jit(struct host_facts *facts)
{
	facts->jit = 0;
}

static void set_jit_debug(struct host_facts *facts)
{
	facts->jit = 2;
}

static void set_untold(struct host_facts *facts)
{
	facts->jit = facts->jit_harden = facts->unprivileged_disabled = facts->run_statistics =
		HOST_UNKNOWN;
}

static void set_harden_others(struct host_facts *facts)
{
	facts->jit_harden = 1;
}

static void set_harden_all(struct host_facts *facts)
{
	facts->jit_harden = 2;
}

static void set_unprivileged(struct host_facts *facts)
{
	facts->unprivileged_disabled = 0;
}

static void set_statistics(struct host_facts *facts)
{
	facts->run_statistics = 1;
}

static void set_limit(struct host_facts *facts)
{
	facts->programs.no_limit = FACT_OFF;
}

static void set_limit_raised(struct host_facts *facts)
{
	set_limit(facts);
	facts->may_lock_more = true;
}

static void set_limit_none(struct host_facts *facts)
{
	set_limit(facts);
	facts->locked_memory = UINT64_MAX;
}

static void set_no_ring(struct host_facts *facts)
{
	facts->programs.ring = FACT_OFF;
}

static void set_no_frags(struct host_facts *facts)
{
	facts->programs.frags = FACT_OFF;
}

static void set_no_tcx(struct host_facts *facts)
{
	facts->programs.tcx = FACT_OFF;
}

static void set_no_btf(struct host_facts *facts)
{
	facts->programs.btf = FACT_OFF;
}

static void set_no_conntrack(struct host_facts *facts)
{
	facts->programs.conntrack = FACT_OFF;
}

/* The one finding that is not "ok"; `what` NULL: there is none. */
static const struct {
	void (*set)(struct host_facts *facts);
	const char *what;
	enum finding_verdict verdict;
	const char *text; /* somewhere in it */
	const char *fix;  /* all of it */
} cases[] = {
	{ NULL, NULL, 0, NULL, NULL },
	{ set_no_xdp, "kernel", FINDING_BLOCKING, "Linux 6.1.0, : loads no XDP programs", "" },
	{ set_untried, "kernel", FINDING_NOTE, "cannot be tried", "the same as root" },
	{ set_rights, "rights", FINDING_BLOCKING, "missing CAP_BPF: run as root", "" },
	{ set_no_sys_admin, NULL, 0, NULL, NULL },
	{ set_no_bpffs, "bpffs", FINDING_BLOCKING, "no bpffs at /sys/fs/bpf",
	  "mount -t bpf bpf /bpf" },
	{ set_read_only, "bpffs", FINDING_BLOCKING, "/bpf is mounted read-only",
	  "mount -o remount,rw /bpf" },
	{ set_private, "bpffs", FINDING_WARNING, "/bpf is another one than the system's",
	  "nsenter --net=/run/netns/NAME instead of ip netns exec NAME" },
	{ set_no_jit, "jit", FINDING_WARNING, "off", "sysctl -w net.core.bpf_jit_enable=1" },
	{ set_jit_debug, "jit", FINDING_NOTE, "kernel's log",
	  "sysctl -w net.core.bpf_jit_enable=1" },
	{ set_untold, NULL, 0, NULL, NULL },
	{ set_harden_others, NULL, 0, NULL, NULL },
	{ set_harden_all, "jit-harden", FINDING_WARNING, "all programs are blinded",
	  "sysctl -w net.core.bpf_jit_harden=1" },
	{ set_unprivileged, "unprivileged", FINDING_NOTE, "every user",
	  "sysctl -w kernel.unprivileged_bpf_disabled=2" },
	{ set_statistics, "statistics", FINDING_NOTE, "takes the time",
	  "sysctl -w kernel.bpf_stats_enabled=0" },
	{ set_limit, "memlock", FINDING_BLOCKING, "8192 KiB",
	  "ulimit -l unlimited (a unit: LimitMEMLOCK=infinity)" },
	{ set_limit_raised, NULL, 0, NULL, NULL },
	{ set_limit_none, NULL, 0, NULL, NULL },
	{ set_no_ring, "ring-buffer", FINDING_BLOCKING, "no samples", "" },
	{ set_no_frags, "frags", FINDING_NOTE, "5.18", "" },
	{ set_no_tcx, "tcx", FINDING_NOTE, "6.6", "" },
	{ set_no_btf, "btf", FINDING_NOTE, "CONFIG_DEBUG_INFO_BTF", "" },
	{ set_no_conntrack, "conntrack", FINDING_NOTE, "a daemon", "" },
};

static const struct finding *find_other(const struct findings *findings, size_t *ret_count)
{
	const struct finding *other = NULL;

	*ret_count = 0;
	for (size_t i = 0; i < findings->count; i++) {
		if (findings->finding[i].verdict == FINDING_OK)
			continue;
		other = &findings->finding[i];
		++*ret_count;
	}
	return other;
}

static void every_fact_has_its_verdict(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct host_facts facts = good_facts();
		struct findings findings = { 0 };
		const struct finding *other;
		size_t count;

		if (cases[i].set)
			cases[i].set(&facts);
		doctor_host(&facts, "/bpf", &findings);
		other = find_other(&findings, &count);
		if (count != (cases[i].what ? 1 : 0) ||
		    (other &&
		     (strcmp(other->what, cases[i].what) || other->verdict != cases[i].verdict ||
		      !strstr(other->text, cases[i].text) || strcmp(other->fix, cases[i].fix))))
			fail_msg("case %zu: %zu findings, the last %s %s: %s; %s", i, count,
				 other ? finding_verdict_name(other->verdict) : "",
				 other ? other->what : "", other ? other->text : "",
				 other ? other->fix : "");
		findings_free(&findings);
	}
}

/* What every kernel has that this is tested on. */
static void this_host(void **state)
{
	unsigned int fds = scratch_open_fds();
	struct host_facts facts;

	(void)state;
	host_facts_read(&facts, scratch_bpffs());
	assert_string_equal(facts.rights.text, "");
	assert_string_equal(facts.bpffs.text, "");
	assert_int_equal(facts.programs.xdp, FACT_ON);
	assert_int_equal(facts.programs.ring, FACT_ON);
	/* 5.18 has what came in 5.11. */
	assert_true(facts.programs.frags != FACT_ON || facts.programs.no_limit == FACT_ON);
	assert_int_equal(facts.programs.btf,
			 access("/sys/kernel/btf/vmlinux", R_OK) ? FACT_OFF : FACT_ON);
	/* This process has a mount namespace, and a bpffs, of its own; it may be that it may not see the first one's. */
	assert_int_equal(facts.bpffs_private, access("/proc/1/root/.", F_OK) == 0);
	assert_false(facts.bpffs_read_only);
	assert_string_not_equal(facts.kernel.release, "");
	assert_int_equal(scratch_open_fds(), fds);
}

static void a_bpffs_that_is_none(void **state)
{
	struct host_facts facts;

	(void)state;
	host_facts_read(&facts, "/proc");
	assert_non_null(strstr(facts.bpffs.text, "no bpffs at /proc"));
	assert_false(facts.bpffs_private);
}

static void a_read_only_bpffs(void **state)
{
	struct host_facts facts;

	(void)state;
	assert_int_equal(SCRATCH_RUN("mount", "-o", "remount,ro,bind", scratch_bpffs()), 0);
	host_facts_read(&facts, scratch_bpffs());
	assert_true(facts.bpffs_read_only);
	assert_int_equal(SCRATCH_RUN("mount", "-o", "remount,rw,bind", scratch_bpffs()), 0);
}

/* Rights do not come back, hence a child; 0: all is as it should be. */
static int look_without_rights(void)
{
	const int kept[] = { CAP_NET_ADMIN };
	struct host_facts facts;

	if (capability_keep_only(kept, 1, NULL))
		return 2;
	host_facts_read(&facts, scratch_bpffs());
	return !strstr(facts.rights.text, "missing CAP_BPF, CAP_PERFMON") ||
	       facts.programs.xdp != FACT_UNKNOWN || facts.programs.ring != FACT_UNKNOWN ||
	       facts.programs.no_limit != FACT_UNKNOWN || facts.has_sys_admin ||
	       facts.may_lock_more;
}

static void without_rights(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	assert_true(child >= 0);
	if (!child)
		_exit(look_without_rights());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fact_has_its_verdict),
		cmocka_unit_test(this_host),
		cmocka_unit_test(a_bpffs_that_is_none),
		cmocka_unit_test(a_read_only_bpffs),
		cmocka_unit_test(without_rights),
	};
	const char *reason = scratch_bpffs_enter();
	int failed;

	if (reason) {
		printf("SKIP: %s\n", reason);
		return SCRATCH_SKIP;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	scratch_bpffs_leave();
	return failed;
}
