// SPDX-License-Identifier: GPL-2.0-only
/* At tc ingress or egress: rewrites the packets of known flows and sends them on; every other goes its way
 * untouched. Attached by tc_offload, a copy for each place. */
#include "offload_run.bpf.h"

SEC("tc") int tc_offload(struct __sk_buff *skb)
{
	return offload_run(skb);
}

char LICENSE[] SEC("license") = "GPL";
