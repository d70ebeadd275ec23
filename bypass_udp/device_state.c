// SPDX-License-Identifier: GPL-2.0-only
#include "device_state.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "cleanup.h"

static bool ask(int socket_fd, unsigned long what, const char *name, struct ifreq *request)
{
	(void)snprintf(request->ifr_name, sizeof(request->ifr_name), "%s", name);
	return ioctl(socket_fd, what, request) == 0;
}

void device_state_mac(const char *name, uint8_t ret_mac[6])
{
	CLEANUP_CLOSE int socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { 0 };

	memset(ret_mac, 0, 6);
	if (socket_fd >= 0 && ask(socket_fd, SIOCGIFHWADDR, name, &request))
		memcpy(ret_mac, request.ifr_hwaddr.sa_data, 6);
}

bool device_state_counts_lost(const char *counter)
{
	if (!strstr(counter, "xdp_tx") && !strstr(counter, "xdp_xmit"))
		return false;
	return strstr(counter, "err") || strstr(counter, "drop") || strstr(counter, "full");
}

static unsigned int count_counters(int socket_fd, const char *name)
{
	/* One number behind the struct, which ends with an array of them. */
	union {
		struct ethtool_sset_info info;
		uint32_t words[sizeof(struct ethtool_sset_info) / sizeof(uint32_t) + 1];
	} ask_for = { .info = { .cmd = ETHTOOL_GSSET_INFO, .sset_mask = 1U << ETH_SS_STATS } };
	struct ifreq request = { .ifr_data = (void *)&ask_for };

	return ask(socket_fd, SIOCETHTOOL, name, &request) && ask_for.info.sset_mask ?
		       ask_for.words[sizeof(struct ethtool_sset_info) / sizeof(uint32_t)] :
		       0;
}

/* More counters may come between the calls: the kernel writes as many as there are then. */
static uint64_t sum_lost(int socket_fd, const char *name, unsigned int count,
			 struct ethtool_gstrings *names, struct ethtool_stats *counters)
{
	struct ifreq request = { .ifr_data = (void *)names };
	uint64_t lost = 0;

	*names = (struct ethtool_gstrings){ .cmd = ETHTOOL_GSTRINGS,
					    .string_set = ETH_SS_STATS,
					    .len = count };
	*counters = (struct ethtool_stats){ .cmd = ETHTOOL_GSTATS, .n_stats = count };
	if (!ask(socket_fd, SIOCETHTOOL, name, &request))
		return 0;
	request.ifr_data = (void *)counters;
	if (!ask(socket_fd, SIOCETHTOOL, name, &request))
		return 0;
	for (unsigned int i = 0; i < count && i < names->len && i < counters->n_stats; i++) {
		char counter[ETH_GSTRING_LEN + 1] = { 0 };

		memcpy(counter, names->data + (size_t)i * ETH_GSTRING_LEN, ETH_GSTRING_LEN);
		lost += device_state_counts_lost(counter) ? counters->data[i] : 0;
	}
	return lost;
}

uint64_t device_state_lost(const char *name)
{
	CLEANUP_CLOSE int socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	unsigned int count = socket_fd < 0 ? 0 : count_counters(socket_fd, name);
	struct ethtool_gstrings *names = calloc(1, sizeof(*names) + 2UL * count * ETH_GSTRING_LEN);
	struct ethtool_stats *counters =
		calloc(1, sizeof(*counters) + 2UL * count * sizeof(uint64_t));
	uint64_t lost =
		count && names && counters ? sum_lost(socket_fd, name, count, names, counters) : 0;

	free(names);
	free(counters);
	return lost;
}
