// SPDX-License-Identifier: GPL-2.0-only
#include "network_routes.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "network_address.h"
#include "network_attributes.h"

#define LOOPBACK_IFINDEX 1

static enum network_route_kind kind_of(unsigned char type)
{
	switch (type) {
	case RTN_UNICAST:
		return NETWORK_ROUTE_UNICAST;
	case RTN_LOCAL:
	case RTN_ANYCAST:
		return NETWORK_ROUTE_LOCAL;
	default:
		return NETWORK_ROUTE_FORBIDDEN;
	}
}

static void read_via(const struct nlattr *attribute, struct network_route *route)
{
	const struct rtvia *via = mnl_attr_get_payload(attribute);
	size_t length = mnl_attr_get_payload_len(attribute);
	uint8_t family;

	if (length < sizeof(*via))
		return;
	family = network_flow_family(via->rtvia_family);
	if (family && length >= sizeof(*via) + network_address_size(family)) {
		route->gateway_family = family;
		memcpy(route->gateway, via->rtvia_addr, network_address_size(family));
	}
}

static int take_route(const struct nlmsghdr *message, void *context)
{
	const struct rtmsg *header = mnl_nlmsg_get_payload(message);
	const struct nlattr *of[RTA_ENCAP + 1], *metric[RTAX_MTU + 1];
	struct network_route *route = context;
	uint8_t family;

	if (message->nlmsg_type != RTM_NEWROUTE ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*header))
		return MNL_CB_OK;
	network_attributes(message, sizeof(*header), of, RTA_ENCAP + 1);
	family = network_flow_family(header->rtm_family);
	*route = (struct network_route){ .kind = kind_of(header->rtm_type),
					 .ifindex = network_u32(of[RTA_OIF]) };
	if (network_bytes(of[RTA_GATEWAY], route->gateway, network_address_size(family)))
		route->gateway_family = family;
	else if (of[RTA_VIA])
		read_via(of[RTA_VIA], route);
	network_nested(of[RTA_METRICS], metric, RTAX_MTU + 1);
	route->mtu = network_u32(metric[RTAX_MTU]);
	if (of[RTA_ENCAP] || of[RTA_ENCAP_TYPE])
		route->kind = NETWORK_ROUTE_ENCAPSULATED;
	return MNL_CB_OK;
}

static struct nlmsghdr *make_request(struct network_message *message,
				     const struct network_route_question *question)
{
	const struct flow_key *packet = &question->packet;
	size_t size = network_address_size(packet->family);
	struct nlmsghdr *request = network_request(message, RTM_GETROUTE, 0);
	struct rtmsg *header = mnl_nlmsg_put_extra_header(request, sizeof(*header));

	header->rtm_family = network_family(packet->family);
	header->rtm_dst_len = (unsigned char)(8 * size);
	mnl_attr_put(request, RTA_DST, size, packet->destination);
	if (!question->any_source) {
		header->rtm_src_len = (unsigned char)(8 * size);
		mnl_attr_put(request, RTA_SRC, size, packet->source);
	}
	mnl_attr_put_u32(request, RTA_MARK, question->mark);
	if (question->in_ifindex)
		mnl_attr_put_u32(request, RTA_IIF, question->in_ifindex);
	if (question->out_ifindex)
		mnl_attr_put_u32(request, RTA_OIF, question->out_ifindex);
	if (packet->protocol && packet->source_port && packet->destination_port) {
		mnl_attr_put_u8(request, RTA_IP_PROTO, packet->protocol);
		mnl_attr_put_u16(request, RTA_SPORT, packet->source_port);
		mnl_attr_put_u16(request, RTA_DPORT, packet->destination_port);
	}
	return request;
}

static int ask(struct network_socket *socket, const struct network_route_question *question,
	       struct network_route *ret_route)
{
	struct network_message message;

	*ret_route = (struct network_route){ 0 };
	return network_ask(socket, make_request(&message, question), take_route, ret_route);
}

/* What the kernel answers instead of a route. */
static int take_refusal(int err, struct network_route *ret_route)
{
	switch (err) {
	case -ENETUNREACH:
	case -ENODEV:
	case -ESRCH:
		ret_route->kind = NETWORK_ROUTE_NONE;
		return 0;
	case -EINVAL:       /* blackhole, or a martian */
	case -EHOSTUNREACH: /* unreachable, or forwarding is off */
	case -EACCES:       /* prohibit */
	case -EXDEV:        /* reverse path */
		ret_route->kind = NETWORK_ROUTE_FORBIDDEN;
		return 0;
	default:
		return err;
	}
}

int network_route_ask(struct network_socket *socket, const struct network_route_question *question,
		      struct network_route *ret_route)
{
	struct network_route_question other = *question;
	int err = ask(socket, question, ret_route);

	/* Without an input device IPv4 takes a packet for one of this host, and a stranger's source
	 * for a mistake. Input from the loopback knows the source, but not everywhere. */
	if (err && question->packet.family == FLOW_IPV4 && !question->any_source &&
	    !question->in_ifindex) {
		if (!question->out_ifindex) {
			other.in_ifindex = LOOPBACK_IFINDEX;
			err = ask(socket, &other, ret_route);
		}
		if (err) {
			other.in_ifindex = 0;
			other.any_source = true;
			err = ask(socket, &other, ret_route);
		}
	}
	return err ? take_refusal(err, ret_route) : 0;
}
