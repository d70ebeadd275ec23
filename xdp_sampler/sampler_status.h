/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XDP_SAMPLER_STATUS_H
#define XDP_SAMPLER_STATUS_H

#include <stdbool.h>
#include "interface.h"
#include "problem.h"
#include "report.h"
#include "sampler_state.h"

/* Version of the shape of --status --json, and of --recorders --json. */
#define SAMPLER_STATUS_SCHEMA 1

enum sampler_view {
	SAMPLER_VIEW_ALL,
	SAMPLER_VIEW_CPUS, /* and what each CPU has done */
	SAMPLER_VIEW_RECORDERS,
};

/* Reports the sampler of every interface of the list; of an empty list, of every interface that has
 * one. *ret_sick counts those that do not do what they were told to. */
int sampler_status(struct report *report, const char *bpffs,
		   const struct interface_list *interfaces, enum sampler_view view,
		   unsigned int *ret_sick, struct problem *problem);

#endif
