/* SPDX-License-Identifier: GPL-2.0-only */
/* The lock that every change of pins, slots and attachments is made under. One lock for all
 * interfaces of a bpffs: changes take milliseconds, and repairing a renamed interface touches two
 * of them. It is a flock of the pin base directory, so it ends with the process that holds it. */
#ifndef ECBPF_PIN_LOCK_H
#define ECBPF_PIN_LOCK_H

#include "problem.h"

/* Creates BPFFS/ecbpf if it is missing and takes the lock: fd, or a negative errno.
 * Says on stderr who holds it when that takes longer than a second; -ETIMEDOUT after `seconds`. */
int pin_lock_take(const char *bpffs, unsigned int seconds, struct problem *problem);

/* Gives the lock back, and removes the base directory if nothing is pinned in it any more. */
void pin_lock_release(const char *bpffs, int fd);

#endif
