// SPDX-License-Identifier: GPL-2.0-only
#include "recorder_status.h"

#include <inttypes.h>
#include <stdio.h>

#include "load_time.h"
#include "recorder_filter.h"
#include "recorder_masks.h"
#include "recorder_state.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))
#define SECOND UINT64_C(1000000000)
#define TEXT_SIZE 80

static const struct report_column columns[] = {
	{ "id", "ID", 4 },
	{ "priority", "PRIORITY", 8 },
	{ "capture_length", "CAPTURE", 7 },
	{ "filter", "FILTER", -36 },
	{ "packets", NULL, 0 },
	{ "bytes", NULL, 0 },
	{ NULL, "TAKEN", -30 },
	{ "limit", "LIMIT", 8 },
	{ "expires", NULL, 0 },
	{ "ended", NULL, 0 },
	{ NULL, "LEFT", -24 },
	{ "created", NULL, 0 },
	{ "origin", "ORIGIN", -13 },
};

static void put_number_or_none(struct report *report, uint64_t number)
{
	if (number)
		report_cell_number(report, number);
	else
		report_cell_none(report);
}

/* "655 packets", "860 s", both, "ended", or NULL: there is no end. */
static const char *left_text(const struct recorder *recorder, uint64_t now,
			     char ret_text[TEXT_SIZE])
{
	uint64_t seconds = (recorder->expires - now + SECOND - 1) / SECOND;
	uint64_t packets = recorder->limit - recorder->packets;

	if (recorder_has_ended(recorder, now))
		return "ended";
	if (recorder->limit && recorder->expires)
		snprintf(ret_text, TEXT_SIZE, "%" PRIu64 " packets or %" PRIu64 " s", packets,
			 seconds);
	else if (recorder->limit)
		snprintf(ret_text, TEXT_SIZE, "%" PRIu64 " packets", packets);
	else if (recorder->expires)
		snprintf(ret_text, TEXT_SIZE, "%" PRIu64 " s", seconds);
	else
		return NULL;
	return ret_text;
}

static void put_recorder(struct report *report, const struct recorder *recorder, uint64_t now)
{
	char filter[RECORDER_FILTER_TEXT_SIZE], text[TEXT_SIZE], time[LOAD_TIME_SIZE];
	uint64_t expires = recorder->expires ? load_time_now() + (recorder->expires - now) : 0;

	report_row_begin(report);
	report_cell_number(report, recorder->id);
	report_cell_number(report, recorder->priority);
	report_cell_number(report, recorder->capture_length);
	report_cell_string(report, recorder_filter_text(&recorder->filter, filter));
	report_cell_number(report, recorder->packets);
	report_cell_number(report, recorder->bytes);
	snprintf(text, sizeof(text), "%" PRIu64 " packets (%" PRIu64 " bytes)",
		 (uint64_t)recorder->packets, (uint64_t)recorder->bytes);
	report_cell_string(report, text);
	put_number_or_none(report, recorder->limit);
	report_cell_string(report, load_time_text(expires, time));
	report_cell_bool(report, recorder_has_ended(recorder, now));
	report_cell_string(report, left_text(recorder, now, text));
	report_cell_string(report, load_time_text(recorder->created, time));
	report_cell_string(report,
			   recorder->origin == RECORDER_BY_FILE ? "configuration" : "command");
	report_row_end(report);
}

void recorder_status(struct report *report, const struct sampler_state *state)
{
	uint64_t now = recorder_now();

	report_object_begin(report, state->interface);
	report_line(report, "=== recorders on %s: %zu ===", state->interface,
		    state->recorders.count);
	report_array_begin(report, "disagreements");
	for (size_t i = 0; i < state->disagreement_count; i++)
		report_string(report, NULL, "DISAGREES", state->disagreements[i]);
	report_array_end(report);
	if (state->recorders.count) {
		report_table_begin(report, "recorders", columns, COUNT_OF(columns));
		for (size_t i = 0; i < state->recorders.count; i++)
			put_recorder(report, &state->recorders.recorders[i], now);
		report_table_end(report);
	} else { /* no table's head over nothing */
		report_array_begin(report, "recorders");
		report_array_end(report);
	}
	report_line(report, "%s", "");
	report_object_end(report);
}

struct recorder_summary recorder_summary_of(const struct sampler_state *state)
{
	struct recorder_summary summary = { .count = state->recorders.count };
	struct recorder_masks masks = { 0 };
	uint64_t now = recorder_now();

	for (size_t i = 0; i < state->recorders.count; i++)
		summary.ended += recorder_has_ended(&state->recorders.recorders[i], now);
	(void)recorder_masks_fit(&masks, &state->recorders, NULL);
	summary.masks_ipv4 = masks.count[RECORDER_IPV4];
	summary.masks_ipv6 = masks.count[RECORDER_IPV6];
	return summary;
}

void recorder_status_summary(struct report *report, const struct sampler_state *state)
{
	struct recorder_summary summary = recorder_summary_of(state);

	report_object_begin(report, "recorders");
	report_line(report, "Recorders (see --recorders):");
	report_number(report, "count", "  recorders", summary.count);
	report_number(report, "ended", "  of these, ended", summary.ended);
	report_number(report, "masks_ipv4", "  masks, IPv4", summary.masks_ipv4);
	report_number(report, "masks_ipv6", "  masks, IPv6", summary.masks_ipv6);
	report_object_end(report);
}
