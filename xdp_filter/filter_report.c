// SPDX-License-Identifier: GPL-2.0-only
#include "filter_report.h"

#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>

#include "cleanup.h"
#include "filter_counters.h"
#include "filter_settings.h"
#include "load_time.h"
#include "source_expiry.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static const struct report_column source_columns[] = {
	{ "prefix", "PREFIX", -20 },
	{ "action", "ACTION", -6 },
	{ "packets", "PACKETS", 12 },
	{ "bytes", "BYTES", 14 },
	{ "load_time", "LOAD TIME", -31 },
	{ "expires", "EXPIRES", -31 },
	{ "origin", NULL, 0 },
	{ "tag", "TAG", -10 },
};

static const char *const action_names[] = { [SOURCE_DROP] = "drop", [SOURCE_ALLOW] = "allow" };
static const char *const origin_names[] = {
	[SOURCE_FROM_COMMAND] = "command", [SOURCE_FROM_CONFIG] = "configuration"
};

static bool asks_for_local(const struct filter_config *config)
{
	return config->fragments_ipv4 == FILTER_FRAGMENTS_DROP_UNLESS_LOCAL ||
	       config->fragments_ipv6 == FILTER_FRAGMENTS_DROP_UNLESS_LOCAL;
}

static void put_place(struct report *report, const struct filter_state *state)
{
	const struct slot *slot = &state->place.slot;
	char time[LOAD_TIME_SIZE];

	report_line(report, "=== xdp_filter on %s ===", state->interface);
	report_number(report, "slot", "slot", state->place.number);
	report_number(report, "program_id", "program id",
		      slot->program_id ? slot->program_id : slot->pinned_id);
	report_string(report, "load_time", "load time",
		      load_time_text(slot->record.loaded_at, time));
	report_number(report, "seen", "packets since then",
		      counters_seen(&state->decided, state->place.number,
				    slot->record.seen_before));
	report_array_begin(report, "disagreements");
	if (state->disagreement)
		report_string(report, NULL, "DISAGREES", state->disagreement);
	report_array_end(report);
	report_array_begin(report, "notes");
	if (state->config.monitor)
		report_string(report, NULL, "NOTE",
			      "monitor mode: everything is counted, nothing is done");
	if (asks_for_local(&state->config) && !state->is_watched)
		report_string(report, NULL, "NOTE",
			      "fragments to this host's own addresses pass, but nobody keeps them "
			      "current; run: xdp_filter --watch");
	if (state->is_unsettled)
		report_string(report, NULL, "NOTE",
			      "a change of the list was killed and left memory in use; "
			      "run: xdp_filter --attach");
	report_array_end(report);
}

static void put_setting(struct report *report, const struct filter_config *config,
			enum filter_setting setting)
{
	const struct filter_setting_row *row = &filter_settings[setting];
	uint32_t value = filter_settings_value(config, setting);
	char label[40];

	snprintf(label, sizeof(label), "  %s", row->name);
	if (setting == FILTER_SETTING_MONITOR)
		report_bool(report, row->name, label, value != 0);
	else if (row->choices)
		report_string(report, row->name, label, row->choices[value]);
	else
		report_number(report, row->name, label, value);
}

static void put_config(struct report *report, const struct filter_config *config)
{
	report_object_begin(report, "configuration");
	report_line(report, "Configuration:");
	for (int i = 0; i < FILTER_SETTING_COUNT; i++)
		put_setting(report, config, i);
	/* As users of the original know them. */
	report_bool(report, "frags_drop", NULL,
		    config->fragments_ipv4 == FILTER_FRAGMENTS_DROP ||
			    config->fragments_ipv6 == FILTER_FRAGMENTS_DROP);
	report_bool(report, "ptb_send", NULL, config->ptb_max_pps != 0);
	report_object_end(report);
}

/* Text has only those that are not 0. */
static void put_counter(struct report *report, const struct filter_counter *counter,
			const struct filter_counters *counters)
{
	uint64_t packets = counters->packets[counter->number];
	char label[40];

	snprintf(label, sizeof(label), "    %s", counter->name);
	report_object_begin(report, NULL);
	report_string(report, "name", NULL, counter->name);
	if (counter->number < FILTER_COUNT_FIRST_IPV4)
		report_number(report, "reason", NULL, counter->number);
	else
		report_null(report, "reason");
	report_number(report, "packets", packets ? label : NULL, packets);
	report_object_end(report);
}

static void put_rate(struct report *report, const struct drop_sample *earlier,
		     const struct drop_sample *now)
{
	uint64_t elapsed = now->time - earlier->time, dropped = now->packets - earlier->packets;

	if (earlier->taken && elapsed && now->packets >= earlier->packets)
		report_number(report, "drops_per_second", "  drops per second",
			      (uint64_t)((double)dropped * 1e9 / (double)elapsed + 0.5));
	else
		report_null(report, "drops_per_second");
}

static void put_stats(struct report *report, const struct filter_state *state,
		      const struct drop_sample *earlier)
{
	unsigned int row = state->place.number;
	char label[32];

	report_object_begin(report, "stats");
	report_line(report, "Packets:");
	put_rate(report, earlier, &state->drops);
	report_number(report, "dropped", "  dropped",
		      counters_action(&state->decided, row, XDP_DROP));
	report_number(report, "answered", "  answered",
		      counters_action(&state->decided, row, XDP_TX));
	report_number(report, "aborted", "  aborted",
		      counters_action(&state->decided, row, XDP_ABORTED));
	for (size_t i = 0; i < filter_sum_count; i++) {
		snprintf(label, sizeof(label), "  %s", filter_sums[i].name);
		report_number(report, filter_sums[i].name, label,
			      filter_sum(&filter_sums[i], &state->packets));
	}
	report_line(report, "  by counter:");
	report_array_begin(report, "counters");
	for (size_t i = 0; i < filter_counter_count; i++)
		put_counter(report, &filter_counter_names[i], &state->packets);
	report_array_end(report);
	report_object_end(report);
}

static void put_list(struct report *report, const struct filter_state *state)
{
	const struct source_counts *counts = &state->counts;
	char time[LOAD_TIME_SIZE];

	report_object_begin(report, "list");
	report_line(report, "Source list:");
	report_number(report, "drop_ipv4", "  IPv4 prefixes to drop", counts->ipv4[SOURCE_DROP]);
	report_number(report, "drop_ipv6", "  IPv6 prefixes to drop", counts->ipv6[SOURCE_DROP]);
	report_number(report, "allow_ipv4", "  IPv4 prefixes to allow", counts->ipv4[SOURCE_ALLOW]);
	report_number(report, "allow_ipv6", "  IPv6 prefixes to allow", counts->ipv6[SOURCE_ALLOW]);
	report_number(report, "memory", "  bytes of memory", state->sources_size);
	report_string(report, "load_time", "  newest source", load_time_text(counts->newest, time));
	report_object_end(report);
}

static int compare_hits(const void *a, const void *b)
{
	const struct source *first = *(const struct source *const *)a;
	const struct source *second = *(const struct source *const *)b;

	if (first->packets != second->packets)
		return first->packets < second->packets ? 1 : -1;
	return first < second ? -1 : first > second;
}

static void put_source(struct report *report, const struct source_list *list,
		       const struct source *source)
{
	char prefix[ADDRESS_PREFIX_TEXT_SIZE], loaded[LOAD_TIME_SIZE], expires[LOAD_TIME_SIZE];
	const char *tag = list->tags + source->tag;

	report_row_begin(report);
	report_cell_string(report, address_prefix_text(&source->prefix, prefix, sizeof(prefix)));
	report_cell_string(report, action_names[source->action == SOURCE_ALLOW]);
	report_cell_number(report, source->packets);
	report_cell_number(report, source->bytes);
	report_cell_string(report, load_time_text(source->load_time, loaded));
	report_cell_string(report,
			   load_time_text(source_expiry_realtime(source->expires), expires));
	report_cell_string(report, origin_names[source->origin == SOURCE_FROM_CONFIG]);
	report_cell_string(report, *tag ? tag : NULL);
	report_row_end(report);
}

static void put_sources(struct report *report, const struct source_list *list, size_t entries)
{
	CLEANUP_FREE const struct source **order = calloc(list->count + 1, sizeof(*order));

	if (!order || !list->count) { /* no table's head over nothing */
		report_array_begin(report, "sources");
		report_array_end(report);
		return;
	}
	for (size_t i = 0; i < list->count; i++)
		order[i] = &list->sources[i];
	qsort(order, list->count, sizeof(*order), compare_hits);
	if (!entries || entries > list->count)
		entries = list->count;
	report_line(report, "Sources: %zu of %zu%s", entries, list->count,
		    entries < list->count ? ", those with the most hits (see --entries)" : "");
	report_table_begin(report, "sources", source_columns, COUNT_OF(source_columns));
	for (size_t i = 0; i < entries; i++)
		put_source(report, list, order[i]);
	report_table_end(report);
}

void filter_report(struct report *report, const struct filter_state *state,
		   const struct drop_sample *earlier, size_t entries)
{
	report_object_begin(report, state->interface);
	put_place(report, state);
	put_config(report, &state->config);
	put_list(report, state);
	put_stats(report, state, earlier);
	put_sources(report, &state->sources, entries);
	report_line(report, "%s", "");
	report_object_end(report);
}
