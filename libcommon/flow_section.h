/* SPDX-License-Identifier: GPL-2.0-only */
/* "flows" and "flow_file" in the sections of components that have flows. */
#ifndef ECBPF_FLOW_SECTION_H
#define ECBPF_FLOW_SECTION_H

#include "config_file.h"
#include "config_schema.h"
#include "flow_rule_list.h"

/* Adds the rules of the file that "flow_file" names; errors are noted. 0 or -ENOMEM. What "flows" holds
 * flow_file_take() reads. */
int flow_section_read_file(const struct config_value *member, struct flow_rule_list *list,
			   struct config_errors *errors);

/* Declares "flows". */
void flow_section_declare(struct config_schema *schema);

#define FLOW_SECTION_FILE_HELP "A file of static flows, lines or JSON, as --flow-file takes it"

#endif
