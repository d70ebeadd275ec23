/* SPDX-License-Identifier: GPL-2.0-only */
/* State and counters of one network interface, as the interfaces MIB (RFC 2863) groups them.
 *
 * They are asked of the kernel by rtnetlink: files in /sys/class/net belong to the network namespace
 * that /sys was mounted in, which need not be that of this process, and getifaddrs() has counters of
 * 32 bits only, which wrap in seconds. One request and one answer do not need a library. */
#ifndef XDP_SAMPLER_INTERFACE_COUNTERS_H
#define XDP_SAMPLER_INTERFACE_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

enum interface_duplex {
	INTERFACE_DUPLEX_UNKNOWN = 0,
	INTERFACE_DUPLEX_FULL = 1,
	INTERFACE_DUPLEX_HALF = 2,
};

struct interface_counters {
	uint32_t ifindex;
	uint32_t type;  /* IANA ifType: 6 Ethernet, 24 loopback, 1 other */
	uint64_t speed; /* bits per second, 0 unknown */
	enum interface_duplex duplex;
	bool admin_up;
	bool oper_up;
	bool promiscuous;
	uint64_t in_octets;
	uint64_t in_packets; /* all kinds; Linux does not count broadcasts apart */
	uint64_t in_multicast;
	uint64_t in_discards;
	uint64_t in_errors;
	uint64_t out_octets;
	uint64_t out_packets;
	uint64_t out_discards;
	uint64_t out_errors;
};

/* Of an interface in the network namespace of this thread. -ENODEV: it is gone; or what the kernel
 * says. */
int interface_counters_read(uint32_t ifindex, struct interface_counters *ret_counters);

#endif
