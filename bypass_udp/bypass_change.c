// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_change.h"

#include <errno.h>

#include "attachment.h"
#include "bypass_maps.h"
#include "bypass_slot.h"
#include "changed_host.h"
#include "excluded_list.h"
#include "slot_table.h"
#include "static_flows.h"

int bypass_change_interface(const char *bpffs, const char *interface, unsigned int slot,
			    const struct bypass_request *request, struct problem *problem)
{
	struct bypass_maps maps = BYPASS_MAPS_CLOSED;
	struct bypass_config config;
	struct attachment attachment;
	struct program_slot bypass;
	struct chain chain;
	int err;

	err = slot_table_open(&chain, bpffs, interface, &attachment, problem);
	if (!err)
		err = program_slot_find(&chain, BYPASS_PROGRAM, slot, &bypass, problem);
	if (!err)
		err = bypass_maps_open(&maps, &chain, bypass.number, problem);
	if (!err)
		err = bypass_maps_read_config(&maps, &config, problem);
	if (!err && request->given[BYPASS_SETTING_MONITOR]) {
		config.monitor = request->monitor;
		err = bypass_maps_write_config(&maps, &config, problem);
	}
	bypass_maps_close(&maps);
	chain_close(&chain);
	return err;
}

int bypass_change_settings(const char *bpffs, const struct bypass_request *request,
			   struct problem *problem)
{
	struct bypass_settings settings;
	struct changed_host changed;
	int err = changed_host_open(&changed, bpffs, "set", problem);

	if (!err)
		err = bypass_host_read_settings(&changed.host, &settings, problem);
	if (!err) {
		bypass_request_apply(request, &settings);
		err = bypass_host_write_settings(&changed.host, &settings, problem);
	}
	changed_host_close(&changed);
	return err;
}

int bypass_change_flow_add(FILE *stream, const char *bpffs, const struct flow_rule_list *rules,
			   bool dry_run, struct problem *problem)
{
	struct changed_host changed;
	int err = changed_host_open(&changed, bpffs, "flow-add", problem);

	if (!err)
		err = static_flows_add(&changed.flows.flows, rules, dry_run, stream, problem);
	changed_host_close(&changed);
	return err;
}

int bypass_change_flow_del(FILE *stream, const char *bpffs, const char *in, bool both,
			   struct problem *problem)
{
	struct changed_host changed;
	struct flow_rule rule;
	int err = flow_rule_parse_in(in, &rule, problem);

	if (err)
		return problem_prefix(problem, err, "--flow-del '%s'", in);
	err = changed_host_open(&changed, bpffs, "flow-del", problem);
	if (!err)
		err = static_flows_remove(&changed.flows.flows, &rule.key, both, stream, problem);
	changed_host_close(&changed);
	return err;
}

int bypass_change_flow_file(FILE *stream, const char *bpffs, const struct flow_rule_list *rules,
			    struct problem *problem)
{
	struct changed_host changed;
	int err = changed_host_open(&changed, bpffs, "flow-file", problem);

	if (!err)
		err = static_flows_replace(&changed.flows.flows, rules, 0, stream, problem);
	changed_host_close(&changed);
	return err;
}

static int change_excluded(const char *bpffs, const char *verb, const char *text,
			   int (*change)(struct bypass_excluded *excluded, const char *text,
					 struct problem *problem),
			   struct problem *problem)
{
	struct bypass_excluded excluded;
	struct changed_host changed;
	int err = changed_host_open(&changed, bpffs, verb, problem);

	if (!err)
		err = bypass_host_read_excluded(&changed.host, &excluded, problem);
	if (!err) {
		err = change(&excluded, text, problem);
		if (err)
			problem_prefix(problem, err, "--%s", verb);
	}
	if (!err)
		err = changed_host_exclude(&changed.host, &excluded, problem);
	changed_host_close(&changed);
	return err;
}

int bypass_change_exclude(const char *bpffs, const char *text, struct problem *problem)
{
	return change_excluded(bpffs, "exclude", text, excluded_list_add, problem);
}

int bypass_change_no_exclude(const char *bpffs, const char *text, struct problem *problem)
{
	return change_excluded(bpffs, "no-exclude", text, excluded_list_remove, problem);
}
