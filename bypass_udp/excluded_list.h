/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes of the list of excluded prefixes; pure. `version` is not touched. */
#ifndef BYPASS_EXCLUDED_LIST_H
#define BYPASS_EXCLUDED_LIST_H

#include <stdbool.h>
#include "bypass_udp.h"
#include "problem.h"

/* Adds the prefixes of "10.0.0.0/8,2001:db8::1", each once. On failure nothing is added: -EINVAL with
 * what is wrong told, -ENOSPC: more than BYPASS_EXCLUDED_LIMIT. */
int excluded_list_add(struct bypass_excluded *excluded, const char *text, struct problem *problem);

/* Takes exactly these prefixes out. On failure nothing is: -EINVAL, -ENOENT: one is not there. */
int excluded_list_remove(struct bypass_excluded *excluded, const char *text,
			 struct problem *problem);

/* True if both exclude the same prefixes, in any order. */
bool excluded_list_same(const struct bypass_excluded *a, const struct bypass_excluded *b);

#endif
