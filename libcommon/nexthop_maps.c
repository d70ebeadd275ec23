// SPDX-License-Identifier: GPL-2.0-only
#include "nexthop_maps.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

#include "cleanup.h"

#define READ_AT_ONCE 1024u

int nexthop_maps_open(struct nexthop_maps *ret_maps, int nexthops, int devices)
{
	struct nexthop_maps maps = { nexthops, devices, -1, -1 };
	LIBBPF_OPTS(bpf_map_create_opts, options);

	maps.inner = bpf_map_create(BPF_MAP_TYPE_ARRAY, "nexthop_wait_in", sizeof(uint32_t),
				    sizeof(uint32_t), 1, NULL);
	if (maps.inner < 0)
		return -errno;
	options.inner_map_fd = (__u32)maps.inner;
	maps.outer = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "nexthop_wait", sizeof(uint32_t),
				    sizeof(uint32_t), 1, &options);
	if (maps.outer < 0) {
		int err = -errno;

		close(maps.inner);
		return err;
	}
	*ret_maps = maps;
	return 0;
}

void nexthop_maps_close(struct nexthop_maps *maps)
{
	cleanup_close(&maps->outer);
	cleanup_close(&maps->inner);
	maps->outer = maps->inner = -1;
}

int nexthop_maps_read(const struct nexthop_maps *maps, uint32_t first, uint32_t count,
		      struct flow_nexthop *ret_values)
{
	uint32_t keys[READ_AT_ONCE], before = first - 1, next;

	for (uint32_t done = 0, part; done < count; done += part) {
		part = count - done < READ_AT_ONCE ? count - done : READ_AT_ONCE;
		/* The position is the key before the first one; NULL is the beginning. */
		if (bpf_map_lookup_batch(maps->nexthops, first || done ? &before : NULL, &next,
					 keys, ret_values + done, &part, NULL) < 0 &&
		    (errno != ENOENT || !part))
			return -errno;
		before = first + done + part - 1;
	}
	return 0;
}

int nexthop_maps_write(const struct nexthop_maps *maps, uint32_t index,
		       const struct flow_nexthop *value)
{
	return bpf_map_update_elem(maps->nexthops, &index, value, BPF_ANY) < 0 ? -errno : 0;
}

int nexthop_maps_turn(const struct nexthop_maps *maps, uint32_t index, struct flow_nexthop *value,
		      const struct flow_way *way)
{
	struct flow_nexthop next = *value;
	int err;

	next.way[!next.current] = *way;
	err = nexthop_maps_write(maps, index, &next);
	if (err)
		return err;
	/* The kernel's copying orders nothing. */
	atomic_thread_fence(memory_order_seq_cst);
	next.current = !next.current;
	err = nexthop_maps_write(maps, index, &next);
	if (!err)
		*value = next;
	return err;
}

int nexthop_maps_wait(const struct nexthop_maps *maps)
{
	const uint32_t key = 0;

	/* The kernel lets nobody return from changing a map of maps before every program that could
	 * be using the old one has ended; the same one again is a change. */
	return bpf_map_update_elem(maps->outer, &key, &maps->inner, BPF_ANY) < 0 ? -errno : 0;
}

int nexthop_maps_add_device(const struct nexthop_maps *maps, uint32_t ifindex)
{
	return bpf_map_update_elem(maps->devices, &ifindex, &ifindex, BPF_ANY) < 0 ? -errno : 0;
}
