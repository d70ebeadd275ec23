// SPDX-License-Identifier: GPL-2.0-only
#include "bypass_attach.h"

#include <bpf/libbpf.h>
#include <errno.h>

#include "attachment.h"
#include "bypass_host.h"
#include "bypass_link.h"
#include "bypass_maps.h"
#include "bypass_program.h"
#include "bypass_shared.h"
#include "bypass_slot.h"
#include "bypass_up_names.h"
#include "cleanup.h"
#include "counters.h"
#include "log.h"
#include "refused_load.h"
#include "slot_table.h"
#include "subprogram.h"

/* What one attach is about. */
struct loading {
	const char *bpffs;
	const struct bypass_attach_wish *wish;
	struct bypass_request request; /* of this interface: the plan's, and over it what was said */
	struct chain chain;
	struct attachment attachment;
	unsigned int slot;
	bool upgrade; /* bypass_udp is there already */
	struct bypass_shared shared;
	struct bypass_config before; /* upgrade */
};

static int choose_slot(struct loading *loading, struct problem *problem)
{
	const char *interface = loading->chain.interface;
	unsigned int wanted = loading->wish->slot;
	struct program_slot old;
	int err =
		program_slot_find(&loading->chain, BYPASS_PROGRAM, BYPASS_SLOT_ANY, &old, problem);

	if (!err && wanted != BYPASS_SLOT_ANY && wanted != old.number)
		return problem_set(problem, -EBUSY,
				   "%s: bypass_udp is in slot %u already; to move it, run bypass_udp "
				   "--detach --interface %s first",
				   interface, old.number, interface);
	if (!err) {
		loading->slot = old.number;
		loading->upgrade = true;
		return 0;
	}
	if (err != -ENOENT)
		return err;
	loading->slot = wanted != BYPASS_SLOT_ANY     ? wanted :
			loading->wish->plan->has_slot ? loading->wish->plan->slot :
							BYPASS_SLOT_DEFAULT;
	err = program_slot_find(&loading->chain, BYPASS_PROGRAM, loading->slot, &old, problem);
	if (err == -EBUSY)
		return problem_set(problem, err,
				   "%s; take it out with xdp_root_loader --slot %u --unload "
				   "--interface %s, or name another slot with --slot N",
				   problem->text, loading->slot, interface);
	return err == -ENOENT ? problem_set(problem, 0, "%s", "") : err;
}

/* An old program whose own maps are gone or look different cannot be replaced: its counters would be
 * lost without a word. */
static int read_before(struct loading *loading, struct problem *problem)
{
	struct bypass_maps maps = BYPASS_MAPS_CLOSED;
	int err = 0;

	if (loading->upgrade)
		err = bypass_maps_open(&maps, &loading->chain, loading->slot, problem);
	if (!err && loading->upgrade)
		err = bypass_maps_read_config(&maps, &loading->before, problem);
	bypass_maps_close(&maps);
	return err;
}

static int load_observer(const struct loading *loading, struct bpf_object **ret_object,
			 struct problem *problem)
{
	int err = bypass_program_open(BYPASS_OBJECT_OBSERVER, loading->shared.host.directory,
				      ret_object, problem);

	if (!err)
		err = bpf_object__load(*ret_object);
	return err && *ret_object ? refused_load(problem, err,
						 bypass_program_object_name(BYPASS_OBJECT_OBSERVER),
						 BYPASS_OBSERVER) :
				    err;
}

static int load_as(const struct loading *loading, enum bypass_object which,
		   struct subprogram *subprogram, struct problem *problem)
{
	int err;

	subprogram->object_name = bypass_program_object_name(which);
	err = bypass_program_open(which, loading->shared.host.directory, &subprogram->object,
				  problem);
	if (!err)
		err = subprogram_load(subprogram, BYPASS_PROGRAM, problem);
	if (err) {
		bpf_object__close(subprogram->object);
		subprogram->object = NULL;
	}
	return err;
}

/* Kernels without the functions that set conntrack's timers, and those where nf_conntrack is not loaded,
 * refuse the first. */
static int load_subprogram(const struct loading *loading, struct subprogram *subprogram,
			   struct problem *problem)
{
	int err = load_as(loading, BYPASS_OBJECT_CONNTRACK, subprogram, NULL);

	if (!err)
		return 0;
	log_detail("%s: the kernel does not take %s: the daemon sets conntrack's timers",
		   loading->chain.interface, bypass_program_object_name(BYPASS_OBJECT_CONNTRACK));
	return load_as(loading, BYPASS_OBJECT_PLAIN, subprogram, problem);
}

/* What the slot's row of the chain held before our program counted there. */
static int read_sent(const struct loading *loading, struct bypass_config *config,
		     struct problem *problem)
{
	struct counters counters = { 0 };
	int err = counters_read(&loading->chain, &counters, problem);

	for (int i = 0; !err && i < 2; i++) {
		const __u64 *row = counters.total->row[loading->slot].packets[BYPASS_REASON_L2 + i];

		config->sent_before[i][0] = row[XDP_TX];
		config->sent_before[i][1] = row[XDP_REDIRECT];
	}
	counters_free(&counters);
	return err;
}

static int configure(const struct loading *loading, const struct bpf_object *object,
		     struct problem *problem)
{
	struct bypass_maps maps = { bpf_object__find_map_fd_by_name(object, BYPASS_MAP_CONFIG),
				    -1 };
	const struct bypass_request *request =
		loading->upgrade ? loading->wish->said : &loading->request;
	struct bypass_config config = loading->before;
	int err = loading->upgrade ? 0 : read_sent(loading, &config, problem);

	if (!err)
		err = bypass_link_read(loading->attachment.ifindex, &config, problem);
	if (request->given[BYPASS_SETTING_MONITOR])
		config.monitor = request->monitor;
	return err ? err : bypass_maps_write_config(&maps, &config, problem);
}

/* Packets meet the program last, when all that it works with is there. */
static int publish(const struct loading *loading, struct subprogram *subprogram,
		   const struct bpf_object *observer, struct problem *problem)
{
	struct tc_link link =
		bypass_host_observer(loading->shared.host.directory, loading->attachment.ifindex);
	int err = configure(loading, subprogram->object, problem);

	if (!err)
		err = tc_link_attach(&link,
				     bpf_program__fd(bpf_object__next_program(observer, NULL)),
				     problem);
	if (err)
		return problem_prefix(problem, err, "%s", loading->chain.interface);
	return subprogram_publish(subprogram, problem);
}

static int load(const struct loading *loading, struct problem *problem)
{
	struct reason_names reasons = bypass_reason_names();
	struct subprogram subprogram = {
		.chain = &loading->chain,
		.identity = &loading->attachment.identity,
		.slot = loading->slot,
		.replace = SUBPROGRAM_REPLACE_SAME,
		.shared = bypass_program_shared,
		.reason_names = &reasons,
	};
	struct bpf_object *observer = NULL;
	int err = load_observer(loading, &observer, problem);

	if (!err)
		err = load_subprogram(loading, &subprogram, problem);
	if (!err)
		err = bypass_program_pin_edit(loading->shared.host.directory, problem);
	if (!err)
		err = publish(loading, &subprogram, observer, problem);
	bpf_object__close(subprogram.object);
	bpf_object__close(observer);
	return err;
}

/* Programs that run go on as they did, with what they were told before. */
static void undo(const struct loading *loading)
{
	struct bypass_maps maps = BYPASS_MAPS_CLOSED;

	if (loading->upgrade && !bypass_maps_open(&maps, &loading->chain, loading->slot, NULL))
		(void)bypass_maps_write_config(&maps, &loading->before, NULL);
	bypass_maps_close(&maps);
	bypass_shared_undo(&loading->shared);
	(void)bypass_host_tidy(loading->bpffs, NULL);
}

static int attach(struct loading *loading, struct problem *problem)
{
	int err = choose_slot(loading, problem);

	if (!err)
		err = read_before(loading, problem);
	if (!err)
		err = bypass_host_tidy(loading->bpffs, problem);
	if (err)
		return err;
	err = bypass_shared_open(&loading->shared, loading->bpffs, &loading->request, loading->wish,
				 problem);
	if (!err)
		err = load(loading, problem);
	if (err)
		undo(loading);
	return err;
}

int bypass_attach(const char *bpffs, const char *interface, const struct bypass_attach_wish *wish,
		  struct problem *problem)
{
	struct loading loading = { .bpffs = bpffs, .wish = wish, .shared = BYPASS_SHARED_CLOSED };
	int err;

	loading.request = bypass_plan_request(wish->plan, interface);
	bypass_request_merge(&loading.request, wish->said);
	err = slot_table_open(&loading.chain, bpffs, interface, &loading.attachment, problem);
	if (!err)
		err = attach(&loading, problem);
	if (!err)
		log_detail("%s: bypass_udp is in slot %u%s", interface, loading.slot,
			   loading.upgrade ?
				   "; flows, settings and counters stay (--reload applies "
				   "the configuration file)" :
				   "");
	bypass_shared_close(&loading.shared);
	chain_close(&loading.chain);
	return err;
}

int bypass_detach(const char *bpffs, const char *interface, unsigned int slot,
		  struct problem *problem)
{
	struct attachment attachment;
	struct program_slot bypass;
	struct chain chain;
	int err, tidy_err;

	err = slot_table_open(&chain, bpffs, interface, &attachment, problem);
	if (!err)
		err = program_slot_find(&chain, BYPASS_PROGRAM, slot, &bypass, problem);
	if (!err)
		err = slot_table_clear(&chain, bypass.number, problem);
	chain_close(&chain);
	/* Also where there is no chain any more. */
	tidy_err = bypass_host_tidy(bpffs, err ? NULL : problem);
	return err ? err : tidy_err;
}
