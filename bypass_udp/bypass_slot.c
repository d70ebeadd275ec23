// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_slot.h"

#include <errno.h>
#include <string.h>

#include "attachment.h"
#include "bypass_udp.h"

bool bypass_slot_sets_timers(const struct program_slot *slot)
{
	return !strcmp(slot->slot.record.object, BYPASS_CONNTRACK_OBJECT);
}

/* -ENOENT: bypass_udp is not there, or the chain is another namespace's, or its interface has gone. */
static int look(const struct chain *chain, uint32_t *ret_ifindex)
{
	struct attachment attachment;
	struct program_slot slot;
	int err = attachment_read(chain, &attachment, NULL);

	if (err)
		return err;
	if (!attachment.same_namespace || !attachment.link_ifindex)
		return -ENOENT;
	*ret_ifindex = attachment.link_ifindex;
	err = program_slot_find(chain, BYPASS_PROGRAM, BYPASS_SLOT_ANY, &slot, NULL);
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
