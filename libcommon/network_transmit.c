// SPDX-License-Identifier: GPL-2.0-only
#include "network_transmit.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/ethtool.h>
#include <linux/genetlink.h>
#include <linux/if.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "network_attributes.h"

/* Of <linux/netdev.h>, which headers before 6.3 do not have. */
#define FAMILY_NAME "netdev"
#define GROUP_NAME "mgmt"
#define FAMILY_VERSION 1
#define COMMAND_GET 1
#define COMMAND_ADDED 2
#define COMMAND_CHANGED 4
#define ATTRIBUTE_IFINDEX 1
#define ATTRIBUTE_FEATURES 3
#define FEATURE_TRANSMIT (1u << 2)

/* Had ndo_xdp_xmit by 6.2, or well before; sorted. */
static const char *const drivers[] = {
	"atlantic", "bnxt_en", "ena",   "fsl_dpaa2_eth", "fsl_enetc",  "i40e",  "ice",
	"igb",      "igc",     "ixgbe", "mlx5_core",     "mvneta",     "mvpp2", "qede",
	"sfc",      "st_gmac", "tun",   "veth",          "virtio_net",
};

static int by_name(const void *name, const void *driver)
{
	return strcmp(name, *(const char *const *)driver);
}

bool network_transmit_driver(const char *driver)
{
	return bsearch(driver, drivers, sizeof(drivers) / sizeof(*drivers), sizeof(*drivers),
		       by_name);
}

static void read_groups(const struct nlattr *groups, uint32_t *ret_group)
{
	const struct nlattr *of[CTRL_ATTR_MCAST_GRP_ID + 1], *group;

	mnl_attr_for_each_nested(group, groups)
	{
		network_nested(group, of, CTRL_ATTR_MCAST_GRP_ID + 1);
		if (network_text_is(of[CTRL_ATTR_MCAST_GRP_NAME], GROUP_NAME))
			*ret_group = network_u32(of[CTRL_ATTR_MCAST_GRP_ID]);
	}
}

static int take_family(const struct nlmsghdr *message, void *context)
{
	const struct nlattr *of[CTRL_ATTR_MCAST_GROUPS + 1];
	struct network_transmit *transmit = context;

	network_attributes(message, sizeof(struct genlmsghdr), of, CTRL_ATTR_MCAST_GROUPS + 1);
	transmit->family = network_u16(of[CTRL_ATTR_FAMILY_ID]);
	if (of[CTRL_ATTR_MCAST_GROUPS])
		read_groups(of[CTRL_ATTR_MCAST_GROUPS], &transmit->group);
	return MNL_CB_OK;
}

static struct nlmsghdr *make_request(struct network_message *message, int family, uint8_t command,
				     uint8_t version)
{
	struct nlmsghdr *request = network_request(message, family, 0);
	struct genlmsghdr *header = mnl_nlmsg_put_extra_header(request, sizeof(*header));

	header->cmd = command;
	header->version = version;
	return request;
}

int network_transmit_open(struct network_transmit *ret_transmit)
{
	struct network_transmit transmit = { .ethtool = -1 };
	struct network_message message;
	struct nlmsghdr *request;
	int err = network_socket_open(&transmit.socket, NETLINK_GENERIC);

	if (err)
		return err;
	request = make_request(&message, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
	mnl_attr_put_strz(request, CTRL_ATTR_FAMILY_NAME, FAMILY_NAME);
	err = network_ask(&transmit.socket, request, take_family, &transmit);
	if (err && err != -ENOENT)
		goto fail;
	if (!transmit.family) {
		transmit.ethtool = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		err = transmit.ethtool < 0 ? -errno : 0;
		if (err)
			goto fail;
	}
	*ret_transmit = transmit;
	return 0;
fail:
	network_socket_close(&transmit.socket);
	return err;
}

void network_transmit_close(struct network_transmit *transmit)
{
	if (transmit->ethtool >= 0)
		close(transmit->ethtool);
	transmit->ethtool = -1;
	network_socket_close(&transmit->socket);
}

bool network_transmit_read(const struct nlmsghdr *message, uint32_t *ret_ifindex, bool *ret_able)
{
	const struct genlmsghdr *header = mnl_nlmsg_get_payload(message);
	const struct nlattr *of[ATTRIBUTE_FEATURES + 1];

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*header) ||
	    (header->cmd != COMMAND_GET && header->cmd != COMMAND_ADDED &&
	     header->cmd != COMMAND_CHANGED))
		return false;
	network_attributes(message, sizeof(*header), of, ATTRIBUTE_FEATURES + 1);
	*ret_ifindex = network_u32(of[ATTRIBUTE_IFINDEX]);
	*ret_able = network_u64(of[ATTRIBUTE_FEATURES]) & FEATURE_TRANSMIT;
	return *ret_ifindex;
}

static int take_features(const struct nlmsghdr *message, void *context)
{
	uint32_t ifindex;

	(void)network_transmit_read(message, &ifindex, context);
	return MNL_CB_OK;
}

bool network_transmit_ask(struct network_transmit *transmit, uint32_t ifindex, const char *name)
{
	struct ethtool_drvinfo driver = { .cmd = ETHTOOL_GDRVINFO };
	struct ifreq question = { .ifr_data = (void *)&driver };
	struct network_message message;
	struct nlmsghdr *request;
	bool able = false;

	if (transmit->family) {
		request = make_request(&message, transmit->family, COMMAND_GET, FAMILY_VERSION);
		mnl_attr_put_u32(request, ATTRIBUTE_IFINDEX, ifindex);
		return !network_ask(&transmit->socket, request, take_features, &able) && able;
	}
	(void)snprintf(question.ifr_name, sizeof(question.ifr_name), "%s", name);
	return !ioctl(transmit->ethtool, SIOCETHTOOL, &question) &&
	       network_transmit_driver(driver.driver);
}
