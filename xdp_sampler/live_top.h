/* SPDX-License-Identifier: GPL-2.0-only */
/* Which keys came most often lately, in bounded memory (space-saving in sets: a key that comes when
 * its set is full takes the place of the rarest there). A key with more than about 1/2048 of all is
 * never missed. What came before a key had a place is not counted for it, so every figure is a lower
 * bound, and exact as long as nothing was replaced. Pure. */
#ifndef XDP_SAMPLER_LIVE_TOP_H
#define XDP_SAMPLER_LIVE_TOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIVE_TOP_SETS 256
#define LIVE_TOP_WAYS 8
#define LIVE_TOP_KEYS (LIVE_TOP_SETS * LIVE_TOP_WAYS)

/* Packets and bytes that samples stand for: those chosen by chance, times their rate; and all
 * samples, each once. The first is an estimate of what the second is a lower bound of. */
struct live_sum {
	double chance_packets;
	double chance_bytes;
	double samples;
	double sample_bytes;
};

void live_sum_add(struct live_sum *sum, uint32_t rate, uint32_t frame_length);
void live_sum_scale(struct live_sum *sum, double factor);
/* The larger of the two. */
double live_sum_packets(const struct live_sum *sum);
double live_sum_bytes(const struct live_sum *sum);

/* Compared as bytes: set what is not used to zero. */
struct live_key {
	const char *program;
	const char *reason; /* its name, NULL: unknown */
	uint8_t address[16];
	uint32_t port;   /* sample_port.number */
	uint32_t number; /* reason, recorder, transport port … */
	uint8_t family;
	uint8_t protocol;
	uint8_t place;
	uint8_t verdict;
	uint8_t row;
	uint8_t kind;
	uint8_t unused[2];
};

_Static_assert(sizeof(struct live_key) == 2 * sizeof(char *) + 16 + 8 + 8, "a key has no padding");

struct live_entry {
	struct live_key key;
	struct live_sum sum;
	struct live_sum judged;  /* of these: samples that carry a verdict */
	struct live_sum dropped; /* of these: dropped */
	double inherited;        /* packets of the keys whose place it took */
	uint64_t count; /* samples, not scaled down by live_top_scale(); 0: entry is free */
};

struct live_top {
	struct live_entry entries[LIVE_TOP_KEYS]; /* set by set */
	bool replaced; /* a key lost its place, and that is not forgotten: figures are lower bounds */
};

/* The key's entry, made if it is not there; to be added to. */
struct live_entry *live_top_entry(struct live_top *top, const struct live_key *key);

/* Multiplies all sums. Keys with less than `forget_below` packets then lose their place. */
void live_top_scale(struct live_top *top, double factor, double forget_below);

/* The entries with the most packets, most first, as many as there are up to `size`; entries with
 * equal sums in the order of their keys. */
size_t live_top_pick(const struct live_top *top, const struct live_entry **ret_entries,
		     size_t size);

#endif
