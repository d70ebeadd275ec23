// SPDX-License-Identifier: GPL-2.0-only
/* spoofed_flood INTERFACE FROM_MAC TO_MAC ADDRESS PORT COUNT: COUNT frames of UDP to ADDRESS:PORT (IPv4), each of a flow
 * of its own: the sources are 11.0.0.0 and up, with 256 ports each. As fast as it can; what does not fit into a
 * ring on the way is sent again. INTERFACE may be NAMESPACE:INTERFACE. Prints "sent N" and "seconds N". */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <netinet/ether.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "harness/packet_build.h"
#include "raw_link.h"
#include "udp_end.h"

#define BATCH 64
#define FIRST_SOURCE 0x0b000000u
#define PORTS 256 /* of each source */
#define FIRST_PORT 1024
#define PAYLOAD 22
#define AT_SOURCE 26 /* in the frame */
#define AT_IP_CHECKSUM 24
#define AT_PORT 34
#define AT_UDP_CHECKSUM 40

struct frame {
	unsigned char bytes[14 + 20 + 8 + PAYLOAD];
};

static struct frame frames[BATCH];
static struct iovec parts[BATCH];
static struct mmsghdr messages[BATCH];

static void build(char **argv)
{
	struct packet_builder builder;

	build_start(&builder);
	build_ethernet(&builder);
	build_ipv4(&builder, &(struct build_ipv4){ .source = "0.0.0.0", .destination = argv[4] });
	build_udp(&builder, 0, (__u16)atoi(argv[5]));
	build_payload(&builder, PAYLOAD);
	build_finish(&builder);
	if (builder.length != sizeof(struct frame))
		errx(1, "a frame of %u bytes", builder.length);
	for (int i = 1; i >= 0; i--) {
		const struct ether_addr *mac = ether_aton(argv[3 - i]);

		if (!mac)
			errx(2, "%s: not a link address", argv[3 - i]);
		memcpy(builder.bytes + (i ? 6 : 0), mac, 6);
	}
	/* None, so that each may have another source. */
	memset(builder.bytes + AT_UDP_CHECKSUM, 0, 2);
	for (int i = 0; i < BATCH; i++) {
		memcpy(frames[i].bytes, builder.bytes, sizeof(struct frame));
		parts[i] = (struct iovec){ frames[i].bytes, sizeof(struct frame) };
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &parts[i], .msg_iovlen = 1 };
	}
}

/* `sum`: what the builder wrote for the source 0.0.0.0. */
static void become(unsigned char *bytes, uint64_t number, uint16_t sum)
{
	uint32_t source = htonl(FIRST_SOURCE + (uint32_t)(number / PORTS));
	uint16_t port = htons((uint16_t)(FIRST_PORT + number % PORTS));
	uint32_t folded = (uint16_t)~sum;

	folded += (source & 0xffff) + (source >> 16);
	folded = (folded & 0xffff) + (folded >> 16);
	sum = (uint16_t) ~(folded + (folded >> 16));
	memcpy(bytes + AT_SOURCE, &source, sizeof(source));
	memcpy(bytes + AT_IP_CHECKSUM, &sum, sizeof(sum));
	memcpy(bytes + AT_PORT, &port, sizeof(port));
}

static void send_all(int link, unsigned int count)
{
	for (unsigned int done = 0; done < count;) {
		int sent = sendmmsg(link, messages + done, count - done, 0);

		if (sent < 0 && errno != ENOBUFS && errno != EAGAIN)
			err(1, "sendmmsg");
		done += sent > 0 ? (unsigned int)sent : 0;
	}
}

int main(int argc, char **argv)
{
	uint64_t count, start;
	uint16_t sum;
	int link, one = 1;

	if (argc != 7)
		errx(2, "usage: spoofed_flood INTERFACE FROM_MAC TO_MAC ADDRESS PORT COUNT");
	build(argv);
	memcpy(&sum, frames[0].bytes + AT_IP_CHECKSUM, sizeof(sum));
	count = strtoull(argv[6], NULL, 10);
	link = raw_link_open(argv[1], 0);
	if (setsockopt(link, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)))
		err(1, "%s: PACKET_QDISC_BYPASS", argv[1]);
	start = udp_end_microseconds();
	for (uint64_t number = 0; number < count;) {
		unsigned int batch = 0;

		for (; batch < BATCH && number < count; batch++)
			become(frames[batch].bytes, number++, sum);
		send_all(link, batch);
	}
	printf("sent %llu\nseconds %.3f\n", (unsigned long long)count,
	       (double)(udp_end_microseconds() - start) / 1e6);
	return 0;
}
