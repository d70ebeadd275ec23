/* SPDX-License-Identifier: GPL-2.0-only */
/* A capture beside a reader: gets what that one hands on, and does with it what a reader would. */
#ifndef XDP_SAMPLER_TAP_CLIENT_H
#define XDP_SAMPLER_TAP_CLIENT_H

#include <stdint.h>
#include "problem.h"
#include "sink.h"
#include "tap_message.h"

struct tap_totals {
	uint64_t read;      /* samples that came */
	uint64_t ring_lost; /* found no room in a ring of the reader meanwhile, whoever wanted them */
	uint64_t tap_lost;  /* were for this capture, and did not reach it */
	uint64_t sink_lost; /* lost by sinks here, all of them together */
};

struct tap_wish {
	uint32_t reader; /* process id */
	const struct sink_wish *sinks;
	size_t sink_count;
	uint64_t count;       /* samples, 0: no limit */
	uint64_t duration_ns; /* 0: no limit */
};

/* Asks the reader; request->version is set. When it returns, whatever passes from now on is handed on.
 * Returns a socket, or a negative errno. */
int tap_client_connect(const char *bpffs, uint32_t reader, struct tap_request *request,
		       struct problem *problem);

/* Runs until SIGTERM, SIGINT, SIGHUP (blocked by the caller) or a limit, then returns 0: what had come
 * to the reader by then has come here, too. -ECONNRESET: the reader has gone; what came is in the
 * sinks. Closes the socket. */
int tap_client_run(int fd, const struct tap_request *request, const struct tap_wish *wish,
		   struct tap_totals *ret_totals, struct problem *problem);

#endif
