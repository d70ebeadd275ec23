// SPDX-License-Identifier: GPL-2.0-only
/* The same program for kernels that let it set conntrack's timers. */
#define BYPASS_CONNTRACK
#include "bypass_decide.bpf.h"
