// SPDX-License-Identifier: GPL-2.0-only
#include "tap_sink.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define POLL_MILLISECONDS 100
/* How long a capture may do nothing when the reader is to end. */
#define PATIENCE_POLLS (1000 / POLL_MILLISECONDS)
#define NO_PORT TAP_PORTS

struct tap {
	int fd;
	struct tap_request request; /* never changes */
	/* The thread's own. */
	const struct sink_host *host;
	bool is_gone; /* nobody reads any more */
	bool is_announced[TAP_PORTS];
	size_t used;
	uint64_t packet[TAP_PACKET_SIZE / sizeof(uint64_t)];
};

struct tap *tap_new(int fd, const struct tap_request *request)
{
	struct tap *tap = calloc(1, sizeof(*tap));

	if (!tap)
		return NULL;
	tap->fd = fd;
	tap->request = *request;
	return tap;
}

void tap_free(struct tap *tap)
{
	free(tap);
}

static uint32_t number_of(const struct tap *tap, const struct sample_port *port)
{
	for (uint32_t i = 0; i < tap->request.port_count; i++) {
		if (!strcmp(tap->request.ports[i].interface, port->interface))
			return i;
	}
	return NO_PORT;
}

static bool has_bit(uint64_t bits, unsigned int number)
{
	return number < 64 && bits >> number & 1;
}

static bool was_taken_by(const struct sample *sample, uint32_t recorder)
{
	for (unsigned int i = 0; i < sample->recorder_count; i++) {
		if (sample->recorder[i] == recorder)
			return true;
	}
	return !recorder;
}

bool tap_wants(const struct tap *tap, const struct sample_port *port, const struct sample *sample)
{
	const struct tap_request *request = &tap->request;
	uint32_t number = number_of(tap, port);

	if (number == NO_PORT || !was_taken_by(sample, request->ports[number].recorder))
		return false;
	return sample->place != SAMPLER_VERDICT ||
	       (has_bit(request->verdicts, sample->verdict) &&
		has_bit(request->rows, sample->row) && has_bit(request->reasons, sample->reason));
}

/* Waits as long as it takes; a reader that is to end does not. */
static void wait_for_room(struct tap *tap)
{
	struct pollfd room = { .fd = tap->fd, .events = POLLOUT };
	int polls = 0;

	while (polls < PATIENCE_POLLS && poll(&room, 1, POLL_MILLISECONDS) <= 0)
		polls = tap->host->stopping(tap->host->context) ? polls + 1 : 0;
	tap->is_gone = polls == PATIENCE_POLLS;
}

/* Returns whether it is on its way. That nobody takes it is no trouble of the reader's. */
static bool send_packet(struct tap *tap, const void *packet, size_t size)
{
	while (!tap->is_gone) {
		if (send(tap->fd, packet, size, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)size)
			return true;
		if (errno == EAGAIN)
			wait_for_room(tap);
		else if (errno != EINTR && errno != ENOBUFS && errno != ENOMEM)
			tap->is_gone = true;
		else if (errno != EINTR)
			return false;
	}
	return false;
}

static bool flush(struct tap *tap)
{
	size_t used = tap->used;

	tap->used = 0;
	return !used || send_packet(tap, tap->packet, used);
}

static void *append(struct tap *tap, enum tap_kind kind, size_t size)
{
	struct tap_header *header = (void *)((char *)tap->packet + tap->used);
	size_t whole = (size + 7) & ~(size_t)7;

	memset((char *)header + whole - 8, 0, 8);
	*header = (struct tap_header){ .size = (uint32_t)whole, .kind = kind };
	tap->used += whole;
	return header;
}

static void append_port(struct tap *tap, uint32_t number, const struct sample_port *port)
{
	struct tap_port *message = append(tap, TAP_PORT, sizeof(*message));

	message->port = number;
	message->ifindex = __atomic_load_n(&port->ifindex, __ATOMIC_RELAXED);
	for (int i = 0; i < SAMPLER_PLACE_COUNT; i++)
		tap->host->counts(tap->host->context, port, (enum sampler_place)i,
				  &message->counts[i]);
	tap->is_announced[number] = true;
}

static void append_sample(struct tap *tap, uint32_t number, const struct sample_view *view)
{
	size_t bytes = sizeof(*view->sample) + view->sample->captured;
	struct tap_sample *message =
		append(tap, TAP_SAMPLE, offsetof(struct tap_sample, sample) + bytes);

	message->port = number;
	message->unused = 0;
	message->realtime = view->realtime;
	memset(message->program, 0, sizeof(message->program));
	memset(message->reason, 0, sizeof(message->reason));
	snprintf(message->program, sizeof(message->program), "%s", view->program);
	snprintf(message->reason, sizeof(message->reason), "%s", view->reason ? view->reason : "");
	memcpy(&message->sample, view->sample, bytes);
}

static void send_ports(struct tap *tap)
{
	const struct sample_port *ports[TAP_PORTS];
	size_t count = tap->host->ports(tap->host->context, ports, TAP_PORTS);

	for (size_t i = 0; i < count; i++) {
		uint32_t number = number_of(tap, ports[i]);

		if (number != NO_PORT)
			append_port(tap, number, ports[i]);
	}
	(void)flush(tap);
}

/* Never fails: the reader would try again, and the capture be gone by then. */
static int open_tap(const struct sink_wish *wish, const struct sink_host *host, void **ret_sink,
		    struct problem *problem)
{
	const struct tap_answer answer = { .version = TAP_VERSION };

	(void)problem;
	wish->tap->host = host;
	*ret_sink = wish->tap;
	(void)send_packet(wish->tap, &answer, sizeof(answer));
	return 0;
}

static int write_tap(void *sink, const struct sample_view *views, size_t count, bool *ret_delivered,
		     struct problem *problem)
{
	struct tap *tap = sink;
	size_t first = 0;

	(void)problem;
	for (size_t i = 0; i < count; i++) {
		uint32_t number = number_of(tap, views[i].port);
		size_t size = sizeof(struct tap_port) + sizeof(struct tap_sample) +
			      views[i].sample->captured + 8;

		if (tap->used + size > sizeof(tap->packet)) {
			memset(&ret_delivered[first], flush(tap), i - first);
			first = i;
		}
		if (!tap->is_announced[number])
			append_port(tap, number, views[i].port);
		append_sample(tap, number, &views[i]);
	}
	memset(&ret_delivered[first], flush(tap), count - first);
	return 0;
}

static int tick_tap(void *sink, uint64_t realtime, struct problem *problem)
{
	(void)realtime;
	(void)problem;
	send_ports(sink);
	return 0;
}

static int close_tap(void *sink, struct problem *problem)
{
	struct tap *tap = sink;

	(void)problem;
	send_ports(tap);
	close(tap->fd);
	tap_free(tap);
	return 0;
}

const struct sink_operations tap_sink_operations = { open_tap, write_tap, tick_tap, close_tap };
