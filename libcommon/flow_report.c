// SPDX-License-Identifier: GPL-2.0-only
#include "flow_report.h"

#include <string.h>

#include "flow_row.h"
#include "nexthops.h"

#define MILLISECOND UINT64_C(1000000)

enum { FLAGS = 4, PACKETS_PER_SECOND = 6, BITS_PER_SECOND = 7 };

/* As wide as addresses and ports of IPv4 are. */
static const struct report_column all_columns[FLOW_REPORT_COLUMNS] = {
	{ "in", "IN", -45 },
	{ "out", "OUT", -45 },
	{ "both", NULL, 0 },
	{ "state.table", "TABLE", -7 },
	[FLAGS] = { "state.flags", "FLAGS", -15 },
	{ "state.class", NULL, 0 },
	[PACKETS_PER_SECOND] = { "state.packets_per_second", "PACKETS/S", 9 },
	[BITS_PER_SECOND] = { "state.bits_per_second", "BITS/S", 12 },
	{ "state.packets", "PACKETS", 12 },
	{ "state.bytes", "BYTES", 14 },
	{ "state.first_ms", NULL, 0 },
	{ NULL, "FIRST", 7 },
	{ "state.last_ms", NULL, 0 },
	{ NULL, "LAST", 7 },
	{ "state.back_in", NULL, 0 },
	{ "state.back_packets", "BACK PACKETS", 12 },
	{ "state.back_bytes", "BACK BYTES", 14 },
	{ "state.nexthop_index", NULL, 0 },
	{ "state.nexthop", "NEXT HOP", -48 },
	{ "state.nexthop_state", "WAY", -11 },
};

void flow_report_begin(struct flow_report_table *ret_table, struct report *report, bool has_rates,
		       bool has_flags)
{
	struct report_column *columns;

	*ret_table = (struct flow_report_table){ .report = report, .has_rates = has_rates };
	columns = ret_table->columns;
	memcpy(columns, all_columns, sizeof(all_columns));
	if (!has_rates)
		columns[PACKETS_PER_SECOND].title = columns[BITS_PER_SECOND].title = NULL;
	if (!has_flags)
		columns[FLAGS].title = NULL;
	report_table_begin(report, "flows", columns, FLOW_REPORT_COLUMNS);
}

void flow_report_end(const struct flow_report_table *table)
{
	report_table_end(table->report);
}

static void put_rates(const struct flow_report_table *table, const struct listed_flow *flow)
{
	if (table->has_rates) {
		report_cell_number(table->report, flow->packets_per_second);
		report_cell_number(table->report, 8 * flow->bytes_per_second);
	} else {
		report_cell_none(table->report);
		report_cell_none(table->report);
	}
}

/* Milliseconds ago, for programs, and the same for people. */
static void put_age(struct report *report, uint64_t now, uint64_t time)
{
	char text[FLOW_ROW_AGE_SIZE];

	if (time)
		report_cell_number(report, now > time ? (now - time) / MILLISECOND : 0);
	else
		report_cell_none(report);
	report_cell_string(report, flow_row_age(now, time, text));
}

static void put_back(struct report *report, const struct flow_entry *back)
{
	char text[FLOW_IN_TEXT_SIZE];
	struct flow_counts counts;
	struct flow_rule rule;

	if (!back) {
		for (int i = 0; i < 3; i++)
			report_cell_none(report);
		return;
	}
	rule = flow_row_rule(back, NULL);
	counts = flow_counts_total(&back->value);
	report_cell_string(report, flow_rule_in_text(&rule, text));
	report_cell_number(report, counts.packets);
	report_cell_number(report, counts.bytes);
}

static void put_nexthop(struct report *report, const struct flow_report_row *row)
{
	uint32_t index = row->flow->entry->value.nexthop;

	report_cell_number(report, index);
	report_cell_string(report, row->nexthop_text);
	report_cell_string(report, flow_way_state_name(flow_row_way_state(index, row->nexthop)));
}

void flow_report_put(const struct flow_report_table *table, const struct flow_report_row *row)
{
	struct report *report = table->report;
	const struct flow_value *value = &row->flow->entry->value;
	struct flow_rule rule = flow_row_rule(row->flow->entry, row->nexthop);
	char in[FLOW_IN_TEXT_SIZE], out[FLOW_OUT_TEXT_SIZE], flags[FLOW_ROW_FLAGS_SIZE];
	bool is_learned = value->flags & FLOW_LEARNED;

	report_row_begin(report);
	report_cell_string(report, flow_rule_in_text(&rule, in));
	report_cell_string(report, flow_rule_out_text(&rule, out));
	report_cell_bool(report, false);
	report_cell_string(report,
			   flow_table_name(is_learned ? FLOW_TABLE_LEARNED : FLOW_TABLE_STATIC));
	report_cell_string(report, flow_row_flags(value, flags));
	report_cell_string(report, is_learned ? row->class_name : NULL);
	put_rates(table, row->flow);
	report_cell_number(report, row->flow->packets);
	report_cell_number(report, row->flow->bytes);
	put_age(report, row->now, value->first);
	put_age(report, row->now, flow_counts_total(value).last);
	put_back(report, row->back);
	put_nexthop(report, row);
	report_row_end(report);
}
