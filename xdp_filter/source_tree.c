// SPDX-License-Identifier: GPL-2.0-only
#include "source_tree.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Why no walk is long: let D(b) be how many links are followed at most in an interval with b
 * boundaries inside. One line of keys does up to LEAF_BOUNDARIES, so D(5) = 1; a line of keys over
 * such lines does up to PAIR_BOUNDARIES, so D(35) = 2. Everything larger is split by a window or by
 * keys into parts of at most b / 4, so D(b) <= 1 + D(b / 4), and D(35 * 4^9) <= 11. A family has at
 * most 2 * SOURCE_LIST_MAX = 2^23 boundaries, which is less. Dense lines end a walk; keys over them
 * split less than fourfold, but only what has fewer than 5 * DENSE_EDGES boundaries, each of which
 * is an edge: such a part is two halves of dense lines at worst, three links where the rule above
 * allows three. IPv6 may need one window more to begin with, and its lower half one line more:
 * 12 + 12 links in all.
 *
 * Why no image is large: a line of keys uses up one boundary at least, and so does a small window;
 * a dense line five. Other windows have at most four slots a boundary if they are the last, else
 * two, at most nine of them one below the other. LOWER takes two lines. */
#define LEAF_BOUNDARIES SOURCE_KEY_COUNT
#define PAIR_BOUNDARIES (SOURCE_KEY_COUNT + (SOURCE_KEY_COUNT + 1) * LEAF_BOUNDARIES)

/* Edges that a dense line is planned for, so that it need not be split at once by a few more. */
#define DENSE_EDGES 24

/* A window of up to 2^SMALL_WIDTH slots is smaller than a line of keys. */
#define SMALL_WIDTH 3

/* The keys low..high. Range `first` holds low, and `count` boundaries come behind it. */
struct interval {
	size_t first;
	size_t count;
	uint64_t low;
	uint64_t high;
};

static uint32_t *word_at(const struct source_tree *tree, size_t index)
{
	return tree->words + (index - SOURCE_LINE_WORDS);
}

/* The number of the first of `count` new lines of zeros; 0 on failure. */
static size_t take_lines(struct source_tree *tree, size_t count)
{
	size_t lines = tree->lines + count;
	size_t line = tree->lines + 1;

	if (tree->err)
		return 0;
	if (lines >= SOURCE_LINE_INDEX) {
		tree->err = -E2BIG;
		return 0;
	}
	if (lines > tree->space) {
		size_t space = lines + lines / 2 + 64;
		uint32_t *words = realloc(tree->words, space * SOURCE_LINE_SIZE);

		if (!words) {
			tree->err = -ENOMEM;
			return 0;
		}
		tree->words = words;
		tree->space = space;
	}
	tree->lines = lines;
	memset(word_at(tree, line * SOURCE_LINE_WORDS), 0, count * SOURCE_LINE_SIZE);
	return line;
}

/* The index of the first of `count` words, which cross the end of a line only if they are more than
 * one line; 0 on failure. */
static size_t take_words(struct source_tree *tree, size_t count)
{
	size_t index;

	if (count > tree->rest_size) {
		size_t lines = (count + SOURCE_LINE_WORDS - 1) / SOURCE_LINE_WORDS;
		size_t line = take_lines(tree, lines);

		if (!line)
			return 0;
		tree->rest = line * SOURCE_LINE_WORDS;
		tree->rest_size = lines * SOURCE_LINE_WORDS;
	}
	index = tree->rest;
	tree->rest += count;
	tree->rest_size -= count;
	return index;
}

/* Cuts the keys up to `high` off the front of *rest. */
static struct interval cut(const struct source_ranges *ranges, struct interval *rest, uint64_t high)
{
	struct interval part = { .first = rest->first, .low = rest->low, .high = high };

	while (part.count < rest->count && ranges->start[part.first + part.count + 1] <= high)
		part.count++;
	rest->first += part.count;
	rest->count -= part.count;
	rest->low = high + 1;
	if (rest->count && ranges->start[rest->first + 1] == rest->low) {
		rest->first++;
		rest->count--;
	}
	return part;
}

static size_t fullest_slot(const struct source_ranges *ranges, const struct interval *interval,
			   unsigned int shift)
{
	const uint64_t *boundary = ranges->start + interval->first + 1;
	size_t fullest = 0;
	size_t begin = 0;

	for (size_t i = 1; i <= interval->count; i++) {
		if (i < interval->count && boundary[i] >> shift == boundary[begin] >> shift)
			continue;
		if (i - begin > fullest)
			fullest = i - begin;
		begin = i;
	}
	return fullest;
}

/* A window that tells all ranges apart, if it does not take much more space than lines of keys, or
 * one that splits at least fourfold. */
static bool choose_window(const struct source_ranges *ranges, const struct interval *interval,
			  unsigned int *ret_shift, unsigned int *ret_width)
{
	/* Bits above `span` are the same in all keys, those below `aligned` 0 in all boundaries. */
	unsigned int span = 64 - (unsigned int)__builtin_clzll(interval->low ^ interval->high);
	const uint64_t *boundary = ranges->start + interval->first + 1;
	uint64_t boundaries = 0;
	unsigned int aligned;
	unsigned int width;

	for (size_t i = 0; i < interval->count; i++)
		boundaries |= boundary[i];
	aligned = (unsigned int)__builtin_ctzll(boundaries);
	width = span - aligned;
	*ret_shift = aligned;
	*ret_width = width;
	if (width <= SMALL_WIDTH ||
	    (interval->count > LEAF_BOUNDARIES && width <= SOURCE_WIDTH_MAX &&
	     1U << width <= 4 * interval->count))
		return true;
	if (interval->count <= PAIR_BOUNDARIES)
		return false;

	/* Half to one boundary a slot; but where dense lines may follow, eight to sixteen: a table
	 * that fits the CPU's cache and few lines behind it. */
	width = 64 - (unsigned int)__builtin_clzll(interval->count);
	if (span <= 32) {
		unsigned int rest = span > SOURCE_DENSE_BITS ? span - SOURCE_DENSE_BITS : 1;

		if (width > rest)
			width = width - 4 > rest ? width - 4 : rest;
	}
	if (width > SOURCE_WIDTH_MAX)
		width = SOURCE_WIDTH_MAX;
	*ret_shift = span - width;
	*ret_width = width;
	return fullest_slot(ranges, interval, *ret_shift) <= interval->count / 4;
}

static uint32_t build(struct source_tree *tree, const struct source_ranges *ranges,
		      const struct interval *interval);

static uint32_t build_window(struct source_tree *tree, const struct source_ranges *ranges,
			     const struct interval *interval, unsigned int shift,
			     unsigned int width)
{
	size_t index = take_words(tree, 1 + ((size_t)1 << width));
	uint64_t below = ((uint64_t)1 << shift) - 1;
	struct interval rest = *interval;
	bool last = false;

	if (!index)
		return 0;
	*word_at(tree, index) = (64 - shift - width) | (64 - width) << SOURCE_WINDOW_RIGHT_SHIFT;
	while (!last && !tree->err) {
		size_t slot = (rest.low >> shift) & (((uint64_t)1 << width) - 1);
		uint64_t high = rest.low | below;
		struct interval part;
		uint32_t link;

		last = high >= interval->high;
		part = cut(ranges, &rest, last ? interval->high : high);
		link = build(tree, ranges, &part);
		*word_at(tree, index + 1 + slot) = link;
	}
	return source_link(SOURCE_WINDOW, index);
}

/* Which of the boundaries is key number `key` of `count`. */
static size_t key_boundary(const struct interval *interval, size_t key, size_t count)
{
	/* The first and the last one, so that the parts between them are as narrow as can be. */
	if (count == SOURCE_KEY_COUNT && interval->count > PAIR_BOUNDARIES)
		return 1 + key * (interval->count - 1) / (count - 1);
	return (key + 1) * (interval->count + 1) / (count + 1);
}

static void fill_keys(struct source_tree *tree, const struct source_ranges *ranges,
		      const struct interval *interval, size_t count, size_t line)
{
	struct source_keys keys = { 0 };
	struct interval rest = *interval;

	for (size_t i = 0; i < count; i++) {
		size_t boundary = interval->first + key_boundary(interval, i, count);
		struct interval part = cut(ranges, &rest, ranges->start[boundary] - 1);

		keys.key[i] = ranges->start[boundary];
		keys.link[i] = build(tree, ranges, &part);
	}
	keys.link[count] = build(tree, ranges, &rest);
	for (size_t i = count; i < SOURCE_KEY_COUNT; i++) {
		keys.key[i] = count ? keys.key[count - 1] : 0;
		keys.link[i + 1] = keys.link[count];
	}
	if (!tree->err)
		memcpy(word_at(tree, line * SOURCE_LINE_WORDS), &keys, sizeof(keys));
}

static size_t key_count(const struct interval *interval)
{
	if (interval->count <= LEAF_BOUNDARIES)
		return interval->count;
	if (interval->count > PAIR_BOUNDARIES)
		return SOURCE_KEY_COUNT;
	/* As few lines as hold the rest. */
	return interval->count / (LEAF_BOUNDARIES + 1);
}

static bool is_dense(const struct source_ranges *ranges, const struct interval *interval,
		     uint32_t *ret_outside, size_t *ret_edges)
{
	const uint32_t outsides[] = { ranges->link[interval->first],
				      ranges->link[interval->first + interval->count] };

	if ((interval->low ^ interval->high) >> SOURCE_DENSE_BITS)
		return false;
	for (size_t i = 0; i < 2; i++) {
		*ret_outside = outsides[i];
		if (outsides[i] >> SOURCE_LINK_KIND_SHIFT == SOURCE_VALUE &&
		    source_ranges_follow(ranges, interval->first, interval->count + 1, outsides[i],
					 ret_edges))
			return true;
	}
	return false;
}

static uint32_t build_dense(struct source_tree *tree, const struct source_ranges *ranges,
			    const struct interval *interval, uint32_t outside)
{
	struct source_dense dense = { .outside = outside };
	size_t line = take_lines(tree, 1);
	bool inside = false;
	size_t edges = 0;

	if (!line)
		return 0;
	for (size_t i = 0; i <= interval->count; i++) {
		size_t range = interval->first + i;
		uint64_t start = i ? ranges->start[range] : interval->low;
		uint16_t edge = start & ((1U << SOURCE_DENSE_BITS) - 1);

		if (inside)
			dense.edge[edges++] = edge;
		inside = ranges->link[range] != outside;
		if (!inside)
			continue;
		if (!dense.first)
			dense.first = ranges->link[range];
		dense.edge[edges++] = edge;
	}
	while (edges < SOURCE_DENSE_COUNT)
		dense.edge[edges++] = SOURCE_DENSE_UNUSED;
	memcpy(word_at(tree, line * SOURCE_LINE_WORDS), &dense, sizeof(dense));
	return source_link(SOURCE_KEYS, line | SOURCE_DENSE);
}

static uint32_t build_keys(struct source_tree *tree, const struct source_ranges *ranges,
			   const struct interval *interval, size_t count)
{
	size_t line = take_lines(tree, 1);

	if (line)
		fill_keys(tree, ranges, interval, count, line);
	return source_link(SOURCE_KEYS, line);
}

/* Recursion is as deep as a walk is long. */
static uint32_t build(struct source_tree *tree, const struct source_ranges *ranges,
		      const struct interval *interval)
{
	unsigned int shift;
	unsigned int width;
	uint32_t outside;
	size_t edges;

	if (!interval->count)
		return ranges->link[interval->first];
	if (interval->count > LEAF_BOUNDARIES && is_dense(ranges, interval, &outside, &edges)) {
		if (edges <= SOURCE_DENSE_COUNT)
			return build_dense(tree, ranges, interval, outside);
		if (edges < SOURCE_KEY_COUNT * DENSE_EDGES)
			return build_keys(tree, ranges, interval, edges / DENSE_EDGES);
	}
	if (choose_window(ranges, interval, &shift, &width))
		return build_window(tree, ranges, interval, shift, width);
	return build_keys(tree, ranges, interval, key_count(interval));
}

uint32_t source_tree_build(struct source_tree *tree, const struct source_ranges *ranges,
			   uint64_t high)
{
	const struct interval all = { .count = ranges->count - 1, .high = high };
	unsigned int shift, width;

	/* Lines of keys must not span keys that differ in their top bit. */
	if (all.count && high == UINT64_MAX && !choose_window(ranges, &all, &shift, &width))
		return build_window(tree, ranges, &all, 63, 1);
	return build(tree, ranges, &all);
}

uint32_t source_tree_build_lower(struct source_tree *tree, const struct source_ranges *ranges)
{
	struct interval rest = { .count = ranges->count - 1, .high = UINT64_MAX };
	size_t line = take_lines(tree, 2);

	if (!line)
		return 0;
	for (size_t half = 0; half < 2; half++) {
		struct interval part = cut(ranges, &rest, half ? UINT64_MAX : INT64_MAX);
		size_t count = key_count(&part);
		unsigned int shift, width;

		/* No keys: all links are the same, to the window. */
		if (part.count > PAIR_BOUNDARIES && choose_window(ranges, &part, &shift, &width))
			count = 0;
		fill_keys(tree, ranges, &part, count, line + half);
	}
	return source_link(SOURCE_LOWER, line);
}
