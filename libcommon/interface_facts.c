// SPDX-License-Identifier: GPL-2.0-only
#include "interface_facts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attachment.h"
#include "chain.h"
#include "network_device.h"
#include "network_transmit.h"
#include "tc_qdisc.h"

/* Of a driver's page: room before a frame, what the kernel keeps behind it, and the link header. */
#define FRAME_OVERHEAD (256 + 320 + 14)

/* A module from outside of the kernel has an O in what taints it. */
static bool is_foreign_driver(const char *driver)
{
	char path[64], taint[16] = "";
	FILE *file;

	(void)snprintf(path, sizeof(path), "/sys/module/%s/taint", driver);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(taint, sizeof(taint), file))
		*taint = '\0';
	(void)fclose(file);
	return strchr(taint, 'O');
}

static void read_features(struct interface_facts *facts)
{
	const char *driver = facts->switches.driver;
	uint64_t features = 0;

	if (network_device_features(facts->ifindex, &features)) {
		if (network_transmit_driver(driver))
			facts->native = facts->redirect = FACT_ON;
		else if (!*driver)
			facts->native = FACT_OFF; /* the loopback device */
		return;
	}
	if (!features && is_foreign_driver(driver))
		return;
	facts->native = features & NETWORK_DEVICE_XDP ? FACT_ON : FACT_OFF;
	facts->frags = features & NETWORK_DEVICE_FRAGS ? FACT_ON : FACT_OFF;
	facts->redirect = features & NETWORK_DEVICE_TRANSMIT ? FACT_ON : FACT_OFF;
}

/* Whether a link that is pinned for any name holds the program: an interface may have been renamed. */
static bool is_pinned(const char *bpffs, uint32_t program_id)
{
	struct interface_list list = { 0 };
	bool found = false;

	if (chain_list(bpffs, &list, NULL))
		return false;
	for (size_t i = 0; !found && i < list.count; i++) {
		struct attachment attachment;
		struct chain chain;

		chain_init(&chain, bpffs, list.names[i]);
		found = chain_open(&chain, NULL) == 0 &&
			attachment_read(&chain, &attachment, NULL) == 0 &&
			attachment.link_program_id == program_id;
		chain_close(&chain);
	}
	interface_list_free(&list);
	return found;
}

static void read_program(struct interface_facts *facts, const char *bpffs)
{
	struct attachment attachment;
	struct chain chain;
	int opened, err;

	chain_init(&chain, bpffs, facts->name);
	opened = chain_open(&chain, NULL);
	err = attachment_read(&chain, &attachment, NULL);
	chain_close(&chain);
	/* Of another version of pins the link is read all the same. */
	facts->program_unknown = err && err != -EPROTO;
	if (facts->program_unknown || !attachment.running_id)
		return;
	facts->program_id = attachment.running_id;
	facts->program_mode = attachment.running_mode;
	attachment_describe_program(facts->program_id, facts->program, sizeof(facts->program));
	if (attachment.ours || is_pinned(bpffs, facts->program_id))
		facts->is_ours = FACT_ON;
	else if (!opened || opened == -ENOENT || opened == -EPROTO)
		facts->is_ours = FACT_OFF;
	facts->program_frags = attachment.ours && attachment.identity.frags;
}

static enum fact_switch has_program(const char *name)
{
	struct attachment attachment;
	struct chain nothing;

	chain_init(&nothing, "", name);
	if (attachment_read(&nothing, &attachment, NULL))
		return FACT_UNKNOWN;
	return attachment.running_id ? FACT_ON : FACT_OFF;
}

static void read_master(struct interface_facts *facts, uint32_t master)
{
	char name[INTERFACE_NAME_SIZE];

	if (master && !interface_name_of(master, name) && has_program(name) == FACT_ON)
		memcpy(facts->busy_master, name, sizeof(name));
}

static void read_device(struct interface_facts *facts)
{
	struct interface_switches switches;
	struct network_device device;

	if (network_device_read(facts->ifindex, &device))
		return;
	facts->is_running = device.link.running;
	facts->is_bond = device.link.kind == NETWORK_LINK_BOND;
	facts->has_vlan_devices = device.has_vlan_devices;
	facts->mtu = device.link.mtu;
	facts->is_veth = device.is_veth;
	read_master(facts, device.link.master);
	if (!device.peer || interface_name_of(device.peer, facts->peer))
		return;
	(void)interface_mtu(facts->peer, &facts->peer_mtu);
	interface_switches_read(&switches, facts->peer);
	facts->peer_tx_checksum = switches.tx_checksum;
	facts->peer_program = has_program(facts->peer);
}

void interface_facts_read(struct interface_facts *ret_facts, const char *bpffs, const char *name)
{
	struct interface_facts facts = {
		.one_buffer = (uint32_t)sysconf(_SC_PAGESIZE) - FRAME_OVERHEAD,
		.cpus = (uint32_t)sysconf(_SC_NPROCESSORS_ONLN),
	};

	interface_real_name(name, facts.name);
	if (interface_index(facts.name, &facts.ifindex) == 0) {
		interface_switches_read(&facts.switches, facts.name);
		read_device(&facts);
		read_features(&facts);
		read_program(&facts, bpffs);
		facts.has_tc_filters = tc_qdisc_is_clsact(facts.ifindex) == 1 &&
				       (tc_qdisc_has_filters(facts.ifindex, TC_LINK_INGRESS) == 1 ||
					tc_qdisc_has_filters(facts.ifindex, TC_LINK_EGRESS) == 1);
	}
	*ret_facts = facts;
}
