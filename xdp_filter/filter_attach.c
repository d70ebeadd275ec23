// SPDX-License-Identifier: GPL-2.0-only
#include "filter_attach.h"

#include <errno.h>
#include <unistd.h>

#include "attachment.h"
#include "cleanup.h"
#include "filter_counters.h"
#include "filter_maps.h"
#include "program_slot.h"
#include "log.h"
#include "slot_table.h"
#include "source_maps.h"
#include "subprogram.h"
#include "xdp_filter.skel.h"

/* What one load is about. */
struct loading {
	const char *bpffs;
	const struct chain *chain;
	const struct ecbpf_chain_identity *identity;
	unsigned int slot;
	bool upgrade; /* the filter is there already */
	const struct filter_plan *plan;
	const struct filter_request *request;
};

/* A filter whose maps are gone or look different cannot be replaced: its lists would be lost
 * without a word. */
static int settle_old(const struct chain *chain, unsigned int slot, struct problem *problem)
{
	struct filter_maps maps = FILTER_MAPS_CLOSED;
	struct source_maps sources = { .list = -1 };
	int err;

	err = filter_maps_open(&maps, chain, slot, problem);
	if (!err)
		err = source_maps_open(&sources, chain, slot, maps.fd[FILTER_SOURCES], problem);
	if (!err)
		err = source_maps_settle(&sources, problem);
	source_maps_close(&sources);
	filter_maps_close(&maps);
	return err;
}

static int choose_slot(struct loading *loading, unsigned int wanted, struct problem *problem)
{
	const struct chain *chain = loading->chain;
	unsigned int planned = loading->plan->slot;
	struct program_slot old;
	int err = program_slot_find(chain, FILTER_PROGRAM, wanted, &old, problem);

	loading->slot = wanted;
	if (err == -ENOENT && wanted == PROGRAM_SLOT_ANY) {
		loading->slot = planned == PROGRAM_SLOT_ANY ? FILTER_SLOT_DEFAULT : planned;
		err = program_slot_find(chain, FILTER_PROGRAM, loading->slot, &old, problem);
	}
	if (err == -ENOENT)
		return problem_set(problem, 0, "%s", "");
	if (err == -EBUSY)
		return problem_set(problem, err,
				   "%s; take it out with xdp_root_loader --slot %u --unload "
				   "--interface %s, or name another slot with --slot N",
				   problem->text, loading->slot, chain->interface);
	if (err)
		return err;
	loading->slot = old.number;
	loading->upgrade = true;
	return settle_old(chain, old.number, problem);
}

/* The kernel side's object puts its map source_list into source_lists: here it is the plan's list
 * from the beginning. */
static int tie_sources(const struct loading *loading, struct xdp_filter *filter,
		       struct problem *problem)
{
	CLEANUP_CLOSE int fd = -1;
	int err;

	if (!loading->plan->sources.count)
		return 0;
	fd = source_maps_create(&loading->plan->sources, problem);
	if (fd < 0)
		return fd;
	err = bpf_map__reuse_fd(filter->maps.source_list, fd);
	return err ? problem_errno(problem, err, "cannot use the new source list") : 0;
}

static int tie_bucket(const struct loading *loading, struct xdp_filter *filter,
		      struct problem *problem)
{
	CLEANUP_CLOSE int fd = filter_maps_find_bucket(loading->bpffs);
	int err;

	if (fd < 0)
		return 0;
	err = bpf_map__reuse_fd(filter->maps.ptb_bucket, fd);
	return err ? problem_errno(problem, err, "cannot share %s", FILTER_MAP_PTB_BUCKET) : 0;
}

/* The maps may be those that the old program reads already. */
static int fill_and_publish(const struct loading *loading, struct subprogram *subprogram,
			    const struct filter_maps *maps, struct problem *problem)
{
	struct filter_config before, config;
	int err;

	err = filter_maps_read_config(maps, &before, problem);
	if (err)
		return err;
	config = loading->upgrade ? before : loading->plan->config;
	filter_settings_apply(loading->request, &config);
	err = filter_maps_write_config(maps, &config, problem);
	if (err)
		return err;
	err = subprogram_publish(subprogram, problem);
	if (err)
		(void)filter_maps_write_config(maps, &before, NULL);
	return err;
}

static struct filter_maps maps_of(const struct xdp_filter *filter)
{
	return (struct filter_maps){ {
		[FILTER_CONFIG] = bpf_map__fd(filter->maps.filter_config),
		[FILTER_COUNTERS] = bpf_map__fd(filter->maps.filter_counters),
		[FILTER_SOURCES] = bpf_map__fd(filter->maps.source_lists),
		[FILTER_LOCAL_IPV4] = bpf_map__fd(filter->maps.local_ipv4),
		[FILTER_LOCAL_IPV6] = bpf_map__fd(filter->maps.local_ipv6),
		[FILTER_PTB_BUCKET] = bpf_map__fd(filter->maps.ptb_bucket),
	} };
}

static int load(const struct loading *loading, struct problem *problem)
{
	struct reason_names reasons = filter_reason_names();
	struct subprogram subprogram = {
		.chain = loading->chain,
		.identity = loading->identity,
		.slot = loading->slot,
		.replace = SUBPROGRAM_REPLACE_SAME,
		.reason_names = &reasons,
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
	if (!loading->upgrade) {
		err = tie_sources(loading, filter, problem);
		if (!err)
			err = tie_bucket(loading, filter, problem);
	}
	if (!err)
		err = subprogram_load(&subprogram, FILTER_PROGRAM, problem);
	if (!err) {
		maps = maps_of(filter);
		err = fill_and_publish(loading, &subprogram, &maps, problem);
	}
	xdp_filter__destroy(filter);
	return err;
}

int filter_attach(const char *bpffs, const char *interface, unsigned int slot,
		  const struct filter_plan *plan, const struct filter_request *request,
		  struct problem *problem)
{
	struct attachment attachment;
	struct chain chain;
	struct loading loading = { .bpffs = bpffs,
				   .chain = &chain,
				   .identity = &attachment.identity,
				   .plan = plan,
				   .request = request };
	int err;

	err = slot_table_open(&chain, bpffs, interface, &attachment, problem);
	if (!err)
		err = choose_slot(&loading, slot, problem);
	if (!err)
		err = load(&loading, problem);
	if (!err)
		log_detail("%s: xdp_filter is in slot %u%s", interface, loading.slot,
			   loading.upgrade ? "; its lists and configuration stay (--reload applies "
					     "the configuration file)" :
					     "");
	chain_close(&chain);
	return err;
}

int filter_detach(const char *bpffs, const char *interface, unsigned int slot,
		  struct problem *problem)
{
	struct attachment attachment;
	struct program_slot filter;
	struct chain chain;
	int err;

	err = slot_table_open(&chain, bpffs, interface, &attachment, problem);
	if (!err)
		err = program_slot_find(&chain, FILTER_PROGRAM, slot, &filter, problem);
	if (!err)
		err = slot_table_clear(&chain, filter.number, problem);
	chain_close(&chain);
	return err;
}
