/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BYPASS_EXCLUDED_PREFIX_H
#define BYPASS_EXCLUDED_PREFIX_H

#include <stdbool.h>
#include "bypass_udp.h"

/* Is one of the four addresses excluded, of what a flow arrives with and of what it leaves with? */
bool bypass_excludes(const struct bypass_excluded *excluded, const struct flow_key *arrives,
		     const struct flow_key *leaves);

#endif
