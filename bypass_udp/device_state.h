/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel tells about an interface of this network namespace, as far as a status asks. */
#ifndef BYPASS_DEVICE_STATE_H
#define BYPASS_DEVICE_STATE_H

#include <stdbool.h>
#include <stdint.h>

/* Its link address, or zeros. */
void device_state_mac(const char *name, uint8_t ret_mac[6]);

/* Frames that XDP handed to the driver for sending and that it did not send: the sum of those of its
 * counters (ethtool -S) that say so; 0 where it has none. */
uint64_t device_state_lost(const char *name);

/* Of a counter's name: "rx_queue_0_xdp_tx_errors", "tx_queue_1_xdp_xmit_errors", "rx0_xdp_tx_full". */
bool device_state_counts_lost(const char *counter);

#endif
