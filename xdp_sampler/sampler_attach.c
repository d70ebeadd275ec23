// SPDX-License-Identifier: GPL-2.0-only
#include "sampler_attach.h"

#include <bpf/libbpf.h>
#include <errno.h>

#include "attached_sampler.h"
#include "byte_size.h"
#include "log.h"
#include "slot_table.h"
#include "subprogram.h"
#include "xdp_sampler.skel.h"
#include "xdp_sampler_verdict.skel.h"

/* What one attach is about. */
struct loading {
	struct attached_sampler sampler; /* what was there, maybe nothing */
	bool upgrade;                    /* something was */
	struct sampler_settings settings;
	struct sampler_config before;
	bool added[SAMPLER_PLACE_COUNT]; /* by this attach, to be undone if it fails */
};

static bool is_wanted(const struct loading *loading, unsigned int place)
{
	return loading->settings.places >> place & 1;
}

/* Everything that says no before anything has changed. */
static int check_change(const struct loading *loading, const struct sampler_settings *settings,
			struct problem *problem)
{
	const struct sampler_seat *ingress = &loading->sampler.seats.place[SAMPLER_INGRESS];
	const char *interface = loading->sampler.chain.interface;
	uint32_t ring_size = sampler_maps_ring_size(&loading->sampler.maps);
	char size[BYTE_SIZE_TEXT_SIZE];

	if (settings->given[SAMPLER_SETTING_RING_SIZE] && settings->ring_size != ring_size)
		return problem_set(problem, -EBUSY,
				   "%s: the ring has %s already, and another size means another ring: "
				   "run xdp_sampler --detach --interface %s first, which forgets "
				   "recorders and counters",
				   interface, byte_size_text(ring_size, size), interface);
	if (settings->given[SAMPLER_SETTING_INGRESS_SLOT] && ingress->taken &&
	    settings->ingress_slot != ingress->number)
		return problem_set(problem, -EBUSY,
				   "%s: the ingress program is in slot %u already: take it away with "
				   "xdp_sampler --attach --at verdict --interface %s first",
				   interface, ingress->number, interface);
	return 0;
}

static int look_at_old(struct loading *loading, const struct sampler_settings *settings,
		       struct problem *problem)
{
	struct attached_sampler *sampler = &loading->sampler;
	int err = sampler_seats_find(&sampler->chain, &sampler->seats, problem);

	loading->settings = *settings;
	if (err == -ENOENT)
		return problem_set(problem, 0, "%s", "");
	if (!err)
		err = sampler_maps_open(&sampler->maps, &sampler->chain, problem);
	if (!err)
		err = check_change(loading, settings, problem);
	if (!err)
		err = sampler_maps_read_config(&sampler->maps, &loading->before, problem);
	if (!err)
		err = attached_sampler_settings(sampler, &loading->settings, problem);
	if (!err)
		sampler_settings_apply(&loading->settings, settings);
	loading->upgrade = true;
	return err;
}

static int open_object(enum sampler_place place, struct bpf_object **ret_object,
		       struct problem *problem)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = sampler_program_name(place));
	const void *bytes;
	size_t size;

	bytes = place == SAMPLER_INGRESS ? xdp_sampler__elf_bytes(&size) :
					   xdp_sampler_verdict__elf_bytes(&size);
	*ret_object = bpf_object__open_mem(bytes, size, &options);
	return *ret_object ? 0 :
			     problem_errno(problem, -errno, "cannot open the object %s",
					   options.object_name);
}

static int size_maps(const struct loading *loading, const struct bpf_object *object,
		     struct problem *problem)
{
	struct bpf_map *ledger = bpf_object__find_map_by_name(object, SAMPLER_MAP_LEDGER);
	struct bpf_map *ring = bpf_object__find_map_by_name(object, SAMPLER_MAP_RING);
	int cpus = sampler_maps_cpus(problem), err;

	if (cpus < 0)
		return cpus;
	err = bpf_map__set_max_entries(ledger, (__u32)cpus);
	if (!err)
		err = bpf_map__set_max_entries(ring, loading->settings.ring_size);
	return err ? problem_errno(problem, err, "cannot size the sampler's maps") : 0;
}

static int configure(const struct loading *loading, const struct bpf_object *object,
		     struct problem *problem)
{
	struct sampler_config config = sampler_settings_config(&loading->settings);
	struct sampler_maps maps = SAMPLER_MAPS_CLOSED;

	maps.fd[SAMPLER_CONFIG] = bpf_object__find_map_fd_by_name(object, SAMPLER_MAP_CONFIG);
	return sampler_maps_write_config(&maps, &config, loading->before.word & 1, problem);
}

/* The maps may be those that the old program reads already. */
static int load_place(struct loading *loading, enum sampler_place place, struct problem *problem)
{
	struct attached_sampler *sampler = &loading->sampler;
	struct sampler_seat *seat = &sampler->seats.place[place];
	const struct sampler_seat *other = &sampler->seats.place[!place];
	struct subprogram subprogram = {
		.chain = &sampler->chain,
		.identity = &sampler->attachment.identity,
		.slot = seat->number,
		.replace = SUBPROGRAM_REPLACE_SAME,
		.has_sibling = other->taken,
		.sibling = other->number,
		.object_name = sampler_program_name(place),
	};
	int err;

	err = open_object(place, &subprogram.object, problem);
	if (!err)
		err = size_maps(loading, subprogram.object, problem);
	if (!err)
		err = subprogram_load(&subprogram, subprogram.object_name, problem);
	if (!err)
		err = configure(loading, subprogram.object, problem);
	if (!err)
		err = subprogram_publish(&subprogram, problem);
	bpf_object__close(subprogram.object);
	loading->added[place] = !err && !seat->taken;
	seat->taken |= !err;
	return err;
}

/* The programs that run go on as they did. */
static void undo(const struct loading *loading)
{
	const struct attached_sampler *sampler = &loading->sampler;

	for (unsigned int i = 0; i < SAMPLER_PLACE_COUNT; i++) {
		if (loading->added[i])
			(void)slot_table_clear(&sampler->chain, sampler->seats.place[i].number,
					       NULL);
	}
	if (loading->upgrade)
		(void)sampler_maps_write_config(&sampler->maps, &loading->before,
						loading->before.word & 1, NULL);
}

static int load(struct loading *loading, struct problem *problem)
{
	struct sampler_seats *seats = &loading->sampler.seats;
	int err = subprogram_register_sections(problem);

	if (!seats->place[SAMPLER_INGRESS].taken)
		seats->place[SAMPLER_INGRESS].number = loading->settings.ingress_slot;
	/* The verdict first: a packet taken at ingress is to be followed. */
	for (int i = SAMPLER_PLACE_COUNT - 1; !err && i >= 0; i--) {
		if (is_wanted(loading, (unsigned int)i))
			err = load_place(loading, (enum sampler_place)i, problem);
	}
	if (err) {
		undo(loading);
		return err;
	}
	for (unsigned int i = 0; !err && i < SAMPLER_PLACE_COUNT; i++) {
		if (seats->place[i].taken && !is_wanted(loading, i))
			err = slot_table_clear(&loading->sampler.chain, seats->place[i].number,
					       problem);
	}
	return err;
}

int sampler_attach(const char *bpffs, const char *interface,
		   const struct sampler_settings *settings, struct problem *problem)
{
	struct loading loading = { .sampler = { .maps = SAMPLER_MAPS_CLOSED } };
	struct attached_sampler *sampler = &loading.sampler;
	char places[SAMPLER_SETTING_TEXT_SIZE];
	int err;

	err = slot_table_open(&sampler->chain, bpffs, interface, &sampler->attachment, problem);
	if (!err)
		err = look_at_old(&loading, settings, problem);
	if (!err)
		err = load(&loading, problem);
	if (!err)
		log_detail("%s: xdp_sampler is attached at %s%s", interface,
			   sampler_settings_text(&loading.settings, SAMPLER_SETTING_AT, places),
			   loading.upgrade ? "; recorders, counters and what was not given stay" :
					     "");
	attached_sampler_close(sampler);
	return err;
}

int sampler_detach(const char *bpffs, const char *interface, struct problem *problem)
{
	struct attachment attachment;
	struct sampler_seats seats;
	struct chain chain;
	int err;

	err = slot_table_open(&chain, bpffs, interface, &attachment, problem);
	if (!err)
		err = sampler_seats_find(&chain, &seats, problem);
	for (unsigned int i = 0; !err && i < SAMPLER_PLACE_COUNT; i++) {
		if (seats.place[i].taken)
			err = slot_table_clear(&chain, seats.place[i].number, problem);
	}
	chain_close(&chain);
	return err;
}
