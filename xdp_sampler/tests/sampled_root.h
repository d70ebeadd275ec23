/* SPDX-License-Identifier: GPL-2.0-only */
/* A real root on the loopback of a network namespace of the test's own, pinned in a bpffs of its own, and
 * the sampler in its chain as sampler_attach() puts it there. What cannot fail in a test ends it. */
#ifndef SAMPLED_ROOT_H
#define SAMPLED_ROOT_H

#include <stdint.h>
#include "harness/loopback_root.h"
#include "sampler_ledger.h"
#include "xdp_sampler.h"

#define SAMPLED_INTERFACE LOOPBACK_ROOT_INTERFACE

/* For cmocka. */
int sampled_root_setup(void **state);
int sampled_root_teardown(void **state);

/* Where the bpffs is mounted. */
const char *sampled_root_bpffs(void);

/* Every packet is a sample of the verdict place. `ring_size` as --ring-size takes it. */
void sampled_root_attach(const char *ring_size);
void sampled_root_detach(void);

/* Someone else empties the exit hook. */
void sampled_root_empty_hook(void);
/* As a reader would note them: of the sink "json x", which fails, 9 samples offered, 4 delivered, 3 lost, and of a
 * capture beside it 1 offered. */
void sampled_root_note_sinks(void);

/* Packets through the chain, on one CPU. */
void sampled_root_flood(unsigned int cpu, uint32_t packets);

/* What the maps say now; arrays of sampled_root_cpus() members are the test's own. */
struct sampled_state {
	uint32_t cpu_count;
	struct sampler_cpu *cpus;
	struct ledger_cpu *ledger;
	struct ledger_daemon daemon;
};
void sampled_root_read(struct sampled_state *ret_state);
void sampled_root_free(struct sampled_state *state);

/* Of all CPUs, after it was seen that on each of them sampled = lost in the ring + read, and of each sink
 * with a name offered = delivered + lost. */
struct sampled_totals {
	uint64_t sampled, ring_lost, read;
	struct ledger_sink sink[LEDGER_SINKS];
};
struct sampled_totals sampled_root_totals(void);

#endif
