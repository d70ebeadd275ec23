/* SPDX-License-Identifier: GPL-2.0-only */
/* /etc/ecbpf/ecbpf.json as a whole:
 *
 *	{
 *		"interfaces": ["eth0", "enp*", "bond:bond0", "default-route"],    see interface_selector.h
 *		"xdp_root": { "mode": "native", "frags": false, "nop": false },
 *		"xdp_filter": { … }, …                 one section per component, by its name
 *	}
 *
 * A component is wanted where its section is there: at the section's own "interfaces" if it has that key (an empty
 * list: nowhere), else at those of the host. The root is wanted at those of the host even without a section. Other
 * names at the outside are errors ("$schema" is not). */
#ifndef ECBPF_HOST_CONFIG_H
#define ECBPF_HOST_CONFIG_H

#include <stdbool.h>
#include "config_file.h"
#include "interface.h"
#include "problem.h"

#define HOST_CONFIG_ROOT "xdp_root"

/* Whether its section is there; of the root also: whether the host's "interfaces" are. */
bool host_config_wants(const struct config_file *file, const char *component);

/* The interfaces where `component` is wanted, resolved now. A name that does not exist is told (logged once) and counted in
 * *ret_missing; the others are there all the same. *ret_wanted: host_config_wants(). `path` is read anew.
 * 0; -ENOENT: no such file, told; -EINVAL: what is wrong with the file. */
int host_config_wanted(const char *path, const char *component, bool *ret_wanted,
		       struct interface_list *ret_interfaces, unsigned int *ret_missing,
		       struct problem *problem);
/* The same of a file that is open. */
int host_config_wanted_in(const struct config_file *file, const char *component, bool *ret_wanted,
			  struct interface_list *ret_interfaces, unsigned int *ret_missing,
			  struct problem *problem);

/* The components of this build, NULL-terminated; written by the build. A section of another name is a mistake. */
extern const char *const component_names[];

/* The outside of the file: its "interfaces", that every section is an object, and that every name belongs to one of
 * `names` (NULL-terminated; NULL: any name is fine, for a tool that knows only its own section). Errors go to
 * `errors`. 0. */
int host_config_check(const struct config_file *file, const char *const *names,
		      struct config_errors *errors);

#endif
