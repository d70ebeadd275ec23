/* SPDX-License-Identifier: GPL-2.0-only */
/* Well-formed frames of every shape the parser knows: link × network × transport. */
#ifndef ECBPF_TESTS_PACKET_FRAMES_H
#define ECBPF_TESTS_PACKET_FRAMES_H

#include "harness/packet_build.h"

/* Each shape has a number below its count. */
unsigned int frame_links(void);
unsigned int frame_networks(void);
unsigned int frame_transports(void);

/* Builds and finishes the frame; 1, or 0 if that combination makes no sense. */
int frame_build(struct packet_builder *builder, unsigned int link, unsigned int network,
		unsigned int transport);

/* Makes the IP header of a finished frame say that the packet has `length` bytes, header included.
 * `offset`: of the IP header. Checksums become wrong; the parser does not look at them. */
void frame_set_ip_length(unsigned char *bytes, size_t offset, size_t length);

#endif
