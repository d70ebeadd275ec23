// SPDX-License-Identifier: GPL-2.0-only
#include "network_device.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "network_attributes.h"
#include "network_socket.h"
#include "network_transmit.h"

#define DUMP_TRIES 10

/* Of <linux/netdev.h>. */
#define COMMAND_DEVICE_GET 1
#define ATTRIBUTE_IFINDEX 1
#define ATTRIBUTE_FEATURES 3

struct search {
	uint32_t ifindex;
	struct network_device device;
};

static void read_veth(const struct nlmsghdr *message, struct network_device *device)
{
	const struct nlattr *of[IFLA_LINK_NETNSID + 1], *info[IFLA_INFO_KIND + 1];

	network_attributes(message, sizeof(struct ifinfomsg), of, IFLA_LINK_NETNSID + 1);
	network_nested(of[IFLA_LINKINFO], info, IFLA_INFO_KIND + 1);
	device->is_veth = network_text_is(info[IFLA_INFO_KIND], "veth");
	if (device->is_veth && !of[IFLA_LINK_NETNSID])
		device->peer = network_u32(of[IFLA_LINK]);
}

static int take_link(const struct nlmsghdr *message, void *context)
{
	struct search *search = context;
	struct network_link link;

	if (!network_link_read(message, &link))
		return MNL_CB_OK;
	if (link.ifindex == search->ifindex) {
		search->device.link = link;
		read_veth(message, &search->device);
	}
	if (link.kind == NETWORK_LINK_VLAN && link.lower == search->ifindex)
		search->device.has_vlan_devices = true;
	return MNL_CB_OK;
}

int network_device_read(uint32_t ifindex, struct network_device *ret_device)
{
	struct search search = { .ifindex = ifindex };
	struct network_socket socket = { 0 };
	int err = network_socket_open(&socket, NETLINK_ROUTE);

	for (int tries = 0; !err && tries < DUMP_TRIES; tries++) {
		struct network_message message;
		struct nlmsghdr *request = network_request(&message, RTM_GETLINK, NLM_F_DUMP);
		struct ifinfomsg *header = mnl_nlmsg_put_extra_header(request, sizeof(*header));

		header->ifi_family = AF_UNSPEC;
		mnl_attr_put_u32(request, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
		err = network_ask(&socket, request, take_link, &search);
		if (err != -EINTR)
			break;
		err = 0; /* links changed meanwhile: what was told is true all the same */
	}
	network_socket_close(&socket);
	if (!err && !search.device.link.ifindex)
		err = -ENODEV;
	if (!err)
		*ret_device = search.device;
	return err;
}

static int take_features(const struct nlmsghdr *message, void *context)
{
	const struct nlattr *of[ATTRIBUTE_FEATURES + 1];

	network_attributes(message, sizeof(struct genlmsghdr), of, ATTRIBUTE_FEATURES + 1);
	*(uint64_t *)context = network_u64(of[ATTRIBUTE_FEATURES]);
	return MNL_CB_OK;
}

int network_device_features(uint32_t ifindex, uint64_t *ret_features)
{
	struct network_transmit transmit;
	struct network_message message;
	struct genlmsghdr *header;
	struct nlmsghdr *request;
	uint64_t features = 0;
	int err = network_transmit_open(&transmit);

	if (err)
		return err;
	if (!transmit.family) {
		network_transmit_close(&transmit);
		return -EOPNOTSUPP;
	}
	request = network_request(&message, transmit.family, 0);
	header = mnl_nlmsg_put_extra_header(request, sizeof(*header));
	header->cmd = COMMAND_DEVICE_GET;
	header->version = 1;
	mnl_attr_put_u32(request, ATTRIBUTE_IFINDEX, ifindex);
	err = network_ask(&transmit.socket, request, take_features, &features);
	network_transmit_close(&transmit);
	if (!err)
		*ret_features = features;
	return err;
}
