// SPDX-License-Identifier: GPL-2.0-only
#include "event_maps.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>

/* Ends libbpf's reading, with the record taken. */
#define ENOUGH (-ECANCELED)

static int take_one(void *maps_, void *record, size_t size)
{
	struct event_maps *maps = maps_;

	if (size >= sizeof(struct bypass_event))
		maps->told(maps->context, record);
	return --maps->left ? 0 : ENOUGH;
}

int event_maps_open(struct event_maps *ret_maps, const struct bypass_host *host, event_told told,
		    void *context, struct problem *problem)
{
	*ret_maps = (struct event_maps){ .awaited = host->fd[BYPASS_AWAITED],
					 .pending = host->fd[BYPASS_PENDING],
					 .told = told,
					 .context = context };
	ret_maps->ring = ring_buffer__new(host->fd[BYPASS_EVENTS], take_one, ret_maps, NULL);
	return ret_maps->ring ?
		       0 :
		       problem_errno(problem, -errno, "cannot read the ring buffer of %s/%s",
				     host->directory, BYPASS_MAP_EVENTS);
}

void event_maps_close(struct event_maps *maps)
{
	ring_buffer__free(maps->ring);
	maps->ring = NULL;
}

int event_maps_take(struct event_maps *maps, unsigned int limit, struct problem *problem)
{
	int err;

	maps->left = limit;
	err = ring_buffer__consume(maps->ring);
	return err >= 0 || err == ENOUGH ?
		       0 :
		       problem_errno(problem, err, "cannot read events of the observer");
}

int event_maps_await(const struct event_maps *maps, const struct flow_key *leaves,
		     struct problem *problem)
{
	__u64 not_seen = 0;

	if (bpf_map_update_elem(maps->awaited, leaves, &not_seen, BPF_ANY) == 0)
		return 0;
	return problem_errno(problem, -errno, "cannot tell the observer what to look for (%s)",
			     BYPASS_MAP_AWAITED);
}

void event_maps_await_no_more(const struct event_maps *maps, const struct flow_key *leaves)
{
	(void)bpf_map_delete_elem(maps->awaited, leaves);
}

void event_maps_await_nothing(const struct event_maps *maps)
{
	struct flow_key key;

	while (bpf_map_get_next_key(maps->awaited, NULL, &key) == 0) {
		if (bpf_map_delete_elem(maps->awaited, &key) < 0 && errno != ENOENT)
			return;
	}
}

void event_maps_heard(const struct event_maps *maps, const struct flow_key *key)
{
	(void)bpf_map_delete_elem(maps->pending, key);
}
