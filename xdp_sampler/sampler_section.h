/* SPDX-License-Identifier: GPL-2.0-only */
/* The values of the section "xdp_sampler" (sampler_plan.h shows it), read into what they mean. Errors are
 * noted with their lines; functions return -ENOMEM only. */
#ifndef XDP_SAMPLER_SECTION_H
#define XDP_SAMPLER_SECTION_H

#include "config_file.h"
#include "config_schema.h"
#include "sampler_plan.h"

/* Notes every error of the section, those of interfaces that nobody asks for as well, and adds its "sinks". */
int sampler_section_check(const struct config_value *section, const struct config_file *file,
			  struct sampler_sinks *sinks, struct config_errors *errors);

/* The section, or what differs for an interface: adds what is said there to the plan. */
int sampler_section_read(const struct config_value *object, bool is_section,
			 struct sampler_plan *plan, struct config_errors *errors);

/* Declares every key. */
void sampler_section_schema(struct config_schema *schema);

#endif
