// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_state.h"

#include <errno.h>
#include <stdlib.h>

#include "bypass_host.h"
#include "bypass_interfaces.h"
#include "bypass_remarks.h"
#include "chain_look.h"
#include "cleanup.h"
#include "flow_row.h"
#include "monotonic_clock.h"

#define SECOND UINT64_C(1000000000)
/* How far ahead the daemon sets bypass_daemon.alive_until. */
#define DAEMON_AHEAD (5 * SECOND)

/* Flows, packets and bytes by next hop. */
static int count_table(struct bypass_host_state *host, const struct bypass_host *maps,
		       enum flow_table table, struct bypass_nexthop_use *uses,
		       struct problem *problem)
{
	struct flow_entry_list list = { 0 };
	uint32_t capacity;
	int err = flow_tables_capacity(&maps->flows, table, &capacity, problem);

	if (!err)
		err = flow_tables_read(&maps->flows, table, &list, problem);
	if (err)
		return err;
	for (int family = 0; family < FLOW_FAMILY_COUNT; family++)
		host->tables[table][family] = (struct bypass_table_use){ .capacity = capacity };
	for (size_t i = 0; i < list.count; i++) {
		const struct flow_value *value = &list.entry[i].value;
		struct flow_counts counts = flow_counts_total(value);
		struct bypass_nexthop_use *use = &uses[value->nexthop % FLOW_NEXTHOP_LIMIT];

		host->tables[table][list.entry[i].key.family == FLOW_IPV4 ? FLOW_FAMILY_IPV4 :
									    FLOW_FAMILY_IPV6]
			.flows++;
		use->flows++;
		use->packets += counts.packets;
		use->bytes += counts.bytes;
	}
	flow_entry_list_free(&list);
	return 0;
}

static int describe_uses(struct bypass_host_state *host, const struct bypass_host *maps,
			 const struct bypass_nexthop_use *uses, struct problem *problem)
{
	struct nexthops *nexthops = NULL;
	size_t count = 0;
	int err;

	for (size_t i = 0; i < FLOW_NEXTHOP_LIMIT; i++)
		count += uses[i].flows != 0;
	host->nexthops = calloc(count + 1, sizeof(*host->nexthops));
	if (!host->nexthops)
		return problem_errno(problem, -ENOMEM, "cannot read the next hops");
	err = nexthops_open(&nexthops, maps->fd[BYPASS_NEXTHOPS], maps->fd[BYPASS_DEVICES],
			    NEXTHOPS_TOOL, problem);
	for (uint32_t i = 0; !err && i < FLOW_NEXTHOP_LIMIT; i++) {
		struct bypass_nexthop_use *use = &host->nexthops[host->nexthop_count];

		if (!uses[i].flows)
			continue;
		*use = uses[i];
		use->index = i;
		use->state = flow_row_way_state(i, nexthops_get(nexthops, i));
		(void)nexthops_text(nexthops, i, use->text);
		host->nexthop_count++;
	}
	nexthops_close(nexthops);
	return err;
}

static int read_host(struct bypass_host_state *host, const struct bypass_host *maps,
		     struct problem *problem)
{
	CLEANUP_FREE struct bypass_nexthop_use *uses = calloc(FLOW_NEXTHOP_LIMIT, sizeof(*uses));
	int err;

	if (!uses)
		return problem_errno(problem, -ENOMEM, "cannot read the status");
	err = bypass_host_read_settings(maps, &host->settings, problem);
	if (!err)
		err = bypass_host_read_excluded(maps, &host->excluded, problem);
	for (int i = 0; !err && i < FLOW_TABLE_COUNT; i++)
		err = count_table(host, maps, (enum flow_table)i, uses, problem);
	if (!err)
		err = describe_uses(host, maps, uses, problem);
	if (!err)
		err = bypass_host_read_ledger(maps, &host->ledger, problem);
	/* Last: the time and what the daemon says about it belong together. */
	if (!err)
		err = bypass_host_read_daemon(maps, &host->daemon, problem);
	host->now = monotonic_clock_now();
	if (!err)
		bypass_remarks_host(host);
	return err;
}

static int read_locked(struct bypass_state *state, struct bypass_host *maps, const char *bpffs,
		       const struct interface_list *wanted, unsigned int slot,
		       struct problem *problem)
{
	int err = bypass_host_open(maps, bpffs, problem);

	/* Nothing attached is an answer, unless somebody asks about an interface. */
	if (err == -ENOENT && !wanted->count)
		return 0;
	state->host.is_there = !err;
	return err ? err :
		     bypass_interfaces_read(&state->interfaces, &state->interface_count, bpffs,
					    maps->directory, wanted, slot, problem);
}

/* Reading very many flows takes its time: nobody waits for the lock meanwhile. */
int bypass_state_read(struct bypass_state *ret_state, const char *bpffs,
		      const struct interface_list *wanted, unsigned int slot,
		      struct problem *problem)
{
	int err, host_err = 0, lock = chain_look_lock(bpffs, problem);
	struct problem host_problem = { 0 };
	struct bypass_host maps;

	*ret_state = (struct bypass_state){ 0 };
	if (lock < 0 && lock != -ETIMEDOUT)
		return lock;
	err = read_locked(ret_state, &maps, bpffs, wanted, slot, problem);
	chain_look_unlock(bpffs, lock);
	if (ret_state->host.is_there)
		host_err = read_host(&ret_state->host, &maps, &host_problem);
	bypass_host_close(&maps);
	for (size_t i = 0; i < ret_state->interface_count; i++)
		bypass_remarks_interface(&ret_state->interfaces[i], &ret_state->host);
	if (err)
		return err;
	return host_err ? problem_set(problem, host_err, "%s", host_problem.text) : 0;
}

void bypass_state_free(struct bypass_state *state)
{
	free(state->host.nexthops);
	free(state->interfaces);
	*state = (struct bypass_state){ 0 };
}

uint64_t bypass_state_flows(const struct bypass_host_state *host, enum flow_table table)
{
	return host->tables[table][FLOW_FAMILY_IPV4].flows +
	       host->tables[table][FLOW_FAMILY_IPV6].flows;
}

uint64_t bypass_state_sent(const struct bypass_interface_state *interface)
{
	return interface->sent[0][0] + interface->sent[0][1] + interface->sent[1][0] +
	       interface->sent[1][1];
}

uint64_t bypass_state_up(const struct bypass_interface_state *interface)
{
	uint64_t sum = 0;

	for (int i = 0; i < BYPASS_UP_COUNT; i++)
		sum += interface->up[i];
	return sum;
}

uint64_t bypass_state_share(const struct bypass_interface_state *interface)
{
	uint64_t sent = bypass_state_sent(interface), all = sent + bypass_state_up(interface);

	return all ? (uint64_t)((double)sent / (double)all * 1e6 + 0.5) : 0;
}

uint64_t bypass_state_silence(const struct bypass_host_state *host)
{
	uint64_t heard = host->daemon.alive_until - DAEMON_AHEAD;

	return host->daemon.alive_until > DAEMON_AHEAD && host->now > heard ? host->now - heard : 0;
}
