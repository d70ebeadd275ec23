// SPDX-License-Identifier: GPL-2.0-only
#include "offload_explain.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "flow_row.h"
#include "flow_rule.h"
#include "interface.h"
#include "monotonic_clock.h"
#include "nexthops.h"
#include "offload_decision.h"
#include "offload_flows.h"
#include "offload_up_names.h"

/* A packet of ordinary size: the smallest MTU of IPv6 passes every link. */
#define ORDINARY_LENGTH 1280
#define ORDINARY_HOPS 64
#define LO_IFINDEX 1 /* in every network namespace */

struct explain_run {
	struct report *report;
	struct flow_rule in;
	uint32_t ifindex; /* only this interface, 0: any */
	struct offload_host host;
	struct nexthops *nexthops;
	struct offload_question question; /* but for the place */
	char nexthop[NEXTHOPS_TEXT_SIZE];
};

static int parse(struct explain_run *run, const char *in, const char *interface,
		 struct problem *problem)
{
	const char *device;
	int err = flow_rule_parse_in(in, &run->in, problem);

	if (err)
		return problem_prefix(problem, err, "--explain '%s'", in);
	device = run->in.in_device;
	if (*device && interface && strcmp(device, interface) != 0)
		return problem_set(problem, -EINVAL,
				   "--explain: 'on %s' and --interface %s contradict each other",
				   device, interface);
	if (!*device)
		device = interface;
	if (device && interface_index(device, &run->ifindex))
		return problem_set(problem, -ENODEV,
				   "%s: no such interface in this network namespace", device);
	return 0;
}

static int find_flow(struct explain_run *run, struct problem *problem)
{
	struct offload_question *question = &run->question;
	const struct flow_nexthop *nexthop;
	int err = flow_tables_find(&run->host.flows, FLOW_TABLE_STATIC, &question->key,
				   &question->flow);

	if (err == -ENOENT)
		return 0;
	if (err)
		return problem_errno(problem, err, "cannot read the table of flows");
	question->has_flow = true;
	nexthop = nexthops_get(run->nexthops, question->flow.nexthop);
	if (nexthop)
		question->nexthop = *nexthop;
	else
		question->nexthop.way[0].state =
			(uint8_t)flow_row_way_state(question->flow.nexthop, NULL);
	(void)nexthops_text(run->nexthops, question->flow.nexthop, run->nexthop);
	return 0;
}

static int read_host(struct explain_run *run, struct problem *problem)
{
	struct offload_question *question = &run->question;
	int err;

	*question = (struct offload_question){
		.key = run->in.key,
		.any_tags = run->in.in_any_tags,
		.vlan = { run->in.in_vlan[0], run->in.in_vlan[1] },
		.length = ORDINARY_LENGTH,
		.hops = ORDINARY_HOPS,
		.has_checksum = true,
	};
	err = offload_host_read_settings(&run->host, &question->settings, problem);
	if (!err)
		err = nexthops_open(&run->nexthops, run->host.fd[OFFLOAD_NEXTHOPS], -1,
				    NEXTHOPS_TOOL, problem);
	if (!err)
		err = find_flow(run, problem);
	if (!err)
		err = offload_host_read_daemon(&run->host, &question->daemon, problem);
	question->now = monotonic_clock_now();
	return err;
}

static void put_rule(const struct explain_run *run)
{
	const struct offload_question *question = &run->question;
	struct flow_entry entry = { .key = question->key, .value = question->flow };
	struct flow_rule rule = flow_row_rule(&entry, &question->nexthop);
	struct flow_counts counts = flow_counts_total(&question->flow);
	char in[FLOW_IN_TEXT_SIZE], out[FLOW_OUT_TEXT_SIZE];

	if (!question->has_flow) {
		report_null(run->report, "rule");
		return;
	}
	report_line(run->report, "Rule: %s => %s", flow_rule_in_text(&rule, in),
		    flow_rule_out_text(&rule, out));
	report_object_begin(run->report, "rule");
	report_string(run->report, "in", NULL, in);
	report_string(run->report, "out", NULL, out);
	report_string(run->report, "nexthop", "  next hop", run->nexthop);
	report_string(run->report, "nexthop_state", "  its state",
		      flow_way_state_name(offload_decision_way(question)->state));
	report_number(run->report, "packets", "  packets", counts.packets);
	report_number(run->report, "bytes", "  bytes", counts.bytes);
	report_object_end(run->report);
}

static void say_sent(const struct explain_run *run, const char *place,
		     const struct offload_decision *decision)
{
	char mtu[64] = "";

	if (decision->has_mtu_limit)
		(void)snprintf(mtu, sizeof(mtu),
			       "; IP packets of more than %" PRIu32 " bytes are left alone",
			       offload_decision_way(&run->question)->mtu);
	report_line(run->report, "At %s: rewritten (%s), %s: %s%s%s", place,
		    offload_out_name(decision->out), offload_out_explanation(decision->out),
		    run->nexthop, decision->counts_down ? ", TTL less one" : "", mtu);
}

static void say_left_alone(const struct explain_run *run, const char *place, unsigned int up)
{
	char numbers[64] = "";

	if (up == OFFLOAD_UP_TOO_BIG)
		(void)snprintf(numbers, sizeof(numbers),
			       " (%d bytes, the way out takes %" PRIu32 ")", ORDINARY_LENGTH,
			       offload_decision_way(&run->question)->mtu);
	report_line(run->report, "At %s: left alone (%s): %s%s", place, offload_up_name(up),
		    offload_up_explanation(up), numbers);
}

static void put_decision(const struct explain_run *run, const struct offload_decision *decision)
{
	bool is_sent = decision->up == OFFLOAD_SENT;

	report_string(run->report, "decision", NULL,
		      is_sent ? offload_out_name(decision->out) : "up");
	report_string(run->report, "reason", NULL, is_sent ? NULL : offload_up_name(decision->up));
	report_string(run->report, "why", NULL,
		      is_sent ? offload_out_explanation(decision->out) :
				offload_up_explanation(decision->up));
	report_bool(run->report, "counts_ttl_down", NULL, decision->counts_down);
	if (decision->has_mtu_limit || decision->up == OFFLOAD_UP_TOO_BIG)
		report_number(run->report, "mtu", NULL, offload_decision_way(&run->question)->mtu);
	else
		report_null(run->report, "mtu");
}

static void put_place(struct explain_run *run, const struct offload_place *place)
{
	const char *side = place->side == OFFLOAD_INGRESS ? "ingress" : "egress";
	bool is_reached = place->state.kind != TC_LINK_NONE;
	char name[INTERFACE_NAME_SIZE], text[INTERFACE_NAME_SIZE + 16];
	struct offload_decision decision;

	if (interface_name_of(place->ifindex, name))
		(void)snprintf(name, sizeof(name), "#%" PRIu32, place->ifindex);
	(void)snprintf(text, sizeof(text), "%s %s", name, side);
	run->question.at = (struct offload_at){ .ifindex = place->ifindex,
						.side = (uint8_t)place->side,
						.is_loopback = place->ifindex == LO_IFINDEX };
	decision = offload_decide(&run->question);
	if (!is_reached)
		report_line(run->report, "At %s: no packet gets to tc_offload there; see --status",
			    text);
	else if (decision.up == OFFLOAD_SENT)
		say_sent(run, text, &decision);
	else
		say_left_alone(run, text, decision.up);
	report_object_begin(run->report, NULL);
	report_string(run->report, "interface", NULL, name);
	report_string(run->report, "side", NULL, side);
	report_bool(run->report, "reached", NULL, is_reached);
	put_decision(run, &decision);
	report_object_end(run->report);
}

static int put_places(struct explain_run *run, struct problem *problem)
{
	CLEANUP_FREE struct offload_place *places = NULL;
	char name[INTERFACE_NAME_SIZE] = "?";
	size_t count = 0, shown = 0;
	int err = offload_host_places(&run->host, &places, &count, problem);

	report_array_begin(run->report, "places");
	for (size_t i = 0; !err && i < count; i++) {
		if (run->ifindex && places[i].ifindex != run->ifindex)
			continue;
		put_place(run, &places[i]);
		shown++;
	}
	report_array_end(run->report);
	if (err || shown || !run->ifindex)
		return err;
	(void)interface_name_of(run->ifindex, name);
	return problem_set(problem, -ENOENT,
			   "%s: tc_offload is not attached there; attach it: tc_offload --attach "
			   "--interface %s",
			   name, name);
}

static int put_all(struct explain_run *run, struct problem *problem)
{
	const struct offload_question *question = &run->question;
	char key[FLOW_KEY_TEXT_SIZE];

	report_string(run->report, "flow", "Flow", flow_key_text(&question->key, key));
	put_rule(run);
	report_string(run->report, "daemon", "Daemon",
		      question->daemon.alive_until > question->now ? "running" : "none");
	return put_places(run, problem);
}

int offload_explain(struct report *report, const char *bpffs, const char *in, const char *interface,
		    struct problem *problem)
{
	struct explain_run run = { .report = report };
	int err = parse(&run, in, interface, problem);

	if (!err)
		err = offload_flows_look(&run.host, bpffs, problem);
	if (err)
		return err;
	err = read_host(&run, problem);
	if (!err)
		err = put_all(&run, problem);
	nexthops_close(run.nexthops);
	offload_host_close(&run.host);
	return err;
}
