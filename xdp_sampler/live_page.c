// SPDX-License-Identifier: GPL-2.0-only
#include "live_page.h"

#include <inttypes.h>
#include <string.h>

#include "live_text.h"
#include "report.h"

#define LIVE_TOP_WIDTH 30 /* of the first column, at least */
#define MANY_KEYS " (of many: lower bounds)"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A page being written. */
struct page {
	struct report *report;
	const struct live_view *view;
	unsigned int rows;
	int interface_width; /* of the column; left-aligned */
};

static void cell_rate(const struct page *page, double sum)
{
	char text[LIVE_TEXT_SIZE];
	double seconds = page->view->seconds;

	report_cell_string(page->report, seconds > 0 ? live_text_rate(sum / seconds, text) : NULL);
}

static void cell_share(const struct page *page, double part, double whole)
{
	char text[LIVE_TEXT_SIZE];

	report_cell_string(page->report, live_text_share(part, whole, text));
}

static const char *interface_of(const struct page *page, uint32_t number)
{
	return page->view->ports[number].port->interface;
}

/* Packets that a top's entry is a share of. */
static double top_total(const struct page *page, uint32_t number)
{
	const struct live_port *port = &page->view->ports[number];

	return live_sum_packets(&port->places[live_port_top_place(port)].all);
}

/* Calls write() for each place where something was seen; how many there are. */
static size_t each_place(const struct page *page,
			 void (*write)(const struct page *page, const struct live_port *port,
				       enum sampler_place place))
{
	size_t active = 0;

	for (size_t i = 0; i < page->view->port_count; i++) {
		const struct live_port *port = &page->view->ports[i];

		for (unsigned int place = 0; place < SAMPLER_PLACE_COUNT; place++) {
			if (!port->port || !port->places[place].active)
				continue;
			active++;
			if (write)
				write(page, port, (enum sampler_place)place);
		}
	}
	return active;
}

static void write_place(const struct page *page, const struct live_port *port,
			enum sampler_place place)
{
	const struct live_place *at = &port->places[place];

	report_row_begin(page->report);
	report_cell_string(page->report, port->port->interface);
	report_cell_string(page->report, sample_place_name(place));
	if (at->counted)
		cell_rate(page, at->seen);
	else
		report_cell_none(page->report);
	cell_rate(page, live_sum_packets(&at->all));
	cell_rate(page, 8 * live_sum_bytes(&at->all));
	cell_rate(page, at->all.samples);
	report_cell_number(page->report, live_place_lost(at));
	report_row_end(page->report);
}

static void write_places(const struct page *page)
{
	const struct report_column columns[] = {
		{ NULL, "Interface", page->interface_width },
		{ NULL, "Place", -7 },
		{ NULL, "Seen/s", 7 },
		{ NULL, "Packets/s", 9 },
		{ NULL, "Bits/s", 7 },
		{ NULL, "Samples/s", 9 },
		{ NULL, "Lost", 7 },
	};

	if (!each_place(page, NULL)) {
		report_line(page->report, "Nothing has come by yet.");
		return;
	}
	report_table_begin(page->report, "places", columns, COUNT(columns));
	each_place(page, write_place);
	report_table_end(page->report);
}

static void write_verdicts_of(const struct page *page, const struct live_port *port,
			      enum sampler_place place)
{
	const struct live_place *at = &port->places[place];

	for (unsigned int verdict = 0; verdict < ECBPF_ACTION_COUNT; verdict++) {
		const struct live_sum *sum = &at->verdicts[verdict];

		if (sum->samples < LIVE_FORGET_BELOW)
			continue;
		report_row_begin(page->report);
		report_cell_string(page->report, live_text_verdict(verdict));
		report_cell_string(page->report, port->port->interface);
		cell_rate(page, live_sum_packets(sum));
		cell_rate(page, 8 * live_sum_bytes(sum));
		cell_share(page, live_sum_packets(sum), live_sum_packets(&at->all));
		report_row_end(page->report);
	}
}

static void write_verdicts(const struct page *page)
{
	const struct report_column columns[] = {
		{ NULL, "Verdict", -14 }, { NULL, "Interface", page->interface_width },
		{ NULL, "Packets/s", 9 }, { NULL, "Bits/s", 7 },
		{ NULL, "Share", 6 },
	};
	double decided = 0;

	for (size_t i = 0; i < page->view->port_count; i++)
		decided += page->view->ports[i].places[SAMPLER_VERDICT].all.samples;
	if (decided < LIVE_FORGET_BELOW)
		return;
	report_line(page->report, "%s", "");
	report_table_begin(page->report, "verdicts", columns, COUNT(columns));
	each_place(page, write_verdicts_of);
	report_table_end(page->report);
}

static void write_drop(const struct page *page, const struct live_entry *entry)
{
	const struct live_key *key = &entry->key;
	const struct live_port *port = &page->view->ports[key->port];
	char reason[SAMPLE_REASON_NAME_SIZE];

	report_row_begin(page->report);
	report_cell_string(page->report, *key->program ? key->program : NULL);
	if (key->row < ECBPF_SLOT_COUNT)
		report_cell_number(page->report, key->row);
	else
		report_cell_string(page->report, "root");
	report_cell_string(page->report, live_text_verdict(key->verdict));
	report_cell_string(page->report,
			   key->reason ? key->reason : sample_reason_name(key->number, reason));
	report_cell_string(page->report, interface_of(page, key->port));
	cell_rate(page, live_sum_packets(&entry->sum));
	cell_share(page, live_sum_packets(&entry->sum),
		   live_sum_packets(&port->places[SAMPLER_VERDICT].all));
	report_row_end(page->report);
}

static void write_recorder(const struct page *page, const struct live_entry *entry)
{
	report_row_begin(page->report);
	report_cell_number(page->report, entry->key.number);
	report_cell_string(page->report, interface_of(page, entry->key.port));
	report_cell_string(page->report, sample_place_name(entry->key.place));
	report_cell_number(page->report, entry->count);
	cell_rate(page, entry->sum.samples);
	report_row_end(page->report);
}

static size_t pick(const struct page *page, const struct live_top *top,
		   const struct live_entry *ret_entries[LIVE_PAGE_ROWS])
{
	return live_top_pick(top, ret_entries,
			     page->rows < LIVE_PAGE_ROWS ? page->rows : LIVE_PAGE_ROWS);
}

/* A table of the entries that came most often; nothing if there are none. */
static void write_table(const struct page *page, const char *name, const struct live_top *top,
			const struct report_column *columns, size_t column_count,
			void (*write)(const struct page *page, const struct live_entry *entry))
{
	const struct live_entry *entries[LIVE_PAGE_ROWS];
	size_t count = pick(page, top, entries);

	if (count == 0)
		return;
	report_line(page->report, "%s", "");
	report_table_begin(page->report, name, columns, column_count);
	for (size_t i = 0; i < count; i++)
		write(page, entries[i]);
	report_table_end(page->report);
}

static void write_drops(const struct page *page)
{
	const struct report_column columns[] = {
		{ NULL, "Dropped by", -11 },
		{ NULL, "Slot", 4 },
		{ NULL, "Verdict", -7 },
		{ NULL, "Reason", -15 },
		{ NULL, "Interface", page->interface_width },
		{ NULL, "Packets/s", 9 },
		{ NULL, "Share", 6 },
	};

	write_table(page, "drops", page->view->drops, columns, COUNT(columns), write_drop);
}

static void write_top(const struct page *page, const struct live_entry *entry, const char *text)
{
	report_row_begin(page->report);
	report_cell_string(page->report, text);
	report_cell_string(page->report, interface_of(page, entry->key.port));
	cell_rate(page, live_sum_packets(&entry->sum));
	cell_share(page, live_sum_packets(&entry->sum), top_total(page, entry->key.port));
	cell_share(page, live_sum_packets(&entry->dropped), live_sum_packets(&entry->judged));
	report_row_end(page->report);
}

/* Sources or services, as text_of() calls them. */
static void write_tops(const struct page *page, const char *title, const char *title_of_many,
		       const struct live_top *top,
		       const char *(*text_of)(const struct live_key *key,
					      char ret_text[LIVE_TEXT_SIZE]))
{
	const struct live_entry *entries[LIVE_PAGE_ROWS];
	size_t count = pick(page, top, entries);
	char text[LIVE_TEXT_SIZE];
	int width = LIVE_TOP_WIDTH;

	for (size_t i = 0; i < count; i++) {
		int length = (int)strlen(text_of(&entries[i]->key, text));

		width = length > width ? length : width;
	}
	const struct report_column columns[] = {
		{ NULL, top->replaced ? title_of_many : title, -width },
		{ NULL, "Interface", page->interface_width },
		{ NULL, "Packets/s", 9 },
		{ NULL, "Share", 6 },
		{ NULL, "Dropped", 7 },
	};

	if (count == 0)
		return;
	report_line(page->report, "%s", "");
	report_table_begin(page->report, title, columns, COUNT(columns));
	for (size_t i = 0; i < count; i++)
		write_top(page, entries[i], text_of(&entries[i]->key, text));
	report_table_end(page->report);
}

static void write_recorders(const struct page *page)
{
	const struct report_column columns[] = {
		{ NULL, "Recorder", -8 }, { NULL, "Interface", page->interface_width },
		{ NULL, "Place", -7 },    { NULL, "Samples", 9 },
		{ NULL, "Samples/s", 9 },
	};

	write_table(page, "recorders", page->view->recorders, columns, COUNT(columns),
		    write_recorder);
}

static uint64_t lost_in_all(const struct live_view *view)
{
	uint64_t lost = 0;

	for (size_t i = 0; i < view->port_count; i++) {
		for (int place = 0; place < SAMPLER_PLACE_COUNT; place++)
			lost += live_place_lost(&view->ports[i].places[place]);
	}
	return lost;
}

static void write_heading(const struct page *page, uint64_t realtime)
{
	uint64_t lost = lost_in_all(page->view);
	char time[LIVE_TEXT_SIZE];

	report_line(page->report,
		    "%s %s, %" PRIu64 " samples, %" PRIu64 " lost; estimates of about %d s",
		    SAMPLER_TOOL, live_text_time(realtime, time), page->view->samples, lost,
		    LIVE_AVERAGE_SECONDS);
	if (lost > 0)
		report_line(page->report,
			    "Samples were lost: estimates are too low. Take fewer (--rate).");
}

/* Columns that are left-aligned have a negative width. */
static int interface_width(const struct live_view *view)
{
	int width = 0;

	for (size_t i = 0; i < view->port_count; i++) {
		const struct sample_port *port = view->ports[i].port;
		int length = port ? (int)strlen(port->interface) : 0;

		width = length > width ? length : width;
	}
	return -width;
}

int live_page_write(const struct live_view *view, uint64_t realtime, unsigned int rows,
		    FILE *stream)
{
	struct page page = { .view = view, .rows = rows, .interface_width = interface_width(view) };

	page.report = report_new(REPORT_TEXT, stream, SAMPLER_TOOL, 1);
	write_heading(&page, realtime);
	write_places(&page);
	write_verdicts(&page);
	write_drops(&page);
	write_tops(&page, "Source", "Source" MANY_KEYS, view->sources, live_text_source);
	write_tops(&page, "Protocol", "Protocol" MANY_KEYS, view->services, live_text_service);
	write_recorders(&page);
	return report_finish(page.report);
}
