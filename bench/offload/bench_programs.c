// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/pkt_cls.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "bench_verbs.h"
#include "offload_subject.h"
#include "price_table.h"

#define EXACT_ROUNDS 3
#define EXACT_REPEAT 10000

/* The loopback device stands for both of the router's. */
static const struct flow_place loopback = { .in = 1, .out = 1 };

struct program_case {
	struct offload_case what;
	int must_do; /* tc action */
};

#define OURS(text, out, must_do, ...)                                                              \
	{                                                                                          \
		{ KIND_PATH, { (text), SUBJECT_OURS, __VA_ARGS__ }, (out), "" }, (must_do)         \
	}
#define PEER(text, which, must_do, ...)                                                            \
	{                                                                                          \
		{ KIND_PATH, { (text), (which), __VA_ARGS__ }, OFFLOAD_OUT_DEVICE, "" }, (must_do) \
	}
#define NAT .nat = true
#define IPV6 .ipv6 = true
#define TCP .tcp = true

/* The first ones are what the others contain besides themselves. */
static const struct program_case cases[] = {
	PEER("empty", SUBJECT_DROP, TC_ACT_SHOT, NAT),
	PEER("empty", SUBJECT_DROP, TC_ACT_SHOT, NAT, IPV6),
	PEER("bare", SUBJECT_TC, TC_ACT_REDIRECT, NAT),
	PEER("bare", SUBJECT_TC, TC_ACT_REDIRECT, NAT, IPV6),
	OURS("redirect", OFFLOAD_OUT_DEVICE, TC_ACT_REDIRECT, NAT),
	OURS("redirect", OFFLOAD_OUT_DEVICE, TC_ACT_REDIRECT, NAT, IPV6),
	OURS("redirect, TCP", OFFLOAD_OUT_DEVICE, TC_ACT_REDIRECT, NAT, TCP),
	OURS("l2, redirect", OFFLOAD_OUT_DEVICE, TC_ACT_REDIRECT, .nat = false),
	OURS("neighbour", OFFLOAD_OUT_NEIGHBOUR, TC_ACT_REDIRECT, NAT),
	OURS("neighbour", OFFLOAD_OUT_NEIGHBOUR, TC_ACT_REDIRECT, NAT, IPV6),
	OURS("peer", OFFLOAD_OUT_PEER, TC_ACT_REDIRECT, NAT),
	OURS("peer", OFFLOAD_OUT_PEER, TC_ACT_REDIRECT, NAT, IPV6),
	OURS("here", OFFLOAD_OUT_HERE, TC_ACT_UNSPEC, NAT),
	OURS("here", OFFLOAD_OUT_HERE, TC_ACT_UNSPEC, NAT, IPV6),
	OURS("no_flow", OFFLOAD_OUT_DEVICE, TC_ACT_UNSPEC, NAT, .unknown = true),
	OURS("no_flow", OFFLOAD_OUT_DEVICE, TC_ACT_UNSPEC, NAT, .unknown = true, IPV6),
};

/* What a packet for lo looks like, or it would be another host's. The replay makes it the case's. */
static struct frame frame_for_loopback(const struct flow_case *what)
{
	struct frame frame = flow_case_frame(what);

	memset(frame.bytes, 0, 6);
	return frame;
}

static int enter_replay(struct price_row *row, const struct flow_case *what)
{
	const struct frame frame = flow_case_frame(what);
	struct program_set *set = &row->sets[1];
	struct bpf_object *object = program_set_open(set, "offload_replay");
	int err = object ? program_set_enter(set, object) : -ENOENT;

	if (!err)
		err = program_set_update(object, "template", frame.bytes);
	if (!err)
		err = program_set_update(object, "subject", &row->entry);
	row->entry = set->entry;
	row->frame = frame_for_loopback(what);
	return err;
}

static int add_row(struct price_table *table, const struct program_case *program)
{
	const struct flow_case *what = &program->what.flow;
	struct price_row *row =
		price_table_add(table, what->name, what->ipv6 ? AF_INET6 : AF_INET, 1, "");
	int err;

	if (!row)
		return -ENOSPC;
	err = offload_subject_load(&row->sets[0], &program->what, &loopback);
	row->entry = row->sets[0].entry;
	row->must_do = program->must_do;
	row->empty = what->ipv6;
	return err ? err : enter_replay(row, what);
}

static int measure(struct price_table *table, const struct bench_options *options, bool exact)
{
	int err = 0;

	table->objects = options->objects;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases) && !err; i++)
		err = add_row(table, &cases[i]);
	return err ? err :
		     price_table_measure(table, exact ? EXACT_ROUNDS : options->rounds,
					 exact ? EXACT_REPEAT : options->repeat, exact);
}

static int show(const struct bench_options *options, bool exact)
{
	static struct price_table table;
	int err = measure(&table, options, exact);

	for (size_t i = 0; i < table.row_count && !err; i++) {
		const struct price_row *row = &table.rows[i];
		const int family = row->family == AF_INET ? 4 : 6;

		if (exact)
			printf("%s\t%d\t%.0f\n", row->program, family, price_least(&table, i));
		else
			printf("IPv%d %-14s least %6.1f, net %6.1f\n", family, row->program,
			       price_least(&table, i), price_net(&table, i));
	}
	price_table_close(&table);
	return err;
}

int bench_instructions(const struct bench_options *options)
{
	return show(options, true);
}

int bench_programs(const struct bench_options *options)
{
	return show(options, false);
}
