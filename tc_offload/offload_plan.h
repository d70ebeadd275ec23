/* SPDX-License-Identifier: GPL-2.0-only */
/* What the configuration file wants, read as a whole before anything is changed: its section
 *
 *	"tc_offload": {
 *		"interfaces": ["lo", "all", "bond:b0"],  "all" as on the command line; interface_selector.h
 *		"at": "ingress",                         "egress", "both"
 *		"max_flows": 65536,
 *		"set_sysctls": true,
 *		"flows": [{ "in": "10.0.0.1:5000 > 10.0.0.2:53", "out": "l2", "both": true }],
 *		"flow_file": "/etc/ecbpf/flows"          and those of a file (flow_file.h)
 *	}
 *
 * Sections of others do not matter; in this one every name is known. */
#ifndef OFFLOAD_PLAN_H
#define OFFLOAD_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "config_file.h"
#include "config_schema.h"
#include "flow_file.h"
#include "interface.h"
#include "offload_attach.h"
#include "problem.h"
#include "tc_offload.h"

/* The words of enum offload_at_choice, and NULL. */
extern const char *const offload_at_words[];

/* Starts as zeros; release with offload_plan_free(), also on failure. */
struct offload_plan {
	bool is_there;    /* the section */
	char *interfaces; /* selectors with commas between; NULL: not said */
	enum offload_at_choice at;
	uint32_t max_flows; /* 0: not said */
	bool set_sysctls;
	bool has_flows; /* "flows" or "flow_file" is there */
	struct flow_rule_list flows;
};

/* Reads the section into a plan that is empty; errors are noted. 0, or -ENOMEM. */
int offload_plan_read(struct offload_plan *plan, const struct config_value *section,
		      struct config_errors *errors);
/* Of it only what stands behind "interfaces". */
int offload_plan_read_interfaces(struct offload_plan *plan, const struct config_value *interfaces,
				 struct config_errors *errors);
/* Declares every key that it knows. */
void offload_plan_schema(struct config_schema *schema);

/* `path` NULL: there is no file, and nothing is wanted. -ENOENT: the file is not there; with `optional`
 * that is like NULL. -EINVAL: errors, in the problem the first as "PATH: line N: tc_offload.NAME: why
 * (and M more)", the others are logged. */
int offload_plan_load(struct offload_plan *ret_plan, const char *path, bool optional,
		      struct problem *problem);
/* The same for `size` bytes that came from `path`. */
int offload_plan_parse(struct offload_plan *ret_plan, const char *path, const char *content,
		       size_t size, struct problem *problem);
void offload_plan_free(struct offload_plan *plan);

/* Adds what plan->interfaces, not NULL, means on this host; "all" stays "all". A name that no interface has is told,
 * and counted in *ret_missing. */
int offload_plan_interfaces(const struct offload_plan *plan, struct interface_list *list,
			    unsigned int *ret_missing, struct problem *problem);

#endif
