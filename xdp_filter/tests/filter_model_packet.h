/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the parts of the model. */
#ifndef XDP_FILTER_TESTS_FILTER_MODEL_PACKET_H
#define XDP_FILTER_TESTS_FILTER_MODEL_PACKET_H

#include "filter_model.h"

/* What a step of the model says: a reason above 0 ends in a drop (or in the reply, if there is
 * one), 0 asks the next step, and MODEL_GOES_ON leaves the packet to the next slot. */
#define MODEL_NEXT_STEP 0
#define MODEL_GOES_ON (-1)

enum model_fragment {
	MODEL_WHOLE,
	MODEL_FIRST,
	MODEL_LATER,
};

/* Where the model is in a frame, and what it has read. */
struct model_packet {
	struct filter_model *model;
	const struct filter_frame *frame;
	struct filter_answer *answer;
	int family;        /* 4 or 6 */
	size_t network;    /* offset of the IP header */
	size_t header_end; /* offset behind it: behind the options */
	size_t payload;    /* offset of what the IP packet carries, behind the chain */
	size_t end;        /* offset behind the IP packet */
	const uint8_t *source;
	const uint8_t *destination;
	size_t address_size;
	unsigned int protocol; /* of what is at `payload` */
	enum model_fragment fragment;
	size_t fragment_offset;
};

unsigned int model_get16(const uint8_t *bytes);

/* Internet checksum (RFC 1071) over the bytes, added to `start`; 0 over a header that is right. */
unsigned int model_checksum(const uint8_t *bytes, size_t length, unsigned long start);

bool model_prefix_holds(const struct model_prefix *prefix, int family, const uint8_t *address);

/* 1 if the address is in one of the prefixes, "BYTES/LENGTH" as text; a list ends with NULL. */
bool model_is_in(const struct model_packet *packet, const uint8_t *address,
		 const char *const *prefixes);

/* A check has found something: counts it as its knob says. MODEL_NEXT_STEP or `reason`. */
int model_finds(struct model_packet *packet, enum filter_check check, uint32_t reason);

bool model_same_addresses(const struct model_packet *packet);

/* The policy of this family would drop a fragment to this destination. */
bool model_fragments_unwanted(const struct model_packet *packet);

/* The steps. */
int model_source_list(struct model_packet *packet);
int model_ipv4(struct model_packet *packet);
int model_ipv6(struct model_packet *packet);
int model_fragments(struct model_packet *packet);
int model_packet_too_big(struct model_packet *packet);

#endif
