/* SPDX-License-Identifier: GPL-2.0-only */
/* The status for people: a table of interfaces and slots, and below it a line per component. */
#ifndef ECBPF_STATUS_SCREEN_H
#define ECBPF_STATUS_SCREEN_H

#include <stdio.h>
#include "chain_view.h"
#include "component.h"
#include "problem.h"
#include "status_wanted.h"
#include "terminal.h"

/* Numbers are short and texts cut where the terminal is too narrow. 0 or -ENOMEM. */
int status_screen_chains(FILE *out, const struct terminal *terminal,
			 const struct chain_views *views);
/* A line for each: chains that cannot be read, what is wrong with the configuration, interfaces where the root is
 * wanted and is not attached. */
void status_screen_wanted(FILE *out, const struct terminal *terminal,
			  const struct chain_views *views, const struct status_wanted *wanted);
/* Returns how many components are sick or cannot be read. */
unsigned int status_screen_components(FILE *out, const struct terminal *terminal,
				      const struct component *const *table, const char *bpffs,
				      const struct status_wanted *wanted);

#endif
