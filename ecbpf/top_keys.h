/* SPDX-License-Identifier: GPL-2.0-only */
/* Waiting for time to pass, for keys and for signals. */
#ifndef ECBPF_TOP_KEYS_H
#define ECBPF_TOP_KEYS_H

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>
#include "problem.h"

enum top_event {
	TOP_TIME,   /* it has come */
	TOP_REDRAW, /* the window has another size */
	TOP_SORT,   /* s */
	TOP_END,    /* q, SIGINT, SIGTERM, the terminal has gone */
};

struct top_keys {
	int signals;           /* fd */
	bool reads;            /* keys */
	struct termios before; /* of the terminal */
};

/* With `keys` those of stdin are read one at a time, if it is a terminal. Close with top_keys_close(), which puts the
 * terminal back, also after a failure. */
int top_keys_open(struct top_keys *ret_keys, bool keys, struct problem *problem);
void top_keys_close(struct top_keys *keys);

/* `until`: CLOCK_MONOTONIC, nanoseconds. Any other failure than a signal's is the end. */
enum top_event top_keys_wait(struct top_keys *keys, uint64_t until);

#endif
