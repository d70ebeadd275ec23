// SPDX-License-Identifier: GPL-2.0-only
/* libbpf's macro keeps map and context in registers of its own, which each program saves and
 * restores. This is the least that the kernel's JIT makes of a tail call. */
#define TAIL_CALL(ctx, index)                                                                      \
	({                                                                                         \
		register struct xdp_md *context asm("r1") = (ctx);                                 \
		asm volatile("r2 = %[array] ll\n\t"                                                \
			     "r3 = %[entry]\n\t"                                                   \
			     "call 12"                                                             \
			     : "+r"(context)                                                       \
			     : [array] "i"(&slots), [entry] "i"(index)                             \
			     : "r0", "r2", "r3", "r4", "r5", "memory");                            \
	})

#include "tail_calls.bpf.h"
