/* SPDX-License-Identifier: GPL-2.0-only */
/* What the captured bytes of a frame say about it. Pure; numbers in host byte order, addresses as in
 * the packet. Checksums are not looked at. Padding behind an IP packet is not part of it. */
#ifndef XDP_SAMPLER_PACKET_SUMMARY_H
#define XDP_SAMPLER_PACKET_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SUMMARY_TAG_LIMIT 2       /* VLAN tags, 802.1Q and 802.1ad in any order */
#define SUMMARY_EXTENSION_LIMIT 8 /* IPv6 extension headers that are followed */

/* How far it got; each includes those before it. What is not reached is zero. */
enum summary_reached {
	SUMMARY_NOTHING,   /* not even an Ethernet header */
	SUMMARY_LINK,      /* MAC addresses, ethertype, tags */
	SUMMARY_NETWORK,   /* family, addresses */
	SUMMARY_PROTOCOL,  /* protocol behind extension headers, fragment */
	SUMMARY_TRANSPORT, /* ports, or ICMP type and code */
};

/* Why it went no further. */
enum summary_stop {
	SUMMARY_COMPLETE, /* told everything it can tell of such a packet */
	SUMMARY_CUT,      /* the capture ends here, the frame went on */
	SUMMARY_UNREAD,   /* not read by this: a third tag, no IP, other protocols, later fragments,
			    * more extension headers than SUMMARY_EXTENSION_LIMIT */
	SUMMARY_MALFORMED, /* frame or packet ends too early, or lengths cannot be */
};

enum summary_fragment {
	SUMMARY_WHOLE, /* no fragment; also an IPv6 fragment header that says so (RFC 6946) */
	SUMMARY_FIRST, /* offset 0, more follow */
	SUMMARY_LATER, /* has no transport header */
};

enum summary_transport {
	SUMMARY_OTHER, /* neither of the two, or not reached */
	SUMMARY_PORTS, /* TCP, UDP, UDP-Lite, SCTP, DCCP */
	SUMMARY_ICMP,  /* ICMP in IPv4, ICMPv6 in IPv6 */
};

struct summary_tag {
	uint16_t type; /* TPID: 0x8100, 0x88a8 */
	uint16_t tci;  /* priority 3 bits, DEI 1, VLAN 12 */
};

struct packet_summary {
	enum summary_reached reached;
	enum summary_stop stop;
	uint8_t source_mac[6];
	uint8_t destination_mac[6];
	unsigned int tag_count;
	struct summary_tag tag[SUMMARY_TAG_LIMIT]; /* outermost first */
	uint16_t ethertype;                        /* behind the tags */
	unsigned int family;                       /* 4, 6, or 0 */
	uint8_t source[16];                        /* IPv4 in the first four */
	uint8_t destination[16];
	uint8_t protocol; /* of a later fragment in IPv6: what its fragment header says */
	enum summary_fragment fragment;
	uint16_t fragment_offset; /* bytes */
	bool more_fragments;
	enum summary_transport transport;
	uint16_t source_port;
	uint16_t destination_port;
	uint8_t icmp_type;
	uint8_t icmp_code;
	bool has_tcp_flags; /* the capture reaches that far */
	uint8_t tcp_flags;  /* CWR ECE URG ACK PSH RST SYN FIN */
};

/* Reads no byte beyond `captured`. `frame_length` is that of the whole frame, at least `captured`
 * (else taken as `captured`). */
void packet_summary_read(const uint8_t *bytes, size_t captured, size_t frame_length,
			 struct packet_summary *ret_summary);

/* "complete", "cut", "unread", "malformed". */
const char *summary_stop_name(enum summary_stop stop);

/* "TCP", "UDP", "ICMP", "ICMPv6" …, or the number. */
#define SUMMARY_PROTOCOL_SIZE 12
const char *summary_protocol_name(uint8_t protocol, char ret_text[SUMMARY_PROTOCOL_SIZE]);

/* "192.0.2.1" or "2001:db8::1"; `family` is 4 or 6. */
#define SUMMARY_ADDRESS_SIZE 46
const char *summary_address_text(unsigned int family, const uint8_t address[16],
				 char ret_text[SUMMARY_ADDRESS_SIZE]);

#endif
