// SPDX-License-Identifier: GPL-2.0-only
#include "static_entries.h"

#include <errno.h>
#include <linux/in.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "excluded_prefix.h"
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
		    const struct bypass_excluded *excluded, struct problem *problem)
{
	size_t i = entries->count++;
	struct flow_entry *entry = &entries->entry[i];
	char text[FLOW_RULE_TEXT_SIZE];
	int err;

	entries->rule[i] = *rule;
	entries->rule[i].both = false;
	entry->key = rule->key;
	flow_value_of_rule(&entry->value, rule);
	if (bypass_excludes(excluded, &rule->key, &rule->out))
		entry->value.flags |= FLOW_EXCLUDED;
	if (rule->key.protocol != IPPROTO_UDP)
		err = problem_set(problem, -EPROTONOSUPPORT, "bypass_udp forwards UDP only");
	else
		err = find_device(rule->in_device, &entry->value.in_ifindex, problem);
	if (!err && entry->value.flags & FLOW_ROUTED)
		ask_routes(entries, i);
	else if (!err)
		err = find_named(entries, i, problem);
	return err ? problem_prefix(problem, err, "%s", flow_rule_text(&entries->rule[i], text)) :
		     0;
}

static int read_followed(struct static_entries *entries, const struct bypass_host *host,
			 struct problem *problem)
{
	struct bypass_daemon daemon;
	int err = bypass_host_read_daemon(host, &daemon, problem);

	entries->is_followed = !err && daemon.alive_until > monotonic_clock_now();
	return err;
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

int static_entries_fill(struct static_entries *ret_entries, const struct bypass_host *host,
			const struct flow_rule_list *rules, bool dry_run, struct problem *problem)
{
	struct bypass_excluded excluded;
	unsigned int silent;
	int err;

	*ret_entries = (struct static_entries){ .dry_run = dry_run };
	err = make_room(ret_entries, 2 * rules->count, problem);
	if (!err)
		err = read_followed(ret_entries, host, problem);
	if (!err)
		err = bypass_host_read_excluded(host, &excluded, problem);
	if (!err)
		err = nexthops_open(&ret_entries->nexthops, host->fd[BYPASS_NEXTHOPS],
				    host->fd[BYPASS_DEVICES], NEXTHOPS_TOOL, problem);
	for (size_t i = 0; !err && i < rules->count; i++) {
		struct flow_rule answers = flow_rule_reverse(&rules->rules[i]);

		err = add_rule(ret_entries, &rules->rules[i], &excluded, problem);
		if (!err && rules->rules[i].both)
			err = add_rule(ret_entries, &answers, &excluded, problem);
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
	if (state != FLOW_WAY_USABLE)
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
	if (!entries->is_followed)
		log_warning("no daemon runs: when a route, link or neighbour changes, flows do not "
			    "follow it; run: bypass_udp --run");
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
		if (state_of(entries, i) != FLOW_WAY_USABLE && count++ < TOLD_MAX)
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

int static_entries_sweep(const struct static_entries *entries, const struct bypass_host *host,
			 struct problem *problem)
{
	CLEANUP_FREE bool *used = NULL;
	struct flow_entry_list learned = { 0 };
	int err;

	if (entries->is_followed)
		return 0;
	err = flow_tables_read(&host->flows, FLOW_TABLE_LEARNED, &learned, problem);
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

int static_entry_exclude(const struct flow_entry *entry, const struct bypass_excluded *excluded,
			 struct flow_edit *ret_edit)
{
	struct flow_key out = flow_value_out(&entry->key, &entry->value);
	bool is_excluded = bypass_excludes(excluded, &entry->key, &out);

	if (is_excluded == !!(entry->value.flags & FLOW_EXCLUDED))
		return 0;
	*ret_edit = (struct flow_edit){
		.key = entry->key,
		.table = FLOW_TABLE_STATIC,
		.what = FLOW_EDIT_FLAGS,
		.set_flags = is_excluded ? FLOW_EXCLUDED : 0,
		.clear_flags = is_excluded ? 0 : FLOW_EXCLUDED,
	};
	return 1;
}
