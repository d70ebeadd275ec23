/* SPDX-License-Identifier: GPL-2.0-only */
/* Peer: a chain as one writes it by hand. A root, and eight programs of which each knows its number
 * and jumps to the next. Nothing is counted, nobody can be hooked, and an empty place ends the
 * chain. The file that includes this defines TAIL_CALL(ctx, index), which enters slots[index]. */
#ifndef BENCH_TAIL_CALLS_BPF_H
#define BENCH_TAIL_CALLS_BPF_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u32);
} slots SEC(".maps");

#define PROGRAM(name, next)                                                                        \
	SEC("xdp")                                                                                 \
	int name(struct xdp_md *ctx)                                                               \
	{                                                                                          \
		TAIL_CALL(ctx, next);                                                              \
		return XDP_PASS;                                                                   \
	}

PROGRAM(root, 0)
PROGRAM(slot_0, 1)
PROGRAM(slot_1, 2)
PROGRAM(slot_2, 3)
PROGRAM(slot_3, 4)
PROGRAM(slot_4, 5)
PROGRAM(slot_5, 6)
PROGRAM(slot_6, 7)

SEC("xdp")
int slot_7(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";

#endif
