/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeps conntrack's timer of a flow from running out while only XDP sees it, with the kernel's own
 * functions (bpf_xdp_ct_lookup 5.18, bpf_ct_change_timeout 6.0). Kernel side only; compiled only into the
 * object for kernels that have them. */
#ifndef BYPASS_CONNTRACK_TIMER_BPF_H
#define BYPASS_CONNTRACK_TIMER_BPF_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "abi/flow.h"
#include "bypass_udp.h"

/* Only pointers to it are handed on; libbpf wants a whole struct where the kernel has one. */
struct nf_conn {
	unsigned long status;
};

/* As net/netfilter/nf_conntrack_bpf.c has it; 12 bytes are what every version takes. */
struct bpf_ct_opts {
	__s32 netns_id;
	__s32 error;
	__u8 l4proto;
	__u8 dir;
	__u8 reserved[2];
};

#define CONNTRACK_THIS_NAMESPACE (-1)

extern struct nf_conn *bpf_xdp_ct_lookup(struct xdp_md *ctx, struct bpf_sock_tuple *tuple,
					 __u32 tuple_size, struct bpf_ct_opts *opts,
					 __u32 opts_size) __ksym;
extern int bpf_ct_change_timeout(struct nf_conn *connection, __u32 timeout) __ksym;
extern void bpf_ct_release(struct nf_conn *connection) __ksym;

static __always_inline struct nf_conn *conntrack_find(struct xdp_md *ctx,
						      const struct flow_key *key)
{
	struct bpf_ct_opts opts = { .netns_id = CONNTRACK_THIS_NAMESPACE,
				    .l4proto = key->protocol };
	struct bpf_sock_tuple tuple = { 0 };

	if (key->family == FLOW_IPV4) {
		tuple.ipv4.saddr = key->source[0];
		tuple.ipv4.daddr = key->destination[0];
		tuple.ipv4.sport = key->source_port;
		tuple.ipv4.dport = key->destination_port;
		return bpf_xdp_ct_lookup(ctx, &tuple, sizeof(tuple.ipv4), &opts, sizeof(opts));
	}
	__builtin_memcpy(tuple.ipv6.saddr, key->source, sizeof(key->source));
	__builtin_memcpy(tuple.ipv6.daddr, key->destination, sizeof(key->destination));
	tuple.ipv6.sport = key->source_port;
	tuple.ipv6.dport = key->destination_port;
	return bpf_xdp_ct_lookup(ctx, &tuple, sizeof(tuple.ipv6), &opts, sizeof(opts));
}

/* 0 if conntrack does not know the flow any more. */
static __always_inline int conntrack_set_timer(struct xdp_md *ctx, const struct flow_key *key,
					       __u32 milliseconds)
{
	struct nf_conn *connection = conntrack_find(ctx, key);

	if (!connection)
		return 0;
	bpf_ct_change_timeout(connection, milliseconds);
	bpf_ct_release(connection);
	return 1;
}

#endif
