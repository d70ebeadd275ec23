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
	{ "arp", nothing, 0, 28 },
	{ "lldp", nothing, 0, 46 },
};

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
		return;
	}
	errx(2, "%s: no such frame", name);
}
