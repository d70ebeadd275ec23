/* SPDX-License-Identifier: GPL-2.0-only */
/* Which interfaces the configuration means. A selector is one of
 *	eth0            that interface, also by an alternative name
 *	enp*            every interface of this network namespace whose name matches (fnmatch(3): * ? [...]), but lo
 *	bond:bond0      the members ("slaves") of a bond
 *	default-route   the devices of the default routes of the main table, IPv4 and IPv6
 * Where a pattern or default-route finds a VLAN device, the device below it is meant, and where it finds a bond,
 * the bond's members are: packets of both enter there. A name with * ? or [ is always a pattern; an interface that
 * is called "default-route" is [d]efault-route. */
#ifndef ECBPF_INTERFACE_SELECTOR_H
#define ECBPF_INTERFACE_SELECTOR_H

#include <stddef.h>
#include <stdint.h>
#include "interface.h"
#include "problem.h"

struct network_links;
struct network_default_routes;

/* 0, or -EINVAL: it is none of these. Does not look at the host. */
int interface_selector_check(const char *selector, struct problem *problem);

/* Adds what it means now, each interface once. A pattern that nothing matches adds none and is no error. -ENODEV: no
 * such interface ("eth9: no such interface"), a bond without members, no default route; -EINVAL; -ENOMEM. */
int interface_selector_resolve(const char *selector, struct interface_list *list,
			       struct problem *problem);

/* The same among these links and routes, of a selector that is not a plain name. */
int interface_selector_match(const char *selector, const struct network_links *links,
			     const struct network_default_routes *routes,
			     struct interface_list *list, struct problem *problem);

#endif
