/* SPDX-License-Identifier: GPL-2.0-only */
/* The real filter, loaded for BPF_PROG_TEST_RUN and set up as a model is. What cannot fail in a test
 * ends it. */
#ifndef XDP_FILTER_TESTS_FILTER_SUBJECT_H
#define XDP_FILTER_TESTS_FILTER_SUBJECT_H

#include "filter_model.h"
#include "harness/run_program.h"
#include "source_list.h"

enum subject_map {
	SUBJECT_CONFIG,
	SUBJECT_COUNTERS,
	SUBJECT_SOURCES,
	SUBJECT_LOCAL_IPV4,
	SUBJECT_LOCAL_IPV6,
	SUBJECT_PTB_BUCKET,
	SUBJECT_MAP_COUNT,
};

struct filter_subject {
	const struct run_chain *chain;
	struct run_program program;
	int map[SUBJECT_MAP_COUNT]; /* file descriptors of the program's */
	struct source_list sources; /* sorted: the number of a source is that of its hits */
	void *image;                /* of the list packets meet */
	size_t image_size;
};

/* Puts the filter into a slot of the chain. `bucket` is the ptb_bucket of another filter to share, or
 * -1. Close with subject_close(). */
void subject_open(struct filter_subject *subject, const struct run_chain *chain, uint32_t slot,
		  int bucket);
void subject_close(struct filter_subject *subject);

/* Takes over configuration, sources and local prefixes of the model; hits begin at 0. */
void subject_follow(struct filter_subject *subject, const struct filter_model *model);

/* The configuration alone. */
void subject_configure(struct filter_subject *subject, const struct filter_config *config);

/* Sources as text, "192.0.2.0/24, 2001:db8::/32", all dropped, whose cells are there for that many
 * CPUs. */
void subject_list(struct filter_subject *subject, const char *text, unsigned int cpus);

/* Sums over the CPUs. */
void subject_counters(const struct filter_subject *subject, struct filter_counters *ret_counters);

/* Hits of one prefix of the list. */
void subject_hits(const struct filter_subject *subject, const struct model_prefix *prefix,
		  uint64_t *ret_packets, uint64_t *ret_bytes);

#endif
