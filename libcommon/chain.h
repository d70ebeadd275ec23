/* SPDX-License-Identifier: GPL-2.0-only */
/* The pinned maps and link of one interface's chain. Every shared object is pinned in two places,
 * because the kernel empties a PROG_ARRAY when its last user-space reference goes: whichever pin
 * is still there is used. */
#ifndef ECBPF_CHAIN_H
#define ECBPF_CHAIN_H

#include "abi/chain.h"
#include "bpffs.h"
#include "interface.h"
#include "pinned_map.h"
#include "problem.h"

enum chain_map {
	CHAIN_SLOTS,
	CHAIN_STATS,
	CHAIN_EXIT_HOOK,
	CHAIN_CAPTURE_HOOK,
	CHAIN_CLEARED,
	CHAIN_IDENTITY,
	CHAIN_PROGRAMS,
	CHAIN_MAP_COUNT,
};

extern const struct map_shape chain_map_shapes[CHAIN_MAP_COUNT];

struct chain {
	char interface[INTERFACE_NAME_SIZE];
	char pins[BPFFS_PATH_SIZE];   /* BPFFS/ecbpf/<interface> */
	char second[BPFFS_PATH_SIZE]; /* BPFFS/ecbpf/second_references/<interface> */
	int map[CHAIN_MAP_COUNT];     /* fds, -1: not pinned anywhere */
	int link;                     /* fd of the root's bpf_link, -1: not pinned anywhere */
	unsigned int missing_first;   /* shared pins that are not under `pins` */
	unsigned int missing_second;  /* shared pins that are not under `second` */
};

/* An empty chain: paths set, nothing open. */
void chain_init(struct chain *chain, const char *bpffs, const char *interface);
void chain_close(struct chain *chain);

/* Adds the interfaces that have a directory of pins, in either place. */
int chain_list(const char *bpffs, struct interface_list *list, struct problem *problem);

/* Opens what is pinned, from either place. 0 also when parts are missing (fds are -1 then);
 * -ENOENT (nothing told) when neither directory exists; -EPROTO: pins of another version, of which
 * the link and what this build knows are open all the same. */
int chain_open(struct chain *chain, struct problem *problem);

/* True if all maps were found. */
bool chain_has_maps(const struct chain *chain);

/* Looks for maps that are pinned in neither place among those of the pinned root program, by id,
 * which needs CAP_SYS_ADMIN. What is not found stays -1. */
void chain_find_maps(struct chain *chain);

/* Makes the directories and pins every open map in both places, where it is not yet. */
int chain_pin_maps(struct chain *chain, struct problem *problem);

/* Removes the pins of all shared maps but the identity, in both places. */
int chain_unpin_maps(struct chain *chain, struct problem *problem);

/* Removes both directories. */
int chain_remove(struct chain *chain, struct problem *problem);

/* Reads or writes the record of whose chain this is. */
int chain_read_identity(const struct chain *chain, struct ecbpf_chain_identity *ret_identity,
			struct problem *problem);
int chain_write_identity(const struct chain *chain, const struct ecbpf_chain_identity *identity,
			 struct problem *problem);

#endif
