/* SPDX-License-Identifier: GPL-2.0-only */
/* The configuration file as a whole: its outside, and every component's section by that component. */
#ifndef ECBPF_CONFIG_CHECK_H
#define ECBPF_CONFIG_CHECK_H

#include <stdio.h>
#include "component.h"
#include "problem.h"

/* One line on stderr per error. 0; -EINVAL: "PATH: 3 errors"; what kept it from reading. */
int config_check(const struct component *const *table, const struct config_file *file,
		 struct problem *problem);

/* The verb: also says on `out` that all is well. `config` NULL: the standard file, which need not be there. */
int config_check_tell(FILE *out, const struct component *const *table, const char *config,
		      struct problem *problem);

/* The JSON schema of the whole file. */
int config_check_schema(FILE *out, const struct component *const *table, struct problem *problem);

#endif
