// SPDX-License-Identifier: GPL-2.0-only
/* Peer: a dispatcher of libxdp's shape, by construction. A frozen configuration says how many
 * members there are and after which verdicts the next one runs; a member is a global function that
 * the dispatcher calls. libxdp replaces the functions by programs (freplace), which adds one direct
 * jump for each; here their bodies stay. Nothing is counted. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define MEMBER_COUNT 8
#define MEMBER_UNSET 31 /* what a function returns that no program has replaced: go on */

const volatile struct {
	__u32 count;
	__u32 continue_on[MEMBER_COUNT]; /* bit N: go on after verdict N */
} members SEC(".rodata.members") = { 0 };

/* The variable keeps the compiler from knowing what a replacement would return. */
#define MEMBER(number)                                                                             \
	__attribute__((noinline)) int member_##number(struct xdp_md *ctx);                         \
	__attribute__((noinline)) int member_##number(struct xdp_md *ctx)                          \
	{                                                                                          \
		volatile int verdict = MEMBER_UNSET;                                               \
                                                                                                   \
		if (!ctx)                                                                          \
			return XDP_ABORTED;                                                        \
		return verdict;                                                                    \
	}

MEMBER(0)
MEMBER(1)
MEMBER(2)
MEMBER(3)
MEMBER(4)
MEMBER(5)
MEMBER(6)
MEMBER(7)

#define CALL(number)                                                                               \
	do {                                                                                       \
		int verdict;                                                                       \
                                                                                                   \
		if (count <= (number))                                                             \
			return XDP_PASS;                                                           \
		verdict = member_##number(ctx);                                                    \
		if (!(1U << verdict & members.continue_on[number]))                                \
			return verdict;                                                            \
	} while (0)

SEC("xdp")
int call_dispatcher(struct xdp_md *ctx)
{
	__u32 count = members.count;

	CALL(0);
	CALL(1);
	CALL(2);
	CALL(3);
	CALL(4);
	CALL(5);
	CALL(6);
	CALL(7);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
