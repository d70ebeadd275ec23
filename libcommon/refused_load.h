/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ECBPF_REFUSED_LOAD_H
#define ECBPF_REFUSED_LOAD_H

#include "problem.h"

/* Tells that the kernel did not load a program, and why where libbpf's messages show it; the
 * messages, with the verifier's log, belong to the problem. Call log_kept_clear() before the load.
 * `object` may be NULL. Returns `err`. */
int refused_load(struct problem *problem, int err, const char *object, const char *program);

#endif
