/* SPDX-License-Identifier: GPL-2.0-only */
/* The interfaces of a pcapng file, one per port and place: their numbers in the current section, what
 * its statistics will say, and up to which sequence number the samples of each CPU have come. */
#ifndef XDP_SAMPLER_PCAPNG_PORTS_H
#define XDP_SAMPLER_PCAPNG_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "sink.h"

struct pcapng_interface {
	bool described; /* in this section, as interface `number` */
	uint32_t number;
	/* What no statistics block has told yet: */
	uint64_t since;            /* CLOCK_REALTIME, nanoseconds */
	uint64_t packets;          /* written */
	struct sink_counts before; /* what sink_host.counts() said then */
};

struct pcapng_port {
	const struct sample_port *port;
	char *name; /* of the interface, as UTF-8 */
	struct pcapng_interface place[SAMPLER_PLACE_COUNT];
	uint64_t *last; /* sequence of the last sample, per CPU; 0: none came yet */
	size_t cpus;
};

/* Zero, and `host`, is an empty table. */
struct pcapng_ports {
	const struct sink_host *host;
	struct pcapng_port **list; /* by number of the port; NULL where none came yet */
	size_t count;
	uint32_t described; /* interfaces in this section */
};

void pcapng_ports_free(struct pcapng_ports *ports);

/* Adds the ports that the host knows. What is counted of them up to now belongs to nobody here when
 * `old`; of other ports everything counts. 0 or -ENOMEM. */
int pcapng_ports_discover(struct pcapng_ports *ports, bool old);

/* The entry of a port, with `last` for that CPU; it does not move. NULL: out of memory. */
struct pcapng_port *pcapng_ports_find(struct pcapng_ports *ports, const struct sample_port *port,
				      uint32_t cpu);

/* A section begins: no interface is described in it. */
void pcapng_ports_new_section(struct pcapng_ports *ports);

/* What has been counted of an interface since `before`. */
void pcapng_ports_news(const struct pcapng_ports *ports, const struct pcapng_port *port,
		       enum sampler_place place, struct sink_counts *ret_now,
		       struct sink_counts *ret_news);

uint64_t pcapng_ports_realtime(void);

#endif
