/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames and, written by hand, everything the parser must tell about them. */
#ifndef ECBPF_TESTS_PACKET_CASES_H
#define ECBPF_TESTS_PACKET_CASES_H

#include "harness/packet_build.h"
#include "packet_parse.h"

struct packet_case {
	const char *name;
	void (*build)(struct packet_builder *builder); /* of a started one; finishes it */
	/* Types, tags and ports in host byte order. network_offset, header_start and
	 * transport_offset (which is `at`) are left out. */
	struct parsed_packet expected;
};

extern const struct packet_case packet_cases[];
extern const unsigned int packet_case_count;

#endif
