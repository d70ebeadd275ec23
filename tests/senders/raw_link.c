// SPDX-License-Identifier: GPL-2.0-only
#include "raw_link.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define RECEIVE_BUFFER (16 << 20)
#define SEND_TRIES 1000000

static void enter(const char *name, size_t length)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%.*s", (int)length, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(1, "%s", path);
	close(fd);
}

static int open_here(const char *interface, int receive)
{
	int size = RECEIVE_BUFFER, one = 1;
	struct sockaddr_ll address = { .sll_family = AF_PACKET };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	address.sll_protocol = receive ? htons(ETH_P_ALL) : 0;
	address.sll_ifindex = (int)if_nametoindex(interface);
	if (fd < 0 || !address.sll_ifindex)
		err(1, "%s", interface);
	if (receive && (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ||
			setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one))))
		err(1, "%s: socket options", interface);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)))
		err(1, "%s: bind", interface);
	return fd;
}

int raw_link_open(const char *where, int receive)
{
	const char *colon = strchr(where, ':');
	int here, fd;

	if (!colon)
		return open_here(where, receive);
	here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (here < 0)
		err(1, "network namespace");
	enter(where, (size_t)(colon - where));
	fd = open_here(colon + 1, receive);
	if (setns(here, CLONE_NEWNET))
		err(1, "network namespace");
	close(here);
	return fd;
}

void raw_link_send(int fd, const void *frame, size_t length)
{
	for (int tries = 0; tries < SEND_TRIES; tries++) {
		if (send(fd, frame, length, 0) == (ssize_t)length)
			return;
		/* The device's ring is full for a moment. */
		if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
			break;
	}
	err(1, "send");
}
