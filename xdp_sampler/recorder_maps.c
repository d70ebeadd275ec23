// SPDX-License-Identifier: GPL-2.0-only
#include "recorder_maps.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "recorder_filter.h"
#include "recorder_image.h"
#include "recorder_masks.h"
#include "xdp_sampler.h"

#define NO_PLACE UINT32_MAX

/* What the two maps hold. */
struct contents {
	struct recorder values[RECORDER_LIMIT];
	uint8_t families[RECORDER_LIMIT]; /* of a value: those whose key is there, one bit each */
	bool stays[RECORDER_LIMIT];
	uint32_t key_count;
	struct recorder_key keys[RECORDER_KEYS];
	uint32_t places[RECORDER_KEYS]; /* of their values; NO_PLACE: the key is nobody's */
};

/* What is written or removed in one call. */
struct batch {
	uint32_t count;
	struct recorder_key keys[RECORDER_KEYS];
	uint32_t places[RECORDER_KEYS];
	struct recorder values[RECORDER_LIMIT];
};

/* Everything about one change. */
struct change {
	const struct recorder_maps *maps;
	const struct recorder_set *wanted;
	uint32_t place[RECORDER_LIMIT]; /* of the wanted recorders; NO_PLACE: it is new */
	struct contents contents;
	struct recorder_masks masks;
	struct recorder_image image;
	struct batch batch;
};

/* 0 also where the map has no more entries than were read. */
static int read_batch(int map, __u64 flags, void *keys, void *values, __u32 *count)
{
	LIBBPF_OPTS(bpf_map_batch_opts, options, .elem_flags = flags);
	__u64 position = 0;

	if (bpf_map_lookup_batch(map, NULL, &position, keys, values, count, &options) == 0 ||
	    errno == ENOENT)
		return 0;
	return -errno;
}

static bool is_usable(const struct recorder *value)
{
	return value->id >= 1 && value->id <= RECORDER_ID_LIMIT &&
	       value->capture_length >= RECORDER_CAPTURE_MINIMUM &&
	       value->capture_length <= RECORDER_FULL &&
	       recorder_filter_is_canonical(&value->filter);
}

static bool is_key_of(const struct recorder_key *key, const struct recorder *value)
{
	struct recorder_key right = recorder_filter_key(&value->filter, key->family, key->mask);

	return key->family < RECORDER_FAMILY_COUNT &&
	       recorder_filter_families(&value->filter) >> key->family & 1 &&
	       memcmp(key, &right, sizeof(right)) == 0;
}

static bool is_there(const struct contents *contents, uint32_t place)
{
	const struct recorder *value = &contents->values[place];

	return contents->families[place] &&
	       contents->families[place] == recorder_filter_families(&value->filter);
}

static int read_contents(const struct recorder_maps *maps, struct contents *contents,
			 struct problem *problem)
{
	uint32_t *numbers CLEANUP_FREE = calloc(RECORDER_LIMIT, sizeof(*numbers));
	__u32 count = RECORDER_LIMIT;
	int err;

	if (!numbers)
		return problem_errno(problem, -ENOMEM, "cannot read the recorders");
	err = read_batch(maps->recorders, BPF_F_LOCK, numbers, contents->values, &count);
	if (err || count != RECORDER_LIMIT)
		return problem_errno(problem, err ? err : -EIO, "cannot read map %s",
				     SAMPLER_MAP_RECORDERS);
	contents->key_count = RECORDER_KEYS;
	err = read_batch(maps->keys, 0, contents->keys, contents->places, &contents->key_count);
	if (err)
		return problem_errno(problem, err, "cannot read map %s", SAMPLER_MAP_KEYS);
	for (uint32_t i = 0; i < contents->key_count; i++) {
		uint32_t place = contents->places[i];

		if (place < RECORDER_LIMIT && is_usable(&contents->values[place]) &&
		    is_key_of(&contents->keys[i], &contents->values[place]))
			contents->families[place] |= (uint8_t)(1U << contents->keys[i].family);
		else
			contents->places[i] = NO_PLACE;
	}
	return 0;
}

int recorder_maps_read(const struct recorder_maps *maps, struct recorder_set *ret_set,
		       struct problem *problem)
{
	struct contents *contents CLEANUP_FREE = calloc(1, sizeof(*contents));
	int err;

	if (!contents)
		return problem_errno(problem, -ENOMEM, "cannot read the recorders");
	err = read_contents(maps, contents, problem);
	for (uint32_t i = 0; !err && i < RECORDER_LIMIT; i++) {
		const struct recorder *value = &contents->values[i];

		/* Only someone else's hands can have made two of a kind; the next change removes one. */
		if (!is_there(contents, i) || recorder_set_find(ret_set, value->id) ||
		    recorder_set_find_filter(ret_set, &value->filter))
			continue;
		err = recorder_set_add(ret_set, value, NULL, problem);
		if (err)
			problem_prefix(problem, err, "map %s", SAMPLER_MAP_RECORDERS);
	}
	if (err)
		recorder_set_free(ret_set);
	recorder_set_sort(ret_set);
	return err;
}

/* Everything but the counts. */
static bool is_unchanged(struct recorder is, struct recorder wanted)
{
	is.lock = wanted.lock = (struct bpf_spin_lock){ 0 };
	is.packets = wanted.packets = 0;
	is.bytes = wanted.bytes = 0;
	return memcmp(&is, &wanted, sizeof(is)) == 0;
}

static const struct recorder *find_wish(const struct change *change, uint32_t place)
{
	return recorder_set_find(change->wanted, change->contents.values[place].id);
}

/* Notes the numbers of staying recorders' masks. One whose number cannot be kept must not stay: only
 * someone else's hands can have made that. */
static void learn_masks(struct change *change)
{
	struct contents *contents = &change->contents;

	for (uint32_t i = 0; i < contents->key_count; i++) {
		uint32_t place = contents->places[i];

		if (place == NO_PLACE || !contents->stays[place])
			continue;
		contents->stays[place] =
			recorder_masks_learn(&change->masks, contents->keys[i].family,
					     recorder_filter_shape(&contents->values[place].filter),
					     contents->keys[i].mask);
	}
}

/* A recorder that is there as it is wanted stays, with its place and the numbers of its masks. */
static void find_staying(struct change *change)
{
	struct contents *contents = &change->contents;
	const struct recorder *wish;

	for (uint32_t place = 0; place < RECORDER_LIMIT; place++) {
		wish = is_there(contents, place) ? find_wish(change, place) : NULL;
		contents->stays[place] = wish && is_unchanged(contents->values[place], *wish);
	}
	learn_masks(change);
	for (size_t i = 0; i < change->wanted->count; i++)
		change->place[i] = NO_PLACE;
	for (uint32_t place = 0; place < RECORDER_LIMIT; place++) {
		if (contents->stays[place])
			change->place[find_wish(change, place) - change->wanted->recorders] = place;
	}
}

/* A map with the image, to be closed by the caller, or a negative errno. */
static int create_image(struct change *change, struct problem *problem)
{
	__u32 only_entry = 0;
	int err, fd;

	recorder_image_build(change->wanted, &change->masks, &change->image);
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "recorder_image", sizeof(only_entry),
			    sizeof(change->image), 1, NULL);
	if (fd >= 0 && bpf_map_update_elem(fd, &only_entry, &change->image, BPF_ANY) == 0)
		return fd;
	err = -errno;
	if (fd >= 0)
		close(fd);
	return problem_errno(problem, err, "the kernel has no room for the tables of %zu recorders",
			     change->wanted->count);
}

/* Step 1. */
static int remove_keys(struct change *change, struct problem *problem)
{
	const struct contents *contents = &change->contents;
	struct batch *batch = &change->batch;
	__u32 count;

	batch->count = 0;
	for (uint32_t i = 0; i < contents->key_count; i++) {
		if (contents->places[i] == NO_PLACE || !contents->stays[contents->places[i]])
			batch->keys[batch->count++] = contents->keys[i];
	}
	count = batch->count;
	if (count && bpf_map_delete_batch(change->maps->keys, batch->keys, &count, NULL) < 0)
		return problem_errno(problem, -errno, "cannot remove from map %s",
				     SAMPLER_MAP_KEYS);
	return 0;
}

/* Step 2. */
static int publish(const struct change *change, int image, struct problem *problem)
{
	__u32 only_entry = 0;

	if (bpf_map_update_elem(change->maps->search, &only_entry, &image, BPF_ANY) < 0)
		return problem_errno(problem, -errno, "the kernel refuses the new tables in %s",
				     SAMPLER_MAP_SEARCH);
	return 0;
}

static void add_value(struct batch *batch, uint32_t place, const struct recorder *value)
{
	batch->places[batch->count] = place;
	batch->values[batch->count++] = *value;
}

/* Gives new recorders the entries of those that went, and of nobody. What is left of the former
 * becomes free. */
static void place_values(struct change *change)
{
	const struct contents *contents = &change->contents;
	const struct recorder nobody = { 0 };
	uint32_t place = 0;

	change->batch.count = 0;
	for (size_t i = 0; i < change->wanted->count; i++) {
		if (change->place[i] != NO_PLACE)
			continue;
		while (contents->stays[place])
			place++;
		change->place[i] = place++;
		add_value(&change->batch, change->place[i], &change->wanted->recorders[i]);
	}
	for (; place < RECORDER_LIMIT; place++) {
		if (!contents->stays[place] && contents->values[place].id)
			add_value(&change->batch, place, &nobody);
	}
}

/* Step 3. */
static int write_values(struct change *change, struct problem *problem)
{
	LIBBPF_OPTS(bpf_map_batch_opts, options, .elem_flags = BPF_F_LOCK);
	struct batch *batch = &change->batch;
	__u32 count = batch->count;

	if (count && bpf_map_update_batch(change->maps->recorders, batch->places, batch->values,
					  &count, &options) < 0)
		return problem_errno(problem, -errno, "cannot write map %s", SAMPLER_MAP_RECORDERS);
	return 0;
}

static void add_keys_of(struct change *change, const struct recorder_filter *filter, uint32_t place)
{
	unsigned int families = recorder_filter_families(filter);
	struct batch *batch = &change->batch;

	for (unsigned int family = 0; family < RECORDER_FAMILY_COUNT; family++) {
		const struct recorder_mask_use *mask;

		if (!(families >> family & 1))
			continue;
		mask = recorder_masks_find(&change->masks, family, recorder_filter_shape(filter));
		batch->keys[batch->count] = recorder_filter_key(filter, family, mask->number);
		batch->places[batch->count++] = place;
	}
}

/* Step 4. */
static int write_keys(struct change *change, struct problem *problem)
{
	struct batch *batch = &change->batch;
	__u32 count;

	batch->count = 0;
	for (size_t i = 0; i < change->wanted->count; i++) {
		if (!change->contents.stays[change->place[i]])
			add_keys_of(change, &change->wanted->recorders[i].filter, change->place[i]);
	}
	count = batch->count;
	if (count &&
	    bpf_map_update_batch(change->maps->keys, batch->keys, batch->places, &count, NULL) < 0)
		return problem_errno(problem, -errno, "cannot write map %s", SAMPLER_MAP_KEYS);
	return 0;
}

/* Is everything as wanted, and nothing left behind by a change that was killed? */
static bool is_done(const struct change *change)
{
	const struct contents *contents = &change->contents;
	__u32 only_entry = 0, id;

	for (size_t i = 0; i < change->wanted->count; i++) {
		if (change->place[i] == NO_PLACE)
			return false;
	}
	for (uint32_t i = 0; i < contents->key_count; i++) {
		if (contents->places[i] == NO_PLACE || !contents->stays[contents->places[i]])
			return false;
	}
	for (uint32_t place = 0; place < RECORDER_LIMIT; place++) {
		if (contents->values[place].id && !contents->stays[place])
			return false;
	}
	return bpf_map_lookup_elem(change->maps->search, &only_entry, &id) == 0;
}

static int carry_out(struct change *change, struct problem *problem)
{
	int image CLEANUP_CLOSE = create_image(change, problem);
	int err = image < 0 ? image : 0;

	if (!err)
		err = remove_keys(change, problem);
	if (!err)
		err = publish(change, image, problem);
	if (err)
		return err;
	place_values(change);
	err = write_values(change, problem);
	return err ? err : write_keys(change, problem);
}

int recorder_maps_apply(const struct recorder_maps *maps, const struct recorder_set *wanted,
			struct problem *problem)
{
	struct change *change CLEANUP_FREE = calloc(1, sizeof(*change));
	int err;

	if (!change)
		return problem_errno(problem, -ENOMEM, "cannot change the recorders");
	change->maps = maps;
	change->wanted = wanted;
	err = read_contents(maps, &change->contents, problem);
	if (err)
		return err;
	find_staying(change);
	err = recorder_masks_fit(&change->masks, wanted, problem);
	if (err || is_done(change))
		return err;
	return carry_out(change, problem);
}
