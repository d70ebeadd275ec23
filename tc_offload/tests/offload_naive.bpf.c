// SPDX-License-Identifier: GPL-2.0-only
/* tc_offload as a naive hand would have written it: every checksum is taken for a finished one and worked out
 * here, with direct writes. Of a packet that was made on this host, whose field holds the sum of its pseudo header,
 * it makes a wrong one (but where the receiver does not look). Everything else is the real program: a test that
 * does not fail with this one proves nothing. */
#define rewrite_checksum rewrite_checksum_properly
#include "tc_offload/offload_rewrite.bpf.h"
#undef rewrite_checksum

static __always_inline int rewrite_checksum(struct __sk_buff *skb,
					    const struct offload_packet *packet,
					    const struct flow_value *flow, __u8 family)
{
	int is_udp = packet->protocol == IPPROTO_UDP;
	__u32 field = packet->transport + (is_udp ? __builtin_offsetof(struct udphdr, check) :
						    __builtin_offsetof(struct tcphdr, check));
	__u16 checksum;

	(void)family;
	if (bpf_skb_load_bytes(skb, field, &checksum, sizeof(checksum)))
		return -1;
	checksum = add_to_checksum(checksum, (__u64)flow->address_delta + flow->port_delta);
	return bpf_skb_store_bytes(skb, field, &checksum, sizeof(checksum), 0) ? -1 : 0;
}

#include "tc_offload/offload_run.bpf.h"

SEC("tc") int tc_offload(struct __sk_buff *skb)
{
	return offload_run(skb);
}

char LICENSE[] SEC("license") = "GPL";
