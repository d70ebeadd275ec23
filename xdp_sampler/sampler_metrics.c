// SPDX-License-Identifier: GPL-2.0-only
#include "sampler_metrics.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "monotonic_clock.h"
#include "recorder_status.h"
#include "sample_names.h"
#include "sampler_state.h"

#define TAP "tap "

static const struct metric_family info = { "ecbpf_sampler", METRIC_INFO, NULL,
					   "What the sampler is set to" };
static const struct metric_family sick = { "ecbpf_sampler_sick", METRIC_GAUGE, NULL,
					   "1: the sampler does not do what it was told to" };
static const struct metric_family loaded = { "ecbpf_sampler_loaded_timestamp_seconds", METRIC_GAUGE,
					     "seconds", "When the program was loaded" };
static const struct metric_family seen = { "ecbpf_sampler_seen_packets", METRIC_COUNTER, NULL,
					   "Packets that came to a place" };
static const struct metric_family sampled = { "ecbpf_sampler_samples", METRIC_COUNTER, NULL,
					      "Samples taken at a place" };
static const struct metric_family ring_lost = { "ecbpf_sampler_ring_lost_samples", METRIC_COUNTER,
						NULL, "Samples that found no room in the ring" };
static const struct metric_family ring_read = { "ecbpf_sampler_read_samples", METRIC_COUNTER, NULL,
						"Samples that a reader took out of the ring" };
static const struct metric_family in_ring = { "ecbpf_sampler_in_ring_samples", METRIC_GAUGE, NULL,
					      "Samples that wait in the ring" };
static const struct metric_family recorders = { "ecbpf_sampler_recorders", METRIC_GAUGE, NULL,
						"Recorders" };
static const struct metric_family ended = { "ecbpf_sampler_ended_recorders", METRIC_GAUGE, NULL,
					    "Recorders that have ended" };
static const struct metric_family masks = { "ecbpf_sampler_recorder_masks", METRIC_GAUGE, NULL,
					    "Different masks of recorders" };
static const struct metric_family reader = { "ecbpf_sampler_reader_running", METRIC_GAUGE, NULL,
					     "1: a process reads the samples" };
static const struct metric_family started = { "ecbpf_sampler_reader_started_timestamp_seconds",
					      METRIC_GAUGE, "seconds", "When the reader began" };
static const struct metric_family silent = { "ecbpf_sampler_reader_silent_seconds", METRIC_GAUGE,
					     "seconds", "How long the reader has not looked" };
static const struct metric_family offered = { "ecbpf_sampler_sink_offered_samples", METRIC_COUNTER,
					      NULL, "Samples that a sink was to get" };
static const struct metric_family delivered = { "ecbpf_sampler_sink_delivered_samples",
						METRIC_COUNTER, NULL,
						"Samples that a sink wrote or sent" };
static const struct metric_family sink_lost = { "ecbpf_sampler_sink_lost_samples", METRIC_COUNTER,
						NULL, "Samples that a sink lost" };
static const struct metric_family in_queue = { "ecbpf_sampler_sink_queued_samples", METRIC_GAUGE,
					       NULL, "Samples that wait for a sink" };
static const struct metric_family failing = { "ecbpf_sampler_sink_failing", METRIC_GAUGE, NULL,
					      "1: what the sink writes to fails" };

static void add_settings(struct metrics *metrics, const struct sampler_state *state)
{
	const char *interface = state->interface;
	char at[SAMPLER_SETTING_TEXT_SIZE], rate[SAMPLER_SETTING_TEXT_SIZE];

	metrics_add(metrics, &info, 1, "interface", interface, "at",
		    sampler_settings_text(&state->settings, SAMPLER_SETTING_AT, at), "rate",
		    sampler_settings_text(&state->settings, SAMPLER_SETTING_RATE, rate), NULL);
	metrics_add(metrics, &sick, state->disagreement_count != 0, "interface", interface, NULL);
}

static void add_place(struct metrics *metrics, const struct sampler_state *state,
		      enum sampler_place place)
{
	struct sampler_place_sum sum = sampler_place_all(state, place);
	const char *interface = state->interface, *name = sample_place_name(place);

	metrics_add_duration(metrics, &loaded, state->seats.place[place].slot.record.loaded_at,
			     "interface", interface, "place", name, NULL);
	metrics_add(metrics, &seen, sum.packets, "interface", interface, "place", name, NULL);
	metrics_add(metrics, &sampled, sum.sampled, "interface", interface, "place", name, NULL);
	metrics_add(metrics, &ring_lost, sum.lost, "interface", interface, "place", name, NULL);
}

static void add_recorders(struct metrics *metrics, const struct sampler_state *state)
{
	struct recorder_summary summary = recorder_summary_of(state);
	const char *interface = state->interface;

	metrics_add(metrics, &recorders, summary.count, "interface", interface, NULL);
	metrics_add(metrics, &ended, summary.ended, "interface", interface, NULL);
	metrics_add(metrics, &masks, summary.masks_ipv4, "interface", interface, "family", "ipv4",
		    NULL);
	metrics_add(metrics, &masks, summary.masks_ipv6, "interface", interface, "family", "ipv6",
		    NULL);
}

static void add_reader(struct metrics *metrics, const struct sampler_state *state)
{
	struct sampler_account account = sampler_account_all(state);
	const char *interface = state->interface;
	uint64_t now = monotonic_clock_now();
	bool is_running = state->reader == RING_READER_RUNNING;

	metrics_add(metrics, &ring_read, account.read, "interface", interface, NULL);
	metrics_add(metrics, &in_ring, account.in_ring, "interface", interface, NULL);
	metrics_add(metrics, &reader, is_running, "interface", interface, NULL);
	if (!is_running)
		return;
	metrics_add_duration(metrics, &started, state->daemon.started, "interface", interface,
			     NULL);
	metrics_add_duration(metrics, &silent,
			     now > state->daemon.beat ? now - state->daemon.beat : 0, "interface",
			     interface, NULL);
}

static void add_sink(struct metrics *metrics, const struct sampler_state *state,
		     unsigned int number)
{
	const struct ledger_sink_note *note = &state->daemon.sink[number];
	struct ledger_sink sum = sampler_sink_all(state, number);
	const char *interface = state->interface;
	char name[sizeof(note->name) + 1];

	snprintf(name, sizeof(name), "%.*s", (int)sizeof(note->name), note->name);
	if (!*name || strncmp(name, TAP, strlen(TAP)) == 0)
		return;
	metrics_add(metrics, &offered, sum.offered, "interface", interface, "sink", name, NULL);
	metrics_add(metrics, &delivered, sum.delivered, "interface", interface, "sink", name, NULL);
	metrics_add(metrics, &sink_lost, sum.lost, "interface", interface, "sink", name, NULL);
	metrics_add(metrics, &in_queue, sampler_sink_in_queue(&sum), "interface", interface, "sink",
		    name, NULL);
	metrics_add(metrics, &failing, note->state == LEDGER_SINK_FAILING, "interface", interface,
		    "sink", name, NULL);
}

static void take(void *context, const struct sampler_state *state)
{
	add_settings(context, state);
	for (unsigned int i = 0; i < SAMPLER_PLACE_COUNT; i++) {
		if (state->seats.place[i].taken)
			add_place(context, state, (enum sampler_place)i);
	}
	add_recorders(context, state);
	add_reader(context, state);
	for (unsigned int i = 0; i < LEDGER_SINKS; i++)
		add_sink(context, state, i);
}

int sampler_metrics(struct metrics *metrics, const char *bpffs, struct problem *problem)
{
	return sampler_state_each(bpffs, take, metrics, problem);
}
