// SPDX-License-Identifier: GPL-2.0-only
/* Every verdict there is, one UDP port each; the name is longer than the kernel's 15 characters. */
#include "udp_port.bpf.h"

ECBPF_SUBPROGRAM(verdict_by_the_udp_port)
{
	switch (udp_port(ctx)) {
	case 9:
		return ecbpf_drop(ECBPF_REASON_OWN);
	case 11:
		return ecbpf_transmit(ECBPF_REASON_OWN + 1);
	case 12: /* out of the interface it came from */
		return ecbpf_final(bpf_redirect(ctx->ingress_ifindex, 0), ECBPF_REASON_OWN + 2);
	case 13:
		return ecbpf_abort(ECBPF_REASON_OWN + 3);
	case 14:
		return ecbpf_final(7, ECBPF_REASON_OWN + 4);
	case 15:
		return ecbpf_pass(ECBPF_REASON_OWN + 5);
	}
	return ecbpf_continue();
}

char LICENSE[] SEC("license") = "GPL";
