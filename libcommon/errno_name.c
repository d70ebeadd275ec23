// SPDX-License-Identifier: GPL-2.0-only
#include "errno_name.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* The kernel's own number for what a driver or a BPF helper does not support. It is in no header of
 * user space, and bpf() returns it all the same. */
#define KERNEL_ENOTSUPP 524

const char *errno_name_format(char *ret_text, size_t size, int err)
{
	int number = err < 0 && err != INT_MIN ? -err : err;
	const char *name = strerrorname_np(number);
	const char *description = strerrordesc_np(number);

	if (number == KERNEL_ENOTSUPP) {
		name = "ENOTSUPP";
		description = "Not supported by the kernel or the driver";
	}
	if (number == 0)
		snprintf(ret_text, size, "0 (Success)");
	else if (name && description)
		snprintf(ret_text, size, "-%s (%s)", name, description);
	else
		snprintf(ret_text, size, "%d (unknown error)", number > 0 ? -number : number);
	return ret_text;
}
