// SPDX-License-Identifier: GPL-2.0-only
/* probe FROM TO FRAME...: what happens to real frames on the way from one end of a link to the
 * other. Sends the frames in order, then one that must pass, the default "udp", and prints those
 * of them that arrived, one line; "dead" when the last did not arrive in time. A link keeps the
 * order, so what has not arrived before the last one was dropped. FROM and TO are
 * [NAMESPACE:]INTERFACE. With "-" for the frames it reads them from stdin, one line each time. */
#include <err.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "named_frame.h"
#include "raw_link.h"

#define FRAMES 32
#define WAIT_MILLISECONDS 3000

static struct packet_builder frames[FRAMES];

/* Bytes of the outer VLAN tag, which the kernel takes out of what it hands to a socket. */
static size_t tag_length(const unsigned char *bytes)
{
	unsigned int type = (unsigned int)bytes[12] << 8 | bytes[13];

	return type == ETH_P_8021Q || type == ETH_P_8021AD ? 4 : 0;
}

/* Index of the frame that was received, -1 for another, -2 when nothing came in time. */
static int receive(int link, int count)
{
	static unsigned char bytes[BUILD_FRAME_SIZE];
	struct pollfd wait = { .fd = link, .events = POLLIN };
	ssize_t length;

	if (poll(&wait, 1, WAIT_MILLISECONDS) <= 0)
		return -2;
	length = recv(link, bytes, sizeof(bytes), 0);
	for (int i = 0; i < count; i++) {
		size_t skipped = tag_length(frames[i].bytes);

		if (length == (ssize_t)(frames[i].length - skipped) &&
		    !memcmp(bytes + 12, frames[i].bytes + 12 + skipped,
			    frames[i].length - 12 - skipped))
			return i;
	}
	return -1;
}

/* Sends the named frames and the last one, prints which arrived. */
static void probe(int from, int to, char **names, int count)
{
	static __u16 source;
	int found;

	if (!source)
		source = (__u16)(20000 + getpid() % 20000);
	for (int i = 0; i < count; i++)
		named_frame_build(&frames[i], i < count - 1 ? names[i] : "udp", source++);
	for (int i = 0; i < count; i++)
		raw_link_send(from, frames[i].bytes, frames[i].length);
	do {
		found = receive(to, count);
		if (found >= 0 && found < count - 1)
			printf("%s ", names[found]);
	} while (found != -2 && found != count - 1);
	printf(found == -2 ? "dead\n" : "udp\n");
	fflush(stdout);
}

static void serve(int from, int to)
{
	char line[256], *names[FRAMES];

	while (fgets(line, sizeof(line), stdin)) {
		int count = 0;

		for (char *name = strtok(line, " \n"); name && count < FRAMES - 1;
		     name = strtok(NULL, " \n"))
			names[count++] = name;
		probe(from, to, names, count + 1);
	}
}

int main(int argc, char **argv)
{
	int from, to;

	if (argc < 3 || argc - 2 > FRAMES)
		errx(2, "usage: probe FROM TO FRAME... | probe FROM TO -");
	to = raw_link_open(argv[2], 1);
	from = raw_link_open(argv[1], 0);
	if (argc == 4 && !strcmp(argv[3], "-"))
		serve(from, to);
	else
		probe(from, to, argv + 3, argc - 2);
	return 0;
}
