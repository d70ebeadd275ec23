// SPDX-License-Identifier: GPL-2.0-only
#include "tap_listener.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tap_message.h"

#define QUEUE_BYTES (8u << 20) /* of each capture */
#define SECOND UINT64_C(1000000000)
#define ASK_TIME (2 * SECOND)
/* For reading what came until the capture left, while more comes all the time. */
#define LEAVE_TIME SECOND

static int listen_at(const char *bpffs, struct problem *problem)
{
	struct sockaddr_un address;
	socklen_t length;
	int fd, err = tap_address(bpffs, (uint32_t)getpid(), &address, &length, problem);

	if (err)
		return err;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return problem_errno(problem, -errno, "cannot make a socket");
	if (bind(fd, (struct sockaddr *)&address, length) < 0 || listen(fd, TAP_GUESTS) < 0) {
		err = -errno;
		close(fd);
		return problem_errno(problem, err, "cannot listen at @%s", address.sun_path + 1);
	}
	return fd;
}

int tap_listener_open(struct tap_listener *listener, const char *bpffs, struct run_ports *ports,
		      struct problem *problem)
{
	int fd = listen_at(bpffs, problem);

	*listener = (struct tap_listener){ .fd = fd < 0 ? -1 : fd, .ports = ports };
	for (int i = 0; i < TAP_GUESTS; i++)
		listener->guests[i].fd = -1;
	return fd < 0 ? problem_prefix(problem, fd, "no capture beside this reader") : 0;
}

static void send_away(struct tap_guest *guest)
{
	close(guest->fd);
	guest->fd = -1;
}

static void refuse(struct tap_guest *guest, int err, const struct problem *problem)
{
	struct tap_answer answer = { .version = TAP_VERSION, .error = err };

	snprintf(answer.text, sizeof(answer.text), "%.*s", (int)sizeof(answer.text) - 1,
		 problem->text);
	(void)send(guest->fd, &answer, sizeof(answer), MSG_DONTWAIT | MSG_NOSIGNAL);
	send_away(guest);
}

static struct tap_guest *free_place(struct tap_listener *listener)
{
	for (int i = 0; i < TAP_GUESTS; i++) {
		if (listener->guests[i].fd < 0)
			return &listener->guests[i];
	}
	return NULL;
}

static bool may_come(int fd, struct ucred *ret_peer)
{
	socklen_t length = sizeof(*ret_peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, ret_peer, &length) == 0 &&
	       (ret_peer->uid == 0 || ret_peer->uid == geteuid());
}

static void let_in(struct tap_listener *listener, uint64_t now)
{
	int fd;

	while ((fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
		struct tap_guest *guest = free_place(listener);
		struct ucred peer;

		if (!guest || !may_come(fd, &peer))
			close(fd);
		else
			*guest = (struct tap_guest){ .fd = fd,
						     .pid = (uint32_t)peer.pid,
						     .until = now + ASK_TIME };
	}
}

static int count_taps(const struct tap_listener *listener)
{
	int count = 0;

	for (int i = 0; i < TAP_GUESTS; i++)
		count += listener->guests[i].fd >= 0 && listener->guests[i].tap;
	return count;
}

static int start(struct tap_listener *listener, struct tap_guest *guest,
		 const struct tap_request *request, struct problem *problem)
{
	struct sink_wish wish = { .kind = SINK_TAP, .queue_bytes = QUEUE_BYTES };
	int err;

	if (count_taps(listener) >= TAP_LIMIT)
		return problem_set(problem, -EBUSY, "there are %d captures beside it already",
				   TAP_LIMIT);
	wish.tap = tap_new(guest->fd, request);
	if (!wish.tap)
		return problem_errno(problem, -ENOMEM, "cannot hand samples on");
	snprintf(wish.target, sizeof(wish.target), "%u", guest->pid);
	err = run_sinks_add(listener->ports->sinks, &wish, &tap_sink_operations, problem);
	if (err) {
		tap_free(wish.tap);
		return err;
	}
	guest->tap = wish.tap;
	run_ports_seat(listener->ports);
	return 0;
}

static void listen_to(struct tap_listener *listener, struct tap_guest *guest, uint64_t now)
{
	struct tap_request request;
	struct problem problem = { 0 };
	ssize_t size = recv(guest->fd, &request, sizeof(request), MSG_DONTWAIT | MSG_TRUNC);
	int err;

	if (size <= 0) {
		if (size == 0 || (errno != EAGAIN && errno != EINTR) || now >= guest->until)
			send_away(guest);
		return;
	}
	err = tap_request_check(&request, (size_t)size, &problem);
	if (!err)
		err = start(listener, guest, &request, &problem);
	if (err)
		refuse(guest, err, &problem);
}

/* From then on everything is the sink's. */
static void end(struct tap_listener *listener, struct tap_guest *guest)
{
	run_sinks_end(listener->ports->sinks, guest->tap);
	guest->fd = -1;
}

/* A capture that has enough says no more. What came before that, and is in a ring yet, is its. */
static void look_after(struct tap_listener *listener, struct tap_guest *guest, bool is_all_taken,
		       uint64_t now)
{
	char nothing;

	if (guest->is_leaving) {
		if (is_all_taken || now >= guest->until)
			end(listener, guest);
	} else if (recv(guest->fd, &nothing, 1, MSG_DONTWAIT) >= 0 ||
		   (errno != EAGAIN && errno != EINTR)) {
		guest->is_leaving = true;
		guest->until = now + LEAVE_TIME;
	}
}

void tap_listener_attend(struct tap_listener *listener, bool is_all_taken, uint64_t now)
{
	if (listener->fd < 0)
		return;
	let_in(listener, now);
	for (int i = 0; i < TAP_GUESTS; i++) {
		struct tap_guest *guest = &listener->guests[i];

		if (guest->fd >= 0 && guest->tap)
			look_after(listener, guest, is_all_taken, now);
		else if (guest->fd >= 0)
			listen_to(listener, guest, now);
	}
}

void tap_listener_make_room(struct tap_listener *listener, size_t sinks)
{
	for (int i = TAP_GUESTS - 1; i >= 0; i--) {
		struct tap_guest *guest = &listener->guests[i];

		if (guest->fd >= 0 && guest->tap &&
		    sinks + (size_t)count_taps(listener) > LEDGER_SINKS)
			end(listener, guest);
	}
}

void tap_listener_close(struct tap_listener *listener)
{
	if (listener->fd < 0)
		return;
	for (int i = 0; i < TAP_GUESTS; i++) {
		if (listener->guests[i].fd >= 0 && !listener->guests[i].tap)
			send_away(&listener->guests[i]);
	}
	close(listener->fd);
	listener->fd = -1;
}
