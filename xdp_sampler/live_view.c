// SPDX-License-Identifier: GPL-2.0-only
#include "live_view.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "packet_summary.h"

/* With this, sums settle at LIVE_AVERAGE_SECONDS if they are shown once a second. */
#define FADE (1 - 1.0 / LIVE_AVERAGE_SECONDS)

int live_view_init(struct live_view *ret_view)
{
	memset(ret_view, 0, sizeof(*ret_view));
	ret_view->sources = calloc(1, sizeof(*ret_view->sources));
	ret_view->services = calloc(1, sizeof(*ret_view->services));
	ret_view->drops = calloc(1, sizeof(*ret_view->drops));
	ret_view->recorders = calloc(1, sizeof(*ret_view->recorders));
	if (!ret_view->sources || !ret_view->services || !ret_view->drops || !ret_view->recorders)
		return -ENOMEM;
	return 0;
}

void live_view_free(struct live_view *view)
{
	free(view->ports);
	free(view->sources);
	free(view->services);
	free(view->drops);
	free(view->recorders);
}

/* NULL: out of memory. */
static struct live_port *find_port(struct live_view *view, const struct sample_port *port)
{
	if (port->number >= view->port_count) {
		size_t count = (size_t)port->number + 1;
		struct live_port *ports = reallocarray(view->ports, count, sizeof(*ports));

		if (!ports)
			return NULL;
		memset(ports + view->port_count, 0, (count - view->port_count) * sizeof(*ports));
		view->ports = ports;
		view->port_count = count;
	}
	view->ports[port->number].port = port;
	return &view->ports[port->number];
}

enum sampler_place live_port_top_place(const struct live_port *port)
{
	double ingress = live_sum_packets(&port->places[SAMPLER_INGRESS].all);
	double verdict = live_sum_packets(&port->places[SAMPLER_VERDICT].all);

	return ingress > 2 * verdict ? SAMPLER_INGRESS : SAMPLER_VERDICT;
}

static bool is_decided(const struct sample *sample)
{
	return sample->verdict < ECBPF_ACTION_COUNT;
}

static bool is_dropped(const struct sample *sample)
{
	return sample->verdict == XDP_DROP || sample->verdict == XDP_ABORTED ||
	       sample->verdict == ECBPF_ACTION_INVALID;
}

static struct live_entry *add_to(struct live_top *top, const struct live_key *key,
				 const struct sample *sample)
{
	struct live_entry *entry = live_top_entry(top, key);

	live_sum_add(&entry->sum, sample->rate, sample->frame_length);
	if (is_decided(sample))
		live_sum_add(&entry->judged, sample->rate, sample->frame_length);
	if (is_dropped(sample))
		live_sum_add(&entry->dropped, sample->rate, sample->frame_length);
	entry->count++;
	return entry;
}

static void add_source(struct live_view *view, const struct sample_view *sample,
		       const struct packet_summary *summary)
{
	struct live_key key = { .port = sample->port->number };

	if (summary->reached < SUMMARY_LINK)
		return;
	key.family = (uint8_t)summary->family;
	if (summary->family)
		memcpy(key.address, summary->source, sizeof(key.address));
	else
		memcpy(key.address, summary->source_mac, sizeof(summary->source_mac));
	add_to(view->sources, &key, sample->sample);
}

static void add_service(struct live_view *view, const struct sample_view *sample,
			const struct packet_summary *summary)
{
	struct live_key key = { .port = sample->port->number, .protocol = summary->protocol };

	if (summary->reached == SUMMARY_LINK) {
		key.kind = LIVE_SERVICE_ETHERTYPE;
		key.number = summary->ethertype;
	} else if (summary->transport == SUMMARY_PORTS) {
		key.kind = LIVE_SERVICE_PORT;
		key.number = summary->destination_port;
	} else if (summary->transport == SUMMARY_ICMP) {
		key.kind = LIVE_SERVICE_ICMP;
		key.number = summary->icmp_type;
	} else if (summary->reached >= SUMMARY_PROTOCOL) {
		key.kind = summary->fragment == SUMMARY_LATER ? LIVE_SERVICE_FRAGMENT :
								LIVE_SERVICE_PROTOCOL;
	} else {
		return;
	}
	add_to(view->services, &key, sample->sample);
}

static void add_drop(struct live_view *view, const struct sample_view *sample)
{
	struct live_key key = {
		.program = sample->program,
		.reason = sample->reason,
		.port = sample->port->number,
		.number = sample->sample->reason,
		.verdict = sample->sample->verdict,
		.row = sample->sample->row,
	};

	add_to(view->drops, &key, sample->sample);
}

static void add_recorders(struct live_view *view, const struct sample_view *sample)
{
	for (unsigned int i = 0; i < sample->sample->recorder_count && i < SAMPLE_RECORDERS; i++) {
		struct live_key key = {
			.port = sample->port->number,
			.number = sample->sample->recorder[i],
			.place = sample->sample->place,
		};

		add_to(view->recorders, &key, sample->sample);
	}
}

int live_view_add(struct live_view *view, const struct sample_view *sample)
{
	const struct sample *record = sample->sample;
	struct live_port *port = find_port(view, sample->port);
	struct packet_summary summary;
	struct live_place *place;

	if (!port)
		return -ENOMEM;
	place = &port->places[record->place == SAMPLER_INGRESS ? SAMPLER_INGRESS : SAMPLER_VERDICT];
	place->active = true;
	live_sum_add(&place->all, record->rate, record->frame_length);
	if (is_decided(record))
		live_sum_add(&place->verdicts[record->verdict], record->rate, record->frame_length);
	if (is_dropped(record))
		add_drop(view, sample);
	add_recorders(view, sample);
	if (place == &port->places[live_port_top_place(port)]) {
		packet_summary_read(sample->bytes, record->captured, record->frame_length,
				    &summary);
		add_source(view, sample, &summary);
		add_service(view, sample, &summary);
	}
	view->samples++;
	return 0;
}

int live_view_count(struct live_view *view, const struct sample_port *port,
		    enum sampler_place place, const struct sink_counts *counts)
{
	struct live_port *known = find_port(view, port);
	struct live_place *at;

	if (!known)
		return -ENOMEM;
	at = &known->places[place];
	/* A sampler that was attached anew counts from zero. */
	if (!at->counted || counts->packets < at->last.packets)
		at->first = *counts;
	else
		at->seen += (double)(counts->packets - at->last.packets);
	if (counts->packets > at->first.packets)
		at->active = true;
	at->last = *counts;
	at->counted = true;
	return 0;
}

uint64_t live_place_lost(const struct live_place *place)
{
	return place->last.ring_lost - place->first.ring_lost + place->last.lost -
	       place->first.lost;
}

void live_view_passed(struct live_view *view, double seconds)
{
	view->seconds += seconds;
}

static void fade_place(struct live_place *place)
{
	live_sum_scale(&place->all, FADE);
	for (int i = 0; i < ECBPF_ACTION_COUNT; i++)
		live_sum_scale(&place->verdicts[i], FADE);
	place->seen *= FADE;
}

void live_view_fade(struct live_view *view)
{
	for (size_t i = 0; i < view->port_count; i++) {
		for (int place = 0; place < SAMPLER_PLACE_COUNT; place++)
			fade_place(&view->ports[i].places[place]);
	}
	live_top_scale(view->sources, FADE, LIVE_FORGET_BELOW);
	live_top_scale(view->services, FADE, LIVE_FORGET_BELOW);
	live_top_scale(view->drops, FADE, LIVE_FORGET_BELOW);
	/* A recorder that has hit once is worth a line for as long as there is room. */
	live_top_scale(view->recorders, FADE, 0);
	view->seconds *= FADE;
}
