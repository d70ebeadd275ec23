/* SPDX-License-Identifier: GPL-2.0-only */
/* The packet table, by hand: packets and what the filter must find in them. */
#ifndef XDP_FILTER_TESTS_VERDICT_ROWS_H
#define XDP_FILTER_TESTS_VERDICT_ROWS_H

#include "filter_duel.h"
#include "verdict_shapes.h"

/* What a header check finds, while the others do not look and fragments pass. */
struct check_row {
	const char *name;
	struct verdict_shape shape;
	enum filter_check check;
	__u32 reason;  /* 0: nothing */
	__u8 moves[2]; /* counters that move behind the check, if the packet comes there */
};

extern const struct check_row check_rows[];
extern const size_t check_row_count;

/* What is found in a fragment, while no check looks. */
struct fragment_row {
	const char *name;
	struct verdict_shape shape;
	__u8 moves[2]; /* counters, whatever the policy is; none: it is no fragment */
	__u8 broken;   /* nobody can tell whether it is one: what an unwanted one is dropped with */
};

extern const struct fragment_row fragment_rows[];
extern const size_t fragment_row_count;

/* First fragments that are dropped, while the rate allows answers. What a shape does not say is added
 * by answer_row_shape(): that it is a first fragment, and sixteen bytes of payload. */
struct answer_row {
	const char *name;
	struct verdict_shape shape;
	__u8 refused; /* 1: must not be answered */
	__u8 tiny;    /* 1: and counted as such */
};

extern const struct answer_row answer_rows[];
extern const size_t answer_row_count;

struct verdict_shape answer_row_shape(const struct answer_row *row);

/* Counters that move by one; 0 ends them. */
#define VERDICT_MOVES 8

struct verdict_expectation {
	__u32 action; /* XDP_PASS: goes on to the next slot */
	__u32 reason;
	__u8 moves[VERDICT_MOVES];
};

/* The packet with 0, 1 and 2 VLAN tags, and each of them in monitor mode as well, where the same is
 * counted and every packet goes on. */
void verdict_expect(struct filter_duel *duel, const char *name, const struct verdict_shape *shape,
		    const struct filter_config *config,
		    const struct verdict_expectation *expectation);

/* The packet cut to every length, with 0, 1 and 2 tags: the frame cut; the packet cut, and its length
 * field says so; the same, in a frame of the whole length. The filter must say what the model says.
 * Returns the number of frames. */
unsigned int verdict_cut(struct filter_duel *duel, const char *name,
			 const struct verdict_shape *shape, const struct filter_config *config);

#endif
