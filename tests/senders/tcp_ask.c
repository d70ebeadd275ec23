// SPDX-License-Identifier: GPL-2.0-only
/* tcp_ask FROM TO SIZE...: an ordinary client. Connects from one ADDRESS:PORT to another, sends messages of these
 * sizes, each after the answer to the one before, and compares what comes back with what was sent; then ends the
 * connection, and waits until the other end does. A message of size 0 is nothing but the connection. Waits two
 * seconds for anything.
 *
 * Prints "sent N", "answered N" and "wrong N" (answers with other bytes).
 * Exit status: 0 if every message was answered, none was wrong, and the connection ended in good order. */
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "udp_end.h"

#define WAIT_SECONDS 2

static char sent[UDP_END_PAYLOAD], received[UDP_END_PAYLOAD];

static void set(int fd, int level, int option, const void *value, socklen_t size)
{
	if (setsockopt(fd, level, option, value, size))
		err(1, "socket option %d of %d", option, level);
}

static int open_from(const struct udp_end *from)
{
	int fd = socket(from->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	struct timeval wait = { .tv_sec = WAIT_SECONDS };

	if (fd < 0)
		err(1, "socket");
	set(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	set(fd, SOL_TCP, TCP_NODELAY, &on, sizeof(on));
	/* That of connect() is the time to send. */
	set(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	set(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	if (bind(fd, (const void *)&from->address, from->length))
		err(1, "bind");
	return fd;
}

/* How many bytes of the answer came: as many as were asked for, or nothing more comes. */
static size_t ask(int fd, size_t size)
{
	size_t done = 0;

	for (size_t i = 0; i < size; i++)
		sent[i] = (char)(i * 31 + (i >> 8) + size);
	if (send(fd, sent, size, MSG_NOSIGNAL) != (ssize_t)size)
		return 0;
	while (done < size) {
		ssize_t part = recv(fd, received + done, size - done, 0);

		if (part <= 0)
			break;
		done += (size_t)part;
	}
	return done;
}

int main(int argc, char **argv)
{
	int fd, answered = 0, wrong = 0, count = argc - 3, connected, ended;
	struct udp_end from, to;

	if (count < 1)
		errx(2, "usage: tcp_ask FROM TO SIZE...");
	from = udp_end_parse(argv[1]);
	to = udp_end_parse(argv[2]);
	fd = open_from(&from);
	connected = connect(fd, (const void *)&to.address, to.length) == 0;
	for (int i = 0; connected && i < count; i++) {
		size_t size = (size_t)atoi(argv[3 + i]);

		if (size > sizeof(sent))
			errx(2, "%s: too large", argv[3 + i]);
		if (ask(fd, size) != size)
			break;
		if (memcmp(sent, received, size) != 0)
			wrong++;
		else
			answered++;
	}
	ended = connected && shutdown(fd, SHUT_WR) == 0 && recv(fd, received, 1, 0) == 0;
	printf("sent %d\nanswered %d\nwrong %d\n", count, answered, wrong);
	return answered < count || wrong || !ended;
}
