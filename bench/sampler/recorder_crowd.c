// SPDX-License-Identifier: GPL-2.0-only
#include "recorder_crowd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "measure.h"
#include "recorder_image.h"

/* What the frames are: frames.c. */
#define FRAME_SOURCE_PORT 12345
#define FRAME_DESTINATION_PORT 53

enum { LENGTHS = 4 };

/* A mask has one of these for each address, and the ports it fixes; the protocol always. */
static const uint8_t ipv4_lengths[LENGTHS] = { 32, 24, 16, 8 };
static const uint8_t ipv6_lengths[LENGTHS] = { 128, 64, 48, 32 };

static unsigned int address_size(int family)
{
	return family == AF_INET ? 4 : 16;
}

static const uint8_t *frame_source(const struct frame *frame, int family)
{
	return frame->bytes + (family == AF_INET ? TRAFFIC_IPV4_SOURCE : TRAFFIC_IPV6_SOURCE);
}

static void cut(uint8_t address[16], unsigned int length)
{
	for (unsigned int i = 0; i < 16; i++) {
		unsigned int bits = length > 8 * i ? length - 8 * i : 0;

		if (bits < 8)
			address[i] &= (uint8_t)(0xff00 >> bits);
	}
}

static void random_address(uint64_t *state, int family, uint8_t ret_address[16])
{
	uint64_t half[2] = { measure_random(state), measure_random(state) };

	memcpy(ret_address, half, address_size(family));
	if (family == AF_INET6)
		ret_address[0] = 0x20 | (ret_address[0] & 0x1f);
}

static struct recorder_filter random_filter(uint64_t *state, int family, unsigned int shape)
{
	const uint8_t *lengths = family == AF_INET ? ipv4_lengths : ipv6_lengths;
	struct recorder_filter filter = {
		.family = family == AF_INET ? 4 : 6,
		.source_length = lengths[shape % LENGTHS],
		.destination_length = lengths[shape / LENGTHS % LENGTHS],
		.protocol = measure_random(state) % 2 ? IPPROTO_UDP : IPPROTO_TCP,
	};

	random_address(state, family, filter.source);
	random_address(state, family, filter.destination);
	if (shape / LENGTHS / LENGTHS & 1)
		filter.destination_port = htons(1 + measure_random(state) % 65535);
	if (shape / LENGTHS / LENGTHS & 2)
		filter.source_port = htons(1 + measure_random(state) % 65535);
	return filter;
}

/* Fixed ports become the frame's, and the addresses that are asked for. */
static void agree(struct recorder_filter *filter, int family, const struct frame *frame,
		  bool with_source, bool with_destination)
{
	const uint8_t *source = frame_source(frame, family);
	unsigned int size = address_size(family);

	if (with_source)
		memcpy(filter->source, source, size);
	if (with_destination)
		memcpy(filter->destination, source + size, size);
	if (with_source && filter->destination_port)
		filter->destination_port = htons(FRAME_DESTINATION_PORT);
	if (with_source && filter->source_port)
		filter->source_port = htons(FRAME_SOURCE_PORT);
}

/* Would it want the frame? From anywhere, unless `with_source`. */
static bool wants(const struct recorder_filter *filter, int family, const struct frame *frame,
		  bool with_source)
{
	struct recorder_filter like = *filter;

	if (filter->protocol != IPPROTO_UDP)
		return false;
	agree(&like, family, frame, true, true);
	cut(like.source, like.source_length);
	cut(like.destination, like.destination_length);
	if (!with_source)
		memcpy(like.source, filter->source, sizeof(like.source));
	return !memcmp(&like, filter, sizeof(like));
}

/* Recorder number `index`. Fewer masks are some of all shapes. */
static struct recorder_filter make_filter(const struct recorder_crowd *crowd, unsigned int index,
					  uint64_t *state, int family, const struct frame *frame)
{
	unsigned int mask = index % crowd->masks;
	unsigned int shape = crowd->masks > 32 ? mask : 2 * mask + mask / 2 % 2;
	struct recorder_filter filter = random_filter(state, family, shape);
	bool is_first = index < crowd->masks;

	if (crowd->kind == CROWD_WORST) {
		agree(&filter, family, frame, is_first, !is_first);
		filter.protocol = is_first ? IPPROTO_TCP : IPPROTO_UDP;
	} else if (crowd->kind == CROWD_HIT && !index) {
		agree(&filter, family, frame, true, true);
		filter.protocol = IPPROTO_UDP;
	}
	cut(filter.source, filter.source_length);
	cut(filter.destination, filter.destination_length);
	return filter;
}

int recorder_crowd_make(const struct recorder_crowd *crowd, int family, const struct frame *frame,
			struct recorder_set *ret_set)
{
	struct recorder_set set = { 0 };
	uint64_t state = 7;

	while (set.count < crowd->count) {
		unsigned int index = (unsigned int)set.count;
		bool is_hit = crowd->kind == CROWD_HIT && !index;
		struct problem problem = { 0 };
		struct recorder wish = recorder_usual();
		int err;

		wish.filter = make_filter(crowd, index, &state, family, frame);
		wish.priority = is_hit;
		if (!is_hit && wants(&wish.filter, family, frame, crowd->kind == CROWD_WORST))
			continue;
		err = recorder_set_add(&set, &wish, NULL, &problem);
		if (err && err != -EEXIST) {
			fprintf(stderr, "bench_sampler: %s\n", problem.text);
			recorder_set_free(&set);
			return err;
		}
	}
	*ret_set = set;
	return 0;
}

static int count_masks(const struct recorder_image *image, int family, const struct frame *frame)
{
	const __u64(*tables)[256] = family == AF_INET ? image->ipv4 : image->ipv6;
	const uint8_t *bytes = frame_source(frame, family);
	unsigned int addresses = 2 * address_size(family);
	const uint8_t *ports = bytes + addresses;
	__u64 masks = tables[addresses + 4][IPPROTO_UDP];

	for (unsigned int i = 0; i < addresses; i++)
		masks &= tables[i][bytes[i]];
	for (unsigned int i = 0; i < 4; i++)
		masks &= tables[addresses + i][ports[i]];
	return __builtin_popcountll(masks);
}

double recorder_crowd_tries(const struct recorder_set *set, int family, const struct frame *frame,
			    const struct traffic_source *sources, size_t count)
{
	struct recorder_masks *masks = calloc(1, sizeof(*masks));
	struct recorder_image *image = malloc(sizeof(*image));
	struct problem problem = { 0 };
	struct frame other = *frame;
	double tries = -1;

	if (!masks || !image || recorder_masks_fit(masks, set, &problem))
		goto out;
	recorder_image_build(set, masks, image);
	tries = count_masks(image, family, frame);
	for (size_t i = 0; i < count; i++) {
		frame_set_source(&other, family, &sources[i]);
		tries = (i ? tries : 0) + (double)count_masks(image, family, &other);
	}
	if (count)
		tries /= (double)count;
out:
	free(masks);
	free(image);
	return tries;
}
