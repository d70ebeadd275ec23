/* SPDX-License-Identifier: GPL-2.0-only */
/* What the live view knows: samples added up, older ones weighing less. Figures are averages over
 * about the last LIVE_AVERAGE_SECONDS, and estimates: a sample chosen by chance stands for as many
 * packets as its rate says, any other for one (live_top.h: struct live_sum). Top sources and services
 * of an interface come from its verdict samples, where it is known what was dropped, unless ingress
 * sees more than twice the packets; so no packet counts twice. Memory is bounded. Pure. */
#ifndef XDP_SAMPLER_LIVE_VIEW_H
#define XDP_SAMPLER_LIVE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "abi/slots.h"
#include "live_top.h"
#include "sink.h"

#define LIVE_AVERAGE_SECONDS 5
#define LIVE_FORGET_BELOW 0.01 /* packets */

/* What is behind a service's `number`. */
enum live_service {
	LIVE_SERVICE_ETHERTYPE, /* no IP */
	LIVE_SERVICE_PROTOCOL,  /* nothing: protocol only */
	LIVE_SERVICE_PORT,      /* destination port */
	LIVE_SERVICE_ICMP,      /* type */
	LIVE_SERVICE_FRAGMENT,  /* a later one: its ports are elsewhere */
};

struct live_place {
	struct live_sum all;
	struct live_sum verdicts[ECBPF_ACTION_COUNT];
	double seen; /* packets that went by, from the counts */
	struct sink_counts first;
	struct sink_counts last;
	bool counted; /* the two are there */
	bool active;  /* there was a sample or a packet */
};

struct live_port {
	const struct sample_port *port; /* NULL: not heard of */
	struct live_place places[SAMPLER_PLACE_COUNT];
};

struct live_view {
	struct live_port *ports; /* by sample_port.number */
	size_t port_count;
	struct live_top *sources;
	struct live_top *services;
	struct live_top *drops;
	struct live_top *recorders;
	double seconds; /* that the sums are over, weighed like them */
	uint64_t samples;
};

/* 0 or -ENOMEM; live_view_free() also after a failure. */
int live_view_init(struct live_view *ret_view);
void live_view_free(struct live_view *view);

/* 0 or -ENOMEM: then it was not added. */
int live_view_add(struct live_view *view, const struct sample_view *sample);

/* What the host says now; the first time is where the view's own count begins. 0 or -ENOMEM. */
int live_view_count(struct live_view *view, const struct sample_port *port,
		    enum sampler_place place, const struct sink_counts *counts);

/* `seconds` have passed since the last time; before the view is shown. */
void live_view_passed(struct live_view *view, double seconds);
/* The view was shown: what is in it now begins to weigh less. */
void live_view_fade(struct live_view *view);

/* Samples since the view began that did not reach it: lost in the ring, and by the sink. */
uint64_t live_place_lost(const struct live_place *place);

/* The place that the tops of this interface come from. */
enum sampler_place live_port_top_place(const struct live_port *port);

#endif
