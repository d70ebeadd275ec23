// SPDX-License-Identifier: GPL-2.0-only
#include "source_search.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "source_tree.h"

/* A sweep over the addresses from the first to the last: at each place where the longest match
 * changes, a range begins. */
struct builder {
	struct source_tree tree;
	uint32_t *parent; /* per source */
	struct source_ranges upper;
	struct source_ranges lower; /* below upper half number ... */
	uint64_t lower_of;          /* ... this one */
	uint64_t high;              /* the last upper half of the family */
};

/* What is below an upper half is complete: it becomes a range among the upper halves. */
static void close_lower(struct builder *builder)
{
	const struct source_ranges *lower = &builder->lower;
	uint32_t link = lower->link[lower->count - 1];

	if (lower->count == 1) {
		source_ranges_add(&builder->tree, &builder->upper, builder->lower_of, link);
		return;
	}
	source_ranges_add(&builder->tree, &builder->upper, builder->lower_of,
			  source_tree_build_lower(&builder->tree, lower));
	if (builder->lower_of != builder->high)
		source_ranges_add(&builder->tree, &builder->upper, builder->lower_of + 1, link);
}

/* The same over whole addresses. */
static void add_address_range(struct builder *builder, uint64_t upper, uint64_t lower,
			      uint32_t link)
{
	struct source_ranges *below = &builder->lower;

	if (builder->tree.err)
		return;
	if (upper != builder->lower_of) {
		uint32_t before = below->link[below->count - 1];

		close_lower(builder);
		below->count = 0;
		source_ranges_add(&builder->tree, below, 0, before);
		builder->lower_of = upper;
	}
	if (!builder->tree.err)
		source_ranges_add(&builder->tree, below, lower, link);
}

/* A prefix that covers the address the sweep has come to. */
struct covering {
	uint64_t upper; /* its last address */
	uint64_t lower;
	uint32_t link;
};

static uint64_t big_endian(const uint8_t *bytes, size_t count)
{
	uint64_t number = 0;

	for (size_t i = 0; i < count; i++)
		number = number << 8 | bytes[i];
	return number;
}

static uint64_t host_bits(unsigned int size, unsigned int length)
{
	if (length >= size)
		return 0;
	return size - length == 64 ? UINT64_MAX : ((uint64_t)1 << (size - length)) - 1;
}

/* First address to *ret_upper and *ret_lower, the last one and the link into the result. */
static struct covering prefix_range(const struct address_prefix *prefix, uint32_t link,
				    uint64_t *ret_upper, uint64_t *ret_lower)
{
	struct covering range = { .lower = UINT64_MAX, .link = link };

	*ret_lower = 0;
	if (prefix->family == AF_INET) {
		*ret_upper = big_endian(prefix->address, 4);
		range.upper = *ret_upper | host_bits(32, prefix->length);
		return range;
	}
	*ret_upper = big_endian(prefix->address, 8);
	range.upper = *ret_upper | host_bits(64, prefix->length);
	if (prefix->length > 64) {
		*ret_lower = big_endian(prefix->address + 8, 8);
		range.lower = *ret_lower | host_bits(64, prefix->length - 64U);
	}
	return range;
}

/* The innermost covering prefix ends: behind it, the next one around it is the longest match. */
static void end_prefix(struct builder *builder, const struct covering *covering, size_t depth)
{
	const struct covering *inner = &covering[depth - 1];
	uint32_t link = depth > 1 ? covering[depth - 2].link : 0;

	if (inner->lower != UINT64_MAX)
		add_address_range(builder, inner->upper, inner->lower + 1, link);
	else if (inner->upper != builder->high)
		add_address_range(builder, inner->upper + 1, 0, link);
}

/* Sources first..end - 1, a family; returns the root. */
static uint32_t build_family(struct builder *builder, const struct source_list *list, size_t first,
			     size_t end, uint64_t high)
{
	struct covering covering[SOURCE_NESTING_LIMIT];
	size_t depth = 0;

	builder->high = high;
	builder->lower_of = 0;
	builder->lower.count = 0;
	builder->upper.count = 0;
	source_ranges_add(&builder->tree, &builder->lower, 0, source_link(SOURCE_VALUE, 0));
	for (size_t i = first; i < end && !builder->tree.err; i++) {
		uint64_t upper;
		uint64_t lower;
		struct covering range =
			prefix_range(&list->sources[i].prefix, (uint32_t)i + 1, &upper, &lower);

		while (depth &&
		       (covering[depth - 1].upper < upper ||
			(covering[depth - 1].upper == upper && covering[depth - 1].lower < lower)))
			end_prefix(builder, covering, depth--);
		builder->parent[i] = depth ? covering[depth - 1].link : 0;
		add_address_range(builder, upper, lower, range.link);
		covering[depth++] = range;
	}
	for (; depth; depth--)
		end_prefix(builder, covering, depth);
	if (!builder->tree.err)
		close_lower(builder);
	if (builder->tree.err)
		return 0;
	return source_tree_build(&builder->tree, &builder->upper, high);
}

int source_search_build(struct source_search *search, const struct source_list *list,
			struct problem *problem)
{
	struct builder builder = { 0 };
	size_t ipv4 = 0;

	memset(search, 0, sizeof(*search));
	search->parent = calloc(list->count + 1, sizeof(*search->parent));
	if (!search->parent)
		return problem_errno(problem, -ENOMEM, "source list of %zu prefixes", list->count);
	builder.parent = search->parent;
	while (ipv4 < list->count && list->sources[ipv4].prefix.family == AF_INET)
		ipv4++;
	search->root_ipv4 = build_family(&builder, list, 0, ipv4, UINT32_MAX);
	search->root_ipv6 = build_family(&builder, list, ipv4, list->count, UINT64_MAX);
	source_ranges_free(&builder.upper);
	source_ranges_free(&builder.lower);
	search->words = builder.tree.words;
	search->lines = builder.tree.lines;
	if (!builder.tree.err)
		return 0;
	source_search_free(search);
	if (builder.tree.err == -E2BIG)
		return problem_set(problem, -E2BIG,
				   "source list of %zu prefixes needs more than 4 GiB; use fewer",
				   list->count);
	return problem_errno(problem, builder.tree.err, "source list of %zu prefixes", list->count);
}

void source_search_free(struct source_search *search)
{
	free(search->words);
	free(search->parent);
	memset(search, 0, sizeof(*search));
}
