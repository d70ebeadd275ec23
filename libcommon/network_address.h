/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses as flows have them (abi/flow.h): FLOW_IPV4 or FLOW_IPV6, and four words of which IPv4 uses the
 * first. */
#ifndef ECBPF_UDP_NETWORK_ADDRESS_H
#define ECBPF_UDP_NETWORK_ADDRESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include "abi/flow.h"

static inline uint8_t network_family(uint8_t flow_family)
{
	return flow_family == FLOW_IPV4 ? AF_INET : AF_INET6;
}

static inline size_t network_address_size(uint8_t flow_family)
{
	return flow_family == FLOW_IPV4 ? 4 : 16;
}

/* FLOW_IPV4, FLOW_IPV6, or 0 for what is neither. */
static inline uint8_t network_flow_family(int family)
{
	if (family == AF_INET)
		return FLOW_IPV4;
	return family == AF_INET6 ? FLOW_IPV6 : 0;
}

#endif
