/* SPDX-License-Identifier: GPL-2.0-only */
/* Between offload_model.c, which decides, and offload_model_write.c, which writes. */
#ifndef TC_OFFLOAD_TESTS_OFFLOAD_MODEL_WRITE_H
#define TC_OFFLOAD_TESTS_OFFLOAD_MODEL_WRITE_H

#include "offload_model.h"

/* Where things are in the packet in hand; offsets in bytes. */
struct model_reading {
	const uint8_t *bytes;
	size_t length;
	size_t network;
	size_t transport;
	size_t payload;
	size_t end; /* of the IP packet */
	bool ipv6;
	uint8_t protocol;
	bool is_error;
	size_t inside;           /* of an error: the IP header in it */
	size_t inside_transport; /* and what follows that */
	uint8_t inside_protocol;
	struct flow_key key;
};

static inline unsigned int model_word(const uint8_t *at)
{
	return (unsigned int)at[0] << 8 | at[1];
}

/* The packet of the reading as it leaves with the flow's addresses, in `packet`, which is a copy of it. */
void model_rewrite(const struct model_reading *reading, const struct flow_value *flow, bool one_hop,
		   uint8_t *packet);
/* The same for an error about a packet of the flow the other way round. */
void model_rewrite_error(const struct model_reading *reading, const struct flow_value *flow,
			 bool one_hop, uint8_t *packet);
/* Whether the checksum of UDP, TCP or ICMP is that of the bytes. */
bool model_is_right(const struct model_reading *reading);

#endif
