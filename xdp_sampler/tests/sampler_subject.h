/* SPDX-License-Identifier: GPL-2.0-only */
/* The sampler's programs in a chain without an interface: root, ingress place in slot 1, a program in
 * slot 2 that decides as the frame asks (sampler_decider.bpf.c), verdict place in the exit hook. */
#ifndef SAMPLER_SUBJECT_H
#define SAMPLER_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/packet_build.h"
#include "harness/run_program.h"
#include "sample.h"
#include "xdp_sampler.h"

#define SUBJECT_DECIDER_SLOT 2
#define SUBJECT_NOTHING 6 /* action byte: the decider continues */

struct sampler_subject {
	struct run_chain chain;
	struct run_program root;
	struct run_program ingress;
	struct run_program verdict;
	struct run_program decider;
	int config; /* maps; borrowed */
	int cpus;
	int ring;
	__u64 generation;
	unsigned int cpu_count;
};

/* Both programs are loaded; `places` (bits) run. `ring_size` 0: the default. cmocka asserts. */
void subject_open(struct sampler_subject *subject, unsigned int places, __u32 frags,
		  __u32 ring_size);
void subject_close(struct sampler_subject *subject);

/* Everything is let in, 128 bytes are kept, nothing is chosen by chance. */
struct sampler_config subject_config(void);
/* Sets the rates of a place in `config`, for all verdicts. */
void subject_rate(struct sampler_config *config, enum sampler_place place, __u32 rate);
/* Writes it with a new generation. */
void subject_set(struct sampler_subject *subject, struct sampler_config config, bool recorders);

/* A frame to send: its source address asks for action and reason. */
void subject_ask(struct packet_builder *builder, __u8 action, __u8 reason);
void subject_run(const struct sampler_subject *subject, const struct packet_builder *builder);
/* On one CPU, many times over. */
void subject_flood(const struct sampler_subject *subject, const struct packet_builder *builder,
		   unsigned int cpu, __u32 repeat);

/* Sums and single CPUs; the array has cpu_count members, free() it. */
struct sampler_cpu *subject_cpus(const struct sampler_subject *subject);

/* Takes what is in the ring: copies of samples, each aligned; free() ret_samples with
 * subject_free(). */
struct subject_samples {
	struct sample **samples;
	size_t count;
};
void subject_take(const struct sampler_subject *subject, struct subject_samples *ret_samples);
void subject_free(struct subject_samples *samples);

#endif
