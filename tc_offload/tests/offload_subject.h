/* SPDX-License-Identifier: GPL-2.0-only */
/* The real program of tc_offload, loaded for BPF_PROG_TEST_RUN, its maps filled as a test says. What cannot
 * fail in a test ends it.
 *
 * A packet of a test run has come to lo: it is for this host if its link destination is zeros. It has no VLAN tag
 * in its metadata, all of it is in one piece, and its checksum is no partial one: test_offload_wire.c has these. */
#ifndef TC_OFFLOAD_TESTS_OFFLOAD_SUBJECT_H
#define TC_OFFLOAD_TESTS_OFFLOAD_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "tc_offload.h"

#define SUBJECT_FRAME_SIZE 16384
#define SUBJECT_REDIRECT 7U        /* TC_ACT_REDIRECT */
#define SUBJECT_UNSPEC 0xffffffffU /* TC_ACT_UNSPEC */
#define SUBJECT_REFUSED (-22)      /* -EINVAL: a kernel may take no packet with half an IP header */
#define SUBJECT_BAD_CHECKSUM                                                                       \
	(-74) /* -EBADMSG: the sum that a device had delivered is wrong afterwards */

struct offload_subject {
	struct tc_offload *skeleton; /* owned */
	int program;
	int cpus;
	struct offload_cpu *per_cpu; /* room to read the counters; owned */
};

struct subject_packet {
	const uint8_t *bytes;
	uint32_t length;
	uint32_t gso_size;
	uint32_t gso_segs;
	bool device_sum; /* the device has summed up the packet (CHECKSUM_COMPLETE) */
};

struct subject_result {
	int err; /* 0, or of these two: then nothing else is known */
	uint32_t action;
	uint32_t length;
	uint8_t bytes[SUBJECT_FRAME_SIZE];
};

/* Counters of one place, summed over the CPUs. */
struct subject_counts {
	uint64_t sent[OFFLOAD_OUT_COUNT];
	uint64_t up[OFFLOAD_UP_COUNT];
};

/* NULL, or why nothing can be tested here. */
const char *subject_unavailable(void);

/* Loads the program for a place; with `twin`, on the maps of that one. There are no flows, the table is
 * searched, no daemon is alive. Close with subject_close(), the twin last. */
void subject_open(struct offload_subject *subject, const struct offload_at *at,
		  const struct offload_subject *twin);
void subject_close(struct offload_subject *subject);

/* Whether this kernel can make a test run of a packet with a device's sum. */
bool subject_takes_device_sum(const struct offload_subject *subject);
/* Whether the helper knows BPF_F_IPV6. */
bool subject_has_ipv6_flag(void);

void subject_settings(const struct offload_subject *subject,
		      const struct offload_settings *settings);
void subject_daemon(const struct offload_subject *subject, uint64_t alive_until);
void subject_flow(const struct offload_subject *subject, enum flow_table table,
		  const struct flow_key *key, const struct flow_value *value);
void subject_read_flow(const struct offload_subject *subject, enum flow_table table,
		       const struct flow_key *key, struct flow_value *ret_value);
void subject_forget_flows(const struct offload_subject *subject);
void subject_nexthop(const struct offload_subject *subject, uint32_t index,
		     const struct flow_nexthop *nexthop);

void subject_run(const struct offload_subject *subject, const struct subject_packet *packet,
		 struct subject_result *ret_result);
void subject_counts(const struct offload_subject *subject, struct subject_counts *ret_counts);

#endif
