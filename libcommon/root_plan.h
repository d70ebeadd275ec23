/* SPDX-License-Identifier: GPL-2.0-only */
/* What the configuration file wants of the root on each interface: its section
 *
 *	"xdp_root": {
 *		"interfaces": ["eth0", "enp*"],     where; without this key at the host's "interfaces"
 *		"mode": "native",                   or "generic"
 *		"frags": false,
 *		"nop": false,                       detaching leaves the program that only passes
 *		"interface": { "eth1": { "mode": "generic" } }
 *	}
 *
 * "interface" says what differs for an interface. */
#ifndef ECBPF_ROOT_PLAN_H
#define ECBPF_ROOT_PLAN_H

#include <stdbool.h>
#include "abi/chain.h"
#include "config_file.h"
#include "config_schema.h"
#include "problem.h"

struct root_plan {
	enum ecbpf_mode mode;
	bool frags;
	bool nop;
};

extern const char *const root_modes[]; /* "native", "generic"; NULL-terminated */

/* Of an index of root_modes. */
enum ecbpf_mode root_mode(int index);

void root_plan_schema(struct config_schema *schema);

/* Errors of the whole section, those of interfaces that are not there as well. */
void root_plan_check(const struct config_value *section, struct config_errors *errors);

/* Opens the file and checks its section. `config` as in component_verbs.h: *ret_file is NULL where the standard file is
 * meant and not there. */
int root_plan_open(const char *config, struct config_file **ret_file, struct problem *problem);

/* Of an interface, from a file that was found right; of NULL: native, and nothing else. What is wrong in one that was
 * not is left as if it were not there. */
struct root_plan root_plan_of(const struct config_file *file, const char *interface);

#endif
