/* SPDX-License-Identifier: GPL-2.0-only */
/* The parser's rules a second time, in plain C and by other means: absolute offsets, one table of
 * extension headers, no cursor. The tests hold the two against each other. */
#ifndef ECBPF_TESTS_PACKET_MODEL_H
#define ECBPF_TESTS_PACKET_MODEL_H

#include <stddef.h>
#include "packet_parse.h"

struct model_frame {
	const unsigned char *bytes;
	size_t readable; /* bytes in the linear part */
	size_t length;   /* bytes of the whole frame, not less than readable */
};

/* What a correct parser tells about the frame. */
void packet_model(const struct model_frame *frame, struct parsed_packet *ret_parsed);

#endif
