/* SPDX-License-Identifier: GPL-2.0-only */
/* A real root on the loopback of a network namespace of the test's own, pinned in a bpffs of its own. What
 * cannot fail in a test ends it. */
#ifndef ECBPF_HARNESS_LOOPBACK_ROOT_H
#define ECBPF_HARNESS_LOOPBACK_ROOT_H

#include "chain.h"
#include "run_program.h"

#define LOOPBACK_ROOT_INTERFACE "lo"

/* Fills both; close with loopback_root_close(). May be opened again after that. */
void loopback_root_open(struct run_program *root, struct chain *chain);
void loopback_root_close(struct run_program *root, struct chain *chain);

/* Where the bpffs is mounted. */
const char *loopback_root_bpffs(void);

#endif
