// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "bench_verbs.h"
#include "flow_subject.h"
#include "price_table.h"
#include "program_case.h"

#define EXACT_ROUNDS 3
#define EXACT_REPEAT 10000

/* The loopback device stands for the one that packets leave through. */
static const struct flow_place out_of_loopback = { .in = 4711, .out = 1 };
static const struct flow_place back_to_loopback = { .in = 1, .out = 1 };

static int add_row(struct price_table *table, const struct program_case *program)
{
	const struct flow_case *what = &program->what;
	struct price_row *row = price_table_add(table, what->name, what->ipv6 ? AF_INET6 : AF_INET,
						what->flows ? what->flows : 1, "");
	int err;

	if (!row)
		return -ENOSPC;
	err = flow_subject_load(&row->sets[0], what,
				what->same_port ? &back_to_loopback : &out_of_loopback);
	if (!err)
		err = flow_traffic_replay(&row->sets[1], what, row->sets[0].entry);
	row->entry = row->sets[1].entry;
	row->frame = flow_case_frame(what);
	row->must_do = program->must_do;
	row->empty = what->ipv6;
	return err;
}

/* What a program makes of the packet. */
static int run_once(const struct price_row *row, struct frame *ret_frame)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = row->frame.bytes,
		    .data_size_in = row->frame.length, .data_out = ret_frame->bytes,
		    .data_size_out = sizeof(ret_frame->bytes), .repeat = 1);
	int err = bpf_prog_test_run_opts(row->entry, &options);

	ret_frame->length = options.data_size_out;
	return err;
}

/* A peer is one only if it makes the same of a packet. */
static int compare(const struct price_row *row, const struct price_row *peer)
{
	struct frame frame = { 0 }, other = { 0 };
	int err = run_once(row, &frame);

	if (!err)
		err = run_once(peer, &other);
	if (!err &&
	    (frame.length != other.length || memcmp(frame.bytes, other.bytes, frame.length) != 0)) {
		fprintf(stderr, "bench_bypass: %s and %s send different packets\n", row->program,
			peer->program);
		err = -EINVAL;
	}
	return err;
}

static int compare_with_peers(const struct price_table *table)
{
	int err = 0;

	for (size_t i = 0; i < table->row_count && !err; i++)
		for (size_t peer = 0; peer < table->row_count && !err; peer++)
			if (!strcmp(table->rows[i].program, "nat") &&
			    !strcmp(table->rows[peer].program, "bare") &&
			    table->rows[i].family == table->rows[peer].family)
				err = compare(&table->rows[i], &table->rows[peer]);
	return err;
}

static int measure(struct price_table *table, const struct bench_options *options, bool exact)
{
	int err = 0;

	table->objects = options->objects;
	for (size_t i = 0; i < program_case_count && !err; i++)
		err = add_row(table, &program_cases[i]);
	if (!err)
		err = compare_with_peers(table);
	if (err)
		return err;
	return price_table_measure(table, exact ? EXACT_ROUNDS : options->rounds,
				   exact ? EXACT_REPEAT : (unsigned int)options->repeat, exact);
}

static int family(const struct price_row *row)
{
	return row->family == AF_INET ? 4 : 6;
}

int bench_instructions(const struct bench_options *options)
{
	static struct price_table table;
	int err = measure(&table, options, true);

	for (size_t i = 0; i < table.row_count && !err; i++)
		printf("%s\t%d\t%.0f\n", table.rows[i].program, family(&table.rows[i]),
		       price_least(&table, i));
	price_table_close(&table);
	return err;
}

int bench_programs(const struct bench_options *options)
{
	static struct price_table table;
	int err = measure(&table, options, false);

	for (size_t i = 0; i < table.row_count && !err; i++) {
		const struct price_row *row = &table.rows[i];

		printf("IPv%d %-14s least %6.1f, net %6.1f\n", family(row), row->program,
		       price_least(&table, i), price_net(&table, i));
	}
	price_table_close(&table);
	return err;
}
