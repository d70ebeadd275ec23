// SPDX-License-Identifier: GPL-2.0-only
#include "verdict_rows.h"

enum { TCP = IPPROTO_TCP, ICMP = IPPROTO_ICMP, ICMPV6 = IPPROTO_ICMPV6 };

/* What a row does not say: first fragment, UDP, sixteen bytes behind its header. */
#define IPV4(...) .shape = { .family = 4, __VA_ARGS__ }
#define IPV6(...) .shape = { .family = 6, __VA_ARGS__ }
#define ICMP4(number) IPV4(.protocol = ICMP, .type = (number))
#define ICMP6(number) IPV6(.protocol = ICMPV6, .type = (number))
#define FROM4(address) IPV4(.source = (address))
#define TO4(address) IPV4(.destination = (address))
#define FROM6(address) IPV6(.source = (address))
#define TO6(address) IPV6(.destination = (address))
#define ONLY(bytes) .no_header = 1, .payload = (bytes)
#define PATCH(...) .patch = { __VA_ARGS__ }

#define SENT 0, 0
#define REFUSED 1, 0
#define TINY 1, 1

const struct answer_row answer_rows[] = {
	{ "UDP", IPV4(.padding = 0), SENT },
	{ "TCP", IPV4(.protocol = TCP, ONLY(24)), SENT },
	{ "DF, which cannot be but is", IPV4(.fragment = VERDICT_DF), SENT },
	{ "options", IPV4(.option_words = 10), SENT },
	{ "padding", IPV4(.padding = 18), SENT },
	{ "eight bytes", IPV4(ONLY(8)), SENT },
	{ "a whole frame", IPV4(ONLY(1480)), SENT },
	{ "GRE of eight bytes", IPV4(.protocol = IPPROTO_GRE, ONLY(8)), SENT },
	{ "ICMPv6 in IPv4 is anything", IPV4(.protocol = ICMPV6, ONLY(8)), SENT },

	/* RFC 1812 4.3.2.7: no link-layer broadcast or multicast. */
	{ "to a group of Ethernet addresses", IPV4(.group = 1), REFUSED },
	{ "from a group of Ethernet addresses", IPV4(.group = 2), REFUSED },
	/* No destination that is not one host. */
	{ "to multicast", TO4("224.0.0.1"), REFUSED },
	{ "to the last of multicast", TO4("239.255.255.255"), REFUSED },
	{ "to broadcast", TO4("255.255.255.255"), REFUSED },
	{ "to reserved", TO4("240.0.0.1"), REFUSED },
	{ "to loopback", TO4("127.0.0.1"), REFUSED },
	{ "to 0.0.0.0", TO4("0.0.0.0"), REFUSED },
	{ "to 0.0.0.1", TO4("0.0.0.1"), REFUSED },
	{ "before multicast", TO4("223.255.255.255"), SENT },
	{ "behind 0/8", TO4("1.0.0.0"), SENT },
	/* No source that is not one host. */
	{ "from multicast", FROM4("224.0.0.1"), REFUSED },
	{ "from broadcast", FROM4("255.255.255.255"), REFUSED },
	{ "from reserved", FROM4("240.0.0.1"), REFUSED },
	{ "from loopback", FROM4("127.9.9.9"), REFUSED },
	{ "from 0.0.0.0", FROM4("0.0.0.0"), REFUSED },
	{ "from 0.1.2.3", FROM4("0.1.2.3"), REFUSED },
	{ "from its destination", FROM4("198.51.100.1"), REFUSED },
	{ "from private", FROM4("10.0.0.1"), SENT },
	{ "a wrong checksum", IPV4(PATCH({ 8, 9 })), REFUSED },
	{ "a wrong checksum in options", IPV4(.option_words = 2, PATCH({ 27, 0 })), REFUSED },
	/* Only what can be a first fragment (RFC 791). */
	{ "no bytes", IPV4(.protocol = 253, ONLY(0)), REFUSED },
	{ "no bytes but padding", IPV4(.protocol = 253, ONLY(0), .padding = 26), REFUSED },
	{ "nine bytes", IPV4(ONLY(9)), REFUSED },
	{ "1479 bytes", IPV4(ONLY(1479)), REFUSED },
	{ "sixteen bytes of TCP", IPV4(.protocol = TCP, ONLY(16)), TINY },
	{ "eight bytes of SCTP", IPV4(.protocol = IPPROTO_SCTP, ONLY(8)), TINY },
	/* RFC 1122 3.2.2: never in answer to an ICMP error. */
	{ "echo reply", ICMP4(0), SENT },
	{ "echo request", ICMP4(8), SENT },
	{ "timestamp", ICMP4(13), SENT },
	{ "address mask reply", ICMP4(18), SENT },
	{ "destination unreachable", ICMP4(3), REFUSED },
	{ "source quench", ICMP4(4), REFUSED },
	{ "redirect", ICMP4(5), REFUSED },
	{ "time exceeded", ICMP4(11), REFUSED },
	{ "parameter problem", ICMP4(12), REFUSED },
	{ "type 19", ICMP4(19), REFUSED },
	{ "type 255", ICMP4(255), REFUSED },

	{ "UDP", IPV6(.padding = 0), SENT },
	{ "TCP", IPV6(.protocol = TCP, ONLY(24)), SENT },
	{ "behind extensions", IPV6(.extensions = "hdrF"), SENT },
	{ "before extensions", IPV6(.extensions = "Fd"), SENT },
	{ "padding", IPV6(.padding = 18), SENT },
	{ "eight bytes", IPV6(ONLY(8)), SENT },
	{ "a whole frame", IPV6(ONLY(1448)), SENT },
	{ "ICMP in IPv6 is anything", IPV6(.protocol = ICMP, .type = 3), SENT },
	{ "a repeated header, which is not judged here", IPV6(.extensions = "mmF"), SENT },

	{ "to a group of Ethernet addresses", IPV6(.group = 1), REFUSED },
	{ "from a group of Ethernet addresses", IPV6(.group = 2), REFUSED },
	{ "to multicast", TO6("ff02::1"), REFUSED },
	{ "to loopback", TO6("::1"), REFUSED },
	{ "to ::", TO6("::"), REFUSED },
	{ "to IPv4-mapped", TO6("::ffff:192.0.2.1"), REFUSED },
	{ "to link-local", TO6("fe80::1"), SENT },
	/* RFC 4443 2.4 (e.6). */
	{ "from multicast", FROM6("ff02::1"), REFUSED },
	{ "from loopback", FROM6("::1"), REFUSED },
	{ "from ::", FROM6("::"), REFUSED },
	{ "from IPv4-mapped", FROM6("::ffff:192.0.2.1"), REFUSED },
	{ "from its destination", FROM6("2001:db8:1::1"), REFUSED },
	{ "from link-local", FROM6("fe80::1"), SENT },
	{ "a jumbo payload", IPV6(.extensions = "hF", .jumbo = 1), REFUSED },
	{ "no bytes", IPV6(.protocol = 253, ONLY(0)), REFUSED },
	{ "no bytes but padding", IPV6(.protocol = 253, ONLY(0), .padding = 26), REFUSED },
	{ "nine bytes", IPV6(ONLY(9)), REFUSED },
	{ "1447 bytes", IPV6(ONLY(1447)), REFUSED },
	{ "sixteen bytes of TCP", IPV6(.protocol = TCP, ONLY(16)), TINY },
	{ "sixteen bytes of TCP behind extensions",
	  IPV6(.extensions = "Fd", .protocol = TCP, ONLY(16)), TINY },
	/* RFC 4443 2.4 (e.1, e.2): never in answer to an ICMPv6 error or a redirect. */
	{ "echo request", ICMP6(128), SENT },
	{ "echo reply", ICMP6(129), SENT },
	{ "neighbour advertisement", ICMP6(136), SENT },
	{ "type 138", ICMP6(138), SENT },
	{ "type 255", ICMP6(255), SENT },
	{ "destination unreachable", ICMP6(1), REFUSED },
	{ "packet too big", ICMP6(2), REFUSED },
	{ "time exceeded", ICMP6(3), REFUSED },
	{ "parameter problem", ICMP6(4), REFUSED },
	{ "type 0", ICMP6(0), REFUSED },
	{ "type 127", ICMP6(127), REFUSED },
	{ "redirect", ICMP6(137), REFUSED },
	{ "parameter problem behind extensions",
	  IPV6(.extensions = "hFd", .protocol = ICMPV6, .type = 4), REFUSED },
};
const size_t answer_row_count = sizeof(answer_rows) / sizeof(*answer_rows);

struct verdict_shape answer_row_shape(const struct answer_row *row)
{
	struct verdict_shape shape = row->shape;

	if (shape.family == 4)
		shape.fragment |= VERDICT_MF;
	else if (!shape.extensions)
		shape.extensions = "F";
	if (!shape.payload && !shape.no_header)
		shape.payload = 16;
	return shape;
}
