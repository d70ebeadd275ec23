// SPDX-License-Identifier: GPL-2.0-only
#include "network_neighbours.h"

#include <libmnl/libmnl.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "network_address.h"
#include "network_attributes.h"

bool network_neighbour_read(const struct nlmsghdr *message, struct network_neighbour *ret)
{
	const struct ndmsg *header = mnl_nlmsg_get_payload(message);
	const struct nlattr *of[NDA_FLAGS_EXT + 1];

	if (message->nlmsg_type != RTM_NEWNEIGH && message->nlmsg_type != RTM_DELNEIGH)
		return false;
	/* The forwarding tables of bridges come the same way, as family AF_BRIDGE. */
	if (mnl_nlmsg_get_payload_len(message) < sizeof(*header) ||
	    !network_flow_family(header->ndm_family) || header->ndm_flags & NTF_PROXY)
		return false;
	*ret = (struct network_neighbour){
		.ifindex = (uint32_t)header->ndm_ifindex,
		.family = network_flow_family(header->ndm_family),
		.state = header->ndm_state,
		.flags = header->ndm_flags,
	};
	network_attributes(message, sizeof(*header), of, NDA_FLAGS_EXT + 1);
	if (!network_bytes(of[NDA_DST], ret->address, network_address_size(ret->family)))
		return false;
	if (message->nlmsg_type == RTM_DELNEIGH) {
		ret->state = NUD_NONE;
		return true;
	}
	ret->has_mac = network_bytes(of[NDA_LLADDR], ret->mac, sizeof(ret->mac));
	ret->managed = network_u32(of[NDA_FLAGS_EXT]) & NTF_EXT_MANAGED;
	ret->protocol = network_u8(of[NDA_PROTOCOL]);
	return true;
}

struct nlmsghdr *network_neighbour_request(struct network_message *ret_message, int type, int flags,
					   const struct network_neighbour *neighbour)
{
	struct nlmsghdr *request = network_request(ret_message, type, flags);
	struct ndmsg *header = mnl_nlmsg_put_extra_header(request, sizeof(*header));

	header->ndm_family = network_family(neighbour->family);
	header->ndm_ifindex = (int)neighbour->ifindex;
	mnl_attr_put(request, NDA_DST, network_address_size(neighbour->family), neighbour->address);
	return request;
}

static int take_neighbour(const struct nlmsghdr *message, void *context)
{
	struct network_neighbour found, *neighbour = context;

	if (network_neighbour_read(message, &found))
		*neighbour = found;
	return MNL_CB_OK;
}

int network_neighbour_ask(struct network_socket *socket, struct network_neighbour *neighbour)
{
	struct network_message message;

	return network_ask(socket, network_neighbour_request(&message, RTM_GETNEIGH, 0, neighbour),
			   take_neighbour, neighbour);
}

int network_neighbours_dump(struct network_socket *socket, network_reader reader, void *context)
{
	struct network_message message;
	struct nlmsghdr *request = network_request(&message, RTM_GETNEIGH, NLM_F_DUMP);
	struct ndmsg *header = mnl_nlmsg_put_extra_header(request, sizeof(*header));

	header->ndm_family = AF_UNSPEC;
	return network_ask(socket, request, reader, context);
}
