/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ECBPF_ROOT_DETACH_H
#define ECBPF_ROOT_DETACH_H

#include <stdbool.h>
#include "problem.h"

/* Takes the root, the slots and every pin away; with `nop`, a program that only passes stays on the
 * interface. Also clears what an interface that is gone left behind. -ENOENT: nothing there. Under
 * the lock. */
int root_detach(const char *interface, const char *bpffs, bool nop, struct problem *problem);

#endif
