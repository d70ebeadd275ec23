/* SPDX-License-Identifier: GPL-2.0-only */
/* The interfaces of a reader that runs. Main thread. */
#ifndef XDP_SAMPLER_RUN_PORTS_H
#define XDP_SAMPLER_RUN_PORTS_H

#include <stdbool.h>
#include <stdint.h>
#include "interface.h"
#include "port_table.h"
#include "run_sinks.h"
#include "sample_reader_maps.h"

struct run_port;

struct run_ports {
	struct run_sinks *sinks;
	struct port_table *table;
	int epoll; /* told when a ring fills up */
	const char *bpffs;
	struct run_port *ports;
	size_t count;
	size_t size; /* of these there may be */
	bool all;    /* every interface that has a sampler */
	bool is_full_told;
	size_t open;          /* of these, can be read at present */
	uint64_t read;        /* samples, all of them */
	uint64_t to_realtime; /* what CLOCK_REALTIME is ahead of CLOCK_MONOTONIC */
};

/* With no interfaces: every one that has a sampler, as they come, and are waited for when they have gone. `bpffs` is
 * kept, not copied; `epoll` and `sinks` are the caller's. */
int run_ports_open(struct run_ports *ports, const char *bpffs,
		   const struct interface_list *interfaces, struct problem *problem);

/* Looks all of them up afresh. With `must_be_there` the first one that cannot be read is an error; else
 * it is told, once, and waited for. Returns true in *ret_changed if others can be read than before. */
int run_ports_look(struct run_ports *ports, bool must_be_there, bool *ret_changed,
		   struct problem *problem);

/* Takes what is in the rings, at most `limit` records; returns how many. */
unsigned int run_ports_take(struct run_ports *ports, unsigned int limit);

/* Gives every sink its place in the ledgers: after run_sinks_apply(). */
void run_ports_seat(struct run_ports *ports);
/* Writes into the ledgers how the sinks are, and that this process is alive (CLOCK_MONOTONIC). */
void run_ports_note(struct run_ports *ports, uint64_t now);
/* Answers a reload there. */
void run_ports_answer(struct run_ports *ports, int err, const struct problem *problem);

/* Samples that found no room in a ring since the beginning. */
uint64_t run_ports_lost(const struct run_ports *ports);
/* "eth0, eth1", of those that can be read, or that cannot. Cut to `size`. */
void run_ports_names(const struct run_ports *ports, bool can_be_read, char *ret_text, size_t size);

void run_ports_close(struct run_ports *ports);

#endif
