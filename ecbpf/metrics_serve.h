/* SPDX-License-Identifier: GPL-2.0-only */
/* `ecbpf serve`: GET /metrics over HTTP, at the sockets that the service manager hands over, or at one of its own. */
#ifndef ECBPF_METRICS_SERVE_H
#define ECBPF_METRICS_SERVE_H

#include <stdint.h>
#include "option_rows.h"
#include "problem.h"

#define METRICS_LISTEN_DEFAULT "127.0.0.1:9431"

struct metrics_serve_wish {
	const char *bpffs;
	const char *
		listen; /* "ADDRESS:PORT", IPv6 in brackets; NULL: the default, or what was handed over */
	uint64_t idle_seconds; /* ends when nobody asked for that long; 0: never */
};

#define METRICS_SERVE_OPTION_ROWS(type, wish, verbs_)                                              \
	{ .name = "listen",                                                                        \
	  .kind = OPTION_TEXT,                                                                     \
	  .offset = offsetof(type, wish.listen),                                                   \
	  .value_name = "ADDRESS:PORT",                                                            \
	  .help = "where to wait for requests (" METRICS_LISTEN_DEFAULT                            \
		  ", or the socket of the service manager)",                                       \
	  .verbs = (verbs_) },                                                                     \
	{                                                                                          \
		.name = "idle", .kind = OPTION_NUMBER,                                             \
		.offset = offsetof(type, wish.idle_seconds), .minimum = 1, .maximum = 86400,       \
		.value_name = "SECONDS", .help = "end when nobody asked for that long",            \
		.verbs = (verbs_)                                                                  \
	}

/* Until SIGTERM, SIGINT or idle; 0 then. Gives up all rights but those that reading needs. Type=notify, watchdog. */
int metrics_serve(const struct metrics_serve_wish *wish, struct problem *problem);

#endif
