// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "bench_verbs.h"
#include "subject.h"

#define ROUNDS 3
#define REPEAT 10000

/* What the packet meets. Lists are random; in "listed" the source is on the list. */
struct instruction_case {
	const char *name;
	enum frame_kind frame;
	enum { CONFIG_ZERO, CONFIG_STRICT, CONFIG_ANSWER } config;
	enum sample_listed listed;
	int must_do;
	bool is_restored;  /* the program changes the packet: see restore_root.bpf.c */
	size_t lengths[4]; /* of the lists, ends with SIZE_MAX */
};

#define ALL_LENGTHS                                                                                \
	{                                                                                          \
		0, 10000, 1000000, SIZE_MAX                                                        \
	}
#define NO_LIST                                                                                    \
	{                                                                                          \
		0, SIZE_MAX                                                                        \
	}
#define WITH_LIST                                                                                  \
	{                                                                                          \
		10000, 1000000, SIZE_MAX                                                           \
	}

static const struct instruction_case instruction_cases[] = {
	{ "pass", FRAME_UDP, CONFIG_ZERO, SAMPLE_NONE_LISTED, XDP_PASS, false, ALL_LENGTHS },
	{ "pass_all_checks", FRAME_UDP, CONFIG_STRICT, SAMPLE_NONE_LISTED, XDP_PASS, false,
	  ALL_LENGTHS },
	{ "listed", FRAME_UDP, CONFIG_STRICT, SAMPLE_ALL_LISTED, XDP_DROP, false, WITH_LIST },
	{ "first_fragment", FRAME_FIRST, CONFIG_STRICT, SAMPLE_NONE_LISTED, XDP_DROP, false,
	  NO_LIST },
	{ "later_fragment", FRAME_LATER, CONFIG_STRICT, SAMPLE_NONE_LISTED, XDP_DROP, false,
	  NO_LIST },
	{ "packet_too_big", FRAME_FIRST, CONFIG_ANSWER, SAMPLE_NONE_LISTED, XDP_TX, true, NO_LIST },
};

static int measure(struct price_table *table)
{
	const struct price_row *row = &table->rows[0];
	int err = price_table_measure(table, ROUNDS, REPEAT, true);

	if (!err)
		printf("%s\t%d\t%zu\t%.0f\n", row->program, row->family == AF_INET ? 4 : 6,
		       row->length, price_least(table, 0));
	price_table_close(table);
	return err;
}

static int measure_case(struct price_table *table, const struct program_set *filter,
			const struct instruction_case *what, const struct bench_list *list)
{
	struct filter_config config = { 0 };
	struct traffic_source source;
	struct price_row *row =
		price_table_add(table, what->name, list->family, list->sources.count, "");
	int err;

	row->frame = frame_make(list->family, what->frame);
	row->must_do = what->must_do;
	row->entry = filter->entry;
	if (list->sources.count) {
		sample_traffic(&source, 1, &list->sources, list->image, list->family, what->listed);
		frame_set_source(&row->frame, list->family, &source);
	}
	if (what->config != CONFIG_ZERO)
		config = subject_strict();
	if (what->config == CONFIG_ANSWER)
		config.ptb_interval = 1;
	err = subject_set_filter(filter, list->sources.count ? list : NULL, &config);
	if (!err && what->is_restored)
		err = subject_restore(row);
	return err ? err : measure(table);
}

/* The cases that have a list of this length. */
static int measure_length(struct price_table *table, const struct program_set *filter, int family,
			  size_t length)
{
	struct bench_list list = { .family = family };
	int err = length ? bench_list_make(&list, family, SAMPLE_MIXED, length) : 0;

	for (size_t i = 0; i < sizeof(instruction_cases) / sizeof(*instruction_cases); i++) {
		const struct instruction_case *what = &instruction_cases[i];

		for (size_t n = 0; what->lengths[n] != SIZE_MAX && !err; n++)
			if (what->lengths[n] == length)
				err = measure_case(table, filter, what, &list);
	}
	bench_list_free(&list);
	return err;
}

/* What the other rows contain besides the filter: the kernel's loop, and that of restoring. */
static int measure_empty(struct price_table *table, int family)
{
	struct price_row *row = price_table_add(table, "empty", family, 0, "");
	int err = subject_program(row, "empty");

	if (!err)
		err = measure(table);
	if (err)
		return err;
	row = price_table_add(table, "restored", family, 0, "");
	row->frame = frame_make(family, FRAME_FIRST);
	err = subject_program(row, "empty");
	if (!err)
		err = subject_restore(row);
	return err ? err : measure(table);
}

/* The program is loaded once, which takes the verifier long: lists come and go, the longest last. */
int bench_instructions(const struct bench_options *options)
{
	static const int families[] = { AF_INET, AF_INET6 };
	static const size_t lengths[] = ALL_LENGTHS;
	struct program_set filter = program_set_empty(options->objects);
	struct price_table *table = calloc(1, sizeof(*table));
	int err;

	if (!table)
		return -ENOMEM;
	table->objects = options->objects;
	err = program_set_chain(&filter, "xdp_root", FILTER_PROGRAM, 1U << SUBJECT_SLOT);
	for (int i = 0; i < 2 && !err; i++)
		err = measure_empty(table, families[i]);
	for (size_t n = 0; lengths[n] != SIZE_MAX; n++)
		for (int i = 0; i < 2 && !err; i++)
			err = measure_length(table, &filter, families[i], lengths[n]);
	program_set_close(&filter);
	free(table);
	return err;
}
