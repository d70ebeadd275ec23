/* SPDX-License-Identifier: GPL-2.0-only */
/* A client, a router and a server, as interfaces of one network namespace that lab.sh makes: frames leave
 * `client`, arrive at `in`, leave through `out` and arrive at `server`. Functions return 0 or a negative
 * errno, told on stderr. */
#ifndef BENCH_LAB_H
#define BENCH_LAB_H

#include <linux/types.h>

#define LAB_NAMESPACE "ecbpf_bench_%u"

struct lab {
	int namespace; /* descriptor, -1: not open */
	__u32 client, in, out, server;
};

int lab_open(struct lab *ret_lab, unsigned int number);
void lab_close(struct lab *lab);

/* This process belongs to the lab from here on. */
int lab_enter(const struct lab *lab);

/* In the lab this process belongs to: a program for native XDP, or one for tc ingress. */
int lab_attach_xdp(__u32 ifindex, int program);
int lab_attach_tc(__u32 ifindex, int program);

#endif
