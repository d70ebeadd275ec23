/* SPDX-License-Identifier: GPL-2.0-only */
/* A chain on the scratch bpffs with all its maps and no interface, and programs to fill it with.
 * Functions fail the test when the kernel refuses something. */
#ifndef ECBPF_TESTS_SCRATCH_CHAIN_H
#define ECBPF_TESTS_SCRATCH_CHAIN_H

#include <linux/bpf.h>
#include <stdbool.h>
#include "chain.h"

/* Of scratch_chain_set_up(); there is no such interface. */
#define SCRATCH_INTERFACE "eth0.100"

/* Creates the maps, pins them in both places and opens the chain from there. */
void scratch_chain_open(struct chain *chain, const char *interface);

/* Of one map; the caller closes the fd. */
int scratch_map(const struct map_shape *shape);

/* A program that returns `action`; the caller closes the fd. */
int scratch_program(const char *name, enum bpf_prog_type type, int action);
/* The same for XDP, that also uses these maps. */
int scratch_program_with_maps(const char *name, const int *maps, size_t map_count);
__u32 scratch_program_id(int fd);

/* For cmocka: *state is a struct chain, open before a test, and gone after it with every pin. The
 * teardown fails the test if it left file descriptors open. (L10) */
int scratch_chain_set_up(void **state);
int scratch_chain_tear_down(void **state);

#endif
