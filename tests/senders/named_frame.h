/* SPDX-License-Identifier: GPL-2.0-only */
/* The frames that scenarios send, by name. */
#ifndef ECBPF_SENDERS_NAMED_FRAME_H
#define ECBPF_SENDERS_NAMED_FRAME_H

#include <linux/types.h>
#include "harness/packet_build.h"

/* Builds the frame: "KIND" or "KIND.PORT", where PORT is the UDP destination port (10). `source` is
 * its UDP source port, by which a receiver knows it again. An unknown name ends the program. */
void named_frame_build(struct packet_builder *builder, const char *name, __u16 source);

#endif
