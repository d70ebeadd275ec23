/* SPDX-License-Identifier: GPL-2.0-only */
/* Pinned maps, opened only if they are what this build expects. */
#ifndef ECBPF_PINNED_MAP_H
#define ECBPF_PINNED_MAP_H

#include <linux/types.h>
#include "problem.h"

struct map_shape {
	const char *name;
	__u32 type; /* BPF_MAP_TYPE_x */
	__u32 key_size;
	__u32 value_size;
	__u32 max_entries; /* 0: any */
};

/* 0, or -EPROTO with both numbers told when a map is not of this shape. `path` is for the text. */
int pinned_map_check(int fd, const struct map_shape *shape, const char *path,
		     struct problem *problem);

/* Opens DIRECTORY/shape->name: fd, -ENOENT (nothing told), -EPROTO or another negative errno. */
int pinned_map_open(const char *directory, const struct map_shape *shape, struct problem *problem);

#endif
