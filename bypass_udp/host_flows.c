// SPDX-License-Identifier: GPL-2.0-only
#include "host_flows.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "bypass_program.h"
#include "bypass_settings.h"
#include "cleanup.h"
#include "excluded_prefix.h"
#include "flow_value.h"
#include "monotonic_clock.h"

#define STATIC_BIT (1U << FLOW_TABLE_STATIC)

static int accept_rule(void *context, const struct flow_rule *rule, struct flow_entry *entry,
		       struct problem *problem)
{
	const struct host_flows *flows = context;

	if (rule->key.protocol != IPPROTO_UDP)
		return problem_set(problem, -EPROTONOSUPPORT, "bypass_udp forwards UDP only");
	if (rule->peer || rule->keep_ttl)
		return problem_set(problem, -EOPNOTSUPP,
				   "%s: only tc_offload can do that; leave it out",
				   rule->peer ? "peer" : "keep-ttl");
	if (bypass_excludes(&flows->excluded, &rule->key, &rule->out))
		entry->value.flags |= FLOW_EXCLUDED;
	return 0;
}

static int before_change(void *context, struct problem *problem)
{
	const struct host_flows *flows = context;
	struct bypass_settings settings;
	int err = bypass_host_read_settings(flows->host, &settings, problem);

	if (err || settings.tables & STATIC_BIT)
		return err;
	settings.tables |= STATIC_BIT;
	return bypass_host_write_settings(flows->host, &settings, problem);
}

static int after_change(void *context, struct problem *problem)
{
	const struct host_flows *flows = context;
	struct bypass_settings settings;
	int err = bypass_host_read_settings(flows->host, &settings, problem);

	if (err)
		return err;
	if (bypass_host_has_static(flows->host))
		settings.tables |= STATIC_BIT;
	else
		settings.tables &= ~STATIC_BIT;
	settings.static_version++;
	return bypass_host_write_settings(flows->host, &settings, problem);
}

static int describe(void *context, struct flow_tables *tables, struct problem *problem)
{
	(void)context;
	return bypass_program_describe(tables, problem);
}

static const struct flow_host_rules rules = {
	.tool = BYPASS_TOOL,
	.accept = accept_rule,
	.before = before_change,
	.after = after_change,
	.describe = describe,
	.class_name = bypass_class_name,
};

int host_flows_open(struct host_flows *ret_flows, struct bypass_host *host, struct problem *problem)
{
	struct bypass_daemon daemon;
	int err = bypass_host_read_daemon(host, &daemon, problem);

	ret_flows->host = host;
	if (!err)
		err = bypass_host_read_excluded(host, &ret_flows->excluded, problem);
	if (err)
		return err;
	ret_flows->flows = (struct flow_host){
		.tables = &host->flows,
		.nexthops = host->fd[BYPASS_NEXTHOPS],
		.devices = host->fd[BYPASS_DEVICES],
		.is_followed = daemon.alive_until > monotonic_clock_now(),
		.rules = &rules,
		.context = ret_flows,
	};
	return 0;
}

/* The edit that makes FLOW_EXCLUDED of a flow what the prefixes say; 0: it is that already. */
static int exclude_entry(const struct flow_entry *entry, const struct bypass_excluded *excluded,
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

int host_flows_exclude(const struct bypass_host *host, const struct bypass_excluded *excluded,
		       struct problem *problem)
{
	CLEANUP_FREE struct flow_edit *edits = NULL;
	struct flow_entry_list list = { 0 };
	size_t count = 0;
	int err = flow_tables_read(&host->flows, FLOW_TABLE_STATIC, &list, problem);

	if (!err) {
		edits = calloc(list.count + 1, sizeof(*edits));
		err = edits ? 0 : problem_errno(problem, -ENOMEM, "cannot mark excluded flows");
	}
	for (size_t i = 0; !err && edits && i < list.count; i++)
		count += exclude_entry(&list.entry[i], excluded, &edits[count]);
	if (!err && count)
		err = flow_tables_edit(&host->flows, edits, count, problem);
	flow_entry_list_free(&list);
	return err;
}
