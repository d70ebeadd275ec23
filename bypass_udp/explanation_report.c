// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>

#include "bypass_report.h"
#include "bypass_settings.h"
#include "bypass_up_names.h"
#include "explanation.h"
#include "flow_row.h"

#define MILLISECOND UINT64_C(1000000)

static void put_age(struct report *report, const char *key, const char *label, uint64_t now,
		    uint64_t time)
{
	char text[FLOW_ROW_AGE_SIZE];

	if (!time) {
		report_null(report, key);
		return;
	}
	report_line(report, "  %s: %s ago", label, flow_row_age(now, time, text));
	report_number(report, key, NULL, now > time ? (now - time) / MILLISECOND : 0);
}

static void put_rule(struct report *report, const struct explanation *explanation)
{
	const struct flow_value *value = &explanation->entry.value;
	struct flow_rule rule = flow_row_rule(&explanation->entry, &explanation->nexthop);
	struct flow_counts counts = flow_counts_total(value);
	char in[FLOW_IN_TEXT_SIZE], out[FLOW_OUT_TEXT_SIZE], flags[FLOW_ROW_FLAGS_SIZE];

	if (!explanation->has_flow) {
		report_null(report, "rule");
		return;
	}
	report_object_begin(report, "rule");
	(void)flow_rule_in_text(&rule, in);
	(void)flow_rule_out_text(&rule, out);
	report_line(report, "Rule (%s): %s => %s", flow_table_name(explanation->table), in, out);
	report_string(report, "table", NULL, flow_table_name(explanation->table));
	report_string(report, "in", NULL, in);
	report_string(report, "out", NULL, out);
	(void)flow_row_flags(value, flags);
	report_string(report, "flags", *flags ? "  flags" : NULL, flags);
	report_string(report, "class", value->flags & FLOW_LEARNED ? "  class" : NULL,
		      value->flags & FLOW_LEARNED ? bypass_class_name(value->class) : NULL);
	report_number(report, "packets", "  packets", counts.packets);
	report_number(report, "bytes", "  bytes", counts.bytes);
	put_age(report, "first_ms", "first", explanation->now, value->first);
	put_age(report, "last_ms", "last", explanation->now, counts.last);
	report_string(report, "nexthop", "  next hop", explanation->nexthop_text);
	report_string(report, "nexthop_state", "  its state",
		      flow_way_state_name(
			      explanation->nexthop.way[explanation->nexthop.current & 1].state));
	report_object_end(report);
}

static void put_limits(struct report *report, const struct bypass_question *question, bool is_sent)
{
	char text[BYPASS_DECISION_TEXT_SIZE];

	report_array_begin(report, "goes_up");
	for (unsigned int i = 0; is_sent && bypass_decision_limit(question, i, text); i++)
		report_string(report, NULL, "  goes up", text);
	report_array_end(report);
}

static void put_decision(struct report *report, const struct explained_interface *interface)
{
	const struct bypass_question *question = &interface->question;
	unsigned int up = bypass_decision(question);
	bool is_sent = up == BYPASS_SENT, is_meant = is_sent || up == BYPASS_UP_MONITOR;
	char numbers[BYPASS_DECISION_TEXT_SIZE];

	(void)bypass_decision_numbers(question, up, numbers);
	if (!interface->is_reached)
		report_line(report,
			    "Arriving at %s: no packet gets to bypass_udp there; see "
			    "--status",
			    interface->name);
	else if (is_sent)
		report_line(report, "Arriving at %s: bypasses the stack, %s", interface->name,
			    bypass_decision_turns(question) ? "back out of the same port (XDP_TX)" :
							      "out of another port (XDP_REDIRECT)");
	else
		report_line(report, "Arriving at %s: goes up the stack (%s): %s%s%s%s",
			    interface->name, bypass_up_name(up), bypass_up_explanation(up),
			    *numbers ? " (" : "", numbers, *numbers ? ")" : "");
	report_object_begin(report, interface->name);
	report_bool(report, "reached", NULL, interface->is_reached);
	report_string(report, "decision", NULL,
		      !is_sent                        ? "up" :
		      bypass_decision_turns(question) ? "tx" :
							"redirect");
	report_string(report, "reason", NULL, is_sent ? NULL : bypass_up_name(up));
	report_string(report, "why", NULL, is_sent ? NULL : bypass_up_explanation(up));
	report_string(report, "numbers", NULL, *numbers ? numbers : NULL);
	put_limits(report, question, is_meant);
	report_object_end(report);
}

static const char *conntrack_text(enum explained_conntrack conntrack)
{
	static const char *const names[] = {
		[EXPLAINED_CONNTRACK_UNASKED] = "not asked",
		[EXPLAINED_CONNTRACK_UNREADABLE] = "unreadable",
		[EXPLAINED_CONNTRACK_UNKNOWN] = "unknown",
		[EXPLAINED_CONNTRACK_UNANSWERED] = "unanswered",
		[EXPLAINED_CONNTRACK_ORIGINAL] = "original direction",
		[EXPLAINED_CONNTRACK_REPLY] = "reply direction",
	};

	return names[conntrack];
}

static void put_conntrack(struct report *report, const struct explanation *explanation)
{
	const struct conntrack_flow *flow = &explanation->conntrack_flow;
	bool is_known = explanation->conntrack >= EXPLAINED_CONNTRACK_ORIGINAL;
	char text[FLOW_KEY_TEXT_SIZE];

	report_object_begin(report, "conntrack");
	report_string(report, "state", "Conntrack", conntrack_text(explanation->conntrack));
	report_string(report, "problem", NULL,
		      explanation->conntrack == EXPLAINED_CONNTRACK_UNREADABLE ?
			      explanation->conntrack_problem.text :
			      NULL);
	if (is_known) {
		report_string(report, "original", "  original",
			      flow_tuple_text(&flow->original, text));
		report_string(report, "reply", "  reply", flow_tuple_text(&flow->reply, text));
		report_bool(report, "answered", "  answered", flow->seen_reply);
		report_bool(report, "assured", "  assured", flow->assured);
		report_number(report, "mark", "  mark", flow->mark);
		report_number(report, "timeout", "  seconds left", flow->timeout);
	} else {
		static const char *const keys[] = { "original", "reply", "answered",
						    "assured",  "mark",  "timeout" };

		for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
			report_null(report, keys[i]);
	}
	report_object_end(report);
}

void explanation_report(struct report *report, const struct explanation *explanation)
{
	static const char *const awaited[] = { "no", "awaited", "seen" };
	char key[FLOW_KEY_TEXT_SIZE], leaves[FLOW_KEY_TEXT_SIZE], learning[EXPLANATION_TEXT_SIZE];

	report_string(report, "flow", "Flow", flow_key_text(&explanation->key, key));
	put_rule(report, explanation);
	report_object_begin(report, "interfaces");
	for (size_t i = 0; i < explanation->interface_count; i++)
		put_decision(report, &explanation->interfaces[i]);
	report_object_end(report);
	(void)explanation_of_learning(explanation, learning);
	if (*learning)
		report_line(report, "It is %s.", learning);
	report_string(report, "learning", NULL, *learning ? learning : NULL);
	report_bool(report, "excluded", explanation->is_excluded ? "Excluded" : NULL,
		    explanation->is_excluded);
	report_string(report, "daemon", NULL,
		      explanation->now <= explanation->daemon.alive_until ? "running" : "none");
	put_conntrack(report, explanation);
	report_string(report, "leaves", "Leaves as", flow_tuple_text(&explanation->leaves, leaves));
	report_string(report, "awaited", NULL, awaited[explanation->awaited]);
	report_number(report, "pending", NULL, explanation->pending);
	report_string(report, "route", "The routes say", explanation->route_text);
	report_string(report, "route_state", "  which is", flow_way_state_name(explanation->route));
}
