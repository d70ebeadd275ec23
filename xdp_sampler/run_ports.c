// SPDX-License-Identifier: GPL-2.0-only
#include "run_ports.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "load_time.h"
#include "log.h"
#include "monotonic_clock.h"
#include "sampler_state.h"

/* A loader that replaces the sampler has its pins out of place for a moment: what is not there is
 * believed when it is not there twice. */
#define LOOKS_TO_BELIEVE 2

/* Interfaces in the life of a process that reads wherever there is a sampler: sinks keep something for each. */
#define PORTS_MAX 256

struct run_port {
	struct run_ports *all;
	char interface[INTERFACE_NAME_SIZE]; /* as it was given */
	struct sample_reader reader;
	const struct sample_port *port;                 /* NULL: never opened */
	unsigned int failures;                          /* looks in a row */
	char told[sizeof(((struct problem *)0)->text)]; /* what was said of it; "": all is well */
};

static void take(void *context, struct sample_reader *reader, const struct sample *sample)
{
	struct run_port *port = context;
	const struct sink_offer offer = {
		.port = port->port,
		.ledger = reader->ledger,
		.realtime = sample->time + port->all->to_realtime,
		.program = program_names_of(&reader->names, sample->row),
		.reason = program_names_reason(&reader->names, sample->row, sample->reason),
		.sample = sample
	};

	run_sinks_take(port->all->sinks, &offer);
}

static void add(struct run_ports *ports, const char *interface)
{
	struct run_port *port = &ports->ports[ports->count++];

	port->all = ports;
	snprintf(port->interface, sizeof(port->interface), "%s", interface);
	sample_reader_init(&port->reader, ports->bpffs, port->interface, take, port);
}

int run_ports_open(struct run_ports *ports, const char *bpffs,
		   const struct interface_list *interfaces, struct problem *problem)
{
	ports->bpffs = bpffs;
	ports->all = !interfaces->count;
	ports->size = ports->all ? PORTS_MAX : interfaces->count;
	ports->table = port_table_new(ports->size);
	ports->ports = calloc(ports->size, sizeof(*ports->ports));
	if (!ports->table || !ports->ports)
		return problem_errno(problem, -ENOMEM, "cannot read samples");
	for (size_t i = 0; i < interfaces->count; i++)
		add(ports, interfaces->names[i]);
	return 0;
}

static bool is_known(const struct run_ports *ports, const char *interface)
{
	for (size_t i = 0; i < ports->count; i++) {
		if (!strcmp(ports->ports[i].interface, interface))
			return true;
	}
	return false;
}

/* Adds interfaces that have a sampler now. */
static int find_all(struct run_ports *ports, struct problem *problem)
{
	const struct interface_list every = { 0 };
	struct interface_list list = { 0 };
	int err = sampler_state_list(&list, ports->bpffs, &every, problem);

	for (size_t i = 0; !err && i < list.count; i++) {
		uint32_t index;

		/* Pins of all network namespaces are in one place. */
		if (is_known(ports, list.names[i]) || interface_index(list.names[i], &index) < 0)
			continue;
		if (ports->count < ports->size)
			add(ports, list.names[i]);
		else if (!ports->is_full_told)
			log_warning("%s: its samples are not read: there have been %d other "
				    "interfaces; start anew",
				    list.names[i], PORTS_MAX);
		ports->is_full_told |= ports->count == ports->size;
	}
	interface_list_free(&list);
	return err;
}

static void tell(struct run_port *port, const char *text)
{
	if (!strcmp(port->told, text))
		return;
	if (*text)
		log_warning("%s; waiting until %s can be read", text, port->reader.interface);
	else
		log_warning("%s: its samples are read again", port->reader.interface);
	snprintf(port->told, sizeof(port->told), "%s", text);
}

static int begin(struct run_port *port, struct problem *problem)
{
	struct run_ports *ports = port->all;
	struct sample_reader *reader = &port->reader;
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };

	/* Edges only: a ring that is never quite empty must not keep this process from sleeping. */
	if (epoll_ctl(ports->epoll, EPOLL_CTL_ADD, reader->ring_fd, &event) < 0)
		return problem_errno(problem, -errno, "%s: cannot wait for samples", reader->name);
	if (!port->port)
		port->port = port_table_add(ports->table, reader->name, reader->ifindex);
	run_sinks_seat(ports->sinks, port->port, reader->ledger);
	return 0;
}

static void give_up(struct run_port *port)
{
	(void)sample_reader_consume(&port->reader, UINT32_MAX);
	sample_reader_count(&port->reader);
	sample_reader_close(&port->reader);
}

static int look(struct run_port *port, struct problem *problem)
{
	int result = sample_reader_look(&port->reader, problem);

	if (result > 0)
		result = begin(port, problem);
	if (result < 0) {
		if (++port->failures >= LOOKS_TO_BELIEVE)
			give_up(port);
		return result;
	}
	port->failures = 0;
	port_table_set_ifindex(port->all->table, port->port, port->reader.ifindex);
	return 0;
}

int run_ports_look(struct run_ports *ports, bool must_be_there, bool *ret_changed,
		   struct problem *problem)
{
	size_t open = 0;
	int find_err = ports->all ? find_all(ports, problem) : 0;

	*ret_changed = false;
	if (find_err)
		return find_err;
	for (size_t i = 0; i < ports->count; i++) {
		struct run_port *port = &ports->ports[i];
		struct problem own = { 0 };
		bool was_open = port->reader.ring != NULL;
		int err = look(port, &own);

		if (err && must_be_there)
			return problem_set(problem, err, "%s", own.text);
		if (!err || port->failures == LOOKS_TO_BELIEVE)
			tell(port, own.text);
		*ret_changed |= was_open != (port->reader.ring != NULL);
		open += port->reader.ring != NULL;
	}
	ports->open = open;
	return 0;
}

unsigned int run_ports_take(struct run_ports *ports, unsigned int limit)
{
	unsigned int taken = 0;

	ports->to_realtime = load_time_now() - monotonic_clock_now();
	for (size_t i = 0; i < ports->count && taken < limit; i++) {
		struct run_port *port = &ports->ports[i];

		if (!port->reader.ring)
			continue;
		taken += sample_reader_consume(&port->reader, limit - taken);
		sample_reader_count(&port->reader);
		port_table_set_counts(ports->table, port->port, port->reader.counts);
	}
	ports->read += taken;
	if (taken)
		run_sinks_wake(ports->sinks);
	return taken;
}

void run_ports_seat(struct run_ports *ports)
{
	for (size_t i = 0; i < ports->count; i++) {
		struct run_port *port = &ports->ports[i];

		if (port->reader.ring)
			run_sinks_seat(ports->sinks, port->port, port->reader.ledger);
	}
}

void run_ports_note(struct run_ports *ports, uint64_t now)
{
	for (size_t i = 0; i < ports->count; i++) {
		struct run_port *port = &ports->ports[i];

		if (!port->reader.ring)
			continue;
		run_sinks_note(ports->sinks, port->port, port->reader.ledger);
		port->reader.ledger->daemon->beat = now;
	}
}

void run_ports_answer(struct run_ports *ports, int err, const struct problem *problem)
{
	for (size_t i = 0; i < ports->count; i++) {
		struct reader_ledger *ledger = ports->ports[i].reader.ledger;

		if (ledger)
			reader_ledger_answer(ledger, err, problem->text);
	}
}

uint64_t run_ports_lost(const struct run_ports *ports)
{
	uint64_t lost = 0;

	for (size_t i = 0; i < ports->count; i++) {
		for (int place = 0; place < SAMPLER_PLACE_COUNT; place++)
			lost += ports->ports[i].reader.counts[place].ring_lost;
	}
	return lost;
}

void run_ports_names(const struct run_ports *ports, bool can_be_read, char *ret_text, size_t size)
{
	size_t length = 0;

	ret_text[0] = '\0';
	for (size_t i = 0; i < ports->count && length < size; i++) {
		const struct sample_reader *reader = &ports->ports[i].reader;

		if ((reader->ring != NULL) == can_be_read)
			length += (size_t)snprintf(ret_text + length, size - length, "%s%s",
						   length ? ", " : "", reader->interface);
	}
}

void run_ports_close(struct run_ports *ports)
{
	for (size_t i = 0; i < ports->count; i++)
		sample_reader_close(&ports->ports[i].reader);
	free(ports->ports);
	/* A sink that was given up may still look at it. */
	if (!ports->sinks->has_abandoned)
		port_table_free(ports->table);
}
