/* SPDX-License-Identifier: GPL-2.0-only */
/* What is measured, as data: a program, its flows, and the packets it meets. */
#ifndef BENCH_FLOW_CASE_H
#define BENCH_FLOW_CASE_H

#include <stdbool.h>
#include "abi/flow.h"
#include "flow_layout.h"
#include "traffic_layout.h"

enum flow_subject {
	SUBJECT_OURS,      /* xdp_root, and the bypass in slot 7 */
	SUBJECT_BARE,      /* bpf/bare_flow.bpf.c */
	SUBJECT_BOUNCE,    /* XDP_TX */
	SUBJECT_LET_BY,    /* XDP_PASS */
	SUBJECT_DROP,      /* XDP_DROP */
	SUBJECT_FIB,       /* bpf/bare_fib.bpf.c */
	SUBJECT_TC,        /* bpf/bare_tc.bpf.c */
	SUBJECT_KERNEL,    /* no program: what the lab does */
	SUBJECT_GENERATOR, /* no receiver: frames are dropped where they are made */
};

/* Zeros: one flow that is known, l2, IPv4, UDP, no tags, another port. */
struct flow_case {
	const char *name;
	enum flow_subject subject;
	bool ipv6;
	__u32 flows; /* 0: one */
	bool nat;
	bool same_port;
	unsigned int tags_in, tags_out;
	bool learned;
	bool monitor;
	bool unknown; /* its table holds another flow only */
	bool tcp;
};

/* Which devices the case is about. */
struct flow_place {
	__u32 in;  /* where the program is attached */
	__u32 out; /* where packets leave with XDP_REDIRECT */
};

/* MAC addresses of the lab: lab.sh has the same. */
extern const __u8 flow_mac_client[6], flow_mac_in[6], flow_mac_out[6], flow_mac_server[6];

/* Number `number` of the case's flows, and what it leaves with. */
struct flow_key flow_case_key(const struct flow_case *what, __u32 number);
struct flow_key flow_case_out(const struct flow_case *what, __u32 number);

/* A packet of flow 0, all checksums right, and how those of others are made of it. `ifindex` of the
 * traffic is 0. */
struct frame flow_case_frame(const struct flow_case *what);
struct flow_traffic flow_case_traffic(const struct flow_case *what);

#endif
