/* SPDX-License-Identifier: GPL-2.0-only */
/* The subprogram kit: everything an XDP program needs to live in a slot. Kernel side only.
 *
 *	ECBPF_SUBPROGRAM(my_filter)
 *	{
 *		if (bad(ctx))
 *			return ecbpf_drop(MY_REASON_BAD);
 *		return ecbpf_continue();
 *	}
 *	char LICENSE[] SEC("license") = "GPL";
 *
 * The macro declares the program `my_filter` and opens the body of the function that decides one
 * packet (`struct xdp_md *ctx`). The body must not tail-call or return by itself from elsewhere:
 * the verdict it returns is counted, shown to the hooks and carried out in one place. */
#ifndef ECBPF_SUBPROGRAM_BPF_H
#define ECBPF_SUBPROGRAM_BPF_H

#include "chain.bpf.h"

/* What a program decided: continue to the next slot, or an XDP action with a reason. */
struct ecbpf_verdict {
	__u16 is_final;
	__u8 reason;
	__u8 action;
};

/* Lets later slots decide. */
static __always_inline struct ecbpf_verdict ecbpf_continue(void)
{
	return (struct ecbpf_verdict){ 0 };
}

/* Decides the packet with any action, e.g. the result of bpf_redirect_map(). `reason` is general
 * (abi/reasons.h) or the program's own, from ECBPF_REASON_OWN to ECBPF_REASON_LIMIT - 1. An action
 * above 255 is counted, and returned, as 255: invalid as well. */
static __always_inline struct ecbpf_verdict ecbpf_final(__u32 action, __u32 reason)
{
	return (struct ecbpf_verdict){ .is_final = 1,
				       .reason = reason,
				       .action = action > 255 ? 255 : action };
}

/* To the kernel's stack; later slots do not see the packet. */
static __always_inline struct ecbpf_verdict ecbpf_pass(__u32 reason)
{
	return ecbpf_final(XDP_PASS, reason);
}

static __always_inline struct ecbpf_verdict ecbpf_drop(__u32 reason)
{
	return ecbpf_final(XDP_DROP, reason);
}

/* Out of the interface it came from. */
static __always_inline struct ecbpf_verdict ecbpf_transmit(__u32 reason)
{
	return ecbpf_final(XDP_TX, reason);
}

/* Drop, and raise the kernel's xdp:xdp_exception trace point. */
static __always_inline struct ecbpf_verdict ecbpf_abort(__u32 reason)
{
	return ecbpf_final(XDP_ABORTED, reason);
}

/* The only way out of a subprogram. */
static __always_inline int ecbpf_finish(struct xdp_md *ctx, struct ecbpf_verdict verdict)
{
	if (!verdict.is_final) {
		if (ecbpf_enter_next(ctx))
			ecbpf_walk_after(ctx, ecbpf_program.next);
		return ecbpf_end(ctx, ECBPF_ROOT_ROW, XDP_PASS, ECBPF_REASON_NONE);
	}
	return ecbpf_end(ctx, ecbpf_program.slot, verdict.action, verdict.reason);
}

/* The frags section says "handles multi-buffer frames": code written with the packet cursor does,
 * because it only ever looks at the linear part. The loader sets the flag as the chain needs it. */
#define ECBPF_SUBPROGRAM(name)                                                                     \
	static __always_inline struct ecbpf_verdict name##_decide(struct xdp_md *ctx);             \
	SEC("xdp.frags") int name(struct xdp_md *ctx)                                              \
	{                                                                                          \
		return ecbpf_finish(ctx, name##_decide(ctx));                                      \
	}                                                                                          \
	static __always_inline struct ecbpf_verdict name##_decide(                                 \
		__attribute__((unused)) struct xdp_md *ctx)

#endif
