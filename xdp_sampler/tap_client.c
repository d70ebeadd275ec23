// SPDX-License-Identifier: GPL-2.0-only
#include "tap_client.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "monotonic_clock.h"
#include "run_sinks.h"
#include "sampler_maps.h"
#include "sampler_run.h"

#define MILLISECOND UINT64_C(1000000)
#define SECOND (1000 * MILLISECOND)
/* How long the reader may take to answer, and to hand on what is left at the end. */
#define ANSWER_TIME (5 * SECOND)
#define LEAVE_TIME (5 * SECOND)
#define STOP_TIME (5 * SECOND)
#define SLEEP_MILLISECONDS 100
#define PACKETS_PER_TURN 64
/* Of programs and of their reasons. */
#define NAMES 1024

struct client {
	int fd;
	int signals;
	const struct tap_request *request;
	const struct tap_wish *wish;
	struct run_sinks sinks;
	struct port_table *table;
	struct reader_ledger *ledger;               /* nobody else's: the sinks count there */
	const struct sample_port *ports[TAP_PORTS]; /* NULL: not announced yet */
	struct sink_counts counts[TAP_PORTS][SAMPLER_PLACE_COUNT];
	uint64_t read;
	uint64_t end;     /* CLOCK_MONOTONIC, 0: no limit */
	bool has_enough;  /* what comes yet is not wanted */
	bool is_over;     /* nothing comes any more */
	uint64_t leaving; /* the reader was told, and must have answered by then; 0: it was not */
	uint64_t packet[TAP_PACKET_SIZE / sizeof(uint64_t)];
};

/* Anyone may listen at any name. */
static int check_peer(int fd, uint32_t reader, struct problem *problem)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
		return problem_errno(problem, -errno, "cannot tell who process %u is", reader);
	if (peer.uid && peer.uid != geteuid() && (uint32_t)peer.pid != reader)
		return problem_set(problem, -EPERM,
				   "process %d of user %u listens in the place of process %u, which "
				   "reads the samples",
				   (int)peer.pid, peer.uid, reader);
	return 0;
}

static int ask(int fd, uint32_t reader, const struct tap_request *request, struct problem *problem)
{
	const struct timeval patience = { .tv_sec = ANSWER_TIME / SECOND };
	struct tap_answer answer = { 0 };
	ssize_t size;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0 ||
	    send(fd, request, sizeof(*request), MSG_NOSIGNAL) < 0)
		return problem_errno(problem, -errno, "cannot ask process %u for its samples",
				     reader);
	size = recv(fd, &answer, sizeof(answer), 0);
	if (size < 0 && errno == EAGAIN)
		return problem_set(problem, -ETIMEDOUT,
				   "process %u, which reads the samples, does not answer", reader);
	if (size != sizeof(answer))
		return problem_set(problem, -EACCES,
				   "process %u, which reads the samples, lets only root and its own "
				   "user have them",
				   reader);
	if (answer.version != TAP_VERSION)
		return problem_set(problem, -EPROTO,
				   "process %u, which reads the samples, is another version of "
				   "xdp_sampler: restart it",
				   reader);
	answer.text[sizeof(answer.text) - 1] = '\0';
	if (answer.error >= 0)
		return 0;
	return problem_set(problem, answer.error,
			   "process %u, which reads the samples, does not hand them on: %s", reader,
			   answer.text);
}

int tap_client_connect(const char *bpffs, uint32_t reader, struct tap_request *request,
		       struct problem *problem)
{
	struct sockaddr_un address;
	socklen_t length;
	int fd, err = tap_address(bpffs, reader, &address, &length, problem);

	if (err)
		return err;
	request->version = TAP_VERSION;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return problem_errno(problem, -errno, "cannot make a socket");
	err = connect(fd, (struct sockaddr *)&address, length) < 0 ? -errno : 0;
	if (err)
		err = problem_errno(problem, err,
				    "process %u reads the samples, and does not hand them on",
				    reader);
	if (!err)
		err = check_peer(fd, reader, problem);
	if (!err)
		err = ask(fd, reader, request, problem);
	if (!err)
		return fd;
	close(fd);
	return err;
}

static int open_ledger(struct client *client, struct problem *problem)
{
	CLEANUP_CLOSE int cpus = memfd_create("cpus", MFD_CLOEXEC);
	CLEANUP_CLOSE int daemon = memfd_create("daemon", MFD_CLOEXEC);
	int count = sampler_maps_cpus(problem);
	off_t page = sysconf(_SC_PAGESIZE);

	if (count < 0)
		return count;
	/* As maps are: whole pages. */
	if (cpus < 0 || daemon < 0 ||
	    ftruncate(cpus, (off_t)(sizeof(struct ledger_cpu) * (size_t)count) + page) < 0 ||
	    ftruncate(daemon, (off_t)sizeof(struct ledger_daemon) + page) < 0)
		return problem_errno(problem, -errno, "cannot keep the ledger");
	return reader_ledger_open(cpus, daemon, (uint32_t)count, &client->ledger, problem);
}

static int open_client(struct client *client, struct problem *problem)
{
	sigset_t signals;
	int err;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	client->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	client->table = port_table_new(TAP_PORTS);
	if (client->signals < 0 || !client->table)
		return problem_errno(problem, -errno, "cannot capture");
	err = open_ledger(client, problem);
	if (err)
		return err;
	client->sinks.operations = sampler_sink_operations;
	client->sinks.ports = client->table;
	client->sinks.ends_with_sink = true;
	if (client->wish->duration_ns)
		client->end = monotonic_clock_now() + client->wish->duration_ns;
	return run_sinks_apply(&client->sinks, client->wish->sinks, client->wish->sink_count,
			       problem);
}

static void take_port(struct client *client, const struct tap_port *message)
{
	struct place_counts places[SAMPLER_PLACE_COUNT];
	const struct sample_port **port = &client->ports[message->port];

	for (int i = 0; i < SAMPLER_PLACE_COUNT; i++) {
		const struct sink_counts *counts = &message->counts[i];

		client->counts[message->port][i] = *counts;
		/* Lost on their way is lost, to the sinks. */
		places[i] = (struct place_counts){ counts->packets, counts->sampled,
						   counts->ring_lost + counts->lost };
	}
	if (!*port) {
		*port = port_table_add(client->table,
				       client->request->ports[message->port].interface,
				       message->ifindex);
		run_sinks_seat(&client->sinks, *port, client->ledger);
	}
	port_table_set_ifindex(client->table, *port, message->ifindex);
	port_table_set_counts(client->table, *port, places);
}

/* The one copy of a name: sinks may look at it as long as the process lives. */
static const char *keep(const char *name)
{
	static char names[NAMES][sizeof(((struct tap_sample *)0)->program)];

	for (int i = 0; i < NAMES; i++) {
		if (!names[i][0])
			snprintf(names[i], sizeof(names[i]), "%s", name);
		if (!strcmp(names[i], name))
			return names[i];
	}
	return "";
}

static void take_sample(struct client *client, const struct tap_sample *message)
{
	const struct sink_offer offer = {
		.port = client->ports[message->port],
		.ledger = client->ledger,
		.realtime = message->realtime,
		.program = keep(message->program),
		.reason = *message->reason ? keep(message->reason) : NULL,
		.sample = &message->sample,
	};

	if (client->has_enough)
		return;
	run_sinks_take(&client->sinks, &offer);
	client->read++;
	client->has_enough = client->wish->count && client->read >= client->wish->count;
}

static int take_packet(struct client *client, size_t size, struct problem *problem)
{
	struct tap_message message;
	size_t position = 0;
	int result;

	while ((result = tap_message_next(client->packet, size, &position, &message)) > 0) {
		if (message.port && message.port->port < client->request->port_count)
			take_port(client, message.port);
		else if (message.sample && client->ports[message.sample->port] &&
			 message.sample->sample.cpu < client->ledger->cpu_count)
			take_sample(client, message.sample);
		else
			result = -EPROTO;
		if (result < 0)
			break;
	}
	return result ? problem_set(problem, result,
				    "process %u says something that is not understood",
				    client->wish->reader) :
			0;
}

static int take(struct client *client, struct problem *problem)
{
	int err = 0;

	for (int i = 0; !err && i < PACKETS_PER_TURN; i++) {
		ssize_t size =
			recv(client->fd, client->packet, sizeof(client->packet), MSG_DONTWAIT);

		if (size < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (size <= 0) {
			client->is_over = true;
			break;
		}
		err = take_packet(client, (size_t)size, problem);
	}
	run_sinks_wake(&client->sinks);
	return err;
}

/* The reader answers with what it has yet, and then closes. */
static void leave(struct client *client)
{
	if (client->leaving)
		return;
	client->leaving = monotonic_clock_now() + LEAVE_TIME;
	(void)shutdown(client->fd, SHUT_WR);
}

/* A pipe that nobody reads has had enough: no error. */
static int check_sinks(struct client *client, struct problem *problem)
{
	if (run_sinks_fail(&client->sinks, problem) == -EPIPE)
		client->has_enough = true;
	return client->has_enough ? 0 : run_sinks_opened(&client->sinks, problem);
}

static int check_reader(struct client *client, uint64_t now, struct problem *problem)
{
	if (client->is_over && !client->leaving)
		return problem_set(problem, -ECONNRESET,
				   "process %u does not hand samples on any more: it has ended, or "
				   "has no room beside sinks of its own",
				   client->wish->reader);
	if (client->leaving && now >= client->leaving)
		return problem_set(problem, -ETIMEDOUT,
				   "process %u does not hand on the last samples: it hangs",
				   client->wish->reader);
	return 0;
}

static int turn(struct client *client, struct problem *problem)
{
	struct pollfd events[] = { { .fd = client->fd, .events = POLLIN },
				   { .fd = client->signals, .events = POLLIN } };
	struct signalfd_siginfo signal;
	uint64_t now = monotonic_clock_now();
	int sleep = SLEEP_MILLISECONDS, err;

	if (client->end && client->end < now + SLEEP_MILLISECONDS * MILLISECOND)
		sleep = client->end <= now ? 0 : (int)((client->end - now) / MILLISECOND) + 1;
	/* Once there is nothing to wait for but its answer. */
	(void)poll(events, 2, client->leaving ? SLEEP_MILLISECONDS : sleep);
	err = take(client, problem);
	now = monotonic_clock_now();
	run_sinks_attend(&client->sinks, now);
	if (!err)
		err = check_sinks(client, problem);
	if (!err)
		err = check_reader(client, now, problem);
	if (read(client->signals, &signal, sizeof(signal)) > 0 || client->has_enough ||
	    (client->end && now >= client->end))
		leave(client);
	return err;
}

static void close_client(struct client *client, struct tap_totals *ret_totals)
{
	close(client->fd);
	run_sinks_stop(&client->sinks, monotonic_clock_now() + STOP_TIME);
	*ret_totals = (struct tap_totals){ .read = client->read,
					   .sink_lost = run_sinks_lost(&client->sinks) };
	for (int i = 0; i < TAP_PORTS * SAMPLER_PLACE_COUNT; i++) {
		const struct sink_counts *counts = &client->counts[0][0] + i;

		ret_totals->ring_lost += counts->ring_lost;
		ret_totals->tap_lost += counts->lost;
	}
	reader_ledger_release(client->ledger);
	/* A sink that was given up may still look at it. */
	if (!client->sinks.has_abandoned)
		port_table_free(client->table);
	if (client->signals >= 0)
		close(client->signals);
	free(client);
}

int tap_client_run(int fd, const struct tap_request *request, const struct tap_wish *wish,
		   struct tap_totals *ret_totals, struct problem *problem)
{
	struct client *client = calloc(1, sizeof(*client));
	int err;

	*ret_totals = (struct tap_totals){ 0 };
	if (!client) {
		close(fd);
		return problem_errno(problem, -ENOMEM, "cannot capture");
	}
	client->fd = fd;
	client->signals = -1;
	client->request = request;
	client->wish = wish;
	(void)signal(SIGPIPE, SIG_IGN);
	err = open_client(client, problem);
	while (!err && !(client->is_over && client->leaving))
		err = turn(client, problem);
	close_client(client, ret_totals);
	return err;
}
