// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "bench_verbs.h"
#include "measure.h"
#include "ring_reader.h"
#include "sampler_chain.h"
#include "traffic.h"
#include "xdp_sampler.h"

/* Samples of one measurement: together they find room in the ring. */
#define SAMPLES_OF_128 60000
#define SAMPLES_OF_1500 7000

/* Rows that are compared with each other. */
enum { IPV4_ONE, IPV4_MANY, IPV6_ONE, IPV6_MANY, GROUP_COUNT };

#define ALL_GROUPS 0xf
#define ONE_PACKET (1 << IPV4_ONE | 1 << IPV6_ONE)
#define ONLY_IPV4 (1 << IPV4_ONE)

struct price_case {
	struct sampler_case what;
	double limit;        /* nanoseconds that are promised over the chain, 0: nothing is */
	unsigned int groups; /* bit per group that has it */
	enum { TAKES_NONE, TAKES_SOME, TAKES_ALL } takes;
};

#define V HAS_VERDICT
#define CROWD(...) .crowd = { __VA_ARGS__ }
#define SAMPLE(length) .rate = 1, .frame_length = (length)

static const struct price_case price_cases[] = {
	{ { .name = "a hook that hands on", .programs = HAS_HANDS_ON }, 0, ONLY_IPV4, TAKES_NONE },
	{ { "verdict 1:1000", V, .rate = 1000 }, 3, ONLY_IPV4, TAKES_SOME },
	{ { "ingress 1:1000", HAS_INGRESS, .rate = 1000 }, 3, ONLY_IPV4, TAKES_SOME },
	{ { "both 1:1000", HAS_INGRESS | V, .rate = 1000 }, 0, ONLY_IPV4, TAKES_SOME },
	{ { "sample 128", V, SAMPLE(128) }, 110, ONLY_IPV4, TAKES_ALL },
	{ { "sample 128, both places", HAS_INGRESS | V, SAMPLE(128) }, 0, ONLY_IPV4, TAKES_ALL },
	{ { "sample 1500", V, SAMPLE(1500) }, 0, ONLY_IPV4, TAKES_ALL },
	{ { "sample 128, reader on a timer", V, SAMPLE(128), .reader = READ_ON_TIMER },
	  0,
	  ONLY_IPV4,
	  TAKES_ALL },
	{ { "sample 128, default wake-ups", HAS_DEFAULT_WAKEUPS, SAMPLE(128),
	    .reader = READ_ON_WAKEUP },
	  0,
	  ONLY_IPV4,
	  TAKES_ALL },
	{ { "32 masks, none fits", V, CROWD(32, 32, CROWD_RANDOM) }, 60, ALL_GROUPS, TAKES_NONE },
	{ { "32 masks, none fits", V, CROWD(32, 10000, CROWD_RANDOM) }, 60, ALL_GROUPS, TAKES_NONE },
	{ { "64 masks, none fits", V, CROWD(64, 64, CROWD_RANDOM) }, 0, ALL_GROUPS, TAKES_NONE },
	{ { "64 masks, none fits", V, CROWD(64, 10000, CROWD_RANDOM) }, 0, ALL_GROUPS, TAKES_NONE },
	{ { "32 masks, all tried", V, CROWD(32, 64, CROWD_WORST) }, 0, ONE_PACKET, TAKES_NONE },
	{ { "64 masks, all tried", V, CROWD(64, 128, CROWD_WORST) }, 0, ONE_PACKET, TAKES_NONE },
	{ { "32 masks, one hits", V, CROWD(32, 32, CROWD_HIT) }, 0, ONE_PACKET, TAKES_ALL },
};

/* What a row needs besides its programs. */
struct price_context {
	const struct price_case *what; /* NULL: a row that others are compared with */
	struct ring_view *ring;
	double tries;
	uint64_t sampled, lost;
};

struct prices {
	const struct bench_options *options;
	struct price_table *table; /* of one load */
	struct price_context contexts[PRICE_ROWS];
	struct traffic_source sources[2][TRAFFIC_SOURCES]; /* IPv4, IPv6 */
};

static void prepare(struct price_row *row)
{
	struct price_context *context = row->context;

	(void)ring_reader_watch(context->ring, context->what->what.reader);
	if (context->ring)
		ring_view_empty(context->ring);
}

static unsigned int most_packets(const struct price_case *what)
{
	if (what->takes != TAKES_ALL)
		return 0;
	if (what->what.frame_length > SAMPLER_CAPTURE_DEFAULT)
		return SAMPLES_OF_1500;
	return what->what.programs & HAS_INGRESS ? SAMPLES_OF_128 / 2 : SAMPLES_OF_128;
}

static int load_case(struct prices *prices, struct price_row *row, const struct price_case *what,
		     bool many)
{
	struct price_context *context = row->context;
	struct program_set *set = &row->sets[0];
	int err = sampler_chain_load(set, what->what.programs);

	if (!err)
		err = sampler_chain_set(set, &what->what, row->family, &row->frame,
					prices->sources[row->family == AF_INET6],
					many ? TRAFFIC_SOURCES : 0, &context->tries);
	row->entry = set->entry;
	row->most = most_packets(what);
	if (err || set->maps[MAP_SAMPLER_RING] < 0)
		return err;
	row->prepare = prepare;
	context->ring = ring_view_open(set->maps[MAP_SAMPLER_RING]);
	return context->ring ? 0 : -EIO;
}

/* A row of the case; without one, what others are compared with: "empty" or "chain". */
static int add_row(struct prices *prices, const char *name, const struct price_case *what,
		   int group)
{
	int family = group < IPV6_ONE ? AF_INET : AF_INET6;
	bool many = group == IPV4_MANY || group == IPV6_MANY;
	struct price_row *row =
		price_table_add(prices->table, name, family, what ? what->what.crowd.count : 0,
				many ? "65536 sources" : "one packet");
	int err;

	if (!row)
		return -ENOSPC;
	row->context = &prices->contexts[row - prices->table->rows];
	*(struct price_context *)row->context = (struct price_context){ .what = what };
	row->must_do = XDP_PASS;
	if (what && what->what.frame_length)
		row->frame.length = what->what.frame_length;
	if (what)
		err = load_case(prices, row, what, many);
	else if (!strcmp(name, "empty"))
		err = program_set_single(&row->sets[0], "empty");
	else
		err = sampler_chain_load(&row->sets[0], 0);
	row->entry = row->sets[0].entry;
	if (!err && many)
		err = traffic_enter(row, prices->sources[family == AF_INET6]);
	return err;
}

/* Cases are compared with the chain, and that with the empty program. */
static int add_group(struct prices *prices, int group)
{
	size_t empty = prices->table->row_count;
	int err = add_row(prices, "empty", NULL, group);

	if (!err)
		err = add_row(prices, "chain", NULL, group);
	for (size_t i = 0; i < sizeof(price_cases) / sizeof(*price_cases) && !err; i++)
		if (price_cases[i].groups >> group & 1)
			err = add_row(prices, price_cases[i].what.name, &price_cases[i], group);
	for (size_t i = empty + 1; i < prices->table->row_count; i++)
		prices->table->rows[i].empty = i == empty + 1 ? empty : empty + 1;
	return err;
}

/* A price is that of the case only if as many samples were taken as it says, and all found room. */
static int check_counts(const struct price_row *row)
{
	struct price_context *context = row->context;
	int err;

	if (!context->ring)
		return 0;
	err = sampler_chain_counts(&row->sets[0], &context->sampled, &context->lost);
	if (err)
		return err;
	if (context->lost || !context->sampled != (context->what->takes == TAKES_NONE)) {
		fprintf(stderr, "bench_sampler: %s: %llu samples, %llu lost\n", row->program,
			(unsigned long long)context->sampled, (unsigned long long)context->lost);
		return -EINVAL;
	}
	return 0;
}

static int measure_load(struct prices *prices, struct price_table *total)
{
	struct price_table *table = prices->table;
	int err = 0;

	for (int group = 0; group < GROUP_COUNT && !err; group++)
		err = add_group(prices, group);
	if (!err)
		err = price_table_measure(table, prices->options->rounds,
					  (unsigned int)prices->options->repeat, false);
	(void)ring_reader_watch(NULL, READ_BETWEEN);
	for (size_t i = 0; i < table->row_count; i++) {
		if (!err)
			err = check_counts(&table->rows[i]);
		ring_view_close(prices->contexts[i].ring);
	}
	if (!err)
		price_table_collect(total, table);
	price_table_close(table);
	return err;
}

static void show_row(const struct price_table *total, size_t i)
{
	const struct price_row *row = &total->rows[i];
	const struct price_context *context = row->context;
	double least = price_least(total, i), chain = price_least(total, row->empty);
	double empty = price_least(total, total->rows[row->empty].empty);

	printf("%-5s %-13s %-29s %9zu %6.2f %7.1f %7.1f", row->family == AF_INET ? "IPv4" : "IPv6",
	       row->traffic, row->program, row->length, context->tries, least, least - empty);
	if (context->what)
		printf(" %7.1f %7.1f", least - chain, price_net(total, i));
	if (context->what && context->what->limit > 0)
		printf("  at most %.0f: %s", context->what->limit,
		       least - chain <= context->what->limit ? "holds" : "does not hold");
	putchar('\n');
}

static void fill_sources(struct prices *prices)
{
	uint64_t state = 1;

	for (size_t i = 0; i < TRAFFIC_SOURCES; i++)
		for (int word = 0; word < 4; word++) {
			prices->sources[0][i].word[word] = (uint32_t)measure_random(&state);
			prices->sources[1][i].word[word] = (uint32_t)measure_random(&state);
		}
	for (size_t i = 0; i < TRAFFIC_SOURCES; i++) {
		unsigned char *address = (unsigned char *)prices->sources[1][i].word;

		address[0] = 0x20 | (address[0] & 0x1f);
	}
}

int bench_prices(const struct bench_options *options)
{
	static struct price_table table, total;
	static struct prices prices;
	int err = 0;

	if (options->loads * options->rounds > PRICE_ROUNDS) {
		fprintf(stderr, "bench_sampler: more than %d rounds in all\n", PRICE_ROUNDS);
		return -EINVAL;
	}
	prices.options = options;
	prices.table = &table;
	table.objects = options->objects;
	fill_sources(&prices);
	for (unsigned int load = 0; load < options->loads && !err; load++)
		err = measure_load(&prices, &total);
	if (err)
		return err;
	printf("%-5s %-13s %-29s %9s %6s %7s %7s %7s %7s\n", "", "traffic", "case", "recorders",
	       "tries", "least", "net", "chain +", "median");
	for (size_t i = 0; i < total.row_count; i++)
		show_row(&total, i);
	return 0;
}
