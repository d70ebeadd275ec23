// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_link.h"

#include <errno.h>
#include <string.h>

#include "network_links.h"
#include "network_socket.h"

static int take(const struct network_links *links, uint32_t ifindex, struct bypass_config *config,
		struct problem *problem)
{
	const struct network_link *link = network_links_find(links, ifindex), *master;

	if (!link)
		return problem_errno(problem, -ENODEV, "interface %u", ifindex);
	if (!link->ethernet)
		return problem_set(problem, -EINVAL,
				   "has no MAC address: bypass_udp forwards Ethernet frames only");
	master = link->master ? network_links_find(links, link->master) : NULL;
	config->ifindex = ifindex;
	config->master = master && master->kind == NETWORK_LINK_BOND ? master->ifindex : 0;
	memcpy(config->mac, link->mac, sizeof(config->mac));
	return 0;
}

int bypass_link_read(uint32_t ifindex, struct bypass_config *config, struct problem *problem)
{
	struct network_links links = { 0 };
	struct network_socket socket = { 0 };
	int err = network_socket_open(&socket, NETLINK_ROUTE);

	if (!err)
		err = network_links_load(&links, &socket);
	if (err)
		problem_errno(problem, err, "cannot ask for the links");
	else
		err = take(&links, ifindex, config, problem);
	network_links_free(&links);
	network_socket_close(&socket);
	return err;
}
