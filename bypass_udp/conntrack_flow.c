// SPDX-License-Identifier: GPL-2.0-only
#include "conntrack_flow.h"

#include <errno.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* Where the library keeps one direction's tuple. */
struct tuple_attributes {
	enum nf_conntrack_attr family, protocol, source_port, destination_port;
	enum nf_conntrack_attr ipv4_source, ipv4_destination, ipv6_source, ipv6_destination;
};

static const struct tuple_attributes ORIGINAL = {
	ATTR_ORIG_L3PROTO,  ATTR_ORIG_L4PROTO,  ATTR_ORIG_PORT_SRC, ATTR_ORIG_PORT_DST,
	ATTR_ORIG_IPV4_SRC, ATTR_ORIG_IPV4_DST, ATTR_ORIG_IPV6_SRC, ATTR_ORIG_IPV6_DST,
};
static const struct tuple_attributes REPLY = {
	ATTR_REPL_L3PROTO,  ATTR_REPL_L4PROTO,  ATTR_REPL_PORT_SRC, ATTR_REPL_PORT_DST,
	ATTR_REPL_IPV4_SRC, ATTR_REPL_IPV4_DST, ATTR_REPL_IPV6_SRC, ATTR_REPL_IPV6_DST,
};

/* False if the object does not hold it. */
static bool read_bytes(const struct nf_conntrack *object, enum nf_conntrack_attr attribute,
		       void *ret, size_t size)
{
	const void *value = nfct_get_attr(object, attribute);

	if (value)
		memcpy(ret, value, size);
	return value;
}

/* Into a key of zeros. */
static bool read_tuple(const struct nf_conntrack *object, const struct tuple_attributes *from,
		       struct flow_key *ret)
{
	uint8_t family = nfct_get_attr_u8(object, from->family);
	bool is_ipv4 = family == AF_INET;
	size_t size = is_ipv4 ? sizeof(ret->source[0]) : sizeof(ret->source);

	if (family != AF_INET && family != AF_INET6)
		return false;
	ret->family = is_ipv4 ? FLOW_IPV4 : FLOW_IPV6;
	ret->protocol = IPPROTO_UDP;
	return nfct_get_attr_u8(object, from->protocol) == IPPROTO_UDP &&
	       read_bytes(object, is_ipv4 ? from->ipv4_source : from->ipv6_source, ret->source,
			  size) &&
	       read_bytes(object, is_ipv4 ? from->ipv4_destination : from->ipv6_destination,
			  ret->destination, size) &&
	       read_bytes(object, from->source_port, &ret->source_port, sizeof(ret->source_port)) &&
	       read_bytes(object, from->destination_port, &ret->destination_port,
			  sizeof(ret->destination_port));
}

/* What is not set reads as 0. */
static bool is_of_a_zone(const struct nf_conntrack *object)
{
	return nfct_get_attr_u16(object, ATTR_ZONE) || nfct_get_attr_u16(object, ATTR_ORIG_ZONE) ||
	       nfct_get_attr_u16(object, ATTR_REPL_ZONE);
}

int conntrack_flow_read(const struct nf_conntrack *object, struct conntrack_flow *ret)
{
	uint32_t status = nfct_get_attr_u32(object, ATTR_STATUS);
	struct conntrack_flow flow = { 0 };

	if (!(status & IPS_CONFIRMED) || !(status & (IPS_SEEN_REPLY | IPS_ASSURED)))
		return -ENOENT;
	if (status & IPS_HELPER || nfct_attr_is_set(object, ATTR_HELPER_NAME) > 0)
		return -ENOENT;
	if (is_of_a_zone(object) || !read_tuple(object, &ORIGINAL, &flow.original) ||
	    !read_tuple(object, &REPLY, &flow.reply) || flow.original.family != flow.reply.family)
		return -ENOENT;
	flow.mark = nfct_get_attr_u32(object, ATTR_MARK);
	flow.timeout = nfct_get_attr_u32(object, ATTR_TIMEOUT);
	flow.seen_reply = status & IPS_SEEN_REPLY;
	flow.assured = status & IPS_ASSURED;
	flow.dying = status & IPS_DYING;
	*ret = flow;
	return 0;
}

int conntrack_flow_parse(const struct nlmsghdr *message, struct conntrack_flow *ret)
{
	struct nf_conntrack *object = nfct_new();
	int err;

	if (!object)
		return -ENOMEM;
	err = nfct_nlmsg_parse(message, object) ? -ENOENT : conntrack_flow_read(object, ret);
	nfct_destroy(object);
	return err;
}
