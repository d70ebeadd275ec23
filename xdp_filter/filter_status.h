/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XDP_FILTER_STATUS_H
#define XDP_FILTER_STATUS_H

#include <stddef.h>
#include <stdio.h>
#include "interface.h"
#include "problem.h"
#include "report.h"

/* Version of the shape of --status --json. */
#define FILTER_STATUS_SCHEMA 1

struct filter_status_wish {
	unsigned int slot;    /* may be PROGRAM_SLOT_ANY */
	size_t entries;       /* sources shown of each list, 0: all */
	unsigned int seconds; /* over which drops per second are measured, 0: they are not */
};

/* Reports the filter of every interface of the list; of an empty list, of every interface that has
 * it. *ret_sick counts the filters that are loaded and that no packet reaches. */
int filter_status(struct report *report, const char *bpffs, const struct interface_list *interfaces,
		  const struct filter_status_wish *wish, unsigned int *ret_sick,
		  struct problem *problem);

/* Writes the sources in force of one filter to `stream`, as a list file. */
int filter_dump(FILE *stream, const char *bpffs, const char *interface, unsigned int slot,
		struct problem *problem);

#endif
