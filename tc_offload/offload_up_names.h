/* SPDX-License-Identifier: GPL-2.0-only */
/* The words for what becomes of packets (offload_reasons.h). */
#ifndef OFFLOAD_UP_NAMES_H
#define OFFLOAD_UP_NAMES_H

#include "offload_reasons.h"

/* Of enum offload_up. "no_flow", "way_no_route": lower case, words joined by "_", each of another. NULL
 * for a number that means nothing. */
const char *offload_up_name(unsigned int up);

/* One sentence without a full stop: why such packets are left alone, and what would change that. NULL
 * likewise. */
const char *offload_up_explanation(unsigned int up);

/* The same of enum offload_out: how rewritten packets go on. */
const char *offload_out_name(unsigned int out);
const char *offload_out_explanation(unsigned int out);

#endif
