// SPDX-License-Identifier: GPL-2.0-only
#include "metrics_serve.h"

#include <errno.h>
#include <linux/capability.h>
#include <netdb.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capability.h"
#include "component.h"
#include "host_port.h"
#include "metrics_collect.h"
#include "metrics_http.h"
#include "monotonic_clock.h"
#include "service.h"
#include "service_run.h"

#define SECOND UINT64_C(1000000000)
#define SOCKETS_MAX 8
#define BACKLOG 64

struct serve_run {
	const struct metrics_serve_wish *wish;
	int sockets[SOCKETS_MAX];
	struct metrics_http *http[SOCKETS_MAX];
	size_t count;
	int epoll;
	bool reading_fails;
	uint64_t last; /* when somebody was connected, CLOCK_MONOTONIC */
};

/* What could be read is an answer even if something could not: that one counts as sick there. */
static int fill(void *context, struct metrics *metrics, struct problem *problem)
{
	struct serve_run *run = context;
	struct problem trouble = { 0 };
	int err = metrics_collect(components, run->wish->bpffs, metrics, &trouble);

	(void)problem;
	service_run_log_change(&run->reading_fails, err, "reading the metrics", &trouble);
	return 0;
}

static int listen_at(const struct addrinfo *address)
{
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1;
	int err;

	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

static int open_socket(struct serve_run *run, const char *text, struct problem *problem)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
					.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	struct host_port at;
	struct addrinfo *address;
	int fd, err = host_port_parse(text, &at, problem);

	if (err)
		return problem_prefix(problem, err, "--listen");
	err = getaddrinfo(at.host, at.port, &hints, &address);
	if (err)
		return problem_set(problem, -EINVAL, "--listen %s: %s", text, gai_strerror(err));
	fd = listen_at(address);
	freeaddrinfo(address);
	if (fd < 0)
		return problem_errno(problem, fd, "cannot listen at %s", text);
	run->sockets[run->count++] = fd;
	return 0;
}

static int open_sockets(struct serve_run *run, struct problem *problem)
{
	const char *listen = run->wish->listen;

	run->count = service_take_sockets(run->sockets, SOCKETS_MAX);
	if (run->count && listen)
		return problem_set(problem, -EINVAL,
				   "--listen %s: the service manager has handed over a socket; "
				   "change the socket's unit instead",
				   listen);
	return run->count ? 0 : open_socket(run, listen ? listen : METRICS_LISTEN_DEFAULT, problem);
}

static int give_up_rights(struct problem *problem)
{
	static const int wanted[] = { CAP_BPF, CAP_NET_ADMIN };
	int kept[2];
	size_t count = 0;

	for (size_t i = 0; i < 2; i++) {
		if (capability_has(wanted[i]))
			kept[count++] = wanted[i];
	}
	return capability_keep_only(kept, count, problem);
}

static int start(struct serve_run *run, struct problem *problem)
{
	int err = 0;

	run->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (run->epoll < 0)
		return problem_errno(problem, -errno, "cannot wait for requests");
	for (size_t i = 0; !err && i < run->count; i++) {
		struct epoll_event event = { .events = EPOLLIN };

		err = metrics_http_start(run->sockets[i], fill, run, &run->http[i], problem);
		if (!err && epoll_ctl(run->epoll, EPOLL_CTL_ADD, metrics_http_wakes(run->http[i]),
				      &event) < 0)
			err = problem_errno(problem, -errno, "cannot wait for requests");
	}
	return err;
}

static int turn(void *context, int stop, uint64_t *ret_wait, struct problem *problem)
{
	uint64_t idle, limit = 0;
	struct serve_run *run = context;
	bool is_busy = false;

	(void)stop;
	*ret_wait = UINT64_MAX;
	for (size_t i = 0; i < run->count; i++) {
		uint64_t wait;
		int err = metrics_http_turn(run->http[i], &wait, problem);

		if (err)
			return err;
		*ret_wait = wait < *ret_wait ? wait : *ret_wait;
		is_busy = is_busy || metrics_http_is_busy(run->http[i]);
	}
	limit = run->wish->idle_seconds * SECOND;
	if (is_busy || !limit) {
		run->last = monotonic_clock_now();
		return 0;
	}
	idle = monotonic_clock_now() - run->last;
	if (idle >= limit)
		return SERVICE_RUN_ENDS;
	*ret_wait = limit - idle < *ret_wait ? limit - idle : *ret_wait;
	return 0;
}

static void close_all(struct serve_run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		metrics_http_stop(run->http[i]);
		close(run->sockets[i]);
	}
	if (run->epoll >= 0)
		close(run->epoll);
}

int metrics_serve(const struct metrics_serve_wish *wish, struct problem *problem)
{
	struct serve_run run = { .wish = wish, .epoll = -1, .last = monotonic_clock_now() };
	struct service_work work = { .turn = turn };
	int err = metrics_collect_possible(problem);

	if (!err)
		err = open_sockets(&run, problem);
	if (!err)
		err = give_up_rights(problem);
	if (!err)
		err = start(&run, problem);
	if (!err) {
		(void)signal(SIGPIPE, SIG_IGN);
		work.wakes = run.epoll;
		err = service_run(&work, &run, problem);
	}
	close_all(&run);
	return err;
}
