// SPDX-License-Identifier: GPL-2.0-only
#include "root_attach.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "abi/pin_names.h"
#include "attachment.h"
#include "chain_root.h"
#include "cleanup.h"
#include "load_time.h"
#include "log.h"
#include "root_adopt.h"
#include "root_program.h"
#include "slot_repair.h"
#include "slot_table.h"

/* Whether any slot, or the exit hook, is filled or meant to be. */
static bool has_slots(const struct chain *chain)
{
	struct slot slots[ECBPF_PLACE_COUNT];

	if (chain->map[CHAIN_SLOTS] < 0 || slot_table_read(chain, slots, NULL))
		return false;
	for (int i = 0; i < ECBPF_PLACE_COUNT; i++) {
		if (slots[i].program_id || slots[i].pinned_id)
			return true;
	}
	return false;
}

static int check_parameters(const struct chain *chain, const struct attachment *attachment,
			    const struct root_options *options, struct problem *problem)
{
	const char *name = chain->interface;

	if (attachment->ours && attachment->running_mode != options->mode)
		return problem_set(
			problem, -EBUSY,
			"%s: the root is attached in %s mode; --detach first to change it", name,
			attachment->running_mode == ECBPF_MODE_GENERIC ? "generic" : "native");
	if (attachment->has_identity && attachment->identity.frags != options->frags &&
	    chain->map[CHAIN_SLOTS] >= 0 && (attachment->ours || has_slots(chain)))
		return problem_set(problem, -EBUSY,
				   "%s: the root is attached %s --frags; --detach first to change it",
				   name, attachment->identity.frags ? "with" : "without");
	return 0;
}

/* An array that lost its last user-space reference is emptied by a kernel worker, entry by entry;
 * what is put back before it has ended would be taken out again. `end` is behind the last place. */
static void wait_until_emptied(const struct chain *chain, unsigned int first, unsigned int end)
{
	const struct timespec pause = { .tv_nsec = 10000000L };
	struct slot slots[ECBPF_PLACE_COUNT];

	for (int tries = 0; tries < 200; tries++) {
		bool is_empty = true;

		if (slot_table_read(chain, slots, NULL))
			return;
		for (unsigned int i = first; i < end; i++)
			is_empty &= !slots[i].program_id;
		if (is_empty)
			return;
		nanosleep(&pause, NULL);
	}
}

/* The programs in the slots are tied to the maps they were loaded with: with new ones they would walk
 * an array that nobody fills. */
static int find_maps(struct chain *chain, struct problem *problem)
{
	char path[BPFFS_PATH_SIZE];
	bool slots_were_lost, hook_was_lost;

	if (chain_has_maps(chain))
		return 0;
	slots_were_lost = chain->map[CHAIN_SLOTS] < 0;
	hook_was_lost = chain->map[CHAIN_EXIT_HOOK] < 0;
	chain_find_maps(chain);
	if (slots_were_lost)
		wait_until_emptied(chain, 0, ECBPF_SLOT_COUNT);
	if (hook_was_lost)
		wait_until_emptied(chain, ECBPF_EXIT_HOOK, ECBPF_PLACE_COUNT);
	if (chain->map[CHAIN_SLOTS] >= 0 && chain->map[CHAIN_STATS] >= 0 &&
	    chain->map[CHAIN_EXIT_HOOK] >= 0 && chain->map[CHAIN_CAPTURE_HOOK] >= 0)
		return 0;
	for (unsigned int i = 0; i < ECBPF_PLACE_COUNT; i++) {
		slot_table_path(chain, i, "", path);
		if (bpffs_exists(path))
			return problem_set(
				problem, -ENOENT,
				"%s: shared maps are pinned in neither place and cannot be "
				"reached by id, so %s cannot be kept: --detach, then attach and "
				"load anew",
				chain->interface, slot_table_name(i));
	}
	return 0;
}

/* Refuses to touch what is not this interface's. */
static int check_ownership(const struct chain *chain, const struct attachment *attachment,
			   struct problem *problem)
{
	const char *name = chain->interface;
	char program[64], other[INTERFACE_NAME_SIZE];

	if (attachment->ours)
		return 0;
	if (attachment->running_id) {
		attachment_describe_program(attachment->running_id, program, sizeof(program));
		return problem_set(
			problem, -EBUSY,
			"%s: another XDP program runs here, %s; take it away first (ip link "
			"set dev %s xdp off, or its own tool)",
			name, program, name);
	}
	if (attachment->has_identity && !attachment->same_namespace)
		return problem_set(
			problem, -EXDEV,
			"%s: the pins in %s belong to an interface of that name in another "
			"network namespace; use --bpffs with a bpffs of this namespace's "
			"own, or clear them with --detach if that interface is gone",
			name, chain->pins);
	if (attachment_find_device(attachment, other))
		return problem_set(problem, -EBUSY,
				   "%s: the pins in %s belong to the interface that is now called %s "
				   "(index %u); run --attach --interface %s first",
				   name, chain->pins, other, attachment->link_ifindex, other);
	if (attachment->link_ifindex)
		return problem_set(
			problem, -EXDEV,
			"%s: the pins in %s belong to an interface that was moved to another "
			"network namespace; run --attach there first",
			name, chain->pins);
	return 0;
}

static int write_identity(const struct chain *chain, const struct attachment *attachment,
			  const struct root_options *options, struct problem *problem)
{
	struct ecbpf_chain_identity identity = {
		.abi_version = ECBPF_ABI_VERSION,
		.ifindex = attachment->ifindex,
		.mode = options->mode,
		.frags = options->frags,
		.attached_at = attachment->identity.attached_at,
	};
	struct network_namespace here;
	int err;

	err = network_namespace_current(&here);
	if (err)
		return problem_errno(problem, err, "cannot tell the network namespace");
	if (!attachment->ours || !identity.attached_at)
		identity.attached_at = load_time_now();
	identity.netns_cookie = here.cookie;
	identity.netns_inode = here.inode;
	memcpy(identity.interface, chain->interface, sizeof(identity.interface));
	return chain_write_identity(chain, &identity, problem);
}

/* The kernel's answer to a link is one number; this says what it most likely meant. */
static int explain_link(const char *name, int err, const struct root_options *options,
			struct problem *problem)
{
	__u32 mtu = 0;

	(void)interface_mtu(name, &mtu);
	if (err == -EOPNOTSUPP && options->mode == ECBPF_MODE_NATIVE)
		return problem_errno(problem, err,
				     "%s: its driver has no native XDP; use --mode generic (slower, "
				     "works everywhere)",
				     name);
	if ((err == -ERANGE || err == -EINVAL || err == -EOPNOTSUPP) && mtu > 1500 &&
	    !options->frags)
		return problem_errno(problem, err,
				     "%s: MTU %u is too large for XDP without --frags; attach with "
				     "--frags or lower the MTU",
				     name, mtu);
	if (err == -ERANGE && !options->frags)
		return problem_errno(problem, err,
				     "%s: an MTU, its own or that of a veth's peer, is too large for "
				     "XDP without --frags; attach with --frags or lower the MTU",
				     name);
	if (err == -EBUSY || err == -EEXIST)
		return problem_errno(problem, err,
				     "%s: another XDP program was attached at the same moment",
				     name);
	return problem_errno(problem, err, "%s: cannot attach the root in %s mode", name,
			     options->mode == ECBPF_MODE_NATIVE ? "native" : "generic");
}

static int create_link(struct chain *chain, const struct attachment *attachment, int program,
		       const struct root_options *options, struct problem *problem)
{
	LIBBPF_OPTS(bpf_link_create_opts, link_options,
		    .flags = options->mode == ECBPF_MODE_NATIVE ? XDP_FLAGS_DRV_MODE :
								  XDP_FLAGS_SKB_MODE);
	int link;

	link = bpf_link_create(program, (int)attachment->ifindex, BPF_XDP, &link_options);
	if (link < 0)
		return explain_link(chain->interface, -errno, options, problem);
	if (chain->link >= 0)
		close(chain->link);
	chain->link = link;
	return 0;
}

/* The atomic step: packets meet this build's root from here on. */
static int publish(struct chain *chain, const struct attachment *attachment, int program,
		   const struct root_options *options, struct problem *problem)
{
	int err;

	if (!attachment->ours)
		return create_link(chain, attachment, program, options, problem);
	err = bpf_link_update(chain->link, program, NULL);
	if (err)
		return problem_errno(problem, -errno, "%s: cannot replace the root",
				     chain->interface);
	return 0;
}

/* Order: maps are pinned, twice, before a program that uses them is attached, because the kernel
 * empties a PROG_ARRAY when its last user-space reference goes. */
static int put_root(struct chain *chain, const struct attachment *attachment,
		    const struct root_options *options, struct problem *problem)
{
	CLEANUP_CLOSE int program = -1;
	int err;

	program = root_program_load(chain, options->frags, problem);
	if (program < 0)
		return program;
	err = chain_pin_maps(chain, problem);
	if (!err)
		err = slot_table_recover(chain, problem);
	if (!err)
		err = slot_repair(chain, problem);
	if (!err)
		err = chain_root_stage(chain, program, problem);
	if (!err)
		err = publish(chain, attachment, program, options, problem);
	if (!err)
		err = write_identity(chain, attachment, options, problem);
	if (!err)
		err = chain_root_commit(chain, problem);
	if (err)
		(void)chain_root_recover(chain, NULL);
	return err;
}

/* Members of a PROG_ARRAY agree on the frags flag for as long as the array lives, so a chain that is
 * made anew with the other flag needs new maps. Nothing runs with the old ones: see above. */
static int drop_unusable_maps(struct chain *chain, const struct attachment *attachment,
			      const struct root_options *options, struct problem *problem)
{
	bool other_frags = attachment->has_identity && attachment->identity.frags != options->frags;

	if (!other_frags || chain->map[CHAIN_SLOTS] < 0)
		return 0;
	for (int i = 0; i < CHAIN_MAP_COUNT; i++) {
		if (i != CHAIN_IDENTITY && chain->map[i] >= 0) {
			close(chain->map[i]);
			chain->map[i] = -1;
		}
	}
	return chain_unpin_maps(chain, problem);
}

int root_attach(const char *interface, const struct root_options *options, struct problem *problem)
{
	struct attachment attachment;
	struct chain chain;
	bool was_new;
	int err;

	chain_init(&chain, options->bpffs, interface);
	err = root_adopt(&chain, options->bpffs, problem);
	if (!err)
		err = chain_open(&chain, problem);
	was_new = err == -ENOENT;
	if (err && !was_new)
		goto out;
	err = attachment_read(&chain, &attachment, problem);
	if (!err && !attachment.ifindex)
		err = problem_set(problem, -ENODEV,
				  "%s: no such interface in this network namespace", interface);
	if (!err)
		err = check_ownership(&chain, &attachment, problem);
	if (!err)
		err = check_parameters(&chain, &attachment, options, problem);
	if (!err && options->frags)
		err = root_program_probe_frags(problem);
	if (!err)
		err = find_maps(&chain, problem);
	if (!err)
		err = drop_unusable_maps(&chain, &attachment, options, problem);
	if (!err) {
		err = put_root(&chain, &attachment, options, problem);
		if (err && was_new)
			(void)chain_remove(&chain, NULL);
	}
out:
	chain_close(&chain);
	return err;
}
