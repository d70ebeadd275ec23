/* SPDX-License-Identifier: GPL-2.0-only */
/* Where captures ask a reader for its samples: a ring has one reader. Whoever is root, or the user that
 * the reader is, may. Main thread. */
#ifndef XDP_SAMPLER_TAP_LISTENER_H
#define XDP_SAMPLER_TAP_LISTENER_H

#include <stdbool.h>
#include <stdint.h>
#include "problem.h"
#include "run_ports.h"
#include "run_sinks.h"
#include "tap_sink.h"

#define TAP_LIMIT 4
/* With those that have not asked yet, or are to be told that there is no room. */
#define TAP_GUESTS (2 * TAP_LIMIT)

struct tap_guest {
	int fd; /* -1: free */
	uint32_t pid;
	struct tap *tap; /* NULL: has not asked yet */
	bool is_leaving;
	uint64_t until; /* it must have asked, or everything for it been read; CLOCK_MONOTONIC */
};

struct tap_listener {
	int fd; /* -1: nobody can come */
	struct run_ports *ports;
	struct tap_guest guests[TAP_GUESTS];
};

/* On failure the listener is one that nobody can come to. */
int tap_listener_open(struct tap_listener *listener, const char *bpffs, struct run_ports *ports,
		      struct problem *problem);

/* Lets captures in, and out: after each look into the rings. `is_all_taken`: nothing was left there. Never
 * waits. */
void tap_listener_attend(struct tap_listener *listener, bool is_all_taken, uint64_t now);

/* Sends captures away, the last ones first, until the ledger has room for so many other sinks. */
void tap_listener_make_room(struct tap_listener *listener, size_t sinks);

/* Taps that are open end with the other sinks. */
void tap_listener_close(struct tap_listener *listener);

#endif
