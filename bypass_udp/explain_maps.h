/* SPDX-License-Identifier: GPL-2.0-only */
/* What an explanation asks the kernel's maps, one entry each. */
#ifndef BYPASS_EXPLAIN_MAPS_H
#define BYPASS_EXPLAIN_MAPS_H

#include <stdbool.h>
#include <stdint.h>
#include "bypass_udp.h"

/* Is the device in flow_devices? */
bool explain_maps_has_device(int devices, uint32_t ifindex);

/* Is the flow, as it leaves, in bypass_awaited? *ret_seen: when it was seen leaving, 0: not yet. */
bool explain_maps_awaits(int awaited, const struct flow_key *leaves, uint64_t *ret_seen);

/* How many of its packets have left marked, while it is not learned. */
uint32_t explain_maps_pending(int pending, const struct flow_key *leaves);

#endif
