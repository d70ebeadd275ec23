// SPDX-License-Identifier: GPL-2.0-only
#include "received.h"

#include <ifaddrs.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stddef.h>
#include <sys/socket.h>

unsigned int received_packets(unsigned int ifindex)
{
	struct ifaddrs *all, *one;
	unsigned int packets = 0;

	if (getifaddrs(&all))
		return 0;
	for (one = all; one; one = one->ifa_next)
		if (one->ifa_addr && one->ifa_addr->sa_family == AF_PACKET && one->ifa_data &&
		    if_nametoindex(one->ifa_name) == ifindex)
			packets = ((const struct rtnl_link_stats *)one->ifa_data)->rx_packets;
	freeifaddrs(all);
	return packets;
}
