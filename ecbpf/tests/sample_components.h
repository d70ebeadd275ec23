/* SPDX-License-Identifier: GPL-2.0-only */
/* Two components that do what a test tells them to: "xdp_root" with the keys "mode", and "beta" with "size". */
#ifndef ECBPF_TESTS_SAMPLE_COMPONENTS_H
#define ECBPF_TESTS_SAMPLE_COMPONENTS_H

#include "component.h"

struct sample_answers {
	const char *headline;
	int headline_err;
	unsigned int sick;
	int status_err;
	int apply_err;
};

extern struct sample_answers sample_root, sample_beta;

/* What apply() was called with, in order: "xdp_root(lo) beta() ". */
extern char sample_applied[256];

extern const struct component *const sample_table[];

/* Both fine and attached, nothing applied yet. */
void sample_reset(void);

/* Writes a file that is gone at the next call, and returns its path. */
const char *sample_config(const char *content);

/* Text that a function printed; the caller frees it. */
struct sample_output {
	FILE *stream;
	char *text;
	size_t size;
};
void sample_output_open(struct sample_output *output);
void sample_output_close(struct sample_output *output);

#endif
