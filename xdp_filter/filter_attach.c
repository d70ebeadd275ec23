// SPDX-License-Identifier: GPL-2.0-only
#include "filter_attach.h"

#include <errno.h>

#include "attachment.h"
#include "filter_maps.h"
#include "filter_slot.h"
#include "log.h"
#include "slot_table.h"
#include "subprogram.h"
#include "xdp_filter.skel.h"

void filter_settings_apply(const struct filter_settings *settings, struct filter_config *config)
{
	if (settings->frags_drop_given)
		config->frags_drop = settings->frags_drop;
}

/* A filter whose maps are gone or look different cannot be replaced: its lists would be lost
 * without a word. */
static int check_old(const struct chain *chain, unsigned int slot, struct problem *problem)
{
	struct filter_maps maps = FILTER_MAPS_CLOSED;
	int err = filter_maps_open(&maps, chain, slot, problem);

	filter_maps_close(&maps);
	return err;
}

static int choose_slot(const struct chain *chain, unsigned int wanted, unsigned int *ret_slot,
		       struct problem *problem)
{
	struct filter_slot old;
	int err = filter_slot_find(chain, wanted, &old, problem);

	*ret_slot = wanted;
	if (err == -ENOENT && wanted == FILTER_SLOT_ANY) {
		*ret_slot = FILTER_SLOT_DEFAULT;
		err = filter_slot_find(chain, FILTER_SLOT_DEFAULT, &old, problem);
	}
	if (err == -ENOENT)
		return problem_set(problem, 0, "%s", "");
	if (err == -EBUSY)
		return problem_set(problem, err,
				   "%s; take it out with xdp_root_loader --slot %u --unload "
				   "--interface %s, or name another slot with --slot N",
				   problem->text, *ret_slot, chain->interface);
	if (err)
		return err;
	*ret_slot = old.number;
	return check_old(chain, old.number, problem);
}

/* The maps may be those that the old program reads already. */
static int fill_and_publish(struct subprogram *subprogram, const struct filter_maps *maps,
			    const struct filter_settings *settings, struct problem *problem)
{
	struct filter_config before, config;
	int err;

	err = filter_maps_read_config(maps, &before, problem);
	if (err)
		return err;
	config = before;
	filter_settings_apply(settings, &config);
	err = filter_maps_write_config(maps, &config, problem);
	if (err)
		return err;
	err = subprogram_publish(subprogram, problem);
	if (err)
		(void)filter_maps_write_config(maps, &before, NULL);
	return err;
}

static int load(const struct chain *chain, const struct ecbpf_chain_identity *identity,
		unsigned int slot, const struct filter_settings *settings, struct problem *problem)
{
	struct subprogram subprogram = {
		.chain = chain,
		.identity = identity,
		.slot = slot,
		.replace = SUBPROGRAM_REPLACE_SAME,
		.object_name = FILTER_PROGRAM,
	};
	struct filter_maps maps;
	struct xdp_filter *filter;
	int err;

	err = subprogram_register_sections(problem);
	if (err)
		return err;
	filter = xdp_filter__open();
	if (!filter)
		return problem_errno(problem, -errno, "cannot open the filter's object");
	subprogram.object = filter->obj;
	err = subprogram_load(&subprogram, FILTER_PROGRAM, problem);
	if (!err) {
		maps.fd[FILTER_CONFIG] = bpf_map__fd(filter->maps.filter_config);
		maps.fd[FILTER_DROP_IPV4] = bpf_map__fd(filter->maps.drop_ipv4);
		maps.fd[FILTER_DROP_IPV6] = bpf_map__fd(filter->maps.drop_ipv6);
		err = fill_and_publish(&subprogram, &maps, settings, problem);
	}
	xdp_filter__destroy(filter);
	return err;
}

int filter_attach(const char *bpffs, const char *interface, unsigned int slot,
		  const struct filter_settings *settings, struct problem *problem)
{
	struct attachment attachment;
	struct chain chain;
	int err;

	err = slot_table_open(&chain, bpffs, interface, &attachment, problem);
	if (!err)
		err = choose_slot(&chain, slot, &slot, problem);
	if (!err)
		err = load(&chain, &attachment.identity, slot, settings, problem);
	if (!err)
		log_detail("%s: xdp_filter is in slot %u", interface, slot);
	chain_close(&chain);
	return err;
}

int filter_detach(const char *bpffs, const char *interface, unsigned int slot,
		  struct problem *problem)
{
	struct attachment attachment;
	struct filter_slot filter;
	struct chain chain;
	int err;

	err = slot_table_open(&chain, bpffs, interface, &attachment, problem);
	if (!err)
		err = filter_slot_find(&chain, slot, &filter, problem);
	if (!err)
		err = slot_table_clear(&chain, filter.number, problem);
	chain_close(&chain);
	return err;
}
