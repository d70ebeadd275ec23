/* SPDX-License-Identifier: GPL-2.0-only */
/* What the configuration file wants, read as a whole before anything is changed: its section
 *
 *	"bypass_udp": {
 *		"interfaces": ["eth0", "enp*"],          where it is wanted (host_config.h)
 *		"slot": 7,
 *		"monitor": "off", "max_flows": 65536,    settings: names as in bypass_settings.h; a list
 *		"idle_timeout": ["60s", "dns=10s"],      may be an array or a text with commas
 *		"exclude": ["10.0.0.0/8"],
 *		"flows": [{ "in": "10.0.0.1:5000 > 10.0.0.2:53", "out": "l2", "both": true }],
 *		"flow_file": "/etc/ecbpf/flows",         and those of a file (flow_file.h)
 *		"interface": { "eth1": { "monitor": "on" } },
 *		"stats": { "seconds": 10 }               see stats_section.h
 *	}
 *
 * Sections of others do not matter; in this one every name is known. */
#ifndef BYPASS_PLAN_H
#define BYPASS_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include "bypass_settings.h"
#include "bypass_udp.h"
#include "flow_file.h"
#include "interface.h"
#include "problem.h"
#include "stats_section.h"

struct bypass_plan_interface {
	char name[INTERFACE_NAME_SIZE];
	struct bypass_request request; /* only what an interface has for itself */
};

/* Starts as zeros; release with bypass_plan_free(), also on failure. */
struct bypass_plan {
	struct bypass_request request;
	bool has_slot;
	unsigned int slot;
	bool has_flows; /* "flows" or "flow_file" is there */
	struct flow_rule_list flows;
	bool has_excluded;
	struct bypass_excluded excluded;
	struct bypass_plan_interface *interfaces;
	size_t interface_count;
	struct stats_section stats;
};

/* `path` NULL: there is no file, and nothing is wanted. -ENOENT: the file is not there; with `optional`
 * that is like NULL. -EINVAL: errors, in the problem the first as "PATH: line N: bypass_udp.NAME: why
 * (and M more)", the others are logged. */
int bypass_plan_load(struct bypass_plan *ret_plan, const char *path, bool optional,
		     struct problem *problem);
/* The same for `size` bytes that came from `path`. */
int bypass_plan_parse(struct bypass_plan *ret_plan, const char *path, const char *content,
		      size_t size, struct problem *problem);
void bypass_plan_free(struct bypass_plan *plan);

/* What the plan wants of an interface: the section's word, and over it the interface's own. */
struct bypass_request bypass_plan_request(const struct bypass_plan *plan, const char *interface);

#endif
