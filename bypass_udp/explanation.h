/* SPDX-License-Identifier: GPL-2.0-only */
/* Everything that is known about a flow, and what it comes to in words. Pure: from what was read. */
#ifndef BYPASS_EXPLANATION_H
#define BYPASS_EXPLANATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "bypass_decision.h"
#include "bypass_state.h"
#include "conntrack_flow.h"
#include "flow_tables.h"
#include "interface.h"
#include "nexthops.h"
#include "problem.h"
#include "report.h"

/* What conntrack says. */
enum explained_conntrack {
	EXPLAINED_CONNTRACK_UNASKED,
	EXPLAINED_CONNTRACK_UNREADABLE,
	EXPLAINED_CONNTRACK_UNKNOWN,    /* no such flow */
	EXPLAINED_CONNTRACK_UNANSWERED, /* it knows it, but not as one that may be learned */
	EXPLAINED_CONNTRACK_ORIGINAL,   /* this is the direction that began */
	EXPLAINED_CONNTRACK_REPLY,
};

enum explained_awaited {
	EXPLAINED_NOT_AWAITED,
	EXPLAINED_AWAITED, /* a packet of it has to be seen leaving */
	EXPLAINED_SEEN,    /* it was; the daemon is at work */
};

struct explained_interface {
	char name[INTERFACE_NAME_SIZE];
	struct bypass_question question;
	bool is_reached; /* packets get to the slot at all */
};

struct explanation {
	struct flow_key key;
	uint64_t now;
	struct bypass_settings settings;
	struct bypass_daemon daemon;
	struct bypass_ledger ledger;
	uint32_t learned_capacity;
	bool is_excluded; /* by the prefixes: what it arrives or leaves with */
	bool has_flow;
	enum flow_table table;
	struct flow_entry entry;
	struct flow_nexthop nexthop;
	char nexthop_text[NEXTHOPS_TEXT_SIZE];
	enum explained_conntrack conntrack;
	struct conntrack_flow conntrack_flow; /* ORIGINAL, REPLY */
	struct problem conntrack_problem;     /* UNREADABLE */
	struct flow_key leaves;               /* as far as flow or conntrack tell, else the key */
	enum explained_awaited awaited;
	uint32_t pending; /* packets that left marked */
	uint32_t route;   /* enum flow_way_state of what the routes say */
	char route_text[NEXTHOPS_TEXT_SIZE];
	struct explained_interface *interfaces;
	size_t interface_count;
};

#define EXPLANATION_TEXT_SIZE 256

/* Why the flow is not learned, or what it waits for; "" if it is in a table. Returns ret_text. */
const char *explanation_of_learning(const struct explanation *explanation,
				    char ret_text[EXPLANATION_TEXT_SIZE]);

void explanation_report(struct report *report, const struct explanation *explanation);

#endif
