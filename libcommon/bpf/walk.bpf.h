/* SPDX-License-Identifier: GPL-2.0-only */
/* The walk over the slots: tail calls that become direct jumps. Kernel side only. */
#ifndef ECBPF_WALK_BPF_H
#define ECBPF_WALK_BPF_H

#include "chain_maps.bpf.h"

/* Tail call with an index the JIT can turn into a direct jump (x86-64, arm64 with poke support):
 * map and index are immediates of this very call site, so the compiler cannot merge two of them.
 * The context is handed over in the register it came in, so that the first call of a program that
 * has not looked at the packet need not move it. */
#define ECBPF_TAIL_CALL(ctx, map, index)                                                           \
	({                                                                                         \
		register struct xdp_md *context asm("r1") = (ctx);                                 \
		asm volatile("r2 = %[array] ll\n\t"                                                \
			     "r3 = %[entry]\n\t"                                                   \
			     "call 12"                                                             \
			     : "+r"(context)                                                       \
			     : [array] "i"(&(map)), [entry] "i"(index)                             \
			     : "r0", "r2", "r3", "r4", "r5", "memory");                            \
	})

/* Enters the slot after mine. Returns 1 if it is empty, 0 if I am the last: the verifier knows which
 * of the two it can be. The index is read straight into its register; were it an immediate, one per
 * slot, the slot's number would have to be read first to choose among them. */
static __always_inline __u64 ecbpf_enter_next(struct xdp_md *ctx)
{
	register struct xdp_md *context asm("r1") = ctx;
	register __u64 is_empty asm("r0");

	asm volatile("r3 = %[program] ll\n\t"
		     "r3 = *(u32 *)(r3 + %[next])\n\t"
		     "if r3 > %[last] goto ecbpf_last_%=\n\t"
		     "r2 = %[array] ll\n\t"
		     "call 12\n\t"
		     "r0 = 1\n\t"
		     "goto ecbpf_over_%=\n"
		     "ecbpf_last_%=:\n\t"
		     "r0 = 0\n"
		     "ecbpf_over_%=:"
		     : "+r"(context), "=r"(is_empty)
		     : [program] "i"(&ecbpf_program),
		       [next] "i"(__builtin_offsetof(struct ecbpf_program, next)),
		       [array] "i"(&xdp_program_array), [last] "i"(ECBPF_SLOT_COUNT - 1)
		     : "r2", "r3", "r4", "r5", "memory");
	return is_empty;
}

/* Enters the first occupied slot above `slot`; returns only if there is none. `slot` must be a
 * constant or frozen read-only data, so that the verifier removes the branches: what is left is
 * one direct jump for an occupied slot and a skipped one for an empty slot. */
static __always_inline void ecbpf_walk_after(struct xdp_md *ctx, __u32 slot)
{
	_Static_assert(ECBPF_SLOT_COUNT == 8, "one case per slot below");
	switch (slot) {
	case 0:
		ECBPF_TAIL_CALL(ctx, xdp_program_array, 1);
		/* fallthrough */
	case 1:
		ECBPF_TAIL_CALL(ctx, xdp_program_array, 2);
		/* fallthrough */
	case 2:
		ECBPF_TAIL_CALL(ctx, xdp_program_array, 3);
		/* fallthrough */
	case 3:
		ECBPF_TAIL_CALL(ctx, xdp_program_array, 4);
		/* fallthrough */
	case 4:
		ECBPF_TAIL_CALL(ctx, xdp_program_array, 5);
		/* fallthrough */
	case 5:
		ECBPF_TAIL_CALL(ctx, xdp_program_array, 6);
		/* fallthrough */
	case 6:
		ECBPF_TAIL_CALL(ctx, xdp_program_array, 7);
	}
}

#endif
