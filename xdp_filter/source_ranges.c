// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source_tree.h"

void source_ranges_add(struct source_tree *tree, struct source_ranges *ranges, uint64_t start,
		       uint32_t link)
{
	if (ranges->count && ranges->start[ranges->count - 1] == start)
		ranges->count--;
	if (ranges->count && ranges->link[ranges->count - 1] == link)
		return;
	if (ranges->count == ranges->space) {
		size_t space = ranges->space + ranges->space / 2 + 64;
		uint64_t *starts = realloc(ranges->start, space * sizeof(*starts));
		uint32_t *links;

		if (starts)
			ranges->start = starts;
		links = realloc(ranges->link, space * sizeof(*links));
		if (links)
			ranges->link = links;
		if (!starts || !links) {
			tree->err = -ENOMEM;
			return;
		}
		ranges->space = space;
	}
	ranges->start[ranges->count] = start;
	ranges->link[ranges->count] = link;
	ranges->count++;
}

void source_ranges_free(struct source_ranges *ranges)
{
	free(ranges->start);
	free(ranges->link);
	memset(ranges, 0, sizeof(*ranges));
}

bool source_ranges_follow(const struct source_ranges *ranges, size_t first, size_t count,
			  uint32_t outside, size_t *ret_edges)
{
	uint32_t next = 0;
	size_t edges = 0;
	bool inside = false;

	for (size_t i = first; i < first + count; i++) {
		uint32_t link = ranges->link[i];

		if (link == outside) {
			edges += inside;
			inside = false;
			continue;
		}
		if (link >> SOURCE_LINK_KIND_SHIFT != SOURCE_VALUE || !link ||
		    (next && link != next))
			return false;
		next = link + 1;
		edges += inside ? 2 : 1; /* the one before ends where this one starts */
		inside = true;
	}
	*ret_edges = edges;
	return true;
}
