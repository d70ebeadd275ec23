/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames in and out of one interface, through a packet socket, whatever namespace it is in. */
#ifndef ECBPF_SENDERS_RAW_LINK_H
#define ECBPF_SENDERS_RAW_LINK_H

#include <stddef.h>

/* Opens INTERFACE, or NAMESPACE:INTERFACE with a namespace that `ip netns` has made. With `receive`
 * the socket also gets what the kernel passes up from that interface, else nothing. fd; ends the
 * program with a message when it cannot. Close with close(). */
int raw_link_open(const char *where, int receive);

/* Sends one frame; ends the program with a message when it cannot. */
void raw_link_send(int fd, const void *frame, size_t length);

#endif
