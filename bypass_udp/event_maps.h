/* SPDX-License-Identifier: GPL-2.0-only */
/* What the daemon and the observer share: what is awaited, and the events. */
#ifndef BYPASS_EVENT_MAPS_H
#define BYPASS_EVENT_MAPS_H

#include <stdbool.h>
#include "bypass_host.h"
#include "bypass_udp.h"
#include "problem.h"

struct ring_buffer; /* of libbpf */

typedef void (*event_told)(void *context, const struct bypass_event *event);

/* Does not move once it is open. */
struct event_maps {
	struct ring_buffer *ring;
	int awaited, pending; /* fds of the host */
	event_told told;
	void *context;
	unsigned int left; /* to take in this turn */
};

/* The host stays open as long. */
int event_maps_open(struct event_maps *ret_maps, const struct bypass_host *host, event_told told,
		    void *context, struct problem *problem);
void event_maps_close(struct event_maps *maps);

/* Tells up to `limit` events, without waiting. The host's fd of BYPASS_EVENTS is readable while there
 * are more. */
int event_maps_take(struct event_maps *maps, unsigned int limit, struct problem *problem);

int event_maps_await(const struct event_maps *maps, const struct flow_key *leaves,
		     struct problem *problem);
void event_maps_await_no_more(const struct event_maps *maps, const struct flow_key *leaves);
/* What an earlier daemon waited for. */
void event_maps_await_nothing(const struct event_maps *maps);
/* It may be told again. */
void event_maps_heard(const struct event_maps *maps, const struct flow_key *key);

#endif
