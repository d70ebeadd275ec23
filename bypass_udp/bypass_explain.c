// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_explain.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bypass_host.h"
#include "bypass_interfaces.h"
#include "chain_look.h"
#include "cleanup.h"
#include "conntrack_dump.h"
#include "conntrack_timer.h"
#include "excluded_prefix.h"
#include "explain_maps.h"
#include "explanation.h"
#include "flow_row.h"
#include "flow_rule.h"
#include "flow_value.h"
#include "monotonic_clock.h"

/* A packet of ordinary size: the smallest MTU of IPv6 passes every link. */
#define ORDINARY_LENGTH 1280
#define ORDINARY_HOPS 64

struct explain_run {
	struct flow_rule in;
	struct bypass_host host;
	bool is_open;
	struct nexthops *nexthops;
	struct bypass_interface_state *states;
	size_t state_count;
	struct explanation explanation;
};

static int parse(struct explain_run *run, const struct bypass_explain_wish *wish,
		 struct interface_list *ret_wanted, struct problem *problem)
{
	const char *device = run->in.in_device;
	int err = flow_rule_parse_in(wish->flow, &run->in, problem);

	if (err)
		return problem_prefix(problem, err, "--explain '%s'", wish->flow);
	if (run->in.key.protocol != IPPROTO_UDP)
		return problem_set(problem, -EINVAL, "--explain: bypass_udp forwards UDP only");
	if (*device && wish->interface && strcmp(device, wish->interface) != 0)
		return problem_set(problem, -EINVAL,
				   "--explain: 'on %s' and --interface %s contradict each other",
				   device, wish->interface);
	if (!*device)
		device = wish->interface;
	return device ? interface_list_add(ret_wanted, device, problem) : 0;
}

static int find_flow(struct explain_run *run, struct problem *problem)
{
	struct explanation *explanation = &run->explanation;
	const struct flow_nexthop *nexthop;
	uint32_t index;
	int err = -ENOENT;

	explanation->entry.key = explanation->key;
	for (unsigned int i = 0; err == -ENOENT && i < FLOW_TABLE_COUNT; i++) {
		if (!(explanation->settings.tables & 1U << i))
			continue;
		explanation->table = (enum flow_table)i;
		err = flow_tables_find(&run->host.flows, explanation->table, &explanation->key,
				       &explanation->entry.value);
	}
	if (err == -ENOENT)
		return 0;
	if (err)
		return problem_errno(problem, err, "cannot read the tables of flows");
	explanation->has_flow = true;
	explanation->leaves = flow_value_out(&explanation->key, &explanation->entry.value);
	index = explanation->entry.value.nexthop;
	nexthop = nexthops_get(run->nexthops, index);
	if (nexthop)
		explanation->nexthop = *nexthop;
	else
		explanation->nexthop.way[0].state = (uint8_t)flow_row_way_state(index, NULL);
	(void)nexthops_text(run->nexthops, index, explanation->nexthop_text);
	return 0;
}

static void match(void *context, enum conntrack_change change, const struct conntrack_flow *flow)
{
	struct explanation *explanation = context;
	bool is_original = !memcmp(&flow->original, &explanation->key, sizeof(flow->original));

	if (change != CONNTRACK_UPDATED ||
	    (!is_original && memcmp(&flow->reply, &explanation->key, sizeof(flow->reply)) != 0))
		return;
	explanation->conntrack =
		is_original ? EXPLAINED_CONNTRACK_ORIGINAL : EXPLAINED_CONNTRACK_REPLY;
	explanation->conntrack_flow = *flow;
}

static void note_gone(void *context, const struct flow_key *original)
{
	(void)original;
	*(bool *)context = true;
}

/* A dump has only what could be learned. */
static bool knows_unanswered(const struct flow_key *key)
{
	struct conntrack_timer *timer = NULL;
	bool is_gone = false;
	int err = conntrack_timer_open(&timer, note_gone, &is_gone, NULL);

	if (!err)
		err = conntrack_timer_ask(timer, key, NULL);
	if (!err)
		err = conntrack_timer_flush(timer, NULL);
	conntrack_timer_close(timer);
	return !err && !is_gone;
}

static void ask_conntrack(struct explanation *explanation)
{
	struct flow_key leaving;

	explanation->conntrack = EXPLAINED_CONNTRACK_UNKNOWN;
	if (conntrack_dump(match, explanation, &explanation->conntrack_problem))
		explanation->conntrack = EXPLAINED_CONNTRACK_UNREADABLE;
	else if (explanation->conntrack == EXPLAINED_CONNTRACK_UNKNOWN &&
		 knows_unanswered(&explanation->key))
		explanation->conntrack = EXPLAINED_CONNTRACK_UNANSWERED;
	if (explanation->conntrack < EXPLAINED_CONNTRACK_ORIGINAL || explanation->has_flow)
		return;
	leaving = explanation->conntrack == EXPLAINED_CONNTRACK_ORIGINAL ?
			  explanation->conntrack_flow.reply :
			  explanation->conntrack_flow.original;
	explanation->leaves = flow_key_reverse(&leaving);
}

static void ask_maps(struct explain_run *run)
{
	struct explanation *explanation = &run->explanation;
	uint64_t seen;

	if (explain_maps_awaits(run->host.fd[BYPASS_AWAITED], &explanation->leaves, &seen))
		explanation->awaited = seen ? EXPLAINED_SEEN : EXPLAINED_AWAITED;
	explanation->pending =
		explain_maps_pending(run->host.fd[BYPASS_PENDING], &explanation->leaves);
}

static void ask_routes(struct explain_run *run)
{
	struct explanation *explanation = &run->explanation;
	struct nexthop_question question = { .leaves = explanation->leaves,
					     .arrives = explanation->key,
					     .mark = explanation->conntrack_flow.mark };
	char address[INET6_ADDRSTRLEN] = "", device[INTERFACE_NAME_SIZE] = "?";
	struct flow_nexthop nexthop = { 0 };
	const uint16_t *vlan =
		run->in.in_any_tags ? explanation->entry.value.in_vlan : run->in.in_vlan;

	question.in_ifindex = run->state_count == 1 ? run->states[0].ifindex :
						      explanation->entry.value.in_ifindex;
	if (question.in_ifindex)
		question.in_ifindex =
			nexthops_input_device(run->nexthops, question.in_ifindex, vlan);
	explanation->route = nexthops_preview(run->nexthops, &question, &nexthop);
	if (explanation->route < FLOW_WAY_FIXED) {
		(void)snprintf(explanation->route_text, NEXTHOPS_TEXT_SIZE, "%s",
			       flow_way_state_name(explanation->route));
		return;
	}
	explanation->route = nexthop.way[nexthop.current & 1].state;
	(void)inet_ntop(nexthop.family == FLOW_IPV6 ? AF_INET6 : AF_INET, nexthop.neighbour,
			address, sizeof(address));
	(void)interface_name_of(nexthop.device, device);
	(void)snprintf(explanation->route_text, NEXTHOPS_TEXT_SIZE, "via %s dev %s", address,
		       device);
}

static int explain_interfaces(struct explain_run *run, struct problem *problem)
{
	struct explanation *explanation = &run->explanation;

	explanation->interfaces = calloc(run->state_count + 1, sizeof(*explanation->interfaces));
	if (!explanation->interfaces)
		return problem_errno(problem, -ENOMEM, "cannot explain");
	for (size_t i = 0; i < run->state_count; i++) {
		const struct bypass_interface_state *state = &run->states[i];
		struct explained_interface *interface = &explanation->interfaces[i];
		struct bypass_question *question = &interface->question;

		memcpy(interface->name, state->name, sizeof(interface->name));
		interface->is_reached = state->has_root && state->place.slot.program_id;
		*question = (struct bypass_question){
			.now = explanation->now,
			.settings = explanation->settings,
			.daemon = explanation->daemon,
			.config = state->config,
			.key = explanation->key,
			.has_flow = explanation->has_flow,
			.flow = explanation->entry.value,
			.nexthop = explanation->nexthop,
			.is_gone = explanation->conntrack == EXPLAINED_CONNTRACK_UNKNOWN,
			.any_tags = run->in.in_any_tags,
			.vlan = { run->in.in_vlan[0], run->in.in_vlan[1] },
			.length = ORDINARY_LENGTH,
			.hops = ORDINARY_HOPS,
			.has_checksum = true,
		};
		question->has_device =
			explain_maps_has_device(run->host.fd[BYPASS_DEVICES],
						bypass_decision_way(question)->ifindex);
	}
	explanation->interface_count = run->state_count;
	return 0;
}

static int read_locked(struct explain_run *run, const char *bpffs,
		       const struct interface_list *wanted, unsigned int slot,
		       struct problem *problem)
{
	int err, lock = chain_look_lock(bpffs, problem);

	if (lock < 0 && lock != -ETIMEDOUT)
		return lock;
	err = bypass_host_open(&run->host, bpffs, problem);
	run->is_open = true;
	if (!err)
		err = bypass_interfaces_read(&run->states, &run->state_count, bpffs,
					     run->host.directory, wanted, slot, problem);
	chain_look_unlock(bpffs, lock);
	return err;
}

static int read_host(struct explain_run *run, struct problem *problem)
{
	struct explanation *explanation = &run->explanation;
	struct bypass_excluded excluded;
	int err = bypass_host_read_settings(&run->host, &explanation->settings, problem);

	if (!err)
		err = bypass_host_read_ledger(&run->host, &explanation->ledger, problem);
	if (!err)
		err = bypass_host_read_excluded(&run->host, &excluded, problem);
	if (!err)
		err = flow_tables_capacity(&run->host.flows, FLOW_TABLE_LEARNED,
					   &explanation->learned_capacity, problem);
	if (!err)
		err = nexthops_open(&run->nexthops, run->host.fd[BYPASS_NEXTHOPS],
				    run->host.fd[BYPASS_DEVICES], NEXTHOPS_TOOL, problem);
	if (!err)
		err = find_flow(run, problem);
	if (!err)
		err = bypass_host_read_daemon(&run->host, &explanation->daemon, problem);
	if (err)
		return err;
	explanation->now = monotonic_clock_now();
	ask_conntrack(explanation);
	explanation->is_excluded =
		bypass_excludes(&excluded, &explanation->key, &explanation->leaves);
	ask_maps(run);
	ask_routes(run);
	return explain_interfaces(run, problem);
}

int bypass_explain(struct report *report, const char *bpffs, const struct bypass_explain_wish *wish,
		   struct problem *problem)
{
	CLEANUP_FREE struct explain_run *run = calloc(1, sizeof(*run));
	struct interface_list wanted = { 0 };
	int err;

	if (!run)
		return problem_errno(problem, -ENOMEM, "cannot explain");
	err = parse(run, wish, &wanted, problem);
	if (!err) {
		run->explanation.key = run->explanation.leaves = run->in.key;
		err = read_locked(run, bpffs, &wanted, wish->slot, problem);
		if (!err)
			err = read_host(run, problem);
		if (!err)
			explanation_report(report, &run->explanation);
		nexthops_close(run->nexthops);
		if (run->is_open)
			bypass_host_close(&run->host);
	}
	free(run->explanation.interfaces);
	free(run->states);
	interface_list_free(&wanted);
	return err;
}
