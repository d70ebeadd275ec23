/* SPDX-License-Identifier: GPL-2.0-only */
/* The section of the configuration file, key by key. */
#ifndef BYPASS_SECTION_H
#define BYPASS_SECTION_H

#include "bypass_plan.h"
#include "config_file.h"
#include "config_schema.h"

/* Reads all of it into a plan that is empty, the file of flows as well; errors are noted. 0, or -ENOMEM. */
int bypass_section_read(struct bypass_plan *plan, const struct config_value *section,
			struct config_errors *errors);

/* Declares every key that bypass_section_read() knows. */
void bypass_section_schema(struct config_schema *schema);

#endif
