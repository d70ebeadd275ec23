// SPDX-License-Identifier: GPL-2.0-only
/* flood FROM TO [FRAME]: floods a link with two flows until SIGTERM or SIGINT: FRAME ("udp.9"), to
 * UDP port 9, which must not arrive, and "udp", which must. Both are numbered, and never more are under way than the ring of a
 * veth holds, so whatever is lost was not lost by the link. FROM and TO are [NAMESPACE:]INTERFACE.
 * Prints at the end, one line each: sent (both flows), passed, leaked (of FRAME), lost (of udp),
 * socket_drops, and packets_per_second of both flows. */
#include <arpa/inet.h>
#include <err.h>
#include <inttypes.h>
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
#define PAYLOAD 42 /* where the number is: behind Ethernet, IPv4 and UDP */

struct flow {
	struct packet_builder frame;
	uint16_t port;
};

static struct flow dropped = { .port = 9 }, passed = { .port = 10 };
static uint64_t sent_pairs, arrived, leaked, lost;
static volatile sig_atomic_t ended;

static void end(int signal_number)
{
	(void)signal_number;
	ended = 1;
}

static void send_numbered(int link, struct flow *flow, uint64_t number)
{
	memcpy(flow->frame.bytes + PAYLOAD, &number, sizeof(number));
	raw_link_send(link, flow->frame.bytes, flow->frame.length);
}

/* Counts one received frame; a number beyond the one expected tells of a loss. */
static void count(const unsigned char *bytes, uint64_t *expected)
{
	uint16_t port;
	uint64_t number;

	memcpy(&port, bytes + PAYLOAD - 6, sizeof(port));
	memcpy(&number, bytes + PAYLOAD, sizeof(number));
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
		    !memcmp(bytes + PAYLOAD - 8, passed.frame.bytes + PAYLOAD - 8, 2))
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
	/* The number changes with every frame: no checksum. */
	memset(flow->frame.bytes + PAYLOAD - 2, 0, 2);
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
	int from, to;

	if (argc < 3 || argc > 4)
		errx(2, "usage: flood FROM TO [FRAME]");
	build(&dropped, argc > 3 ? argv[3] : "udp.9", source);
	build(&passed, "udp", source);
	to = raw_link_open(argv[2], 1);
	from = raw_link_open(argv[1], 0);
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
