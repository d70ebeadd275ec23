// SPDX-License-Identifier: GPL-2.0-only
#include "port_table.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct port {
	struct sample_port port;
	struct place_counts counts[SAMPLER_PLACE_COUNT];
};

struct port_table {
	pthread_mutex_t mutex; /* for what follows */
	size_t count;
	size_t size; /* never changes */
	struct port ports[];
};

struct port_table *port_table_new(size_t size)
{
	struct port_table *table = calloc(1, sizeof(*table) + size * sizeof(*table->ports));

	if (!table)
		return NULL;
	pthread_mutex_init(&table->mutex, NULL);
	table->size = size;
	return table;
}

void port_table_free(struct port_table *table)
{
	if (!table)
		return;
	pthread_mutex_destroy(&table->mutex);
	free(table);
}

const struct sample_port *port_table_add(struct port_table *table, const char *interface,
					 uint32_t ifindex)
{
	struct sample_port *port = &table->ports[table->count].port;

	port->number = (unsigned int)table->count;
	snprintf(port->interface, sizeof(port->interface), "%s", interface);
	port->ifindex = ifindex;
	pthread_mutex_lock(&table->mutex);
	table->count++;
	pthread_mutex_unlock(&table->mutex);
	return port;
}

void port_table_set_ifindex(struct port_table *table, const struct sample_port *port,
			    uint32_t ifindex)
{
	/* Sinks read it without the mutex. */
	__atomic_store_n(&table->ports[port->number].port.ifindex, ifindex, __ATOMIC_RELAXED);
}

void port_table_set_counts(struct port_table *table, const struct sample_port *port,
			   const struct place_counts counts[SAMPLER_PLACE_COUNT])
{
	pthread_mutex_lock(&table->mutex);
	memcpy(table->ports[port->number].counts, counts, sizeof(table->ports->counts));
	pthread_mutex_unlock(&table->mutex);
}

size_t port_table_list(struct port_table *table, const struct sample_port **ret_ports, size_t size)
{
	size_t count;

	pthread_mutex_lock(&table->mutex);
	count = table->count < size ? table->count : size;
	pthread_mutex_unlock(&table->mutex);
	for (size_t i = 0; i < count; i++)
		ret_ports[i] = &table->ports[i].port;
	return count;
}

struct place_counts port_table_counts(struct port_table *table, unsigned int port,
				      enum sampler_place place)
{
	struct place_counts counts;

	pthread_mutex_lock(&table->mutex);
	counts = table->ports[port].counts[place];
	pthread_mutex_unlock(&table->mutex);
	return counts;
}

size_t port_table_size(const struct port_table *table)
{
	return table->size;
}
