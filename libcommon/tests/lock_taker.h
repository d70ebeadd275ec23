/* SPDX-License-Identifier: GPL-2.0-only */
/* Another process that takes the lock of the scratch bpffs' pins. Functions fail the test when
 * something does not work. */
#ifndef ECBPF_TESTS_LOCK_TAKER_H
#define ECBPF_TESTS_LOCK_TAKER_H

#include <stdint.h>
#include <sys/types.h>
#include "problem.h"

#define LOCK_PATIENCE 30 /* seconds; only a test that fails waits so long */

/* Of this process. */
int lock_take(unsigned int seconds, struct problem *problem);

/* It takes the lock when told to, says when it had it, and gives it back when told to. */
struct lock_taker {
	pid_t pid;
	int said;
	int tell;
};

/* Only while this process holds no lock: a child has a share in its parent's. The process calls
 * itself "other_loader". */
void lock_taker_start(struct lock_taker *taker);
/* Tells it to take the lock. */
void lock_taker_go(const struct lock_taker *taker);
/* Waits until it waits for `lock`, which this process has taken. */
void lock_taker_await(const struct lock_taker *taker, int lock);
/* Waits until it has the lock; when that was (CLOCK_MONOTONIC, nanoseconds). */
uint64_t lock_taker_when(const struct lock_taker *taker);
/* Tells it to give the lock back, unless it was killed, and waits until it has ended. */
void lock_taker_end(const struct lock_taker *taker);

#endif
