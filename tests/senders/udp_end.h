/* SPDX-License-Identifier: GPL-2.0-only */
/* Plain UDP sockets, as an application has them. */
#ifndef ECBPF_SENDERS_UDP_END_H
#define ECBPF_SENDERS_UDP_END_H

#include <stdint.h>
#include <sys/socket.h>

#define UDP_END_PAYLOAD 65536

struct udp_end {
	struct sockaddr_storage address;
	socklen_t length;
};

/* "10.0.0.1:53" or "[fd00::1]:53"; ends the program when it is neither. */
struct udp_end udp_end_parse(const char *text);

/* A socket bound to that address and port, even if no interface has it yet. Without `checksum` it sends
 * none, and takes packets without. Ends the program when it cannot. Close with close(). */
int udp_end_open(const struct udp_end *end, int checksum);

/* Makes SIGTERM and SIGINT set the flag that udp_end_stopped() returns, and end what waits. */
void udp_end_catch_signals(void);
int udp_end_stopped(void);

uint64_t udp_end_microseconds(void);

#endif
