// SPDX-License-Identifier: GPL-2.0-only
#include "flow_listing.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "flow_report.h"
#include "flow_row.h"
#include "flow_rule.h"
#include "flow_samples.h"
#include "flow_top.h"
#include "flow_value.h"
#include "monotonic_clock.h"
#include "nexthops.h"

/* What is read, in the order of reading. */
struct flows_run {
	const struct flow_listing_wish *wish;
	const struct flow_host *host;
	struct flow_samples earlier[FLOW_TABLE_COUNT];
	uint64_t earlier_time;
	struct flow_entry_list list[FLOW_TABLE_COUNT];
	uint64_t now; /* CLOCK_MONOTONIC, nanoseconds */
	struct listed_flow *flows;
	size_t count;
};

static bool is_measured(const struct flows_run *run)
{
	const struct flow_listing_wish *wish = run->wish;

	return wish->top && !wish->key &&
	       (wish->by == FLOW_LISTING_BY_PPS || wish->by == FLOW_LISTING_BY_BPS);
}

static bool wants(const struct flow_listing_wish *wish, int table)
{
	return !wish->tables || wish->tables & 1U << table;
}

static int take_samples(struct flows_run *run, struct problem *problem)
{
	const struct timespec second = { .tv_sec = 1 };
	int err = 0;

	for (int i = 0; !err && i < FLOW_TABLE_COUNT; i++) {
		struct flow_entry_list list = { 0 };

		if (!wants(run->wish, i))
			continue;
		err = flow_tables_read(run->host->tables, (enum flow_table)i, &list, problem);
		if (!err && flow_samples_take(&run->earlier[i], &list))
			err = problem_errno(problem, -ENOMEM, "cannot list the flows");
		flow_entry_list_free(&list);
	}
	/* From the end of one reading to the end of the next: as long as for each flow of them. */
	run->earlier_time = monotonic_clock_now();
	if (!err)
		(void)nanosleep(&second, NULL);
	return err;
}

static int read_flow(struct flows_run *run, struct problem *problem)
{
	char text[FLOW_KEY_TEXT_SIZE];

	for (int i = 0; i < FLOW_TABLE_COUNT; i++) {
		struct flow_entry *entry = calloc(1, sizeof(*entry));
		int err = -ENOMEM;

		if (entry) {
			entry->key = *run->wish->key;
			err = flow_tables_find(run->host->tables, (enum flow_table)i, &entry->key,
					       &entry->value);
		}
		if (!err) {
			run->list[i] = (struct flow_entry_list){ .entry = entry, .count = 1 };
			return 0;
		}
		free(entry);
		if (err != -ENOENT)
			return problem_errno(problem, err, "cannot read the flow");
	}
	return problem_set(problem, -ENOENT,
			   "%s: there is no such flow, neither static nor learned; why: --explain",
			   flow_key_text(run->wish->key, text));
}

static int read_tables(struct flows_run *run, struct problem *problem)
{
	int err = 0;

	for (int i = 0; !err && i < FLOW_TABLE_COUNT; i++) {
		if (wants(run->wish, i))
			err = flow_tables_read(run->host->tables, (enum flow_table)i, &run->list[i],
					       problem);
	}
	return err;
}

/* Of a flow that is new since, all it has carried. */
static void measure(struct listed_flow *flow, const struct flow_sample *earlier, uint64_t elapsed)
{
	uint64_t packets = flow->packets, bytes = flow->bytes;

	if (earlier && earlier->packets <= packets && earlier->bytes <= bytes) {
		packets -= earlier->packets;
		bytes -= earlier->bytes;
	}
	flow->packets_per_second = (uint64_t)((double)packets * 1e9 / (double)elapsed + 0.5);
	flow->bytes_per_second = (uint64_t)((double)bytes * 1e9 / (double)elapsed + 0.5);
}

static void list_flow(struct flows_run *run, int table, const struct flow_entry *entry)
{
	struct flow_counts counts = flow_counts_total(&entry->value);
	struct listed_flow flow = { .entry = entry,
				    .packets = counts.packets,
				    .bytes = counts.bytes };

	if (is_measured(run))
		measure(&flow, flow_samples_find(&run->earlier[table], &entry->key),
			run->now - run->earlier_time);
	if (run->wish->top)
		flow.weight = run->wish->by == FLOW_LISTING_BY_PPS     ? flow.packets_per_second :
			      run->wish->by == FLOW_LISTING_BY_BPS     ? flow.bytes_per_second :
			      run->wish->by == FLOW_LISTING_BY_PACKETS ? flow.packets :
									 flow.bytes;
	run->flows[run->count++] = flow;
}

static size_t shown(const struct flows_run *run)
{
	size_t top = run->wish->top;

	return top && top < run->count ? top : run->count;
}

static int list_flows(struct flows_run *run, struct problem *problem)
{
	size_t count = run->list[0].count + run->list[1].count;

	run->flows = calloc(count + 1, sizeof(*run->flows));
	if (!run->flows)
		return problem_errno(problem, -ENOMEM, "cannot list the flows");
	for (int table = 0; table < FLOW_TABLE_COUNT; table++) {
		for (size_t i = 0; i < run->list[table].count; i++)
			list_flow(run, table, &run->list[table].entry[i]);
	}
	flow_top(run->flows, run->count, shown(run));
	return 0;
}

static bool find_back(const struct flow_tables *tables, const struct flow_entry *entry,
		      struct flow_entry *ret_back)
{
	struct flow_key out = flow_value_out(&entry->key, &entry->value);

	ret_back->key = flow_key_reverse(&out);
	for (int i = 0; i < FLOW_TABLE_COUNT; i++) {
		if (flow_tables_find(tables, (enum flow_table)i, &ret_back->key,
				     &ret_back->value) == 0)
			return true;
	}
	return false;
}

static bool has_flags(const struct flow_entry *entry)
{
	char text[FLOW_ROW_FLAGS_SIZE];

	return *flow_row_flags(&entry->value, text);
}

static bool any_has_flags(const struct flows_run *run)
{
	struct flow_entry back;
	size_t count = shown(run);

	for (size_t i = 0; i < count; i++) {
		const struct flow_entry *entry = run->flows[i].entry;

		if (has_flags(entry) ||
		    (run->wish->key && find_back(run->host->tables, entry, &back) &&
		     has_flags(&back)))
			return true;
	}
	return false;
}

static void put_flow(const struct flow_report_table *table, const struct flows_run *run,
		     const struct nexthops *nexthops, const struct listed_flow *flow)
{
	uint32_t index = flow->entry->value.nexthop;
	char text[NEXTHOPS_TEXT_SIZE];
	struct flow_entry back;
	struct flow_report_row row = {
		.flow = flow,
		.nexthop = nexthops_get(nexthops, index),
		.nexthop_text = nexthops_text(nexthops, index, text),
		.class_name = run->host->rules->class_name(flow->entry->value.class),
		.now = run->now,
		.back = find_back(run->host->tables, flow->entry, &back) ? &back : NULL,
	};

	flow_report_put(table, &row);
	if (run->wish->key && row.back) {
		struct flow_counts counts = flow_counts_total(&back.value);
		struct listed_flow other = { .entry = &back,
					     .packets = counts.packets,
					     .bytes = counts.bytes };

		row.nexthop = nexthops_get(nexthops, back.value.nexthop);
		row.nexthop_text = nexthops_text(nexthops, back.value.nexthop, text);
		row.class_name = run->host->rules->class_name(back.value.class);
		row.flow = &other;
		row.back = flow->entry;
		flow_report_put(table, &row);
	}
}

static int put_flows(struct report *report, const struct flows_run *run, struct problem *problem)
{
	struct flow_report_table table;
	struct nexthops *nexthops = NULL;
	size_t count = shown(run);
	int err = nexthops_open(&nexthops, run->host->nexthops, run->host->devices, NEXTHOPS_TOOL,
				problem);

	if (err)
		return err;
	report_number(report, "total", NULL, run->count);
	if (count < run->count)
		report_line(report, "%zu of %zu flows:", count, run->count);
	else if (!count)
		report_line(report, "There are no flows.");
	if (count) {
		flow_report_begin(&table, report, is_measured(run), any_has_flags(run));
		for (size_t i = 0; i < count; i++)
			put_flow(&table, run, nexthops, &run->flows[i]);
		flow_report_end(&table);
	} else { /* no table's head over nothing */
		report_array_begin(report, "flows");
		report_array_end(report);
	}
	nexthops_close(nexthops);
	return 0;
}

int flow_listing(struct report *report, const struct flow_host *host,
		 const struct flow_listing_wish *wish, struct problem *problem)
{
	struct flows_run run = { .wish = wish, .host = host };
	int err = 0;

	if (is_measured(&run))
		err = take_samples(&run, problem);
	if (!err)
		err = wish->key ? read_flow(&run, problem) : read_tables(&run, problem);
	run.now = monotonic_clock_now();
	if (!err)
		err = list_flows(&run, problem);
	if (!err)
		err = put_flows(report, &run, problem);
	free(run.flows);
	for (int i = 0; i < FLOW_TABLE_COUNT; i++) {
		flow_entry_list_free(&run.list[i]);
		flow_samples_free(&run.earlier[i]);
	}
	return err;
}
