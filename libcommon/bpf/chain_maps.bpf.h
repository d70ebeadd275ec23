/* SPDX-License-Identifier: GPL-2.0-only */
/* What every program of a chain shares: maps, which a loader points at the interface's pins, and the
 * frozen data it sets. Kernel side only. */
#ifndef ECBPF_CHAIN_MAPS_BPF_H
#define ECBPF_CHAIN_MAPS_BPF_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "../abi/slots.h"

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, ECBPF_SLOT_COUNT);
	__type(key, __u32);
	__type(value, __u32);
} xdp_program_array SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ecbpf_stats);
} xdp_stats SEC(".maps");

/* One program that runs after every final verdict. It finds the verdict in xdp_stats.last, must
 * tail-call xdpcap_hook[action] itself and return the action. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} xdp_exit_hook SEC(".maps");

/* xdpcap's contract: one program per XDP action, entered last; it returns the action. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, ECBPF_CAPTURE_HOOK_COUNT);
	__type(key, __u32);
	__type(value, __u32);
} xdpcap_hook SEC(".maps");

/* Set by the loader before the program is loaded, then frozen: the verifier knows the values. */
const volatile struct ecbpf_program ecbpf_program SEC(".rodata.ecbpf") = {
	.abi_version = ECBPF_ABI_VERSION,
	.next = 1,
};

#endif
