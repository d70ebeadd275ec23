// SPDX-License-Identifier: GPL-2.0-only
#include "nexthop_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 65536u

int nexthop_table_make(struct nexthop_table *ret_table)
{
	struct nexthop_table table = {
		.entries = calloc(FLOW_NEXTHOP_LIMIT, sizeof(*table.entries)),
		.buckets = calloc(BUCKETS, sizeof(*table.buckets)),
		.half = { [NEXTHOPS_DAEMON] = { NEXTHOPS_DAEMON_FIRST, NEXTHOPS_TOOL_FIRST,
						NEXTHOPS_DAEMON_FIRST, NEXTHOPS_DAEMON_FIRST },
			  [NEXTHOPS_TOOL] = { NEXTHOPS_TOOL_FIRST, FLOW_NEXTHOP_LIMIT,
					      NEXTHOPS_TOOL_FIRST, NEXTHOPS_TOOL_FIRST } },
	};

	if (!table.entries || !table.buckets) {
		nexthop_table_free(&table);
		return -ENOMEM;
	}
	*ret_table = table;
	return 0;
}

void nexthop_table_free(struct nexthop_table *table)
{
	free(table->entries);
	free(table->buckets);
	*table = (struct nexthop_table){ 0 };
}

static uint32_t mix(uint32_t hash, uint32_t word)
{
	hash = (hash ^ word) * 0x9e3779b1u;
	return hash ^ hash >> 15;
}

/* By neighbour, whatever the device, and by MAC address where one was named. */
static uint32_t *bucket_of(const struct nexthop_table *table, const struct flow_nexthop *value)
{
	uint32_t hash = mix(0, value->family), word;

	for (int i = 0; i < 4; i++)
		hash = mix(hash, value->neighbour[i]);
	memcpy(&word, value->mac + 2, sizeof(word));
	hash = mix(hash, word);
	return &table->buckets[hash % BUCKETS];
}

static struct nexthop_half *half_of(struct nexthop_table *table, uint32_t index)
{
	return &table->half[index < NEXTHOPS_TOOL_FIRST ? NEXTHOPS_DAEMON : NEXTHOPS_TOOL];
}

struct nexthop_entry *nexthop_table_put(struct nexthop_table *table, uint32_t index,
					const struct flow_nexthop *value)
{
	struct nexthop_entry *entry = &table->entries[index];
	uint32_t *bucket = bucket_of(table, value);

	*entry = (struct nexthop_entry){ .value = *value, .next = *bucket };
	*bucket = index;
	if (half_of(table, index)->top <= index)
		half_of(table, index)->top = index + 1;
	return entry;
}

void nexthop_table_remove(struct nexthop_table *table, uint32_t index)
{
	struct nexthop_entry *entry = &table->entries[index];
	uint32_t *place = bucket_of(table, &entry->value);

	while (*place != index)
		place = &table->entries[*place].next;
	*place = entry->next;
	*entry = (struct nexthop_entry){ 0 };
	if (half_of(table, index)->from > index)
		half_of(table, index)->from = index;
}

uint32_t nexthop_table_next(const struct nexthop_table *table, uint32_t after)
{
	const struct nexthop_half *low = &table->half[NEXTHOPS_DAEMON],
				  *high = &table->half[NEXTHOPS_TOOL];

	for (uint32_t i = after + 1; i < high->top; i++) {
		if (i >= low->top && i < high->first)
			i = high->first;
		if (table->entries[i].value.device)
			return i;
	}
	return 0;
}

uint32_t nexthop_table_free_index(struct nexthop_table *table, enum nexthops_role half)
{
	uint32_t *from = &table->half[half].from;

	while (*from < table->half[half].end && table->entries[*from].value.device)
		(*from)++;
	return *from < table->half[half].end ? *from : 0;
}

bool nexthop_same(const struct flow_nexthop *a, const struct flow_nexthop *b)
{
	return a->device == b->device && a->family == b->family && a->flags == b->flags &&
	       a->mtu == b->mtu && !memcmp(a->neighbour, b->neighbour, sizeof(a->neighbour)) &&
	       !memcmp(a->mac, b->mac, sizeof(a->mac)) &&
	       !memcmp(a->vlan, b->vlan, sizeof(a->vlan));
}

static uint32_t first_after(const struct nexthop_table *table, const struct flow_nexthop *value,
			    uint32_t after)
{
	return after ? table->entries[after].next : *bucket_of(table, value);
}

uint32_t nexthop_table_find(const struct nexthop_table *table, const struct flow_nexthop *value,
			    uint32_t after)
{
	uint32_t index = first_after(table, value, after);

	while (index && !nexthop_same(&table->entries[index].value, value))
		index = table->entries[index].next;
	return index;
}

static bool has_neighbour(const struct flow_nexthop *entry, const struct flow_nexthop *wanted)
{
	return !(entry->flags & FLOW_NEXTHOP_MAC) &&
	       (!wanted->device || entry->device == wanted->device) &&
	       entry->family == wanted->family &&
	       !memcmp(entry->neighbour, wanted->neighbour, sizeof(entry->neighbour));
}

uint32_t nexthop_table_neighbour(const struct nexthop_table *table, uint32_t device, uint8_t family,
				 const __be32 address[4], uint32_t after)
{
	struct flow_nexthop wanted = { .device = device, .family = family };
	uint32_t index;

	memcpy(wanted.neighbour, address, sizeof(wanted.neighbour));
	index = first_after(table, &wanted, after);
	while (index && !has_neighbour(&table->entries[index].value, &wanted))
		index = table->entries[index].next;
	return index;
}
