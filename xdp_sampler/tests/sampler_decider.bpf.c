// SPDX-License-Identifier: GPL-2.0-only
/* Decides what the frame itself asks for, in its source address: byte 5 the XDP action (DECIDE_NOTHING:
 * the next slot decides), byte 4 the reason. Bit 7 of byte 5: rewrites the destination address first. */
#include "bpf/packet.bpf.h"
#include "bpf/subprogram.bpf.h"

#define DECIDE_NOTHING 6

ECBPF_SUBPROGRAM(sampler_decider)
{
	struct packet packet = packet_open(ctx, ecbpf_program.frags);
	__u8 action, reason;

	/* In the last row kernels up to 6.1 cannot tell that a verdict this variable has a cell. */
	if (ecbpf_program.slot == ECBPF_ROOT_ROW)
		return ecbpf_continue();
	if (packet_read_link(&packet))
		return ecbpf_drop(ECBPF_REASON_SHORT_ETHERNET);
	action = packet.link.header->h_source[5];
	reason = packet.link.header->h_source[4];
	if (action & 0x80)
		packet.link.header->h_dest[5] = 0xee;
	action &= 0x7f;
	return action == DECIDE_NOTHING ? ecbpf_continue() : ecbpf_final(action, reason);
}

char LICENSE[] SEC("license") = "GPL";
