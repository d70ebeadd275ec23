// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "bench_verbs.h"
#include "subject.h"
#include "traffic.h"

#define PROMISE 0.6

static const size_t lengths[] = { 10000, 1000000 };

enum { EMPTY, PEER, FILTER, ROWS_OF_TRAFFIC = FILTER + 2 };

/* Rows of one traffic: nothing, xdp-filter with one rule, and ours with each list. `many`: all
 * sources, else the first. */
static int add_traffic(struct price_table *table, const struct bench_options *options, int family,
		       const struct bench_list lists[3], const struct traffic_source *sources,
		       bool many)
{
	const struct filter_config strict = subject_strict();
	size_t empty = table->row_count;

	for (int i = 0; i < ROWS_OF_TRAFFIC; i++) {
		static const char *const names[] = { "empty", "xdp-filter", "filter", "filter" };
		const struct bench_list *list = &lists[i < FILTER ? 0 : i - PEER];
		struct price_row *row =
			price_table_add(table, names[i], family, i ? list->sources.count : 0,
					many ? "65536 sources" : "one source");
		int err;

		if (!row)
			return -ENOSPC;
		row->empty = empty;
		row->must_do = XDP_PASS;
		frame_set_source(&row->frame, family, &sources[0]);
		if (i == EMPTY)
			err = subject_program(row, "empty");
		else if (i == PEER)
			err = subject_xdp_filter(row, options->xdp_filter, list);
		else
			err = subject_filter(row, list, &strict);
		if (!err && many)
			err = traffic_enter(row, sources);
		if (err)
			return err;
	}
	return 0;
}

static int add_family(struct price_table *table, const struct bench_options *options, int family)
{
	static struct traffic_source sources[TRAFFIC_SOURCES];
	struct bench_list lists[3] = { 0 };
	int err = bench_list_make(&lists[0], family, SAMPLE_EXACT, 1);

	for (int i = 0; i < 2 && !err; i++)
		err = bench_list_make(&lists[i + 1], family, SAMPLE_MIXED, lengths[i]);
	if (!err) {
		sample_traffic(sources, TRAFFIC_SOURCES, &lists[2].sources, lists[2].image, family,
			       SAMPLE_NONE_LISTED);
		err = add_traffic(table, options, family, lists, sources, false);
	}
	if (!err)
		err = add_traffic(table, options, family, lists, sources, true);
	for (int i = 0; i < 3; i++)
		bench_list_free(&lists[i]);
	return err;
}

static void show(const struct price_table *table)
{
	printf("%-6s %-14s %-12s %8s %8s %8s %8s\n", "family", "traffic", "program", "list",
	       "least", "net", "to xdp-filter");
	for (size_t i = 0; i < table->row_count; i++) {
		const struct price_row *row = &table->rows[i];

		printf("%-6s %-14s %-12s %8zu %8.1f %8.1f",
		       row->family == AF_INET ? "IPv4" : "IPv6", row->traffic, row->program,
		       row->length, price_least(table, i), price_net(table, i));
		if (i - row->empty >= FILTER) {
			double ratio = price_ratio(table, i, row->empty + PEER);

			printf(" %8.2f, at most %.2f: %s", ratio, PROMISE,
			       ratio <= PROMISE ? "holds" : "does not hold");
		}
		putchar('\n');
	}
}

int bench_net(const struct bench_options *options)
{
	struct price_table *table = calloc(1, sizeof(*table));
	int err;

	if (!table)
		return -ENOMEM;
	table->objects = options->objects;
	err = add_family(table, options, AF_INET);
	if (!err)
		err = add_family(table, options, AF_INET6);
	if (!err)
		err = price_table_measure(table, options->rounds, options->repeat, false);
	if (!err)
		show(table);
	price_table_close(table);
	free(table);
	return err;
}
