/* SPDX-License-Identifier: GPL-2.0-only */
/* The two words that getaddrinfo(3) wants, from one: "collector.example:8125", "[2001:db8::1]:8125". */
#ifndef ECBPF_HOST_PORT_H
#define ECBPF_HOST_PORT_H

#include "problem.h"

struct host_port {
	char host[256], port[8]; /* without brackets; a number from 1 to 65535 */
};

/* Looks nothing up. -EINVAL, told; *ret_host_port is untouched then. */
int host_port_parse(const char *text, struct host_port *ret_host_port, struct problem *problem);

#endif
