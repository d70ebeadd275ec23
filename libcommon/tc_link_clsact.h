/* SPDX-License-Identifier: GPL-2.0-only */
/* The part of tc_link.h for kernels without tcx. */
#ifndef ECBPF_TC_LINK_CLSACT_H
#define ECBPF_TC_LINK_CLSACT_H

#include <linux/types.h>
#include "tc_link.h"

int tc_link_clsact_attach(const struct tc_link *link, int program, struct problem *problem);
int tc_link_clsact_detach(const struct tc_link *link, struct problem *problem);
/* *ret_id: of the program in the filter that is ours, 0: none. */
int tc_link_clsact_query(const struct tc_link *link, __u32 *ret_id, struct problem *problem);

#endif
