/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs whose prices are compared: measured one after the other, round after round. */
#ifndef BENCH_PRICE_TABLE_H
#define BENCH_PRICE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include "frames.h"
#include "program_set.h"

#define PRICE_ROWS 80
#define PRICE_ROUNDS 60

struct price_row {
	const char *program;
	int family;                 /* AF_INET or AF_INET6 */
	size_t length;              /* of the list */
	const char *traffic;        /* for readers: "one source", "half listed" … */
	struct program_set sets[2]; /* owned: what is measured, and what gives it its packets */
	int entry;                  /* the program that packets enter */
	struct frame frame;
	size_t empty;                           /* row whose price is subtracted; may be this one */
	int must_do;                            /* XDP action that the frame must meet, -1: any */
	unsigned int most;                      /* packets of one measurement, 0: no limit */
	void (*prepare)(struct price_row *row); /* before each measurement, or NULL */
	void *context;                          /* for it, or NULL */
	double prices[PRICE_ROUNDS];
};

struct price_table {
	const char *objects; /* folder of the object files */
	struct price_row rows[PRICE_ROWS];
	size_t row_count;
	size_t rounds;
};

/* An empty row at the end of the table, whose own price is subtracted. NULL: no space, told. */
struct price_row *price_table_add(struct price_table *table, const char *program, int family,
				  size_t length, const char *traffic);

/* 0 or a negative errno, told on stderr. `exact`: see measure_packet(). */
int price_table_measure(struct price_table *table, size_t rounds, unsigned int repeat, bool exact);

/* Nanoseconds: the least, and the median over the rounds of what is left when the price of the
 * `empty` row in the same round is taken away. */
double price_least(const struct price_table *table, size_t row);
double price_net(const struct price_table *table, size_t row);

/* Median over the rounds of the ratio of both net prices. */
double price_ratio(const struct price_table *table, size_t row, size_t peer);

/* Appends the prices of a table with the same rows, which was loaded anew: it matters where code lies.
 * `total` starts as zeros and owns nothing; at most PRICE_ROUNDS rounds in all. */
void price_table_collect(struct price_table *total, const struct price_table *table);

void price_table_close(struct price_table *table);

#endif
