/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BYPASS_LINK_H
#define BYPASS_LINK_H

#include <stdint.h>
#include "bypass_udp.h"
#include "problem.h"

/* Sets what the configuration holds of the interface itself: index, MAC address, bond. -ENODEV: there is
 * no such interface; -EINVAL: it has no Ethernet frames. */
int bypass_link_read(uint32_t ifindex, struct bypass_config *config, struct problem *problem);

#endif
