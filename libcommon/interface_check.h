/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether an interface can take the root as it is wanted, and what stands in the way: told before the kernel refuses
 * with a number, or does something else than one thinks. */
#ifndef ECBPF_INTERFACE_CHECK_H
#define ECBPF_INTERFACE_CHECK_H

#include <stdbool.h>
#include "abi/chain.h"
#include "findings.h"
#include "interface_facts.h"
#include "problem.h"

/* How the root is wanted. */
struct interface_wish {
	enum ecbpf_mode mode;
	bool frags;
};

/* Before an attach: 0, also where ecbpf's root runs already; or a negative errno with the first thing that blocks and
 * what to type ("eth0: lro: on, …; type: ethtool -K eth0 lro off"). -ENODEV: no such interface; -EBUSY: another
 * program runs there; -EOPNOTSUPP: all else. Looks only, needs no lock. What it cannot tell is left to the kernel. */
int interface_check(const char *interface, const struct interface_wish *wish, const char *bpffs,
		    struct problem *problem);

/* Everything there is to say about one, good or bad. Pure. */
void interface_check_findings(const struct interface_facts *facts,
			      const struct interface_wish *wish, struct findings *findings);

#endif
