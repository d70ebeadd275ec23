// SPDX-License-Identifier: GPL-2.0-only
#include "offload_verdicts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "offload_sysctls.h"

#define STRICT 1 /* rp_filter */

const char *offload_verdict_name(enum offload_verdict verdict)
{
	static const char *const names[] = { "ok", "note", "missing" };

	return names[verdict];
}

/* Adds a finding; returns it for offload_type(). */
__attribute__((format(printf, 4, 5))) static struct offload_finding *
find(struct offload_findings *findings, const char *what, enum offload_verdict verdict,
     const char *format, ...)
{
	struct offload_finding *finding = &findings->finding[findings->count++];
	va_list arguments;

	*finding = (struct offload_finding){ .what = what, .verdict = verdict };
	va_start(arguments, format);
	(void)vsnprintf(finding->text, sizeof(finding->text), format, arguments);
	va_end(arguments);
	return finding;
}

__attribute__((format(printf, 2, 3))) static void to_type(struct offload_finding *finding,
							  const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(finding->type, sizeof(finding->type), format, arguments);
	va_end(arguments);
}

static void look_at_rights(const struct offload_host_facts *host, struct offload_findings *findings)
{
	if (*host->bpffs_problem)
		to_type(find(findings, "bpffs", OFFLOAD_VERDICT_MISSING, "%s", host->bpffs_problem),
			"mount -t bpf bpf /sys/fs/bpf");
	else
		find(findings, "bpffs", OFFLOAD_VERDICT_OK, "mounted");
	if (*host->lacking)
		to_type(find(findings, "capabilities", OFFLOAD_VERDICT_MISSING,
			     "this process lacks %s", host->lacking),
			"run as root");
	else
		find(findings, "capabilities", OFFLOAD_VERDICT_OK,
		     "CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON");
}

static void look_at_jit(const struct offload_host_facts *host, struct offload_findings *findings)
{
	if (host->jit > 0)
		find(findings, "jit", OFFLOAD_VERDICT_OK, "the kernel compiles BPF programs");
	else if (host->jit == 0)
		to_type(find(findings, "jit", OFFLOAD_VERDICT_NOTE,
			     "the kernel interprets BPF programs, which is slow"),
			"sysctl -w net.core.bpf_jit_enable=1");
	else
		find(findings, "jit", OFFLOAD_VERDICT_OK,
		     "not told in this network namespace; it is on unless somebody turned it off");
}

static void look_at_daemon(const struct offload_host_facts *host, struct offload_findings *findings)
{
	const struct offload_host_state *state = &host->state;

	if (!state->is_there)
		find(findings, "daemon", OFFLOAD_VERDICT_OK,
		     "nothing is attached in this network namespace");
	else if (state->daemon_state == OFFLOAD_DAEMON_RUNNING)
		find(findings, "daemon", OFFLOAD_VERDICT_OK,
		     "process %" PRIu32 " follows next hops", state->daemon.pid);
	else
		to_type(find(findings, "daemon", OFFLOAD_VERDICT_NOTE,
			     "none runs: flows are sent all the same, but changes of routes and links "
			     "are not followed"),
			"tc_offload --run");
}

static bool has_loopback(const struct offload_facts *facts)
{
	for (size_t i = 0; i < facts->device_count; i++) {
		if (facts->devices[i].interface.is_loopback)
			return true;
	}
	return false;
}

/* Only IPv4 needs them, and only what arrives elsewhere and goes on at lo. */
static void look_at_sysctls(const struct offload_facts *facts, struct offload_findings *findings)
{
	const uint64_t flows = facts->host.state.loopback_flows;

	for (unsigned int i = 0; i < OFFLOAD_SYSCTL_COUNT; i++) {
		const char *name = offload_sysctl_name(i);
		struct offload_finding *finding;

		if (facts->host.sysctl[i] > 0)
			find(findings, "sysctl", OFFLOAD_VERDICT_OK, "%s is %d", name,
			     facts->host.sysctl[i]);
		else if (!flows && !has_loopback(facts))
			find(findings, "sysctl", OFFLOAD_VERDICT_OK, "%s is not needed by any flow",
			     name);
		else {
			finding =
				flows ? find(findings, "sysctl", OFFLOAD_VERDICT_MISSING,
					     "%s is not 1: the stack drops packets of %" PRIu64
					     " flow%s for an address of 127.0.0.0/8 that arrive at "
					     "another interface than lo",
					     name, flows, flows == 1 ? "" : "s") :
					find(findings, "sysctl", OFFLOAD_VERDICT_NOTE,
					     "%s is not 1: needed once a flow from another interface "
					     "than lo is for an address of 127.0.0.0/8",
					     name);
			to_type(finding,
				"sysctl -w %s=1 (or: tc_offload --attach --interface lo "
				"--set-sysctls)",
				name);
		}
	}
}

void offload_verdicts_host(const struct offload_facts *facts, struct offload_findings *ret_findings)
{
	ret_findings->count = 0;
	look_at_rights(&facts->host, ret_findings);
	look_at_jit(&facts->host, ret_findings);
	look_at_daemon(&facts->host, ret_findings);
	look_at_sysctls(facts, ret_findings);
}

static void look_at_link(const struct offload_device_facts *device,
			 struct offload_findings *findings)
{
	if (device->interface.is_up)
		find(findings, "link", OFFLOAD_VERDICT_OK, "up, %s%s%s",
		     device->interface.has_ethernet ? "Ethernet" : "bare IP packets",
		     *device->interface.kind ? ", " : "", device->interface.kind);
	else
		to_type(find(findings, "link", OFFLOAD_VERDICT_MISSING, "down"),
			"ip link set dev %s up", device->name);
}

static void look_at_hook(const struct offload_device_facts *device,
			 struct offload_findings *findings)
{
	switch (device->hook) {
	case OFFLOAD_HOOK_TCX:
		find(findings, "hook", OFFLOAD_VERDICT_OK, "tcx links");
		break;
	case OFFLOAD_HOOK_CLSACT:
		find(findings, "hook", OFFLOAD_VERDICT_OK,
		     "clsact filters, as the kernel has no tcx");
		break;
	case OFFLOAD_HOOK_INGRESS_QDISC:
		to_type(find(findings, "hook", OFFLOAD_VERDICT_NOTE,
			     "the kernel has no tcx, and an ingress qdisc, which has no egress side, "
			     "is where clsact would be"),
			"tc qdisc replace dev %s clsact (its filters go)", device->name);
		break;
	case OFFLOAD_HOOK_NONE:
		to_type(find(findings, "hook", OFFLOAD_VERDICT_MISSING,
			     "the kernel has neither tcx nor the module sch_ingress"),
			"install a kernel package that has sch_ingress");
		break;
	case OFFLOAD_HOOK_UNKNOWN:
		to_type(find(findings, "hook", OFFLOAD_VERDICT_MISSING,
			     "this process may not ask for what is attached"),
			"run as root");
		break;
	}
}

/* What arrives at one interface may be too long for another. */
static void look_at_mtu(const struct offload_facts *facts,
			const struct offload_device_facts *device,
			struct offload_findings *findings)
{
	const struct offload_device_facts *largest = device;

	for (size_t i = 0; i < facts->device_count; i++) {
		const struct offload_device_facts *other = &facts->devices[i];

		if (!*other->problem && other->interface.mtu > largest->interface.mtu)
			largest = other;
	}
	if (largest == device)
		find(findings, "mtu", OFFLOAD_VERDICT_OK,
		     "%" PRIu32 ", none of the others is larger", device->interface.mtu);
	else
		find(findings, "mtu", OFFLOAD_VERDICT_NOTE,
		     "%" PRIu32 ", and %" PRIu32
		     " on %s: longer packets from there are left alone (GSO packets are not: each of "
		     "their parts counts)",
		     device->interface.mtu, largest->interface.mtu, largest->name);
}

static void look_at_rp_filter(const struct offload_device_facts *device,
			      struct offload_findings *findings)
{
	if (device->rp_filter == STRICT)
		to_type(find(findings, "rp_filter", OFFLOAD_VERDICT_NOTE,
			     "strict: rewritten packets for this host are dropped unless the route to "
			     "their new source is by this interface"),
			"sysctl -w net/ipv4/conf/%s/rp_filter=2", device->name);
	else
		find(findings, "rp_filter", OFFLOAD_VERDICT_OK, "%s",
		     device->rp_filter < 0  ? "not told" :
		     device->rp_filter == 0 ? "off" :
					      "loose");
}

static const char *switch_text(enum offload_switch of)
{
	static const char *const texts[] = { "off", "on", "not told" };

	return texts[of];
}

static void look_at_switches(const struct offload_device_facts *device,
			     struct offload_findings *findings)
{
	if (device->lro == OFFLOAD_SWITCH_ON)
		to_type(find(findings, "lro", OFFLOAD_VERDICT_MISSING,
			     "on: what it has put together cannot be sent on"),
			"ethtool -K %s lro off", device->name);
	else
		find(findings, "lro", OFFLOAD_VERDICT_OK, "%s", switch_text(device->lro));
	find(findings, "checksums", OFFLOAD_VERDICT_OK,
	     "tx %s, rx %s: any setting is fine, nothing has to be switched off",
	     switch_text(device->tx_checksum), switch_text(device->rx_checksum));
	find(findings, "segmentation", OFFLOAD_VERDICT_OK, "gso %s, gro %s: any setting is fine",
	     switch_text(device->gso), switch_text(device->gro));
}

void offload_verdicts_device(const struct offload_facts *facts,
			     const struct offload_device_facts *device,
			     struct offload_findings *ret_findings)
{
	ret_findings->count = 0;
	if (*device->problem) {
		find(ret_findings, "link", OFFLOAD_VERDICT_MISSING, "%s", device->problem);
		return;
	}
	look_at_link(device, ret_findings);
	look_at_hook(device, ret_findings);
	look_at_mtu(facts, device, ret_findings);
	look_at_rp_filter(device, ret_findings);
	look_at_switches(device, ret_findings);
}
