// SPDX-License-Identifier: GPL-2.0-only
#include "chain_health.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "abi/pin_names.h"
#include "root_adopt.h"

__attribute__((format(printf, 3, 0))) static void
add(char findings[][CHAIN_FINDING_SIZE], size_t *count, const char *format, va_list arguments)
{
	if (*count < CHAIN_FINDINGS_MAX)
		vsnprintf(findings[(*count)++], CHAIN_FINDING_SIZE, format, arguments);
}

__attribute__((format(printf, 2, 3))) static void disagree(struct chain_health *health,
							   const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(health->disagreements, &health->disagreement_count, format, arguments);
	va_end(arguments);
}

__attribute__((format(printf, 2, 3))) static void note(struct chain_health *health,
						       const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(health->notes, &health->note_count, format, arguments);
	va_end(arguments);
}

/* True if a loaded program uses the map. */
static bool uses_map(int program, int map)
{
	__u32 ids[64], program_size = sizeof(struct bpf_prog_info), map_size;
	struct bpf_prog_info info = { .nr_map_ids = 64, .map_ids = (__u64)(unsigned long)ids };
	struct bpf_map_info map_info = { 0 };

	map_size = sizeof(map_info);
	if (bpf_obj_get_info_by_fd(program, &info, &program_size) < 0 ||
	    bpf_obj_get_info_by_fd(map, &map_info, &map_size) < 0)
		return false;
	for (__u32 i = 0; i < info.nr_map_ids && i < 64; i++) {
		if (ids[i] == map_info.id)
			return true;
	}
	return false;
}

/* The pinned root program tells what runs without the right to look programs up by id. */
static void look_at_root(struct chain_health *health)
{
	const char *places[] = { health->chain.pins, health->chain.second };
	struct bpf_prog_info info = { 0 };
	char path[BPFFS_PATH_SIZE];
	__u32 size = sizeof(info);
	int fd = -1;

	for (int i = 0; i < 2 && fd < 0; i++) {
		bpffs_join(path, places[i], ECBPF_PIN_ROOT);
		fd = bpffs_open(path);
	}
	if (fd < 0)
		return;
	if (bpf_obj_get_info_by_fd(fd, &info, &size) == 0) {
		health->root_id = info.id;
		health->is_nop = !strcmp(info.name, "xdp_root_nop");
	}
	if (health->attachment.ours && !health->is_nop && chain_has_maps(&health->chain) &&
	    health->root_id == health->attachment.running_id &&
	    (!uses_map(fd, health->chain.map[CHAIN_SLOTS]) ||
	     !uses_map(fd, health->chain.map[CHAIN_STATS]) ||
	     !uses_map(fd, health->chain.map[CHAIN_EXIT_HOOK])))
		disagree(health,
			 "the pinned maps are not the ones the attached root uses: --detach, then "
			 "--attach");
	close(fd);
}

static void check_interface_gone(struct chain_health *health)
{
	const struct attachment *attachment = &health->attachment;
	char name[INTERFACE_NAME_SIZE];
	const char *interface = health->chain.interface;

	if (attachment->has_identity && !attachment->same_namespace)
		disagree(health,
			 "the pins in %s belong to an interface in another network namespace",
			 health->chain.pins);
	else if (!attachment->has_link)
		disagree(health,
			 "no such interface, and no link is pinned: --detach clears the pins");
	else if (!attachment->link_ifindex)
		disagree(health,
			 "the interface is gone, its pins are left: --attach when it is back keeps "
			 "the slots, --detach clears them");
	else if (attachment_find_device(attachment, name))
		disagree(health,
			 "the interface was renamed to %s, where the root still runs: --attach "
			 "--interface %s moves the pins of %s",
			 name, name, interface);
	else
		disagree(health,
			 "the interface was moved to another network namespace, where the root still "
			 "runs: --attach there takes the pins over");
}

static void check_not_ours(struct chain_health *health)
{
	const struct attachment *attachment = &health->attachment;
	char program[64], name[INTERFACE_NAME_SIZE];

	if (attachment->has_identity && !attachment->same_namespace)
		disagree(health,
			 "the pins in %s belong to an interface of this name in another network "
			 "namespace: use --bpffs with a bpffs of this namespace's own",
			 health->chain.pins);
	else if (attachment_find_device(attachment, name))
		disagree(health,
			 "the pins belong to the interface that is now called %s: --attach "
			 "--interface %s moves them",
			 name, name);
	else if (attachment->has_link && attachment->link_ifindex)
		disagree(health,
			 "the pins belong to an interface that was moved to another network "
			 "namespace");
	else if (attachment->has_link)
		disagree(health,
			 "pins are left, but the root is not attached: the interface was made anew, "
			 "or an attach or detach was interrupted: --attach puts it back with its "
			 "slots, --detach clears them");
	else
		disagree(health,
			 "pins are left, but no link: --attach puts the root back, --detach "
			 "clears them");
	if (attachment->running_id) {
		attachment_describe_program(attachment->running_id, program, sizeof(program));
		disagree(health, "XDP program %s runs here, which is not ecbpf's", program);
	}
}

static void check_ours(struct chain_health *health)
{
	const struct attachment *attachment = &health->attachment;
	const struct chain *chain = &health->chain;
	bool strips_vlan;

	if (interface_strips_vlan(chain->interface, &strips_vlan) == 0 && strips_vlan)
		note(health,
		     "the driver takes VLAN tags out of received frames, so programs see them "
		     "untagged; to see the tags: ethtool -K %s rxvlan off",
		     chain->interface);
	if (health->root_id != attachment->running_id)
		disagree(health, "the pinned root program is not the one that runs: --attach");
	if (!health->is_nop && !chain_has_maps(chain))
		disagree(health, "shared maps are pinned in neither place, so slots cannot be read "
				 "and the kernel has emptied them: --attach");
	if (!health->is_nop && chain->missing_first)
		disagree(health, "%u shared pins are missing in %s, and held by %s: --attach",
			 chain->missing_first, chain->pins, chain->second);
	if (!health->is_nop && chain->missing_second)
		disagree(health, "%u shared pins are missing in %s, and held by %s: --attach",
			 chain->missing_second, chain->second, chain->pins);
	if (attachment->has_identity && !attachment->same_namespace)
		disagree(health,
			 "the interface came from another network namespace: --attach takes "
			 "the pins over");
	if (attachment->has_identity && attachment->identity.mode != attachment->running_mode)
		disagree(health, "attached in another mode than was asked for: --detach, then "
				 "--attach");
}

static void check_slot(struct chain_health *health, unsigned int i)
{
	const struct slot *slot = &health->slots[i];
	const char *name = *slot->name ? slot->name : "a program", *where = slot_table_name(i);
	char path[BPFFS_PATH_SIZE];

	if (slot->pinned_id && !slot->program_id)
		disagree(health,
			 "%s is empty although %s was loaded there: packets skip it; --attach puts it "
			 "back",
			 where, name);
	else if (slot->pinned_id && slot->program_id != slot->pinned_id)
		disagree(health, "%s runs program id %u, but id %u was loaded there", where,
			 slot->program_id, slot->pinned_id);
	else if (slot->program_id && !slot->pinned_id && slot->recorded)
		disagree(health, "the pins of %s (%s) are gone: --attach makes them again", where,
			 name);
	else if (slot->program_id && !slot->pinned_id)
		note(health,
		     "%s holds program id %u, which was put there by something else than ecbpf",
		     where, slot->program_id);
	if (slot->recorded && slot->program_id && !slot->record.kit && i != ECBPF_EXIT_HOOK)
		note(health,
		     "%s (%s) does not use the subprogram kit: the chain ends there, and its packets "
		     "are not counted",
		     where, name);
	for (int suffix = 0; suffix < 2; suffix++) {
		slot_table_path(&health->chain, i, suffix ? "_old" : "_new", path);
		if (bpffs_exists(path))
			disagree(health,
				 "a load or unload of %s was interrupted or is under way; the next "
				 "command that changes something clears it",
				 where);
	}
}

static int check_without_pins(struct chain_health *health, const char *bpffs,
			      struct problem *problem)
{
	const struct attachment *attachment = &health->attachment;
	char program[64], name[INTERFACE_NAME_SIZE];
	bool found;
	int err;

	if (!attachment->running_id)
		return 0;
	err = root_find_pins(bpffs, health->chain.interface, &found, name, problem);
	if (err)
		return err;
	if (found) {
		disagree(health,
			 "the root runs here, but its pins are under the old name %s: --attach "
			 "--interface %s moves them",
			 name, health->chain.interface);
		return 0;
	}
	attachment_describe_program(attachment->running_id, program, sizeof(program));
	note(health, "XDP program %s runs here, which is not ecbpf's", program);
	return 0;
}

int chain_health_read(struct chain_health *ret_health, const char *bpffs, const char *interface,
		      struct problem *problem)
{
	struct chain_health *health = ret_health;
	int err;

	memset(health, 0, sizeof(*health));
	chain_init(&health->chain, bpffs, interface);
	err = chain_open(&health->chain, problem);
	health->has_pins = err != -ENOENT;
	if (err && err != -ENOENT)
		return err;
	err = attachment_read(&health->chain, &health->attachment, problem);
	if (err)
		return err;
	if (!health->has_pins)
		return check_without_pins(health, bpffs, problem);
	look_at_root(health);
	if (!health->attachment.ifindex)
		check_interface_gone(health);
	else if (!health->attachment.ours)
		check_not_ours(health);
	else
		check_ours(health);
	if (!chain_has_maps(&health->chain))
		return 0;
	err = slot_table_read(&health->chain, health->slots, problem);
	for (unsigned int i = 0; !err && i < ECBPF_PLACE_COUNT; i++)
		check_slot(health, i);
	return err;
}

int chain_health_settled(struct chain_health *ret_health, const char *bpffs, const char *interface,
			 struct problem *problem)
{
	const struct timespec pause = { .tv_nsec = 100000000L };
	int err;

	for (int tries = 0;; tries++) {
		err = chain_health_read(ret_health, bpffs, interface, problem);
		if (err || !ret_health->disagreement_count || tries == 2)
			return err;
		chain_health_close(ret_health);
		nanosleep(&pause, NULL);
	}
}

void chain_health_close(struct chain_health *health)
{
	chain_close(&health->chain);
}
