/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OFFLOAD_WANTED_H
#define OFFLOAD_WANTED_H

#include <stdbool.h>
#include "config_file.h"
#include "interface.h"
#include "problem.h"

/* component.interfaces: as host_config_wanted_in(), but that "all" in the section's own "interfaces" means what it means
 * on the command line; none is no error here. */
int offload_wanted(const struct config_file *file, bool *ret_wanted,
		   struct interface_list *ret_interfaces, unsigned int *ret_missing,
		   struct problem *problem);

#endif
