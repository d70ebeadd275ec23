/* SPDX-License-Identifier: GPL-2.0-only */
/* --check: what this host lacks for tc_offload, and what to type. Changes nothing. */
#ifndef OFFLOAD_CHECK_H
#define OFFLOAD_CHECK_H

#include <stddef.h>
#include "interface.h"
#include "problem.h"
#include "report.h"

/* Version of the shape of --check --json. */
#define OFFLOAD_CHECK_SCHEMA 1

/* Reports what the host has and lacks, then each interface: those of the list; of an empty list, those that
 * are attached; if nothing is, lo and those that "all" means. *ret_missing: how many things are missing. */
int offload_check(struct report *report, const char *bpffs, const struct interface_list *interfaces,
		  size_t *ret_missing, struct problem *problem);

#endif
