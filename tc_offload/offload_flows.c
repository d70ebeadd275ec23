// SPDX-License-Identifier: GPL-2.0-only
#include "offload_flows.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "chain_look.h"
#include "monotonic_clock.h"
#include "offload_interfaces.h"
#include "offload_program.h"
#include "pin_lock.h"

#define STATIC_BIT (1U << FLOW_TABLE_STATIC)
/* Anything else behind the device, and the kernel drops what is sent there. */
static int check_peer(const char *device, struct problem *problem)
{
	struct offload_interface interface;
	int err = offload_interface_find(device, &interface, problem);

	if (err)
		return err;
	if (!strcmp(interface.kind, "veth") || !strcmp(interface.kind, "netkit"))
		return interface.leads_elsewhere ?
			       0 :
			       problem_set(problem, -EOPNOTSUPP,
					   "peer: the other end of %s is in this network namespace "
					   "too, packets would be dropped; leave peer out",
					   device);
	return problem_set(problem, -EOPNOTSUPP,
			   "peer: %s is no veth, there is no network namespace behind it; leave peer "
			   "out",
			   device);
}

static int accept_rule(void *context, const struct flow_rule *rule, struct flow_entry *entry,
		       struct problem *problem)
{
	(void)context;
	(void)entry;
	if (rule->key.protocol != IPPROTO_UDP && rule->key.protocol != IPPROTO_TCP)
		return problem_set(problem, -EPROTONOSUPPORT,
				   "tc_offload rewrites UDP and TCP only");
	if (rule->in_vlan[1])
		return problem_set(problem, -EOPNOTSUPP,
				   "vlan %u.%u: tc_offload sees packets with one VLAN tag at most; "
				   "attach to the VLAN device and name the inner tag",
				   rule->in_vlan[0], rule->in_vlan[1]);
	if (rule->vlan[1])
		return problem_set(
			problem, -EOPNOTSUPP,
			"vlan %u.%u: tc_offload writes one VLAN tag at most; send to a VLAN "
			"device (dev DEVICE) with the inner tag",
			rule->vlan[0], rule->vlan[1]);
	return rule->peer ? check_peer(rule->device, problem) : 0;
}

static int before_change(void *context, struct problem *problem)
{
	const struct offload_flows *flows = context;
	struct offload_settings settings;
	int err = offload_host_read_settings(flows->host, &settings, problem);

	if (err || settings.tables & STATIC_BIT)
		return err;
	settings.tables |= STATIC_BIT;
	return offload_host_write_settings(flows->host, &settings, problem);
}

static int after_change(void *context, struct problem *problem)
{
	const struct offload_flows *flows = context;
	struct offload_settings settings;
	int err = offload_host_read_settings(flows->host, &settings, problem);

	if (err)
		return err;
	settings.tables = offload_host_has_static(flows->host) ? STATIC_BIT : 0;
	settings.static_version++;
	return offload_host_write_settings(flows->host, &settings, problem);
}

static int describe(void *context, struct flow_tables *tables, struct problem *problem)
{
	(void)context;
	return offload_program_describe(tables, problem);
}

/* Nothing is learned here. */
static const char *class_name(unsigned int class)
{
	(void)class;
	return "-";
}

static const struct flow_host_rules rules = {
	.tool = OFFLOAD_TOOL,
	.accept = accept_rule,
	.before = before_change,
	.after = after_change,
	.describe = describe,
	.class_name = class_name,
};

int offload_flows_open(struct offload_flows *ret_flows, struct offload_host *host,
		       struct problem *problem)
{
	struct offload_daemon daemon;
	int err = offload_host_read_daemon(host, &daemon, problem);

	if (err)
		return err;
	*ret_flows = (struct offload_flows){
		.flows = { .tables = &host->flows,
			   .nexthops = host->fd[OFFLOAD_NEXTHOPS],
			   .devices = -1,
			   .is_followed = daemon.alive_until > monotonic_clock_now(),
			   .rules = &rules,
			   .context = ret_flows },
		.host = host,
	};
	return 0;
}

int offload_flows_look(struct offload_host *ret_host, const char *bpffs, struct problem *problem)
{
	int err, lock = chain_look_lock(bpffs, problem);

	if (lock < 0 && lock != -ETIMEDOUT)
		return lock;
	err = offload_host_open(ret_host, bpffs, problem);
	chain_look_unlock(bpffs, lock);
	if (err)
		offload_host_close(ret_host);
	return err;
}

int offload_changed_open(struct offload_changed *ret_changed, const char *bpffs, const char *verb,
			 struct problem *problem)
{
	struct offload_host *host = &ret_changed->host;
	int err;

	*ret_changed = (struct offload_changed){ .host = OFFLOAD_HOST_CLOSED, .bpffs = bpffs };
	ret_changed->lock = offload_host_lock(bpffs, verb, problem);
	if (ret_changed->lock < 0)
		return ret_changed->lock;
	err = offload_host_open(host, bpffs, problem);
	if (!err)
		err = flow_tables_settle(&host->flows, problem);
	return err ? err : offload_flows_open(&ret_changed->flows, host, problem);
}

void offload_changed_close(struct offload_changed *changed)
{
	offload_host_close(&changed->host);
	if (changed->lock >= 0)
		pin_lock_release(changed->bpffs, changed->lock);
	changed->lock = -1;
}
