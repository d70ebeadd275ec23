// SPDX-License-Identifier: GPL-2.0-only
#include "root_adopt.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "attachment.h"
#include "log.h"

/* Program id of the link pinned for `name`, 0 if there is none. */
static __u32 pinned_program(const char *bpffs, const char *name)
{
	struct attachment attachment;
	struct chain chain;
	__u32 id = 0;

	chain_init(&chain, bpffs, name);
	if (chain_open(&chain, NULL) == 0 && attachment_read(&chain, &attachment, NULL) == 0)
		id = attachment.link_ifindex ? attachment.link_program_id : 0;
	chain_close(&chain);
	return id;
}

int root_find_pins(const char *bpffs, const char *interface, bool *ret_found,
		   char ret_name[INTERFACE_NAME_SIZE], struct problem *problem)
{
	struct interface_list list = { 0 };
	struct attachment attachment;
	struct chain nothing;
	int err;

	*ret_found = false;
	chain_init(&nothing, bpffs, interface);
	err = attachment_read(&nothing, &attachment, problem);
	if (err || !attachment.running_id)
		return err;
	err = chain_list(bpffs, &list, problem);
	for (size_t i = 0; !err && i < list.count; i++) {
		if (pinned_program(bpffs, list.names[i]) != attachment.running_id)
			continue;
		memcpy(ret_name, list.names[i], INTERFACE_NAME_SIZE);
		*ret_found = true;
	}
	interface_list_free(&list);
	return err;
}

int root_adopt(const struct chain *chain, const char *bpffs, struct problem *problem)
{
	char old_name[INTERFACE_NAME_SIZE];
	struct chain old;
	bool found;
	int err = 0;

	if (bpffs_exists(chain->pins) || bpffs_exists(chain->second))
		return 0;
	err = root_find_pins(bpffs, chain->interface, &found, old_name, problem);
	if (err || !found)
		return err;
	chain_init(&old, bpffs, old_name);
	if (bpffs_exists(old.second))
		err = bpffs_rename(old.second, chain->second, problem);
	if (!err && bpffs_exists(old.pins))
		err = bpffs_rename(old.pins, chain->pins, problem);
	if (!err)
		log_warning("%s: was attached as %s; its pins have the new name now",
			    chain->interface, old_name);
	return err;
}
