/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BYPASS_STATS_TEXT_H
#define BYPASS_STATS_TEXT_H

#include "bypass_state.h"
#include "bypass_stats.h"
#include "problem.h"

/* What --stats writes of a state: memory to be freed; NULL: told. */
char *stats_text(const struct bypass_state *state, enum bypass_stats_format format,
		 struct problem *problem);

#endif
