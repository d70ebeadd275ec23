// SPDX-License-Identifier: GPL-2.0-only
#include "named_frame.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#define PORT_DEFAULT 10

static void nothing(struct packet_builder *builder)
{
	(void)builder;
}

static void ipv4(struct packet_builder *builder)
{
	build_ipv4(builder, &(struct build_ipv4){ 0 });
}

static void ipv4_options(struct packet_builder *builder)
{
	build_ipv4(builder, &(struct build_ipv4){ .option_words = 10 });
}

static void ipv4_listed(struct packet_builder *builder)
{
	build_ipv4(builder, &(struct build_ipv4){ .source = "203.0.113.7" });
}

static void ipv6(struct packet_builder *builder)
{
	build_ipv6(builder, &(struct build_ipv6){ 0 });
}

static void ipv6_extensions(struct packet_builder *builder)
{
	ipv6(builder);
	build_extension(builder, IPPROTO_HOPOPTS, 8);
	build_extension(builder, IPPROTO_ROUTING, 24);
	build_extension(builder, IPPROTO_DSTOPTS, 16);
}

static void vlan(struct packet_builder *builder)
{
	build_vlan(builder, ETH_P_8021Q, 100);
	ipv4(builder);
}

static void two_vlans(struct packet_builder *builder)
{
	build_vlan(builder, ETH_P_8021AD, 200);
	vlan(builder);
}

static void fragment(struct packet_builder *builder)
{
	build_ipv4(builder, &(struct build_ipv4){ .fragment = 0x2000 });
}

static void ipv6_fragment(struct packet_builder *builder)
{
	ipv6(builder);
	build_ipv6_fragment(builder, 0, 1, 4711);
}

static void ipv6_listed(struct packet_builder *builder)
{
	build_ipv6(builder, &(struct build_ipv6){ .source = "2001:db8:bad::7" });
}

static void fragment_later(struct packet_builder *builder)
{
	build_ipv4(builder, &(struct build_ipv4){ .fragment = 185 });
}

static void ipv6_fragment_later(struct packet_builder *builder)
{
	ipv6(builder);
	build_ipv6_fragment(builder, 1480, 0, 4711);
}

static void fragment_tiny(struct packet_builder *builder)
{
	build_ipv4(builder, &(struct build_ipv4){ .fragment = 0x2000, .protocol = IPPROTO_TCP });
}

static void fragment_overlap(struct packet_builder *builder)
{
	build_ipv4(builder, &(struct build_ipv4){ .fragment = 1, .protocol = IPPROTO_TCP });
}

static void evil(struct packet_builder *builder)
{
	build_ipv4(builder, &(struct build_ipv4){ .fragment = 0x8000 });
}

static void same(struct packet_builder *builder)
{
	build_ipv4(builder,
		   &(struct build_ipv4){ .source = "192.0.2.1", .destination = "192.0.2.1" });
}

static void martian(struct packet_builder *builder)
{
	build_ipv4(builder, &(struct build_ipv4){ .source = "127.0.0.1" });
}

static void bad_length(struct packet_builder *builder)
{
	build_ipv4(builder, &(struct build_ipv4){ .total_length = 2000 });
}

static void ipv6_same(struct packet_builder *builder)
{
	build_ipv6(builder,
		   &(struct build_ipv6){ .source = "2001:db8::1", .destination = "2001:db8::1" });
}

static void ipv6_martian(struct packet_builder *builder)
{
	build_ipv6(builder, &(struct build_ipv6){ .source = "::1" });
}

static void ipv6_bad_length(struct packet_builder *builder)
{
	build_ipv6(builder, &(struct build_ipv6){ .payload_length = 2000 });
}

static void ipv6_repeated(struct packet_builder *builder)
{
	ipv6(builder);
	build_extension(builder, IPPROTO_ROUTING, 8);
	build_extension(builder, IPPROTO_ROUTING, 8);
}

static void ipv6_long_chain(struct packet_builder *builder)
{
	ipv6(builder);
	for (int i = 0; i < 9; i++)
		build_extension(builder, IPPROTO_DSTOPTS, 8);
}

/* To be cut inside of its second header, as its length says. */
static void ipv6_cut_extension(struct packet_builder *builder)
{
	build_ipv6(builder, &(struct build_ipv6){ .payload_length = 16 });
	build_extension(builder, IPPROTO_HOPOPTS, 8);
	build_extension(builder, IPPROTO_ROUTING, 24);
}

static void three_vlans(struct packet_builder *builder)
{
	build_vlan(builder, ETH_P_8021AD, 300);
	two_vlans(builder);
}

static void gre(struct packet_builder *builder)
{
	ipv4(builder);
	build_protocol(builder, IPPROTO_GRE, 24, 0, 0);
}

static void esp(struct packet_builder *builder)
{
	ipv4(builder);
	build_protocol(builder, IPPROTO_ESP, 24, 0, 0);
}

static void icmp(struct packet_builder *builder)
{
	ipv4(builder);
	build_icmp(builder, 8, 0);
}

static const struct kind {
	const char *name;
	void (*headers)(struct packet_builder *builder);
	int udp;
	__u32 payload;
} kinds[] = {
	{ "udp", ipv4, 1, 22 },
	{ "udp-listed", ipv4_listed, 1, 22 },
	{ "udp-options", ipv4_options, 1, 22 },
	{ "udp-6", ipv6, 1, 22 },
	{ "udp-6-extensions", ipv6_extensions, 1, 22 },
	{ "udp-vlan", vlan, 1, 22 },
	{ "udp-two-vlans", two_vlans, 1, 22 },
	{ "udp-8000", ipv4, 1, 8000 - 28 },
	{ "fragment", fragment, 1, 32 },
	{ "fragment-6", ipv6_fragment, 1, 32 },
	{ "gre", gre, 0, 0 },
	{ "esp", esp, 0, 0 },
	{ "icmp", icmp, 0, 16 },
	{ "udp-6-listed", ipv6_listed, 1, 22 },
	{ "later", fragment_later, 0, 40 },
	{ "later-6", ipv6_fragment_later, 0, 40 },
	{ "tiny", fragment_tiny, 0, 8 },
	{ "overlap", fragment_overlap, 0, 40 },
	{ "evil", evil, 1, 22 },
	{ "same", same, 1, 22 },
	{ "martian", martian, 1, 22 },
	{ "bad-length", bad_length, 1, 22 },
	{ "bad-checksum", ipv4, 1, 22 },
	{ "bad-header-length", ipv4, 1, 22 },
	{ "bad-version", ipv4, 1, 22 },
	{ "cut-ipv4", ipv4, 1, 22 },
	{ "cut-options", ipv4_options, 1, 22 },
	{ "same-6", ipv6_same, 1, 22 },
	{ "martian-6", ipv6_martian, 1, 22 },
	{ "bad-length-6", ipv6_bad_length, 1, 22 },
	{ "bad-version-6", ipv6, 1, 22 },
	{ "repeated-6", ipv6_repeated, 1, 22 },
	{ "long-chain-6", ipv6_long_chain, 1, 22 },
	{ "cut-ipv6", ipv6, 1, 22 },
	{ "cut-extension-6", ipv6_cut_extension, 1, 22 },
	{ "three-vlans", three_vlans, 1, 22 },
	{ "cut-vlan", vlan, 1, 22 },
	{ "arp", nothing, 0, 28 },
	{ "lldp", nothing, 0, 46 },
};

/* What is wrong with the finished frame: one byte is another, or it ends early. */
static const struct spoilt {
	const char *name;
	__u32 at;
	unsigned char byte;
	__u32 length; /* 0: all of it */
} spoilt[] = {
	{ "bad-checksum", 24, 0xff, 0 }, { "bad-header-length", 14, 0x44, 0 },
	{ "bad-version", 14, 0x65, 0 },  { "cut-ipv4", 0, 0, 33 },
	{ "cut-options", 0, 0, 54 },     { "bad-version-6", 14, 0x40, 0 },
	{ "cut-ipv6", 0, 0, 53 },        { "cut-extension-6", 0, 0, 70 },
	{ "cut-vlan", 0, 0, 16 },
};

static void spoil(struct packet_builder *builder, const char *kind)
{
	for (size_t i = 0; i < sizeof(spoilt) / sizeof(*spoilt); i++) {
		if (strcmp(spoilt[i].name, kind))
			continue;
		if (spoilt[i].at)
			builder->bytes[spoilt[i].at] = spoilt[i].byte;
		if (spoilt[i].length)
			builder->length = spoilt[i].length;
	}
}

static void set_ethertype(struct packet_builder *builder, const char *kind)
{
	__u16 type = !strcmp(kind, "arp") ? ETH_P_ARP : !strcmp(kind, "lldp") ? 0x88cc : 0;

	if (!type)
		return;
	builder->bytes[12] = (unsigned char)(type >> 8);
	builder->bytes[13] = (unsigned char)type;
}

void named_frame_build(struct packet_builder *builder, const char *name, __u16 source)
{
	size_t length = strcspn(name, ".");
	__u16 port = name[length] ? (__u16)strtoul(name + length + 1, NULL, 10) : PORT_DEFAULT;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		const struct kind *kind = &kinds[i];

		if (strlen(kind->name) != length || strncmp(kind->name, name, length))
			continue;
		build_start(builder);
		build_ethernet(builder);
		kind->headers(builder);
		if (kind->udp)
			build_udp(builder, source, port);
		if (kind->payload)
			build_payload(builder, kind->payload);
		build_finish(builder);
		set_ethertype(builder, kind->name);
		spoil(builder, kind->name);
		return;
	}
	errx(2, "%s: no such frame", name);
}
