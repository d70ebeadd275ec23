// SPDX-License-Identifier: GPL-2.0-only
#include "interface_switches.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "cleanup.h"
#include "interface.h"

/* The features of a device are bits, whose names are to be asked for. */
#define FEATURE_BLOCKS_MAX 16
#define FEATURE_GRO_HW "rx-gro-hw"

struct question {
	int socket;
	const char *interface;
};

/* `value` begins with the command. */
static bool ask(const struct question *question, void *value)
{
	struct ifreq request = { .ifr_data = value };

	(void)snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", question->interface);
	return ioctl(question->socket, SIOCETHTOOL, &request) == 0;
}

static enum fact_switch as_switch(bool is_on)
{
	return is_on ? FACT_ON : FACT_OFF;
}

static enum fact_switch read_value(const struct question *question, __u32 command, __u32 bits)
{
	struct ethtool_value value = { .cmd = command };

	return ask(question, &value) ? as_switch(value.data & bits) : FACT_UNKNOWN;
}

/* How many features the kernel knows, 0: it does not tell. */
static __u32 count_features(const struct question *question)
{
	union {
		struct ethtool_sset_info info;
		char bytes[sizeof(struct ethtool_sset_info) + sizeof(__u32)];
	} answer = { .info = { .cmd = ETHTOOL_GSSET_INFO, .sset_mask = 1U << ETH_SS_FEATURES } };

	return ask(question, &answer) && answer.info.sset_mask ? answer.info.data[0] : 0;
}

/* Number of the bit, or -1. */
static int find_feature(const struct question *question, const char *name)
{
	__u32 count = count_features(question);
	CLEANUP_FREE struct ethtool_gstrings *names = NULL;

	if (!count || count > FEATURE_BLOCKS_MAX * 32)
		return -1;
	names = calloc(1, sizeof(*names) + (size_t)count * ETH_GSTRING_LEN);
	if (!names)
		return -1;
	names->cmd = ETHTOOL_GSTRINGS;
	names->string_set = ETH_SS_FEATURES;
	names->len = count;
	if (!ask(question, names))
		return -1;
	for (__u32 i = 0; i < names->len && i < count; i++) {
		if (!strncmp((const char *)names->data + (size_t)i * ETH_GSTRING_LEN, name,
			     ETH_GSTRING_LEN))
			return (int)i;
	}
	return -1;
}

static void read_gro_hw(const struct question *question, struct interface_switches *switches)
{
	union {
		struct ethtool_gfeatures header;
		char bytes[sizeof(struct ethtool_gfeatures) +
			   FEATURE_BLOCKS_MAX * sizeof(struct ethtool_get_features_block)];
	} features = { .header = { .cmd = ETHTOOL_GFEATURES, .size = FEATURE_BLOCKS_MAX } };
	const struct ethtool_get_features_block *block = features.header.features;
	int number = find_feature(question, FEATURE_GRO_HW);
	__u32 bit;

	if (number < 0 || !ask(question, &features))
		return;
	bit = 1U << number % 32;
	switches->gro_hw = as_switch(block[number / 32].active & bit);
	switches->gro_hw_fixed = !(block[number / 32].available & bit);
}

void interface_switches_read(struct interface_switches *ret_switches, const char *name)
{
	/* Of the one family that every kernel and every sandbox has. */
	CLEANUP_CLOSE int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	const struct question question = { .socket = fd, .interface = name };
	struct ethtool_drvinfo driver = { .cmd = ETHTOOL_GDRVINFO };
	struct ethtool_channels channels = { .cmd = ETHTOOL_GCHANNELS };

	*ret_switches = (struct interface_switches){ 0 };
	if (fd < 0 || !interface_name_valid(name))
		return;
	if (ask(&question, &driver))
		(void)snprintf(ret_switches->driver, sizeof(ret_switches->driver), "%.*s",
			       (int)sizeof(ret_switches->driver) - 1, driver.driver);
	ret_switches->lro = read_value(&question, ETHTOOL_GFLAGS, ETH_FLAG_LRO);
	ret_switches->rx_vlan = read_value(&question, ETHTOOL_GFLAGS, ETH_FLAG_RXVLAN);
	ret_switches->tx_checksum = read_value(&question, ETHTOOL_GTXCSUM, UINT32_MAX);
	read_gro_hw(&question, ret_switches);
	if (!ask(&question, &channels))
		return;
	ret_switches->combined = channels.combined_count;
	ret_switches->combined_max = channels.max_combined;
	ret_switches->rx = channels.rx_count;
	ret_switches->tx = channels.tx_count;
}
