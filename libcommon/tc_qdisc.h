/* SPDX-License-Identifier: GPL-2.0-only */
/* What an interface has at tc ingress and egress, whoever made it. In its network namespace. */
#ifndef ECBPF_TC_QDISC_H
#define ECBPF_TC_QDISC_H

#include <stdint.h>
#include "tc_link.h"

/* 1 if the qdisc there is clsact, 0: there is none, or that for ingress alone; or a negative errno. */
int tc_qdisc_is_clsact(uint32_t ifindex);

/* 1 if a side has a filter of anybody's, 0 if none; or a negative errno. */
int tc_qdisc_has_filters(uint32_t ifindex, enum tc_link_side side);

#endif
