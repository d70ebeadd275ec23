// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_shared.h"

#include <errno.h>

#include "bypass_slot.h"
#include "host_flows.h"
#include "static_flows.h"

static int fill_new(struct bypass_shared *shared, const struct bypass_request *request,
		    const struct bypass_plan *plan, struct problem *problem)
{
	struct bypass_settings settings;
	struct host_flows flows;
	int err;

	bypass_settings_standard(&settings);
	bypass_request_apply(request, &settings);
	err = bypass_host_write_fixed(&shared->host, problem);
	if (!err)
		err = bypass_host_write_settings(&shared->host, &settings, problem);
	if (!err && plan->has_excluded)
		err = bypass_host_write_excluded(&shared->host, &plan->excluded, problem);
	if (!err)
		err = host_flows_open(&flows, &shared->host, problem);
	if (!err && plan->has_flows)
		err = static_flows_add(&flows.flows, &plan->flows, false, NULL, problem);
	return err;
}

/* Programs whose maps are pinned nowhere any more would not see what is made here. */
static int refuse_second(const char *bpffs, struct problem *problem)
{
	struct interface_list list = { 0 }, any = { 0 };
	char path[BPFFS_PATH_SIZE];
	int err = bypass_slot_interfaces(&list, bpffs, &any, problem);

	if (!err)
		err = bypass_host_path(bpffs, path, problem);
	if (!err && list.count)
		err = problem_set(problem, -EPROTO,
				  "%s is gone, and with it the flows of %s and of whatever else "
				  "bypass_udp is attached to; run bypass_udp --detach on all of them, "
				  "then --attach",
				  path, list.names[0]);
	interface_list_free(&list);
	return err;
}

static int make(struct bypass_shared *shared, const char *bpffs,
		const struct bypass_request *request, const struct bypass_plan *plan,
		struct problem *problem)
{
	uint32_t max_flows =
		request->given[BYPASS_SETTING_MAX_FLOWS] ? request->max_flows : FLOW_TABLE_DEFAULT;
	uint32_t max_learned = request->given[BYPASS_SETTING_MAX_LEARNED] ? request->max_learned :
									    BYPASS_LEARNED_DEFAULT;
	int err = refuse_second(bpffs, problem);

	if (!err)
		err = bypass_host_create(bpffs, max_flows, max_learned, problem);
	if (err)
		return err;
	shared->made = true;
	err = bypass_host_open(&shared->host, bpffs, problem);
	return err ? err : fill_new(shared, request, plan, problem);
}

static int check_size(const struct bypass_shared *shared, enum flow_table table, bool is_said,
		      uint32_t wanted, struct problem *problem)
{
	uint32_t capacity;
	int err = flow_tables_capacity(&shared->host.flows, table, &capacity, problem);

	if (!err && is_said && wanted != capacity)
		return problem_set(problem, -EBUSY,
				   "the table of %s flows has room for %u already%s",
				   table == FLOW_TABLE_STATIC ? "static" : "learned", capacity,
				   table == FLOW_TABLE_STATIC ?
					   ": max_flows in the configuration file and --reload "
					   "change that" :
					   ", until bypass_udp is detached from all interfaces");
	return err;
}

static int apply(struct bypass_shared *shared, const struct bypass_request *said,
		 struct problem *problem)
{
	struct bypass_settings settings;
	int err = check_size(shared, FLOW_TABLE_STATIC, said->given[BYPASS_SETTING_MAX_FLOWS],
			     said->max_flows, problem);

	if (!err)
		err = check_size(shared, FLOW_TABLE_LEARNED,
				 said->given[BYPASS_SETTING_MAX_LEARNED], said->max_learned,
				 problem);
	if (!err)
		err = flow_tables_settle(&shared->host.flows, problem);
	if (!err)
		err = bypass_host_read_settings(&shared->host, &shared->before, problem);
	if (err)
		return err;
	settings = shared->before;
	bypass_request_apply(said, &settings);
	err = bypass_host_write_settings(&shared->host, &settings, problem);
	shared->changed = !err;
	return err;
}

int bypass_shared_open(struct bypass_shared *ret_shared, const char *bpffs,
		       const struct bypass_request *request, const struct bypass_attach_wish *wish,
		       struct problem *problem)
{
	int err = bypass_host_open(&ret_shared->host, bpffs, problem);

	if (!err)
		return apply(ret_shared, wish->said, problem);
	if (err != -ENOENT)
		return err;
	problem_set(problem, 0, "%s", "");
	return make(ret_shared, bpffs, request, wish->plan, problem);
}

void bypass_shared_undo(const struct bypass_shared *shared)
{
	if (shared->changed)
		(void)bypass_host_write_settings(&shared->host, &shared->before, NULL);
}

void bypass_shared_close(struct bypass_shared *shared)
{
	bypass_host_close(&shared->host);
}
