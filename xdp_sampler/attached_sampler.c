// SPDX-License-Identifier: GPL-2.0-only
#include "attached_sampler.h"

#include <string.h>

#include "chain_look.h"
#include "slot_table.h"

static int open_parts(struct attached_sampler *sampler, struct problem *problem)
{
	int err = sampler_seats_find(&sampler->chain, &sampler->seats, problem);

	return err ? err : sampler_maps_open(&sampler->maps, &sampler->chain, problem);
}

struct recorder_maps attached_sampler_recorders(const struct attached_sampler *sampler)
{
	return (struct recorder_maps){
		.recorders = sampler->maps.fd[SAMPLER_RECORDERS],
		.keys = sampler->maps.fd[SAMPLER_KEYS],
		.search = sampler->maps.fd[SAMPLER_SEARCH],
	};
}

/* A change of recorders that was killed before its last step: packets do not know yet that there are
 * some, or that there are none any more. */
static int finish_change(const struct attached_sampler *sampler, struct problem *problem)
{
	struct recorder_maps maps = attached_sampler_recorders(sampler);
	struct recorder_set set = { 0 };
	struct sampler_config config;
	int err = sampler_maps_read_config(&sampler->maps, &config, problem);

	if (!err)
		err = recorder_maps_read(&maps, &set, problem);
	if (!err && (config.word & 1) != (set.count != 0))
		err = sampler_maps_write_config(&sampler->maps, &config, set.count != 0, problem);
	recorder_set_free(&set);
	return err;
}

int attached_sampler_open(struct attached_sampler *sampler, const char *bpffs,
			  const char *interface, struct problem *problem)
{
	int err;

	*sampler = (struct attached_sampler){ .maps = SAMPLER_MAPS_CLOSED };
	err = slot_table_open(&sampler->chain, bpffs, interface, &sampler->attachment, problem);
	if (!err)
		err = open_parts(sampler, problem);
	return err ? err : finish_change(sampler, problem);
}

int attached_sampler_look(struct attached_sampler *sampler, const char *bpffs,
			  const char *interface, struct problem *problem)
{
	int err;

	*sampler = (struct attached_sampler){ .maps = SAMPLER_MAPS_CLOSED };
	err = chain_look(&sampler->chain, bpffs, interface, problem);
	if (!err)
		err = open_parts(sampler, problem);
	return err ? err : attachment_read(&sampler->chain, &sampler->attachment, problem);
}

void attached_sampler_close(struct attached_sampler *sampler)
{
	sampler_maps_close(&sampler->maps);
	chain_close(&sampler->chain);
}

int attached_sampler_settings(const struct attached_sampler *sampler,
			      struct sampler_settings *ret_settings, struct problem *problem)
{
	struct sampler_config config;
	int err = sampler_maps_read_config(&sampler->maps, &config, problem);

	if (err)
		return err;
	sampler_settings_standard(ret_settings);
	sampler_settings_of_config(ret_settings, &config);
	ret_settings->ring_size = sampler_maps_ring_size(&sampler->maps);
	ret_settings->ingress_slot = sampler->seats.place[SAMPLER_INGRESS].number;
	ret_settings->places = 0;
	for (unsigned int i = 0; i < SAMPLER_PLACE_COUNT; i++)
		ret_settings->places |= (unsigned int)sampler->seats.place[i].taken << i;
	return 0;
}

int attached_sampler_configure(const struct attached_sampler *sampler,
			       const struct sampler_settings *settings, struct problem *problem)
{
	struct sampler_config config = sampler_settings_config(settings), before;
	int err = sampler_maps_read_config(&sampler->maps, &before, problem);

	if (err)
		return err;
	config.wake_at = before.wake_at;
	config.word = before.word;
	/* Another generation is something that every CPU notices. */
	if (!memcmp(&config, &before, sizeof(config)))
		return 0;
	return sampler_maps_write_config(&sampler->maps, &config, before.word & 1, problem);
}

int attached_sampler_record(const struct attached_sampler *sampler,
			    const struct recorder_set *wanted, struct problem *problem)
{
	struct recorder_maps maps = attached_sampler_recorders(sampler);
	struct sampler_config config;
	int err = sampler_maps_read_config(&sampler->maps, &config, problem);

	if (!err)
		err = recorder_maps_apply(&maps, wanted, problem);
	if (!err && (config.word & 1) != (wanted->count != 0))
		err = sampler_maps_write_config(&sampler->maps, &config, wanted->count != 0,
						problem);
	return err;
}
