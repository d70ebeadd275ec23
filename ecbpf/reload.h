/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ECBPF_RELOAD_H
#define ECBPF_RELOAD_H

#include <stdio.h>
#include "component.h"
#include "problem.h"

/* Brings the host to what the configuration file says: first checks all of it (config_check()), and changes nothing
 * if anything is wrong; then has every component apply its section, the root first. A component that fails does not
 * keep the others from being done. Prints on `out` what changed. `config` NULL: the standard file.
 * 0, or the first error, told: -EINVAL for the file, COMMAND_LINE_PARTLY if all was done but at interfaces that are not there. */
int reload_host(FILE *out, const struct component *const *table, const char *bpffs,
		const char *config, struct problem *problem);

#endif
