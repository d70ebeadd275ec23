// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pcapng_ports.h"
#include "printable.h"

#define NANOSECONDS 1000000000ULL

uint64_t pcapng_ports_realtime(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

static void port_free(struct pcapng_port *port)
{
	if (!port)
		return;
	free(port->name);
	free(port->last);
	free(port);
}

void pcapng_ports_free(struct pcapng_ports *ports)
{
	for (size_t i = 0; i < ports->count; i++)
		port_free(ports->list[i]);
	free(ports->list);
	*ports = (struct pcapng_ports){ .host = ports->host };
}

/* Makes a longer array of an array; what is new is zero. NULL: out of memory, `array` is as it was. */
static void *lengthen(void *array, size_t *count, size_t wanted, size_t size)
{
	uint8_t *longer = reallocarray(array, wanted, size);

	if (longer) {
		memset(longer + *count * size, 0, (wanted - *count) * size);
		*count = wanted;
	}
	return longer;
}

static struct pcapng_port *port_new(const struct sample_port *port)
{
	struct pcapng_port *new = calloc(1, sizeof(*new));
	uint64_t now = pcapng_ports_realtime();

	if (!new)
		return NULL;
	new->port = port;
	for (int place = 0; place < SAMPLER_PLACE_COUNT; place++)
		new->place[place].since = now;
	new->name = printable_copy(port->interface, PRINTABLE_FOR_TERMINAL);
	if (!new->name) {
		port_free(new);
		return NULL;
	}
	return new;
}

struct pcapng_port *pcapng_ports_find(struct pcapng_ports *ports, const struct sample_port *port,
				      uint32_t cpu)
{
	struct pcapng_port *found;

	if (port->number >= ports->count) {
		void *list = lengthen(ports->list, &ports->count, (size_t)port->number + 1,
				      sizeof(ports->list[0]));

		if (!list)
			return NULL;
		ports->list = list;
	}
	if (!ports->list[port->number])
		ports->list[port->number] = port_new(port);
	found = ports->list[port->number];
	if (found && cpu >= found->cpus) {
		void *last = lengthen(found->last, &found->cpus, (size_t)cpu + 1,
				      sizeof(found->last[0]));

		if (!last)
			return NULL;
		found->last = last;
	}
	return found;
}

static int add(struct pcapng_ports *ports, const struct sample_port *port, bool old)
{
	bool known = port->number < ports->count && ports->list[port->number];
	struct pcapng_port *found = pcapng_ports_find(ports, port, 0);

	if (!found)
		return -ENOMEM;
	for (int place = 0; old && !known && place < SAMPLER_PLACE_COUNT; place++)
		ports->host->counts(ports->host->context, port, (enum sampler_place)place,
				    &found->place[place].before);
	return 0;
}

int pcapng_ports_discover(struct pcapng_ports *ports, bool old)
{
	const struct sample_port **list = NULL;
	size_t size = 0;
	size_t count;
	int err = 0;

	do {
		size += 64;
		free(list);
		list = calloc(size, sizeof(const struct sample_port *));
		if (!list)
			return -ENOMEM;
		count = ports->host->ports(ports->host->context, list, size);
	} while (count >= size);
	for (size_t i = 0; i < count && !err; i++)
		err = add(ports, list[i], old);
	free(list);
	return err;
}

void pcapng_ports_new_section(struct pcapng_ports *ports)
{
	ports->described = 0;
	for (size_t i = 0; i < ports->count; i++) {
		for (int place = 0; ports->list[i] && place < SAMPLER_PLACE_COUNT; place++)
			ports->list[i]->place[place].described = false;
	}
}

/* A counter that begins anew (its program was attached again) tells nothing. */
static uint64_t grown(uint64_t now, uint64_t before)
{
	return now > before ? now - before : 0;
}

void pcapng_ports_news(const struct pcapng_ports *ports, const struct pcapng_port *port,
		       enum sampler_place place, struct sink_counts *ret_now,
		       struct sink_counts *ret_news)
{
	const struct sink_counts *before = &port->place[place].before;
	struct sink_counts now = { 0 };

	ports->host->counts(ports->host->context, port->port, place, &now);
	*ret_news = (struct sink_counts){
		.packets = grown(now.packets, before->packets),
		.sampled = grown(now.sampled, before->sampled),
		.ring_lost = grown(now.ring_lost, before->ring_lost),
		.lost = grown(now.lost, before->lost),
		.delivered = grown(now.delivered, before->delivered),
	};
	*ret_now = now;
}
