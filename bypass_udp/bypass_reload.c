// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_reload.h"

#include <errno.h>
#include <string.h>

#include "bypass_change.h"
#include "changed_host.h"
#include "excluded_list.h"
#include "static_flows.h"

static int check_learned(const struct bypass_host *host, const struct bypass_request *request,
			 struct problem *problem)
{
	uint32_t capacity;
	int err = flow_tables_capacity(&host->flows, FLOW_TABLE_LEARNED, &capacity, problem);

	if (!err && request->given[BYPASS_SETTING_MAX_LEARNED] && request->max_learned != capacity)
		return problem_set(problem, -EBUSY,
				   "max_learned cannot change from %u to %u while bypass_udp is "
				   "attached; run bypass_udp --detach on all interfaces, then "
				   "--attach",
				   capacity, request->max_learned);
	return err;
}

static void tell_settings(FILE *stream, const struct bypass_settings *before,
			  const struct bypass_settings *after)
{
	char was[BYPASS_SETTING_TEXT_SIZE], is[BYPASS_SETTING_TEXT_SIZE];

	for (int i = BYPASS_SETTING_IDLE_TIMEOUT; i < BYPASS_SETTING_COUNT; i++) {
		enum bypass_setting setting = (enum bypass_setting)i;

		bypass_settings_text(before, setting, was);
		bypass_settings_text(after, setting, is);
		if (strcmp(was, is) != 0)
			fprintf(stream, "%s: %s -> %s\n", bypass_settings_rows[i].name, was, is);
	}
}

static int reload_settings(FILE *stream, const struct bypass_host *host,
			   const struct bypass_request *request, struct problem *problem)
{
	struct bypass_settings before, after;
	int err = bypass_host_read_settings(host, &before, problem);

	if (err)
		return err;
	bypass_settings_standard(&after);
	bypass_request_apply(request, &after);
	after.tables = before.tables;
	after.static_version = before.static_version;
	err = bypass_host_write_settings(host, &after, problem);
	if (!err)
		tell_settings(stream, &before, &after);
	return err;
}

static int reload_excluded(FILE *stream, const struct bypass_host *host,
			   const struct bypass_excluded *wanted, struct problem *problem)
{
	struct bypass_excluded now, next = *wanted;
	int err = bypass_host_read_excluded(host, &now, problem);

	if (err || excluded_list_same(&now, wanted))
		return err;
	next.version = now.version;
	err = changed_host_exclude(host, &next, problem);
	if (!err)
		fprintf(stream, "excluded prefixes: %u -> %u\n", now.count, next.count);
	return err;
}

/* The room without the flows: those that are there stay. */
static int check_room(const struct bypass_host *host, const struct bypass_plan *plan,
		      struct problem *problem)
{
	uint32_t capacity;
	int err = flow_tables_capacity(&host->flows, FLOW_TABLE_STATIC, &capacity, problem);

	if (!err && plan->request.given[BYPASS_SETTING_MAX_FLOWS] && !plan->has_flows &&
	    plan->request.max_flows != capacity)
		return problem_set(problem, -EBUSY,
				   "max_flows can change from %u to %u only together with the flows: "
				   "the configuration file tells none",
				   capacity, plan->request.max_flows);
	return err;
}

int bypass_reload(FILE *stream, const char *bpffs, const struct bypass_plan *plan,
		  struct problem *problem)
{
	uint32_t max_flows =
		plan->request.given[BYPASS_SETTING_MAX_FLOWS] ? plan->request.max_flows : 0;
	struct changed_host changed;
	int err = changed_host_open(&changed, bpffs, "reload", problem);

	if (!err)
		err = check_learned(&changed.host, &plan->request, problem);
	if (!err)
		err = check_room(&changed.host, plan, problem);
	/* What can be refused comes first. */
	if (!err && plan->has_flows)
		err = static_flows_replace(&changed.flows.flows, &plan->flows, max_flows, stream,
					   problem);
	if (!err && plan->has_excluded)
		err = reload_excluded(stream, &changed.host, &plan->excluded, problem);
	if (!err)
		err = reload_settings(stream, &changed.host, &plan->request, problem);
	changed_host_close(&changed);
	return err;
}

int bypass_reload_interface(const char *bpffs, const char *interface, unsigned int slot,
			    const struct bypass_plan *plan, struct problem *problem)
{
	struct bypass_request request = bypass_plan_request(plan, interface);

	/* What the file does not say is off. */
	request.given[BYPASS_SETTING_MONITOR] = true;
	return bypass_change_interface(bpffs, interface, slot, &request, problem);
}
