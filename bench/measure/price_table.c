// SPDX-License-Identifier: GPL-2.0-only
#include "price_table.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "measure.h"

struct price_row *price_table_add(struct price_table *table, const char *program, int family,
				  size_t length, const char *traffic)
{
	struct price_row *row = &table->rows[table->row_count];

	if (table->row_count == PRICE_ROWS) {
		fprintf(stderr, "%s: more than %d rows\n", program_invocation_short_name,
			PRICE_ROWS);
		return NULL;
	}
	*row = (struct price_row){ .program = program,
				   .family = family,
				   .length = length,
				   .traffic = traffic,
				   .empty = table->row_count++,
				   .must_do = -1,
				   .frame = frame_make(family, FRAME_UDP) };
	for (int i = 0; i < 2; i++)
		row->sets[i] = program_set_empty(table->objects);
	return row;
}

static int complain(const struct price_row *row, int err, const char *what)
{
	fprintf(stderr, "%s: %s with %zu entries: %s: %s\n", program_invocation_short_name,
		row->program, row->length, what, strerror(-err));
	return err;
}

/* A wrong verdict would make a wrong price. */
static int check(const struct price_row *row)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = row->frame.bytes,
		    .data_size_in = row->frame.length, .repeat = 1);
	int err = bpf_prog_test_run_opts(row->entry, &options);

	if (err)
		return complain(row, err, "cannot run");
	if (row->must_do >= 0 && options.retval != (unsigned int)row->must_do) {
		fprintf(stderr, "returned %u, not %d: ", options.retval, row->must_do);
		return complain(row, -EINVAL, "decides otherwise than it should");
	}
	return 0;
}

static int measure_row(struct price_row *row, size_t round, unsigned int repeat, bool exact)
{
	const struct measure_frame frame = { row->frame.bytes, row->frame.length };
	double warm;
	int err;

	if (row->most && repeat > row->most)
		repeat = row->most;
	if (row->prepare)
		row->prepare(row);
	err = measure_packet(row->entry, &frame, repeat / 16 + 1, true, &warm);
	if (row->prepare)
		row->prepare(row);
	return err ? err : measure_packet(row->entry, &frame, repeat, exact, &row->prices[round]);
}

static int measure_round(struct price_table *table, size_t round, unsigned int repeat, bool exact)
{
	for (size_t i = 0; i < table->row_count; i++) {
		int err = measure_row(&table->rows[i], round, repeat, exact);

		if (err)
			return complain(&table->rows[i], err, "cannot run");
	}
	return 0;
}

int price_table_measure(struct price_table *table, size_t rounds, unsigned int repeat, bool exact)
{
	int err = 0;

	for (size_t i = 0; i < table->row_count && !err; i++)
		err = check(&table->rows[i]);
	table->rounds = rounds;
	for (size_t round = 0; round < rounds && !err; round++) {
		if (isatty(STDERR_FILENO))
			fprintf(stderr, "\rround %zu of %zu ", round + 1, rounds);
		err = measure_round(table, round, repeat, exact);
	}
	if (isatty(STDERR_FILENO))
		fputs("\r                  \r", stderr);
	return err;
}

static double net_in_round(const struct price_table *table, size_t row, size_t round)
{
	return table->rows[row].prices[round] - table->rows[table->rows[row].empty].prices[round];
}

double price_least(const struct price_table *table, size_t row)
{
	return measure_minimum(table->rows[row].prices, table->rounds);
}

double price_net(const struct price_table *table, size_t row)
{
	double net[PRICE_ROUNDS];

	for (size_t round = 0; round < table->rounds; round++)
		net[round] = net_in_round(table, row, round);
	return measure_median(net, table->rounds);
}

double price_ratio(const struct price_table *table, size_t row, size_t peer)
{
	double ratio[PRICE_ROUNDS];

	for (size_t round = 0; round < table->rounds; round++)
		ratio[round] = net_in_round(table, row, round) / net_in_round(table, peer, round);
	return measure_median(ratio, table->rounds);
}

void price_table_collect(struct price_table *total, const struct price_table *table)
{
	for (size_t i = 0; i < table->row_count; i++) {
		struct price_row *row = &total->rows[i];

		if (!total->rounds) {
			*row = table->rows[i];
			continue;
		}
		memcpy(&row->prices[total->rounds], table->rows[i].prices,
		       table->rounds * sizeof(*row->prices));
	}
	total->row_count = table->row_count;
	total->rounds += table->rounds;
}

void price_table_close(struct price_table *table)
{
	for (size_t i = 0; i < table->row_count; i++)
		for (int set = 0; set < 2; set++)
			program_set_close(&table->rows[i].sets[set]);
	table->row_count = 0;
}
