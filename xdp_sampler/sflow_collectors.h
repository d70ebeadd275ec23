/* SPDX-License-Identifier: GPL-2.0-only */
/* The receivers of sFlow datagrams: a connected UDP socket each, which never blocks.
 *
 * A collector that cannot be resolved, refuses (an ICMP port unreachable came for an earlier
 * datagram) or takes nothing for 100 ms rests for a second and is then resolved and connected anew;
 * meanwhile it gets nothing, and the others everything. After a refusal it counts as healthy again
 * when a datagram went out and no refusal came within a second. Resolving may block: a name that takes
 * long is asked for less often, so that nine tenths of the time are left for the others. */
#ifndef XDP_SAMPLER_SFLOW_COLLECTORS_H
#define XDP_SAMPLER_SFLOW_COLLECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "problem.h"
#include "sflow_datagram.h"
#include "sink.h"

#define SFLOW_PORT "6343"
#define SFLOW_COLLECTOR_LIMIT 8

struct sflow_collector {
	char name[SINK_TARGET_SIZE]; /* as it was given */
	char host[SINK_TARGET_SIZE];
	char port[8];
	int fd;               /* -1: rests */
	uint64_t retry_at;    /* CLOCK_MONOTONIC, nanoseconds, like the others */
	uint64_t accepted_at; /* the first datagram since it was connected, 0: none yet */
	int trouble;          /* negative errno, 0: none */
	int unresolved;       /* EAI_… if that is the trouble */
};

struct sflow_collectors {
	struct sflow_collector collector[SFLOW_COLLECTOR_LIMIT];
	size_t count;
};

/* Understands "HOST[:PORT],…", HOST a name, an IPv4 address, an IPv6 address, or one in brackets; the
 * last is needed before a port. -EINVAL or -E2BIG with the problem told. Connects nothing yet. */
int sflow_collectors_parse(const char *text, struct sflow_collectors *ret_collectors,
			   struct problem *problem);

/* Connects those that are due, and looks for refusals. */
void sflow_collectors_tend(struct sflow_collectors *collectors);
/* True if one of them took the datagram. Waits for a full one only if `patient`. */
bool sflow_collectors_send(struct sflow_collectors *collectors, const void *bytes, size_t length,
			   bool patient);
/* 0, or the errno of the first one in trouble with the problem told. */
int sflow_collectors_trouble(const struct sflow_collectors *collectors, struct problem *problem);
/* The local address of the first one that is connected; false if none is. */
bool sflow_collectors_local_address(const struct sflow_collectors *collectors,
				    struct sflow_agent *agent);
void sflow_collectors_close(struct sflow_collectors *collectors);

#endif
