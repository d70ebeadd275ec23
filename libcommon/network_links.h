/* SPDX-License-Identifier: GPL-2.0-only */
/* The links of this network namespace, and how they lie above each other: a VLAN device above a lower
 * device, a bond above its slaves. */
#ifndef ECBPF_UDP_NETWORK_LINKS_H
#define ECBPF_UDP_NETWORK_LINKS_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>
#include "interface.h"
#include "network_socket.h"

enum network_link_kind {
	NETWORK_LINK_OTHER,
	NETWORK_LINK_VLAN,
	NETWORK_LINK_BOND,
	NETWORK_LINK_BRIDGE,
};

struct network_link {
	struct network_link *next; /* of its bucket */
	uint32_t ifindex;
	char name[INTERFACE_NAME_SIZE];
	enum network_link_kind kind;
	uint32_t mtu;
	uint32_t master; /* bond, bridge or VRF it belongs to, 0: none */
	uint8_t mac[6];
	bool ethernet; /* has a MAC address to be sent from */
	bool running;  /* up, with carrier */
	bool no_arp;
	bool bond_active;       /* of a bond's slave: it may send */
	uint32_t lower;         /* of a VLAN device; 0: in another network namespace */
	uint16_t vlan_id;       /* of a VLAN device */
	__be16 vlan_type;       /* ETH_P_8021Q or ETH_P_8021AD */
	uint8_t vlan_pcp;       /* priority that packets without one leave with */
	uint32_t active_slave;  /* of a bond that sends through one alone */
	uint32_t running_slave; /* of a bond, set by network_links_settle(); 0: none */
	/* Not read from the kernel's link messages, kept when one is updated. */
	bool transmit;   /* takes redirected frames */
	bool in_devices; /* is in flow_devices */
	bool seen;       /* by the dump under way */
};

#define NETWORK_LINK_BUCKETS 4096

/* Starts as zeros, release with network_links_free(). */
struct network_links {
	struct network_link *buckets[NETWORK_LINK_BUCKETS];
};

/* A link's message (RTM_NEWLINK, RTM_DELLINK); false: it is about something else, or tells a part only. */
bool network_link_read(const struct nlmsghdr *message, struct network_link *ret_link);

/* Whether the kernel says the same of both. */
bool network_link_same(const struct network_link *a, const struct network_link *b);

/* Reads all of them; those that are gone are removed. 0 or a negative errno. */
int network_links_load(struct network_links *links, struct network_socket *socket);
/* Adds or updates one, and tells where it is; NULL: no memory. */
struct network_link *network_links_take(struct network_links *links,
					const struct network_link *link);
void network_links_remove(struct network_links *links, uint32_t ifindex);
/* After changes: finds out which slave each bond sends through. */
void network_links_settle(struct network_links *links);
void network_links_free(struct network_links *links);

struct network_link *network_links_find(const struct network_links *links, uint32_t ifindex);
/* The VLAN device with this id directly above `lower`, or NULL. Looks through all links. */
struct network_link *network_links_vlan(const struct network_links *links, uint32_t lower,
					uint16_t vlan_id);

#endif
