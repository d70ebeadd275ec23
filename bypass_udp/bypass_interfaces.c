// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_interfaces.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attachment.h"
#include "bypass_host.h"
#include "bypass_maps.h"
#include "chain_look.h"
#include "counters.h"
#include "device_state.h"
#include "tc_link.h"

/* A chain that was cleared, or that had counted for another program in this slot, has its own idea of
 * where counting begins: these are since the maps were made. */
static void count_sent(struct bypass_interface_state *interface, const struct counters *counters)
{
	static const unsigned int actions[2] = { XDP_TX, XDP_REDIRECT };
	const struct ecbpf_row *row = &counters->total->row[interface->place.number];

	for (unsigned int reason = 0; reason < 2; reason++) {
		for (unsigned int i = 0; i < 2; i++)
			interface->sent[reason][i] =
				row->packets[BYPASS_REASON_L2 + reason][actions[i]] -
				interface->config.sent_before[reason][i];
	}
}

static int read_counts(struct bypass_interface_state *interface, const struct chain *chain,
		       struct problem *problem)
{
	struct bypass_maps maps = BYPASS_MAPS_CLOSED;
	struct counters counters = { 0 };
	int err = bypass_maps_open(&maps, chain, interface->place.number, problem);

	if (!err)
		err = bypass_maps_read_config(&maps, &interface->config, problem);
	if (!err)
		err = bypass_maps_read_up(&maps, interface->up, problem);
	if (!err)
		err = counters_read(chain, &counters, problem);
	if (!err)
		count_sent(interface, &counters);
	counters_free(&counters);
	bypass_maps_close(&maps);
	return err;
}

static bool is_observed(const char *directory, uint32_t ifindex)
{
	struct tc_link link = bypass_host_observer(directory, ifindex);
	struct tc_link_state state = { 0 };

	return ifindex && tc_link_query(&link, &state, NULL) == 0 && state.kind != TC_LINK_NONE;
}

static int read_interface(struct bypass_interface_state *interface, const char *bpffs,
			  const char *directory, unsigned int slot, struct problem *problem)
{
	struct attachment attachment = { 0 };
	struct chain chain;
	int err = chain_look(&chain, bpffs, interface->name, problem);

	if (!err)
		err = program_slot_find(&chain, BYPASS_PROGRAM, slot, &interface->place, problem);
	if (!err)
		err = attachment_read(&chain, &attachment, problem);
	if (!err)
		err = read_counts(interface, &chain, problem);
	chain_close(&chain);
	if (err)
		return err;
	interface->has_root = attachment.ours;
	interface->ifindex = attachment.ifindex;
	interface->is_observed = is_observed(directory, attachment.ifindex);
	interface->sets_timers = strstr(interface->place.slot.record.object, "conntrack") != NULL;
	interface->lost = device_state_lost(interface->name);
	device_state_mac(interface->name, interface->mac);
	return 0;
}

int bypass_interfaces_read(struct bypass_interface_state **ret_interfaces, size_t *ret_count,
			   const char *bpffs, const char *directory,
			   const struct interface_list *wanted, unsigned int slot,
			   struct problem *problem)
{
	struct bypass_interface_state *interfaces;
	struct interface_list list = { 0 };
	int err = bypass_slot_interfaces(&list, bpffs, wanted, problem), first_err = 0;

	*ret_count = 0;
	*ret_interfaces = interfaces = calloc(list.count + 1, sizeof(*interfaces));
	if (!err && !interfaces)
		err = problem_errno(problem, -ENOMEM, "cannot read the status");
	for (size_t i = 0; !err && interfaces && i < list.count; i++) {
		struct bypass_interface_state *interface = &interfaces[*ret_count];
		struct problem one = { 0 };

		*interface = (struct bypass_interface_state){ 0 };
		(void)snprintf(interface->name, sizeof(interface->name), "%s", list.names[i]);
		if (!read_interface(interface, bpffs, directory, slot, &one))
			++*ret_count;
		else if (!first_err)
			first_err = problem_set(problem, -EIO, "%s", one.text);
	}
	interface_list_free(&list);
	return err ? err : first_err;
}
