/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads what is compared into a row of the table. Functions return 0 or a negative errno, told on
 * stderr. */
#ifndef BENCH_SUBJECT_H
#define BENCH_SUBJECT_H

#include "bench_list.h"
#include "price_table.h"
#include "xdp_filter.h"

#define SUBJECT_SLOT 2

/* Object of Debian's xdp-filter: every feature, what is on the list is dropped. */
#define SUBJECT_XDP_FILTER "xdpfilt_alw_all"

/* Any single program. */
int subject_program(struct price_row *row, const char *object);

/* xdp_root with our filter in its slot. */
int subject_filter(struct price_row *row, const struct bench_list *list,
		   const struct filter_config *config);

/* Gives a loaded chain another configuration, and another list unless that is NULL. */
int subject_set_filter(const struct program_set *set, const struct bench_list *list,
		       const struct filter_config *config);

/* Everything on: fragments and whatever a check finds are dropped. */
struct filter_config subject_strict(void);

/* One lookup by itself, "lookup_list", "lookup_trie" or "lookup_hash". */
int subject_lookup(struct price_row *row, const char *object, const struct bench_list *list);

/* xdp-filter, whose object is in `directory`, with a list of addresses. */
int subject_xdp_filter(struct price_row *row, const char *directory, const struct bench_list *list);

/* The frame of the row is made anew before each packet. */
int subject_restore(struct price_row *row);

#endif
