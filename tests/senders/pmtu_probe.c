// SPDX-License-Identifier: GPL-2.0-only
/* pmtu_probe ADDRESS: what an ordinary UDP sender learns of the path to an IPv4 or IPv6 address. Sends a
 * datagram of 2000 bytes, to port 9, in fragments, waits for the ICMP error, and asks the kernel. Prints
 * one line each: "mtu before N", "mtu N", "error NAME type T code C mtu N from ADDRESS quoted N bytes" as
 * the error queue has it (the bytes were compared with what was sent), then for each probe with the
 * fragmentation forbidden "sending N: ok" or an errno's name: of one byte more than the new MTU, and of
 * the new MTU. "no error" when none came in time. */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <linux/types.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define DATAGRAM 2000
#define WAIT_MILLISECONDS 3000

/* The same option of either family. */
struct family {
	int level;
	int discover, want, must;
	int receive_errors;
	int mtu;
	int headers; /* bytes of IP and UDP */
};

static const struct family ipv4 = {
	IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_WANT, IP_PMTUDISC_DO, IP_RECVERR, IP_MTU, 28
};
static const struct family ipv6 = { IPPROTO_IPV6,
				    IPV6_MTU_DISCOVER,
				    IPV6_PMTUDISC_WANT,
				    IPV6_PMTUDISC_DO,
				    IPV6_RECVERR,
				    IPV6_MTU,
				    48 };

static char datagram[65536];

static int open_to(const char *address, const struct family **ret_family)
{
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6, .sin6_port = htons(9) };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	int is_ipv4 = inet_pton(AF_INET, address, &to.sin_addr) == 1;
	int fd;

	if (!is_ipv4 && inet_pton(AF_INET6, address, &to6.sin6_addr) != 1)
		errx(2, "%s: not an address", address);
	*ret_family = is_ipv4 ? &ipv4 : &ipv6;
	fd = socket(is_ipv4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
	    connect(fd, is_ipv4 ? (void *)&to : (void *)&to6, is_ipv4 ? sizeof(to) : sizeof(to6)))
		err(1, "%s", address);
	return fd;
}

static void set(int fd, const struct family *family, int option, int value)
{
	if (setsockopt(fd, family->level, option, &value, sizeof(value)))
		err(1, "socket option %d", option);
}

static int path_mtu(int fd, const struct family *family)
{
	int mtu = 0;
	socklen_t size = sizeof(mtu);

	if (getsockopt(fd, family->level, family->mtu, &mtu, &size))
		err(1, "MTU of the path");
	return mtu;
}

static void print_error(const struct sock_extended_err *error, ssize_t quoted)
{
	const struct sockaddr *from = SO_EE_OFFENDER(error);
	char text[INET6_ADDRSTRLEN] = "nobody";

	if (from->sa_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *)from)->sin_addr, text,
			  sizeof(text));
	else if (from->sa_family == AF_INET6)
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)from)->sin6_addr, text,
			  sizeof(text));
	printf("error %s type %u code %u mtu %u from %s quoted %zd bytes\n",
	       strerrorname_np((int)error->ee_errno), error->ee_type, error->ee_code,
	       error->ee_info, text, quoted);
}

/* The error of the socket's error queue, as the ICMP message brought it. */
static void read_error(int fd)
{
	static char quoted[sizeof(datagram)];
	_Alignas(struct cmsghdr) char control[512];
	struct iovec content = { quoted, sizeof(quoted) };
	struct msghdr message = { .msg_iov = &content,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	struct pollfd wait = { .fd = fd };
	ssize_t length;

	if (poll(&wait, 1, WAIT_MILLISECONDS) <= 0) {
		printf("no error\n");
		return;
	}
	length = recvmsg(fd, &message, MSG_ERRQUEUE);
	if (length < 0)
		err(1, "error queue");
	if (memcmp(quoted, datagram, (size_t)length))
		printf("what is quoted was not sent\n");
	for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part;
	     part = CMSG_NXTHDR(&message, part)) {
		if (part->cmsg_type == IP_RECVERR || part->cmsg_type == IPV6_RECVERR)
			print_error((const struct sock_extended_err *)(void *)CMSG_DATA(part),
				    length);
	}
}

static void try_whole(int fd, const struct family *family, int length)
{
	ssize_t sent = send(fd, datagram, (size_t)(length - family->headers), 0);

	printf("sending %d: %s\n", length, sent < 0 ? strerrorname_np(errno) : "ok");
}

int main(int argc, char **argv)
{
	const struct family *family;
	int fd, mtu;

	if (argc != 2)
		errx(2, "usage: pmtu_probe ADDRESS");
	for (size_t i = 0; i < sizeof(datagram); i++)
		datagram[i] = (char)(i * 7 + i / 256);
	fd = open_to(argv[1], &family);
	set(fd, family, family->discover, family->want);
	set(fd, family, family->receive_errors, 1);
	printf("mtu before %d\n", path_mtu(fd, family));
	if (send(fd, datagram, DATAGRAM, 0) != DATAGRAM)
		err(1, "send");
	read_error(fd);
	mtu = path_mtu(fd, family);
	printf("mtu %d\n", mtu);
	set(fd, family, family->discover, family->must);
	try_whole(fd, family, mtu + 1);
	try_whole(fd, family, mtu);
	return 0;
}
