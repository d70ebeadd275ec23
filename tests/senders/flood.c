// SPDX-License-Identifier: GPL-2.0-only
/* flood FROM TO [FRAME [PASSED]]: floods a link with two flows until SIGTERM or SIGINT: FRAME ("udp.9"),
 * to UDP port 9, which must not arrive, and PASSED ("udp"), which must; both of one family. Both are
 * numbered, and never more are under way than the ring of a veth holds, so whatever is lost was not lost
 * by the link. On a link of several queues each CPU uses its own. FROM and TO are
 * [NAMESPACE:]INTERFACE. Prints at the end, one line each: sent (both flows), passed, leaked (of FRAME),
 * lost (of PASSED), socket_drops, and packets_per_second of both flows. */
#include <arpa/inet.h>
#include <err.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "named_frame.h"
#include "raw_link.h"

#define WINDOW 48 /* pairs under way */
#define BATCH 16  /* pairs sent before a look at what arrived */
#define STALL_MILLISECONDS 2000
#define PAYLOAD 22 /* bytes, at the end of a frame; they begin with the number */

struct flow {
	struct packet_builder frame;
	uint16_t port;
};

static struct flow dropped = { .port = 9 }, passed = { .port = 10 };
static size_t numbered; /* where the number is: behind Ethernet, IP and UDP */
static uint64_t sent_pairs, arrived, leaked, lost;
static volatile sig_atomic_t ended;

static void end(int signal_number)
{
	(void)signal_number;
	ended = 1;
}

static void send_numbered(int link, struct flow *flow, uint64_t number)
{
	memcpy(flow->frame.bytes + numbered, &number, sizeof(number));
	raw_link_send(link, flow->frame.bytes, flow->frame.length);
}

/* Counts one received frame; a number beyond the one expected tells of a loss. */
static void count(const unsigned char *bytes, uint64_t *expected)
{
	uint16_t port;
	uint64_t number;

	memcpy(&port, bytes + numbered - 6, sizeof(port));
	memcpy(&number, bytes + numbered, sizeof(number));
	if (ntohs(port) == dropped.port) {
		leaked++;
		return;
	}
	lost += number - *expected;
	*expected = number + 1;
	arrived++;
}

/* Takes everything that has arrived; 0 when there was nothing. */
static int drain(int link, uint64_t *expected)
{
	unsigned char bytes[2048];
	int any = 0;

	for (;;) {
		ssize_t length = recv(link, bytes, sizeof(bytes), MSG_DONTWAIT);

		if (length < 0)
			return any;
		if (length == (ssize_t)passed.frame.length &&
		    !memcmp(bytes, passed.frame.bytes, 12) &&
		    !memcmp(bytes + numbered - 8, passed.frame.bytes + numbered - 8, 2))
			count(bytes, expected);
		any = 1;
	}
}

/* Waits until at most `most` pairs are under way; gives those up that stay away. */
static void wait_for(int link, uint64_t most, uint64_t *expected)
{
	struct pollfd wait = { .fd = link, .events = POLLIN };

	while (sent_pairs - *expected > most) {
		if (drain(link, expected))
			continue;
		if (poll(&wait, 1, STALL_MILLISECONDS) > 0)
			continue;
		lost += sent_pairs - *expected;
		*expected = sent_pairs;
	}
}

static void build(struct flow *flow, const char *name, uint16_t source)
{
	named_frame_build(&flow->frame, name, source);
	numbered = flow->frame.length - PAYLOAD;
	/* The number changes with every frame: no checksum. */
	memset(flow->frame.bytes + numbered - 2, 0, 2);
}

/* Only what this process sends: the frames of another flood are not to fill the socket. */
static void receive_own(int link, uint16_t source)
{
	struct sock_filter instructions[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, (__u32)numbered - 8),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, source, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog filter = { 4, instructions };

	if (setsockopt(link, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)))
		err(1, "socket filter");
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	struct tpacket_stats statistics = { 0 };
	socklen_t size = sizeof(statistics);
	uint16_t source = (uint16_t)(20000 + getpid() % 20000);
	uint64_t expected = 0;
	double start = seconds_now();
	int from, to, one = 1;

	if (argc < 3 || argc > 5)
		errx(2, "usage: flood FROM TO [FRAME [PASSED]]");
	build(&dropped, argc > 3 ? argv[3] : "udp.9", source);
	build(&passed, argc > 4 ? argv[4] : "udp", source);
	if (dropped.frame.length != passed.frame.length)
		errx(2, "flood: the frames of both flows must have the same length");
	to = raw_link_open(argv[2], 1);
	receive_own(to, source);
	from = raw_link_open(argv[1], 0);
	/* Else a hash of the flow chooses the queue. */
	if (setsockopt(from, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)))
		err(1, "%s: PACKET_QDISC_BYPASS", argv[1]);
	signal(SIGTERM, end);
	signal(SIGINT, end);
	while (!ended) {
		for (int i = 0; i < BATCH; i++) {
			send_numbered(from, &dropped, sent_pairs);
			send_numbered(from, &passed, sent_pairs++);
		}
		wait_for(to, WINDOW - BATCH, &expected);
	}
	wait_for(to, 0, &expected);
	(void)getsockopt(to, SOL_PACKET, PACKET_STATISTICS, &statistics, &size);
	printf("sent %" PRIu64 "\npassed %" PRIu64 "\nleaked %" PRIu64 "\nlost %" PRIu64 "\n",
	       2 * sent_pairs, arrived, leaked, lost);
	printf("socket_drops %u\npackets_per_second %.0f\n", statistics.tp_drops,
	       2 * (double)sent_pairs / (seconds_now() - start));
	return 0;
}
