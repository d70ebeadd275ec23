// SPDX-License-Identifier: GPL-2.0-only
#include "udp_end.h"

#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BUFFER (4 << 20)

/* <netinet/udp.h> does not have them, and <linux/udp.h> does not go with it. */
#define NO_CHECKSUM_SENT_6 101
#define NO_CHECKSUM_TAKEN_6 102

static volatile sig_atomic_t stopped;

struct udp_end udp_end_parse(const char *text)
{
	struct udp_end end = { .length = sizeof(struct sockaddr_in) };
	struct sockaddr_in6 *ipv6 = (void *)&end.address;
	struct sockaddr_in *ipv4 = (void *)&end.address;
	const char *colon = strrchr(text, ':');
	char host[INET6_ADDRSTRLEN] = "";
	in_port_t port = htons(colon ? (in_port_t)atoi(colon + 1) : 0);
	int brackets = *text == '[';

	if (colon && (size_t)(colon - text) < sizeof(host))
		memcpy(host, text + brackets, (size_t)(colon - text) - 2 * (size_t)brackets);
	if (!brackets && inet_pton(AF_INET, host, &ipv4->sin_addr) == 1) {
		ipv4->sin_family = AF_INET;
		ipv4->sin_port = port;
		return end;
	}
	if (inet_pton(AF_INET6, host, &ipv6->sin6_addr) != 1)
		errx(2, "%s: not ADDRESS:PORT", text);
	ipv6->sin6_family = AF_INET6;
	ipv6->sin6_port = port;
	end.length = sizeof(*ipv6);
	return end;
}

static void set(int fd, int level, int option, int value)
{
	if (setsockopt(fd, level, option, &value, sizeof(value)))
		err(1, "socket option %d of %d", option, level);
}

int udp_end_open(const struct udp_end *end, int checksum)
{
	int is_ipv6 = end->address.ss_family == AF_INET6;
	int fd = socket(end->address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		err(1, "socket");
	set(fd, SOL_SOCKET, SO_RCVBUFFORCE, BUFFER);
	set(fd, is_ipv6 ? SOL_IPV6 : SOL_IP, is_ipv6 ? IPV6_FREEBIND : IP_FREEBIND, 1);
	if (is_ipv6 && !checksum) {
		set(fd, SOL_UDP, NO_CHECKSUM_SENT_6, 1);
		set(fd, SOL_UDP, NO_CHECKSUM_TAKEN_6, 1);
	} else if (!checksum) {
		set(fd, SOL_SOCKET, SO_NO_CHECK, 1);
	}
	if (bind(fd, (const void *)&end->address, end->length))
		err(1, "bind");
	return fd;
}

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

void udp_end_catch_signals(void)
{
	struct sigaction action = { .sa_handler = stop };

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
}

int udp_end_stopped(void)
{
	return stopped;
}

uint64_t udp_end_microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}
