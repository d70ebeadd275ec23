/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XDP_SAMPLER_BYTE_SIZE_H
#define XDP_SAMPLER_BYTE_SIZE_H

#include <stdint.h>
#include "problem.h"

/* Understands "4096", "512K", "16M", "1G" (powers of 1024). -EINVAL: not a size; -ERANGE: not within
 * minimum..maximum; with the problem told. */
int byte_size_parse(const char *text, uint64_t minimum, uint64_t maximum, uint64_t *ret_bytes,
		    struct problem *problem);

/* The shortest of these texts; returns ret_text. */
#define BYTE_SIZE_TEXT_SIZE 24
const char *byte_size_text(uint64_t bytes, char ret_text[BYTE_SIZE_TEXT_SIZE]);

#endif
