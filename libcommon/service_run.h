/* SPDX-License-Identifier: GPL-2.0-only */
/* The life of a small service: it works now and then, keeps the manager's watchdog quiet, and ends with SIGTERM or
 * SIGINT. For one that serves what is attached there is daemon_run.h. */
#ifndef ECBPF_SERVICE_RUN_H
#define ECBPF_SERVICE_RUN_H

#include <stdbool.h>
#include <stdint.h>
#include "problem.h"

#define SERVICE_RUN_ENDS 1

struct service_work {
	/* Does what is to be done now. `stop` is readable once the service is to end: for a turn that has to wait.
	 * *ret_wait: nanoseconds until the next turn, unless `wakes` is readable before; UINT64_MAX: none. 0,
	 * SERVICE_RUN_ENDS (all is well), or an error, told, which ends it as well. */
	int (*turn)(void *context, int stop, uint64_t *ret_wait, struct problem *problem);
	int wakes; /* a descriptor, -1: none */
};

/* Returns 0, or what ended it. */
int service_run(const struct service_work *work, void *context, struct problem *problem);

/* For a turn that is due at *next (CLOCK_MONOTONIC) and was done: moves it on by `interval`, times that were missed
 * are not made up for. Returns the nanoseconds from now until then. */
uint64_t service_run_again(uint64_t *next, uint64_t interval);

/* What fails again and again is told once, and that it works again. *fails starts as false. */
void service_run_log_change(bool *fails, int err, const char *what, const struct problem *problem);

#endif
