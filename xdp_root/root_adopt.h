/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ECBPF_ROOT_ADOPT_H
#define ECBPF_ROOT_ADOPT_H

#include <stdbool.h>
#include "chain.h"
#include "problem.h"

/* Finds the directory of pins whose link is what runs on `interface`: the interface was renamed if
 * it is another than its own. *ret_found tells. */
int root_find_pins(const char *bpffs, const char *interface, bool *ret_found,
		   char ret_name[INTERFACE_NAME_SIZE], struct problem *problem);

/* Gives the pins of a renamed interface its new name, if it has none under that name. Under the
 * lock. */
int root_adopt(const struct chain *chain, const char *bpffs, struct problem *problem);

#endif
