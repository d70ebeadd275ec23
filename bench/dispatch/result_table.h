/* SPDX-License-Identifier: GPL-2.0-only */
/* What was measured of every variant, and what it says about the promises. */
#ifndef BENCH_RESULT_TABLE_H
#define BENCH_RESULT_TABLE_H

#include <stdbool.h>

#define RESULT_LOADS 50
#define RESULT_ROUNDS 50

struct result_settings {
	unsigned int loads;  /* every variant is loaded anew: where its code lies matters */
	unsigned int rounds; /* of all variants, one after the other, in each load */
	unsigned int repeat; /* packets of one measurement */
	unsigned int cpu;
	bool exact; /* see measure_packet() */
};

struct result_table;

/* NULL when out of memory; free() it. */
struct result_table *result_table_new(void);

/* Measures every variant; `objects` is the folder of the object files. 0 or a negative errno, told
 * on stderr. Shows its progress on a terminal. */
int result_table_fill(struct result_table *table, const struct result_settings *settings,
		      const char *objects);

/* On stdout. Text and JSON end with the promises. Instructions are lines of: program, slots,
 * instructions; separated by tabs. */
void result_table_text(struct result_table *table);
void result_table_json(struct result_table *table);
void result_table_instructions(const struct result_table *table);

#endif
