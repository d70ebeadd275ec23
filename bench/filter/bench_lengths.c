// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "bench_verbs.h"
#include "subject.h"
#include "traffic.h"

static const size_t lengths[] = { 10, 100, 1000, 10000, 100000, 1000000 };

struct length_row {
	const char *program;
	enum { SUBJECT_PROGRAM, SUBJECT_LOOKUP, SUBJECT_FILTER, SUBJECT_PEER } kind;
	const char *object;
	enum sample_kind sample;
	enum { ONE_SOURCE, MANY_SOURCES } traffic;
};

/* "empty" stands before what it is subtracted from. */
static const struct length_row length_rows[] = {
	{ "empty", SUBJECT_PROGRAM, "empty", SAMPLE_MIXED, MANY_SOURCES },
	{ "list", SUBJECT_LOOKUP, "lookup_list", SAMPLE_MIXED, MANY_SOURCES },
	{ "trie", SUBJECT_LOOKUP, "lookup_trie", SAMPLE_MIXED, MANY_SOURCES },
	{ "hash", SUBJECT_LOOKUP, "lookup_hash", SAMPLE_EXACT, MANY_SOURCES },
	{ "filter", SUBJECT_FILTER, NULL, SAMPLE_MIXED, MANY_SOURCES },
	{ "xdp-filter", SUBJECT_PEER, NULL, SAMPLE_EXACT, MANY_SOURCES },
	{ "empty", SUBJECT_PROGRAM, "empty", SAMPLE_MIXED, ONE_SOURCE },
	{ "list", SUBJECT_LOOKUP, "lookup_list", SAMPLE_MIXED, ONE_SOURCE },
	{ "filter", SUBJECT_FILTER, NULL, SAMPLE_MIXED, ONE_SOURCE },
	{ "xdp-filter", SUBJECT_PEER, NULL, SAMPLE_EXACT, ONE_SOURCE },
};

struct length_traffic {
	struct bench_list list;
	struct traffic_source sources[TRAFFIC_SOURCES]; /* half of them listed */
	struct traffic_source unlisted;
};

static int load(struct price_row *row, const struct length_row *what,
		const struct bench_options *options, const struct length_traffic *traffic)
{
	const struct filter_config strict = subject_strict();
	int err;

	if (what->kind == SUBJECT_PROGRAM)
		err = subject_program(row, what->object);
	else if (what->kind == SUBJECT_LOOKUP)
		err = subject_lookup(row, what->object, &traffic->list);
	else if (what->kind == SUBJECT_FILTER)
		err = subject_filter(row, &traffic->list, &strict);
	else
		err = subject_xdp_filter(row, options->xdp_filter, &traffic->list);
	frame_set_source(&row->frame, row->family, &traffic->unlisted);
	if (!err && what->traffic == MANY_SOURCES)
		err = traffic_enter(row, traffic->sources);
	return err;
}

static int make_traffic(struct length_traffic *traffic, int family, enum sample_kind kind,
			size_t length)
{
	int err = bench_list_make(&traffic->list, family, kind, length);

	if (err)
		return err;
	sample_traffic(&traffic->unlisted, 1, &traffic->list.sources, traffic->list.image, family,
		       SAMPLE_NONE_LISTED);
	sample_traffic(traffic->sources, TRAFFIC_SOURCES, &traffic->list.sources,
		       traffic->list.image, family, SAMPLE_HALF_LISTED);
	return 0;
}

static int add_length(struct price_table *table, const struct bench_options *options, int family,
		      size_t length)
{
	static struct length_traffic traffics[2]; /* by kind of sample */
	size_t empty = 0;
	int err = 0;

	for (int kind = 0; kind < 2 && !err; kind++)
		err = make_traffic(&traffics[kind], family, kind, length);
	for (size_t i = 0; i < sizeof(length_rows) / sizeof(*length_rows) && !err; i++) {
		const struct length_row *what = &length_rows[i];
		struct price_row *row =
			price_table_add(table, what->program, family, length,
					what->traffic == ONE_SOURCE ? "one" : "many");

		if (!row)
			err = -ENOSPC;
		else
			err = load(row, what, options, &traffics[what->sample]);
		if (row && what->kind == SUBJECT_PROGRAM)
			empty = row->empty;
		else if (row)
			row->empty = empty;
		if (row && what->traffic == ONE_SOURCE)
			row->must_do = XDP_PASS;
	}
	for (int kind = 0; kind < 2; kind++)
		bench_list_free(&traffics[kind].list);
	return err;
}

static int measure_family(struct price_table *table, const struct bench_options *options,
			  int family)
{
	int err = 0;

	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths) && !err; i++)
		if (!options->count || options->count == lengths[i])
			err = add_length(table, options, family, lengths[i]);
	if (!err)
		err = price_table_measure(table, options->rounds, options->repeat, false);
	for (size_t i = 0; i < table->row_count && !err; i++) {
		const struct price_row *row = &table->rows[i];

		printf("%d\t%s\t%s\t%zu\t%.1f\t%.1f\n", family == AF_INET ? 4 : 6, row->traffic,
		       row->program, row->length, price_least(table, i), price_net(table, i));
	}
	price_table_close(table);
	return err;
}

int bench_lengths(const struct bench_options *options)
{
	struct price_table *table = calloc(1, sizeof(*table));
	int err;

	if (!table)
		return -ENOMEM;
	table->objects = options->objects;
	puts("family\tsources\tprogram\tlength\tleast\tnet");
	err = options->family == 6 ? 0 : measure_family(table, options, AF_INET);
	if (!err && options->family != 4)
		err = measure_family(table, options, AF_INET6);
	free(table);
	return err;
}
