// SPDX-License-Identifier: GPL-2.0-only
#include "top_page.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#include "load_time.h"
#include "report.h"
#include "screen_table.h"
#include "short_number.h"

#define COLUMN_COUNT(columns) (sizeof(columns) / sizeof(*(columns)))

static const struct screen_column interface_columns[] = {
	{ "INTERFACE", false }, { "MODE", false }, { "SEEN/S", true },  { "PASS/S", true },
	{ "DROP/S", true },     { "TX/S", true },  { "REDIR/S", true }, { "ABORT/S", true },
};

static const struct screen_column rate_columns[] = {
	{ "INTERFACE", false }, { "SLOT", false },     { "PROGRAM", false }, { "VERDICT", false },
	{ "REASON", false },    { "PACKETS/S", true }, { "SHARE", true },    { "PACKETS", true },
};

static void put_number(struct screen_table *table, const struct terminal *terminal, uint64_t number)
{
	char text[SHORT_NUMBER_SIZE];

	screen_table_put(table, short_number(text, number, terminal->is_terminal));
}

static const char *slot_text(char ret_text[8], unsigned int row)
{
	snprintf(ret_text, 8, "%u", row);
	return row == ECBPF_ROOT_ROW ? "root" : ret_text;
}

static const char *reason_text(char ret_text[8], const struct rate_row *row)
{
	const char *name = chain_view_reason(row->view, row->row, row->reason);

	snprintf(ret_text, 8, "%u", row->reason);
	return name ? name : ret_text;
}

static void put_interface(struct screen_table *table, const struct rate_list *rates,
			  const struct chain_view *view, const struct terminal *terminal)
{
	static const unsigned int actions[] = { ECBPF_ACTION_COUNT, XDP_PASS, XDP_DROP, XDP_TX,
						XDP_REDIRECT };

	screen_table_row(table, chain_view_is_attached(view) ? SCREEN_PLAIN : SCREEN_YELLOW);
	screen_table_put(table, view->interface);
	screen_table_put(table, chain_view_state(view));
	if (!view->counters.total)
		return;
	for (size_t i = 0; i < COLUMN_COUNT(actions); i++)
		put_number(table, terminal, rate_list_sum(rates, view, actions[i]));
	put_number(table, terminal,
		   rate_list_sum(rates, view, XDP_ABORTED) +
			   rate_list_sum(rates, view, ECBPF_ACTION_INVALID));
}

static int interfaces_text(FILE *out, const struct top_page *page, const struct rate_list *rates,
			   const struct terminal *terminal)
{
	struct screen_table *table =
		screen_table_new(interface_columns, COLUMN_COUNT(interface_columns));
	int err;

	for (size_t i = 0; i < page->later->count; i++)
		put_interface(table, rates, &page->later->views[i], terminal);
	err = screen_table_print(table, out, terminal, 0);
	screen_table_free(table);
	return err;
}

static enum screen_colour colour_of(const struct rate_row *row)
{
	if (!row->rate)
		return SCREEN_DIM;
	if (row->action == XDP_ABORTED || row->action == ECBPF_ACTION_INVALID)
		return SCREEN_RED;
	return row->action == XDP_DROP ? SCREEN_YELLOW : SCREEN_PLAIN;
}

static void put_rate(struct screen_table *table, const struct rate_list *rates,
		     const struct rate_row *row, const struct terminal *terminal)
{
	uint64_t all = rate_list_sum(rates, row->view, ECBPF_ACTION_COUNT);
	char text[8];

	screen_table_row(table, colour_of(row));
	screen_table_put(table, row->view->interface);
	screen_table_put(table, slot_text(text, row->row));
	screen_table_put(table, chain_view_decider(row->view, row->row));
	screen_table_put(table, chain_view_verdict(row->action));
	screen_table_put(table, reason_text(text, row));
	put_number(table, terminal, row->rate);
	snprintf(text, sizeof(text), "%.1f%%", all ? 100.0 * (double)row->rate / (double)all : 0.0);
	screen_table_put(table, text);
	put_number(table, terminal, row->packets);
}

static int rates_text(FILE *out, const struct rate_list *rates, const struct terminal *terminal,
		      size_t rows)
{
	struct screen_table *table = screen_table_new(rate_columns, COLUMN_COUNT(rate_columns));
	int err;

	for (size_t i = 0; i < rates->count && (!rows || i < rows); i++)
		put_rate(table, rates, &rates->rows[i], terminal);
	err = screen_table_print(table, out, terminal, 0);
	screen_table_free(table);
	return err;
}

int top_page_text(FILE *out, const struct top_page *page, const struct terminal *terminal)
{
	/* Its own line, the two tables' titles, the line between, and the one of the cursor. */
	size_t used = page->later->count + 5, rows = 0;
	char time[LOAD_TIME_SIZE];
	struct rate_list rates;
	int err;

	if (terminal->height)
		rows = terminal->height > used ? terminal->height - used : 1;
	err = rate_list_make(&rates, page->earlier, page->later, page->nanoseconds, page->order);
	if (err)
		return err;
	fprintf(out, "%s%s%s", screen_colour_begin(terminal, SCREEN_BOLD),
		load_time_text(page->realtime, time), screen_colour_end(terminal, SCREEN_BOLD));
	if (terminal->is_terminal)
		fprintf(out, "  by %s (s: change, q: end)",
			page->order == RATE_BY_RATE ? "rate" : "place");
	fputc('\n', out);
	if (page->later->count) {
		err = interfaces_text(out, page, &rates, terminal);
		fputc('\n', out);
		if (!err)
			err = rates_text(out, &rates, terminal, rows);
	} else {
		fputs("No root is attached to any interface.\n", out);
	}
	rate_list_free(&rates);
	return err;
}

static void report_interface(struct report *report, const struct chain_view *view,
			     const struct rate_list *rates)
{
	report_object_begin(report, view->interface);
	report_bool(report, "attached", NULL, chain_view_is_attached(view));
	report_string(report, "state", NULL, chain_view_state(view));
	report_string(report, "problem", NULL, view->problem.text[0] ? view->problem.text : NULL);
	report_number(report, "packets_per_second", NULL,
		      rate_list_sum(rates, view, ECBPF_ACTION_COUNT));
	report_object_end(report);
}

static const struct report_column json_columns[] = {
	{ "interface", NULL, 0 }, { "slot", NULL, 0 },
	{ "program", NULL, 0 },   { "action", NULL, 0 },
	{ "reason", NULL, 0 },    { "name", NULL, 0 },
	{ "packets", NULL, 0 },   { "packets_per_second", NULL, 0 },
};

static void report_rate(struct report *report, const struct rate_row *row)
{
	report_row_begin(report);
	report_cell_string(report, row->view->interface);
	if (row->row == ECBPF_ROOT_ROW)
		report_cell_string(report, "root");
	else
		report_cell_number(report, row->row);
	report_cell_string(report, chain_view_decider(row->view, row->row));
	report_cell_string(report, counters_action_names[row->action]);
	report_cell_number(report, row->reason);
	report_cell_string(report, chain_view_reason(row->view, row->row, row->reason));
	report_cell_number(report, row->packets);
	report_cell_number(report, row->rate);
	report_row_end(report);
}

int top_page_json(FILE *out, const struct top_page *page)
{
	struct report *report;
	struct rate_list rates;
	int err;

	err = rate_list_make(&rates, page->earlier, page->later, page->nanoseconds, page->order);
	if (err)
		return err;
	report = report_new(REPORT_JSON_LINE, out, "ecbpf", TOP_SCHEMA);
	report_number(report, "time", NULL, page->realtime);
	report_number(report, "nanoseconds", NULL, page->nanoseconds);
	report_object_begin(report, "interfaces");
	for (size_t i = 0; i < page->later->count; i++)
		report_interface(report, &page->later->views[i], &rates);
	report_object_end(report);
	report_table_begin(report, "rates", json_columns, COLUMN_COUNT(json_columns));
	for (size_t i = 0; i < rates.count; i++)
		report_rate(report, &rates.rows[i]);
	report_table_end(report);
	rate_list_free(&rates);
	return report_finish(report);
}
