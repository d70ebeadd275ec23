// SPDX-License-Identifier: GPL-2.0-only
#include "sampler_seats.h"

#include <errno.h>
#include <string.h>

const char *sampler_program_name(enum sampler_place place)
{
	return place == SAMPLER_INGRESS ? SAMPLER_INGRESS_PROGRAM : SAMPLER_VERDICT_PROGRAM;
}

static bool holds(const struct slot *slot, enum sampler_place place)
{
	return slot->recorded && !strcmp(slot->name, sampler_program_name(place));
}

static int find_ingress(const struct chain *chain, const struct slot slots[ECBPF_PLACE_COUNT],
			struct sampler_seat *ret_seat, struct problem *problem)
{
	for (unsigned int i = 0; i < ECBPF_SLOT_COUNT; i++) {
		if (!holds(&slots[i], SAMPLER_INGRESS))
			continue;
		if (ret_seat->taken)
			return problem_set(problem, -EEXIST,
					   "%s: %s is in slots %u and %u: take one out with "
					   "xdp_root_loader --slot N --unload --interface %s",
					   chain->interface, SAMPLER_INGRESS_PROGRAM,
					   ret_seat->number, i, chain->interface);
		*ret_seat = (struct sampler_seat){ .taken = true, .number = i, .slot = slots[i] };
	}
	return 0;
}

int sampler_seats_find(const struct chain *chain, struct sampler_seats *ret_seats,
		       struct problem *problem)
{
	struct sampler_seat *ingress = &ret_seats->place[SAMPLER_INGRESS];
	struct sampler_seat *verdict = &ret_seats->place[SAMPLER_VERDICT];
	struct slot slots[ECBPF_PLACE_COUNT];
	int err;

	*ret_seats = (struct sampler_seats){ 0 };
	err = slot_table_read(chain, slots, problem);
	if (!err)
		err = find_ingress(chain, slots, ingress, problem);
	if (err)
		return err;
	if (!ingress->taken)
		ingress->number = SAMPLER_SLOT_DEFAULT;
	verdict->number = ECBPF_EXIT_HOOK;
	verdict->slot = slots[ECBPF_EXIT_HOOK];
	verdict->taken = holds(&verdict->slot, SAMPLER_VERDICT);
	if (ingress->taken || verdict->taken)
		return 0;
	return problem_set(problem, -ENOENT,
			   "%s: xdp_sampler is not attached; run: xdp_sampler --attach --interface "
			   "%s",
			   chain->interface, chain->interface);
}
