// SPDX-License-Identifier: GPL-2.0-only
#include "offload_apply.h"

#include <errno.h>
#include <string.h>

#include "offload_attach.h"
#include "offload_change.h"
#include "offload_plan.h"
#include "offload_state.h"
#include "offload_sysctls.h"
#include "pin_lock.h"

/* What is wanted, and what is there. */
struct applying {
	struct offload_plan plan;
	const struct interface_list *interfaces;
	struct offload_state state;
};

static bool is_attached(const struct offload_state *state, const char *interface,
			enum offload_side side)
{
	for (size_t i = 0; i < state->place_count; i++) {
		const struct offload_place_state *place = &state->places[i];

		if (!strcmp(place->name, interface) && place->place.side == side)
			return place->place.state.kind != TC_LINK_NONE;
	}
	return false;
}

static bool is_whole(const struct applying *applying, const char *interface)
{
	enum offload_at_choice at = applying->plan.at;
	const struct offload_state *state = &applying->state;

	return (at == OFFLOAD_AT_EGRESS || is_attached(state, interface, OFFLOAD_INGRESS)) &&
	       (at == OFFLOAD_AT_INGRESS || is_attached(state, interface, OFFLOAD_EGRESS));
}

/* Where something of it is not there yet; the programs of the others go on as they are. */
static int attach_missing(FILE *out, const char *bpffs, const struct applying *applying,
			  struct problem *problem)
{
	const struct offload_plan *plan = &applying->plan;
	struct interface_list list = { 0 };
	struct offload_attach_wish wish = {
		.interfaces = &list,
		.at = plan->at,
		.max_flows = plan->max_flows,
		.set_sysctls = plan->set_sysctls,
		.flows = plan->has_flows ? &plan->flows : NULL,
	};
	int err = 0;

	for (size_t i = 0; !err && i < applying->interfaces->count; i++) {
		const char *name = applying->interfaces->names[i];

		if (!is_whole(applying, name))
			err = interface_list_add(&list, name, problem);
	}
	if (!err && list.count)
		err = offload_attach(out, bpffs, &wish, problem);
	interface_list_free(&list);
	return err;
}

/* Of what is attached already. */
static int set_sysctls(const char *bpffs, struct problem *problem)
{
	struct offload_host host = OFFLOAD_HOST_CLOSED;
	int err, lock = offload_host_lock(bpffs, "reload", problem);

	if (lock < 0)
		return lock;
	err = offload_host_open(&host, bpffs, problem);
	if (!err)
		err = offload_sysctls_set(&host, problem);
	offload_host_close(&host);
	pin_lock_release(bpffs, lock);
	return err;
}

/* A line for each interface that has it and is not wanted. */
static void tell_unwanted(FILE *out, const struct applying *applying)
{
	const struct offload_state *state = &applying->state;

	for (size_t i = 0; i < state->place_count; i++) {
		const char *name = state->places[i].name;
		bool is_told = i && !strcmp(state->places[i - 1].name, name);

		for (size_t j = 0; !is_told && j < applying->interfaces->count; j++)
			is_told = !strcmp(applying->interfaces->names[j], name);
		if (!is_told)
			fprintf(out,
				"%s: tc_offload is attached and not wanted by the configuration: left "
				"alone; to take it away: tc_offload --detach --interface %s\n",
				name, name);
	}
}

static int apply(FILE *out, const char *bpffs, struct applying *applying, struct problem *problem)
{
	const struct offload_plan *plan = &applying->plan;
	int err =
		offload_state_read(&applying->state, bpffs, &(struct interface_list){ 0 }, problem);

	if (err)
		return err;
	tell_unwanted(out, applying);
	if (!applying->interfaces->count)
		return 0;
	err = attach_missing(out, bpffs, applying, problem);
	if (!err && plan->set_sysctls)
		err = set_sysctls(bpffs, problem);
	/* The first attach takes the flows along. */
	if (!err && plan->has_flows && applying->state.host.is_there)
		err = offload_change_reload(out, bpffs, &plan->flows, plan->max_flows, problem);
	return err;
}

int offload_apply(FILE *out, const struct component_apply *wish, struct problem *problem)
{
	struct applying applying = { .interfaces = wish->interfaces };
	int err = offload_plan_load(&applying.plan, wish->config, true, problem);

	if (!err)
		err = apply(out, wish->bpffs, &applying, problem);
	offload_state_free(&applying.state);
	offload_plan_free(&applying.plan);
	return err;
}
