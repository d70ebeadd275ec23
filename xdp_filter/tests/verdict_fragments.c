// SPDX-License-Identifier: GPL-2.0-only
#include "verdict_rows.h"

enum {
	UDP = IPPROTO_UDP,
	TCP = IPPROTO_TCP,
	SCTP = IPPROTO_SCTP,
	DCCP = 33,
	UDPLITE = 136,
	GRE = IPPROTO_GRE
};

#define MF VERDICT_MF
#define DF VERDICT_DF

#define IPV4(field, number, ...)                                                                   \
	.shape = { .family = 4, .fragment = (field), .protocol = (number), __VA_ARGS__ }
#define IPV6(chain, number, ...)                                                                   \
	.shape = { .family = 6, .extensions = (chain), .protocol = (number), __VA_ARGS__ }
/* So many bytes behind the IP header, of which the protocol's own header is not made. */
#define ONLY(bytes) .no_header = 1, .payload = (bytes)
#define PATCH(...) .patch = { __VA_ARGS__ }

#define FIRST4 .moves = { FILTER_COUNT_FIRST_IPV4 }
#define LATER4 .moves = { FILTER_COUNT_LATER_IPV4 }
#define TINY4 .moves = { FILTER_COUNT_FIRST_IPV4, FILTER_COUNT_TINY_IPV4 }
#define OVERLAP4 .moves = { FILTER_COUNT_LATER_IPV4, FILTER_COUNT_OVERLAP_IPV4 }
#define FIRST6 .moves = { FILTER_COUNT_FIRST_IPV6 }
#define LATER6 .moves = { FILTER_COUNT_LATER_IPV6 }
#define TINY6 .moves = { FILTER_COUNT_FIRST_IPV6, FILTER_COUNT_TINY_IPV6 }
#define OVERLAP6 .moves = { FILTER_COUNT_LATER_IPV6, FILTER_COUNT_OVERLAP_IPV6 }
#define WHOLE .moves = { 0 }

const struct fragment_row fragment_rows[] = {
	{ "UDP", IPV4(0, UDP), WHOLE, 0 },
	{ "TCP", IPV4(DF, TCP), WHOLE, 0 },
	{ "ICMP", IPV4(0, IPPROTO_ICMP), WHOLE, 0 },
	{ "GRE", IPV4(0, GRE), WHOLE, 0 },
	{ "ESP", IPV4(0, IPPROTO_ESP), WHOLE, 0 },
	{ "AH in IPv4", IPV4(0, IPPROTO_AH), WHOLE, 0 },
	{ "IPIP", IPV4(0, IPPROTO_IPIP), WHOLE, 0 },
	{ "6in4", IPV4(0, IPPROTO_IPV6), WHOLE, 0 },
	{ "protocol 44 in IPv4 is no fragment", IPV4(0, IPPROTO_FRAGMENT), WHOLE, 0 },
	{ "options", IPV4(0, UDP, .option_words = 10), WHOLE, 0 },
	{ "reserved flag alone", IPV4(VERDICT_EVIL, UDP), WHOLE, 0 },
	{ "TCP without a header", IPV4(0, TCP, ONLY(4)), WHOLE, 0 },

	{ "first", IPV4(MF, UDP), FIRST4, 0 },
	{ "first with DF", IPV4(MF | DF, UDP), FIRST4, 0 },
	{ "first with all flags", IPV4(MF | DF | VERDICT_EVIL, UDP), FIRST4, 0 },
	{ "first of TCP", IPV4(MF, TCP), FIRST4, 0 },
	{ "first of ICMP", IPV4(MF, IPPROTO_ICMP), FIRST4, 0 },
	{ "first of GRE", IPV4(MF, GRE), FIRST4, 0 },
	{ "first with options", IPV4(MF, UDP, .option_words = 3), FIRST4, 0 },
	{ "middle", IPV4(MF | 185, UDP), LATER4, 0 },
	{ "last", IPV4(370, UDP), LATER4, 0 },
	{ "last, of one byte", IPV4(370, TCP, ONLY(1)), LATER4, 0 },
	{ "smallest offset", IPV4(1, UDP), LATER4, 0 },
	{ "largest offset", IPV4(0x1fff, TCP), LATER4, 0 },
	{ "last with options", IPV4(370, IPPROTO_ICMP, .option_words = 3), LATER4, 0 },
	{ "last with DF and the reserved flag", IPV4(DF | VERDICT_EVIL | 9, GRE), LATER4, 0 },

	{ "TCP at offset 8", IPV4(MF | 1, TCP), OVERLAP4, 0 },
	{ "TCP at offset 16", IPV4(2, TCP), OVERLAP4, 0 },
	{ "TCP at offset 16 with DF", IPV4(DF | 2, TCP), OVERLAP4, 0 },
	{ "TCP at offset 24", IPV4(MF | 3, TCP), LATER4, 0 },
	{ "SCTP at offset 8", IPV4(1, SCTP), LATER4, 0 },

	{ "TCP of 19 bytes", IPV4(MF, TCP, ONLY(19)), TINY4, 0 },
	{ "TCP of 20 bytes", IPV4(MF, TCP, ONLY(20)), FIRST4, 0 },
	{ "TCP of 16 bytes behind options", IPV4(MF, TCP, ONLY(16), .option_words = 10), TINY4, 0 },
	{ "TCP of 16 bytes and padding", IPV4(MF, TCP, ONLY(16), .padding = 10), TINY4, 0 },
	{ "TCP of no bytes", IPV4(MF, TCP, ONLY(0)), TINY4, 0 },
	{ "UDP of 7 bytes", IPV4(MF, UDP, ONLY(7)), TINY4, 0 },
	{ "UDP of 8 bytes", IPV4(MF, UDP, ONLY(8)), FIRST4, 0 },
	{ "UDP-Lite of 7 bytes", IPV4(MF, UDPLITE, ONLY(7)), TINY4, 0 },
	{ "UDP-Lite of 8 bytes", IPV4(MF, UDPLITE, ONLY(8)), FIRST4, 0 },
	{ "ICMP of 7 bytes", IPV4(MF, IPPROTO_ICMP, ONLY(7)), TINY4, 0 },
	{ "ICMP of 8 bytes", IPV4(MF, IPPROTO_ICMP, ONLY(8)), FIRST4, 0 },
	{ "ICMPv6 in IPv4 is anything", IPV4(MF, IPPROTO_ICMPV6, ONLY(1)), FIRST4, 0 },
	{ "SCTP of 11 bytes", IPV4(MF, SCTP, ONLY(11)), TINY4, 0 },
	{ "SCTP of 12 bytes", IPV4(MF, SCTP, ONLY(12)), FIRST4, 0 },
	{ "DCCP of 11 bytes", IPV4(MF, DCCP, ONLY(11)), TINY4, 0 },
	{ "DCCP of 12 bytes", IPV4(MF, DCCP, ONLY(12)), FIRST4, 0 },
	{ "GRE of no bytes", IPV4(MF, GRE, ONLY(0)), FIRST4, 0 },

	{ "UDP", IPV6("", UDP), WHOLE, 0 },
	{ "TCP", IPV6("", TCP), WHOLE, 0 },
	{ "ICMPv6", IPV6("", IPPROTO_ICMPV6), WHOLE, 0 },
	{ "ESP", IPV6("", IPPROTO_ESP), WHOLE, 0 },
	{ "6in6", IPV6("", IPPROTO_IPV6), WHOLE, 0 },
	{ "no next header", IPV6("", IPPROTO_NONE, ONLY(4)), WHOLE, 0 },
	{ "every extension header", IPV6("hdradmis", UDP), WHOLE, 0 },
	{ "a fragment header behind ESP is data", IPV6("", IPPROTO_ESP), WHOLE, 0 },
	{ "atomic", IPV6("A", UDP), WHOLE, 0 },
	{ "atomic without a TCP header", IPV6("A", TCP, ONLY(4)), WHOLE, 0 },
	{ "atomic in a chain", IPV6("hrAd", TCP), WHOLE, 0 },

	{ "first", IPV6("F", UDP), FIRST6, 0 },
	{ "first of ESP", IPV6("F", IPPROTO_ESP), FIRST6, 0 },
	{ "first behind extensions", IPV6("hdrF", UDP), FIRST6, 0 },
	{ "first before extensions", IPV6("Fad", TCP), FIRST6, 0 },
	{ "the eighth is a fragment header", IPV6("hdradmiF", UDP), FIRST6, 0 },
	{ "a jumbo payload", IPV6("hF", UDP, .jumbo = 1), FIRST6, 0 },
	{ "middle", IPV6("M", UDP), LATER6, 0 },
	{ "last", IPV6("L", UDP), LATER6, 0 },
	{ "last of no bytes", IPV6("L", TCP, ONLY(0)), LATER6, 0 },
	{ "last behind extensions", IPV6("aL", UDP), LATER6, 0 },
	{ "what follows a later header is data", IPV6("LF", UDP), LATER6, 0 },
	{ "and may look like a chain", IPV6("Mdddddddddd", UDP), LATER6, 0 },

	{ "TCP at offset 8", IPV6("O", TCP), OVERLAP6, 0 },
	{ "TCP at offset 16", IPV6("hdP", TCP), OVERLAP6, 0 },
	{ "TCP at offset 24", IPV6("Q", TCP), LATER6, 0 },
	{ "UDP at offset 8", IPV6("O", UDP), LATER6, 0 },
	{ "TCP behind what looks like an extension", IPV6("Od", TCP), LATER6, 0 },

	{ "TCP of 19 bytes", IPV6("F", TCP, ONLY(19)), TINY6, 0 },
	{ "TCP of 20 bytes", IPV6("F", TCP, ONLY(20)), FIRST6, 0 },
	{ "TCP of 16 bytes behind extensions", IPV6("hFd", TCP, ONLY(16)), TINY6, 0 },
	{ "UDP of 7 bytes and padding", IPV6("F", UDP, ONLY(7), .padding = 9), TINY6, 0 },
	{ "UDP of 8 bytes", IPV6("F", UDP, ONLY(8)), FIRST6, 0 },
	{ "UDP-Lite of 7 bytes", IPV6("F", UDPLITE, ONLY(7)), TINY6, 0 },
	{ "ICMPv6 of 7 bytes", IPV6("F", IPPROTO_ICMPV6, ONLY(7)), TINY6, 0 },
	{ "ICMPv6 of 8 bytes", IPV6("F", IPPROTO_ICMPV6, ONLY(8)), FIRST6, 0 },
	{ "ICMP in IPv6 is anything", IPV6("F", IPPROTO_ICMP, ONLY(1)), FIRST6, 0 },
	{ "SCTP of 11 bytes", IPV6("F", SCTP, ONLY(11)), TINY6, 0 },
	{ "DCCP of 11 bytes", IPV6("F", DCCP, ONLY(11)), TINY6, 0 },
	{ "no next header", IPV6("F", IPPROTO_NONE, ONLY(0)), FIRST6, 0 },
	{ "repeated header in a fragment", IPV6("hhF", UDP), FIRST6, 0 },

	{ "extension header cut short", IPV6("h", UDP, PATCH({ 41, 9 })), WHOLE,
	  ECBPF_REASON_SHORT_EXTENSION },
	{ "cut short behind a first header", IPV6("Fd", UDP, PATCH({ 49, 9 })), WHOLE,
	  ECBPF_REASON_SHORT_EXTENSION },
	{ "cut short, after a repeated one", IPV6("hhd", UDP, PATCH({ 57, 30 })), WHOLE,
	  ECBPF_REASON_SHORT_EXTENSION },
	{ "nine headers", IPV6("hdradmisF", UDP), WHOLE, ECBPF_REASON_LONG_CHAIN },
	{ "nine headers, one repeated", IPV6("hhradmisd", UDP), WHOLE, ECBPF_REASON_LONG_CHAIN },
	{ "two fragment headers", IPV6("FF", UDP), WHOLE, FILTER_REASON_REPEATED_EXTENSION },
	{ "atomic, then later", IPV6("AL", UDP), WHOLE, FILTER_REASON_REPEATED_EXTENSION },
	{ "two atomic ones", IPV6("AdA", UDP), WHOLE, FILTER_REASON_REPEATED_EXTENSION },
};
const size_t fragment_row_count = sizeof(fragment_rows) / sizeof(*fragment_rows);
