/* SPDX-License-Identifier: GPL-2.0-only */
/* The interfaces that were opened so far, and what was counted on them, for the threads of the sinks. The
 * main thread writes. */
#ifndef XDP_SAMPLER_PORT_TABLE_H
#define XDP_SAMPLER_PORT_TABLE_H

#include <stddef.h>
#include "sample_reader_maps.h"
#include "sample_view.h"

struct port_table;

/* NULL: no memory. */
struct port_table *port_table_new(size_t size);
void port_table_free(struct port_table *table);

/* Adds an interface, at most `size` of them. Its address stays the same. */
const struct sample_port *port_table_add(struct port_table *table, const char *interface,
					 uint32_t ifindex);
/* It came back with another index. */
void port_table_set_ifindex(struct port_table *table, const struct sample_port *port,
			    uint32_t ifindex);
void port_table_set_counts(struct port_table *table, const struct sample_port *port,
			   const struct place_counts counts[SAMPLER_PLACE_COUNT]);

/* For any thread. */
size_t port_table_list(struct port_table *table, const struct sample_port **ret_ports, size_t size);
struct place_counts port_table_counts(struct port_table *table, unsigned int port,
				      enum sampler_place place);
size_t port_table_size(const struct port_table *table);

#endif
