/* SPDX-License-Identifier: GPL-2.0-only */
/* Where statistics go: stdout, a file, a UDP server. */
#ifndef ECBPF_STATS_TARGET_H
#define ECBPF_STATS_TARGET_H

#include <stdbool.h>
#include "host_port.h"
#include "problem.h"

#define STATS_DATAGRAM 1400 /* bytes of statsd lines in one: fits any path */

enum stats_target_kind {
	STATS_TARGET_STDOUT,
	STATS_TARGET_FILE,
	STATS_TARGET_UDP,
};

struct stats_target {
	enum stats_target_kind kind;
	bool replaces;    /* a file is replaced as a whole each time; else it is appended to */
	bool is_split;    /* datagrams of whole lines; else all of it in one */
	const char *path; /* FILE; the caller's, like `to` of stats_target_parse() */
	struct host_port server;
	int socket; /* -1: not connected */
};

/* Understands "FILE", "udp:HOST:PORT", and NULL or "-" for stdout. Opens nothing yet. -EINVAL, told. */
int stats_target_parse(const char *to, struct stats_target *ret_target, struct problem *problem);
/* The same for "HOST:PORT" of a UDP server, an IPv6 address in brackets. */
int stats_target_parse_udp(const char *address, struct stats_target *ret_target,
			   struct problem *problem);

/* Delivers a text. Waits for the reader of stdout only, and not once `stop` is readable: -ECANCELED
 * then. -EPIPE: stdout's reader has gone for good. After any other failure, told, the next call tries
 * anew. */
int stats_target_send(struct stats_target *target, const char *text, int stop,
		      struct problem *problem);
void stats_target_close(struct stats_target *target);

#endif
