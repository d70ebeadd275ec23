/* SPDX-License-Identifier: GPL-2.0-only */
/* Rights of this process. No tool asks for uid 0: it asks for what it needs. */
#ifndef ECBPF_CAPABILITY_H
#define ECBPF_CAPABILITY_H

#include <stdbool.h>
#include <stddef.h>
#include "problem.h"

/* Effective capability of this process, CAP_x as in <linux/capability.h>. CAP_SYS_ADMIN stands for
 * CAP_BPF and CAP_PERFMON, as in the kernel. */
bool capability_has(int capability);

/* 0 if this process has CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON; else -EPERM and a problem that
 * names what is missing. `what` says what was wanted: "attach to eth0". */
int capability_require(const char *what, struct problem *problem);
/* The same for who only looks, which CAP_BPF is enough for: "status". */
int capability_require_reading(const char *what, struct problem *problem);

/* Gives up every right of this thread, and of threads it starts from now on, but these capabilities:
 * effective and permitted sets hold those of them that this process has (one for which CAP_SYS_ADMIN
 * stands is taken), inheritable and ambient sets are empty, and where the process may change it the
 * bounding set is cut down, too. For good. -EPERM: the process does not have one of them; nothing has
 * changed then. */
int capability_keep_only(const int *capabilities, size_t count, struct problem *problem);

#endif
