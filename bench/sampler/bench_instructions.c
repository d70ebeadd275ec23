// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <sys/socket.h>

#include "bench_verbs.h"
#include "ring_reader.h"
#include "sampler_chain.h"
#include "xdp_sampler.h"

#define ROUNDS 3
#define REPEAT 10000
#define SAMPLES_OF_1500 7000 /* find room in the ring */

/* So seldom that no packet of a measurement is chosen. */
#define SELDOM SAMPLER_RATE_LIMIT

struct instruction_case {
	struct sampler_case what;
	bool both_families;
};

#define V HAS_VERDICT
#define I HAS_INGRESS

/* "chain" never had a sampler; in "off" both programs were there and are gone. */
static const struct sampler_case untouched = { .name = "chain" };
static const struct instruction_case instruction_cases[] = {
	{ { "verdict_lets_by", V, .rate = SELDOM }, false },
	{ { "ingress_lets_by", I, .rate = SELDOM }, false },
	{ { "both_let_by", I | V, .rate = SELDOM }, false },
	{ { "sample_128", V, .rate = 1, .frame_length = 128 }, false },
	{ { "sample_1500", V, .rate = 1, .frame_length = 1500 }, false },
	{ { "sample_128_both", I | V, .rate = 1, .frame_length = 128 }, false },
	{ { "miss_32_masks", V, .crowd = { 32, 32, CROWD_RANDOM } }, true },
	{ { "miss_32_masks", V, .crowd = { 32, 10000, CROWD_RANDOM } }, true },
	{ { "miss_64_masks", V, .crowd = { 64, 64, CROWD_RANDOM } }, true },
	{ { "try_32_masks", V, .crowd = { 32, 64, CROWD_WORST } }, true },
	{ { "try_64_masks", V, .crowd = { 64, 128, CROWD_WORST } }, true },
	{ { "hit_32_masks", V, .crowd = { 32, 32, CROWD_HIT } }, true },
	{ { .name = "off" }, true },
};
#define CASE_COUNT (sizeof(instruction_cases) / sizeof(*instruction_cases))

static void prepare(struct price_row *row)
{
	ring_view_empty(row->context);
}

static int measure(struct price_table *table, struct price_row *row)
{
	int err = price_table_measure(table, ROUNDS, REPEAT, true);

	if (!err)
		printf("%s\t%d\t%zu\t%.0f\n", row->program, row->family == AF_INET ? 4 : 6,
		       row->length, price_least(table, 0));
	price_table_close(table);
	return err;
}

static int measure_case(struct price_table *table, struct program_set *set, struct ring_view *ring,
			const struct sampler_case *what, int family)
{
	struct price_row *row = price_table_add(table, what->name, family, what->crowd.count, "");
	int err;

	row->entry = set->entry;
	row->must_do = XDP_PASS;
	row->prepare = ring ? prepare : NULL;
	row->context = ring;
	if (what->frame_length)
		row->frame.length = what->frame_length;
	if (what->frame_length > SAMPLER_CAPTURE_DEFAULT)
		row->most = SAMPLES_OF_1500;
	err = sampler_chain_set(set, what, family, &row->frame, NULL, 0, NULL);
	if (!err)
		err = sampler_chain_occupy(set, what->programs);
	return err ? err : measure(table, row);
}

/* What the other rows contain, too. */
static int measure_empty(struct price_table *table, int family)
{
	struct price_row *row = price_table_add(table, "empty", family, 0, "");
	int err = program_set_single(&row->sets[0], "empty");

	row->entry = row->sets[0].entry;
	return err ? err : measure(table, row);
}

static int measure_untouched(struct price_table *table)
{
	struct program_set set = program_set_empty(table->objects);
	int err = sampler_chain_load(&set, 0);

	if (!err)
		err = measure_case(table, &set, NULL, &untouched, AF_INET);
	if (!err)
		err = measure_case(table, &set, NULL, &untouched, AF_INET6);
	program_set_close(&set);
	return err;
}

/* The programs are loaded once, which takes the verifier long: they come and go. */
static int measure_sampler(struct price_table *table, struct program_set *set,
			   struct ring_view *ring)
{
	static const int families[] = { AF_INET, AF_INET6 };
	int err = 0;

	for (int f = 0; f < 2; f++) {
		for (size_t i = 0; i < CASE_COUNT && !err; i++)
			if (families[f] == AF_INET || instruction_cases[i].both_families)
				err = measure_case(table, set, ring, &instruction_cases[i].what,
						   families[f]);
	}
	return err;
}

static int check_counts(const struct program_set *set)
{
	uint64_t sampled, lost;
	int err = sampler_chain_counts(set, &sampled, &lost);

	if (!err && (lost || !sampled)) {
		fprintf(stderr, "bench_sampler: of %llu samples %llu were lost\n",
			(unsigned long long)sampled, (unsigned long long)lost);
		err = -EINVAL;
	}
	return err;
}

int bench_instructions(const struct bench_options *options)
{
	static struct price_table table;
	struct program_set set = program_set_empty(options->objects);
	struct ring_view *ring = NULL;
	int err;

	table.objects = options->objects;
	err = measure_empty(&table, AF_INET);
	if (!err)
		err = measure_empty(&table, AF_INET6);
	if (!err)
		err = measure_untouched(&table);
	if (!err)
		err = sampler_chain_load(&set, I | V);
	if (!err) {
		ring = ring_view_open(set.maps[MAP_SAMPLER_RING]);
		err = ring ? measure_sampler(&table, &set, ring) : -EIO;
	}
	if (!err)
		err = check_counts(&set);
	ring_view_close(ring);
	program_set_close(&set);
	return err;
}
