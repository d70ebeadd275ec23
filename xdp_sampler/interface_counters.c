// SPDX-License-Identifier: GPL-2.0-only
#include "interface_counters.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "cleanup.h"

#define IANA_OTHER 1
#define IANA_ETHERNET 6
#define IANA_LOOPBACK 24

#define MEGABIT 1000000ULL
/* As much as the kernel puts into one message. */
#define ANSWER_SIZE 32768

struct link_request {
	struct nlmsghdr header;
	struct ifinfomsg link;
};

static uint32_t iana_type(uint16_t hardware)
{
	if (hardware == ARPHRD_ETHER)
		return IANA_ETHERNET;
	return hardware == ARPHRD_LOOPBACK ? IANA_LOOPBACK : IANA_OTHER;
}

/* The kernel aligns an attribute to four bytes only. */
static void take_statistics(const struct rtattr *attribute, struct interface_counters *counters)
{
	struct rtnl_link_stats64 statistics = { 0 };
	size_t size = RTA_PAYLOAD(attribute);

	memcpy(&statistics, RTA_DATA(attribute),
	       size < sizeof(statistics) ? size : sizeof(statistics));
	counters->in_octets = statistics.rx_bytes;
	counters->in_packets = statistics.rx_packets;
	counters->in_multicast = statistics.multicast;
	counters->in_discards = statistics.rx_dropped;
	counters->in_errors = statistics.rx_errors;
	counters->out_octets = statistics.tx_bytes;
	counters->out_packets = statistics.tx_packets;
	counters->out_discards = statistics.tx_dropped;
	counters->out_errors = statistics.tx_errors;
}

static void take_attribute(const struct rtattr *attribute, struct interface_counters *counters,
			   char ret_name[IFNAMSIZ])
{
	switch (attribute->rta_type) {
	case IFLA_STATS64:
		take_statistics(attribute, counters);
		break;
	case IFLA_IFNAME:
		snprintf(ret_name, IFNAMSIZ, "%.*s", (int)RTA_PAYLOAD(attribute),
			 (const char *)RTA_DATA(attribute));
		break;
	case IFLA_PROMISCUITY:
		if (RTA_PAYLOAD(attribute) >= sizeof(uint32_t))
			counters->promiscuous = *(const uint32_t *)RTA_DATA(attribute) > 0;
		break;
	default:
		break;
	}
}

static int take_answer(const struct nlmsghdr *answer, size_t length,
		       struct interface_counters *counters, char ret_name[IFNAMSIZ])
{
	const struct ifinfomsg *link = NLMSG_DATA(answer);
	const struct rtattr *attribute;
	size_t rest;

	if (!NLMSG_OK(answer, length))
		return -EBADMSG;
	if (answer->nlmsg_type == NLMSG_ERROR) {
		int err = answer->nlmsg_len < NLMSG_LENGTH(sizeof(struct nlmsgerr)) ?
				  0 :
				  ((const struct nlmsgerr *)NLMSG_DATA(answer))->error;

		return err < 0 ? err : -EBADMSG;
	}
	if (answer->nlmsg_type != RTM_NEWLINK || answer->nlmsg_len < NLMSG_LENGTH(sizeof(*link)))
		return -EBADMSG;
	counters->type = iana_type(link->ifi_type);
	counters->admin_up = link->ifi_flags & IFF_UP;
	counters->oper_up = link->ifi_flags & IFF_RUNNING;
	rest = answer->nlmsg_len - NLMSG_LENGTH(sizeof(*link));
	for (attribute = IFLA_RTA(link); RTA_OK(attribute, rest);
	     attribute = RTA_NEXT(attribute, rest))
		take_attribute(attribute, counters, ret_name);
	return 0;
}

static int ask_link(uint32_t ifindex, struct interface_counters *counters, char ret_name[IFNAMSIZ])
{
	struct link_request request = {
		.header = { .nlmsg_len = sizeof(request),
			    .nlmsg_type = RTM_GETLINK,
			    .nlmsg_flags = NLM_F_REQUEST },
		.link = { .ifi_family = AF_UNSPEC, .ifi_index = (int)ifindex },
	};
	char answer[ANSWER_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	CLEANUP_CLOSE int fd = -1;
	ssize_t length;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0 || send(fd, &request, sizeof(request), 0) < 0)
		return -errno;
	/* The kernel has answered by the time that send() returns. */
	length = recv(fd, answer, sizeof(answer), MSG_DONTWAIT);
	if (length < 0)
		return -errno;
	return take_answer((const struct nlmsghdr *)answer, (size_t)length, counters, ret_name);
}

/* Drivers that know neither (a loopback) leave them unknown. */
static void ask_speed(const char *name, struct interface_counters *counters)
{
	union {
		struct ethtool_link_settings settings;
		uint32_t words[12 + 3 * 127]; /* and three masks, up to 127 words each */
	} link = { .settings = { .cmd = ETHTOOL_GLINKSETTINGS } };
	struct ifreq interface = { .ifr_data = (char *)&link };
	CLEANUP_CLOSE int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(interface.ifr_name, sizeof(interface.ifr_name), "%s", name);
	if (fd < 0 || ioctl(fd, SIOCETHTOOL, &interface) < 0)
		return;
	/* The first call tells, as a negative number, how many words the masks have. */
	if (link.settings.link_mode_masks_nwords < 0) {
		link.settings.cmd = ETHTOOL_GLINKSETTINGS;
		link.settings.link_mode_masks_nwords =
			(int8_t)-link.settings.link_mode_masks_nwords;
		if (ioctl(fd, SIOCETHTOOL, &interface) < 0)
			return;
	}
	if (link.settings.speed != (uint32_t)SPEED_UNKNOWN)
		counters->speed = link.settings.speed * MEGABIT;
	if (link.settings.duplex == DUPLEX_FULL)
		counters->duplex = INTERFACE_DUPLEX_FULL;
	else if (link.settings.duplex == DUPLEX_HALF)
		counters->duplex = INTERFACE_DUPLEX_HALF;
}

int interface_counters_read(uint32_t ifindex, struct interface_counters *ret_counters)
{
	struct interface_counters counters = { .ifindex = ifindex };
	char name[IFNAMSIZ] = "";
	int err = ask_link(ifindex, &counters, name);

	if (err)
		return err;
	ask_speed(name, &counters);
	*ret_counters = counters;
	return 0;
}
