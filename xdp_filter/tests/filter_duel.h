/* SPDX-License-Identifier: GPL-2.0-only */
/* The real filter and the model meet the same frames. Any difference ends the test and is shown with
 * the frame. */
#ifndef XDP_FILTER_TESTS_FILTER_DUEL_H
#define XDP_FILTER_TESTS_FILTER_DUEL_H

#include "filter_subject.h"

#define DUEL_SLOT 2

struct filter_duel {
	struct run_chain chain;
	struct filter_subject subject;
	struct filter_model model;
	const struct run_program *entry; /* frames enter here: the filter, or a slot before it */
	struct filter_answer answer;     /* of the model to the last frame */
	struct ecbpf_stats expected;     /* what the chain must have counted since the beginning */
	struct filter_counters before;
};

void duel_open(struct filter_duel *duel, uint32_t frags);
void duel_close(struct filter_duel *duel);

/* For cmocka: *state is the struct filter_duel, which begins with what an empty model knows. */
int duel_set_up(void **state);
int duel_tear_down(void **state);

/* Takes over what the model knows; what both count, hits as well, begins at 0. */
void duel_begin(struct filter_duel *duel);

/* Another configuration; counters begin at 0 again, hits go on. */
void duel_configure(struct filter_duel *duel, const struct filter_config *config);

/* One frame: action and bytes are the same. */
void duel_frame(struct filter_duel *duel, const char *what, const void *bytes, size_t length);

/* The same where a program before the filter changes where the frame lies: `given` enters, and
 * `frame` is what the filter meets. */
void duel_moved_frame(struct filter_duel *duel, const char *what, const struct run_frame *given,
		      const struct filter_frame *frame);

/* Whether counters, reasons and hits are the same since then; shows the first difference. */
bool duel_counts(const struct filter_duel *duel);

void duel_show(const struct filter_duel *duel, const char *what, const void *bytes, size_t length);

#endif
