/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs loaded together: one way of dispatching, ready to be run. Functions return 0 or a
 * negative errno and say on stderr what failed. */
#ifndef BENCH_PROGRAM_SET_H
#define BENCH_PROGRAM_SET_H

#include <bpf/libbpf.h>

#define PROGRAM_SET_LIMIT 11 /* a root, eight slots, two hooks */

enum {
	MAP_SLOTS,
	MAP_STATS,
	MAP_EXIT_HOOK,
	MAP_CAPTURE_HOOK,
	MAP_RECORDS,
	MAP_SAMPLER_CONFIG,
	MAP_SAMPLER_CPUS,
	MAP_SAMPLER_RING,
	MAP_RECORDERS,
	MAP_RECORDER_KEYS,
	MAP_RECORDER_SEARCH,
	MAP_COUNT
};

/* Owned objects; close with program_set_close(). */
struct program_set {
	const char *directory; /* where the object files are */
	struct bpf_object *objects[PROGRAM_SET_LIMIT];
	unsigned int object_count;
	int entry;           /* the program that packets enter */
	int maps[MAP_COUNT]; /* shared by the objects of a chain of the kit; -1: none yet */
};

/* Empty, and knows where object files are. */
struct program_set program_set_empty(const char *directory);
void program_set_close(struct program_set *set);

/* An object of the set that is not loaded yet, for what is to be set before: NULL if it cannot be
 * opened. Then loads it: packets enter its first program. */
struct bpf_object *program_set_open(struct program_set *set, const char *name);
int program_set_enter(struct program_set *set, struct bpf_object *object);

/* Frozen data of an object that is not loaded, by the end of its section's name; NULL: none, or of
 * another size. */
void *program_set_data(struct bpf_object *object, const char *suffix, size_t expected);

/* Writes the first entry of a loaded object's map. */
int program_set_update(struct bpf_object *object, const char *map, const void *value);

/* One program alone. */
int program_set_single(struct program_set *set, const char *object);

/* A chain of the kit: `root`, and the subprogram `slot_object` in every slot whose bit is set. */
int program_set_chain(struct program_set *set, const char *root, const char *slot_object,
		      unsigned int slots);

/* Puts a program of its own into one of the slots, the exit hook or a capture hook. */
int program_set_hook(struct program_set *set, const char *object, int map, unsigned int index);

/* Programs root, slot_0 … of one object, the first `count` of them in its array. */
int program_set_tail_calls(struct program_set *set, const char *object, unsigned int count);

/* A dispatcher that calls the first `count` of its members. */
int program_set_dispatcher(struct program_set *set, unsigned int count);

#endif
