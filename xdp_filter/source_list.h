/* SPDX-License-Identifier: GPL-2.0-only */
/* A list of sources to drop or to allow, as an operator types it and as status shows it. Knows
 * nothing of the kernel's maps. Built for millions of entries. */
#ifndef XDP_FILTER_SOURCE_LIST_H
#define XDP_FILTER_SOURCE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "parse_address.h"
#include "problem.h"
#include "source_layout.h"

struct source {
	struct address_prefix prefix;
	uint8_t action;     /* enum source_action */
	uint8_t origin;     /* enum source_origin */
	uint32_t tag;       /* offset in the list's tags, see source_list_tag(); 0: none */
	uint64_t load_time; /* CLOCK_REALTIME, nanoseconds; 0: not loaded yet */
	uint64_t expires;   /* CLOCK_BOOTTIME, nanoseconds; 0: never */
	uint64_t packets;   /* hits */
	uint64_t bytes;
};

/* Owned by the caller; starts as zeros, release with source_list_free(). */
struct source_list {
	struct source *sources;
	size_t count;
	size_t space; /* sources that fit without allocation */
	char *tags;   /* terminated texts one behind the other; the first is ""; not NULL in a
			  * list that has sources */
	size_t tags_size;
	size_t tags_space;
	uint32_t *tag_index; /* hash of the texts, so that equal tags are kept once */
	size_t tag_slots;
	size_t tag_count;
};

void source_list_free(struct source_list *list);

/* Interns a tag: *ret_tag is its offset in list->tags. The text is `length` bytes, at most
 * SOURCE_TAG_MAX, without a terminator inside. 0 or -ENOMEM. */
int source_list_tag(struct source_list *list, const char *text, size_t length, uint32_t *ret_tag);

/* Forgets the texts that no source has, so that a list which lives long does not collect them; all
 * offsets change. 0 or -ENOMEM (the list is as before). */
int source_list_tidy_tags(struct source_list *list);

/* Appends one source, also one whose prefix is there already. Its .tag is one of this list's. 0 or
 * -ENOMEM. */
int source_list_append(struct source_list *list, const struct source *source);

/* Understands one word of `length` bytes as a prefix. -EINVAL with a text that quotes it. */
int source_list_prefix(const char *word, size_t length, struct address_prefix *ret_prefix,
		       struct problem *problem);

/* Appends the prefixes of `text`: "192.0.2.0/24, 2001:db8::/32 198.51.100.7", separated by commas and
 * white space, a bare address is the full length; everything else of each is as in `pattern`. On
 * failure the list is as before: -EINVAL: no prefix at all, a word that is none, bits set behind a
 * length, a prefix given twice. */
int source_list_add_text(struct source_list *list, const char *text, const struct source *pattern,
			 struct problem *problem);

/* Gives the first sources their tags: "abuse, , lab" tags the first and the third. Separated by
 * commas, white space around them does not count. On failure the list is as before: -EINVAL: more
 * tags than sources, a tag of more than 63 bytes or with control characters. */
int source_list_tag_text(struct source_list *list, const char *text, struct problem *problem);

/* IPv4 before IPv6, by address, shorter prefixes first: negative, 0 or positive like memcmp(). */
int source_list_compare(const struct address_prefix *a, const struct address_prefix *b);

/* Brings the list into this order; equal prefixes all stay, in the order they had. 0 or -ENOMEM (the
 * list is as before). */
int source_list_order(struct source_list *list);

/* The same, and of equal prefixes only the last one stays: a sorted list, as others want it. */
int source_list_sort(struct source_list *list);

/* The source of exactly that prefix in a sorted list, or NULL. */
struct source *source_list_find(const struct source_list *list,
				const struct address_prefix *prefix);

/* The longest prefix of a sorted list that matches an address (a prefix of full length) and has not
 * expired at `now` (CLOCK_BOOTTIME; 0: expiry does not count); NULL if none. For tests and
 * questions, not for speed. */
const struct source *source_list_match(const struct source_list *list,
				       const struct address_prefix *address, uint64_t now);

/* Adds every source of `added` to `list`; both are sorted, and `list` stays so. Where a prefix is in
 * both, action, tag, load time, expiry and origin are the new ones, the hits stay. 0, -ENOMEM, or
 * -ENOSPC: more than SOURCE_LIST_MAX prefixes of one family; `list` is as before then. */
int source_list_merge(struct source_list *list, const struct source_list *added,
		      struct problem *problem);

/* Removes exactly the prefixes of `removed` (sorted) from `list` (sorted), if their action is
 * `action`. -ENOENT: one of them is not there, or has the other action; the list is as before and the
 * text names it. */
int source_list_remove(struct source_list *list, const struct source_list *removed, uint8_t action,
		       struct problem *problem);

/* Removes every source for which `keep` says false. */
void source_list_filter(struct source_list *list,
			bool (*keep)(const struct source *source, const void *context),
			const void *context);

/* Both lists are sorted: what `list` takes over from `before` for each prefix that is in both with
 * the same action and tag: its load time. Hits of every prefix that is in both are taken over. A
 * replacement by equal content thus changes nothing. */
void source_list_inherit(struct source_list *list, const struct source_list *before);

/* Expiries less than a second apart are one, as a time from a file comes out a little different each
 * time; "never" is no time that others are close to. */
bool source_list_same_expiry(uint64_t a, uint64_t b);

/* True if both, sorted, hold the same prefixes with the same action, tag, expiry and origin. Expiries
 * less than a second apart are the same: a file tells seconds, and what they are on CLOCK_BOOTTIME
 * comes out a little different each time it is read. */
bool source_list_equal(const struct source_list *a, const struct source_list *b);

#endif
