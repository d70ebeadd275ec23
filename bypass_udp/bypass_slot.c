// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_slot.h"

#include <errno.h>
#include <string.h>

#include "attachment.h"
#include "bypass_udp.h"

static bool is_bypass(const struct slot *slot)
{
	return slot->recorded && !strcmp(slot->name, BYPASS_PROGRAM);
}

static int find_anywhere(const struct chain *chain, const struct slot slots[ECBPF_PLACE_COUNT],
			 unsigned int *ret_number, struct problem *problem)
{
	unsigned int found = BYPASS_SLOT_ANY;

	for (unsigned int i = 0; i < ECBPF_SLOT_COUNT; i++) {
		if (!is_bypass(&slots[i]))
			continue;
		if (found != BYPASS_SLOT_ANY)
			return problem_set(problem, -EEXIST,
					   "%s: bypass_udp is in slots %u and %u: say which with "
					   "--slot N",
					   chain->interface, found, i);
		found = i;
	}
	if (found == BYPASS_SLOT_ANY)
		return problem_set(problem, -ENOENT,
				   "%s: bypass_udp is not attached; run: bypass_udp --attach "
				   "--interface %s",
				   chain->interface, chain->interface);
	*ret_number = found;
	return 0;
}

static int check_wanted(const struct chain *chain, const struct slot *slot, unsigned int wanted,
			struct problem *problem)
{
	__u32 id = slot->program_id ? slot->program_id : slot->pinned_id;

	if (is_bypass(slot))
		return 0;
	if (!id)
		return problem_set(problem, -ENOENT,
				   "%s: slot %u is empty, bypass_udp is not attached there",
				   chain->interface, wanted);
	return problem_set(problem, -EBUSY, "%s: slot %u holds %s (id %u), not bypass_udp%s",
			   chain->interface, wanted, *slot->name ? slot->name : "a program", id,
			   strcmp(slot->name, BYPASS_PROGRAM) ? "" : " as this tool loads it");
}

int bypass_slot_find(const struct chain *chain, unsigned int wanted, struct bypass_slot *ret_slot,
		     struct problem *problem)
{
	struct slot slots[ECBPF_PLACE_COUNT];
	unsigned int number = wanted;
	int err = slot_table_read(chain, slots, problem);

	if (!err && wanted == BYPASS_SLOT_ANY)
		err = find_anywhere(chain, slots, &number, problem);
	else if (!err)
		err = check_wanted(chain, &slots[number], number, problem);
	if (err)
		return err;
	ret_slot->number = number;
	ret_slot->slot = slots[number];
	return 0;
}

bool bypass_slot_sets_timers(const struct bypass_slot *slot)
{
	return !strcmp(slot->slot.record.object, BYPASS_CONNTRACK_OBJECT);
}

/* -ENOENT: bypass_udp is not there, or the chain is another namespace's, or its interface has gone. */
static int look(const struct chain *chain, uint32_t *ret_ifindex)
{
	struct attachment attachment;
	struct bypass_slot slot;
	int err = attachment_read(chain, &attachment, NULL);

	if (err)
		return err;
	if (!attachment.same_namespace || !attachment.link_ifindex)
		return -ENOENT;
	*ret_ifindex = attachment.link_ifindex;
	err = bypass_slot_find(chain, BYPASS_SLOT_ANY, &slot, NULL);
	return err == -EEXIST ? 0 : err;
}

int bypass_slot_look(const char *bpffs, const char *interface, uint32_t *ret_ifindex)
{
	struct chain chain;
	int err;

	*ret_ifindex = 0;
	chain_init(&chain, bpffs, interface);
	err = chain_open(&chain, NULL);
	if (!err)
		err = look(&chain, ret_ifindex);
	chain_close(&chain);
	return err;
}

int bypass_slot_interfaces(struct interface_list *ret_list, const char *bpffs,
			   const struct interface_list *wanted, struct problem *problem)
{
	struct interface_list pinned = { 0 };
	char name[INTERFACE_NAME_SIZE];
	uint32_t ifindex;
	int err = 0;

	for (size_t i = 0; !err && i < wanted->count; i++) {
		interface_real_name(wanted->names[i], name);
		err = interface_list_add(ret_list, name, problem);
	}
	if (!err && !wanted->count)
		err = chain_list(bpffs, &pinned, problem);
	for (size_t i = 0; !err && i < pinned.count; i++) {
		if (bypass_slot_look(bpffs, pinned.names[i], &ifindex) != -ENOENT)
			err = interface_list_add(ret_list, pinned.names[i], problem);
	}
	interface_list_free(&pinned);
	return err;
}
