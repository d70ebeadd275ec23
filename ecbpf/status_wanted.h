/* SPDX-License-Identifier: GPL-2.0-only */
/* What the configuration file wants, for the status to compare with. */
#ifndef ECBPF_STATUS_WANTED_H
#define ECBPF_STATUS_WANTED_H

#include <stdbool.h>
#include "config_file.h"
#include "interface.h"
#include "problem.h"

struct status_wanted {
	const char *path;
	struct config_file *file;         /* NULL: there is none, or it cannot be read */
	struct interface_list interfaces; /* where the root is wanted, resolved now */
	unsigned int missing;             /* names in the file that no interface here has; logged */
	struct problem problem;           /* told: the file cannot be read */
};

/* A file that is missing or broken is no failure: nothing is known to be wanted then. */
void status_wanted_read(struct status_wanted *ret_wanted, const char *config);
void status_wanted_free(struct status_wanted *wanted);

bool status_wanted_has(const struct status_wanted *wanted, const char *component);

#endif
