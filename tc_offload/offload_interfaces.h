/* SPDX-License-Identifier: GPL-2.0-only */
/* Which interfaces "all" means, and what an interface is to the offload. */
#ifndef OFFLOAD_INTERFACES_H
#define OFFLOAD_INTERFACES_H

#include <stdbool.h>
#include <stdint.h>
#include "interface.h"
#include "problem.h"
#include "tc_offload.h"

struct nlmsghdr;

#define OFFLOAD_ALL_INTERFACES "all"

/* An interface of this network namespace. */
struct offload_interface {
	char name[INTERFACE_NAME_SIZE];
	uint32_t ifindex;
	char kind[32];      /* "veth", "bond", "wireguard"; "": hardware, or lo */
	uint16_t link_type; /* ARPHRD_x */
	bool is_loopback;
	bool is_physical;  /* it has a device below it */
	bool is_slave;     /* of a bond or bridge */
	bool has_ethernet; /* 14 bytes of link header; else none (ARPHRD_NONE, ARPHRD_PPP …) */
	bool leads_elsewhere; /* what it is linked to, its other end, is in another network namespace */
	bool is_up;
	uint32_t mtu;
};

/* -ENODEV, told: not in this network namespace; -EOPNOTSUPP: link headers of another kind. */
int offload_interface_find(const char *name, struct offload_interface *ret,
			   struct problem *problem);

/* A link's message (RTM_NEWLINK); false: it is about something else. */
bool offload_interface_read(const struct nlmsghdr *message, struct offload_interface *ret);

/* Whether "all" means it. */
bool offload_interface_is_in_all(const struct offload_interface *interface);

/* `wanted` with "all" replaced: physical ones, bonds and wireguard, but not what is a slave of a bond or bridge (to
 * the flows of such a host packets come by the bond or bridge); other virtual ones only by name. Each once, by the
 * name it goes by; one that is not there keeps its name. -ENOENT: "all", and there are none. To be freed by the
 * caller. */
int offload_interfaces_expand(const struct interface_list *wanted, struct interface_list *ret_list,
			      struct problem *problem);

#endif
