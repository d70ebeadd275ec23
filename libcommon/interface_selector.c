// SPDX-License-Identifier: GPL-2.0-only
#include "interface_selector.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "network_default_routes.h"
#include "network_links.h"

#define BOND_PREFIX "bond:"
#define DEFAULT_ROUTE "default-route"
#define NESTED_MAX 8 /* VLAN devices on top of each other: the kernel's own limit */

static bool is_pattern(const char *selector)
{
	return selector[strcspn(selector, "*?[")];
}

/* What is behind "bond:", or NULL. */
static const char *bond_name(const char *selector)
{
	size_t length = strlen(BOND_PREFIX);

	return strncmp(selector, BOND_PREFIX, length) ? NULL : selector + length;
}

static bool is_plain(const char *selector)
{
	return !is_pattern(selector) && !bond_name(selector) &&
	       strcmp(selector, DEFAULT_ROUTE) != 0;
}

int interface_selector_check(const char *selector, struct problem *problem)
{
	const char *bond = bond_name(selector);
	bool valid;

	if (bond)
		valid = interface_name_valid(bond);
	else if (is_pattern(selector))
		valid = !selector[strcspn(selector, "/: \t\n\v\f\r")];
	else
		valid = interface_name_valid(selector);
	if (valid)
		return 0;
	return problem_set(problem, -EINVAL,
			   "'%.64s' does not name interfaces: write a name (eth0), a pattern (enp*), "
			   "bond:NAME or default-route",
			   selector);
}

static int add_link(const struct network_link *link, struct interface_list *list,
		    struct problem *problem)
{
	/* lo is meant only by its name; a comma would make two names of one. */
	if (!strcmp(link->name, "lo") || strchr(link->name, ','))
		return 0;
	return interface_list_add(list, link->name, problem);
}

typedef int (*link_work)(const struct network_link *link, const struct network_links *links,
			 const void *context, struct interface_list *list, struct problem *problem);

static int each_link(const struct network_links *links, link_work work, const void *context,
		     struct interface_list *list, struct problem *problem)
{
	int err = 0;

	for (size_t i = 0; i < NETWORK_LINK_BUCKETS; i++) {
		for (const struct network_link *link = links->buckets[i]; link && !err;
		     link = link->next)
			err = work(link, links, context, list, problem);
	}
	return err;
}

static int add_member(const struct network_link *link, const struct network_links *links,
		      const void *context, struct interface_list *list, struct problem *problem)
{
	const struct network_link *bond = context;

	(void)links;
	return link->master == bond->ifindex ? add_link(link, list, problem) : 0;
}

static int add_entries(const struct network_link *link, const struct network_links *links,
		       struct interface_list *list, struct problem *problem)
{
	for (int depth = 0; link->kind == NETWORK_LINK_VLAN && depth < NESTED_MAX; depth++) {
		const struct network_link *lower = network_links_find(links, link->lower);

		if (!lower)
			break;
		link = lower;
	}
	if (link->kind == NETWORK_LINK_BOND)
		return each_link(links, add_member, link, list, problem);
	return add_link(link, list, problem);
}

static int add_matching(const struct network_link *link, const struct network_links *links,
			const void *context, struct interface_list *list, struct problem *problem)
{
	return fnmatch(context, link->name, 0) ? 0 : add_entries(link, links, list, problem);
}

static int match_routes(const struct network_links *links,
			const struct network_default_routes *routes, struct interface_list *list,
			struct problem *problem)
{
	int err = 0;

	if (!routes->count)
		return problem_set(problem, -ENODEV,
				   DEFAULT_ROUTE ": there is no default route now");
	for (size_t i = 0; !err && i < routes->count; i++) {
		const struct network_link *link = network_links_find(links, routes->ifindexes[i]);

		if (link)
			err = add_entries(link, links, list, problem);
	}
	return err;
}

static const struct network_link *find_named(const struct network_links *links, const char *name)
{
	for (size_t i = 0; i < NETWORK_LINK_BUCKETS; i++) {
		for (const struct network_link *link = links->buckets[i]; link; link = link->next) {
			if (!strcmp(link->name, name))
				return link;
		}
	}
	return NULL;
}

static bool has_members(const struct network_links *links, const struct network_link *bond)
{
	for (size_t i = 0; i < NETWORK_LINK_BUCKETS; i++) {
		for (const struct network_link *link = links->buckets[i]; link; link = link->next) {
			if (link->master == bond->ifindex)
				return true;
		}
	}
	return false;
}

static int match_bond(const char *name, const struct network_links *links,
		      struct interface_list *list, struct problem *problem)
{
	const struct network_link *bond = find_named(links, name);

	if (!bond)
		return problem_set(problem, -ENODEV, "%s: no such interface", name);
	if (bond->kind != NETWORK_LINK_BOND)
		return problem_set(problem, -ENODEV, "%s: not a bond; name it without \"bond:\"",
				   name);
	if (!has_members(links, bond))
		return problem_set(problem, -ENODEV, "%s: the bond has no members now", name);
	return each_link(links, add_member, bond, list, problem);
}

int interface_selector_match(const char *selector, const struct network_links *links,
			     const struct network_default_routes *routes,
			     struct interface_list *list, struct problem *problem)
{
	const char *bond = bond_name(selector);

	if (bond)
		return match_bond(bond, links, list, problem);
	if (is_pattern(selector))
		return each_link(links, add_matching, selector, list, problem);
	return match_routes(links, routes, list, problem);
}

static int match_now(const char *selector, struct network_links *links, struct interface_list *list,
		     struct problem *problem)
{
	struct network_default_routes routes = { 0 };
	struct network_socket socket = { 0 };
	int err = network_socket_open(&socket, NETLINK_ROUTE);

	if (!err)
		err = network_links_load(links, &socket);
	if (!err && !strcmp(selector, DEFAULT_ROUTE))
		err = network_default_routes_load(&routes, &socket);
	if (err)
		problem_errno(problem, err, "%s: cannot read the links and routes of this host",
			      selector);
	else
		err = interface_selector_match(selector, links, &routes, list, problem);
	network_default_routes_free(&routes);
	network_socket_close(&socket);
	return err;
}

static int add_plain(const char *name, struct interface_list *list, struct problem *problem)
{
	char real_name[INTERFACE_NAME_SIZE];
	uint32_t index;
	int err = interface_index(name, &index);

	if (err == -ENODEV)
		return problem_set(problem, err, "%s: no such interface", name);
	if (err)
		return problem_errno(problem, err, "%s: cannot find the interface", name);
	interface_real_name(name, real_name);
	return interface_list_add(list, real_name, problem);
}

int interface_selector_resolve(const char *selector, struct interface_list *list,
			       struct problem *problem)
{
	struct network_links *links;
	int err = interface_selector_check(selector, problem);

	if (err)
		return err;
	if (is_plain(selector))
		return add_plain(selector, list, problem);
	links = calloc(1, sizeof(*links));
	if (!links)
		return problem_errno(problem, -ENOMEM, "%s", selector);
	err = match_now(selector, links, list, problem);
	network_links_free(links);
	free(links);
	return err;
}
