/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether the packet filter's rules of this network namespace change: nftables (and iptables-nft, which
 * is nftables to the kernel) at once, told by the kernel. Legacy iptables is told by nobody: its tables
 * have to be looked at again and again. */
#ifndef BYPASS_RULES_WATCH_H
#define BYPASS_RULES_WATCH_H

#include <stdbool.h>
#include "problem.h"

struct rules_watch;

/* -EOPNOTSUPP or -EPROTONOSUPPORT: this kernel has no nftables that tells. */
int rules_watch_open(struct rules_watch **ret, struct problem *problem);

/* Readable: something changed in nftables. */
int rules_watch_fd(const struct rules_watch *watch);

/* Takes what was told, without waiting. *ret_changed: rules, sets or their elements did change, or may
 * have (the kernel had no room to tell). */
int rules_watch_take(struct rules_watch *watch, bool *ret_changed, struct problem *problem);

void rules_watch_close(struct rules_watch *watch);

#endif
