// SPDX-License-Identifier: GPL-2.0-only
#include "bulk.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "measure.h"
#include "run_time.h"

#define PIECE (128 * 1024)
#define PATIENCE 5000 /* milliseconds until a connection must have been made, or data come */

static unsigned char piece[PIECE];

static int complain(const char *what)
{
	const int err = -errno;

	fprintf(stderr, "bench_offload: TCP: %s: %s\n", what, strerror(errno));
	return err;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static socklen_t address_of(const __be32 address[4], __be16 port, __u8 family,
			    struct sockaddr_storage *ret_address)
{
	struct sockaddr_in ipv4 = { .sin_family = AF_INET, .sin_port = port };
	struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6, .sin6_port = port };

	if (family == FLOW_IPV4) {
		ipv4.sin_addr.s_addr = address[0];
		memcpy(ret_address, &ipv4, sizeof(ipv4));
		return sizeof(ipv4);
	}
	memcpy(&ipv6.sin6_addr, address, sizeof(ipv6.sin6_addr));
	memcpy(ret_address, &ipv6, sizeof(ipv6));
	return sizeof(ipv6);
}

/* A TCP socket bound to it; a negative errno. */
static int open_socket(const __be32 address[4], __be16 port, __u8 family)
{
	struct sockaddr_storage bound;
	const socklen_t length = address_of(address, port, family, &bound);
	const int yes = 1;
	int fd = socket(bound.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) ||
	    bind(fd, (struct sockaddr *)&bound, length))
		return complain("bind");
	return fd;
}

/* Until the receiver has had enough and resets the connection. */
static int send_all(const struct flow_key *key)
{
	struct sockaddr_storage service;
	const socklen_t length =
		address_of(key->destination, key->destination_port, key->family, &service);
	int fd = open_socket(key->source, key->source_port, key->family);

	if (fd < 0)
		return fd;
	(void)signal(SIGPIPE, SIG_IGN);
	if (connect(fd, (struct sockaddr *)&service, length))
		return complain("connect");
	while (write(fd, piece, sizeof(piece)) > 0)
		;
	return 0;
}

static int accept_one(int listener)
{
	struct pollfd poll_for = { .fd = listener, .events = POLLIN };

	if (poll(&poll_for, 1, PATIENCE) != 1) {
		errno = ETIMEDOUT;
		return complain("accept");
	}
	return accept4(listener, NULL, NULL, SOCK_CLOEXEC);
}

static int receive(int listener, unsigned int milliseconds, struct bulk *ret_bulk)
{
	const struct linger reset = { .l_onoff = 1 };
	const struct timeval patience = { .tv_sec = PATIENCE / 1000 };
	int fd = accept_one(listener);
	const double start = now();

	if (fd < 0)
		return fd;
	*ret_bulk = (struct bulk){ 0 };
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	while (ret_bulk->seconds * 1000 < milliseconds) {
		const ssize_t length = read(fd, piece, sizeof(piece));

		if (length <= 0)
			return complain("read");
		ret_bulk->bytes += (double)length;
		ret_bulk->seconds = now() - start;
	}
	return 0;
}

/* Its exit status says whether it went well; *ret_pid is its process. */
static int start(pid_t *ret_pid)
{
	*ret_pid = fork();
	return *ret_pid < 0 ? complain("fork") : 0;
}

static int end(pid_t pid, double *cpu)
{
	struct rusage usage;
	int status;

	if (pid <= 0)
		return 0;
	if (wait4(pid, &status, 0, &usage) != pid)
		return complain("wait");
	*cpu += (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
		(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -EIO;
}

static int receiver_main(int listener, const struct bulk_wish *wish, int results)
{
	struct bulk bulk;

	if (measure_pin(wish->receiver) || receive(listener, wish->milliseconds, &bulk))
		return 1;
	return write(results, &bulk, sizeof(bulk)) != sizeof(bulk);
}

/* With a listener at the server; the sender's place is the client. */
static int run_both(const struct road *road, const struct bulk_wish *wish, int listener,
		    const int results[2], struct bulk *ret_bulk)
{
	const struct flow_key key = flow_case_key(wish->what, 0);
	pid_t receiver = 0, sender = 0;
	double cpu = 0;
	int err = start(&receiver), other;

	if (!err && !receiver)
		_exit(receiver_main(listener, wish, results[1]));
	if (!err)
		err = road_enter(road, ROAD_CLIENT);
	if (!err)
		err = start(&sender);
	if (!err && !sender)
		_exit(send_all(&key) != 0);
	other = end(receiver, &cpu);
	if (other && sender > 0)
		(void)kill(sender, SIGKILL);
	err = err ? err : other;
	other = end(sender, &cpu);
	err = err ? err : other;
	if (!err && read(results[0], ret_bulk, sizeof(*ret_bulk)) != sizeof(*ret_bulk))
		err = -EIO;
	ret_bulk->cpu = cpu;
	return err;
}

int bulk_run(const struct road *road, const struct bulk_wish *wish, struct bulk *ret_bulk)
{
	const struct flow_key out = flow_case_out(wish->what, 0);
	const double softirqs = run_time_of_softirqs();
	int results[2], err = road_enter(road, ROAD_SERVER);
	int listener = err ? err : open_socket(out.destination, out.destination_port, out.family);

	if (listener < 0)
		return listener;
	if (listen(listener, 1) || pipe(results))
		return complain("listen");
	err = run_both(road, wish, listener, results, ret_bulk);
	ret_bulk->cpu += (run_time_of_softirqs() - softirqs) / 1e9;
	(void)close(listener);
	(void)close(results[0]);
	(void)close(results[1]);
	return err;
}
