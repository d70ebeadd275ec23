// SPDX-License-Identifier: GPL-2.0-only
#include "loaded_filter.h"

#include "chain_look.h"
#include "slot_table.h"

static void set_closed(struct loaded_filter *filter, const char *bpffs, const char *interface)
{
	*filter = (struct loaded_filter){ .maps = FILTER_MAPS_CLOSED, .sources = { .list = -1 } };
	chain_init(&filter->chain, bpffs, interface);
}

static int open_parts(struct loaded_filter *filter, unsigned int slot, struct problem *problem)
{
	const struct chain *chain = &filter->chain;
	int err;

	err = program_slot_find(chain, FILTER_PROGRAM, slot, &filter->place, problem);
	if (!err)
		err = filter_maps_open(&filter->maps, chain, filter->place.number, problem);
	if (!err)
		err = source_maps_open(&filter->sources, chain, filter->place.number,
				       filter->maps.fd[FILTER_SOURCES], problem);
	return err;
}

int loaded_filter_open(struct loaded_filter *filter, const char *bpffs, const char *interface,
		       unsigned int slot, struct problem *problem)
{
	int err;

	set_closed(filter, bpffs, interface);
	err = slot_table_open(&filter->chain, bpffs, interface, &filter->attachment, problem);
	return err ? err : open_parts(filter, slot, problem);
}

int loaded_filter_look(struct loaded_filter *filter, const char *bpffs, const char *interface,
		       unsigned int slot, struct problem *problem)
{
	int err;

	set_closed(filter, bpffs, interface);
	err = chain_look(&filter->chain, bpffs, interface, problem);
	if (err)
		return err;
	err = open_parts(filter, slot, problem);
	return err ? err : attachment_read(&filter->chain, &filter->attachment, problem);
}

void loaded_filter_close(struct loaded_filter *filter)
{
	source_maps_close(&filter->sources);
	filter_maps_close(&filter->maps);
	chain_close(&filter->chain);
}
