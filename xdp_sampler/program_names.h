/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of the programs of one chain, as samples tell them: they outlive the programs. */
#ifndef XDP_SAMPLER_PROGRAM_NAMES_H
#define XDP_SAMPLER_PROGRAM_NAMES_H

#include <stdint.h>
#include "abi/slots.h"
#include "chain.h"

/* Starts as zeros. */
struct program_names {
	const char *row[ECBPF_ROW_COUNT];
	uint32_t id[ECBPF_SLOT_COUNT]; /* of the program whose reasons these are */
	const char *reason[ECBPF_SLOT_COUNT][ECBPF_REASON_LIMIT];
};

/* Brings the names up to date; what cannot be read stays as it was. */
void program_names_refresh(struct program_names *names, const struct chain *chain);

/* Of the program in a row, "" if unknown. Lives as long as the process. */
const char *program_names_of(const struct program_names *names, unsigned int row);

/* What the program in a row calls one of its own reasons, NULL if unknown. Lives as long. */
const char *program_names_reason(const struct program_names *names, unsigned int row,
				 unsigned int reason);

#endif
