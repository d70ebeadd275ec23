// SPDX-License-Identifier: GPL-2.0-only
/* udp_echo [--no-checksum] ADDRESS:PORT...: an ordinary server on these, which answers every datagram with
 * the same bytes, until SIGTERM. Prints "ready"; at the end for each one "ADDRESS:PORT N", how many came. */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "udp_end.h"

#define SOCKETS 16
#define WAIT_MILLISECONDS 100 /* a signal may come just before poll() */

static char payload[UDP_END_PAYLOAD];

/* How many it has answered. */
static uint64_t answer(int fd)
{
	struct sockaddr_storage from;
	uint64_t count = 0;

	for (;; count++) {
		socklen_t length = sizeof(from);
		ssize_t size = recvfrom(fd, payload, sizeof(payload), 0, (void *)&from, &length);

		/* An ICMP error is told once, in the place of a datagram. */
		if (size < 0 && errno != EAGAIN)
			continue;
		if (size < 0)
			return count;
		(void)!sendto(fd, payload, (size_t)size, 0, (void *)&from, length);
	}
}

int main(int argc, char **argv)
{
	int checksum = argc < 2 || strcmp(argv[1], "--no-checksum") != 0;
	int first = checksum ? 1 : 2, count = argc - first;
	struct pollfd sockets[SOCKETS];
	uint64_t answered[SOCKETS] = { 0 };

	if (count < 1 || count > SOCKETS)
		errx(2, "usage: udp_echo [--no-checksum] ADDRESS:PORT...");
	for (int i = 0; i < count; i++) {
		struct udp_end end = udp_end_parse(argv[first + i]);

		sockets[i] = (struct pollfd){ udp_end_open(&end, checksum), POLLIN, 0 };
	}
	udp_end_catch_signals();
	puts("ready");
	fflush(stdout);
	while (!udp_end_stopped()) {
		if (poll(sockets, (nfds_t)count, WAIT_MILLISECONDS) <= 0)
			continue;
		for (int i = 0; i < count; i++)
			answered[i] += sockets[i].revents ? answer(sockets[i].fd) : 0;
	}
	for (int i = 0; i < count; i++)
		printf("%s %llu\n", argv[first + i], (unsigned long long)answered[i]);
	return 0;
}
