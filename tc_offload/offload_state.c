// SPDX-License-Identifier: GPL-2.0-only
#include "offload_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chain_look.h"
#include "cleanup.h"
#include "flow_row.h"
#include "monotonic_clock.h"
#include "offload_remarks.h"
#include "offload_sysctls.h"

#define LOOPBACK_NET 127
#define ALL "all"

/* The stack lets these addresses in at lo only, and there only with the sysctls. */
static bool needs_sysctls(const struct flow_entry *entry)
{
	const __be32 *const addresses[] = { entry->value.source, entry->value.destination };

	if (entry->key.family != FLOW_IPV4 || entry->value.nexthop != FLOW_WAY_LOCAL)
		return false;
	for (int i = 0; i < 2; i++) {
		if (*(const uint8_t *)addresses[i] == LOOPBACK_NET)
			return true;
	}
	return false;
}

static void count_flow(struct offload_host_state *state, struct offload_nexthop_use *uses,
		       const struct flow_entry *entry)
{
	struct flow_counts counts = flow_counts_total(&entry->value);
	struct offload_nexthop_use *use = &uses[entry->value.nexthop % FLOW_NEXTHOP_LIMIT];
	bool is_ipv4 = entry->key.family == FLOW_IPV4;

	state->tables[is_ipv4 ? FLOW_FAMILY_IPV4 : FLOW_FAMILY_IPV6].flows++;
	state->nexthop_count += use->flows++ == 0;
	use->packets += counts.packets;
	use->bytes += counts.bytes;
	state->loopback_flows += needs_sysctls(entry);
}

static int count_flows(struct offload_host_state *state, const struct flow_tables *tables,
		       struct offload_nexthop_use *uses, struct problem *problem)
{
	struct flow_entry_list list = { 0 };
	__u32 capacity = 0;
	int err = flow_tables_capacity(tables, FLOW_TABLE_STATIC, &capacity, problem);

	if (!err)
		err = flow_tables_read(tables, FLOW_TABLE_STATIC, &list, problem);
	for (size_t i = 0; i < list.count; i++)
		count_flow(state, uses, &list.entry[i]);
	for (int i = 0; i < FLOW_FAMILY_COUNT; i++)
		state->tables[i].capacity = capacity;
	flow_entry_list_free(&list);
	return err;
}

/* Puts words to the uses, `nexthop_count` of which have flows. */
static int describe(struct offload_host_state *state, int map, struct offload_nexthop_use *uses,
		    struct problem *problem)
{
	struct offload_nexthop_use *next = calloc(state->nexthop_count + 1, sizeof(*next));
	struct nexthops *nexthops = NULL;
	int err = next ? nexthops_open(&nexthops, map, -1, NEXTHOPS_TOOL, problem) :
			 problem_errno(problem, -ENOMEM, "cannot read the next hops");

	if (err)
		state->nexthop_count = 0;
	state->nexthops = next;
	for (uint32_t i = 0; !err && i < FLOW_NEXTHOP_LIMIT; i++) {
		if (!uses[i].flows)
			continue;
		uses[i].index = i;
		uses[i].state = flow_row_way_state(i, nexthops_get(nexthops, i));
		(void)nexthops_text(nexthops, i, uses[i].text);
		*next++ = uses[i];
	}
	nexthops_close(nexthops);
	return err;
}

int offload_state_read_host(struct offload_host_state *ret_state, const struct offload_host *host,
			    struct problem *problem)
{
	CLEANUP_FREE struct offload_nexthop_use *uses = calloc(FLOW_NEXTHOP_LIMIT, sizeof(*uses));
	int err;

	*ret_state = (struct offload_host_state){ .is_there = true };
	for (unsigned int i = 0; i < OFFLOAD_SYSCTL_COUNT; i++) {
		if (offload_sysctl_read(i, &ret_state->sysctl[i], NULL))
			ret_state->sysctl[i] = -1;
	}
	if (!uses)
		return problem_errno(problem, -ENOMEM, "cannot read the flows");
	err = count_flows(ret_state, &host->flows, uses, problem);
	if (!err)
		err = describe(ret_state, host->fd[OFFLOAD_NEXTHOPS], uses, problem);
	if (!err)
		err = offload_host_read_sysctls(host, &ret_state->sysctls, problem);
	/* Last: the time and what the daemon says about it belong together. */
	if (!err)
		err = offload_host_read_daemon(host, &ret_state->daemon, problem);
	ret_state->now = monotonic_clock_now();
	offload_remarks_host(ret_state);
	return err;
}

static int compare_places(const void *a_, const void *b_)
{
	const struct offload_place *a = a_, *b = b_;

	if (a->ifindex != b->ifindex)
		return a->ifindex < b->ifindex ? -1 : 1;
	return (int)a->side - (int)b->side;
}

/* An interface that is asked for, or the name of one that has gone. */
static bool is_wanted(const struct interface_list *wanted, const char *name)
{
	for (size_t i = 0; i < wanted->count; i++) {
		if (!strcmp(wanted->names[i], name) || !strcmp(wanted->names[i], ALL))
			return true;
	}
	return !wanted->count;
}

static int read_place(struct offload_place_state *state, const struct offload_host *host,
		      struct problem *problem)
{
	const struct offload_place *place = &state->place;
	enum tc_link_side side = place->side == OFFLOAD_INGRESS ? TC_LINK_INGRESS : TC_LINK_EGRESS;
	int err =
		offload_host_counters(host, place->ifindex, place->side, &state->counters, problem);

	if (err && err != -ENOENT)
		return err;
	if (place->state.program_id)
		state->loaded_at = hook_program_loaded_at(place->state.program_id);
	err = state->is_gone ? 0 :
			       hook_program_list_others(place->ifindex, side, &place->state,
							&state->others, problem);
	offload_remarks_place(state);
	return err;
}

static int read_places(struct offload_state *state, const struct offload_host *host,
		       const struct interface_list *wanted, struct problem *problem)
{
	CLEANUP_FREE struct offload_place *places = NULL;
	size_t count = 0;
	int err = offload_host_places(host, &places, &count, problem);

	if (err)
		return err;
	if (count)
		qsort(places, count, sizeof(*places), compare_places);
	state->places = calloc(count + 1, sizeof(*state->places));
	if (!state->places)
		return problem_errno(problem, -ENOMEM, "cannot read the places");
	for (size_t i = 0; !err && i < count; i++) {
		struct offload_place_state *next = &state->places[state->place_count];

		*next = (struct offload_place_state){ .place = places[i] };
		next->is_gone = interface_name_of(places[i].ifindex, next->name) != 0;
		if (next->is_gone)
			(void)snprintf(next->name, sizeof(next->name), "#%u", places[i].ifindex);
		if (!is_wanted(wanted, next->name))
			continue;
		state->place_count++;
		err = read_place(next, host, problem);
	}
	return err;
}

static bool has_place(const struct offload_state *state, const char *name)
{
	bool found = !strcmp(name, ALL);

	for (size_t i = 0; state->places && i < state->place_count; i++)
		found |= !strcmp(state->places[i].name, name);
	return found;
}

/* Whoever asks for one by name wants to hear that nothing is there. */
static int find_missing(const struct offload_state *state, const struct interface_list *wanted,
			struct problem *problem)
{
	for (size_t i = 0; i < wanted->count; i++) {
		const char *name = wanted->names[i];

		if (!has_place(state, name))
			return problem_set(problem, -ENOENT,
					   "%s: tc_offload is not attached; run: tc_offload --attach "
					   "--interface %s",
					   name, name);
	}
	return 0;
}

/* Interfaces go by their own names here. */
static int real_names(const struct interface_list *wanted, struct interface_list *ret_list,
		      struct problem *problem)
{
	char name[INTERFACE_NAME_SIZE];
	int err = 0;

	for (size_t i = 0; i < wanted->count && !err; i++) {
		interface_real_name(wanted->names[i], name);
		err = interface_list_add(ret_list, name, problem);
	}
	return err;
}

static int read_locked(struct offload_state *state, struct offload_host *host, const char *bpffs,
		       const struct interface_list *wanted, struct problem *problem)
{
	int err = offload_host_open(host, bpffs, problem);

	/* Nothing attached is an answer, unless somebody asks about an interface. */
	if (err == -ENOENT && is_wanted(wanted, ALL))
		return 0;
	if (err)
		return err;
	state->host.is_there = true;
	err = read_places(state, host, wanted, problem);
	return err ? err : find_missing(state, wanted, problem);
}

/* Reading very many flows takes its time: nobody waits for the lock meanwhile. */
int offload_state_read(struct offload_state *ret_state, const char *bpffs,
		       const struct interface_list *wanted, struct problem *problem)
{
	struct offload_host host = OFFLOAD_HOST_CLOSED;
	struct interface_list named = { 0 };
	struct problem host_problem = { 0 };
	int err, host_err = 0, lock = chain_look_lock(bpffs, problem);

	*ret_state = (struct offload_state){ 0 };
	if (lock < 0 && lock != -ETIMEDOUT)
		return lock;
	err = real_names(wanted, &named, problem);
	if (!err)
		err = read_locked(ret_state, &host, bpffs, &named, problem);
	chain_look_unlock(bpffs, lock);
	if (ret_state->host.is_there)
		host_err = offload_state_read_host(&ret_state->host, &host, &host_problem);
	offload_host_close(&host);
	interface_list_free(&named);
	if (!err && host_err)
		err = problem_set(problem, host_err, "%s", host_problem.text);
	return err;
}

void offload_state_free(struct offload_state *state)
{
	free(state->host.nexthops);
	for (size_t i = 0; i < state->place_count; i++)
		hook_program_list_free(&state->places[i].others);
	free(state->places);
	*state = (struct offload_state){ 0 };
}
