// SPDX-License-Identifier: GPL-2.0-only
#include "sampler_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "load_time.h"
#include "recorder_state.h"
#include "recorder_status.h"
#include "sample_names.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))
#define SECOND UINT64_C(1000000000)
#define BEAT_SECONDS 30 /* a reader that has not looked for so long hangs */

static const struct report_column place_columns[] = {
	{ "place", "PLACE", -7 },
	{ "slot", NULL, 0 },
	{ NULL, "IN", -13 },
	{ "program_id", "PROGRAM ID", 10 },
	{ "load_time", "LOAD TIME", -31 },
	{ "packets", "PACKETS", 14 },
	{ "sampled", "SAMPLED", 12 },
	{ "ring_lost", "LOST IN RING", 12 },
};

static const struct report_column sink_columns[] = {
	{ "name", "SINK", -31 },       { "target", "TARGET", -32 },      { "state", "STATE", -7 },
	{ "offered", "OFFERED", 12 },  { "delivered", "DELIVERED", 12 }, { "lost", "LOST", 10 },
	{ "in_queue", "IN QUEUE", 8 }, { "trouble", "TROUBLE", -10 },
};

static const struct report_column cpu_columns[] = {
	{ "cpu", "CPU", 4 },
	{ "ingress.packets", "INGRESS", 14 },
	{ "ingress.sampled", "SAMPLED", 12 },
	{ "ingress.ring_lost", "LOST", 10 },
	{ "verdict.packets", "VERDICT", 14 },
	{ "verdict.sampled", "SAMPLED", 12 },
	{ "verdict.ring_lost", "LOST", 10 },
	{ "in_ring", "IN RING", 8 },
	{ "read", "READ", 12 },
};

static const struct report_column cpu_sink_columns[] = {
	{ "cpu", "CPU", 4 },          { "sink", "SINK", -31 },
	{ "offered", "OFFERED", 12 }, { "delivered", "DELIVERED", 12 },
	{ "lost", "LOST", 10 },       { "in_queue", "IN QUEUE", 8 },
};

static const char *const sink_states[] = { "-", "working", "failing", "closed" };

static void put_program(struct report *report, const struct sampler_state *state,
			enum sampler_place place)
{
	const struct sampler_seat *seat = &state->seats.place[place];
	const struct slot *slot = &seat->slot;
	struct sampler_place_sum sum = sampler_place_all(state, place);
	char time[LOAD_TIME_SIZE];

	report_row_begin(report);
	report_cell_string(report, sample_place_name(place));
	if (seat->number == ECBPF_EXIT_HOOK)
		report_cell_none(report);
	else
		report_cell_number(report, seat->number);
	report_cell_string(report, slot_table_name(seat->number));
	report_cell_number(report, slot->program_id ? slot->program_id : slot->pinned_id);
	report_cell_string(report, load_time_text(slot->record.loaded_at, time));
	report_cell_number(report, sum.packets);
	report_cell_number(report, sum.sampled);
	report_cell_number(report, sum.lost);
	report_row_end(report);
}

static void put_places(struct report *report, const struct sampler_state *state)
{
	report_table_begin(report, "places", place_columns, COUNT_OF(place_columns));
	for (unsigned int i = 0; i < SAMPLER_PLACE_COUNT; i++) {
		if (state->seats.place[i].taken)
			put_program(report, state, (enum sampler_place)i);
	}
	report_table_end(report);
}

static void put_settings(struct report *report, const struct sampler_settings *settings)
{
	char text[SAMPLER_SETTING_TEXT_SIZE], label[32];

	report_object_begin(report, "settings");
	report_line(report, "Settings:");
	for (int i = 0; i < SAMPLER_SETTING_COUNT; i++) {
		const char *name = sampler_settings[i].name;

		snprintf(label, sizeof(label), "  %s", name);
		if (i == SAMPLER_SETTING_RING_SIZE)
			report_number(report, name, label, settings->ring_size);
		else if (i == SAMPLER_SETTING_CAPTURE_LENGTH)
			report_number(report, name, label, settings->capture_length);
		else if (i != SAMPLER_SETTING_INGRESS_SLOT)
			report_string(report, name, label,
				      sampler_settings_text(settings, (enum sampler_setting)i,
							    text));
	}
	report_object_end(report);
}

static uint64_t seconds_since(uint64_t time)
{
	uint64_t now = recorder_now();

	return now > time ? (now - time) / SECOND : 0;
}

static void put_notes(struct report *report, const struct sampler_state *state)
{
	char text[80];

	report_array_begin(report, "disagreements");
	for (size_t i = 0; i < state->disagreement_count; i++)
		report_string(report, NULL, "DISAGREES", state->disagreements[i]);
	report_array_end(report);
	report_array_begin(report, "notes");
	if (state->reader == RING_READER_NONE)
		report_string(report, NULL, "NOTE",
			      "nobody reads: samples pile up in the ring and are lost; run: "
			      "xdp_sampler --run or --capture");
	if (state->reader == RING_READER_RUNNING &&
	    seconds_since(state->daemon.beat) > BEAT_SECONDS) {
		snprintf(text, sizeof(text),
			 "the reader has not looked into the ring for %" PRIu64 " s",
			 seconds_since(state->daemon.beat));
		report_string(report, NULL, "NOTE", text);
	}
	report_array_end(report);
}

static void put_reader(struct report *report, const struct sampler_state *state)
{
	static const char *const states[] = { "none", "running", "dead" };
	bool is_noted = state->reader != RING_READER_NONE;
	char time[LOAD_TIME_SIZE];

	report_object_begin(report, "reader");
	report_string(report, "state", "Reader", states[state->reader]);
	if (is_noted) {
		report_number(report, "pid", "  process", state->daemon.pid);
		report_string(report, "since", "  since",
			      load_time_text(state->daemon.started, time));
	} else {
		report_null(report, "pid");
		report_null(report, "since");
	}
	report_object_end(report);
}

static void put_accounting(struct report *report, const struct sampler_state *state)
{
	struct sampler_account sum = sampler_account_all(state);

	report_object_begin(report, "accounting");
	report_line(report,
		    "Samples: %" PRIu64 " = %" PRIu64 " lost in the ring + %" PRIu64
		    " in the ring + %" PRIu64 " read",
		    sum.sampled, sum.lost, sum.in_ring, sum.read);
	report_number(report, "sampled", NULL, sum.sampled);
	report_number(report, "ring_lost", NULL, sum.lost);
	report_number(report, "in_ring", NULL, sum.in_ring);
	report_number(report, "read", NULL, sum.read);
	report_object_end(report);
}

static bool has_sink(const struct sampler_state *state, unsigned int sink)
{
	return *state->daemon.sink[sink].name != '\0';
}

static const char *sink_state(const struct sampler_state *state, unsigned int sink)
{
	unsigned int number = state->daemon.sink[sink].state;

	/* Who was killed has closed nothing, but nothing is open. */
	if (state->reader == RING_READER_DEAD)
		number = LEDGER_SINK_CLOSED;
	return number < COUNT_OF(sink_states) ? sink_states[number] : "-";
}

/* Texts in the map are someone else's: terminated or not. */
static void put_text(struct report *report, const char *text, size_t size)
{
	char copy[128];

	snprintf(copy, sizeof(copy), "%.*s", (int)size, text);
	report_cell_string(report, *copy ? copy : NULL);
}

static void put_sink(struct report *report, const struct sampler_state *state, unsigned int number)
{
	const struct ledger_sink_note *note = &state->daemon.sink[number];
	struct ledger_sink sum = sampler_sink_all(state, number);

	report_row_begin(report);
	put_text(report, note->name, sizeof(note->name));
	put_text(report, note->target, sizeof(note->target));
	report_cell_string(report, sink_state(state, number));
	report_cell_number(report, sum.offered);
	report_cell_number(report, sum.delivered);
	report_cell_number(report, sum.lost);
	report_cell_number(report, sampler_sink_in_queue(&sum));
	put_text(report, note->trouble, sizeof(note->trouble));
	report_row_end(report);
}

static void put_sinks(struct report *report, const struct sampler_state *state)
{
	bool any = false;

	for (unsigned int i = 0; i < LEDGER_SINKS; i++)
		any |= has_sink(state, i);
	if (!any) { /* no table's head over nothing */
		report_array_begin(report, "sinks");
		report_array_end(report);
		return;
	}
	report_line(report, "Sinks:");
	report_table_begin(report, "sinks", sink_columns, COUNT_OF(sink_columns));
	for (unsigned int i = 0; i < LEDGER_SINKS; i++) {
		if (has_sink(state, i))
			put_sink(report, state, i);
	}
	report_table_end(report);
}

static void put_cpu(struct report *report, const struct sampler_state *state, unsigned int cpu)
{
	struct sampler_account account = sampler_account_of(&state->cpus[cpu], &state->ledger[cpu]);

	report_row_begin(report);
	report_cell_number(report, cpu);
	for (int i = 0; i < SAMPLER_PLACE_COUNT; i++) {
		const struct sampler_place_cpu *place = &state->cpus[cpu].place[i];

		report_cell_number(report, sampler_packets(place));
		report_cell_number(report, place->sampled);
		report_cell_number(report, place->lost);
	}
	report_cell_number(report, account.in_ring);
	report_cell_number(report, account.read);
	report_row_end(report);
}

static void put_cpu_sink(struct report *report, const struct sampler_state *state, unsigned int cpu,
			 unsigned int number)
{
	const struct ledger_sink *sink = &state->ledger[cpu].sink[number];
	const struct ledger_sink_note *note = &state->daemon.sink[number];

	report_row_begin(report);
	report_cell_number(report, cpu);
	put_text(report, note->name, sizeof(note->name));
	report_cell_number(report, sink->offered);
	report_cell_number(report, sink->delivered);
	report_cell_number(report, sink->lost);
	report_cell_number(report, sampler_sink_in_queue(sink));
	report_row_end(report);
}

static void put_cpus(struct report *report, const struct sampler_state *state)
{
	report_line(report, "By CPU:");
	report_table_begin(report, "cpus", cpu_columns, COUNT_OF(cpu_columns));
	for (unsigned int cpu = 0; cpu < state->cpu_count; cpu++)
		put_cpu(report, state, cpu);
	report_table_end(report);
	report_table_begin(report, "cpu_sinks", cpu_sink_columns, COUNT_OF(cpu_sink_columns));
	for (unsigned int cpu = 0; cpu < state->cpu_count; cpu++) {
		for (unsigned int i = 0; i < LEDGER_SINKS; i++) {
			if (has_sink(state, i))
				put_cpu_sink(report, state, cpu, i);
		}
	}
	report_table_end(report);
}

void sampler_report(struct report *report, const struct sampler_state *state, bool each_cpu)
{
	report_object_begin(report, state->interface);
	report_line(report, "=== xdp_sampler on %s ===", state->interface);
	put_notes(report, state);
	put_places(report, state);
	put_settings(report, &state->settings);
	recorder_status_summary(report, state);
	put_reader(report, state);
	put_accounting(report, state);
	put_sinks(report, state);
	if (each_cpu)
		put_cpus(report, state);
	report_line(report, "%s", "");
	report_object_end(report);
}
