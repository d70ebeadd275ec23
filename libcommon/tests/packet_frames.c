// SPDX-License-Identifier: GPL-2.0-only
#include "packet_frames.h"

#define C_TAG ETH_P_8021Q
#define S_TAG ETH_P_8021AD
#define CHAIN_MAX 8
#define IPV4_MORE 0x2000
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Outermost tag first. */
static const struct {
	__u16 tags[2];
} links[] = {
	{ { 0 } },
	{ { C_TAG } },
	{ { S_TAG, C_TAG } },
	{ { S_TAG } },
	{ { C_TAG, S_TAG } },
	{ { C_TAG, C_TAG } },
	{ { S_TAG, S_TAG } },
};

/* A link of an IPv6 chain: protocol number and bytes. */
struct chain_link {
	__u8 number;
	__u8 bytes;
};

static const struct {
	int version;
	__u8 option_words;
	__u8 later; /* the transport header is not in it */
	__u16 fragment;
	struct chain_link chain[CHAIN_MAX];
} networks[] = {
	{ .version = 4 },
	{ .version = 4, .option_words = 1 },
	{ .version = 4, .option_words = 10 },
	{ .version = 4, .fragment = 0x4000 }, /* "do not fragment" does not make a fragment */
	{ .version = 4, .fragment = IPV4_MORE },
	{ .version = 4, .fragment = IPV4_MORE, .option_words = 2 },
	{ .version = 4, .fragment = IPV4_MORE | 185, .later = 1 },
	{ .version = 4, .fragment = 0x1fff, .later = 1 },
	{ .version = 6 },
	{ .version = 6, .chain = { { IPPROTO_HOPOPTS, 16 } } },
	{ .version = 6, .chain = { { IPPROTO_ROUTING, 24 } } },
	{ .version = 6, .chain = { { IPPROTO_AH, 24 } } },
	{ .version = 6, .chain = { { IPPROTO_AH, 20 } } }, /* not a multiple of 8, still readable */
	{ .version = 6, .chain = { { IPPROTO_DSTOPTS, 8 } } },
	{ .version = 6, .chain = { { 135, 8 } } },
	{ .version = 6, .chain = { { 139, 40 } } },
	{ .version = 6, .chain = { { 140, 8 } } },
	{ .version = 6, .chain = { { IPPROTO_FRAGMENT, 8 } } },
	{ .version = 6, .chain = { { IPPROTO_FRAGMENT, 8 } }, .fragment = 1 },
	{ .version = 6, .chain = { { IPPROTO_FRAGMENT, 8 } }, .fragment = 1448 | 1, .later = 1 },
	{ .version = 6, .chain = { { IPPROTO_FRAGMENT, 8 } }, .fragment = 65528, .later = 1 },
	{ .version = 6,
	  .chain = { { IPPROTO_HOPOPTS, 8 }, { IPPROTO_FRAGMENT, 8 } },
	  .fragment = 8,
	  .later = 1 },
	{ .version = 6,
	  .chain = { { IPPROTO_HOPOPTS, 8 },
		     { IPPROTO_DSTOPTS, 8 },
		     { IPPROTO_ROUTING, 24 },
		     { IPPROTO_FRAGMENT, 8 },
		     { IPPROTO_AH, 16 },
		     { IPPROTO_DSTOPTS, 16 } },
	  .fragment = 1 },
	{ .version = 6,
	  .chain = { { IPPROTO_DSTOPTS, 8 },
		     { IPPROTO_DSTOPTS, 8 },
		     { IPPROTO_DSTOPTS, 8 },
		     { IPPROTO_DSTOPTS, 8 },
		     { IPPROTO_DSTOPTS, 8 },
		     { IPPROTO_DSTOPTS, 8 },
		     { IPPROTO_DSTOPTS, 8 },
		     { IPPROTO_DSTOPTS, 8 } } },
};

static const struct {
	__u8 number; /* ICMP stands for the family's own */
	__u8 bytes;
} transports[] = {
	{ IPPROTO_UDP, 8 }, { IPPROTO_TCP, 20 }, { IPPROTO_ICMP, 8 },
	{ IPPROTO_GRE, 4 }, { 136, 8 },          { IPPROTO_SCTP, 12 },
	{ 33, 12 },         { IPPROTO_ESP, 16 }, { IPPROTO_NONE, 0 },
};

unsigned int frame_links(void)
{
	return COUNT(links);
}

unsigned int frame_networks(void)
{
	return COUNT(networks);
}

unsigned int frame_transports(void)
{
	return COUNT(transports);
}

static void add_link(struct packet_builder *builder, unsigned int link)
{
	build_ethernet(builder);
	for (unsigned int i = 0; i < 2 && links[link].tags[i]; i++)
		build_vlan(builder, links[link].tags[i], (__u16)(0x2064 + i));
}

static void add_network(struct packet_builder *builder, unsigned int network)
{
	const struct chain_link *chain = networks[network].chain;

	if (networks[network].version == 4) {
		build_ipv4(builder, &(struct build_ipv4){
					    .option_words = networks[network].option_words,
					    .fragment = networks[network].fragment,
				    });
		return;
	}
	build_ipv6(builder, &(struct build_ipv6){ 0 });
	for (unsigned int i = 0; i < CHAIN_MAX && chain[i].bytes; i++) {
		if (chain[i].number == IPPROTO_FRAGMENT)
			build_ipv6_fragment(builder, networks[network].fragment & 0xfff8,
					    networks[network].fragment & 1, 0x12345678);
		else
			build_extension(builder, chain[i].number, chain[i].bytes);
	}
}

static void add_transport(struct packet_builder *builder, unsigned int transport, int version)
{
	switch (transports[transport].number) {
	case IPPROTO_UDP:
		build_udp(builder, 0x1234, 53);
		break;
	case IPPROTO_TCP:
		build_tcp(builder, 0x1234, 443, 0x02);
		break;
	case IPPROTO_ICMP:
		if (version == 4)
			build_icmp(builder, 3, 4);
		else
			build_icmpv6(builder, 2, 0);
		break;
	case IPPROTO_NONE:
		build_protocol(builder, IPPROTO_NONE, 0, 0, 0);
		break;
	default:
		build_protocol(builder, transports[transport].number, transports[transport].bytes,
			       0x1234, 53);
	}
}

int frame_build(struct packet_builder *builder, unsigned int link, unsigned int network,
		unsigned int transport)
{
	int version = networks[network].version;

	if (version == 4 && transports[transport].number == IPPROTO_NONE)
		return 0;
	build_start(builder);
	add_link(builder, link);
	add_network(builder, network);
	/* A later fragment's payload looks like a transport header; whoever reads it is caught. */
	add_transport(builder, transport, version);
	build_payload(builder, networks[network].later ? 32 : 12);
	build_finish(builder);
	return 1;
}

void frame_set_ip_length(unsigned char *bytes, size_t offset, size_t length)
{
	int is_ipv4 = bytes[offset] >> 4 == 4;
	size_t field = offset + (is_ipv4 ? 2 : 4);

	if (!is_ipv4)
		length -= 40;
	bytes[field] = (unsigned char)(length >> 8);
	bytes[field + 1] = (unsigned char)length;
}
