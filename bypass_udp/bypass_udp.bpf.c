// SPDX-License-Identifier: GPL-2.0-only
/* Known UDP flows go around the kernel's stack. README.md says which packets, and why the others do
 * not. */
#include "bypass_decide.bpf.h"
