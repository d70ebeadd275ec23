// SPDX-License-Identifier: GPL-2.0-only
#include "static_entries.h"

#include <errno.h>
#include <linux/in.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "log.h"
#include "monotonic_clock.h"

#define TOLD_MAX 20 /* flows of a file that cannot be sent, by name */

static int find_device(const char *name, uint32_t *ret_ifindex, struct problem *problem)
{
	*ret_ifindex = 0;
	if (*name && interface_index(name, ret_ifindex) < 0)
		return problem_set(problem, -ENODEV,
				   "%s: no such interface in this network namespace", name);
	return 0;
}

static void ask_routes(struct static_entries *entries, size_t i)
{
	struct flow_entry *entry = &entries->entry[i];
	struct nexthop_question question = {
		.leaves = entries->rule[i].out,
		.arrives = entry->key,
		.in_ifindex = entry->value.in_ifindex,
	};

	if (entry->value.in_ifindex)
		question.in_ifindex =
			nexthops_input_device(entries->nexthops, entry->value.in_ifindex,
					      entry->value.in_vlan);
	entry->value.nexthop = entries->dry_run ? nexthops_preview(entries->nexthops, &question,
								   &entries->preview[i]) :
						  nexthops_of_route(entries->nexthops, &question);
}

static int find_named(struct static_entries *entries, size_t i, struct problem *problem)
{
	const struct flow_rule *rule = &entries->rule[i];
	struct nexthop_wish wish = {
		.has_via = rule->has_via,
		.via_family = rule->via_family,
		.has_mac = rule->has_mac,
		.has_vlan = rule->has_vlan,
		.vlan = { rule->vlan[0], rule->vlan[1] },
		.peer = rule->peer,
	};
	uint32_t ifindex;
	int err = find_device(rule->device, &ifindex, problem);

	if (err || entries->dry_run)
		return err;
	memcpy(wish.device, rule->device, sizeof(wish.device));
	memcpy(wish.via, rule->via, sizeof(wish.via));
	memcpy(wish.mac, rule->mac, sizeof(wish.mac));
	return nexthops_named(entries->nexthops, &wish, &rule->out,
			      &entries->entry[i].value.nexthop, problem);
}

static int add_rule(struct static_entries *entries, const struct flow_rule *rule,
		    struct problem *problem)
{
	size_t i = entries->count++;
	struct flow_entry *entry = &entries->entry[i];
	char text[FLOW_RULE_TEXT_SIZE];
	int err;

	entries->rule[i] = *rule;
	entries->rule[i].both = false;
	entry->key = rule->key;
	flow_value_of_rule(&entry->value, rule);
	err = entries->host->rules->accept(entries->host->context, rule, entry, problem);
	if (!err)
		err = find_device(rule->in_device, &entry->value.in_ifindex, problem);
	if (!err && entry->value.flags & FLOW_ROUTED)
		ask_routes(entries, i);
	else if (!err)
		err = find_named(entries, i, problem);
	return err ? problem_prefix(problem, err, "%s", flow_rule_text(&entries->rule[i], text)) :
		     0;
}

static int make_room(struct static_entries *entries, size_t count, struct problem *problem)
{
	entries->entry = calloc(count + 1, sizeof(*entries->entry));
	entries->rule = calloc(count + 1, sizeof(*entries->rule));
	entries->preview = calloc(count + 1, sizeof(*entries->preview));
	if (!entries->entry || !entries->rule || !entries->preview)
		return problem_errno(problem, -ENOMEM, "%zu flows", count);
	return 0;
}

int static_entries_fill(struct static_entries *ret_entries, const struct flow_host *host,
			const struct flow_rule_list *rules, bool dry_run, struct problem *problem)
{
	unsigned int silent;
	int err;

	*ret_entries = (struct static_entries){ .host = host, .dry_run = dry_run };
	err = make_room(ret_entries, 2 * rules->count, problem);
	if (!err)
		err = nexthops_open(&ret_entries->nexthops, host->nexthops, host->devices,
				    NEXTHOPS_TOOL, problem);
	for (size_t i = 0; !err && i < rules->count; i++) {
		struct flow_rule answers = flow_rule_reverse(&rules->rules[i]);

		err = add_rule(ret_entries, &rules->rules[i], problem);
		if (!err && rules->rules[i].both)
			err = add_rule(ret_entries, &answers, problem);
	}
	/* Which ones are silent is told with each flow. */
	if (!err && !dry_run)
		err = nexthops_wait(ret_entries->nexthops, NEXTHOPS_WAIT, &silent, problem);
	return err;
}

void static_entries_free(struct static_entries *entries)
{
	nexthops_close(entries->nexthops);
	free(entries->entry);
	free(entries->rule);
	free(entries->preview);
	*entries = (struct static_entries){ 0 };
}

/* The entry of flow_nexthops, or what it would be; NULL: there is none. */
static const struct flow_nexthop *nexthop_of(const struct static_entries *entries, size_t i)
{
	uint32_t index = entries->entry[i].value.nexthop;

	if (index < FLOW_WAY_FIXED)
		return NULL;
	return entries->dry_run ? &entries->preview[i] : nexthops_get(entries->nexthops, index);
}

static uint32_t state_of(const struct static_entries *entries, size_t i)
{
	const struct flow_nexthop *nexthop = nexthop_of(entries, i);

	if (!nexthop)
		return entries->entry[i].value.nexthop % FLOW_WAY_STATES;
	return nexthop->way[nexthop->current & 1].state;
}

/* At tc the kernel finds out a neighbour's address, and takes what is for this host. */
static bool is_sent(const struct static_entries *entries, uint32_t state)
{
	if (entries->host->devices < 0 && (state == FLOW_WAY_RESOLVING || state == FLOW_WAY_LOCAL))
		return true;
	return state == FLOW_WAY_USABLE;
}

static void tell_nexthop(const struct static_entries *entries, size_t i, FILE *stream)
{
	const struct flow_nexthop *nexthop = nexthop_of(entries, i);
	char text[NEXTHOPS_TEXT_SIZE], device[INTERFACE_NAME_SIZE];
	uint32_t state = state_of(entries, i);

	if (nexthop && entries->dry_run && interface_name_of(nexthop->device, device) == 0)
		fprintf(stream, ": dev %s, %s", device, flow_way_state_name(state));
	else
		fprintf(stream, ": %s",
			nexthops_text(entries->nexthops, entries->entry[i].value.nexthop, text));
	if (nexthop && !entries->dry_run && state != FLOW_WAY_USABLE)
		fprintf(stream, ", %s", flow_way_state_name(state));
	if (!is_sent(entries, state))
		fputs("; its packets go up the stack until that changes", stream);
}

static void tell_one(const struct static_entries *entries, size_t i, const char *verb, FILE *stream)
{
	char rule[FLOW_RULE_TEXT_SIZE];

	fprintf(stream, "%s %s", verb, flow_rule_text(&entries->rule[i], rule));
	if (!entries->dry_run || entries->entry[i].value.flags & FLOW_ROUTED)
		tell_nexthop(entries, i, stream);
	if (entries->entry[i].value.flags & FLOW_EXCLUDED)
		fputs("; excluded: its packets go up the stack", stream);
	fputc('\n', stream);
}

static void warn_unfollowed(const struct static_entries *entries)
{
	if (!entries->host->is_followed)
		log_warning("no daemon runs: when a route, link or neighbour changes, flows do not "
			    "follow it; run: %s --run",
			    entries->host->rules->tool);
}

void static_entries_tell(const struct static_entries *entries, const char *verb, FILE *stream)
{
	for (size_t i = 0; i < entries->count; i++)
		tell_one(entries, i, verb, stream);
	warn_unfollowed(entries);
}

void static_entries_tell_unusable(const struct static_entries *entries, FILE *stream)
{
	size_t count = 0;

	for (size_t i = 0; i < entries->count; i++) {
		if (!is_sent(entries, state_of(entries, i)) && count++ < TOLD_MAX)
			tell_one(entries, i, "not usable yet:", stream);
	}
	if (count > TOLD_MAX)
		fprintf(stream, "not usable yet: %zu more\n", count - TOLD_MAX);
	if (entries->count)
		warn_unfollowed(entries);
}

static void mark_used(bool *used, const struct flow_entry *entry, size_t count)
{
	for (size_t i = 0; i < count; i++)
		used[entry[i].value.nexthop % FLOW_NEXTHOP_LIMIT] = true;
}

int static_entries_sweep(const struct static_entries *entries, const struct flow_host *host,
			 struct problem *problem)
{
	CLEANUP_FREE bool *used = NULL;
	struct flow_entry_list learned = { 0 };
	int err;

	if (host->is_followed)
		return 0;
	err = flow_tables_read(host->tables, FLOW_TABLE_LEARNED, &learned, problem);
	if (err)
		return err;
	used = calloc(FLOW_NEXTHOP_LIMIT, sizeof(*used));
	if (used) {
		/* What the daemon left is its own when it comes back. */
		memset(used, true, NEXTHOPS_TOOL_FIRST * sizeof(*used));
		mark_used(used, entries->entry, entries->count);
		mark_used(used, learned.entry, learned.count);
		nexthops_keep(entries->nexthops, used, true);
	}
	flow_entry_list_free(&learned);
	return used ? 0 : problem_errno(problem, -ENOMEM, "cannot free next hops");
}
