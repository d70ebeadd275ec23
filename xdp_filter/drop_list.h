/* SPDX-License-Identifier: GPL-2.0-only */
/* A list of sources to drop, as an operator types it and as status shows it. Knows nothing of the
 * kernel's maps. */
#ifndef XDP_FILTER_DROP_LIST_H
#define XDP_FILTER_DROP_LIST_H

#include <stddef.h>
#include <stdint.h>
#include "parse_address.h"
#include "problem.h"
#include "xdp_filter.h"

struct drop_entry {
	struct address_prefix prefix;
	uint64_t load_time;        /* CLOCK_REALTIME, nanoseconds; 0: not loaded yet */
	char tag[FILTER_TAG_SIZE]; /* terminated; "": none */
};

/* Owned by the caller; starts as zeros, release with drop_list_free(). */
struct drop_list {
	struct drop_entry *entries;
	size_t count;
	size_t space; /* entries that fit without allocation */
};

void drop_list_free(struct drop_list *list);

/* Appends one entry, also one that is there already. 0 or -ENOMEM. */
int drop_list_append(struct drop_list *list, const struct drop_entry *entry);

/* Appends the prefixes of `text`: "192.0.2.0/24, 2001:db8::/32 198.51.100.7", separated by commas and
 * white space; a bare address is the full length. On failure the list is as before: -EINVAL: no
 * prefix at all, a word that is none, bits set behind a length, a prefix given twice. */
int drop_list_add(struct drop_list *list, const char *text, struct problem *problem);

/* Gives the first entries their tags: "abuse, , lab" tags the first and the third. Separated by
 * commas, white space around them does not count. On failure the list is as before: -EINVAL: more
 * tags than entries, a tag of more than 63 bytes or with control characters. */
int drop_list_tag(struct drop_list *list, const char *text, struct problem *problem);

/* IPv4 before IPv6, by address, shorter prefixes first; of equal prefixes one stays. */
void drop_list_sort(struct drop_list *list);

/* The entry of exactly that prefix in a sorted list, or NULL. */
const struct drop_entry *drop_list_find(const struct drop_list *list,
					const struct address_prefix *prefix);

#endif
