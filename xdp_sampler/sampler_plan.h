/* SPDX-License-Identifier: GPL-2.0-only */
/* What the configuration file wants, read as a whole before anything is changed: its section
 *
 *	"xdp_sampler": {
 *		"interfaces": ["eth0", "enp*"],          where it is wanted (interface_selector.h); unless
 *		                                         given, at the interfaces of the host
 *		"at": ["ingress", "verdict"],            settings: names as in sampler_settings; a list
 *		"rate": "drop=10,1000",                  may be an array or a text with commas
 *		"recorders": [
 *			{ "filter": "10.0.0.0/8 * * 80 TCP", "capture": "full", "duration": "1h" },
 *			"* * * 53 UDP"                   a filter alone
 *		],
 *		"sinks": [                               type, and words as in sampler_sinks.h
 *			{ "type": "pcapng", "file": "/var/spool/drops.pcapng", "rotate_size": "100M" },
 *			{ "type": "sflow", "collector": "192.0.2.1" }
 *		],
 *		"interface": { "eth1": { "rate": 100, "recorders": [] } }
 *	}
 *
 * "interface" says what differs for an interface: settings and recorders, which take the place of the
 * section's. Sections of others do not matter; in this one every name is known. */
#ifndef XDP_SAMPLER_PLAN_H
#define XDP_SAMPLER_PLAN_H

#include <stdbool.h>
#include "interface.h"
#include "problem.h"
#include "recorder_state.h"
#include "sampler_settings.h"
#include "sampler_sinks.h"

struct sampler_plan {
	char interface[INTERFACE_NAME_SIZE];
	struct sampler_settings settings; /* standard ones, and over them those of the file: given */
	struct recorder *recorders;       /* id 0: any */
	size_t recorder_count;
};

/* Starts as zeros; release with sampler_plans_free(), also on failure. */
struct sampler_plans {
	struct sampler_plan *plans;
	size_t count;
	struct sampler_sinks sinks;
};

/* The plan of each interface. `path` NULL: there is no file, and every plan is the standard one.
 * -ENOENT: the file is not there; with `optional` that is like NULL. -EINVAL: errors, in the problem
 * the first as "PATH: line N: xdp_sampler.NAME: why (and M more)", the others are logged. */
int sampler_plans_load(struct sampler_plans *plans, const char *path, bool optional,
		       const struct interface_list *interfaces, struct problem *problem);
/* The same for `size` bytes that came from `path`. */
int sampler_plans_parse(struct sampler_plans *plans, const char *path, const char *content,
			size_t size, const struct interface_list *interfaces,
			struct problem *problem);
void sampler_plans_free(struct sampler_plans *plans);

/* The plan of an interface that was in the list; NULL if it was not. */
const struct sampler_plan *sampler_plans_find(const struct sampler_plans *plans,
					      const char *interface);

#endif
