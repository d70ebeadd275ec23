/* SPDX-License-Identifier: GPL-2.0-only */
/* The words for what becomes of packets (bypass_reasons.h). */
#ifndef BYPASS_UP_NAMES_H
#define BYPASS_UP_NAMES_H

#include "bypass_udp.h"
#include "reason_names.h"

/* "no_flow", "way_resolving": lower case, words joined by "_", each of another. NULL for a number that
 * means nothing. */
const char *bypass_up_name(unsigned int up);

/* One sentence without a full stop: why such packets go up, and what would change that. NULL likewise. */
const char *bypass_up_explanation(unsigned int up);

/* Names of enum bypass_reason, for slot_<N>/reason_names. */
struct reason_names bypass_reason_names(void);

#endif
