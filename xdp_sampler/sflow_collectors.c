// SPDX-License-Identifier: GPL-2.0-only
#include "sflow_collectors.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "errno_name.h"
#include "monotonic_clock.h"
#include "parse_number.h"

#define SECOND 1000000000ULL
#define MILLISECOND 1000000ULL
#define REST SECOND
#define PROBATION SECOND
#define PATIENCE (100 * MILLISECOND)
/* A name that took so long is asked for again after this many times as long. */
#define RESOLVE_SHARE 10

/* The host's length, and where the port begins (NULL: there is none); false if brackets do not fit. */
static bool split(const char *text, const char **ret_host, size_t *ret_length,
		  const char **ret_port)
{
	const char *end = text + strlen(text), *colon = strchr(text, ':');

	*ret_host = text;
	*ret_port = NULL;
	if (*text == '[') {
		end = strchr(text, ']');
		if (!end || (end[1] && end[1] != ':'))
			return false;
		*ret_host = text + 1;
		*ret_port = end[1] ? end + 2 : NULL;
	} else if (colon && !strchr(colon + 1, ':')) {
		end = colon;
		*ret_port = colon + 1;
	}
	*ret_length = (size_t)(end - *ret_host);
	return *ret_length > 0;
}

static int parse_collector(const char *text, struct sflow_collector *ret_collector,
			   struct problem *problem)
{
	struct sflow_collector collector = { .fd = -1 };
	const char *host, *port;
	uint64_t number = 0;
	size_t length;

	if (!split(text, &host, &length, &port) || strpbrk(text, " \t/"))
		return problem_set(problem, -EINVAL,
				   "sFlow collector '%s' is not HOST, HOST:PORT or [IPV6]:PORT",
				   text);
	if (port && parse_number(port, 1, UINT16_MAX, &number))
		return problem_set(problem, -EINVAL,
				   "sFlow collector '%s': '%s' is not a port, 1 to 65535", text,
				   port);
	snprintf(collector.name, sizeof(collector.name), "%s", text);
	snprintf(collector.host, sizeof(collector.host), "%.*s", (int)length, host);
	snprintf(collector.port, sizeof(collector.port), "%s", port ? port : SFLOW_PORT);
	*ret_collector = collector;
	return 0;
}

int sflow_collectors_parse(const char *text, struct sflow_collectors *ret_collectors,
			   struct problem *problem)
{
	struct sflow_collectors collectors = { 0 };
	char copy[SINK_TARGET_SIZE], *rest = copy, *word;

	if (strlen(text) >= sizeof(copy))
		return problem_set(problem, -E2BIG,
				   "the list of sFlow collectors is longer than %zu",
				   sizeof(copy) - 1);
	strcpy(copy, text);
	while ((word = strsep(&rest, ","))) {
		int err;

		if (collectors.count == SFLOW_COLLECTOR_LIMIT)
			return problem_set(problem, -E2BIG, "more than %d sFlow collectors: '%s'",
					   SFLOW_COLLECTOR_LIMIT, text);
		err = parse_collector(word, &collectors.collector[collectors.count], problem);
		if (err)
			return err;
		collectors.count++;
	}
	*ret_collectors = collectors;
	return 0;
}

static void rest(struct sflow_collector *collector, int err)
{
	if (collector->fd >= 0)
		close(collector->fd);
	collector->fd = -1;
	collector->trouble = err;
	collector->unresolved = 0;
	collector->retry_at = monotonic_clock_now() + REST;
}

static int connect_to(const struct addrinfo *address)
{
	/* Datagrams may be larger than the path carries: the kernel is to cut them into fragments and
	 * not to refuse them. */
	const int ipv4 = IP_PMTUDISC_DONT, ipv6 = IPV6_PMTUDISC_DONT;
	int fd = socket(address->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err;

	if (fd < 0)
		return -errno;
	if (address->ai_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &ipv6, sizeof(ipv6));
	else
		(void)setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &ipv4, sizeof(ipv4));
	if (!connect(fd, address->ai_addr, address->ai_addrlen))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

static void connect_collector(struct sflow_collector *collector)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_DGRAM };
	struct addrinfo *addresses = NULL;
	uint64_t began = monotonic_clock_now(), took;
	int err = getaddrinfo(collector->host, collector->port, &hints, &addresses), fd = -ENOENT;

	took = monotonic_clock_now() - began;
	if (err) {
		rest(collector, -EHOSTUNREACH);
		collector->unresolved = err;
		if (collector->retry_at < began + took + RESOLVE_SHARE * took)
			collector->retry_at = began + took + RESOLVE_SHARE * took;
		return;
	}
	for (const struct addrinfo *a = addresses; a && fd < 0; a = a->ai_next)
		fd = connect_to(a);
	freeaddrinfo(addresses);
	if (fd < 0) {
		rest(collector, fd);
		return;
	}
	collector->fd = fd;
	collector->accepted_at = 0;
	/* Only datagrams can show that nobody refuses any more. */
	if (collector->trouble != -ECONNREFUSED)
		collector->trouble = 0;
}

static void tend_collector(struct sflow_collector *collector, uint64_t now)
{
	socklen_t size = sizeof(int);
	int err = 0;

	if (collector->fd < 0) {
		if (now >= collector->retry_at)
			connect_collector(collector);
		return;
	}
	if (!getsockopt(collector->fd, SOL_SOCKET, SO_ERROR, &err, &size) && err)
		rest(collector, -err);
	else if (collector->accepted_at && now - collector->accepted_at >= PROBATION)
		collector->trouble = 0;
}

void sflow_collectors_tend(struct sflow_collectors *collectors)
{
	for (size_t i = 0; i < collectors->count; i++)
		tend_collector(&collectors->collector[i], monotonic_clock_now());
}

/* A full queue of the device (ENOBUFS) cannot be waited for with poll(). */
static void await_room(int fd, int err, uint64_t left)
{
	struct pollfd room = { .fd = fd, .events = POLLOUT };

	(void)poll(&room, err == EAGAIN ? 1 : 0, err == EAGAIN ? (int)(left / MILLISECOND) + 1 : 1);
}

static int send_to(const struct sflow_collector *collector, const void *bytes, size_t length,
		   bool patient)
{
	uint64_t end = monotonic_clock_now() + PATIENCE, now;

	for (;;) {
		int err;

		if (send(collector->fd, bytes, length, MSG_NOSIGNAL) >= 0)
			return 0;
		err = errno;
		now = monotonic_clock_now();
		if ((err != EAGAIN && err != ENOBUFS) || !patient || now >= end)
			return -err;
		await_room(collector->fd, err, end - now);
	}
}

bool sflow_collectors_send(struct sflow_collectors *collectors, const void *bytes, size_t length,
			   bool patient)
{
	bool taken = false;

	for (size_t i = 0; i < collectors->count; i++) {
		struct sflow_collector *collector = &collectors->collector[i];
		int err;

		if (collector->fd < 0)
			continue;
		err = send_to(collector, bytes, length, patient);
		if (err) {
			rest(collector, err);
			continue;
		}
		taken = true;
		if (!collector->accepted_at)
			collector->accepted_at = monotonic_clock_now();
	}
	return taken;
}

int sflow_collectors_trouble(const struct sflow_collectors *collectors, struct problem *problem)
{
	for (size_t i = 0; i < collectors->count; i++) {
		const struct sflow_collector *collector = &collectors->collector[i];
		const char *why = errno_name(collector->trouble);

		if (!collector->trouble)
			continue;
		if (collector->unresolved)
			why = gai_strerror(collector->unresolved);
		else if (collector->trouble == -ECONNREFUSED)
			why = "it refuses datagrams (is a collector listening on that port?)";
		return problem_set(problem, collector->trouble,
				   "sFlow collector '%s': %s; it is tried again every second",
				   collector->name, why);
	}
	return 0;
}

bool sflow_collectors_local_address(const struct sflow_collectors *collectors,
				    struct sflow_agent *agent)
{
	for (size_t i = 0; i < collectors->count; i++) {
		struct sockaddr_storage address = { 0 };
		socklen_t size = sizeof(address);

		if (collectors->collector[i].fd < 0 ||
		    getsockname(collectors->collector[i].fd, (struct sockaddr *)&address, &size))
			continue;
		agent->family = address.ss_family;
		if (address.ss_family == AF_INET6)
			memcpy(agent->address, &((struct sockaddr_in6 *)&address)->sin6_addr, 16);
		else
			memcpy(agent->address, &((struct sockaddr_in *)&address)->sin_addr, 4);
		return true;
	}
	return false;
}

void sflow_collectors_close(struct sflow_collectors *collectors)
{
	for (size_t i = 0; i < collectors->count; i++) {
		if (collectors->collector[i].fd >= 0)
			close(collectors->collector[i].fd);
		collectors->collector[i].fd = -1;
	}
}
