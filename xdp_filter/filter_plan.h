/* SPDX-License-Identifier: GPL-2.0-only */
/* What the configuration file and the list files it names want of each interface's filter: read as a
 * whole before anything is changed. */
#ifndef XDP_FILTER_PLAN_H
#define XDP_FILTER_PLAN_H

#include <stdbool.h>
#include "config_file.h"
#include "filter_settings.h"
#include "interface.h"
#include "problem.h"
#include "source_list.h"

struct filter_plan {
	char interface[INTERFACE_NAME_SIZE];
	struct filter_config config; /* standard settings, and over them those of the file */
	unsigned int slot;           /* PROGRAM_SLOT_ANY: the file does not say */
	struct source_list sources;  /* sorted, all SOURCE_FROM_CONFIG */
};

/* Starts as zeros; release with filter_plans_free(), also on failure. */
struct filter_plans {
	struct filter_plan *plans;
	size_t count;
};

/* The plan of each interface. `path` NULL: there is no file, and every plan is the standard one.
 * -ENOENT: the file is not there; with `optional` that is like NULL. Else what is wrong with it. */
int filter_plans_load(struct filter_plans *plans, const char *path, bool optional,
		      const struct interface_list *interfaces, struct problem *problem);
void filter_plans_free(struct filter_plans *plans);

/* Notes every error of the section, with those of its list files. 0 or -ENOMEM. */
int filter_plan_check(const struct config_file *file, const struct config_value *section,
		      struct config_errors *errors);

/* The plan of an interface that was in the list; NULL if it was not. */
const struct filter_plan *filter_plans_find(const struct filter_plans *plans,
					    const char *interface);

#endif
