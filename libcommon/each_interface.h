/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ECBPF_EACH_INTERFACE_H
#define ECBPF_EACH_INTERFACE_H

#include "interface.h"
#include "problem.h"

/* Changes one interface: 0, or a negative errno with the problem told. Runs under the lock. */
typedef int (*each_interface_work)(void *context, const char *interface, struct problem *problem);

/* Checks what every change of pins, slots or attachments needs (interfaces, a bpffs, the rights),
 * takes the lock and does the work for each interface. `verb` is what was typed, without dashes.
 *
 * An interface that fails does not keep the others from being done. The problem of a single one is
 * handed back; of several, each that fails is told on stderr at once, and handed back is how many
 * did. Returns 0 or the first error. */
int each_interface(const struct interface_list *interfaces, const char *bpffs, const char *verb,
		   each_interface_work work, void *context, struct problem *problem);

#endif
