// SPDX-License-Identifier: GPL-2.0-only
#include "interface_check.h"

#include <errno.h>
#include <string.h>

#include "interface_look.h"

/* What every driver takes. */
#define ETHERNET_MTU 1500

bool interface_look_runs(const struct interface_look *look)
{
	return look->facts->is_ours == FACT_ON && look->facts->program_mode == look->wish->mode;
}

static void look_at_link(const struct interface_look *look)
{
	const struct interface_facts *facts = look->facts;
	const char *driver = *facts->switches.driver ? facts->switches.driver : "not told";

	if (facts->is_bond) {
		findings_add(look->findings, "link", FINDING_NOTE,
			     "is a bond: what its members receive is meant one by one, with a chain, "
			     "counters and lists for each");
		findings_fix(look->findings, "\"bond:%s\" in \"interfaces\" instead of \"%s\"",
			     facts->name, facts->name);
	} else if (!facts->is_running) {
		findings_add(look->findings, "link", FINDING_NOTE,
			     "is down or has no carrier, so nothing arrives; driver %s", driver);
		findings_fix(look->findings, "ip link set dev %s up", facts->name);
	} else {
		findings_add(look->findings, "link", FINDING_OK, "up; driver %s", driver);
	}
}

static const char *mode_name(uint32_t mode)
{
	return mode == ECBPF_MODE_NATIVE  ? "native" :
	       mode == ECBPF_MODE_GENERIC ? "generic" :
					    "hardware";
}

static void look_at_foreign_program(const struct interface_look *look)
{
	const struct interface_facts *facts = look->facts;

	if (facts->is_ours == FACT_UNKNOWN) {
		findings_add(look->findings, "program", FINDING_NOTE,
			     "XDP program %s runs here, and this process may not see whether it is "
			     "ecbpf's root",
			     facts->program);
		findings_fix(look->findings, "the same as root");
		return;
	}
	findings_add(look->findings, "program", FINDING_BLOCKING,
		     "XDP program %s runs here, which is not ecbpf's: an interface has one at a time",
		     facts->program);
	if (strstr(facts->program, "(xdp_dispatcher)"))
		findings_fix(look->findings,
			     "xdp-loader unload %s --all (then load its programs into slots)",
			     facts->name);
	else
		findings_fix(look->findings, "ip link set dev %s xdp off, or its own tool",
			     facts->name);
}

static void look_at_program(const struct interface_look *look)
{
	const struct interface_facts *facts = look->facts;

	if (facts->program_unknown) {
		findings_add(look->findings, "program", FINDING_NOTE,
			     "the kernel does not say which XDP program runs here");
	} else if (!facts->program_id && *facts->busy_master) {
		/* Before 5.15 it takes one, until somebody boots the next kernel. */
		findings_add(look->findings, "program", FINDING_BLOCKING,
			     "it belongs to %s, which has an XDP program: below it the kernel takes "
			     "none",
			     facts->busy_master);
		findings_fix(look->findings, "ip link set dev %s xdp off, or its own tool",
			     facts->busy_master);
	} else if (!facts->program_id) {
		findings_add(look->findings, "program", FINDING_OK, "no XDP program runs here");
	} else if (facts->is_ours != FACT_ON) {
		look_at_foreign_program(look);
	} else if (facts->program_mode != look->wish->mode) {
		findings_add(look->findings, "program", FINDING_BLOCKING,
			     "ecbpf's root runs in %s mode, wanted is %s: that cannot be changed "
			     "while it runs",
			     mode_name(facts->program_mode), mode_name(look->wish->mode));
		findings_fix(look->findings,
			     "xdp_root_loader --detach --interface %s, then --attach --configured",
			     facts->name);
	} else {
		findings_add(look->findings, "program", FINDING_OK,
			     "ecbpf's root runs here, %s mode", mode_name(facts->program_mode));
	}
}

static void look_at_mode(const struct interface_look *look)
{
	const struct interface_facts *facts = look->facts;

	if (look->wish->mode == ECBPF_MODE_GENERIC) {
		if (facts->native == FACT_ON) {
			findings_add(look->findings, "native", FINDING_NOTE,
				     "generic mode is wanted, which is several times slower, and the "
				     "driver could do native");
			findings_fix(look->findings, "\"mode\": \"native\" in \"xdp_root\"");
		} else {
			findings_add(look->findings, "native", FINDING_OK,
				     "generic mode is wanted, which every driver has");
		}
	} else if (interface_look_runs(look) || facts->native == FACT_ON) {
		findings_add(look->findings, "native", FINDING_OK,
			     "the driver runs native programs");
	} else if (facts->native == FACT_OFF) {
		findings_add(look->findings, "native", FINDING_BLOCKING,
			     "the driver does not run native XDP programs");
		findings_fix(look->findings,
			     "\"mode\": \"generic\" in \"xdp_root\" (slower, works everywhere)");
	} else {
		findings_add(look->findings, "native", FINDING_NOTE,
			     "the driver does not tell whether it runs native programs; --attach "
			     "will");
	}
}

/* What has to fit into one buffer. A veth asks for what its other end may send. */
static uint32_t mtu_that_counts(const struct interface_facts *facts)
{
	return *facts->peer ? facts->peer_mtu : facts->mtu;
}

static void look_at_large_mtu(const struct interface_look *look, uint32_t mtu, uint32_t limit)
{
	const struct interface_facts *facts = look->facts;
	bool is_elsewhere = facts->is_veth && !*facts->peer, can_frags = facts->frags != FACT_OFF;
	const char *device = is_elsewhere ? "PEER" : facts->is_veth ? facts->peer : facts->name;

	if (look->wish->frags && can_frags) {
		findings_add(look->findings, "mtu", FINDING_OK,
			     "%u: frames in several buffers are wanted", mtu);
		return;
	}
	findings_add(look->findings, "mtu", is_elsewhere ? FINDING_WARNING : FINDING_BLOCKING,
		     "%u%s%s: %s, and one buffer holds frames of an MTU of %u", mtu,
		     !facts->is_veth ? "" :
		     is_elsewhere    ? ", and that of the other end counts" :
				       " at the other end, ",
		     facts->is_veth ? facts->peer : "",
		     can_frags ? "programs for frames in several buffers are not wanted" :
				 "no programs for frames in several buffers here",
		     limit);
	findings_fix(look->findings, "%sip link set dev %s mtu %u%s",
		     can_frags ? "\"frags\": true in \"xdp_root\", or " : "", device,
		     can_frags ? ETHERNET_MTU : limit,
		     is_elsewhere ? " (in its network namespace)" : "");
}

static void look_at_mtu(const struct interface_look *look)
{
	const struct interface_facts *facts = look->facts;
	uint32_t mtu = mtu_that_counts(facts);
	uint32_t limit = look->rules->mtu ? look->rules->mtu : facts->one_buffer;

	if (look->wish->mode == ECBPF_MODE_GENERIC || interface_look_runs(look) ||
	    facts->native == FACT_OFF || look->rules->any_mtu || mtu <= ETHERNET_MTU) {
		findings_add(look->findings, "mtu", FINDING_OK, "%u", mtu);
	} else if (mtu > limit) {
		look_at_large_mtu(look, mtu, limit);
	} else if (look->wish->frags || look->rules->whole_buffer) {
		findings_add(look->findings, "mtu", FINDING_OK, "%u, which one buffer holds", mtu);
	} else {
		findings_add(look->findings, "mtu", FINDING_NOTE,
			     "%u: drivers differ in what they take without frames in several buffers, "
			     "most of them 3046 or more",
			     mtu);
		findings_fix(look->findings,
			     "\"frags\": true in \"xdp_root\", if --attach refuses");
	}
}

void interface_check_findings(const struct interface_facts *facts,
			      const struct interface_wish *wish, struct findings *findings)
{
	const struct interface_look look = { .facts = facts,
					     .wish = wish,
					     .rules = driver_rules_of(facts->switches.driver),
					     .findings = findings };

	if (!facts->ifindex) {
		findings_add(findings, "link", FINDING_BLOCKING,
			     "no such interface in this network namespace");
		return;
	}
	look_at_link(&look);
	look_at_program(&look);
	look_at_mode(&look);
	look_at_mtu(&look);
	interface_look_at_switches(&look);
}

static int refuse(const struct interface_facts *facts, const struct finding *finding,
		  struct problem *problem)
{
	int err = !facts->ifindex                   ? -ENODEV :
		  !strcmp(finding->what, "program") ? -EBUSY :
						      -EOPNOTSUPP;

	return problem_set(problem, err, "%s: %s: %s%s%s", facts->name, finding->what,
			   finding->text, *finding->fix ? "; type: " : "", finding->fix);
}

int interface_check(const char *interface, const struct interface_wish *wish, const char *bpffs,
		    struct problem *problem)
{
	struct interface_facts facts;
	struct findings findings = { 0 };
	int err = 0;

	interface_facts_read(&facts, bpffs, interface);
	if (facts.is_ours == FACT_ON)
		return 0;
	interface_check_findings(&facts, wish, &findings);
	for (size_t i = 0; !err && i < findings.count; i++) {
		if (findings.finding[i].verdict == FINDING_BLOCKING)
			err = refuse(&facts, &findings.finding[i], problem);
	}
	findings_free(&findings);
	return err;
}
