// SPDX-License-Identifier: GPL-2.0-only
#include "filter_maps.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "slot_table.h"

static const struct map_shape shapes[FILTER_MAP_COUNT] = {
	[FILTER_CONFIG] = { FILTER_MAP_CONFIG, BPF_MAP_TYPE_ARRAY, sizeof(__u32),
			    sizeof(struct filter_config), 1 },
	[FILTER_DROP_IPV4] = { FILTER_MAP_DROP_IPV4, BPF_MAP_TYPE_LPM_TRIE,
			       sizeof(struct filter_ipv4_key), sizeof(struct filter_drop),
			       FILTER_LIST_SIZE },
	[FILTER_DROP_IPV6] = { FILTER_MAP_DROP_IPV6, BPF_MAP_TYPE_LPM_TRIE,
			       sizeof(struct filter_ipv6_key), sizeof(struct filter_drop),
			       FILTER_LIST_SIZE },
};

static const enum filter_map lists[] = { FILTER_DROP_IPV4, FILTER_DROP_IPV6 };

/* One type serves both tries: the kernel reads as much of a key as the map's keys have. */
_Static_assert(offsetof(struct filter_ipv4_key, address) ==
		       offsetof(struct filter_ipv6_key, address),
	       "the IPv4 key is the beginning of the IPv6 key");

int filter_maps_open(struct filter_maps *maps, const struct chain *chain, unsigned int slot,
		     struct problem *problem)
{
	char directory[BPFFS_PATH_SIZE];

	*maps = FILTER_MAPS_CLOSED;
	slot_table_path(chain, slot, "", directory);
	for (int i = 0; i < FILTER_MAP_COUNT; i++) {
		maps->fd[i] = pinned_map_open(directory, &shapes[i], problem);
		if (maps->fd[i] == -ENOENT)
			return problem_set(problem, -ENOENT,
					   "%s: the filter's pin %s/%s is gone; put it back with "
					   "xdp_root_loader --attach, or begin anew with --detach and "
					   "--attach",
					   chain->interface, directory, shapes[i].name);
		if (maps->fd[i] < 0)
			return maps->fd[i];
	}
	return 0;
}

void filter_maps_close(struct filter_maps *maps)
{
	for (int i = 0; i < FILTER_MAP_COUNT; i++) {
		if (maps->fd[i] >= 0)
			close(maps->fd[i]);
	}
	*maps = FILTER_MAPS_CLOSED;
}

int filter_maps_read_config(const struct filter_maps *maps, struct filter_config *ret_config,
			    struct problem *problem)
{
	__u32 only_entry = 0;

	if (bpf_map_lookup_elem(maps->fd[FILTER_CONFIG], &only_entry, ret_config) < 0)
		return problem_errno(problem, -errno, "cannot read %s", FILTER_MAP_CONFIG);
	return 0;
}

int filter_maps_write_config(const struct filter_maps *maps, const struct filter_config *config,
			     struct problem *problem)
{
	__u32 only_entry = 0;

	if (bpf_map_update_elem(maps->fd[FILTER_CONFIG], &only_entry, config, BPF_ANY) < 0)
		return problem_errno(problem, -errno, "cannot write %s", FILTER_MAP_CONFIG);
	return 0;
}

static enum filter_map list_of(const struct address_prefix *prefix)
{
	return prefix->family == AF_INET ? FILTER_DROP_IPV4 : FILTER_DROP_IPV6;
}

static struct filter_ipv6_key key_of(const struct address_prefix *prefix)
{
	struct filter_ipv6_key key = { .prefix_length = prefix->length };

	memcpy(key.address, prefix->address, sizeof(key.address));
	return key;
}

static int put_entry(const struct filter_maps *maps, const struct drop_entry *entry)
{
	struct filter_ipv6_key key = key_of(&entry->prefix);
	struct filter_drop value = { .load_time = entry->load_time };

	memcpy(value.tag, entry->tag, sizeof(value.tag));
	return bpf_map_update_elem(maps->fd[list_of(&entry->prefix)], &key, &value, BPF_ANY) < 0 ?
		       -errno :
		       0;
}

static int delete_entry(const struct filter_maps *maps, const struct drop_entry *entry)
{
	struct filter_ipv6_key key = key_of(&entry->prefix);

	return bpf_map_delete_elem(maps->fd[list_of(&entry->prefix)], &key) < 0 ? -errno : 0;
}

/* The entry of a key that the map has just told; false if it is gone again. */
static bool read_entry(const struct filter_maps *maps, enum filter_map map,
		       const struct filter_ipv6_key *key, struct drop_entry *ret_entry)
{
	struct filter_drop value;

	/* The longest match of a prefix that is listed is itself. */
	if (bpf_map_lookup_elem(maps->fd[map], key, &value) < 0)
		return false;
	memset(ret_entry, 0, sizeof(*ret_entry));
	ret_entry->prefix.family = map == FILTER_DROP_IPV4 ? AF_INET : AF_INET6;
	ret_entry->prefix.length = (uint8_t)key->prefix_length;
	memcpy(ret_entry->prefix.address, key->address,
	       map == FILTER_DROP_IPV4 ?
		       sizeof(struct filter_ipv4_key) - offsetof(struct filter_ipv4_key, address) :
		       sizeof(key->address));
	ret_entry->load_time = value.load_time;
	snprintf(ret_entry->tag, sizeof(ret_entry->tag), "%.*s", FILTER_TAG_SIZE - 1, value.tag);
	return true;
}

static int read_one_list(const struct filter_maps *maps, enum filter_map map,
			 struct drop_list *list, struct problem *problem)
{
	struct filter_ipv6_key key, next = { 0 };
	struct drop_entry entry;
	int err;

	err = bpf_map_get_next_key(maps->fd[map], NULL, &next);
	/* The kernel starts again where a key is removed before we ask what follows it: entries come
	 * twice then, and without a bound for ever. */
	for (int i = 0; !err && i < 2 * FILTER_LIST_SIZE; i++) {
		if (read_entry(maps, map, &next, &entry) && drop_list_append(list, &entry))
			return problem_errno(problem, -ENOMEM, "cannot read %s", shapes[map].name);
		key = next;
		err = bpf_map_get_next_key(maps->fd[map], &key, &next);
	}
	if (err && errno != ENOENT)
		return problem_errno(problem, -errno, "cannot read %s", shapes[map].name);
	return 0;
}

int filter_maps_read_list(const struct filter_maps *maps, struct drop_list *ret_list,
			  struct problem *problem)
{
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(lists) / sizeof(*lists); i++)
		err = read_one_list(maps, lists[i], ret_list, problem);
	drop_list_sort(ret_list);
	return err;
}

/* Puts entries 0..count - 1 of `changed` back to what they were, in reverse: the list then never
 * has more entries than it had on the way here. */
static int undo(const struct filter_maps *maps, const struct drop_list *changed, size_t count,
		const struct drop_list *before)
{
	int first_err = 0;

	while (count--) {
		const struct drop_entry *entry = &changed->entries[count];
		const struct drop_entry *was = drop_list_find(before, &entry->prefix);
		int err = was ? put_entry(maps, was) : delete_entry(maps, entry);

		if (err && !first_err)
			first_err = err;
	}
	return first_err;
}

/* Says why entry `failed` could not be changed, and whether what went before it was undone. */
static int tell_failure(const struct drop_list *changed, size_t failed, int err, int undo_err,
			const char *what, struct problem *problem)
{
	const struct address_prefix *prefix = &changed->entries[failed].prefix;
	char text[ADDRESS_PREFIX_TEXT_SIZE];

	address_prefix_text(prefix, text, sizeof(text));
	if (err == -ENOSPC)
		problem_set(problem, err, "no room for %s: the %s list is full (%d prefixes)", text,
			    prefix->family == AF_INET ? "IPv4" : "IPv6", FILTER_LIST_SIZE);
	else
		problem_errno(problem, err, "cannot %s %s", what, text);
	if (undo_err)
		return problem_errno(problem, err,
				     "%s; undoing the change failed as well, see --status",
				     problem ? problem->text : "");
	return problem_set(problem, err, "%s; nothing was changed", problem ? problem->text : "");
}

/* Does `change` to every entry of the list, or to none. */
static int change_all(const struct filter_maps *maps, const struct drop_list *list,
		      const struct drop_list *before,
		      int (*change)(const struct filter_maps *maps, const struct drop_entry *entry),
		      const char *what, struct problem *problem)
{
	for (size_t i = 0; i < list->count; i++) {
		int err = change(maps, &list->entries[i]);

		if (err)
			return tell_failure(list, i, err, undo(maps, list, i, before), what,
					    problem);
	}
	return 0;
}

int filter_maps_add(const struct filter_maps *maps, const struct drop_list *list,
		    struct problem *problem)
{
	struct drop_list before = { 0 };
	int err = filter_maps_read_list(maps, &before, problem);

	if (!err)
		err = change_all(maps, list, &before, put_entry, "add", problem);
	drop_list_free(&before);
	return err;
}

static int check_listed(const struct drop_list *list, const struct drop_list *before,
			struct problem *problem)
{
	char text[ADDRESS_PREFIX_TEXT_SIZE], others[48] = "";
	size_t missing = 0;

	for (size_t i = list->count; i-- > 0;) {
		if (drop_list_find(before, &list->entries[i].prefix))
			continue;
		address_prefix_text(&list->entries[i].prefix, text, sizeof(text));
		missing++;
	}
	if (!missing)
		return 0;
	if (missing > 1)
		snprintf(others, sizeof(others), " (and %zu more)", missing - 1);
	return problem_set(problem, -ENOENT, "%s%s is not in the list; nothing was removed", text,
			   others);
}

int filter_maps_remove(const struct filter_maps *maps, const struct drop_list *list,
		       struct problem *problem)
{
	struct drop_list before = { 0 };
	int err = filter_maps_read_list(maps, &before, problem);

	if (!err)
		err = check_listed(list, &before, problem);
	if (!err)
		err = change_all(maps, list, &before, delete_entry, "remove", problem);
	drop_list_free(&before);
	return err;
}

int filter_maps_clear(const struct filter_maps *maps, struct problem *problem)
{
	struct drop_list before = { 0 };
	int err = filter_maps_read_list(maps, &before, problem);

	if (!err)
		err = change_all(maps, &before, &before, delete_entry, "remove", problem);
	drop_list_free(&before);
	return err;
}
