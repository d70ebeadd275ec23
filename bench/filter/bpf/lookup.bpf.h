/* SPDX-License-Identifier: GPL-2.0-only */
/* The shape of every lookup that is compared: reads the source where the benchmark's frames have it,
 * looks it up, drops what is found. */
#ifndef BENCH_LOOKUP_BPF_H
#define BENCH_LOOKUP_BPF_H

#include <linux/bpf.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_helpers.h>

#define LOOKUP_HEADER 14

#define LOOKUP_PROGRAM(name, header_type, lookup)                                                  \
	SEC("xdp") int name(struct xdp_md *ctx)                                                    \
	{                                                                                          \
		const header_type *header = (void *)(long)ctx->data + LOOKUP_HEADER;               \
                                                                                                   \
		if ((void *)(header + 1) > (void *)(long)ctx->data_end)                            \
			return XDP_ABORTED;                                                        \
		return lookup(header) ? XDP_DROP : XDP_PASS;                                       \
	}

#endif
