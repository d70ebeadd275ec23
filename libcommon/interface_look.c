// SPDX-License-Identifier: GPL-2.0-only
#include "interface_look.h"

/* Frames that the hardware has put together are what programs would see, and cannot be sent on. */
static void look_at_merging(const struct interface_look *look, const char *what,
			    enum fact_switch is_on, bool is_refused, const char *option)
{
	bool runs = look->facts->is_ours == FACT_ON;

	if (is_on != FACT_ON) {
		findings_add(look->findings, what, FINDING_OK, "%s",
			     is_on == FACT_OFF ? "off" : "not told");
		return;
	}
	if (runs)
		findings_add(look->findings, what, FINDING_WARNING,
			     "on: programs see frames that were merged, which cannot be sent on");
	else if (look->wish->mode == ECBPF_MODE_NATIVE && is_refused)
		findings_add(look->findings, what, FINDING_BLOCKING,
			     "on: the driver refuses native programs as long as it merges frames");
	else
		findings_add(look->findings, what, FINDING_NOTE,
			     "on: programs would see merged frames; the kernel or the driver turns it "
			     "off while one runs, or refuses programs");
	findings_fix(look->findings, "ethtool -K %s %s off", look->facts->name, option);
}

/* What a virtual machine is given so, its driver cannot turn off, as others do. */
static void look_at_gro_hw(const struct interface_look *look)
{
	const struct interface_switches *switches = &look->facts->switches;

	if (switches->gro_hw != FACT_ON || !switches->gro_hw_fixed ||
	    !look->rules->refuses_fixed_gro_hw || look->wish->mode != ECBPF_MODE_NATIVE ||
	    look->facts->is_ours == FACT_ON) {
		look_at_merging(look, "gro-hw", switches->gro_hw, look->rules->refuses_gro_hw,
				"rx-gro-hw");
		return;
	}
	findings_add(look->findings, "gro-hw", FINDING_BLOCKING,
		     "on, and only the hypervisor can turn it off, which native programs need");
	findings_fix(
		look->findings,
		"\"mode\": \"generic\" in \"xdp_root\"; or in QEMU: guest_tso4=off,guest_tso6=off,"
		"guest_ecn=off,guest_ufo=off,guest_csum=off");
}

static void look_at_vlan(const struct interface_look *look)
{
	const struct interface_facts *facts = look->facts;

	if (facts->switches.rx_vlan != FACT_ON) {
		findings_add(look->findings, "rxvlan", FINDING_OK,
			     "off: programs see VLAN tags where they are in the frame");
		return;
	}
	findings_add(look->findings, "rxvlan",
		     facts->has_vlan_devices ? FINDING_WARNING : FINDING_NOTE,
		     "on: the driver takes VLAN tags out of received frames%s, so programs see them "
		     "untagged, and what they send leaves without",
		     facts->has_vlan_devices ? " (VLAN devices are above it)" : "");
	findings_fix(look->findings, "ethtool -K %s rxvlan off", facts->name);
}

static void look_at_channels(const struct interface_look *look)
{
	const struct interface_switches *switches = &look->facts->switches;
	const struct interface_facts *facts = look->facts;
	bool counts = look->wish->mode == ECBPF_MODE_NATIVE && !interface_look_runs(look);
	uint32_t wanted =
		facts->cpus < switches->combined_max ? facts->cpus : switches->combined_max;

	if (counts && look->rules->half_of_channels &&
	    switches->combined > switches->combined_max / 2) {
		findings_add(
			look->findings, "channels", FINDING_BLOCKING,
			"%u of %u: the driver runs native programs only if half of them are free, "
			"to transmit from",
			switches->combined, switches->combined_max);
		findings_fix(look->findings, "ethtool -L %s combined %u", facts->name,
			     switches->combined_max / 2);
	} else if (counts && look->rules->combined_channels && !switches->combined &&
		   switches->rx) {
		findings_add(look->findings, "channels", FINDING_BLOCKING,
			     "%u to receive and %u to transmit: the driver runs native programs only "
			     "with combined ones",
			     switches->rx, switches->tx);
		findings_fix(look->findings, "ethtool -L %s rx 0 tx 0 combined %u", facts->name,
			     switches->rx);
	} else if (switches->combined && switches->combined < wanted) {
		findings_add(look->findings, "channels", FINDING_NOTE,
			     "%u of %u, for %u CPUs: the others do no work for packets",
			     switches->combined, switches->combined_max, facts->cpus);
		findings_fix(look->findings, "ethtool -L %s combined %u", facts->name,
			     look->rules->half_of_channels ? switches->combined_max / 2 : wanted);
	} else if (switches->combined || switches->rx) {
		findings_add(look->findings, "channels", FINDING_OK, "%u, for %u CPU%s",
			     switches->combined ? switches->combined : switches->rx, facts->cpus,
			     facts->cpus == 1 ? "" : "s");
	}
}

/* Of a veth: who takes what programs transmit and redirect, and what becomes of unfinished checksums. */
static void look_at_veth(const struct interface_look *look)
{
	const struct interface_facts *facts = look->facts;
	const char *peer = *facts->peer ? facts->peer : "PEER";
	const char *where = *facts->peer ? "" : " (in its network namespace)";

	if (facts->peer_tx_checksum == FACT_OFF) {
		findings_add(look->findings, "checksums", FINDING_OK,
			     "%s finishes the checksums of what it sends", peer);
	} else {
		findings_add(look->findings, "checksums",
			     facts->peer_tx_checksum == FACT_ON ? FINDING_WARNING : FINDING_NOTE,
			     "%s leaves checksums unfinished: what sockets there send, and a program "
			     "here transmits or redirects, arrives with a wrong one",
			     *facts->peer ? facts->peer : "the other end, if tx is on there,");
		findings_fix(look->findings, "ethtool -K %s tx off%s", peer, where);
	}
	if (facts->peer_program == FACT_ON) {
		findings_add(look->findings, "transmit", FINDING_OK,
			     "%s has an XDP program, so it takes what programs transmit", peer);
	} else {
		findings_add(look->findings, "transmit", FINDING_NOTE,
			     "%s takes what a program here transmits only if it has an XDP program "
			     "itself%s",
			     *facts->peer ? facts->peer : "the other end",
			     *facts->peer ? ", which it has not" : "");
		findings_fix(look->findings, "attach one that passes everything to %s%s", peer,
			     where);
	}
}

static void look_at_redirect(const struct interface_look *look)
{
	const struct interface_facts *facts = look->facts;

	if (facts->redirect != FACT_OFF) {
		findings_add(look->findings, "redirect", FINDING_OK, "%s",
			     facts->redirect == FACT_ON ? "takes frames that are redirected to it" :
							  "not told");
	} else if (facts->is_veth) {
		findings_add(look->findings, "redirect", FINDING_NOTE,
			     "frames that are redirected to it are lost: its other end has neither an "
			     "XDP program nor GRO");
		findings_fix(look->findings, "ethtool -K %s gro on%s",
			     *facts->peer ? facts->peer : "PEER",
			     *facts->peer ? "" : " (in its network namespace)");
	} else {
		findings_add(look->findings, "redirect", FINDING_NOTE,
			     "takes no redirected frames%s",
			     facts->program_id ? "" :
						 "; with some drivers it does once a program runs");
	}
}

static void look_at_tc(const struct interface_look *look)
{
	if (look->facts->has_tc_filters)
		findings_add(look->findings, "tc", FINDING_NOTE,
			     "filters are attached to its clsact qdisc: they see what XDP passes, not "
			     "what it drops, transmits or redirects");
	else
		findings_add(look->findings, "tc", FINDING_OK, "no filters in a clsact qdisc");
}

void interface_look_at_switches(const struct interface_look *look)
{
	const struct interface_switches *switches = &look->facts->switches;

	look_at_merging(look, "lro", switches->lro, look->rules->refuses_lro, "lro");
	look_at_gro_hw(look);
	look_at_vlan(look);
	look_at_channels(look);
	if (look->facts->is_veth)
		look_at_veth(look);
	look_at_redirect(look);
	look_at_tc(look);
}
