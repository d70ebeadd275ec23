// SPDX-License-Identifier: GPL-2.0-only
#include "frames.h"

#include <string.h>
#include <sys/socket.h>

#define ETHERNET 14
#define IPV4_HEADER 20

static const unsigned char link_bytes[ETHERNET] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2 };

/* UDP from port 12345 to 53 with two bytes, without checksum. */
static const unsigned char udp[8] = { 0x30, 0x39, 0, 53, 0, 10 };

static struct frame frame_ipv4(enum frame_kind kind)
{
	unsigned char total = kind == FRAME_UDP ? 50 : 52; /* 32 bytes behind the header: 4 units */
	struct frame frame = { .length = ETHERNET + total };
	unsigned char *ip = frame.bytes + ETHERNET;
	const unsigned char header[IPV4_HEADER] = { 0x45, 0, 0, total, 0, 1, 0,   0, 64, 17,
						    0,    0, 0, 0,     0, 0, 192, 0, 2,  2 };
	const struct traffic_source source = { { __builtin_bswap32(0xc0000201) } };

	memcpy(frame.bytes, link_bytes, ETHERNET);
	frame.bytes[12] = 0x08;
	memcpy(ip, header, sizeof(header));
	if (kind == FRAME_FIRST)
		ip[6] = 0x20;
	if (kind == FRAME_LATER)
		ip[7] = 185; /* 1480 bytes */
	memcpy(ip + IPV4_HEADER, udp, sizeof(udp));
	frame_set_source(&frame, AF_INET, &source);
	return frame;
}

static struct frame frame_ipv6(enum frame_kind kind)
{
	unsigned char fragment[8] = { 17, 0, 0, 1, 0, 0, 0, 7 };
	unsigned char payload = kind == FRAME_UDP ? 10 : 24;
	struct frame frame = { .length = ETHERNET + 40 + payload };
	unsigned char *ip = frame.bytes + ETHERNET, *next = ip + 40;
	const unsigned char header[8] = {
		0x60, 0, 0, 0, 0, payload, kind == FRAME_UDP ? 17 : 44, 64
	};

	memcpy(frame.bytes, link_bytes, ETHERNET);
	frame.bytes[12] = 0x86;
	frame.bytes[13] = 0xdd;
	memcpy(ip, header, sizeof(header));
	memcpy(ip + 8, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	memcpy(ip + 24, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2", 16);
	if (kind == FRAME_LATER)
		fragment[2] = 5;
	if (kind != FRAME_UDP) {
		memcpy(next, fragment, sizeof(fragment));
		next += sizeof(fragment);
	}
	memcpy(next, udp, sizeof(udp));
	return frame;
}

struct frame frame_make(int family, enum frame_kind kind)
{
	return family == AF_INET ? frame_ipv4(kind) : frame_ipv6(kind);
}

unsigned int frame_checksum_rest(const struct frame *frame)
{
	unsigned int sum = 0;

	for (unsigned int at = 0; at < IPV4_HEADER; at += 2) {
		unsigned short word;

		/* Checksum and source */
		if (at >= TRAFFIC_IPV4_CHECKSUM - ETHERNET && at < 16)
			continue;
		memcpy(&word, frame->bytes + ETHERNET + at, sizeof(word));
		sum += word;
	}
	return sum;
}

void frame_set_source(struct frame *frame, int family, const struct traffic_source *source)
{
	unsigned int sum;
	unsigned short checksum;

	if (family == AF_INET6) {
		memcpy(frame->bytes + TRAFFIC_IPV6_SOURCE, source->word, 16);
		return;
	}
	memcpy(frame->bytes + TRAFFIC_IPV4_SOURCE, source->word, 4);
	sum = frame_checksum_rest(frame) + (source->word[0] & 0xffff) + (source->word[0] >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	checksum = (unsigned short)~((sum & 0xffff) + (sum >> 16));
	memcpy(frame->bytes + TRAFFIC_IPV4_CHECKSUM, &checksum, sizeof(checksum));
}
