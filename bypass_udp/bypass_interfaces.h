/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BYPASS_INTERFACES_H
#define BYPASS_INTERFACES_H

#include "bypass_state.h"

/* Reads each interface of the list, of an empty list all that have bypass_udp; all but the remarks.
 * `directory` is the host's. An interface that cannot be read does not hide the others: the first
 * problem is handed back. Free *ret_interfaces also on failure. Better under the lock. */
int bypass_interfaces_read(struct bypass_interface_state **ret_interfaces, size_t *ret_count,
			   const char *bpffs, const char *directory,
			   const struct interface_list *wanted, unsigned int slot,
			   struct problem *problem);

#endif
