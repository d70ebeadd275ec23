// SPDX-License-Identifier: GPL-2.0-only
#include "verdict_rows.h"

#define IPV4(...) .shape = { .family = 4, __VA_ARGS__ }
#define IPV6(...) .shape = { .family = 6, __VA_ARGS__ }
#define FROM4(address) IPV4(.source = (address))
#define FROM6(address) IPV6(.source = (address))
#define PATCH(...) .patch = { __VA_ARGS__ }

#define LENGTH FILTER_CHECK_LENGTH
#define VERSION FILTER_CHECK_VERSION
#define OPTIONS FILTER_CHECK_OPTIONS
#define EVIL FILTER_CHECK_EVIL
#define CHECKSUM FILTER_CHECK_CHECKSUM
#define SAME FILTER_CHECK_SAME
#define MARTIAN FILTER_CHECK_MARTIAN
#define CHAIN FILTER_CHECK_EXTENSION_CHAIN

#define IS_MARTIAN4 MARTIAN, FILTER_REASON_MARTIAN_IPV4
#define IS_MARTIAN6 MARTIAN, FILTER_REASON_MARTIAN_IPV6
#define REPEATED CHAIN, FILTER_REASON_REPEATED_EXTENSION
#define LONG CHAIN, ECBPF_REASON_LONG_CHAIN

const struct check_row check_rows[] = {
	{ "header of 16 bytes", IPV4(PATCH({ 0, 0x44 })), LENGTH, ECBPF_REASON_BAD_IPV4 },
	{ "header of 0 bytes", IPV4(PATCH({ 0, 0x40 })), LENGTH, ECBPF_REASON_BAD_IPV4 },
	{ "options beyond the frame", IPV4(PATCH({ 0, 0x4f })), LENGTH, ECBPF_REASON_SHORT_IPV4 },
	{ "options beyond the packet", IPV4(.padding = 40, PATCH({ 0, 0x4f })), LENGTH,
	  ECBPF_REASON_BAD_IPV4 },
	{ "total length below the header's", IPV4(PATCH({ 3, 19 })), LENGTH,
	  ECBPF_REASON_BAD_IPV4 },
	{ "total length 0", IPV4(PATCH({ 3, 0 })), LENGTH, ECBPF_REASON_BAD_IPV4 },
	{ "total length below the options' end", IPV4(.option_words = 1, PATCH({ 3, 23 })), LENGTH,
	  ECBPF_REASON_BAD_IPV4 },
	{ "total length beyond the frame", IPV4(PATCH({ 3, 41 })), LENGTH, ECBPF_REASON_BAD_IPV4 },
	{ "total length far beyond it", IPV4(PATCH({ 2, 1 })), LENGTH, ECBPF_REASON_BAD_IPV4 },
	{ "total length is the header's", IPV4(PATCH({ 3, 20 })), LENGTH, 0 },
	{ "padding is no wrong length", IPV4(.padding = 6), LENGTH, 0 },
	{ "a good packet", IPV4(.protocol = IPPROTO_TCP), LENGTH, 0 },

	{ "version 6", IPV4(PATCH({ 0, 0x65 })), VERSION, FILTER_REASON_VERSION_IPV4 },
	{ "version 0", IPV4(PATCH({ 0, 0x05 })), VERSION, FILTER_REASON_VERSION_IPV4 },
	{ "version 15", IPV4(PATCH({ 0, 0xf5 })), VERSION, FILTER_REASON_VERSION_IPV4 },
	{ "a good packet", IPV4(.protocol = IPPROTO_TCP), VERSION, 0 },

	{ "one word of options", IPV4(.option_words = 1), OPTIONS, FILTER_REASON_OPTIONS },
	{ "ten words of options", IPV4(.option_words = 10), OPTIONS, FILTER_REASON_OPTIONS },
	{ "options in a later fragment", IPV4(.option_words = 3, .fragment = 185), OPTIONS,
	  FILTER_REASON_OPTIONS, .moves = { FILTER_COUNT_LATER_IPV4 } },
	{ "no options", IPV4(.protocol = IPPROTO_TCP), OPTIONS, 0 },

	{ "the reserved flag", IPV4(.fragment = VERDICT_EVIL), EVIL, FILTER_REASON_EVIL },
	{ "the reserved flag with others", IPV4(.fragment = VERDICT_EVIL | VERDICT_DF), EVIL,
	  FILTER_REASON_EVIL },
	{ "the reserved flag of a fragment", IPV4(.fragment = VERDICT_EVIL | VERDICT_MF | 185),
	  EVIL, FILTER_REASON_EVIL, .moves = { FILTER_COUNT_LATER_IPV4 } },
	{ "all flags but that", IPV4(.fragment = VERDICT_DF | VERDICT_MF), EVIL, 0,
	  .moves = { FILTER_COUNT_FIRST_IPV4 } },

	{ "TTL changed on the way", IPV4(PATCH({ 8, 63 })), CHECKSUM, FILTER_REASON_CHECKSUM },
	{ "checksum 0", IPV4(PATCH({ 10, 0 }, { 11, 0 })), CHECKSUM, FILTER_REASON_CHECKSUM },
	{ "an option changed", IPV4(.option_words = 10, PATCH({ 59, 0 })), CHECKSUM,
	  FILTER_REASON_CHECKSUM },
	{ "payload does not count", IPV4(PATCH({ 20, 99 })), CHECKSUM, 0 },
	{ "a right checksum over options", IPV4(.option_words = 10), CHECKSUM, 0 },
	{ "a right checksum", IPV4(.protocol = IPPROTO_TCP), CHECKSUM, 0 },

	{ "source is destination", FROM4("198.51.100.1"), SAME, FILTER_REASON_SAME_IPV4 },
	{ "source is nearly destination", FROM4("198.51.100.0"), SAME, 0 },
	{ "a neighbour", FROM4("198.51.101.1"), SAME, 0 },

	{ "0.0.0.1", FROM4("0.0.0.1"), IS_MARTIAN4 },
	{ "0.255.255.255", FROM4("0.255.255.255"), IS_MARTIAN4 },
	{ "loopback", FROM4("127.0.0.1"), IS_MARTIAN4 },
	{ "first of loopback", FROM4("127.0.0.0"), IS_MARTIAN4 },
	{ "last of loopback", FROM4("127.255.255.255"), IS_MARTIAN4 },
	{ "multicast", FROM4("224.0.0.0"), IS_MARTIAN4 },
	{ "last of multicast", FROM4("239.255.255.255"), IS_MARTIAN4 },
	{ "reserved", FROM4("240.0.0.0"), IS_MARTIAN4 },
	{ "broadcast", FROM4("255.255.255.255"), IS_MARTIAN4 },
	{ "0.0.0.0 asks for its address", FROM4("0.0.0.0"), MARTIAN, 0 },
	{ "behind 0/8", FROM4("1.0.0.0"), MARTIAN, 0 },
	{ "before loopback", FROM4("126.255.255.255"), MARTIAN, 0 },
	{ "behind loopback", FROM4("128.0.0.0"), MARTIAN, 0 },
	{ "before multicast", FROM4("223.255.255.255"), MARTIAN, 0 },
	{ "private is fine on some wires", FROM4("10.0.0.1"), MARTIAN, 0 },
	{ "link-local", FROM4("169.254.1.1"), MARTIAN, 0 },

	{ "payload beyond the frame", IPV6(PATCH({ 5, 21 })), LENGTH, ECBPF_REASON_BAD_IPV6 },
	{ "payload far beyond it", IPV6(PATCH({ 4, 1 })), LENGTH, ECBPF_REASON_BAD_IPV6 },
	{ "payload 0", IPV6(PATCH({ 5, 0 })), LENGTH, 0 },
	{ "padding is no wrong length", IPV6(.padding = 6), LENGTH, 0 },
	{ "a jumbo payload", IPV6(.jumbo = 1, .extensions = "h"), LENGTH, 0 },
	{ "extension header longer than the packet", IPV6(.extensions = "h", PATCH({ 41, 9 })),
	  LENGTH, ECBPF_REASON_SHORT_EXTENSION },
	{ "the third header is longer than the packet",
	  IPV6(.extensions = "hmm", .padding = 300, PATCH({ 57, 30 })), LENGTH,
	  ECBPF_REASON_SHORT_EXTENSION },
	{ "packet ends in a fragment header", IPV6(.extensions = "F", PATCH({ 5, 7 })), LENGTH,
	  ECBPF_REASON_SHORT_EXTENSION },
	{ "packet ends before an extension header", IPV6(.extensions = "hF", PATCH({ 5, 8 })),
	  LENGTH, ECBPF_REASON_SHORT_EXTENSION },
	{ "packet ends behind the chain", IPV6(.extensions = "hF", PATCH({ 5, 16 })), LENGTH, 0,
	  .moves = { FILTER_COUNT_FIRST_IPV6, FILTER_COUNT_TINY_IPV6 } },

	{ "version 4", IPV6(PATCH({ 0, 0x45 })), VERSION, FILTER_REASON_VERSION_IPV6 },
	{ "version 0", IPV6(PATCH({ 0, 0x0f })), VERSION, FILTER_REASON_VERSION_IPV6 },
	{ "version 7", IPV6(PATCH({ 0, 0x70 })), VERSION, FILTER_REASON_VERSION_IPV6 },
	{ "a traffic class", IPV6(PATCH({ 0, 0x6f })), VERSION, 0 },

	{ "source is destination", FROM6("2001:db8:1::1"), SAME, FILTER_REASON_SAME_IPV6 },
	{ ":: to ::", IPV6(.source = "::", .destination = "::"), SAME, FILTER_REASON_SAME_IPV6 },
	{ "other upper half", FROM6("2001:db8:2::1"), SAME, 0 },
	{ "other lower half", FROM6("2001:db8:1::2"), SAME, 0 },

	{ "loopback", FROM6("::1"), IS_MARTIAN6 },
	{ "multicast", FROM6("ff02::1"), IS_MARTIAN6 },
	{ "first of multicast", FROM6("ff00::"), IS_MARTIAN6 },
	{ "IPv4-mapped", FROM6("::ffff:192.0.2.1"), IS_MARTIAN6 },
	{ "first of IPv4-mapped", FROM6("::ffff:0:0"), IS_MARTIAN6 },
	{ ":: looks for duplicates of its address", FROM6("::"), MARTIAN, 0 },
	{ "behind loopback", FROM6("::2"), MARTIAN, 0 },
	{ "loopback elsewhere", FROM6("1::1"), MARTIAN, 0 },
	{ "before multicast", FROM6("feff:ffff::1"), MARTIAN, 0 },
	{ "before IPv4-mapped", FROM6("::fffe:ffff:ffff"), MARTIAN, 0 },
	{ "behind IPv4-mapped", FROM6("::1:0:0:0"), MARTIAN, 0 },
	{ "nearly IPv4-mapped", FROM6("0:0:1:0:0:ffff:c000:201"), MARTIAN, 0 },
	{ "IPv4-mapped elsewhere", FROM6("1::ffff:192.0.2.1"), MARTIAN, 0 },
	{ "link-local", FROM6("fe80::1"), MARTIAN, 0 },

	{ "nine, the last a fragment header", IPV6(.extensions = "hdrdamisF"), LONG },
	{ "nine, the last a second one", IPV6(.extensions = "hdrdamisd"), LONG },
	{ "nine, some of them repeated", IPV6(.extensions = "hhrraammi"), LONG },
	{ "eight", IPV6(.extensions = "hdrdamis"), CHAIN, 0 },
	{ "what follows a later fragment's header", IPV6(.extensions = "Lddddddddd"), CHAIN, 0,
	  .moves = { FILTER_COUNT_LATER_IPV6 } },
	{ "the order of RFC 8200", IPV6(.extensions = "hdrFad"), CHAIN, 0,
	  .moves = { FILTER_COUNT_FIRST_IPV6 } },
	{ "two hop-by-hop", IPV6(.extensions = "hh"), REPEATED },
	{ "two routing", IPV6(.extensions = "rdr"), REPEATED },
	{ "two AH", IPV6(.extensions = "aa"), REPEATED },
	{ "two mobility", IPV6(.extensions = "mm"), REPEATED },
	{ "two HIP", IPV6(.extensions = "ii"), REPEATED },
	{ "two shim6", IPV6(.extensions = "ss"), REPEATED },
	{ "three destination options", IPV6(.extensions = "dhdrd"), REPEATED },
	{ "two destination options", IPV6(.extensions = "dd"), CHAIN, 0 },
	{ "repeated, then a later fragment", IPV6(.extensions = "hhL"), REPEATED,
	  .moves = { FILTER_COUNT_LATER_IPV6 } },
	{ "repeated in a first fragment", IPV6(.extensions = "Fmm"), REPEATED,
	  .moves = { FILTER_COUNT_FIRST_IPV6 } },
	{ "two fragment headers", IPV6(.extensions = "FF"), REPEATED },
	{ "two atomic fragment headers", IPV6(.extensions = "AdA"), REPEATED },
	{ "atomic, then later", IPV6(.extensions = "AL"), REPEATED },
	{ "one of each", IPV6(.extensions = "hramis"), CHAIN, 0 },
	{ "none", IPV6(.protocol = IPPROTO_TCP), CHAIN, 0 },
};
const size_t check_row_count = sizeof(check_rows) / sizeof(*check_rows);
