/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel tells about one device over netlink. */
#ifndef ECBPF_UDP_NETWORK_DEVICE_H
#define ECBPF_UDP_NETWORK_DEVICE_H

#include <stdbool.h>
#include <stdint.h>
#include "network_links.h"

struct network_device {
	struct network_link link;
	bool is_veth;
	uint32_t peer;         /* of a veth: the other end, 0: in another network namespace */
	bool has_vlan_devices; /* above it */
};

/* 0, -ENODEV, or another negative errno. */
int network_device_read(uint32_t ifindex, struct network_device *ret_device);

/* Of enum netdev_xdp_act in <linux/netdev.h>, which headers before 6.3 do not have. */
#define NETWORK_DEVICE_XDP (1U << 0)      /* runs native programs */
#define NETWORK_DEVICE_TRANSMIT (1U << 2) /* takes redirected frames */
#define NETWORK_DEVICE_FRAGS (1U << 5)    /* native programs for frames in several buffers */

/* What the driver says about XDP. -EOPNOTSUPP: the kernel does not tell, before 6.3. */
int network_device_features(uint32_t ifindex, uint64_t *ret_features);

#endif
