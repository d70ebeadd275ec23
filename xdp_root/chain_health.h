/* SPDX-License-Identifier: GPL-2.0-only */
/* Everything known about one interface's chain, and where pins, attachment and intent disagree. */
#ifndef ECBPF_CHAIN_HEALTH_H
#define ECBPF_CHAIN_HEALTH_H

#include <stdbool.h>
#include "attachment.h"
#include "chain.h"
#include "slot_table.h"

#define CHAIN_FINDINGS_MAX 32
#define CHAIN_FINDING_SIZE 320

struct chain_health {
	struct chain chain;
	bool has_pins;
	struct attachment attachment;
	struct slot slots[ECBPF_PLACE_COUNT]; /* the exit hook's, too */
	__u32 root_id;                        /* of the pinned root program, 0: none */
	bool is_nop; /* what runs is the program that --detach --nop leaves */
	/* One sentence each; a disagreement says what to type. */
	char disagreements[CHAIN_FINDINGS_MAX][CHAIN_FINDING_SIZE];
	size_t disagreement_count;
	char notes[CHAIN_FINDINGS_MAX][CHAIN_FINDING_SIZE];
	size_t note_count;
};

/* Looks, changes nothing. Fails only if it cannot look. Close with chain_health_close(), also after
 * a failure. */
int chain_health_read(struct chain_health *ret_health, const char *bpffs, const char *interface,
		      struct problem *problem);
/* The same, without the lock, so that a loader that hangs cannot keep anyone from looking: what disagrees is looked at
 * again, as a loader at work is gone in a moment. */
int chain_health_settled(struct chain_health *ret_health, const char *bpffs, const char *interface,
			 struct problem *problem);
void chain_health_close(struct chain_health *health);

#endif
