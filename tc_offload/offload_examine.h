/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OFFLOAD_EXAMINE_H
#define OFFLOAD_EXAMINE_H

#include "findings.h"
#include "offload_facts.h"
#include "problem.h"

/* component.examine: what --check finds wrong, or worth knowing, about the host and the interfaces where it is
 * attached; nothing if it is not. What a doctor looks at anyway (bpffs, rights, JIT) is left out. */
int offload_examine(struct findings *findings, const char *bpffs, struct problem *problem);

/* The same of facts. */
void offload_examine_facts(struct findings *findings, const struct offload_facts *facts);

#endif
