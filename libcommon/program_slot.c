// SPDX-License-Identifier: GPL-2.0-only
#include "program_slot.h"

#include <errno.h>
#include <string.h>

static bool holds(const struct slot *slot, const char *program)
{
	return slot->recorded && !strcmp(slot->name, program);
}

static int find_anywhere(const struct chain *chain, const struct slot slots[ECBPF_PLACE_COUNT],
			 const char *program, unsigned int *ret_number, struct problem *problem)
{
	unsigned int found = PROGRAM_SLOT_ANY;

	for (unsigned int i = 0; i < ECBPF_SLOT_COUNT; i++) {
		if (!holds(&slots[i], program))
			continue;
		if (found != PROGRAM_SLOT_ANY)
			return problem_set(problem, -EEXIST,
					   "%s: %s is in slots %u and %u: say which with --slot N",
					   chain->interface, program, found, i);
		found = i;
	}
	if (found == PROGRAM_SLOT_ANY)
		return problem_set(problem, -ENOENT,
				   "%s: %s is not attached; run: %s --attach --interface %s",
				   chain->interface, program, program, chain->interface);
	*ret_number = found;
	return 0;
}

static int check_wanted(const struct chain *chain, const struct slot *slot, const char *program,
			unsigned int wanted, struct problem *problem)
{
	__u32 id = slot->program_id ? slot->program_id : slot->pinned_id;

	if (holds(slot, program))
		return 0;
	if (!id)
		return problem_set(problem, -ENOENT,
				   "%s: slot %u is empty, %s is not attached there",
				   chain->interface, wanted, program);
	return problem_set(problem, -EBUSY, "%s: slot %u holds %s (id %u), not %s%s",
			   chain->interface, wanted, *slot->name ? slot->name : "a program", id,
			   program, strcmp(slot->name, program) ? "" : " as this tool loads it");
}

int program_slot_find(const struct chain *chain, const char *program, unsigned int wanted,
		      struct program_slot *ret_slot, struct problem *problem)
{
	struct slot slots[ECBPF_PLACE_COUNT];
	unsigned int number = wanted;
	int err = slot_table_read(chain, slots, problem);

	if (!err && wanted == PROGRAM_SLOT_ANY)
		err = find_anywhere(chain, slots, program, &number, problem);
	else if (!err)
		err = check_wanted(chain, &slots[number], program, number, problem);
	if (err)
		return err;
	ret_slot->number = number;
	ret_slot->slot = slots[number];
	return 0;
}
