/* SPDX-License-Identifier: GPL-2.0-only */
/* sFlow version 5 datagrams, written into a buffer of a given size. Pure.
 *
 * Sources: sflow.org/sflow_version_5.txt (datagram, flow and counter samples), sflow.org/sflow_drops.txt
 * (discarded packets); their list of drop reasons is kept in host-sflow's src/sflow/sflow_drop.h. All
 * structures here are of enterprise 0, so a format is its number. */
#ifndef XDP_SAMPLER_SFLOW_DATAGRAM_H
#define XDP_SAMPLER_SFLOW_DATAGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "interface_counters.h"

/* From this ifindex on the expanded formats are needed, and then for all interfaces of an agent. */
#define SFLOW_IFINDEX_EXPANDED (1u << 24)
#define SFLOW_SYMBOL_LIMIT 64

/* Bytes of the frame check sequence, which XDP never sees: the specification (sampled_header) counts them
 * in frame_length and wants `stripped` to say that they are not there. */
#define SFLOW_FCS_SIZE 4

struct sflow_agent {
	int family; /* AF_INET or AF_INET6; 0: unknown */
	uint8_t address[16];
	uint32_t sub_agent;
};

/* The bytes are the caller's, `limit` of them. */
struct sflow_datagram {
	uint8_t *bytes;
	size_t limit;
	size_t length;
	size_t sequence_at; /* where the rest of the header is filled in at the end */
	uint32_t samples;
};

struct sflow_packet {
	uint32_t frame_length;
	const uint8_t *bytes;
	size_t length;
};

enum sflow_output {
	SFLOW_OUTPUT_INTERFACE = 0, /* value: ifindex, 0 unknown */
	SFLOW_OUTPUT_DISCARDED = 1, /* value: enum sflow_drop_reason */
};

struct sflow_flow {
	bool expanded;
	uint32_t sequence; /* of the data source's flow samples */
	uint32_t source;   /* ifindex of the data source, 0:ifindex */
	uint32_t rate;
	uint32_t pool;
	uint32_t drops;
	uint32_t input;
	enum sflow_output output_format;
	uint32_t output;
	struct sflow_packet packet;
};

/* Those of the specification's that the general reasons are told as. */
enum sflow_drop_reason {
	SFLOW_DROP_UNKNOWN = 256,
	SFLOW_DROP_NON_IP = 270,
	SFLOW_DROP_IP_HEADER_CORRUPTED = 275,
	SFLOW_DROP_VLAN_PARSING = 309,
	SFLOW_DROP_IP_PARSING = 313, /* ip_1_parsing: the outermost IP header */
	SFLOW_DROP_UNKNOWN_PARSING = 323,
	SFLOW_DROP_PKT_TOO_SMALL = 324,
	SFLOW_DROP_IPV6_BAD_EXTHDR = 357,
	SFLOW_DROP_XDP = 367, /* an XDP program's own decision */
};

/* A packet that was dropped, chosen by chance or not. */
struct sflow_discard {
	uint32_t sequence; /* of the data source's discarded packets */
	uint32_t source;
	uint32_t drops;
	uint32_t input;
	uint32_t reason;    /* enum sflow_drop_reason */
	const char *symbol; /* who dropped it and why; its first SFLOW_SYMBOL_LIMIT bytes are told */
	struct sflow_packet packet;
};

/* Begins an empty datagram in bytes[0..limit). */
void sflow_datagram_begin(struct sflow_datagram *datagram, const struct sflow_agent *agent);
/* Fills in the rest of the header; the datagram is bytes[0..length) then. */
void sflow_datagram_finish(struct sflow_datagram *datagram, uint32_t sequence, uint32_t uptime);

/* Each adds one sample; false, and the datagram is as it was, if there is no room. With a packet goes
 * an extended_switch record if it has a VLAN tag: the outermost one, on the way out unknown (0)
 * unless the packet goes out of an interface that is known. */
bool sflow_add_flow(struct sflow_datagram *datagram, const struct sflow_flow *flow);
bool sflow_add_discard(struct sflow_datagram *datagram, const struct sflow_discard *discard);
bool sflow_add_counters(struct sflow_datagram *datagram, bool expanded, uint32_t sequence,
			const struct interface_counters *counters);

/* So many bytes of a packet always fit into an empty datagram of that limit, as a flow sample and as a
 * discarded packet together. */
#define SFLOW_DATAGRAM_MINIMUM 512
#define SFLOW_DATAGRAM_MAXIMUM 65507
size_t sflow_packet_limit(size_t datagram_limit);

/* For a program's reason (abi/reasons.h). */
enum sflow_drop_reason sflow_drop_reason(unsigned int reason);

#endif
