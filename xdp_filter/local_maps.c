// SPDX-License-Identifier: GPL-2.0-only
#include "local_maps.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "xdp_filter.h"

/* Who meets another one's changes this often goes by the last state it has seen. */
#define PASSES_MAX 10

/* One type serves both tries: the kernel reads as much of a key as the map's keys have. */
_Static_assert(offsetof(struct filter_ipv4_key, address) ==
		       offsetof(struct filter_ipv6_key, address),
	       "the IPv4 key is the beginning of the IPv6 key");

struct tries {
	int ipv4, ipv6;
};

static int read_trie(int trie, int family, struct local_routes *held, struct problem *problem)
{
	struct filter_ipv6_key key, next = { 0 };
	int err = bpf_map_get_next_key(trie, NULL, &next);

	/* The kernel starts again where a key is removed before we ask what follows it: prefixes come
	 * twice then, and without a bound for ever. */
	for (int i = 0; !err && i < 2 * FILTER_LOCAL_SIZE; i++) {
		struct address_prefix prefix = { .family = family,
						 .length = (uint8_t)next.prefix_length };

		memcpy(prefix.address, next.address, family == AF_INET ? 4 : 16);
		if (local_routes_append(held, &prefix))
			return problem_errno(problem, -ENOMEM, "cannot read the local addresses");
		key = next;
		err = bpf_map_get_next_key(trie, &key, &next);
	}
	return err && errno != ENOENT ?
		       problem_errno(problem, -errno, "cannot read the local addresses") :
		       0;
}

static bool holds(const struct local_routes *routes, const struct address_prefix *prefix)
{
	return routes->count && bsearch(prefix, routes->prefixes, routes->count, sizeof(*prefix),
					local_routes_compare);
}

/* Also 0 if it is what someone else has just done. */
static int change(const struct tries *tries, const struct address_prefix *prefix, bool add)
{
	struct filter_ipv6_key key = { .prefix_length = prefix->length };
	int trie = prefix->family == AF_INET ? tries->ipv4 : tries->ipv6;
	const unsigned char value = 1;

	memcpy(key.address, prefix->address, sizeof(key.address));
	if (add)
		return bpf_map_update_elem(trie, &key, &value, BPF_ANY) < 0 ? -errno : 0;
	return bpf_map_delete_elem(trie, &key) < 0 && errno != ENOENT ? -errno : 0;
}

/* Adds (or removes) what is in `these` and not in `others`. Goes on behind what does not fit; the first
 * error counts, and tells the prefix. */
static int change_all(const struct tries *tries, const struct local_routes *these,
		      const struct local_routes *others, bool add, size_t *changes,
		      struct problem *problem)
{
	char text[ADDRESS_PREFIX_TEXT_SIZE];
	int first_err = 0;

	for (size_t i = 0; i < these->count; i++) {
		const struct address_prefix *prefix = &these->prefixes[i];
		int err = holds(others, prefix) ? 0 : change(tries, prefix, add);

		*changes += !err && !holds(others, prefix);
		if (!err || first_err)
			continue;
		first_err = err;
		address_prefix_text(prefix, text, sizeof(text));
		if (err == -ENOSPC)
			problem_set(problem, err,
				    "no room for the local address %s: the filter knows at most %d "
				    "of a family; fragments to the others are taken for foreign",
				    text, FILTER_LOCAL_SIZE);
		else
			problem_errno(problem, err, "cannot %s the local address %s",
				      add ? "add" : "remove", text);
	}
	return first_err;
}

static int sync_once(const struct tries *tries, const struct local_routes *routes, size_t *changes,
		     struct problem *problem)
{
	struct local_routes held = { 0 };
	int err, remove_err;

	err = read_trie(tries->ipv4, AF_INET, &held, problem);
	if (!err)
		err = read_trie(tries->ipv6, AF_INET6, &held, problem);
	local_routes_sort(&held);
	if (!err)
		err = change_all(tries, routes, &held, true, changes, problem);
	if (!err || err == -ENOSPC) {
		remove_err = change_all(tries, &held, routes, false, changes, err ? NULL : problem);
		err = err ? err : remove_err;
	}
	local_routes_free(&held);
	return err;
}

int local_maps_sync(int ipv4_trie, int ipv6_trie, const struct local_routes *routes,
		    size_t *ret_changes, struct problem *problem)
{
	const struct tries tries = { ipv4_trie, ipv6_trie };
	int err;

	*ret_changes = 0;
	err = sync_once(&tries, routes, ret_changes, problem);
	/* What was removed may be the room that was missing. */
	return err == -ENOSPC ? sync_once(&tries, routes, ret_changes, problem) : err;
}

int local_maps_sync_now(int ipv4_trie, int ipv6_trie, struct problem *problem)
{
	size_t changes = 1;
	int err = 0;

	for (int i = 0; !err && changes && i < PASSES_MAX; i++) {
		struct local_routes routes = { 0 };

		err = local_routes_read(&routes, problem);
		if (!err)
			err = local_maps_sync(ipv4_trie, ipv6_trie, &routes, &changes, problem);
		local_routes_free(&routes);
	}
	return err;
}
