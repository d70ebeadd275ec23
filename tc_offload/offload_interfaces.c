// SPDX-License-Identifier: GPL-2.0-only
#include "offload_interfaces.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "network_attributes.h"
#include "network_socket.h"

/* Of <linux/if_arp.h>, whose version may be older. */
#define LINK_RAW_IP 519

/* A dump that meets a change is begun again this often. */
#define DUMP_TRIES 100

bool offload_interface_read(const struct nlmsghdr *message, struct offload_interface *ret)
{
	const struct ifinfomsg *header = mnl_nlmsg_get_payload(message);
	const struct nlattr *of[IFLA_PARENT_DEV_NAME + 1], *info[IFLA_INFO_SLAVE_KIND + 1];

	if (message->nlmsg_type != RTM_NEWLINK ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*header) || header->ifi_index <= 0)
		return false;
	network_attributes(message, sizeof(*header), of, IFLA_PARENT_DEV_NAME + 1);
	network_nested(of[IFLA_LINKINFO], info, IFLA_INFO_SLAVE_KIND + 1);
	*ret = (struct offload_interface){
		.ifindex = (uint32_t)header->ifi_index,
		.link_type = header->ifi_type,
		.is_loopback = header->ifi_type == ARPHRD_LOOPBACK,
		.is_slave = network_text_is(info[IFLA_INFO_SLAVE_KIND], "bond") ||
			    network_text_is(info[IFLA_INFO_SLAVE_KIND], "bridge"),
		.has_ethernet =
			header->ifi_type == ARPHRD_ETHER || header->ifi_type == ARPHRD_LOOPBACK,
		.leads_elsewhere = of[IFLA_LINK_NETNSID],
		.is_up = header->ifi_flags & IFF_UP,
		.mtu = network_u32(of[IFLA_MTU]),
	};
	network_text(of[IFLA_IFNAME], ret->name, sizeof(ret->name));
	network_text(info[IFLA_INFO_KIND], ret->kind, sizeof(ret->kind));
	/* Kernels before 5.14 do not tell the device below. */
	ret->is_physical = of[IFLA_PARENT_DEV_NAME] || (!*ret->kind && !ret->is_loopback);
	return true;
}

static int ask(int flags, uint32_t ifindex, network_reader reader, void *context)
{
	struct network_message message;
	struct nlmsghdr *request = network_request(&message, RTM_GETLINK, flags);
	struct ifinfomsg *header = mnl_nlmsg_put_extra_header(request, sizeof(*header));
	struct network_socket socket;
	int err = network_socket_open(&socket, NETLINK_ROUTE);

	header->ifi_family = AF_UNSPEC;
	header->ifi_index = (int)ifindex;
	mnl_attr_put_u32(request, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	if (err)
		return err;
	err = network_ask(&socket, request, reader, context);
	network_socket_close(&socket);
	return err;
}

static int take_one(const struct nlmsghdr *message, void *context)
{
	(void)offload_interface_read(message, context);
	return MNL_CB_OK;
}

static bool is_supported(const struct offload_interface *interface)
{
	switch (interface->link_type) {
	case ARPHRD_ETHER:
	case ARPHRD_LOOPBACK:
	case ARPHRD_NONE:
	case ARPHRD_PPP:
	case LINK_RAW_IP:
	case ARPHRD_TUNNEL:
	case ARPHRD_TUNNEL6:
	case ARPHRD_SIT:
		return true;
	default:
		return false;
	}
}

int offload_interface_find(const char *name, struct offload_interface *ret, struct problem *problem)
{
	uint32_t ifindex;
	int err = interface_index(name, &ifindex);

	*ret = (struct offload_interface){ 0 };
	if (!err)
		err = ask(0, ifindex, take_one, ret);
	if (err == -ENODEV || (!err && !ret->ifindex))
		return problem_set(problem, -ENODEV,
				   "%s: there is no such interface in this network namespace (ip link "
				   "shows those that are)",
				   name);
	if (err)
		return problem_errno(problem, err, "cannot ask the kernel for interface %s", name);
	if (!is_supported(ret))
		return problem_set(problem, -EOPNOTSUPP,
				   "%s: packets have a link header of type %u, and tc_offload knows "
				   "Ethernet, loopback and none at all",
				   name, ret->link_type);
	return 0;
}

static int add_name(struct interface_list *list, const char *name)
{
	struct problem ignored = { 0 };

	/* A name with a comma would become two. */
	return strchr(name, ',') ? 0 : interface_list_add(list, name, &ignored);
}

bool offload_interface_is_in_all(const struct offload_interface *interface)
{
	if (interface->is_slave || !is_supported(interface))
		return false;
	return interface->is_physical || !strcmp(interface->kind, "bond") ||
	       !strcmp(interface->kind, "wireguard");
}

static int take_if_meant(const struct nlmsghdr *message, void *context)
{
	struct offload_interface interface;
	int err;

	if (!offload_interface_read(message, &interface) ||
	    !offload_interface_is_in_all(&interface))
		return MNL_CB_OK;
	err = add_name(context, interface.name);
	errno = -err;
	return err ? MNL_CB_ERROR : MNL_CB_OK;
}

static int add_all(struct interface_list *list, struct problem *problem)
{
	struct interface_list all = { 0 };
	int err = -EINTR;

	for (int tries = 0; err == -EINTR && tries < DUMP_TRIES; tries++) {
		interface_list_free(&all);
		err = ask(NLM_F_DUMP, 0, take_if_meant, &all);
	}
	for (size_t i = 0; !err && i < all.count; i++)
		err = add_name(list, all.names[i]);
	if (err)
		problem_errno(problem, err, "cannot list interfaces");
	else if (!all.count)
		err = problem_set(
			problem, -ENOENT,
			"all: there is no physical interface, bond or wireguard here that is "
			"not part of a bond or bridge; name interfaces");
	interface_list_free(&all);
	return err;
}

int offload_interfaces_expand(const struct interface_list *wanted, struct interface_list *ret_list,
			      struct problem *problem)
{
	char name[INTERFACE_NAME_SIZE];
	int err = 0;

	*ret_list = (struct interface_list){ 0 };
	for (size_t i = 0; !err && i < wanted->count; i++) {
		interface_real_name(wanted->names[i], name);
		err = strcmp(name, OFFLOAD_ALL_INTERFACES) != 0 ?
			      interface_list_add(ret_list, name, problem) :
			      add_all(ret_list, problem);
	}
	if (err)
		interface_list_free(ret_list);
	return err;
}
