/* SPDX-License-Identifier: GPL-2.0-only */
/* A UDP flow as the kernel's connection tracking knows it. */
#ifndef BYPASS_CONNTRACK_FLOW_H
#define BYPASS_CONNTRACK_FLOW_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/flow.h"

struct nlmsghdr;
struct nf_conntrack; /* of libnetfilter_conntrack */

/* What packets arrive with: those of the side that began, and those that answer. A packet of one
 * direction leaves with the reverse of the other's tuple, so without NAT each is the other's reverse. */
struct conntrack_flow {
	struct flow_key original, reply;
	uint32_t mark;
	bool seen_reply, assured, dying;
	uint32_t timeout; /* seconds until it ends without a packet; 0: not told */
};

enum conntrack_change {
	CONNTRACK_UPDATED, /* it is there, new or not */
	CONNTRACK_GONE, /* the kernel has forgotten it, or is about to: from now on it stays away */
};

/* The flow is valid during the call. */
typedef void (*conntrack_told)(void *context, enum conntrack_change change,
			       const struct conntrack_flow *flow);

/* Translates an object of the library. -ENOENT: nothing that anybody may forward past the kernel: not
 * UDP, not IPv4 or IPv6, of a zone other than 0, not confirmed, neither answered nor assured, read by
 * a connection tracking helper (which may rewrite what is in the packets), or without a whole tuple
 * for both directions. A flow about to end is translated. */
int conntrack_flow_read(const struct nf_conntrack *object, struct conntrack_flow *ret);

/* The same of a message of the kernel. -ENOMEM, or -ENOENT also of one that cannot be understood. */
int conntrack_flow_parse(const struct nlmsghdr *message, struct conntrack_flow *ret);

#endif
