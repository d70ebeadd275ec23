/* SPDX-License-Identifier: GPL-2.0-only */
/* The values of the section "xdp_sampler" (sampler_plan.h shows it), read into what they mean. Errors are
 * noted with their lines; functions return -ENOMEM only. */
#ifndef XDP_SAMPLER_SECTION_H
#define XDP_SAMPLER_SECTION_H

#include "config_file.h"
#include "sampler_plan.h"

/* The section, or what differs for an interface: adds what is said there to the plan. */
int sampler_section_read(const struct config_value *object, bool is_section,
			 struct sampler_plan *plan, struct config_errors *errors);

/* Adds the section's "sinks". */
int sampler_section_sinks(const struct config_value *section, const struct config_file *file,
			  struct sampler_sinks *sinks, struct config_errors *errors);

#endif
