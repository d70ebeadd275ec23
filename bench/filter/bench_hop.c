// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bench_verbs.h"
#include "measure.h"
#include "received.h"
#include "subject.h"
#include "traffic.h"

enum { GENERATOR, AT_ONCE, FILTER, NFT, HOP_COUNT };

/* Frames leave through NAME_from and are dropped at its peer, NAME_to. */
struct hop {
	const char *name;
	unsigned int from, to; /* interfaces; 0: dropped where they are made */
	struct program_set generator;
	struct program_set receiver;
	double prices[PRICE_ROUNDS];
};

static int complain(const struct hop *hop, int err, const char *what)
{
	fprintf(stderr, "bench_filter: hop %s: %s: %s\n", hop->name, what, strerror(-err));
	return err;
}

static int find_interfaces(struct hop *hop)
{
	char name[IF_NAMESIZE];

	(void)snprintf(name, sizeof(name), "%s_from", hop->name);
	hop->from = if_nametoindex(name);
	(void)snprintf(name, sizeof(name), "%s_to", hop->name);
	hop->to = if_nametoindex(name);
	return hop->from && hop->to ? 0 : complain(hop, -ENODEV, name);
}

static int load_generator(struct hop *hop, int family, const struct traffic_source *sources)
{
	struct frame frame = frame_make(family, FRAME_UDP);
	int err = traffic_generator(&hop->generator, &frame, family, hop->from, sources);

	return err ? complain(hop, err, "load its generator") : 0;
}

static int attach(struct hop *hop)
{
	int err = bpf_xdp_attach((int)hop->to, hop->receiver.entry, XDP_FLAGS_DRV_MODE, NULL);

	return err ? complain(hop, err, "attach its receiver") : 0;
}

static int load_filter(struct hop *hop, const struct bench_list *list)
{
	const struct filter_config strict = subject_strict();
	struct price_row row = { .sets = { hop->receiver } };
	int err = subject_filter(&row, list, &strict);

	hop->receiver = row.sets[0];
	return err;
}

static int prepare(struct hop *hops, int family, const struct bench_list *list)
{
	static struct traffic_source sources[TRAFFIC_SOURCES];
	int err = 0;

	sample_traffic(sources, TRAFFIC_SOURCES, &list->sources, list->image, family,
		       SAMPLE_ALL_LISTED);
	for (int i = 0; i < HOP_COUNT && !err; i++) {
		if (i != GENERATOR)
			err = find_interfaces(&hops[i]);
		if (!err)
			err = load_generator(&hops[i], family, sources);
	}
	if (!err)
		err = program_set_single(&hops[AT_ONCE].receiver, "drop_at_once");
	if (!err)
		err = attach(&hops[AT_ONCE]);
	if (!err)
		err = load_filter(&hops[FILTER], list);
	return err ? err : attach(&hops[FILTER]);
}

static int send_frames(struct hop *hop, unsigned int repeat, double *ret_price)
{
	unsigned int before = hop->to ? received_packets(hop->to) : 0;
	int err = traffic_send(&hop->generator, hop->from, TRAFFIC_FRAME_SIZE, repeat, ret_price);

	if (err)
		return complain(hop, err, "send");
	if (hop->to && received_packets(hop->to) - before < repeat) {
		fprintf(stderr, "%u of %u frames arrived: ", received_packets(hop->to) - before,
			repeat);
		return complain(hop, -EIO, "frames were lost");
	}
	return 0;
}

static int measure(struct hop *hops, const struct bench_options *options)
{
	double warm;
	int err = 0;

	for (unsigned int round = 0; round < options->rounds; round++)
		for (int i = 0; i < HOP_COUNT && !err; i++) {
			err = send_frames(&hops[i], TRAFFIC_SOURCES, &warm);
			if (!err)
				err = send_frames(&hops[i], options->repeat,
						  &hops[i].prices[round]);
		}
	return err;
}

/* Median over the rounds of the ratio of two hops' prices, each without that of `base`; -1: whole. */
static double ratio(const struct hop *hops, int base, unsigned int rounds)
{
	double ratios[PRICE_ROUNDS];

	for (unsigned int round = 0; round < rounds; round++) {
		double less = base < 0 ? 0 : hops[base].prices[round];

		ratios[round] =
			(hops[FILTER].prices[round] - less) / (hops[NFT].prices[round] - less);
	}
	return measure_median(ratios, rounds);
}

static void show(struct hop *hops, const struct bench_options *options)
{
	double whole = ratio(hops, -1, options->rounds);
	double hop = ratio(hops, GENERATOR, options->rounds);
	double drop = ratio(hops, AT_ONCE, options->rounds);

	printf("IPv%u, %u prefixes, nanoseconds per packet\n", options->family, options->count);
	for (int i = 0; i < HOP_COUNT; i++)
		printf("%-12s least %6.0f, median %6.0f\n", hops[i].name,
		       measure_minimum(hops[i].prices, options->rounds),
		       measure_median(hops[i].prices, options->rounds));
	printf("filter to nft: everything %.3f; without the generator %.3f; the drop alone %.3f\n",
	       whole, hop, drop);
}

int bench_hop(const struct bench_options *options)
{
	struct hop hops[HOP_COUNT] = {
		[GENERATOR] = { .name = "generator" },
		[AT_ONCE] = { .name = "at_once" },
		[FILTER] = { .name = "filter" },
		[NFT] = { .name = "nft" },
	};
	int family = options->family == 6 ? AF_INET6 : AF_INET;
	struct bench_list list = { 0 };
	int err = bench_list_make(&list, family, SAMPLE_MIXED, options->count);

	for (int i = 0; i < HOP_COUNT; i++) {
		hops[i].generator = program_set_empty(options->objects);
		hops[i].receiver = program_set_empty(options->objects);
	}
	if (!err)
		err = prepare(hops, family, &list);
	if (!err)
		err = measure(hops, options);
	if (!err)
		show(hops, options);
	for (int i = 0; i < HOP_COUNT; i++) {
		program_set_close(&hops[i].generator);
		program_set_close(&hops[i].receiver);
	}
	bench_list_free(&list);
	return err;
}

int bench_print_list(const struct bench_options *options)
{
	struct source_list list = { 0 };
	char text[ADDRESS_PREFIX_TEXT_SIZE];
	int family = options->family == 6 ? AF_INET6 : AF_INET;
	int err = sample_list(&list, family, SAMPLE_MIXED, options->count);

	for (size_t i = 0; i < list.count && !err; i++)
		puts(address_prefix_text(&list.sources[i].prefix, text, sizeof(text)));
	source_list_free(&list);
	return err;
}
