/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of the programs of one chain, as samples tell them: they outlive the programs. */
#ifndef XDP_SAMPLER_PROGRAM_NAMES_H
#define XDP_SAMPLER_PROGRAM_NAMES_H

#include "abi/slots.h"
#include "chain.h"

/* Starts as zeros. */
struct program_names {
	const char *row[ECBPF_ROW_COUNT];
};

/* Brings the names up to date; what cannot be read stays as it was. */
void program_names_refresh(struct program_names *names, const struct chain *chain);

/* Of the program in a row, "" if unknown. Lives as long as the process. */
const char *program_names_of(const struct program_names *names, unsigned int row);

#endif
