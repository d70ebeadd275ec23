/* SPDX-License-Identifier: GPL-2.0-only */
/* Builds the image of a source list that packets walk (source_layout.h), and reads it back. Knows
 * nothing of the kernel's maps: an image is bytes, in a file, in memory, or in a mapped map. */
#ifndef XDP_FILTER_SOURCE_IMAGE_H
#define XDP_FILTER_SOURCE_IMAGE_H

#include <stddef.h>
#include <stdint.h>
#include "problem.h"
#include "source_layout.h"
#include "source_list.h"
#include "source_search.h"

/* Bytes one image may spend on copies of its cells, so that CPUs do not count in the same line. */
#define SOURCE_COPIES_SIZE (8U << 20)

/* Lines of the image for a list on a machine with `cpus` CPUs. The search part is built first, as its
 * size is not known before. */
uint32_t source_image_lines(const struct source_search *search, const struct source_list *list,
			    unsigned int cpus);

/* Writes the image into `image`, source_image_lines() lines of zeros. Hits go into copy 0. */
void source_image_write(void *image, const struct source_search *search,
			const struct source_list *list, unsigned int cpus);

/* Reads an image of `lines` lines into an empty list: sources, tags, hits. Trusts nothing: -EBADMSG
 * for offsets outside of the image, entries out of order, a tag without an end. -ENOMEM. */
int source_image_read(const void *image, uint32_t lines, struct source_list *ret_list,
		      struct problem *problem);

/* What a list has in force, by action and family. */
struct source_counts {
	uint64_t ipv4[2]; /* by enum source_action */
	uint64_t ipv6[2];
	uint64_t newest; /* the last load time, of all; 0: none */
};

/* Counts without reading the list, which may have millions of sources. `now` is CLOCK_BOOTTIME. As
 * source_image_read(), except that it looks at no more of an entry than it counts. */
int source_image_count(const void *image, uint32_t lines, uint64_t now,
		       struct source_counts *ret_counts, struct problem *problem);

/* Hits of entry `number`: the sum over all copies. The image must have been checked by a read. */
void source_image_hits(const void *image, uint32_t number, uint64_t *ret_packets,
		       uint64_t *ret_bytes);

/* Adds to the hits of entry `number` while packets do the same. */
void source_image_add_hits(void *image, uint32_t number, uint64_t packets, uint64_t bytes);

/* The walk in plain C, as the kernel side does it, for tests and questions: number of the entry that
 * decides, or -1. `family` is AF_INET or AF_INET6, `address` has 4 or 16 bytes; `now` is
 * CLOCK_BOOTTIME; *ret_links (may be NULL) is how many links were followed. */
int64_t source_image_walk(const void *image, int family, const uint8_t *address, uint64_t now,
			  unsigned int *ret_links);

#endif
