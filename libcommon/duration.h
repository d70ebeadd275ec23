/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ECBPF_DURATION_H
#define ECBPF_DURATION_H

#include <stdint.h>
#include "problem.h"

/* Understands "90s", "15m", "2h", "7d": 1 s to 3650 days. -EINVAL with the problem told. */
int duration_parse(const char *text, uint64_t *ret_seconds, struct problem *problem);

#endif
