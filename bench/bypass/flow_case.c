// SPDX-License-Identifier: GPL-2.0-only
#include "flow_case.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <string.h>

#define CLIENT_PORT 12345
#define SERVICE_PORT 53
#define NEW_CLIENT_PORT 4000
#define SERVER_PORT 5353

#define SERVICE 0x0ac80001U /* 10.200.0.1, what clients ask */
#define SERVER 0x0a1e0201U  /* 10.30.2.1, who answers */

const __u8 flow_mac_client[6] = { 2, 0, 0, 0, 1, 1 };
const __u8 flow_mac_in[6] = { 2, 0, 0, 0, 1, 0xfe };
const __u8 flow_mac_out[6] = { 2, 0, 0, 0, 2, 0xfe };
const __u8 flow_mac_server[6] = { 2, 0, 0, 0, 2, 1 };

/* fd00:NET::LAST, or LAST as an IPv4 address. */
static void set_address(__be32 address[4], bool ipv6, __u32 net, __u32 last)
{
	if (!ipv6) {
		address[0] = htonl(last);
		return;
	}
	address[0] = htonl(0xfd000000U | net);
	address[3] = htonl(last);
}

static struct flow_key key_of(const struct flow_case *what)
{
	return (struct flow_key){
		.protocol = what->tcp ? IPPROTO_TCP : IPPROTO_UDP,
		.family = what->ipv6 ? FLOW_IPV6 : FLOW_IPV4,
	};
}

struct flow_key flow_case_key(const struct flow_case *what, __u32 number)
{
	struct flow_key key = key_of(what);

	set_address(key.source, what->ipv6, 0x16, FLOW_CLIENTS + number);
	set_address(key.destination, what->ipv6, 0x200, what->ipv6 ? 1 : SERVICE);
	key.source_port = htons(CLIENT_PORT);
	key.destination_port = htons(SERVICE_PORT);
	return key;
}

struct flow_key flow_case_out(const struct flow_case *what, __u32 number)
{
	struct flow_key key = key_of(what);

	if (!what->nat)
		return flow_case_key(what, number);
	set_address(key.source, what->ipv6, 0x40, FLOW_NEW_CLIENTS + number);
	set_address(key.destination, what->ipv6, 0x30, what->ipv6 ? 1 : SERVER);
	key.source_port = htons(NEW_CLIENT_PORT);
	key.destination_port = htons(SERVER_PORT);
	return key;
}

static __u32 add_words(__u32 sum, const void *data, size_t length)
{
	const unsigned char *at = data;

	for (size_t i = 0; i < length; i += 2) {
		__u16 word;

		memcpy(&word, at + i, sizeof(word));
		sum += word;
	}
	return sum;
}

static size_t put_link(const struct flow_case *what, unsigned char *at)
{
	const __be16 tag[2][2] = { { htons(ETH_P_8021AD), htons(7) },
				   { htons(ETH_P_8021Q), htons(8) } };
	const __be16 type = htons(what->ipv6 ? ETH_P_IPV6 : ETH_P_IP);
	const size_t tags = what->tags_in * sizeof(tag[0]);

	memcpy(at, flow_mac_in, 6);
	memcpy(at + 6, flow_mac_client, 6);
	memcpy(at + 12, tag[2 - what->tags_in], tags);
	memcpy(at + 12 + tags, &type, sizeof(type));
	return ETH_HLEN + tags;
}

/* The header, its checksum and the last word of its source not yet filled in. */
static size_t put_network(const struct flow_case *what, unsigned char *at, size_t length)
{
	const struct flow_key key = flow_case_key(what, 0);
	struct iphdr ipv4 = { .version = 4,
			      .ihl = 5,
			      .tot_len = htons((__u16)length),
			      .id = htons(1),
			      .ttl = 64,
			      .protocol = key.protocol,
			      .daddr = key.destination[0] };
	struct ipv6hdr ipv6 = { .version = 6,
				.payload_len = htons((__u16)(length - sizeof(ipv6))),
				.nexthdr = key.protocol,
				.hop_limit = 64 };

	if (!what->ipv6) {
		memcpy(at, &ipv4, sizeof(ipv4));
		return sizeof(ipv4);
	}
	memcpy(&ipv6.saddr, key.source, sizeof(key.source) - sizeof(key.source[3]));
	memcpy(&ipv6.daddr, key.destination, sizeof(key.destination));
	memcpy(at, &ipv6, sizeof(ipv6));
	return sizeof(ipv6);
}

static void put_transport(const struct flow_case *what, unsigned char *at, size_t length)
{
	const struct udphdr udp = { .source = htons(CLIENT_PORT),
				    .dest = htons(SERVICE_PORT),
				    .len = htons((__u16)length) };
	struct tcphdr tcp = { .source = udp.source, .dest = udp.dest, .doff = 5, .ack = 1 };

	if (what->tcp)
		memcpy(at, &tcp, sizeof(tcp));
	else
		memcpy(at, &udp, sizeof(udp));
}

/* Everything but the checksums and the last word of the source. */
static struct frame make_frame(const struct flow_case *what, struct flow_traffic *ret_traffic)
{
	struct frame frame = { .length = FLOW_FRAME_SIZE + 4 * what->tags_in };
	const size_t link = put_link(what, frame.bytes);
	const size_t header = put_network(what, frame.bytes + link, frame.length - link);
	unsigned char *network = frame.bytes + link, *transport = network + header;
	const size_t length = frame.length - link - header;
	const size_t addresses = what->ipv6 ? 32 : 8;
	const __u32 pseudo = htons((__u16)length) + htons(key_of(what).protocol);

	put_transport(what, transport, length);
	*ret_traffic = (struct flow_traffic){
		.is_ipv6 = what->ipv6,
		.count = what->flows ? what->flows : 1,
		.first = FLOW_CLIENTS,
		.link = (__u32)link,
		.length = frame.length,
		.ip_rest = what->ipv6 ? 0 : add_words(0, network, header),
	};
	ret_traffic->udp_rest = add_words(pseudo, network + header - addresses, addresses);
	ret_traffic->udp_rest = add_words(ret_traffic->udp_rest, transport, length);
	return frame;
}

static __u16 checksum_of(__u32 rest, __be32 word)
{
	__u32 sum = add_words(rest, &word, sizeof(word));

	sum = (sum & 0xffff) + (sum >> 16);
	return (__u16) ~(sum + (sum >> 16));
}

struct frame flow_case_frame(const struct flow_case *what)
{
	struct flow_traffic traffic;
	struct frame frame = make_frame(what, &traffic);
	unsigned char *network = frame.bytes + traffic.link;
	const __be32 source = htonl(FLOW_CLIENTS);
	const __u16 ip = checksum_of(traffic.ip_rest, source);
	const __u16 udp = checksum_of(traffic.udp_rest, source);

	if (what->ipv6) {
		memcpy(network + 20, &source, sizeof(source));
		memcpy(network + sizeof(struct ipv6hdr) + 6, &udp, sizeof(udp));
		return frame;
	}
	memcpy(network + 12, &source, sizeof(source));
	memcpy(network + 10, &ip, sizeof(ip));
	memcpy(network + sizeof(struct iphdr) + 6, &udp, sizeof(udp));
	return frame;
}

struct flow_traffic flow_case_traffic(const struct flow_case *what)
{
	struct flow_traffic traffic;

	(void)make_frame(what, &traffic);
	return traffic;
}
