// SPDX-License-Identifier: GPL-2.0-only
#include "filter_slot.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "xdp_filter.h"

static bool is_filter(const struct slot *slot)
{
	return slot->recorded && !strcmp(slot->name, FILTER_PROGRAM);
}

static int find_anywhere(const struct chain *chain, const struct slot slots[ECBPF_PLACE_COUNT],
			 unsigned int *ret_number, struct problem *problem)
{
	unsigned int found = ECBPF_SLOT_COUNT;

	for (unsigned int i = 0; i < ECBPF_SLOT_COUNT; i++) {
		if (!is_filter(&slots[i]))
			continue;
		if (found != ECBPF_SLOT_COUNT)
			return problem_set(problem, -EEXIST,
					   "%s: xdp_filter is in slots %u and %u: say which with "
					   "--slot N",
					   chain->interface, found, i);
		found = i;
	}
	if (found == ECBPF_SLOT_COUNT)
		return problem_set(problem, -ENOENT,
				   "%s: xdp_filter is not loaded; run: xdp_filter --attach "
				   "--interface %s",
				   chain->interface, chain->interface);
	*ret_number = found;
	return 0;
}

static int check_wanted(const struct chain *chain, const struct slot *slot, unsigned int wanted,
			struct problem *problem)
{
	__u32 id = slot->program_id ? slot->program_id : slot->pinned_id;

	if (is_filter(slot))
		return 0;
	if (!id)
		return problem_set(problem, -ENOENT,
				   "%s: slot %u is empty, xdp_filter is not loaded there",
				   chain->interface, wanted);
	return problem_set(problem, -EBUSY, "%s: slot %u holds %s (id %u), not xdp_filter%s",
			   chain->interface, wanted, *slot->name ? slot->name : "a program", id,
			   strcmp(slot->name, FILTER_PROGRAM) ? "" : " as this tool loads it");
}

int filter_slot_find(const struct chain *chain, unsigned int wanted, struct filter_slot *ret_slot,
		     struct problem *problem)
{
	struct slot slots[ECBPF_PLACE_COUNT];
	unsigned int number = wanted;
	int err;

	err = slot_table_read(chain, slots, problem);
	if (!err && wanted == FILTER_SLOT_ANY)
		err = find_anywhere(chain, slots, &number, problem);
	else if (!err)
		err = check_wanted(chain, &slots[number], number, problem);
	if (err)
		return err;
	ret_slot->number = number;
	ret_slot->slot = slots[number];
	return 0;
}
