// SPDX-License-Identifier: GPL-2.0-only
/* tcp_echo ADDRESS:PORT...: an ordinary server on these, which sends back what comes and closes when the
 * client does, until SIGTERM. Prints "ready"; at the end for each one "ADDRESS:PORT CONNECTIONS BYTES". */
#include <err.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "udp_end.h"

#define LISTENERS 16
#define SOCKETS 128
#define WAIT_MILLISECONDS 100 /* a signal may come just before poll() */

struct listener {
	const char *name;
	uint64_t connections, bytes;
};

static struct listener listener[LISTENERS];
static struct pollfd sockets[SOCKETS]; /* the listeners, then connections */
static int listener_of[SOCKETS];
static int listeners, count;
static char bytes[UDP_END_PAYLOAD];

static int listen_on(const char *name)
{
	struct udp_end end = udp_end_parse(name);
	int fd = socket(end.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, (const void *)&end.address, end.length) || listen(fd, SOCKETS))
		err(1, "%s", name);
	return fd;
}

static void accept_one(int from)
{
	int fd = accept(sockets[from].fd, NULL, NULL);

	if (fd < 0)
		return;
	listener[from].connections++;
	if (count == SOCKETS) {
		close(fd);
		return;
	}
	sockets[count] = (struct pollfd){ fd, POLLIN, 0 };
	listener_of[count++] = from;
}

/* False: the connection is over. */
static int answer(int number)
{
	ssize_t size = recv(sockets[number].fd, bytes, sizeof(bytes), 0);

	if (size <= 0 || send(sockets[number].fd, bytes, (size_t)size, MSG_NOSIGNAL) != size)
		return 0;
	listener[listener_of[number]].bytes += (uint64_t)size;
	return 1;
}

static void forget(int number)
{
	close(sockets[number].fd);
	count--;
	sockets[number] = sockets[count];
	listener_of[number] = listener_of[count];
}

int main(int argc, char **argv)
{
	if (argc < 2 || argc - 1 > LISTENERS)
		errx(2, "usage: tcp_echo ADDRESS:PORT...");
	for (listeners = argc - 1; count < listeners; count++) {
		listener[count].name = argv[1 + count];
		sockets[count] = (struct pollfd){ listen_on(argv[1 + count]), POLLIN, 0 };
	}
	udp_end_catch_signals();
	puts("ready");
	fflush(stdout);
	while (!udp_end_stopped()) {
		if (poll(sockets, (nfds_t)count, WAIT_MILLISECONDS) <= 0)
			continue;
		/* From the end: what takes a forgotten one's place has been looked at. */
		for (int i = count - 1; i >= 0; i--) {
			if (!sockets[i].revents)
				continue;
			if (i < listeners)
				accept_one(i);
			else if (!answer(i))
				forget(i);
		}
	}
	for (int i = 0; i < listeners; i++)
		printf("%s %llu %llu\n", listener[i].name,
		       (unsigned long long)listener[i].connections,
		       (unsigned long long)listener[i].bytes);
	return 0;
}
