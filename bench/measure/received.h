/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_RECEIVED_H
#define BENCH_RECEIVED_H

/* Packets that an interface of this network namespace has received, modulo 2^32: from there on nothing
 * is lost. */
unsigned int received_packets(unsigned int ifindex);

#endif
